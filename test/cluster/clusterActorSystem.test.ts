/**
 * What a cluster adds to the promises of one process; those are in test/conformance.
 */
import { ClusterSchema, Sharding } from "@effect/cluster"
import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Context, Deferred, Effect, Either, Exit, Fiber, Option, Queue, Schema, Scope, TestClock } from "effect"
import * as Tracer from "effect/Tracer"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorFailed, ActorUnreachable, AskTimedOut, MailboxFull, MessageRefused } from "../../src/actor/ActorError.ts"
import type { ActorRef } from "../../src/actor/ActorRef.ts"
import { type ActorSystem, sqlTransactions, stop } from "../../src/actor/ActorSystem.ts"
import * as Delivery from "../../src/actor/Delivery.ts"
import * as Mailbox from "../../src/actor/Mailbox.ts"
import * as ClusterActorSystem from "../../src/cluster/ClusterActorSystem.ts"
import { fromElsewhere, type Host, nobodyThere, onTheRunner, provided, quiet } from "../conformance/worlds.ts"

type Services = ActorSystem | Host | Sharding.Sharding | Scope.Scope

const places = [
  ["from its runner", onTheRunner],
  ["from elsewhere", fromElsewhere]
] as const

const settle = TestClock.adjust(1)

const Echo = Actor.make("Echo", [
  Rpc.make("Say", { payload: { n: Schema.Int, word: Schema.NonEmptyString }, success: Schema.Int }),
  Rpc.make("Hold")
])

const echo = (said: Array<unknown> = [], options?: Actor.ActorOptions) =>
  Effect.gen(function* () {
    const gate = yield* Deferred.make<void>()
    const begun = yield* Queue.unbounded<void>()
    yield* provided(
      Echo.toLayer(
        Effect.succeed(
          Echo.of({
            Say: ({ n, word }) => {
              said.push(word)
              return n
            },
            Hold: () => Effect.zipRight(Queue.offer(begun, undefined), Deferred.await(gate))
          })
        ),
        options
      )
    )
    const open = Deferred.succeed(gate, undefined)
    yield* Effect.addFinalizer(() => open)
    return { ref: (yield* Echo.client)("e"), open, inHand: Queue.take(begun) }
  })

/** As code that is not checked by types sends. */
const untyped = (sends: unknown) =>
  sends as Readonly<Record<string, (payload: unknown) => Effect.Effect<unknown, unknown>>>

describe.each(places)("ClusterActorSystem %s", (_, world) => {
  const cluster = (
    title: string,
    program: Effect.Effect<void, unknown, Services>,
    options?: ClusterActorSystem.Options
  ) => it.effect(title, () => program.pipe(Effect.scoped, Effect.provide(world(options)), Effect.provide(quiet)))

  describe("refuses at the call", () => {
    cluster(
      "an ask inside a database transaction where it has to leave the process, and lets its actor join where not",
      Effect.gen(function* () {
        const said: Array<unknown> = []
        const { ref } = yield* echo(said)
        const inTransaction = Effect.provideService(Context.GenericTag<unknown>(sqlTransactions[0]!), [{}, 0])
        const asked = yield* Effect.either(inTransaction(ref.ask.Say({ n: 1, word: "a" })))
        if (Either.isLeft(asked)) {
          assert.instanceOf(asked.left, MessageRefused)
          assert.include(asked.left.message, "inside a database transaction")
        }
        assert.deepStrictEqual([Either.isLeft(asked), said], world === fromElsewhere ? [true, []] : [false, ["a"]])
        assert.strictEqual(yield* ref.ask.Say({ n: 2, word: "b" }), 2)
      })
    )
    for (const way of ["ask", "tell"] as const) {
      cluster(
        `what the Schema of a payload does not take, when it is to ${way}`,
        Effect.gen(function* () {
          const said: Array<unknown> = []
          const { ref } = yield* echo(said)
          for (const payload of [{ n: 0.5, word: "a" }, { n: 1, word: "" }, { n: 1 }, null, "n", undefined]) {
            const refused = yield* Effect.flip(untyped(ref[way]).Say!(payload))
            assert.instanceOf(refused, MessageRefused)
            assert.strictEqual(refused.message_tag, "Say")
            assert.isBelow(refused.message.length, 1100)
          }
          const why = yield* Effect.flip(untyped(ref[way]).Say!({ n: 1, word: "" }))
          assert.include((why as Error).message, "Expected a non empty string")
          assert.deepStrictEqual(said, [])
        })
      )
    }

    cluster(
      "what is megabytes of nonsense, in few words",
      Effect.gen(function* () {
        const { ref } = yield* echo()
        const refused = yield* Effect.flip(untyped(ref.ask).Say!({ n: "x".repeat(1_000_000), word: "a" }))
        assert.isBelow((refused as Error).message.length, 1100)
      })
    )
  })

  cluster(
    "cannot have a mailbox that is larger than what a runner takes",
    Effect.gen(function* () {
      const exit = yield* Effect.exit(echo([], { mailbox: Mailbox.bounded(5000) }))
      assert.include(Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "", 'raise "requestsInFlight"')
    })
  )

  cluster(
    "cannot keep for another runner what must not be begun by two",
    Effect.gen(function* () {
      const Rash = Actor.make("Rash", [Rpc.make("Act").annotate(ClusterSchema.Persisted, true)])
      const exit = yield* Effect.exit(provided(Rash.toLayer(Effect.succeed({ Act: () => {} }))))
      assert.include(Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "", "but not Idempotent: Act")
    })
  )

  cluster(
    "lets the entity of an actor go that has ended or was passivated, and keeps that of one that lives",
    Effect.gen(function* () {
      const sharding = yield* Sharding.Sharding
      yield* echo()
      const Guest = Actor.make("Guest", [Rpc.make("Stay")])
      yield* provided(Guest.toLayer(Effect.succeed({ Stay: () => {} }), { passivateAfter: "1 second" }))
      const echoes = yield* Echo.client
      for (const id of ["a", "b", "c"]) yield* echoes(id).ask.Say({ n: 1, word: id })
      for (const id of ["d", "e"]) yield* (yield* Guest.client)(id).ask.Stay()
      assert.strictEqual(yield* sharding.activeEntityCount, 5)
      const stopping = yield* Effect.fork(stop(echoes("a")))
      yield* settle
      yield* Fiber.join(stopping)
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual(yield* sharding.activeEntityCount, 2)
      // Where they were, they are again.
      yield* echoes("a").ask.Say({ n: 1, word: "a" })
      assert.strictEqual(yield* sharding.activeEntityCount, 3)
    })
  )

  cluster(
    "does not begin an actor that nobody sent to but a fiber of its former life",
    Effect.gen(function* () {
      const lives: Array<string> = []
      const late = yield* Deferred.make<void>()
      const said = yield* Deferred.make<unknown>()
      const Ghost = Actor.make("Ghost", [Rpc.make("Haunt"), Rpc.make("Live", { success: Schema.Int })])
      yield* provided(
        Ghost.toLayer(
          Effect.gen(function* () {
            const self = yield* Ghost.self
            lives.push("begun")
            return Ghost.of({
              Haunt: () =>
                Effect.asVoid(
                  Effect.forkDaemon(
                    Effect.zipRight(
                      Deferred.await(late),
                      Effect.flatMap(Effect.exit(self.ask.Live()), (exit) => Deferred.succeed(said, exit))
                    )
                  )
                ),
              Live: () => 1
            })
          })
        )
      )
      const ghost = (yield* Ghost.client)("g")
      yield* ghost.ask.Haunt()
      const stopping = yield* Effect.fork(stop(ghost))
      yield* TestClock.adjust("30 seconds")
      yield* Fiber.join(stopping)
      yield* Deferred.succeed(late, undefined)
      const exit = (yield* Deferred.await(said)) as Exit.Exit<unknown, unknown>
      assert.instanceOf(Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined, ActorFailed)
      assert.deepStrictEqual(lives, ["begun"])
      // Who is sent to by way of the cluster lives.
      assert.strictEqual(yield* ghost.ask.Live(), 1)
      assert.deepStrictEqual(lives, ["begun", "begun"])
    })
  )

  describe("keeps what is durable", () => {
    const Ledger = Actor.make("Ledger", [
      Rpc.make("Book", { payload: { n: Schema.Int }, success: Schema.Int, error: Schema.String })
        .annotate(ClusterSchema.Persisted, true)
        .annotate(Delivery.Idempotent, true),
      Rpc.make("Pay", {
        payload: { id: Schema.String, n: Schema.Int },
        success: Schema.Int,
        primaryKey: ({ id }) => id
      })
        .annotate(ClusterSchema.Persisted, true)
        .annotate(Delivery.Idempotent, true)
    ])
    const ledger = (booked: Array<number>) =>
      Ledger.toLayer(
        Effect.succeed(
          Ledger.of({
            Book: ({ n }) => {
              booked.push(n)
              return n < 0 ? Effect.fail("debt") : booked.length
            },
            Pay: ({ n }) => {
              booked.push(n)
              return n
            }
          })
        )
      )

    cluster(
      "until it is handled, and answers it as any other",
      Effect.gen(function* () {
        const booked: Array<number> = []
        yield* provided(ledger(booked))
        const l = (yield* Ledger.client)("l")
        yield* l.tell.Book({ n: 1 })
        yield* settle
        const answer = yield* Effect.fork(l.ask.Book({ n: 2 }))
        const error = yield* Effect.fork(Effect.flip(l.ask.Book({ n: -1 })))
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* Fiber.join(answer), 2)
        assert.strictEqual(yield* Fiber.join(error), "debt")
        assert.deepStrictEqual(booked, [1, 2, -1])
      })
    )

    cluster(
      "once, where two messages have one primary key: the second gets the first one's answer",
      Effect.gen(function* () {
        const booked: Array<number> = []
        yield* provided(ledger(booked))
        const l = (yield* Ledger.client)("l")
        for (const n of [7, 8]) {
          const answer = yield* Effect.fork(l.ask.Pay({ id: "rent", n }))
          yield* TestClock.adjust("2 seconds")
          assert.strictEqual(yield* Fiber.join(answer), 7)
        }
        yield* l.tell.Pay({ id: "rent", n: 9 })
        yield* settle
        assert.deepStrictEqual(booked, [7])
      })
    )

    cluster(
      "once, also where both are under way at the same time",
      Effect.gen(function* () {
        const gate = yield* Deferred.make<void>()
        let begun = 0
        const pay = ({ n }: { readonly n: number }) =>
          Effect.as(
            Effect.zipRight(
              Effect.sync(() => begun++),
              Deferred.await(gate)
            ),
            n
          )
        yield* provided(Ledger.toLayer(Effect.succeed(Ledger.of({ Book: () => 0, Pay: pay }))))
        const l = (yield* Ledger.client)("l")
        const first = yield* Effect.fork(l.ask.Pay({ id: "rent", n: 7 }))
        yield* TestClock.adjust("1 second")
        const second = yield* Effect.fork(l.ask.Pay({ id: "rent", n: 8 }))
        const third = yield* Effect.fork(l.tell.Pay({ id: "rent", n: 9 }))
        yield* TestClock.adjust("2 seconds")
        yield* Fiber.join(third)
        yield* Deferred.succeed(gate, undefined)
        yield* TestClock.adjust("2 seconds")
        assert.deepStrictEqual([yield* Fiber.join(first), yield* Fiber.join(second), begun], [7, 7, 1])
      })
    )

    cluster(
      "while no Layer provides its type, and has it handled when one does",
      Effect.gen(function* () {
        const booked: Array<number> = []
        const l = (yield* Ledger.client)("l")
        yield* l.tell.Book({ n: 1 })
        yield* TestClock.adjust("20 seconds")
        const scope = yield* Scope.make()
        yield* Scope.extend(provided(ledger(booked)), scope)
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(booked, [1])
        yield* Scope.close(scope, Exit.void)
        yield* l.tell.Book({ n: 2 })
        yield* TestClock.adjust("20 seconds")
        assert.deepStrictEqual(booked, [1])
        yield* provided(ledger(booked))
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(booked, [1, 2])
      })
    )
  })
})

describe("ClusterActorSystem across the wire", () => {
  const wire = (title: string, program: Effect.Effect<void, unknown, Services>, options?: ClusterActorSystem.Options) =>
    it.effect(title, () => program.pipe(Effect.scoped, Effect.provide(fromElsewhere(options)), Effect.provide(quiet)))

  wire(
    "refuses, with typed errors, what a runner with another version of the protocol cannot read",
    Effect.gen(function* () {
      yield* echo()
      const Newer = Actor.make("Echo", [
        Rpc.make("Say", { payload: { n: Schema.String, word: Schema.String }, success: Schema.Int }),
        Rpc.make("Sing", { success: Schema.Int })
      ])
      const newer = (yield* Newer.client)("e")
      for (const [send, reason] of [
        [newer.ask.Say({ n: "one", word: "a" }), "Expected number"],
        [newer.tell.Say({ n: "one", word: "a" }), "Expected number"],
        [newer.ask.Sing(), "knows no such message"],
        [newer.tell.Sing(), "knows no such message"]
      ] as const) {
        const refused = yield* Effect.flip(send)
        assert.instanceOf(refused, MessageRefused)
        assert.include(refused.reason, reason)
      }
    })
  )

  wire(
    "says with a typed error that an answer does not fit, whoever made it so",
    Effect.gen(function* () {
      const Liar = Actor.make("Liar", [
        Rpc.make("Count", { success: Schema.Int }),
        Rpc.make("Fail", { error: Schema.Int })
      ])
      yield* provided(
        // As a program does whose types are wrong.
        Liar.toLayer(
          Effect.succeed({
            Count: () => "many" as unknown as number,
            Fail: () => Effect.fail("much" as unknown as number)
          })
        )
      )
      const liar = (yield* Liar.client)("l")
      const answer = yield* Effect.flip(liar.ask.Count())
      assert.include(answer instanceof MessageRefused ? answer.reason : "", "its answer does not fit")
      const error = yield* Effect.flip(liar.ask.Fail())
      assert.include(error instanceof MessageRefused ? error.reason : "", "its typed error does not fit")
    })
  )

  wire(
    "takes as many requests for an actor as it was told, and refuses one more",
    Effect.gen(function* () {
      const { ref, inHand, open } = yield* echo([], { mailbox: Mailbox.bounded(2) })
      yield* Effect.fork(ref.ask.Hold())
      yield* inHand
      const waiting = yield* Effect.forEach([1, 2, 3], (n) => Effect.fork(ref.ask.Say({ n, word: "a" })))
      yield* settle
      const full = yield* Effect.flip(ref.ask.Say({ n: 4, word: "a" }))
      assert.instanceOf(full, MailboxFull)
      assert.strictEqual(full.capacity, 4)
      yield* open
      for (const fiber of waiting) yield* Fiber.join(fiber)
      assert.strictEqual(yield* ref.ask.Say({ n: 5, word: "a" }), 5)
    }),
    { requestsInFlight: 4 }
  )

  it.effect("makes one trace of a message, its sender and what its handler does", () =>
    Effect.gen(function* () {
      const spans: Array<Tracer.Span> = []
      const base = Tracer.make({
        span: (name, parent, context, links, startTime, kind) => {
          const span = native.span(name, parent, context, links, startTime, kind)
          spans.push(span)
          return span
        },
        context: (f) => f()
      })
      const native = yield* Effect.tracer
      yield* Effect.gen(function* () {
        const Outer = Actor.make("Outer", [Rpc.make("Go", { success: Schema.Int })])
        yield* echo()
        const go = Effect.orDie(Effect.flatMap(Echo.client, (echoes) => echoes("inner").ask.Say({ n: 3, word: "x" })))
        yield* provided(Outer.toLayer(Effect.succeed({ Go: () => go })))
        const outer = (yield* Outer.client)("o")
        assert.strictEqual(yield* Effect.withSpan(outer.ask.Go(), "program"), 3)
      }).pipe(Effect.scoped, Effect.provide(fromElsewhere({ tracing: true })), Effect.withTracer(base))
      const idOf = (name: string) => spans.find((span) => span.name === name)
      const program = idOf("program")!
      const outer = idOf("Outer.Go")!
      const inner = idOf("Echo.Say")!
      assert.strictEqual(outer.traceId, program.traceId)
      assert.strictEqual(inner.traceId, program.traceId)
      const ancestors = (span: Tracer.Span): ReadonlyArray<string> =>
        Option.match(span.parent, {
          onNone: () => [],
          onSome: (parent) => {
            const known = spans.find(({ spanId }) => spanId === parent.spanId)
            return known === undefined ? [] : [known.name, ...ancestors(known)]
          }
        })
      assert.include(ancestors(inner), "Outer.Go")
      assert.include(ancestors(outer), "program")
    }).pipe(Effect.provide(quiet))
  )
})

describe("ClusterActorSystem without a runner", () => {
  const alone = (
    title: string,
    program: Effect.Effect<void, unknown, ActorSystem | Scope.Scope>,
    options?: ClusterActorSystem.Options
  ) => it.effect(title, () => program.pipe(Effect.scoped, Effect.provide(nobodyThere(options)), Effect.provide(quiet)))

  alone(
    "ends an ask at its deadline, saying that its actor is out of reach",
    Effect.gen(function* () {
      const ref = (yield* Echo.client)("e").withTimeout("2 seconds")
      const asked = yield* Effect.fork(Effect.flip(ref.ask.Say({ n: 1, word: "a" })))
      yield* TestClock.adjust("2 seconds")
      // A runner that knows more has a moment to say so.
      yield* TestClock.adjust("250 millis")
      const error = yield* Fiber.join(asked)
      assert.instanceOf(error, AskTimedOut)
      assert.strictEqual(error.state, "out of reach")
      assert.strictEqual(error.timeoutMillis, 2000)
    })
  )

  alone(
    "ends a tell when nobody has answered for as long as the options say",
    Effect.gen(function* () {
      const told = yield* Effect.fork(Effect.flip((yield* Echo.client)("e").tell.Hold()))
      yield* TestClock.adjust("5 seconds")
      assert.isNull(told.unsafePoll())
      yield* TestClock.adjust("5 seconds")
      const error = yield* Fiber.join(told)
      assert.instanceOf(error, ActorUnreachable)
      assert.strictEqual(error.handled, "unknown")
    }),
    { reachTimeout: "5 seconds" }
  )

  alone(
    "lets go of those who wait as soon as they are interrupted",
    Effect.gen(function* () {
      const ref: ActorRef.Any = (yield* Echo.client)("e")
      for (const send of [untyped(ref.ask).Hold!(undefined), untyped(ref.tell).Hold!(undefined), stop(ref)]) {
        const fiber = yield* Effect.fork(send)
        yield* settle
        yield* Fiber.interrupt(fiber)
      }
    })
  )
})

describe("ClusterActorSystem.layer", () => {
  it("throws at once where an option is out of its range", () => {
    assert.throws(() => ClusterActorSystem.layer({ requestsInFlight: 0 }), /requestsInFlight/)
    assert.throws(() => ClusterActorSystem.layer({ requestsInFlight: 1.5 }), /requestsInFlight/)
    assert.throws(() => ClusterActorSystem.layer({ reachTimeout: 0 }), /reachTimeout/)
    assert.throws(() => ClusterActorSystem.layer({ askTimeout: 0 }), /askTimeout/)
  })
})
