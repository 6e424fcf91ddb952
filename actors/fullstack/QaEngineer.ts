/**
 * Finds out whether what the developers made holds: installs it, checks its types, builds it, runs its tests, and asks
 * the running backend. It reports what it saw, never what it expects to see.
 *
 * Backend and frontend are checked side by side, as parts with a key each: what only one of them rests on lets the other
 * be. What could not be checked is "not verified", with the reason, and makes the run partial; what was checked and is
 * wrong makes it fail.
 *
 * @since 0.1.0
 */
import { type Duration, Effect, Ref } from "effect"
import { Subprocess } from "../../src/background/Subprocess.ts"
import * as Agent from "../../src/team/Agent.ts"
import * as Part from "../../src/team/Part.ts"
import type * as Install from "./Install.ts"
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

// Loaded when there is work.
const quality = Effect.promise(() => import("./templates/quality/Quality.ts"))

/**
 * The check of one folder: it rests on what its developer made, and on nothing else. How long each step took is told to
 * who watches, and stands in no result: equal results must be equal.
 */
const check = (folder: Install.Folder, developer: typeof backend | typeof frontend) =>
  Part.make({
    name: folder,
    dependsOn: [developer.name],
    filesOf: [developer.name],
    output: Quality,
    // Not `fnUntraced`: through it, TypeScript would lose what the work requires.
    run: (assignment) =>
      Effect.gen(function* () {
        const { Checks, Steps, Summary } = yield* quality
        const begun = yield* Ref.make(0)
        const told = Effect.fnUntraced(function* (step: string) {
          const before = yield* Ref.getAndUpdate(begun, (n) => n + 1)
          yield* assignment.progress(step, before / Checks.steps[folder])
        })
        const times: Array<readonly [name: string, time: Duration.Duration]> = []
        const took = (name: string, time: Duration.Duration) => Effect.sync(() => void times.push([name, time]))

        const seen = yield* Checks.folder(assignment, folder, assignment.result(developer), told, took)
        yield* assignment.verdict(Steps.verdict(seen.checks))
        const duration = Summary.duration(times)
        if (duration !== "") yield* assignment.progress(duration, 1)
        return new Quality(seen)
      })
  })

const parts = [check("backend", backend), check("frontend", frontend)] as const

/**
 * The sixth of the eight. Writes `docs/quality.md`.
 *
 * @category models
 */
export const QaEngineer = Agent.make({
  name: "qa-engineer",
  version: "1.0.0",
  description: "Installs, type-checks, builds, tests and starts what the developers made, and reports what it saw.",
  dependsOn: [backend.name, frontend.name],
  filesOf: [backend.name, frontend.name],
  parts,
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
      const { Page, Steps, Summary } = yield* quality
      const tools = yield* versions
      const seen = yield* Effect.all(
        parts.map((part) => assignment.part(part)),
        { concurrency: "unbounded" }
      )
      const all = new Quality({
        checks: seen.flatMap(({ checks }) => checks),
        tests: seen.flatMap(({ tests }) => tests)
      })
      yield* assignment.write("docs/quality.md", Page.page(all, tools))
      yield* assignment.verdict(Steps.verdict(all.checks))
      yield* assignment.progress(Summary.summary(all, [assignment.result(backend), assignment.result(frontend)]), 1)
      return all
    })
})
