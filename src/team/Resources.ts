/**
 * What agents share while they work: places among those that work, processor cores and memory, as whole tokens.
 *
 * Tokens are a promise and not a fence: an agent says what it will need, and the scheduler starts it when that much is
 * free. Nobody measures whether it takes more.
 *
 * @since 0.1.0
 */

/** An amount of each kind. @category models */
export interface Resources {
  /** Places among the agents that work at the same time. */
  readonly agents: number
  /** Processor cores. */
  readonly cpus: number
  /** Memory, in mebibytes. */
  readonly memoryMiB: number
}

/** The kinds, in the order in which errors name them. @category models */
export const kinds = ["agents", "cpus", "memoryMiB"] as const

/** The claim of a task that makes none: one place, no cores, no memory. @category models */
export const oneAgent: Resources = { agents: 1, cpus: 0, memoryMiB: 0 }

/** Nothing of any kind. @category models */
export const none: Resources = { agents: 0, cpus: 0, memoryMiB: 0 }

/** Whether `claim` is free where `used` of `capacity` is taken. @category combinators */
export const fits = (capacity: Resources, used: Resources, claim: Resources): boolean =>
  used.agents + claim.agents <= capacity.agents &&
  used.cpus + claim.cpus <= capacity.cpus &&
  used.memoryMiB + claim.memoryMiB <= capacity.memoryMiB

/** @category combinators */
export const plus = (a: Resources, b: Resources): Resources => ({
  agents: a.agents + b.agents,
  cpus: a.cpus + b.cpus,
  memoryMiB: a.memoryMiB + b.memoryMiB
})

/** @category combinators */
export const minus = (a: Resources, b: Resources): Resources => ({
  agents: a.agents - b.agents,
  cpus: a.cpus - b.cpus,
  memoryMiB: a.memoryMiB - b.memoryMiB
})

/** The greater amount of each kind. @category combinators */
export const max = (a: Resources, b: Resources): Resources => ({
  agents: Math.max(a.agents, b.agents),
  cpus: Math.max(a.cpus, b.cpus),
  memoryMiB: Math.max(a.memoryMiB, b.memoryMiB)
})

/** The smaller amount of each kind. @category combinators */
export const min = (a: Resources, b: Resources): Resources => ({
  agents: Math.min(a.agents, b.agents),
  cpus: Math.min(a.cpus, b.cpus),
  memoryMiB: Math.min(a.memoryMiB, b.memoryMiB)
})

/** The first kind of which `claim` is more than `capacity` has, even with nothing in use. @category combinators */
export const exceeded = (capacity: Resources, claim: Resources): keyof Resources | undefined =>
  kinds.find((kind) => claim[kind] > capacity[kind])
