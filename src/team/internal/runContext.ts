/** What the agents of one run share: what they were given, the results so far, and the way to tell of it. */
import { type Context, type Duration, Effect } from "effect"
import type * as Agent from "../Agent.ts"
import type * as Artefact from "../Artefact.ts"
import type { Tokens } from "../Report.ts"
import type { ResultCache } from "../ResultCache.ts"
import { type AgentEnd, type EndedAttempt, RunEvent, type Runnable } from "../Run.ts"
import type { Held } from "../Scheduler.ts"
import type { Workspace } from "../Workspace.ts"
import type { Fence } from "./attemptFence.ts"
import type * as Claims from "./claims.ts"
import type { Control } from "./control.ts"
import type { Events } from "./events.ts"
import type { Prepared } from "./preparedRun.ts"
import type { RunClock } from "./runClock.ts"

/** What an agent left behind: for its dependants, for keys, for the store. */
export interface Finished {
  readonly output: unknown
  readonly encoded: unknown
  /** `CacheKey.make` of `encoded`: what stands for the output in the keys of dependants. */
  readonly digest: string
  readonly files: ReadonlyArray<Artefact.ArtefactFile>
}

/** An attempt that works, or is about to. */
export interface LiveAttempt {
  readonly fence: Fence
  /** Milliseconds since the run began. */
  readonly startedMs: number
  /** What was left then of the time for all attempts, in milliseconds. */
  readonly leftMs: number
  /** Which life of its actor works on it; `0` before it begins. */
  incarnation: number
  /** Used so far; `null` if no model was asked. */
  tokens: Tokens | null
}

/** An agent that has its place, and what the event of its end will tell. */
export interface AtWork<A extends Agent.Any = Agent.Any> {
  readonly agent: A
  /** Milliseconds since the run began. */
  readonly startedMs: number
  /** Its place: what it gives back while it runs a team itself. */
  readonly slot: Held
  key: string | undefined
  attempt: LiveAttempt | undefined
  /** An attempt that has ended, until an event has told of it. */
  ended: EndedAttempt | undefined
}

/** Everything that the agents of one run share. The maps are filled in by the fibers of the run, one entry per agent. */
export interface RunContext<A extends Agent.Any = Agent.Any> {
  readonly team: Runnable<A>
  readonly prepared: Prepared<A>
  readonly runId: string
  readonly model: string | undefined
  /** The model together with its server. */
  readonly modelInKeys: string | undefined
  readonly reuse: boolean
  readonly clock: RunClock
  readonly events: Events
  readonly control: Control
  readonly stopBudget: Duration.Duration
  /** What the agents need from their surroundings. */
  readonly services: Context.Context<Workspace | ResultCache | Agent.Context<A>>
  readonly atWork: Map<string, AtWork>
  readonly finished: Map<string, Finished>
  /** Who wrote which path in this run. */
  readonly claims: Claims.Claims
  /** Lets one write of a path at a time through: of two attempts the later one's is the later. */
  readonly oneAtATime: (path: string) => <A, E, R>(write: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** Something that the run goes around, for the report and for whoever listens. `agent`: whose matter it is. */
export const note = (run: RunContext, agent: string | undefined, note: string) =>
  run.events.publish((moment) => RunEvent.Noted({ ...moment, agent, note }))

/** Tells that an agent has ended, once: `event` says how. */
export const publishEnd = (run: RunContext, work: AtWork, event: (end: AgentEnd) => RunEvent) =>
  run.events.publish((moment) => {
    const { agent, ended, key, startedMs } = work
    run.atWork.delete(agent.name)
    const files = run.finished.get(agent.name)?.files.map((file) => file.path)
    return event({ ...moment, agent: agent.name, startedMs, key, files, ended })
  })

/** A semaphore a path, made when the path is first written. */
export const onePathAtATime = (): RunContext["oneAtATime"] => {
  const writing = new Map<string, Effect.Semaphore>()
  return (path) => {
    const semaphore = writing.get(path) ?? Effect.unsafeMakeSemaphore(1)
    writing.set(path, semaphore)
    return semaphore.withPermits(1)
  }
}
