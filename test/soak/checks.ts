/**
 * The soak's checks, by name. Each runs in a process of its own, does its whole work and verifies that it was done.
 */
import assert from "node:assert/strict"
import { Rpc } from "@effect/rpc"
import { Deferred, Effect, Exit, Fiber, Layer, Schema } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import { ActorSystem, LocalActorSystem, spawn } from "../../src/actor/ActorSystem.ts"
import * as Mailbox from "../../src/actor/Mailbox.ts"
import { asking, chains } from "../actor/model/asking.ts"
import { exactMailbox } from "../actor/model/exactMailbox.ts"
import { type Effort, explore } from "../actor/model/explore.ts"
import { family } from "../actor/model/family.ts"
import { stash, timers } from "../actor/model/inner.ts"
import { lives } from "../actor/model/lives.ts"
import { mailbox } from "../actor/model/mailbox.ts"
import { residents } from "../actor/model/residents.ts"
import { waits } from "../actor/model/waits.ts"
import { seedOr } from "../seed.ts"
import { generatedProjects } from "./generatedProjects.ts"
import { gapsDuring, type Host, hosts, onHost, staysFlat } from "./Soak.ts"

/** Gives what it measured; throws what it found wrong. */
export type Check = () => Promise<string>

/** The same, but that it needs a fiber, which an Effect of synchronous steps does not. */
const onFiber = <A, E>(effect: Effect.Effect<A, E>) => Effect.withFiberRuntime<A, E>(() => effect)

const Counter = Actor.make("Counter", [
  Rpc.make("Add"),
  Rpc.make("AddSynchronous"),
  Rpc.make("AddOnFiber"),
  Rpc.make("Total", { success: Schema.Int })
])
const CounterLive = Counter.toLayer(
  Effect.sync(() => {
    let total = 0
    const add = () => {
      total++
    }
    return Counter.of({
      Add: add,
      AddSynchronous: () => Effect.sync(add),
      AddOnFiber: () => onFiber(Effect.sync(add)),
      Total: () => total
    })
  })
)

/** Tells and asks of one host: 3.6 million of the 10 million messages for each kind of host. */
const tellsAndAsks = (host: Host) => async () => {
  const each = 1_200_000
  return onHost(
    host,
    Effect.gen(function* () {
      const counter = (yield* Counter.client)("c")
      let sent = 0
      const many = <E>(times: number, effect: Effect.Effect<unknown, E>) =>
        Effect.iterate(0, { while: (n) => n < times, body: (n) => Effect.as(effect, n + 1) })
      const said = yield* staysFlat(() =>
        Effect.gen(function* () {
          yield* many(each / 10, counter.tell.Add())
          yield* many(each / 20, counter.tell.AddSynchronous())
          yield* many(each / 20, counter.tell.AddOnFiber())
          yield* many(each / 10, counter.ask.Add())
          sent += (3 * each) / 10
          assert.equal(yield* counter.ask.Total(), sent, "messages handled")
        })
      )
      return `${sent} messages, ${said}`
    }).pipe(Effect.provide(CounterLive))
  )
}

const Ring = Actor.make("Ring", [Rpc.make("Pass", { payload: { left: Schema.Int } })])

/** A message handed round 1,000 actors: 1.4 million hops for each kind of host. */
const ring = (host: Host) => async () => {
  const hops = 1_400_000
  const size = 1000
  return onHost(
    host,
    Effect.gen(function* () {
      let handled = 0
      let arrived = yield* Deferred.make<void>()
      const layer = Ring.toLayer(
        Effect.gen(function* () {
          const client = yield* Ring.client
          const { id } = yield* ActorContext
          const next = client(`${(Number(id) + 1) % size}`)
          return Ring.of({
            Pass: ({ left }) => {
              handled++
              if (left === 0) return Effect.asVoid(Deferred.succeed(arrived, undefined))
              return Effect.orDie(next.tell.Pass({ left: left - 1 }))
            }
          })
        })
      )
      return yield* Effect.gen(function* () {
        const first = (yield* Ring.client)("0")
        const said = yield* staysFlat(() =>
          Effect.gen(function* () {
            arrived = yield* Deferred.make<void>()
            yield* first.tell.Pass({ left: hops / 10 - 1 })
            yield* Deferred.await(arrived)
          })
        )
        assert.equal(handled, hops)
        return `${handled} hops, ${said}`
      }).pipe(Effect.provide(layer))
    })
  )
}

const Member = Actor.make("Member", [Rpc.make("Ping", { success: Schema.Int })])
const MemberLive = Member.toLayer(
  Effect.gen(function* () {
    yield* Effect.addFinalizer(() => Effect.void)
    return Member.of({ Ping: () => 1 })
  })
)
const Owner = Actor.make("Owner", [
  Rpc.make("Cycle", { payload: { times: Schema.Int, batch: Schema.Int }, success: Schema.Int })
])
const OwnerLive = Owner.toLayer(
  Effect.gen(function* () {
    const system = yield* ActorSystem
    return Owner.of({
      Cycle: ({ batch, times }) =>
        Effect.gen(function* () {
          let pinged = 0
          for (let at = 0; at < times; at += batch) {
            const children = yield* Effect.forEach(
              Array.from({ length: batch }, (_, n) => `${at + n}`),
              (id) => spawn(Member, id)
            )
            for (const child of children) pinged += yield* child.ask.Ping()
            for (const child of children) yield* system.stop(child)
          }
          return pinged
        }).pipe(Effect.orDie, Effect.scoped)
    })
  })
)

/** Children of an actor, children of a host in one scope that stays open, and roots: 40,000 + 30,000 + 30,000. */
const spawnsAndStops: Check = () =>
  onHost(
    "default",
    Effect.gen(function* () {
      const system = yield* ActorSystem
      const local = yield* LocalActorSystem
      const owner = (yield* Owner.client)("o").withTimeout("10 minutes")
      const member = yield* Member.client
      let lives = 0
      const said = yield* staysFlat((tenth) =>
        Effect.gen(function* () {
          lives += yield* owner.ask.Cycle({ times: 4000, batch: 100 })
          for (let n = 0; n < 3000; n++) {
            const child = yield* spawn(Member, `${tenth}.${n}`)
            lives += yield* child.ask.Ping()
            yield* system.stop(child)
            const root = member(`${tenth}.${n}`)
            lives += yield* root.ask.Ping()
            yield* system.stop(root)
          }
        })
      )
      assert.equal(lives, 100_000)
      assert.deepEqual(
        (yield* local.snapshot).map(({ address, children }) => [address, children]),
        [["Owner/o", []]],
        "actors left"
      )
      return `${lives} lives, ${said}`
    }).pipe(Effect.provide(OwnerLive), Effect.provide(MemberLive))
  )

const Gatherer = Actor.make("Gatherer", [Rpc.make("Gather", { success: Schema.Int })])
const width = 1000

/** One asks 1,000 at once, 500 times, from inside an actor and from a host. */
const fanOut: Check = () =>
  onHost(
    "default",
    Effect.gen(function* () {
      const member = yield* Member.client
      const all = Array.from({ length: width }, (_, n) => member(`${n}`))
      const gather = Effect.map(
        Effect.forEach(all, (ref) => ref.ask.Ping(), { concurrency: "unbounded" }),
        (answers) => answers.reduce((sum, answer) => sum + answer, 0)
      )
      const layer = Gatherer.toLayer(Effect.succeed(Gatherer.of({ Gather: () => Effect.orDie(gather) })))
      return yield* Effect.gen(function* () {
        const gatherer = (yield* Gatherer.client)("g")
        let gathered = 0
        const said = yield* staysFlat(() =>
          Effect.gen(function* () {
            for (let round = 0; round < 25; round++) {
              gathered += yield* gather
              gathered += yield* gatherer.ask.Gather()
            }
          })
        )
        assert.equal(gathered, 500 * width)
        return `${gathered} answers, ${said}`
      }).pipe(Effect.provide(layer))
    }).pipe(Effect.provide(MemberLive))
  )

const Stuck = Actor.make("Stuck", [Rpc.make("Hold"), Rpc.make("Work", { success: Schema.Int })])

/** A million asks of a stuck actor that leave again: most interrupted, some timed out, while its mailbox is full. */
const withdrawnAsks: Check = () =>
  onHost(
    "default",
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      let worked = 0
      const layer = Stuck.toLayer(
        Effect.succeed(Stuck.of({ Hold: () => Deferred.await(gate), Work: () => ++worked })),
        { mailbox: Mailbox.bounded(64) }
      )
      return yield* Effect.gen(function* () {
        const stuck = (yield* Stuck.client)("s")
        yield* stuck.tell.Hold()
        let left = 0
        const interrupted = Effect.gen(function* () {
          const asking = yield* Effect.forEach(Array.from({ length: 500 }), () => Effect.fork(stuck.ask.Work()))
          yield* Effect.yieldNow()
          for (const exit of yield* Effect.forEach(asking, Fiber.interrupt)) if (Exit.isInterrupted(exit)) left++
        })
        const timedOut = Effect.gen(function* () {
          const brief = stuck.withTimeout(1)
          const exits = yield* Effect.forEach(Array.from({ length: 500 }), () => Effect.either(brief.ask.Work()), {
            concurrency: "unbounded"
          })
          for (const exit of exits) if (exit._tag === "Left" && exit.left._tag === "AskTimedOut") left++
        })
        const said = yield* staysFlat(() =>
          Effect.gen(function* () {
            for (let round = 0; round < 180; round++) yield* interrupted
            for (let round = 0; round < 20; round++) yield* timedOut
          })
        )
        assert.equal(left, 1_000_000)
        assert.equal(worked, 0)
        const [snapshot] = yield* Effect.flatMap(LocalActorSystem, (local) => local.snapshot)
        assert.equal(snapshot!.waitingSenders, 0, "senders that wait for room and have left")
        yield* Deferred.succeed(gate, undefined)
        assert.equal(yield* stuck.ask.Work(), 1, "none of those that left is handled")
        return `${left} withdrawn, ${said}`
      }).pipe(Effect.provide(layer))
    })
  )

const Talker = Actor.make("Talker", [
  Rpc.make("Plain", { payload: { to: Schema.String } }),
  Rpc.make("Synchronous", { payload: { to: Schema.String } }),
  Rpc.make("OnFiber", { payload: { to: Schema.String } })
])

/** Actors that talk without pause, and a host that asks without pause: timers fire all the same. */
const gaps =
  (host: Host): Check =>
  () =>
    onHost(
      host,
      Effect.gen(function* () {
        let said = 0
        const layer = Talker.toLayer(
          Effect.gen(function* () {
            const client = yield* Talker.client
            const { id } = yield* ActorContext
            return Talker.of({
              // A plain answer: the tell is handed on without a fiber.
              Plain: ({ to }) => {
                said++
                return Effect.orDie(client(to).tell.Plain({ to: id }))
              },
              Synchronous: ({ to }) =>
                Effect.suspend(() => {
                  said++
                  return Effect.orDie(client(to).tell.Synchronous({ to: id }))
                }),
              OnFiber: ({ to }) =>
                onFiber(
                  Effect.suspend(() => {
                    said++
                    return Effect.orDie(client(to).tell.OnFiber({ to: id }))
                  })
                )
            })
          })
        )
        const results: Array<string> = []
        for (const kind of ["Plain", "Synchronous", "OnFiber"] as const) {
          const talking = Effect.gen(function* () {
            const system = yield* ActorSystem
            const client = yield* Talker.client
            yield* client("ping").tell[kind]({ to: "pong" })
            const measured = yield* gapsDuring(3000, Effect.never)
            yield* system.stop(client("ping"), { now: true })
            yield* system.stop(client("pong"), { now: true })
            return measured
          })
          results.push(`actors, ${kind}: ${yield* Effect.provide(talking, Layer.fresh(layer))}`)
        }
        assert.ok(said > 100_000, `${said} messages`)
        for (const message of ["Add", "AddSynchronous", "AddOnFiber"] as const) {
          const counter = (yield* Counter.client)("c")
          const asking = Effect.forever(counter.ask[message]())
          results.push(`host asks ${message}: ${yield* gapsDuring(3000, asking)}`)
        }
        return results.join("; ")
      }).pipe(Effect.provide(CounterLive))
    )

/** 100,000 interleavings over all models, in two processes. */
const interleavings =
  (models: ReadonlyArray<(effort: Effort) => Promise<void>>, runs: ReadonlyArray<number>): Check =>
  async () => {
    const seed = seedOr(Date.now() % 2 ** 31)
    for (const [at, model] of models.entries()) await model({ runs: runs[at]!, seed })
    return `${runs.reduce((sum, count) => sum + count, 0)} runs from SEED=${seed}`
  }

export const checks: Readonly<Record<string, Check>> = {
  ...Object.fromEntries(hosts.map((host) => [`gaps on ${host}`, gaps(host)])),
  ...Object.fromEntries(hosts.map((host) => [`messages on ${host}`, tellsAndAsks(host)])),
  ...Object.fromEntries(hosts.map((host) => [`ring on ${host}`, ring(host)])),
  "spawns and stops": spawnsAndStops,
  "fan-out": fanOut,
  "withdrawn asks": withdrawnAsks,
  "interleavings 1": interleavings(
    [
      (effort) => explore(mailbox, effort),
      (effort) => explore(exactMailbox, effort),
      (effort) => explore(family, effort)
    ],
    [20_000, 20_000, 10_000]
  ),
  "interleavings 2": interleavings(
    [
      (effort) => explore(lives, effort),
      (effort) => explore(asking, effort),
      (effort) => explore(chains, effort),
      (effort) => explore(waits, effort),
      (effort) => explore(residents, effort),
      (effort) => explore(timers, effort),
      (effort) => explore(stash, effort)
    ],
    [12_000, 12_000, 5_000, 9_000, 4_000, 4_000, 4_000]
  ),
  "generated projects": generatedProjects
}
