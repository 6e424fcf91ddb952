import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FiberRef, HashMap, Layer, Logger, LogLevel, Schema } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import { rest, run } from "./harness.ts"

const request = FiberRef.unsafeMake("none")
const as = (name: string) => Effect.locally(request, name)

/** Each way in which a handler may run an Effect that looks at its fiber. */
const how = Schema.Literal("effect", "after a wait", "beside")
const Desk = Actor.make("Desk", [
  Rpc.make("See", { payload: { how }, success: Schema.String }),
  Rpc.make("Set", { payload: { to: Schema.String }, success: Schema.Void }),
  Rpc.make("Later"),
  Rpc.make("Forward", { payload: { how }, success: Schema.Void })
])
const Lock = Actor.make("Lock", [Rpc.make("See", { success: Schema.String })])
const Back = Actor.make("Back", [Rpc.make("Note", { success: Schema.Void })])

const world = Effect.gen(function* () {
  const seen: Array<string> = []
  const see = FiberRef.get(request)
  const note = Effect.map(see, (value) => void seen.push(value))
  yield* Layer.build(
    Layer.provideMerge(
      Desk.toLayer(
        Effect.gen(function* () {
          const back = (yield* Back.client)("b")
          const self = yield* Desk.self
          const { timers } = yield* ActorContext
          const sending = Effect.orDie(back.tell.Note())
          return Desk.of({
            See: ({ how }) =>
              how === "beside"
                ? Rpc.fork(Effect.zipRight(Effect.yieldNow(), see))
                : how === "effect"
                  ? see
                  : Effect.zipRight(Effect.yieldNow(), see),
            Set: ({ to }) => FiberRef.set(request, to),
            Later: () => timers.once("later", self.tell.Forward({ how: "effect" }), 1000),
            Forward: ({ how }) =>
              how === "beside"
                ? Rpc.fork(sending)
                : how === "effect"
                  ? sending
                  : Effect.zipRight(Effect.yieldNow(), sending)
          })
        })
      ),
      Back.toLayer(Effect.succeed(Back.of({ Note: () => note })))
    )
  )
  return { desk: (yield* Desk.client)("d"), seen }
})

describe("A message starts with its sender's FiberRefs", () => {
  for (const way of ["effect", "after a wait", "beside"] as const) {
    it(`and with no other's: ${way}`, () =>
      run(() =>
        Effect.gen(function* () {
          const { desk, seen } = yield* world
          const ask = desk.ask.See({ how: way })
          assert.strictEqual(yield* ask, "none")
          assert.strictEqual(yield* as("a")(ask), "a")
          assert.strictEqual(yield* ask, "none")
          yield* desk.ask.Set({ to: "left behind" })
          assert.strictEqual(yield* ask, "none")
          assert.deepStrictEqual(
            yield* Effect.forEach(["a", "b", "c"], (name) => as(name)(ask), { concurrency: "unbounded" }),
            ["a", "b", "c"]
          )
          // On and on, through a handler that only tells.
          yield* as("first")(desk.tell.Forward({ how: way }))
          yield* desk.tell.Forward({ how: way })
          yield* Effect.all(
            [as("second")(desk.ask.Forward({ how: way })), as("third")(desk.ask.Forward({ how: way }))],
            {
              concurrency: "unbounded"
            }
          )
          yield* rest
          assert.deepStrictEqual(seen, ["first", "none", "second", "third"])
        })
      ))
  }

  it("but with none that its forks would not have either", () =>
    run(() =>
      Effect.gen(function* () {
        const own = FiberRef.unsafeMake("free", { fork: () => "free" })
        yield* Layer.build(
          Lock.toLayer(Effect.succeed(Lock.of({ See: () => Effect.zipRight(Effect.yieldNow(), FiberRef.get(own)) })))
        )
        const lock = (yield* Lock.client)("l")
        assert.strictEqual(yield* Effect.locally(lock.ask.See(), own, "held"), "free")
      })
    ))

  it("but a timer's with those of the actor alone, and what a handler sets never comes back", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { desk, seen } = yield* world
        yield* as("a")(desk.ask.Later())
        yield* as("b")(desk.ask.Set({ to: "c" }))
        assert.strictEqual(yield* FiberRef.get(request), "none")
        yield* clock.advance(1000)
        assert.deepStrictEqual(seen, ["none"])
      })
    ))
})

describe("Lines in the log", () => {
  it("say which life of which actor they are about, and what their sender noted", () => {
    const lines: Array<readonly [string, Record<string, unknown>]> = []
    const logger = Logger.make<unknown, void>(({ annotations, message }) => {
      lines.push([String(message), Object.fromEntries(HashMap.toEntries(annotations))])
    })
    const Talker = Actor.make("Talker", [Rpc.make("Say"), Rpc.make("Beside"), Rpc.make("Crash"), Rpc.make("Quiet")])
    return run(
      () =>
        Effect.gen(function* () {
          yield* Layer.build(
            Talker.toLayer(
              Effect.gen(function* () {
                yield* Effect.log("built")
                yield* Effect.addFinalizer(() => Effect.log("closed"))
                return Talker.of({
                  Say: () => Effect.log("said"),
                  Beside: () => Rpc.fork(Effect.log("said beside")),
                  Crash: () => Effect.dieMessage("asked to"),
                  Quiet: () => Effect.logDebug("debugged")
                })
              })
            )
          )
          const talker = (yield* Talker.client)("t")
          yield* Effect.annotateLogs(talker.ask.Say(), "request", 1)
          yield* Effect.annotateLogs(talker.tell.Beside(), { request: 2, "actor.life": 99 })
          yield* rest
          yield* Logger.withMinimumLogLevel(talker.ask.Quiet(), LogLevel.Debug)
          yield* talker.ask.Quiet()
          yield* talker.tell.Crash()
          yield* rest
          yield* talker.ask.Say()
          yield* ActorSystem.stop(talker)
          const life = (n: number) => ({ "actor.address": "Talker/t", "actor.life": n })
          assert.deepStrictEqual(
            lines.map(([line, notes]) => [line.replace(/;.*/, ""), notes]),
            [
              ["built", life(1)],
              ["said", { ...life(1), request: 1 }],
              ["said beside", { ...life(1), request: 2 }],
              ["debugged", life(1)],
              ["closed", life(1)],
              ["Talker/t crashed", life(1)],
              ["built", life(2)],
              ["said", life(2)],
              ["closed", life(2)]
            ]
          )
        }),
      undefined,
      logger
    )
  })
})
