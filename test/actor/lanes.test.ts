import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Layer, Schema } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import * as ActorTest from "../../src/actor/ActorTest.ts"
import { DeadLetters } from "../../src/actor/DeadLetters.ts"
import { LaneChoice } from "../../src/actor/internal/laneRing.ts"
import * as Mailbox from "../../src/actor/Mailbox.ts"

const n = { n: Schema.Int }
const Desk = Actor.make("Desk", [
  Rpc.make("Hold"),
  Rpc.make("Approve", { payload: n }).annotate(Mailbox.Lane, "high"),
  Rpc.make("Plan", { payload: n }),
  Rpc.make("Clean", { payload: n }).annotate(Mailbox.Lane, "low")
])

/** A desk that is busy until the gate opens, then handles what it has. */
const busyDesk = (mailbox: Mailbox.Mailbox) =>
  Effect.gen(function* () {
    const gate = yield* Deferred.make<void>()
    const seen: Array<string> = []
    yield* Layer.build(
      Desk.toLayer(
        Effect.succeed(
          Desk.of({
            Hold: () => Deferred.await(gate),
            Approve: ({ n }) => void seen.push(`high ${n}`),
            Plan: ({ n }) => void seen.push(`normal ${n}`),
            Clean: ({ n }) => void seen.push(`low ${n}`)
          })
        ),
        { mailbox }
      )
    )
    const desk = (yield* Desk.client)("d")
    yield* desk.tell.Hold()
    yield* ActorTest.settle
    return { desk, seen, open: Effect.zipRight(Deferred.succeed(gate, undefined), ActorTest.settle) }
  })

describe("Lanes", () => {
  it.scoped("the high one goes first, order is kept within each", () =>
    Effect.gen(function* () {
      const { desk, open, seen } = yield* busyDesk(Mailbox.bounded(16))
      for (const n of [1, 2]) {
        yield* desk.tell.Clean({ n })
        yield* desk.tell.Plan({ n })
        yield* desk.tell.Approve({ n })
      }
      yield* open
      assert.deepStrictEqual(seen, ["high 1", "high 2", "normal 1", "normal 2", "low 1", "low 2"])
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("a waiting normal message is passed over 8 times, a low one 64 times, and no more", () =>
    Effect.gen(function* () {
      const { desk, open, seen } = yield* busyDesk(Mailbox.bounded(256))
      yield* desk.tell.Clean({ n: 0 })
      yield* desk.tell.Plan({ n: 0 })
      for (let n = 0; n < 100; n++) yield* desk.tell.Approve({ n })
      yield* open
      assert.strictEqual(seen.indexOf("normal 0"), 8)
      assert.strictEqual(seen.indexOf("low 0"), 64)
      assert.strictEqual(seen.length, 102)
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it("starve nobody, whatever else is waiting", () => {
    for (const [high, normal] of [
      [true, true],
      [true, false],
      [false, true]
    ] as const) {
      const choice = new LaneChoice()
      let passed = 0
      for (let i = 0; i < 1000; i++) {
        passed = choice.next(high, normal, true) === 2 ? 0 : passed + 1
        assert.isAtMost(passed, 64)
      }
    }
    const choice = new LaneChoice()
    let passed = 0
    for (let i = 0; i < 1000; i++) {
      const lane = choice.next(true, true, true)
      passed = lane === 1 ? 0 : lane === 0 ? passed + 1 : passed
      assert.isAtMost(passed, 8)
    }
  })

  it.scoped("share one capacity", () =>
    Effect.gen(function* () {
      const { desk } = yield* busyDesk(Mailbox.failing(2))
      yield* desk.tell.Clean({ n: 1 })
      yield* desk.tell.Plan({ n: 1 })
      assert.strictEqual((yield* Effect.flip(desk.tell.Approve({ n: 1 })))._tag, "MailboxFull")
    }).pipe(Effect.provide(ActorTest.layer({ stopBudget: 0 })))
  )

  it.scoped("sliding sheds the oldest of the lowest lane, and never a message above the new one", () =>
    Effect.gen(function* () {
      const { desk, open, seen } = yield* busyDesk(Mailbox.sliding(2))
      yield* desk.tell.Approve({ n: 1 })
      yield* desk.tell.Clean({ n: 1 })
      yield* desk.tell.Plan({ n: 1 }) // sheds low 1
      yield* desk.tell.Clean({ n: 2 }) // is the least important itself
      yield* desk.tell.Approve({ n: 2 }) // sheds normal 1
      yield* open
      assert.deepStrictEqual(seen, ["high 1", "high 2"])
      assert.strictEqual((yield* Effect.flatMap(DeadLetters, (letters) => letters.counts))["mailbox full"], 3)
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("senders that wait for room are let in by lane", () =>
    Effect.gen(function* () {
      const { desk, open, seen } = yield* busyDesk(Mailbox.bounded(1))
      yield* desk.tell.Plan({ n: 0 })
      const low = yield* Effect.fork(desk.tell.Clean({ n: 1 }))
      const normal = yield* Effect.fork(desk.tell.Plan({ n: 1 }))
      const high = yield* Effect.fork(desk.tell.Approve({ n: 1 }))
      yield* ActorTest.settle
      yield* open
      assert.deepStrictEqual(seen, ["normal 0", "high 1", "normal 1", "low 1"])
      for (const fiber of [low, normal, high]) assert.deepStrictEqual(yield* fiber.await, Exit.void)
    }).pipe(Effect.provide(ActorTest.layer()))
  )
})
