/**
 * A shop's events: an actor that counts, a handler that is slow and may miss some, a stream, and a handler of last resort.
 *
 * Run it: `npx tsx examples/actors/event-bus.ts`. In your app the import reads `troupe`.
 */
import { Rpc } from "@effect/rpc"
import { Console, Deferred, Effect, Layer, Schema, Stream } from "effect"
import { Actor, ActorSystem, EventBus } from "../../src/index.ts"

const Sold = EventBus.topic("sold", Schema.Struct({ item: Schema.String, pieces: Schema.Int }))
const Returned = EventBus.topic("returned", Schema.Struct({ item: Schema.String }))

const Till = Actor.make("Till", [
  Rpc.make("Sold", { payload: { item: Schema.String, pieces: Schema.Int } }),
  Rpc.make("Pieces", { success: Schema.Int })
])
const TillLive = Till.toLayer(
  Effect.sync(() => {
    let pieces = 0
    return Till.of({
      Sold: (sale) => {
        pieces += sale.pieces
      },
      Pieces: () => pieces
    })
  })
)

const program = Effect.gen(function* () {
  const till = (yield* Till.client)("shop")
  yield* EventBus.subscribe(Sold, (sale) => till.tell.Sold(sale), { name: "till" })

  // A display that is behind shows the newest sales only; it must never hold up the shop.
  const lit = yield* Deferred.make<void>()
  yield* EventBus.subscribe(Sold, () => Deferred.await(lit), { name: "display", capacity: 3, overflow: "sliding" })

  // What nobody subscribes to is still seen.
  yield* EventBus.subscribe(Returned, ({ item }) => Console.log(`nobody takes back the ${item}`), { byDefault: true })

  const large = yield* EventBus.subscription(Sold)
  for (let pieces = 1; pieces <= 10; pieces++) yield* EventBus.publish(Sold, { item: "chair", pieces })
  yield* EventBus.publish(Returned, { item: "lamp" })

  yield* Stream.filter(large, ({ pieces }) => pieces > 8).pipe(
    Stream.take(2),
    Stream.runForEach(({ item, pieces }) => Console.log(`large sale: ${pieces} × ${item}`))
  )
  yield* Console.log(`sold in all: ${yield* till.ask.Pieces()}`)

  for (const { subscribers } of yield* EventBus.stats) {
    for (const { lag, name, shed } of subscribers)
      if (shed > 0) yield* Console.log(`${name}: ${lag} wait, ${shed} missed`)
  }
  yield* Deferred.succeed(lit, undefined)
})

Effect.runPromise(
  Effect.scoped(program).pipe(
    Effect.provide(TillLive.pipe(Layer.provideMerge(Layer.merge(ActorSystem.layer(), EventBus.layer()))))
  )
)
