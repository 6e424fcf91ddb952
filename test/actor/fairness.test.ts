/** The only tests on the real clock: whether timers and sockets get their turn shows nowhere else. */
import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"

const Echo = Actor.make("Echo", [
  Rpc.make("Plain", { payload: { n: Schema.Int }, success: Schema.Int }),
  Rpc.make("Synchronous", { payload: { n: Schema.Int }, success: Schema.Int }),
  Rpc.make("OnFiber", { payload: { n: Schema.Int }, success: Schema.Int })
])
const Player = Actor.make("Player", [
  Rpc.make("Plain", { payload: { to: Schema.String } }),
  Rpc.make("Synchronous", { payload: { to: Schema.String } }),
  Rpc.make("OnFiber", { payload: { to: Schema.String } })
])

/** Counts the ticks of a 5 ms interval while `talk` goes on, and the longest time without one. */
const ticksDuring = <A, E, R>(millis: number, talk: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    let ticks = 0
    let worst = 0
    const started = performance.now()
    let last = started
    const interval = setInterval(() => {
      const now = performance.now()
      ticks++
      worst = Math.max(worst, now - last)
      last = now
    }, 5)
    // Only timers can end this: a starved event loop would never come here, and the test would time out.
    yield* Effect.raceFirst(talk, Effect.sleep(millis))
    clearInterval(interval)
    return { ticks, worst: Math.max(worst, performance.now() - last) }
  })

const isFair = ({ ticks, worst }: { readonly ticks: number; readonly worst: number }, millis: number) => {
  // An idle machine gives 200 a second and gaps of some 10 ms; this is for one with other work. Starved, there is none.
  assert.isAbove(ticks, millis / 100)
  assert.isBelow(worst, millis * 0.6)
}

/** Nothing but that it needs a fiber, which an Effect of synchronous steps does not. */
const onFiber = <A, E>(work: () => Effect.Effect<A, E>) => Effect.withFiberRuntime<A, E>(work)

const echo = Echo.toLayer(
  Effect.succeed(
    Echo.of({
      Plain: ({ n }) => n,
      Synchronous: ({ n }) => Effect.sync(() => n),
      OnFiber: ({ n }) => onFiber(() => Effect.succeed(n))
    })
  )
)

describe("Timers fire", () => {
  for (const [kind, millis] of [
    ["Plain", 2000],
    ["Synchronous", 700],
    ["OnFiber", 700]
  ] as const) {
    it.live(`while a host fiber on the default scheduler asks without pause (${kind})`, () =>
      Effect.gen(function* () {
        const ref = (yield* Echo.client)("e")
        let asked = 0
        const asking = Effect.forever(Effect.tap(ref.ask[kind]({ n: 1 }), () => Effect.sync(() => asked++)))
        isFair(yield* ticksDuring(millis, asking), millis)
        assert.isAbove(asked, 1000)
      }).pipe(Effect.provide(Layer.provideMerge(echo, ActorSystem.layer({ tracing: false }))))
    )
  }

  for (const kind of ["Plain", "Synchronous", "OnFiber"] as const) {
    it.live(`while two actors talk to each other without pause (${kind})`, () => {
      let served = 0
      const player = Player.toLayer(
        Effect.map(Player.client, (client) => {
          const serve = (from: string, to: string) =>
            Effect.suspend(() => {
              served++
              return Effect.orDie(client(to).tell[kind]({ to: from }))
            })
          const names = ["ping", "pong"] as const
          const other = (to: string) => (to === names[0] ? names[1] : names[0])
          return Player.of({
            // Tells from a turn of the scheduler, with no fiber of its own.
            Plain: ({ to }) => void Effect.runFork(serve(other(to), to)),
            Synchronous: ({ to }) => serve(other(to), to),
            OnFiber: ({ to }) => onFiber(() => serve(other(to), to))
          })
        })
      )
      return Effect.gen(function* () {
        yield* (yield* Player.client)("ping").tell[kind]({ to: "pong" })
        isFair(yield* ticksDuring(700, Effect.never), 700)
        assert.isAbove(served, 1000)
      }).pipe(Effect.provide(Layer.provideMerge(player, ActorSystem.layer({ tracing: false, stopBudget: 100 }))))
    })
  }
})

describe("Timers fire beside actors that never rest", () => {
  for (const kind of ["plain", "synchronous", "on a fiber"] as const) {
    it.live(`and whose handlers take a millisecond each: ${kind}`, () =>
      Effect.gen(function* () {
        let isOver = false
        const Restless = Actor.make("Restless", [Rpc.make("Again")])
        yield* Layer.build(
          Restless.toLayer(
            Effect.gen(function* () {
              const self = yield* Restless.self
              const work = () => {
                for (const begun = performance.now(); performance.now() - begun < 1; );
                return isOver ? Effect.void : Effect.orDie(self.tell.Again())
              }
              const effect = { synchronous: () => Effect.suspend(work), "on a fiber": () => onFiber(work) }
              return Restless.of({ Again: kind === "plain" ? work : effect[kind] })
            })
          )
        )
        const client = yield* Restless.client
        for (let n = 0; n < 5; n++) yield* client(`${n}`).tell.Again()
        const seen = yield* ticksDuring(1500, Effect.never)
        isOver = true
        isFair(seen, 1500)
      }).pipe(Effect.provide(ActorSystem.layer()), Effect.scoped)
    )
  }
})
