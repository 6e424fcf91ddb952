import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Schema, TestClock } from "effect"
import * as LiveView from "../../cli/LiveView.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as Agent from "../../src/team/Agent.ts"
import * as History from "../../src/team/History.ts"
import { ResultCache } from "../../src/team/ResultCache.ts"
import type { RunEvent } from "../../src/team/Run.ts"
import * as RunState from "../../src/team/RunState.ts"
import { RunStore } from "../../src/team/RunStore.ts"
import * as Team from "../../src/team/Team.ts"
import { Workspace } from "../../src/team/Workspace.ts"

const memory = Layer.mergeAll(
  ResultCache.layerMemory(),
  RunStore.layerMemory(),
  Workspace.layerMemory,
  ActorSystem.layer()
)

describe("a run that was measured before", () => {
  it.effect("says how long it will take, where the estimates say hours", () =>
    Effect.gen(function* () {
      const agent = (name: string, dependsOn: ReadonlyArray<string> = []) =>
        Agent.make({
          name,
          version: "1.0.0",
          dependsOn,
          estimate: "1 hour",
          output: Schema.Void,
          run: () => Effect.sleep("20 seconds")
        })
      const team = Team.make("team", { agents: [agent("a"), agent("b", ["a"]), agent("c", ["a"])] })
      const headlines: Array<string> = []
      const run = Effect.gen(function* () {
        const onEvent = (event: RunEvent) =>
          Effect.sync(() => {
            if (event._tag !== "RunStarted") return
            const options = { now: event.at, width: 80, height: 10, color: false }
            headlines.push(LiveView.frame(RunState.step(RunState.empty, event), options)[0]!)
          })
        const fiber = yield* Effect.fork(Team.run(team, { input: {}, reuse: false, onEvent }))
        yield* TestClock.adjust("20 seconds")
        yield* TestClock.adjust("20 seconds")
        yield* Fiber.join(fiber)
      })
      yield* run
      yield* run
      assert.deepStrictEqual(headlines, ["team: 0 of 3 agents, 0.0 s", "team: 0 of 3 agents, 0.0 s of about 40.0 s"])
      const runs = yield* (yield* RunStore).list(10)
      assert.deepStrictEqual([...History.measured(team, runs)].sort(), [
        ["a", 20_000],
        ["b", 20_000],
        ["c", 20_000]
      ])
      const other = { ...team, agents: team.agents.map((each) => ({ ...each, version: "2.0.0" })) }
      assert.strictEqual(History.measured(other, runs).size, 0)
    }).pipe(Effect.provide(memory))
  )
})
