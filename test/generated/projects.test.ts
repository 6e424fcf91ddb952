/** Whole runs of all eight agents: the project passes its own checks, and answers as its requirements say. */
import * as fs from "node:fs"
import { join } from "node:path"
import { assert, describe, layer } from "@effect/vitest"
import { Duration, Effect } from "effect"
import * as Project from "../../actors/fullstack/Project.ts"
import * as Requirements from "../../actors/fullstack/Requirements.ts"
import { choices } from "../../actors/fullstack/Requirements.ts"
import { folder } from "./fixtures/folder.ts"
import { makeProject, surroundings } from "./fixtures/makeProject.ts"
import { requirements } from "./fixtures/requirements.ts"
import { serving } from "./fixtures/serving.ts"
import { walkThrough } from "./fixtures/walkThrough.ts"

layer(surroundings, { timeout: Duration.minutes(1), excludeTestServices: true })("a generated project", (it) => {
  for (const name of ["one-entity", "unicode", "everything", "thirty"]) {
    describe(name, () => {
      it.scoped("passes its own checks, answers for each entity, and has a built frontend", () =>
        Effect.gen(function* () {
          const root = yield* folder
          const { value } = yield* requirements(name)
          const { quality, report } = yield* makeProject(value, root)
          assert.deepStrictEqual(
            quality.checks
              .filter((check) => check.status !== "passed")
              .map((check) => `${check.name}: ${check.detail}`),
            []
          )
          assert.deepStrictEqual(
            quality.tests.filter((test) => test.status !== "passed"),
            []
          )
          assert.strictEqual(report.status, "done")
          assert.isTrue(fs.existsSync(join(root, "frontend", "dist", "index.html")))
          const project = Project.fromInput(yield* Requirements.parse(value))
          const { origin } = yield* serving(root, { databaseFile: join(root, "walk.db") })
          yield* Effect.tryPromise({ try: () => walkThrough(project, origin), catch: (error) => error })
        })
      )
    })
  }

  describe("scales", () => {
    for (const scale of choices.scale) {
      it.scoped(`holds when it is ${scale}`, () =>
        Effect.gen(function* () {
          const root = yield* folder
          const { value } = yield* requirements("scales")
          const { quality, report } = yield* makeProject({ ...value, scale }, root)
          assert.deepStrictEqual(
            quality.checks
              .filter((check) => check.status !== "passed")
              .map((check) => `${check.name}: ${check.detail}`),
            []
          )
          assert.strictEqual(report.status, "done")
        })
      )
    }
  })
})
