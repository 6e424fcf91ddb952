/** Runs a generated project's own tests, as its owner does, and reads what they say. */
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { Subprocess } from "../../../src/background/Subprocess.ts"

/** Whether the tests find a mistake: with one that no test survives, nothing is known of what they look at. */
export const finds = ({ failed, passed }: Outcome): boolean => failed.length > 0 && passed > 0

export interface Outcome {
  readonly passed: number
  /** `file: title: message` of each test that ran and failed. */
  readonly failed: ReadonlyArray<string>
  /** What was printed, for a run that ended before its tests did. */
  readonly output: string
}

/** A copy of a part with its packages, as hard links, and without what was built: a place to make mistakes in. */
export const copyPart = (from: string, to: string) =>
  Effect.gen(function* () {
    const { run } = yield* Subprocess
    const built = new Set(["node_modules", "dist"].map((name) => join(from, name)))
    fs.cpSync(from, to, { recursive: true, filter: (path) => !built.has(path) })
    const args = ["-R", "-P", "-l", join(from, "node_modules"), join(to, "node_modules")]
    const { exitCode, stderr } = yield* run({ command: "cp", args, cwd: to, timeout: "2 minutes" })
    if (exitCode !== 0)
      return yield* Effect.fail(new Error(`The packages of ${from} cannot be linked to ${to}: ${stderr}`))
    return to
  })

interface VitestJson {
  readonly numPassedTests: number
  readonly testResults: ReadonlyArray<{
    readonly name: string
    readonly assertionResults: ReadonlyArray<{
      readonly status: string
      readonly fullName: string
      readonly failureMessages: ReadonlyArray<string>
    }>
  }>
}

/** The tests in a folder with a mistake, to the first that fails; where none had passed by then, all of them. */
export const tryTests = (folder: string, only: ReadonlyArray<string> = []) =>
  Effect.flatMap(runTests(folder, [...only, "--bail=1"]), (outcome) =>
    outcome.failed.length > 0 && outcome.passed === 0 ? runTests(folder, only) : Effect.succeed(outcome)
  )

/** `npm test` in a folder: all tests, or those that the arguments of Vitest choose. */
export const runTests = (folder: string, chosen: ReadonlyArray<string> = []) =>
  Effect.gen(function* () {
    const { run } = yield* Subprocess
    const report = yield* Effect.acquireRelease(
      Effect.sync(() => join(fs.mkdtempSync(join(tmpdir(), "troupe-trial-")), "report.json")),
      (path) => Effect.sync(() => fs.rmSync(join(path, ".."), { recursive: true, force: true }))
    )
    const args = ["test", "--", "--maxWorkers=1", "--reporter=json", `--outputFile=${report}`, ...chosen]
    const result = yield* run({ command: "npm", args, cwd: folder, timeout: "2 minutes" })
    const output = `${result.stdout}\n${result.stderr}`
    if (!fs.existsSync(report)) return { passed: 0, failed: [], output } satisfies Outcome
    const { numPassedTests, testResults }: VitestJson = JSON.parse(fs.readFileSync(report, "utf8"))
    const failed = testResults.flatMap(({ assertionResults, name }) =>
      assertionResults
        .filter((one) => one.status === "failed")
        .map((one) => `${name.slice(folder.length + 1)}: ${one.fullName}: ${one.failureMessages.join("\n")}`)
    )
    return { passed: numPassedTests, failed, output } satisfies Outcome
  }).pipe(Effect.scoped)
