import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schema, TestClock } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import { provided, quiet, worlds } from "./worlds.ts"

const Counter = Actor.make("Counter", [
  Rpc.make("Add", { payload: { by: Schema.Int }, success: Schema.Int }),
  Rpc.make("Total", { success: Schema.Int })
])
describe.each(worlds)("smoke $name", ({ layer }) => {
  it.scoped("counts", () =>
    Effect.gen(function* () {
      yield* provided(
        Counter.toLayer(
          Effect.sync(() => {
            let total = 0
            return Counter.of({ Add: ({ by }) => (total += by), Total: () => total })
          })
        )
      )
      const c = (yield* Counter.client)("a")
      const f = yield* Effect.fork(Effect.zipRight(c.tell.Add({ by: 2 }), c.ask.Total()))
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(f), 2)
    }).pipe(Effect.provide(layer), Effect.provide(quiet))
  )
})
