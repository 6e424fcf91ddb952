import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Layer, Schema, TestClock } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as ActorTest from "../../src/actor/ActorTest.ts"
import * as Mailbox from "../../src/actor/Mailbox.ts"
import * as Supervision from "../../src/actor/Supervision.ts"
import * as Timers from "../../src/actor/Timers.ts"

const Clocked = Actor.make("Clocked", [
  Rpc.make("Once", { payload: { key: Schema.String, note: Schema.String } }),
  Rpc.make("Every", { payload: { key: Schema.String, note: Schema.String } }),
  Rpc.make("Cancel", { payload: { key: Schema.String } }),
  Rpc.make("Active", { payload: { key: Schema.String }, success: Schema.Boolean }),
  Rpc.make("Tick", { payload: { note: Schema.String } }),
  Rpc.make("Hold"),
  Rpc.make("Crash"),
  Rpc.make("Many", { payload: { count: Schema.Int } }),
  Rpc.make("Foreign")
])

const clocked = Effect.gen(function* () {
  const ticks: Array<string> = []
  const gate = yield* Deferred.make<void>()
  yield* Layer.build(
    Clocked.toLayer(
      Effect.gen(function* () {
        const { timers } = yield* ActorContext
        const self = yield* Clocked.self
        const other = (yield* Clocked.client)("other")
        return Clocked.of({
          Once: ({ key, note }) => timers.once(key, self.tell.Tick({ note }), "1 second"),
          Every: ({ key, note }) => timers.every(key, self.tell.Tick({ note }), "1 second"),
          Cancel: ({ key }) => timers.cancel(key),
          Active: ({ key }) => timers.isActive(key),
          Tick: ({ note }) => void ticks.push(note),
          Hold: () => Deferred.await(gate),
          Crash: () => Effect.dieMessage("asked to"),
          Many: ({ count }) =>
            Effect.forEach(
              Array.from({ length: count }, (_, i) => `${i}`),
              (key) => timers.once(key, self.tell.Tick({ note: key }), "1 second"),
              { discard: true }
            ),
          Foreign: () => timers.once("f", other.tell.Tick({ note: "f" }), "1 second")
        })
      }),
      { mailbox: Mailbox.bounded(1), supervision: Supervision.restart() }
    )
  )
  return { ref: (yield* Clocked.client)("c"), ticks, open: Deferred.succeed(gate, undefined) }
})

describe("A keyed timer", () => {
  it.scoped("sends once, or at each interval, and frees its key", () =>
    Effect.gen(function* () {
      const { ref, ticks } = yield* clocked
      yield* ref.ask.Once({ key: "a", note: "once" })
      yield* ref.ask.Every({ key: "b", note: "every" })
      assert.isTrue(yield* ref.ask.Active({ key: "a" }))
      yield* TestClock.adjust("999 millis")
      assert.deepStrictEqual(ticks, [])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(ticks, ["once", "every"])
      assert.isFalse(yield* ref.ask.Active({ key: "a" }))
      assert.isTrue(yield* ref.ask.Active({ key: "b" }))
      yield* TestClock.adjust("3 seconds")
      assert.deepStrictEqual(ticks, ["once", "every", "every", "every", "every"])
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("that was cancelled or replaced is never seen, also if its message waits in the mailbox already", () =>
    Effect.gen(function* () {
      const { open, ref, ticks } = yield* clocked
      yield* ref.ask.Once({ key: "a", note: "old" })
      yield* ref.ask.Once({ key: "b", note: "gone" })
      yield* ref.tell.Hold()
      yield* ActorTest.settle
      // The mailbox of one message is full; both ticks come in all the same and wait.
      const cancelling = yield* Effect.fork(ref.tell.Cancel({ key: "b" }))
      yield* TestClock.adjust("2 seconds")
      const replacing = yield* Effect.fork(ref.tell.Once({ key: "a", note: "new" }))
      yield* ActorTest.settle
      yield* open
      yield* ActorTest.settle
      assert.deepStrictEqual(ticks, ["old"], "a tick before the message that would have replaced it is seen")
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(ticks, ["old", "new"])
      yield* cancelling.await
      yield* replacing.await
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("leaves a tick out while the one before it waits", () =>
    Effect.gen(function* () {
      const { open, ref, ticks } = yield* clocked
      yield* ref.ask.Every({ key: "a", note: "tick" })
      yield* ref.tell.Hold()
      yield* TestClock.adjust("10 seconds")
      yield* open
      yield* ActorTest.settle
      assert.deepStrictEqual(ticks, ["tick"])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(ticks, ["tick", "tick"])
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("ends with its incarnation, by crash and by stop, also where its message waits", () =>
    Effect.gen(function* () {
      const { ref, ticks } = yield* clocked
      yield* ref.ask.Every({ key: "a", note: "first life" })
      yield* Effect.exit(ref.ask.Crash())
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(ticks, [])
      yield* ref.ask.Every({ key: "a", note: "second life" })
      yield* ActorSystem.stop(ref)
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(ticks, [])
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("is one of at most a thousand of its actor, and sends to nobody else", () =>
    Effect.gen(function* () {
      const { ref, ticks } = yield* clocked
      yield* ref.ask.Many({ count: Timers.maxKeys })
      const tooMany = yield* Effect.flip(ref.ask.Many({ count: Timers.maxKeys + 1 }))
      assert.include(tooMany.message, "TooManyTimers")
      const foreign = yield* Effect.flip(ref.ask.Foreign())
      assert.include(foreign.message, "NotItsOwnMessage")
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(ticks, [])
    }).pipe(Effect.provide(ActorTest.layer()))
  )
})
