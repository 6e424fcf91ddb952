import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Deferred, Effect, Fiber, Logger, Schema, Stream } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import type { ActorChange } from "../../src/actor/ActorChange.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import type { ActorSnapshot } from "../../src/actor/ActorSnapshot.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as Mailbox from "../../src/actor/Mailbox.ts"
import * as Supervision from "../../src/actor/Supervision.ts"
import { provided, rest, run, snapshots } from "./harness.ts"

const Desk = Actor.make("Desk", [
  Rpc.make("Urgent").annotate(Mailbox.Lane, "high"),
  Rpc.make("Work"),
  Rpc.make("Filing").annotate(Mailbox.Lane, "low"),
  Rpc.make("Hold"),
  Rpc.make("HoldBeside"),
  Rpc.make("Ask", { payload: { id: Schema.String } }),
  Rpc.make("Tell", { payload: { id: Schema.String } }),
  Rpc.make("Stash"),
  Rpc.make("SetTimers"),
  Rpc.make("Watch", { payload: { id: Schema.String } }),
  Rpc.make("Spawn", { payload: { id: Schema.String } }),
  Rpc.make("Crash")
])

interface Options {
  readonly capacity?: number
  readonly supervision?: Supervision.Supervision
  readonly maxResident?: number
}

const desks = ({ capacity, maxResident, supervision }: Options = {}, passivateAfter?: number) =>
  Effect.gen(function* () {
    const gates = new Map<string, Deferred.Deferred<void>>()
    yield* provided(
      Desk.toLayer(
        Effect.gen(function* () {
          const { address, timers } = yield* ActorContext
          const gate = yield* Deferred.make<void>()
          gates.set(address, gate)
          const client = yield* Desk.client
          const self = yield* Desk.self
          return Desk.of({
            Urgent: () => {},
            Work: () => {},
            Filing: () => {},
            Hold: () => Deferred.await(gate),
            HoldBeside: () => Rpc.fork(Deferred.await(gate)),
            Ask: ({ id }) => Effect.orDie(client(id).withTimeout("1 hour").ask.Hold()),
            Tell: ({ id }) => Effect.orDie(client(id).tell.Work()),
            Stash: () => Actor.stash,
            SetTimers: () =>
              Effect.zipRight(
                timers.once("once", self.tell.Work(), "1 second"),
                timers.every("every", self.tell.Work(), "1 hour")
              ),
            Watch: ({ id }) => Effect.asVoid(ActorSystem.watchWith(client(id), () => self.tell.Work())),
            Spawn: ({ id }) => Effect.asVoid(Effect.orDie(ActorSystem.spawn(Desk, id))),
            Crash: () => Effect.die("asked to")
          })
        }),
        { mailbox: Mailbox.bounded(capacity), supervision, passivateAfter, maxResident, stashCapacity: 5 }
      )
    )
    return {
      client: yield* Desk.client,
      local: yield* ActorSystem.LocalActorSystem,
      open: (address: string) => Effect.suspend(() => Deferred.succeed(gates.get(address)!, undefined))
    }
  })

const of = (address: string) =>
  Effect.map(snapshots, (all): ActorSnapshot => {
    const found = all.find((snapshot) => snapshot.address === address)
    assert.isDefined(found)
    return found
  })

/** What may be wrong with an actor, read from its snapshot and nothing else. */
const diagnosis = ({ capacity, current, depth, lanes, waitsFor, waitingSenders }: ActorSnapshot): string => {
  if (waitsFor.length > 0) return `waits for ${waitsFor.join(", ")}`
  if (current !== undefined && current.forMillis >= 60_000) return `stuck in ${current.message}`
  if (depth >= capacity) {
    const [lane] = Object.entries(lanes).sort(([, a], [, b]) => b - a)[0]!
    return `${lane} lane full, ${waitingSenders} wait`
  }
  return "well"
}

describe("A snapshot", () => {
  it("of an actor says who it is, what it has, and what it has done", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { client } = yield* desks({ capacity: 10 })
        yield* clock.advance(100)
        yield* client("a").ask.SetTimers()
        yield* client("a").ask.Watch({ id: "b" })
        yield* client("a").ask.Spawn({ id: "child" })
        yield* client("a").tell.Stash()
        yield* client("a").tell.HoldBeside()
        yield* Effect.exit(client("a").ask.Work())
        yield* client("a").tell.Hold()
        yield* clock.advance(500)
        yield* client("a").tell.Filing()
        yield* clock.advance(200)
        yield* client("a").tell.Urgent()
        yield* client("a").tell.Work()
        yield* clock.advance(50)
        const { children, ...snapshot } = yield* of("Desk/a")
        assert.deepStrictEqual(snapshot, {
          address: "Desk/a",
          type: "Desk",
          id: "a",
          state: "running",
          depth: 3,
          lanes: { high: 1, normal: 1, low: 1 },
          capacity: 10,
          oldestMillis: 250,
          waitingSenders: 0,
          current: { message: "Hold", forMillis: 750 },
          concurrentHandlers: 1,
          waitsFor: [],
          stashed: 1,
          timers: 2,
          watches: 1,
          handled: 4,
          failed: 0,
          restarts: 0,
          incarnation: 1,
          ageMillis: 750
        })
        assert.deepStrictEqual(
          children.map(({ address, id, state, type }) => ({ address, id, state, type })),
          [{ address: "Desk/a/Desk/child", id: "child", state: "running", type: "Desk" }]
        )
        yield* ActorSystem.stop(client("a"), { now: true })
      })
    ))

  it("forgets a timer that has fired, counts failures and restarts, and begins a new age with a new life", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { client } = yield* desks()
        yield* client("a").ask.SetTimers()
        yield* clock.advance(1000)
        assert.deepInclude(yield* of("Desk/a"), { timers: 1, ageMillis: 1000 })
        yield* Effect.exit(client("a").ask.Crash())
        yield* clock.advance(10)
        assert.deepInclude(yield* of("Desk/a"), {
          timers: 0,
          failed: 1,
          restarts: 1,
          incarnation: 2,
          ageMillis: 10,
          current: undefined,
          oldestMillis: undefined
        })
      })
    ))

  it("tells a stuck handler, a full lane and a wait for another actor apart", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { client, open } = yield* desks({ capacity: 3 })
        // One is at work for long, and its lane fills up later.
        yield* client("stuck").tell.Hold()
        // One waits for that one's answer, and one for room there.
        yield* Effect.fork(client("asker").withTimeout("1 hour").ask.Ask({ id: "stuck" }))
        yield* client("busy").tell.Hold()
        yield* clock.advance(61_000)
        const stuck = yield* of("Desk/stuck")
        const asker = yield* of("Desk/asker")
        assert.deepStrictEqual([diagnosis(stuck), diagnosis(asker)], ["stuck in Hold", "waits for Desk/stuck"])

        yield* client("busy").tell.Work()
        yield* open("Desk/busy")
        yield* rest
        yield* client("full").tell.Hold()
        yield* rest
        for (let i = 0; i < 3; i++) yield* client("full").tell.Filing()
        yield* Effect.fork(client("full").tell.Filing())
        yield* Effect.fork(client("teller").ask.Tell({ id: "full" }))
        yield* rest
        assert.deepStrictEqual(
          [diagnosis(yield* of("Desk/full")), diagnosis(yield* of("Desk/teller")), diagnosis(yield* of("Desk/busy"))],
          ["low lane full, 2 wait", "waits for Desk/full", "well"]
        )
        for (const id of ["stuck", "full", "asker"]) yield* open(`Desk/${id}`)
        yield* rest
      })
    ))

  it("depth metric that counts waiting senders: not here, they are counted apart", () =>
    run(() =>
      Effect.gen(function* () {
        const { client, open } = yield* desks({ capacity: 2 })
        yield* client("a").tell.Hold()
        yield* rest
        for (let i = 0; i < 2; i++) yield* client("a").tell.Work()
        for (let i = 0; i < 5; i++) yield* Effect.fork(client("a").tell.Work())
        yield* rest
        assert.deepInclude(yield* of("Desk/a"), { depth: 2, waitingSenders: 5 })
        yield* open("Desk/a")
        yield* rest
      })
    ))

  it("sums up by type what waits, and what all have done, those that have ended included", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { client, local, open } = yield* desks({ capacity: 3 })
        const idle = { lanes: { high: 0, normal: 0, low: 0 }, oldestMillis: 0, waitingSenders: 0 }
        for (const id of ["a", "b"]) yield* client(id).ask.Work()
        yield* Effect.exit(client("b").ask.Crash())
        yield* client("b").ask.Spawn({ id: "child" })
        assert.deepStrictEqual(yield* local.totals, [
          { type: "Desk", actors: 3, ...idle, handled: 3, failed: 1, restarts: 1 }
        ])
        yield* ActorSystem.stop(client("b"))
        yield* Effect.forkScoped(ActorSystem.watch(client("c")))
        yield* rest
        assert.deepStrictEqual(yield* local.totals, [
          { type: "Desk", actors: 1, ...idle, handled: 3, failed: 1, restarts: 1 }
        ])
        for (const id of ["x", "y"]) {
          yield* client(id).tell.Hold()
          yield* rest
          yield* client(id).tell.Filing()
          yield* clock.advance(100)
          yield* client(id).tell.Urgent()
        }
        yield* client("y").tell.Work()
        yield* Effect.fork(client("y").tell.Work())
        yield* rest
        assert.deepInclude((yield* local.totals)[0], {
          actors: 3,
          lanes: { high: 2, normal: 1, low: 2 },
          oldestMillis: 200,
          waitingSenders: 1
        })
        for (const id of ["x", "y"]) yield* open(`Desk/${id}`)
        yield* rest
      })
    ))
})

/** Looks on from now on; what was seen is in the array. */
const observed = Effect.gen(function* () {
  const seen: Array<ActorChange> = []
  const { changes } = yield* ActorSystem.LocalActorSystem
  const fiber = yield* Effect.forkScoped(Stream.runForEach(changes, (change) => Effect.sync(() => seen.push(change))))
  yield* rest
  return { seen, fiber }
})

const told = (changes: ReadonlyArray<ActorChange>) =>
  changes.map(({ event, id }) => `${id} ${event._tag}${"incarnation" in event ? ` ${event.incarnation}` : ""}`)

describe("Changes", () => {
  it("tell a life: started, crashed, restarted, given up, revived, stopped", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { client, local } = yield* desks({
          supervision: Supervision.restart({ intensity: 1, backoff: { min: "2 seconds", jitter: 0 } })
        })
        const { seen } = yield* observed
        yield* client("a").ask.Work()
        yield* Effect.exit(client("a").ask.Crash())
        yield* clock.advance(2000)
        yield* Effect.exit(client("a").ask.Crash())
        yield* local.revive(client("a"))
        yield* client("a").ask.Work()
        yield* ActorSystem.stop(client("a"))
        yield* rest
        assert.deepStrictEqual(told(seen), [
          "a started 1",
          "a crashed",
          "a restarted 2",
          "a given up",
          "a revived",
          "a started 3",
          "a stopped"
        ])
        const [started, crashed] = seen
        assert.deepInclude(started, { sequence: 1, atMillis: 0, address: "Desk/a", type: "Desk", id: "a" })
        assert.strictEqual(crashed?.event._tag, "crashed")
        if (crashed?.event._tag === "crashed") {
          assert.strictEqual(crashed.event.delayMillis, 2000)
          assert.include(String(crashed.event.cause), "asked to")
        }
        assert.deepStrictEqual(
          seen.map(({ sequence }) => sequence),
          [1, 2, 3, 4, 5, 6, 7]
        )
      })
    ))

  it("tell of rest, of waits for room, and of who is forgotten", () =>
    run(
      (clock) =>
        Effect.gen(function* () {
          const { client, open } = yield* desks({ maxResident: 1, supervision: Supervision.stop }, 1000)
          const { seen } = yield* observed
          yield* client("a").ask.Work()
          yield* clock.advance(2000)
          yield* client("b").tell.Hold()
          yield* rest
          const asked = yield* Effect.fork(client("c").ask.Work())
          yield* rest
          yield* open("Desk/b")
          yield* clock.advance(100)
          yield* Fiber.join(asked)
          yield* Effect.exit(client("c").ask.Crash())
          yield* Effect.exit(client("d").ask.Crash())
          yield* rest
          assert.deepStrictEqual(told(seen), [
            "a started 1",
            "a passivated",
            "b started 1",
            "c waiting for room",
            "b passivated",
            "c started 1",
            "c given up",
            "d started 1",
            "c forgotten",
            "d given up"
          ])
        }),
      { givenUp: 1 }
    ))

  it("tell of children, and of a start that failed", () =>
    run(() =>
      Effect.gen(function* () {
        const Broken = Actor.make("Broken", [Rpc.make("Ping")])
        yield* provided(Broken.toLayer(Effect.die("no ink") as Effect.Effect<{ readonly Ping: () => void }>))
        const { client } = yield* desks()
        const { seen } = yield* observed
        yield* Effect.exit(ActorSystem.spawn(Broken, "x"))
        yield* client("a").ask.Spawn({ id: "child" })
        yield* ActorSystem.stop(client("a"))
        yield* rest
        assert.deepStrictEqual(told(seen), [
          "x given up",
          "a started 1",
          "child started 1",
          "child stopped",
          "a stopped"
        ])
      })
    ))

  it("are bounded for an observer that is slow, who sees by the gap what was missed", () =>
    run(
      () =>
        Effect.gen(function* () {
          const { client, local } = yield* desks()
          const gate = yield* Deferred.make<void>()
          const reading = yield* Effect.fork(
            local.changes.pipe(
              Stream.rechunk(1),
              Stream.tap(() => Deferred.await(gate)),
              Stream.takeUntil(({ id }) => id === "29"),
              Stream.runCollect
            )
          )
          const quick = yield* observed
          for (let n = 0; n < 30; n++) {
            yield* client(`${n}`).ask.Work()
            yield* rest
          }
          yield* Deferred.succeed(gate, undefined)
          const sequence = Chunk.toReadonlyArray(yield* Fiber.join(reading)).map((change) => change.sequence)
          assert.strictEqual(sequence.at(-1), 30)
          // What the stream had taken already, and the latest that were kept.
          assert.isBelow(sequence.length, 20)
          assert.deepStrictEqual(
            sequence.slice(-8),
            [23, 24, 25, 26, 27, 28, 29, 30],
            "the latest are those that are kept"
          )
          assert.strictEqual(quick.seen.length, 30, "another observer misses none")
        }),
      { changes: 8 }
    ))

  it("cost nothing while nobody looks on: none is made before and after", () =>
    run(() =>
      Effect.gen(function* () {
        const { client } = yield* desks()
        yield* client("a").ask.Work()
        const first = yield* observed
        yield* client("b").ask.Work()
        yield* rest
        yield* Fiber.interrupt(first.fiber)
        yield* client("c").ask.Work()
        yield* ActorSystem.stop(client("a"))
        const second = yield* observed
        yield* client("d").ask.Work()
        yield* rest
        assert.deepStrictEqual(told(first.seen), ["b started 1"])
        // The count went on from where it was: what nobody saw was never made.
        assert.deepStrictEqual(
          second.seen.map(({ id, sequence }) => [id, sequence]),
          [["d", 2]]
        )
      })
    ))
})

describe("A handler that does not come back", () => {
  const recording = () => {
    const lines: Array<string> = []
    const logger = Logger.make(({ logLevel, message }) => {
      if (logLevel._tag === "Warning") lines.push(String(message))
    })
    return { lines, logger, stuck: () => lines.filter((line) => line.includes("has been at work")) }
  }
  const stuckIn = (changes: ReadonlyArray<ActorChange>) =>
    changes.flatMap(({ event, id }) => (event._tag === "stuck" ? [[id, event.message, event.forMillis]] : []))

  it("is reported once, after a minute, by a line in the log and a change", () => {
    const { logger, stuck } = recording()
    return run(
      (clock) =>
        Effect.gen(function* () {
          const { client, open } = yield* desks()
          const { seen } = yield* observed
          yield* client("a").tell.Hold()
          yield* clock.advance(59_999)
          assert.deepStrictEqual(stuckIn(seen), [])
          yield* clock.advance(1)
          assert.deepStrictEqual(stuckIn(seen), [["a", "Hold", 60_000]])
          yield* clock.advance(3_600_000)
          assert.strictEqual(stuckIn(seen).length, 1)
          assert.strictEqual(stuck().length, 1)
          assert.match(stuck()[0]!, /^Desk\/a has been at work on Hold for 60000 ms: find/)
          // The next message of the same actor is another one.
          yield* open("Desk/a")
          yield* rest
          yield* ActorSystem.stop(client("a"))
          yield* client("a").tell.Hold()
          yield* clock.advance(60_000)
          assert.strictEqual(stuckIn(seen).length, 2)
          yield* open("Desk/a")
        }),
      {},
      logger
    )
  })

  it("is reported with whom it waits for, each in its time", () => {
    const { logger, stuck } = recording()
    return run(
      (clock) =>
        Effect.gen(function* () {
          const { client, open } = yield* desks()
          const { seen } = yield* observed
          yield* client("b").tell.Hold()
          yield* clock.advance(30)
          yield* Effect.fork(client("a").withTimeout("1 day").ask.Ask({ id: "b" }))
          yield* clock.advance(1000)
          assert.deepStrictEqual(
            stuckIn(seen).map(([id]) => id),
            ["b", "a"]
          )
          assert.match(stuck()[1]!, /^Desk\/a has been at work on Ask for \d+ ms and waits for Desk\/b:/)
          yield* open("Desk/b")
          yield* rest
        }),
      { stuckAfter: "500 millis" },
      logger
    )
  })

  it("is not reported if it comes back in time, however many there are", () =>
    run(
      (clock) =>
        Effect.gen(function* () {
          const Sleeper = Actor.make("Sleeper", [Rpc.make("Sleep")])
          yield* provided(Sleeper.toLayer(Effect.succeed(Sleeper.of({ Sleep: () => Effect.sleep(900) }))))
          const ref = (yield* Sleeper.client)("s")
          const { seen } = yield* observed
          for (let n = 0; n < 20; n++) yield* ref.tell.Sleep()
          yield* clock.advance(20_000)
          assert.deepStrictEqual(stuckIn(seen), [])
        }),
      { stuckAfter: "1 second" }
    ))

  it("is nobody's concern where that is switched off", () =>
    run(
      (clock) =>
        Effect.gen(function* () {
          const { client, open } = yield* desks()
          const { seen } = yield* observed
          yield* client("a").tell.Hold()
          yield* clock.advance(24 * 3_600_000)
          assert.deepStrictEqual(stuckIn(seen), [])
          yield* open("Desk/a")
        }),
      { stuckAfter: Number.POSITIVE_INFINITY }
    ))

  it("is found among very many without holding up the others", () =>
    run(
      (clock) =>
        Effect.gen(function* () {
          const { client, open } = yield* desks()
          const { seen } = yield* observed
          for (let n = 0; n < 10_050; n++) yield* client(`${n}`).ask.Work()
          yield* client("10049").tell.Hold()
          yield* clock.advance(1000)
          yield* rest
          assert.deepStrictEqual(stuckIn(seen), [["10049", "Hold", 1000]])
          yield* open("Desk/10049")
        }),
      { stuckAfter: "1 second" }
    ))
})
