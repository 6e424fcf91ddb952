import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Fiber, Schema } from "effect"
import fc from "fast-check"
import { vi } from "vitest"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorSystem, LocalActorSystem, type Options } from "../../src/actor/ActorSystem.ts"
import { DeadLetters } from "../../src/actor/DeadLetters.ts"
import * as FairScheduler from "../../src/actor/FairScheduler.ts"
import type { Cell } from "../../src/actor/internal/cell.ts"
import type { LocalRef } from "../../src/actor/internal/localRef.ts"
import { MessageLoop } from "../../src/actor/internal/messageLoop.ts"
import { MessageRing } from "../../src/actor/internal/messageRing.ts"
import type * as Mailbox from "../../src/actor/Mailbox.ts"
import * as Supervision from "../../src/actor/Supervision.ts"
import { provided, rest, run } from "./harness.ts"

class Refused extends Schema.TaggedError<Refused>()("Refused", { n: Schema.Int }) {}

const how = Schema.Literal(
  "plain",
  "effect",
  "on its fiber",
  "slow",
  "forked",
  "forked slowly",
  "fails",
  "fails on its fiber",
  "forked fails",
  "throws",
  "dies",
  "dies on its fiber",
  "forked dies",
  "is interrupted",
  "forked is interrupted",
  "stubborn",
  "forked stubborn"
)
const Job = Actor.make("Job", [
  Rpc.make("Do", { payload: { n: Schema.Int, how }, success: Schema.Int, error: Refused })
])

type How = typeof how.Type

const behaviour = (begun: Array<number>) =>
  Effect.succeed(
    Job.of({
      Do: ({ n, how }) => {
        begun.push(n)
        switch (how) {
          case "plain":
            return n
          case "effect":
            return Effect.succeed(n)
          case "on its fiber":
            return Effect.as(Effect.yieldNow(), n)
          case "slow":
            return Effect.as(Effect.sleep("3 seconds"), n)
          case "forked":
            return Rpc.fork(Effect.succeed(n))
          case "forked slowly":
            return Rpc.fork(Effect.as(Effect.sleep("2 seconds"), n))
          case "fails":
            return Effect.fail(new Refused({ n }))
          case "fails on its fiber":
            return Effect.zipRight(Effect.yieldNow(), Effect.fail(new Refused({ n })))
          case "forked fails":
            return Rpc.fork(Effect.fail(new Refused({ n })))
          case "throws":
            throw new Error("thrown")
          case "dies":
            return Effect.die("died")
          case "dies on its fiber":
            return Effect.zipRight(Effect.yieldNow(), Effect.die("died"))
          case "forked dies":
            return Rpc.fork(Effect.die("died beside"))
          case "is interrupted":
            return Effect.interrupt
          case "forked is interrupted":
            return Rpc.fork(Effect.interrupt)
          case "stubborn":
            return Effect.as(Effect.uninterruptible(Effect.sleep("8 seconds")), n)
          case "forked stubborn":
            return Rpc.fork(Effect.as(Effect.uninterruptible(Effect.sleep("12 seconds")), n))
        }
      }
    })
  )

type Step =
  | { readonly _tag: "tell" | "ask"; readonly how: How }
  | { readonly _tag: "advance"; readonly millis: number }
  | { readonly _tag: "withdraw" | "stop" | "revive" }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      _tag: fc.constantFrom("tell" as const, "ask" as const),
      how: fc.constantFrom(...how.literals)
    })
  },
  {
    weight: 2,
    arbitrary: fc.record({ _tag: fc.constant("advance" as const), millis: fc.integer({ min: 0, max: 4000 }) })
  },
  {
    weight: 1,
    arbitrary: fc.record({ _tag: fc.constantFrom("withdraw" as const, "stop" as const, "revive" as const) })
  }
)

const supervision: fc.Arbitrary<Supervision.Supervision> = fc.oneof(
  fc.constant(Supervision.resume),
  fc.constant(Supervision.stop),
  fc.constant(Supervision.escalate),
  fc
    .record({ intensity: fc.nat(3), backoff: fc.boolean() })
    .map(({ intensity, backoff }) =>
      Supervision.restart({ intensity, ...(backoff ? { backoff: { min: "1 second" } } : {}) })
    )
)

/** Each message that any actor took in, by way of the two doors there are: its mailbox, and the asker's own turn. */
const countAccepted = Effect.acquireRelease(
  Effect.sync(() => [
    vi.spyOn(MessageRing.prototype, "push"),
    // biome-ignore lint/suspicious/noExplicitAny: a private method, watched
    vi.spyOn(MessageLoop.prototype as any, "askNow")
  ]),
  (spies) => Effect.sync(() => spies.forEach((spy) => void spy.mockRestore()))
)

const settles = (
  policy: Supervision.Supervision,
  overflow: Mailbox.Mailbox["overflow"],
  steps: ReadonlyArray<Step>,
  options?: Options
) =>
  run(
    (clock) =>
      Effect.gen(function* () {
        const begun: Array<number> = []
        const system = yield* ActorSystem
        const local = yield* LocalActorSystem
        const doors = yield* countAccepted
        yield* provided(Job.toLayer(behaviour(begun), { mailbox: { overflow, capacity: 3 }, supervision: policy }))
        const job = (yield* Job.client)("j").withTimeout("20 seconds")
        const fibers: Array<Fiber.RuntimeFiber<unknown, unknown>> = []
        const cells = new Set<Cell>()
        const answers = new Map<number, number>()
        const stop = Effect.gen(function* () {
          const stopping = yield* Effect.forkScoped(system.stop(job))
          for (let i = 0; i < 100 && stopping.unsafePoll() === null; i++) yield* clock.advance(500)
          assert.isNotNull(stopping.unsafePoll(), "a stop that never ends")
        })
        let n = 0
        for (const one of steps) {
          switch (one._tag) {
            case "tell":
              fibers.push(yield* Effect.forkScoped(job.tell.Do({ n: n++, how: one.how })))
              break
            case "ask": {
              const id = n++
              const answered = Effect.sync(() => answers.set(id, (answers.get(id) ?? 0) + 1))
              fibers.push(yield* Effect.forkScoped(Effect.onExit(job.ask.Do({ n: id, how: one.how }), () => answered)))
              break
            }
            case "advance":
              yield* clock.advance(one.millis)
              break
            case "withdraw": {
              const waiting = fibers.find((fiber) => fiber.unsafePoll() === null)
              waiting?.unsafeInterruptAsFork(waiting.id())
              break
            }
            case "revive":
              yield* local.revive(job)
              break
            case "stop":
              yield* stop
          }
          yield* rest
          const cell = (job as unknown as LocalRef).existing()
          if (cell !== undefined) cells.add(cell)
        }
        // All deadlines pass; what is left in the mailbox goes with the actor.
        yield* clock.advance(21_000)
        yield* stop
        yield* clock.advance(30_000)
        for (const fiber of fibers) assert.isNotNull(fiber.unsafePoll(), "a sender that was left hanging")
        for (const times of answers.values()) assert.strictEqual(times, 1)
        assert.strictEqual(new Set(begun).size, begun.length, "delivered twice")
        const settled = [...cells].reduce((sum, cell) => sum + cell.handled + cell.failed, 0)
        assert.strictEqual(settled, begun.length, "what was begun is handled or failed, once")
        const letters = yield* Effect.flatMap(DeadLetters, (letters) => letters.counts)
        const shedAtTheDoor = overflow === "dropping" ? letters["mailbox full"] : 0
        const dead = letters["mailbox full"] + letters.stopped + letters["given up"] + letters.withdrawn - shedAtTheDoor
        const accepted = doors.reduce((sum, door) => sum + door.mock.calls.length, 0)
        assert.strictEqual(begun.length + dead, accepted, "what was accepted is begun or a dead letter")
      }),
    options
  )

const story = [
  supervision,
  fc.constantFrom("back-pressure", "dropping", "sliding", "failing"),
  fc.array(step, { maxLength: 25, size: "max" })
] as const

describe("Settlement", () => {
  it("every accepted message is handled, failed or a dead letter, once, and nobody who asks is left hanging", () =>
    fc.assert(
      fc.asyncProperty(...story, (policy, overflow, steps) => settles(policy, overflow, steps)),
      { numRuns: 80 }
    ))

  it("is the same where senders and actors share one scheduler", () =>
    fc.assert(
      fc.asyncProperty(...story, (policy, overflow, steps) =>
        settles(policy, overflow, steps, { scheduler: FairScheduler.make() })
      ),
      { numRuns: 40 }
    ))
})
