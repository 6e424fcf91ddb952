/**
 * Who an actor is: what its `build` and its handlers may ask about themselves.
 *
 * @since 0.1.0
 */
import { Context, type Effect } from "effect"
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
