/**
 * A run of a team: what it is given, what it tells while it works, and what it hands back. `Team.run` starts one.
 *
 * @since 0.1.0
 */
import { Data, type Duration, type Effect } from "effect"
import type * as Agent from "./Agent.ts"
import type { InputError } from "./InputError.ts"
import type { Plan } from "./Plan.ts"
import type { Profile } from "./Profile.ts"
import type { AgentStatus, Attempt, Report, RunStatus, Tokens } from "./Report.ts"

/** What can be run: `Team.make` gives one. @category models */
export interface Runnable<A extends Agent.Any> {
  readonly name: string
  readonly agents: ReadonlyArray<A>
  /**
   * Checks what the user handed in and gives the input as JSON data, from which agents pick by `reads`. Properties of an
   * object have no order in a key: where order decides the result, use an array.
   */
  readonly parse: (value: unknown) => Effect.Effect<unknown, InputError>
  /** The profile that an input asks for, where the run names none. */
  readonly profile?: ((input: unknown) => Profile | undefined) | undefined
}

/** What a run is given. @category models */
export interface RunOptions {
  /** What the user handed in; the team's `parse` decides about it. */
  readonly input: unknown
  /**
   * How much of agents, cores and memory may be used at once. Default: what the team's `profile` makes of the input (the
   * full-stack team takes the requirements' `scale`), else `small`.
   */
  readonly profile?: Profile | undefined
  /** Agents that may work at the same time, at least 1, whatever the profile says. Default: those of the profile. */
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

/** When an event happened. @category models */
export interface Timed {
  /** Milliseconds since 1970, by the wall clock, which people set: for records and display. */
  readonly at: number
  /**
   * Milliseconds since the run began, by the monotonic clock: for durations. Every event of a run has it; events that were
   * recorded without it are placed by `at`.
   */
  readonly elapsedMs?: number | undefined
}

/** An attempt that has ended, with what it used. @category models */
export interface EndedAttempt {
  readonly attempt: Attempt
  /** `null` if no model was asked. */
  readonly tokens: Tokens | null
}

/** What is known of an agent at its end, besides how it ended. @category models */
export interface AgentEnd extends Timed {
  readonly agent: string
  /** When it was given its place, in milliseconds since the run began; absent if it never was. */
  readonly startedMs?: number | undefined
  /** The key of its result; absent if that was never known. */
  readonly key?: string | undefined
  /** Paths of the files it made. */
  readonly files?: ReadonlyArray<string> | undefined
  /** Its last attempt, unless `AgentAttemptFailed` has told of that. */
  readonly ended?: EndedAttempt | undefined
}

/**
 * What happens in a run. Folded by `RunState`, in order, the events give everything that the report shows. They are few,
 * bounded by agents and attempts, but for `AgentProgress`, which decides nothing and may be missed.
 *
 * @category models
 */
export type RunEvent = Data.TaggedEnum<{
  RunStarted: Timed & {
    readonly runId: string
    readonly team: string
    readonly plan: Plan
    /** Every agent with its version, in the order in which the team defines them. */
    readonly agents?: ReadonlyArray<{ readonly name: string; readonly version: string }> | undefined
    readonly agentsAtOnce?: number | undefined
    readonly model?: string | undefined
  }
  /** Its last dependency has ended. */
  AgentReady: Timed & { readonly agent: string }
  AgentStarted: Timed & {
    readonly agent: string
    readonly attempt: number
    /** Which life of the agent's actor works: above 1 once supervision has restarted it. */
    readonly incarnation?: number | undefined
    /** When the agent was given its place, in milliseconds since the run began. */
    readonly startedMs?: number | undefined
    readonly key?: string | undefined
  }
  AgentProgress: Timed & {
    readonly agent: string
    readonly message: string
    /** 0…1, where the agent knows. */
    readonly fraction: number | undefined
  }
  /** A try ended badly. `retryInMs` is the wait before the next; undefined if there is none. */
  AgentAttemptFailed: Timed & {
    readonly agent: string
    readonly attempt: number
    readonly reason: string
    readonly willRetry: boolean
    readonly retryInMs: number | undefined
    readonly ended?: EndedAttempt | undefined
  }
  AgentReused: AgentEnd & { readonly fromRun: string }
  AgentDone: AgentEnd & { readonly attempts: number }
  AgentNotVerified: AgentEnd & { readonly reason: string }
  AgentFailed: AgentEnd & { readonly reason: string }
  AgentSkipped: Timed & { readonly agent: string; readonly becauseOf: string }
  /** Somebody stopped the agent, or, where there is a `reason`, the run did at its own premature end. */
  AgentCancelled: AgentEnd & { readonly reason?: string | undefined }
  /** Something that the run went around, such as a damaged stored result. */
  Noted: Timed & {
    readonly agent: string | undefined
    readonly note: string
    /** Something that the run made or says could not be kept, which makes the run partial. Default `false`. */
    readonly unkept?: boolean | undefined
  }
  RunEnded: Timed & { readonly status: RunStatus; readonly report: Report }
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

/** What an agent does at the moment. @category models */
export interface AgentState {
  readonly state: "idle" | "working" | "cancelled"
  /** Which life of its actor works: above 1 once supervision has restarted it. */
  readonly incarnation: number
  /** The last progress that the work told. */
  readonly message: string | undefined
  readonly fraction: number | undefined
}

/** What a run hands back. @category models */
export interface RunResult<A extends Agent.Any> {
  readonly runId: string
  readonly status: RunStatus
  readonly report: Report
  /** What an agent returned, decoded. An agent that was reused has one like one that worked. */
  readonly output: <N extends A>(agent: N) => Effect.Effect<Agent.Output<N>, NoOutput>
}
