/**
 * How many messages an actor keeps waiting, and what happens to the next one.
 *
 * Every mailbox is bounded. Back-pressure, the default, makes the sender wait; the others are chosen by name, and every
 * message they shed is a dead letter. Signals of supervision do not pass through here and are never shed.
 *
 * @since 0.1.0
 */

/** @category models */
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

/** A full mailbox sheds its oldest message to make room; an ask among them fails with `MailboxFull`. @category constructors */
export const sliding = (capacity: number = defaultCapacity): Mailbox => make("sliding", capacity)

/** A full mailbox refuses: the sender gets `MailboxFull` at once, with the message still its own. @category constructors */
export const failing = (capacity: number = defaultCapacity): Mailbox => make("failing", capacity)
