import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as Delivery from "../../src/actor/Delivery.ts"
import { rest, run } from "./harness.ts"

const Forker = Actor.make("Forker", [
  Rpc.make("Handler", { success: Schema.Void }),
  Rpc.make("Scoped", { success: Schema.Void }),
  Rpc.make("Beside", { success: Schema.Void }),
  Rpc.make("Until", { success: Schema.Void }).annotate(Delivery.InterruptWithAsker, true),
  Rpc.make("Crash")
])

describe("What a fork lives by", () => {
  it("is `build` there, the incarnation in a handler that the mailbox waits for, the handler beside it, and its scope", () =>
    run(() =>
      Effect.gen(function* () {
        const alive = new Set<string>()
        const lives = (name: string) =>
          Effect.ensuring(
            Effect.zipRight(
              Effect.sync(() => alive.add(name)),
              Effect.never
            ),
            Effect.sync(() => alive.delete(name))
          )
        const forked = (name: string) => Effect.zipRight(Effect.fork(lives(name)), Effect.yieldNow())
        yield* Layer.build(
          Forker.toLayer(
            Effect.gen(function* () {
              yield* forked("build")
              yield* Effect.forkScoped(lives("build, scoped"))
              return Forker.of({
                Handler: () => forked("handler"),
                Scoped: () => Effect.asVoid(Effect.forkScoped(lives("handler, scoped"))),
                Beside: () => Rpc.fork(forked("beside")),
                Until: () => forked("until its asker leaves"),
                Crash: () => Effect.dieMessage("asked to")
              })
            })
          )
        )
        const forker = (yield* Forker.client)("f")
        yield* forker.ask.Handler()
        yield* forker.ask.Scoped()
        yield* forker.ask.Beside()
        yield* forker.ask.Until()
        yield* rest
        assert.sameMembers([...alive], ["build, scoped", "handler", "handler, scoped"])
        yield* forker.tell.Crash()
        yield* rest
        yield* forker.ask.Beside()
        yield* rest
        assert.sameMembers([...alive], ["build, scoped"])
        yield* ActorSystem.stop(forker)
        assert.deepStrictEqual([...alive], [])
      })
    ))
})
