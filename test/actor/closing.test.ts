import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Effect, type ExecutionStrategy, Exit, Layer, Schema, Scope } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as FairScheduler from "../../src/actor/FairScheduler.ts"

const Worker = Actor.make("Worker", [Rpc.make("Ping", { success: Schema.String })])
const Boss = Actor.make("Boss", [Rpc.make("Hire", { success: Schema.String })])

declare const forkOf: (strategy: ExecutionStrategy.ExecutionStrategy) => Effect.Effect<Scope.CloseableScope>

describe("closing a type's Layer", () => {
  it.scoped("stops its actors under other actors and under hosts, too", () =>
    Effect.gen(function* () {
      const workers = yield* Scope.make()
      const workerLive = Worker.toLayer(Effect.succeed(Worker.of({ Ping: () => "pong" })))
      yield* Layer.buildWithScope(workerLive, workers)
      let hired: Effect.Effect.Success<ReturnType<typeof hire>> | undefined
      const hire = () => ActorSystem.spawn(Worker, "hired")
      yield* Layer.build(
        Boss.toLayer(
          Effect.gen(function* () {
            hired = yield* hire()
            return Boss.of({ Hire: () => hired!.ask.Ping().pipe(Effect.orElseSucceed(() => "gone")) })
          })
        )
      )
      const boss = (yield* Boss.client)("b")
      const hosted = yield* ActorSystem.spawn(Worker, "hosted")
      assert.strictEqual(yield* boss.ask.Hire(), "pong")
      assert.strictEqual(yield* hosted.ask.Ping(), "pong")

      yield* Scope.close(workers, Exit.void)
      assert.strictEqual(yield* boss.ask.Hire(), "gone")
      assert.strictEqual((yield* Effect.flip(hosted.ask.Ping()))._tag, "ActorNotFound")
    }).pipe(Effect.provide(ActorSystem.layer()))
  )
})

describe("a host's scope", () => {
  it.scoped("holds nothing of the children spawned in it that have ended", () =>
    Effect.gen(function* () {
      yield* Layer.build(Worker.toLayer(Effect.succeed(Worker.of({ Ping: () => "pong" }))))
      let held = 0
      // What `spawn` keeps there it keeps in a scope of its own, forked off the host's. How a scope forks is a method that
      // its published type leaves out.
      const scope = (yield* Scope.make()) as unknown as Scope.Scope & { readonly fork: typeof forkOf }
      const host: typeof scope = {
        ...scope,
        fork: (strategy) =>
          Effect.tap(scope.fork(strategy), (own) => {
            held++
            return Scope.addFinalizer(
              own,
              Effect.sync(() => {
                held--
              })
            )
          })
      }
      for (let i = 0; i < 3; i++) {
        const child = yield* Scope.extend(ActorSystem.spawn(Worker, "child"), host)
        assert.strictEqual(held, 1)
        yield* ActorSystem.stop(child)
        yield* Effect.yieldNow()
        assert.strictEqual(held, 0)
      }
    }).pipe(Effect.provide(ActorSystem.layer()))
  )
})

describe("the run queue", () => {
  it.scoped("is the surrounding one where that is fair", () =>
    Effect.gen(function* () {
      const scheduler = FairScheduler.make()
      let scheduled = 0
      const schedule = scheduler.scheduleTask.bind(scheduler)
      scheduler.scheduleTask = (task, priority) => {
        scheduled++
        schedule(task, priority)
      }
      const services = yield* Effect.withScheduler(Layer.build(ActorSystem.layer()), scheduler)
      scheduled = 0
      // This fiber is on another scheduler: what is counted is the actor's.
      yield* Effect.provide(
        Effect.gen(function* () {
          yield* Layer.build(Worker.toLayer(Effect.succeed(Worker.of({ Ping: () => "pong" }))))
          const worker = (yield* Worker.client)("a")
          // A tell is queued; an ask of an idle actor is answered without being queued.
          yield* worker.tell.Ping()
          assert.strictEqual(yield* worker.ask.Ping(), "pong")
        }),
        services
      )
      assert.isAbove(scheduled, 0)
    })
  )
})
