/**
 * A team: agents that depend on each other, and what they take as input.
 *
 * `make` only puts the definition together and cannot fail, so that a module may export a team as it is loaded; `check`
 * says what is wrong with it, and `plan` and `run` check first.
 *
 * @since 0.1.0
 */
import { Effect, Fiber, type Scope } from "effect"
import type * as Agent from "./Agent.ts"
import type { DatabaseError } from "./DatabaseError.ts"
import * as History from "./History.ts"
import type { InputError } from "./InputError.ts"
import * as Control from "./internal/control.ts"
import { makePlan } from "./internal/makePlan.ts"
import { modelInKeys } from "./internal/modelInKeys.ts"
import { check as checkRunnable, parse as parseBounded, prepare } from "./internal/preparedRun.ts"
import { type RunError, type RunNeeds, runTeam } from "./internal/runTeam.ts"
import type { Plan } from "./Plan.ts"
import type { Profile } from "./Profile.ts"
import type { ResultCache } from "./ResultCache.ts"
import type { AgentState, Runnable, RunOptions, RunResult } from "./Run.ts"
import type { TeamError } from "./TeamError.ts"

export type { AgentState } from "./Run.ts"

const TypeId: unique symbol = Symbol.for("troupe/Team")

/** A team. `make` gives one. @category models */
export interface Team<A extends Agent.Any> extends Runnable<A> {
  readonly [TypeId]: typeof TypeId
  readonly description: string | undefined
}

/** Any team. @category models */
export type Any = Team<Agent.Any>

/** What `make` takes. @category models */
export interface Options<A extends Agent.Any> {
  /** In any order. */
  readonly agents: ReadonlyArray<A>
  readonly description?: string | undefined
  /** The profile that a parsed input asks for, where the run names none. Default: none, so that the run's is `small`. */
  readonly profile?: ((input: unknown) => Profile | undefined) | undefined
  /** Default: the input is taken as it is. */
  readonly parse?: ((value: unknown) => Effect.Effect<unknown, InputError>) | undefined
}

/**
 * Puts a team together. Never fails: see `check`.
 *
 * @category constructors
 */
export const make = <A extends Agent.Any>(name: string, options: Options<A>): Team<A> => ({
  [TypeId]: TypeId,
  name,
  description: options.description,
  agents: options.agents,
  parse: options.parse ?? Effect.succeed,
  profile: options.profile
})

/** Whether a value is a team, made by this or by another copy of the program. @category combinators */
export const isTeam = (value: unknown): value is Any => typeof value === "object" && value !== null && TypeId in value

/**
 * Fails with everything that is wrong with the team: no agents, a bad, doubled or missing name, a cycle,
 * a duration that is none.
 *
 * @category combinators
 */
export const check = (team: Any): Effect.Effect<void, TeamError> => checkRunnable(team)

/**
 * The input as the team's `parse` gives it. A `parse` that throws, dies, returns no Effect or takes more than 60 seconds
 * is a `TeamError`: it is for the author to fix.
 *
 * @category combinators
 */
export const parse = (team: Any, value: unknown): Effect.Effect<unknown, TeamError | InputError> =>
  parseBounded(team, value)

/**
 * What `run` would do with this input, as far as it can be known. Looks at stored results, and at what earlier runs have
 * measured where there is a `RunStore`; writes nothing.
 *
 * @category combinators
 */
export const plan = <A extends Agent.Any>(
  team: Team<A>,
  options: Pick<RunOptions, "input" | "model" | "baseUrl" | "reuse">
): Effect.Effect<Plan, TeamError | InputError | DatabaseError, ResultCache | Agent.Context<A>> =>
  Effect.gen(function* () {
    const { agents } = yield* prepare(team, options.input)
    const model = modelInKeys(options.model, options.baseUrl)
    return yield* makePlan(team, agents, { model, reuse: options.reuse, measured: yield* History.ofTeam(team) })
  })

/**
 * Runs the team and returns when every agent has ended, one way or another: `status` in the result says how. It fails
 * only where the run could not begin, or its report not be kept. Interrupting it stops every agent and keeps a report.
 *
 * @category combinators
 */
export const run = <A extends Agent.Any>(
  team: Team<A>,
  options: RunOptions
): Effect.Effect<RunResult<A>, RunError, RunNeeds | Agent.Context<A>> => runTeam(team, options, controlOf(team))

/** A run under way. @category models */
export interface Handle<A extends Agent.Any> {
  readonly await: Effect.Effect<RunResult<A>, RunError>
  /** Tells an agent to stop, by name: its dependants are skipped, the rest goes on. Needs no place among those that work. */
  readonly cancel: (agent: string) => Effect.Effect<void>
  /** What an agent does, also while it works; `undefined` if it has not begun, or has nothing to do. */
  readonly status: (agent: string) => Effect.Effect<AgentState | undefined>
}

/**
 * Begins a run in the background of a scope; closing the scope interrupts it.
 *
 * @category combinators
 */
export const start = <A extends Agent.Any>(
  team: Team<A>,
  options: RunOptions
): Effect.Effect<Handle<A>, never, RunNeeds | Agent.Context<A> | Scope.Scope> =>
  Effect.gen(function* () {
    const control = controlOf(team)
    const fiber = yield* Effect.forkScoped(runTeam(team, options, control))
    return { await: Fiber.join(fiber), cancel: control.cancel, status: control.status }
  })

const controlOf = (team: Any) => Control.make(team.agents.map((agent) => agent.name))
