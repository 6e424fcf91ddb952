import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Clock, Deferred, Effect, Exit, Fiber, Layer, Random, Schema } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as ActorTest from "../../src/actor/ActorTest.ts"
import { DeadLetters } from "../../src/actor/DeadLetters.ts"
import * as FaultPlan from "../../src/actor/FaultPlan.ts"
import * as Supervision from "../../src/actor/Supervision.ts"
import { rest } from "./harness.ts"

const Account = Actor.make("Account", [
  Rpc.make("Balance", { success: Schema.Int }),
  Rpc.make("Set", { payload: { to: Schema.Int }, success: Schema.Void }),
  Rpc.make("Later", { payload: { to: Schema.Int }, success: Schema.Int })
])

const accounts = (options?: Actor.ActorOptions) =>
  Account.toLayer(
    Effect.sync(() => {
      let balance = 0
      return Account.of({
        Balance: () => balance,
        Set: ({ to }) => {
          balance = to
        },
        Later: ({ to }) => Rpc.fork(Effect.as(Effect.sleep("1 second"), to))
      })
    }),
    options
  )

const account = Effect.map(Account.client, (client) => client("a"))

/** Two who read, then write: right in any order of whole turns, wrong if they overlap. */
const deposits = Effect.gen(function* () {
  const ref = yield* account
  const deposit = Effect.flatMap(ref.ask.Balance(), (balance) => ref.ask.Set({ to: balance + 1 }))
  yield* Effect.all([deposit, deposit], { concurrency: "unbounded" })
  return yield* ref.ask.Balance()
}).pipe(Effect.provide(accounts()))

const order = Effect.gen(function* () {
  const log: Array<string> = []
  yield* Effect.forEach(
    ["a", "b", "c"],
    (name) =>
      Effect.gen(function* () {
        for (let step = 1; step <= 3; step++) {
          log.push(name + step)
          yield* Effect.yieldNow()
        }
      }),
    { concurrency: "unbounded", discard: true }
  )
  return log.join(" ")
})

describe("A seed", () => {
  it.effect("gives the same interleaving each time, and other seeds give others", () =>
    Effect.gen(function* () {
      const seeds = Array.from({ length: 100 }, (_, seed) => seed)
      const all = yield* Effect.forEach(seeds, (seed) => ActorTest.seeded(order, { seed }))
      assert.deepStrictEqual(yield* Effect.forEach(seeds, (seed) => ActorTest.seeded(order, { seed })), all)
      assert.isAbove(new Set(all).size, 50)
      for (const log of all) {
        for (const name of ["a", "b", "c"]) {
          const own = log.split(" ").filter((step) => step.startsWith(name))
          assert.deepStrictEqual(
            own,
            [1, 2, 3].map((step) => name + step),
            "a fiber's own order stays"
          )
        }
      }
    })
  )

  it.effect("decides what Random gives, and nothing else does", () =>
    Effect.gen(function* () {
      const chance = Effect.all([Random.next, Random.nextIntBetween(0, 1000)])
      const first = yield* ActorTest.seeded(chance, { seed: 7 })
      assert.deepStrictEqual(yield* ActorTest.seeded(chance, { seed: 7 }), first)
      assert.notDeepEqual(yield* ActorTest.seeded(chance, { seed: 8 }), first)
    })
  )

  it.effect("that is no whole number is refused", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(Effect.suspend(() => ActorTest.seeded(order, { seed: 0.5 })))
      assert.include(Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "", "A seed must be a whole number, found 0.5.")
    })
  )

  it("orders the fibers of a system and of its host that share its scheduler", async () => {
    const run = (seed: number) => {
      const scheduler = ActorTest.scheduler(seed)
      return Effect.runPromise(
        Effect.withScheduler(Effect.zip(deposits, order), scheduler).pipe(
          Effect.provide(ActorTest.layer({ scheduler })),
          Effect.scoped
        )
      )
    }
    const all = []
    for (let seed = 0; seed < 40; seed++) all.push(await run(seed))
    const again = []
    for (let seed = 0; seed < 40; seed++) again.push(await run(seed))
    assert.deepStrictEqual(again, all)
    assert.isAbove(new Set(all.map(String)).size, 30)
    assert.deepStrictEqual(new Set(all.map(([balance]) => balance)), new Set([1, 2]))
  })
})

describe("The seeded scheduler by itself", () => {
  it("runs less urgent tasks when no other is ready, and lets timers through", async () => {
    const scheduler = ActorTest.scheduler(1)
    const log: Array<string> = []
    // A timer of Node's own, which needs a turn of the event loop.
    const fired = new Promise<void>((resolve) => setTimeout(resolve, 1))
    let going = true
    const forever = () => {
      if (going) scheduler.scheduleTask(forever, 0)
    }
    scheduler.scheduleTask(() => log.push("later"), 2)
    scheduler.scheduleTask(() => log.push("soon"), 1)
    scheduler.scheduleTask(() => log.push("now"), 0)
    await Effect.runPromise(rest)
    assert.deepStrictEqual(log, ["now", "soon", "later"])
    scheduler.scheduleTask(forever, 0)
    await fired
    going = false
    await Effect.runPromise(rest)
  })
})

describe("Interleavings", () => {
  it.effect("find a race, and report a seed that replays it", () =>
    Effect.gen(function* () {
      const check = (balance: number) => assert.strictEqual(balance, 2)
      const failed = yield* Effect.flip(ActorTest.interleavings({ program: deposits, check }))
      assert.strictEqual(failed._tag, "InterleavingFailed")
      const { decisions, seed } = failed.run
      assert.include(failed.message, `seeds: [${seed}], decisions: ${decisions}.`)
      assert.include(failed.message, "expected 1 to equal 2")
      assert.deepStrictEqual(
        failed.journal.filter((line) => !line.endsWith("starts")),
        ["Balance", "Balance", "Set", "Set", "Balance"].map((tag) => `Account/a ${tag}`)
      )
      const again = yield* Effect.flip(
        ActorTest.interleavings({ program: deposits, check, seeds: [seed], decisions, shrinks: 0 })
      )
      assert.deepStrictEqual(again.run, failed.run)
      assert.deepStrictEqual(again.journal, failed.journal)
    })
  )

  it.effect("come in as many kinds as there are orders", () =>
    Effect.gen(function* () {
      const seen = new Set<string>()
      const brief = Effect.gen(function* () {
        const log: Array<string> = []
        const note = (name: string) => Effect.sync(() => log.push(name))
        yield* Effect.forEach(["a", "b", "c"], note, { concurrency: "unbounded", discard: true })
        return log.join("")
      })
      const result = yield* ActorTest.interleavings({ program: brief, check: (log) => void seen.add(log), seeds: 200 })
      assert.deepStrictEqual([...seen].sort(), ["abc", "acb", "bac", "bca", "cab", "cba"])
      assert.strictEqual(result.runs, 200)
      assert.isAbove(result.distinct, 20)
    })
  )

  it.effect("let time pass only when nothing is ready, and then at once", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const ref = (yield* account).withTimeout("1 day")
        let busy = true
        const work = yield* Effect.fork(
          Effect.iterate(0, { while: (n) => n < 500, body: (n) => Effect.as(Effect.yieldNow(), n + 1) })
        )
        yield* Effect.fork(
          Effect.zipRight(
            Fiber.join(work),
            Effect.sync(() => {
              busy = false
            })
          )
        )
        yield* Effect.sleep("365 days")
        assert.isFalse(busy)
        const answer = yield* ref.ask.Later({ to: 3 })
        return [answer, yield* Clock.currentTimeMillis]
      }).pipe(Effect.provide(accounts()))
      const check = (result: ReadonlyArray<number>) => assert.deepStrictEqual(result, [3, 365 * 86_400_000 + 1000])
      yield* ActorTest.interleavings({ program, check, seeds: 20 })
    })
  )

  it.effect("let promises that are resolved already come before any timer", () =>
    Effect.gen(function* () {
      const resolved = Effect.promise(() => Promise.resolve().then(() => Promise.resolve("promise")))
      const program = Effect.raceFirst(resolved, Effect.as(Effect.sleep(1), "timer"))
      yield* ActorTest.interleavings({ program, check: (won) => assert.strictEqual(won, "promise"), seeds: 5 })
    })
  )

  it.effect("call a program that waits for nothing stalled, name the actors, and give back what it holds", () =>
    Effect.gen(function* () {
      let released = 0
      const program = Effect.gen(function* () {
        yield* Effect.addFinalizer(() => Effect.sync(() => released++))
        yield* (yield* account).ask.Balance()
        yield* Deferred.await(yield* Deferred.make<void>())
      }).pipe(Effect.provide(accounts()))
      const stalled = yield* Effect.flip(ActorTest.seeded(program, { seed: 1 }))
      assert.strictEqual(stalled._tag, "ProgramStalled")
      assert.include(stalled.message, "Account/a: running, 0 waiting")
      assert.strictEqual(released, 1)
      const failed = yield* Effect.flip(ActorTest.interleavings({ program }))
      assert.deepStrictEqual([failed.run, failed.passed], [{ seed: 0, decisions: 0, faults: [] }, 0])
    })
  )

  it.effect("call a program that never ends endless", () =>
    Effect.gen(function* () {
      const program = Effect.forever(Effect.yieldNow())
      const error = yield* Effect.flip(ActorTest.seeded(program, { seed: 1, maxTasks: 1000 }))
      assert.strictEqual(error._tag, "ProgramEndless")
      assert.include(error.message, "1000 tasks")
    })
  )

  it.effect("take what the program needs from where they are run", () =>
    Effect.gen(function* () {
      const program = Effect.map(Note, (note) => note)
      const seen: Array<string> = []
      yield* ActorTest.interleavings({
        program,
        check: (note) => Effect.map(Note, (own) => seen.push(note + own)),
        seeds: 2
      })
      assert.deepStrictEqual(seen, ["given!given!", "given!given!"])
    }).pipe(Effect.provideService(Note, "given!"))
  )
})

class Note extends Effect.Tag("Note")<Note, string>() {}

describe("A fault plan", () => {
  const store = Actor.make("Store", [
    Rpc.make("Put", { payload: { n: Schema.Int } }),
    Rpc.make("All", { success: Schema.Array(Schema.Int) }),
    Rpc.make("Beside", { success: Schema.String })
  ])
  const kept: { all: ReadonlyArray<number>; starts: number } = { all: [], starts: 0 }
  const stores = store.toLayer(
    Effect.sync(() => {
      kept.starts++
      return store.of({
        Put: ({ n }) => {
          kept.all = [...kept.all, n]
        },
        All: () => kept.all,
        Beside: () => Rpc.fork(Effect.succeed("beside"))
      })
    }),
    { supervision: Supervision.restart({ intensity: 5, backoff: { min: "1 second", jitter: 0 } }) }
  )
  const putAll = Effect.gen(function* () {
    kept.all = []
    kept.starts = 0
    const system = yield* ActorSystem.LocalActorSystem
    const ref = (yield* store.client)("s")
    for (const n of [1, 2, 3, 4]) yield* ref.tell.Put({ n })
    const all = yield* ref.ask.All()
    const [snapshot] = yield* system.snapshot
    const letters = yield* Effect.flatMap(DeadLetters, ({ recent }) => recent)
    return {
      all,
      starts: kept.starts,
      handled: snapshot!.handled,
      failed: snapshot!.failed,
      dead: letters.map(({ message, reason }) => `${message} ${reason}`),
      at: yield* Clock.currentTimeMillis
    }
  }).pipe(Effect.provide(stores))
  const under = (...faults: FaultPlan.FaultPlan) => ActorTest.seeded(putAll, { seed: 1, faults })
  const well = { all: [1, 2, 3, 4], starts: 1, handled: 5, failed: 0, dead: [] as Array<string>, at: 0 }

  it.effect("crashes the actor with the nth matching message in hand, and once only", () =>
    Effect.gen(function* () {
      const crashed = { ...well, all: [1, 3, 4], starts: 2, handled: 4, failed: 1, at: 1000 }
      assert.deepStrictEqual(yield* under(), well)
      assert.deepStrictEqual(yield* under({ action: "crash", message: "Put", nth: 2 }), crashed)
      assert.deepStrictEqual(yield* under({ action: "crash", address: "Store/s", nth: 2 }), crashed)
      assert.deepStrictEqual(yield* under({ action: "crash", nth: 2 }), crashed)
      assert.deepStrictEqual(yield* under({ action: "crash", message: "Other" }), well)
      assert.deepStrictEqual(yield* under({ action: "crash", address: "Store/t" }), well)
    })
  )

  it.effect("crashes the nth start", () =>
    Effect.gen(function* () {
      const again = yield* under({ action: "crash start" }, { action: "crash start", address: "Store/s", nth: 2 })
      assert.deepStrictEqual(again, { ...well, at: 3000 })
    })
  )

  it.effect("loses a message: nobody handles it, it is a dead letter, and an asker waits for its deadline", () =>
    Effect.gen(function* () {
      const lost = yield* under({ action: "drop", message: "Put", nth: 3 })
      assert.deepStrictEqual(lost, { ...well, all: [1, 2, 4], handled: 4, dead: ["Put lost"] })
      const timedOut = yield* Effect.flip(under({ action: "drop", message: "All" }))
      assert.strictEqual(timedOut._tag, "AskTimedOut")
    })
  )

  it.effect("holds a message up, and those behind it, whatever its handler answers with", () =>
    Effect.gen(function* () {
      const late = yield* under(
        { action: "delay", by: "7 seconds", nth: 3 },
        { action: "delay", by: 50, message: "All" }
      )
      assert.deepStrictEqual(late, { ...well, at: 7050 })
      const beside = Effect.gen(function* () {
        const answer = yield* (yield* store.client)("s").ask.Beside()
        const system = yield* ActorSystem.LocalActorSystem
        const [snapshot] = yield* system.snapshot
        return [answer, snapshot!.handled, yield* Clock.currentTimeMillis]
      }).pipe(Effect.provide(stores))
      const faults = [{ action: "delay", by: "1 second" }] as const
      assert.deepStrictEqual(yield* ActorTest.seeded(beside, { seed: 1, faults }), ["beside", 1, 1000])
    })
  )

  it.effect("strikes in a system of ActorTest.layer as well", () =>
    Effect.gen(function* () {
      const ref = yield* account
      const error = yield* Effect.flip(ref.ask.Balance())
      assert.include(error.message, 'InjectedFault: Crashed by the test\'s fault plan: [{ action: "crash" }]')
      assert.strictEqual(yield* ref.ask.Balance(), 0)
    }).pipe(
      Effect.provide(accounts().pipe(Layer.provideMerge(ActorTest.layer({ faults: [{ action: "crash" }] })))),
      Effect.scoped
    )
  )

  it.effect("is shrunk to the faults that matter, at their earliest points", () =>
    Effect.gen(function* () {
      const failed = yield* Effect.flip(
        ActorTest.interleavings({
          program: putAll,
          check: ({ all }) => assert.include(all, 4),
          faults: [
            { action: "delay", by: "1 minute", nth: 2 },
            { action: "drop", message: "Put", nth: 4 },
            { action: "crash", nth: 1 },
            { action: "drop", address: "Store/other" }
          ]
        })
      )
      assert.deepStrictEqual(failed.run, {
        seed: 0,
        decisions: 0,
        faults: [{ action: "drop", message: "Put", nth: 4 }]
      })
      assert.include(failed.message, 'decisions: 0, faults: [{ action: "drop", message: "Put", nth: 4 }].')
      assert.include(failed.message, "Store/s Put (drop)")
    })
  )

  it.effect("drawn by chance is the seed's own, strikes, and keeps to what it may choose from", () =>
    Effect.gen(function* () {
      const plans = new Map<number, FaultPlan.FaultPlan>()
      const faults = FaultPlan.random({ upTo: 2, within: 4, actions: ["drop"], messages: ["Put"] })
      const watch = (_: unknown, run: ActorTest.Run) => void plans.set(run.seed, run.faults)
      const seen = yield* ActorTest.interleavings({ program: putAll, check: watch, faults, seeds: 30 })
      const first = new Map(plans)
      yield* ActorTest.interleavings({ program: putAll, check: watch, faults, seeds: 30 })
      assert.deepStrictEqual(plans, first)
      const all = [...plans.values()].flat()
      assert.isAbove(all.length, 15)
      for (const { action, nth, ...point } of all) {
        assert.deepStrictEqual([action, point], ["drop", { message: "Put" }])
        assert.isTrue(nth! >= 1 && nth! <= 4)
      }
      // All of them strike but those that meet another at one message.
      assert.isAtLeast(seen.struck, all.length - 8)
    })
  )

  it("with a point that can never be met is refused", () => {
    assert.throws(
      () => FaultPlan.check([{ action: "drop", nth: 0 }]),
      '"nth" of a fault plan must be a whole number of 1'
    )
    assert.throws(() => FaultPlan.random({ within: 0.5 }), RangeError)
  })
})
