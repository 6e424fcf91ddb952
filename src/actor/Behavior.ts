/**
 * How the actors of one type are built and kept: what a definition's `toLayer` hands to the system that runs them.
 *
 * @since 0.1.0
 */
import type { Context, Effect } from "effect"
import type { Mailbox } from "./Mailbox.ts"
import type { Supervision } from "./Supervision.ts"

/** @category models */
export interface Behavior {
  readonly mailbox: Mailbox
  readonly supervision: Supervision
  /** Runs once per incarnation and gives the handler record; needs `services`, `ActorContext` and a `Scope`. */
  readonly build: Effect.Effect<Readonly<Record<string, unknown>>, unknown>
  /** What spans call the actors of this type: the type, unless that carries an id. */
  readonly spanName: string
  /** What the Layer was given. */
  readonly services: Context.Context<never>
}
