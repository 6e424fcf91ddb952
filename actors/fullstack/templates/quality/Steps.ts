/**
 * The steps done to one folder, in their order, and what came of each. A step that needs another one that has not passed
 * is not taken, and says which.
 *
 * @since 0.1.0
 */
import { Duration, Effect } from "effect"
import { Subprocess } from "../../../../src/background/Subprocess.ts"
import type { Verdict } from "../../../../src/team/Agent.ts"
import { Check } from "../../Results.ts"
import { hindrance, lastLines } from "./NpmOutput.ts"

/** What a step found. */
export type Finding = Pick<Check, "status" | "detail">

export const passed: Finding = { status: "passed", detail: "" }
export const failed = (detail: string): Finding => ({ status: "failed", detail })
export const notVerified = (detail: string): Finding => ({ status: "notVerified", detail })

/** Takes a step, if what it needs has passed. `command` is what a person would type in the folder. */
export type Take = <R>(
  what: string,
  command: string,
  needs: ReadonlyArray<string>,
  look: Effect.Effect<Finding, never, R>
) => Effect.Effect<Finding, never, R>

/** The beginning of the detail of a step that was not taken. */
const needing = "needs "

/**
 * Begins with no step taken. `told` hears the name of each step as it begins, `took` how long it was.
 *
 * @category constructors
 */
export const make = (
  folder: string,
  told: (name: string) => Effect.Effect<void>,
  took: (name: string, time: Duration.Duration) => Effect.Effect<void>
) => {
  const checks: Array<Check> = []
  const take: Take = (what, command, needs, look) =>
    Effect.gen(function* () {
      const name = `${folder}: ${what}`
      yield* told(name)
      const missing = checks.find(
        (check) => check.status !== "passed" && needs.some((need) => check.name === `${folder}: ${need}`)
      )
      const [time, finding] =
        missing === undefined ? yield* Effect.timed(look) : [Duration.zero, notVerified(`${needing}"${missing.name}"`)]
      yield* took(name, time)
      checks.push(new Check({ name, command: `cd ${folder} && ${command}`, ...finding }))
      return finding
    })
  return { checks: checks as ReadonlyArray<Check>, take }
}

/**
 * What all checks together say. The reason names those that have one of their own, not those that waited for them, each
 * with the line that tells most, and where the rest stands.
 *
 * @category combinators
 */
export const verdict = (checks: ReadonlyArray<Check>): Verdict => {
  const reason = (status: Check["status"]) =>
    [
      ...checks
        .filter((check) => check.status === status && !check.detail.startsWith(needing))
        .map((check) => `${check.name}: ${tellingLine(check.detail)}`),
      "see docs/quality.md"
    ].join("; ")
  if (checks.some((check) => check.status === "failed")) return { _tag: "failed", reason: reason("failed") }
  if (checks.every((check) => check.status === "passed")) return { _tag: "verified" }
  return { _tag: "notVerified", reason: reason("notVerified") }
}

// The first that speaks of an error, for what follows it explains; else the last that says anything: `}` says nothing.
const tellingLine = (detail: string): string => {
  const lines = detail.split("\n").map((line) => line.trim())
  return (
    lines.find((line) => /error|fail|cannot|not found/i.test(line)) ??
    lines.findLast((line) => /\p{L}/u.test(line)) ??
    "it gave no reason"
  )
}

/**
 * Runs npm in a folder of the project. Output is kept as {@link lastLines} gives it, with `root` made relative.
 *
 * @category constructors
 */
export const npm = (
  args: ReadonlyArray<string>,
  options: { readonly cwd: string; readonly root: string; readonly timeout: Duration.Duration }
): Effect.Effect<Finding, never, Subprocess> =>
  Effect.flatMap(Subprocess, ({ run }) =>
    run({ command: "npm", args, cwd: options.cwd, env: { CI: "true", NO_COLOR: "1" }, timeout: options.timeout })
  ).pipe(
    Effect.map((result) => {
      if (result.exitCode === 0) return passed
      const why = hindrance(result)
      return why === undefined ? failed(lastLines(result, options.root)) : notVerified(why)
    }),
    Effect.catchTags({
      SubprocessNotStarted: (error) =>
        Effect.succeed(notVerified(error.reason === "notFound" ? "npm is not on the PATH" : error.detail)),
      SubprocessTimedOut: () => Effect.succeed(notVerified(`it did not end within ${Duration.format(options.timeout)}`))
    })
  )
