import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as Graph from "../../cli/graph.ts"
import * as Agent from "../../src/team/Agent.ts"
import * as Team from "../../src/team/Team.ts"

const agent = (name: string, estimate: "1 second" | "3 seconds", dependsOn: ReadonlyArray<string> = []) =>
  Agent.make({ name, version: "1.0.0", estimate, dependsOn, output: Schema.Void, run: () => Effect.void })

const team = Team.make("press", {
  agents: [
    agent("critic", "1 second", ["writer", "researcher"]),
    agent("researcher", "1 second"),
    agent("writer", "3 seconds", ["researcher"]),
    agent('"quoted" <b>', "1 second", ["researcher"])
  ]
})

describe("graph", () => {
  it("draws for reading, each agent after those it waits for", () => {
    assert.strictEqual(
      Graph.text(Graph.draw(team)),
      [
        "press: 4 agents, 6.0 s of work, 5.0 s at best",
        "",
        "* researcher    1.0 s",
        "* writer        3.0 s  after researcher",
        "* critic        1.0 s  after writer, researcher",
        '  "quoted" <b>  1.0 s  after researcher',
        "",
        "* critical path: researcher → writer → critic",
        "Times are the agents' estimates.",
        ""
      ].join("\n")
    )
  })

  it("draws for documents, with names that cannot break the drawing", () => {
    const drawn = Graph.mermaid(Graph.draw(team))
    assert.include(drawn, "flowchart LR\n")
    assert.include(drawn, '["#34;quoted#34; #60;b#62;<br/>1.0 s"]')
    assert.include(drawn, "a0 --> a1")
    assert.include(drawn, "class a0,a1,a2 critical")
  })

  it("says what earlier runs have measured instead of hours that nobody needed", () => {
    const mixed = Graph.draw(team, new Map([["writer", 200]]))
    assert.include(Graph.text(mixed), "press: 4 agents, 3.2 s of work, 2.2 s at best")
    assert.include(Graph.text(mixed), "* writer        200 ms  after researcher")
    assert.include(Graph.text(mixed), "* critic        ~1.0 s  after writer, researcher")
    assert.include(Graph.text(mixed), "Times were measured in earlier runs; those with ~ are the agents' estimates.")
    const all = Graph.draw(team, new Map(team.agents.map((one) => [one.name, 100])))
    assert.include(Graph.text(all), "Times were measured in earlier runs.")
  })

  it("knows when each could start at the earliest", () => {
    assert.deepStrictEqual(
      Graph.draw(team).agents.map((one) => [one.name, one.startsMs]),
      [
        ["researcher", 0],
        ["writer", 1000],
        ["critic", 4000],
        ['"quoted" <b>', 1000]
      ]
    )
  })
})
