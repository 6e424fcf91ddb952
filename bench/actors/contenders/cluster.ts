/**
 * `@effect/cluster` in one process: Sharding without message storage and without the simulated serialization, one entity
 * an actor, nothing persisted. Its default mailbox holds 4,096 and fails the sender when it is full; so that nothing is
 * dropped, tells (`discard`) pause for an answer every 1,000. Its own log is silenced, as Troupe's is.
 */
import { Entity, MessageStorage, RunnerHealth, RunnerStorage, Runners, Sharding, ShardingConfig } from "@effect/cluster"
import { Rpc } from "@effect/rpc"
import { Effect, Layer, Logger, LogLevel, ManagedRuntime, Schedule, Schema } from "effect"
import { type Contender, expect, timed } from "../../Bench.ts"
import { inFlight, repeat } from "./repeat.ts"

const name = "@effect/cluster, in one process"

const cluster = Sharding.layer.pipe(
  Layer.provide(Runners.layerNoop),
  Layer.provide([MessageStorage.layerNoop, RunnerStorage.layerMemory, RunnerHealth.layerNoop]),
  Layer.provide(ShardingConfig.layer({ simulateRemoteSerialization: false })),
  Layer.provide(Logger.minimumLogLevel(LogLevel.None))
)

const boot = (live: Layer.Layer<never, never, Sharding.Sharding>) =>
  ManagedRuntime.make(live.pipe(Layer.provideMerge(cluster)))

const inCluster = async (
  live: Layer.Layer<never, never, Sharding.Sharding>,
  use: (runtime: ReturnType<typeof boot>) => Promise<number>
): Promise<number> => {
  const runtime = boot(live)
  try {
    return await use(runtime)
  } finally {
    await runtime.dispose()
  }
}

const Counter = Entity.make("Counter", [Rpc.make("Add", { payload: { by: Schema.Int }, success: Schema.Int })])

const counterLive = Counter.toLayer(
  Effect.sync(() => {
    let total = 0
    return Counter.of({
      Add: ({ payload }) =>
        Effect.sync(() => {
          total += payload.by
          return total
        })
    })
  })
)

export const tell = (operations: number): Contender => ({
  name,
  operations,
  round: (tells) =>
    inCluster(counterLive, async (runtime) => {
      const counter = (await runtime.runPromise(Counter.client))("a")
      await runtime.runPromise(counter.Add({ by: 0 }))
      return timed(async () => {
        await runtime.runPromise(
          repeat(tells / 1000, () =>
            Effect.zipRight(
              repeat(1000, () => counter.Add({ by: 1 }, { discard: true })),
              counter.Add({ by: 0 })
            )
          )
        )
        expect("total", await runtime.runPromise(counter.Add({ by: 0 })), tells)
      })
    })
})

export const ask = (fibers: number, operations: number): Contender => ({
  name,
  operations,
  round: (asks) =>
    inCluster(counterLive, async (runtime) => {
      const counter = (await runtime.runPromise(Counter.client))("a")
      await runtime.runPromise(counter.Add({ by: 0 }))
      return timed(async () => {
        await runtime.runPromise(inFlight(fibers, asks, () => counter.Add({ by: 1 })))
        expect("total", await runtime.runPromise(counter.Add({ by: 0 })), asks)
      })
    })
})

const Node = Entity.make("Node", [Rpc.make("Pass", { payload: { left: Schema.Int } })])

export const ring = (size: number, operations: number): Contender => ({
  name,
  operations,
  round: (hops) => {
    let arrived: (at: number) => void = () => {}
    const live = Node.toLayer(
      Effect.gen(function* () {
        const at = Number((yield* Entity.CurrentAddress).entityId)
        const next = (yield* Node.client)(String((at + 1) % size))
        return Node.of({
          Pass: ({ payload }) =>
            payload.left === 0
              ? Effect.sync(() => arrived(at))
              : // Only a full mailbox could refuse, and there is one message in all.
                Effect.orDie(next.Pass({ left: payload.left - 1 }, { discard: true }))
        })
      })
    )
    return inCluster(live, async (runtime) => {
      const first = (await runtime.runPromise(Node.client))("0")
      const lap = async (length: number) => {
        const end = new Promise<number>((resolve) => {
          arrived = resolve
        })
        await runtime.runPromise(first.Pass({ left: length }, { discard: true }))
        expect("actor at which it ended", await end, length % size)
      }
      await lap(size)
      return timed(() => lap(hops))
    })
  }
})

export const gather = (actors: number): Contender => ({
  name,
  operations: actors,
  round: () =>
    inCluster(counterLive, async (runtime) => {
      const client = await runtime.runPromise(Counter.client)
      const clients = Array.from({ length: actors }, (_, i) => client(String(i)))
      const collect = () =>
        runtime.runPromise(Effect.forEach(clients, (counter) => counter.Add({ by: 1 }), { concurrency: "unbounded" }))
      await collect()
      return timed(async () => {
        const answers = await collect()
        expect("answers", answers.length, actors)
        for (const answer of answers) expect("answer", answer, 2)
      })
    })
})

/** An entity cannot be stopped by name; they end with their runner. */
export const spawn = (operations: number): Contender => ({
  name: `${name} (stopped with it)`,
  operations,
  round: async (actors) => {
    const runtime = boot(counterLive)
    const client = await runtime.runPromise(Counter.client)
    // Waits until the shards are acquired.
    await runtime.runPromise(client("first").Add({ by: 1 }))
    return timed(async () => {
      const clients = Array.from({ length: actors }, (_, i) => client(String(i)))
      const answers = await runtime.runPromise(Effect.forEach(clients, (counter) => counter.Add({ by: 1 })))
      expect(
        "answers",
        answers.reduce((all, one) => all + one, 0),
        actors
      )
      await runtime.dispose()
    })
  }
})

/**
 * A defect builds the handlers anew and then delivers the message again, so it crashes only the first time, and its asker
 * hears nothing of it.
 */
export const crash = (every: number, operations: number): Contender => ({
  name: `${name} (redelivers)`,
  operations,
  round: (asks) => {
    let builds = 0
    let crashed = -1
    const live = Counter.toLayer(
      Effect.sync(() => {
        builds++
        return Counter.of({
          Add: ({ payload }) =>
            Effect.sync(() => {
              if (payload.by % every === 0 && crashed !== payload.by) {
                crashed = payload.by
                throw new Error("every so often")
              }
              return payload.by
            })
        })
      }),
      { defectRetryPolicy: Schedule.forever }
    )
    return inCluster(live, async (runtime) => {
      const counter = (await runtime.runPromise(Counter.client))("a")
      await runtime.runPromise(counter.Add({ by: 1 }))
      let sent = 0
      return timed(async () => {
        await runtime.runPromise(repeat(asks, () => counter.Add({ by: ++sent })))
        expect("builds", builds, 1 + asks / every)
      })
    })
  }
})

/** Entities that have handled one message and wait for the next; what is returned keeps them. */
export const keep = async (actors: number): Promise<unknown> => {
  const runtime = boot(counterLive)
  const client = await runtime.runPromise(Counter.client)
  const clients = Array.from({ length: actors }, (_, i) => client(String(i)))
  for (const counter of clients) expect("answer", await runtime.runPromise(counter.Add({ by: 1 })), 1)
  return { runtime, clients }
}
