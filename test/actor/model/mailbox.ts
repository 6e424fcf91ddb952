/**
 * What holds for every mailbox, whoever sends and in whatever order things happen: nothing is lost, nothing is both handled
 * and a dead letter, order is kept, the bound is one, and stop and watch get through.
 *
 * Each message has a tag of its own, so that a dead letter says which message it was.
 */
import assert from "node:assert/strict"
import { Rpc } from "@effect/rpc"
import { Clock, Effect, Exit, Fiber, Layer, Schema } from "effect"
import fc from "fast-check"
import * as Actor from "../../../src/actor/Actor.ts"
import type { AskError } from "../../../src/actor/ActorError.ts"
import type { ActorRef } from "../../../src/actor/ActorRef.ts"
import { ActorSystem, LocalActorSystem } from "../../../src/actor/ActorSystem.ts"
import { DeadLetters, type Reason } from "../../../src/actor/DeadLetters.ts"
import type { Fault } from "../../../src/actor/FaultPlan.ts"
import * as Mailbox from "../../../src/actor/Mailbox.ts"
import type { Settlement } from "../../../src/actor/Receipt.ts"
import * as Supervision from "../../../src/actor/Supervision.ts"
import { type Exploration, settled } from "./explore.ts"

const senders = 3
const sendsEach = 8
const How = Schema.Literal("plain", "effect", "on fiber", "slow", "beside", "refused", "crash", "crash on fiber")
type How = typeof How.Type
const lanes = ["normal", "high", "low"] as const
const rpcs = Array.from({ length: senders * sendsEach }, (_, n) =>
  Rpc.make(`m${n}`, { payload: { how: How }, success: Schema.Int, error: Schema.Literal("refused") })
)
const Box = Actor.make("Box", rpcs)
const LanedBox = Actor.make(
  "Box",
  rpcs.map((rpc, n) => rpc.annotate(Mailbox.Lane, lanes[n % lanes.length]!))
)

interface Send {
  readonly kind: "tell" | "ask"
  /** Whether a teller awaits what becomes of it. */
  readonly receipt: boolean
  readonly how: How
  /** Virtual milliseconds to wait before it is sent. */
  readonly pause: number
  /** Whether its sender sends the next one only when this one is accepted or answered. */
  readonly awaited: boolean
  /** Virtual milliseconds after which its sender leaves. */
  readonly patience: number | undefined
}

interface Traffic {
  readonly overflow: Mailbox.Mailbox["overflow"]
  readonly capacity: number
  /** Whether the messages are spread over three lanes. */
  readonly laned: boolean
  readonly supervision: keyof typeof policies
  readonly senders: ReadonlyArray<ReadonlyArray<Send>>
  /** Virtual milliseconds after which the actor is stopped, while messages still come. */
  readonly stopAt: number | undefined
  readonly faults: ReadonlyArray<Fault>
}

const policies = {
  resume: Supervision.resume,
  restart: Supervision.restart({ intensity: 2, backoff: { min: 20, jitter: 0 } }),
  stop: Supervision.stop
}

const traffic: fc.Arbitrary<Traffic> = fc.record({
  overflow: fc.constantFrom("back-pressure", "back-pressure", "dropping", "sliding", "failing"),
  capacity: fc.constantFrom(1, 1, 2, 3),
  laned: fc.boolean(),
  supervision: fc.constantFrom("resume", "restart", "stop"),
  senders: fc.array(
    fc.array(
      fc.record({
        kind: fc.constantFrom("tell", "tell", "ask"),
        receipt: fc.boolean(),
        how: fc.constantFrom(
          "plain",
          "plain",
          "slow",
          "slow",
          "slow",
          "effect",
          "on fiber",
          "beside",
          "refused",
          "crash",
          "crash on fiber"
        ),
        pause: fc.constantFrom(0, 0, 0, 0, 0, 30),
        awaited: fc.constantFrom(true, false, false),
        patience: fc.option(fc.constantFrom(5, 25), { nil: undefined, freq: 4 })
      }),
      { maxLength: sendsEach, size: "max" }
    ),
    { minLength: 1, maxLength: senders, size: "max" }
  ),
  stopAt: fc.option(fc.constantFrom(10, 45), { nil: undefined, freq: 2 }),
  // A crash by the plan would leave no trace here, since no handler begins: handlers that crash stand for it.
  faults: fc.array(
    fc
      .record({ action: fc.constantFrom("crash start", "drop", "delay"), nth: fc.integer({ min: 1, max: 8 }) })
      .map(({ action, nth }) => (action === "delay" ? { action, by: 50, nth } : { action, nth })),
    { maxLength: 2 }
  )
})

/** How a message went, as its sender saw it. */
type Outcome = "accepted" | "answered" | "left" | "refused" | AskError["_tag"]

const outcomeOf = (kind: Send["kind"], exit: Exit.Exit<unknown, AskError | "refused">): Outcome => {
  if (Exit.isSuccess(exit)) return kind === "tell" ? "accepted" : "answered"
  if (Exit.isInterrupted(exit)) return "left"
  assert.strictEqual(exit.cause._tag, "Fail", "a sender crashed")
  if (exit.cause._tag !== "Fail") return "left"
  return exit.cause.error === "refused" ? "refused" : exit.cause.error._tag
}

const program = ({ capacity, faults, laned, overflow, senders, stopAt, supervision }: Traffic) =>
  Effect.gen(function* () {
    const system = yield* ActorSystem
    const local = yield* LocalActorSystem
    const begun: Array<number> = []
    const wrong: Array<string> = []
    const outcomes = new Map<number, { readonly kind: Send["kind"]; readonly outcome: Outcome }>()
    const receipts = new Map<number, Array<Settlement>>()
    // A plan's delay holds a message that is in hand already.
    const held = faults.some(({ action }) => action === "delay")
    const handler =
      (n: number) =>
      ({ how }: { readonly how: How }) => {
        begun.push(n)
        // What is thrown in here would be a crash like any other.
        for (const { depth } of Effect.runSync(local.snapshot)) if (depth > capacity) wrong.push(`${depth} waiting`)
        const asked = outcomes.get(n)
        if (asked?.kind === "ask" && !held) wrong.push(`m${n} is begun after its asker's ${asked.outcome}`)
        switch (how) {
          case "plain":
            return n
          case "effect":
            return Effect.succeed(n)
          case "on fiber":
            return Effect.as(Effect.yieldNow(), n)
          case "slow":
            return Effect.as(Effect.sleep(20), n)
          case "beside":
            return Rpc.fork(Effect.as(Effect.sleep(15), n))
          case "refused":
            return Effect.fail("refused" as const)
          case "crash":
            return Effect.dieMessage("asked to")
          case "crash on fiber":
            return Effect.zipRight(Effect.yieldNow(), Effect.dieMessage("asked to"))
        }
      }
    // One handler for each tag, by construction.
    const handlers = Object.fromEntries(rpcs.map(({ _tag }, n) => [_tag, handler(n)])) as Actor.Handlers<
      (typeof rpcs)[number]
    >
    const definition = laned ? LanedBox : Box
    yield* Layer.build(
      definition.toLayer(Effect.succeed(handlers), {
        mailbox: { overflow, capacity },
        supervision: policies[supervision]
      })
    )
    const box = (yield* definition.client)("b").withTimeout(200)

    /** A tell with a receipt, and how that is settled. */
    const witnessed = (n: number, tell: ActorRef.Tell) =>
      Effect.flatMap(local.receipt(tell), ({ settled }) => {
        receipts.set(n, [])
        // By a fiber of its own, which may still wait when the sender is long gone.
        return Effect.forkDaemon(Effect.map(settled, (settlement) => void receipts.get(n)!.push(settlement)))
      })

    const sendOne = (n: number, { awaited, how, kind, patience, pause, receipt }: Send) =>
      Effect.gen(function* () {
        if (pause > 0) yield* Effect.sleep(pause)
        const before = yield* Clock.currentTimeMillis
        const sending: Effect.Effect<unknown, AskError | "refused"> =
          kind === "tell" && receipt ? witnessed(n, box.tell[`m${n}`]!({ how })) : box[kind][`m${n}`]!({ how })
        const sender = yield* Effect.fork(sending)
        const leaving = patience === undefined ? Effect.void : Effect.delay(Fiber.interrupt(sender), patience)
        const ended = yield* Effect.gen(function* () {
          yield* Effect.fork(leaving)
          outcomes.set(n, { kind, outcome: outcomeOf(kind, yield* Fiber.await(sender)) })
          const waited = (yield* Clock.currentTimeMillis) - before
          if (kind === "tell" && overflow !== "back-pressure") assert.strictEqual(waited, 0, "never waits")
        }).pipe(Effect.fork)
        // It is sent by now, whichever of the fibers went first.
        yield* settled
        if (awaited) yield* Fiber.join(ended)
        return ended
      })

    const watching = yield* Effect.fork(local.watch(box))
    yield* settled
    if (stopAt !== undefined) yield* Effect.fork(Effect.delay(system.stop(box), stopAt))
    yield* Effect.forEach(
      senders,
      (sends, s) =>
        Effect.forEach(sends, (one, i) => sendOne(s * sendsEach + i, one)).pipe(Effect.flatMap(Fiber.joinAll)),
      { concurrency: "unbounded", discard: true }
    )
    yield* system.stop(box)
    yield* settled
    assert.deepStrictEqual(wrong, [])
    assert.ok(watching.unsafePoll() !== null, "a watch that never fires")

    const letters = yield* Effect.flatMap(DeadLetters, ({ recent }) => recent)
    const reasons = new Map<number, Array<Reason>>()
    for (const { message, reason } of letters) {
      const n = Number(message.slice(1))
      reasons.set(n, [...(reasons.get(n) ?? []), reason])
    }
    senders.forEach((_, s) => {
      const own = begun.filter((n) => Math.floor(n / sendsEach) === s)
      for (const lane of lanes.keys()) {
        // Without lanes all are of one.
        const one = laned ? own.filter((n) => n % lanes.length === lane) : own
        assert.deepEqual(
          one,
          one.toSorted((a, b) => a - b),
          "a sender's messages of one lane keep their order"
        )
      }
    })
    for (const [n, { kind, outcome }] of outcomes) {
      const dead = reasons.get(n) ?? []
      const settlements = begun.filter((other) => other === n).length + dead.length
      const what = `m${n}, ${kind}, ${outcome}, begun ${settlements - dead.length} time(s), dead letter: [${dead}]`
      assert.ok(settlements <= 1, what)
      if (mustSettle(kind, outcome, overflow)) assert.strictEqual(settlements, 1, what)
      if (kind === "tell" && outcome !== "accepted" && outcome !== "left") assert.strictEqual(settlements, 0, what)
      if (outcome === "answered" || outcome === "refused" || outcome === "ActorCrashed") {
        assert.equal(dead.length, 0, what)
      }
      if (outcome === "MailboxFull") assert.notStrictEqual(overflow, "back-pressure", what)
      for (const reason of dead) {
        if (reason === "mailbox full") assert.ok(overflow === "dropping" || overflow === "sliding", what)
        if (reason === "withdrawn") assert.strictEqual(kind, "ask", what)
        if (reason === "lost")
          assert.ok(
            faults.some(({ action }) => action === "drop"),
            what
          )
      }
    }
    for (const [n, settlements] of receipts) {
      const how = senders[Math.floor(n / sendsEach)]![n % sendsEach]!.how
      const [dead] = reasons.get(n) ?? []
      const what = `receipt of m${n}, ${how}, dead letter: ${dead}: ${JSON.stringify(settlements)}`
      assert.equal(settlements.length, 1, what)
      const [settlement] = settlements
      if (dead !== undefined) assert.deepEqual(settlement, { _tag: "dead-lettered", reason: dead }, what)
      else if (how === "plain") assert.equal(settlement!._tag, "handled", what)
      else if (how === "refused" || how.startsWith("crash")) assert.equal(settlement!._tag, "failed", what)
      // The rest may be cut short by a stop, or by the crash of another.
      else assert.notEqual(settlement!._tag, "dead-lettered", what)
    }
    assert.strictEqual(
      outcomes.size,
      senders.reduce((sum, sends) => sum + sends.length, 0),
      "a sender that hangs"
    )
  })

/** Whether the mailbox has certainly taken the message: then it must have been begun or be a dead letter. */
const mustSettle = (kind: Send["kind"], outcome: Outcome, overflow: Mailbox.Mailbox["overflow"]): boolean => {
  switch (outcome) {
    case "accepted":
    case "answered":
    case "refused":
    case "ActorCrashed":
      return true
    case "MailboxFull":
      return kind === "ask" && overflow !== "failing"
    case "AskTimedOut":
    case "left":
      return overflow !== "back-pressure"
    default:
      return false
  }
}

export const mailbox: Exploration<Traffic> = { input: traffic, program, faults: ({ faults }) => faults }
