/**
 * A cluster that runs: runners that talk over TCP and keep what they share in PostgreSQL, with settings that were tried.
 *
 * ```ts
 * const Runner = CounterLive.pipe(
 *   Layer.provide(ClusterActorSystem.layer()),
 *   Layer.provide(Cluster.runner({ database, address: { host: "10.0.0.5", port: 34431 } }))
 * )
 * ```
 *
 * Who has an address is decided by leases. When a runner dies or hangs, its addresses answer elsewhere in 3 to 4 seconds;
 * `npm run test:cluster` does both and measures. A runner that cannot renew its lease, because the database is gone, the
 * network between them is cut or the process was stopped, ends its actors 300 ms before others may take them: while
 * the database is gone nobody's actors run, and senders wait or meet their deadlines. A step that nobody can interrupt,
 * such as a computation without end or a write that is on its way, may outlast that; `ActorContext.epoch` fences it.
 * A message that is not durable is never sent twice.
 *
 * Durable messages are read 500 at a time; of one actor some 500 are in hand, of all actors some 4,000.
 *
 * All processes of one cluster, runners and clients, share one database and are of one version of their definitions. The
 * wire is neither encrypted nor does it ask who connects: keep it on a private network.
 *
 * @since 0.1.0
 */

import { Socket } from "node:net"
import type { MessageStorage } from "@effect/cluster/MessageStorage"
import * as RunnerAddress from "@effect/cluster/RunnerAddress"
import * as Runners from "@effect/cluster/Runners"
import type { Sharding } from "@effect/cluster/Sharding"
import * as ShardingConfig from "@effect/cluster/ShardingConfig"
import * as SocketRunner from "@effect/cluster/SocketRunner"
import * as NodeClusterSocket from "@effect/platform-node/NodeClusterSocket"
import * as RpcSerialization from "@effect/rpc/RpcSerialization"
import * as SqlClient from "@effect/sql/SqlClient"
import { SqlError } from "@effect/sql/SqlError"
import * as PgClient from "@effect/sql-pg/PgClient"
import { Duration, Effect, Layer, Option, Redacted, Schedule, Schema } from "effect"
import type { Leases } from "../../src/cluster/Leases.ts"
import * as AtMostOnce from "./internal/atMostOnce.ts"
import * as PagedMessages from "./internal/pagedMessages.ts"
import * as PgLeases from "./internal/pgLeases.ts"

/**
 * A process could not become part of the cluster: also where others that were first have joined for 30 seconds.
 *
 * @category errors
 */
export class ClusterNotJoined extends Schema.TaggedError<ClusterNotJoined>()("ClusterNotJoined", {
  /** What was not to be had: the database, or the address to listen at. */
  what: Schema.String,
  reason: Schema.String
}) {
  override get message() {
    return `Could not join the cluster: ${this.what} (${this.reason}). See that it is there and that this process may use it.`
  }
}

/**
 * What ships, for all processes of a cluster. A runner that dies or hangs is found by the others after `leaseExpiration`
 * and up to half a second more; the actors that it had answer elsewhere in 3 to 4 seconds. Shorter times would move them
 * sooner, and would take a runner that is only busy for a dead one.
 *
 * @category models
 */
export const settings = {
  /**
   * Parts into which all addresses are divided; a part moves as a whole, and is leased by one row. `60`: enough for
   * some 20 runners to have even shares. Must be the same in all processes, and stay so.
   */
  shardsPerGroup: 60,
  /** How often a runner asks whether its lease still holds, which costs nothing: `1 second`. Also what acquiring may take. */
  shardLockRefreshInterval: Duration.seconds(1),
  /** How long a runner may be silent before others take what it had: `3 seconds`. */
  shardLockExpiration: Duration.seconds(3),
  /** How often one of the runners looks whether the others can be reached: `1 second`. */
  runnerHealthCheckInterval: Duration.seconds(1),
  /** How often processes conclude from the leases who is there, which costs nothing: `100 millis`. */
  refreshAssignmentsInterval: Duration.millis(100),
  /** How often a runner looks into storage for messages that nobody announced to it: `1 second`. */
  entityMessagePollInterval: Duration.seconds(1),
  /** How often an asker looks into storage for an answer whose runner died: `200 millis`. */
  entityReplyPollInterval: Duration.millis(200),
  /** How soon a message is sent again whose runner had given its address away: `100 millis`. */
  sendRetryInterval: Duration.millis(100),
  /** What is under way when a runner is shut down has this long to end: `15 seconds`. */
  entityTerminationTimeout: Duration.seconds(15)
} as const satisfies Partial<ShardingConfig.ShardingConfig["Type"]>

/** What goes with the settings above. */
const leases = {
  /** How often a runner renews its lease, and looks at the others'. */
  beatInterval: Duration.millis(250),
  /** A runner ends its actors when it could not renew for so long: before others take them. */
  leaseMillis: Duration.toMillis(settings.shardLockExpiration) - 300,
  silenceMillis: Duration.toMillis(settings.shardLockExpiration),
  longestLookMillis: 500
}

/** @category models */
export interface Address {
  readonly host: string
  readonly port: number
}

/** @category models */
export interface Options {
  /** `postgres://user:password@host:port/database`. Tables are made where they are missing; they begin with `cluster_`. */
  readonly database: Redacted.Redacted
  /**
   * Connections to the database for durable messages and their answers, at most. Default `10`; at least 2, since tables are
   * made in a transaction. Two more are for leases, and another one while the process joins.
   */
  readonly connections?: number | undefined
  /** Bytes of a message at most, in its encoding. Default `16777216`; more cuts the connection it came by. */
  readonly maxMessageBytes?: number | undefined
}

/** @category models */
export interface RunnerOptions extends Options {
  /** Where the other processes reach this one. */
  readonly address: Address
  /** Where it listens. Default: `address`. Another one behind a proxy or in a container. */
  readonly listenAddress?: Address | undefined
  /** Its share of the addresses, beside those of the other runners. Default `1`. */
  readonly weight?: number | undefined
}

/** A process that runs actors. Closing it hands them over. @category layers */
export const runner = (
  options: RunnerOptions
): Layer.Layer<Sharding | Runners.Runners | MessageStorage | Leases, ClusterNotJoined> => {
  const { host, port } = options.address
  const listen = options.listenAddress ?? options.address
  const config = ShardingConfig.layer({
    ...settings,
    runnerAddress: Option.some(RunnerAddress.make(host, port)),
    runnerListenAddress: Option.some(RunnerAddress.make(listen.host, listen.port)),
    runnerShardWeight: options.weight ?? 1,
    // What is sent within a machine need not prove that it could be sent to another.
    simulateRemoteSerialization: false
  })
  const server = Layer.mapError(
    NodeClusterSocket.layerSocketServer,
    ({ cause }) => new ClusterNotJoined({ what: `the address ${listen.host}:${listen.port}`, reason: shown(cause) })
  )
  const health = PgLeases.health.pipe(Layer.provide(Runners.layerRpc))
  return Layer.merge(leavingLast, PagedMessages.draining).pipe(
    Layer.provideMerge(SocketRunner.layer),
    Layer.provide([server, health]),
    Layer.provide(AtMostOnce.layer),
    Layer.provideMerge(storage(options)),
    Layer.provide(config),
    Layer.provide(serialization(options))
  )
}

/**
 * A runner that is shut down has taken itself off the list when this is reached, but others look at the list only now and
 * then, and send here meanwhile. Told that the actor is not here any more, they send elsewhere; cut off, they would not
 * know what became of their message.
 */
const leavingLast = Layer.scopedDiscard(Effect.addFinalizer(() => Effect.sleep(Duration.times(leases.beatInterval, 3))))

/** A process that only sends to actors. @category layers */
export const client = (
  options: Options
): Layer.Layer<Sharding | Runners.Runners | MessageStorage | Leases, ClusterNotJoined> =>
  SocketRunner.layerClientOnly.pipe(
    Layer.provide(AtMostOnce.layer),
    Layer.provideMerge(storage(options)),
    Layer.provide(ShardingConfig.layer({ ...settings, runnerAddress: Option.none() })),
    Layer.provide(serialization(options))
  )

const serialization = (options: Options) =>
  RpcSerialization.layerMsgPackWith({ maxBufferSize: options.maxMessageBytes })

const storage = (options: Options) => {
  const runners = PgLeases.layer(leases).pipe(
    // A machine that is busy while it starts may take longer to connect than a runner may to renew its lease.
    Layer.provide(
      Layer.retry(
        database(options, leaseConnections),
        Schedule.addDelay(Schedule.recurs(2), () => 100)
      )
    )
  )
  const messages = PagedMessages.layer.pipe(
    Layer.provide(database(options, { most: options.connections ?? 10, patience: 30_000 }))
  )
  return withJoinLock(Layer.provideMerge(messages, runners)).pipe(
    Layer.provide(database(options, { most: 1, patience: 40_000 })),
    Layer.mapError(
      (error) => new ClusterNotJoined({ what: `the database ${whereOf(options)}`, reason: shown(error.cause) })
    )
  )
}

/** Leases have connections of their own, so that no message holds them up, and find out soon when one is dead. */
const leaseConnections = { most: 2, patience: 2000 }

/**
 * Processes that start at once on an empty database all want to make its tables, and PostgreSQL refuses one or the other:
 * its CREATE TABLE IF NOT EXISTS looks and makes in two steps. So each waits for those before it.
 */
const withJoinLock = <A, E, R>(layer: Layer.Layer<A, E, R>): Layer.Layer<A, E | SqlError, R | SqlClient.SqlClient> =>
  Layer.scopedContext(
    Effect.gen(function* () {
      const lifetime = yield* Effect.scope
      const memoMap = yield* Layer.CurrentMemoMap
      const sql = yield* SqlClient.SqlClient
      return yield* Effect.scoped(
        Effect.gen(function* () {
          const connection = yield* sql.reserve
          // The lock ends with the transaction, also where a pool before the database gives sessions away.
          yield* Effect.acquireRelease(connection.executeRaw("BEGIN", []), () =>
            Effect.ignore(connection.executeRaw("ROLLBACK", []))
          )
          yield* connection.executeRaw("SELECT pg_advisory_xact_lock($1, $2)", joinLock).pipe(
            Effect.timeoutFail({
              duration: "30 seconds",
              onTimeout: () => new SqlError({ cause: new Error("another process has been joining for 30 seconds") })
            })
          )
          return yield* Layer.buildWithMemoMap(layer, memoMap, lifetime)
        })
      )
    })
  )

/** The lock's name: `trou` and `join` in ASCII. Names of two parts never meet those of one, which lock the shards. */
const joinLock = [0x74726f75, 0x6a6f696e]

interface Connections {
  readonly most: number
  /**
   * Milliseconds after which a connection that brings nothing is closed, and with it what was asked there: without this, one
   * that a network has dropped without a word is waited for until the system gives it up, a quarter of an hour later.
   */
  readonly patience: number
}

const database = (options: Options, { most, patience }: Connections) =>
  PgClient.layer({
    url: Redacted.make(withKeepAlive(options)),
    maxConnections: most,
    connectTimeout: "5 seconds",
    idleTimeout: Duration.millis(patience / 2),
    applicationName: "troupe",
    stream: () => {
      const socket = new Socket()
      return socket.setTimeout(patience, () => socket.destroy(new Error(`PostgreSQL was silent for ${patience} ms`)))
    }
  })

/**
 * Whoever vanishes without a word while it joins holds the others up until the database notices, which by default takes two
 * hours. These are settings of the session: the database asks after 2 seconds of silence, and gives up after 2 more.
 */
const keepAlive = "-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=2"

const withKeepAlive = (options: Options): string => {
  const url = urlOf(options)
  const given = url.searchParams.get("options")
  url.searchParams.set("options", given === null ? keepAlive : `${keepAlive} ${given}`)
  return url.href
}

/** Where, without who and by what word. */
const whereOf = (options: Options): string => {
  const { host, pathname } = urlOf(options)
  return `${host}${pathname}`
}

const urlOf = ({ database }: Options): URL => {
  const text = Redacted.value(database)
  // A mistake in the program or its settings, met when it starts; what was given may hold a password.
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) {
    throw new RangeError("database must be a URL such as postgres://user@host:5432/name.")
  }
  return new URL(text)
}

const shown = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
