/**
 * What other runtimes are known for, one test each, under the name it is known by. Each runs in many interleavings.
 */
import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Deferred, Effect, Exit, Fiber, Layer, Schema, type Scope } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import { ActorSystem, LocalActorSystem, spawn, watchWith } from "../../src/actor/ActorSystem.ts"
import * as ActorTest from "../../src/actor/ActorTest.ts"
import { DeadLetters } from "../../src/actor/DeadLetters.ts"
import * as Delivery from "../../src/actor/Delivery.ts"
import * as Mailbox from "../../src/actor/Mailbox.ts"
import * as Supervision from "../../src/actor/Supervision.ts"

/** A test whose program must succeed in each of many interleavings. */
const known = <E>(
  name: string,
  program: Effect.Effect<void, E, ActorTest.Services | Scope.Scope>,
  options?: Pick<ActorTest.SeededOptions, "system">
) => it.effect(name, () => ActorTest.interleavings({ program, seeds: 40, ...options }))

/** Waits until all that can happen has: virtual time moves only then. */
const settled = Effect.sleep(1)

const Busy = Actor.make("Busy", [Rpc.make("Hold"), Rpc.make("Note")])
/** Actors that are stuck in `Hold` until the gate opens. */
const busy = (gate: Deferred.Deferred<void>, mailbox: Mailbox.Mailbox) =>
  Busy.toLayer(Effect.succeed(Busy.of({ Hold: () => Deferred.await(gate), Note: () => {} })), { mailbox })

/** A stuck actor whose mailbox is full, in the scope at hand. */
const stuck = Effect.gen(function* () {
  const gate = yield* Deferred.make<void>()
  yield* Layer.build(busy(gate, Mailbox.bounded(1)))
  const ref = (yield* Busy.client)("b")
  yield* ref.tell.Hold()
  yield* settled
  yield* ref.tell.Note()
  return { ref, gate }
})

const snapshotOf = (address: string) =>
  Effect.map(
    Effect.flatMap(LocalActorSystem, ({ snapshot }) => snapshot),
    (all) => all.find((one) => one.address === address)
  )

describe("Known from other runtimes", () => {
  const Sender = Actor.make("Sender", [
    Rpc.make("Send", { success: Schema.String }),
    Rpc.make("Incarnation", { success: Schema.Int })
  ])
  known(
    "back-pressure that kills the sender",
    Effect.gen(function* () {
      const { gate, ref } = yield* stuck
      yield* Layer.build(
        Sender.toLayer(
          Effect.map(ActorContext, ({ incarnation }) =>
            Sender.of({
              Send: () => Effect.match(ref.tell.Note(), { onFailure: ({ _tag }) => _tag, onSuccess: () => "accepted" }),
              Incarnation: () => incarnation
            })
          )
        )
      )
      const sender = (yield* Sender.client)("s")
      assert.strictEqual(yield* sender.ask.Send(), "MailboxFull", "a value, after the tell's time-out")
      assert.strictEqual(yield* Clock.currentTimeMillis, 5001)
      // With room in time it is a wait and nothing else.
      const waiting = yield* Effect.fork(sender.ask.Send())
      yield* settled
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual(yield* Fiber.join(waiting), "accepted")
      assert.strictEqual(yield* sender.ask.Incarnation(), 1)
      assert.deepInclude(yield* snapshotOf("Sender/s"), { failed: 0, restarts: 0 })
    })
  )

  const Watcher = Actor.make("Watcher", [
    Rpc.make("Hold"),
    Rpc.make("Note"),
    Rpc.make("Ended", { payload: { how: Schema.String } })
  ])
  known(
    "watch lost in a full mailbox",
    Effect.gen(function* () {
      const system = yield* ActorSystem
      const local = yield* LocalActorSystem
      const { ref } = yield* stuck
      const heard: Array<string> = []
      const gate = yield* Deferred.make<void>()
      yield* Layer.build(
        Watcher.toLayer(
          Effect.gen(function* () {
            const self = yield* Watcher.self
            yield* watchWith(ref, ({ _tag }) => self.tell.Ended({ how: _tag }))
            return Watcher.of({
              Hold: () => Deferred.await(gate),
              Note: () => {},
              Ended: ({ how }) => void heard.push(how)
            })
          }),
          { mailbox: Mailbox.failing(1) }
        )
      )
      const watcher = (yield* Watcher.client)("w")
      yield* watcher.tell.Hold()
      yield* settled
      yield* watcher.tell.Note()
      const watching = yield* Effect.fork(local.watch(ref))
      yield* settled
      // The watched one is stuck and full, and so is the actor that watches it.
      yield* system.stop(ref)
      yield* settled
      assert.deepStrictEqual(watching.unsafePoll(), Exit.succeed({ _tag: "stopped" as const }))
      yield* Deferred.succeed(gate, undefined)
      yield* settled
      assert.deepStrictEqual(heard, ["stopped"])
    })
  )

  const Order = Actor.make("Order", [
    Rpc.make("Place", { payload: { how: Schema.Literal("well", "badly", "for ever") }, success: Schema.String })
  ])
  known(
    "one bad id that slows all of its type",
    Effect.gen(function* () {
      yield* Layer.build(
        Order.toLayer(
          Effect.map(ActorContext, ({ id }) =>
            Order.of({
              Place: ({ how }) =>
                how === "well" ? `placed by ${id}` : how === "badly" ? Effect.dieMessage("asked to") : Effect.never
            })
          ),
          { supervision: Supervision.restart({ backoff: { min: "1 minute" } }) }
        )
      )
      const client = yield* Order.client
      const bad = [
        yield* Effect.fork(Effect.exit(client("hangs").ask.Place({ how: "for ever" }))),
        yield* Effect.fork(Effect.exit(client("crashes").ask.Place({ how: "badly" })))
      ]
      yield* settled
      const before = yield* Clock.currentTimeMillis
      for (const id of ["a", "b", "c"]) {
        assert.strictEqual(yield* client(id).ask.Place({ how: "well" }), `placed by ${id}`)
      }
      assert.strictEqual((yield* Clock.currentTimeMillis) - before, 0, "no time has passed for the others")
      yield* Effect.forEach(bad, Fiber.interrupt)
    })
  )

  const Poisoned = Actor.make("Poisoned", [
    Rpc.make("Index", { payload: { file: Schema.String } }).annotate(Delivery.Idempotent, true),
    Rpc.make("Charge", { payload: { file: Schema.String } }),
    Rpc.make("Ping")
  ])
  known(
    "replay without limit of the message that crashes",
    Effect.gen(function* () {
      const letters = yield* DeadLetters
      const begun: Array<string> = []
      const poison = (file: string) => {
        begun.push(file)
        if (file.startsWith("bad")) throw new Error(`cannot read ${file}`)
      }
      yield* Layer.build(
        Poisoned.toLayer(
          Effect.succeed(
            Poisoned.of({ Index: ({ file }) => poison(file), Charge: ({ file }) => poison(file), Ping: () => {} })
          ),
          { supervision: Supervision.restart({ intensity: 100 }) }
        )
      )
      const ref = (yield* Poisoned.client)("p")
      yield* ref.tell.Index({ file: "bad index" })
      yield* ref.tell.Charge({ file: "bad charge" })
      yield* ref.tell.Index({ file: "good" })
      yield* ref.ask.Ping()
      assert.deepStrictEqual(begun, ["bad index", "bad index", "bad index", "bad charge", "good"])
      const [quarantined, ...others] = yield* letters.quarantined
      assert.deepStrictEqual([quarantined?.message, quarantined?.deliveries, others], ["Index", 3, []])
    })
  )

  const Fragile = Actor.make("Fragile", [Rpc.make("Ping", { success: Schema.Int })])
  known(
    "zombie after a constructor throws",
    Effect.gen(function* () {
      const open: Array<number> = []
      let starts = 0
      yield* Layer.build(
        Fragile.toLayer(
          Effect.gen(function* () {
            const start = ++starts
            yield* Effect.acquireRelease(
              Effect.sync(() => void open.push(start)),
              () => Effect.sync(() => void open.splice(open.indexOf(start), 1))
            )
            // What it left running must not outlive it either.
            yield* Effect.forkScoped(Effect.never)
            yield* Effect.yieldNow()
            if (start <= 2) throw new Error("the constructor throws")
            return Fragile.of({ Ping: () => start })
          }),
          { supervision: Supervision.restart() }
        )
      )
      // A child's first start: whoever spawns it hears of it, nothing is left, and its name is free.
      const failed = yield* Effect.flip(spawn(Fragile, "child"))
      assert.strictEqual(failed._tag, "ActorStartFailed")
      assert.deepStrictEqual([open, yield* snapshotOf("host/Fragile/child")], [[], undefined])
      // A root's: supervised, and its message waits for the start that goes well.
      assert.strictEqual(yield* (yield* Fragile.client)("root").ask.Ping(), 3)
      assert.deepStrictEqual(open, [3])
      assert.strictEqual(yield* (yield* spawn(Fragile, "child")).ask.Ping(), 4)
      assert.deepStrictEqual(open, [3, 4])
    })
  )

  const Oracle = Actor.make("Oracle", [Rpc.make("Ask", { payload: { seconds: Schema.Int }, success: Schema.Int })])
  known(
    "reply to a reused request id",
    Effect.gen(function* () {
      yield* Layer.build(
        Oracle.toLayer(
          Effect.succeed(
            Oracle.of({ Ask: ({ seconds }) => Rpc.fork(Effect.as(Effect.sleep(seconds * 1000), seconds)) })
          )
        )
      )
      const oracle = (yield* Oracle.client)("o")
      // One fiber asks, gives up, and asks again: the first answer comes while it waits for the second.
      const answers: Array<unknown> = []
      for (const seconds of [5, 9, 2, 7, 1]) {
        answers.push(yield* Effect.either(oracle.withTimeout(8000).ask.Ask({ seconds })))
        const early = yield* Effect.flip(oracle.withTimeout(500).ask.Ask({ seconds: seconds + 1 }))
        assert.strictEqual(early._tag, "AskTimedOut")
      }
      assert.deepStrictEqual(
        answers.map((answer) => JSON.parse(JSON.stringify(answer)).right ?? "AskTimedOut"),
        [5, "AskTimedOut", 2, 7, 1]
      )
    })
  )

  const Entity = Actor.make("Entity", [Rpc.make("Touch", { success: Schema.Int })])
  known(
    "unbounded resident entities",
    Effect.gen(function* () {
      let resident = 0
      let most = 0
      yield* Layer.build(
        Entity.toLayer(
          Effect.gen(function* () {
            yield* Effect.acquireRelease(
              Effect.sync(() => {
                most = Math.max(most, ++resident)
              }),
              () => Effect.sync(() => resident--)
            )
            let touches = 0
            return Entity.of({ Touch: () => Effect.as(Effect.yieldNow(), ++touches) })
          }),
          { maxResident: 3 }
        )
      )
      const client = yield* Entity.client
      const touched = yield* Effect.forEach(
        Array.from({ length: 60 }, (_, n) => `${n % 20}`),
        (id) => client(id).ask.Touch(),
        { concurrency: 10 }
      )
      assert.strictEqual(touched.length, 60)
      assert.isAtMost(most, 3)
    })
  )

  const Parent = Actor.make("Parent", [Rpc.make("Begin")])
  const Child = Actor.make("Child", [Rpc.make("Save", { payload: { n: Schema.Int } }), Rpc.make("Hang")])
  known(
    "a stuck child that aborts finished siblings",
    Effect.gen(function* () {
      const system = yield* ActorSystem
      const log: Array<string> = []
      yield* Layer.build(
        Child.toLayer(
          Effect.gen(function* () {
            const { id } = yield* ActorContext
            yield* Effect.addFinalizer((exit) => Effect.sync(() => void log.push(`${id} closed: ${exit._tag}`)))
            return Child.of({
              Save: ({ n }) => Effect.sync(() => void log.push(`${id} saved ${n}`)).pipe(Effect.delay(1000)),
              Hang: () => Effect.uninterruptible(Effect.never)
            })
          })
        )
      )
      yield* Layer.build(
        Parent.toLayer(
          Effect.gen(function* () {
            return Parent.of({
              Begin: () =>
                Effect.gen(function* () {
                  for (const id of ["first", "stuck", "last"]) {
                    const child = yield* spawn(Child, id)
                    if (id === "stuck") yield* child.tell.Hang()
                    for (const n of [1, 2]) yield* child.tell.Save({ n })
                  }
                }).pipe(Effect.orDie)
            })
          })
        )
      )
      const parent = (yield* Parent.client)("p")
      yield* parent.ask.Begin()
      const before = yield* Clock.currentTimeMillis
      yield* system.stop(parent)
      // The siblings of the stuck one had their own time: what they had is done, and they ended well.
      assert.deepStrictEqual(log.filter((line) => !line.startsWith("stuck")).toSorted(), [
        "first closed: Success",
        "first saved 1",
        "first saved 2",
        "last closed: Success",
        "last saved 1",
        "last saved 2"
      ])
      assert.isAtMost((yield* Clock.currentTimeMillis) - before, 2000 + 3 * 5000)
    })
  )

  known(
    "depth metric that counts waiting senders",
    Effect.gen(function* () {
      const { gate, ref } = yield* stuck
      const waiting = yield* Effect.forEach([1, 2, 3], () => Effect.fork(ref.tell.Note()))
      yield* settled
      assert.deepInclude(yield* snapshotOf("Busy/b"), { depth: 1, waitingSenders: 3 })
      yield* Fiber.interrupt(waiting[1]!)
      assert.deepInclude(yield* snapshotOf("Busy/b"), { depth: 1, waitingSenders: 2 })
      yield* Deferred.succeed(gate, undefined)
      yield* settled
      assert.deepInclude(yield* snapshotOf("Busy/b"), { depth: 0, waitingSenders: 0, handled: 4 })
    })
  )
})
