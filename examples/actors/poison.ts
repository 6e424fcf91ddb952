/**
 * A message that crashes its actor each time: an idempotent one is tried three times, then kept for somebody to look at.
 *
 * Run it: `npx tsx examples/actors/poison.ts`. In your app the import reads `troupe`.
 */
import { Rpc } from "@effect/rpc"
import { Cause, Console, Effect, Logger, LogLevel, Schema } from "effect"
import { Actor, ActorSystem, DeadLetters, Delivery } from "../../src/index.ts"

const Indexer = Actor.make("Indexer", [
  // Indexing a file twice is the same as indexing it once, so that it may be tried again after a crash.
  Rpc.make("Index", { payload: { file: Schema.String } }).annotate(Delivery.Idempotent, true),
  Rpc.make("Indexed", { success: Schema.Array(Schema.String) })
])

const indexed: Array<string> = []
let parserIsFixed = false

const IndexerLive = Indexer.toLayer(
  Effect.sync(() =>
    Indexer.of({
      Index: ({ file }) => {
        if (file.endsWith(".bad") && !parserIsFixed) throw new Error(`${file} has no end`)
        indexed.push(file)
      },
      Indexed: () => [...indexed]
    })
  )
)

const program = Effect.gen(function* () {
  const indexer = (yield* Indexer.client)("main")
  const letters = yield* DeadLetters.DeadLetters
  for (const file of ["a.txt", "b.bad", "c.txt"]) yield* indexer.tell.Index({ file })
  yield* Console.log(`indexed: ${(yield* indexer.ask.Indexed()).join(", ")}`)

  for (const { address, cause, deliveries, id, message } of yield* letters.quarantined) {
    const why = Cause.squash(cause)
    yield* Console.log(
      `${id}: ${message} to ${address}, tried ${deliveries} times: ${why instanceof Error ? why.message : why}`
    )
  }

  parserIsFixed = true
  yield* letters.replay(1) // or letters.discard(1)
  yield* Console.log(`indexed: ${(yield* indexer.ask.Indexed()).join(", ")}`)
})

Effect.runPromise(
  program.pipe(
    Effect.provide(IndexerLive),
    Effect.provide(ActorSystem.layer()),
    Effect.provide(Logger.minimumLogLevel(LogLevel.None))
  )
)
