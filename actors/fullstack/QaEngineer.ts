/**
 * Finds out whether what the developers made holds: installs it, checks its types, builds it, runs its tests, and asks
 * the running backend. It reports what it saw, never what it expects to see.
 *
 * Backend, frontend and its build are checked side by side where cores allow, as parts with a key each: what one of them
 * does not rest on lets it be. What could not be checked is "not verified", with the reason, and makes the run partial;
 * what was checked and is wrong makes it fail.
 *
 * @since 0.1.0
 */
import { availableParallelism } from "node:os"
import { type Duration, Effect, Ref } from "effect"
import { Subprocess } from "../../src/background/Subprocess.ts"
import * as Agent from "../../src/team/Agent.ts"
import * as Part from "../../src/team/Part.ts"
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

/** What no command that is run here looks at. */
const isForPeople = (path: string) => path.endsWith("/README.md") || path.endsWith("/.gitignore")
/** The page that the frontend's code is put into: no type and no test knows it. */
const isPage = (path: string) => path === "frontend/index.html"

type Look = "backend" | "frontend" | "frontendBuild"

/**
 * A look at what one developer made, of which it rests on the files that it `wants`. How long each step took is told to
 * who watches, and stands in no result: equal results must be equal.
 */
const part = (
  name: string,
  look: Look,
  developer: typeof backend | typeof frontend,
  wants: (path: string) => boolean
) =>
  Part.make({
    name,
    dependsOn: [developer.name],
    filesOf: [Part.files(developer.name, wants)],
    output: Quality,
    // Not `fnUntraced`: through it, TypeScript would lose what the work requires.
    run: (assignment) =>
      Effect.gen(function* () {
        const { Checks, Steps, Summary } = yield* quality
        const begun = yield* Ref.make(0)
        const times: Array<readonly [name: string, time: Duration.Duration]> = []
        const seen = yield* Checks[look](assignment, assignment.result(developer), {
          told: Effect.fnUntraced(function* (step: string) {
            const before = yield* Ref.getAndUpdate(begun, (n) => n + 1)
            yield* assignment.progress(step, before / Checks.steps[look])
          }),
          took: (name, time) => Effect.sync(() => void times.push([name, time]))
        })
        yield* assignment.verdict(Steps.verdict(seen.checks))
        const duration = Summary.duration(times)
        if (duration !== "") yield* assignment.progress(duration, 1)
        return new Quality(seen)
      })
  })

const parts = [
  part("backend", "backend", backend, (path) => !isForPeople(path)),
  part("frontend", "frontend", frontend, (path) => !isForPeople(path) && !isPage(path)),
  part("frontend build", "frontendBuild", frontend, (path) => !isForPeople(path))
] as const

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
      const { Checks, Page, Steps, Summary } = yield* quality
      const tools = yield* versions
      // Each keeps about a core busy, and takes some 400 MB at its height.
      const seen = yield* Effect.forEach(parts, (part) => assignment.part(part), {
        concurrency: availableParallelism()
      })
      const all = new Quality(Checks.together(seen))
      yield* assignment.write("docs/quality.md", Page.page(all, tools))
      yield* assignment.verdict(Steps.verdict(all.checks))
      yield* assignment.progress(Summary.summary(all, [assignment.result(backend), assignment.result(frontend)]), 1)
      return all
    })
})
