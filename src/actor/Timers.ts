/**
 * Keyed timers of an actor: a message to itself, once after a while or again and again.
 *
 * ```ts
 * const { timers } = yield* ActorContext
 * const self = yield* Poller.self
 * yield* timers.every("poll", self.tell.Poll(), "1 second")
 * ```
 *
 * A timer belongs to the incarnation that set it and ends with it. The message of a cancelled or replaced timer is never
 * handled, also if it waits in the mailbox already. A timer's message is taken in also by a full mailbox; there is at most
 * one per key. Time is the system's Clock.
 *
 * @since 0.1.0
 */
import { type Duration, type Effect, Schema } from "effect"
import type { ActorRef } from "./ActorRef.ts"

/** Keys in use at a time, per actor: `1000`. One more is `TooManyTimers`, a defect of the actor that sets it. @category models */
export const maxKeys = 1000

/** An actor set more timers than it may have at a time: usually a key with an id in it that is never cancelled. @category errors */
export class TooManyTimers extends Schema.TaggedError<TooManyTimers>()("TooManyTimers", {
  address: Schema.String,
  limit: Schema.Int
}) {
  override get message() {
    return `${this.address} has ${this.limit} timers already: cancel those that are done with, or use fewer keys.`
  }
}

/** A timer was given a message for somebody else. A defect of the actor that sets it. @category errors */
export class NotItsOwnMessage extends Schema.TaggedError<NotItsOwnMessage>()("NotItsOwnMessage", {
  address: Schema.String,
  found: Schema.String
}) {
  override get message() {
    return `A timer of ${this.address} sends to its own actor, found a message to ${this.found}: give it a tell of the definition's "self".`
  }
}

/** An actor's own, by key. @category models */
export interface Timers {
  /** Sends once, after `delay`; less than zero is zero. A timer of the same key is replaced. */
  readonly once: (key: string, tell: ActorRef.Tell, delay: Duration.DurationInput) => Effect.Effect<void>
  /**
   * Sends after each `interval`, of 1 ms at least; a tick is left out while the one before it still waits. A timer of the
   * same key is replaced.
   */
  readonly every: (key: string, tell: ActorRef.Tell, interval: Duration.DurationInput) => Effect.Effect<void>
  /** Ends a timer; its message is not handled any more. Nothing happens if there is none. */
  readonly cancel: (key: string) => Effect.Effect<void>
  /** `cancel` for all keys. */
  readonly cancelAll: Effect.Effect<void>
  /** Whether a timer of that key is set, or its message waits. */
  readonly isActive: (key: string) => Effect.Effect<boolean>
}
