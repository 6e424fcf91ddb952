import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Schema } from "effect"
import * as fc from "fast-check"
import * as Agent from "../../src/team/Agent.ts"
import * as Graph from "../../src/team/Graph.ts"
import * as Team from "../../src/team/Team.ts"

const agent = (name: string, dependsOn: ReadonlyArray<string> = [], filesOf: ReadonlyArray<string> = []) =>
  Agent.make({
    name,
    version: "1.0.0",
    dependsOn,
    filesOf,
    estimate: "1 minute",
    output: Schema.String,
    run: () => Effect.succeed("")
  })

const refusal = (agents: ReadonlyArray<Agent.Any>) => Effect.flip(Team.check(Team.make("team", { agents })))

describe("a team is refused", () => {
  it.effect("with a cycle shown as its path", () =>
    Effect.gen(function* () {
      const error = yield* refusal([agent("a"), agent("b", ["a", "d"]), agent("c", ["b"]), agent("d", ["c"])])
      assert.deepStrictEqual(error.problems, [{ _tag: "Cycle", path: ["b", "d", "c", "b"] }])
      assert.include(error.message, "b → d → c → b")
    })
  )

  it.effect("with durations that are none, and does not throw while it is defined", () =>
    Effect.gen(function* () {
      const made = (estimate: unknown, timeout: unknown, backoff?: unknown) =>
        Agent.make({
          name: "a",
          version: "1.0.0",
          // A module in JavaScript may hand in anything.
          estimate: estimate as "1 minute",
          timeout: timeout as "1 minute",
          retry: { times: 1, backoff: backoff as "1 second" },
          output: Schema.String,
          run: () => Effect.succeed("")
        })
      const error = yield* refusal([made("soon", 0)])
      assert.deepStrictEqual(error.message.split("\n"), [
        'Team "team": "a" has estimate "soon", expected a finite duration such as "90 seconds" or Duration.minutes(2).',
        'Team "team": "a" has timeout 0, expected a duration above zero such as "90 seconds" or Duration.minutes(2).'
      ])
      for (const wrong of [null, {}, -1, Number.NaN, Number.POSITIVE_INFINITY, "-1 second", "5 parsecs", "infinity"]) {
        const { problems } = yield* refusal([made(wrong, undefined, wrong)])
        assert.deepStrictEqual(
          problems.map((problem) => (problem._tag === "WrongDuration" ? problem.field : problem._tag)),
          ["estimate", "retry.backoff"],
          String(wrong)
        )
      }
      const fine = made(undefined, Number.POSITIVE_INFINITY)
      yield* Team.check(Team.make("team", { agents: [fine] }))
      assert.strictEqual(Duration.toMillis(fine.estimate), 60_000)
    })
  )

  it.effect("with an agent that depends on itself", () =>
    Effect.gen(function* () {
      const error = yield* refusal([agent("a", ["a"])])
      assert.deepStrictEqual(error.problems, [{ _tag: "Cycle", path: ["a", "a"] }])
    })
  )

  it.effect("with a missing dependency and the nearest name", () =>
    Effect.gen(function* () {
      const error = yield* refusal([agent("product-manager"), agent("b", ["product-manger"])])
      assert.include(error.message, '"b" depends on "product-manger" (agents[1].dependsOn[0])')
      assert.include(error.message, 'Did you mean "product-manager"?')
    })
  )

  it.effect("with a missing dependency that is like no name, without a guess", () =>
    Effect.gen(function* () {
      const error = yield* refusal([agent("product-manager"), agent("b", ["zzzzzzzzzz"])])
      assert.notInclude(error.message, "Did you mean")
    })
  )

  it.effect("with a doubled name and both places", () =>
    Effect.gen(function* () {
      const error = yield* refusal([agent("a"), agent("b"), agent("x"), agent("c"), agent("d"), agent("x")])
      assert.include(error.message, 'the name "x" is used by agents[2] and agents[5]')
    })
  )

  it.effect("with no agents, or names that are none", () =>
    Effect.gen(function* () {
      assert.include((yield* refusal([])).message, "no agents")
      assert.include((yield* refusal([agent("a"), agent(" ")])).message, "agents[1]")
      assert.include((yield* refusal([agent("a\u0007b")])).message, "control characters")
    })
  )

  it.effect("with files of an agent it does not depend on", () =>
    Effect.gen(function* () {
      yield* Team.check(Team.make("team", { agents: [agent("a"), agent("b", ["a"]), agent("c", ["b"], ["a"])] }))
      const error = yield* refusal([agent("a"), agent("c", [], ["a"])])
      assert.include(error.message, '"c" reads the files of "a"')
    })
  )

  it.effect("with everything that is wrong at once", () =>
    Effect.gen(function* () {
      const error = yield* refusal([agent("a", ["b"]), agent("b", ["a"]), agent("c", ["nowhere"]), agent("c")])
      assert.deepStrictEqual(
        error.problems.map((problem) => problem._tag),
        ["DoubledName", "MissingDependency", "Cycle"]
      )
    })
  )
})

/** Random graphs: node i may depend on any j; `acyclic` allows only j < i. */
const graphs = (acyclic: boolean) =>
  fc.integer({ min: 1, max: 9 }).chain((size) =>
    fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 20 }).map((edges) =>
      Array.from({ length: size }, (_, index) => ({
        name: `n${index}`,
        dependsOn: [...new Set(edges.filter(([a, b]) => a === index && (!acyclic || b < a)).map(([, b]) => `n${b}`))]
      }))
    )
  )

describe("the graph", () => {
  it("tells of a cycle exactly if there is one, and the path it shows is real", () => {
    fc.assert(
      fc.property(graphs(false), (nodes) => {
        const cycles = Graph.problems(nodes).flatMap((problem) => (problem._tag === "Cycle" ? [problem.path] : []))
        const cyclic = nodes.some((node) => Graph.ancestors(nodes, node.name).has(node.name))
        assert.strictEqual(cycles.length > 0, cyclic)
        for (const path of cycles) {
          assert.strictEqual(path[0], path.at(-1))
          path.slice(0, -1).forEach((name, at) => {
            assert.include(nodes.find((node) => node.name === name)!.dependsOn, path[at + 1])
          })
        }
      })
    )
  })

  it("finds the longest path, as trying all paths does", () => {
    fc.assert(
      fc.property(graphs(true), fc.array(fc.nat(100), { minLength: 9, maxLength: 9 }), (nodes, lengths) => {
        const lengthOf = (name: string) => lengths[Number(name.slice(1))]!
        const endingAt = (name: string): number =>
          lengthOf(name) + Math.max(0, ...nodes.find((node) => node.name === name)!.dependsOn.map(endingAt))
        const path = Graph.criticalPath(nodes, lengthOf)
        assert.strictEqual(path.ms, Math.max(...nodes.map((node) => endingAt(node.name))))
        assert.strictEqual(
          path.agents.reduce((sum, name) => sum + lengthOf(name), 0),
          path.ms
        )
      })
    )
  })

  it("orders every node after those it depends on", () => {
    fc.assert(
      fc.property(graphs(true), (nodes) => {
        const order = Graph.order(nodes).map((node) => node.name)
        assert.strictEqual(order.length, nodes.length)
        for (const node of nodes) {
          for (const dependency of node.dependsOn) assert.isBelow(order.indexOf(dependency), order.indexOf(node.name))
        }
      })
    )
  })
})
