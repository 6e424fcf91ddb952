/**
 * The runner's side of the wire: an entity for each address, whose handlers pass messages on to the local cell of the same
 * id. The cluster finds the machine, the cell does the work.
 */
import * as Entity from "@effect/cluster/Entity"
import type { EntityAddress } from "@effect/cluster/EntityAddress"
import { Cause, Duration, Effect } from "effect"
import {
  ActorNotFound,
  ActorStopping,
  ActorUnreachable,
  type AskError,
  isAskError,
  MailboxFull,
  MessageRefused
} from "../../actor/ActorError.ts"
import type { ActorRef } from "../../actor/ActorRef.ts"
import type { Message } from "./codec.ts"
import { type Hosted, type Hosting, NotBegun, type Registration } from "./hosting.ts"
import { actorOf, type Failure, type From, Leaving, Refusal, Undelivered, type Wire } from "./wire.ts"

/** How soon a message in storage looks whether its actor may begin after all. */
const lookAgainAfter = Duration.millis(200)

/** JSON knows no infinity. */
const durationOf = (millis: number | null) => (millis === null ? Duration.infinity : Duration.millis(millis))

/** Sends by name: what the protocol's types know, the codec has checked. */
type Sends = Readonly<Record<string, (payload: unknown) => Effect.Effect<unknown, unknown>>>

interface Incoming {
  readonly from?: From | undefined
  readonly tag: string
  readonly payload?: unknown
}

/** A message that is ready for its cell. */
interface Ready {
  readonly hosted: Hosted
  readonly registration: Registration
  readonly ref: ActorRef.Any
  readonly message: Message
  readonly payload: unknown
}

/** A request as its handler gets it. */
interface Request<P> {
  readonly address: EntityAddress
  readonly payload: P
}

/** What the entity of each address is built of: one record of handlers for all of them, since each is some kilobytes. */
export const entityOf = (wire: Wire, hosting: Hosting, hold: (entityId: string) => Effect.Effect<void>) => {
  const runner = new Runner(hosting, hold)
  const handlers = wire.of({
    Ask: (request) =>
      Effect.flatMap(runner.ready(request), (ready) => runner.ask(ready, request.payload.remainingMillis)),
    Tell: (request) => Effect.flatMap(runner.ready(request), (ready) => runner.tell(ready, request.payload.waitMillis)),
    Deliver: (request) => runner.deliver(request),
    Stop: ({ address, payload: { now, withinMillis } }) =>
      hosting.stop(address.entityId, {
        now,
        within: withinMillis === undefined ? undefined : durationOf(withinMillis)
      }),
    Look: () => Effect.void,
    Host: ({ address }) => hosting.whileHosted(address.entityId)
  })
  const enter = Effect.flatMap(Entity.CurrentAddress, (address) =>
    Effect.acquireRelease(
      Effect.sync(() => hosting.enter(address)),
      (hosted) => hosting.leave(hosted)
    )
  )
  return Effect.as(enter, handlers)
}

class Runner {
  constructor(
    private readonly hosting: Hosting,
    private readonly hold: (entityId: string) => Effect.Effect<void>
  ) {}

  /** Looks the message up and decodes it, and makes sure that the cluster knows the address to be in use. */
  ready({ address, payload }: Request<Incoming>): Effect.Effect<Ready, Undelivered | Leaving> {
    return Effect.suspend(() => {
      const hosted = this.hosting.at(address.entityId)
      if (hosted === undefined || hosted.leaving || !this.hosting.has(hosted)) return Effect.fail(new Leaving())
      return Effect.flatMap(this.hosting.registration(hosted.type), (registration) =>
        this.readyFor(hosted, payload, registration)
      )
    })
  }

  private readyFor(
    hosted: Hosted,
    { from, payload, tag }: Incoming,
    registration: Registration | undefined
  ): Effect.Effect<Ready, Undelivered | Leaving> {
    if (registration === undefined) {
      return undelivered(new ActorNotFound({ address: hosted.address, reason: "no layer provides its type" }))
    }
    if (registration.closing || hosted.leaving) return Effect.fail(new Leaving())
    if (!this.hosting.admits(from))
      return refused(hosted, tag, "its sender has been replaced by a later life of its own.")
    const message = registration.codec.get(tag)
    if (message === undefined) return refused(hosted, tag, "the protocol that its runner has knows no such message.")
    const decoded = Effect.provide(message.decodePayload(payload), registration.behavior.services)
    return Effect.matchEffect(decoded, {
      onFailure: (reason) => refused(hosted, tag, reason),
      onSuccess: (payload) => {
        hosted.quiet = false
        // Not undefined: its type is registered.
        const ref = this.hosting.cell(hosted)!
        const held = hosted.letGo !== undefined ? Effect.void : this.hold(hosted.entityId)
        return Effect.as(held, { hosted, registration, ref, message, payload })
      }
    })
  }

  ask(ready: Ready, remainingMillis: number | null): Effect.Effect<{ readonly value?: unknown }, Failure> {
    const { hosted, message, payload, ref, registration } = ready
    const { services } = registration.behavior
    const { ask } = ref.withTimeout(durationOf(remainingMillis))
    const misfit = (what: string) => (reason: string) =>
      refused(hosted, message.tag, `its ${what} does not fit: ${reason}`)
    return Effect.matchCauseEffect((ask as Sends)[message.tag]!(payload), {
      onSuccess: (value) =>
        !this.hosting.has(hosted)
          ? this.overtaken(ready)
          : Effect.matchEffect(Effect.provide(message.encodeSuccess(value), services), {
              onSuccess: (value) => Effect.succeed({ value }),
              onFailure: misfit("answer")
            }),
      onFailure: (cause): Effect.Effect<never, Failure> => {
        const failure = Cause.failureOption(cause)
        // Defects reach an asker as `ActorCrashed` only; what is left is the interruption of this very request.
        if (failure._tag === "None") return Effect.failCause(cause as Cause.Cause<never>)
        if (failure.value instanceof NotBegun) return Effect.fail(new Leaving())
        if (!this.hosting.has(hosted)) return this.overtaken(ready)
        if (isAskError(failure.value)) return undelivered(failure.value)
        return Effect.matchEffect(Effect.provide(message.encodeError(failure.value), services), {
          onSuccess: (error): Effect.Effect<never, Failure> => Effect.fail(new Refusal({ error })),
          onFailure: misfit("typed error")
        })
      }
    })
  }

  /** Its actor was cut off, or has gone on without knowing that its address had another one. */
  private overtaken({ hosted, message }: Ready): Effect.Effect<never, Failure> {
    return message.durable ? Effect.fail(new Leaving()) : undelivered(lostWhileHandled(hosted.address, message.tag))
  }

  tell(
    { hosted, message, payload, ref, registration }: Ready,
    waitMillis: number | null
  ): Effect.Effect<void, Failure> {
    // A tell fails with delivery errors only.
    const tell = (ref.tell as Sends)[message.tag]!(payload) as Effect.Effect<void, AskError>
    const { capacity } = registration.behavior.mailbox
    const limited =
      waitMillis === null
        ? tell
        : Effect.timeoutFail(tell, {
            duration: Duration.millis(waitMillis),
            onTimeout: () => new MailboxFull({ address: hosted.address, capacity })
          })
    return Effect.catchAll(limited, undelivered)
  }

  /**
   * Answered when it is settled and not before: an answer is what takes it out of the storage. On a machine that gives the
   * address away it waits to be cut off with it, and is begun again elsewhere.
   */
  deliver(
    request: Request<Incoming & { readonly remainingMillis: number | null }>
  ): Effect.Effect<{ readonly value?: unknown }, Failure> {
    const begun = Effect.flatMap(this.ready(request), (ready) =>
      Effect.catchIf(
        this.ask(ready, request.payload.remainingMillis),
        // Not by command: with its Layer, or with its address.
        (failure) =>
          failure._tag === "Undelivered" &&
          failure.error instanceof ActorStopping &&
          (ready.registration.closing || ready.hosted.leaving),
        () => Effect.fail(new Leaving())
      )
    )
    const known = this.hosting.awaitRegistration(actorOf(request.address.entityId).type)
    return Effect.catchTag(Effect.zipRight(known, begun), "Leaving", () =>
      Effect.zipRight(
        Effect.sleep(lookAgainAfter),
        Effect.suspend(() => this.deliver(request))
      )
    )
  }
}

/** Nobody can say how far it had come. */
export const lostWhileHandled = (address: string, message_tag: string) =>
  new ActorUnreachable({ address, message_tag, reason: "its runner lost its lease", handled: "unknown" })

const undelivered = (error: AskError): Effect.Effect<never, Undelivered> => Effect.fail(new Undelivered({ error }))

const refused = ({ address }: Hosted, tag: string, reason: string): Effect.Effect<never, Undelivered> =>
  undelivered(new MessageRefused({ address, message_tag: tag, reason }))
