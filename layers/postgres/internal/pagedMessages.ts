/**
 * Durable messages, read from PostgreSQL in pages, and answered by whoever holds their shard.
 *
 * `SqlMessageStorage` of `@effect/cluster` reads all that is not processed in one go. A backlog of 100,000 messages becomes
 * objects, requests and fibers at once, the event loop stands still, the process counts as dead, and the next one begins
 * with the same backlog. Here a page has so many messages, so many are in hand at a time, and an actor that is slow keeps
 * its own ones waiting only.
 */

import { PersistenceError } from "@effect/cluster/ClusterError"
import * as Message from "@effect/cluster/Message"
import * as MessageStorage from "@effect/cluster/MessageStorage"
import * as Reply from "@effect/cluster/Reply"
import type { ShardId } from "@effect/cluster/ShardId"
import * as Sharding from "@effect/cluster/Sharding"
import type { ShardingConfig } from "@effect/cluster/ShardingConfig"
import * as Snowflake from "@effect/cluster/Snowflake"
import * as SqlMessageStorage from "@effect/cluster/SqlMessageStorage"
import type * as Rpc from "@effect/rpc/Rpc"
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { Clock, Context, Effect, Layer } from "effect"
import { Leases } from "../../../src/cluster/Leases.ts"
import { InHand, type Limits } from "./inHand.ts"

export const limits: Limits = {
  /** Messages read at a time. */
  page: 500,
  /** Messages of one actor in hand; the next ones wait in storage. */
  ofOneActor: 500,
  /** Messages of all actors in hand. Beyond it only actors that have none get one. */
  ofAll: 4000,
  /** After so long what was read counts as forgotten, and is read again: `@effect/cluster`'s ten minutes. */
  forgottenMillis: 600_000
}

/** How to have the next page read at once. Set by whoever knows the `Sharding`. */
class NextPage extends Context.Tag("troupe/layers/NextPage")<NextPage, { read: Effect.Effect<void> }>() {}

/** The separator of what makes an address cannot be part of a type. */
const addressSql = "m.entity_type || chr(1) || m.entity_id"
const addressOf = ({ entityId, entityType }: { readonly entityType: string; readonly entityId: string }) =>
  `${entityType}\u0001${entityId}`

const unreadSql = `m.shard_id = ANY ($1::text[]) AND NOT m.processed
  AND (m.last_read IS NULL OR m.last_read < now() - interval '10 minutes')
  AND (m.deliver_at IS NULL OR m.deliver_at <= $2)
  AND ${addressSql} <> ALL ($3::text[])
  AND NOT EXISTS (SELECT 1 FROM cluster_replies r WHERE r.request_id = m.request_id AND (r.kind = 0 OR NOT r.acked))`

/** The oldest first. */
const pageSql = `SELECT m.id FROM cluster_messages m WHERE ${unreadSql} ORDER BY m.rowid LIMIT $4`
/** The oldest of each actor. */
const firstsSql = `SELECT id FROM (SELECT DISTINCT ON (m.entity_type, m.entity_id) m.id, m.rowid FROM cluster_messages m
  WHERE ${unreadSql} ORDER BY m.entity_type, m.entity_id, m.rowid) firsts ORDER BY rowid LIMIT $4`

type Service = MessageStorage.MessageStorage["Type"]
type Incoming = Effect.Effect.Success<ReturnType<Service["unprocessedMessages"]>>[number]
type Answer = Parameters<Service["saveReply"]>[0]
type ExitEncoded = Reply.WithExitEncoded<Rpc.Any>

interface Fence {
  readonly shardId: string
  readonly epoch: number
}

/** The answer came when somebody else had begun the message again. */
class Overtaken extends Error {
  override readonly name = "Overtaken"
  constructor(shardId: string) {
    super(`the shard ${shardId} has gone to another runner; the message is begun again there`)
  }
}

const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const leases = yield* Leases
  const next = yield* NextPage
  const all = yield* SqlMessageStorage.make()
  // What is not processed, in the order in which it came: few rows of a table that keeps all.
  yield* sql`CREATE INDEX IF NOT EXISTS cluster_messages_unprocessed_idx ON cluster_messages (rowid) WHERE NOT processed`
  const inHand = new InHand(limits)

  const query = <A>(effect: Effect.Effect<A, SqlError>) =>
    effect.pipe(
      Effect.provideService(SqlClient.SafeIntegers, true),
      PersistenceError.refail,
      Effect.withTracerEnabled(false)
    )

  /** Marks a page as read, and says which it is. */
  const mark = (shards: ReadonlyArray<string>, now: number, onlyIdle: boolean) =>
    query(
      sql.unsafe<{ id: bigint }>(
        `UPDATE cluster_messages SET last_read = now()
         WHERE id = ANY (ARRAY(${onlyIdle ? firstsSql : pageSql})) RETURNING id`,
        [shards, now, onlyIdle ? inHand.addresses : inHand.fullAddresses, limits.page]
      )
    )

  /** Who may write an answer: whoever holds the shard as it was held when the message was read. */
  const fences = new WeakMap<object, Fence>()
  const fenced = (message: Incoming): Incoming => {
    if (message._tag !== "IncomingRequest") return message
    const fence = fenceOf(message)
    return new Message.IncomingRequest({
      ...message,
      respond: (reply) => {
        if (fence !== undefined) fences.set(reply, fence)
        return storage.saveReply(reply)
      }
    })
  }
  const fenceOf = ({ envelope }: Extract<Incoming, { readonly _tag: "IncomingRequest" }>): Fence | undefined => {
    const shardId = envelope.address.shardId.toString()
    const epoch = leases.epochOf(shardId)
    return epoch === undefined ? undefined : { shardId, epoch }
  }

  const unprocessedMessages = (shardIds: Iterable<ShardId>) =>
    Effect.gen(function* () {
      const shards = Array.from(shardIds, String)
      const now = yield* Clock.currentTimeMillis
      inHand.keepOnly(new Set(shards), now)
      if (shards.length === 0) return []
      const { onlyIdle } = inHand
      const ids = (yield* mark(shards, now, onlyIdle)).map(({ id }) => Snowflake.Snowflake(id))
      inHand.isHeldBack = onlyIdle || inHand.fullAddresses.length > 0
      if (ids.length === 0) return []
      const messages = yield* all.unprocessedMessagesById(ids)
      for (const message of messages) {
        if (message._tag !== "IncomingRequest") continue
        const { address, requestId } = message.envelope
        inHand.add(requestId, { address: addressOf(address), shardId: address.shardId.toString(), at: now })
      }
      if (ids.length === limits.page) yield* next.read
      return messages.map(fenced)
    })

  /** The answer, and that its message has one, are written together. */
  const saveExit = (reply: ExitEncoded, { epoch, shardId }: Fence) =>
    Effect.flatMap(
      query(
        sql.unsafe(
          `WITH held AS (SELECT 1 FROM cluster_leases WHERE shard_id = $4 AND epoch = $5),
           reply AS (
             INSERT INTO cluster_replies (id, kind, request_id, payload)
             SELECT $1::bigint, 0, $2::bigint, $3 FROM held ON CONFLICT DO NOTHING RETURNING id),
           done AS (
             UPDATE cluster_messages SET processed = TRUE, last_reply_id = reply.id FROM reply
             WHERE request_id = $2::bigint)
           SELECT 1 FROM held`,
          [reply.id, reply.requestId, JSON.stringify(reply.exit), shardId, epoch]
        )
      ),
      (held) => (held.length > 0 ? Effect.void : Effect.fail(new PersistenceError({ cause: new Overtaken(shardId) })))
    )

  const saveReply = (reply: Answer) =>
    Effect.gen(function* () {
      const { _tag, requestId } = reply.reply
      const fence = fences.get(reply)
      if (_tag === "Chunk" || fence === undefined) yield* all.saveReply(reply)
      // What it is was looked at just now.
      else yield* saveExit((yield* Reply.serialize(reply)) as ExitEncoded, fence)
      if (_tag === "WithExit" && inHand.remove(requestId)) yield* next.read
    })

  const storage: MessageStorage.MessageStorage["Type"] = yield* MessageStorage.make({
    ...all,
    saveReply,
    unprocessedMessages,
    unprocessedMessagesById: (ids) => Effect.map(all.unprocessedMessagesById(ids), (found) => found.map(fenced))
  })
  return storage
})

/** Needs `draining` on top of the `Sharding` that is built upon it. */
export const layer: Layer.Layer<
  MessageStorage.MessageStorage | NextPage,
  SqlError,
  SqlClient.SqlClient | ShardingConfig | Leases
> = Layer.scoped(MessageStorage.MessageStorage, make).pipe(
  Layer.provide(Snowflake.layerGenerator),
  Layer.provideMerge(Layer.sync(NextPage, () => ({ read: Effect.void })))
)

/** Has the next page read as soon as there is room for it, rather than at the next look. */
export const draining = Layer.effectDiscard(
  Effect.map(Effect.all([NextPage, Sharding.Sharding]), ([next, sharding]) => {
    next.read = sharding.pollStorage
  })
)
