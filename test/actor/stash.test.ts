import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Schema } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as ActorTest from "../../src/actor/ActorTest.ts"
import { DeadLetters } from "../../src/actor/DeadLetters.ts"

const Printer = Actor.make("Printer", [
  Rpc.make("Print", { payload: { page: Schema.Int }, success: Schema.Int }),
  Rpc.make("Ready"),
  Rpc.make("Break")
])

/** Sets pages aside until it is ready, by changing its behaviour. */
const printer = (printed: Array<number>, stashCapacity?: number) =>
  Effect.gen(function* () {
    yield* Layer.build(
      Printer.toLayer(
        Effect.succeed(
          Printer.of({
            Print: () => Actor.stash,
            Ready: () =>
              Effect.zipRight(
                Printer.become({
                  Print: ({ page }) => printed.push(page),
                  Ready: () => {},
                  Break: () => Effect.dieMessage("paper jam")
                }),
                Actor.unstashAll
              ),
            Break: () => Effect.dieMessage("paper jam")
          })
        ),
        { stashCapacity }
      )
    )
    return (yield* Printer.client)("p")
  })

describe("A stash", () => {
  it.scoped("is the same through the context that build took", () =>
    Effect.gen(function* () {
      const Gate = Actor.make("Gate", [Rpc.make("Pass", { success: Schema.String }), Rpc.make("Open")])
      yield* Layer.build(
        Gate.toLayer(
          Effect.gen(function* () {
            const self = yield* ActorContext
            let open = false
            return Gate.of({
              Pass: () => (open ? Effect.succeed("passed") : self.stash),
              Open: () =>
                Effect.suspend(() => {
                  open = true
                  return Effect.asVoid(self.unstashAll)
                })
            })
          })
        )
      )
      const gate = (yield* Gate.client)("g")
      const passing = yield* Effect.fork(gate.ask.Pass())
      yield* ActorTest.settle
      yield* gate.ask.Open()
      assert.strictEqual(yield* Fiber.join(passing), "passed")
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("gives messages back also where its asker is answered at once", () =>
    Effect.gen(function* () {
      const Gate = Actor.make("Gate", [
        Rpc.make("Pass", { success: Schema.String }),
        Rpc.make("Open", { success: Schema.Int })
      ])
      yield* Layer.build(
        Gate.toLayer(
          Effect.gen(function* () {
            const self = yield* ActorContext
            let open = false
            return Gate.of({
              Pass: () => (open ? "passed" : self.stash),
              Open: () => {
                open = true
                return self.unstashAll
              }
            })
          })
        )
      )
      const gate = (yield* Gate.client)("g")
      const passing = yield* Effect.fork(gate.ask.Pass())
      yield* ActorTest.settle
      assert.strictEqual(yield* gate.ask.Open(), 1)
      assert.strictEqual(yield* Fiber.join(passing), "passed")
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("gives messages back in their order, before those that wait, and their askers get their answers", () =>
    Effect.gen(function* () {
      const printed: Array<number> = []
      const ref = yield* printer(printed)
      const first = yield* Effect.fork(ref.ask.Print({ page: 1 }))
      yield* ActorTest.settle
      yield* ref.tell.Print({ page: 2 })
      yield* ref.tell.Ready()
      yield* ref.tell.Print({ page: 3 })
      assert.strictEqual(yield* Fiber.join(first), 1)
      yield* ActorTest.settle
      assert.deepStrictEqual(printed, [1, 2, 3])
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("is bounded: one more is a dead letter, and its asker hears that", () =>
    Effect.gen(function* () {
      const printed: Array<number> = []
      const ref = yield* printer(printed, 2)
      for (const page of [1, 2]) yield* ref.tell.Print({ page })
      const error = yield* Effect.flip(ref.ask.Print({ page: 3 }))
      assert.strictEqual(error._tag, "StashFull")
      assert.include(error.message, "Printer/p")
      assert.strictEqual((yield* Effect.flatMap(DeadLetters, (letters) => letters.counts))["stash full"], 1)
      yield* ref.ask.Ready()
      yield* ActorTest.settle
      assert.deepStrictEqual(printed, [1, 2])
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("does not survive a restart as a stash: its messages are the first in the mailbox", () =>
    Effect.gen(function* () {
      const printed: Array<number> = []
      const ref = yield* printer(printed)
      yield* ref.tell.Print({ page: 1 })
      yield* Effect.exit(ref.ask.Break())
      yield* ref.tell.Print({ page: 2 })
      // The new incarnation is not ready either, and sets both aside again.
      yield* ref.ask.Ready()
      yield* ActorTest.settle
      assert.deepStrictEqual(printed, [1, 2])
      // So it is with handlers that were replaced: they go with the incarnation.
      yield* Effect.exit(ref.ask.Break())
      yield* ref.tell.Print({ page: 3 })
      yield* ActorTest.settle
      assert.deepStrictEqual(printed, [1, 2])
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("becomes dead letters with a stop, and its askers hear of it", () =>
    Effect.gen(function* () {
      const ref = yield* printer([])
      const asked = yield* Effect.fork(Effect.flip(ref.ask.Print({ page: 1 })))
      yield* ref.tell.Print({ page: 2 })
      yield* ActorTest.settle
      yield* ActorSystem.stop(ref)
      assert.strictEqual((yield* Fiber.join(asked))._tag, "ActorStopping")
      assert.strictEqual((yield* Effect.flatMap(DeadLetters, (letters) => letters.counts)).stopped, 2)
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("ends the handler where it is used", () =>
    Effect.gen(function* () {
      let after = 0
      const Once = Actor.make("Once", [Rpc.make("Go")])
      yield* Layer.build(
        Once.toLayer(
          Effect.succeed(
            Once.of({
              Go: Effect.fnUntraced(function* () {
                yield* Actor.stash
                after++
              })
            })
          )
        )
      )
      yield* (yield* Once.client)("o").tell.Go()
      yield* ActorTest.settle
      assert.strictEqual(after, 0)
      const [snapshot] = yield* Effect.flatMap(ActorSystem.LocalActorSystem, (local) => local.snapshot)
      assert.strictEqual(snapshot!.failed, 0)
      assert.strictEqual(snapshot!.restarts, 0)
    }).pipe(Effect.provide(ActorTest.layer()))
  )
})
