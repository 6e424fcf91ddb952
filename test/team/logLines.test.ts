import { assert, describe, it } from "@effect/vitest"
import { Effect, HashMap, Layer, Logger, Schema } from "effect"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as Agent from "../../src/team/Agent.ts"
import { ResultCache } from "../../src/team/ResultCache.ts"
import { RunStore } from "../../src/team/RunStore.ts"
import * as Team from "../../src/team/Team.ts"
import { Workspace } from "../../src/team/Workspace.ts"

describe("What agents log", () => {
  it.effect("names the run, the agent and its actor, also from a fiber of their own", () => {
    const lines: Array<Record<string, unknown>> = []
    const logger = Logger.make(({ annotations, message }) => {
      lines.push({ line: String(message), ...Object.fromEntries(HashMap.toEntries(annotations)) })
    })
    const logs = (name: string, dependsOn: ReadonlyArray<string>) =>
      Agent.make({
        name,
        version: "1.0.0",
        dependsOn,
        estimate: "1 minute",
        output: Schema.String,
        run: () =>
          Effect.as(
            Effect.zipRight(
              Effect.log(`${name} works`),
              Effect.forEach([1], () => Effect.log(`${name} forks`), { concurrency: 2 })
            ),
            name
          )
      })
    const team = Team.make("loggers", { agents: [logs("first", []), logs("second", ["first"])] })
    return Effect.gen(function* () {
      yield* Effect.log("before")
      const { status } = yield* Team.run(team, { input: {}, runId: "run-7", agentsAtOnce: 1 })
      assert.strictEqual(status, "done")
      yield* Effect.log("after")
      assert.deepStrictEqual(lines.at(0), { line: "before" })
      assert.deepStrictEqual(lines.at(-1), { line: "after" }, "the run's annotation ends with the run")
      const ofAgents = lines.filter(({ line }) => /works|forks/.test(String(line)))
      assert.strictEqual(ofAgents.length, 4)
      for (const line of ofAgents) {
        assert.strictEqual(line["run.id"], "run-7")
        assert.strictEqual(line["agent.name"], String(line.line).split(" ")[0])
        assert.isString(line["actor.address"])
        assert.isNumber(line["actor.life"])
      }
    }).pipe(
      Effect.provide(
        Layer.mergeAll(ResultCache.layerMemory(), RunStore.layerMemory(), Workspace.layerMemory, ActorSystem.layer())
      ),
      Effect.provide(Logger.replace(Logger.defaultLogger, logger))
    )
  })
})
