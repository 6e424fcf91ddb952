/** What the agents of one run share: the results so far, the record for the report, and the way to tell of it. */
import { type Duration, Effect } from "effect"
import type * as Agent from "../Agent.ts"
import type * as Artefact from "../Artefact.ts"
import { RunEvent, type Runnable } from "../Run.ts"
import type * as AgentActor from "./agentActor.ts"
import type { AgentRecord } from "./buildReport.ts"
import type * as Claims from "./claims.ts"
import type { Clockwork } from "./clockwork.ts"
import type { Control } from "./control.ts"
import type { Events } from "./events.ts"
import type { Prepared } from "./prepared.ts"

/** What an agent left behind: for its dependants, for keys, for the store. */
export interface Finished {
  readonly output: unknown
  readonly encoded: unknown
  /** `CacheKey.make` of `encoded`: what stands for the output in the keys of dependants. */
  readonly digest: string
  readonly files: ReadonlyArray<Artefact.ArtefactFile>
}

/** Everything that the agents of one run share. The maps are filled in by the fibers of the run, one entry per agent. */
export interface Stage<A extends Agent.Any> {
  readonly team: Runnable<A>
  readonly prepared: Prepared<A>
  readonly runId: string
  readonly model: string | undefined
  /** The model together with its server. */
  readonly modelInKeys: string | undefined
  readonly reuse: boolean
  readonly clock: Clockwork
  readonly events: Events
  readonly control: Control
  readonly stopBudget: Duration.Duration
  /** The actor of an agent, until the run ends. */
  readonly actorFor: (agent: string) => AgentActor.AgentActor
  readonly finished: Map<string, Finished>
  readonly records: ReadonlyMap<string, AgentRecord>
  /** Who wrote which path in this run. */
  readonly claims: Claims.Claims
  /** Lets one write of a path at a time through: of two attempts the later one's is the later. */
  readonly oneAtATime: (path: string) => <A, E, R>(write: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  readonly notes: Array<string>
}

/** Something that the run goes around, for the report and for whoever listens. */
export const note = (stage: Stage<Agent.Any>, agent: string, text: string) =>
  Effect.suspend(() => {
    stage.notes.push(`${agent}: ${text}`)
    return publish(stage, (at) => RunEvent.Noted({ at, agent, note: text }))
  })

export const publish = (stage: Stage<Agent.Any>, event: (at: number) => RunEvent) =>
  Effect.flatMap(stage.clock.now, (at) => stage.events.publish(event(at)))

/** A semaphore a path, made when the path is first written. */
export const onePathAtATime = (): Stage<Agent.Any>["oneAtATime"] => {
  const writing = new Map<string, Effect.Semaphore>()
  return (path) => {
    const semaphore = writing.get(path) ?? Effect.unsafeMakeSemaphore(1)
    writing.set(path, semaphore)
    return semaphore.withPermits(1)
  }
}
