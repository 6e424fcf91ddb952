import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Exit, Fiber, type Layer, Logger, Option, Schema } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext, deadlineOf } from "../../src/actor/ActorContext.ts"
import * as Systems from "../../src/actor/ActorSystem.ts"
import * as ActorTest from "../../src/actor/ActorTest.ts"
import * as EventBus from "../../src/actor/EventBus.ts"
import * as Mailbox from "../../src/actor/Mailbox.ts"
import * as Shutdown from "../../src/actor/Shutdown.ts"
import * as Supervision from "../../src/actor/Supervision.ts"
import * as Harness from "./harness.ts"
import { type ManualClock, provided, rest, snapshots } from "./harness.ts"

const hour = 3_600_000

const Worker = Actor.make("Worker", [
  Rpc.make("Hang"),
  Rpc.make("Crash"),
  Rpc.make("Life", { success: Schema.Int }),
  Rpc.make("Deadline", { success: Schema.Option(Schema.Number) }),
  Rpc.make("Tick")
])

const workersWith = (gate: Deferred.Deferred<void>, ticks: Array<string>) =>
  Worker.toLayer(
    Effect.gen(function* () {
      const { incarnation, timers, id } = yield* ActorContext
      const self = yield* Worker.self
      if (id === "ticking") {
        yield* timers.once("once", self.tell.Tick(), "10 seconds")
        yield* timers.every("every", self.tell.Tick(), "20 seconds")
      }
      return Worker.of({
        Hang: () => Deferred.await(gate),
        Crash: () => Effect.dieMessage("crashed on purpose"),
        Life: () => incarnation,
        Deadline: () => Effect.map(ActorContext, deadlineOf),
        Tick: () => void ticks.push("tick")
      })
    }),
    {
      mailbox: Mailbox.bounded(1),
      supervision: Supervision.restart({
        intensity: 2,
        period: "10 seconds",
        backoff: { min: "1 second", max: "1 second", jitter: 0 }
      }),
      passivateAfter: "10 minutes"
    }
  )

/** Lets go what hangs before the system closes, whose clock stands still by then. */
const run = <A, E>(
  program: (clock: ManualClock) => Effect.Effect<A, E, Harness.Services>,
  ...others: [options?: Systems.Options, logger?: Logger.Logger<unknown, unknown>]
) => Harness.run((clock) => Effect.scoped(program(clock)), ...others)

const begin = <R>(layer: (gate: Deferred.Deferred<void>) => Layer.Layer<never, never, R>) =>
  Effect.gen(function* () {
    const gate = yield* Deferred.make<void>()
    yield* provided(layer(gate))
    yield* Effect.addFinalizer(() => Deferred.succeed(gate, undefined))
  })

const workers = (ticks: Array<string> = []) => begin((gate) => workersWith(gate, ticks))

/** What waits, and the time by which it must have ended, and before which it must not. */
describe.each([
  ["back", -hour],
  ["forward", hour]
])("With the system's clock set %s an hour", (_, offset) => {
  const jump = (clock: ManualClock) =>
    Effect.sync(() => {
      clock.wallOffset += offset
    })

  it("an ask has all its time, and no more", () =>
    run((clock) =>
      Effect.gen(function* () {
        yield* workers()
        const client = yield* Worker.client
        const asked = yield* Effect.fork(Effect.flip(client("a").withTimeout("30 seconds").ask.Hang()))
        yield* rest
        yield* jump(clock)
        // Another ask makes the wheel look at its clock.
        const brief = yield* Effect.fork(Effect.flip(client("b").withTimeout("1 second").ask.Hang()))
        yield* clock.advance(29_000)
        assert.strictEqual((yield* Fiber.join(brief))._tag, "AskTimedOut")
        assert.isNull(asked.unsafePoll())
        yield* clock.advance(1000)
        assert.strictEqual((yield* Fiber.join(asked))._tag, "AskTimedOut")
      })
    ))

  it("a tell that waits for room does so for its time", () =>
    run((clock) =>
      Effect.gen(function* () {
        const Teller = Actor.make("Teller", [Rpc.make("Go", { success: Schema.String })])
        yield* workers()
        const client = yield* Worker.client
        yield* provided(
          Teller.toLayer(
            Effect.succeed(
              Teller.of({
                Go: () =>
                  Effect.match(client("a").tell.Tick(), {
                    onFailure: (error) => error._tag,
                    onSuccess: () => "told"
                  })
              })
            )
          )
        )
        yield* client("a").tell.Hang()
        yield* rest
        yield* client("a").tell.Tick()
        const asked = yield* Effect.fork((yield* Teller.client)("t").ask.Go())
        yield* rest
        yield* jump(clock)
        yield* clock.advance(4999)
        assert.isNull(asked.unsafePoll())
        yield* clock.advance(1)
        assert.strictEqual(yield* Fiber.join(asked), "MailboxFull")
      })
    ))

  it("timers tick when they are due", () =>
    run((clock) =>
      Effect.gen(function* () {
        const ticks: Array<string> = []
        yield* workers(ticks)
        yield* (yield* Worker.client)("ticking").ask.Life()
        yield* jump(clock)
        yield* clock.advance(9999)
        assert.lengthOf(ticks, 0)
        yield* clock.advance(1)
        assert.lengthOf(ticks, 1)
        yield* clock.advance(10_000)
        assert.lengthOf(ticks, 2)
        yield* jump(clock)
        yield* clock.advance(19_999)
        assert.lengthOf(ticks, 2)
        yield* clock.advance(1)
        assert.lengthOf(ticks, 3)
      })
    ))

  it("an idle actor is passivated in its time", () =>
    run((clock) =>
      Effect.gen(function* () {
        yield* workers()
        yield* (yield* Worker.client)("a").ask.Life()
        yield* jump(clock)
        yield* clock.advance(599_999)
        assert.lengthOf(yield* snapshots, 1)
        yield* clock.advance(600_001)
        assert.lengthOf(yield* snapshots, 0)
      })
    ))

  it("a backoff lasts as long as it says, and the age of a life is told as it is", () =>
    run((clock) =>
      Effect.gen(function* () {
        yield* workers()
        const client = yield* Worker.client
        yield* client("a").tell.Crash()
        yield* rest
        yield* jump(clock)
        const asked = yield* Effect.fork(client("a").ask.Life())
        yield* clock.advance(999)
        assert.isNull(asked.unsafePoll())
        yield* clock.advance(1)
        assert.strictEqual(yield* Fiber.join(asked), 2)
        yield* jump(clock)
        yield* clock.advance(5000)
        assert.strictEqual((yield* snapshots)[0]!.ageMillis, 5000)
      })
    ))

  it("crashes are counted within the period that has passed", () =>
    run((clock) =>
      Effect.gen(function* () {
        yield* workers()
        const client = yield* Worker.client
        const crash = Effect.gen(function* () {
          yield* client("a").tell.Crash()
          yield* clock.advance(4000)
        })
        yield* crash
        yield* jump(clock)
        yield* crash
        // The first is forgiven by now, the second is not.
        yield* clock.advance(3000)
        yield* jump(clock)
        yield* crash
        assert.strictEqual(yield* client("a").ask.Life(), 4)
        yield* client("a").tell.Crash()
        yield* clock.advance(10)
        yield* jump(clock)
        yield* client("a").tell.Crash().pipe(Effect.ignore)
        yield* clock.advance(10_000)
        assert.strictEqual((yield* Effect.flip(client("a").ask.Life()))._tag, "ActorFailed")
      })
    ))

  it("a stop has its budget, and the system closes", () =>
    run((clock) =>
      Effect.gen(function* () {
        yield* workers()
        const client = yield* Worker.client
        yield* client("a").tell.Hang()
        yield* rest
        const stopping = yield* Effect.fork(Systems.stop(client("a")))
        yield* rest
        yield* jump(clock)
        yield* clock.advance(4999)
        assert.isNull(stopping.unsafePoll())
        yield* clock.advance(1)
        assert.isNotNull(stopping.unsafePoll())
        yield* client("b").tell.Hang()
        yield* rest
        const shutdown = yield* Effect.fork(Shutdown.run)
        yield* rest
        yield* jump(clock)
        yield* clock.advance(4999)
        assert.isNull(shutdown.unsafePoll())
        yield* clock.advance(1)
        assert.isNotNull(shutdown.unsafePoll())
      })
    ))

  it("a task of the shutdown has its budget", () =>
    run((clock) =>
      Effect.gen(function* () {
        yield* Shutdown.add("unbind", "hangs", Effect.never)
        const shutdown = yield* Effect.fork(Shutdown.run)
        yield* rest
        yield* jump(clock)
        yield* clock.advance(4999)
        assert.isNull(shutdown.unsafePoll())
        yield* clock.advance(1)
        assert.isNotNull(shutdown.unsafePoll())
      })
    ))

  it("a handler that hangs is reported in its time, once", () => {
    const lines: Array<string> = []
    const logger = Logger.make<unknown, void>(({ message }) => void lines.push(String(message)))
    return run(
      (clock) =>
        Effect.gen(function* () {
          yield* workers()
          yield* (yield* Worker.client)("a").tell.Hang()
          yield* rest
          yield* jump(clock)
          yield* clock.advance(59_999)
          assert.lengthOf(lines, 0)
          yield* clock.advance(1)
          assert.match(lines.join(), /has been at work on Hang for 60000 ms/)
          yield* clock.advance(60_000)
          assert.lengthOf(lines, 1)
        }),
      {},
      logger
    )
  })

  it("who publishes from a handler waits its time, and how long it waited is told as it is", () =>
    run((clock) =>
      Effect.gen(function* () {
        const Said = EventBus.topic("said", Schema.Int)
        yield* EventBus.subscribe(Said, () => Effect.never, { capacity: 1 })
        yield* EventBus.publish(Said, 1)
        yield* rest
        yield* EventBus.publish(Said, 2)
        const Publisher = Actor.make("Publisher", [Rpc.make("Go")])
        const bus = yield* EventBus.EventBus
        yield* provided(Publisher.toLayer(Effect.succeed(Publisher.of({ Go: () => bus.publish(Said, 3) }))))
        const asked = yield* Effect.fork((yield* Publisher.client)("p").ask.Go())
        yield* rest
        yield* jump(clock)
        yield* clock.advance(4999)
        assert.isNull(asked.unsafePoll())
        yield* clock.advance(1)
        yield* Fiber.join(asked)
        const [topic] = yield* EventBus.stats
        assert.strictEqual(Duration.toMillis(topic!.subscribers[0]!.publishersWaited), 5000)
      }).pipe(Effect.provide(EventBus.layer()))
    ))

  it("the deadline that a handler is told is the wall clock's, and is handed on as what is left", () =>
    run((clock) =>
      Effect.gen(function* () {
        yield* workers()
        const client = yield* Worker.client
        yield* client("a").ask.Life()
        yield* jump(clock)
        const deadline = yield* client("a").withTimeout("3 seconds").ask.Deadline()
        assert.deepStrictEqual(deadline, Option.some(clock.unsafeCurrentTimeMillis() + 3000))
      })
    ))
})

/** The real clock of this process, while its `Date` is off. */
const withDateOff = (offset: number, program: Effect.Effect<void, unknown, Systems.ActorSystem>) =>
  Effect.runPromise(
    Effect.acquireUseRelease(
      Effect.sync(() => {
        const real = Date.now
        let off = 0
        Date.now = () => real() + off
        return {
          jump: () => {
            off = offset
          },
          restore: () => {
            Date.now = real
          }
        }
      }),
      ({ jump }) =>
        Effect.gen(function* () {
          const gate = yield* Deferred.make<void>()
          yield* provided(
            Actor.make("Gate", [Rpc.make("Pass"), Rpc.make("Hang")]).toLayer(
              Effect.succeed({ Pass: () => Deferred.await(gate), Hang: () => Effect.never })
            )
          )
          yield* Effect.sync(jump)
          yield* program
        }).pipe(Effect.scoped, Effect.provide(Systems.layer({ stopBudget: "20 millis" }))),
      ({ restore }) => Effect.sync(restore)
    ).pipe(Effect.provide(Logger.remove(Logger.defaultLogger)))
  )

describe.each([
  ["back", -hour],
  ["forward", hour]
])("On the real clock, set %s an hour while actors live", (_, offset) => {
  it("brief asks time out, long ones wait on, and the system closes", () => {
    const Gate = Actor.make("Gate", [Rpc.make("Pass"), Rpc.make("Hang")])
    return withDateOff(
      offset,
      Effect.gen(function* () {
        const client = yield* Gate.client
        const long = yield* Effect.fork(Effect.exit(client("a").withTimeout("30 minutes").ask.Hang()))
        const brief = yield* Effect.flip(client("b").withTimeout("20 millis").ask.Hang())
        assert.propertyVal(brief, "_tag", "AskTimedOut")
        assert.isNull(long.unsafePoll())
      })
    )
  })
})

describe("Fractions of a millisecond", () => {
  const Gate = Actor.make("Gate", [Rpc.make("Hang")])
  const hanging = Gate.toLayer(Effect.succeed(Gate.of({ Hang: () => Effect.never })))
  const gated = begin((gate) => Gate.toLayer(Effect.succeed(Gate.of({ Hang: () => Deferred.await(gate) }))))

  it.effect("a seeded run with time-outs of all kinds of fractions ends", () =>
    Effect.forEach([1, 2, 3, 4], (seed) =>
      ActorTest.seeded(
        Effect.gen(function* () {
          const client = yield* Gate.client
          const errors = yield* Effect.forEach(
            [1, 2, 3, 4, 5, 6],
            (n) =>
              Effect.zipRight(
                Effect.sleep(0.1 * n),
                Effect.flip(
                  client(`${n}`)
                    .withTimeout(n * 100.7 + seed / 7)
                    .ask.Hang()
                )
              ),
            { concurrency: "unbounded" }
          )
          for (const error of errors) assert.propertyVal(error, "_tag", "AskTimedOut")
        }).pipe(Effect.provide(hanging)),
        { seed, maxTasks: 5000 }
      )
    ).pipe(Effect.provide(Logger.remove(Logger.defaultLogger)))
  )

  it("times out after so many fractions, not before, and says whole milliseconds", () =>
    run((clock) =>
      Effect.gen(function* () {
        yield* gated
        const asked = yield* Effect.fork(Effect.flip((yield* Gate.client)("a").withTimeout("1500.5 millis").ask.Hang()))
        yield* clock.advance(1500.4)
        assert.isNull(asked.unsafePoll())
        yield* clock.advance(0.1)
        assert.strictEqual(asked.unsafePoll()?._tag, "Success")
      })
    ))

  it("a wait longer than a JavaScript timer can be ends all the same", () =>
    run((clock) =>
      Effect.gen(function* () {
        const slept: Array<number> = []
        const { sleep } = clock
        clock.sleep = (duration) => {
          slept.push(Duration.toMillis(duration))
          return sleep.call(clock, duration)
        }
        yield* gated
        const asked = yield* Effect.fork(Effect.exit((yield* Gate.client)("a").withTimeout("60 days").ask.Hang()))
        yield* clock.advance(60 * 24 * hour)
        assert.isTrue(Exit.isFailure(yield* Fiber.join(asked)))
        assert.isAtMost(Math.max(...slept), 2 ** 31 - 1)
      })
    ))
})
