/**
 * An agent: one member of a team, with what it depends on, what it reads, what it returns and how it works.
 *
 * The definition is plain data apart from `run`. When a team runs, each agent that has work becomes an actor: `run` is
 * what that actor does with the message "work", and a crash in it is a matter for the actor's supervision.
 *
 * @since 0.1.0
 */
import { type Duration, type Effect, Schema } from "effect"
import type { WorkspaceError } from "./Workspace.ts"

/** Where an agent's own word on its result stands. What is not `verified` is never reused by a later run. */
export type Verdict =
  | { readonly _tag: "verified" }
  /** It looked, and what it saw is wrong: the run fails, dependants still work with the result. */
  | { readonly _tag: "failed"; readonly reason: string }
  /** It could not look: the run is partial, dependants still work with the result. */
  | { readonly _tag: "notVerified"; readonly reason: string }

/** A file that an agent wrote: its path below the output folder, with `/`, and the SHA-256 of its bytes in hex. */
export interface Artefact {
  readonly path: string
  readonly sha256: string
  readonly sizeBytes: number
}

/** What an agent has in hand while it works. */
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
  /** Adds to the tokens that the report shows for this agent. */
  readonly tokens: (used: { readonly input: number; readonly output: number }) => Effect.Effect<void>
  /** Says that the result is not to be trusted as it stands. Without a call the result counts as verified. */
  readonly verdict: (verdict: Verdict) => Effect.Effect<void>
}

/** Retry of a typed failure or a time-out. A crash is restarted by supervision and counts as an attempt as well. */
export interface RetryOptions {
  /** Further attempts after the first. Default `0`. */
  readonly times: number
  /** The first wait; doubles each time. Default `1 second`. */
  readonly backoff?: Duration.DurationInput | undefined
  /** The longest wait. Default `30 seconds`. */
  readonly maxBackoff?: Duration.DurationInput | undefined
}

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
  readonly usesModel: boolean
  /** Whatever else decides the result: digests of templates, versions of tools. Computed once a run, when a key is wanted. */
  readonly fingerprint: Effect.Effect<Readonly<Record<string, string>>, never, R>
  readonly output: Output
  readonly run: (assignment: Assignment<unknown, unknown>) => Effect.Effect<Schema.Schema.Type<Output>, unknown, R>
}
