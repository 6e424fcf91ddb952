/**
 * Looking on: what is wrong with an actor, from its snapshot alone; what happens to all of them, as a stream; and metrics.
 *
 * Run it: `npx tsx examples/actors/introspection.ts`. In your app the import reads `troupe`.
 */
import { Rpc } from "@effect/rpc"
import { Console, Deferred, Effect, Fiber, Layer, Logger, Metric, Schema, Stream } from "effect"
import { Actor, ActorMetrics, type ActorSnapshot, ActorSystem, Mailbox } from "../../src/index.ts"

const Desk = Actor.make("Desk", [
  Rpc.make("Search"),
  Rpc.make("AskFor", { payload: { desk: Schema.String } }),
  Rpc.make("File").annotate(Mailbox.Lane, "low")
])

/** Every search takes until `found`. */
const deskLive = (found: Deferred.Deferred<void>) =>
  Desk.toLayer(
    Effect.gen(function* () {
      const desks = yield* Desk.client
      return Desk.of({
        Search: () => Deferred.await(found),
        AskFor: ({ desk }) => Effect.orDie(desks(desk).ask.Search()),
        File: () => {}
      })
    }),
    { mailbox: Mailbox.bounded(2) }
  )

const diagnosis = ({ capacity, current, depth, lanes, waitsFor, waitingSenders }: ActorSnapshot.ActorSnapshot) => {
  if (waitsFor.length > 0) return `waits for ${waitsFor.join(" and ")}`
  if (depth >= capacity) return `is full (${lanes.low} of ${capacity} in the low lane), ${waitingSenders} sender waits`
  if (current !== undefined) return `has been at ${current.message} for long`
  return "is well"
}

const program = Effect.gen(function* () {
  const found = yield* Deferred.make<void>()
  yield* Layer.build(deskLive(found))
  const desks = yield* Desk.client
  const local = yield* ActorSystem.LocalActorSystem
  const stuck = yield* Effect.fork(
    Stream.runCollect(
      local.changes.pipe(
        Stream.filter(({ event }) => event._tag === "stuck"),
        Stream.take(3)
      )
    )
  )
  yield* Effect.yieldNow()

  yield* desks("archive").tell.Search()
  yield* desks("front").tell.AskFor({ desk: "archive" })
  yield* desks("back").tell.Search()
  // A handler that does not come back is reported once: in the log, and as a change.
  for (const { address, event } of yield* Fiber.join(stuck)) yield* Console.log(`${address} is ${event._tag}`)

  for (let i = 0; i < 2; i++) yield* desks("back").tell.File()
  yield* Effect.fork(desks("back").tell.File())
  yield* Effect.yieldNow()
  for (const snapshot of yield* local.snapshot) yield* Console.log(`${snapshot.address} ${diagnosis(snapshot)}`)

  yield* Deferred.succeed(found, undefined)
  yield* desks("back").ask.File()
  for (const { actors, handled, type } of yield* local.totals) {
    yield* Console.log(`${actors} actors of type ${type} have handled ${handled} messages`)
  }
})

const handled: Metric.Metric.Counter<number> = ActorMetrics.messages.pipe(
  Metric.tagged("system", "office"),
  Metric.tagged("actor_type", "Desk"),
  Metric.tagged("outcome", "handled")
)

Effect.runPromise(
  Effect.gen(function* () {
    yield* program.pipe(
      Effect.scoped,
      // Samples now and then; whatever exports Effect's metrics sends them on.
      Effect.provide(ActorMetrics.layer({ every: "10 seconds" })),
      Effect.provide(ActorSystem.layer({ name: "office", stuckAfter: "20 millis" }))
    )
    yield* Console.log(`troupe_messages_total: ${(yield* Metric.value(handled)).count}`)
  }).pipe(Effect.provide(Logger.remove(Logger.defaultLogger)))
)
