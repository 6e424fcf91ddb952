/**
 * Promises that a protocol makes about single messages, as annotations of their Rpcs.
 *
 * ```ts
 * Rpc.make("Index", { payload: { file: Schema.String } }).annotate(Delivery.Idempotent, true)
 * ```
 *
 * @since 0.1.0
 */
import { Context } from "effect"

/**
 * Handling the message twice does what handling it once does. If its actor crashes with it in hand it is delivered again,
 * before all others of its lane: `maxDeliveries` times in all, then it is quarantined in `DeadLetters`. Its asker waits
 * meanwhile. So it is where a child's crash or a sibling's takes its actor down with it. A concurrent handler
 * (`Rpc.fork`, or a re-entrant actor's) has the message no longer in hand: it is not delivered again. Default `false`: a message whose handling crashed is not delivered again.
 *
 * @category annotations
 */
export class Idempotent extends Context.Reference<Idempotent>()("troupe/Delivery/Idempotent", {
  defaultValue: () => false
}) {}

/** Deliveries of an idempotent message whose handling keeps crashing, the first one counted: `3`. @category models */
export const maxDeliveries = 3

/**
 * The handler at work is interrupted when its asker is, or stops waiting. Default `false`: what has begun is finished, and
 * only its answer is discarded. A handler that answers at once has nothing to interrupt.
 *
 * @category annotations
 */
export class InterruptWithAsker extends Context.Reference<InterruptWithAsker>()("troupe/Delivery/InterruptWithAsker", {
  defaultValue: () => false
}) {}
