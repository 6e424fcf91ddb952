import { inspect } from "node:util"
import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Logger, Schema } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as ActorTest from "../../src/actor/ActorTest.ts"
import { DeadLetters, payloadsKept } from "../../src/actor/DeadLetters.ts"
import * as Delivery from "../../src/actor/Delivery.ts"
import * as Mailbox from "../../src/actor/Mailbox.ts"
import * as Supervision from "../../src/actor/Supervision.ts"

const payload = { word: Schema.String }
const Box = Actor.make("Box", [
  Rpc.make("Hold"),
  Rpc.make("Put", { payload }),
  Rpc.make("Later", { payload }),
  Rpc.make("Break", { payload }),
  Rpc.make("BreakAgain", { payload }).annotate(Delivery.Idempotent, true),
  Rpc.make("Ping")
])

/** Boxes whose `Hold` waits until the gate is open. */
const boxes = (options?: Actor.ActorOptions, system?: ActorTest.Options) => ({
  run: <A, E>(
    program: (box: Effect.Effect.Success<ReturnType<typeof boxOf>>) => Effect.Effect<A, E, ActorTest.Services>
  ) => Effect.scoped(Effect.provide(Effect.flatMap(boxOf(options), program), ActorTest.layer(system)))
})

const boxOf = (options?: Actor.ActorOptions) =>
  Effect.gen(function* () {
    const gate = yield* Deferred.make<void>()
    yield* ActorTest.probe(
      Box,
      {
        Hold: () => Deferred.await(gate),
        Later: () => Actor.stash,
        Break: () => Effect.die("broken"),
        BreakAgain: () => Effect.die("broken")
      },
      options === undefined ? {} : { mailbox: options.mailbox, supervision: options.supervision }
    )
    return { box: (yield* Box.client)("b"), open: Deferred.succeed(gate, undefined) }
  })

const words = Effect.flatMap(DeadLetters, ({ recent }) =>
  Effect.map(recent, (letters) => letters.map((letter) => [letter.reason, (letter.payload as { word?: string })?.word]))
)

describe("The payload of a dead letter", () => {
  it.effect("is the object that was sent, whatever the reason: shed by a full mailbox", () =>
    boxes({ mailbox: Mailbox.dropping(1) }).run(({ box, open }) =>
      Effect.gen(function* () {
        yield* box.tell.Hold()
        yield* ActorTest.settle
        yield* box.tell.Put({ word: "waits" })
        const sent = { word: "told" }
        yield* box.tell.Put(sent)
        yield* Effect.flip(box.ask.Put({ word: "asked" }))
        assert.deepStrictEqual(yield* words, [
          ["mailbox full", "told"],
          ["mailbox full", "asked"]
        ])
        const [letter] = yield* Effect.flatMap(DeadLetters, ({ recent }) => recent)
        assert.strictEqual(letter?.payload, sent)
        yield* open
      })
    )
  )

  it.effect("slid out of one, withdrawn before its turn, and still waiting at the end", () =>
    boxes({ mailbox: Mailbox.sliding(2) }).run(({ box }) =>
      Effect.gen(function* () {
        yield* box.tell.Hold()
        yield* ActorTest.settle
        yield* box.tell.Put({ word: "oldest" })
        const asking = yield* Effect.fork(box.ask.Put({ word: "withdrawn" }))
        yield* ActorTest.settle
        yield* box.tell.Put({ word: "left" })
        yield* Fiber.interrupt(asking)
        yield* ActorSystem.stop(box, { now: true })
        assert.sameDeepMembers(yield* words, [
          ["mailbox full", "oldest"],
          ["withdrawn", "withdrawn"],
          ["stopped", "left"]
        ] as Array<never>)
      })
    )
  )

  it.effect("given up with its actor", () =>
    boxes({ supervision: Supervision.stop }).run(({ box, open }) =>
      Effect.gen(function* () {
        yield* box.tell.Hold()
        yield* ActorTest.settle
        yield* box.tell.Break({ word: "not itself" })
        yield* box.tell.Put({ word: "behind it" })
        yield* open
        yield* ActorTest.settle
        assert.deepStrictEqual(yield* words, [["given up", "behind it"]])
      })
    )
  )

  it.effect("quarantined and discarded", () =>
    boxes().run(({ box }) =>
      Effect.gen(function* () {
        yield* Effect.exit(box.ask.BreakAgain({ word: "poison" }))
        yield* ActorTest.settle
        const letters = yield* DeadLetters
        const [found] = yield* letters.quarantined
        yield* letters.discard(found!.id)
        assert.deepStrictEqual(yield* words, [
          ["quarantined", "poison"],
          ["discarded", "poison"]
        ])
      })
    )
  )

  it.effect("lost by a fault plan", () =>
    boxes(undefined, { faults: [{ action: "drop", message: "Put" }] }).run(({ box }) =>
      Effect.gen(function* () {
        yield* box.tell.Put({ word: "lost" })
        yield* ActorTest.settle
        assert.deepStrictEqual(yield* words, [["lost", "lost"]])
      })
    )
  )

  it.effect("refused by a full stash", () =>
    Effect.gen(function* () {
      const Stasher = Actor.make("Stasher", [Rpc.make("Later", { payload })])
      yield* Effect.scoped(
        Effect.gen(function* () {
          const live = Stasher.toLayer(Effect.succeed(Stasher.of({ Later: () => Actor.stash })), { stashCapacity: 1 })
          yield* Effect.gen(function* () {
            const stasher = (yield* Stasher.client)("s")
            yield* stasher.tell.Later({ word: "kept" })
            yield* stasher.tell.Later({ word: "too many" })
            yield* ActorTest.settle
            assert.deepStrictEqual(yield* words, [["stash full", "too many"]])
          }).pipe(Effect.provide(live))
        })
      )
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.effect("is kept for the latest letters only, and never printed, encoded or logged", () => {
    const lines: Array<string> = []
    const logger = Logger.make(({ message, cause, annotations }) => lines.push(inspect([message, cause, annotations])))
    return boxes({ mailbox: Mailbox.dropping(1) })
      .run(({ box, open }) =>
        Effect.gen(function* () {
          yield* box.tell.Hold()
          yield* ActorTest.settle
          yield* box.tell.Ping()
          for (let n = 0; n <= payloadsKept; n++) yield* box.tell.Put({ word: `secret ${n}` })
          const letters = yield* Effect.flatMap(DeadLetters, ({ recent }) => recent)
          assert.strictEqual(letters.length, payloadsKept + 1)
          assert.isUndefined(letters[0]?.payload)
          assert.deepStrictEqual(letters[1]?.payload, { word: "secret 1" })
          yield* Effect.logWarning("a listener that logs whole letters", letters)
          const told = [...lines, inspect(letters, { depth: 9, showHidden: true }), JSON.stringify(letters)].join()
          assert.include(told, "mailbox full")
          assert.notInclude(told, "secret")
          yield* open
        })
      )
      .pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
  })
})
