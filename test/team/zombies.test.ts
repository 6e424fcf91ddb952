import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Schema, TestClock } from "effect"
import { afterAll } from "vitest"
import * as NodeSubprocess from "../../layers/node/NodeSubprocess.ts"
import * as NodeWorkspace from "../../layers/node/NodeWorkspace.ts"
import * as Sqlite from "../../layers/sqlite/Sqlite.ts"
import * as SqliteResultCache from "../../layers/sqlite/SqliteResultCache.ts"
import * as SqliteRunStore from "../../layers/sqlite/SqliteRunStore.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import { BackgroundTasks } from "../../src/background/BackgroundTasks.ts"
import { Subprocess } from "../../src/background/Subprocess.ts"
import * as Agent from "../../src/team/Agent.ts"
import { encodeReport } from "../../src/team/Report.ts"
import { ResultCache } from "../../src/team/ResultCache.ts"
import type { RunEvent } from "../../src/team/Run.ts"
import { RunStore } from "../../src/team/RunStore.ts"
import * as Team from "../../src/team/Team.ts"
import { Workspace } from "../../src/team/Workspace.ts"

const home = fs.mkdtempSync(path.join(os.tmpdir(), "troupe-zombies-"))
afterAll(() => fs.rmSync(home, { recursive: true, force: true }))
let count = 0

interface World {
  readonly root: string | undefined
  readonly layer: Layer.Layer<
    Workspace | ResultCache | RunStore | ActorSystem.ActorSystem | Subprocess | BackgroundTasks,
    unknown
  >
}

const onDisk = (): World => {
  const folder = path.join(home, String(count++))
  const root = path.join(folder, "out")
  return {
    root,
    layer: Layer.mergeAll(
      NodeWorkspace.layer({ root }),
      Layer.merge(SqliteRunStore.layer(), SqliteResultCache.layer()).pipe(
        Layer.provide(Sqlite.layer({ file: path.join(folder, "t.db") }))
      ),
      ActorSystem.layer(),
      NodeSubprocess.layer(),
      BackgroundTasks.layer()
    )
  }
}

const inMemory = (): World => ({
  root: undefined,
  layer: Layer.fresh(
    Layer.mergeAll(
      Workspace.layerMemory,
      ResultCache.layerMemory(),
      RunStore.layerMemory(),
      ActorSystem.layer(),
      NodeSubprocess.layer(),
      BackgroundTasks.layer()
    )
  )
})

type Hands = Agent.Assignment<unknown, never>

/** What a zombie does, through each door; each gives whether it was refused. */
const doors = (hands: Hands) =>
  Effect.gen(function* () {
    const refused: Record<string, unknown> = {}
    const told = <A, E>(effect: Effect.Effect<A, E>) => Effect.map(Effect.exit(effect), (exit) => Exit.isFailure(exit))
    const workspace = yield* Workspace
    const subprocess = yield* Subprocess
    const tasks = yield* BackgroundTasks
    const error = yield* Effect.flip(hands.write("zombie.txt", "zombie"))
    refused.write = error.reason
    refused.over = (yield* Effect.flip(hands.write("file.txt", "zombie"))).reason
    refused.workspaceWrite = (yield* Effect.flip(workspace.write("zombie.txt", "zombie"))).reason
    refused.read = (yield* Effect.flip(workspace.read("file.txt"))).reason
    const started = yield* Effect.flip(
      subprocess.run({ command: "node", args: ["-e", "0"], cwd: "/", timeout: "10 seconds" })
    )
    refused.run = started._tag === "SubprocessNotStarted" ? started.reason : started._tag
    refused.task = yield* told(tasks.start("zombie", Effect.void))
    yield* hands.progress("zombie", 0.99)
    yield* hands.tokens({ input: 1_000_000, output: 1_000_000 })
    yield* hands.verdict({ _tag: "failed", reason: "zombie" })
    return refused
    // What is not refused shows as an answer where a refusal is awaited.
  }).pipe(Effect.catchAll((answered) => Effect.succeed({ answered })))

const everythingRefused = {
  write: "ended",
  over: "ended",
  workspaceWrite: "ended",
  read: "ended",
  run: "refused",
  task: true
}

type Needs = Workspace | Subprocess | BackgroundTasks

/** How the work leaves something behind that goes on. */
const undead: Readonly<
  Record<string, (zombie: Effect.Effect<void, never, Needs>) => Effect.Effect<void, never, Needs>>
> = {
  "a daemon fiber": (zombie) => Effect.asVoid(Effect.forkDaemon(zombie)),
  "a Promise": (zombie) =>
    Effect.map(Effect.runtime<Needs>(), (runtime) => {
      void Effect.runPromise(Effect.provide(zombie, runtime))
    }),
  "a fiber that will not be interrupted": (zombie) => Effect.asVoid(Effect.forkDaemon(Effect.uninterruptible(zombie)))
}

/** How an attempt ends while the zombie goes on. Each gives the agent's first attempt. */
const ends = ["time-out", "cancel", "crash", "failure", "success", "interruption"] as const

describe("an attempt that has ended", () => {
  for (const [place, world] of [
    ["in memory", inMemory],
    ["on disk", onDisk]
  ] as const) {
    for (const [index, end] of ends.entries()) {
      // On disk each end with one of the kinds: what differs there is the folder, not who writes.
      const kinds = Object.keys(undead)
      for (const kind of place === "in memory" ? kinds : [kinds[index % kinds.length]!]) {
        it.effect(`has no effect any more, ${place}: ${kind} after ${end}`, () => {
          const { layer, root } = world()
          return Effect.gen(function* () {
            const begun = yield* Deferred.make<void>()
            const over = yield* Deferred.make<void>()
            const refused = yield* Deferred.make<Record<string, unknown>>()
            const events: Array<RunEvent> = []
            const agent = Agent.make({
              name: "a",
              version: "1.0.0",
              timeout: "1 minute",
              retry: { times: 1, backoff: "1 second" },
              output: Schema.String,
              run: (hands) =>
                Effect.gen(function* () {
                  if (hands.attempt === 2) {
                    yield* hands.write("file.txt", "second")
                    return "second"
                  }
                  yield* hands.tokens({ input: 1, output: 1 })
                  const zombie = Effect.gen(function* () {
                    yield* Deferred.await(over)
                    yield* Deferred.succeed(refused, yield* doors(hands))
                  })
                  yield* undead[kind]!(zombie)
                  yield* Deferred.succeed(begun, undefined)
                  switch (end) {
                    case "crash":
                      return yield* Effect.die(new Error("a bug"))
                    case "failure":
                      return yield* Effect.fail(new Error("no luck"))
                    case "success":
                      yield* hands.write("file.txt", "first")
                      return "first"
                    default:
                      return yield* Effect.never
                  }
                })
            })
            const exit = yield* Effect.scoped(
              Effect.gen(function* () {
                const run = yield* Team.start(Team.make("team", { agents: [agent] }), {
                  input: {},
                  runId: "run",
                  onEvent: (event) => Effect.sync(() => void events.push(event))
                })
                yield* Deferred.await(begun)
                if (end === "cancel") {
                  yield* run.cancel("a")
                  // At once, before the attempt has come to its end.
                  yield* Deferred.succeed(over, undefined)
                }
                if (end === "time-out") yield* TestClock.adjust("1 minute")
                if (end === "interruption") return undefined
                if (end === "time-out" || end === "failure") yield* TestClock.adjust("1 second")
                return yield* run.await
              })
            )
            yield* Deferred.succeed(over, undefined)
            assert.deepStrictEqual(yield* Deferred.await(refused), everythingRefused)

            const stored = (yield* (yield* RunStore).get("run"))?.report
            const report = encodeReport((exit?.report ?? stored)!)
            assert.deepStrictEqual(stored && encodeReport(stored), report)
            assert.notInclude(JSON.stringify(report), "zombie")
            assert.deepStrictEqual(report.tokens, { input: 1, output: 1 })
            assert.isFalse(events.some((event) => event._tag === "AgentProgress"))
            if (root !== undefined) {
              const files = fs
                .readdirSync(root, { recursive: true, withFileTypes: true })
                .filter((each) => each.isFile())
              assert.notInclude(
                files.map((each) => each.name),
                "zombie.txt"
              )
              for (const each of files) {
                assert.notInclude(fs.readFileSync(path.join(each.parentPath, each.name), "utf8"), "zombie", each.name)
              }
            }
            if (end === "crash" || end === "time-out" || end === "failure") {
              const key = exit!.report.agents[0]!.key!
              const kept = yield* (yield* ResultCache).get(key)
              assert.strictEqual(kept._tag === "Hit" && kept.result.files[0]?.content, "second")
            }
          }).pipe(Effect.provide(layer))
        })
      }
    }
  }
})

describe("a write that was under way when its attempt ended", () => {
  const writingTwice = (first: (hands: Hands) => Effect.Effect<void, unknown>, second = Effect.void) =>
    Agent.make({
      name: "a",
      version: "1.0.0",
      retry: { times: 1, backoff: 0 },
      output: Schema.String,
      run: (hands) =>
        Effect.gen(function* () {
          if (hands.attempt === 2) {
            yield* second
            yield* hands.write("file.txt", "second")
            return "second"
          }
          yield* first(hands)
          return yield* Effect.fail(new Error("no luck"))
        })
    })

  it.live("does not land over the file of the next attempt, on disk", () => {
    const { layer, root } = onDisk()
    return Effect.gen(function* () {
      // The write takes several turns of the event loop, the failure after it none; and longer than the next one's.
      const long = "first".repeat(4_000_000)
      const zombie = yield* Deferred.make<Fiber.Fiber<void>>()
      const agent = writingTwice((hands) =>
        Effect.flatMap(Effect.forkDaemon(Effect.ignore(hands.write("file.txt", long))), (fiber) =>
          Effect.asVoid(Deferred.succeed(zombie, fiber))
        )
      )
      const result = yield* Team.run(Team.make("team", { agents: [agent] }), { input: {} })
      assert.strictEqual(result.status, "done")
      yield* Fiber.await(yield* Deferred.await(zombie))
      assert.strictEqual(fs.readFileSync(path.join(root!, "file.txt"), "utf8").slice(0, 6), "second")
    }).pipe(Effect.provide(layer))
  })

  it.live("never lands once it is called off, and leaves no half file", () => {
    const { layer, root } = onDisk()
    return Effect.gen(function* () {
      const workspace = yield* Workspace
      yield* workspace.prepare({ team: "team" })
      const controller = new AbortController()
      const writing = yield* Effect.fork(Effect.flip(workspace.write("a/b.txt", "text", { signal: controller.signal })))
      yield* Effect.yieldNow()
      controller.abort()
      assert.strictEqual((yield* Fiber.join(writing)).reason, "ended")
      assert.isFalse(fs.existsSync(path.join(root!, "a")))
      assert.isEmpty(fs.readdirSync(path.join(root!, ".troupe")).filter((file) => file.endsWith(".half")))
    }).pipe(Effect.scoped, Effect.provide(layer))
  })

  it.effect(
    "lands before the next attempt's, in a folder that neither looks at the signal nor can be interrupted",
    () => {
      const { layer } = inMemory()
      return Effect.gen(function* () {
        const workspace = yield* Workspace
        const held = yield* Deferred.make<void>()
        const begun = yield* Deferred.make<void>()
        const again = yield* Deferred.make<void>()
        const slow = Workspace.of({
          ...workspace,
          write: (file, content) =>
            content === "first"
              ? Effect.uninterruptible(
                  Deferred.succeed(begun, undefined).pipe(
                    Effect.zipRight(Deferred.await(held)),
                    Effect.zipRight(workspace.write(file, content))
                  )
                )
              : workspace.write(file, content)
        })
        const zombie = yield* Deferred.make<Fiber.Fiber<void>>()
        const agent = writingTwice(
          (hands) =>
            Effect.flatMap(Effect.forkDaemon(Effect.ignore(hands.write("file.txt", "first"))), (fiber) =>
              Effect.zipRight(Deferred.succeed(zombie, fiber), Deferred.await(begun))
            ),
          Effect.asVoid(Deferred.succeed(again, undefined))
        )
        const run = yield* Effect.fork(
          Effect.provideService(Team.run(Team.make("team", { agents: [agent] }), { input: {} }), Workspace, slow)
        )
        yield* TestClock.adjust("5 seconds")
        yield* Deferred.await(again)
        for (let turn = 0; turn < 50; turn++) yield* Effect.yieldNow()
        yield* Deferred.succeed(held, undefined)
        assert.strictEqual((yield* Fiber.join(run)).status, "done")
        yield* Fiber.await(yield* Deferred.await(zombie))
        assert.strictEqual(yield* workspace.read("file.txt"), "second")
      }).pipe(Effect.provide(layer))
    }
  )
})
