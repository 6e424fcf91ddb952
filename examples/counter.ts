import { Rpc } from "@effect/rpc"
import { Console, Effect, Layer, Schema } from "effect"
import { Actor, ActorSystem, Mailbox, Supervision } from "../src/index.ts"

const Counter = Actor.make("Counter", [
  Rpc.make("Add", { payload: { by: Schema.Int }, success: Schema.Int }),
  Rpc.make("Total", { success: Schema.Int })
])

const CounterLive = Counter.toLayer(
  Effect.sync(() => {
    let total = 0 // owned by this incarnation: a restart begins at 0
    return Counter.of({
      Add: ({ by }) => {
        total += by
        return total
      },
      Total: () => total
    })
  }),
  { mailbox: Mailbox.bounded(256), supervision: Supervision.restart({ intensity: 3, period: "10 seconds" }) }
)

const program = Effect.gen(function* () {
  const counter = (yield* Counter.client)("a") // activated by its first message
  yield* counter.tell.Add({ by: 2 }) // waits while the mailbox is full
  yield* Console.log(yield* counter.ask.Total()) // typed success, typed errors
})

Effect.runPromise(program.pipe(Effect.provide(CounterLive.pipe(Layer.provideMerge(ActorSystem.layer())))))
