/**
 * What became of a tell, for a sender who wants to know.
 *
 * A tell's success means accepted. `ActorSystem.receipt` sends the same tell and gives a receipt besides, which settles
 * once: every accepted message is handled, failed or dead-lettered. A tell without a receipt pays nothing for this.
 *
 * @since 0.1.0
 */
import type { Cause, Effect } from "effect"
import type { WaitCycle } from "./ActorError.ts"
import type { Reason } from "./DeadLetters.ts"

/**
 * `handled`: its handler ended well. `failed`: its handler ended with the protocol's typed error, or the actor crashed
 * with it in hand (`cause` then holds `ActorCrashed`). `dead-lettered`: nobody handled it, and why; so is an idempotent
 * message that was quarantined, which `DeadLetters` can send again. A message that was handed on is handled, one that was
 * set aside is not before it was put back.
 *
 * @category models
 */
export type Settlement =
  | { readonly _tag: "handled" }
  | { readonly _tag: "failed"; readonly cause: Cause.Cause<unknown> }
  | { readonly _tag: "dead-lettered"; readonly reason: Reason }

/** For one message that was accepted. @category models */
export interface Receipt {
  /**
   * Waits for the settlement; given at once if it is known. No time-out: a message may wait as long as its mailbox. Inside
   * an actor that the message's handling waits for, it would never come: `WaitCycle`.
   */
  readonly settled: Effect.Effect<Settlement, WaitCycle>
}
