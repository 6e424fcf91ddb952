/**
 * Ask and tell, beside what one would write by hand with Effect, and beside other actor libraries.
 *
 * Troupe runs with default options: bounded mailbox, deadline, withdrawal, wait-for cycles, registry, supervision;
 * tracing off. "By hand" is a fiber that takes from `Queue.bounded(1024)` and answers through a Deferred, without any of
 * that, once on Effect's default scheduler and once on Troupe's. nact's mailbox is unbounded and its tell does not wait;
 * xstate is synchronous: `send` runs the transition before it returns, so its tell has no mailbox at all.
 */
import { Rpc } from "@effect/rpc"
import { Deferred, Effect, Fiber, Layer, ManagedRuntime, Queue, type Scheduler, Schema } from "effect"
import { dispatch, query, spawn, start, stop } from "nact"
import { createActor, setup } from "xstate"
import * as Actor from "../src/actor/Actor.ts"
import * as ActorSystem from "../src/actor/ActorSystem.ts"
import * as FairScheduler from "../src/actor/FairScheduler.ts"
import { type Contender, expect, type Subject, timed } from "./Bench.ts"

const Counter = Actor.make("Counter", [
  Rpc.make("Add", { payload: { by: Schema.Int }, success: Schema.Int }),
  Rpc.make("AddEffect", { payload: { by: Schema.Int }, success: Schema.Int })
])
const CounterLive = Counter.toLayer(
  Effect.sync(() => {
    let total = 0
    return Counter.of({
      Add: ({ by }) => {
        total += by
        return total
      },
      AddEffect: ({ by }) =>
        Effect.sync(() => {
          total += by
          return total
        })
    })
  })
)

const repeat = (times: number, body: () => Effect.Effect<unknown, unknown>): Effect.Effect<void, unknown> => {
  let left = times
  return Effect.whileLoop({ while: () => left-- > 0, body, step: () => {} })
}

const troupe = (name: string, tells: number, asks: number, inFlight: number, effectful: boolean): Contender => ({
  name,
  round: async () => {
    const runtime = ManagedRuntime.make(CounterLive.pipe(Layer.provideMerge(ActorSystem.layer())))
    try {
      const counter = await runtime.runPromise(Effect.map(Counter.client, (client) => client("a")))
      const tag = effectful ? "AddEffect" : "Add"
      await runtime.runPromise(counter.ask[tag]({ by: 0 }))
      return await timed(async () => {
        await runtime.runPromise(repeat(tells, () => counter.tell[tag]({ by: 1 })))
        await runtime.runPromise(
          Effect.forEach(
            Array.from({ length: inFlight }, () => asks / inFlight),
            (share) => repeat(share, () => counter.ask[tag]({ by: 1 })),
            { concurrency: "unbounded", discard: true }
          )
        )
        expect("total", await runtime.runPromise(counter.ask[tag]({ by: 0 })), tells + asks)
      })
    } finally {
      await runtime.dispose()
    }
  }
})

type Message = { readonly by: number; readonly reply: Deferred.Deferred<number> | undefined }

const byHand = (
  name: string,
  tells: number,
  asks: number,
  inFlight: number,
  scheduler: () => Scheduler.Scheduler | undefined
): Contender => ({
  name,
  round: () => {
    const program = Effect.gen(function* () {
      const queue = yield* Queue.bounded<Message>(1024)
      let total = 0
      const handle = Effect.fnUntraced(function* () {
        const message = yield* Queue.take(queue)
        total += message.by
        if (message.reply !== undefined) yield* Deferred.succeed(message.reply, total)
      })
      const fiber = yield* Effect.fork(Effect.forever(handle()))
      const ask = Effect.fnUntraced(function* (by: number) {
        const reply = yield* Deferred.make<number>()
        yield* Queue.offer(queue, { by, reply })
        return yield* Deferred.await(reply)
      })
      yield* ask(0)
      const millis = yield* Effect.promise(() =>
        timed(() =>
          runFork(
            Effect.gen(function* () {
              yield* repeat(tells, () => Queue.offer(queue, { by: 1, reply: undefined }))
              yield* Effect.forEach(
                Array.from({ length: inFlight }, () => asks / inFlight),
                (share) => repeat(share, () => ask(1)),
                { concurrency: "unbounded", discard: true }
              )
              expect("total", yield* ask(0), tells + asks)
            })
          )
        )
      )
      yield* Fiber.interrupt(fiber)
      return millis
    })
    const shared = scheduler()
    const runFork = (effect: Effect.Effect<void, unknown>) =>
      Effect.runPromise(shared === undefined ? effect : Effect.withScheduler(effect, shared))
    return Effect.runPromise(shared === undefined ? program : Effect.withScheduler(program, shared))
  }
})

const nact = (tells: number, asks: number, inFlight: number): Contender => ({
  name: "nact",
  round: async () => {
    const system = start()
    const counter = spawn(
      system,
      (total: number | undefined, message: { readonly by: number; readonly sender?: unknown }) => {
        const next = (total ?? 0) + message.by
        if (message.sender !== undefined) dispatch(message.sender as never, next as never)
        return next
      },
      "counter"
    )
    const ask = (by: number) => query(counter, (sender: unknown) => ({ by, sender }), 30_000) as Promise<number>
    await ask(0)
    const millis = await timed(async () => {
      for (let i = 0; i < tells; i++) dispatch(counter, { by: 1 })
      await Promise.all(
        Array.from({ length: inFlight }, async () => {
          for (let i = 0; i < asks / inFlight; i++) await ask(1)
        })
      )
      expect("total", await ask(0), tells + asks)
    })
    stop(system)
    return millis
  }
})

const xstate = (tells: number): Contender => ({
  name: "xstate (synchronous, no mailbox)",
  round: async () => {
    const machine = setup({
      types: { context: {} as { total: number }, events: {} as { type: "add"; by: number } }
    }).createMachine({
      context: { total: 0 },
      on: {
        add: {
          actions: ({ context, event }) => {
            context.total += event.by
          }
        }
      }
    })
    const counter = createActor(machine).start()
    const millis = await timed(async () => {
      for (let i = 0; i < tells; i++) counter.send({ type: "add", by: 1 })
      expect("total", counter.getSnapshot().context.total, tells)
    })
    counter.stop()
    return millis
  }
})

const contenders = (tells: number, asks: number, inFlight: number): ReadonlyArray<Contender> => [
  troupe("Troupe", tells, asks, inFlight, false),
  troupe("Troupe, handlers as Effects", tells, asks, inFlight, true),
  byHand("Effect by hand, default scheduler", tells, asks, inFlight, () => undefined),
  byHand("Effect by hand, shared fair scheduler", tells, asks, inFlight, () => FairScheduler.make()),
  nact(tells, asks, inFlight)
]

export const subjects: ReadonlyArray<Subject> = [
  {
    title: "tell",
    work: "200,000 tells, then one ask",
    rounds: 5,
    contenders: [...contenders(200_000, 0, 1), xstate(200_000)]
  },
  { title: "ask", work: "30,000 asks, one at a time", rounds: 5, contenders: contenders(0, 30_000, 1) },
  { title: "ask, 64 in flight", work: "64,000 asks by 64 askers", rounds: 5, contenders: contenders(0, 64_000, 64) }
]
