import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Schema } from "effect"
import fc from "fast-check"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import type { ActorRef } from "../../src/actor/ActorRef.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import { DeadLetters } from "../../src/actor/DeadLetters.ts"
import type { Cell } from "../../src/actor/internal/cell.ts"
import type { LocalRef } from "../../src/actor/internal/localRef.ts"
import type { LocalSystem } from "../../src/actor/internal/localSystem.ts"
import { provided, rest, run, snapshots } from "./harness.ts"

const Cart = Actor.make("Cart", [
  Rpc.make("Add", { success: Schema.Int }),
  Rpc.make("Note"),
  Rpc.make("Work"),
  Rpc.make("WorkBeside"),
  Rpc.make("SetTimer"),
  Rpc.make("SetTimerBriefly"),
  Rpc.make("Stash"),
  Rpc.make("Unstash"),
  Rpc.make("Spawn"),
  Rpc.make("Watch"),
  Rpc.make("Unwatch")
])

const Item = Actor.make("Item", [Rpc.make("Ping")])

const passivateAfter = 10_000

/** A cart that rests when it is idle; `log` says when its incarnations begin and end. */
const carts = (options?: { readonly closing?: Deferred.Deferred<void> }) =>
  Effect.gen(function* () {
    const log: Array<string> = []
    const gate = yield* Deferred.make<void>()
    const spawned: Array<ActorRef.Any> = []
    yield* provided(Item.toLayer(Effect.succeed(Item.of({ Ping: () => {} }))))
    yield* provided(
      Cart.toLayer(
        Effect.gen(function* () {
          const { incarnation, timers } = yield* ActorContext
          const self = yield* Cart.self
          const items = yield* Item.client
          log.push(`begins ${incarnation}`)
          yield* Effect.addFinalizer(() =>
            Effect.zipRight(
              options?.closing === undefined ? Effect.void : Deferred.await(options.closing),
              Effect.sync(() => log.push("ends"))
            )
          )
          let total = 0
          let stashing = true
          let unwatch = Effect.void
          return Cart.of({
            Add: () => ++total,
            Note: () => {},
            Work: () => Deferred.await(gate),
            WorkBeside: () => Rpc.fork(Deferred.await(gate)),
            SetTimer: () => timers.once("later", self.tell.Note(), "1 minute"),
            SetTimerBriefly: () => timers.once("soon", self.tell.Note(), "1 second"),
            Stash: () => (stashing ? Actor.stash : undefined),
            Unstash: () => {
              stashing = false
              return Effect.asVoid(Actor.unstashAll)
            },
            Spawn: () => Effect.orDie(Effect.map(ActorSystem.spawn(Item, "i"), (ref) => void spawned.push(ref))),
            Watch: () =>
              Effect.map(
                ActorSystem.watchWith(items("watched"), () => self.tell.Note()),
                (end) => {
                  unwatch = end
                }
              ),
            Unwatch: () => unwatch
          })
        }),
        { passivateAfter, stashCapacity: 5 }
      )
    )
    return {
      log,
      spawned,
      ref: (yield* Cart.client)("c"),
      open: Effect.zipRight(Deferred.succeed(gate, undefined), rest)
    }
  })

const states = Effect.map(snapshots, (all) => all.filter(({ type }) => type === "Cart").map(({ state }) => state))

/** The system behind a ref, to see what is left in it. */
const systemOf = (ref: ActorRef.Any) => ((ref as unknown as LocalRef).resolve() as Cell).system as LocalSystem

describe("A root that is idle", () => {
  it("rests after its time, and begins anew with the next message: state gone, address the same", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { log, ref } = yield* carts()
        assert.strictEqual(yield* ref.ask.Add(), 1)
        assert.strictEqual(yield* ref.ask.Add(), 2)
        yield* clock.advance(20_000)
        assert.deepStrictEqual(log, ["begins 1", "ends"])
        assert.strictEqual(yield* ref.ask.Add(), 1)
        assert.deepStrictEqual(log, ["begins 1", "ends", "begins 1"])
      })
    ))

  it("rests no sooner than its time after its last message, and no later than twice that", () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 25_000 }), { maxLength: 5 }), (pauses) =>
        run((clock) =>
          Effect.gen(function* () {
            const { ref } = yield* carts()
            let total = yield* ref.ask.Add()
            for (const pause of pauses) {
              yield* clock.advance(pause)
              const now = yield* ref.ask.Add()
              if (now === 1) assert.isAtLeast(pause, passivateAfter, "it rested too soon")
              else {
                assert.strictEqual(now, total + 1)
                assert.isAtMost(pause, 2 * passivateAfter, "it rested too late")
              }
              total = now
            }
          })
        )
      ),
      { numRuns: 200 }
    ))

  const busy: ReadonlyArray<
    readonly [
      why: string,
      begin: "Work" | "WorkBeside" | "SetTimer" | "Stash" | "Spawn" | "Watch",
      end: (
        actor: Effect.Effect.Success<ReturnType<typeof carts>>
      ) => Effect.Effect<unknown, unknown, ActorSystem.ActorSystem>
    ]
  > = [
    ["has a message in hand", "Work", ({ open }) => open],
    ["has a concurrent handler", "WorkBeside", ({ open }) => open],
    ["has set a timer", "SetTimer", () => Effect.void],
    ["has set a message aside", "Stash", ({ ref }) => ref.ask.Unstash()],
    ["has a child", "Spawn", ({ spawned }) => ActorSystem.stop(spawned[0]!)],
    ["watches another", "Watch", ({ ref }) => ref.ask.Unwatch()]
  ]
  for (const [why, begin, end] of busy) {
    it(`is not one that ${why}; when that is over it rests`, () =>
      run((clock) =>
        Effect.gen(function* () {
          const actor = yield* carts()
          yield* actor.ref.tell[begin]()
          yield* clock.advance(59_000)
          assert.deepStrictEqual(yield* states, ["running"])
          yield* end(actor)
          yield* clock.advance(1000 + 2 * passivateAfter)
          assert.deepStrictEqual(yield* states, [])
          assert.deepStrictEqual(actor.log, ["begins 1", "ends"])
        })
      ))
  }

  it("is one whose timer has fired, though nobody cancelled it", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { ref } = yield* carts()
        yield* ref.tell.SetTimerBriefly()
        yield* clock.advance(1000 + 2 * passivateAfter)
        assert.deepStrictEqual(yield* states, [])
      })
    ))

  it("leaves nothing in the system when it rests", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { ref } = yield* carts()
        yield* ref.ask.Add()
        const system = systemOf(ref)
        const registration = system.registrations.get("Cart")!
        assert.strictEqual(registration.cells.size, 1)
        yield* clock.advance(2 * passivateAfter)
        assert.strictEqual(registration.cells.size, 0)
        assert.strictEqual(registration.residents.roots.size, 0)
        const local = yield* ActorSystem.LocalActorSystem
        assert.deepStrictEqual(yield* local.ids(Cart), [])
        assert.deepStrictEqual(yield* Effect.flatMap(DeadLetters, (letters) => letters.recent), [])
        assert.strictEqual(local.load(ref).state, "absent")
      })
    ))

  it("lets go of its state even where somebody keeps a ref that has met it", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { ref } = yield* carts()
        yield* ref.ask.Add()
        const cell = (ref as unknown as LocalRef).resolve() as Cell
        assert.isNotEmpty(cell.handlers)
        yield* clock.advance(2 * passivateAfter)
        assert.isEmpty(cell.handlers)
        assert.isUndefined(cell.incarnation)
        assert.isUndefined(cell.slot.cell, "where the ref found it")
        assert.strictEqual(yield* ref.ask.Add(), 1)
      })
    ))

  it("handles what comes while its incarnation closes, in the next one", () =>
    run((clock) =>
      Effect.gen(function* () {
        const closing = yield* Deferred.make<void>()
        const { log, ref } = yield* carts({ closing })
        yield* ref.ask.Add()
        yield* clock.advance(2 * passivateAfter)
        assert.deepStrictEqual(yield* states, ["restarting"])
        yield* ref.tell.Note()
        const asked = yield* Effect.fork(ref.ask.Add())
        yield* rest
        assert.isNull(asked.unsafePoll())
        yield* Deferred.succeed(closing, undefined)
        assert.strictEqual(yield* Fiber.join(asked), 1)
        assert.deepStrictEqual(log, ["begins 1", "ends", "begins 2"])
      })
    ))

  it("can be stopped while it closes: it begins once more for the message it had, and then ends", () =>
    run((clock) =>
      Effect.gen(function* () {
        const closing = yield* Deferred.make<void>()
        const { log, ref } = yield* carts({ closing })
        const end = yield* Effect.fork(ActorSystem.watch(ref))
        yield* rest
        yield* ref.ask.Add()
        yield* clock.advance(2 * passivateAfter)
        yield* ref.tell.Note()
        const stopping = yield* Effect.fork(ActorSystem.stop(ref))
        yield* rest
        yield* Deferred.succeed(closing, undefined)
        yield* Fiber.join(stopping)
        assert.strictEqual((yield* Fiber.join(end))._tag, "stopped")
        assert.deepStrictEqual(log, ["begins 1", "ends", "begins 2", "ends"])
        assert.strictEqual((yield* Effect.flatMap(DeadLetters, (letters) => letters.counts)).stopped, 0)
      })
    ))

  it("does not end for those who watch it, who hear of the end of a later life", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { ref } = yield* carts()
        yield* ref.ask.Add()
        const end = yield* Effect.fork(ActorSystem.watch(ref))
        yield* clock.advance(2 * passivateAfter)
        assert.deepStrictEqual(yield* states, [])
        assert.isNull(end.unsafePoll())
        yield* ref.ask.Add()
        assert.isNull(end.unsafePoll())
        yield* ActorSystem.stop(ref)
        assert.strictEqual((yield* Fiber.join(end))._tag, "stopped")
      })
    ))
})
