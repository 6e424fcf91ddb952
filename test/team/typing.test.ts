import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { Context, Effect, Schema } from "effect"
import * as Agent from "../../src/team/Agent.ts"
import * as Team from "../../src/team/Team.ts"

class Library extends Context.Tag("test/Library")<Library, { readonly find: (q: string) => Effect.Effect<string> }>() {}

const facts = Agent.make({
  name: "facts",
  version: "1.0.0",
  estimate: "1 minute",
  reads: ["topic"],
  input: Schema.Struct({ topic: Schema.String }),
  output: Schema.Struct({ lines: Schema.Array(Schema.String) }),
  run: ({ input }) =>
    Effect.gen(function* () {
      expectTypeOf(input).toEqualTypeOf<{ readonly topic: string }>()
      const library = yield* Library
      return { lines: [yield* library.find(input.topic)] }
    })
})

const title = Agent.make({
  name: "title",
  version: "1.0.0",
  estimate: "1 minute",
  output: Schema.String,
  run: ({ input }) => Effect.as(Effect.succeed(input), "A title")
})

const essay = Agent.make({
  name: "essay",
  version: "1.0.0",
  dependsOn: [facts],
  estimate: "2 minutes",
  output: Schema.NumberFromString,
  run: (assignment) =>
    Effect.gen(function* () {
      const { lines } = assignment.result(facts)
      expectTypeOf(lines).toEqualTypeOf<ReadonlyArray<string>>()
      // @ts-expect-error title is not among dependsOn
      const never = () => assignment.result(title)
      yield* assignment.progress("counting", never === undefined ? 0 : 0.5)
      return lines.length
    })
})

describe("the types of a team", () => {
  it("know what each agent returns and needs", () => {
    const team = Team.make("writers", { agents: [facts, title, essay] })
    expectTypeOf<Agent.Output<typeof essay>>().toEqualTypeOf<number>()
    expectTypeOf<Agent.Context<(typeof team)["agents"][number]>>().toEqualTypeOf<Library>()
    assert.deepStrictEqual(essay.dependsOn, ["facts"])
  })

  it("accept dependencies by name, and then only those names", () => {
    const byName = Agent.make({
      name: "byName",
      version: "1.0.0",
      dependsOn: ["facts"],
      estimate: "2 minutes",
      output: Schema.Number,
      run: (assignment) => {
        // @ts-expect-error only facts is declared
        const never = () => assignment.result(title)
        return Effect.succeed(never === undefined ? 0 : assignment.result(facts).lines.length)
      }
    })
    assert.deepStrictEqual(byName.dependsOn, ["facts"])
  })

  it("tell a team from anything else", () => {
    assert.isTrue(Team.isTeam(Team.make("a", { agents: [title] })))
    assert.isFalse(Team.isTeam({ name: "a", agents: [] }))
    assert.isFalse(Team.isTeam(undefined))
  })
})
