import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as Agent from "../../src/team/Agent.ts"
import * as Markdown from "../../src/team/Markdown.ts"
import { ResultCache } from "../../src/team/ResultCache.ts"
import type { RunEvent } from "../../src/team/Run.ts"
import { RunStore } from "../../src/team/RunStore.ts"
import * as Team from "../../src/team/Team.ts"
import { Workspace } from "../../src/team/Workspace.ts"

/** The graph of the team that ships, with agents that only write one file. */
const shape: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
  ["product-manager", []],
  ["technical-architect", ["product-manager"]],
  ["frontend-developer", ["technical-architect"]],
  ["backend-developer", ["technical-architect"]],
  ["devops-engineer", ["technical-architect"]],
  ["qa-engineer", ["frontend-developer", "backend-developer"]],
  ["site-reliability-engineer", ["devops-engineer", "qa-engineer"]],
  ["development-coordinator", ["site-reliability-engineer"]]
]

const eight = Team.make("eight", {
  agents: shape.map(([name, dependsOn]) =>
    Agent.make({
      name,
      version: "1.0.0",
      dependsOn,
      estimate: "1 minute",
      output: Schema.String,
      run: ({ attempt, write }) => Effect.as(write(`${name}.txt`, name), `attempt ${attempt}`)
    })
  )
})

/** An output folder at which the first `times` writes of one path die, as a bug in a library would. */
const dyingAt = (path: string, times: number) =>
  Layer.effect(
    Workspace,
    Effect.map(Workspace, (workspace) => {
      let left = times
      return Workspace.of({
        ...workspace,
        write: (file, content, options) =>
          file === path && left-- > 0
            ? Effect.die(new Error(`no hands at ${path}`))
            : workspace.write(file, content, options)
      })
    })
  ).pipe(Layer.provide(Layer.fresh(Workspace.layerMemory)))

const services = Layer.fresh(Layer.mergeAll(ResultCache.layerMemory(), RunStore.layerMemory(), ActorSystem.layer()))

describe("an agent that crashes in mid-work", () => {
  for (const [name] of shape) {
    it.effect(`is restarted and works again: ${name}`, () =>
      Effect.gen(function* () {
        const result = yield* Team.run(eight, { input: {} })
        assert.strictEqual(result.status, "done")
        const report = result.report.agents.find((agent) => agent.name === name)!
        assert.deepStrictEqual(
          report.attempts.map(({ attempt, incarnation, outcome, reason }) => ({
            attempt,
            incarnation,
            outcome,
            reason
          })),
          [
            { attempt: 1, incarnation: 1, outcome: "crashed", reason: `it crashed: no hands at ${name}.txt` },
            { attempt: 2, incarnation: 2, outcome: "succeeded", reason: null }
          ]
        )
        assert.strictEqual(yield* result.output(eight.agents.find((agent) => agent.name === name)!), "attempt 2")
        for (const other of result.report.agents) {
          if (other.name !== name) assert.strictEqual(other.attempts.length, 1)
        }
        assert.include(Markdown.fromReport(result.report), "restarted (incarnation 2)")
      }).pipe(Effect.provide(Layer.merge(services, dyingAt(`${name}.txt`, 1))))
    )
  }

  it.effect("is given up after as many restarts as supervision allows", () =>
    Effect.gen(function* () {
      const events: Array<RunEvent> = []
      const result = yield* Team.run(eight, {
        input: {},
        onEvent: (event) => Effect.sync(() => void events.push(event))
      })
      const report = result.report.agents.find((agent) => agent.name === "devops-engineer")!
      assert.strictEqual(result.status, "failed")
      assert.strictEqual(report.status, "failed")
      assert.deepStrictEqual(
        report.attempts.map(({ incarnation, outcome }) => [incarnation, outcome]),
        [
          [1, "crashed"],
          [2, "crashed"],
          [3, "crashed"]
        ]
      )
      assert.deepStrictEqual(
        events.flatMap((event) => (event._tag === "AgentAttemptFailed" ? [event.willRetry] : [])),
        [true, true, false]
      )
      assert.strictEqual(result.report.agents.find((agent) => agent.name === "qa-engineer")?.status, "done")
      assert.strictEqual(
        result.report.agents.find((agent) => agent.name === "development-coordinator")?.becauseOf,
        "devops-engineer"
      )
    }).pipe(Effect.provide(Layer.merge(services, dyingAt("devops-engineer.txt", 99))))
  )
})
