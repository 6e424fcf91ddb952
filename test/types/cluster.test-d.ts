/**
 * What a cluster gives and what it cannot. Checked by `tsc`; nothing here runs.
 */
import type { Sharding } from "@effect/cluster/Sharding"
import { Rpc } from "@effect/rpc"
import { Effect, Layer, Schema } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as ClusterActorSystem from "../../src/cluster/ClusterActorSystem.ts"

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** Compiles only where both types are the same. */
const same = <A, B>(_: Equal<A, B>): void => {}

const Counter = Actor.make("Counter", [Rpc.make("Add", { payload: { by: Schema.Int }, success: Schema.Int })])
const CounterLive = Counter.toLayer(Effect.succeed(Counter.of({ Add: ({ by }) => by })))

const system = ClusterActorSystem.layer()
// The portable system and nothing else, over Sharding.
same<typeof system, Layer.Layer<ActorSystem.ActorSystem, never, Sharding>>(true)

/** Runs where Sharding is, and nowhere else. */
const onACluster = (program: Effect.Effect<unknown, unknown, Sharding>) => program

/** The portable part: definitions, handlers and call sites as in one process. */
const portable = Effect.gen(function* () {
  const counter = (yield* Counter.client)("a")
  yield* counter.tell.Add({ by: 1 })
  yield* counter.ask.Add({ by: 1 })
  yield* ActorSystem.stop(counter)
  yield* ActorSystem.types()
})
export const runs = onACluster(portable.pipe(Effect.provide(CounterLive), Effect.provide(system)))

const ref = Effect.map(Counter.client, (counters) => counters("a"))
const provided = <A, E, R>(effect: Effect.Effect<A, E, R>) => effect.pipe(Effect.scoped, Effect.provide(system))

export const whatOneProcessHas = [
  // @ts-expect-error children live with their parent, which a cluster moves
  onACluster(provided(ActorSystem.spawn(Counter, "child"))),
  // @ts-expect-error an end is seen where it happens
  onACluster(provided(Effect.flatMap(ref, ActorSystem.watch))),
  // @ts-expect-error so is what became of a tell
  onACluster(provided(Effect.flatMap(ref, (counter) => ActorSystem.receipt(counter.tell.Add({ by: 1 }))))),
  // @ts-expect-error one machine does not know them all
  onACluster(provided(Effect.flatMap(ActorSystem.LocalActorSystem, (local) => local.snapshot)))
]

/** Handlers that use what a cluster cannot give are no better. */
const Parent = Actor.make("Parent", [Rpc.make("Grow")])
const ParentLive = Parent.toLayer(
  Effect.succeed(Parent.of({ Grow: () => Effect.asVoid(Effect.orDie(ActorSystem.spawn(Counter, "child"))) }))
)
same<typeof ParentLive, Layer.Layer<never, never, ActorSystem.ActorSystem | ActorSystem.LocalActorSystem>>(true)
const parentOnACluster = Layer.provide(ParentLive, system)
// @ts-expect-error what its handlers need is still missing
export const launched = onACluster(Layer.launch(parentOnACluster))
export const counterOnACluster = onACluster(Layer.launch(Layer.provide(CounterLive, system)))
