/**
 * The same actors on many machines: definitions, handlers and call sites as in one process, over Effect Cluster.
 *
 * The cluster finds the machine, the cell does the work: each entity hosts the local cell of its id, with its mailbox,
 * supervision, deadlines, lanes and settlement, so that what is promised does not fork. `layer` gives `ActorSystem`, the
 * portable part; `LocalActorSystem` is what only one process can give, and using it here does not compile.
 *
 * What a cluster adds to the promises of one process, because machines die and wires break:
 *
 * - A message that is not durable is handled at most once. If its runner is lost with it under way, its sender gets
 *   `ActorUnreachable`, which says that it is not known whether it was handled. That takes a transport which tells a lost
 *   connection from one that was never made, as `Cluster` of `troupe/layers` does; over another one, the cluster sends
 *   such a message again.
 * - A message whose Rpc is annotated both `ClusterSchema.Persisted` and `Delivery.Idempotent` is durable: its tell succeeds
 *   when the cluster's storage has it, and if its runner dies it is begun again on another one. Of messages with one
 *   primary key the first is handled, and its answer is everybody's. Storage keeps such messages and their answers for
 *   good; clearing them away is the operator's.
 * - An actor that moves to another machine begins there with nothing, as after a restart. With leases (`Leases`, which
 *   `Cluster` of `troupe/layers` provides) its former life has ended before: a machine looks at the clocks before each step,
 *   and begins, answers and sends nothing once its lease is over. What it has begun by then is interrupted, and its asker gets
 *   `ActorUnreachable`; a step that cannot be interrupted may outlast the lease, which is what `ActorContext.epoch` is for.
 *   It grows with each move, and travels with what an actor sends: who has met a later life of it refuses an earlier one's
 *   messages. Durable ones are let in all the same, since they may be older.
 * - Back-pressure crosses the wire: a tell succeeds when the mailbox over there has it. Each waiting sender is a request
 *   that the runner holds open, at most `requestsInFlight` for an actor; the next one gets `MailboxFull`. A tell from a
 *   handler that has waited `tellTimeout` gets `MailboxFull` too, and in that very moment may still have been accepted.
 * - Deadlines travel as the time that is left, counted on arrival; the asker's own clock has the last word.
 * - A circle of actors that wait for each other is refused where they live on one machine. One that spans machines is not
 *   seen; it ends by its deadline.
 * - A living actor takes its runner some 35 kB, of which 18 are Effect Cluster's entity; in one process it takes 3 at most.
 *   `passivateAfter` and `maxResident` keep them few.
 * - What supervision has given up stays so on its machine until `stop`; on another machine it begins anew.
 *
 * @since 0.1.0
 */
import * as EntityId from "@effect/cluster/EntityId"
import { Sharding } from "@effect/cluster/Sharding"
import type * as Rpc from "@effect/rpc/Rpc"
import { Context, Duration, Effect, FiberRef, Layer, Option } from "effect"
import type { ActorContext } from "../actor/ActorContext.ts"
import type { ActorRef, ActorType } from "../actor/ActorRef.ts"
import * as ActorSystems from "../actor/ActorSystem.ts"
import * as ClusterRef from "./internal/clusterRef.ts"
import { elapsed, Hosting } from "./internal/hosting.ts"
import { Remote } from "./internal/remote.ts"
import { entityOf } from "./internal/runner.ts"
import * as Tenure from "./internal/tenure.ts"
import { WatchfulScheduler } from "./internal/watchfulScheduler.ts"
import { entity } from "./internal/wire.ts"
import { Leases } from "./Leases.ts"

/** @category models */
export interface Options extends ActorSystems.Options {
  /**
   * Requests of other machines, and of senders that do not live with it, that a runner holds open for one actor: asks
   * under way, and senders that wait for room in its mailbox. One more gets `MailboxFull`; a durable one waits in storage.
   * Default `4096`, a whole number from 1; no mailbox may be larger.
   */
  readonly requestsInFlight?: number | undefined
  /**
   * How long a runner that does not know a type waits for its Layer, after the runner's start and after the Layer was
   * closed, before senders get `ActorNotFound`. Durable messages wait in storage instead. Default `10 seconds`; zero and more.
   */
  readonly registrationGrace?: Duration.DurationInput | undefined
  /**
   * How long nobody may answer before it is looked whether a runner is there at all, and how long that may take, before a
   * tell ends with `ActorUnreachable`. Asks have their deadline instead. Default `30 seconds`; more than zero.
   */
  readonly reachTimeout?: Duration.DurationInput | undefined
  /**
   * How long an address whose actor has ended stays with its machine; until then being activated again is cheaper. A living
   * actor is not ended by being idle. Default `1 minute`; less than 5 seconds counts as 5.
   */
  readonly entityIdleTime?: Duration.DurationInput | undefined
}

/**
 * Actors on the machines that share a `Sharding`. All processes of one system give it the same `name`, and the Layers of
 * all its types to every runner; a process that only sends needs no more than definitions.
 *
 * Closing the layer hands the actors of this machine over: each handles what it has, within `stopBudget`.
 *
 * @category layers
 */
export const layer = (options: Options = {}): Layer.Layer<ActorSystems.ActorSystem, never, Sharding> =>
  Layer.scoped(ActorSystems.ActorSystem, make(settingsOf(options)))

interface Settings {
  /** The cells. Their refs are ours, which check payloads anyway. */
  readonly cells: ReturnType<typeof ActorSystems.layer>
  readonly askTimeoutMillis: number
  readonly tellTimeoutMillis: number
  readonly requestsInFlight: number
  readonly transactions: ReadonlyArray<string>
  readonly registrationGrace: Duration.Duration
  readonly reachTimeout: Duration.Duration
  readonly entityIdleTime: Duration.Duration
}

/** Mistakes in the program, met when it is first loaded: nothing to recover from. */
const settingsOf = (options: Options): Settings => {
  const requestsInFlight = options.requestsInFlight ?? 4096
  if (!Number.isInteger(requestsInFlight) || requestsInFlight < 1) {
    throw new RangeError(`requestsInFlight must be a whole number of 1 or more, found ${requestsInFlight}.`)
  }
  const reachTimeout = Duration.decode(options.reachTimeout ?? "30 seconds")
  if (Duration.toMillis(reachTimeout) === 0) throw new RangeError("reachTimeout must be a duration of more than zero.")
  return {
    cells: ActorSystems.layer({ ...options, validate: false }),
    askTimeoutMillis: Duration.toMillis(options.askTimeout ?? "30 seconds"),
    tellTimeoutMillis: Duration.toMillis(options.tellTimeout ?? "5 seconds"),
    requestsInFlight,
    transactions: options.transactions ?? ActorSystems.sqlTransactions,
    registrationGrace: Duration.decode(options.registrationGrace ?? "10 seconds"),
    reachTimeout,
    entityIdleTime: Duration.decode(options.entityIdleTime ?? "1 minute")
  }
}

const make = (settings: Settings) =>
  Effect.gen(function* () {
    const { askTimeoutMillis, entityIdleTime, reachTimeout, registrationGrace, requestsInFlight, tellTimeoutMillis } =
      settings
    const sharding = yield* Sharding
    const leases = Option.getOrUndefined(yield* Effect.serviceOption(Leases))
    const around = yield* FiberRef.get(FiberRef.currentScheduler)
    // Also where the program has a fair one of its own: the actors of leased addresses run by one that looks.
    const watchful = leases === undefined ? undefined : new WatchfulScheduler()
    const cells = yield* Effect.withScheduler(Layer.build(settings.cells), watchful ?? around)
    const portable = Context.get(cells, ActorSystems.ActorSystem)
    const wire = entity(portable.name)
    const client = yield* sharding.makeClient(wire)
    const local = Context.get(cells, ActorSystems.LocalActorSystem)
    const startedAt = yield* elapsed
    const tenure = Tenure.make(leases)
    const hosting = new Hosting({ sharding, portable, local, tenure, registrationGrace, requestsInFlight }, startedAt)
    if (watchful !== undefined) watchful.look = hosting.look
    const hold = (entityId: string) =>
      Effect.ignore(Effect.sandbox(client(entityId).Host(undefined, { discard: true })))
    yield* sharding.registerEntity(wire, entityOf(wire, hosting, hold), {
      concurrency: "unbounded",
      // One more for `Host`, which is not a sender's.
      mailboxCapacity: requestsInFlight + 1,
      maxIdleTime: entityIdleTime,
      disableFatalDefects: true
    })
    // Added last, so run first: an entity waits with its end for what is under way, and `Host` waits for this.
    yield* Effect.addFinalizer(() => hosting.leaveAll)
    yield* Effect.forkScoped(hosting.watch)

    const shardOf = (entityId: string) => sharding.getShardId(EntityId.make(entityId), "default")
    const senderOf = (self: ActorContext["Type"]) => Tenure.senderOf(tenure, self, shardOf)
    const remote = new Remote(client, senderOf, {
      tellTimeoutMillis,
      reachTimeout,
      requestsInFlight,
      transactions: settings.transactions
    })
    const routes: ClusterRef.Routes = {
      remote,
      shardOf,
      hostHere: (entityId) => hosting.inUse(entityId),
      hasStill: (hosted) => hosting.has(hosted),
      isHome: (type, shardId) => hosting.isHome(type, shardId),
      enter: hold,
      cell: (definition, id) => portable.ref(definition, id),
      askTimeoutMillis
    }

    return ActorSystems.ActorSystem.of({
      name: portable.name,
      register: (definition, behavior) => hosting.register(definition, behavior),
      ref: <Type extends string, Rpcs extends Rpc.Any>(definition: ActorType<Type, Rpcs>, id: string) =>
        ClusterRef.make(routes, definition, id) as ActorRef<Rpcs>,
      stop: (ref, options) =>
        Effect.suspend(() => {
          const target = ClusterRef.targetOfRef(ref)
          return target.invalid === undefined ? remote.stop(target, options) : Effect.void
        }),
      types: portable.types
    })
  })
