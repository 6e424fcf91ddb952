/**
 * A run as its events tell it: one pure fold, from which everything that shows a run reads.
 *
 * The run itself folds what it publishes, before any listener's queue, and makes its report of the result; a terminal or a
 * page folds the events that it is told and has the same state. Who misses `AgentProgress` lacks a message, nothing else.
 * Durations come from the events' monotonic time, so setting the machine's clock changes none.
 *
 * ```ts
 * const state = events.reduce(RunState.step, RunState.empty)
 * RunState.agents(state).filter((agent) => agent.standing === "working")
 * ```
 *
 * @since 0.1.0
 */
import { HashMap, Option } from "effect"
import { type Attempt, type RunStatus, Tokens } from "./Report.ts"
import type { AgentEnd, EndedAttempt, RunEvent } from "./Run.ts"

/**
 * Where an agent stands.
 *
 * - `waiting`: for agents it depends on; `ready`: for a free place; `working`; `retrying`: between two attempts
 * - the others are how it ended, as in the report
 *
 * @category models
 */
export type Standing =
  | "waiting"
  | "ready"
  | "working"
  | "retrying"
  | "done"
  | "reused"
  | "failed"
  | "notVerified"
  | "skipped"
  | "cancelled"

/** One agent of the run, as far as is known. Times are milliseconds since the run began. @category models */
export interface AgentInRun {
  readonly name: string
  /** Empty where the events do not tell. */
  readonly version: string
  readonly dependsOn: ReadonlyArray<string>
  readonly estimateMs: number
  readonly standing: Standing
  /** Why it is not simply done; before its end, why its last attempt failed. */
  readonly reason: string | null
  /** For `skipped`: the agent whose failure began it. */
  readonly becauseOf: string | null
  /** When its last dependency had ended. */
  readonly readyMs: number | null
  /** When it was given a place; its key and an earlier result are looked for first. */
  readonly startedMs: number | null
  /** When its first attempt began. */
  readonly workingSinceMs: number | null
  readonly endedMs: number | null
  /** The number of the attempt under way, or of the last one; `0` before the first. */
  readonly attempt: number
  /** Which life of the agent's actor works on that: above 1 once supervision has restarted it. */
  readonly incarnation: number
  /** Those that have ended. */
  readonly attempts: ReadonlyArray<Attempt>
  /** The last progress that the attempt told; empty if none. */
  readonly message: string
  /** 0…1, where the agent knows. */
  readonly fraction: number | undefined
  readonly key: string | null
  /** The run that made the reused result. */
  readonly reusedFrom: string | null
  readonly files: ReadonlyArray<string>
  /** Of the attempts that have ended; `null` if no model was asked. */
  readonly tokens: Tokens | null
}

/** The run so far. @category models */
export interface RunState {
  readonly runId: string
  readonly team: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** How long it will take, in milliseconds, by what earlier runs have measured; undefined where that is not known. */
  readonly expectedMs: number | undefined
  readonly agentsAtOnce: number
  readonly model: string | null
  /** By name; `agents` gives them in order. */
  readonly byName: HashMap.HashMap<string, AgentInRun>
  /** Names in the order of the plan: one in which the agents can work. */
  readonly planned: ReadonlyArray<string>
  /** Names in the order in which the team defines them. */
  readonly defined: ReadonlyArray<string>
  /** What the run went around. */
  readonly notes: ReadonlyArray<string>
  /** Something that the run made or says could not be kept; a note says what. */
  readonly unkept: boolean
  /** How the run ended, and when; undefined before. */
  readonly status: RunStatus | undefined
  readonly endedMs: number | undefined
}

/** Before the first event. @category constructors */
export const empty: RunState = {
  runId: "",
  team: "",
  startedAt: 0,
  expectedMs: undefined,
  agentsAtOnce: 1,
  model: null,
  byName: HashMap.empty(),
  planned: [],
  defined: [],
  notes: [],
  unkept: false,
  status: undefined,
  endedMs: undefined
}

/**
 * The state after `event`. Events about agents that the plan does not know change nothing.
 *
 * @category combinators
 */
export const step = (state: RunState, event: RunEvent): RunState => {
  const ms = event.elapsedMs ?? event.at - state.startedAt
  switch (event._tag) {
    case "RunStarted":
      return started(event)
    case "AgentReady":
      return change(state, event.agent, () => ({ standing: "ready", readyMs: ms }))
    case "AgentStarted":
      return change(state, event.agent, (agent) => ({
        standing: "working",
        startedMs: event.startedMs ?? agent.startedMs ?? ms,
        workingSinceMs: agent.workingSinceMs ?? ms,
        key: event.key ?? agent.key,
        attempt: event.attempt,
        incarnation: event.incarnation ?? 1,
        reason: null,
        message: "",
        fraction: undefined
      }))
    case "AgentProgress":
      return change(state, event.agent, () => ({ message: event.message, fraction: event.fraction }))
    case "AgentAttemptFailed":
      return change(state, event.agent, (agent) => ({
        standing: event.willRetry ? "retrying" : "working",
        reason: event.reason,
        ...attemptsOf(agent, event.ended)
      }))
    case "AgentReused":
      return change(state, event.agent, (agent) => ({
        ...ended(agent, event, ms, "reused"),
        reusedFrom: event.fromRun
      }))
    case "AgentDone":
      return change(state, event.agent, (agent) => ended(agent, event, ms, "done"))
    case "AgentNotVerified":
      return change(state, event.agent, (agent) => ended(agent, event, ms, "notVerified", event.reason))
    case "AgentFailed":
      return change(state, event.agent, (agent) => ended(agent, event, ms, "failed", event.reason))
    case "AgentCancelled":
      return change(state, event.agent, (agent) => ended(agent, event, ms, "cancelled", event.reason))
    case "AgentSkipped":
      return change(state, event.agent, () => ({
        standing: "skipped",
        reason: `"${event.becauseOf}" gave no result`,
        becauseOf: event.becauseOf
      }))
    case "Noted":
      return {
        ...state,
        notes: [...state.notes, event.agent === undefined ? event.note : `${event.agent}: ${event.note}`],
        unkept: state.unkept || event.unkept === true
      }
    case "RunEnded":
      return { ...state, status: event.status, endedMs: ms }
  }
}

/** All agents, in the order of the plan. @category combinators */
export const agents = (state: RunState): ReadonlyArray<AgentInRun> => inOrder(state, state.planned)

/** All agents, in the order in which the team defines them. @category combinators */
export const agentsAsDefined = (state: RunState): ReadonlyArray<AgentInRun> => inOrder(state, state.defined)

/** One agent; undefined if the plan does not know it. @category combinators */
export const agent = (state: RunState, name: string): AgentInRun | undefined =>
  Option.getOrUndefined(HashMap.get(state.byName, name))

/** Whether an agent that stands so has ended. @category combinators */
export const isOver = (standing: Standing): boolean => !UNDER_WAY.has(standing)

const UNDER_WAY: ReadonlySet<Standing> = new Set<Standing>(["waiting", "ready", "working", "retrying"])

const inOrder = (state: RunState, names: ReadonlyArray<string>) =>
  names.map((name) => HashMap.unsafeGet(state.byName, name))

const started = (event: Extract<RunEvent, { readonly _tag: "RunStarted" }>): RunState => {
  const planned = event.plan.agents.map((each) => each.name)
  const versions = new Map(event.agents?.map((each) => [each.name, each.version]))
  return {
    ...empty,
    runId: event.runId,
    team: event.team,
    startedAt: event.at,
    expectedMs: event.plan.expectedMs,
    agentsAtOnce: event.agentsAtOnce ?? empty.agentsAtOnce,
    model: event.model ?? null,
    byName: HashMap.fromIterable(
      event.plan.agents.map((each) => [
        each.name,
        { ...unknown, ...pick(each), version: versions.get(each.name) ?? "" } satisfies AgentInRun
      ])
    ),
    planned,
    defined: event.agents?.map((each) => each.name).filter((name) => planned.includes(name)) ?? planned
  }
}

const pick = (planned: Pick<AgentInRun, "name" | "dependsOn" | "estimateMs">) => ({
  name: planned.name,
  dependsOn: planned.dependsOn,
  estimateMs: planned.estimateMs
})

/** An agent of which nothing has been told yet. */
const unknown = {
  standing: "waiting",
  reason: null,
  becauseOf: null,
  readyMs: null,
  startedMs: null,
  workingSinceMs: null,
  endedMs: null,
  attempt: 0,
  incarnation: 0,
  attempts: [],
  message: "",
  fraction: undefined,
  key: null,
  reusedFrom: null,
  files: [],
  tokens: null
} satisfies Partial<AgentInRun>

const change = (state: RunState, name: string, next: (agent: AgentInRun) => Partial<AgentInRun>): RunState => ({
  ...state,
  byName: HashMap.modify(state.byName, name, (agent) => ({ ...agent, ...next(agent) }))
})

const ended = (
  agent: AgentInRun,
  event: AgentEnd,
  ms: number,
  standing: Standing,
  reason?: string | undefined
): Partial<AgentInRun> => ({
  standing,
  reason: reason ?? null,
  startedMs: event.startedMs ?? agent.startedMs,
  endedMs: ms,
  key: event.key ?? agent.key,
  files: event.files ?? agent.files,
  ...attemptsOf(agent, event.ended)
})

const attemptsOf = (agent: AgentInRun, ended: EndedAttempt | undefined): Partial<AgentInRun> => {
  if (ended === undefined) return {}
  const { attempt, tokens } = ended
  return {
    attempts: [...agent.attempts, attempt],
    tokens: tokens === null ? agent.tokens : agent.tokens === null ? tokens : Tokens.sum([agent.tokens, tokens])
  }
}
