/**
 * An actor's protocol as it crosses from process to process: each message with its schemas, made ready once per definition.
 */
import * as ClusterSchema from "@effect/cluster/ClusterSchema"
import type * as Rpc from "@effect/rpc/Rpc"
import { Context, Effect, Either, ParseResult, PrimaryKey, Schema } from "effect"
import type { ActorType } from "../../actor/ActorRef.ts"
import { Idempotent } from "../../actor/Delivery.ts"

type Coding = (value: unknown) => Effect.Effect<unknown, string>

export interface Message {
  readonly tag: string
  /** Kept in the cluster's storage until it is handled, and begun again elsewhere if its runner dies. */
  readonly durable: boolean
  /** The payload as its constructor makes it, with defaults and classes; or why the protocol refuses it. */
  readonly construct: (payload: unknown) => Either.Either<unknown, string>
  /** What a constructed payload shares with its repetitions; undefined if the protocol names no such thing. */
  readonly keyOf: (payload: unknown) => string | undefined
  readonly encodePayload: Coding
  readonly decodePayload: Coding
  readonly encodeSuccess: Coding
  readonly decodeSuccess: Coding
  readonly encodeError: Coding
  readonly decodeError: Coding
}

export type Codec = ReadonlyMap<string, Message>

const codecs = new WeakMap<ActorType.Any, Codec>()

export const codecOf = (definition: ActorType.Any): Codec => {
  let codec = codecs.get(definition)
  if (codec === undefined) {
    const rpcs = definition.protocol.requests as ReadonlyMap<string, Rpc.AnyWithProps>
    codec = new Map([...rpcs].map(([tag, rpc]) => [tag, messageOf(rpc)]))
    codecs.set(definition, codec)
  }
  return codec
}

/** A schema's tree of reasons is for people; a payload of megabytes must not make an error of megabytes. */
const limit = 1000
const inWords = (error: ParseResult.ParseError): string => {
  const text = ParseResult.TreeFormatter.formatErrorSync(error)
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`
}

/** A schema that can construct; most can. */
interface PayloadSchema {
  readonly make?: (payload: unknown) => unknown
}

const messageOf = (rpc: Rpc.AnyWithProps): Message => {
  const schema = rpc.payloadSchema as PayloadSchema
  const validate = Schema.validateEither(typed(rpc.payloadSchema))
  return {
    tag: rpc._tag,
    durable: Context.get(rpc.annotations, ClusterSchema.Persisted) && Context.get(rpc.annotations, Idempotent),
    construct: (payload) => {
      try {
        return Either.mapLeft(
          schema.make === undefined ? validate(payload) : Either.right(schema.make(payload)),
          inWords
        )
      } catch (error) {
        // Constructors throw what they refuse; a default may throw anything.
        return Either.left(ParseResult.isParseError(error) ? inWords(error) : String(error))
      }
    },
    keyOf: (payload) =>
      typeof payload === "object" && payload !== null && PrimaryKey.symbol in payload
        ? PrimaryKey.value(payload as PrimaryKey.PrimaryKey)
        : undefined,
    encodePayload: encode(rpc.payloadSchema),
    decodePayload: decode(rpc.payloadSchema),
    encodeSuccess: encode(rpc.successSchema),
    decodeSuccess: decode(rpc.successSchema),
    encodeError: encode(rpc.errorSchema),
    decodeError: decode(rpc.errorSchema)
  }
}

/**
 * Refs and handlers promise Effects without requirements, so a schema that needs services to be encoded finds none but
 * those that happen to be there: of the caller's fiber, and of the actor's Layer on the runner.
 */
const typed = (schema: Schema.Schema.All) => schema as Schema.Schema<unknown, unknown>

const encode = (schema: Schema.Schema.All): Coding => {
  const run = Schema.encodeUnknown(typed(schema))
  return (value) => Effect.mapError(run(value), inWords)
}

const decode = (schema: Schema.Schema.All): Coding => {
  const run = Schema.decodeUnknown(typed(schema))
  return (value) => Effect.mapError(run(value), inWords)
}

/** Messages to be kept for another runner that must not be begun by one. */
export const notIdempotent = (definition: ActorType.Any): ReadonlyArray<string> =>
  [...(definition.protocol.requests as ReadonlyMap<string, Rpc.AnyWithProps>).values()]
    .filter(
      ({ annotations }) => Context.get(annotations, ClusterSchema.Persisted) && !Context.get(annotations, Idempotent)
    )
    .map(({ _tag }) => _tag)
