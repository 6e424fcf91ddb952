/** The way from outside to the agents of one run. */
import { Deferred, Effect, Exit, FiberId } from "effect"
import type { AgentActor, AgentState } from "./agentActor.ts"

export interface Control {
  /** Tells an agent to stop, also one that has not begun: then it never will. */
  readonly cancel: (agent: string) => Effect.Effect<void>
  readonly status: (agent: string) => Effect.Effect<AgentState | undefined>
  readonly isCancelled: (agent: string) => boolean
  /** Waits until somebody cancels the agent. */
  readonly whenCancelled: (agent: string) => Effect.Effect<void>
  /** The actors of agents that have begun. */
  readonly actors: Map<string, AgentActor>
}

/** For the agents of these names; others are never heard of. */
export const make = (agents: ReadonlyArray<string>): Control => {
  const told = new Map(agents.map((agent) => [agent, Deferred.unsafeMake<void>(FiberId.none)]))
  const cancelled = new Set<string>()
  const actors = new Map<string, AgentActor>()
  return {
    cancel: (agent) =>
      Effect.suspend(() => {
        const deferred = told.get(agent)
        if (deferred === undefined) return Effect.void
        cancelled.add(agent)
        Deferred.unsafeDone(deferred, Exit.void)
        return actors.get(agent)?.cancel ?? Effect.void
      }),
    status: (agent) => Effect.suspend(() => actors.get(agent)?.status ?? Effect.succeed(undefined)),
    isCancelled: (agent) => cancelled.has(agent),
    whenCancelled: (agent) => Effect.suspend(() => Deferred.await(told.get(agent)!)),
    actors
  }
}
