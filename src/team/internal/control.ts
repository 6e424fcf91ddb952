/** The way from outside to the agents of one run. */
import { Deferred, Effect, Exit, FiberId } from "effect"
import type { AgentState } from "../Run.ts"

/** What a run that has begun lets others do. */
export interface Reach {
  /** Stops the attempt that an agent is at, if any. */
  readonly stop: (agent: string) => void
  readonly status: (agent: string) => AgentState | undefined
}

export interface Control {
  /** Tells an agent to stop, also one that has not begun: then it never will. */
  readonly cancel: (agent: string) => Effect.Effect<void>
  readonly status: (agent: string) => Effect.Effect<AgentState | undefined>
  readonly isCancelled: (agent: string) => boolean
  /** Waits until somebody cancels the agent. */
  readonly whenCancelled: (agent: string) => Effect.Effect<void>
  /** Called by the run as it begins. */
  readonly attach: (reach: Reach) => void
}

/** For the agents of these names; others are never heard of. */
export const make = (agents: ReadonlyArray<string>): Control => {
  const told = new Map(agents.map((agent) => [agent, Deferred.unsafeMake<void>(FiberId.none)]))
  const cancelled = new Set<string>()
  let reach: Reach | undefined
  return {
    cancel: (agent) =>
      Effect.sync(() => {
        const deferred = told.get(agent)
        if (deferred === undefined) return
        cancelled.add(agent)
        Deferred.unsafeDone(deferred, Exit.void)
        reach?.stop(agent)
      }),
    status: (agent) => Effect.sync(() => reach?.status(agent)),
    isCancelled: (agent) => cancelled.has(agent),
    whenCancelled: (agent) => Effect.suspend(() => Deferred.await(told.get(agent)!)),
    attach: (begun) => {
      reach = begun
    }
  }
}
