import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Schema } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import { DeadLetters } from "../../src/actor/DeadLetters.ts"
import * as Gather from "../../src/actor/Gather.ts"
import * as Mailbox from "../../src/actor/Mailbox.ts"
import { type ManualClock, rest, run } from "./harness.ts"

const Desk = Actor.make("Desk", [
  Rpc.make("Block"),
  Rpc.make("Say", { payload: { word: Schema.String }, success: Schema.Void }),
  Rpc.make("Whisper", { payload: { word: Schema.String }, success: Schema.Void }).annotate(Mailbox.Lane, "low")
])
const Plain = Actor.make("Plain", [
  Rpc.make("Block"),
  Rpc.make("Say", { payload: { word: Schema.String }, success: Schema.Void }),
  Rpc.make("Whisper", { payload: { word: Schema.String }, success: Schema.Void })
])

const desk = (definition: typeof Desk | typeof Plain, mailbox: Mailbox.Mailbox) =>
  Effect.gen(function* () {
    const open = yield* Deferred.make<void>()
    const heard: Array<string> = []
    // The two definitions differ in an annotation alone.
    const layer = (definition as typeof Desk).toLayer(
      Effect.succeed({
        Block: () => Deferred.await(open),
        Say: ({ word }: { readonly word: string }) => void heard.push(word),
        Whisper: ({ word }: { readonly word: string }) => void heard.push(word)
      }),
      { mailbox }
    )
    yield* Layer.build(layer)
    const ref = (yield* (definition as typeof Desk).client)("d")
    yield* ref.tell.Block()
    yield* rest
    const letGo = Effect.zipRight(Deferred.succeed(open, undefined), rest)
    return { ref, heard, letGo }
  })

/** How an asker may cease to wait. */
const ways = {
  "timed out": (clock: ManualClock) => clock.advance(1000),
  "was interrupted": (_: ManualClock, askers: ReadonlyArray<Fiber.Fiber<unknown, unknown>>) =>
    Fiber.interruptAll(askers)
} as const

describe("A place in the mailbox", () => {
  for (const [how, leave] of Object.entries(ways)) {
    for (const definition of [Plain, Desk]) {
      const lanes = definition === Desk ? ", in lanes" : ""
      const fill = (ref: Effect.Effect.Success<ReturnType<typeof desk>>["ref"]) =>
        Effect.gen(function* () {
          const patient = ref.withTimeout("1 second")
          const askers = yield* Effect.all(
            ["a", "b", "c", "d"].map((word, i) =>
              Effect.fork(i % 2 === 0 ? patient.ask.Say({ word }) : patient.ask.Whisper({ word }))
            )
          )
          yield* rest
          return askers
        })

      for (const overflow of ["dropping", "sliding", "failing", "bounded"] as const) {
        it(`of an ask whose asker ${how} goes to the next message: ${overflow}${lanes}`, () =>
          run((clock) =>
            Effect.gen(function* () {
              const { heard, letGo, ref } = yield* desk(definition, Mailbox[overflow](4))
              const askers = yield* fill(ref)
              yield* leave(clock, askers)
              // Each would be shed, refused or kept waiting if the four still had their places.
              for (const word of ["1", "2", "3", "4"]) yield* ref.tell.Say({ word })
              yield* letGo
              assert.deepStrictEqual(heard, ["1", "2", "3", "4"])
              const { counts } = yield* DeadLetters
              const { "mailbox full": full, withdrawn } = yield* counts
              assert.deepStrictEqual({ full, withdrawn }, { full: 0, withdrawn: 4 })
            })
          ))
      }

      it(`of an ask whose asker ${how} goes at once to a sender that waits${lanes}`, () =>
        run((clock) =>
          Effect.gen(function* () {
            const { heard, letGo, ref } = yield* desk(definition, Mailbox.bounded(4))
            const askers = yield* fill(ref)
            const sender = yield* Effect.fork(ref.tell.Say({ word: "next" }))
            yield* rest
            assert.isNull(sender.unsafePoll())
            yield* leave(clock, askers.slice(0, how === "timed out" ? 4 : 1))
            yield* Fiber.join(sender)
            yield* letGo
            assert.include(heard, "next")
          })
        ))
    }
  }

  it("is not kept by asks that were gathered and given up", () =>
    run((_clock) =>
      Effect.gen(function* () {
        const { heard, letGo, ref } = yield* desk(Plain, Mailbox.failing(4))
        const gathering = yield* Effect.fork(Gather.all(["a", "b", "c", "d"].map((word) => ref.ask.Say({ word }))))
        yield* rest
        yield* Fiber.interrupt(gathering)
        for (const word of ["1", "2", "3", "4"]) yield* ref.tell.Say({ word })
        yield* letGo
        assert.deepStrictEqual(heard, ["1", "2", "3", "4"])
      })
    ))

  it("is taken by as many live messages as the capacity says, however many asks have come and gone", () =>
    run((_clock) =>
      Effect.gen(function* () {
        const { heard, letGo, ref } = yield* desk(Plain, Mailbox.failing(4))
        yield* ref.tell.Say({ word: "first" })
        for (let i = 0; i < 100; i++) {
          const askers = yield* Effect.all([1, 2, 3].map(() => Effect.fork(ref.ask.Say({ word: "gone" }))))
          yield* Effect.yieldNow()
          const refused = yield* Effect.exit(Effect.all([ref.tell.Say({ word: "x" }), ref.tell.Say({ word: "x" })]))
          assert.strictEqual(refused._tag, "Failure")
          yield* Fiber.interruptAll(askers)
          // The tell that found a place keeps it.
          if (i === 0) yield* Effect.flip(Effect.all(Array.from({ length: 4 }, () => ref.tell.Say({ word: "x" }))))
        }
        const [snapshot] = yield* Effect.flatMap(ActorSystem.LocalActorSystem, (local) => local.snapshot)
        assert.isAtMost(snapshot!.depth, 4)
        yield* letGo
        assert.strictEqual(heard.length, 4)
        assert.isFalse(heard.includes("gone"))
      })
    ))

  it("among those that wait for room is given up by an ask that times out there", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { letGo, ref } = yield* desk(Plain, Mailbox.bounded(1))
        yield* ref.tell.Say({ word: "fills" })
        const local = yield* ActorSystem.LocalActorSystem
        for (let i = 0; i < 50; i++)
          yield* Effect.fork(Effect.ignore(ref.withTimeout("1 second").ask.Say({ word: "late" })))
        yield* rest
        assert.strictEqual((yield* local.snapshot)[0]?.waitingSenders, 50)
        yield* clock.advance(1000)
        assert.strictEqual((yield* local.snapshot)[0]?.waitingSenders, 0)
        const next = yield* Effect.fork(ref.tell.Say({ word: "next" }))
        yield* letGo
        yield* Fiber.join(next)
      })
    ))
})
