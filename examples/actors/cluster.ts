/**
 * One definition, one handler record, one program, two places to run it: only the Layer differs.
 *
 * Run it: `npx tsx examples/actors/cluster.ts`. In your app the import reads `troupe`. The cluster here is this process,
 * with its storage in memory; on machines it is `Cluster.runner` and `Cluster.client` of `troupe/layers`.
 */
import { TestRunner } from "@effect/cluster"
import { Rpc } from "@effect/rpc"
import { Console, Effect, Layer, Logger, LogLevel, Schema } from "effect"
import { ClusterActorSystem } from "../../src/cluster/index.ts"
import { Actor, ActorSystem } from "../../src/index.ts"

class TooMuch extends Schema.TaggedError<TooMuch>()("TooMuch", { most: Schema.Int }) {}

const Counter = Actor.make("Counter", [
  Rpc.make("Add", { payload: { by: Schema.Int }, success: Schema.Int, error: TooMuch }),
  Rpc.make("Drop")
])

const CounterLive = Counter.toLayer(
  Effect.sync(() => {
    let total = 0
    return Counter.of({
      Add: ({ by }) => {
        if (by > 10) return Effect.fail(new TooMuch({ most: 10 }))
        total += by
        return total
      },
      Drop: () => Effect.dieMessage("it fell down")
    })
  })
)

// What it needs is `ActorSystem`, the portable part. With `LocalActorSystem` it would not compile on a cluster.
const program = Effect.gen(function* () {
  const counter = (yield* Counter.client)("a")
  yield* counter.tell.Add({ by: 2 })
  yield* Console.log(`total ${yield* counter.ask.Add({ by: 3 })}`)
  yield* Console.log(
    yield* counter.ask.Add({ by: 11 }).pipe(
      Effect.map(() => "taken"),
      Effect.catchTag("TooMuch", ({ most }) => Effect.succeed(`at most ${most}`))
    )
  )
  yield* counter.ask.Drop().pipe(Effect.catchTag("ActorCrashed", (crash) => Console.log(crash.message)))
  yield* Console.log(`total ${yield* counter.ask.Add({ by: 1 })}`)
  yield* ActorSystem.stop(counter)
})

const inOneProcess = ActorSystem.layer()
const onACluster = ClusterActorSystem.layer().pipe(Layer.provide(TestRunner.layer))

const main = Effect.gen(function* () {
  yield* Console.log("in one process")
  yield* program.pipe(Effect.provide(CounterLive), Effect.provide(inOneProcess))
  yield* Console.log("on a cluster")
  yield* program.pipe(Effect.provide(CounterLive), Effect.provide(onACluster))
})

// The crash is told where it was asked for; the log would say it again.
Effect.runPromise(Effect.provide(main, Logger.minimumLogLevel(LogLevel.Fatal)))
