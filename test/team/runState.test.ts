import { assert, describe, it } from "@effect/vitest"
import { Clock, Deferred, Effect, Fiber, HashMap, Layer, Schema, TestClock } from "effect"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as Agent from "../../src/team/Agent.ts"
import type { Report } from "../../src/team/Report.ts"
import { ResultCache } from "../../src/team/ResultCache.ts"
import type { RunEvent } from "../../src/team/Run.ts"
import * as RunState from "../../src/team/RunState.ts"
import { RunStore } from "../../src/team/RunStore.ts"
import * as Team from "../../src/team/Team.ts"
import { Workspace } from "../../src/team/Workspace.ts"

const memory = Layer.fresh(
  Layer.mergeAll(ResultCache.layerMemory(), RunStore.layerMemory(), Workspace.layerMemory, ActorSystem.layer())
)

type Hands = Agent.Assignment<unknown, { readonly name: string }>

const agent = (
  name: string,
  dependsOn: ReadonlyArray<string>,
  work: (hands: Hands) => Effect.Effect<unknown, unknown>,
  retry?: Agent.RetryOptions
) =>
  Agent.make({
    name,
    version: "1.2.3",
    dependsOn,
    retry,
    output: Schema.String,
    run: (hands) => Effect.as(work(hands), name)
  })

/** An agent for each way to end, and each way to get there. */
const everyWay = (release: Deferred.Deferred<void>) =>
  Team.make<Agent.Any>("every way", {
    agents: [
      agent("last", ["done", "failed"], () => Effect.void),
      agent("done", [], (hands) =>
        Effect.all([hands.write("b.txt", "b"), hands.write("a.txt", "a"), hands.tokens({ input: 3, output: 4 })])
      ),
      agent(
        "retried",
        ["done"],
        (hands) =>
          Effect.zipRight(
            Effect.zipRight(hands.progress("trying", 0.5), hands.tokens({ input: 1, output: undefined })),
            hands.attempt < 3 ? Effect.fail("not yet") : Effect.void
          ),
        { times: 2, backoff: "1 second" }
      ),
      agent("crashed", [], (hands) => (hands.attempt === 1 ? Effect.die(new Error("a bug")) : Effect.void)),
      agent("failed", [], () => Effect.fail(new Error("no luck"))),
      agent("notVerified", [], (hands) => hands.verdict({ _tag: "notVerified", reason: "no registry" })),
      agent("verdict", [], (hands) => hands.verdict({ _tag: "failed", reason: "2 tests failed" })),
      agent("cancelled", [], () => Deferred.await(release))
    ]
  })

const run = (team: Team.Any, runId: string) =>
  Effect.gen(function* () {
    const events: Array<RunEvent> = []
    const result = yield* Effect.scoped(
      Effect.gen(function* () {
        const handle = yield* Team.start(team, {
          input: {},
          runId,
          agentsAtOnce: 8,
          onEvent: (event) => Effect.sync(() => void events.push(event))
        })
        yield* TestClock.adjust("3 seconds")
        yield* handle.cancel("cancelled")
        return yield* handle.await
      })
    )
    return { events, report: result.report }
  })

/** What a report and a state both tell of an agent. */
const told = ({ agents }: Pick<Report, "agents">): ReadonlyArray<unknown> =>
  agents.map(({ waitMs: _, workMs: __, status, ...agent }) => ({ ...agent, standing: status }))

const folded = (events: ReadonlyArray<RunEvent>): ReadonlyArray<Pick<RunState.AgentInRun, "name" | "standing">> =>
  RunState.agentsAsDefined(events.reduce(RunState.step, RunState.empty)).map(
    ({ attempt: _, fraction: __, incarnation: _____, message: ___, workingSinceMs: ____, ...agent }) => ({
      ...agent,
      endedMs: agent.startedMs === null ? null : agent.endedMs,
      files: [...agent.files].sort()
    })
  )

describe("the state of a run", () => {
  it.effect("is what the report tells, for every way an agent can end, by what a listener hears", () =>
    Effect.gen(function* () {
      const team = everyWay(yield* Deferred.make<void>())
      const first = yield* run(team, "first")
      const standings = Object.fromEntries(folded(first.events).map((each) => [each.name, each.standing]))
      assert.deepStrictEqual(standings, {
        last: "skipped",
        done: "done",
        retried: "done",
        crashed: "done",
        failed: "failed",
        notVerified: "notVerified",
        verdict: "failed",
        cancelled: "cancelled"
      })
      assert.deepStrictEqual<unknown>(folded(first.events), told(first.report))
      const retried = first.report.agents.find((each) => each.name === "retried")!
      assert.deepStrictEqual(
        retried.attempts.map((each) => [each.outcome, each.startedMs, each.endedMs]),
        [
          ["failed", 0, 0],
          ["failed", 1000, 1000],
          ["succeeded", 3000, 3000]
        ]
      )
      assert.deepStrictEqual({ ...retried.tokens }, { input: 3, output: null })

      const second = yield* run(team, "second")
      assert.strictEqual(second.report.counts.reused, 3)
      assert.deepStrictEqual<unknown>(folded(second.events), told(second.report))
      const state = second.events.reduce(RunState.step, RunState.empty)
      assert.deepStrictEqual(
        [state.runId, state.status, state.notes, state.agentsAtOnce],
        ["second", second.report.status, second.report.notes, 8]
      )
    }).pipe(Effect.provide(memory))
  )

  it.effect("is the same for who missed progress, but for the messages", () =>
    Effect.gen(function* () {
      const { events, report } = yield* run(everyWay(yield* Deferred.make<void>()), "run")
      assert.isTrue(events.some((event) => event._tag === "AgentProgress"))
      const without = events.filter((event) => event._tag !== "AgentProgress")
      assert.deepStrictEqual<unknown>(folded(without), told(report))
    }).pipe(Effect.provide(memory))
  )

  it.effect("of an interrupted run tells who was at work, with its attempt, and who never began", () =>
    Effect.gen(function* () {
      const events: Array<RunEvent> = []
      const begun = yield* Deferred.make<void>()
      const team = Team.make("pair", {
        agents: [
          agent("first", [], (hands) =>
            hands
              .tokens({ input: 5, output: 6 })
              .pipe(Effect.zipRight(Deferred.succeed(begun, undefined)), Effect.zipRight(Effect.never))
          ),
          agent("second", ["first"], () => Effect.void)
        ]
      })
      const fiber = yield* Effect.fork(
        Team.run(team, { input: {}, runId: "run", onEvent: (event) => Effect.sync(() => void events.push(event)) })
      )
      yield* Deferred.await(begun)
      yield* TestClock.adjust("7 seconds")
      yield* Fiber.interrupt(fiber)
      const report = (yield* (yield* RunStore).get("run"))!.report!
      assert.deepStrictEqual<unknown>(folded(events), told(report))
      const [first, second] = report.agents
      assert.deepInclude(first, { status: "cancelled", reason: "the run was interrupted", startedMs: 0, endedMs: 7000 })
      assert.deepStrictEqual(
        first!.attempts.map((each) => [each.outcome, each.endedMs]),
        [["cancelled", 7000]]
      )
      assert.deepStrictEqual({ ...first!.tokens }, { input: 5, output: 6 })
      assert.deepInclude(second, { status: "cancelled", startedMs: null, endedMs: null, key: null })
    }).pipe(Effect.provide(memory))
  )

  it.effect("has durations that nobody changes by setting the clock of the machine", () =>
    Effect.gen(function* () {
      const clock = yield* Effect.clock
      const began = yield* Clock.currentTimeMillis
      // An hour is taken off the wall clock at each look.
      let looks = 0
      const wall = () => began - 3_600_000 * looks++
      const set: Clock.Clock = {
        [Clock.ClockTypeId]: Clock.ClockTypeId,
        unsafeCurrentTimeMillis: wall,
        currentTimeMillis: Effect.sync(wall),
        unsafeCurrentTimeNanos: () => clock.unsafeCurrentTimeNanos(),
        currentTimeNanos: clock.currentTimeNanos,
        sleep: (duration) => clock.sleep(duration)
      }
      const events: Array<RunEvent> = []
      const fiber = yield* Effect.fork(
        Team.run(Team.make("solo", { agents: [agent("slow", [], () => Effect.sleep("2 seconds"))] }), {
          input: {},
          onEvent: (event) => Effect.sync(() => void events.push(event))
        }).pipe(Effect.withClock(set))
      )
      yield* TestClock.adjust("2 seconds")
      const { report } = yield* Fiber.join(fiber)
      assert.isAbove(looks, 3)
      assert.deepInclude(report.agents[0], { workMs: 2000, startedMs: 0, endedMs: 2000, waitMs: 0 })
      assert.strictEqual(report.makespanMs, 2000)
      assert.deepStrictEqual<unknown>(folded(events), told(report))
    }).pipe(Effect.provide(memory))
  )

  it("is changed by no event about an agent that the plan does not know", () => {
    const state = RunState.step(RunState.empty, {
      _tag: "AgentProgress",
      at: 1,
      agent: "nobody",
      message: "?",
      fraction: undefined
    })
    assert.isTrue(HashMap.isEmpty(state.byName))
    assert.deepStrictEqual(RunState.agents(state), [])
  })
})
