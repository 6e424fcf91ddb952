import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Schema } from "effect"
import fc from "fast-check"
import { vi } from "vitest"
import * as Actor from "../../src/actor/Actor.ts"
import type { AskError } from "../../src/actor/ActorError.ts"
import { DeadLetters } from "../../src/actor/DeadLetters.ts"
import { type Hand, MessageRing } from "../../src/actor/internal/messageRing.ts"
import { WaitingSender } from "../../src/actor/internal/waitingSenders.ts"
import * as Mailbox from "../../src/actor/Mailbox.ts"
import { provided, rest, run, snapshots } from "./harness.ts"

const Worker = Actor.make("Worker", [Rpc.make("Work", { payload: { n: Schema.Int }, success: Schema.Int })])

type Overflow = Mailbox.Mailbox["overflow"]

type Command =
  | { readonly _tag: "tell" }
  | { readonly _tag: "ask" }
  | { readonly _tag: "handle" }
  /** Interrupts the sender that has waited longest for room, or the ask that has waited longest in the mailbox. */
  | { readonly _tag: "abandon" }

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ _tag: "tell" } as const) },
  { weight: 3, arbitrary: fc.constant({ _tag: "ask" } as const) },
  { weight: 3, arbitrary: fc.constant({ _tag: "handle" } as const) },
  { weight: 1, arbitrary: fc.constant({ _tag: "abandon" } as const) }
)

interface Message {
  readonly n: number
  readonly kind: "tell" | "ask"
}

/** The mailbox as a story: arrays and nothing else. */
class Model {
  readonly handled: Array<number> = []
  readonly outcomes = new Map<number, string>()
  readonly dead = { "mailbox full": 0, withdrawn: 0 }
  mailbox: Array<Message> = []
  waiting: Array<Message> = []
  inHand: Message | undefined

  constructor(
    readonly overflow: Overflow,
    readonly capacity: number
  ) {}

  send(message: Message): void {
    if (this.inHand === undefined) {
      this.begin(message)
    } else if (this.mailbox.length < this.capacity && this.waiting.length === 0) {
      this.mailbox.push(message)
    } else {
      switch (this.overflow) {
        case "back-pressure":
          this.waiting.push(message)
          return
        case "failing":
          this.outcomes.set(message.n, "MailboxFull")
          return
        case "dropping":
          this.shed(message)
          return
        case "sliding":
          this.shed(this.mailbox.shift()!)
          this.mailbox.push(message)
      }
    }
    if (message.kind === "tell") this.outcomes.set(message.n, "accepted")
  }

  private shed(message: Message): void {
    this.dead["mailbox full"]++
    this.outcomes.set(message.n, message.kind === "tell" ? "accepted" : "MailboxFull")
  }

  private begin(message: Message): void {
    this.inHand = message
    this.handled.push(message.n)
  }

  handle(): number | undefined {
    const done = this.inHand
    if (done === undefined) return undefined
    this.inHand = undefined
    if (done.kind === "ask") this.outcomes.set(done.n, "answered")
    while (this.inHand === undefined && this.mailbox.length > 0) {
      const next = this.mailbox.shift()!
      this.admit()
      this.begin(next)
    }
    return done.n
  }

  abandon(): number | undefined {
    const left = this.waiting.shift()
    if (left !== undefined) return left.n
    const asked = this.mailbox.findIndex((message) => message.kind === "ask")
    if (asked === -1) return undefined
    const [withdrawn] = this.mailbox.splice(asked, 1)
    this.dead.withdrawn++
    this.admit()
    return withdrawn!.n
  }

  /** A place is free. */
  private admit(): void {
    const admitted = this.waiting.shift()
    if (admitted === undefined) return
    this.mailbox.push(admitted)
    if (admitted.kind === "tell") this.outcomes.set(admitted.n, "accepted")
  }
}

const follows = (overflow: Overflow, capacity: number, commands: ReadonlyArray<Command>) =>
  run(() =>
    Effect.gen(function* () {
      const gates: Array<Deferred.Deferred<void>> = []
      const begun: Array<number> = []
      let most = 0
      yield* provided(
        Worker.toLayer(
          Effect.succeed(
            Worker.of({
              Work: ({ n }) =>
                Effect.suspend(() => {
                  begun.push(n)
                  return Effect.as(Deferred.await(gates[n]!), n)
                })
            })
          ),
          { mailbox: { overflow, capacity } }
        )
      )
      const worker = (yield* Worker.client)("w").withTimeout("1 day")
      const model = new Model(overflow, capacity)
      const fibers = new Map<number, Fiber.RuntimeFiber<unknown, unknown>>()
      const outcomes = new Map<number, string>()
      for (const { _tag } of commands) {
        switch (_tag) {
          case "tell":
          case "ask": {
            const n = gates.length
            gates.push(yield* Deferred.make<void>())
            const sent: Effect.Effect<unknown, AskError> = worker[_tag].Work({ n })
            fibers.set(
              n,
              yield* Effect.forkScoped(
                Effect.onExit(sent, (exit) =>
                  Effect.sync(() => {
                    if (Exit.isSuccess(exit)) outcomes.set(n, _tag === "tell" ? "accepted" : "answered")
                    else if (!Exit.isInterrupted(exit)) {
                      outcomes.set(n, exit.cause._tag === "Fail" ? exit.cause.error._tag : exit.cause._tag)
                    }
                  })
                )
              )
            )
            model.send({ n, kind: _tag })
            break
          }
          case "handle": {
            const n = model.handle()
            if (n !== undefined) yield* Deferred.succeed(gates[n]!, undefined)
            break
          }
          case "abandon": {
            const n = model.abandon()
            if (n !== undefined) fibers.get(n)!.unsafeInterruptAsFork(fibers.get(n)!.id())
          }
        }
        yield* rest
        const [snapshot] = yield* snapshots
        most = Math.max(most, snapshot?.depth ?? 0)
        assert.deepStrictEqual(begun, model.handled, "order of handling")
        assert.deepStrictEqual(
          [...outcomes].sort(([a], [b]) => a - b),
          [...model.outcomes].sort(([a], [b]) => a - b),
          "what senders saw"
        )
        assert.strictEqual(snapshot?.depth ?? 0, model.mailbox.length)
        assert.strictEqual(snapshot?.waitingSenders ?? 0, model.waiting.length)
      }
      assert.isAtMost(most, capacity)
      const counts = yield* Effect.flatMap(DeadLetters, (letters) => letters.counts)
      assert.strictEqual(counts["mailbox full"], model.dead["mailbox full"], "dead letters are what was shed")
      assert.strictEqual(counts.withdrawn, model.dead.withdrawn)
      for (const gate of gates) yield* Deferred.succeed(gate, undefined)
    })
  )

describe("MessageRing", () => {
  it("is a queue with two ends to put in, whatever comes and goes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("push", "unshift", "shift", "release"), { maxLength: 200, size: "max" }),
        (steps) => {
          const ring = new MessageRing()
          const model: Array<number> = []
          const hand: Hand = { rpc: -1, payload: undefined, attachment: undefined }
          steps.forEach((step, n) => {
            if (step === "push") {
              ring.push(n, { n }, undefined, n)
              model.push(n)
            } else if (step === "unshift") {
              ring.unshift(n, { n }, undefined, n)
              model.unshift(n)
            } else if (step === "shift" && model.length > 0) {
              assert.strictEqual(ring.oldestAt(), model[0])
              ring.shift(hand)
              assert.deepStrictEqual(hand, { rpc: model[0]!, payload: { n: model[0] }, attachment: undefined })
              model.shift()
            } else if (model.length === 0) {
              ring.release()
            }
            assert.strictEqual(ring.size, model.length)
          })
        }
      ),
      { numRuns: 100 }
    )
  })
})

describe("Mailbox", () => {
  for (const overflow of ["back-pressure", "dropping", "sliding", "failing"] as const) {
    it(`${overflow}: order, capacity, what is shed and what senders see are the model's`, () =>
      fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 4 }),
          fc.array(command, { maxLength: 25, size: "max" }),
          (capacity, commands) => follows(overflow, capacity, commands)
        ),
        { numRuns: 50 }
      ))
  }

  for (const capacity of [0, -1, 1.5, Number.NaN, 2 ** 24 + 1]) {
    it(`refuses a capacity of ${capacity} where it is written`, () => {
      assert.throws(() => Mailbox.bounded(capacity), RangeError)
    })
  }
})

/** Answers nothing until its gate opens. */
const Stuck = Actor.make("Stuck", [Rpc.make("Hold"), Rpc.make("Work", { success: Schema.Int })])

describe("senders that wait for room", () => {
  it("and are interrupted by the thousand hold up nobody", () =>
    run(() =>
      Effect.gen(function* () {
        const gate = yield* Deferred.make<void>()
        const handlers = Stuck.of({ Hold: () => Deferred.await(gate), Work: () => 1 })
        yield* provided(Stuck.toLayer(Effect.succeed(handlers), { mailbox: Mailbox.bounded(1) }))
        const ref = (yield* Stuck.client)("a")
        yield* ref.tell.Hold()
        yield* rest
        yield* ref.tell.Hold()
        const ask = ref.withTimeout("1 hour").ask.Work()
        const asks = yield* Effect.forkAll(Array.from({ length: 5_000 }, () => ask))
        const patient = yield* Effect.fork(ask)
        yield* rest
        // What grows is how often each of them is looked at while the others leave.
        const looks = vi.spyOn(WaitingSender.prototype, "withdrawn")
        yield* Effect.addFinalizer(() => Effect.sync(() => looks.mockRestore()))
        yield* Fiber.interrupt(asks)
        const looked = looks.mock.calls.length
        looks.mockRestore()
        const waiting = (yield* snapshots)[0]?.waitingSenders
        yield* Deferred.succeed(gate, undefined)
        assert.strictEqual(yield* Fiber.join(patient), 1)
        assert.strictEqual(waiting, 1)
        // Some three times each; looking through all of them for each of them would be 2,500 times each.
        assert.isBelow(looked, 20 * 5_000)
      }).pipe(Effect.scoped)
    ))
})
