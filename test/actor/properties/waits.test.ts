import { Rpc } from "@effect/rpc"
import { it as effectIt } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { assert, describe, it } from "vitest"
import * as Actor from "../../../src/actor/Actor.ts"
import type { TellError } from "../../../src/actor/ActorError.ts"
import { ActorSystem } from "../../../src/actor/ActorSystem.ts"
import * as ActorTest from "../../../src/actor/ActorTest.ts"
import * as Mailbox from "../../../src/actor/Mailbox.ts"
import { explore } from "../model/explore.ts"
import { waits } from "../model/waits.ts"

const Side = Actor.make("Side", [Rpc.make("Play", { payload: { rounds: Schema.Int, with: Schema.String } })])

describe("Actors that wait for each other, in any interleaving", () => {
  it("never deadlock, and are refused only for circles that are there", () => explore(waits, { runs: 300 }), 60_000)

  effectIt.effect("two that tell each other with full mailboxes go on, for hours if need be", () =>
    ActorTest.interleavings({
      program: Effect.gen(function* () {
        const system = yield* ActorSystem
        const sides = yield* Side.client
        let handled = 0
        const refused: Array<TellError["_tag"]> = []
        const behaviour = Side.of({
          // Two for each that comes: the mailboxes are full at once and stay so.
          Play: ({ rounds, with: other }) => {
            handled++
            if (rounds === 0) return
            const back = sides(other).tell.Play({ rounds: rounds - 1, with: other === "a" ? "b" : "a" })
            const sent = Effect.catchAll(back, ({ _tag }) => Effect.sync(() => void refused.push(_tag)))
            return Effect.zipRight(sent, sent)
          }
        })
        yield* Effect.provide(
          Effect.gen(function* () {
            yield* Effect.all(
              [sides("a").tell.Play({ rounds: 6, with: "b" }), sides("b").tell.Play({ rounds: 6, with: "a" })],
              { concurrency: 2 }
            )
            yield* Effect.sleep("1 day")
            for (const id of ["a", "b"]) yield* system.stop(sides(id))
          }),
          Side.toLayer(Effect.succeed(behaviour), { mailbox: Mailbox.bounded(2) })
        )
        return { handled, refused }
      }),
      // Without a time-out that could hide it: each of them is refused at once, or gets in.
      system: { tellTimeout: "1000 days" },
      check: ({ handled, refused }) => {
        assert.isAbove(handled, 2)
        for (const tag of refused) assert.strictEqual(tag, "WaitCycle")
      },
      seeds: 100
    })
  )
})
