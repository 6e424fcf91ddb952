/**
 * How much a run may use at once, by the size of the machine it was given.
 *
 * @since 0.1.0
 */

/** The names of the sizes. @category models */
export type Profile = "small" | "medium" | "large" | "enterprise"

/** What a profile allows. @category models */
export interface Limits {
  /** Agents that may work at the same time. */
  readonly agentsAtOnce: number
}

/** From the smallest to the largest. @category models */
export const profiles: Readonly<Record<Profile, Limits>> = {
  small: { agentsAtOnce: 3 },
  medium: { agentsAtOnce: 5 },
  large: { agentsAtOnce: 8 },
  enterprise: { agentsAtOnce: 12 }
}

/** The profile of a run that names none. @category models */
export const defaultProfile: Profile = "small"
