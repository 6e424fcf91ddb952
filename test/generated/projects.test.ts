import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, layer } from "@effect/vitest"
import { Duration, Effect, Schedule } from "effect"
import * as Project from "../../actors/fullstack/Project.ts"
import * as Requirements from "../../actors/fullstack/Requirements.ts"
import { choices } from "../../actors/fullstack/Requirements.ts"
import * as RequirementsFile from "../../layers/RequirementsFile.ts"
import { Subprocess } from "../../src/background/Subprocess.ts"
import { makeProject, surroundings } from "./fixtures/makeProject.ts"
import { walkThrough } from "./fixtures/walkThrough.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "troupe-generated-")))),
  (path, exit) =>
    Effect.sync(() => {
      // What went wrong is to be looked at.
      if (exit._tag === "Success") fs.rmSync(path, { recursive: true, force: true })
      else process.stderr.write(`The project is kept in ${path}\n`)
    })
)

const requirements = (name: string) =>
  RequirementsFile.read(fileURLToPath(new URL(`requirements/${name}.yaml`, import.meta.url)))

// The backend as its users start it, for as long as `use` takes.
const whileServing = <A, E, R>(root: string, use: (origin: string) => Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const { run } = yield* Subprocess
    const port = 20_000 + (process.pid % 20_000)
    const origin = `http://127.0.0.1:${port}`
    const server = run({
      command: "npm",
      args: ["start"],
      cwd: join(root, "backend"),
      env: { PORT: String(port), DATABASE_FILE: join(root, "walk.db") },
      timeout: "2 minutes"
    })
    const ready = Effect.tryPromise(() => fetch(`${origin}/healthz`)).pipe(
      Effect.filterOrFail((response) => response.status === 200),
      Effect.retry({ schedule: Schedule.spaced("100 millis") }),
      Effect.timeout("30 seconds")
    )
    const ended = Effect.flatMap(server, (result) => Effect.fail(new Error(`the backend ended: ${result.stderr}`)))
    return yield* Effect.raceFirst(Effect.zipRight(ready, use(origin)), ended)
  })

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
          yield* whileServing(root, (origin) =>
            Effect.tryPromise({ try: () => walkThrough(project, origin), catch: (error) => error })
          )
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
