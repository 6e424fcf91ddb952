/** qa-engineer looks again only at what a change touches; the npm that it asks is scripted, everything else is real. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { FullstackTeam } from "../../actors/fullstack/FullstackTeam.ts"
import * as Team from "../../src/team/Team.ts"
import * as FullstackWorld from "./fullstackWorld.ts"

const { input, told } = FullstackWorld

/** What qa-engineer lets run for the input, after a run of the least requirements in the same surroundings. */
const commandsAfter = (changed: unknown) =>
  Effect.suspend(() => {
    const world = FullstackWorld.make()
    return Effect.gen(function* () {
      const first = yield* Team.run(FullstackTeam, { input })
      assert.strictEqual(told(first.report, "qa-engineer").status, "done")
      const before = world.commands.length
      const page = world.written.get("docs/quality.md")
      const { report } = yield* Team.run(FullstackTeam, { input: changed })
      return {
        status: told(report, "qa-engineer").status,
        samePage: world.written.get("docs/quality.md") === page,
        commands: world.commands
          .slice(before)
          .filter((line) => /: npm (?!ci)/.test(line))
          .sort()
      }
    }).pipe(Effect.provide(world.layer))
  })

const backend = ["backend: npm run build", "backend: npm run typecheck", "backend: npm start", "backend: npm test"]
const frontend = ["frontend: npm run build", "frontend: npm run typecheck", "frontend: npm test"]

describe("after a change of the requirements, qa-engineer", () => {
  it.live("builds the frontend and looks at nothing else, where the theme alone is another", () =>
    Effect.gen(function* () {
      const { commands, samePage, status } = yield* commandsAfter({ ...input, ui: { theme: "dark" } })
      assert.deepStrictEqual(commands, ["frontend: npm run build"])
      assert.strictEqual(status, "done")
      // What it says is as complete as if it had looked at everything.
      assert.isTrue(samePage)
    })
  )

  it.live("looks at the frontend alone where its title is another", () =>
    Effect.gen(function* () {
      const { commands } = yield* commandsAfter({ ...input, ui: { title: "Another" } })
      assert.deepStrictEqual(commands, frontend)
    })
  )

  it.live("looks at everything where there is another entity", () =>
    Effect.gen(function* () {
      const entities = { Note: { fields: { text: "text" } }, Other: { fields: { name: "string" } } }
      const { commands } = yield* commandsAfter({ ...input, entities })
      assert.deepStrictEqual(commands, [...backend, ...frontend])
    })
  )
})
