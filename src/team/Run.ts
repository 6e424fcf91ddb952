/**
 * A run of a team: what it is given, what it tells while it works, and what it hands back. `Team.run` starts one.
 *
 * @since 0.1.0
 */
import { Data, type Duration, type Effect } from "effect"
import type * as Agent from "./Agent.ts"
import type { InputError } from "./InputError.ts"
import type { Plan } from "./Plan.ts"
import type { AgentStatus, Report, RunStatus } from "./Report.ts"

/** What can be run: `Team.make` gives one. @category models */
export interface Runnable<A extends Agent.Any> {
  readonly name: string
  readonly agents: ReadonlyArray<A>
  /**
   * Checks what the user handed in and gives the input as JSON data, from which agents pick by `reads`. Properties of an
   * object have no order in a key: where order decides the result, use an array.
   */
  readonly parse: (value: unknown) => Effect.Effect<unknown, InputError>
}

/** What a run is given. @category models */
export interface RunOptions {
  /** What the user handed in; the team's `parse` decides about it. */
  readonly input: unknown
  /** Agents that may work at the same time, at least 1. Default `3`. */
  readonly agentsAtOnce?: number | undefined
  /** `anthropic:NAME` or `openai:NAME`. Default: none. */
  readonly model?: string | undefined
  /**
   * The address of the server that is asked for the model, if it is not the provider's own: the `baseUrl` of the model's
   * layer. Part of the keys of agents that use a model, without credentials and query, because servers may give one name
   * to different models. Default: the provider's own server.
   */
  readonly baseUrl?: string | undefined
  /** Whether earlier results may be taken. Results are stored either way. Default `true`. */
  readonly reuse?: boolean | undefined
  /** Take the output folder over, whatever it holds. Default `false`. */
  readonly force?: boolean | undefined
  /** The run's id. Default: a random UUID. */
  readonly runId?: string | undefined
  /**
   * How long a stopped attempt may take to release what it holds, and the listener to take one event, before the run goes
   * on without it; the report or the log says so. Default `5 seconds`; a negative one is zero.
   */
  readonly stopBudget?: Duration.DurationInput | undefined
  /**
   * Told of everything, in order, one at a time. A slow listener slows the telling, never the agents: beyond 1,000 waiting
   * events it misses progress. The run waits at its end while the listener takes events, `stopBudget` for each. One that
   * throws or dies is told the next event all the same; the first time is logged and noted in the report.
   */
  readonly onEvent?: ((event: RunEvent) => Effect.Effect<void>) | undefined
}

/** `at` is milliseconds since 1970, by the Clock. @category models */
export type RunEvent = Data.TaggedEnum<{
  RunStarted: { readonly at: number; readonly runId: string; readonly team: string; readonly plan: Plan }
  /** Its last dependency has ended. */
  AgentReady: { readonly at: number; readonly agent: string }
  AgentStarted: { readonly at: number; readonly agent: string; readonly attempt: number }
  AgentProgress: {
    readonly at: number
    readonly agent: string
    readonly message: string
    /** 0…1, where the agent knows. */
    readonly fraction: number | undefined
  }
  /** A try ended badly. `retryInMs` is the wait before the next; undefined if there is none. */
  AgentAttemptFailed: {
    readonly at: number
    readonly agent: string
    readonly attempt: number
    readonly reason: string
    readonly willRetry: boolean
    readonly retryInMs: number | undefined
  }
  AgentReused: { readonly at: number; readonly agent: string; readonly fromRun: string }
  AgentDone: { readonly at: number; readonly agent: string; readonly attempts: number }
  AgentNotVerified: { readonly at: number; readonly agent: string; readonly reason: string }
  AgentFailed: { readonly at: number; readonly agent: string; readonly reason: string }
  AgentSkipped: { readonly at: number; readonly agent: string; readonly becauseOf: string }
  AgentCancelled: { readonly at: number; readonly agent: string }
  /** Something that the run went around, such as a damaged stored result. */
  Noted: { readonly at: number; readonly agent: string | undefined; readonly note: string }
  RunEnded: { readonly at: number; readonly status: RunStatus; readonly report: Report }
}>

/** Constructors and matchers of the events. @category constructors */
export const RunEvent = Data.taggedEnum<RunEvent>()

/** There is no output to hand out. @category errors */
export class NoOutput extends Data.TaggedError("NoOutput")<{
  readonly agent: string
  readonly status: AgentStatus | "unknown"
  readonly reason: string | null
}> {
  override get message() {
    if (this.status === "unknown") return `There is no agent "${this.agent}" in this run.`
    return `"${this.agent}" has no output: it is ${this.status}${this.reason === null ? "" : ` (${this.reason})`}.`
  }
}

/** What a run hands back. @category models */
export interface RunResult<A extends Agent.Any> {
  readonly runId: string
  readonly status: RunStatus
  readonly report: Report
  /** What an agent returned, decoded. An agent that was reused has one like one that worked. */
  readonly output: <N extends A>(agent: N) => Effect.Effect<Agent.Output<N>, NoOutput>
}
