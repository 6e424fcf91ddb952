import { Rpc } from "@effect/rpc"
import { it as effectIt } from "@effect/vitest"
import { Clock, Effect, Fiber } from "effect"
import { assert, describe, it } from "vitest"
import * as Actor from "../../../src/actor/Actor.ts"
import * as ActorTest from "../../../src/actor/ActorTest.ts"
import * as Delivery from "../../../src/actor/Delivery.ts"
import { asking, chains } from "../model/asking.ts"
import { explore } from "../model/explore.ts"

describe("An ask, in any interleaving", () => {
  it(
    "is begun, withdrawn, answered or given up exactly when a simulated queue says so",
    () => explore(asking, { runs: 300 }),
    60_000
  )

  it("passes the sooner of two deadlines down a chain, and ends by it", () => explore(chains, { runs: 100 }), 60_000)

  effectIt.effect("whose protocol says so ends its handler, however early its asker leaves", () =>
    ActorTest.interleavings({
      program: Effect.gen(function* () {
        const brief = (yield* Brief.client)("b")
        const asking = yield* Effect.fork(brief.withTimeout("1 day").ask.Work())
        yield* Effect.yieldNow()
        yield* Fiber.interrupt(asking)
        yield* brief.ask.Ping()
        return yield* Clock.currentTimeMillis
      }).pipe(
        Effect.provide(Brief.toLayer(Effect.succeed(Brief.of({ Ping: () => {}, Work: () => Effect.sleep("1 hour") }))))
      ),
      check: (at) => assert.strictEqual(at, 0),
      seeds: 200
    })
  )
})

const Brief = Actor.make("Brief", [Rpc.make("Work").annotate(Delivery.InterruptWithAsker, true), Rpc.make("Ping")])
