/**
 * What happened to an actor, for those who look on: the elements of `LocalActorSystem.changes`.
 *
 * ```ts
 * const { changes } = yield* ActorSystem.LocalActorSystem
 * yield* Stream.runForEach(changes, ({ address, event }) => Console.log(`${address}: ${event._tag}`))
 * ```
 *
 * They are about lives, not about messages. An observer that is slow misses the oldest ones, which shows in the gaps of
 * `sequence`; no actor ever waits for one.
 *
 * @since 0.1.0
 */
import type { Cause } from "effect"

/**
 * `started`: an incarnation takes messages; 1 is the actor's first. `crashed`: an incarnation is over and supervision lets
 * another one follow, after `delayMillis`. `restarted`: an incarnation that supervision began, after a crash, after the end
 * of a permanent actor, or with its group. `stopped`: it has ended, on purpose or by itself.
 * `given up`: supervision starts it no more; `revived`: by command it may live again; `forgotten`: too many were given up
 * after it. `waiting for room`: `maxResident` actors of its type are active. `passivated`: it had nothing to do and is
 * out of memory until its next message. `stuck`: a handler has not come back for the system's `stuckAfter`.
 *
 * @category models
 */
export type Event =
  | { readonly _tag: "started"; readonly incarnation: number }
  | { readonly _tag: "crashed"; readonly cause: Cause.Cause<unknown>; readonly delayMillis: number }
  | { readonly _tag: "restarted"; readonly incarnation: number }
  | { readonly _tag: "stopped" }
  | { readonly _tag: "given up"; readonly cause: Cause.Cause<unknown> }
  | { readonly _tag: "revived" }
  | { readonly _tag: "forgotten" }
  | { readonly _tag: "waiting for room" }
  | { readonly _tag: "passivated" }
  | { readonly _tag: "stuck"; readonly message: string; readonly forMillis: number }

/** One change of one actor. @category models */
export interface ActorChange {
  /** Counts up by one while anybody looks on: a gap is what this observer missed. */
  readonly sequence: number
  /** Epoch milliseconds of the system's Clock. */
  readonly atMillis: number
  readonly address: string
  readonly type: string
  readonly id: string
  readonly event: Event
}
