/** What happens while another process, a real one, has locked the database. */
import { type ChildProcess, spawn } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, type Scope } from "effect"
import { afterAll } from "vitest"
import * as Sqlite from "../../layers/sqlite/Sqlite.ts"
import * as SqliteResultCache from "../../layers/sqlite/SqliteResultCache.ts"
import * as SqliteRunStore from "../../layers/sqlite/SqliteRunStore.ts"
import type { DatabaseError } from "../../src/team/DatabaseError.ts"
import { ResultCache } from "../../src/team/ResultCache.ts"
import { RunStore } from "../../src/team/RunStore.ts"
import { resultOf } from "../team/storeSuite.ts"

const home = fs.mkdtempSync(path.join(os.tmpdir(), "troupe-locked-"))
afterAll(() => fs.rmSync(home, { recursive: true, force: true }))

const repository = new URL("../..", import.meta.url).pathname

/** Locks the file until its stdin ends. `mode`: also against readers, where the journal is no WAL. */
const holder = (file: string, mode: "exclusive" | "everything"): Effect.Effect<ChildProcess, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<ChildProcess>((resume) => {
      const script = `
        const db = new (require("better-sqlite3"))(${JSON.stringify(file)})
        ${mode === "everything" ? 'db.pragma("locking_mode = exclusive")' : ""}
        db.exec("begin exclusive; create table if not exists t_lock (x)")
        console.log("locked")
        process.stdin.on("end", () => { db.exec("rollback"); db.close() }).resume()`
      const child = spawn(process.execPath, ["-e", script], { cwd: repository, stdio: ["pipe", "pipe", "inherit"] })
      child.stdout.once("data", () => resume(Effect.succeed(child)))
    }),
    (child) => Effect.sync(() => void child.kill("SIGKILL"))
  )

const release = (child: ChildProcess) => Effect.sync(() => void child.stdin?.end())

const stores = (file: string, busyTimeout: "600 millis" | "1 minute") =>
  Layer.merge(SqliteRunStore.layer(), SqliteResultCache.layer()).pipe(
    Layer.provide(Sqlite.layer({ file, busyTimeout }))
  )

const makeFile = (name: string) =>
  Effect.as(
    Effect.provide(
      Effect.flatMap(RunStore, (runs) => runs.list(1)),
      stores(path.join(home, name), "1 minute")
    ),
    path.join(home, name)
  )

/** Runs `program`, counts the turns that the event loop's timers had meanwhile, and calls back at each line of the log. */
const watched = <A, E, R>(program: Effect.Effect<A, E, R>, onSaid?: Effect.Effect<void>) =>
  Effect.gen(function* () {
    let turns = 0
    const said: Array<string> = []
    const timer = setInterval(() => turns++, 1)
    const result = yield* program.pipe(
      Effect.provide(
        Logger.replace(
          Logger.defaultLogger,
          Logger.make(({ message }) => {
            said.push(String(message))
            if (onSaid !== undefined) Effect.runSync(onSaid)
          })
        )
      ),
      Effect.ensuring(Effect.sync(() => clearInterval(timer)))
    )
    return { result, said, turns }
  })

const beginRun = Effect.flatMap(RunStore, (runs) => runs.begin({ runId: "a", team: "t", startedAt: 1, root: "/" }))

describe("a database that another program has locked", () => {
  it.scopedLive("is waited for while everything else goes on, said once, and given up with its name", () =>
    Effect.gen(function* () {
      const file = yield* makeFile("writers.db")
      yield* holder(file, "exclusive")
      const { result, said, turns } = yield* watched(
        Effect.gen(function* () {
          const cache = yield* ResultCache
          const listed = yield* Effect.flatMap(RunStore, (runs) => runs.list(10)) // readers are let in
          const began = performance.now()
          const error = yield* Effect.flip(beginRun)
          const first = performance.now() - began
          const others = yield* Effect.all([
            Effect.flip(cache.put(resultOf("k", { "a.txt": "one" }))),
            Effect.flip(cache.prune)
          ])
          return { listed, error, others, first, later: performance.now() - began - first }
        }).pipe(Effect.provide(stores(file, "600 millis")))
      )
      assert.deepStrictEqual(result.listed, [])
      const error = result.error as DatabaseError
      assert.strictEqual(error.reason, "locked")
      assert.include(error.message, `${file}: another program has locked it for more than 600ms`)
      assert.include(error.message, "Wait until that program ends")
      assert.deepStrictEqual(said, [`waiting for another program that has locked ${file}`])
      // SQLite's own wait would have let none of them through.
      assert.isAbove(turns, 5)
      // Whoever comes after the bound does not begin to wait anew.
      assert.deepStrictEqual(
        result.others.map((one) => one.reason),
        ["locked", "locked"]
      )
      assert.isBelow(result.later, result.first)
    })
  )

  it.scopedLive("is opened, read and written as soon as that program lets go", () =>
    Effect.gen(function* () {
      const file = yield* makeFile("all.db")
      const child = yield* holder(file, "everything")
      const { result, said } = yield* watched(
        Effect.gen(function* () {
          yield* beginRun
          return yield* Effect.flatMap(RunStore, (runs) => runs.list(10))
        }).pipe(Effect.provide(stores(file, "1 minute"))),
        release(child)
      )
      assert.strictEqual(result.length, 1)
      assert.strictEqual(said.length, 1)
    })
  )

  it.scopedLive("keeps nobody who is told to stop", () =>
    Effect.gen(function* () {
      const file = yield* makeFile("stopped.db")
      yield* holder(file, "exclusive")
      const stopped = yield* beginRun.pipe(Effect.provide(stores(file, "1 minute")), Effect.timeoutOption("50 millis"))
      assert.strictEqual(stopped._tag, "None")
    })
  )
})
