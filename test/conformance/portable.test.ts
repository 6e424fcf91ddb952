/**
 * Every promise that does not depend on where an actor runs, kept by every system there is.
 */
import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import {
  Cause,
  Deferred,
  Duration,
  Effect,
  Exit,
  Fiber,
  type Layer,
  Option,
  Queue,
  Schema,
  Scope,
  TestClock
} from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import { ActorCrashed, ActorFailed, AskTimedOut, MailboxFull, WaitCycle } from "../../src/actor/ActorError.ts"
import type { ActorRef } from "../../src/actor/ActorRef.ts"
import { type ActorSystem, stop } from "../../src/actor/ActorSystem.ts"
import * as Delivery from "../../src/actor/Delivery.ts"
import * as Mailbox from "../../src/actor/Mailbox.ts"
import * as Supervision from "../../src/actor/Supervision.ts"
import { type Host, provided, quiet, worlds } from "./worlds.ts"

class Short extends Schema.TaggedError<Short>()("Short", { missing: Schema.Int }) {}
class Coin extends Schema.Class<Coin>("Coin")({ value: Schema.Int }) {}

const Till = Actor.make("Till", [
  Rpc.make("Pay", { payload: { amount: Schema.Int }, success: Schema.Int, error: Short }),
  Rpc.make("Spend", {
    payload: {
      amount: Schema.Int.pipe(
        Schema.propertySignature,
        Schema.withConstructorDefault(() => 5)
      )
    },
    success: Schema.Int
  }),
  Rpc.make("Change", { payload: { coin: Coin }, success: Schema.Option(Coin) }),
  Rpc.make("Total", { success: Schema.Int }),
  Rpc.make("Break", { payload: { how: Schema.Literal("throw", "die") } }),
  Rpc.make("Nothing")
])

/** What is in the till is one incarnation's own. */
const till = (options?: Actor.ActorOptions) =>
  Till.toLayer(
    Effect.sync(() => {
      let total = 0
      return Till.of({
        Pay: ({ amount }) => {
          if (amount < 0) return Effect.fail(new Short({ missing: -amount }))
          total += amount
          return total
        },
        Spend: ({ amount }) => {
          total -= amount
          return total
        },
        Change: ({ coin }) => Option.some(new Coin({ value: coin.value + 1 })),
        Total: () => total,
        Break: ({ how }) => {
          if (how === "throw") throw new RangeError("the drawer is stuck")
          return Effect.dieMessage("the drawer is gone")
        },
        Nothing: () => {}
      })
    }),
    options
  )

/** Handles one gated message after the other, and notes what it begins. */
const Slow = Actor.make("Slow", [
  Rpc.make("Hold", { success: Schema.String }),
  Rpc.make("HoldBeside", { success: Schema.String }),
  Rpc.make("Note", { payload: { n: Schema.Int }, success: Schema.Int })
])
const slow = (options?: Actor.ActorOptions) =>
  Effect.gen(function* () {
    const gate = yield* Deferred.make<void>()
    const noted: Array<number> = []
    const begun = yield* Queue.unbounded<string>()
    const held = Effect.zipRight(Queue.offer(begun, "hold"), Effect.as(Deferred.await(gate), "held"))
    yield* provided(
      Slow.toLayer(
        Effect.succeed(
          Slow.of({
            Hold: () => held,
            HoldBeside: () => Rpc.fork(held),
            Note: ({ n }) => {
              noted.push(n)
              return n
            }
          })
        ),
        options
      )
    )
    const open = Deferred.succeed(gate, undefined)
    // Before its Layer closes: no time passes then, and an actor that is busy is given time to end.
    yield* Effect.addFinalizer(() => open)
    return {
      ref: (yield* Slow.client)("s"),
      noted,
      open,
      /** A held message is in hand. */
      inHand: Queue.take(begun)
    }
  })

const settle = TestClock.adjust(1)

/** An Effect, once time has passed for it. */
const inTime = <A, E, R>(time: Duration.DurationInput, effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkScoped(effect)
    yield* TestClock.adjust(time)
    return yield* fiber
  })

describe.each(worlds)("A portable program $name", (world) => {
  const promise = (title: string, program: Effect.Effect<void, unknown, ActorSystem | Host | Scope.Scope>) =>
    it.effect(title, () => program.pipe(Effect.scoped, Effect.provide(world.layer), Effect.provide(quiet)))

  describe("asks and tells", () => {
    promise(
      "gets typed answers and typed errors as themselves",
      Effect.gen(function* () {
        yield* provided(till())
        const t = (yield* Till.client)("t")
        assert.strictEqual(t.address, "Till/t")
        assert.strictEqual(yield* t.ask.Pay({ amount: 2 }), 2)
        const short = yield* Effect.flip(t.ask.Pay({ amount: -3 }))
        assert.instanceOf(short, Short)
        assert.deepStrictEqual({ ...short }, { _tag: "Short", missing: 3 })
        const change = Option.getOrThrow(yield* t.ask.Change({ coin: new Coin({ value: 1 }) }))
        assert.instanceOf(change, Coin)
        assert.strictEqual(change.value, 2)
        assert.isUndefined(yield* t.ask.Nothing())
      })
    )

    promise(
      "has a tell that was not sent as a value, and hands a message on by answering with it",
      Effect.gen(function* () {
        yield* provided(till())
        const Clerk = Actor.make("Clerk", [Rpc.make("Pay", { payload: { amount: Schema.Int } })])
        const tills = yield* Till.client
        yield* provided(
          Clerk.toLayer(Effect.succeed(Clerk.of({ Pay: ({ amount }) => tills("t").tell.Pay({ amount }) })))
        )
        const tell = tills("t").tell.Pay({ amount: 1 })
        assert.strictEqual(tell.address, "Till/t")
        assert.strictEqual(tell.message, "Pay")
        assert.strictEqual(yield* tills("t").ask.Total(), 0)
        yield* tell
        yield* tell
        yield* (yield* Clerk.client)("c").ask.Pay({ amount: 3 })
        assert.strictEqual(yield* tills("t").ask.Total(), 5)
      })
    )

    promise(
      "has payloads constructed: defaults are filled in",
      Effect.gen(function* () {
        yield* provided(till())
        assert.strictEqual(yield* (yield* Till.client)("t").ask.Spend({}), -5)
      })
    )

    promise(
      "keeps the order of one sender's messages, told and asked",
      Effect.gen(function* () {
        const { ref, noted } = yield* slow()
        for (let n = 0; n < 100; n++) yield* n % 7 === 0 ? Effect.asVoid(ref.ask.Note({ n })) : ref.tell.Note({ n })
        yield* ref.ask.Note({ n: 100 })
        assert.deepStrictEqual(noted, [...Array(101).keys()])
      })
    )

    promise(
      "finds the same actor by type and id, and other ones by other ids, whatever is in them",
      Effect.gen(function* () {
        yield* provided(till())
        const tills = yield* Till.client
        const ids = [" ", "\n", ".", "..", "a", " a", "a ", "a/b", "a%20b", "%", "ä", "\t", "Till/a", "x".repeat(200)]
        for (const [n, id] of ids.entries()) yield* tills(id).tell.Pay({ amount: n })
        for (const [n, id] of ids.entries()) assert.strictEqual(yield* tills(id).ask.Total(), n, JSON.stringify(id))
      })
    )

    promise(
      "gets all answers of many asks at a time",
      Effect.gen(function* () {
        yield* provided(till())
        const t = (yield* Till.client)("t")
        const answers = yield* Effect.all(
          Array.from({ length: 64 }, () => t.ask.Pay({ amount: 1 })),
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual(
          [...answers].sort((a, b) => a - b),
          [...Array(64).keys()].map((n) => n + 1)
        )
      })
    )

    promise(
      "is not told of a typed error that a tell was answered with",
      Effect.gen(function* () {
        yield* provided(till())
        const t = (yield* Till.client)("t")
        yield* t.tell.Pay({ amount: -1 })
        assert.strictEqual(yield* t.ask.Pay({ amount: 1 }), 1)
      })
    )

    promise(
      "is answered by a concurrent handler while the next message is in hand",
      Effect.gen(function* () {
        const { ref, open, inHand } = yield* slow()
        const beside = yield* Effect.fork(ref.ask.HoldBeside())
        yield* inHand
        assert.strictEqual(yield* ref.ask.Note({ n: 1 }), 1)
        yield* open
        assert.strictEqual(yield* Fiber.join(beside), "held")
      })
    )

    promise(
      "meets ActorNotFound where no Layer provides the type, at the latest when none can still be coming",
      Effect.gen(function* () {
        const t = (yield* Till.client)("t")
        for (const send of [t.ask.Total(), t.tell.Nothing()]) {
          const error = yield* inTime("10 seconds", Effect.flip(send))
          assert.strictEqual(error._tag === "ActorNotFound" && error.reason, "no layer provides its type")
        }
      })
    )
  })

  describe("crashes", () => {
    for (const how of ["throw", "die"] as const) {
      promise(
        `tells the asker the cause of a handler that ${how}s, and begins anew with the mailbox as it was`,
        Effect.gen(function* () {
          yield* provided(till())
          const t = (yield* Till.client)("t")
          yield* t.ask.Pay({ amount: 7 })
          const broken = yield* Effect.fork(Effect.flip(t.ask.Break({ how })))
          const behind = yield* Effect.fork(t.ask.Pay({ amount: 1 }))
          yield* settle
          const crash = yield* Fiber.join(broken)
          assert.instanceOf(crash, ActorCrashed)
          assert.strictEqual(crash.address, "Till/t")
          assert.strictEqual(crash.message_tag, "Break")
          assert.include(Cause.pretty(crash.cause), how === "throw" ? "the drawer is stuck" : "the drawer is gone")
          assert.strictEqual(yield* Fiber.join(behind), 1)
        })
      )
    }

    promise(
      "meets ActorFailed with the last cause once supervision has given up, until the actor is stopped",
      Effect.gen(function* () {
        yield* provided(till({ supervision: Supervision.restart({ intensity: 1 }) }))
        const t = (yield* Till.client)("t")
        for (let i = 0; i < 2; i++) assert.instanceOf(yield* Effect.flip(t.ask.Break({ how: "throw" })), ActorCrashed)
        for (const send of [t.ask.Total(), t.tell.Nothing()]) {
          const failed = yield* Effect.flip(send)
          assert.instanceOf(failed, ActorFailed)
          assert.include(failed.message, "RangeError: the drawer is stuck")
        }
        // Being idle does not fix it.
        yield* TestClock.adjust("12 seconds")
        assert.instanceOf(yield* Effect.flip(t.ask.Total()), ActorFailed)
        yield* inTime(1, stop(t))
        assert.strictEqual(yield* t.ask.Total(), 0)
      })
    )

    promise(
      "meets ActorFailed where the start fails for good",
      Effect.gen(function* () {
        yield* provided(
          Till.toLayer(Effect.fail(new Error("no drawer")), { supervision: Supervision.stop }) as Layer.Layer<
            never,
            never,
            ActorSystem
          >
        )
        const failed = yield* Effect.flip((yield* Till.client)("t").ask.Total())
        assert.instanceOf(failed, ActorFailed)
        assert.include(failed.message, "no drawer")
      })
    )

    promise(
      "keeps the state of an actor that resumes",
      Effect.gen(function* () {
        yield* provided(till({ supervision: Supervision.resume }))
        const t = (yield* Till.client)("t")
        yield* t.ask.Pay({ amount: 7 })
        yield* Effect.flip(t.ask.Break({ how: "die" }))
        assert.strictEqual(yield* t.ask.Total(), 7)
      })
    )
  })

  describe("deadlines", () => {
    promise(
      "stops waiting when its time has passed, is told what the actor was doing, and has its request withdrawn",
      Effect.gen(function* () {
        const { ref, noted, open, inHand } = yield* slow()
        yield* ref.tell.Hold()
        yield* inHand
        const asked = yield* Effect.fork(Effect.flip(ref.withTimeout("2 seconds").ask.Note({ n: 1 })))
        yield* TestClock.adjust("1900 millis")
        assert.isNull(asked.unsafePoll())
        yield* TestClock.adjust("200 millis")
        const error = yield* Fiber.join(asked)
        assert.instanceOf(error, AskTimedOut)
        assert.deepStrictEqual(
          { ...error },
          { _tag: "AskTimedOut", address: "Slow/s", message_tag: "Note", timeoutMillis: 2000, state: "running" }
        )
        yield* open
        assert.strictEqual(yield* ref.ask.Note({ n: 2 }), 2)
        assert.deepStrictEqual(noted, [2])
      })
    )

    promise(
      "waits 30 seconds where it names no time, and without end where it names that",
      Effect.gen(function* () {
        const { ref, open, inHand } = yield* slow()
        yield* ref.tell.Hold()
        yield* inHand
        const usual = yield* Effect.fork(Effect.flip(ref.ask.Note({ n: 1 })))
        const endless = yield* Effect.fork(ref.withTimeout(Duration.infinity).ask.Note({ n: 2 }))
        yield* TestClock.adjust("29 seconds")
        assert.isNull(usual.unsafePoll())
        yield* TestClock.adjust("1100 millis")
        assert.strictEqual((yield* Fiber.join(usual))._tag, "AskTimedOut")
        yield* TestClock.adjust("5 seconds")
        assert.isNull(endless.unsafePoll())
        yield* open
        assert.strictEqual(yield* Fiber.join(endless), 2)
      })
    )

    promise(
      "names backing off as what the actor was doing",
      Effect.gen(function* () {
        yield* provided(till({ supervision: Supervision.restart({ backoff: { min: "5 seconds", jitter: 0 } }) }))
        const t = (yield* Till.client)("t")
        yield* Effect.flip(t.ask.Break({ how: "throw" }))
        const error = yield* inTime("1 second", Effect.flip(t.withTimeout("1 second").ask.Total()))
        assert.strictEqual(error._tag === "AskTimedOut" && error.state, "backing off")
        // A message that still has time is handled after the wait.
        assert.strictEqual(yield* inTime("4 seconds", t.ask.Pay({ amount: 1 })), 1)
      })
    )

    promise(
      "hands its deadline down: an actor that asks another has no more time than its own asker",
      Effect.gen(function* () {
        const { ref, noted, open, inHand } = yield* slow()
        const errors = yield* Queue.unbounded<string>()
        const Middle = Actor.make("Middle", [Rpc.make("Go"), Rpc.make("GoBeside")])
        const onwards = Effect.gen(function* () {
          // The system that handlers find is the portable one, too.
          const last = (yield* Slow.client)("s")
          yield* Effect.catchAll(last.ask.Note({ n: 1 }), (error) => Queue.offer(errors, error._tag))
        })
        yield* provided(Middle.toLayer(Effect.succeed({ Go: () => onwards, GoBeside: () => Rpc.fork(onwards) })))
        yield* ref.tell.Hold()
        yield* inHand
        const middle = (yield* Middle.client)("m").withTimeout("1 second")
        for (const ask of [middle.ask.Go(), middle.ask.GoBeside()]) {
          assert.strictEqual((yield* inTime("1100 millis", Effect.flip(ask)))._tag, "AskTimedOut")
          assert.strictEqual(yield* inTime("200 millis", Queue.take(errors)), "AskTimedOut")
        }
        yield* open
        yield* ref.ask.Note({ n: 2 })
        assert.deepStrictEqual(noted, [2])
      })
    )
  })

  describe("withdrawal", () => {
    promise(
      "takes back what has not begun when it is interrupted",
      Effect.gen(function* () {
        const { ref, noted, open, inHand } = yield* slow()
        yield* ref.tell.Hold()
        yield* inHand
        const asked = yield* Effect.fork(ref.ask.Note({ n: 1 }))
        yield* settle
        yield* Fiber.interrupt(asked)
        yield* settle
        yield* open
        yield* ref.ask.Note({ n: 2 })
        assert.deepStrictEqual(noted, [2])
      })
    )

    promise(
      "leaves what has begun to end, and harms nobody",
      Effect.gen(function* () {
        const { ref, open, inHand } = yield* slow()
        const asked = yield* Effect.fork(ref.ask.Hold())
        yield* inHand
        yield* Fiber.interrupt(asked)
        yield* settle
        const next = yield* Effect.fork(ref.ask.Note({ n: 1 }))
        yield* settle
        assert.isNull(next.unsafePoll(), "the message in hand is still in hand")
        yield* open
        assert.strictEqual(yield* Fiber.join(next), 1)
      })
    )
  })

  describe("mailboxes", () => {
    promise(
      "waits with a tell until there is room, and is not ahead of those who waited before",
      Effect.gen(function* () {
        const { ref, noted, open, inHand } = yield* slow({ mailbox: Mailbox.bounded(1) })
        yield* ref.tell.Hold()
        yield* inHand
        yield* ref.tell.Note({ n: 1 })
        const second = yield* Effect.fork(ref.tell.Note({ n: 2 }))
        yield* settle
        const third = yield* Effect.fork(ref.tell.Note({ n: 3 }))
        yield* TestClock.adjust("40 seconds")
        assert.isNull(second.unsafePoll())
        assert.isNull(third.unsafePoll())
        yield* open
        yield* Fiber.join(third)
        yield* Fiber.join(second)
        yield* ref.ask.Note({ n: 4 })
        assert.deepStrictEqual(noted, [1, 2, 3, 4])
      })
    )

    promise(
      "is refused by a full mailbox that fails, with the capacity there is",
      Effect.gen(function* () {
        const { ref, inHand } = yield* slow({ mailbox: Mailbox.failing(1) })
        yield* ref.tell.Hold()
        yield* inHand
        yield* ref.tell.Note({ n: 1 })
        for (const send of [ref.tell.Note({ n: 2 }), ref.ask.Note({ n: 3 })]) {
          const full = yield* Effect.flip(send)
          assert.instanceOf(full, MailboxFull)
          assert.deepStrictEqual({ ...full }, { _tag: "MailboxFull", address: "Slow/s", capacity: 1 })
        }
      })
    )

    promise(
      "loses what a dropping or a sliding mailbox sheds, and hears of it where it asked",
      Effect.gen(function* () {
        const dropping = yield* slow({ mailbox: Mailbox.dropping(1) })
        yield* dropping.ref.tell.Hold()
        yield* dropping.inHand
        yield* dropping.ref.tell.Note({ n: 1 })
        yield* dropping.ref.tell.Note({ n: 2 })
        assert.instanceOf(yield* Effect.flip(dropping.ref.ask.Note({ n: 3 })), MailboxFull)
        yield* dropping.open
        yield* settle
        assert.deepStrictEqual(dropping.noted, [1])
      })
    )

    promise(
      "hears as an asker that a sliding mailbox shed its request for a newer one",
      Effect.gen(function* () {
        const { ref, noted, open, inHand } = yield* slow({ mailbox: Mailbox.sliding(1) })
        yield* ref.tell.Hold()
        yield* inHand
        const shed = yield* Effect.fork(Effect.flip(ref.ask.Note({ n: 1 })))
        yield* settle
        yield* ref.tell.Note({ n: 2 })
        assert.instanceOf(yield* Fiber.join(shed), MailboxFull)
        yield* open
        yield* settle
        assert.deepStrictEqual(noted, [2])
      })
    )

    promise(
      "waits 5 seconds at most with a tell from a handler",
      Effect.gen(function* () {
        const { ref, inHand } = yield* slow({ mailbox: Mailbox.bounded(1) })
        const Busy = Actor.make("Busy", [Rpc.make("Go", { success: Schema.String })])
        const go = Effect.gen(function* () {
          const target = (yield* Slow.client)("s")
          return yield* Effect.match(target.tell.Note({ n: 2 }), {
            onSuccess: () => "accepted",
            onFailure: (error) => error._tag
          })
        })
        yield* provided(Busy.toLayer(Effect.succeed({ Go: () => go })))
        yield* ref.tell.Hold()
        yield* inHand
        yield* ref.tell.Note({ n: 1 })
        const asked = yield* Effect.fork((yield* Busy.client)("b").ask.Go())
        yield* TestClock.adjust("4 seconds")
        assert.isNull(asked.unsafePoll())
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* Fiber.join(asked), "MailboxFull")
      })
    )

    promise(
      "is refused with the path where waiting would never end",
      Effect.gen(function* () {
        const Talker = Actor.make("Talker", [
          Rpc.make("Ask", { payload: { ids: Schema.Array(Schema.String) }, success: Schema.String })
        ])
        const talk = ({ ids }: { readonly ids: ReadonlyArray<string> }): Effect.Effect<string, never, ActorSystem> =>
          Effect.gen(function* () {
            const [id, ...rest] = ids
            if (id === undefined) return "nobody left"
            return yield* Effect.match((yield* Talker.client)(id).ask.Ask({ ids: rest }), {
              onSuccess: (answer) => answer,
              onFailure: (error) => (error instanceof WaitCycle ? error.path.join(" ") : error._tag)
            })
          })
        yield* provided(Talker.toLayer(Effect.succeed(Talker.of({ Ask: talk }))))
        const a = (yield* Talker.client)("a")
        assert.strictEqual(yield* a.ask.Ask({ ids: ["b", "c"] }), "nobody left")
        assert.strictEqual(yield* a.ask.Ask({ ids: ["a"] }), "Talker/a")
        assert.strictEqual(yield* a.ask.Ask({ ids: ["b", "a"] }), "Talker/b Talker/a")
        // These two live nowhere yet.
        const d = (yield* Talker.client)("d")
        assert.strictEqual(yield* d.ask.Ask({ ids: ["e", "d"] }), "Talker/e Talker/d")
      })
    )
  })

  describe("lives", () => {
    /** Notes how its incarnations begin and end. */
    const Leave = Rpc.make("Leave")
    const Diary = Actor.make("Diary", [
      Rpc.make("Who", {
        success: Schema.Struct({ address: Schema.String, id: Schema.String, incarnation: Schema.Int })
      }),
      Rpc.make("TellSelf"),
      Leave,
      Rpc.make("Break")
    ])
    const diary = (lines: Array<string>) =>
      Diary.toLayer(
        Effect.gen(function* () {
          const self = yield* ActorContext
          const name = `${self.id}${self.incarnation}`
          lines.push(`begin ${name}`)
          yield* Effect.addFinalizer(() => Effect.sync(() => lines.push(`end ${name}`)))
          return Diary.of({
            Who: () => Effect.map(ActorContext, ({ address, id, incarnation }) => ({ address, id, incarnation })),
            TellSelf: () =>
              Effect.flatMap(ActorContext, ({ self }) => Effect.orDie((self as ActorRef<typeof Leave>).tell.Leave())),
            Leave: () => Effect.flatMap(ActorContext, (self) => self.stop),
            Break: () => Effect.dieMessage("torn")
          })
        })
      )

    promise(
      "knows inside who it is, and gets a scope per incarnation",
      Effect.gen(function* () {
        const lines: Array<string> = []
        yield* provided(diary(lines))
        const d = (yield* Diary.client)("d")
        assert.deepStrictEqual(yield* d.ask.Who(), { address: "Diary/d", id: "d", incarnation: 1 })
        yield* Effect.flip(d.ask.Break())
        assert.deepStrictEqual(yield* d.ask.Who(), { address: "Diary/d", id: "d", incarnation: 2 })
        assert.deepStrictEqual(lines, ["begin d1", "end d1", "begin d2"])
      })
    )

    promise(
      "ends when it wants to, and begins anew with the next message",
      Effect.gen(function* () {
        const lines: Array<string> = []
        yield* provided(diary(lines))
        const d = (yield* Diary.client)("d")
        yield* d.ask.TellSelf()
        yield* settle
        assert.deepStrictEqual(lines, ["begin d1", "end d1"])
        assert.strictEqual((yield* d.ask.Who()).incarnation, 1)
        assert.deepStrictEqual(lines, ["begin d1", "end d1", "begin d1"])
      })
    )

    promise(
      "keeps its state however long nobody sends to it",
      Effect.gen(function* () {
        yield* provided(till())
        const t = (yield* Till.client)("t")
        yield* t.tell.Pay({ amount: 3 })
        yield* TestClock.adjust("12 seconds")
        assert.strictEqual(yield* t.ask.Total(), 3)
      })
    )

    promise(
      "handles what it has when it is stopped, refuses what comes, and begins anew with what comes after",
      Effect.gen(function* () {
        const { ref, noted, open, inHand } = yield* slow()
        yield* ref.tell.Hold()
        yield* inHand
        yield* ref.tell.Note({ n: 1 })
        const stopping = yield* Effect.fork(stop(ref))
        yield* settle
        for (const send of [ref.tell.Note({ n: 2 }), ref.ask.Note({ n: 3 })]) {
          assert.strictEqual((yield* Effect.flip(send))._tag, "ActorStopping")
        }
        assert.isNull(stopping.unsafePoll())
        yield* open
        yield* settle
        yield* Fiber.join(stopping)
        assert.strictEqual(yield* ref.ask.Note({ n: 4 }), 4)
        assert.deepStrictEqual(noted, [1, 4])
      })
    )

    promise(
      "is stopped within the budget whatever its handler does, and its askers hear of it",
      Effect.gen(function* () {
        const { ref, inHand } = yield* slow()
        const asked = yield* Effect.fork(Effect.flip(ref.ask.Hold()))
        yield* inHand
        yield* inTime("5 seconds", stop(ref))
        assert.strictEqual((yield* Fiber.join(asked))._tag, "ActorStopping")
      })
    )

    promise(
      "may stop what does not live",
      Effect.gen(function* () {
        yield* provided(till())
        yield* stop((yield* Till.client)("t"))
        yield* stop((yield* Slow.client)("no layer provides its type"))
      })
    )

    promise(
      "ends with the Layer of its type, and begins anew with the next one",
      Effect.gen(function* () {
        const lines: Array<string> = []
        const scope = yield* Scope.make()
        yield* Scope.extend(provided(diary(lines)), scope)
        const d = (yield* Diary.client)("d")
        yield* d.ask.Who()
        yield* Scope.close(scope, Exit.void)
        assert.deepStrictEqual(lines, ["begin d1", "end d1"])
        const refused = yield* inTime("10 seconds", Effect.flip(d.ask.Who()))
        assert.strictEqual(refused._tag, "ActorNotFound")
        yield* provided(diary(lines))
        yield* d.ask.Who()
        assert.deepStrictEqual(lines, ["begin d1", "end d1", "begin d1"])
      })
    )

    promise(
      "cannot have two Layers for one type",
      Effect.gen(function* () {
        yield* provided(till())
        const exit = yield* Effect.exit(provided(till()))
        assert.include(Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "", 'Two Layers provide actors of type "Till"')
      })
    )
  })

  describe("what actors do with their messages", () => {
    promise(
      "sees messages of a higher lane before those of a lower one",
      Effect.gen(function* () {
        const lane = <const Tag extends string>(tag: Tag) => Rpc.make(tag, { payload: { n: Schema.Int } })
        const Desk = Actor.make("Desk", [
          Rpc.make("Hold"),
          lane("Urgent").annotate(Mailbox.Lane, "high"),
          lane("Usual"),
          lane("Spare").annotate(Mailbox.Lane, "low")
        ])
        const gate = yield* Deferred.make<void>()
        const held = yield* Deferred.make<void>()
        const seen: Array<string> = []
        const note =
          (tag: string) =>
          ({ n }: { readonly n: number }) => {
            seen.push(`${tag} ${n}`)
          }
        const hold = Effect.zipRight(Deferred.succeed(held, undefined), Deferred.await(gate))
        yield* provided(
          Desk.toLayer(
            Effect.succeed({
              Hold: () => hold,
              Urgent: note("urgent"),
              Usual: note("usual"),
              Spare: note("spare")
            })
          )
        )
        const desk = (yield* Desk.client)("d")
        yield* desk.tell.Hold()
        yield* Deferred.await(held)
        yield* desk.tell.Spare({ n: 1 })
        yield* desk.tell.Usual({ n: 2 })
        yield* desk.tell.Urgent({ n: 3 })
        yield* desk.tell.Urgent({ n: 4 })
        yield* Deferred.succeed(gate, undefined)
        yield* settle
        assert.deepStrictEqual(seen, ["urgent 3", "urgent 4", "usual 2", "spare 1"])
      })
    )

    promise(
      "sets messages aside, changes its handlers, and reminds itself",
      Effect.gen(function* () {
        const Door = Actor.make("Door", [
          Rpc.make("Open"),
          Rpc.make("Enter", { payload: { who: Schema.String }, success: Schema.String }),
          Rpc.make("Ring")
        ])
        let rung = 0
        const ring = () => {
          rung++
        }
        const opened = Door.of({ Open: () => {}, Enter: ({ who }) => `welcome ${who}`, Ring: ring })
        yield* provided(
          Door.toLayer(
            Effect.gen(function* () {
              const { timers } = yield* ActorContext
              const self = yield* Door.self
              yield* timers.every("ring", self.tell.Ring(), "1 second")
              return Door.of({
                Open: () => Effect.zipRight(Door.become(opened), Effect.asVoid(Actor.unstashAll)),
                Enter: () => Actor.stash,
                Ring: ring
              })
            })
          )
        )
        const door = (yield* Door.client)("d")
        const entering = yield* Effect.fork(door.ask.Enter({ who: "Ada" }))
        yield* settle
        assert.isNull(entering.unsafePoll())
        yield* door.ask.Open()
        yield* settle
        assert.strictEqual(yield* Fiber.join(entering), "welcome Ada")
        yield* TestClock.adjust("3 seconds")
        assert.strictEqual(rung, 3)
      })
    )

    promise(
      "is given an idempotent message again after a crash, three times in all",
      Effect.gen(function* () {
        let begun = 0
        const Press = Actor.make("Press", [
          Rpc.make("Print", { payload: { jams: Schema.Int }, success: Schema.Int }).annotate(Delivery.Idempotent, true)
        ])
        yield* provided(
          Press.toLayer(
            Effect.succeed(
              Press.of({
                Print: ({ jams }) => {
                  begun++
                  if (begun <= jams) throw new Error("paper jam")
                  return begun
                }
              })
            ),
            { supervision: Supervision.restart({ intensity: 10 }) }
          )
        )
        const press = (yield* Press.client)("p")
        assert.strictEqual(yield* press.ask.Print({ jams: 2 }), 3)
        begun = 0
        assert.instanceOf(yield* Effect.flip(press.ask.Print({ jams: 9 })), ActorCrashed)
        assert.strictEqual(begun, 3)
      })
    )

    promise(
      "is interrupted at work with its asker where the protocol says so",
      Effect.gen(function* () {
        const events = yield* Queue.unbounded<string>()
        const Cook = Actor.make("Cook", [Rpc.make("Boil").annotate(Delivery.InterruptWithAsker, true)])
        const boil = Queue.offer(events, "begun").pipe(
          Effect.zipRight(Effect.never),
          Effect.onInterrupt(() => Queue.offer(events, "interrupted"))
        )
        yield* provided(Cook.toLayer(Effect.succeed({ Boil: () => boil })))
        const asker = yield* Effect.fork((yield* Cook.client)("c").ask.Boil())
        assert.strictEqual(yield* Queue.take(events), "begun")
        yield* Fiber.interrupt(asker)
        assert.strictEqual(yield* Queue.take(events), "interrupted")
      })
    )

    promise(
      "asks itself and others in circles where it is re-entrant",
      Effect.gen(function* () {
        const Mirror = Actor.make("Mirror", [Rpc.make("Look", { payload: { depth: Schema.Int }, success: Schema.Int })])
        const look = ({ depth }: { readonly depth: number }): Effect.Effect<number, never, ActorSystem> =>
          depth === 0
            ? Effect.succeed(0)
            : Effect.gen(function* () {
                const mirrors = yield* Mirror.client
                return 1 + (yield* Effect.orDie(mirrors(depth % 2 === 0 ? "a" : "b").ask.Look({ depth: depth - 1 })))
              })
        yield* provided(Mirror.toLayer(Effect.succeed(Mirror.of({ Look: look })), { reentrant: true }))
        assert.strictEqual(yield* (yield* Mirror.client)("a").ask.Look({ depth: 5 }), 5)
      })
    )

    promise(
      "is out of memory when it is passivated, and begins anew with the next message",
      Effect.gen(function* () {
        const lines: Array<string> = []
        const Guest = Actor.make("Guest", [Rpc.make("Stay", { success: Schema.Int })])
        yield* provided(
          Guest.toLayer(
            Effect.gen(function* () {
              lines.push("came")
              yield* Effect.addFinalizer(() => Effect.sync(() => lines.push("left")))
              let nights = 0
              return Guest.of({ Stay: () => ++nights })
            }),
            { passivateAfter: "2 seconds" }
          )
        )
        const guest = (yield* Guest.client)("g")
        yield* guest.ask.Stay()
        assert.strictEqual(yield* guest.ask.Stay(), 2)
        yield* TestClock.adjust("5 seconds")
        assert.deepStrictEqual(lines, ["came", "left"])
        assert.strictEqual(yield* guest.ask.Stay(), 1)
      })
    )
  })

  promise(
    "settles every message once, whatever happens to its actor",
    Effect.gen(function* () {
      const begun: Array<number> = []
      const Job = Actor.make("Job", [Rpc.make("Do", { payload: { n: Schema.Int }, success: Schema.Int, error: Short })])
      yield* provided(
        Job.toLayer(
          Effect.succeed(
            Job.of({
              Do: ({ n }) => {
                begun.push(n)
                if (n % 11 === 0) throw new Error("crash")
                if (n % 7 === 0) return Effect.fail(new Short({ missing: n }))
                if (n % 5 === 0) return Rpc.fork(Effect.as(Effect.sleep("1 second"), n))
                if (n % 3 === 0) return Effect.as(Effect.sleep("100 millis"), n)
                return n
              }
            })
          ),
          { mailbox: Mailbox.bounded(4), supervision: Supervision.restart({ intensity: 2 }) }
        )
      )
      const job = (yield* Job.client)("j").withTimeout("3 seconds")
      const fibers: Array<Fiber.RuntimeFiber<unknown, unknown>> = []
      for (let n = 0; n < 60; n++) {
        fibers.push(yield* Effect.fork(n % 2 === 0 ? job.ask.Do({ n }) : job.tell.Do({ n })))
        if (n % 10 === 0) yield* TestClock.adjust("200 millis")
        if (n === 30) yield* Effect.forkScoped(stop(job))
      }
      yield* TestClock.adjust("5 seconds")
      yield* inTime("30 seconds", stop(job))
      for (const fiber of fibers) {
        assert.isNotNull(fiber.unsafePoll(), "a sender that was left hanging")
        const exit = yield* Fiber.await(fiber)
        if (Exit.isFailure(exit)) assert.isTrue(Cause.isFailure(exit.cause), Cause.pretty(exit.cause))
      }
      assert.strictEqual(new Set(begun).size, begun.length, "begun twice")
    })
  )
})
