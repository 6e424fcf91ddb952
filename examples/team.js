/**
 * A team that the program runs by path: `node dist/main.js run examples/team-input.yaml --team ./examples/team.js`.
 * The input is whatever the file holds, unless the team gives a `parse` of its own.
 */
import { Effect, Schema } from "effect"
import { Agent, InputError, Team } from "troupe"

const greeter = Agent.make({
  name: "greeter",
  version: "1.0.0",
  reads: ["names"],
  input: Schema.Struct({ names: Schema.Array(Schema.String) }),
  estimate: "1 second",
  output: Schema.Array(Schema.String),
  run: ({ input }) => Effect.succeed(input.names.map((name) => `Hello, ${name}!`))
})

const printer = Agent.make({
  name: "printer",
  version: "1.0.0",
  dependsOn: [greeter],
  estimate: "1 second",
  output: Schema.Int,
  run: ({ result, write }) => {
    const lines = result(greeter)
    return Effect.as(write("greetings.txt", `${lines.join("\n")}\n`), lines.length)
  }
})

export default Team.make("greeters", {
  description: "Greets everybody who is named.",
  agents: [greeter, printer],
  parse: (value) =>
    Array.isArray(value?.names)
      ? Effect.succeed(value)
      : Effect.fail(
          new InputError.InputError({
            source: "input",
            issues: [{ path: "names", expected: "a list of names", fix: "Add a line such as: names: [Ada, Grace]" }]
          })
        )
})
