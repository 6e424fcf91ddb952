/**
 * The history of runs: one report each, the last ones kept.
 *
 * @since 0.1.0
 */
import { Context, Effect, Layer } from "effect"
import type { DatabaseError } from "./DatabaseError.ts"
import type { Report } from "./Report.ts"

/**
 * A run as the history shows it. `report` is `undefined` while it works, and for ever if it was killed; that it was is
 * found out when another run begins.
 *
 * @category models
 */
export interface StoredRun {
  readonly runId: string
  readonly team: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly root: string
  readonly report: Report | undefined
  readonly killed: boolean
}

/** The bound of a history. @category models */
export interface RunStoreOptions {
  /** Runs kept; older ones are removed when a run begins. Default `100`, at least 2. */
  readonly keep?: number | undefined
}

/**
 * The history of runs.
 *
 * @category services
 */
export class RunStore extends Context.Tag("troupe/RunStore")<
  RunStore,
  {
    /** Notes that a run has begun, and removes the oldest ones beyond the bound. */
    readonly begin: (run: Omit<StoredRun, "report" | "killed">) => Effect.Effect<void, DatabaseError>
    /** Keeps the report of a run that has ended, however it ended. */
    readonly end: (report: Report) => Effect.Effect<void, DatabaseError>
    /** Runs without a report that were begun elsewhere, and are not closed: they work, or their process was killed. */
    readonly unfinished: Effect.Effect<ReadonlyArray<StoredRun>, DatabaseError>
    /** Notes that a run was killed. Should it end all the same, its report counts. */
    readonly close: (runId: string) => Effect.Effect<void, DatabaseError>
    /** The latest runs, newest first. */
    readonly list: (limit: number) => Effect.Effect<ReadonlyArray<StoredRun>, DatabaseError>
    readonly get: (runId: string) => Effect.Effect<StoredRun | undefined, DatabaseError>
  }
>() {
  static readonly layerMemory = (options?: RunStoreOptions): Layer.Layer<RunStore> =>
    Layer.sync(RunStore, () => {
      const keep = keepOf(options)
      // Insertion order is age.
      const runs = new Map<string, StoredRun>()
      return RunStore.of({
        begin: (run) =>
          Effect.sync(() => {
            runs.set(run.runId, { ...run, report: undefined, killed: false })
            for (const runId of runs.keys()) {
              if (runs.size <= keep) break
              runs.delete(runId)
            }
          }),
        end: (report) =>
          Effect.sync(() => {
            const run = runs.get(report.runId)
            if (run !== undefined) runs.set(report.runId, { ...run, report, killed: false })
          }),
        // Its runs end with the process that holds it.
        unfinished: Effect.succeed([]),
        close: (runId) =>
          Effect.sync(() => {
            const run = runs.get(runId)
            if (run !== undefined && run.report === undefined) runs.set(runId, { ...run, killed: true })
          }),
        list: (limit) => Effect.sync(() => [...runs.values()].reverse().slice(0, limit)),
        get: (runId) => Effect.sync(() => runs.get(runId))
      })
    })
}

/** The number of runs to keep, with its default. @category combinators */
export const keepOf = (options?: RunStoreOptions): number => Math.max(2, options?.keep ?? 100)
