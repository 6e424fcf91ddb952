/**
 * Why a message was not handled, or an actor did not begin, one error per reason.
 *
 * Those of `TellError` and `AskError` reach the sender as typed failures of `tell` or `ask`, those of `SpawnError` the
 * spawner; none is ever its crash. `DuplicateActorType` and `HandlerMissing` are mistakes in the program, and defects where
 * they are met. Each names the culprit, the limit that was met and the next step.
 *
 * @since 0.1.0
 */
import { Cause, Schema } from "effect"

/** A cause of any kind, as it can travel: defects are kept as Effect's `Schema.Defect` keeps them. */
const AnyCause = Schema.Cause({ error: Schema.Defect, defect: Schema.Defect })

/**
 * What the cause says first, without its stack: enough to know where to look. An error of this module inside is only
 * named: through a chain of actors that crash with each other's crash, messages that quote messages would grow without end.
 */
const inShort = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  try {
    if (error instanceof ActorCrashed || error instanceof ActorFailed || error instanceof ActorStartFailed) {
      return `${error._tag} of ${error.address}`
    }
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    const line = text.split("\n")[0]!
    return line.length <= 200 ? line : `${line.slice(0, 199)}…`
  } catch {
    // An object without a prototype, or with a getter or a `toString` that throws.
    return "a value without words"
  }
}

/**
 * The mailbox had no room: at once for `Mailbox.failing`, for a message to oneself and for an ask that `Mailbox.dropping`
 * or `Mailbox.sliding` shed; after waiting `tellTimeout` for a tell from inside a handler.
 *
 * @category errors
 */
export class MailboxFull extends Schema.TaggedError<MailboxFull>()("MailboxFull", {
  address: Schema.String,
  capacity: Schema.Int
}) {
  override get message() {
    return `The mailbox of ${this.address} is full (${this.capacity} messages): send less, handle faster, or give it a larger capacity or a shedding policy.`
  }
}

/** The actor is stopping, or its system is: the message was not accepted. @category errors */
export class ActorStopping extends Schema.TaggedError<ActorStopping>()("ActorStopping", { address: Schema.String }) {
  override get message() {
    return `${this.address} is stopping and takes no more messages: send to another actor, or wait for its end with watch.`
  }
}

/** No such actor: a child that has ended, or a root whose type no Layer provides. @category errors */
export class ActorNotFound extends Schema.TaggedError<ActorNotFound>()("ActorNotFound", {
  address: Schema.String,
  reason: Schema.Literal("ended", "no layer provides its type")
}) {
  override get message() {
    return this.reason === "ended"
      ? `${this.address} has ended: spawn it again.`
      : `No layer provides the type of ${this.address}: provide the Layer made by its definition's toLayer.`
  }
}

/** Supervision has given the actor up; `cause` is the crash that was one too many. @category errors */
export class ActorFailed extends Schema.TaggedError<ActorFailed>()("ActorFailed", {
  address: Schema.String,
  cause: AnyCause
}) {
  override get message() {
    return `${this.address} was given up by its supervision (${inShort(this.cause)}): fix the cause, then revive it.`
  }
}

/**
 * The actor crashed before it had answered this message, which is not delivered again. An idempotent one that made it crash
 * has been delivered `Delivery.maxDeliveries` times by then, and is in quarantine.
 *
 * @category errors
 */
export class ActorCrashed extends Schema.TaggedError<ActorCrashed>()("ActorCrashed", {
  address: Schema.String,
  message_tag: Schema.String,
  cause: AnyCause
}) {
  override get message() {
    return `${this.address} crashed while it handled ${this.message_tag} (${inShort(this.cause)}): the whole cause is in "cause".`
  }
}

/**
 * No answer within `timeoutMillis`: the ask's own time-out, or less where its asker must answer sooner. The request is
 * withdrawn if its handling had not begun.
 *
 * @category errors
 */
export class AskTimedOut extends Schema.TaggedError<AskTimedOut>()("AskTimedOut", {
  address: Schema.String,
  message_tag: Schema.String,
  timeoutMillis: Schema.Number,
  /** What the actor was doing when time ran out, such as `running` or `backing off`. */
  state: Schema.String
}) {
  override get message() {
    return `${this.address} did not answer ${this.message_tag} within ${this.timeoutMillis} ms (it was ${this.state}): give it more time with withTimeout, or find what it waits for.`
  }
}

/** The actor wanted to set the message aside for later, and had set aside as many as it may. @category errors */
export class StashFull extends Schema.TaggedError<StashFull>()("StashFull", {
  address: Schema.String,
  capacity: Schema.Int
}) {
  override get message() {
    return `${this.address} has set ${this.capacity} messages aside already: ask again later, or raise its "stashCapacity".`
  }
}

/**
 * `maxResident` actors of its type are active and the queue of those that wait for room is full: this one did not begin.
 *
 * @category errors
 */
export class TooManyActors extends Schema.TaggedError<TooManyActors>()("TooManyActors", {
  address: Schema.String,
  maxResident: Schema.Int,
  waiting: Schema.Int
}) {
  override get message() {
    return `${this.address} cannot begin: ${this.maxResident} actors of its type are at work, and ${this.waiting} more wait for room. Send later, or raise "maxResident".`
  }
}

/** Two Layers provide actors of one type name in one system. Dies with this where the second one is built. @category errors */
export class DuplicateActorType extends Schema.TaggedError<DuplicateActorType>()("DuplicateActorType", {
  type: Schema.String,
  system: Schema.String
}) {
  override get message() {
    return `Two Layers provide actors of type "${this.type}" in the system "${this.system}": give one of them another type name.`
  }
}

/** A handler record lacks a message of its protocol: the start fails with this. TypeScript refuses it earlier. @category errors */
export class HandlerMissing extends Schema.TaggedError<HandlerMissing>()("HandlerMissing", {
  address: Schema.String,
  message_tag: Schema.String
}) {
  override get message() {
    return `The handlers of ${this.address} lack "${this.message_tag}": add a function of that name to the record that "build" gives.`
  }
}

/**
 * Waiting here would have closed a circle of actors that wait for each other: an ask, a tell that waits for room, a spawn, a
 * stop, a watch or a receipt. Nothing was sent, stopped or started for it.
 *
 * @category errors
 */
export class WaitCycle extends Schema.TaggedError<WaitCycle>()("WaitCycle", {
  /** The addresses in order; the last waits for the first. */
  path: Schema.Array(Schema.String)
}) {
  override get message() {
    return `Waiting here would never end: ${[...this.path, this.path[0]].join(" → ")}. Tell instead of asking, or let one of them answer later with Rpc.fork; an actor ends itself by ActorContext.stop.`
  }
}

/** A child's first start failed; it is not tried again. @category errors */
export class ActorStartFailed extends Schema.TaggedError<ActorStartFailed>()("ActorStartFailed", {
  address: Schema.String,
  cause: AnyCause
}) {
  override get message() {
    return `${this.address} could not start (${inShort(this.cause)}): the whole cause is in "cause".`
  }
}

/** A living sibling has the same type and id. @category errors */
export class ActorAlreadyExists extends Schema.TaggedError<ActorAlreadyExists>()("ActorAlreadyExists", {
  address: Schema.String
}) {
  override get message() {
    return `${this.address} exists already: choose another id, or stop it first.`
  }
}

/**
 * The protocol refuses the message: its payload does not fit the schema, where that is checked, or the protocol that the
 * actor runs with has no such message; or an ask that leaves the process was sent inside a database transaction. Nothing was
 * handled, unless `reason` says that the answer is what did not fit.
 *
 * @category errors
 */
export class MessageRefused extends Schema.TaggedError<MessageRefused>()("MessageRefused", {
  address: Schema.String,
  message_tag: Schema.String,
  reason: Schema.String,
  /** What to do about it, where it is not the payload that must change. */
  next: Schema.optional(Schema.String)
}) {
  override get message() {
    return this.next === undefined
      ? `The protocol of ${this.address} refuses ${this.message_tag}; send what its payload schema takes. ${this.reason}`
      : `${this.address} refuses ${this.message_tag}: ${this.reason}; ${this.next}.`
  }
}

/**
 * An id that no actor can have: empty, longer than `ActorRef.maxIdLength`, with half a surrogate pair, or no string at all.
 * Nothing was sent or started. Its address here is no actor's.
 *
 * @category errors
 */
export class InvalidActorId extends Schema.TaggedError<InvalidActorId>()("InvalidActorId", {
  address: Schema.String,
  reason: Schema.Literal("empty", "too long", "not well-formed Unicode", "not a string")
}) {
  override get message() {
    return `${this.address} is no address, since the id is ${this.reason}: give a string of 1 to 1000 characters, or a digest of a longer one.`
  }
}

/**
 * The machine that runs the actor did not answer for it. Only a system of many machines meets this. `handled` says what
 * is known of the message: `no`, or `unknown`, where the machine or the way to it was lost with the message under way.
 *
 * @category errors
 */
export class ActorUnreachable extends Schema.TaggedError<ActorUnreachable>()("ActorUnreachable", {
  address: Schema.String,
  message_tag: Schema.String,
  reason: Schema.String,
  handled: Schema.Literal("no", "unknown")
}) {
  override get message() {
    return `${this.address} could not be reached with ${this.message_tag} (${this.reason}): ${
      this.handled === "no"
        ? "it was not handled, send it again."
        : "it may have been handled or not, find out before you send it again, or annotate it as idempotent."
    }`
  }
}

/** What a tell can meet. @category models */
export type TellError =
  | MailboxFull
  | ActorStopping
  | ActorNotFound
  | ActorFailed
  | WaitCycle
  | TooManyActors
  | MessageRefused
  | InvalidActorId
  | ActorUnreachable

/** What an ask can meet besides the protocol's own errors. @category models */
export type AskError = TellError | ActorCrashed | AskTimedOut | StashFull

/** `AskError` as a schema: how these errors travel from one process to another. @category models */
export const AskError = Schema.Union(
  MailboxFull,
  ActorStopping,
  ActorNotFound,
  ActorFailed,
  WaitCycle,
  TooManyActors,
  MessageRefused,
  InvalidActorId,
  ActorUnreachable,
  ActorCrashed,
  AskTimedOut,
  StashFull
)

/**
 * A defect, met by a handler, or by what it has forked, that goes on in its asker's transaction when that has ended: the
 * asker was answered, timed out or was interrupted. The statement was not sent. A handler whose asker is gone ends with
 * it, which is no crash of the actor.
 *
 * @category errors
 */
export class TransactionEnded extends Schema.TaggedError<TransactionEnded>()("TransactionEnded", {
  address: Schema.String,
  message_tag: Schema.String
}) {
  override get message() {
    return `${this.address} went on in the transaction of whoever had asked it ${this.message_tag}, which has ended: give work that outlives the ask no part of it (with @effect/sql by Effect.mapInputContext(Context.omit(SqlClient.TransactionConnection))).`
  }
}

/**
 * What a child was to be to its parent contradicts itself, or the parent's strategy. The rules are OTP's.
 *
 * @category errors
 */
export class InvalidChildOptions extends Schema.TaggedError<InvalidChildOptions>()("InvalidChildOptions", {
  address: Schema.String,
  reason: Schema.Literal(
    "significant and permanent",
    "significant, and the parent never shuts down by itself",
    "a limit of its own, and the parent counts for all"
  )
}) {
  override get message() {
    return whyInvalid[this.reason](this.address)
  }
}

const whyInvalid: Readonly<Record<InvalidChildOptions["reason"], (child: string) => string>> = {
  "significant and permanent": (child) =>
    `${child} cannot be both significant and permanent, since a permanent child never ends for good: make it transient or temporary, or leave out "significant".`,
  "significant, and the parent never shuts down by itself": (child) =>
    `${child} cannot be significant, since its parent's strategy has no autoShutdown: give the strategy "any" or "all", or leave out "significant".`,
  "a limit of its own, and the parent counts for all": (child) =>
    `${child} cannot keep a limit of its own, since its parent's strategy counts the restarts of all children: leave out "intensity" and "exceeded" of the child's supervision, or "intensity" of the strategy.`
}

/** The parent has as many children as its strategy allows: this one was not started. @category errors */
export class TooManyChildren extends Schema.TaggedError<TooManyChildren>()("TooManyChildren", {
  address: Schema.String,
  maxChildren: Schema.Int
}) {
  override get message() {
    return `${this.address} cannot start: its parent has ${this.maxChildren} children already. Stop those that are done with, spread them over several parents, or raise "maxChildren" of its strategy.`
  }
}

/** What a spawn can meet. @category models */
export type SpawnError =
  | ActorStartFailed
  | ActorAlreadyExists
  | ActorStopping
  | ActorNotFound
  | InvalidChildOptions
  | InvalidActorId
  | TooManyChildren
  | WaitCycle

/**
 * Whether an error is one of delivery rather than of the protocol. Lets an actor that asks another pass the protocol's
 * errors on, and crash, or retry, on the rest: `Effect.catchIf(isAskError, Effect.die)`.
 *
 * @category combinators
 */
export const isAskError: (error: unknown) => error is AskError = Schema.is(AskError)
