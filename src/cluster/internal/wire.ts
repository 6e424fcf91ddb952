/**
 * What travels between the machines of a cluster: one entity for all actors, with one fixed protocol.
 *
 * Payloads, answers and typed errors are encoded by the Rpcs of the actor's own protocol before they get here, and are
 * opaque to the cluster. So a type that no runner knows, a message that its protocol lacks and a payload that does not fit
 * are met by our code on the runner, and answered with typed errors; the cluster would wait for ever or die.
 */
import * as ClusterSchema from "@effect/cluster/ClusterSchema"
import * as Entity from "@effect/cluster/Entity"
import * as Rpc from "@effect/rpc/Rpc"
import * as RpcGroup from "@effect/rpc/RpcGroup"
import { Schema } from "effect"
import { AskError } from "../../actor/ActorError.ts"

/** A value of the protocol in its encoded form; left out by the wire's own encoding where it is undefined. */
const encoded = Schema.optional(Schema.Unknown)

const message = {
  tag: Schema.String,
  payload: encoded
}

/** Which actor sends, by its shard, and in which of its lives: a receiver that has met a later one refuses it. */
const from = Schema.optional(Schema.Struct({ shardId: Schema.String, epoch: Schema.Number }))
export type From = { readonly shardId: string; readonly epoch: number }

/** Epochs differ from machine to machine, so what travels is the time that is left; null for no end. */
const millis = Schema.NullOr(Schema.Number)

/** The protocol's typed error, in its encoded form. */
export class Refusal extends Schema.TaggedError<Refusal>()("Refusal", { error: encoded }) {}

/** A delivery error of the cell. */
export class Undelivered extends Schema.TaggedError<Undelivered>()("Undelivered", { error: AskError }) {}

/** The runner is giving the actor away and has not begun with the message: it will be welcome elsewhere in a moment. */
export class Leaving extends Schema.TaggedError<Leaving>()("Leaving", {}) {}

const failure = Schema.Union(Refusal, Undelivered, Leaving)
export type Failure = typeof failure.Type

const answer = Schema.Struct({ value: encoded })

/** An ask that ends with its runner. */
const Ask = Rpc.make("Ask", { payload: { ...message, from, remainingMillis: millis }, success: answer, error: failure })

/** A tell that ends with its runner: answered as soon as the mailbox has it. */
const Tell = Rpc.make("Tell", { payload: { ...message, from, waitMillis: millis }, error: failure })

/**
 * A message that outlives its runner: kept in the cluster's storage until it is handled. `key` is what the protocol's
 * primary key makes of it, or unique: storage keeps the first message of a key and answers the others like it.
 */
const Deliver = Rpc.make("Deliver", {
  payload: { ...message, key: Schema.String, remainingMillis: millis },
  success: answer,
  error: failure,
  primaryKey: ({ key }) => key
}).annotate(ClusterSchema.Persisted, true)

/** Stops the actor, and is answered when it has ended. Without `withinMillis` the system's budget counts. */
const Stop = Rpc.make("Stop", { payload: { now: Schema.Boolean, withinMillis: Schema.optional(millis) } })

/** Answered at once by whoever runs the actor: tells waiting for room from waiting for nobody. */
const Look = Rpc.make("Look")

/** From a runner to itself: under way as long as the actor lives, so that the cluster does not take it for idle. */
const Host = Rpc.make("Host")

const protocol = RpcGroup.make(Ask, Tell, Deliver, Stop, Look, Host)

/** The entity that hosts all actors of the system `name`. */
export const entity = (name: string) => Entity.fromRpcGroup(`${name}/Actor`, protocol)
export type Wire = ReturnType<typeof entity>

/** An actor's address is its id as an entity: of two parts, neither of which begins or ends with space. */
export const actorOf = (entityId: string): { readonly type: string; readonly id: string } => {
  const slash = entityId.indexOf("/")
  return { type: decodeURIComponent(entityId.slice(0, slash)), id: decodeURIComponent(entityId.slice(slash + 1)) }
}
