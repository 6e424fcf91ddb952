/**
 * How the messages of one definition reach an actor whose Layer was made from another definition of the same type name.
 *
 * Messages are matched by tag, never by place. One whose Rpc has the same schemas passes as it is. Where the schemas differ
 * the message travels as on a cluster: encoded by the sender's Rpc and decoded by the actor's, its answer the other way
 * round. What does not fit is refused, and so is a tag that the actor's protocol lacks.
 */
import type * as Rpc from "@effect/rpc/Rpc"
import { Cause, Effect, Either, Exit, ParseResult, type Schema } from "effect"
import { isAskError, MessageRefused } from "../ActorError.ts"
import type { Protocol } from "./protocol.ts"

type Converted = Either.Either<unknown, string>
type Convert = (value: unknown) => Converted

/** One message on its way; what is `undefined` passes as it is. */
export interface Route {
  /** Its place in the actor's protocol. */
  readonly rpc: number
  readonly payload: Convert | undefined
  readonly success: Convert | undefined
  readonly error: Convert | undefined
}

/** By the sender's numbers; `undefined` for what the actor's protocol lacks. */
export type Translation = ReadonlyArray<Route | undefined>

/** `undefined` if both protocols have the same Rpcs in the same order, so that nothing is to be translated. */
export const translationBetween = (sender: Protocol, actor: Protocol): Translation | undefined => {
  if (sender === actor) return undefined
  const routes = sender.rpcs.map((rpc) => routeTo(actor, rpc))
  const isSame = (route: Route | undefined, place: number) =>
    route?.rpc === place && route.payload === undefined && route.success === undefined && route.error === undefined
  return routes.every(isSame) ? undefined : routes
}

const routeTo = (actor: Protocol, sent: Rpc.AnyWithProps): Route | undefined => {
  const rpc = actor.tags.indexOf(sent._tag)
  const received = actor.rpcs[rpc]
  if (received === undefined) return undefined
  return {
    rpc,
    payload: between(sent.payloadSchema, received.payloadSchema),
    success: between(received.successSchema, sent.successSchema),
    error: between(received.errorSchema, sent.errorSchema)
  }
}

/** Encodes by one schema and decodes by the other. A schema that needs time or services to do so refuses. */
const between = (from: Schema.Schema.All, to: Schema.Schema.All): Convert | undefined => {
  if (from.ast === to.ast) return undefined
  const encode = ParseResult.encodeUnknownEither(from as Schema.Schema<unknown>)
  const decode = ParseResult.decodeUnknownEither(to as Schema.Schema<unknown>)
  return (value) =>
    Either.mapLeft(Either.flatMap(encode(value), decode), (issue) =>
      inShort(ParseResult.TreeFormatter.formatIssueSync(issue))
    )
}

/** A schema's tree of reasons is for people; a payload of megabytes must not make an error of megabytes. */
const limit = 1000
const inShort = (text: string): string => (text.length <= limit ? text : `${text.slice(0, limit - 1)}…`)

export const refused = (address: string, message_tag: string, reason: string): MessageRefused =>
  new MessageRefused({ address, message_tag, reason })

/** Asks, and gives the answer as the sender's protocol knows it. */
export const translated = (
  ask: () => Effect.Effect<unknown, unknown>,
  { error, success }: Route,
  refuse: (reason: string) => MessageRefused
): Effect.Effect<unknown, unknown> => {
  if (success === undefined && error === undefined) return ask()
  const converted = (
    what: string,
    convert: Convert,
    value: unknown,
    exit: (value: unknown) => Exit.Exit<unknown, unknown>
  ) =>
    Either.match(convert(value), {
      onLeft: (reason) => Exit.fail(refuse(`It was handled, but its ${what} does not fit: ${reason}`)),
      onRight: exit
    })
  // Sent when it is run: who looks into an ask before that takes no other Effect for one that was sent.
  return Effect.matchCauseEffect(Effect.suspend(ask), {
    onSuccess: (value) =>
      success === undefined ? Exit.succeed(value) : converted("answer", success, value, Exit.succeed),
    onFailure: (cause) => {
      const failure = Cause.failureOption(cause)
      return error === undefined || failure._tag === "None" || isAskError(failure.value)
        ? Exit.failCause(cause)
        : converted("typed error", error, failure.value, Exit.fail)
    }
  })
}
