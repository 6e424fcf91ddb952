/**
 * How many messages an actor keeps waiting, and what happens to the next one.
 *
 * Every mailbox is bounded. Back-pressure, the default, makes the sender wait; the others are chosen by name, and every
 * message they shed is a dead letter. Signals of supervision do not pass through here and are never shed.
 *
 * @since 0.1.0
 */
import { Context } from "effect"

/**
 * The lane of a message, an annotation of its Rpc: `high`, `normal` (default) or `low`. One capacity holds for all three.
 * The highest lane that has something goes first, but a waiting normal message is passed over at most 8 times by high ones
 * and a waiting low one at most 64 times by any, so that no lane starves. Order is kept per sender, receiver and lane.
 *
 * @category annotations
 */
export class Lane extends Context.Reference<Lane>()("troupe/Mailbox/Lane", {
  defaultValue: (): "high" | "normal" | "low" => "normal"
}) {}

/** How much waits, and what happens to what comes then. @category models */
export interface Mailbox {
  readonly overflow: "back-pressure" | "dropping" | "sliding" | "failing"
  /** Messages waiting, the one in hand not counted. */
  readonly capacity: number
}

/** The capacity where none is given: `1024`. @category models */
export const defaultCapacity = 1024

const make = (overflow: Mailbox["overflow"], capacity: number): Mailbox => {
  if (!Number.isInteger(capacity) || capacity < 1 || capacity > 2 ** 24) {
    // A mistake in the program, met when it is first loaded: nothing to recover from.
    throw new RangeError(`Mailbox capacity must be a whole number from 1 to 16777216, found ${capacity}.`)
  }
  return { overflow, capacity }
}

/**
 * A full mailbox makes the sender wait: a host fiber for as long as it likes, a handler for the system's `tellTimeout`.
 * `capacity`: 1 to 16,777,216, default 1,024; anything else throws a `RangeError`.
 *
 * @category constructors
 */
export const bounded = (capacity: number = defaultCapacity): Mailbox => make("back-pressure", capacity)

/** A full mailbox sheds the new message: a tell succeeds, an ask fails with `MailboxFull`. @category constructors */
export const dropping = (capacity: number = defaultCapacity): Mailbox => make("dropping", capacity)

/**
 * A full mailbox sheds its oldest message to make room, from the lowest lane that has one and is not above the new
 * message's (the new one itself if there is none); an ask that is shed fails with `MailboxFull`.
 *
 * @category constructors
 */
export const sliding = (capacity: number = defaultCapacity): Mailbox => make("sliding", capacity)

/** A full mailbox refuses: the sender gets `MailboxFull` at once, with the message still its own. @category constructors */
export const failing = (capacity: number = defaultCapacity): Mailbox => make("failing", capacity)
