import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import {
  Cause,
  Clock,
  Deferred,
  Effect,
  Either,
  Exit,
  Fiber,
  Layer,
  Logger,
  LogLevel,
  Option,
  Schema,
  TestClock
} from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as ActorTest from "../../src/actor/ActorTest.ts"
import { DeadLetters } from "../../src/actor/DeadLetters.ts"
import * as Delivery from "../../src/actor/Delivery.ts"
import * as Mailbox from "../../src/actor/Mailbox.ts"
import * as Supervision from "../../src/actor/Supervision.ts"

const withdrawn = Effect.map(
  Effect.flatMap(DeadLetters, (letters) => letters.counts),
  (counts) => counts.withdrawn
)

/** Handles one gated message, and notes what it begins. */
const Slow = Actor.make("Slow", [
  Rpc.make("Hold", { success: Schema.String }),
  Rpc.make("Note", { payload: { n: Schema.Int }, success: Schema.Int })
])
const slow = (mailbox?: Mailbox.Mailbox) =>
  Effect.gen(function* () {
    const gate = yield* Deferred.make<void>()
    const noted: Array<number> = []
    yield* Layer.build(
      Slow.toLayer(
        Effect.succeed(
          Slow.of({
            Hold: () => Effect.as(Deferred.await(gate), "held"),
            Note: ({ n }) => {
              noted.push(n)
              return n
            }
          })
        ),
        { mailbox }
      )
    )
    return { ref: (yield* Slow.client)("s"), open: Deferred.succeed(gate, undefined), noted }
  })

describe("An ask", () => {
  // A mistake that types catch, but plain JavaScript does not.
  it.scoped("whose handler suspends what is no Effect is answered with the crash, by an actor that was idle, too", () =>
    Effect.gen(function* () {
      yield* Layer.build(
        Slow.toLayer(
          Effect.succeed(
            Slow.of({
              Hold: () => Effect.suspend(() => undefined as never),
              Note: ({ n }) => n
            })
          ),
          { supervision: Supervision.resume }
        )
      )
      const ref = (yield* Slow.client)("s")
      const error = yield* Effect.flip(ref.ask.Hold())
      assert.strictEqual(error._tag, "ActorCrashed")
      assert.include(error.message, "Not a valid effect: undefined")
      assert.strictEqual(yield* ref.ask.Note({ n: 1 }), 1)
    }).pipe(Effect.provide(ActorSystem.layer()))
  )

  it.scoped("whose asker is interrupted before handling began is withdrawn, not handled", () =>
    Effect.gen(function* () {
      const { ref, open, noted } = yield* slow()
      yield* ref.tell.Hold()
      const asked = yield* Effect.fork(ref.ask.Note({ n: 1 }))
      yield* ActorTest.settle
      yield* Fiber.interrupt(asked)
      yield* open
      yield* ref.ask.Note({ n: 2 })
      assert.deepStrictEqual(noted, [2])
      assert.strictEqual(yield* withdrawn, 1)
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("from an uninterruptible region is handled and answered, whoever interrupts", () =>
    Effect.gen(function* () {
      const { ref, open, noted } = yield* slow()
      yield* ref.tell.Hold()
      const answer = yield* Deferred.make<number>()
      const asked = yield* Effect.fork(
        Effect.uninterruptible(Effect.flatMap(ref.ask.Note({ n: 1 }), (n) => Deferred.succeed(answer, n)))
      )
      yield* ActorTest.settle
      yield* Fiber.interruptFork(asked)
      yield* ActorTest.settle
      yield* open
      assert.strictEqual(yield* Deferred.await(answer), 1)
      assert.deepStrictEqual(noted, [1])
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("times out after 30 seconds, or what withTimeout says, and names actor, message and state", () =>
    Effect.gen(function* () {
      const { ref, noted, open } = yield* slow()
      yield* ref.tell.Hold()
      const usual = yield* Effect.fork(Effect.flip(ref.ask.Note({ n: 1 })))
      const brief = yield* Effect.fork(Effect.flip(ref.withTimeout("1 second").ask.Note({ n: 2 })))
      const endless = yield* Effect.fork(ref.withTimeout(Number.POSITIVE_INFINITY).ask.Note({ n: 3 }))
      yield* TestClock.adjust("999 millis")
      assert.isNull(brief.unsafePoll())
      yield* TestClock.adjust("1 millis")
      const error = yield* Fiber.join(brief)
      assert.strictEqual(error._tag, "AskTimedOut")
      assert.strictEqual(
        error.message,
        "Slow/s did not answer Note within 1000 ms (it was running): give it more time with withTimeout, or find what it waits for."
      )
      yield* TestClock.adjust("29 seconds")
      assert.strictEqual((yield* Fiber.join(usual))._tag, "AskTimedOut")
      yield* TestClock.adjust("10 days")
      assert.isNull(endless.unsafePoll())
      yield* open
      assert.strictEqual(yield* Fiber.join(endless), 3)
      assert.deepStrictEqual(noted, [3])
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("answered after its deadline is not answered twice, and harms nobody", () =>
    Effect.gen(function* () {
      const { ref, open } = yield* slow()
      const asked = yield* Effect.fork(Effect.flip(ref.withTimeout("1 second").ask.Hold()))
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* Fiber.join(asked))._tag, "AskTimedOut")
      yield* open
      assert.strictEqual(yield* ref.ask.Note({ n: 1 }), 1)
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("hands its deadline down the chain of asks, to concurrent handlers too", () =>
    Effect.gen(function* () {
      const { ref: last, noted, open } = yield* slow()
      const seen: Array<Option.Option<number>> = []
      const errors: Array<string> = []
      const Middle = Actor.make("Middle", [Rpc.make("Go"), Rpc.make("GoBeside")])
      const onwards = last.ask.Note({ n: 1 }).pipe(
        Effect.catchAll((error) => Effect.sync(() => void errors.push(error.message))),
        Effect.asVoid
      )
      yield* Layer.build(
        Middle.toLayer(
          Effect.succeed(
            Middle.of({
              Go: (_, context) => {
                seen.push(context.deadline)
                return onwards
              },
              GoBeside: () => Rpc.fork(onwards)
            })
          )
        )
      )
      const middle = (yield* Middle.client)("m")
      yield* last.tell.Hold()
      const now = yield* Clock.currentTimeMillis
      for (const ask of [middle.withTimeout("1 second").ask.Go(), middle.withTimeout("1 second").ask.GoBeside()]) {
        const asked = yield* Effect.fork(Effect.flip(ask))
        yield* TestClock.adjust("1 second")
        assert.strictEqual((yield* Fiber.join(asked))._tag, "AskTimedOut")
      }
      assert.deepStrictEqual(
        errors.map((error) => error.slice(0, 42)),
        ["Slow/s did not answer Note within 1000 ms ", "Slow/s did not answer Note within 1000 ms "],
        "the error names the time there was, not the 30 seconds it asked for"
      )
      yield* middle.tell.Go()
      yield* ActorTest.settle
      assert.deepStrictEqual(seen, [Option.some(now + 1000), Option.none()])
      yield* open
      yield* ActorTest.settle
      assert.deepStrictEqual(noted, [1], "only the tell's chain had time")
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("of a fiber that build left running is not cut off by the deadline of a message in hand", () =>
    Effect.gen(function* () {
      const { ref: last, open } = yield* slow()
      const answers: Array<string> = []
      const Poller = Actor.make("Poller", [Rpc.make("Poll"), Rpc.make("Linger")])
      yield* Layer.build(
        Poller.toLayer(
          Effect.gen(function* () {
            const poll = yield* Deferred.make<void>()
            yield* Deferred.await(poll).pipe(
              Effect.zipRight(Effect.exit(last.withTimeout("1 minute").ask.Hold())),
              Effect.tap((exit) => Effect.sync(() => answers.push(exit._tag))),
              Effect.forkScoped
            )
            return Poller.of({
              Poll: () => Effect.zipRight(Deferred.succeed(poll, undefined), Effect.sleep("5 seconds")),
              Linger: () => Effect.sleep("5 seconds")
            })
          })
        )
      )
      const poller = (yield* Poller.client)("p")
      const asked = yield* Effect.fork(Effect.flip(poller.withTimeout("1 second").ask.Poll()))
      yield* TestClock.adjust("6 seconds")
      yield* Fiber.join(asked)
      assert.deepStrictEqual(answers, [])
      yield* open
      yield* ActorTest.settle
      assert.deepStrictEqual(answers, ["Success"])
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("lets others pass while its handler answers concurrently", () =>
    Effect.gen(function* () {
      const Desk = Actor.make("Desk", [
        Rpc.make("Research", { success: Schema.String }),
        Rpc.make("Ping", { success: Schema.String })
      ])
      yield* Layer.build(
        Desk.toLayer(
          Effect.succeed(
            Desk.of({ Research: () => Rpc.fork(Effect.as(Effect.sleep("1 second"), "found")), Ping: () => "pong" })
          )
        )
      )
      const desk = (yield* Desk.client)("d")
      const research = yield* Effect.fork(desk.ask.Research())
      yield* ActorTest.settle
      assert.strictEqual(yield* desk.ask.Ping(), "pong")
      assert.isNull(research.unsafePoll())
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(research), "found")
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("of a stuck actor with a full mailbox leaves nothing behind once it timed out", () =>
    Effect.gen(function* () {
      const { ref } = yield* slow(Mailbox.bounded(1))
      const local = yield* ActorSystem.LocalActorSystem
      yield* ref.tell.Hold()
      yield* ActorTest.settle
      yield* ref.tell.Note({ n: 0 })
      for (let round = 0; round < 20; round++) {
        for (let i = 0; i < 50; i++) yield* Effect.fork(Effect.ignore(ref.withTimeout("1 second").ask.Note({ n: i })))
        yield* TestClock.adjust("1 second")
      }
      const [snapshot] = yield* local.snapshot
      assert.isAtMost(snapshot!.waitingSenders, 128, "of a thousand")
    }).pipe(Effect.provide(ActorTest.layer({ stopBudget: 0 })))
  )
})

class Short extends Schema.TaggedError<Short>()("Short", { missing: Schema.Int }) {}

describe("An answer", () => {
  const Till = Actor.make("Till", [
    Rpc.make("Pay", { payload: { amount: Schema.Int }, success: Schema.Int, error: Short }),
    Rpc.make("Break")
  ])
  const till = (supervision?: Supervision.Supervision) =>
    Effect.gen(function* () {
      yield* Layer.build(
        Till.toLayer(
          Effect.sync(() => {
            let sum = 0
            return Till.of({
              Pay: ({ amount }) => {
                if (amount < 10) return Effect.fail(new Short({ missing: 10 - amount }))
                sum += amount
                return sum
              },
              Break: () => Effect.dieMessage("the drawer is stuck")
            })
          }),
          { supervision }
        )
      )
      return (yield* Till.client)("t")
    })

  it.scoped("of an idle actor that looks at its deadline by runSync is answered after a crash and a redelivery", () =>
    Effect.gen(function* () {
      const Flaky = Actor.make("Flaky", [
        Rpc.make("Go", { success: Schema.String }).annotate(Delivery.Idempotent, true),
        Rpc.make("Ping")
      ])
      let deliveries = 0
      yield* Layer.build(
        Flaky.toLayer(
          Effect.succeed(
            Flaky.of({
              Go: (_, context) => {
                Effect.runSync(Effect.sync(() => context.deadline))
                if (++deliveries === 1) throw new Error("boom")
                return "done"
              },
              Ping: () => {}
            })
          )
        )
      )
      const flaky = (yield* Flaky.client)("a")
      yield* flaky.ask.Ping()
      const asked = yield* Effect.fork(flaky.ask.Go())
      yield* ActorTest.settle
      assert.deepStrictEqual(asked.unsafePoll(), Exit.succeed("done"))
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("may be a typed failure, which is no crash: state and incarnation stay", () =>
    Effect.gen(function* () {
      const ref = yield* till()
      yield* ref.ask.Pay({ amount: 10 })
      const error = yield* Effect.flip(ref.ask.Pay({ amount: 4 }))
      assert.deepStrictEqual(error, new Short({ missing: 6 }))
      assert.strictEqual(yield* ref.ask.Pay({ amount: 10 }), 20)
      const [snapshot] = yield* Effect.flatMap(ActorSystem.LocalActorSystem, (local) => local.snapshot)
      assert.deepInclude(snapshot, { handled: 2, failed: 1, restarts: 0, incarnation: 1 })
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("that is a typed failure of a tell is counted, and logged at debug level only", () => {
    const lines: Array<string> = []
    const logger = Logger.make(({ logLevel, message }) => lines.push(`${logLevel.label} ${String(message)}`))
    return Effect.gen(function* () {
      const ref = yield* till()
      yield* ref.tell.Pay({ amount: 4 })
      yield* ActorTest.settle
      const [snapshot] = yield* Effect.flatMap(ActorSystem.LocalActorSystem, (local) => local.snapshot)
      assert.deepInclude(snapshot, { handled: 0, failed: 1, state: "running" })
      assert.deepStrictEqual(lines, ["DEBUG Till/t answered Pay, which was told, with a failure"])
    }).pipe(
      Effect.provide(ActorTest.layer()),
      Effect.provide(Logger.add(logger)),
      Logger.withMinimumLogLevel(LogLevel.Debug)
    )
  })

  it.scoped(
    "to the message in hand of a crash is ActorCrashed with the cause, at once, while the actor backs off",
    () =>
      Effect.gen(function* () {
        const ref = yield* till(Supervision.restart({ backoff: { min: "1 minute" } }))
        const error = yield* Effect.flip(ref.ask.Break())
        assert.strictEqual(error._tag, "ActorCrashed")
        if (error._tag === "ActorCrashed") {
          assert.strictEqual(error.message_tag, "Break")
          assert.include(Cause.pretty(error.cause), "the drawer is stuck")
        }
      }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("that is an Option or an Either is a value, plain or from an Effect", () =>
    Effect.gen(function* () {
      const Values = Actor.make("Values", [
        Rpc.make("Maybe", { payload: { n: Schema.Int }, success: Schema.Option(Schema.Int) }),
        Rpc.make("Which", {
          payload: { n: Schema.Int },
          success: Schema.Either({ left: Schema.String, right: Schema.Int })
        }),
        Rpc.make("Later", { success: Schema.Option(Schema.Int) })
      ])
      yield* Layer.build(
        Values.toLayer(
          Effect.succeed(
            Values.of({
              Maybe: ({ n }) => (n > 0 ? Option.some(n) : Option.none()),
              Which: ({ n }) => (n > 0 ? Either.right(n) : Either.left("none")),
              Later: () => Effect.succeed(Option.none())
            })
          )
        )
      )
      const values = (yield* Values.client)("v")
      assert.deepStrictEqual(yield* values.ask.Maybe({ n: 1 }), Option.some(1))
      assert.deepStrictEqual(yield* values.ask.Maybe({ n: 0 }), Option.none())
      assert.deepStrictEqual(yield* values.ask.Which({ n: 1 }), Either.right(1))
      assert.deepStrictEqual(yield* values.ask.Which({ n: 0 }), Either.left("none"))
      assert.deepStrictEqual(yield* values.ask.Later(), Option.none())
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("is made of a payload whose defaults are filled in and whose classes are instances", () =>
    Effect.gen(function* () {
      class Point extends Schema.Class<Point>("Point")({ x: Schema.Int, y: Schema.Int }) {
        get sum() {
          return this.x + this.y
        }
      }
      const Forms = Actor.make("Forms", [
        Rpc.make("Sum", { payload: Point, success: Schema.Int }),
        Rpc.make("Page", {
          payload: {
            size: Schema.Int.pipe(
              Schema.propertySignature,
              Schema.withConstructorDefault(() => 20)
            )
          },
          success: Schema.Int
        })
      ])
      yield* Layer.build(
        Forms.toLayer(Effect.succeed(Forms.of({ Sum: (point) => point.sum, Page: ({ size }) => size })))
      )
      const forms = (yield* Forms.client)("f")
      assert.strictEqual(yield* forms.ask.Sum({ x: 1, y: 2 }), 3)
      assert.strictEqual(yield* forms.ask.Sum(new Point({ x: 3, y: 4 })), 7)
      assert.strictEqual(yield* forms.ask.Page({}), 20)
      assert.strictEqual(yield* forms.ask.Page({ size: 5 }), 5)
    }).pipe(Effect.provide(ActorTest.layer()))
  )
})

describe("A tell", () => {
  const Chatty = Actor.make("Chatty", [
    Rpc.make("TellSlow", { payload: { times: Schema.Int }, success: Schema.String }),
    Rpc.make("TellYourself", { payload: { times: Schema.Int }, success: Schema.String }),
    Rpc.make("Note")
  ])
  const chatty = (target: Effect.Effect.Success<ReturnType<typeof slow>>["ref"]) =>
    Effect.gen(function* () {
      const outcome = <A, E extends { readonly _tag: string }>(effect: Effect.Effect<A, E>) =>
        Effect.match(effect, { onSuccess: () => "told", onFailure: (error) => error._tag })
      yield* Layer.build(
        Chatty.toLayer(
          Effect.gen(function* () {
            const { id } = yield* ActorContext
            const self = (yield* Chatty.client)(id)
            return Chatty.of({
              Note: () => {},
              TellSlow: ({ times }) => outcome(Effect.repeatN(target.tell.Note({ n: 1 }), times - 1)),
              TellYourself: ({ times }) => outcome(Effect.repeatN(self.tell.Note(), times - 1))
            })
          }),
          { mailbox: Mailbox.bounded(2) }
        )
      )
      return (yield* Chatty.client)("c")
    })

  it.scoped("from a handler waits for room at most the tellTimeout, then it is MailboxFull", () =>
    Effect.gen(function* () {
      const { ref } = yield* slow(Mailbox.bounded(2))
      yield* ref.tell.Hold()
      yield* ActorTest.settle
      const told = yield* Effect.fork((yield* chatty(ref)).ask.TellSlow({ times: 3 }))
      yield* TestClock.adjust("4999 millis")
      assert.isNull(told.unsafePoll())
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* Fiber.join(told), "MailboxFull")
    }).pipe(Effect.provide(ActorTest.layer({ stopBudget: 0 })))
  )

  it.scoped("from a host waits for room as long as it takes, first come first served", () =>
    Effect.gen(function* () {
      const { ref, open, noted } = yield* slow(Mailbox.bounded(1))
      yield* ref.tell.Hold()
      yield* ActorTest.settle
      const told = yield* Effect.forEach([1, 2, 3, 4], (n) => Effect.fork(ref.tell.Note({ n })))
      yield* TestClock.adjust("1 day")
      assert.deepStrictEqual(
        told.map((fiber) => fiber.unsafePoll() !== null),
        [true, false, false, false]
      )
      yield* open
      yield* Fiber.joinAll(told)
      yield* ActorTest.settle
      assert.deepStrictEqual(noted, [1, 2, 3, 4])
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("to oneself on a full mailbox fails at once", () =>
    Effect.gen(function* () {
      const { ref } = yield* slow()
      const self = yield* chatty(ref)
      assert.strictEqual(yield* self.ask.TellYourself({ times: 2 }), "told")
      assert.strictEqual(yield* self.ask.TellYourself({ times: 3 }), "MailboxFull")
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("that is interrupted while it waits for room is not delivered", () =>
    Effect.gen(function* () {
      const { ref, open, noted } = yield* slow(Mailbox.bounded(1))
      yield* ref.tell.Hold()
      yield* ActorTest.settle
      yield* ref.tell.Note({ n: 1 })
      const waiting = yield* Effect.fork(ref.tell.Note({ n: 2 }))
      yield* ActorTest.settle
      yield* Fiber.interrupt(waiting)
      yield* open
      assert.strictEqual(yield* ref.ask.Note({ n: 3 }), 3)
      assert.deepStrictEqual(noted, [1, 3])
    }).pipe(Effect.provide(ActorTest.layer()))
  )
})

describe("Dead letters", () => {
  it.scoped("are kept up to the limit, newest last, all counted, and logged once in ten seconds", () => {
    const lines: Array<string> = []
    const logger = Logger.make(({ message }) => lines.push(String(message)))
    return Effect.gen(function* () {
      const { ref } = yield* slow(Mailbox.dropping(1))
      const letters = yield* DeadLetters
      yield* ref.tell.Hold()
      yield* ActorTest.settle
      for (let n = 0; n < 11; n++) yield* ref.tell.Note({ n })
      yield* TestClock.adjust("10 seconds")
      const shed = yield* Effect.flip(ref.ask.Note({ n: 11 }))
      assert.strictEqual(shed._tag, "MailboxFull")
      yield* ActorTest.settle
      const recent = yield* letters.recent
      assert.deepStrictEqual(
        recent.map(({ address, message, reason, atMillis }) => [address, message, reason, atMillis]),
        [
          ["Slow/s", "Note", "mailbox full", 0],
          ["Slow/s", "Note", "mailbox full", 0],
          ["Slow/s", "Note", "mailbox full", 10_000]
        ]
      )
      const { "mailbox full": full, ...others } = yield* letters.counts
      assert.strictEqual(full, 11)
      assert.isTrue(Object.values(others).every((count) => count === 0))
      assert.deepStrictEqual(lines, [
        "Note to Slow/s was not handled (mailbox full)",
        "Note to Slow/s was not handled (mailbox full), and 9 other message(s) before it"
      ])
    }).pipe(Effect.provide(ActorTest.layer({ deadLetters: 3, stopBudget: 0 })), Effect.provide(Logger.add(logger)))
  })
})
