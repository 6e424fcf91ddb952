/**
 * An agent: one member of a team, with what it depends on, what it reads, what it returns and how it works.
 *
 * The definition is plain data apart from `run`. When a team runs, each agent that has work becomes an actor: `run` is
 * what that actor does with the message "work", and a crash in it is a matter for the actor's supervision.
 *
 * @since 0.1.0
 */
import { type Duration, Effect, Schema } from "effect"
import type { Artefact } from "./Artefact.ts"
import * as StatedDurations from "./internal/statedDurations.ts"
import type { WrongDuration } from "./TeamError.ts"
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

/** What an agent has in hand while it works. @category models */
export interface Assignment<Input, Needs> {
  readonly runId: string
  readonly agent: string
  /** 1 for the first try in this run; a crash or a retried failure makes it 2. */
  readonly attempt: number
  /** The parts of the team's input named in `reads`, and nothing else. */
  readonly input: Input
  /** The model that the run was given, if any: `anthropic:NAME` or `openai:NAME`. */
  readonly model: string | undefined
  /** The result of an agent named in `dependsOn`. */
  readonly result: <N extends Needs & { readonly name: string; readonly output: Schema.Schema.Any }>(
    agent: N
  ) => Schema.Schema.Type<N["output"]>
  /** The files written by an agent named in `filesOf`. */
  readonly files: (agent: string | { readonly name: string }) => ReadonlyArray<Artefact>
  /** Tells the agent's actor, and through it everybody who watches, how far the work is. `fraction` in 0…1. */
  readonly progress: (message: string, fraction?: number | undefined) => Effect.Effect<void>
  /** Writes a file of the result below the output folder, at once. It is committed with the result. */
  readonly write: (path: string, content: string) => Effect.Effect<void, WorkspaceError>
  /** Adds to the tokens that the report shows for this agent; `undefined` where the model did not say. */
  readonly tokens: (used: {
    readonly input: number | undefined
    readonly output: number | undefined
  }) => Effect.Effect<void>
  /** Says that the result is not to be trusted as it stands. Without a call the result counts as verified. */
  readonly verdict: (verdict: Verdict) => Effect.Effect<void>
}

/**
 * Retry of a typed failure or a time-out. A crash is restarted by supervision and counts as an attempt as well.
 *
 * @category models
 */
export interface RetryOptions {
  /** Further attempts after the first. Default `0`. */
  readonly times: number
  /** The first wait; doubles each time. Default `1 second`. */
  readonly backoff?: Duration.DurationInput | undefined
  /** The longest wait. Default `30 seconds`. */
  readonly maxBackoff?: Duration.DurationInput | undefined
}

/** An agent as a team keeps it, with every default filled in. `make` gives one. @category models */
export interface Agent<Name extends string, Output extends Schema.Schema.Any, R> {
  readonly name: Name
  /** Semantic version of the agent's behaviour: part of the key of its results. */
  readonly version: string
  readonly description: string | undefined
  readonly dependsOn: ReadonlyArray<string>
  /** Upstream agents whose files it reads: their digests are part of its key. A subset of `dependsOn`'s closure. */
  readonly filesOf: ReadonlyArray<string>
  /** Paths into the team's input, such as `entities` or `stack.backend`. */
  readonly reads: ReadonlyArray<string>
  readonly estimate: Duration.Duration
  readonly timeout: Duration.Duration
  readonly retry: Required<RetryOptions>
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
export type Needs<Dependency> = Dependency extends string
  ? { readonly name: Dependency }
  : Dependency extends { readonly name: string }
    ? Dependency
    : never

/** What `make` takes. @category models */
export interface Options<
  Name extends string,
  Output extends Schema.Schema.AnyNoContext,
  Dependency extends Any | string,
  Input,
  E,
  R,
  R2
> {
  /** Unique in its team; 1 to 100 characters, not blank, no control characters: `Team.check` says so. */
  readonly name: Name
  /** Semantic version of its behaviour: part of the key of its results, so a new one makes the old ones stale. */
  readonly version: string
  readonly description?: string | undefined
  /** Agents whose results it works with. Given as values, `assignment.result` knows their types. Default none. */
  readonly dependsOn?: ReadonlyArray<Dependency> | undefined
  /** Upstream agents whose files it reads. Default none. */
  readonly filesOf?: ReadonlyArray<Any | string> | undefined
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
  /** Default `false`. */
  readonly usesModel?: boolean | undefined
  /** Default: nothing else decides the result. */
  readonly fingerprint?: Effect.Effect<Readonly<Record<string, string>>, never, R2> | undefined
  /** Decodes the parts named in `reads`. Default `Schema.Unknown`: they arrive as they are. */
  // biome-ignore lint/suspicious/noExplicitAny: the encoded side is whatever the team's input holds
  readonly input?: Schema.Schema<Input, any> | undefined
  readonly output: Output
  readonly run: (assignment: Assignment<Input, Needs<Dependency>>) => Effect.Effect<Schema.Schema.Type<Output>, E, R>
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
  const Dependency extends Any | string = never,
  Input = unknown,
  E = never,
  R = never,
  R2 = never
>(
  options: Options<Name, Output, Dependency, Input, E, R, R2>
): Agent<Name, Output, R | R2> => {
  const durations = StatedDurations.read(options.name, [
    { field: "estimate", written: options.estimate, absent: "1 minute" },
    { field: "timeout", written: options.timeout, absent: "300 seconds" },
    { field: "retry.backoff", written: options.retry?.backoff, absent: "1 second" },
    { field: "retry.maxBackoff", written: options.retry?.maxBackoff, absent: "30 seconds" }
  ])
  return {
    name: options.name,
    version: options.version,
    description: options.description,
    dependsOn: (options.dependsOn ?? []).map(nameOf),
    filesOf: (options.filesOf ?? []).map(nameOf),
    reads: options.reads ?? [],
    estimate: durations.of("estimate"),
    timeout: durations.of("timeout"),
    wrongDurations: durations.wrong,
    retry: {
      times: options.retry?.times ?? 0,
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
