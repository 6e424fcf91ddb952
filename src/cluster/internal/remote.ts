/**
 * The sender's side of the wire: what a cluster answers, and what it does not, in the words of a local system.
 *
 * The cluster resends a message whose runner refused it or could not be reached, for as long as nobody interrupts it. Here
 * every wait has an end: asks their deadline, tells a look at whether anybody is there.
 */
import type * as ClusterError from "@effect/cluster/ClusterError"
import { Cause, Clock, Duration, Effect, Option, Random } from "effect"
import { ActorContext, deadlineOf } from "../../actor/ActorContext.ts"
import {
  ActorUnreachable,
  type AskError,
  AskTimedOut,
  type InvalidActorId,
  MailboxFull,
  MessageRefused,
  type TellError
} from "../../actor/ActorError.ts"
import { addressOf } from "../../actor/ActorRef.ts"
import type { StopOptions } from "../../actor/ActorSystem.ts"
import type { Message } from "./codec.ts"
import type { Failure, From, Wire } from "./wire.ts"

type Client = Effect.Effect.Success<Wire["client"]>

/** An address as senders know it. */
export interface Target {
  readonly address: string
  readonly entityId: string
  readonly invalid: InvalidActorId | undefined
}

/** An id that no actor can have leads nowhere, and `invalid` says why. */
export const targetOf = (type: string, id: string): Target => {
  const address = addressOf(type, id)
  return typeof address === "string"
    ? { address, entityId: address, invalid: undefined }
    : { address: address.address, entityId: address.address, invalid: address }
}

export interface Settings {
  readonly tellTimeoutMillis: number
  /** How long a sender tries to reach a runner where its message has no end of its own. */
  readonly reachTimeout: Duration.Duration
  readonly requestsInFlight: number
  /** Keys of the services by which an asker knows that it is in a transaction. */
  readonly transactions: ReadonlyArray<string>
}

/** How long after its deadline an ask waits for the runner's word, which knows what the actor was doing. */
const grace = Duration.millis(250)

/** How long to wait with sending again what a runner that gives its actors away did not take. */
const retryAfter = Duration.millis(100)

type WireError =
  | Failure
  | ClusterError.MailboxFull
  | ClusterError.AlreadyProcessingMessage
  | ClusterError.PersistenceError

export class Remote {
  constructor(
    private readonly client: Client,
    private readonly senderOf: (self: ActorContext["Type"]) => From | "lost" | undefined,
    private readonly settings: Settings
  ) {}

  ask(target: Target, message: Message, payload: unknown, timeoutMillis: number): Effect.Effect<unknown, unknown> {
    return Effect.gen(this, function* () {
      const now = yield* Clock.currentTimeMillis
      const { unsafeMap } = yield* Effect.context<never>()
      if (this.settings.transactions.some((key) => unsafeMap.has(key))) {
        return yield* new MessageRefused({
          address: target.address,
          message_tag: message.tag,
          reason:
            "it was asked inside a database transaction, whose connection the asker holds, and is in another process",
          next: "ask before or after the transaction, or send a tell"
        })
      }
      const self = yield* Effect.serviceOption(ActorContext)
      const from = yield* this.from(target, message, self)
      const inherited = Option.flatMap(self, deadlineOf)
      // `now` and the inherited deadline are wall time, of one moment; from here on time is measured by what nobody sets.
      const left = Option.match(inherited, { onNone: () => Number.POSITIVE_INFINITY, onSome: (at) => at - now })
      const limit = Math.max(0, Math.min(timeoutMillis, left))
      const began = yield* Clock.currentTimeNanos
      const encoded = yield* this.encoded(target, message, payload)
      const key = message.durable ? (message.keyOf(payload) ?? (yield* uniqueKey)) : ""
      const actor = this.client(target.entityId)
      const send = Effect.flatMap(Clock.currentTimeNanos, (nanos) => {
        const elapsedMillis = Number(nanos - began) / 1e6
        const remainingMillis = limit === Number.POSITIVE_INFINITY ? null : Math.max(0, limit - elapsedMillis)
        const request = { tag: message.tag, payload: encoded, remainingMillis }
        return message.durable
          ? actor.Deliver({ ...request, key: `${message.tag}/${key}` })
          : actor.Ask({ ...request, from })
      })
      const answered = Effect.flatMap(this.settled(target, message, send, limit), ({ value }) =>
        Effect.mapError(message.decodeSuccess(value), misfit(target, message, "answer"))
      )
      if (limit === Number.POSITIVE_INFINITY) return yield* answered
      const timedOut = (state: string) =>
        new AskTimedOut({ address: target.address, message_tag: message.tag, timeoutMillis: limit, state })
      return yield* Effect.raceFirst(
        // What is cut off is taken back in the background: a runner that is gone would hold up the one who leaves.
        Effect.disconnect(answered),
        Effect.zipRight(
          Effect.sleep(Duration.sum(Duration.millis(limit), grace)),
          Effect.fail(timedOut("out of reach"))
        )
      )
    })
  }

  tell(target: Target, message: Message, payload: unknown): Effect.Effect<void, TellError> {
    return Effect.gen(this, function* () {
      const self = yield* Effect.serviceOption(ActorContext)
      const from = yield* this.from(target, message, self)
      const encoded = yield* this.encoded(target, message, payload)
      const actor = this.client(target.entityId)
      const { reachTimeout, tellTimeoutMillis } = this.settings
      if (message.durable) {
        const key = `${message.tag}/${message.keyOf(payload) ?? (yield* uniqueKey)}`
        const request = { tag: message.tag, payload: encoded, key, remainingMillis: null }
        // It is in storage already if one with its primary key is in hand.
        const stored = Effect.catchTag(
          actor.Deliver(request, { discard: true }),
          "AlreadyProcessingMessage",
          () => Effect.void
        )
        return yield* Effect.raceFirst(
          Effect.disconnect(this.settled(target, message, stored, 0)),
          Effect.zipRight(
            Effect.sleep(reachTimeout),
            Effect.fail(lost(target, message.tag, "the cluster's storage does not answer"))
          )
        )
      }
      // Who handles a message must not wait for ever, as in one process.
      const waitMillis = Option.isSome(self) ? tellTimeoutMillis : null
      const send = actor.Tell({ tag: message.tag, payload: encoded, from, waitMillis })
      return yield* Effect.raceFirst(
        Effect.disconnect(this.settled(target, message, send, 0)),
        Effect.disconnect(this.nobodyThere(target, message.tag))
      )
    }) as Effect.Effect<void, TellError>
  }

  /** Waits until whoever has the address says that nothing lives there any more. */
  stop(target: Target, options: StopOptions | undefined): Effect.Effect<void> {
    const within = options?.within === undefined ? undefined : Duration.toMillis(options.within)
    const actor = this.client(target.entityId)
    const stopped = actor.Stop({
      now: options?.now ?? false,
      ...(within === undefined ? {} : { withinMillis: within === Number.POSITIVE_INFINITY ? null : within })
    })
    const answered = Effect.raceFirst(Effect.disconnect(stopped), Effect.disconnect(this.nobodyThere(target, "stop")))
    return Effect.catchAllCause(answered, (cause) =>
      Effect.zipRight(
        Effect.annotateLogs(
          Effect.logWarning(`It is not known yet whether ${target.address} has stopped; asking again`, cause),
          "actor.address",
          target.address
        ),
        Effect.zipRight(
          Effect.sleep(retryAfter),
          Effect.suspend(() => this.stop(target, options))
        )
      )
    )
  }

  /** Fails when nobody answers for the address. Whoever is busy with it answers this beside. */
  private nobodyThere(target: Target, tag: string): Effect.Effect<never, ActorUnreachable> {
    const { reachTimeout } = this.settings
    return Effect.forever(
      Effect.zipRight(
        Effect.sleep(reachTimeout),
        Effect.timeoutFail(Effect.disconnect(Effect.ignore(Effect.sandbox(this.client(target.entityId).Look()))), {
          duration: reachTimeout,
          onTimeout: () => lost(target, tag, "no runner answers for it")
        })
      )
    )
  }

  /** Who sends; an actor that has lost its address sends nothing any more. */
  private from(
    target: Target,
    message: Message,
    self: Option.Option<ActorContext["Type"]>
  ): Effect.Effect<From | undefined, ActorUnreachable> {
    const from = Option.isSome(self) ? this.senderOf(self.value) : undefined
    if (from !== "lost") return Effect.succeed(from)
    const { address } = target
    const reason = "its sender has lost its own address"
    return Effect.fail(new ActorUnreachable({ address, message_tag: message.tag, reason, handled: "no" }))
  }

  private encoded(target: Target, message: Message, payload: unknown): Effect.Effect<unknown, MessageRefused> {
    return Effect.mapError(
      message.encodePayload(payload),
      (reason) => new MessageRefused({ address: target.address, message_tag: message.tag, reason })
    )
  }

  /** One answer of the wire: sent again where that is safe, and every failure in our words. */
  private settled<A>(
    target: Target,
    message: Message,
    send: Effect.Effect<A, WireError>,
    limitMillis: number
  ): Effect.Effect<A, unknown> {
    return Effect.catchAllCause(send, (cause): Effect.Effect<A, unknown> => {
      const failure = Cause.failureOption(cause)
      if (failure._tag === "None") {
        // Ours was not interrupted, or nobody would be here to see it: the runner's was, or ours has been shut down.
        const reason = Cause.isInterruptedOnly(cause) ? "its runner left" : Cause.pretty(cause).split("\n")[0]!
        return Effect.fail(lost(target, message.tag, reason))
      }
      const error = failure.value
      const again = Effect.zipRight(
        Effect.sleep(retryAfter),
        Effect.suspend(() => this.settled(target, message, send, limitMillis))
      )
      switch (error._tag) {
        case "Leaving":
          return again
        case "Refusal":
          return Effect.flatMap(
            Effect.mapError(message.decodeError(error.error), misfit(target, message, "typed error")),
            Effect.fail
          )
        case "Undelivered":
          return Effect.fail(ours(target, message, error.error, limitMillis))
        case "MailboxFull":
          return Effect.fail(new MailboxFull({ address: target.address, capacity: this.settings.requestsInFlight }))
        case "AlreadyProcessingMessage":
          // Another message with its primary key is in hand, whose answer will be this one's too.
          return message.durable
            ? again
            : Effect.fail(lost(target, message.tag, "its runner, or the way to it, was lost"))
        case "PersistenceError":
          return Effect.fail(lost(target, message.tag, `the cluster's storage failed: ${String(error.cause)}`))
      }
    })
  }
}

const lost = (target: Target, tag: string, reason: string) =>
  new ActorUnreachable({ address: target.address, message_tag: tag, reason, handled: "unknown" })

const misfit = (target: Target, message: Message, what: string) => (reason: string) =>
  new MessageRefused({
    address: target.address,
    message_tag: message.tag,
    reason: `its ${what} does not fit: ${reason}`
  })

/** The runner counts what was left when the message arrived; its asker gave it more. */
const ours = (target: Target, message: Message, error: AskError, limitMillis: number): AskError =>
  error._tag === "AskTimedOut" && error.address === target.address && error.message_tag === message.tag
    ? new AskTimedOut({
        address: error.address,
        message_tag: error.message_tag,
        timeoutMillis: limitMillis,
        state: error.state
      })
    : error

/** Where the protocol names no primary key, no two messages are one. 104 bits. */
const uniqueKey = Effect.map(
  Effect.all([Random.nextIntBetween(0, 2 ** 52), Random.nextIntBetween(0, 2 ** 52)]),
  (parts) => parts.map((part) => part.toString(36)).join("-")
)
