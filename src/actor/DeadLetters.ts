/**
 * Messages that nobody handled, and why.
 *
 * Undeliverable mail is where lost work shows first, so each system keeps the latest dead letters and counts all of
 * them. They are records of what happened. What can be sent again is the quarantine: idempotent messages whose handling
 * crashed each time, kept with their cause until somebody replays or discards them.
 *
 * @since 0.1.0
 */
import { type Cause, Context, type Effect, Schema } from "effect"
import type { TellError } from "./ActorError.ts"

/**
 * `mailbox full`: shed by a dropping or sliding mailbox. `stopped`, `given up`: still waiting when the actor ended.
 * `withdrawn`: its asker was interrupted or timed out before handling began. `stash full`: its actor could not set it
 * aside. `quarantined`: an idempotent message whose handling crashed at each of its deliveries. `discarded`: it was
 * quarantined, and then thrown away, by command or because the quarantine was full. `lost`: taken away by a test's fault
 * plan.
 *
 * @category models
 */
export type Reason =
  | "mailbox full"
  | "stopped"
  | "given up"
  | "withdrawn"
  | "stash full"
  | "quarantined"
  | "discarded"
  | "lost"

/** The record of one. @category models */
export interface DeadLetter {
  /** Whom it was for. */
  readonly address: string
  /** The tag of its Rpc. */
  readonly message: string
  readonly reason: Reason
  /** Epoch milliseconds of the system's Clock. */
  readonly atMillis: number
  /**
   * What its actor would have got: the very object, not a copy. `undefined` for a message without payload, and for all but the latest
   * {@link payloadsKept} letters, so that large ones do not fill the memory. It is no part of what a letter prints or
   * encodes, and is never logged: it may hold secrets.
   */
  readonly payload: unknown
}

/** Dead letters that keep their payload: the latest `100`. @category models */
export const payloadsKept = 100

/** A message that waits for somebody to decide. @category models */
export interface Quarantined {
  /** Counts up from 1 within a system. */
  readonly id: number
  readonly address: string
  readonly message: string
  readonly payload: unknown
  /** The last crash. */
  readonly cause: Cause.Cause<unknown>
  /** How often it was delivered, each time in vain. */
  readonly deliveries: number
  /** The trace of its sender; `undefined` if nobody traced. */
  readonly traceId: string | undefined
  /** When it was quarantined, in epoch milliseconds of the system's Clock. */
  readonly atMillis: number
}

/** There is no such message in quarantine: it was replayed or discarded. @category errors */
export class NotQuarantined extends Schema.TaggedError<NotQuarantined>()("NotQuarantined", { id: Schema.Int }) {
  override get message() {
    return `No message ${this.id} is in quarantine: list those that are with DeadLetters.quarantined.`
  }
}

/** Those of one system: to read them, and to decide about the quarantine. @category services */
export class DeadLetters extends Context.Tag("troupe/DeadLetters")<
  DeadLetters,
  {
    /** The latest ones, oldest first; at most the system's `deadLetters` option, default 1,000. */
    readonly recent: Effect.Effect<ReadonlyArray<DeadLetter>>
    /** All since the system started, by reason. */
    readonly counts: Effect.Effect<Readonly<Record<Reason, number>>>
    /** Oldest first; at most the system's `quarantine` option, default 100: one more discards the oldest. */
    readonly quarantined: Effect.Effect<ReadonlyArray<Quarantined>>
    /** Takes a message out of quarantine and tells it to its address anew; it stays where that fails. */
    readonly replay: (id: number) => Effect.Effect<void, NotQuarantined | TellError>
    /** Takes a message out of quarantine for good. */
    readonly discard: (id: number) => Effect.Effect<void, NotQuarantined>
  }
>() {}
