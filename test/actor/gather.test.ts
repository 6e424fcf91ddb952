import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Schema, TestClock } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as ActorTest from "../../src/actor/ActorTest.ts"
import { DeadLetters } from "../../src/actor/DeadLetters.ts"
import * as FairScheduler from "../../src/actor/FairScheduler.ts"
import * as Gather from "../../src/actor/Gather.ts"
import * as Mailbox from "../../src/actor/Mailbox.ts"

class Refused extends Schema.TaggedError<Refused>()("Refused", { n: Schema.Int }) {}
const Worker = Actor.make("Worker", [
  Rpc.make("Do", { payload: { n: Schema.Int }, success: Schema.Int, error: Refused }),
  Rpc.make("Hold", { payload: { n: Schema.Int }, success: Schema.Int })
])

const workers = Effect.gen(function* () {
  const gate = yield* Deferred.make<void>()
  const held: Array<number> = []
  yield* Layer.build(
    Worker.toLayer(
      Effect.succeed(
        Worker.of({
          Do: ({ n }) =>
            n % 3 === 0 ? new Refused({ n }) : n % 3 === 1 ? n : Effect.delay(Effect.succeed(n), "1 second"),
          Hold: ({ n }) =>
            Effect.as(
              Effect.zipRight(
                Effect.sync(() => held.push(n)),
                Deferred.await(gate)
              ),
              n
            )
        })
      ),
      { mailbox: Mailbox.bounded(1) }
    )
  )
  return { client: yield* Worker.client, held, open: Deferred.succeed(gate, undefined) }
})

describe("Gather.all", () => {
  it.scoped("gives every answer in order; a failure is its own", () =>
    Effect.gen(function* () {
      const { client } = yield* workers
      const asks = Array.from({ length: 9 }, (_, n) => client(`${n}`).ask.Do({ n }))
      const gathering = yield* Effect.fork(Gather.all([...asks, Effect.succeed(9)]))
      yield* TestClock.adjust("1 second")
      const exits = yield* Fiber.join(gathering)
      assert.deepStrictEqual(
        exits.map((exit) => (Exit.isSuccess(exit) ? exit.value : "refused")),
        ["refused", 1, 2, "refused", 4, 5, "refused", 7, 8, 9]
      )
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("of nothing is nothing", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* Gather.all([]), [])
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("waits for room where there is none, and withdraws with its fiber what was not begun", () =>
    Effect.gen(function* () {
      const { client, held, open } = yield* workers
      const one = client("one")
      const gathering = yield* Effect.fork(Gather.all([1, 2, 3, 4].map((n) => one.ask.Hold({ n }))))
      yield* ActorTest.settle
      assert.deepStrictEqual(held, [1])
      yield* Fiber.interrupt(gathering)
      yield* open
      yield* ActorTest.settle
      assert.deepStrictEqual(held, [1])
      assert.strictEqual((yield* Effect.flatMap(DeadLetters, (letters) => letters.counts)).withdrawn, 3)
      const [snapshot] = yield* Effect.flatMap(ActorSystem.LocalActorSystem, (local) => local.snapshot)
      assert.strictEqual(snapshot!.waitingSenders, 0)
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("ends each with its own deadline", () =>
    Effect.gen(function* () {
      const { client, open } = yield* workers
      const gathering = yield* Effect.fork(
        Gather.all([client("a").withTimeout("1 second").ask.Hold({ n: 1 }), client("b").ask.Do({ n: 1 })])
      )
      yield* TestClock.adjust("1 second")
      const [late, fine] = yield* Fiber.join(gathering)
      assert.include(String(late), "AskTimedOut")
      assert.deepStrictEqual(fine, Exit.succeed(1))
      yield* open
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  // On the real clock, as the next one: what a scheduler spends is the machine's time.
  it.live("lets the event loop have its turn between asks, and sends no more when it is interrupted then", () =>
    Effect.gen(function* () {
      let turn = 0
      let counting = setImmediate(function count() {
        turn++
        counting = setImmediate(count)
      })
      yield* Effect.addFinalizer(() => Effect.sync(() => clearImmediate(counting)))
      const sentIn: Array<number> = []
      let handled = 0
      const Busy = Actor.make("Busy", [
        Rpc.make("Spin", {
          payload: {
            // Worked out when the ask is sent.
            sent: Schema.Int.pipe(
              Schema.propertySignature,
              Schema.withConstructorDefault(() => sentIn.push(turn))
            )
          }
        })
      ])
      yield* Layer.build(
        Busy.toLayer(
          Effect.succeed(
            Busy.of({
              Spin: () => {
                // More than the scheduler's budget within the asks after which it looks at the time.
                for (const begun = performance.now(); performance.now() - begun < 0.2; );
                handled++
              }
            })
          )
        )
      )
      const client = yield* Busy.client
      const asks = Array.from({ length: 500 }, (_, n) => client(`${n % 7}`).ask.Spin({}))

      const exits = yield* Gather.all(asks)
      assert.strictEqual(exits.filter(Exit.isSuccess).length, 500)
      // Sixty-four at most and the one that had to wait, then a turn.
      assert.isAtLeast(new Set(sentIn).size, 7)

      sentIn.length = handled = 0
      const gathering = yield* Effect.fork(Gather.all(asks))
      while (sentIn.length === 0) yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      yield* Fiber.interrupt(gathering)
      const sent = sentIn.length
      assert.isBelow(sent, 500)
      yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      assert.strictEqual(sentIn.length, sent)
      // The one that had to wait may have been withdrawn.
      assert.isAtLeast(handled, sent - 1)
    }).pipe(Effect.provide(ActorSystem.layer({ scheduler: FairScheduler.make({ budgetMillis: 1 }) })), Effect.scoped)
  )

  // Once it sent one ask a turn of the event loop, and the turn was the others'.
  it.live("comes to its end beside actors that never rest", () =>
    Effect.gen(function* () {
      let isOver = false
      const Restless = Actor.make("Restless", [Rpc.make("Again"), Rpc.make("Count", { success: Schema.Int })])
      yield* Layer.build(
        Restless.toLayer(
          Effect.gen(function* () {
            const { id } = yield* ActorContext
            const self = (yield* Restless.client)(id)
            return Restless.of({
              Again: () => {
                for (const begun = performance.now(); performance.now() - begun < 1; );
                return isOver ? Effect.void : self.tell.Again()
              },
              Count: () => 1
            })
          })
        )
      )
      const client = yield* Restless.client
      for (let n = 0; n < 5; n++) yield* client(`restless ${n}`).tell.Again()
      const exits = yield* Gather.all(Array.from({ length: 100 }, (_, n) => client(`${n}`).ask.Count()))
      isOver = true
      assert.strictEqual(exits.filter(Exit.isSuccess).length, 100)
    }).pipe(Effect.provide(ActorSystem.layer()), Effect.scoped)
  )
})
