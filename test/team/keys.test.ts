/** What decides a result is in its key, and what an agent has made is nobody else's. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Option, Schema, TestClock } from "effect"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as Agent from "../../src/team/Agent.ts"
import type { Report } from "../../src/team/Report.ts"
import { ResultCache } from "../../src/team/ResultCache.ts"
import { RunStore } from "../../src/team/RunStore.ts"
import * as Team from "../../src/team/Team.ts"
import { Workspace } from "../../src/team/Workspace.ts"

const memory = Layer.fresh(
  Layer.mergeAll(ResultCache.layerMemory(), RunStore.layerMemory(), Workspace.layerMemory, ActorSystem.layer())
)

const statuses = (report: Report) => Object.fromEntries(report.agents.map((agent) => [agent.name, agent.status]))

const plain = { version: "1.0.0", output: Schema.String } as const

const writer = (name: string, path: string) =>
  Agent.make({ ...plain, name, run: ({ write }) => Effect.as(write(path, `by ${name}`), name) })

describe("one path", () => {
  it.effect("is not lost when two results that wrote it are reused: the second is refused, as at work", () =>
    Effect.gen(function* () {
      const [a, b] = [writer("a", "same.txt"), writer("b", "same.txt")]
      yield* Team.run(Team.make("team", { agents: [a] }), { input: {} })
      yield* Team.run(Team.make("team", { agents: [b] }), { input: {} })
      const { report } = yield* Team.run(Team.make("team", { agents: [a, b] }), { input: {}, agentsAtOnce: 1 })
      assert.deepStrictEqual(statuses(report), { a: "reused", b: "failed" })
      assert.include(report.agents[1]!.reason!, '"a" has already written it in this run')
      assert.include(report.notes[0]!, '"a" has already written same.txt in this run')
      assert.strictEqual(yield* (yield* Workspace).read("same.txt"), "by a")
    }).pipe(Effect.provide(memory))
  )

  it.effect("is given back by an attempt that failed", () =>
    Effect.gen(function* () {
      const failing = Agent.make({
        ...plain,
        name: "failing",
        estimate: "1 hour",
        run: ({ write }) => Effect.zipRight(write("same.txt", "by failing"), Effect.fail("no luck"))
      })
      const team = Team.make<Agent.Any>("team", { agents: [failing, writer("b", "same.txt")] })
      const { report } = yield* Team.run(team, { input: {}, agentsAtOnce: 1 })
      assert.deepStrictEqual(statuses(report), { failing: "failed", b: "done" })
      assert.strictEqual(yield* (yield* Workspace).read("same.txt"), "by b")
    }).pipe(Effect.provide(memory))
  )
})

describe("a model", () => {
  it.effect("is told from one of the same name on another server, whoever asks there", () =>
    Effect.gen(function* () {
      let worked = 0
      const agent = Agent.make({
        ...plain,
        name: "a",
        usesModel: true,
        run: () => Effect.sync(() => String(worked++))
      })
      const team = Team.make("team", { agents: [agent] })
      const run = (baseUrl: string | undefined) => Team.run(team, { input: {}, model: "openai:one", baseUrl })
      yield* run("http://a.test/v1")
      yield* run("http://user:secret@A.test:80/v1/")
      assert.strictEqual(worked, 1)
      yield* run("http://b.test/v1")
      yield* run("http://a.test/v2")
      yield* run(undefined)
      assert.strictEqual(worked, 4)
    }).pipe(Effect.provide(memory))
  )
})

describe("the text of run", () => {
  it.effect("decides: a changed prompt does not give the old result", () =>
    Effect.gen(function* () {
      const before = Agent.make({ ...plain, name: "a", run: () => Effect.succeed("Write a poem") })
      const after = Agent.make({ ...plain, name: "a", run: () => Effect.succeed("Write a novel") })
      yield* Team.run(Team.make("team", { agents: [before] }), { input: {} })
      const result = yield* Team.run(Team.make("team", { agents: [after] }), { input: {} })
      assert.strictEqual(yield* result.output(after), "Write a novel")
      const again = yield* Team.run(Team.make("team", { agents: [after] }), { input: {} })
      assert.strictEqual(again.report.counts.reused, 1)
    }).pipe(Effect.provide(memory))
  )
})

describe("a file of another agent", () => {
  const reader = (path: string, filesOf: ReadonlyArray<string>) =>
    Agent.make({
      ...plain,
      name: "reader",
      dependsOn: ["a"],
      filesOf,
      run: ({ write }) =>
        Effect.gen(function* () {
          const workspace = yield* Workspace
          yield* write("own.txt", "own")
          assert.strictEqual(yield* workspace.read("own.txt"), "own")
          return yield* workspace.read(path)
        })
    })

  const reading = (path: string, filesOf: ReadonlyArray<string>) =>
    Effect.gen(function* () {
      yield* (yield* Workspace).write("old.txt", "of an earlier run")
      const team = Team.make<Agent.Any>("team", { agents: [writer("a", "a.txt"), reader(path, filesOf)] })
      const result = yield* Team.run(team, { input: {}, force: true })
      return result.report.agents[1]!.reason ?? (yield* result.output(team.agents[1]!))
    }).pipe(Effect.provide(memory))

  it.effect("is read where filesOf says so, and refused elsewhere", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* reading("a.txt", ["a"]), "by a")
      assert.include(yield* reading("a.txt", []), '"a" has written it, which is not in filesOf of "reader"')
      assert.include(yield* reading("old.txt", ["a"]), "nor an agent in its filesOf has written it")
    })
  )
})

describe("an output of nothing", () => {
  it.effect("is kept and reused, and told from null", () =>
    Effect.gen(function* () {
      let value: string | null | undefined
      const nothing = Agent.make({ name: "nothing", version: "1.0.0", output: Schema.Void, run: () => Effect.void })
      const maybe = Agent.make({
        name: "maybe",
        version: "1.0.0",
        output: Schema.UndefinedOr(Schema.NullOr(Schema.String)),
        run: () => Effect.sync(() => value)
      })
      const after = Agent.make({
        ...plain,
        name: "after",
        dependsOn: [nothing, maybe],
        run: (assignment) =>
          Effect.succeed(`${assignment.result(nothing) === undefined} ${String(assignment.result(maybe))}`)
      })
      const team = Team.make<Agent.Any>("team", { agents: [nothing, maybe, after] })
      const first = yield* Team.run(team, { input: {} })
      assert.strictEqual(yield* first.output(after), "true undefined")
      assert.strictEqual((yield* Team.run(team, { input: {} })).report.counts.reused, 3)
      value = null
      const other = Team.make<Agent.Any>("team", { agents: [nothing, { ...maybe, version: "2.0.0" }, after] })
      assert.strictEqual(yield* (yield* Team.run(other, { input: {} })).output(after), "true null")
    }).pipe(Effect.provide(memory))
  )
})

describe("an optional dependency", () => {
  it.effect("is waited for, and where it comes to nothing its dependant works without it", () =>
    Effect.gen(function* () {
      let works = false
      const upstream = Agent.make({
        ...plain,
        name: "upstream",
        run: () => (works ? Effect.succeed("up") : Effect.fail("no"))
      })
      const skipped = Agent.make({
        ...plain,
        name: "skipped",
        dependsOn: [upstream],
        run: ({ write }) => Effect.as(write("skipped.txt", ""), "text")
      })
      const required = Agent.make({ ...plain, name: "required", run: () => Effect.succeed("there") })
      const last = Agent.make({
        ...plain,
        name: "last",
        dependsOn: [Agent.optional(skipped), required, Agent.optional("upstream")],
        filesOf: [skipped],
        run: (assignment) => {
          const maybe: Option.Option<string> = assignment.result(skipped)
          const sure: string = assignment.result(required)
          return Effect.succeed(`${Option.getOrElse(maybe, () => "none")} ${sure} ${assignment.files(skipped).length}`)
        }
      })
      const team = Team.make<Agent.Any>("team", { agents: [last, skipped, required, upstream] })
      const without = yield* Team.run(team, { input: {} })
      assert.deepStrictEqual(statuses(without.report), {
        last: "done",
        skipped: "skipped",
        required: "done",
        upstream: "failed"
      })
      assert.strictEqual(yield* without.output(last), "none there 0")
      works = true
      const whole = yield* Team.run(team, { input: {} })
      assert.strictEqual(yield* whole.output(last), "text there 1")
    }).pipe(Effect.provide(memory))
  )
})

describe("retry", () => {
  const failing = (retry: Agent.RetryOptions, error: (attempt: number) => Effect.Effect<never, unknown>) =>
    Team.make("team", {
      agents: [Agent.make({ ...plain, name: "a", retry, run: ({ attempt }) => error(attempt) })]
    })
  const attempts = (report: Report) => report.agents[0]!.attempts.map((attempt) => attempt.outcome)

  it.effect("asks the agent's predicate whether a failure is worth it", () =>
    Effect.gen(function* () {
      const team = failing({ times: 5, backoff: 0, while: (error) => error === "busy" }, (attempt) =>
        Effect.fail(attempt < 3 ? "busy" : "refused")
      )
      const run = yield* Effect.fork(Team.run(team, { input: {} }))
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(attempts((yield* Fiber.join(run)).report), ["failed", "failed", "failed"])
    }).pipe(Effect.provide(memory))
  )

  it.effect("whose predicate throws is not tried again, and says so", () =>
    Effect.gen(function* () {
      const broken = (): boolean => {
        throw new Error("a mistake")
      }
      const { report } = yield* Team.run(
        failing({ times: 5, while: broken }, () => Effect.fail("no luck")),
        { input: {} }
      )
      assert.strictEqual(report.agents[0]!.reason, "no luck (not tried again: its retry.while threw: a mistake)")
    }).pipe(Effect.provide(memory))
  )

  it.effect("counts crashes among the attempts there may be in all", () =>
    Effect.gen(function* () {
      const team = failing({ times: 5, backoff: 0, attempts: 3 }, (attempt) =>
        attempt % 2 === 0 ? Effect.die("a bug") : Effect.fail("no luck")
      )
      const run = yield* Effect.fork(Team.run(team, { input: {} }))
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(attempts((yield* Fiber.join(run)).report), ["failed", "crashed", "failed"])
    }).pipe(Effect.provide(memory))
  )

  it.effect("ends with the time that all attempts have together, also in the middle of one", () =>
    Effect.gen(function* () {
      const team = failing({ times: 5, backoff: "1 second", within: "10 seconds" }, (attempt) =>
        attempt === 1 ? Effect.fail("no luck") : Effect.never
      )
      const run = yield* Effect.fork(Team.run(team, { input: {} }))
      yield* TestClock.adjust("1 second")
      yield* TestClock.adjust("9 seconds")
      const { report } = yield* Fiber.join(run)
      assert.deepStrictEqual(attempts(report), ["failed", "timedOut"])
      assert.include(report.agents[0]!.reason!, "its attempts took longer than 10s in all; raise `retry.within`")
    }).pipe(Effect.provide(memory))
  )
})

describe("an agent that must not work twice", () => {
  const charging = (run: () => Effect.Effect<string, unknown>) => {
    let worked = 0
    const agent = Agent.make({
      ...plain,
      name: "a",
      once: true,
      timeout: "1 minute",
      retry: { times: 1, backoff: 0 },
      run: () =>
        Effect.suspend(() => {
          worked++
          return run()
        })
    })
    return { team: Team.make("team", { agents: [agent] }), worked: () => worked }
  }

  for (const [way, code] of [
    ["a crash", () => Effect.die(new Error("a bug"))],
    ["a time-out", () => Effect.never]
  ] as const) {
    it.effect(`does not after ${way}, neither in this run nor in the next, until somebody says so`, () =>
      Effect.gen(function* () {
        const { team, worked } = charging(code)
        const first = yield* Effect.fork(Team.run(team, { input: {}, runId: "first" }))
        yield* TestClock.adjust("1 minute")
        assert.strictEqual((yield* Fiber.join(first)).report.agents[0]!.attempts.length, 1)
        const second = yield* Team.run(team, { input: {}, runId: "second" })
        assert.strictEqual(second.status, "failed")
        assert.match(second.report.agents[0]!.reason!, /^it must not work twice, and run first began it at 1970-/)
        assert.strictEqual(worked(), 1)
        const third = yield* Effect.fork(Team.run(team, { input: {}, reuse: false }))
        yield* TestClock.adjust("1 minute")
        yield* Fiber.join(third)
        assert.strictEqual(worked(), 2)
      }).pipe(Effect.provide(memory))
    )
  }

  it.effect("does not after the run was interrupted", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const { team, worked } = charging(() => Effect.zipRight(Deferred.succeed(begun, undefined), Effect.never))
      const run = yield* Effect.fork(Team.run(team, { input: {} }))
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(run)
      assert.strictEqual((yield* Team.run(team, { input: {} })).status, "failed")
      assert.strictEqual(worked(), 1)
    }).pipe(Effect.provide(memory))
  )

  it.effect("works again where it failed in its own words, and is reused where it was done", () =>
    Effect.gen(function* () {
      let fails = true
      const { team, worked } = charging(() => (fails ? Effect.fail("declined") : Effect.succeed("paid")))
      const first = yield* Effect.fork(Team.run(team, { input: {} }))
      yield* TestClock.adjust(0)
      assert.strictEqual((yield* Fiber.join(first)).report.agents[0]!.attempts.length, 2)
      fails = false
      assert.strictEqual((yield* Team.run(team, { input: {} })).status, "done")
      assert.strictEqual((yield* Team.run(team, { input: {} })).report.counts.reused, 1)
      assert.strictEqual(worked(), 3)
    }).pipe(Effect.provide(memory))
  )
})
