import { Rpc } from "@effect/rpc"
import { it as effectIt } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { assert, describe, it } from "vitest"
import * as Actor from "../../../src/actor/Actor.ts"
import * as ActorTest from "../../../src/actor/ActorTest.ts"
import * as Mailbox from "../../../src/actor/Mailbox.ts"
import { exactMailbox } from "../model/exactMailbox.ts"
import { explore } from "../model/explore.ts"
import { mailbox } from "../model/mailbox.ts"

const Echo = Actor.make("Echo", [Rpc.make("Say", { payload: { n: Schema.Int }, success: Schema.Int })])

describe("A mailbox, in any interleaving", () => {
  it(
    "handles, sheds, refuses and lets wait message by message as a story told with arrays",
    () => explore(exactMailbox, { runs: 300 }),
    60_000
  )

  it(
    "loses nothing, keeps order and bound, and lets stop and watch through",
    () => explore(mailbox, { runs: 300 }),
    60_000
  )

  effectIt.effect("keeps what comes while the actor's fiber is preempted on its way to its rest", () =>
    ActorTest.interleavings({
      program: Effect.gen(function* () {
        const echo = (yield* Echo.client)("e")
        const thrice = (n: number) => Effect.forEach([n, n, n], (n) => echo.ask.Say({ n }))
        return yield* Effect.forEach([1, 2, 3], thrice, { concurrency: "unbounded" })
      }).pipe(
        // An Effect that needs the fiber: a plain one is run without.
        Effect.provide(Echo.toLayer(Effect.succeed(Echo.of({ Say: ({ n }) => Effect.as(Effect.yieldNow(), n) }))))
      ),
      check: (answers) =>
        assert.deepStrictEqual(
          answers,
          [1, 2, 3].map((n) => [n, n, n])
        ),
      seeds: 200
    })
  )

  effectIt.effect("lets everybody in who finds it full and is preempted before the wait begins", () =>
    ActorTest.interleavings({
      program: Effect.gen(function* () {
        const echo = (yield* Echo.client)("e")
        yield* Effect.forEach([1, 2, 3, 4], (n) => echo.tell.Say({ n }), { concurrency: "unbounded" })
      }).pipe(
        Effect.provide(Echo.toLayer(Effect.succeed(Echo.of({ Say: ({ n }) => n })), { mailbox: Mailbox.bounded(1) }))
      ),
      seeds: 200
    })
  )
})
