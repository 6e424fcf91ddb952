/**
 * How much a run may use at once, by the size of the machine it was given.
 *
 * @since 0.1.0
 */

import type { Resources } from "./Resources.ts"

/** The names of the sizes. @category models */
export type Profile = "small" | "medium" | "large" | "enterprise"

/** What a profile allows. @category models */
export interface Limits {
  /** Agents that may work at the same time. */
  readonly agentsAtOnce: number
  /** Processor cores that agents at work may claim together. */
  readonly cpus: number
  /** Memory that agents at work may claim together, in mebibytes. */
  readonly memoryMiB: number
}

/** From the smallest to the largest. @category models */
export const profiles: Readonly<Record<Profile, Limits>> = {
  small: { agentsAtOnce: 3, cpus: 2, memoryMiB: 2048 },
  medium: { agentsAtOnce: 5, cpus: 4, memoryMiB: 4096 },
  large: { agentsAtOnce: 8, cpus: 8, memoryMiB: 8192 },
  enterprise: { agentsAtOnce: 12, cpus: 16, memoryMiB: 16384 }
}

/** The profile of a run that names none. @category models */
export const defaultProfile: Profile = "small"

/** What one process offers to all its runs unless it is told. @category models */
export const largestProfile: Profile = "enterprise"

/** What a profile allows, as tokens. @category combinators */
export const resourcesOf = (profile: Profile): Resources => {
  const { agentsAtOnce, cpus, memoryMiB } = profiles[profile]
  return { agents: agentsAtOnce, cpus, memoryMiB }
}
