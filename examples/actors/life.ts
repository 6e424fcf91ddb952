/**
 * Lives: a receipt for a message, a message at somebody's end, a rest when there is nothing to do, a stop in time.
 *
 * Run it: `npx tsx examples/actors/life.ts`. In your app the import reads `troupe`.
 */
import { Rpc } from "@effect/rpc"
import { Console, Effect, Fiber, Logger, Schema, Stream } from "effect"
import { Actor, ActorSystem, Supervision } from "../../src/index.ts"

class CardRefused extends Schema.TaggedError<CardRefused>()("CardRefused", { amount: Schema.Int }) {}

const Cart = Actor.make("Cart", [
  Rpc.make("Add", { success: Schema.Int }),
  Rpc.make("Pay", { payload: { amount: Schema.Int }, error: CardRefused }),
  Rpc.make("Pack"),
  Rpc.make("Drop")
])

const CartLive = Cart.toLayer(
  Effect.sync(() => {
    let items = 0
    return Cart.of({
      Add: () => ++items,
      Pay: ({ amount }) => (amount > 100 ? Effect.fail(new CardRefused({ amount })) : undefined),
      Pack: () => Effect.sleep("1 hour"),
      Drop: () => Effect.dieMessage("it is in pieces")
    })
  }),
  // A cart that nobody touches rests: its state is gone, and it takes no memory until it is touched again.
  { supervision: Supervision.stop, passivateAfter: "200 millis", maxResident: 1000 }
)

const Guard = Actor.make("Guard", [
  Rpc.make("Watch", { payload: { cart: Schema.String } }),
  Rpc.make("Ended", { payload: { cart: Schema.String, how: Schema.String } }),
  Rpc.make("Report", { success: Schema.Array(Schema.String) })
])

const GuardLive = Guard.toLayer(
  Effect.gen(function* () {
    const seen: Array<string> = []
    const self = yield* Guard.self
    const carts = yield* Cart.client
    return Guard.of({
      // The message comes also if the guard's mailbox is full by then.
      Watch: ({ cart }) =>
        Effect.asVoid(ActorSystem.watchWith(carts(cart), (end) => self.tell.Ended({ cart, how: end._tag }))),
      Ended: ({ cart, how }) => void seen.push(`${cart} ${how}`),
      Report: () => seen
    })
  })
)

const program = Effect.gen(function* () {
  const carts = yield* Cart.client
  const guard = (yield* Guard.client)("g")
  const { changes } = yield* ActorSystem.LocalActorSystem
  const events = (id: string, tag: string) =>
    Stream.runHead(Stream.filter(changes, (change) => change.id === id && change.event._tag === tag))

  // A tell's success means accepted. A receipt says what became of it.
  for (const amount of [20, 2000]) {
    const receipt = yield* ActorSystem.receipt(carts("a").tell.Pay({ amount }))
    yield* Console.log(`paying ${amount}: ${(yield* receipt.settled)._tag}`)
  }

  for (const cart of ["b", "c"]) yield* guard.ask.Watch({ cart })
  yield* Effect.exit(carts("b").ask.Drop())

  const rested = yield* Effect.fork(events("a", "passivated"))
  yield* Console.log(`cart a has ${yield* carts("a").ask.Add()} item`)
  yield* Console.log(`cart a has ${yield* carts("a").ask.Add()} items`)
  yield* Fiber.join(rested)
  yield* Console.log(`after its rest it has ${yield* carts("a").ask.Add()}`)

  const packing = yield* Effect.forEach([1, 2], () => ActorSystem.receipt(carts("c").tell.Pack()))
  // Or `{ now: true }`, which does not wait for what it has at all.
  yield* ActorSystem.stop(carts("c"), { within: "10 millis" })
  for (const receipt of packing) {
    const settled = yield* receipt.settled
    yield* Console.log(`packing: ${settled._tag === "dead-lettered" ? `not begun, ${settled.reason}` : settled._tag}`)
  }
  yield* Console.log(`the guard saw ends: ${(yield* guard.ask.Report()).join(", ")}`)
})

Effect.runPromise(
  program.pipe(
    Effect.provide(CartLive),
    Effect.provide(GuardLive),
    Effect.provide(ActorSystem.layer()),
    Effect.provide(Logger.remove(Logger.defaultLogger))
  )
)
