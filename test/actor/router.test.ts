import { Rpc, type RpcGroup } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, Logger, Schema, Scope } from "effect"
import fc from "fast-check"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import { DeadLetters } from "../../src/actor/DeadLetters.ts"
import * as Router from "../../src/actor/Router.ts"
import * as Supervision from "../../src/actor/Supervision.ts"
import { type ManualClock, provided, rest, run, type Services, snapshots } from "./harness.ts"

class Refused extends Schema.TaggedError<Refused>()("Refused", { by: Schema.String }) {}

const Worker = Actor.make("Worker", [
  Rpc.make("Who", { success: Schema.String }),
  Rpc.make("Of", { payload: { key: Schema.String }, success: Schema.String }),
  Rpc.make("Hold"),
  Rpc.make("Slow", { payload: { n: Schema.Int } }),
  Rpc.make("RefuseAt", { payload: { id: Schema.String }, success: Schema.String, error: Refused }),
  Rpc.make("CrashAt", { payload: { id: Schema.String }, success: Schema.String })
])

/** Workers that say who they are; `built` and `worked` tell what they did, `open` lets those go on that hold. */
const workers = (supervision: Supervision.Supervision = Supervision.restart()) =>
  Effect.gen(function* () {
    const built: Array<string> = []
    const worked: Array<number> = []
    const gate = yield* Deferred.make<void>()
    yield* provided(
      Worker.toLayer(
        Effect.gen(function* () {
          const { id } = yield* ActorContext
          built.push(id)
          return Worker.of({
            Who: () => id,
            Of: () => id,
            Hold: () => Deferred.await(gate),
            Slow: ({ n }) =>
              Effect.zipRight(
                Effect.sleep("3 seconds"),
                Effect.sync(() => void worked.push(n))
              ),
            RefuseAt: (at) => (at.id === id ? Effect.fail(new Refused({ by: id })) : Effect.succeed(id)),
            CrashAt: (at) => (at.id === id ? Effect.dieMessage(`${id} crashed`) : Effect.succeed(id))
          })
        }),
        { supervision }
      )
    )
    return { built, worked, open: Deferred.succeed(gate, undefined) }
  })

type Workers = Effect.Effect.Success<ReturnType<typeof workers>>

/** What still holds at the end is let go, and time goes on: on a clock that stands still no stop would end. */
const scenario = <E>(
  program: (workers: Workers, clock: ManualClock) => Effect.Effect<void, E, Services>,
  options?: { readonly supervision?: Supervision.Supervision; readonly logger?: Logger.Logger<unknown, unknown> }
) =>
  run(
    (clock) =>
      Effect.flatMap(workers(options?.supervision), (made) => Effect.ensuring(program(made, clock), made.open)),
    undefined,
    options?.logger
  )

const who = (router: Workshop, count: number) => Effect.forEach(times(count), () => router.ask.Who())

const times = (count: number) => Array.from({ length: count }, (_, n) => n)
type Protocol = RpcGroup.Rpcs<typeof Worker.protocol>
type Workshop = Router.Router<Protocol>
const sizeOf = (router: Workshop) => Effect.map(router.stats, ({ routees }) => routees.length)
const addresses = Effect.map(snapshots, (all) => all.map(({ address }) => address))
const lines: Array<string> = []
const logger = Logger.make(({ logLevel, message }) => {
  lines.push(`${logLevel.label} ${String(message)}`)
})

describe("A router", () => {
  it("builds nothing before the first message, and one shared instance by default", () =>
    scenario(({ built }, clock) =>
      Effect.gen(function* () {
        const router = yield* Router.make(Worker, "shared")
        yield* clock.advance(10_000)
        assert.deepStrictEqual(built, [])
        for (const _ of times(3)) assert.strictEqual(yield* router.ask.Who(), "shared-1")
        assert.deepStrictEqual(built, ["shared-1"])
      })
    ))

  it("gives each routee its turn, and builds it at its turn", () =>
    scenario(({ built }) =>
      Effect.gen(function* () {
        const router = yield* Router.make(Worker, "w", { size: 3 })
        assert.deepStrictEqual(yield* who(router, 2), ["w-1", "w-2"])
        assert.deepStrictEqual(built, ["w-1", "w-2"])
        assert.deepStrictEqual(yield* who(router, 4), ["w-3", "w-1", "w-2", "w-3"])
      })
    ))

  it("gives to the one with the least in mailbox and in hand, and builds none while one is idle", () =>
    scenario(({ built, open }) =>
      Effect.gen(function* () {
        const router = yield* Router.make(Worker, "w", { size: 3, strategy: Router.leastLoaded })
        for (const _ of times(4)) yield* router.ask.Who()
        assert.deepStrictEqual(built, ["w-1"])
        for (const _ of times(2)) yield* router.tell.Hold()
        assert.notInclude(["w-1", built[1]], yield* router.ask.Who())
        for (const _ of times(4)) yield* router.tell.Hold()
        yield* rest
        const { routees } = yield* router.stats
        assert.deepStrictEqual(
          routees.map(({ backlog }) => backlog),
          [2, 2, 2]
        )
        yield* open
      })
    ))

  it("queues nothing behind a long job while others handle short ones, however many wait for those", () =>
    scenario(({ open }, clock) =>
      Effect.gen(function* () {
        const router = yield* Router.make(Worker, "w", { size: 2, strategy: Router.leastLoaded })
        yield* router.tell.Hold()
        yield* rest
        yield* clock.advance(100)
        for (const _ of times(6)) yield* router.tell.Hold()
        const backlogs = Effect.map(router.stats, ({ routees }) => routees.map(({ backlog }) => backlog))
        assert.sameMembers([...(yield* backlogs)], [1, 6])
        // Now the other one is slow as well, and the backlog decides again.
        yield* rest
        yield* clock.advance(100)
        for (const _ of times(6)) yield* router.tell.Hold()
        assert.sameMembers([...(yield* backlogs)], [6, 7])
        yield* open
      })
    ))

  it("keeps a key with one routee, and moves only a share of the keys when one is added", () =>
    scenario(() =>
      Effect.gen(function* () {
        const router = yield* Router.make(Worker, "w", {
          size: 4,
          strategy: Router.consistentHash((message) => (message.tag === "Of" ? message.payload.key : ""))
        })
        const owners = Effect.forEach(times(400), (n) => router.ask.Of({ key: `${n}` }))
        const before = yield* owners
        assert.deepStrictEqual(yield* owners, before)
        assert.strictEqual(new Set(before).size, 4)
        yield* router.resize(5)
        const after = yield* owners
        const moved = after.filter((owner, i) => owner !== before[i])
        assert.isTrue(moved.every((owner) => owner === "w-5"))
        assert.isAbove(moved.length, 40)
        assert.isBelow(moved.length, 160)
        yield* router.resize(4)
        assert.deepStrictEqual(yield* owners, before)
      })
    ))

  it("lets asks wait as long as its view says", () =>
    scenario(({ open }, clock) =>
      Effect.gen(function* () {
        const router = yield* Router.make(Worker, "w", { size: 2 })
        const asking = yield* Effect.fork(Effect.flip(router.withTimeout("2 seconds").ask.Hold()))
        yield* clock.advance(1999)
        assert.isNull(asking.unsafePoll())
        yield* clock.advance(1)
        const error = yield* Fiber.join(asking)
        assert.deepStrictEqual([error._tag, error._tag === "AskTimedOut" && error.timeoutMillis], ["AskTimedOut", 2000])
        yield* open
      })
    ))

  it("gives tells like those of a ref: with a receipt, sent again, handed on by a handler", () =>
    scenario(({ worked }, clock) =>
      Effect.gen(function* () {
        const router = yield* Router.make(Worker, "w", { size: 2 })
        const tell = router.tell.Slow({ n: 0 })
        assert.deepStrictEqual([tell.address, tell.message], ["Worker/w", "Slow"])
        const receipt = yield* ActorSystem.receipt(tell)
        const settled = yield* Effect.fork(receipt.settled)
        yield* clock.advance(3000)
        assert.strictEqual((yield* Fiber.join(settled))._tag, "handled")
        // One tell, sent twice, goes to two routees.
        yield* tell
        yield* tell
        yield* rest
        assert.deepStrictEqual(
          (yield* router.stats).routees.map(({ backlog }) => backlog),
          [1, 1]
        )
        const Front = Actor.make("Front", [Rpc.make("Pass", { payload: { n: Schema.Int } })])
        yield* provided(Front.toLayer(Effect.succeed(Front.of({ Pass: ({ n }) => router.tell.Slow({ n }) }))))
        yield* (yield* Front.client)("f").tell.Pass({ n: 1 })
        yield* clock.advance(20_000)
        assert.deepStrictEqual(
          worked.toSorted((a, b) => a - b),
          [0, 0, 0, 1]
        )
      })
    ))

  it("stops its routees when its scope ends, after what they had, and refuses from then on", () =>
    scenario(({ worked }, clock) =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const router = yield* Scope.extend(Router.make(Worker, "w", { size: 2 }), scope)
        for (const n of times(2)) yield* router.tell.Slow({ n })
        const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
        yield* rest
        const refused = yield* Effect.flip(router.ask.Who())
        assert.deepStrictEqual(
          [refused._tag, refused._tag === "ActorStopping" && refused.address],
          ["ActorStopping", "Worker/w"]
        )
        const all = yield* router.broadcast.tell.Hold()
        assert.deepStrictEqual(
          all.map((exit) => Exit.isFailure(exit)),
          [true, true]
        )
        yield* clock.advance(3000)
        yield* Fiber.join(closing)
        assert.deepStrictEqual(worked, [0, 1])
        assert.deepStrictEqual(yield* addresses, [])
      })
    ))

  it("refuses sizes and thresholds that make no sense", () => {
    const message = (act: () => unknown) => {
      try {
        act()
        return "nothing thrown"
      } catch (error) {
        return error instanceof RangeError ? error.message : "another error"
      }
    }
    assert.match(
      message(() => Router.make(Worker, "w", { size: 0 })),
      /1 ≤ min ≤ max ≤ 10000, found 0\./
    )
    for (const size of [1.5, 10_001, { min: 0, max: 2 }, { min: 3, max: 2 }, { min: 1, max: Number.NaN }]) {
      assert.match(
        message(() => Router.make(Worker, "w", { size })),
        /size/
      )
    }
    assert.match(
      message(() => Router.make(Worker, "w", { growAbove: 0 })),
      /growAbove/
    )
    assert.match(
      message(() => Router.make(Worker, "w", { growAbove: 1, shrinkBelow: 0.6 })),
      /from 0 to half of growAbove \(0\.5\), found 0\.6/
    )
    assert.match(
      message(() => Router.make(Worker, "w", { shrinkAfter: 0 })),
      /shrinkAfter/
    )
  })
})

describe("A broadcast", () => {
  it("reaches every routee, and gives all answers in their order", () =>
    scenario(() =>
      Effect.gen(function* () {
        const router = yield* Router.make(Worker, "w", { size: 3 })
        assert.deepStrictEqual(yield* router.broadcast.ask.Who(), ["w-1", "w-2", "w-3"].map(Exit.succeed))
        assert.deepStrictEqual(yield* router.broadcast.tell.Hold(), [Exit.void, Exit.void, Exit.void])
      })
    ))

  it("keeps what one of them fails with from the others", () =>
    scenario((_, clock) =>
      Effect.gen(function* () {
        const router = yield* Router.make(Worker, "w", { size: 3 })
        const refused = yield* router.broadcast.ask.RefuseAt({ id: "w-2" })
        assert.deepStrictEqual(refused[1], Exit.fail(new Refused({ by: "w-2" })))
        const crashed = yield* router.broadcast.ask.CrashAt({ id: "w-1" })
        const crash = crashed[0]!
        assert.strictEqual(Exit.isFailure(crash) && Cause.squash(crash.cause) instanceof Error, true)
        for (const exits of [refused, [crashed[2], crashed[1], crashed[2]]]) {
          assert.deepStrictEqual(exits[2], Exit.succeed("w-3"))
        }
        assert.deepStrictEqual(crashed[1], Exit.succeed("w-2"))
        // One that holds is late for its own answer only.
        yield* (yield* router.routees)[1]!.tell.Hold()
        const asking = yield* Effect.fork(router.withTimeout("1 second").broadcast.ask.Who())
        yield* clock.advance(1000)
        const exits = yield* Fiber.join(asking)
        assert.deepStrictEqual([exits[0], exits[2]], [Exit.succeed("w-1"), Exit.succeed("w-3")])
        assert.strictEqual(Exit.isFailure(exits[1]!), true)
      })
    ))
})

describe("A routee", () => {
  it("that crashes is restarted by its supervision and stays; while it waits for that, others get the messages", () =>
    scenario(
      ({ built }, clock) =>
        Effect.gen(function* () {
          for (const strategy of [Router.roundRobin, Router.leastLoaded]) {
            const router = yield* Router.make(Worker, strategy._tag, { size: 2, strategy })
            const first = `${strategy._tag}-1`
            yield* router.broadcast.ask.CrashAt({ id: first })
            assert.deepStrictEqual(
              yield* who(router, 3),
              times(3).map(() => `${strategy._tag}-2`)
            )
            yield* clock.advance(5000)
            assert.include(yield* who(router, 2), first)
            assert.strictEqual(built.filter((id) => id === first).length, 2)
            assert.isTrue((yield* router.stats).routees.every(({ inRotation }) => inRotation))
          }
        }),
      { supervision: Supervision.restart({ backoff: { min: "5 seconds", jitter: 0 } }) }
    ))

  for (const strategy of [
    Router.roundRobin,
    Router.leastLoaded,
    Router.consistentHash<Protocol>((message) => (message.tag === "Of" ? message.payload.key : ""))
  ]) {
    it(`that is given up gets no more messages until it is revived, and the router says so (${strategy._tag})`, () => {
      lines.length = 0
      return scenario(
        ({ built }, clock) =>
          Effect.gen(function* () {
            const router = yield* Router.make(Worker, "w", { size: 3, strategy })
            const owners = Effect.forEach(times(30), (n) => router.ask.Of({ key: `${n}` }))
            const before = yield* owners
            yield* router.broadcast.ask.CrashAt({ id: "w-2" })
            const meanwhile = yield* owners
            assert.notInclude(meanwhile, "w-2")
            if (strategy._tag === "consistent-hash") {
              before.forEach((owner, i) => {
                if (owner !== "w-2") assert.strictEqual(meanwhile[i], owner)
              })
            }
            yield* clock.advance(3000)
            const said = lines.filter((line) => line.includes("in rotation"))
            assert.strictEqual(said.length, 1)
            assert.match(
              said[0]!,
              /^WARN Worker\/w-2 was given up .*; 2 of 3 routees of the router "w" are in rotation/
            )
            assert.deepStrictEqual(
              (yield* router.stats).routees.map(({ state, inRotation }) => [state, inRotation]),
              [
                ["running", true],
                ["failed", false],
                ["running", true]
              ]
            )
            // Not replaced: that would be restarting without limit.
            assert.strictEqual(new Set(built).size, 3)
            yield* (yield* ActorSystem.LocalActorSystem).revive((yield* router.routees)[1]!)
            yield* clock.advance(1000)
            assert.match(lines.at(-1)!, /^INFO Worker\/w-2 lives again; 3 of 3/)
            if (strategy._tag === "consistent-hash") assert.deepStrictEqual(yield* owners, before)
            else {
              for (const at of [0, 2]) yield* (yield* router.routees)[at]!.tell.Hold()
              assert.include(yield* Effect.all(times(3).map(() => Effect.raceFirst(router.ask.Who(), rest))), "w-2")
            }
          }),
        { supervision: Supervision.stop, logger }
      )
    })
  }

  it("is asked when all are given up: the sender hears why", () =>
    scenario(
      () =>
        Effect.gen(function* () {
          const names = ["a", "b", "c"]
          const strategies = [Router.roundRobin, Router.leastLoaded, Router.consistentHash<Protocol>(() => "")]
          for (const [i, name] of names.entries()) {
            const router = yield* Router.make(Worker, name, { size: 2, strategy: strategies[i]! })
            for (const n of [1, 2]) yield* router.broadcast.ask.CrashAt({ id: `${name}-${n}` })
            const error = yield* Effect.flip(router.ask.Who())
            assert.strictEqual(error._tag, "ActorFailed")
            assert.match(error.message, /crashed/)
          }
        }),
      { supervision: Supervision.stop }
    ))

  it("that stops itself is built anew by the next message", () =>
    scenario(({ built }) =>
      Effect.gen(function* () {
        const router = yield* Router.make(Worker, "w", { size: 2 })
        for (const _ of times(2)) yield* router.ask.Who()
        yield* ActorSystem.stop((yield* router.routees)[0]!)
        assert.deepStrictEqual(yield* who(router, 2), ["w-1", "w-2"])
        assert.deepStrictEqual(built, ["w-1", "w-2", "w-1"])
      })
    ))

  it("that stops takes its time, and others get the messages meanwhile", () =>
    scenario(({ worked }, clock) =>
      Effect.gen(function* () {
        const router = yield* Router.make(Worker, "w", { size: 2 })
        yield* router.tell.Slow({ n: 0 })
        const stop = yield* Effect.fork(ActorSystem.stop((yield* router.routees)[0]!))
        yield* rest
        assert.deepStrictEqual(yield* who(router, 3), ["w-2", "w-2", "w-2"])
        yield* clock.advance(3000)
        yield* Fiber.join(stop)
        assert.deepStrictEqual(worked, [0])
      })
    ))
})

describe("A pool that resizes", () => {
  const bounds = { min: 1, max: 8 }
  const hold = (router: Workshop, count: number) =>
    Effect.forEach(times(count), () => router.tell.Hold(), { discard: true })

  it("grows to one routee for every four messages, at most doubles at a check, and stays within its bounds", () =>
    scenario((_, clock) =>
      Effect.gen(function* () {
        const router = yield* Router.make(Worker, "w", { size: bounds, strategy: Router.leastLoaded })
        yield* hold(router, 4)
        yield* clock.advance(1000)
        assert.strictEqual(yield* sizeOf(router), 1, "four messages are not more than four")
        yield* hold(router, 1)
        yield* clock.advance(999)
        assert.strictEqual(yield* sizeOf(router), 1, "it looks at intervals")
        yield* clock.advance(1)
        assert.strictEqual(yield* sizeOf(router), 2)
        yield* hold(router, 1000)
        yield* clock.advance(1000)
        assert.strictEqual(yield* sizeOf(router), 4)
        yield* clock.advance(1000)
        assert.strictEqual(yield* sizeOf(router), 8)
        yield* clock.advance(10_000)
        assert.strictEqual(yield* sizeOf(router), 8)
        assert.strictEqual((yield* router.stats).grown, 7)
      })
    ))

  it("lets one go after five quiet checks in a row, down to the least", () =>
    scenario(({ open }, clock) =>
      Effect.gen(function* () {
        const router = yield* Router.make(Worker, "w", { size: { min: 2, max: 8 } })
        yield* router.resize({ min: 4, max: 8 })
        yield* router.resize({ min: 2, max: 8 })
        yield* clock.advance(4000)
        // Four messages are one for each of four routees: not quiet, and the count begins anew.
        yield* hold(router, 4)
        yield* clock.advance(1000)
        yield* open
        yield* clock.advance(4999)
        assert.strictEqual(yield* sizeOf(router), 4)
        yield* clock.advance(1)
        assert.strictEqual(yield* sizeOf(router), 3)
        yield* clock.advance(5000)
        assert.strictEqual(yield* sizeOf(router), 2)
        yield* clock.advance(60_000)
        assert.strictEqual(yield* sizeOf(router), 2)
        assert.strictEqual((yield* router.stats).shrunk, 2)
      })
    ))

  it("lets a routee that leaves handle all it has, however long it takes, and ends it then", () =>
    scenario(({ worked }, clock) =>
      Effect.gen(function* () {
        const router = yield* Router.make(Worker, "w", { size: 2 })
        for (const n of times(10)) yield* router.tell.Slow({ n })
        yield* router.resize(1)
        assert.strictEqual(yield* sizeOf(router), 1)
        // Five messages of three seconds at each: far more than the stop budget of five seconds.
        yield* clock.advance(14_999)
        assert.deepStrictEqual(
          (yield* router.stats).leaving.map(({ address, backlog }) => [address, backlog]),
          [["Worker/w-2", 1]]
        )
        assert.strictEqual(
          yield* router.ask.Who().pipe(Effect.fork, Effect.zipLeft(clock.advance(1)), Effect.flatMap(Fiber.join)),
          "w-1"
        )
        yield* clock.advance(3000)
        assert.deepStrictEqual(
          worked.toSorted((a, b) => a - b),
          times(10)
        )
        assert.deepStrictEqual((yield* router.stats).leaving, [])
        assert.deepStrictEqual(yield* addresses, ["Worker/w-1"])
        const letters = yield* Effect.flatMap(DeadLetters, ({ counts }) => counts)
        assert.strictEqual(letters.stopped, 0)
      })
    ))

  it("takes one back that was about to leave, before it builds another", () =>
    scenario(({ built, open }) =>
      Effect.gen(function* () {
        const router = yield* Router.make(Worker, "w", { size: 2 })
        yield* hold(router, 2)
        yield* router.resize(1)
        yield* router.resize(2)
        yield* open
        yield* rest
        assert.deepStrictEqual(yield* who(router, 2), ["w-1", "w-2"])
        assert.deepStrictEqual(built, ["w-1", "w-2"])
        assert.deepStrictEqual((yield* router.stats).leaving, [])
      })
    ))

  it("never goes to and fro under a load that stays the same", () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          load: fc.nat(60),
          start: fc.integer({ min: 1, max: 8 }),
          growAbove: fc.double({ min: 0.5, max: 8, noNaN: true }),
          part: fc.double({ min: 0, max: 0.5, noNaN: true })
        }),
        ({ load, start, growAbove, part }) =>
          scenario((_, clock) =>
            Effect.gen(function* () {
              const router = yield* Router.make(Worker, "w", {
                size: bounds,
                strategy: Router.leastLoaded,
                growAbove,
                shrinkBelow: growAbove * part,
                shrinkAfter: 2
              })
              yield* router.resize({ min: start, max: 8 })
              yield* router.resize(bounds)
              const before = (yield* router.stats).grown
              yield* hold(router, load)
              yield* clock.advance(40_000)
              const { grown, shrunk } = yield* router.stats
              assert.isTrue(grown === before || shrunk === 0, `grew by ${grown - before}, shrank by ${shrunk}`)
              const size = yield* sizeOf(router)
              yield* clock.advance(20_000)
              assert.strictEqual(yield* sizeOf(router), size)
            })
          )
      ),
      { numRuns: 40 }
    ))
})

const how = Schema.Literal("plain", "effect", "slow", "beside", "fails", "throws", "dies", "dies on its fiber")
const Job = Actor.make("Job", [
  Rpc.make("Tell", { payload: { n: Schema.Int, how }, success: Schema.Int, error: Refused }),
  Rpc.make("Ask", { payload: { n: Schema.Int, how }, success: Schema.Int, error: Refused })
])

type Step =
  | { readonly _tag: "tell" | "ask"; readonly how: typeof how.Type }
  | { readonly _tag: "advance"; readonly millis: number }
  | { readonly _tag: "resize"; readonly size: number | Router.Bounds }
  | { readonly _tag: "stop" | "revive"; readonly at: number }
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      _tag: fc.constantFrom("tell" as const, "ask" as const),
      how: fc.oneof({ weight: 2, arbitrary: fc.constant("slow" as const) }, fc.constantFrom(...how.literals))
    })
  },
  {
    weight: 2,
    arbitrary: fc.record({ _tag: fc.constant("advance" as const), millis: fc.integer({ min: 0, max: 4000 }) })
  },
  {
    weight: 2,
    arbitrary: fc.record({
      _tag: fc.constant("resize" as const),
      size: fc.oneof(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }).map((max) => ({ min: 1, max }))
      )
    })
  },
  {
    weight: 1,
    arbitrary: fc.record({ _tag: fc.constantFrom("stop" as const, "revive" as const), at: fc.nat(4) })
  }
)

const settles = (
  strategy: "round-robin" | "least-loaded" | "consistent-hash",
  supervision: Supervision.Supervision,
  steps: ReadonlyArray<Step>
) =>
  run((clock: ManualClock) =>
    Effect.gen(function* () {
      const begun = { Tell: [] as Array<number>, Ask: [] as Array<number> }
      const handle = (tag: "Tell" | "Ask") => (payload: { readonly n: number; readonly how: typeof how.Type }) => {
        const { n } = payload
        begun[tag].push(n)
        switch (payload.how) {
          case "plain":
            return n
          case "effect":
            return Effect.succeed(n)
          case "slow":
            return Effect.as(Effect.sleep("3 seconds"), n)
          case "beside":
            return Rpc.fork(Effect.as(Effect.sleep("2 seconds"), n))
          case "fails":
            return Effect.fail(new Refused({ by: `${n}` }))
          case "throws":
            throw new Error("thrown")
          case "dies":
            return Effect.die("died")
          case "dies on its fiber":
            return Effect.zipRight(Effect.yieldNow(), Effect.die("died"))
        }
      }
      yield* provided(
        Job.toLayer(Effect.succeed(Job.of({ Ask: handle("Ask"), Tell: handle("Tell") })), {
          supervision,
          mailbox: { overflow: "back-pressure", capacity: 3 }
        })
      )
      const local = yield* ActorSystem.LocalActorSystem
      const router = (yield* Router.make(Job, "jobs", {
        size: { min: 1, max: 5 },
        growAbove: 2,
        strategy:
          strategy === "consistent-hash"
            ? Router.consistentHash(({ payload }) => `${payload.n % 7}`)
            : { _tag: strategy }
      })).withTimeout("2 minutes")
      const told = new Map<number, Fiber.RuntimeFiber<void, unknown>>()
      const asked = new Map<number, Fiber.RuntimeFiber<number, unknown>>()
      let stops = 0
      for (const [n, one] of steps.entries()) {
        switch (one._tag) {
          case "tell":
            told.set(n, yield* Effect.forkScoped(router.tell.Tell({ n, how: one.how })))
            break
          case "ask":
            asked.set(n, yield* Effect.forkScoped(router.ask.Ask({ n, how: one.how })))
            break
          case "advance":
            yield* clock.advance(one.millis)
            break
          case "resize":
            yield* router.resize(one.size)
            break
          default: {
            const ref = (yield* router.routees)[one.at]
            if (ref === undefined) break
            if (one._tag === "revive") yield* local.revive(ref)
            else {
              stops++
              yield* Effect.forkScoped(ActorSystem.stop(ref))
            }
          }
        }
        yield* rest
      }
      yield* clock.advance(180_000)
      const accepted = [...told.values()].filter((fiber) => {
        const exit = fiber.unsafePoll()
        assert.isNotNull(exit, "a teller left hanging")
        return Exit.isSuccess(exit!)
      })
      const recent = yield* Effect.flatMap(DeadLetters, ({ recent }) => recent)
      const dead = recent.filter(({ message }) => message === "Tell").length
      for (const tag of ["Tell", "Ask"] as const) {
        assert.strictEqual(new Set(begun[tag]).size, begun[tag].length, "delivered twice")
      }
      assert.strictEqual(begun.Tell.length + dead, accepted.length, "each accepted tell is begun or a dead letter")
      for (const [n, fiber] of asked) {
        const exit = fiber.unsafePoll()
        assert.isNotNull(exit, "an asker left hanging")
        if (Exit.isSuccess(exit!)) {
          assert.strictEqual(exit.value, n)
          assert.include(begun.Ask, n)
        }
      }
      if (supervision === Supervision.resume && stops === 0) {
        assert.deepStrictEqual(recent, [], "a resize loses nothing")
        assert.strictEqual(begun.Tell.length, told.size)
        assert.strictEqual(begun.Ask.length, asked.size)
      }
      const { routees, leaving } = yield* router.stats
      assert.strictEqual(leaving.length, 0)
      assert.strictEqual(
        routees.reduce((sum, { backlog }) => sum + backlog, 0),
        0
      )
    })
  )

describe("Through resizes, crashes, stops and revivals", () => {
  for (const strategy of ["round-robin", "least-loaded", "consistent-hash"] as const) {
    it(`every accepted message settles once (${strategy})`, () =>
      fc.assert(
        fc.asyncProperty(
          fc.constantFrom(
            Supervision.resume,
            Supervision.stop,
            Supervision.restart({ intensity: 1 }),
            Supervision.restart({ intensity: 2, backoff: { min: "1 second" } })
          ),
          fc.array(step, { maxLength: 30, size: "max" }),
          (supervision, steps) => settles(strategy, supervision, steps)
        ),
        { numRuns: 40 }
      ))
  }
})
