/**
 * An order desk inside an Effect app: typed refusals are answers, a crash is supervision's, and the app goes on.
 *
 * Run it: `npx tsx examples/embedded-actor.ts`. In your app the import reads `troupe`.
 */
import { Rpc } from "@effect/rpc"
import { Console, Effect, Logger, LogLevel, Ref, Schema } from "effect"
import { Actor, ActorSystem, Mailbox, Supervision } from "../src/index.ts"

class OutOfStock extends Schema.TaggedError<OutOfStock>()("OutOfStock", { left: Schema.Int }) {}

// The protocol is plain data: callers need nothing else.
const Desk = Actor.make("Desk", [
  Rpc.make("Order", { payload: { pieces: Schema.Int }, success: Schema.String, error: OutOfStock }),
  Rpc.make("Restock", { payload: { pieces: Schema.Int } }),
  Rpc.make("ScanBadLabel")
])

const program = Effect.gen(function* () {
  const stock = yield* Ref.make(5) // outlives the actor, unlike what is made in `build`
  const DeskLive = Desk.toLayer(
    Effect.sync(() => {
      let orders = 0 // one incarnation's own: a restart counts from 1 again
      return Desk.of({
        Order: Effect.fnUntraced(function* ({ pieces }) {
          const left = yield* Ref.get(stock)
          if (pieces > left) return yield* new OutOfStock({ left })
          yield* Ref.set(stock, left - pieces)
          orders += 1
          return `order ${orders}: ${pieces} pieces, ${left - pieces} left`
        }),
        Restock: ({ pieces }) => Ref.update(stock, (left) => left + pieces),
        ScanBadLabel: () => Effect.dieMessage("this label cannot be read")
      })
    }),
    { mailbox: Mailbox.bounded(64), supervision: Supervision.restart({ backoff: { min: "50 millis" } }) }
  )
  yield* Effect.gen(function* () {
    const desk = (yield* Desk.client)("front") // activated by its first message
    const order = (pieces: number) =>
      desk.ask.Order({ pieces }).pipe(
        Effect.catchTag("OutOfStock", ({ left }) => Effect.succeed(`refused: ${left} left`)),
        Effect.flatMap(Console.log)
      )
    yield* order(3)
    yield* order(4)
    yield* desk.tell.Restock({ pieces: 10 }) // accepted; handled before what is sent after it
    yield* order(4)
    yield* desk.ask.ScanBadLabel().pipe(Effect.catchTag("ActorCrashed", (crash) => Console.log(crash.message)))
    yield* order(2) // waits in the mailbox for the next incarnation
  }).pipe(Effect.provide(DeskLive))
})

// Actors log as the program does that builds their system: the restart, a warning, stays out of what is printed here.
Effect.runPromise(
  program.pipe(Effect.provide(ActorSystem.layer()), Effect.provide(Logger.minimumLogLevel(LogLevel.Error)))
)
