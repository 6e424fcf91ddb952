import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Schema } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import { DeadLetters } from "../../src/actor/DeadLetters.ts"
import * as Shutdown from "../../src/actor/Shutdown.ts"
import * as Strategy from "../../src/actor/Strategy.ts"
import * as Supervision from "../../src/actor/Supervision.ts"
import { provided, rest, run } from "./harness.ts"

const Clerk = Actor.make("Clerk", [
  Rpc.make("File", { payload: { n: Schema.Int } }),
  Rpc.make("Hold"),
  Rpc.make("Crash"),
  Rpc.make("Spawn")
])

/** Clerks that write down what they do; `begins` may hold up or break each start, by its number. */
const clerks = (
  begins: (start: number) => Effect.Effect<unknown, unknown, ActorContext>,
  options?: Actor.ActorOptions
) =>
  Effect.gen(function* () {
    const log: Array<string> = []
    const gate = yield* Deferred.make<void>()
    let starts = 0
    yield* provided(
      Clerk.toLayer(
        Effect.gen(function* () {
          yield* begins(++starts)
          yield* Effect.addFinalizer(() => Effect.sync(() => void log.push("closed")))
          return Clerk.of({
            File: ({ n }) => void log.push(`filed ${n}`),
            Hold: () => Deferred.await(gate),
            Crash: () => Effect.die("crash"),
            Spawn: () => Effect.void
          })
        }),
        options
      )
    )
    const client = yield* Clerk.client
    return { client, gate, log, starts: () => starts }
  })

const deadLetters = Effect.flatMap(DeadLetters, (letters) => letters.counts)

describe("A graceful stop of an actor that cannot handle its mail just now", () => {
  it("a root that is still starting handles what it had accepted, and takes nothing more", () =>
    run(() =>
      Effect.gen(function* () {
        const started = yield* Deferred.make<void>()
        const { client, log } = yield* clerks(() => Deferred.await(started))
        const clerk = client("a")
        for (const n of [1, 2]) yield* clerk.tell.File({ n })
        const asked = yield* Effect.fork(clerk.ask.File({ n: 3 }))
        yield* rest
        const stopping = yield* Effect.fork(ActorSystem.stop(clerk))
        yield* rest
        assert.strictEqual((yield* Effect.flip(clerk.tell.File({ n: 4 })))._tag, "ActorStopping")
        yield* Deferred.succeed(started, undefined)
        yield* Fiber.join(stopping)
        yield* Fiber.join(asked)
        assert.deepStrictEqual(log, ["filed 1", "filed 2", "filed 3", "closed"])
        assert.strictEqual((yield* deadLetters).stopped, 0)
      })
    ))

  it("a start that takes longer than the budget is interrupted, and its mail becomes dead letters", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { client, log } = yield* clerks(() => Effect.never)
        yield* client("a").tell.File({ n: 1 })
        yield* rest
        const stopping = yield* Effect.fork(ActorSystem.stop(client("a"), { within: "2 seconds" }))
        yield* rest
        yield* clock.advance(1999)
        assert.isNull(stopping.unsafePoll())
        yield* clock.advance(1)
        yield* Fiber.join(stopping)
        assert.deepStrictEqual(log, [])
        assert.strictEqual((yield* deadLetters).stopped, 1)
      })
    ))

  it("a start that fails after the stop was asked for is not tried again", () =>
    run(() =>
      Effect.gen(function* () {
        const started = yield* Deferred.make<void>()
        const { client, starts } = yield* clerks(() => Effect.zipRight(Deferred.await(started), Effect.fail("no")))
        yield* client("a").tell.File({ n: 1 })
        yield* rest
        const stopping = yield* Effect.fork(ActorSystem.stop(client("a")))
        yield* rest
        yield* Deferred.succeed(started, undefined)
        yield* Fiber.join(stopping)
        assert.strictEqual(starts(), 1)
        assert.strictEqual((yield* deadLetters).stopped, 1)
      })
    ))

  it("a second stop that is in a hurry interrupts the start", () =>
    run(() =>
      Effect.gen(function* () {
        const { client } = yield* clerks(() => Effect.never)
        yield* client("a").tell.File({ n: 1 })
        yield* rest
        const stopping = yield* Effect.fork(ActorSystem.stop(client("a")))
        yield* rest
        yield* ActorSystem.stop(client("a"), { now: true })
        yield* Fiber.join(stopping)
        assert.strictEqual((yield* deadLetters).stopped, 1)
      })
    ))

  it("an actor that stops itself while it starts handles the message that it had accepted", () =>
    run(() =>
      Effect.gen(function* () {
        const { client, log } = yield* clerks(() => Effect.flatMap(ActorContext, ({ stop }) => stop))
        yield* client("a").tell.File({ n: 1 })
        yield* rest
        assert.deepStrictEqual(log, ["filed 1", "closed"])
      })
    ))

  it("one that backs off begins once more, at once, for what waits in its mailbox", () =>
    run(() =>
      Effect.gen(function* () {
        const { client, log, starts } = yield* clerks(() => Effect.void, {
          supervision: Supervision.restart({ backoff: { min: "1 hour", jitter: 0 } })
        })
        const clerk = client("a")
        yield* Effect.exit(clerk.ask.Crash())
        for (const n of [1, 2]) yield* clerk.tell.File({ n })
        yield* ActorSystem.stop(clerk)
        assert.deepStrictEqual(log, ["closed", "filed 1", "filed 2", "closed"])
        assert.strictEqual(starts(), 2)
        assert.strictEqual((yield* deadLetters).stopped, 0)
      })
    ))

  it("one that backs off and crashes once more stays down, and what is left becomes dead letters", () =>
    run(() =>
      Effect.gen(function* () {
        const { client, log, starts } = yield* clerks(() => Effect.void, {
          supervision: Supervision.restart({ backoff: { min: "1 hour", jitter: 0 } })
        })
        const clerk = client("a")
        yield* Effect.exit(clerk.ask.Crash())
        yield* clerk.tell.File({ n: 1 })
        yield* clerk.tell.Crash()
        yield* clerk.tell.File({ n: 2 })
        yield* ActorSystem.stop(clerk)
        assert.deepStrictEqual(log, ["closed", "filed 1", "closed"])
        assert.strictEqual(starts(), 2)
        assert.strictEqual((yield* deadLetters).stopped, 1)
      })
    ))

  it("one with nothing in its mailbox, or stopped now, does not begin again", () =>
    run(() =>
      Effect.gen(function* () {
        const { client, starts } = yield* clerks(() => Effect.void, {
          supervision: Supervision.restart({ backoff: { min: "1 hour", jitter: 0 } })
        })
        yield* Effect.exit(client("a").ask.Crash())
        yield* ActorSystem.stop(client("a"))
        yield* Effect.exit(client("b").ask.Crash())
        yield* client("b").tell.File({ n: 1 })
        yield* ActorSystem.stop(client("b"), { now: true })
        yield* Effect.exit(client("c").ask.Crash())
        yield* client("c").tell.File({ n: 1 })
        yield* ActorSystem.stop(client("c"), { within: 0 })
        assert.strictEqual(starts(), 3)
        assert.strictEqual((yield* deadLetters).stopped, 2)
      })
    ))

  it("one that is between two lives, its scope still closing, begins once more for its mail", () =>
    run(() =>
      Effect.gen(function* () {
        const closing = yield* Deferred.make<void>()
        const log: Array<string> = []
        yield* provided(
          Clerk.toLayer(
            Effect.gen(function* () {
              const { incarnation } = yield* ActorContext
              if (incarnation === 1) yield* Effect.addFinalizer(() => Deferred.await(closing))
              return Clerk.of({
                File: ({ n }) => void log.push(`filed ${n} in life ${incarnation}`),
                Hold: () => {},
                Crash: () => Effect.die("crash"),
                Spawn: () => {}
              })
            })
          )
        )
        const clerk = (yield* Clerk.client)("a")
        yield* clerk.tell.Crash()
        yield* clerk.tell.File({ n: 1 })
        yield* rest
        const stopping = yield* Effect.fork(ActorSystem.stop(clerk))
        yield* rest
        yield* Deferred.succeed(closing, undefined)
        yield* Fiber.join(stopping)
        assert.deepStrictEqual(log, ["filed 1 in life 2"])
      })
    ))

  it("one that waits for room in memory handles its mail if there is room within the budget", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { client, gate, log } = yield* clerks(() => Effect.void, { maxResident: 1 })
        yield* client("a").tell.Hold()
        yield* rest
        yield* client("b").tell.File({ n: 1 })
        yield* client("c").tell.File({ n: 2 })
        yield* rest
        const late = yield* Effect.fork(ActorSystem.stop(client("c"), { within: "1 second" }))
        yield* rest
        yield* clock.advance(1000)
        yield* Fiber.join(late)
        assert.strictEqual((yield* deadLetters).stopped, 1)
        const stopping = yield* Effect.fork(ActorSystem.stop(client("b")))
        yield* rest
        assert.strictEqual((yield* Effect.flip(client("b").tell.File({ n: 3 })))._tag, "ActorStopping")
        yield* Deferred.succeed(gate, undefined)
        yield* clock.advance(100)
        yield* Fiber.join(stopping)
        assert.deepStrictEqual(log, ["closed", "filed 1", "closed"])
        assert.strictEqual((yield* deadLetters).stopped, 1)
      })
    ))

  it("closing the Layer of a type lets those that are starting handle what they have", () =>
    run(() =>
      Effect.gen(function* () {
        const started = yield* Deferred.make<void>()
        const log: Array<string> = []
        const live = Clerk.toLayer(
          Effect.as(
            Deferred.await(started),
            Clerk.of({
              File: ({ n }) => void log.push(`filed ${n}`),
              Hold: () => {},
              Crash: () => {},
              Spawn: () => {}
            })
          )
        )
        const running = yield* Effect.fork(
          Effect.scoped(
            Effect.zipRight(
              Layer.build(live),
              Effect.flatMap(Clerk.client, (client) => client("a").tell.File({ n: 1 }))
            )
          )
        )
        yield* rest
        yield* Deferred.succeed(started, undefined)
        yield* Fiber.join(running)
        assert.deepStrictEqual(log, ["filed 1"])
      })
    ))
})

describe("stop with now", () => {
  const Chief = Actor.make("Chief", [Rpc.make("Hire")])
  const chiefs = (children: Strategy.Strategy = Strategy.oneForOne()) =>
    Effect.gen(function* () {
      const { log } = yield* clerks(() => Effect.void)
      yield* provided(
        Chief.toLayer(
          Effect.succeed(
            Chief.of({
              Hire: () =>
                Effect.gen(function* () {
                  for (const name of ["x", "y"]) {
                    const clerk = yield* ActorSystem.spawn(Clerk, name)
                    yield* clerk.tell.Hold()
                    for (const n of [1, 2, 3]) yield* clerk.tell.File({ n })
                  }
                }).pipe(Effect.orDie)
            })
          ),
          { children }
        )
      )
      const chief = (yield* Chief.client)("c")
      yield* chief.ask.Hire()
      yield* rest
      return { chief, log }
    })

  for (const strategy of [Strategy.oneForOne(), Strategy.oneForAll({ intensity: 1 })]) {
    it(`stops its children now as well, in order, below a strategy ${strategy.restarts}`, () =>
      run(() =>
        Effect.gen(function* () {
          const { chief, log } = yield* chiefs(strategy)
          // The clock stands still: whoever waited for a budget would wait for ever.
          yield* ActorSystem.stop(chief, { now: true })
          assert.deepStrictEqual(log, ["closed", "closed"])
          assert.strictEqual((yield* deadLetters).stopped, 6)
        })
      ))
  }

  it("asked of an actor that waits for its children, hurries them", () =>
    run(() =>
      Effect.gen(function* () {
        const { chief, log } = yield* chiefs()
        const stopping = yield* Effect.fork(ActorSystem.stop(chief))
        yield* rest
        assert.isNull(stopping.unsafePoll())
        yield* ActorSystem.stop(chief, { now: true })
        yield* Fiber.join(stopping)
        assert.deepStrictEqual(log, ["closed", "closed"])
      })
    ))

  it("without it the children keep their budget", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { chief } = yield* chiefs()
        const stopping = yield* Effect.fork(ActorSystem.stop(chief))
        yield* rest
        yield* clock.advance(5000)
        assert.isNull(stopping.unsafePoll())
        yield* clock.advance(5000)
        yield* Fiber.join(stopping)
      })
    ))
})

describe("The order in which a shutdown stops actors", () => {
  const Store = Actor.make("Store", [Rpc.make("Save", { payload: { n: Schema.Int } })])
  const Worker = Actor.make("Worker", [Rpc.make("Work", { payload: { n: Schema.Int } })])

  const scene = Effect.gen(function* () {
    const gate = yield* Deferred.make<void>()
    const log: Array<string> = []
    yield* provided(
      Store.toLayer(
        Effect.gen(function* () {
          const { address } = yield* ActorContext
          yield* Effect.addFinalizer(() => Effect.sync(() => void log.push(`${address} closed`)))
          return Store.of({ Save: ({ n }) => void log.push(`${address} saved ${n}`) })
        })
      )
    )
    yield* provided(
      Worker.toLayer(
        Effect.gen(function* () {
          const { address } = yield* ActorContext
          const store = (yield* Store.client)("s")
          yield* Effect.addFinalizer(() => Effect.sync(() => void log.push(`${address} closed`)))
          return Worker.of({
            Work: ({ n }) => Effect.zipRight(Deferred.await(gate), Effect.orDie(store.ask.Save({ n })))
          })
        })
      )
    )
    return { gate, log }
  })

  it("an actor whose type was built upon another one can still use that while it handles its last mail", () =>
    run(() =>
      Effect.gen(function* () {
        const { gate, log } = yield* scene
        const store = (yield* Store.client)("s")
        yield* store.ask.Save({ n: 0 })
        const worker = (yield* Worker.client)("w")
        for (const n of [1, 2]) yield* worker.tell.Work({ n })
        yield* rest
        const ending = yield* Effect.fork(Shutdown.run)
        yield* rest
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.join(ending)
        assert.deepStrictEqual(log, [
          "Store/s saved 0",
          "Store/s saved 1",
          "Store/s saved 2",
          "Worker/w closed",
          "Store/s closed"
        ])
        assert.strictEqual((yield* Effect.flip(store.tell.Save({ n: 3 })))._tag, "ActorStopping")
      })
    ))

  it("it may even begin one that had not been needed before, and nothing begins once its turn has come", () =>
    run(() =>
      Effect.gen(function* () {
        const { gate, log } = yield* scene
        const workers = yield* Worker.client
        yield* workers("w").tell.Work({ n: 1 })
        yield* rest
        const ending = yield* Effect.fork(Shutdown.run)
        yield* rest
        assert.strictEqual((yield* Effect.flip(workers("x").tell.Work({ n: 2 })))._tag, "ActorStopping")
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.join(ending)
        assert.deepStrictEqual(log, ["Store/s saved 1", "Worker/w closed", "Store/s closed"])
      })
    ))

  it("children of a host stop before the roots they use, last spawned first", () =>
    run(() =>
      Effect.gen(function* () {
        const { gate, log } = yield* scene
        yield* ActorSystem.spawn(Store, "first")
        const worker = yield* ActorSystem.spawn(Worker, "second")
        yield* worker.tell.Work({ n: 1 })
        yield* rest
        const ending = yield* Effect.fork(Shutdown.run)
        yield* rest
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.join(ending)
        assert.deepStrictEqual(log, [
          "Store/s saved 1",
          "host/Worker/second closed",
          "host/Store/first closed",
          "Store/s closed"
        ])
      })
    ))
})
