/**
 * What a run means to do, as far as it can be known before it begins: in which order, how long as measured or estimated, who is
 * on the longest path, and who will certainly be reused.
 *
 * An agent's key needs the results of those it depends on. While everything before it is reused, those are known and so
 * is its key; after the first agent that has to work, nobody can honestly say more than "depends".
 *
 * @since 0.1.0
 *
 * @category models
 */

export interface PlannedAgent {
  readonly name: string
  readonly dependsOn: ReadonlyArray<string>
  /** As its author says. */
  readonly estimateMs: number
  /**
   * What its last runs have measured, their median, which then counts instead of the estimate; absent where nothing was
   * measured.
   */
  readonly measuredMs?: number | undefined
  /** From its start to the end of the longest chain that waits for it: measured times, estimates where there are none. */
  readonly remainingMs: number
  /** `unknown`: whether it is reused depends on results that are not there yet. */
  readonly decision: "reuse" | "run" | "unknown"
  /** Why, in words. */
  readonly reason: string
}

/** What a run means to do. `Team.plan` gives one. @category models */
export interface Plan {
  readonly team: string
  /** An order in which they can work one by one, longest remaining path first. */
  readonly agents: ReadonlyArray<PlannedAgent>
  /** The longest path, by the same times. */
  readonly criticalPath: { readonly agents: ReadonlyArray<string>; readonly ms: number }
  /** All these times together. */
  readonly workMs: number
  /**
   * How long the run will take by what earlier runs have measured, if nothing more than planned is reused; absent where
   * an agent that is to work was never measured. A run knows it, `Team.plan` does not.
   */
  readonly expectedMs?: number | undefined
}
