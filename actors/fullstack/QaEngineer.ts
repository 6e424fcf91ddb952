/**
 * Finds out whether what the developers made holds: installs it, checks its types, builds it, runs its tests, and asks
 * the running backend. It reports what it saw, never what it expects to see.
 *
 * Backend and frontend are checked side by side. What could not be checked is "not verified", with the reason, and makes
 * the run partial; what was checked and is wrong makes it fail.
 *
 * @since 0.1.0
 */
import { type Duration, Effect, Ref } from "effect"
import { Subprocess } from "../../src/background/Subprocess.ts"
import * as Agent from "../../src/team/Agent.ts"
import { Quality, Sources } from "./Results.ts"
import * as TemplateDigest from "./TemplateDigest.ts"

// By name, so that whoever checks loads nothing of who wrote.
const backend = { name: "backend-developer", output: Sources } as const
const frontend = { name: "frontend-developer", output: Sources } as const

// What the tools say of themselves; "none" where there is no such program. A new version may see something else.
const versions = Effect.flatMap(Subprocess, ({ run }) => {
  const version = (command: string) =>
    run({ command, args: ["--version"], cwd: "/", timeout: "30 seconds" }).pipe(
      Effect.map(({ exitCode, stdout }) => (exitCode === 0 ? stdout.trim() : "none")),
      // Whatever keeps it from answering also keeps the checks from running, and they say why.
      Effect.orElseSucceed(() => "none")
    )
  return Effect.all({ node: version("node"), npm: version("npm") }, { concurrency: 2 })
})

/**
 * The sixth of the eight. Writes `docs/quality.md`. How long each step took is told to who watches, and stands in no file:
 * equal results must be equal.
 *
 * @category models
 */
export const QaEngineer = Agent.make({
  name: "qa-engineer",
  version: "1.0.0",
  description: "Installs, type-checks, builds, tests and starts what the developers made, and reports what it saw.",
  dependsOn: [backend.name, frontend.name],
  filesOf: [backend.name, frontend.name],
  estimate: "30 minutes",
  // Each step has a limit of its own that grows with the project: this is above all of them for 500 entities.
  timeout: "4 hours",
  output: Quality,
  fingerprint: Effect.map(Effect.all([TemplateDigest.of("quality"), versions]), ([templates, tools]) => ({
    ...templates,
    ...tools
  })),
  // Not `fnUntraced`: through it, TypeScript would lose what the work requires.
  run: (assignment) =>
    Effect.gen(function* () {
      const { Checks, Page, Steps, Summary } = yield* Effect.promise(() => import("./templates/quality/Quality.ts"))
      const begun = yield* Ref.make(0)
      const told = Effect.fnUntraced(function* (step: string) {
        const before = yield* Ref.getAndUpdate(begun, (n) => n + 1)
        yield* assignment.progress(step, before / (Checks.steps.backend + Checks.steps.frontend))
      })

      const times: Array<readonly [name: string, time: Duration.Duration]> = []
      const took = (name: string, time: Duration.Duration) => Effect.sync(() => void times.push([name, time]))

      const tools = yield* versions
      const sources = { backend: assignment.result(backend), frontend: assignment.result(frontend) }
      const seen = yield* Effect.all(
        [
          Checks.folder(assignment, "backend", sources.backend, told, took),
          Checks.folder(assignment, "frontend", sources.frontend, told, took)
        ],
        { concurrency: 2 }
      )
      const quality = new Quality({
        checks: seen.flatMap(({ checks }) => checks),
        tests: seen.flatMap(({ tests }) => tests)
      })
      yield* assignment.write("docs/quality.md", Page.page(quality, tools))
      yield* assignment.verdict(Steps.verdict(quality.checks))
      const duration = Summary.duration(times)
      if (duration !== "") yield* assignment.progress(duration, 1)
      yield* assignment.progress(Summary.summary(quality, Object.values(sources)), 1)
      return quality
    })
})
