/**
 * `doctor`: what is set up, what is missing, and how fast each part answers. Leaves nothing behind.
 *
 * Only what every run needs decides the exit code; the rest is worth knowing. Everything that could hang is bounded, and
 * of a secret only its presence is told.
 *
 * @since 0.1.0
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import { Clock, Config, type Duration, Effect, Option } from "effect"
import * as NodeSubprocess from "../layers/node/NodeSubprocess.ts"
import * as Telemetry from "../layers/otlp/Telemetry.ts"
import * as Sqlite from "../layers/sqlite/Sqlite.ts"
import * as Subprocess from "../src/background/Subprocess.ts"
import * as Redaction from "../src/secrets/Redaction.ts"
import { visible } from "../src/team/DisplayWidth.ts"
import * as Elapsed from "../src/team/Elapsed.ts"
import type * as Commands from "./Commands.ts"
import * as ExistingFolder from "./ExistingFolder.ts"
import * as Network from "./Network.ts"
import type { Invocation } from "./Options.ts"
import * as Paint from "./Paint.ts"
import { Terminal } from "./Terminal.ts"

/**
 * What was found about one part. `unset`: not configured, and nothing needs it. `warning`: something will not work.
 * `missing`: no run will work.
 *
 * @category models
 */
export interface Finding {
  readonly part: string
  readonly status: "ok" | "unset" | "warning" | "missing"
  readonly detail: string
  /** How long it took to answer; `null` where nothing was asked. */
  readonly millis: number | null
}

/** @category constructors */
export const main = Effect.fnUntraced(function* (invocation: Invocation<(typeof Commands.doctor)["options"]>) {
  const { db, json, otlp, out } = invocation.options
  const terminal = yield* Terminal
  const findings = yield* Effect.all(
    [
      timed("Node.js", node),
      timed("npm", program("npm", ["--version"], "missing")),
      timed("git", program("git", ["--version"], "warning")),
      timed("registry", registry),
      timed("database", database(db ?? Sqlite.defaultFile)),
      timed("output folder", outputFolder(out ?? "out")),
      key("ANTHROPIC_API_KEY", "--model anthropic:NAME"),
      key("OPENAI_API_KEY", "--model openai:NAME"),
      timed("trace collector", traces(otlp))
    ],
    { concurrency: 4 }
  )
  const ready = findings.every((finding) => finding.status !== "missing")
  terminal.result(
    json ? `${JSON.stringify({ ready, findings }, undefined, 2)}\n` : text(findings, terminal.resultColor)
  )
  return ready ? 0 : 1
}, Effect.provide(NodeSubprocess.layer()))

/** The findings for reading. @category combinators */
export const text = (findings: ReadonlyArray<Finding>, color: boolean): string => {
  const paint = Paint.make(color)
  const width = Math.max(...findings.map((finding) => finding.part.length))
  const times = findings.map((finding) => (finding.millis === null ? "" : Elapsed.show(finding.millis)))
  const timeWidth = Math.max(...times.map((time) => time.length))
  return findings
    .map((finding, index) => {
      const [tone, mark] = MARKS[finding.status]
      return `${paint(tone, mark)} ${finding.part.padEnd(width)}  ${times[index]!.padStart(timeWidth)}  ${visible(finding.detail)}\n`
    })
    .join("")
}

const MARKS: Readonly<Record<Finding["status"], readonly [Paint.Tone, string]>> = {
  ok: ["good", "✓"],
  unset: ["faint", "-"],
  warning: ["warning", "!"],
  missing: ["bad", "✗"]
}

type Answer = Pick<Finding, "status" | "detail">

const timed = <R>(part: string, check: Effect.Effect<Answer, never, R>): Effect.Effect<Finding, never, R> =>
  Effect.gen(function* () {
    const began = yield* Clock.currentTimeNanos
    const answer = yield* check
    const asked = answer.status !== "unset"
    return { part, ...answer, millis: asked ? Number(((yield* Clock.currentTimeNanos) - began) / 1_000_000n) : null }
  })

const node = Effect.sync((): Answer => {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
  // As `engines` in package.json has it: what Vite of the generated projects needs.
  const enough = major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)
  return {
    status: enough ? "ok" : "missing",
    detail: `${process.version}${enough ? "" : ", needed is 20.19 or later of 20, or 22.12 or later"}`
  }
})

const run = (command: string, args: ReadonlyArray<string>, timeout: Duration.DurationInput) =>
  Subprocess.succeed({ command, args, cwd: process.cwd(), timeout })

const program = (command: string, args: ReadonlyArray<string>, otherwise: "missing" | "warning") =>
  run(command, args, "5 seconds").pipe(
    Effect.map((result): Answer => ({ status: "ok", detail: result.stdout.trim() })),
    Effect.catchTags({
      SubprocessNotStarted: () => answer(otherwise, "not found on the PATH"),
      SubprocessTimedOut: () => answer(otherwise, "does not answer within 5 s"),
      SubprocessFailed: (error) => answer(otherwise, `ends with code ${error.result.exitCode}`)
    })
  )

/** Asked through npm, since it knows the user's registry, proxy and certificates. */
const registry = run("npm", ["view", "react", "version", "--prefer-online"], "10 seconds").pipe(
  Effect.map((): Answer => ({ status: "ok", detail: "reachable" })),
  Effect.catchTags({
    SubprocessNotStarted: () => answer("warning", "unknown, npm is missing"),
    SubprocessTimedOut: () => answer("warning", "not reachable within 10 s: projects cannot be verified"),
    SubprocessFailed: () => answer("warning", "not reachable: projects cannot be verified")
  })
)

/** An existing database is opened as a run would; else one is made for a moment where it would stand. */
const database = (file: string) =>
  Effect.scoped(
    Effect.gen(function* () {
      const exists = existsSync(file)
      const opened = exists ? file : join(yield* temporaryFolder(dirname(resolve(file))), "doctor.db")
      return yield* Effect.gen(function* () {
        const { sql, write } = yield* Sqlite.Database
        // Written, and rolled back.
        yield* write(
          sql
            .withTransaction(Effect.zipRight(sql`create table doctor (id integer)`, Effect.fail("undo" as const)))
            .pipe(
              Effect.catchIf(
                (error) => error === "undo",
                () => Effect.void
              )
            )
        )
        return { status: "ok", detail: exists ? file : `${file} (made by the first run)` } as const
      }).pipe(Effect.provide(Sqlite.layer({ file: opened, busyTimeout: "2 seconds" })))
    })
  ).pipe(Effect.catchAll((error) => answer("missing", error.message)))

const outputFolder = (out: string) =>
  Effect.scoped(
    Effect.gen(function* () {
      const folder = yield* temporaryFolder(resolve(out))
      yield* attempt(() => writeFileSync(join(folder, "doctor"), "doctor"))
      return { status: "ok", detail: out } as const
    })
  ).pipe(Effect.catchAll((error) => answer("missing", error.message)))

/** A folder of our own in `folder`, or in what exists of it, gone with the scope. */
const temporaryFolder = (folder: string) =>
  Effect.acquireRelease(
    attempt(() => mkdtempSync(join(ExistingFolder.above(folder), ".troupe-doctor-"))),
    (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
  )

const attempt = <A>(action: () => A) =>
  Effect.try({ try: action, catch: (error) => (error instanceof Error ? error : new Error(String(error))) })

const key = (variable: string, option: string): Effect.Effect<Finding> =>
  Effect.map(Effect.option(Config.redacted(Config.nonEmptyString(variable))), (found) =>
    Option.isSome(found)
      ? { part: variable, status: "ok", detail: `is set, for ${option}`, millis: null }
      : { part: variable, status: "unset", detail: `not set, needed only for ${option}`, millis: null }
  )

/** An empty trace, which a collector takes without keeping anything. */
const traces = (otlp: string | undefined) =>
  Effect.gen(function* () {
    const url = yield* Network.collector(otlp)
    if (url === undefined) return { status: "unset", detail: "not set (OTEL_EXPORTER_OTLP_ENDPOINT)" } as const
    const Http = yield* Effect.promise(() => import("../layers/http/Http.ts"))
    const whole = Telemetry.tracesUrl(url)
    const to = Redaction.withoutCredentials(whole)
    return yield* HttpClient.post(whole, {
      headers: yield* Telemetry.headers,
      body: HttpBody.unsafeJson({ resourceSpans: [] })
    }).pipe(
      Effect.map(
        ({ status }): Answer =>
          status < 300 ? { status: "ok", detail: to } : { status: "warning", detail: `${to} answers ${status}` }
      ),
      Effect.timeoutTo({
        duration: "2 seconds",
        onSuccess: (found): Answer => found,
        onTimeout: (): Answer => ({ status: "warning", detail: `${to} does not answer within 2 s` })
      }),
      Effect.catchAll(() => answer("warning", `${to} cannot be reached`)),
      Effect.provide(Http.layer())
    )
  }).pipe(Effect.catchAll((error) => answer("warning", error.message)))

const answer = (status: Finding["status"], detail: string): Effect.Effect<Answer> => Effect.succeed({ status, detail })
