/**
 * The systems that keep the portable promises: in one process, on a cluster by a sender that is the runner, and on a
 * cluster by a sender elsewhere, with everything encoded on its way.
 */
import {
  MessageStorage,
  RunnerAddress,
  RunnerHealth,
  RunnerServer,
  RunnerStorage,
  Runners,
  Sharding,
  ShardingConfig
} from "@effect/cluster"
import { Context, Effect, Layer, Logger, type Scope, TestClock } from "effect"
import * as Option from "effect/Option"
import { ActorSystem } from "../../src/actor/ActorSystem.ts"
import * as ActorTest from "../../src/actor/ActorTest.ts"
import * as ClusterActorSystem from "../../src/cluster/ClusterActorSystem.ts"
import * as MemoryWire from "./memoryWire.ts"

/** Where behaviour is provided. In one process it is where senders are, too. */
export class Host extends Context.Tag("test/Host")<Host, ActorSystem["Type"]>() {}

export interface World {
  readonly name: string
  readonly layer: Layer.Layer<ActorSystem | Host>
}

/** The same settings everywhere; the second is known to a cluster only. */
const usual: ClusterActorSystem.Options = { tracing: false, entityIdleTime: "5 seconds" }

const hostIsHere = Layer.effect(Host, ActorSystem)

const local: World = {
  name: "in one process",
  layer: Layer.provideMerge(hostIsHere, ActorTest.layer({ tracing: false }))
}

const config = ShardingConfig.layer({
  runnerAddress: Option.some(RunnerAddress.make("memory", 1)),
  shardsPerGroup: 10,
  // Each wake-up costs real time under a TestClock, and nothing here moves.
  entityMessagePollInterval: "10 seconds",
  entityReplyPollInterval: "1 second",
  refreshAssignmentsInterval: "1 hour",
  shardLockRefreshInterval: "1 hour",
  shardLockExpiration: "10 hours",
  runnerHealthCheckInterval: "1 hour"
})
const storage = Layer.mergeAll(MessageStorage.layerMemory, RunnerStorage.layerMemory).pipe(Layer.provideMerge(config))

const runner = (wire: ReturnType<typeof MemoryWire.make>) =>
  RunnerServer.layer.pipe(
    Layer.provideMerge(Sharding.layer),
    Layer.provideMerge(Runners.layerRpc),
    Layer.provide([wire.server, wire.client, RunnerHealth.layerNoop])
  )

/** A new runner has its addresses as soon as time passes. */
const settled = Layer.effectDiscard(TestClock.adjust(1))

/** The runner is the sender. */
export const onTheRunner = (
  options?: ClusterActorSystem.Options
): Layer.Layer<ActorSystem | Host | Sharding.Sharding> =>
  Layer.suspend(() =>
    ClusterActorSystem.layer({ ...usual, ...options }).pipe(
      Layer.provideMerge(runner(MemoryWire.make())),
      Layer.provide(storage),
      (system) => Layer.provideMerge(Layer.merge(hostIsHere, settled), system)
    )
  )

/** The sender is not a runner: all that it sends goes over the wire. `Sharding` is the runner's. */
export const fromElsewhere = (
  options?: ClusterActorSystem.Options
): Layer.Layer<ActorSystem | Host | Sharding.Sharding> =>
  Layer.suspend(() => {
    const settings = { ...usual, ...options }
    const wire = MemoryWire.make()
    const host = Layer.effect(Host, ActorSystem).pipe(
      Layer.provide(ClusterActorSystem.layer(settings)),
      Layer.provideMerge(runner(wire))
    )
    const client = ClusterActorSystem.layer(settings).pipe(
      Layer.provide(RunnerServer.layerClientOnly),
      Layer.provide(wire.client)
    )
    // The runner first: the sender looks for runners when it begins, and hardly ever again.
    const both = Layer.provideMerge(client, Layer.provideMerge(Layer.fresh(settled), host))
    return Layer.provideMerge(settled, both).pipe(Layer.provide(storage))
  })

/** A sender in a cluster that has no runner. */
export const nobodyThere = (options?: ClusterActorSystem.Options): Layer.Layer<ActorSystem> =>
  Layer.suspend(() =>
    ClusterActorSystem.layer({ ...usual, ...options }).pipe(
      Layer.provide(RunnerServer.layerClientOnly),
      Layer.provide(MemoryWire.make().client),
      Layer.provide(storage)
    )
  )

export const worlds: ReadonlyArray<World> = [
  local,
  { name: "on a cluster, from its runner", layer: onTheRunner() },
  { name: "on a cluster, from elsewhere", layer: fromElsewhere() }
]

/** Provides behaviour for the rest of the scope. */
export const provided = <R>(
  layer: Layer.Layer<never, never, ActorSystem | R>
): Effect.Effect<void, never, Host | R | Scope.Scope> =>
  Effect.flatMap(Host, (host) =>
    Effect.asVoid(Layer.build(Layer.provide(layer, Layer.succeed(ActorSystem, host)) as Layer.Layer<never, never, R>))
  )

export const quiet = Logger.remove(Logger.defaultLogger)
