/**
 * The history of runs in the embedded database.
 *
 * @since 0.1.0
 */
import { Effect, Layer, Option, Schema } from "effect"
import { decodeReport, encodeReport } from "../../src/team/Report.ts"
import { keepOf, RunStore, type RunStoreOptions, type StoredRun } from "../../src/team/RunStore.ts"
import { Database } from "./Sqlite.ts"

interface Row {
  readonly run_id: string
  readonly team: string
  readonly started_at: number
  readonly root: string
  readonly report: string | null
  readonly killed: number
}

/**
 * Runs in SQLite.
 *
 * @category layers
 */
export const layer = (options?: RunStoreOptions): Layer.Layer<RunStore, never, Database> =>
  Layer.effect(
    RunStore,
    Effect.map(Database, ({ attempt, sql, write }) => {
      const keep = keepOf(options)
      // Of this store, begun and not ended: they are at work whatever their folder says.
      const own = new Set<string>()
      return RunStore.of({
        begin: (run) =>
          write(
            sql.withTransaction(
              Effect.gen(function* () {
                yield* sql`insert into runs ${sql.insert({
                  run_id: run.runId,
                  team: run.team,
                  started_at: run.startedAt,
                  root: run.root,
                  report: null
                })}`
                own.add(run.runId)
                yield* sql`delete from runs where position not in
                  (select position from runs order by position desc limit ${keep})`
              })
            )
          ),
        end: (report) =>
          write(
            Effect.asVoid(
              sql`update runs set report = ${JSON.stringify(encodeReport(report))}, killed = 0 where run_id = ${report.runId}`
            )
          ).pipe(Effect.ensuring(Effect.sync(() => own.delete(report.runId)))),
        unfinished: attempt(
          Effect.flatMap(sql<Row>`select * from runs where report is null and killed = 0`, (rows) =>
            Effect.forEach(
              rows.filter((row) => !own.has(row.run_id)),
              toRun
            )
          )
        ),
        close: (runId) =>
          attempt(Effect.asVoid(sql`update runs set killed = 1 where run_id = ${runId} and report is null`)),
        list: (limit) =>
          attempt(
            Effect.flatMap(sql<Row>`select * from runs order by position desc limit ${limit}`, (rows) =>
              Effect.forEach(rows, toRun)
            )
          ),
        get: (runId) =>
          attempt(
            Effect.flatMap(sql<Row>`select * from runs where run_id = ${runId}`, ([row]) =>
              row === undefined ? Effect.succeed(undefined) : toRun(row)
            )
          )
      })
    })
  )

/** A report that this version cannot read counts as absent: the rest of the history stays of use. */
const toRun = (row: Row): Effect.Effect<StoredRun> =>
  Effect.map(
    Effect.option(Effect.flatMap(Schema.decode(Schema.parseJson())(row.report ?? ""), (json) => decodeReport(json))),
    (report) => ({
      runId: row.run_id,
      team: row.team,
      startedAt: row.started_at,
      root: row.root,
      report: Option.getOrUndefined(report),
      killed: row.killed === 1
    })
  )
