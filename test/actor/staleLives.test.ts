import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, type Layer, Option, Schema } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext, deadlineOf } from "../../src/actor/ActorContext.ts"
import * as Systems from "../../src/actor/ActorSystem.ts"
import { provided, rest, run, type Services, snapshots } from "./harness.ts"

const Lived = Actor.make("Lived", [
  Rpc.make("Break"),
  Rpc.make("Note", { payload: { by: Schema.Int } }),
  Rpc.make("Stash", { success: Schema.Int }),
  Rpc.make("Which", { success: Schema.String }),
  Rpc.make("Await", { success: Schema.Option(Schema.Number) })
])
const Other = Actor.make("Other", [Rpc.make("Ping")])

type Context = ActorContext["Type"]

/** What the first life leaves behind does this once it is over, and notes how that went. */
type Door = (self: Context, unwatch: Effect.Effect<void>) => Effect.Effect<unknown, unknown, Services | ActorContext>

const doors: Readonly<Record<string, Door>> = {
  "timers.once": ({ timers }) => Effect.flatMap(Lived.self, (self) => timers.once("own", self.tell.Note({ by: 1 }), 1)),
  "timers.every": ({ timers }) =>
    Effect.flatMap(Lived.self, (self) => timers.every("other", self.tell.Note({ by: 1 }), 1)),
  "timers.cancel": ({ timers }) => timers.cancel("own"),
  "timers.cancelAll": ({ timers }) => timers.cancelAll,
  "timers.isActive": ({ timers }) =>
    Effect.map(timers.isActive("own"), (isActive) => assert.isFalse(isActive, "the timer of another life")),
  become: () => Lived.become(handlersOf(1, "by become")),
  stash: ({ stash }) => stash,
  unstashAll: ({ unstashAll }) => Effect.map(unstashAll, (count) => assert.strictEqual(count, 0)),
  watchWith: () =>
    Effect.gen(function* () {
      const self = yield* Lived.self
      yield* Systems.watchWith((yield* Other.client)("o"), () => self.tell.Note({ by: 1 }))
    }),
  unwatch: (_, unwatch) => unwatch,
  stop: ({ stop }) => stop,
  spawn: () =>
    Effect.map(Effect.flip(Effect.scoped(Systems.spawn(Other, "child"))), (error) =>
      assert.strictEqual(error._tag, "ActorStopping")
    ),
  deadlineOf: (self) =>
    Effect.sync(() => assert.deepStrictEqual(deadlineOf(self), Option.none(), "the deadline of another message"))
}

const notes: Array<number> = []

const handlersOf = (
  life: number,
  which: string,
  awaited: Effect.Effect<void> = Effect.void,
  breaks: Effect.Effect<void> = Effect.void
) =>
  Lived.of({
    Break: () => Rpc.fork(breaks),
    Note: ({ by }) => void notes.push(by),
    Stash: () => Effect.flatMap(ActorContext, ({ stash }) => stash),
    Which: () => `${life}, ${which}`,
    Await: (_, context) => Effect.map(awaited, () => context.deadline)
  })

/** Where the first life's fiber is by the time it uses the door. */
const origins = [
  "a finalizer",
  "a daemon of build",
  "a daemon of a handler",
  "an abandoned handler",
  "an abandoned concurrent handler"
] as const
type Origin = (typeof origins)[number]

interface Gates {
  /** What was left behind goes on. */
  readonly go: Deferred.Deferred<void>
  /** The first life crashes, whatever its handlers do. */
  readonly crash: Deferred.Deferred<void>
  /** The message that the second life has in hand ends. */
  readonly later: Deferred.Deferred<void>
  /** How it went. */
  readonly done: Deferred.Deferred<Exit.Exit<unknown, unknown>>
}

const lived = (origin: Origin, door: Door, { crash, done, go, later }: Gates) =>
  Lived.toLayer(
    Effect.gen(function* () {
      const context = yield* ActorContext
      const life = context.incarnation
      const self = yield* Lived.self
      const unwatch = yield* Systems.watchWith((yield* Other.client)("o"), () => self.tell.Note({ by: life }))
      yield* context.timers.once("own", self.tell.Note({ by: life }), "1 minute")
      const use = Effect.flatMap(Effect.exit(door(context, unwatch)), (exit) => Deferred.succeed(done, exit))
      // It takes what it needs from the fiber it runs in; that this is there the Layer's type says below.
      const left = Effect.uninterruptible(Effect.zipRight(Deferred.await(go), use)) as Effect.Effect<unknown>
      const breaks = Effect.zipRight(Deferred.await(crash), Effect.dieMessage("crashed on purpose"))
      if (life > 1) return handlersOf(life, "by build", Deferred.await(later), breaks)
      if (origin === "a finalizer") yield* Effect.addFinalizer(() => use)
      if (origin === "a daemon of build") yield* Effect.forkDaemon(left)
      const awaited = Effect.asVoid(origin === "a daemon of a handler" ? Effect.forkDaemon(left) : left)
      const handlers = handlersOf(life, "by build", awaited, breaks)
      return origin === "an abandoned concurrent handler"
        ? { ...handlers, Await: () => Rpc.fork(Effect.as(left, Option.none())) }
        : handlers
    })
    // The doors need what the test's system has; their common type says more than each of them needs.
  ) as Layer.Layer<never, never, Systems.ActorSystem>

/** Ends the first life, by a crash or a stop, has what it left behind use the door, and looks at what became of it. */
const tryDoor = (
  origin: Origin,
  door: Door,
  by: "crash" | "stop",
  check: (exit: Exit.Exit<unknown, unknown>) => Effect.Effect<void, unknown, Services>
) =>
  run((clock) =>
    Effect.gen(function* () {
      notes.length = 0
      const gates: Gates = {
        go: yield* Deferred.make<void>(),
        crash: yield* Deferred.make<void>(),
        later: yield* Deferred.make<void>(),
        done: yield* Deferred.make<Exit.Exit<unknown, unknown>>()
      }
      yield* provided(Other.toLayer(Effect.succeed(Other.of({ Ping: () => {} }))))
      yield* provided(lived(origin, door, gates))
      const ref = (yield* Lived.client)("a")
      yield* ref.tell.Break()
      yield* rest
      if (origin !== "a finalizer" && origin !== "a daemon of build") yield* Effect.fork(Effect.exit(ref.ask.Await()))
      yield* rest
      if (by === "crash") yield* Deferred.succeed(gates.crash, undefined)
      else yield* Effect.fork(Systems.stop(ref))
      // What cannot be interrupted is given up on.
      yield* clock.advance(20_000)
      if (by === "crash") {
        yield* ref.ask.Which()
        yield* Effect.fork(Effect.exit(ref.ask.Stash()))
        yield* rest
        // A message with a deadline is in hand.
        yield* Effect.fork(Effect.exit(ref.ask.Await()))
        yield* rest
      }
      yield* Deferred.succeed(gates.go, undefined)
      yield* rest
      const exit = yield* Deferred.await(gates.done)
      yield* Deferred.succeed(gates.later, undefined)
      yield* rest
      yield* check(exit)
      yield* clock.advance(60_000)
    })
  )

describe.each(origins)("What %s of an earlier life does", (origin) => {
  for (const [name, door] of Object.entries(doors)) {
    it(`by ${name} leaves the next life as it is`, () =>
      tryDoor(origin, door, "crash", (exit) =>
        Effect.gen(function* () {
          if (name === "stash") assert.isTrue(Exit.isFailure(exit), "there is no message of its own to set aside")
          else assert.isTrue(Exit.isSuccess(exit), String(exit))
          const ref = (yield* Lived.client)("a")
          assert.strictEqual(yield* ref.ask.Which(), "2, by build")
          const actor = (yield* snapshots).find(({ type }) => type === "Lived")!
          assert.deepStrictEqual(
            [actor.children.length, actor.incarnation, actor.stashed, actor.state, actor.timers, actor.watches],
            [0, 2, 1, "running", 1, 1]
          )
          const other = (yield* Other.client)("o")
          yield* other.ask.Ping()
          yield* Systems.stop(other)
          yield* rest
          assert.deepStrictEqual(notes, [2], "the end of another is told to the life that watches it, once")
        })
      ))

    if (!name.match(/once|every|become|watchWith|unstashAll|spawn/)) continue
    it(`by ${name} does not revive a root that was stopped`, () =>
      tryDoor(origin, door, "stop", () =>
        Effect.gen(function* () {
          assert.isUndefined((yield* snapshots).find(({ type }) => type === "Lived"))
          assert.deepStrictEqual(notes, [])
        })
      ))
  }
})

describe("The address that an actor has of itself", () => {
  it("is one like any other: a finalizer's tell is refused while the actor stops, a daemon's begins it anew", () =>
    run(() =>
      Effect.gen(function* () {
        const go = yield* Deferred.make<void>()
        const said: Array<string> = []
        let isFirst = true
        yield* provided(
          Lived.toLayer(
            Effect.gen(function* () {
              const { incarnation } = yield* ActorContext
              const self = yield* Lived.self
              const tell = Effect.match(self.tell.Note({ by: incarnation }), {
                onFailure: (error) => void said.push(error._tag),
                onSuccess: () => void said.push("told")
              })
              yield* Effect.addFinalizer(() => tell)
              if (isFirst) yield* Effect.forkDaemon(Effect.zipRight(Deferred.await(go), tell))
              isFirst = false
              return handlersOf(incarnation, "by build")
            })
          )
        )
        notes.length = 0
        const ref = (yield* Lived.client)("a")
        yield* ref.ask.Which()
        yield* Systems.stop(ref)
        assert.deepStrictEqual(said, ["ActorStopping"])
        yield* Deferred.succeed(go, undefined)
        yield* rest
        assert.deepStrictEqual(said, ["ActorStopping", "told"])
        assert.deepStrictEqual(notes, [1])
      })
    ))
})
