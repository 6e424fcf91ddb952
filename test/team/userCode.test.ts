/** Code of a team's author, each piece × {throws, dies, never ends}: the run ends in time and says whose it was. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, type Duration, Effect, Exit, Fiber, Layer, Schema, TestClock } from "effect"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as Agent from "../../src/team/Agent.ts"
import type { Report } from "../../src/team/Report.ts"
import { ResultCache } from "../../src/team/ResultCache.ts"
import type { RunEvent } from "../../src/team/Run.ts"
import { RunStore } from "../../src/team/RunStore.ts"
import * as Team from "../../src/team/Team.ts"
import { Workspace } from "../../src/team/Workspace.ts"

const memory = Layer.fresh(
  Layer.mergeAll(ResultCache.layerMemory(), RunStore.layerMemory(), Workspace.layerMemory, ActorSystem.layer())
)

const throwing = (): never => {
  throw new Error("a mistake")
}

/** How code can go wrong, and how long the clock must run until that is told. */
const ways: ReadonlyArray<readonly [string, () => Effect.Effect<never>, Duration.DurationInput]> = [
  ["throws", () => throwing(), 0],
  ["dies", () => Effect.die(new Error("a mistake")), 0],
  ["never ends", () => Effect.never, "61 seconds"],
  ["never ends and will not be interrupted", () => Effect.uninterruptible(Effect.never), "62 seconds"]
]

const simple = (name: string, run: () => Effect.Effect<string, unknown> = () => Effect.succeed("")) =>
  Agent.make({ name, version: "1.0.0", timeout: "2 minutes", output: Schema.String, run })

const statuses = (report: Report) => Object.fromEntries(report.agents.map((agent) => [agent.name, agent.status]))

describe("a parse of the team's author", () => {
  for (const [way, code, time] of ways) {
    it.effect(`that ${way} is told as the team's mistake, and nothing is written`, () =>
      Effect.gen(function* () {
        const team = Team.make("team", { agents: [simple("a")], parse: code })
        const run = yield* Effect.fork(Effect.flip(Team.run(team, { input: {} })))
        yield* TestClock.adjust(time)
        const error = yield* Fiber.join(run)
        assert.strictEqual(error._tag, "TeamError")
        assert.match(error.message, /^Team "team": its parse (threw: a mistake \(at .*|did not end within 1m)/)
        assert.isEmpty(yield* (yield* RunStore).list(1))
      }).pipe(Effect.provide(memory))
    )
  }

  it.effect("that returns no Effect is told as the team's mistake", () =>
    Effect.gen(function* () {
      const team = Team.make("team", { agents: [simple("a")], parse: (() => ({})) as never })
      assert.include((yield* Effect.flip(Team.parse(team, {}))).message, "its parse returned no Effect")
    })
  )
})

describe("an input schema", () => {
  it.effect("that throws is told as the team's mistake", () =>
    Effect.gen(function* () {
      const agent = Agent.make({
        name: "a",
        version: "1.0.0",
        input: Schema.transform(Schema.Unknown, Schema.Unknown, { decode: throwing, encode: throwing }),
        output: Schema.String,
        run: () => Effect.succeed("")
      })
      const error = yield* Effect.flip(Team.run(Team.make("team", { agents: [agent] }), { input: {} }))
      assert.include(error.message, 'the input schema of "a" threw: a mistake')
    }).pipe(Effect.provide(memory))
  )
})

describe("reads, times and durations that are none", () => {
  it.effect("are refused with what was found", () =>
    Effect.gen(function* () {
      const agent = Agent.make({
        name: "a",
        version: "1.0.0",
        reads: "entities" as never,
        retry: { times: Number.POSITIVE_INFINITY, attempts: 0, within: 0 },
        output: Schema.Void,
        run: () => Effect.void
      })
      const error = yield* Effect.flip(Team.check(Team.make("team", { agents: [agent] })))
      assert.deepStrictEqual(
        error.problems.map((problem) => ("field" in problem ? problem.field : problem._tag)),
        ["retry.within", "retry.times", "retry.attempts", "reads"]
      )
      assert.include(error.message, '"a" has retry.times Infinity, expected a whole number from 0 to 100.')
    })
  )
})

describe("a fingerprint", () => {
  for (const [way, code, time] of ways) {
    it.effect(`that ${way} fails its agent alone`, () =>
      Effect.gen(function* () {
        const bad = Agent.make({
          name: "bad",
          version: "1.0.0",
          fingerprint: Effect.suspend(code),
          output: Schema.String,
          run: () => Effect.succeed("")
        })
        const run = yield* Effect.fork(Team.run(Team.make("team", { agents: [bad, simple("good")] }), { input: {} }))
        yield* TestClock.adjust(time)
        yield* TestClock.adjust("10 seconds")
        const { report } = yield* Fiber.join(run)
        assert.deepStrictEqual(statuses(report), { bad: "failed", good: "done" })
        assert.match(report.agents[0]!.reason!, /^the fingerprint of "bad" (threw: a mistake|did not end within 1m)/)
      }).pipe(Effect.provide(memory))
    )
  }

  it.effect("that is slow does not hold up who cancels its agent", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const first = simple("first")
      const slow = Agent.make({
        name: "slow",
        version: "1.0.0",
        dependsOn: [first],
        fingerprint: Effect.zipRight(Deferred.succeed(begun, undefined), Effect.never),
        output: Schema.String,
        run: () => Effect.succeed("")
      })
      const result = yield* Effect.scoped(
        Effect.gen(function* () {
          const run = yield* Team.start(Team.make<Agent.Any>("team", { agents: [first, slow] }), { input: {} })
          yield* Deferred.await(begun)
          yield* run.cancel("slow")
          return yield* run.await
        })
      )
      assert.deepStrictEqual(statuses(result.report), { first: "done", slow: "cancelled" })
    }).pipe(Effect.provide(memory))
  )
})

describe("the output schema", () => {
  for (const [way, code, time] of ways) {
    it.effect(`that ${way} while it encodes fails its agent alone`, () =>
      Effect.gen(function* () {
        const bad = Agent.make({
          name: "bad",
          version: "1.0.0",
          timeout: "1 minute",
          output: Schema.transformOrFail(Schema.String, Schema.String, {
            decode: (text) => Effect.succeed(text),
            encode: () => code()
          }),
          run: () => Effect.succeed("text")
        })
        const team = Team.make<Agent.Any>("team", { agents: [bad, simple("good")] })
        const run = yield* Effect.fork(Team.run(team, { input: {} }))
        yield* TestClock.adjust(time)
        yield* TestClock.adjust("10 seconds")
        const { report } = yield* Fiber.join(run)
        assert.deepStrictEqual(statuses(report), { bad: "failed", good: "done" })
        assert.match(report.agents[0]!.reason!, /a mistake|time-out of 1m/)
      }).pipe(Effect.provide(memory))
    )
  }
})

describe("a run", () => {
  it.effect("whose agent returns no Effect says so", () =>
    Effect.gen(function* () {
      const team = Team.make("team", { agents: [simple("a", (async () => "") as never)] })
      const { report } = yield* Team.run(team, { input: {} })
      assert.include(report.agents[0]!.reason!, 'the run of "a" returned no Effect')
    }).pipe(Effect.provide(memory))
  )
})

describe("a listener", () => {
  for (const [way, code] of ways.slice(0, 2)) {
    it.effect(`that ${way} is told the rest, and the report and the history go on`, () =>
      Effect.gen(function* () {
        const heard: Array<string> = []
        const onEvent = (event: RunEvent) => {
          heard.push(event._tag)
          return event._tag === "AgentStarted" ? code() : Effect.void
        }
        const result = yield* Team.run(Team.make("team", { agents: [simple("a")] }), { input: {}, onEvent })
        assert.deepStrictEqual(heard, ["RunStarted", "AgentReady", "AgentStarted", "AgentDone", "RunEnded"])
        assert.strictEqual((yield* (yield* RunStore).get(result.runId))?.report?.status, "done")
      }).pipe(Effect.provide(memory))
    )
  }

  for (const [way, code] of ways.slice(2)) {
    it.effect(`that ${way} does not keep the run from its end`, () =>
      Effect.gen(function* () {
        const run = yield* Effect.fork(
          Team.run(Team.make("team", { agents: [simple("a")] }), { input: {}, onEvent: code, stopBudget: "3 seconds" })
        )
        yield* TestClock.adjust("3 seconds")
        assert.strictEqual((yield* Fiber.join(run)).status, "done")
      }).pipe(Effect.provide(memory))
    )
  }

  it.effect("that is slow is told everything, however long that takes", () =>
    Effect.gen(function* () {
      const heard: Array<string> = []
      const onEvent = (event: RunEvent) =>
        Effect.zipRight(
          Effect.sleep("4 seconds"),
          Effect.sync(() => heard.push(event._tag))
        )
      const run = yield* Effect.fork(Team.run(Team.make("team", { agents: [simple("a")] }), { input: {}, onEvent }))
      yield* TestClock.adjust("60 seconds")
      yield* Fiber.join(run)
      assert.strictEqual(heard.at(-1), "RunEnded")
    }).pipe(Effect.provide(memory))
  )
})

describe("a release that hangs", () => {
  const hanging = (begun: Deferred.Deferred<void>) =>
    simple("a", () =>
      Effect.scoped(
        Effect.gen(function* () {
          yield* Effect.addFinalizer(() => Effect.never)
          yield* Deferred.succeed(begun, undefined)
          return yield* Effect.never
        })
      )
    )

  it.effect("is waited for no longer than the budget after a time-out, and the report says so", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const run = yield* Effect.fork(Team.run(Team.make("team", { agents: [hanging(begun)] }), { input: {} }))
      yield* Deferred.await(begun)
      yield* TestClock.adjust("2 minutes")
      yield* TestClock.adjust("5 seconds")
      const { report } = yield* Fiber.join(run)
      assert.strictEqual(report.agents[0]!.attempts[0]!.outcome, "timedOut")
      assert.include(report.notes[0], "a: attempt 1 was stopped and did not end within 5s; it is left behind")
    }).pipe(Effect.provide(memory))
  )

  it.effect("is waited for no longer than the budget after cancelling", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const result = yield* Effect.scoped(
        Effect.gen(function* () {
          const run = yield* Team.start(Team.make("team", { agents: [hanging(begun), simple("b")] }), { input: {} })
          yield* Deferred.await(begun)
          yield* run.cancel("a")
          yield* TestClock.adjust("5 seconds")
          return yield* run.await
        })
      )
      assert.deepStrictEqual(statuses(result.report), { a: "cancelled", b: "done" })
    }).pipe(Effect.provide(memory))
  )

  it.effect("is waited for no longer than budgets when the run is interrupted, and the report is kept before", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const team = Team.make("team", { agents: [hanging(begun)] })
      const run = yield* Effect.fork(Team.run(team, { input: {}, runId: "run", stopBudget: "1 second" }))
      yield* Deferred.await(begun)
      const interrupting = yield* Effect.fork(Fiber.interrupt(run))
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* (yield* RunStore).get("run"))?.report?.status, "cancelled")
      yield* TestClock.adjust("20 seconds")
      assert.isTrue(Exit.isInterrupted(yield* Fiber.join(interrupting)))
    }).pipe(Effect.provide(memory))
  )
})

describe("cancelling during a backoff", () => {
  it.effect("does not wait it out, and begins no further attempt", () =>
    Effect.gen(function* () {
      const failing = Agent.make({
        name: "a",
        version: "1.0.0",
        retry: { times: 3, backoff: "1 hour", maxBackoff: "1 hour" },
        output: Schema.String,
        run: () => Effect.fail("no luck")
      })
      const waiting = yield* Deferred.make<void>()
      const result = yield* Effect.scoped(
        Effect.gen(function* () {
          const run = yield* Team.start(Team.make("team", { agents: [failing] }), {
            input: {},
            onEvent: (event) =>
              event._tag === "AgentAttemptFailed" ? Effect.asVoid(Deferred.succeed(waiting, undefined)) : Effect.void
          })
          yield* Deferred.await(waiting)
          yield* run.cancel("a")
          return yield* run.await
        })
      )
      assert.strictEqual(result.report.agents[0]!.status, "cancelled")
      assert.deepStrictEqual(
        result.report.agents[0]!.attempts.map((attempt) => attempt.outcome),
        ["failed"]
      )
    }).pipe(Effect.provide(memory))
  )
})
