/**
 * `runs`: the latest runs of the database, newest first. Makes no database where there is none.
 *
 * @since 0.1.0
 */
import { existsSync } from "node:fs"
import { Effect, Layer } from "effect"
import * as Sqlite from "../layers/sqlite/Sqlite.ts"
import * as SqliteRunStore from "../layers/sqlite/SqliteRunStore.ts"
import { column, visible } from "../src/team/DisplayWidth.ts"
import * as Elapsed from "../src/team/Elapsed.ts"
import { RunStore, type StoredRun } from "../src/team/RunStore.ts"
import type * as Commands from "./Commands.ts"
import type { Invocation } from "./Options.ts"
import { Terminal } from "./Terminal.ts"

/** @category constructors */
export const main = Effect.fnUntraced(function* (invocation: Invocation<(typeof Commands.runs)["options"]>) {
  const { db, json, limit = 20 } = invocation.options
  const terminal = yield* Terminal
  const file = db ?? Sqlite.defaultFile
  const stored = existsSync(file)
    ? yield* Effect.flatMap(RunStore, (store) => store.list(limit)).pipe(
        Effect.provide(SqliteRunStore.layer().pipe(Layer.provide(Sqlite.layer({ file }))))
      )
    : []
  if (json) terminal.result(`${JSON.stringify({ runs: stored.map(toJson) }, undefined, 2)}\n`)
  else if (stored.length === 0) terminal.say(`No runs yet in ${file}.`)
  else terminal.result(table(stored))
  return 0
})

/** A run without a report that nobody has found dead works still, or was killed since the last one began. */
const statusOf = (run: StoredRun) => run.report?.status ?? (run.killed ? "killed" : "no report")

/** By the names that a run's own report has for them. */
const toJson = (run: StoredRun) => ({
  runId: run.runId,
  team: run.team,
  status: run.report?.status ?? (run.killed ? "killed" : null),
  startedAt: run.startedAt,
  makespanMs: run.report?.makespanMs ?? null,
  reused: run.report?.counts.reused ?? null,
  ran: run.report === undefined ? null : ranOf(run),
  out: run.root
})

const ranOf = (run: StoredRun) => run.report?.agents.filter((agent) => agent.attempts.length > 0).length ?? 0

const table = (stored: ReadonlyArray<StoredRun>): string => {
  const rows = [
    ["run", "team", "status", "started (UTC)", "took", "reused", "ran", "project"],
    ...stored.map((run) => [
      run.runId.slice(0, 8),
      visible(run.team),
      statusOf(run),
      new Date(run.startedAt).toISOString().slice(0, 16).replace("T", " "),
      run.report === undefined ? "-" : Elapsed.show(run.report.makespanMs),
      run.report === undefined ? "-" : String(run.report.counts.reused),
      run.report === undefined ? "-" : String(ranOf(run)),
      visible(run.root)
    ])
  ]
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)))
  return rows
    .map(
      (row) =>
        `${row
          .map((value, at) => column(value, widths[at]!))
          .join("  ")
          .trimEnd()}\n`
    )
    .join("")
}
