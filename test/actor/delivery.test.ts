import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, Layer, Schema, TestClock } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as ActorTest from "../../src/actor/ActorTest.ts"
import { DeadLetters } from "../../src/actor/DeadLetters.ts"
import * as Delivery from "../../src/actor/Delivery.ts"
import * as Gather from "../../src/actor/Gather.ts"
import * as Supervision from "../../src/actor/Supervision.ts"

const Index = Actor.make("Index", [
  Rpc.make("Add", { payload: { file: Schema.String }, success: Schema.String }).annotate(Delivery.Idempotent, true),
  Rpc.make("Once", { payload: { file: Schema.String }, success: Schema.String })
])

/** Crashes on `bad` files as often as `crashes` says; the way it crashes is `how`. */
const index = (how: "throws" | "dies" | "dies at rest", seen: Array<string>, crashes: Map<string, number>) => {
  const handle = ({ file }: { readonly file: string }) => {
    seen.push(file)
    const left = crashes.get(file) ?? 0
    if (left === 0) return `indexed ${file}`
    crashes.set(file, left - 1)
    if (how === "throws") throw new Error(`cannot read ${file}`)
    return how === "dies"
      ? Effect.dieMessage(`cannot read ${file}`)
      : Effect.delay(Effect.dieMessage("cannot"), "1 second")
  }
  return Index.toLayer(Effect.succeed(Index.of({ Add: handle, Once: handle })), {
    supervision: Supervision.restart({ intensity: 100 })
  })
}

const quarantine = Effect.flatMap(DeadLetters, (letters) => letters.quarantined)

describe("An idempotent message", () => {
  for (const how of ["throws", "dies"] as const) {
    it.scoped(`whose handler ${how} is delivered again first, and its asker gets the answer`, () =>
      Effect.gen(function* () {
        const seen: Array<string> = []
        yield* Layer.build(index(how, seen, new Map([["a", 2]])))
        const ref = (yield* Index.client)("i")
        const asked = yield* Effect.fork(ref.ask.Add({ file: "a" }))
        yield* ref.tell.Add({ file: "b" })
        yield* ActorTest.settle
        assert.strictEqual(yield* Fiber.join(asked), "indexed a")
        assert.isTrue(seen.join("").endsWith("aaa") || seen.join("") === "aaab" || seen.join("") === "baaa")
        assert.deepStrictEqual(yield* quarantine, [])
      }).pipe(Effect.provide(ActorTest.layer()))
    )

    it.scoped(`whose handler ${how} is delivered three times, then quarantined; the actor goes on with the next`, () =>
      Effect.gen(function* () {
        const seen: Array<string> = []
        yield* Layer.build(index(how, seen, new Map([["bad", 3]])))
        const ref = (yield* Index.client)("i")
        const error = yield* Effect.flip(ref.ask.Add({ file: "bad" }))
        assert.strictEqual(error._tag, "ActorCrashed")
        assert.strictEqual(yield* ref.ask.Add({ file: "good" }), "indexed good")
        assert.deepStrictEqual(seen, ["bad", "bad", "bad", "good"])
        const [letter] = yield* quarantine
        assert.deepInclude(letter, {
          id: 1,
          address: "Index/i",
          message: "Add",
          payload: { file: "bad" },
          deliveries: Delivery.maxDeliveries
        })
        assert.include(Cause.pretty(letter!.cause), "cannot read bad")
        assert.strictEqual((yield* Effect.flatMap(DeadLetters, (letters) => letters.counts)).quarantined, 1)
      }).pipe(Effect.provide(ActorTest.layer()))
    )
  }

  it.scoped("that was told is delivered again, too", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      yield* Layer.build(index("dies", seen, new Map([["a", 1]])))
      yield* (yield* Index.client)("i").tell.Add({ file: "a" })
      yield* ActorTest.settle
      assert.deepStrictEqual(seen, ["a", "a"])
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("in quarantine is replayed or discarded, once", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const crashes = new Map([
        ["x", 3],
        ["y", 3]
      ])
      yield* Layer.build(index("dies", seen, crashes))
      const ref = (yield* Index.client)("i")
      yield* ref.tell.Add({ file: "x" })
      yield* ref.tell.Add({ file: "y" })
      yield* ActorTest.settle
      const letters = yield* DeadLetters
      assert.deepStrictEqual(
        (yield* letters.quarantined).map(({ id }) => id),
        [1, 2]
      )
      seen.length = 0
      yield* letters.replay(1)
      yield* letters.discard(2)
      yield* ActorTest.settle
      assert.deepStrictEqual(seen, ["x"])
      assert.deepStrictEqual(yield* letters.quarantined, [])
      assert.strictEqual((yield* Effect.flip(letters.replay(1)))._tag, "NotQuarantined")
      assert.strictEqual((yield* Effect.flip(letters.discard(2)))._tag, "NotQuarantined")
      assert.strictEqual((yield* letters.counts).discarded, 1)
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("discards the oldest when the quarantine is full", () =>
    Effect.gen(function* () {
      const files = ["a", "b", "c"]
      yield* Layer.build(index("dies", [], new Map(files.map((file) => [file, 3]))))
      const ref = (yield* Index.client)("i")
      for (const file of files) yield* ref.tell.Add({ file })
      yield* ActorTest.settle
      const letters = yield* DeadLetters
      assert.deepStrictEqual(
        (yield* letters.quarantined).map(({ id }) => id),
        [2, 3]
      )
      assert.strictEqual((yield* letters.counts).discarded, 1)
    }).pipe(Effect.provide(ActorTest.layer({ quarantine: 2 })))
  )

  it.scoped("is the only kind that comes twice", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      yield* Layer.build(index("dies", seen, new Map([["a", 1]])))
      const ref = (yield* Index.client)("i")
      assert.strictEqual((yield* Effect.flip(ref.ask.Once({ file: "a" })))._tag, "ActorCrashed")
      yield* ActorTest.settle
      assert.deepStrictEqual(seen, ["a"])
      assert.deepStrictEqual(yield* quarantine, [])
    }).pipe(Effect.provide(ActorTest.layer()))
  )
})

const Search = Actor.make("Search", [
  Rpc.make("Find", { success: Schema.Int }).annotate(Delivery.InterruptWithAsker, true),
  Rpc.make("FindBeside", { success: Schema.Int }).annotate(Delivery.InterruptWithAsker, true),
  Rpc.make("Finish", { success: Schema.Int }),
  Rpc.make("Life", { success: Schema.Int })
])

const search = Effect.gen(function* () {
  const events: Array<string> = []
  const gate = yield* Deferred.make<void>()
  const long = (name: string) =>
    Effect.as(Deferred.await(gate), 1).pipe(
      Effect.onInterrupt(() => Effect.sync(() => void events.push(`${name} interrupted`))),
      Effect.tap(() => Effect.sync(() => void events.push(`${name} done`)))
    )
  yield* Layer.build(
    Search.toLayer(
      Effect.map(ActorContext, ({ incarnation }) =>
        Search.of({
          Find: () => long("find"),
          FindBeside: () => Rpc.fork(long("beside")),
          Finish: () => long("finish"),
          Life: () => incarnation
        })
      )
    )
  )
  return { ref: (yield* Search.client)("s"), events, open: Deferred.succeed(gate, undefined) }
})

describe("A handler that ends with its asker", () => {
  for (const [tag, name] of [
    ["Find", "find"],
    ["FindBeside", "beside"]
  ] as const) {
    it.scoped(`${tag}: is interrupted when the asker is, which is nobody's crash`, () =>
      Effect.gen(function* () {
        const { events, ref } = yield* search
        const asked = yield* Effect.fork(ref.ask[tag]())
        yield* ActorTest.settle
        yield* Fiber.interrupt(asked)
        yield* ActorTest.settle
        assert.deepStrictEqual(events, [`${name} interrupted`])
        assert.strictEqual(yield* ref.ask.Life(), 1)
      }).pipe(Effect.provide(ActorTest.layer()))
    )

    it.scoped(`${tag}: is interrupted when its time is over`, () =>
      Effect.gen(function* () {
        const { events, ref } = yield* search
        const asked = yield* Effect.fork(Effect.flip(ref.withTimeout("1 second").ask[tag]()))
        yield* TestClock.adjust("1 second")
        assert.strictEqual((yield* Fiber.join(asked))._tag, "AskTimedOut")
        assert.deepStrictEqual(events, [`${name} interrupted`])
        assert.strictEqual(yield* ref.ask.Life(), 1)
      }).pipe(Effect.provide(ActorTest.layer()))
    )
  }

  it.scoped("is the exception: what has begun is finished otherwise", () =>
    Effect.gen(function* () {
      const { events, open, ref } = yield* search
      const asked = yield* Effect.fork(ref.ask.Finish())
      yield* ActorTest.settle
      yield* Fiber.interrupt(asked)
      yield* open
      yield* ActorTest.settle
      assert.deepStrictEqual(events, ["finish done"])
    }).pipe(Effect.provide(ActorTest.layer()))
  )
})

describe("A re-entrant actor", () => {
  const Ping = Actor.make("Ping", [
    Rpc.make("Serve", { payload: { left: Schema.Int }, success: Schema.Int }),
    Rpc.make("Count", { success: Schema.Int })
  ])
  const Pong = Actor.make("Pong", [Rpc.make("Serve", { payload: { left: Schema.Int }, success: Schema.Int })])

  const players = (reentrant: boolean) =>
    Layer.mergeAll(
      Ping.toLayer(
        Effect.gen(function* () {
          const pong = (yield* Pong.client)("p")
          let served = 0
          return Ping.of({
            Serve: ({ left }) => {
              served++
              return left === 0 ? 0 : Effect.orDie(Effect.map(pong.ask.Serve({ left: left - 1 }), (n) => n + 1))
            },
            Count: () => served
          })
        }),
        { reentrant, supervision: Supervision.resume }
      ),
      Pong.toLayer(
        Effect.gen(function* () {
          const ping = (yield* Ping.client)("p")
          return Pong.of({
            Serve: ({ left }) =>
              left === 0 ? 0 : Effect.orDie(Effect.map(ping.ask.Serve({ left: left - 1 }), (n) => n + 1))
          })
        }),
        { reentrant, supervision: Supervision.resume }
      )
    )

  it.scoped("is asked by those it asks", () =>
    Effect.gen(function* () {
      yield* Layer.build(players(true))
      const ping = (yield* Ping.client)("p")
      assert.strictEqual(yield* ping.ask.Serve({ left: 100 }), 100)
      assert.strictEqual(yield* ping.ask.Count(), 51)
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("is the exception: others refuse the circle, with its path", () =>
    Effect.gen(function* () {
      yield* Layer.build(players(false))
      const ping = (yield* Ping.client)("p")
      const error = yield* Effect.flip(ping.ask.Serve({ left: 2 }))
      assert.strictEqual(error._tag, "ActorCrashed")
      assert.include(JSON.stringify(error), "Ping/p")
    }).pipe(Effect.provide(ActorTest.layer()))
  )
})

describe("A handler that returns a tell", () => {
  it.scoped("hands its message on, and waits for room as any sender", () =>
    Effect.gen(function* () {
      const Relay = Actor.make("Relay", [Rpc.make("Pass", { payload: { hops: Schema.Int } })])
      let arrived = 0
      yield* Layer.build(
        Relay.toLayer(
          Effect.gen(function* () {
            const { id } = yield* ActorContext
            const next = (yield* Relay.client)(`${(Number(id) + 1) % 3}`)
            return Relay.of({ Pass: ({ hops }) => (hops === 0 ? void arrived++ : next.tell.Pass({ hops: hops - 1 })) })
          })
        )
      )
      yield* (yield* Relay.client)("0").tell.Pass({ hops: 3000 })
      yield* ActorTest.settle
      assert.strictEqual(arrived, 1)
    }).pipe(Effect.provide(ActorTest.layer()))
  )
})

describe("Concurrent handlers", () => {
  const Desk = Actor.make("Desk", [
    Rpc.make("Hold", { payload: { n: Schema.Int }, success: Schema.Int }),
    Rpc.make("Crash"),
    Rpc.make("Ping")
  ])
  const desk = (options: { readonly maxConcurrency?: number; readonly reentrant?: boolean }) =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const begun: Array<number> = []
      const hold = (n: number) =>
        Effect.as(
          Effect.zipRight(
            Effect.sync(() => begun.push(n)),
            Deferred.await(gate)
          ),
          n
        )
      yield* Layer.build(
        Desk.toLayer(
          Effect.succeed(
            Desk.of({
              Hold: ({ n }) => (options.reentrant ? hold(n) : Rpc.fork(hold(n))),
              Crash: () => Effect.dieMessage("asked to"),
              Ping: () => {}
            })
          ),
          options
        )
      )
      return { ref: (yield* Desk.client)("d"), begun, open: Deferred.succeed(gate, undefined) }
    })

  for (const reentrant of [false, true]) {
    it.scoped(
      `are so many and no more; the mailbox waits for room among them (${reentrant ? "re-entrant" : "Rpc.fork"})`,
      () =>
        Effect.gen(function* () {
          const { begun, open, ref } = yield* desk({ maxConcurrency: 2, reentrant })
          const asked = yield* Effect.fork(Gather.all([1, 2, 3, 4].map((n) => ref.ask.Hold({ n }))))
          yield* ActorTest.settle
          assert.deepStrictEqual(begun, [1, 2])
          yield* open
          assert.deepStrictEqual(yield* Fiber.join(asked), [1, 2, 3, 4].map(Exit.succeed))
          yield* ref.ask.Ping()
        }).pipe(Effect.provide(ActorTest.layer()))
    )
  }

  it.scoped("that are cut off by another message's crash are named by their own", () =>
    Effect.gen(function* () {
      const { ref } = yield* desk({})
      const asked = yield* Effect.fork(Effect.flip(ref.ask.Hold({ n: 1 })))
      yield* ActorTest.settle
      yield* Effect.exit(ref.ask.Crash())
      assert.include((yield* Fiber.join(asked)).message, "while it handled Hold")
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it("are at least one", () => {
    assert.throws(() => Desk.toLayer(Effect.die("never built"), { maxConcurrency: 0 }), RangeError)
  })

  it("are not limited by the option's old name, which is refused with the new one", () => {
    const options: object = { maxBesides: 2 }
    assert.throws(
      () => Desk.toLayer(Effect.die("never built"), options),
      'The option "maxBesides" of Desk is called "maxConcurrency" now: rename it.'
    )
  })
})

describe("An idempotent message in hand", () => {
  it.scoped("is delivered again where a child's crash takes its actor down with it", () =>
    Effect.gen(function* () {
      const crash = yield* Deferred.make<void>()
      const seen: Array<number> = []
      const Child = Actor.make("Child", [Rpc.make("Crash")])
      const Parent = Actor.make("Parent", [
        Rpc.make("Work", { success: Schema.Int }).annotate(Delivery.Idempotent, true)
      ])
      yield* Layer.build(
        Layer.mergeAll(
          Child.toLayer(
            Effect.succeed(
              Child.of({ Crash: () => Effect.zipRight(Deferred.await(crash), Effect.dieMessage("down")) })
            ),
            { supervision: Supervision.escalate }
          ),
          Parent.toLayer(
            Effect.gen(function* () {
              const { incarnation } = yield* ActorContext
              const child = yield* ActorSystem.spawn(Child, "c")
              if (incarnation === 1) yield* child.tell.Crash()
              return Parent.of({
                Work: () => {
                  seen.push(incarnation)
                  return incarnation === 1 ? Effect.never : incarnation
                }
              })
            })
          )
        )
      )
      const asked = yield* Effect.fork((yield* Parent.client)("p").ask.Work())
      yield* ActorTest.settle
      yield* Deferred.succeed(crash, undefined)
      assert.strictEqual(yield* Fiber.join(asked), 2)
      assert.deepStrictEqual(seen, [1, 2])
    }).pipe(Effect.provide(ActorTest.layer()))
  )
})
