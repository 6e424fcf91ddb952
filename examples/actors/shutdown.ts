/**
 * A program that ends in order: no new work, what was taken is finished, the actors stop, the books are closed.
 *
 * Run it: `npx tsx examples/actors/shutdown.ts`. In your app the import reads `troupe`.
 */
import { Rpc } from "@effect/rpc"
import { Console, Effect, Layer, Ref, Schema } from "effect"
import { Actor, ActorSystem, Shutdown } from "../../src/index.ts"

const Clerk = Actor.make("Clerk", [Rpc.make("File", { payload: { letter: Schema.String } })])
const ClerkLive = Clerk.toLayer(
  Effect.gen(function* () {
    yield* Effect.addFinalizer(() => Console.log("the clerk goes home"))
    return Clerk.of({
      File: ({ letter }) => Effect.zipRight(Effect.sleep("20 millis"), Console.log(`filed ${letter}`))
    })
  })
)

/** A door through which letters come, until it is closed. */
const DoorLive = Layer.scopedDiscard(
  Effect.gen(function* () {
    const clerk = (yield* Clerk.client)("front")
    const open = yield* Ref.make(true)
    yield* Shutdown.add("unbind", "door", Effect.zipRight(Ref.set(open, false), Console.log("the door closes")))
    for (const letter of ["A", "B", "C"]) if (yield* Ref.get(open)) yield* clerk.tell.File({ letter })
  })
)
/** Written last, when nobody works any more. */
const BooksLive = Layer.scopedDiscard(Shutdown.add("release", "books", Console.log("the books are closed")))

const Program = Layer.merge(DoorLive, BooksLive).pipe(
  Layer.provideMerge(ClerkLive),
  Layer.provideMerge(ActorSystem.layer())
)

// Built on top of all of it, so that its end, which begins the shutdown, is the first. A program of your own is launched:
// `NodeRuntime.runMain(Layer.launch(...))`, and ends by a signal.
Effect.runPromise(Effect.scoped(Layer.build(Shutdown.onClose.pipe(Layer.provideMerge(Program)))))
