/**
 * What is done to a generated folder to find out whether it holds: install, check the types, build, test, and for the
 * backend also start it and ask it over HTTP. Each step is a command that a person can repeat by hand.
 *
 * A step that ran and was wrong failed. A step that could not run, or did not end in its time, is not verified, and so
 * is everything that needs it. What is reported holds no durations, ports or paths of this machine.
 *
 * @since 0.1.0
 */
import * as FileSystem from "@effect/platform/FileSystem"

import { Array as Arr, Duration, Effect } from "effect"
import { show } from "../../../../src/background/Subprocess.ts"
import type { Assignment } from "../../../../src/team/Agent.ts"
import { Workspace } from "../../../../src/team/Workspace.ts"
import * as Install from "../../Install.ts"
import { type Check, type Sources, TestResult } from "../../Results.ts"
import { serve } from "./Serve.ts"
import { type Finding, failed, make, notVerified, npm, passed } from "./Steps.ts"
import { byPlace, read, type Seen as Tests } from "./VitestReport.ts"

/** What was seen of a folder, or of a part of it. */
export interface Seen {
  readonly checks: ReadonlyArray<Check>
  readonly tests: ReadonlyArray<TestResult>
}

/** Of what a look tells while it goes on: the name of each step as it begins, and how long it was. */
export interface Telling {
  readonly told: (name: string) => Effect.Effect<void>
  readonly took: (name: string, time: Duration.Duration) => Effect.Effect<void>
}

/**
 * The longest that each step may take in a folder with so many tests: many times what the generated suite needs on two
 * busy cores, so that neither a slow machine nor a large project is taken for a fault. A project of 500 entities has some
 * 13,000 tests in its backend.
 *
 * @category models
 */
export const limits = (tests: number) => {
  // In whole minutes, because reports tell them.
  const growing = (minutes: number, testsPerMinute: number) =>
    Duration.minutes(minutes + Math.floor(tests / testsPerMinute))
  return { types: growing(3, 600), build: growing(3, 600), test: growing(5, 120), start: growing(1, 6000) }
}

/** The steps in the order of the report, and how many of them each look takes. */
const order = ["install", "types", "build", "test", "criteria", "start", "openapi", "rows"]
export const steps = { backend: 8, frontend: 4, frontendBuild: 1 }

type Work = Pick<Assignment<unknown, unknown>, "runId">

/**
 * Looks at everything in the backend, step after step.
 *
 * @category constructors
 */
export const backend = Effect.fn("Quality.backend")(function* (assignment: Work, sources: Sources, telling: Telling) {
  const look = yield* looking(assignment, "backend", sources, telling)
  yield* look.install
  yield* look.types
  yield* look.build
  const tests = yield* look.test
  yield* serve(look.cwd, look.root, look.longest.start, look.take)
  return { checks: look.checks, tests } satisfies Seen
})

/**
 * Looks at the frontend's code: its types and its tests.
 *
 * @category constructors
 */
export const frontend = Effect.fn("Quality.frontend")(function* (assignment: Work, sources: Sources, telling: Telling) {
  const look = yield* looking(assignment, "frontend", sources, telling)
  yield* look.install
  yield* look.types
  const tests = yield* look.test
  return { checks: look.checks, tests } satisfies Seen
})

/**
 * Looks whether the frontend can be built, which is the one step that its page takes part in. The install is seen again,
 * as there is nothing to build with without it, and told by who looks at the code.
 *
 * @category constructors
 */
export const frontendBuild = Effect.fn("Quality.frontendBuild")(function* (
  assignment: Work,
  sources: Sources,
  { told, took }: Telling
) {
  const isOwn = (name: string) => !name.endsWith(": install")
  const look = yield* looking(assignment, "frontend", sources, {
    told: (name) => Effect.when(told(name), () => isOwn(name)),
    took: (name, time) => Effect.when(took(name, time), () => isOwn(name))
  })
  yield* look.install
  yield* look.build
  return { checks: look.checks, tests: [] } satisfies Seen
})

/**
 * What several looks saw together, in the order of the report. Of a step that two of them took the worse counts: one may
 * be of an earlier run.
 *
 * @category combinators
 */
export const together = (all: ReadonlyArray<Seen>): Seen => {
  const byName = new Map<string, Check>()
  for (const check of all.flatMap(({ checks }) => checks)) {
    const other = byName.get(check.name)
    if (other === undefined || severity[check.status] > severity[other.status]) byName.set(check.name, check)
  }
  const place = ({ name }: Check) => {
    const [folder, step] = name.split(": ") as [string, string] // as `Steps.make` names them
    return `${folder} ${order.indexOf(step)}`
  }
  return {
    checks: [...byName.values()].sort((a, b) => (place(a) < place(b) ? -1 : 1)),
    tests: all.flatMap(({ tests }) => tests)
  }
}

const severity = { passed: 0, notVerified: 1, failed: 2 }

/** The steps that can be taken in a folder. */
const looking = Effect.fnUntraced(function* (
  assignment: Work,
  name: Install.Folder,
  sources: Sources,
  { told, took }: Telling
) {
  const { root } = yield* Workspace
  const cwd = `${root}/${name}`
  const { checks, take } = make(name, told, took)
  const at = (timeout: Duration.Duration) => ({ cwd, root, timeout })
  const longest = limits(sources.tests.length)
  return {
    ...{ checks, cwd, longest, root, take },
    install: take("install", show(Install.command), [], Effect.map(Install.outcome(assignment, name), fromOutcome)),
    types: Effect.flatMap(typesCommand(name), (types) =>
      take("types", show({ command: "npm", args: types }), ["install"], npm(types, at(longest.types)))
    ),
    build: take("build", "npm run build", ["install"], npm(["run", "build"], at(longest.build))),
    /** Runs the tests, and gives what came of each. */
    test: Effect.gen(function* () {
      let seen: Tests = { tests: [], failures: [] }
      const testing = runTests(at(longest.test)).pipe(
        Effect.map(([finding, tests]) => {
          seen = tests
          return finding
        })
      )
      yield* take("test", "npm test", ["install"], testing)
      const tests = withUnseen(sources, seen.tests)
      yield* take("criteria", "npm test", ["test"], Effect.succeed(criteriaSeen(sources, tests)))
      return tests
    })
  }
})

const fromOutcome = (outcome: Install.Outcome): Finding => {
  switch (outcome._tag) {
    case "installed":
      return passed
    case "failed":
      return failed(outcome.detail)
    case "notVerified":
      return notVerified(outcome.detail)
  }
}

// A script of the project's own says best how its types are checked.
const typesCommand = Effect.fnUntraced(function* (name: string) {
  const workspace = yield* Workspace
  // What is wrong with the manifest is the install's to say.
  const manifest = yield* Effect.option(workspace.read(`${name}/package.json`))
  return manifest._tag === "Some" && manifest.value.includes('"typecheck"')
    ? ["run", "typecheck"]
    : ["exec", "--no", "--", "tsc", "--noEmit"]
})

// The report goes to a file outside of the project, because what tests print shares the output with it.
const runTests = (options: { readonly cwd: string; readonly root: string; readonly timeout: Duration.Duration }) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const folder = yield* files.makeTempDirectoryScoped({ prefix: "troupe-quality-" })
    const report = `${folder}/vitest.json`
    const none: Tests = { tests: [], failures: [] }
    const finding = yield* npm(["test", "--", "--reporter=json", `--outputFile=${report}`], options)
    if (finding.status === "notVerified") return [finding, none] as const
    const text = yield* Effect.option(files.readFileString(report))
    if (text._tag === "None") {
      return [finding.status === "failed" ? finding : failed("vitest wrote no report"), none] as const
    }
    return yield* read(text.value, options.root).pipe(
      Effect.map((seen) => [verdictOn(finding, seen), seen] as const),
      Effect.catchAll((problem) => Effect.succeed([failed(problem), none] as const))
    )
  }).pipe(
    Effect.scoped,
    // Of the machine, not of the project: no temporary folder could be made.
    Effect.catchAll((error) =>
      Effect.succeed([notVerified(error.message), { tests: [], failures: [] } as Tests] as const)
    )
  )

const verdictOn = (finding: Finding, seen: Tests): Finding => {
  if (seen.failures.length > 0) return failed(shortened(seen.failures))
  if (seen.tests.length === 0) return failed("there are no tests")
  return finding
}

const shortened = (lines: ReadonlyArray<string>) =>
  lines.length <= 20 ? lines.join("\n") : [...lines.slice(0, 20), `and ${lines.length - 20} more`].join("\n")

// Whether a promised test is among those seen. A project may have thousands, so they are looked up by their file.
const among = (sources: Sources, seen: ReadonlyArray<TestResult>) => {
  const byFile = Arr.groupBy(seen, ({ file }) => file)
  return (promised: Sources["tests"][number]) =>
    (byFile[promised.pathIn(sources.folder)] ?? []).some((test) => promised.isSeenAs(sources.folder, test))
}

// A test that was promised and did not run is listed as well, for whoever looks up its criteria.
const withUnseen = (sources: Sources, seen: ReadonlyArray<TestResult>): ReadonlyArray<TestResult> => {
  const isSeen = among(sources, seen)
  const unseen = sources.tests
    .filter((promised) => !isSeen(promised))
    .map(
      (promised) =>
        new TestResult({
          file: promised.pathIn(sources.folder),
          title: promised.title,
          criteria: promised.criteria,
          status: "notVerified"
        })
    )
  return [...seen, ...unseen].sort(byPlace)
}

// Every promised test must have run: one that is missing may be the only one to look at a part of its criterion.
const criteriaSeen = (sources: Sources, tests: ReadonlyArray<TestResult>): Finding => {
  const promised = new Set(sources.tests.flatMap((test) => test.criteria))
  const ran = new Set(tests.filter((test) => test.status !== "notVerified").flatMap((test) => test.criteria))
  const missing = [...promised].filter((criterion) => !ran.has(criterion)).sort()
  const isSeen = among(
    sources,
    tests.filter((test) => test.status !== "notVerified")
  )
  const left = sources.tests.filter((one) => !isSeen(one))
  if (missing.length === 0 && left.length === 0) return passed
  return failed(
    shortened([
      ...(missing.length === 0 ? [] : [`no test ran that names ${missing.join(", ")}`]),
      ...left.map((one) => `promised, but did not run: ${one.pathIn(sources.folder)}: ${one.title}`)
    ])
  )
}
