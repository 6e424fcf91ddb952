import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Layer, Schema, Scope, TestClock } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import * as ActorTest from "../../src/actor/ActorTest.ts"

const Store = Actor.make("Store", [
  Rpc.make("Put", { payload: { key: Schema.String } }),
  Rpc.make("Has", { payload: { key: Schema.String }, success: Schema.Boolean })
])

describe("A probe", () => {
  it.scoped("records what it receives, with address and order, and answers for what has no value", () =>
    Effect.gen(function* () {
      const probe = yield* ActorTest.probe(Store)
      const client = yield* Store.client
      yield* client("a").tell.Put({ key: "one" })
      // Order is promised per receiver; across two it is made here.
      yield* ActorTest.settle
      yield* client("b").ask.Put({ key: "two" })
      assert.deepStrictEqual(yield* probe.received, [
        { address: "Store/a", tag: "Put", payload: { key: "one" } },
        { address: "Store/b", tag: "Put", payload: { key: "two" } }
      ])
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("answers as its handlers do, at once or as an Effect", () =>
    Effect.gen(function* () {
      const probe = yield* ActorTest.probe(Store, {
        Has: ({ key }) => (key === "now" ? true : Effect.as(Effect.sleep("1 second"), false))
      })
      const store = probe.ref("a")
      assert.isTrue(yield* store.ask.Has({ key: "now" }))
      const later = yield* Effect.fork(store.ask.Has({ key: "later" }))
      yield* TestClock.adjust("1 second")
      assert.isFalse(yield* Fiber.join(later))
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("without an answer says which handler is missing, and goes on", () =>
    Effect.gen(function* () {
      const probe = yield* ActorTest.probe(Store)
      const error = yield* Effect.flip(probe.ref("a").ask.Has({ key: "x" }))
      assert.strictEqual(error._tag, "ActorCrashed")
      if (error._tag === "ActorCrashed") assert.include(Cause.pretty(error.cause), 'no answer to "Has"')
      yield* probe.ref("a").ask.Put({ key: "y" })
      assert.strictEqual((yield* probe.received).length, 2)
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("lets a test wait until so many messages have come, and forgets the oldest beyond its limit", () =>
    Effect.gen(function* () {
      const probe = yield* ActorTest.probe(Store, {}, { limit: 2 })
      const waiting = yield* Effect.fork(probe.awaitReceived(5))
      for (const key of ["1", "2", "3", "4"]) yield* probe.ref("a").tell.Put({ key })
      yield* ActorTest.settle
      assert.isNull(waiting.unsafePoll())
      yield* probe.ref("a").tell.Put({ key: "5" })
      const received = yield* Fiber.join(waiting)
      assert.deepStrictEqual(
        received.map(({ payload }) => payload.key),
        ["4", "5"]
      )
      assert.strictEqual((yield* probe.awaitReceived(1)).length, 2, "long there")
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("stands in only while its scope is open", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const probe = yield* Scope.extend(ActorTest.probe(Store), scope)
      yield* probe.ref("a").ask.Put({ key: "x" })
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual((yield* Effect.flip(probe.ref("a").ask.Put({ key: "y" })))._tag, "ActorNotFound")
      yield* Layer.build(Store.toLayer(Effect.succeed(Store.of({ Put: () => {}, Has: () => false }))))
      assert.isFalse(yield* probe.ref("a").ask.Has({ key: "x" }))
    }).pipe(Effect.provide(ActorTest.layer()))
  )
})
