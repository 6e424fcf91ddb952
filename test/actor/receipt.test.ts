import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Fiber, Schema } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import type { ActorRef } from "../../src/actor/ActorRef.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as ActorTest from "../../src/actor/ActorTest.ts"
import { DeadLetters, type Reason } from "../../src/actor/DeadLetters.ts"
import * as Delivery from "../../src/actor/Delivery.ts"
import { type Attachment, ReceiptSlip } from "../../src/actor/internal/attachment.ts"
import * as Mailbox from "../../src/actor/Mailbox.ts"
import type { Receipt, Settlement } from "../../src/actor/Receipt.ts"
import * as Supervision from "../../src/actor/Supervision.ts"
import { provided, rest, run, type Services } from "./harness.ts"

class Refused extends Schema.TaggedError<Refused>()("Refused", {}) {}

const How = Schema.Literal(
  "plain",
  "effect",
  "forked",
  "handed on",
  "stashed",
  "fails",
  "forked fails",
  "throws",
  "dies",
  "forked dies"
)

const Job = Actor.make("Job", [
  Rpc.make("Do", { payload: { how: How }, success: Schema.Int, error: Refused }),
  Rpc.make("Again").annotate(Delivery.Idempotent, true),
  Rpc.make("Hold"),
  Rpc.make("Unstash"),
  Rpc.make("Note")
])

const policies = {
  bounded: Mailbox.bounded,
  dropping: Mailbox.dropping,
  sliding: Mailbox.sliding,
  failing: Mailbox.failing
}
type Policy = keyof typeof policies

interface Options {
  readonly policy: Policy
  readonly capacity?: number
  readonly supervision?: Supervision.Supervision
  readonly stashCapacity?: number
}

/** One actor; `open` ends what its `Hold` waits for. */
const job = ({ capacity, policy, stashCapacity, supervision }: Options) =>
  Effect.gen(function* () {
    const gate = yield* Deferred.make<void>()
    yield* provided(
      Job.toLayer(
        Effect.gen(function* () {
          let stashing = true
          const self = yield* Job.self
          return Job.of({
            Do: ({ how }) => {
              switch (how) {
                case "plain":
                  return 1
                case "effect":
                  return Effect.delay(Effect.succeed(1), "1 second")
                case "forked":
                  return Rpc.fork(Effect.delay(Effect.succeed(1), "1 second"))
                case "handed on":
                  return Effect.as(Effect.orDie(self.tell.Note()), 1)
                case "stashed":
                  return stashing ? Actor.stash : 1
                case "fails":
                  return Effect.fail(new Refused())
                case "forked fails":
                  return Rpc.fork(Effect.fail(new Refused()))
                case "throws":
                  throw new Error("broken")
                case "dies":
                  return Effect.die("broken")
                case "forked dies":
                  return Rpc.fork(Effect.die("broken"))
              }
            },
            Again: () => Effect.die("broken"),
            Hold: () => Deferred.await(gate),
            Unstash: () => {
              stashing = false
              return Effect.asVoid(Actor.unstashAll)
            },
            Note: () => {}
          })
        }),
        { mailbox: policies[policy](capacity), supervision, stashCapacity }
      )
    )
    return { ref: (yield* Job.client)("j"), open: Deferred.succeed(gate, undefined) }
  })

/** How a settlement reads in these tests, or that there is none. */
const reading = (settlement: Settlement): string =>
  settlement._tag === "handled"
    ? "handled"
    : settlement._tag === "dead-lettered"
      ? settlement.reason
      : `failed: ${(Cause.squash(settlement.cause) as { readonly _tag: string })._tag}`

const outcome = (receipt: Receipt): Effect.Effect<string> =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(Effect.orDie(receipt.settled))
    yield* rest
    if (fiber.unsafePoll() === null) {
      yield* Fiber.interrupt(fiber)
      return "waits"
    }
    return reading(yield* Fiber.join(fiber))
  })

type Send = (tell: ActorRef.Tell) => Effect.Effect<Receipt, unknown, Services>
interface Row {
  readonly name: string
  readonly expected: string
  readonly options?: Omit<Options, "policy">
  /** Only where the policy can shed. */
  readonly policies?: ReadonlyArray<Policy>
  readonly receipt: (
    actor: Effect.Effect.Success<ReturnType<typeof job>>,
    send: Send,
    advance: (millis: number) => Effect.Effect<void>
  ) => Effect.Effect<Receipt, unknown, Services>
}

const does =
  (how: typeof How.Type): Row["receipt"] =>
  ({ ref }, send) =>
    send(ref.tell.Do({ how }))

const rows: ReadonlyArray<Row> = [
  { name: "answers at once", expected: "handled", receipt: does("plain") },
  { name: "answers with an Effect", expected: "handled", receipt: does("effect") },
  { name: "answers concurrently", expected: "handled", receipt: does("forked") },
  { name: "hands the message on", expected: "handled", receipt: does("handed on") },
  { name: "fails by its protocol", expected: "failed: Refused", receipt: does("fails") },
  { name: "fails by its protocol concurrently", expected: "failed: Refused", receipt: does("forked fails") },
  { name: "throws", expected: "failed: ActorCrashed", receipt: does("throws") },
  { name: "crashes", expected: "failed: ActorCrashed", receipt: does("dies") },
  { name: "crashes concurrently", expected: "failed: ActorCrashed", receipt: does("forked dies") },
  {
    name: "sets the message aside, and puts it back",
    expected: "handled",
    receipt: ({ ref }, send) =>
      Effect.gen(function* () {
        const receipt = yield* send(ref.tell.Do({ how: "stashed" }))
        assert.strictEqual(yield* outcome(receipt), "waits")
        yield* ref.ask.Unstash()
        return receipt
      })
  },
  {
    name: "cannot set the message aside",
    expected: "stash full",
    options: { stashCapacity: 0 },
    receipt: does("stashed")
  },
  {
    name: "crashes at every delivery of an idempotent message",
    expected: "quarantined",
    receipt: ({ ref }, send) => send(ref.tell.Again())
  },
  {
    name: "has the message in its mailbox when it is given up",
    expected: "given up",
    options: { supervision: Supervision.stop },
    receipt: ({ ref }, send) =>
      Effect.gen(function* () {
        yield* ref.tell.Do({ how: "dies" })
        return yield* send(ref.tell.Note())
      })
  },
  {
    name: "has the message in its mailbox when its stop takes too long",
    expected: "stopped",
    receipt: ({ ref }, send, advance) =>
      Effect.gen(function* () {
        yield* ref.tell.Hold()
        const receipt = yield* send(ref.tell.Note())
        yield* Effect.fork(ActorSystem.stop(ref))
        yield* advance(4999)
        assert.strictEqual(yield* outcome(receipt), "waits")
        yield* advance(1)
        return receipt
      })
  },
  {
    name: "is at work on the message when its stop takes too long",
    expected: "failed: ActorStopping",
    receipt: ({ ref }, send, advance) =>
      Effect.gen(function* () {
        const receipt = yield* send(ref.tell.Hold())
        yield* Effect.fork(ActorSystem.stop(ref))
        yield* advance(5000)
        return receipt
      })
  },
  {
    name: "has no room for it",
    expected: "mailbox full",
    options: { capacity: 1 },
    policies: ["dropping"],
    receipt: ({ ref }, send) =>
      Effect.gen(function* () {
        yield* ref.tell.Hold()
        yield* rest
        yield* ref.tell.Note()
        return yield* send(ref.tell.Note())
      })
  },
  {
    name: "has no room for a later one",
    expected: "mailbox full",
    options: { capacity: 1 },
    policies: ["sliding"],
    receipt: ({ ref }, send) =>
      Effect.gen(function* () {
        yield* ref.tell.Hold()
        yield* rest
        const receipt = yield* send(ref.tell.Note())
        yield* ref.tell.Note()
        return receipt
      })
  },
  {
    name: "had room for it after a while",
    expected: "handled",
    options: { capacity: 1 },
    policies: ["bounded"],
    receipt: ({ open, ref }, send) =>
      Effect.gen(function* () {
        yield* ref.tell.Hold()
        yield* rest
        yield* ref.tell.Note()
        const sending = yield* Effect.fork(send(ref.tell.Note()))
        yield* rest
        assert.isNull(sending.unsafePoll(), "it waits for room as any tell does")
        yield* open
        return yield* Fiber.join(sending)
      })
  }
]

const count = (reason: Reason) => Effect.map(DeadLetters, (letters) => Effect.map(letters.counts, (all) => all[reason]))

describe("A receipt", () => {
  for (const policy of Object.keys(policies) as ReadonlyArray<Policy>) {
    for (const row of rows) {
      if (row.policies?.includes(policy) === false) continue
      it(`of a ${policy} mailbox whose actor ${row.name}: ${row.expected}`, () =>
        run((clock) =>
          Effect.gen(function* () {
            const actor = yield* job({ policy, ...row.options })
            const receipt = yield* row.receipt(actor, ActorSystem.receipt, clock.advance)
            yield* clock.advance(1000)
            assert.strictEqual(yield* outcome(receipt), row.expected)
            assert.strictEqual(yield* outcome(receipt), row.expected, "it can be read again")
            yield* actor.open
          })
        ))
    }
  }

  it.scoped("of a message that was lost says so", () =>
    Effect.gen(function* () {
      const { ref } = yield* job({ policy: "bounded" })
      const receipt = yield* ActorSystem.receipt(ref.tell.Note())
      yield* ActorTest.settle
      assert.strictEqual(yield* outcome(receipt), "lost")
    }).pipe(Effect.provide(ActorTest.layer({ faults: [{ action: "drop", message: "Note" }] })))
  )

  it("settles dead-lettered exactly where there is a dead letter", () =>
    run(() =>
      Effect.gen(function* () {
        const { ref } = yield* job({ policy: "bounded", stashCapacity: 0 })
        const sent = [ref.tell.Do({ how: "stashed" }), ref.tell.Note(), ref.tell.Again(), ref.tell.Do({ how: "fails" })]
        const receipts = yield* Effect.forEach(sent, (tell) => ActorSystem.receipt(tell))
        yield* rest
        const read = yield* Effect.forEach(receipts, outcome)
        assert.deepStrictEqual(read, ["stash full", "handled", "quarantined", "failed: Refused"])
        for (const reason of ["stash full", "quarantined"] as const) {
          assert.strictEqual(yield* Effect.flatten(count(reason)), 1)
        }
      })
    ))

  it("is not given for what was not accepted: the sender gets the tell's own error", () =>
    run(() =>
      Effect.gen(function* () {
        const { open, ref } = yield* job({ policy: "failing", capacity: 1 })
        yield* ref.tell.Hold()
        yield* rest
        yield* ref.tell.Note()
        assert.strictEqual((yield* Effect.flip(ActorSystem.receipt(ref.tell.Note())))._tag, "MailboxFull")
        yield* open
        yield* ActorSystem.stop(ref)
        yield* ActorSystem.receipt(ref.tell.Note())
      })
    ))

  it("whose sender stopped waiting leaves nothing behind, and can be read by others", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { ref } = yield* job({ policy: "bounded" })
        const receipt = yield* ActorSystem.receipt(ref.tell.Do({ how: "effect" }))
        const first = yield* Effect.fork(receipt.settled)
        const second = yield* Effect.fork(receipt.settled)
        yield* rest
        yield* Fiber.interrupt(first)
        yield* clock.advance(1000)
        assert.strictEqual(reading(yield* Fiber.join(second)), "handled")
      })
    ))

  it("of a message that waits through a restart settles by the next life", () =>
    run(() =>
      Effect.gen(function* () {
        const { ref } = yield* job({ policy: "bounded" })
        const crash = yield* ActorSystem.receipt(ref.tell.Do({ how: "dies" }))
        const after = yield* ActorSystem.receipt(ref.tell.Note())
        yield* rest
        assert.strictEqual(yield* outcome(crash), "failed: ActorCrashed")
        assert.strictEqual(yield* outcome(after), "handled")
      })
    ))

  it("costs nothing where none is asked for: a plain tell carries nothing into the mailbox", () =>
    run(() =>
      Effect.gen(function* () {
        const Looking = Actor.make("Looking", [Rpc.make("Look")])
        const seen: Array<Attachment | undefined> = []
        yield* provided(
          Looking.toLayer(
            Effect.map(ActorContext, (self) => {
              // What the runtime keeps of the message in hand is not for handlers; this test looks all the same.
              const { cell } = self as unknown as { readonly cell: { readonly attachment: Attachment | undefined } }
              return Looking.of({ Look: () => void seen.push(cell.attachment) })
            })
          )
        )
        const ref = (yield* Looking.client)("l")
        yield* ref.tell.Look()
        yield* ActorSystem.receipt(ref.tell.Look())
        yield* rest
        assert.isUndefined(seen[0])
        assert.instanceOf(seen[1], ReceiptSlip)
      })
    ))

  it("is refused for an Effect that is no ref's tell", () =>
    run(() =>
      Effect.gen(function* () {
        const strange = Object.assign(Effect.void, { address: "Job/j", message: "Note" })
        assert.include(String(yield* Effect.exit(ActorSystem.receipt(strange))), "a ref's `tell`")
      })
    ))
})
