import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import { Effect, Layer } from "effect"
import { afterAll } from "vitest"
import * as Database from "../../layers/sqlite/Sqlite.ts"
import * as SqliteResultCache from "../../layers/sqlite/SqliteResultCache.ts"
import * as SqliteRunStore from "../../layers/sqlite/SqliteRunStore.ts"
import type { DatabaseError } from "../../src/team/DatabaseError.ts"
import { ResultCache } from "../../src/team/ResultCache.ts"
import { RunStore } from "../../src/team/RunStore.ts"
import { resultOf, storeSuite } from "../team/storeSuite.ts"

const home = fs.mkdtempSync(path.join(os.tmpdir(), "troupe-sqlite-"))
afterAll(() => fs.rmSync(home, { recursive: true, force: true }))
let count = 0
const freshFile = () => path.join(home, String(count++), "troupe.db")

const stores = (file: string, options?: Parameters<Parameters<typeof storeSuite>[1]>[0]) =>
  Layer.merge(SqliteRunStore.layer({ keep: options?.keep }), SqliteResultCache.layer(options?.cache)).pipe(
    Layer.provide(Database.layer({ file, busyTimeout: "300 millis" }))
  )

storeSuite("in SQLite", (options) => stores(freshFile(), options))

const refused = (file: string): Effect.Effect<DatabaseError> =>
  Effect.flip(Effect.asVoid(Layer.build(Database.layer({ file, busyTimeout: "50 millis" })))).pipe(
    Effect.scoped,
    Effect.orDieWith(() => new Error("it opened"))
  )

describe("the embedded database", () => {
  it.effect("is still there after it was closed, and equal files are in it once", () =>
    Effect.gen(function* () {
      const file = freshFile()
      const result = resultOf("k", { "a.txt": "same", "b.txt": "same" })
      yield* Effect.flatMap(ResultCache, (cache) => cache.put(result)).pipe(Effect.provide(stores(file)))
      const found = yield* Effect.flatMap(ResultCache, (cache) => cache.get("k")).pipe(Effect.provide(stores(file)))
      assert.deepStrictEqual(found, { _tag: "Hit", result })
      const raw = new Sqlite(file, { readonly: true })
      assert.deepStrictEqual(raw.prepare("select count(*) as n from blobs").get(), { n: 1 })
      raw.close()
    })
  )

  it.effect("takes a damaged file or output for a miss that says so, and heals with the next result", () =>
    Effect.gen(function* () {
      const file = freshFile()
      yield* Effect.gen(function* () {
        const cache = yield* ResultCache
        yield* cache.put(resultOf("k", { "a.txt": "one" }))
        const raw = new Sqlite(file)
        raw.prepare("update blobs set content = x'00'").run()
        const damaged = yield* cache.get("k")
        assert.deepStrictEqual(damaged, { _tag: "Corrupt", reason: "the stored content of a.txt is damaged" })
        yield* cache.put(resultOf("k", { "a.txt": "one" }))
        assert.strictEqual((yield* cache.get("k"))._tag, "Hit")
        raw.prepare("update results set output_sha256 = 'x'").run()
        raw.close()
        assert.strictEqual((yield* cache.get("k"))._tag, "Corrupt")
      }).pipe(Effect.provide(stores(file)))
    })
  )

  it.effect("removes the contents that no result needs any more", () =>
    Effect.gen(function* () {
      const file = freshFile()
      yield* Effect.gen(function* () {
        const cache = yield* ResultCache
        yield* cache.put(resultOf("a", { "a.txt": "only in a" }, 1))
        yield* cache.put(resultOf("b", { "b.txt": "only in b" }, 2))
        yield* cache.prune
      }).pipe(Effect.provide(stores(file, { cache: { maxResults: 1 } })))
      const raw = new Sqlite(file, { readonly: true })
      assert.deepStrictEqual(raw.prepare("select count(*) as n from blobs").get(), { n: 1 })
      raw.close()
    })
  )

  it.live("serves two programs at once", () =>
    Effect.gen(function* () {
      const file = freshFile()
      const half = (name: string) =>
        Effect.gen(function* () {
          const cache = yield* ResultCache
          const runs = yield* RunStore
          for (let n = 0; n < 20; n++) {
            yield* runs.begin({ runId: `${name}-${n}`, team: "t", startedAt: n, root: "/" })
            yield* cache.put(resultOf("same key", { "a.txt": `by ${name}` }))
            yield* cache.put(resultOf(`${name}-${n}`, { "a.txt": `by ${name} ${n}` }))
            yield* Effect.yieldNow()
          }
        }).pipe(Effect.provide(Layer.fresh(stores(file))))
      yield* Effect.all([half("x"), half("y")], { concurrency: 2, discard: true })
      const listed = yield* Effect.flatMap(RunStore, (runs) => runs.list(100)).pipe(Effect.provide(stores(file)))
      assert.strictEqual(listed.length, 40)
    })
  )

  it.live("says that another program has locked it", () =>
    Effect.gen(function* () {
      const file = freshFile()
      yield* Effect.flatMap(RunStore, (runs) => runs.list(1)).pipe(Effect.provide(stores(file)))
      const other = new Sqlite(file)
      other.exec("begin immediate")
      const error = yield* Effect.flip(
        Effect.flatMap(RunStore, (runs) => runs.begin({ runId: "a", team: "t", startedAt: 1, root: "/" }))
      ).pipe(Effect.provide(stores(file)))
      other.exec("rollback")
      other.close()
      assert.strictEqual((error as DatabaseError).reason, "locked")
      assert.include(error.message, file)
    })
  )

  it.effect("does not blame the file when the driver was built for another Node.js", () =>
    Effect.gen(function* () {
      const { attempt } = yield* Database.Database
      const failure = (code: string) => Effect.flip(attempt(Effect.die(Object.assign(new Error("no"), { code }))))
      const unloadable = yield* failure("ERR_DLOPEN_FAILED")
      assert.strictEqual(unloadable.reason, "failed")
      assert.include(unloadable.message, "npm rebuild better-sqlite3")
      assert.strictEqual((yield* failure("EACCES")).reason, "unwritable")
      // A mistake of ours is no trouble with the file either.
      assert.strictEqual((yield* failure("ERR_INVALID_ARG_TYPE")).reason, "failed")
    }).pipe(Effect.provide(Database.layer({ file: ":memory:" })))
  )

  it.live("says that it is locked for good when it cannot even be opened", () =>
    Effect.gen(function* () {
      const file = freshFile()
      fs.mkdirSync(path.dirname(file))
      const other = new Sqlite(file)
      other.exec("pragma locking_mode = exclusive; begin exclusive; create table t (x)")
      assert.strictEqual((yield* refused(file)).reason, "locked")
      other.close()
    })
  )

  it.effect("leaves a file alone that is no database, or another program's, and says which", () =>
    Effect.gen(function* () {
      const text = path.join(home, "notes.txt")
      fs.writeFileSync(text, "These are notes, and no database at all.\n".repeat(100))
      const error = yield* refused(text)
      assert.strictEqual(error.reason, "notADatabase")
      assert.include(fs.readFileSync(text, "utf8"), "no database at all")

      const foreign = path.join(home, "foreign.db")
      const other = new Sqlite(foreign)
      other.exec("create table customers (id)")
      other.close()
      assert.strictEqual((yield* refused(foreign)).reason, "notADatabase")
    })
  )

  it.effect("says that a newer program made it", () =>
    Effect.gen(function* () {
      const file = freshFile()
      yield* Effect.flatMap(RunStore, (runs) => runs.list(1)).pipe(Effect.provide(stores(file)))
      const raw = new Sqlite(file)
      raw.exec("insert into troupe_migrations (migration_id, name) values (9999, 'from the future')")
      raw.close()
      const error = yield* refused(file)
      assert.strictEqual(error.reason, "newer")
      assert.include(error.message, "9999")
    })
  )

  it.effect("says that it is damaged", () =>
    Effect.gen(function* () {
      const file = freshFile()
      yield* Effect.flatMap(ResultCache, (cache) => cache.put(resultOf("k", { "a.txt": "one" }))).pipe(
        Effect.provide(stores(file))
      )
      const bytes = fs.readFileSync(file)
      // Everything behind the header of the file: the pages of the schema and of the tables.
      bytes.fill(0xa5, 100)
      fs.writeFileSync(file, bytes)
      assert.strictEqual((yield* refused(file)).reason, "corrupt")
    })
  )

  it.effect("says that it is a folder, or where nothing can be written", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* refused(home)).reason, "directory")
      const text = path.join(home, "a file")
      fs.writeFileSync(text, "")
      const error = yield* refused(path.join(text, "troupe.db"))
      assert.strictEqual(error.reason, "unwritable")
      assert.include(error.message, "--db")
    })
  )
})
