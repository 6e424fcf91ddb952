/** What the agents of one run share: the results so far, the record for the report, and the way to tell of it. */
import { Effect } from "effect"
import type * as Agent from "../Agent.ts"
import type * as Artefact from "../Artefact.ts"
import { RunEvent, type Runnable } from "../Run.ts"
import type * as AgentActor from "./agentActor.ts"
import type { AgentRecord } from "./buildReport.ts"
import type { Clockwork } from "./clockwork.ts"
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

/** Everything that the agents of one run share. The maps are filled in by the fibers of the run, one entry an agent. */
export interface Stage<A extends Agent.Any> {
  readonly team: Runnable<A>
  readonly prepared: Prepared<A>
  readonly runId: string
  readonly model: string | undefined
  readonly reuse: boolean
  readonly clock: Clockwork
  readonly events: Events
  readonly control: {
    readonly cancelled: ReadonlySet<string>
    readonly actors: Map<string, AgentActor.AgentActor>
  }
  /** The actor of an agent, until the run ends. */
  readonly actorFor: (agent: string) => AgentActor.AgentActor
  readonly finished: Map<string, Finished>
  readonly records: ReadonlyMap<string, AgentRecord>
  /** Who wrote which path in this run. */
  readonly writers: Map<string, string>
  readonly notes: Array<string>
}

/** Something that the run goes around, for the report and for whoever listens. */
export const note = (stage: Stage<Agent.Any>, agent: string, text: string) => {
  stage.notes.push(`${agent}: ${text}`)
  return publish(stage, (at) => RunEvent.Noted({ at, agent, note: text }))
}

export const publish = (stage: Stage<Agent.Any>, event: (at: number) => RunEvent) =>
  Effect.flatMap(stage.clock.now, (at) => stage.events.publish(event(at)))
