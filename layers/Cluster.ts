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
 * When a runner dies, its addresses answer elsewhere within 10 seconds; `npm run test:cluster` kills one and measures. A
 * message that is not durable is never sent twice. Who has an address is decided by locks of the database's sessions, so
 * a runner that only stalls keeps its actors to itself.
 *
 * All processes of one cluster, runners and clients, share one database and are of one version of their definitions. The
 * wire is neither encrypted nor does it ask who connects: keep it on a private network.
 *
 * @since 0.1.0
 */
import type { MessageStorage } from "@effect/cluster/MessageStorage"
import * as RunnerAddress from "@effect/cluster/RunnerAddress"
import * as RunnerHealth from "@effect/cluster/RunnerHealth"
import * as Runners from "@effect/cluster/Runners"
import type { Sharding } from "@effect/cluster/Sharding"
import * as ShardingConfig from "@effect/cluster/ShardingConfig"
import * as SocketRunner from "@effect/cluster/SocketRunner"
import * as SqlMessageStorage from "@effect/cluster/SqlMessageStorage"
import * as SqlRunnerStorage from "@effect/cluster/SqlRunnerStorage"
import * as NodeClusterSocket from "@effect/platform-node/NodeClusterSocket"
import * as RpcSerialization from "@effect/rpc/RpcSerialization"
import * as SqlClient from "@effect/sql/SqlClient"
import { SqlError } from "@effect/sql/SqlError"
import * as PgClient from "@effect/sql-pg/PgClient"
import { Duration, Effect, Layer, Option, Redacted, Schema } from "effect"
import * as AtMostOnce from "./internal/atMostOnce.ts"

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
 * What ships, for all processes of a cluster. The defaults of `@effect/cluster` take 26 seconds to move the actors of a
 * runner that was killed, these 5 to 8 (three runners, PostgreSQL 15, all on one machine of two cores that had eight times
 * as much to do). Shorter times would move them sooner, and would take a runner that is only busy for a dead one.
 *
 * @category models
 */
export const settings = {
  /**
   * Parts into which all addresses are divided; a part moves as a whole, and is locked by one row of work. `60`: enough for
   * some 20 runners to have even shares. Must be the same in all processes, and stay so.
   */
  shardsPerGroup: 60,
  /**
   * How often a runner says that it lives and keeps its locks: `2 seconds`. Also how long the database may take to answer:
   * a runner that cannot be sure of its locks ends its actors.
   */
  shardLockRefreshInterval: Duration.seconds(2),
  /** Silence after which a runner is taken for dead: `6 seconds`, three refreshes. */
  shardLockExpiration: Duration.seconds(6),
  /** How often one of the runners looks whether the others can be reached, which finds most deaths sooner: `1 second`. */
  runnerHealthCheckInterval: Duration.seconds(1),
  /** How often processes look who is there: `500 millis`. By so much later they send to the right runner. */
  refreshAssignmentsInterval: Duration.millis(500),
  /** How often a runner looks into storage for messages that nobody announced to it: `1 second`. */
  entityMessagePollInterval: Duration.seconds(1),
  /** How often an asker looks into storage for an answer whose runner died: `200 millis`. */
  entityReplyPollInterval: Duration.millis(200),
  /** How soon a message is sent again whose runner had given its address away: `100 millis`. */
  sendRetryInterval: Duration.millis(100),
  /** What is under way when a runner is shut down has this long to end: `15 seconds`. */
  entityTerminationTimeout: Duration.seconds(15)
} as const satisfies Partial<ShardingConfig.ShardingConfig["Type"]>

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
   * Connections to the database at most. Default `10`; at least 3: a runner keeps one for its locks, and joining takes
   * another while tables are made.
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
): Layer.Layer<Sharding | Runners.Runners | MessageStorage, ClusterNotJoined> => {
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
  const health = RunnerHealth.layerPing.pipe(Layer.provide(Runners.layerRpc))
  return leavingLast.pipe(
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
const leavingLast = Layer.scopedDiscard(
  Effect.addFinalizer(() => Effect.sleep(Duration.times(settings.refreshAssignmentsInterval, 3)))
)

/** A process that only sends to actors. @category layers */
export const client = (options: Options): Layer.Layer<Sharding | Runners.Runners | MessageStorage, ClusterNotJoined> =>
  SocketRunner.layerClientOnly.pipe(
    Layer.provide(AtMostOnce.layer),
    Layer.provideMerge(storage(options)),
    Layer.provide(ShardingConfig.layer({ ...settings, runnerAddress: Option.none() })),
    Layer.provide(serialization(options))
  )

const serialization = (options: Options) =>
  RpcSerialization.layerMsgPackWith({ maxBufferSize: options.maxMessageBytes })

const storage = (options: Options) =>
  withJoinLock(Layer.merge(SqlMessageStorage.layer, SqlRunnerStorage.layer)).pipe(
    Layer.provide(database(options)),
    Layer.mapError(
      (error) => new ClusterNotJoined({ what: `the database ${whereOf(options)}`, reason: shown(error.cause) })
    )
  )

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

const database = (options: Options) =>
  PgClient.layer({
    url: Redacted.make(withKeepAlive(options)),
    maxConnections: options.connections ?? 10,
    connectTimeout: "5 seconds",
    applicationName: "troupe"
  })

/**
 * The locks of a machine that has vanished without a word are free when the database notices, which by default takes two
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
