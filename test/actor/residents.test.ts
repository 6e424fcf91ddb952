import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Schema } from "effect"
import fc from "fast-check"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import { DeadLetters } from "../../src/actor/DeadLetters.ts"
import * as FairScheduler from "../../src/actor/FairScheduler.ts"
import { State } from "../../src/actor/internal/inbox.ts"
import { maxWaiting, Residents, type Root } from "../../src/actor/internal/residents.ts"
import { Timers } from "../../src/actor/internal/timers.ts"
import * as Supervision from "../../src/actor/Supervision.ts"
import { provided, rest, run, snapshots } from "./harness.ts"

const Room = Actor.make("Room", [
  Rpc.make("Enter", { success: Schema.Int }),
  Rpc.make("Hold"),
  Rpc.make("Crash"),
  Rpc.make("Note")
])

interface Options {
  readonly maxResident: number
  readonly supervision?: Supervision.Supervision
  /** How long closing an incarnation takes. */
  readonly closingMillis?: number
}

/** Rooms that count who is in memory, and the most there ever were. */
const rooms = ({ closingMillis, maxResident, supervision }: Options) =>
  Effect.gen(function* () {
    const gates = new Map<string, Deferred.Deferred<void>>()
    const open = new Set<string>()
    const begun: Array<string> = []
    let most = 0
    yield* provided(
      Room.toLayer(
        Effect.gen(function* () {
          const { id } = yield* ActorContext
          const gate = yield* Deferred.make<void>()
          gates.set(id, gate)
          yield* Effect.acquireRelease(
            Effect.sync(() => {
              begun.push(id)
              open.add(id)
              most = Math.max(most, open.size)
            }),
            () =>
              Effect.zipRight(
                closingMillis === undefined ? Effect.void : Effect.sleep(closingMillis),
                Effect.sync(() => open.delete(id))
              )
          )
          let entered = 0
          return Room.of({
            Enter: () => ++entered,
            Hold: () => Deferred.await(gate),
            Crash: () => Effect.die("asked to"),
            Note: () => {}
          })
        }),
        { maxResident, supervision }
      )
    )
    return {
      begun,
      open,
      most: () => most,
      client: yield* Room.client,
      letGo: (id: string) => Effect.suspend(() => Deferred.succeed(gates.get(id)!, undefined))
    }
  })

const stateOf = (id: string) =>
  Effect.map(snapshots, (all) => all.find((snapshot) => snapshot.id === id)?.state ?? "none")

describe("A type with room for so many", () => {
  it("passivates the one idle longest for one more, and that one begins anew when it is needed", () =>
    run(() =>
      Effect.gen(function* () {
        const { begun, client, open } = yield* rooms({ maxResident: 2 })
        yield* client("a").ask.Enter()
        yield* client("b").ask.Enter()
        yield* client("c").ask.Enter()
        assert.deepStrictEqual([...open], ["b", "c"])
        assert.strictEqual(yield* client("b").ask.Enter(), 2, "its state is kept")
        assert.strictEqual(yield* client("a").ask.Enter(), 1, "its state is gone")
        assert.deepStrictEqual(begun, ["a", "b", "c", "a"])
        assert.strictEqual(open.size, 2)
      })
    ))

  it("spares who has had something to do since it was last looked at", () =>
    run(() =>
      Effect.gen(function* () {
        const { client, open } = yield* rooms({ maxResident: 3 })
        for (const id of ["a", "b", "c"]) yield* client(id).ask.Enter()
        // The first newcomer makes the hand see all of them once; `a` goes.
        yield* client("d").ask.Enter()
        assert.deepStrictEqual([...open], ["b", "c", "d"])
        yield* client("b").ask.Enter()
        yield* client("e").ask.Enter()
        assert.isTrue(open.has("b"), "it was used, and c was not")
        assert.isFalse(open.has("c"))
      })
    ))

  it("lets a newcomer wait while none is idle, and begin in its turn as soon as one is", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { begun, client, letGo } = yield* rooms({ maxResident: 1 })
        yield* client("a").tell.Hold()
        yield* rest
        const asked = yield* Effect.forEach(["b", "c"], (id) => Effect.fork(client(id).ask.Enter()))
        yield* client("b").tell.Note()
        yield* clock.advance(5000)
        assert.deepStrictEqual(begun, ["a"])
        const waiting = (yield* snapshots).find(({ id }) => id === "b")
        assert.deepInclude(waiting, { state: "waiting for room", depth: 2 })
        yield* letGo("a")
        yield* clock.advance(100)
        for (const fiber of asked) assert.strictEqual(yield* Fiber.join(fiber), 1)
        assert.deepStrictEqual(begun, ["a", "b", "c"])
      })
    ))

  it("tells an asker whose time runs out what the actor waited for", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { begun, client, letGo } = yield* rooms({ maxResident: 1 })
        yield* client("a").tell.Hold()
        yield* rest
        const asked = yield* Effect.fork(Effect.flip(client("b").withTimeout("2 seconds").ask.Enter()))
        yield* clock.advance(2000)
        const error = yield* Fiber.join(asked)
        assert.strictEqual(error._tag, "AskTimedOut")
        assert.include(error.message, "it was waiting for room")
        yield* letGo("a")
        yield* clock.advance(100)
        assert.deepStrictEqual(begun, ["a", "b"], "it had been activated, and begins for nothing")
      })
    ))

  it("serves a thousand ids with room for ten, and never has more than ten in memory", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { begun, client, most } = yield* rooms({ maxResident: 10 })
        const ids = Array.from({ length: 1000 }, (_, n) => `${n}`)
        const asked = yield* Effect.fork(
          Effect.forEach(ids, (id) => client(id).ask.Enter(), { concurrency: "unbounded" })
        )
        // No time passes: what waits begins in the wake of what was done.
        for (let i = 0; i < 300 && asked.unsafePoll() === null; i++) yield* rest
        assert.deepStrictEqual(
          yield* Fiber.join(asked),
          ids.map(() => 1)
        )
        assert.strictEqual(begun.length, 1000)
        assert.isAtMost(most(), 10)
        yield* clock.advance(0)
      })
    ))

  it("waits for the scope of the one that makes room to close", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { begun, client, most } = yield* rooms({ maxResident: 1, closingMillis: 1000 })
        yield* client("a").ask.Enter()
        const asked = yield* Effect.fork(client("b").ask.Enter())
        yield* clock.advance(999)
        assert.deepStrictEqual(begun, ["a"])
        assert.strictEqual(yield* stateOf("a"), "restarting")
        // It is wanted again while it makes room: it waits behind the one it made room for.
        const again = yield* Effect.fork(client("a").ask.Enter())
        yield* clock.advance(1)
        assert.strictEqual(yield* Fiber.join(asked), 1)
        yield* clock.advance(2000)
        assert.strictEqual(yield* Fiber.join(again), 1)
        assert.deepStrictEqual(begun, ["a", "b", "a"])
        assert.strictEqual(most(), 1)
        yield* Effect.fork(ActorSystem.stop(client("a")))
        yield* clock.advance(1000)
      })
    ))

  it("does not count those that supervision gave up, and counts those that restart", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { client, begun } = yield* rooms({
          maxResident: 1,
          supervision: Supervision.restart({ intensity: 1, period: "1 hour", backoff: { min: "1 second", jitter: 0 } })
        })
        yield* Effect.exit(client("a").ask.Crash())
        yield* rest
        assert.strictEqual(yield* stateOf("a"), "backing off")
        const asked = yield* Effect.fork(client("b").ask.Enter())
        yield* clock.advance(900)
        assert.strictEqual(yield* stateOf("b"), "waiting for room")
        yield* client("a").tell.Crash()
        yield* clock.advance(100)
        assert.strictEqual(yield* Fiber.join(asked), 1)
        assert.deepStrictEqual(begun, ["a", "a", "b"])
        assert.strictEqual(yield* stateOf("a"), "failed")
        // Revived, it takes a place like any other.
        const local = yield* ActorSystem.LocalActorSystem
        yield* local.revive(client("a"))
        assert.strictEqual(yield* client("a").ask.Enter(), 1)
        assert.strictEqual(yield* stateOf("b"), "none")
      })
    ))

  it("lets a waiting newcomer be stopped now: it never begins, and its messages are dead letters", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { begun, client, letGo } = yield* rooms({ maxResident: 1 })
        yield* client("a").tell.Hold()
        yield* rest
        const asked = yield* Effect.fork(Effect.flip(client("b").ask.Enter()))
        const other = yield* Effect.fork(client("c").ask.Enter())
        yield* rest
        yield* ActorSystem.stop(client("b"), { now: true })
        assert.strictEqual((yield* Fiber.join(asked))._tag, "ActorStopping")
        yield* letGo("a")
        yield* clock.advance(100)
        yield* Fiber.join(other)
        assert.deepStrictEqual(begun, ["a", "c"])
        assert.strictEqual((yield* Effect.flatMap(DeadLetters, (letters) => letters.counts)).stopped, 1)
      })
    ))

  it("gives the place of one that was stopped to the next", () =>
    run(() =>
      Effect.gen(function* () {
        const { begun, client, letGo } = yield* rooms({ maxResident: 1 })
        yield* client("a").tell.Hold()
        yield* rest
        const asked = yield* Effect.fork(client("b").ask.Enter())
        yield* rest
        const stopping = yield* Effect.fork(ActorSystem.stop(client("a")))
        yield* letGo("a")
        yield* Fiber.join(stopping)
        assert.strictEqual(yield* Fiber.join(asked), 1)
        assert.deepStrictEqual(begun, ["a", "b"])
      })
    ))

  it("unbounded resident entities: not here, and those that wait for room are bounded as well", () =>
    run(() =>
      Effect.gen(function* () {
        const { client, letGo } = yield* rooms({ maxResident: 1 })
        yield* client("busy").tell.Hold()
        yield* rest
        for (let n = 0; n < maxWaiting; n++) yield* client(`${n}`).tell.Note()
        const error = yield* Effect.flip(client("one too many").tell.Note())
        assert.strictEqual(error._tag, "TooManyActors")
        assert.include(
          error.message,
          "Room/one too many cannot begin: 1 actors of its type are at work, and 10000 more"
        )
        yield* client("0").tell.Note()
        assert.strictEqual(yield* stateOf("one too many"), "none", "it left nothing behind")
        // A watch asks for no room.
        const watching = yield* Effect.fork(ActorSystem.watch(client("one too many")))
        yield* rest
        assert.isNull(watching.unsafePoll())
        yield* Fiber.interrupt(watching)
        yield* Effect.forEach(
          Array.from({ length: maxWaiting }, (_, n) => `${n}`),
          (id) => ActorSystem.stop(client(id), { now: true }),
          { discard: true }
        )
        yield* letGo("busy")
      })
    ))

  it("goes on looking while all are at work, at a bounded price, and stops when nobody waits", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { client, letGo } = yield* rooms({ maxResident: 1 })
        yield* client("a").tell.Hold()
        yield* rest
        const asked = yield* Effect.fork(client("b").ask.Enter())
        yield* clock.advance(10_000)
        yield* letGo("a")
        yield* clock.advance(20)
        assert.strictEqual(yield* Fiber.join(asked), 1)
      })
    ))
})

/** A root that does nothing but count how often it is looked at. */
class Fake implements Root {
  state: State = State.absent
  isResident = false
  doneBefore = -1
  failed = 0
  looks = 0
  busy = false
  private done = 0
  constructor(
    readonly id: string,
    private readonly residents: () => Residents<Fake>
  ) {}
  get handled(): number {
    this.looks++
    return this.done
  }
  use(): void {
    this.done++
  }
  start(): void {
    this.state = State.running
  }
  passivate(): boolean {
    if (this.busy || this.state !== State.running) return false
    this.state = State.absent
    this.residents().roots.delete(this.id)
    this.residents().leave(this)
    return true
  }
}

/** Residents over fakes; `later` are the tasks it has left for later. */
const residentsOf = (limit: number) => {
  const later: Array<() => void> = []
  const scheduler = FairScheduler.make()
  scheduler.scheduleTask = (task) => void later.push(task)
  const timers = new Timers(
    (_, wake) => {
      later.push(wake)
      return () => {}
    },
    () => 0
  )
  const all = new Map<string, Fake>()
  const residents: Residents<Fake> = new Residents<Fake>(limit, scheduler, timers, () => {})
  return {
    all,
    later,
    residents,
    use: (id: string) => {
      let fake = residents.roots.get(id)
      if (fake === undefined) {
        fake = new Fake(id, () => residents)
        all.set(id, fake)
        residents.roots.set(id, fake)
      }
      if (fake.state === State.absent) residents.enter(fake)
      fake.use()
      return fake
    }
  }
}

describe("The hand that makes room", () => {
  it("costs the same for each root that begins, however many there are", () => {
    const looksWith = (limit: number) => {
      const { residents, use } = residentsOf(limit)
      const fakes: Array<Fake> = []
      const begin = (n: number) => fakes.push(use(`${n}`))
      for (let n = 0; n < limit; n++) begin(n)
      const before = fakes.reduce((sum, { looks }) => sum + looks, 0)
      const newcomers = 10 * limit
      // Each has something to do once, when it begins: the worst case, where all are passed over the first time.
      for (let n = 0; n < newcomers; n++) {
        begin(limit + n)
      }
      for (const { state } of residents.roots.values()) assert.strictEqual(state, State.running)
      return (fakes.reduce((sum, { looks }) => sum + looks, 0) - before) / newcomers
    }
    assert.isAtMost(looksWith(10), 3)
    assert.isAtMost(looksWith(1000), 3)
  })

  const Command = fc.oneof(
    { weight: 5, arbitrary: fc.record({ _tag: fc.constant("use" as const), id: fc.nat(12) }) },
    { weight: 2, arbitrary: fc.record({ _tag: fc.constant("busy" as const), id: fc.nat(12) }) },
    { weight: 2, arbitrary: fc.record({ _tag: fc.constant("idle" as const), id: fc.nat(12) }) },
    { weight: 2, arbitrary: fc.record({ _tag: fc.constant("stop" as const), id: fc.nat(12) }) },
    { weight: 3, arbitrary: fc.record({ _tag: fc.constant("later" as const), id: fc.constant(0) }) }
  )

  it("keeps the bound, lets in who came first, and lets nobody wait while there is room or one is idle", () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(Command, { maxLength: 60 }), (limit, commands) => {
        const { later, residents, use } = residentsOf(limit)
        const waiting: Array<string> = []
        const check = () => {
          const running = [...residents.roots.values()].filter(({ state }) => state === State.running)
          assert.isAtMost(running.length, limit)
          assert.deepStrictEqual(
            running.map(({ isResident }) => isResident),
            running.map(() => true)
          )
          const still = [...residents.roots.values()].filter(({ state }) => state === State.waitingForRoom)
          const left = waiting.filter((id) => still.some((fake) => fake.id === id))
          // Nobody that waits was overtaken: those that are left are the last that came.
          assert.deepStrictEqual(left, waiting.slice(waiting.length - left.length))
          waiting.splice(0, waiting.length, ...left)
          if (still.length > 0) assert.strictEqual(running.length, limit)
        }
        for (const { _tag, id } of commands) {
          const fake = residents.roots.get(`${id}`)
          switch (_tag) {
            case "use":
              if (use(`${id}`).state === State.waitingForRoom && !waiting.includes(`${id}`)) waiting.push(`${id}`)
              break
            case "busy":
              if (fake?.state === State.running) fake.busy = true
              break
            case "idle":
              if (fake !== undefined) fake.busy = false
              break
            case "stop":
              if (fake !== undefined) {
                fake.state = State.ended
                const at = waiting.indexOf(fake.id)
                if (at !== -1) waiting.splice(at, 1)
                residents.roots.delete(fake.id)
                residents.leave(fake)
              }
              break
            case "later":
              for (const task of later.splice(0)) task()
          }
          check()
        }
        for (const fake of residents.roots.values()) fake.busy = false
        for (let i = 0; i < 200 && later.length > 0; i++) {
          for (const task of later.splice(0)) task()
          check()
        }
        assert.deepStrictEqual(waiting, [], "all were idle, and somebody waits")
      }),
      { numRuns: 500 }
    ))
})
