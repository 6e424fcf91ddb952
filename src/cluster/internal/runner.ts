/**
 * The runner's side of the wire: an entity for each address, whose handlers pass messages on to the local cell of the same
 * id. The cluster finds the machine, the cell does the work.
 */
import * as Entity from "@effect/cluster/Entity"
import { Cause, Duration, Effect } from "effect"
import {
  ActorNotFound,
  ActorStopping,
  type AskError,
  isAskError,
  MailboxFull,
  MessageRefused
} from "../../actor/ActorError.ts"
import type { ActorRef } from "../../actor/ActorRef.ts"
import type { Message } from "./codec.ts"
import type { Hosting, Registration } from "./hosting.ts"
import { type Failure, Leaving, Refusal, Undelivered, type Wire } from "./wire.ts"

/** How soon a message in storage looks whether its actor may begin after all. */
const lookAgainAfter = Duration.millis(200)

/** JSON knows no infinity. */
const durationOf = (millis: number | null) => (millis === null ? Duration.infinity : Duration.millis(millis))

/** Sends by name: what the protocol's types know, the codec has checked. */
type Sends = Readonly<Record<string, (payload: unknown) => Effect.Effect<unknown, unknown>>>

interface Incoming {
  readonly tag: string
  readonly payload?: unknown
}

/** A message that is ready for its cell. */
interface Ready {
  readonly registration: Registration
  readonly ref: ActorRef.Any
  readonly message: Message
  readonly payload: unknown
}

/** What the entity of an address is built of. `hold` tells the cluster that the address is in use. */
export const handlers = (wire: Wire, hosting: Hosting, hold: (entityId: string) => Effect.Effect<void>) =>
  Effect.gen(function* () {
    const address = yield* Entity.CurrentAddress
    const hosted = yield* Effect.acquireRelease(
      Effect.sync(() => hosting.enter(address)),
      (hosted) => hosting.leave(hosted)
    )
    const at = `${hosted.type}/${hosted.id}`
    const undelivered = (error: AskError) => new Undelivered({ error })
    const refused = (message: string) => (reason: string) =>
      undelivered(new MessageRefused({ address: at, message_tag: message, reason }))

    /** Looks the message up and decodes it, and makes sure that the cluster knows the address to be in use. */
    const ready = (
      { tag, payload }: Incoming,
      registration: Registration | undefined
    ): Effect.Effect<Ready, Undelivered | Leaving> =>
      Effect.suspend((): Effect.Effect<Ready, Undelivered | Leaving> => {
        if (registration === undefined) {
          return Effect.fail(undelivered(new ActorNotFound({ address: at, reason: "no layer provides its type" })))
        }
        if (registration.closing || hosted.leaving) return Effect.fail(new Leaving())
        const message = registration.codec.get(tag)
        if (message === undefined)
          return Effect.fail(refused(tag)("the protocol that its runner has knows no such message."))
        const decoded = Effect.provide(message.decodePayload(payload), registration.behavior.services)
        return Effect.flatMap(Effect.mapError(decoded, refused(tag)), (payload) => {
          // Not undefined: its type is registered.
          const ref = hosting.cell(hosted)!
          hosted.quiet = false
          const held = hosted.held ? Effect.void : hold(address.entityId)
          return Effect.as(held, { registration, ref, message, payload })
        })
      })

    const asked = ({ registration, ref, message, payload }: Ready, remainingMillis: number | null) => {
      const { ask } = ref.withTimeout(durationOf(remainingMillis))
      const { services } = registration.behavior
      const notEncoded = (what: string) => (reason: string) =>
        refused(message.tag)(`its ${what} does not fit: ${reason}`)
      return (ask as Sends)[message.tag]!(payload).pipe(
        Effect.matchCauseEffect({
          onSuccess: (value) =>
            Effect.mapBoth(Effect.provide(message.encodeSuccess(value), services), {
              onSuccess: (value) => ({ value }),
              onFailure: notEncoded("answer")
            }),
          onFailure: (cause): Effect.Effect<never, Failure> => {
            const failure = Cause.failureOption(cause)
            // Defects reach an asker as `ActorCrashed` only; what is left is the interruption of this very request.
            if (failure._tag === "None") return Effect.failCause(cause as Cause.Cause<never>)
            if (isAskError(failure.value)) return Effect.fail(undelivered(failure.value))
            return Effect.flatMap(
              Effect.mapError(Effect.provide(message.encodeError(failure.value), services), notEncoded("typed error")),
              (error) => Effect.fail(new Refusal({ error }))
            )
          }
        })
      )
    }

    /**
     * Answered when it is settled and not before: an answer is what takes it out of the storage. On a machine that gives
     * the address away it waits to be cut off with it, and is begun again elsewhere.
     */
    const durable = (
      payload: Incoming & { readonly remainingMillis: number | null }
    ): Effect.Effect<{ readonly value?: unknown }, Failure> =>
      Effect.zipRight(hosting.awaitRegistration(hosted.type), hosting.registration(hosted.type)).pipe(
        Effect.flatMap((registration) =>
          Effect.flatMap(ready(payload, registration), (message) =>
            Effect.catchIf(
              asked(message, payload.remainingMillis),
              (failure) =>
                failure._tag === "Undelivered" &&
                failure.error instanceof ActorStopping &&
                (message.registration.closing || hosted.leaving),
              () => Effect.fail(new Leaving())
            )
          )
        ),
        Effect.catchTag("Leaving", () => Effect.zipRight(Effect.sleep(lookAgainAfter), durable(payload)))
      )

    return wire.of({
      Ask: ({ payload }) =>
        Effect.flatMap(hosting.registration(hosted.type), (registration) =>
          Effect.flatMap(ready(payload, registration), (message) => asked(message, payload.remainingMillis))
        ),
      Tell: ({ payload }) =>
        Effect.flatMap(hosting.registration(hosted.type), (registration) =>
          Effect.flatMap(ready(payload, registration), ({ ref, message, registration, payload: value }) => {
            // A tell fails with delivery errors only.
            const tell = (ref.tell as Sends)[message.tag]!(value) as Effect.Effect<void, AskError>
            const { waitMillis } = payload
            const { capacity } = registration.behavior.mailbox
            const limited =
              waitMillis === null
                ? tell
                : Effect.timeoutFail(tell, {
                    duration: Duration.millis(waitMillis),
                    onTimeout: () => new MailboxFull({ address: at, capacity })
                  })
            return Effect.mapError(limited, undelivered)
          })
        ),
      Deliver: ({ payload }) => durable(payload),
      Stop: ({ payload: { now, withinMillis } }) =>
        hosting.stop(hosted, {
          now,
          within: withinMillis === undefined ? undefined : durationOf(withinMillis)
        }),
      Look: () => Effect.void,
      Host: () => hosting.whileHosted(hosted)
    })
  })
