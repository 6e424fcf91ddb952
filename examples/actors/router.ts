/**
 * A pool of workers behind one address: chosen by load, grown by backlog, each key with its own worker, or all at once.
 *
 * Run it: `npx tsx examples/actors/router.ts`. In your app the import reads `troupe`.
 */
import { Rpc } from "@effect/rpc"
import { Console, Effect, Exit, Layer, Schema } from "effect"
import { Actor, ActorContext, ActorSystem, Gather, Router } from "../../src/index.ts"

const Resizer = Actor.make("Resizer", [
  Rpc.make("Resize", { payload: { image: Schema.String }, success: Schema.String }),
  Rpc.make("Done", { success: Schema.Int })
])

const ResizerLive = Resizer.toLayer(
  Effect.gen(function* () {
    const { id } = yield* ActorContext.ActorContext
    let done = 0
    return Resizer.of({
      Resize: ({ image }) =>
        Effect.as(
          Effect.tap(Effect.sleep("20 millis"), () => Effect.sync(() => done++)),
          `${image} by ${id}`
        ),
      Done: () => done
    })
  })
)

const program = Effect.gen(function* () {
  // One worker at first, as many as eight when more than two images wait for each: looked at every 10 ms.
  const pool = yield* Router.make(Resizer, "resizer", {
    size: { min: 1, max: 8 },
    strategy: Router.leastLoaded,
    growAbove: 2,
    checkEvery: "10 millis"
  })
  const images = Array.from({ length: 40 }, (_, n) => `image-${n}.png`)
  const answers = yield* Gather.all(images.map((image) => pool.ask.Resize({ image })))
  yield* Console.log(`${answers.filter(Exit.isSuccess).length} of ${images.length} resized, ${yield* grown(pool)}`)

  // Told to all of them; each answers for itself, in order.
  const counts = yield* pool.broadcast.ask.Done()
  yield* Console.log(`together they did ${counts.map(Exit.getOrElse(() => 0)).reduce((sum, n) => sum + n)}`)

  // One worker for each customer, always the same one: what it keeps for a customer is kept once.
  const byCustomer = yield* Router.make(Resizer, "by-customer", {
    size: 4,
    strategy: Router.consistentHash((message) => (message.tag === "Resize" ? message.payload.image.split("/")[0]! : ""))
  })
  const [first, second] = yield* Effect.all([
    byCustomer.ask.Resize({ image: "acme/logo.png" }),
    byCustomer.ask.Resize({ image: "acme/map.png" })
  ])
  yield* Console.log(
    first.split(" by ")[1] === second.split(" by ")[1] ? "acme has one worker" : "acme has two workers"
  )
})

const grown = (pool: { readonly stats: Effect.Effect<Router.Stats> }) =>
  Effect.map(pool.stats, ({ grown }) => (grown > 0 ? "the pool has grown" : "the pool has not grown"))

Effect.runPromise(
  Effect.scoped(program).pipe(Effect.provide(ResizerLive.pipe(Layer.provideMerge(ActorSystem.layer()))))
)
