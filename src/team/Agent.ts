/**
 * An agent: one member of a team, with what it depends on, what it reads, what it returns and how it works.
 *
 * The definition is plain data apart from `run`. When a team runs, an actor is asked to run each agent that has work, and a
 * crash in `run` is a matter for that actor's supervision. Which actor it is makes no difference: it keeps nothing.
 *
 * @since 0.1.0
 */
import { type Duration, Effect, type Option, Schema } from "effect"
import type { AnyPart, PartResult } from "./AnyPart.ts"
import type { Artefact, Content, FileOptions } from "./Artefact.ts"
import type { Resources } from "./Resources.ts"
import * as StatedDurations from "./StatedDurations.ts"
import * as StatedNumbers from "./StatedNumbers.ts"
import type { TeamProblem, WrongDuration } from "./TeamError.ts"
import type { WorkspaceError } from "./Workspace.ts"

export type { Artefact } from "./Artefact.ts"

/**
 * Where an agent's own word on its result stands. What is not `verified` is never reused by a later run.
 *
 * @category models
 */
export type Verdict =
  | { readonly _tag: "verified" }
  /** It looked, and what it saw is wrong: the run fails, dependants still work with the result. */
  | { readonly _tag: "failed"; readonly reason: string }
  /** It could not look: the run is partial, dependants still work with the result. */
  | { readonly _tag: "notVerified"; readonly reason: string }

/**
 * What an agent has in hand while it works.
 *
 * It is good for one attempt. When the attempt has ended, whether it is done, failed, crashed, timed out, was cancelled
 * or the run was interrupted, nothing that still runs of it (a daemon fiber, a Promise, a region that would not be
 * interrupted) has an effect any more: `write`, and reading from the `Workspace`, fail with a `WorkspaceError` for the
 * reason `ended`, a write under way lands before the next attempt begins or never, `progress`, `tokens` and `verdict` do
 * nothing, a `Subprocess` is ended and refused, and `BackgroundTasks.start` interrupts its caller. What it does by other
 * means, such as `node:fs` or a client of its own, nobody can fence: let that end with the attempt by interruption.
 */
export interface Assignment<Input, Needs, Parts extends AnyPart = never> {
  readonly runId: string
  readonly agent: string
  /** 1 for the first try in this run; a crash or a retried failure makes it 2. */
  readonly attempt: number
  /** The parts of the team's input named in `reads`, and nothing else. */
  readonly input: Input
  /** The model that the run was given, if any: `anthropic:NAME` or `openai:NAME`. */
  readonly model: string | undefined
  /**
   * The result of an agent named in `dependsOn`. An `Option` where that is `Agent.optional`: none if it failed, was
   * skipped or cancelled.
   */
  readonly result: <N extends Given<Needs> & { readonly name: string; readonly output: Schema.Schema.Any }>(
    agent: N
  ) => N extends Exclude<Needs, Optional<unknown>>
    ? Schema.Schema.Type<N["output"]>
    : Option.Option<Schema.Schema.Type<N["output"]>>
  /** The files written by an agent named in `filesOf`. */
  readonly files: (agent: string | { readonly name: string }) => ReadonlyArray<Artefact>
  /** Tells everybody who watches how far the work is. `fraction` in 0…1. */
  readonly progress: (message: string, fraction?: number | undefined) => Effect.Effect<void>
  /** Writes a file of the result below the output folder, at once. It is committed with the result. */
  readonly write: (path: string, content: Content, options?: FileOptions) => Effect.Effect<void, WorkspaceError>
  /** Adds to the tokens that the report shows for this agent; `undefined` where the model did not say. */
  readonly tokens: (used: {
    readonly input: number | undefined
    readonly output: number | undefined
  }) => Effect.Effect<void>
  /**
   * What one of the agent's `parts` gives: an earlier result with the same key, or that of its work, which ends with this
   * attempt. Parts may work side by side.
   */
  readonly part: <P extends Parts>(part: P) => PartResult<P>
  /** Says that the result is not to be trusted as it stands. Without a call the result counts as verified. */
  readonly verdict: (verdict: Verdict) => Effect.Effect<void>
}

/** A dependency that may come to nothing. `optional` gives one. @category models */
export interface Optional<out A> {
  readonly _tag: "Optional"
  readonly agent: A
}

/** The agents among needs, optional or not. @category models */
export type Given<Needs> = Needs extends Optional<infer A> ? A : Needs

/**
 * Retry of a typed failure or a time-out. A crash is restarted by supervision, at most twice in a run, and counts as an
 * attempt as well. What is out of its range does not throw: `Team.check` says so.
 *
 * @category models
 */
export interface RetryOptions {
  /** Further attempts after a failure or time-out. Default `0`, a whole number to `100`. */
  readonly times: number
  /** Whether a failure of `run`, or the time-out of an attempt, is worth another attempt. Default: each is. */
  readonly while?: ((error: unknown) => boolean) | undefined
  /** Attempts there may be in all, those after a crash included. Default `times + 3`, a whole number from `1` to `103`. */
  readonly attempts?: number | undefined
  /**
   * How long all attempts may take together, the waits between them included; above zero. An attempt at work is stopped
   * then, and none begins after it. Default: infinite, so that `timeout` and the number of attempts are the limit.
   */
  readonly within?: Duration.DurationInput | undefined
  /** The first wait; doubles each time. Default `1 second`. */
  readonly backoff?: Duration.DurationInput | undefined
  /** The longest wait. Default `30 seconds`. */
  readonly maxBackoff?: Duration.DurationInput | undefined
}

/** `RetryOptions` with every default filled in. @category models */
export interface Retry {
  readonly times: number
  readonly while: (error: unknown) => boolean
  readonly attempts: number
  readonly within: Duration.Duration
  readonly backoff: Duration.Duration
  readonly maxBackoff: Duration.Duration
}

/** An agent as a team keeps it, with every default filled in. `make` gives one. @category models */
export interface Agent<Name extends string, Output extends Schema.Schema.Any, R> {
  readonly name: Name
  /** Semantic version of the agent's behaviour: part of the key of its results. */
  readonly version: string
  readonly description: string | undefined
  readonly dependsOn: ReadonlyArray<string>
  /** Those of `dependsOn` without whose result it works all the same. */
  readonly optional: ReadonlyArray<string>
  /** Upstream agents whose files it reads: their digests are part of its key. A subset of `dependsOn`'s closure. */
  readonly filesOf: ReadonlyArray<string>
  /** Parts of its work whose results have keys of their own; those keys are part of its key. */
  readonly parts: ReadonlyArray<AnyPart>
  /** Paths into the team's input, such as `entities` or `stack.backend`. */
  readonly reads: ReadonlyArray<string>
  readonly estimate: Duration.Duration
  readonly timeout: Duration.Duration
  readonly retry: Retry
  /** Whether it must not work again after an attempt that was cut off. */
  readonly once: boolean
  /** The higher, the sooner. */
  readonly priority: number
  /** What it takes up while it works. */
  readonly resources: Resources
  /** What is wrong with its numbers and lists; defaults stand in for them, and `Team.check` refuses the team. */
  readonly problems: ReadonlyArray<TeamProblem>
  /** Durations that could not be used as written; their defaults stand in for them, and `Team.check` refuses the team. */
  readonly wrongDurations: ReadonlyArray<WrongDuration>
  /** Whether the run's model is part of its key. */
  readonly usesModel: boolean
  /** Whatever else decides the result: digests of templates, versions of tools. Computed once a run, when a key is wanted. */
  readonly fingerprint: Effect.Effect<Readonly<Record<string, string>>, never, R>
  /** Decodes the parts named in `reads` before `run` sees them. */
  readonly input: Schema.Schema.AnyNoContext
  readonly output: Output
  readonly run: (assignment: Assignment<unknown, unknown>) => Effect.Effect<Schema.Schema.Type<Output>, unknown, R>
}

/** Any agent, for signatures that do not care which. @category models */
// biome-ignore lint/suspicious/noExplicitAny: R stands in both directions of variance here; only `any` accepts every agent
export type Any = Agent<string, Schema.Schema.Any, any>

/** What an agent needs from its surroundings. @category models */
export type Context<A> = A extends Agent<string, Schema.Schema.Any, infer R> ? R : never

/** What an agent returns. @category models */
export type Output<A> = A extends { readonly output: infer O extends Schema.Schema.Any } ? Schema.Schema.Type<O> : never

/** The agents whose results an assignment gives out: those declared, by value or by name. @category models */
export type Needs<Dependency> =
  Dependency extends Optional<infer A>
    ? Optional<Needs<A>>
    : Dependency extends string
      ? { readonly name: Dependency }
      : Dependency extends { readonly name: string }
        ? Dependency
        : never

/** What `make` takes. @category models */
export interface Options<
  Name extends string,
  Output extends Schema.Schema.AnyNoContext,
  Dependency extends Any | string | Optional<Any | string>,
  Input,
  E,
  R,
  R2,
  P extends AnyPart = never
> {
  /** Unique in its team; 1 to 100 characters, not blank, no control characters: `Team.check` says so. */
  readonly name: Name
  /** Semantic version of its behaviour: part of the key of its results, so a new one makes the old ones stale. */
  readonly version: string
  readonly description?: string | undefined
  /**
   * Agents whose results it works with. Given as values, `assignment.result` knows their types. It is skipped where one
   * of them gives no result, unless that is `Agent.optional`. Default none.
   */
  readonly dependsOn?: ReadonlyArray<Dependency> | undefined
  /**
   * Upstream agents whose files it reads. Default none. From the `Workspace` it can read these and what it has written
   * itself; another file is refused, because a change of it would go unnoticed when the result is reused.
   */
  readonly filesOf?: ReadonlyArray<Any | string> | undefined
  /**
   * Parts of its work, each with a key of its own, so that the work on those that nothing has touched is reused though
   * the agent works again. `Part.make` defines one, `assignment.part` gives its result. Default none.
   */
  readonly parts?: ReadonlyArray<P> | undefined
  /** Paths into the team's input, such as `entities` or `stack.backend`. Default none: the input is `{}`. */
  readonly reads?: ReadonlyArray<string> | undefined
  /**
   * How long it is expected to work, finite; decides who goes first, never who may go. Default `1 minute`. Like every
   * duration here, a wrong one does not throw: `Team.check` says so.
   */
  readonly estimate?: Duration.DurationInput | undefined
  /** The longest that one attempt may work, above zero; may be infinite. Default `300 seconds`. */
  readonly timeout?: Duration.DurationInput | undefined
  /** Default: no retry. */
  readonly retry?: RetryOptions | undefined
  /**
   * For work that must not be done twice, such as sending something: after an attempt that was cut off (a crash, a
   * time-out, cancellation, the end of the run or `kill -9` of its process) it is not tried again, neither in this run nor
   * by a later one with the same key, where it fails and says which run had begun it. A failure of `run` is its own word
   * that nothing was done and may be retried. `reuse: false` lets it work all the same. Default `false`.
   */
  readonly once?: boolean | undefined
  /**
   * The higher, the sooner it goes where not all may; whoever it waits for goes as soon. A whole number from `-100` to
   * `100`, default `0`. Nothing starves for it: see `Schedule`.
   */
  readonly priority?: number | undefined
  /**
   * What it takes up while it works, from its start to its end, out of what the run and the process may use: places among
   * the agents at work (`agents`, from `1`, default `1`), processor cores (`cpus`, from `0`, default `0`), memory in MiB
   * (`memoryMiB`, from `0`, default `0`). Whole numbers, at most what the largest profile has. It is a promise: nobody
   * measures. A run whose profile has less fails before it begins.
   */
  readonly resources?: Partial<Resources> | undefined
  /** Default `false`. */
  readonly usesModel?: boolean | undefined
  /**
   * What else decides the result. The source text of `run` always does; that text cannot tell what `run` takes from
   * outside of it: variables around it, modules that it imports, functions that it calls. Their digests belong here, or
   * `version` is raised with them. It may take 60 seconds; a fingerprint that fails lets its agent fail. Default: nothing.
   */
  readonly fingerprint?: Effect.Effect<Readonly<Record<string, string>>, never, R2> | undefined
  /** Decodes the parts named in `reads`. Default `Schema.Unknown`: they arrive as they are. */
  // biome-ignore lint/suspicious/noExplicitAny: the encoded side is whatever the team's input holds
  readonly input?: Schema.Schema<Input, any> | undefined
  readonly output: Output
  readonly run: (assignment: Assignment<Input, Needs<Dependency>, P>) => Effect.Effect<Schema.Schema.Type<Output>, E, R>
}

/**
 * Defines an agent. Nothing is checked or run here; `Team.check` looks at the team as a whole.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <
  const Name extends string,
  Output extends Schema.Schema.AnyNoContext,
  const Dependency extends Any | string | Optional<Any | string> = never,
  Input = unknown,
  E = never,
  R = never,
  R2 = never,
  P extends AnyPart = never
>(
  options: Options<Name, Output, Dependency, Input, E, R, R2, P>
): Agent<Name, Output, R | R2> => {
  const durations = StatedDurations.read(options.name, [
    { field: "estimate", written: options.estimate, absent: "1 minute" },
    { field: "timeout", written: options.timeout, absent: "300 seconds" },
    { field: "retry.backoff", written: options.retry?.backoff, absent: "1 second" },
    { field: "retry.maxBackoff", written: options.retry?.maxBackoff, absent: "30 seconds" },
    { field: "retry.within", written: options.retry?.within, absent: Number.POSITIVE_INFINITY }
  ])
  const rest = StatedNumbers.read(options.name, options)
  const dependsOn = options.dependsOn ?? []
  return {
    name: options.name,
    version: options.version,
    description: options.description,
    dependsOn: dependsOn.map((each) => nameOf(isOptional(each) ? each.agent : each)),
    optional: dependsOn.flatMap((each) => (isOptional(each) ? [nameOf(each.agent)] : [])),
    filesOf: (options.filesOf ?? []).map(nameOf),
    parts: options.parts ?? [],
    reads: rest.reads,
    estimate: durations.of("estimate"),
    timeout: durations.of("timeout"),
    wrongDurations: durations.wrong,
    problems: rest.problems,
    once: options.once ?? false,
    priority: rest.priority,
    resources: rest.resources,
    retry: {
      times: rest.times,
      while: options.retry?.while ?? (() => true),
      attempts: rest.attempts,
      within: durations.of("retry.within"),
      backoff: durations.of("retry.backoff"),
      maxBackoff: durations.of("retry.maxBackoff")
    },
    usesModel: options.usesModel ?? false,
    fingerprint: options.fingerprint ?? Effect.succeed({}),
    input: options.input ?? Schema.Unknown,
    output: options.output,
    // The run decodes the parts by `input` and hands out declared results only, so the wider assignment is the narrower one.
    run: options.run as Agent<Name, Output, R>["run"]
  }
}

/** The name of an agent given by value or by name. @category combinators */
export const nameOf = (agent: string | { readonly name: string }): string =>
  typeof agent === "string" ? agent : agent.name

/**
 * A dependency that is waited for and may come to nothing: where it fails, is skipped or cancelled, the agent works all
 * the same, and `assignment.result` gives none.
 *
 * @category combinators
 */
export const optional = <const A extends Any | string>(agent: A): Optional<A> => ({
  _tag: "Optional",
  agent
})

const isOptional = (dependency: unknown): dependency is Optional<Any | string> =>
  typeof dependency === "object" && dependency !== null && "_tag" in dependency && dependency._tag === "Optional"
