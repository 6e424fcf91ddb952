import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Layer, Metric, Scope } from "effect"
import fc from "fast-check"
import * as Actor from "../../src/actor/Actor.ts"
import * as ActorMetrics from "../../src/actor/ActorMetrics.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as Mailbox from "../../src/actor/Mailbox.ts"
import { provided, rest, run } from "./harness.ts"

const define = (type: string) =>
  Actor.make(type, [
    Rpc.make("Work"),
    Rpc.make("Filing").annotate(Mailbox.Lane, "low"),
    Rpc.make("Fail"),
    Rpc.make("Crash"),
    Rpc.make("Hold")
  ])
const Clerk = define("Clerk")

const behaviour = (gate: Deferred.Deferred<void>) =>
  Effect.succeed(
    Clerk.of({
      Work: () => {},
      Filing: () => {},
      Fail: () => Effect.die("failed"),
      Crash: () => Effect.die("asked to"),
      Hold: () => Deferred.await(gate)
    })
  )

/** Series are the process's: each test has a system of its own name. */
let systems = 0
const named = () => `metrics ${++systems}`

interface Labels {
  readonly type?: string
  readonly lane?: string
  readonly outcome?: string
  readonly reason?: string
}

const reading =
  (system: string) =>
  <Type, In, Out>(metric: Metric.Metric<Type, In, Out>, { type, ...labels }: Labels = {}) =>
    Effect.map(
      Metric.value(
        Object.entries({ system, ...(type === undefined ? {} : { actor_type: type }), ...labels }).reduce(
          (labelled, [key, value]) => Metric.tagged(labelled, key, value),
          metric
        )
      ),
      // Gauges and counters alike: that is all that there are here.
      (state) =>
        (state as { readonly value?: number; readonly count?: number }).value ?? (state as { count: number }).count
    )

describe("Metrics of actors", () => {
  it("show by type what waits and what was done, as of the latest sample", () => {
    const name = named()
    const read = reading(name)
    return run(
      (clock) =>
        Effect.gen(function* () {
          const gate = yield* Deferred.make<void>()
          yield* provided(Clerk.toLayer(behaviour(gate), { mailbox: Mailbox.bounded(2) }))
          yield* provided(ActorMetrics.layer())
          const client = yield* Clerk.client
          for (const id of ["a", "b"]) yield* client(id).ask.Work()
          yield* Effect.exit(client("b").ask.Crash())
          yield* client("a").tell.Hold()
          yield* rest
          yield* client("a").tell.Filing()
          yield* clock.advance(4000)
          yield* client("a").tell.Work()
          yield* Effect.fork(client("a").tell.Work())
          yield* clock.advance(5999)
          const type = "Clerk"
          assert.strictEqual(yield* read(ActorMetrics.mailboxOldest, { type }), 0, "as of the first sample")
          yield* clock.advance(1)
          assert.deepStrictEqual(
            yield* Effect.all({
              actors: read(ActorMetrics.actors, { type }),
              high: read(ActorMetrics.mailboxDepth, { type, lane: "high" }),
              normal: read(ActorMetrics.mailboxDepth, { type, lane: "normal" }),
              low: read(ActorMetrics.mailboxDepth, { type, lane: "low" }),
              oldest: read(ActorMetrics.mailboxOldest, { type }),
              waiting: read(ActorMetrics.waitingSenders, { type }),
              handled: read(ActorMetrics.messages, { type, outcome: "handled" }),
              failed: read(ActorMetrics.messages, { type, outcome: "failed" }),
              restarts: read(ActorMetrics.restarts, { type }),
              withdrawn: read(ActorMetrics.deadLetters, { reason: "withdrawn" })
            }),
            {
              actors: 2,
              high: 0,
              normal: 1,
              low: 1,
              oldest: 10_000,
              waiting: 1,
              handled: 2,
              failed: 1,
              restarts: 1,
              withdrawn: 0
            }
          )
          yield* Deferred.succeed(gate, undefined)
          yield* clock.advance(10_000)
          assert.strictEqual(yield* read(ActorMetrics.mailboxDepth, { type, lane: "low" }), 0)
          assert.strictEqual(yield* read(ActorMetrics.messages, { type, outcome: "handled" }), 6)
        }),
      { name }
    )
  })

  it("count dead letters by reason", () => {
    const name = named()
    const read = reading(name)
    return run(
      (clock) =>
        Effect.gen(function* () {
          const gate = yield* Deferred.make<void>()
          yield* provided(Clerk.toLayer(behaviour(gate), { mailbox: Mailbox.dropping(1) }))
          yield* provided(ActorMetrics.layer({ every: "1 second" }))
          const ref = (yield* Clerk.client)("a")
          yield* ref.tell.Hold()
          yield* rest
          for (let i = 0; i < 4; i++) yield* ref.tell.Work()
          yield* clock.advance(1000)
          assert.strictEqual(yield* read(ActorMetrics.deadLetters, { reason: "mailbox full" }), 3)
          yield* ActorSystem.stop(ref, { now: true })
          yield* clock.advance(1000)
          assert.strictEqual(yield* read(ActorMetrics.deadLetters, { reason: "mailbox full" }), 3)
          assert.strictEqual(yield* read(ActorMetrics.deadLetters, { reason: "stopped" }), 1)
        }),
      { name }
    )
  })

  it("take a last sample when they are closed, and none after it", () => {
    const name = named()
    const read = reading(name)
    return run(
      (clock) =>
        Effect.gen(function* () {
          yield* provided(Clerk.toLayer(behaviour(yield* Deferred.make<void>())))
          const scope = yield* Scope.make()
          yield* Layer.buildWithScope(ActorMetrics.layer(), scope)
          const ref = (yield* Clerk.client)("a")
          yield* ref.ask.Work()
          yield* Scope.close(scope, Exit.void)
          assert.strictEqual(yield* read(ActorMetrics.messages, { type: "Clerk", outcome: "handled" }), 1)
          yield* ref.ask.Work()
          yield* clock.advance(60_000)
          assert.strictEqual(yield* read(ActorMetrics.messages, { type: "Clerk", outcome: "handled" }), 1)
        }),
      { name }
    )
  })

  it("put types of one span name together, so that a type with an id in its name makes no series of its own", () => {
    const name = named()
    const read = reading(name)
    return run(
      (clock) =>
        Effect.gen(function* () {
          const gate = yield* Deferred.make<void>()
          yield* provided(ActorMetrics.layer())
          for (const n of [1, 2, 3]) {
            const scope = yield* Scope.make()
            const Agent = define(`Agent ${n}`)
            yield* Scope.extend(provided(Agent.toLayer(behaviour(gate), { spanName: "Agent" })), scope)
            yield* (yield* Agent.client)("a").ask.Work()
            if (n < 3) yield* Scope.close(scope, Exit.void)
            else yield* Effect.addFinalizer(() => Scope.close(scope, Exit.void))
          }
          yield* clock.advance(10_000)
          assert.strictEqual(yield* read(ActorMetrics.messages, { type: "Agent", outcome: "handled" }), 3)
          assert.strictEqual(yield* read(ActorMetrics.actors, { type: "Agent" }), 1)
          const names = Array.from(yield* Metric.snapshot, ({ metricKey }) =>
            Array.from(metricKey.tags, ({ key, value }) => `${key} ${value}`)
          ).flat()
          assert.include(names, "actor_type Agent")
          assert.notInclude(names, "actor_type Agent 1")
        }),
      { name }
    )
  })

  it("never count down, whatever ends and whatever comes back, and miss nothing", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom("work", "crash", "stop", "rest", "close", "open", "sample"), { maxLength: 40 }),
        (commands) => {
          const name = named()
          const read = reading(name)
          return run(
            (clock) =>
              Effect.gen(function* () {
                const gate = yield* Deferred.make<void>()
                const local = yield* ActorSystem.LocalActorSystem
                yield* provided(ActorMetrics.layer({ every: 1000 }))
                const client = yield* Clerk.client
                let scope: Scope.CloseableScope | undefined
                let worked = 0
                let crashed = 0
                const before = { handled: 0, failed: 0, restarts: 0 }
                const counts = Effect.all({
                  handled: read(ActorMetrics.messages, { type: "Clerk", outcome: "handled" }),
                  failed: read(ActorMetrics.messages, { type: "Clerk", outcome: "failed" }),
                  restarts: read(ActorMetrics.restarts, { type: "Clerk" })
                })
                for (const command of [...commands, "sample"] as const) {
                  switch (command) {
                    case "work":
                      if (yield* Effect.isSuccess(client("a").ask.Work())) worked++
                      break
                    case "crash": {
                      const exit = yield* Effect.flip(client("a").ask.Crash())
                      if (exit._tag === "ActorCrashed") crashed++
                      break
                    }
                    case "stop":
                      yield* ActorSystem.stop(client("a"))
                      break
                    case "rest":
                      yield* clock.advance(20_000)
                      break
                    case "close":
                      if (scope !== undefined) yield* Scope.close(scope, Exit.void)
                      scope = undefined
                      break
                    case "open":
                      if (scope !== undefined) break
                      scope = yield* Scope.make()
                      yield* Scope.extend(
                        provided(Clerk.toLayer(behaviour(gate), { passivateAfter: "5 seconds" })),
                        scope
                      )
                      break
                    case "sample": {
                      yield* clock.advance(1000)
                      const now = yield* counts
                      for (const key of ["handled", "failed", "restarts"] as const) {
                        assert.isAtLeast(now[key], before[key], key)
                        before[key] = now[key]
                      }
                      assert.deepInclude(now, { handled: worked, failed: crashed })
                    }
                  }
                }
                if (scope !== undefined) yield* Scope.close(scope, Exit.void)
                assert.deepStrictEqual(yield* local.snapshot, [])
              }),
            { name }
          )
        }
      ),
      { numRuns: 100 }
    ))

  it("take no interval that is none", () => {
    for (const every of [0, -1, Number.NaN])
      assert.throws(() => ActorMetrics.layer({ every }), RangeError, "every must be")
  })
})
