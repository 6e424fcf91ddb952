import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Layer, Option } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext, deadlineOf } from "../../src/actor/ActorContext.ts"
import * as ActorTest from "../../src/actor/ActorTest.ts"

describe("ActorContext", () => {
  it.scoped("knows until when the message in hand must be answered, in a concurrent handler too", () =>
    Effect.gen(function* () {
      const seen: Array<Option.Option<number>> = []
      const note = Effect.map(ActorContext, (self) => void seen.push(deadlineOf(self)))
      const Clerk = Actor.make("Clerk", [Rpc.make("Look"), Rpc.make("LookBeside")])
      yield* Layer.build(
        Clerk.toLayer(Effect.as(note, Clerk.of({ Look: () => note, LookBeside: () => Rpc.fork(note) })))
      )
      const clerk = (yield* Clerk.client)("c")
      const now = yield* Clock.currentTimeMillis
      yield* clerk.withTimeout("2 seconds").ask.Look()
      yield* clerk.withTimeout("3 seconds").ask.LookBeside()
      yield* clerk.withTimeout(Duration.infinity).ask.Look()
      yield* clerk.tell.Look()
      yield* ActorTest.settle
      const inBuild = Option.none()
      assert.deepStrictEqual(seen, [
        inBuild,
        Option.some(now + 2000),
        Option.some(now + 3000),
        Option.none(),
        Option.none()
      ])
    }).pipe(Effect.provide(ActorTest.layer()))
  )
})
