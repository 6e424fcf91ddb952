import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Schema, Scope, Supervisor, TestClock } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as ActorTest from "../../src/actor/ActorTest.ts"
import { DeadLetters } from "../../src/actor/DeadLetters.ts"
import { run } from "./harness.ts"

const Parent = Actor.make("Parent", [
  Rpc.make("Spawn", { payload: { id: Schema.String } }),
  Rpc.make("Hold"),
  Rpc.make("HoldBeside"),
  Rpc.make("Insist"),
  Rpc.make("InsistBeside"),
  Rpc.make("Ping"),
  Rpc.make("Work", { payload: { n: Schema.Int } })
])
const Child = Actor.make("Child", [Rpc.make("Ping")])

const family = (
  events: Array<string>,
  options?: { readonly finalizer?: Effect.Effect<void>; readonly childFinalizer?: Effect.Effect<void> }
) =>
  Effect.gen(function* () {
    const gate = yield* Deferred.make<void>()
    const note = (event: string) => Effect.sync(() => void events.push(event))
    const insisting = Effect.uninterruptible(Deferred.await(gate))
    yield* Layer.build(
      Layer.merge(
        Parent.toLayer(
          Effect.gen(function* () {
            yield* Effect.addFinalizer(() => Effect.zipRight(note("parent's scope"), options?.finalizer ?? Effect.void))
            return Parent.of({
              Spawn: ({ id }) => Effect.orDie(Effect.asVoid(ActorSystem.spawn(Child, id))),
              Hold: () => Effect.onInterrupt(Deferred.await(gate), () => note("handler interrupted")),
              HoldBeside: () =>
                Rpc.fork(Effect.onInterrupt(Deferred.await(gate), () => note("forked handler interrupted"))),
              Insist: () => insisting,
              InsistBeside: () => Rpc.fork(insisting),
              Ping: () => {},
              Work: ({ n }) => Effect.zipRight(Effect.sleep("1 second"), note(`worked ${n}`))
            })
          })
        ),
        Child.toLayer(
          Effect.gen(function* () {
            const { id } = yield* ActorContext
            yield* Effect.addFinalizer(() =>
              Effect.zipRight(options?.childFinalizer ?? Effect.void, note(`child ${id}`))
            )
            return Child.of({ Ping: () => {} })
          })
        )
      )
    )
    return { ref: (yield* Parent.client)("p"), open: Deferred.succeed(gate, undefined) }
  })

const stopping = (ref: Parameters<typeof ActorSystem.stop>[0]) =>
  Effect.tap(Effect.fork(ActorSystem.stop(ref)), () => ActorTest.settle)

describe("A stop", () => {
  it.scoped("of a root that stops itself in its start is that to its asker: a root is not spawned again", () =>
    Effect.gen(function* () {
      yield* Layer.build(
        Child.toLayer(Effect.flatMap(ActorContext, ({ stop }) => Effect.as(stop, Child.of({ Ping: () => {} }))))
      )
      const child = (yield* Child.client)("c")
      assert.strictEqual((yield* Effect.flip(child.ask.Ping()))._tag, "ActorStopping")
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("ends children in reverse order of their spawning, then the actor's own resources", () =>
    Effect.gen(function* () {
      const events: Array<string> = []
      const { ref } = yield* family(events)
      for (const id of ["1", "2", "3"]) yield* ref.ask.Spawn({ id })
      yield* ActorSystem.stop(ref)
      assert.deepStrictEqual(events, ["child 3", "child 2", "child 1", "parent's scope"])
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("waits for one child's end before it begins with the next", () =>
    Effect.gen(function* () {
      const events: Array<string> = []
      const { ref } = yield* family(events, { childFinalizer: Effect.sleep("1 second") })
      for (const id of ["1", "2"]) yield* ref.ask.Spawn({ id })
      const stop = yield* stopping(ref)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(events, ["child 2"])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(events, ["child 2", "child 1", "parent's scope"])
      yield* Fiber.join(stop)
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("lets the messages be handled that were there, and takes no more", () =>
    Effect.gen(function* () {
      const events: Array<string> = []
      const { ref } = yield* family(events)
      for (const n of [1, 2, 3]) yield* ref.tell.Work({ n })
      const stop = yield* stopping(ref)
      assert.strictEqual((yield* Effect.flip(ref.tell.Ping()))._tag, "ActorStopping")
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.join(stop)
      assert.deepStrictEqual(events, ["worked 1", "worked 2", "worked 3", "parent's scope"])
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("interrupts what takes longer than its budget; the rest are dead letters, and askers hear of it", () =>
    Effect.gen(function* () {
      const events: Array<string> = []
      const { ref } = yield* family(events)
      const inHand = yield* Effect.fork(Effect.flip(ref.ask.Hold()))
      yield* ActorTest.settle
      const behind = yield* Effect.fork(Effect.flip(ref.ask.Ping()))
      yield* ref.tell.Work({ n: 1 })
      const stop = yield* stopping(ref)
      yield* TestClock.adjust("4999 millis")
      assert.deepStrictEqual(events, [])
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(stop)
      assert.deepStrictEqual(events, ["handler interrupted", "parent's scope"])
      assert.strictEqual((yield* Fiber.join(inHand))._tag, "ActorStopping")
      assert.strictEqual((yield* Fiber.join(behind))._tag, "ActorStopping")
      assert.strictEqual((yield* Effect.flatMap(DeadLetters, (letters) => letters.counts)).stopped, 2)
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("interrupts concurrent handlers, too", () =>
    Effect.gen(function* () {
      const events: Array<string> = []
      const { ref } = yield* family(events)
      const asked = yield* Effect.fork(Effect.flip(ref.ask.HoldBeside()))
      yield* ActorTest.settle
      const stop = yield* stopping(ref)
      yield* TestClock.adjust("5 seconds")
      yield* Fiber.join(stop)
      assert.deepStrictEqual(events, ["forked handler interrupted", "parent's scope"])
      assert.strictEqual((yield* Fiber.join(asked))._tag, "ActorStopping")
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("waits for concurrent handlers that end within the budget", () =>
    Effect.gen(function* () {
      const events: Array<string> = []
      const { ref, open } = yield* family(events)
      const asked = yield* Effect.fork(ref.ask.HoldBeside())
      yield* ActorTest.settle
      const stop = yield* stopping(ref)
      yield* open
      yield* Fiber.join(asked)
      yield* Fiber.join(stop)
      assert.deepStrictEqual(events, ["parent's scope"])
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  for (const message of ["Insist", "InsistBeside"] as const) {
    it.scoped(`does not wait for ever for a handler that cannot be interrupted (${message}), nor does its asker`, () =>
      Effect.gen(function* () {
        const events: Array<string> = []
        const { ref, open } = yield* family(events)
        yield* ref.ask.Spawn({ id: "1" })
        const asked = yield* Effect.fork(Effect.flip(ref.withTimeout(Number.POSITIVE_INFINITY).ask[message]()))
        yield* ActorTest.settle
        const stop = yield* stopping(ref)
        yield* TestClock.adjust("20 seconds")
        yield* Fiber.join(stop)
        assert.strictEqual((yield* Fiber.join(asked))._tag, "ActorStopping")
        assert.include(events, "child 1")
        yield* open
        yield* ActorTest.settle
        assert.deepStrictEqual(events, ["child 1", "parent's scope"], "what it owned is closed once it can be")
      }).pipe(Effect.provide(ActorTest.layer()))
    )
  }

  it.scoped("does not wait for ever for a finalizer that never ends", () =>
    Effect.gen(function* () {
      const events: Array<string> = []
      const end = yield* Deferred.make<void>()
      const { ref } = yield* family(events, { finalizer: Deferred.await(end) })
      yield* ref.ask.Ping()
      const stop = yield* stopping(ref)
      yield* TestClock.adjust("4999 millis")
      assert.isNull(stop.unsafePoll())
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(stop)
      yield* ref.ask.Ping() // a new actor under the same address
      yield* Deferred.succeed(end, undefined)
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("from inside a handler ends the actor after the messages it has", () =>
    Effect.gen(function* () {
      const handled: Array<number> = []
      const Leaver = Actor.make("Leaver", [Rpc.make("Leave"), Rpc.make("Note", { payload: { n: Schema.Int } })])
      yield* Layer.build(
        Leaver.toLayer(
          Effect.map(ActorContext, (self) =>
            Leaver.of({ Leave: () => self.stop, Note: ({ n }) => void handled.push(n) })
          )
        )
      )
      const ref = (yield* Leaver.client)("l")
      const end = yield* Effect.fork(ActorSystem.watch(ref))
      yield* ActorTest.settle
      yield* ref.tell.Note({ n: 1 })
      yield* ref.tell.Leave()
      yield* ref.tell.Note({ n: 2 })
      assert.deepStrictEqual(yield* Fiber.join(end), { _tag: "stopped" })
      assert.deepStrictEqual(handled, [1, 2])
    }).pipe(Effect.provide(ActorTest.layer()))
  )
})

describe("An owner", () => {
  it.scoped("of a child is the scope a host spawned it in", () =>
    Effect.gen(function* () {
      const events: Array<string> = []
      yield* family(events)
      const scope = yield* Scope.make()
      const ref = yield* Scope.extend(ActorSystem.spawn(Child, "1"), scope)
      assert.strictEqual(ref.address, "host/Child/1")
      yield* ref.ask.Ping()
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(events, ["child 1"])
      assert.strictEqual((yield* Effect.flip(ref.ask.Ping()))._tag, "ActorNotFound")
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  it.scoped("interrupted while it spawns leaves no child", () =>
    Effect.gen(function* () {
      const events: Array<string> = []
      const Sluggish = Actor.make("Sluggish", [])
      yield* Layer.build(
        Sluggish.toLayer(
          Effect.as(
            Effect.onInterrupt(Effect.never, () => Effect.sync(() => void events.push("start interrupted"))),
            {}
          )
        )
      )
      const spawning = yield* Effect.fork(ActorSystem.spawn(Sluggish, "1"))
      yield* ActorTest.settle
      yield* Fiber.interrupt(spawning)
      assert.deepStrictEqual(events, ["start interrupted"])
      assert.deepStrictEqual(yield* Effect.flatMap(ActorSystem.LocalActorSystem, (local) => local.snapshot), [])
    }).pipe(Effect.provide(ActorTest.layer()))
  )

  for (const kind of ["fails", "dies"] as const) {
    it.scoped(`is told when a child's first start ${kind}; it is not tried again, and the name is free`, () =>
      Effect.gen(function* () {
        let starts = 0
        const Doomed = Actor.make("Doomed", [])
        yield* Layer.build(
          Doomed.toLayer(
            Effect.suspend(() => {
              starts++
              return kind === "fails" ? Effect.fail("no ink") : Effect.die("no ink")
            })
          )
        )
        for (const times of [1, 2]) {
          const error = yield* Effect.flip(ActorSystem.spawn(Doomed, "1"))
          assert.strictEqual(error._tag, "ActorStartFailed")
          if (error._tag === "ActorStartFailed") assert.include(String(error.cause), "no ink")
          yield* TestClock.adjust("1 hour")
          assert.strictEqual(starts, times)
        }
      }).pipe(Effect.provide(ActorTest.layer()))
    )
  }
})

describe("Closing the system", () => {
  /** Fibers begun and not ended under the system, whoever forked them. */
  const counted = (
    story: Effect.Effect<void, unknown, ActorSystem.ActorSystem | ActorSystem.LocalActorSystem | Scope.Scope>
  ) =>
    Effect.gen(function* () {
      const supervisor = yield* Supervisor.track
      const scope = yield* Scope.make()
      const program = Effect.gen(function* () {
        const services = yield* Layer.build(ActorTest.layer())
        yield* Effect.provide(story, services)
      })
      yield* Effect.supervised(Scope.extend(program, scope), supervisor)
      const during = (yield* supervisor.value).length
      yield* Scope.close(scope, Exit.void)
      yield* Effect.yieldNow()
      return { during, after: (yield* supervisor.value).length }
    })

  it.effect("ends roots, children and forked handlers, and leaves no fiber", () =>
    Effect.gen(function* () {
      const events: Array<string> = []
      const fibers = yield* counted(
        Effect.gen(function* () {
          const { ref } = yield* family(events)
          yield* ref.ask.Spawn({ id: "1" })
          yield* (yield* Parent.client)("q").ask.Spawn({ id: "2" })
          yield* ActorSystem.spawn(Child, "3")
        })
      )
      // Those of the two parents, whose handler is an Effect; who answers at once has none.
      assert.isAtLeast(fibers.during, 2)
      assert.strictEqual(fibers.after, 0)
      assert.sameMembers(events, ["child 1", "child 2", "child 3", "parent's scope", "parent's scope"])
    })
  )

  it("ends in bounded time whatever its handlers do", () =>
    run((clock) =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const services = yield* Scope.extend(Layer.build(ActorSystem.layer({ tracing: false })), scope)
        yield* Effect.gen(function* () {
          const { ref } = yield* Scope.extend(family([], { finalizer: Effect.never }), scope)
          yield* ref.tell.InsistBeside()
          yield* ref.tell.Insist()
        }).pipe(Effect.provide(services))
        const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
        yield* clock.advance(60_000)
        assert.isNotNull(closing.unsafePoll())
      })
    ))

  it.effect("refuses what comes while it closes, and what comes after", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const services = yield* Scope.extend(Layer.build(ActorTest.layer()), scope)
      const { ref } = yield* Effect.provide(Scope.extend(family([]), scope), services)
      yield* ref.ask.Ping()
      const other = yield* Effect.map(Parent.client, (client) => client("other")).pipe(Effect.provide(services))
      yield* Scope.close(scope, Exit.void)
      assert.include(["ActorStopping", "ActorNotFound"], (yield* Effect.flip(ref.ask.Ping()))._tag)
      assert.include(["ActorStopping", "ActorNotFound"], (yield* Effect.flip(other.tell.Ping()))._tag)
    })
  )
})
