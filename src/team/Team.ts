/**
 * A team: agents that depend on each other, and what they take as input.
 *
 * `make` only puts the definition together and cannot fail, so that a module may export a team as it is loaded; `check`
 * says what is wrong with it, and `plan` and `run` check first.
 *
 * @since 0.1.0
 */
import { Effect } from "effect"
import type * as Agent from "./Agent.ts"
import type { InputError } from "./InputError.ts"
import type { Runnable } from "./Run.ts"

const TypeId: unique symbol = Symbol.for("troupe/Team")

export interface Team<A extends Agent.Any> extends Runnable<A> {
  readonly [TypeId]: typeof TypeId
  readonly description: string | undefined
}

/** Any team. */
export type Any = Team<Agent.Any>

export interface Options<A extends Agent.Any> {
  /** In any order. */
  readonly agents: ReadonlyArray<A>
  readonly description?: string | undefined
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
  parse: options.parse ?? Effect.succeed
})

/** Whether a value is a team, made by this or by another copy of the program. */
export const isTeam = (value: unknown): value is Any => typeof value === "object" && value !== null && TypeId in value
