/**
 * A connection that is not open yet: it sets messages aside, tries again by a timer, and changes its behaviour when it is.
 *
 * Run it: `npx tsx examples/actors/stash-and-timers.ts`. In your app the import reads `troupe`.
 */
import { Rpc } from "@effect/rpc"
import { Console, Effect, Schema } from "effect"
import { Actor, ActorContext, ActorSystem } from "../../src/index.ts"

const Connection = Actor.make("Connection", [
  Rpc.make("Send", { payload: { line: Schema.String }, success: Schema.String }),
  Rpc.make("Connect")
])

const ConnectionLive = Connection.toLayer(
  Effect.gen(function* () {
    const { timers } = yield* ActorContext.ActorContext
    const self = yield* Connection.self
    let attempts = 0
    yield* timers.every("connect", self.tell.Connect(), "5 millis")

    const open = Connection.of({
      Send: ({ line }) => `sent ${line}`,
      Connect: () => {} // of a timer that was cancelled none is ever seen; this is for others
    })
    return Connection.of({
      Send: () => Actor.stash,
      Connect: Effect.fnUntraced(function* () {
        if (++attempts < 3) return
        yield* timers.cancel("connect")
        yield* Connection.become(open)
        yield* Console.log(`open after ${attempts} attempts, ${yield* Actor.unstashAll} messages waited`)
      })
    })
  }),
  { stashCapacity: 10 }
)

const program = Effect.gen(function* () {
  const connection = (yield* Connection.client)("db")
  const answers = yield* Effect.all(
    ["one", "two", "three"].map((line) => connection.ask.Send({ line })),
    { concurrency: "unbounded" }
  )
  yield* Console.log(answers.join(", "))
  yield* Console.log(yield* connection.ask.Send({ line: "four" }))
})

Effect.runPromise(program.pipe(Effect.provide(ConnectionLive), Effect.provide(ActorSystem.layer())))
