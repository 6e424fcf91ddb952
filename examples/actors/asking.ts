/**
 * Asks that end: by their deadline, which those asked further down inherit; with their asker; or before they close a circle.
 *
 * Run it: `npx tsx examples/actors/asking.ts`. In your app the import reads `troupe`.
 */
import { Rpc } from "@effect/rpc"
import { Console, Effect, Exit, Fiber, Layer, Logger, LogLevel, Schema } from "effect"
import { Actor, ActorError, ActorSystem, Delivery, Gather } from "../../src/index.ts"

const Archive = Actor.make("Archive", [
  Rpc.make("Search", { payload: { millis: Schema.Int }, success: Schema.String }).annotate(
    Delivery.InterruptWithAsker,
    true
  )
])
const Clerk = Actor.make("Clerk", [
  Rpc.make("Find", { payload: { millis: Schema.Int }, success: Schema.String }),
  Rpc.make("AskYourself", { success: Schema.String })
])

const ArchiveLive = Archive.toLayer(
  Effect.succeed(
    Archive.of({
      Search: ({ millis }) =>
        Effect.delay(Effect.succeed("a letter"), millis).pipe(
          Effect.onInterrupt(() => Console.log("the search is broken off"))
        )
    })
  )
)

const ClerkLive = Clerk.toLayer(
  Effect.gen(function* () {
    const archive = (yield* Archive.client)("cellar")
    const self = yield* Clerk.self
    return Clerk.of({
      // Asks with its own default time-out of 30 seconds, but never longer than its asker waits.
      Find: ({ millis }) => Effect.orDie(archive.ask.Search({ millis })),
      AskYourself: () =>
        self.ask.AskYourself().pipe(
          Effect.catchTag("WaitCycle", (refused) => Effect.succeed(refused.message)),
          Effect.orDie
        )
    })
  })
)

const program = Effect.gen(function* () {
  const clerks = yield* Clerk.client
  const clerk = clerks("Ada")
  yield* Console.log(yield* clerk.ask.Find({ millis: 1 }))

  // The deadline travels to the archive, whose search ends with it.
  const late = yield* Effect.flip(clerk.withTimeout("20 millis").ask.Find({ millis: 10_000 }))
  yield* Console.log(`${late._tag}: ${ActorError.isAskError(late)}`)

  const asking = yield* Effect.fork((yield* Archive.client)("attic").ask.Search({ millis: 10_000 }))
  yield* Effect.sleep("10 millis")
  yield* Fiber.interrupt(asking)

  yield* Console.log(yield* clerk.ask.AskYourself())

  // Many at once, in order, each with its own end.
  const exits = yield* Gather.all([1, 2, 3].map((n) => clerks(`${n}`).ask.Find({ millis: n })))
  yield* Console.log(`${exits.filter(Exit.isSuccess).length} of ${exits.length} found something`)
})

Effect.runPromise(
  program.pipe(
    Effect.provide(ClerkLive.pipe(Layer.provideMerge(ArchiveLive), Layer.provideMerge(ActorSystem.layer()))),
    Effect.provide(Logger.minimumLogLevel(LogLevel.None))
  )
)
