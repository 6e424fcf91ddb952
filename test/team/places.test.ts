import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Layer, Schema, TestClock } from "effect"
import { FullstackTeam } from "../../actors/fullstack/FullstackTeam.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as Agent from "../../src/team/Agent.ts"
import type { Plan } from "../../src/team/Plan.ts"
import type { Resources } from "../../src/team/Resources.ts"
import { ResultCache } from "../../src/team/ResultCache.ts"
import type { RunEvent, RunOptions } from "../../src/team/Run.ts"
import { RunStore } from "../../src/team/RunStore.ts"
import { Scheduler } from "../../src/team/Scheduler.ts"
import * as Team from "../../src/team/Team.ts"
import { Workspace } from "../../src/team/Workspace.ts"

const memory = Layer.mergeAll(
  ResultCache.layerMemory(),
  RunStore.layerMemory(),
  Workspace.layerMemory,
  ActorSystem.layer()
)

const onePlace = Scheduler.layer({ capacity: { agents: 1, cpus: 0, memoryMiB: 0 } })

interface Own {
  readonly run?: () => Effect.Effect<void>
  readonly estimate?: number
  readonly priority?: number
  readonly resources?: Partial<Resources> | undefined
}

const idle = (name: string, own?: Own) =>
  Agent.make({ name, version: "1.0.0", output: Schema.Void, run: () => Effect.void, ...own })

/** The plan with which a run begins. */
const planOf = (team: Team.Any, options?: Partial<RunOptions>) =>
  Effect.gen(function* () {
    const plan = yield* Deferred.make<Plan>()
    const onEvent = (event: RunEvent) =>
      event._tag === "RunStarted" ? Deferred.succeed(plan, event.plan) : Effect.void
    yield* Team.run(team, { input: {}, reuse: false, onEvent, ...options })
    return yield* Deferred.await(plan)
  })

describe("places", () => {
  it.effect("go back while an agent runs a team, so that a team in a team in a team needs but one", () =>
    Effect.gen(function* () {
      const ended: Array<string> = []
      const nested = (name: string, inner: Effect.Effect<unknown, unknown, never>) =>
        Agent.make({
          name,
          version: "1.0.0",
          output: Schema.Void,
          run: () =>
            Effect.zipRight(
              inner,
              Effect.sync(() => void ended.push(name))
            )
        })
      const within = (team: Team.Any) =>
        Effect.provide(Team.run(team, { input: {} }), Layer.fresh(memory)) as Effect.Effect<unknown, unknown>
      const innermost = Team.make("innermost", { agents: [nested("a", Effect.void), nested("b", Effect.void)] })
      const middle = Team.make("middle", { agents: [nested("c", within(innermost)), nested("d", within(innermost))] })
      const outer = Team.make("outer", { agents: [nested("e", within(middle)), nested("f", within(middle))] })
      const result = yield* Team.run(outer, { input: {} })
      assert.strictEqual(result.status, "done")
      assert.strictEqual(ended.length, 2 * (1 + 2 * (1 + 2)))
    }).pipe(Effect.provide(Layer.merge(memory, onePlace)))
  )

  it.effect("are shared by the runs of a process", () =>
    Effect.gen(function* () {
      let working = 0
      let most = 0
      const busy = (name: string) =>
        idle(name, {
          run: () =>
            Effect.gen(function* () {
              most = Math.max(most, ++working)
              yield* Effect.yieldNow()
              working--
            })
        })
      const team = (name: string) => Team.make(name, { agents: ["a", "b", "c"].map(busy) })
      const run = (name: string) => Effect.provide(Team.run(team(name), { input: {} }), Layer.fresh(memory))
      yield* Effect.all([run("one"), run("two"), run("three")], { concurrency: "unbounded" })
      assert.strictEqual(most, 2)
    }).pipe(Effect.provide(Scheduler.layer({ capacity: { agents: 2, cpus: 0, memoryMiB: 0 } })))
  )

  it.effect("are as many as the profile has, which the input chooses unless the run says otherwise", () =>
    Effect.gen(function* () {
      const team = Team.make("team", {
        agents: [idle("a")],
        profile: (input) => ((input as { readonly size?: "large" }).size === "large" ? "large" : undefined)
      })
      const atOnce = (options: Partial<RunOptions>) =>
        Effect.map(Team.run(team, { input: {}, ...options }), (result) => result.report.agentsAtOnce)
      assert.strictEqual(yield* atOnce({}), 3)
      assert.strictEqual(yield* atOnce({ input: { size: "large" } }), 8)
      assert.strictEqual(yield* atOnce({ input: { size: "large" }, profile: "medium" }), 5)
      assert.strictEqual(yield* atOnce({ input: { size: "large" }, profile: "medium", agentsAtOnce: 2 }), 2)
      assert.strictEqual(FullstackTeam.profile?.({ scale: "enterprise" }), "enterprise")
    }).pipe(Effect.provide(memory))
  )

  it.effect("and cores that no run can offer are refused with the team, those of a larger profile with the run", () =>
    Effect.gen(function* () {
      const claiming = (resources: Partial<Resources>) =>
        Team.make("team", { agents: [idle("builder", { resources, priority: 1000 })] })
      const never = yield* Effect.flip(Team.check(claiming({ cpus: 17, agents: 0, memoryMiB: 0.5 })))
      assert.strictEqual(
        never.message,
        [
          'Team "team": "builder" has resources.agents 0, expected a whole number from 1 to 12.',
          'Team "team": "builder" has resources.cpus 17, expected a whole number from 0 to 16.',
          'Team "team": "builder" has resources.memoryMiB 0.5, expected a whole number from 0 to 16384.',
          'Team "team": "builder" has priority 1000, expected a whole number from -100 to 100.'
        ].join("\n")
      )
      const four = Team.make("team", { agents: [idle("builder", { resources: { cpus: 4 } })] })
      yield* Team.check(four)
      const small = yield* Effect.flip(Team.run(four, { input: {} }))
      assert.strictEqual(
        small.message,
        'Team "team": "builder" claims 4 cpus, of which this run may use 2 (profile small). Choose a larger profile, or claim less in its resources.'
      )
      const result = yield* Team.run(four, { input: {}, profile: "medium" })
      assert.strictEqual(result.status, "done")
    }).pipe(Effect.provide(memory))
  )

  it.effect("go to the more urgent first, and to whoever is measured to be on the longest way", () =>
    Effect.gen(function* () {
      const order: Array<string> = []
      const takes = (name: string, millis: number, estimate: number, priority = 0) =>
        idle(name, {
          estimate,
          priority,
          run: () =>
            Effect.zipRight(
              Effect.sync(() => void order.push(name)),
              Effect.sleep(millis)
            )
        })
      const team = Team.make("team", {
        agents: [takes("said to be long", 10, 9000), takes("long", 500, 1), takes("urgent", 10, 1, 1)]
      })
      const run = Effect.gen(function* () {
        const fiber = yield* Effect.fork(planOf(team, { agentsAtOnce: 1 }))
        for (const millis of [500, 500, 500]) yield* TestClock.adjust(millis)
        return yield* fiber
      })
      const first = yield* run
      assert.deepStrictEqual(order, ["urgent", "said to be long", "long"])
      assert.deepStrictEqual(first.criticalPath, { agents: ["said to be long"], ms: 9000 })
      assert.isUndefined(first.agents[0]!.measuredMs)
      order.length = 0
      const second = yield* run
      assert.deepStrictEqual(order, ["urgent", "long", "said to be long"])
      assert.deepStrictEqual(second.criticalPath, { agents: ["long"], ms: 500 })
      const long = second.agents.find((each) => each.name === "long")
      assert.deepStrictEqual([long?.estimateMs, long?.measuredMs, long?.remainingMs], [1, 500, 500])
      const planned = yield* Team.plan(team, { input: {} })
      assert.strictEqual(planned.workMs, 520)
    }).pipe(Effect.provide(memory))
  )
})
