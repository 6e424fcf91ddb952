/**
 * Who an actor is: what its `build` and its handlers may ask about themselves.
 *
 * @since 0.1.0
 */
import { Context, type Effect, Option } from "effect"
import type { ActorRef } from "./ActorRef.ts"

/** Present inside an actor only: in `build`, and in every Effect that a handler returns. @category services */
export class ActorContext extends Context.Tag("troupe/ActorContext")<
  ActorContext,
  {
    /** Its own address to send to. A tell to itself never waits; an ask of itself while it handles is refused. */
    readonly self: ActorRef.Any
    readonly address: string
    readonly id: string
    /** 1 for the first life, one more with each restart. */
    readonly incarnation: number
    /** Asks the actor to stop after the messages it has; does not wait for the end, which could not come. */
    readonly stop: Effect.Effect<void>
  }
>() {}

/**
 * Until when the message in hand must be answered, in epoch milliseconds of the system's Clock; none for a tell, for an
 * ask without end and in `build`. Asks inherit it by themselves; this is for those who pass a deadline on by other means.
 *
 * @category combinators
 */
export const deadlineOf = (self: ActorContext["Type"]): Option.Option<number> => {
  // The runtime keeps beside the public part on whose behalf a fiber sends.
  const { sender } = self as { readonly sender?: { readonly deadline: () => number } }
  const deadline = sender?.deadline() ?? Number.POSITIVE_INFINITY
  return deadline === Number.POSITIVE_INFINITY ? Option.none() : Option.some(deadline)
}
