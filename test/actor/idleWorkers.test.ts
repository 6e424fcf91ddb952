import { Rpc } from "@effect/rpc"
import { Effect, type Fiber, Schema } from "effect"
import { assert, describe, it } from "vitest"
import * as Actor from "../../src/actor/Actor.ts"
import { provided, rest, run } from "./harness.ts"

const Clerk = Actor.make("Clerk", [
  Rpc.make("Work", { success: Schema.Int }),
  Rpc.make("Begin", { success: Schema.Int })
])

/** The fibers that its handlers ran in, and what they left running. */
const clerk = Effect.gen(function* () {
  const fibers: Array<Fiber.RuntimeFiber<unknown, unknown>> = []
  const begun: Array<Fiber.RuntimeFiber<unknown, unknown>> = []
  const noteFiber = Effect.withFiberRuntime<number>((fiber) => Effect.succeed(fibers.push(fiber)))
  let handled = 0
  yield* provided(
    Clerk.toLayer(
      Effect.succeed(
        Clerk.of({
          Work: () =>
            Effect.zipRight(
              Effect.zipRight(noteFiber, Effect.yieldNow()),
              Effect.sync(() => ++handled)
            ),
          Begin: () =>
            Effect.zipRight(
              noteFiber,
              Effect.map(Effect.fork(Effect.never), (fiber) => begun.push(fiber))
            )
        })
      )
    )
  )
  return { ref: (yield* Clerk.client)("c"), fibers, begun }
})

const lives = (fiber: Fiber.RuntimeFiber<unknown, unknown> | undefined) => fiber?.unsafePoll() === null

describe("The fiber of an actor", () => {
  it("is kept from message to message, and given back when there was nothing for it to do for a while", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { fibers, ref } = yield* clerk
        assert.strictEqual(yield* ref.ask.Work(), 1)
        yield* clock.advance(900)
        yield* rest
        assert.strictEqual(yield* ref.ask.Work(), 2)
        assert.strictEqual(fibers[1], fibers[0])
        yield* clock.advance(900)
        yield* rest
        assert.isTrue(lives(fibers[0]))
        yield* clock.advance(2000)
        yield* rest
        assert.isFalse(lives(fibers[0]))
        // The actor is as it was.
        assert.strictEqual(yield* ref.ask.Work(), 3)
        assert.isTrue(lives(fibers[2]))
      })
    ))

  it("is kept as long as something lives that a handler forked in it", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { begun, fibers, ref } = yield* clerk
        assert.strictEqual(yield* ref.ask.Begin(), 1)
        yield* clock.advance(5000)
        yield* rest
        assert.isTrue(lives(begun[0]))
        assert.strictEqual(yield* ref.ask.Work(), 1)
        assert.strictEqual(fibers[1], fibers[0])
      })
    ))
})
