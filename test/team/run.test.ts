import { assert, describe, it } from "@effect/vitest"
import { type Deferred, Effect, type Fiber, Layer, type Ref, Schema, type TestClock } from "effect"
import * as Agent from "../../src/team/Agent.ts"
import { ResultCache } from "../../src/team/ResultCache.ts"
import type { RunEvent } from "../../src/team/Run.ts"
import { RunStore } from "../../src/team/RunStore.ts"
import * as Team from "../../src/team/Team.ts"
import { Workspace } from "../../src/team/Workspace.ts"

const memory = Layer.mergeAll(ResultCache.layerMemory(), RunStore.layerMemory(), Workspace.layerMemory)

/** Counts how often each agent worked. */
const counting = () => {
  const worked: Array<string> = []
  const step = (
    name: string,
    dependsOn: ReadonlyArray<string>,
    options: Partial<{ reads: ReadonlyArray<string> }> = {}
  ) =>
    Agent.make({
      name,
      version: "1.0.0",
      dependsOn,
      reads: options.reads,
      estimate: "1 minute",
      output: Schema.String,
      run: (assignment) =>
        Effect.gen(function* () {
          worked.push(name)
          yield* assignment.write(`${name}.txt`, `made by ${name}\n`)
          return `${name}: ${JSON.stringify(assignment.input)}`
        })
    })
  return { worked, step }
}

describe("a run", () => {
  it.effect("gives each agent what it reads and what came before, and hands out typed results", () =>
    Effect.gen(function* () {
      const topic = Agent.make({
        name: "topic",
        version: "1.0.0",
        estimate: "1 minute",
        reads: ["about.title"],
        input: Schema.Struct({ about: Schema.Struct({ title: Schema.String }) }),
        output: Schema.NumberFromString,
        run: ({ input }) => Effect.succeed(input.about.title.length)
      })
      const doubled = Agent.make({
        name: "doubled",
        version: "1.0.0",
        estimate: "1 minute",
        dependsOn: [topic],
        output: Schema.Number,
        run: (assignment) => Effect.succeed(assignment.result(topic) * 2)
      })
      const team = Team.make("pair", { agents: [doubled, topic] })
      const result = yield* Team.run(team, { input: { about: { title: "four", secret: 1 } } })
      assert.strictEqual(result.status, "done")
      assert.strictEqual(yield* result.output(doubled), 8)
      assert.deepStrictEqual(result.report.counts.done, 2)
    }).pipe(Effect.provide(memory))
  )

  it.effect("does nothing twice, and restores what was made", () =>
    Effect.gen(function* () {
      const { step, worked } = counting()
      const team = Team.make("chain", { agents: [step("a", []), step("b", ["a"]), step("c", ["b"])] })
      const first = yield* Team.run(team, { input: {} })
      const second = yield* Team.run(team, { input: {} })
      assert.deepStrictEqual(worked, ["a", "b", "c"])
      assert.strictEqual(second.report.counts.reused, 3)
      assert.deepStrictEqual(
        second.report.agents.map((agent) => agent.reusedFrom),
        [first.runId, first.runId, first.runId]
      )
      assert.strictEqual(yield* (yield* Workspace).read("c.txt"), "made by c\n")
    }).pipe(Effect.provide(memory))
  )
})

export type { Deferred, Fiber, Ref, RunEvent, TestClock }
