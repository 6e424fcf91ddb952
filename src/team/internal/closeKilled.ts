/**
 * Closes the runs that the history shows as at work and that nobody works at any more, because their process was killed.
 * A run is alive as long as its folder is in use; the system itself knows that (`Workspace.isBusy`), process ids lie.
 */
import { Effect } from "effect"
import { RunStore } from "../RunStore.ts"
import { Workspace } from "../Workspace.ts"

/** Called by a run that has its folder already, and no place in the history yet. */
export const closeKilled = Effect.gen(function* () {
  const runs = yield* RunStore
  const workspace = yield* Workspace
  for (const run of yield* runs.unfinished) {
    const alive = run.root !== workspace.root && (yield* workspace.isBusy(run.root))
    if (!alive) yield* runs.close(run.runId)
  }
})
