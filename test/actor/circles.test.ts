import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Exit, Fiber, FiberId, Schema } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import * as Systems from "../../src/actor/ActorSystem.ts"
import * as Gather from "../../src/actor/Gather.ts"
import * as Router from "../../src/actor/Router.ts"
import * as Strategy from "../../src/actor/Strategy.ts"
import { provided, rest, run, type Services } from "./harness.ts"

type What = Effect.Effect<unknown, unknown, Services | ActorContext>

/** An actor whose life is written where it is used. Its answer to `Do` is what a script says, or the path of a circle. */
const Scripted = Actor.make("Scripted", [
  Rpc.make("Do", { payload: { what: Schema.Any }, success: Schema.Any }),
  Rpc.make("DoBeside", { payload: { what: Schema.Any }, success: Schema.Any }),
  Rpc.make("Crash"),
  Rpc.make("Ping", { success: Schema.String })
])

/** What an effect met: the path, if that was a circle. */
const met = (exit: Exit.Exit<unknown, unknown>): unknown => {
  if (Exit.isSuccess(exit)) return exit.value
  const text = String(exit.cause)
  return /Waiting here would never end: ([^:]*)\. /.exec(text)?.[1] ?? text
}

/** What each build and each finalizer does, by id. */
interface Script {
  readonly build?: Readonly<Record<string, What>>
  readonly finalize?: Readonly<Record<string, What>>
  readonly children?: Strategy.Strategy
}

const scripted = (said: Array<string>, { build, children, finalize }: Script = {}) =>
  Scripted.toLayer(
    Effect.gen(function* () {
      const { id } = yield* ActorContext
      const note = (where: string, what: What) =>
        Effect.map(Effect.exit(what), (exit) => void said.push(`${where} of ${id}: ${met(exit)}`))
      const finalizer = finalize?.[id]
      if (finalizer !== undefined) yield* Effect.addFinalizer(() => note("finalizer", finalizer) as Effect.Effect<void>)
      const beginning = build?.[id]
      if (beginning !== undefined) yield* note("build", beginning) as Effect.Effect<void>
      return Scripted.of({
        Do: ({ what }) => Effect.map(Effect.exit(what as Effect.Effect<unknown, unknown>), met),
        DoBeside: ({ what }) => Rpc.fork(Effect.map(Effect.exit(what as Effect.Effect<unknown, unknown>), met)),
        Crash: () => Effect.dieMessage("crashed on purpose"),
        Ping: () => "pong"
      })
    }),
    { children }
  )

const root = (id: string) => Effect.map(Scripted.client, (client) => client(id).withTimeout(Duration.infinity))
const on = (id: string, what: What) => Effect.flatMap(root(id), (ref) => ref.ask.Do({ what }))
const ping = (id: string) => Effect.flatMap(root(id), (ref) => ref.ask.Ping())
const stopRoot = (id: string, options?: Systems.StopOptions) =>
  Effect.flatMap(root(id), (ref) => Systems.stop(ref, options))
const spawn = (id: string) => Systems.spawn(Scripted, id)
type Ref = Effect.Effect.Success<ReturnType<typeof root>>

/** Runs with no time passing: whatever waits for a time-out, or a stop's budget, hangs and is found. */
const still = (
  script: Script,
  program: (said: Array<string>) => Effect.Effect<void, unknown, Services>,
  options?: Systems.Options
) =>
  run(
    () =>
      Effect.gen(function* () {
        const said: Array<string> = []
        yield* provided(scripted(said, script))
        yield* program(said)
      }),
    { stopBudget: Duration.infinity, ...options }
  )

describe("A circle that closes by a spawn", () => {
  it("a child's build that asks the parent that spawns it is refused", () =>
    still({ build: { child: ping("p") } }, (said) =>
      Effect.gen(function* () {
        yield* on("p", spawn("child"))
        assert.deepStrictEqual(said, [
          "build of child: Scripted/p/Scripted/child → Scripted/p → Scripted/p/Scripted/child"
        ])
        assert.strictEqual(yield* ping("p"), "pong")
      })
    ))

  it("so is a grandchild's, by way of both, and one that asks by a daemon", () =>
    still(
      {
        build: {
          child: spawn("grandchild"),
          grandchild: Effect.flatMap(Effect.forkDaemon(ping("p")), Fiber.join)
        }
      },
      (said) =>
        Effect.gen(function* () {
          yield* on("p", spawn("child"))
          assert.match(
            said[0]!,
            /^build of grandchild: \S+grandchild → Scripted\/p → Scripted\/p\/Scripted\/child → \S+grandchild$/
          )
        })
    ))

  it("by way of another actor that asks the parent", () =>
    still({ build: { child: on("q", ping("p")) } }, (said) =>
      Effect.gen(function* () {
        yield* on("p", spawn("child"))
        assert.match(said[0]!, /^build of child: Scripted\/q → Scripted\/p → \S+child → Scripted\/q$/)
      })
    ))

  it("a parent that spawns itself by a build of its own does so as well", () =>
    still({ build: { p: spawn("child"), child: ping("p") } }, (said) =>
      Effect.gen(function* () {
        assert.strictEqual(yield* ping("p"), "pong")
        assert.include(said, "build of child: Scripted/p/Scripted/child → Scripted/p → Scripted/p/Scripted/child")
      })
    ))

  it("a spawn that queues behind a sibling's start, which waits for the parent, is refused", () => {
    const asked = Deferred.unsafeMake<void>(FiberId.none)
    let lives = 0
    // Its first life begins well, the second asks the parent, which is at work.
    const again = Effect.suspend(() =>
      ++lives === 1 ? Effect.void : Effect.zipRight(Deferred.succeed(asked, undefined), ping("p"))
    )
    return still({ build: { first: again }, children: Strategy.oneForAll({ intensity: 3, period: "1 minute" }) }, () =>
      Effect.gen(function* () {
        const first = (yield* on("p", spawn("first"))) as Ref
        const outcome = yield* on(
          "p",
          Effect.gen(function* () {
            yield* first.tell.Crash()
            yield* Deferred.await(asked)
            yield* rest
            return yield* spawn("second")
          })
        )
        assert.match(String(outcome), /^Scripted\/p → \S+second → \S+first → Scripted\/p$/)
      })
    )
  })
})

describe("A circle that closes by a stop", () => {
  it("a finalizer of a child that asks the parent whose handler stops it is refused, and the child ends", () =>
    still({ finalize: { child: ping("p") } }, (said) =>
      Effect.gen(function* () {
        const outcome = yield* on(
          "p",
          Effect.flatMap(spawn("child"), (child) => Systems.stop(child))
        )
        assert.isUndefined(outcome)
        assert.match(said[0]!, /^finalizer of child: \S+child → Scripted\/p → \S+child$/)
      })
    ))

  it("so is one of a grandchild, and one that asks by way of another actor", () =>
    still({ build: { child: spawn("grandchild") }, finalize: { grandchild: on("q", ping("p")) } }, (said) =>
      Effect.gen(function* () {
        yield* on(
          "p",
          Effect.flatMap(spawn("child"), (child) => Systems.stop(child))
        )
        assert.match(
          said.find((one) => one.startsWith("finalizer"))!,
          /^finalizer of grandchild: Scripted\/q → Scripted\/p → \S+child → \S+grandchild → Scripted\/q$/
        )
      })
    ))

  it("a child's handler that stops its parent is refused, and both live on", () =>
    still({}, () =>
      Effect.gen(function* () {
        const child = (yield* on("p", spawn("child"))) as Ref
        const outcome = yield* child.ask.Do({ what: stopRoot("p") })
        assert.match(String(outcome), /^\S+child → Scripted\/p → \S+child$/)
        assert.strictEqual(yield* child.ask.Ping(), "pong")
      })
    ))

  for (const [how, wrap] of [
    ["by itself", (what: What) => what],
    ["by a daemon that it waits for", (what: What) => Effect.flatMap(Effect.forkDaemon(what), Fiber.join)],
    ["among others", (what: What) => Effect.all([what, Effect.void], { concurrency: "unbounded" })]
  ] as const) {
    it(`a handler that stops its own actor ${how} is refused`, () =>
      still({}, () =>
        Effect.gen(function* () {
          assert.strictEqual(yield* on("a", wrap(stopRoot("a"))), "Scripted/a → Scripted/a")
          assert.strictEqual(yield* ping("a"), "pong")
        })
      ))
  }

  it("so is a concurrent handler that stops its own actor", () =>
    still({}, () =>
      Effect.gen(function* () {
        const ref = yield* root("a")
        assert.strictEqual(yield* ref.ask.DoBeside({ what: stopRoot("a") }), "Scripted/a → Scripted/a")
      })
    ))

  it("two roots that stop each other: the second is refused", () =>
    still({}, () =>
      Effect.gen(function* () {
        const gate = yield* Deferred.make<void>()
        const second = yield* Effect.fork(on("b", Effect.zipRight(Deferred.await(gate), stopRoot("a"))))
        yield* rest
        const first = yield* Effect.fork(on("a", stopRoot("b")))
        yield* rest
        yield* Deferred.succeed(gate, undefined)
        const exits = [yield* Fiber.await(first), yield* Fiber.await(second)].map(met)
        assert.include(exits, "Scripted/b → Scripted/a → Scripted/b")
      })
    ))

  it("a stop of one who waits for the stopper is refused; at once it is not, because that ends the wait", () =>
    still({}, () =>
      Effect.gen(function* () {
        const gate = yield* Deferred.make<void>()
        const b = yield* Effect.fork(Effect.exit(on("b", ping("a"))))
        const handling = (options?: Systems.StopOptions) =>
          on(
            "a",
            Effect.gen(function* () {
              yield* Deferred.await(gate)
              return yield* stopRoot("b", options)
            })
          )
        const a = yield* Effect.fork(handling())
        yield* rest
        yield* Deferred.succeed(gate, undefined)
        const refused = yield* Fiber.join(a)
        if (refused !== undefined) assert.strictEqual(refused, "Scripted/a → Scripted/b → Scripted/a")
        yield* handling({ now: true })
        yield* Fiber.join(b)
      })
    ))

  it("a stop of somebody unrelated, of a child and of oneself by ActorContext is no circle", () =>
    still({}, () =>
      Effect.gen(function* () {
        yield* ping("q")
        assert.isUndefined(yield* on("p", stopRoot("q")))
        assert.isUndefined(
          yield* on(
            "p",
            Effect.flatMap(spawn("child"), (child) => Systems.stop(child))
          )
        )
        assert.isUndefined(
          yield* on(
            "p",
            Effect.flatMap(ActorContext, ({ stop }) => stop)
          )
        )
      })
    ))
})

describe("A circle that closes by a restart", () => {
  const failing = Actor.make("Failing", [Rpc.make("Crash"), Rpc.make("Life", { success: Schema.Int })])

  it("a finalizer that asks its own actor is refused", () =>
    run(
      () =>
        Effect.gen(function* () {
          const said: Array<unknown> = []
          yield* provided(
            failing.toLayer(
              Effect.gen(function* () {
                const { incarnation } = yield* ActorContext
                const self = yield* failing.self
                yield* Effect.addFinalizer(() =>
                  Effect.map(
                    Effect.exit(self.withTimeout(Duration.infinity).ask.Life()),
                    (exit) => void said.push(met(exit))
                  )
                )
                return failing.of({ Crash: () => Effect.dieMessage("crashed on purpose"), Life: () => incarnation })
              })
            )
          )
          const ref = (yield* failing.client)("a")
          yield* ref.tell.Crash()
          yield* rest
          assert.strictEqual(yield* ref.ask.Life(), 2)
          assert.deepStrictEqual(said, ["Failing/a → Failing/a"])
        }),
      { stopBudget: Duration.infinity }
    ))

  it("a child's finalizer that asks the parent that starts again is refused", () =>
    run(
      () =>
        Effect.gen(function* () {
          const said: Array<string> = []
          yield* provided(
            scripted(said, {
              finalize: {
                child: Effect.flatMap(failing.client, (c) => c("a").withTimeout(Duration.infinity).ask.Life())
              }
            })
          )
          yield* provided(
            failing.toLayer(
              Effect.gen(function* () {
                const { incarnation } = yield* ActorContext
                if (incarnation === 1) yield* Effect.orDie(spawn("child"))
                return failing.of({ Crash: () => Effect.dieMessage("crashed on purpose"), Life: () => incarnation })
              })
            )
          )
          const ref = (yield* failing.client)("a")
          yield* ref.tell.Crash()
          yield* rest
          assert.strictEqual(yield* ref.ask.Life(), 2)
          assert.match(said[0]!, /^finalizer of child: \S+child → Failing\/a → \S+child$/)
        }),
      { stopBudget: Duration.infinity }
    ))
})

describe("A circle that closes by a watch or a receipt", () => {
  it("an actor that asks one that watches it is refused", () =>
    still({}, () =>
      Effect.gen(function* () {
        const gate = yield* Deferred.make<void>()
        const watched = yield* root("b")
        const b = yield* Effect.fork(on("b", Effect.zipRight(Deferred.await(gate), ping("a"))))
        const a = yield* Effect.fork(on("a", Systems.watch(watched)))
        yield* rest
        yield* Deferred.succeed(gate, undefined)
        assert.strictEqual(yield* Fiber.join(b), "Scripted/b → Scripted/a → Scripted/b")
        yield* Systems.stop(watched)
        assert.deepStrictEqual(yield* Fiber.join(a), { _tag: "stopped" })
      })
    ))

  it("a handler that waits for its own end, or for its parent's, is refused", () =>
    still({}, () =>
      Effect.gen(function* () {
        const p = yield* root("p")
        assert.strictEqual(yield* on("p", Systems.watch(p)), "Scripted/p → Scripted/p")
        const child = (yield* on("p", spawn("child"))) as Ref
        assert.match(String(yield* child.ask.Do({ what: Systems.watch(p) })), /^\S+child → Scripted\/p → \S+child$/)
      })
    ))

  it("who asks an actor that waits for a receipt of its is refused, and who waits for a receipt of one that waits for it", () =>
    still({}, () =>
      Effect.gen(function* () {
        const b = yield* root("b")
        const asks = Effect.gen(function* () {
          const receipt = yield* Systems.receipt(b.tell.Do({ what: ping("a") as never }))
          return (yield* receipt.settled)._tag
        })
        assert.strictEqual(yield* on("a", asks), "handled")
        const own = Effect.gen(function* () {
          const receipt = yield* Systems.receipt((yield* root("a")).tell.Ping())
          return yield* receipt.settled
        })
        assert.strictEqual(yield* on("a", own), "Scripted/a → Scripted/a")
      })
    ))
})

describe("Circles by way of many", () => {
  it("each ask of a gathering is looked at by itself", () =>
    still({}, () =>
      Effect.gen(function* () {
        const a = yield* root("a")
        const b = yield* root("b")
        const exits = (yield* on(
          "a",
          Gather.all([a.ask.Ping(), b.ask.Ping(), b.ask.Do({ what: ping("a") as never })])
        )) as ReadonlyArray<Exit.Exit<unknown, unknown>>
        assert.deepStrictEqual(exits.map(met), [
          "Scripted/a → Scripted/a",
          "pong",
          "Scripted/b → Scripted/a → Scripted/b"
        ])
      })
    ))

  it("a router that closes with the actor that made it stops its routees, also one that asks that actor", () =>
    still({ finalize: { "pool-1": ping("a") } }, (said) =>
      Effect.gen(function* () {
        yield* on(
          "a",
          Effect.scoped(
            Effect.gen(function* () {
              const router = yield* Router.make(Scripted, "pool")
              return yield* router.ask.Ping()
            })
          )
        )
        assert.deepStrictEqual(said, ["finalizer of pool-1: Scripted/pool-1 → Scripted/a → Scripted/pool-1"])
      })
    ))
})
