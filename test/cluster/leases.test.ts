/** What an actor may do when the lease of its machine is over; real leases are in `npm run test:cluster`. */
import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Schema, type Scope, TestClock } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import { ActorUnreachable, type AskError } from "../../src/actor/ActorError.ts"
import type { ActorSystem } from "../../src/actor/ActorSystem.ts"
import * as Tenure from "../../src/cluster/internal/tenure.ts"
import { Leases } from "../../src/cluster/Leases.ts"
import { fromElsewhere, type Host, onTheRunner, provided, quiet } from "../conformance/worlds.ts"

/** One lease for all shards, ended and given by hand. */
class Lease {
  epoch: number | undefined = 3
  readonly epochOf = () => this.epoch
}

const Teller = Actor.make("Teller", [
  Rpc.make("Epoch", { success: Schema.Int }),
  Rpc.make("Hold"),
  /** Its lease ends while it answers. */
  Rpc.make("Outlive", { success: Schema.Int }),
  Rpc.make("Change"),
  Rpc.make("Tick"),
  Rpc.make("StartTicking"),
  /** Its lease ends, and it asks another one. */
  Rpc.make("Send", { success: Schema.String })
])

const failure = <A>(ask: Effect.Effect<A, AskError>) => Effect.flip(ask)

describe.each([
  ["from its runner", onTheRunner],
  ["from elsewhere", fromElsewhere]
] as const)("An actor on a machine whose lease has ended, asked %s", (_, world) => {
  const scenario = (
    title: string,
    body: (lease: Lease, begun: Array<string>) => Effect.Effect<void, unknown, ActorSystem | Host | Scope.Scope>
  ) => {
    const lease = new Lease()
    const layer = Layer.provide(Layer.fresh(world()), Layer.succeed(Leases, lease))
    it.effect(title, () => body(lease, []).pipe(Effect.scoped, Effect.provide(layer), Effect.provide(quiet)))
  }

  const teller = (lease: Lease, begun: Array<string>) =>
    Effect.gen(function* () {
      const inHand = yield* Deferred.make<void>()
      yield* provided(
        Teller.toLayer(
          Effect.gen(function* () {
            const self = yield* ActorContext
            const own = yield* Teller.self
            const others = yield* Teller.client
            // What changes nothing but one of them.
            const handlers: ReturnType<typeof Teller.of> = Teller.of({
              Epoch: () => {
                begun.push("epoch")
                return self.epoch
              },
              Hold: () => Effect.zipRight(Deferred.succeed(inHand, undefined), Effect.never),
              Outlive: () =>
                Effect.sync(() => {
                  lease.epoch = undefined
                  return 1
                }),
              Change: () =>
                Teller.become({
                  ...handlers,
                  Epoch: () => {
                    begun.push("changed")
                    return 99
                  }
                }),
              Tick: () => {
                begun.push("tick")
              },
              StartTicking: () => self.timers.every("tick", own.tell.Tick(), "1 second"),
              Send: () =>
                Effect.suspend(() => {
                  lease.epoch = undefined
                  return Effect.match(others("other").ask.Epoch(), {
                    onSuccess: String,
                    onFailure: (error) => {
                      begun.push(error instanceof ActorUnreachable ? `${error._tag} ${error.handled}` : error._tag)
                      return error._tag
                    }
                  })
                })
            })
            return handlers
          })
        )
      )
      const ref = (yield* Teller.client)("t")
      return { ref, inHand: Deferred.await(inHand) }
    })

  /** Its entity goes when nobody lives there, and comes back under the next epoch. */
  const givenBack = (lease: Lease) =>
    Effect.zipRight(
      TestClock.adjust("30 seconds"),
      Effect.sync(() => {
        lease.epoch = 4
      })
    )

  scenario("knows its epoch, begins no message any more, and begins again under a larger one", (lease, begun) =>
    Effect.gen(function* () {
      const { ref } = yield* teller(lease, begun)
      assert.strictEqual(yield* ref.ask.Epoch(), 3)
      lease.epoch = undefined
      const asking = yield* Effect.fork(failure(ref.withTimeout("1 second").ask.Epoch()))
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* Fiber.join(asking))._tag, "AskTimedOut")
      assert.deepStrictEqual(begun, ["epoch"])
      yield* givenBack(lease)
      assert.strictEqual(yield* ref.ask.Epoch(), 4)
    })
  )

  scenario("is cut off in the message in hand, whose asker hears that nobody knows how far it came", (lease, begun) =>
    Effect.gen(function* () {
      const { inHand, ref } = yield* teller(lease, begun)
      const asking = yield* Effect.fork(failure(ref.ask.Hold()))
      yield* inHand
      lease.epoch = undefined
      yield* TestClock.adjust("300 millis")
      const error = yield* Fiber.join(asking)
      assert.instanceOf(error, ActorUnreachable)
      assert.strictEqual((error as ActorUnreachable).handled, "unknown")
    })
  )

  scenario("does not answer, although its handler has come to an end", (lease, begun) =>
    Effect.gen(function* () {
      const { ref } = yield* teller(lease, begun)
      const asking = yield* Effect.fork(failure(ref.ask.Outlive()))
      yield* TestClock.adjust("300 millis")
      assert.instanceOf(yield* Fiber.join(asking), ActorUnreachable)
    })
  )

  scenario("does not begin what it has become or what its timers send, either", (lease, begun) =>
    Effect.gen(function* () {
      const { ref } = yield* teller(lease, begun)
      yield* ref.ask.StartTicking()
      yield* ref.ask.Change()
      assert.strictEqual(yield* ref.ask.Epoch(), 99)
      yield* TestClock.adjust("1500 millis")
      assert.deepStrictEqual(begun, ["changed", "tick"])
      lease.epoch = undefined
      const asking = yield* Effect.fork(failure(ref.withTimeout("1 second").ask.Epoch()))
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.join(asking)
      assert.deepStrictEqual(begun, ["changed", "tick"])
    })
  )

  scenario("sends nothing that another one would take for a message of its own life", (lease, begun) =>
    Effect.gen(function* () {
      const { ref } = yield* teller(lease, begun)
      const asking = yield* Effect.fork(failure(ref.withTimeout("1 second").ask.Send()))
      yield* TestClock.adjust("2 seconds")
      assert.instanceOf(yield* Fiber.join(asking), ActorUnreachable)
      assert.notInclude(begun, "epoch")
    })
  )
})

describe("Who has met a later life of a sender", () => {
  it("refuses what an earlier one sent, and nothing else", () => {
    const { admits } = Tenure.make(new Lease())
    assert.isTrue(admits({ shardId: "default:1", epoch: 3 }))
    assert.isTrue(admits({ shardId: "default:1", epoch: 5 }))
    assert.isFalse(admits({ shardId: "default:1", epoch: 4 }))
    assert.isTrue(admits({ shardId: "default:1", epoch: 5 }))
    assert.isTrue(admits({ shardId: "default:2", epoch: 1 }))
    assert.isTrue(admits(undefined))
  })
})
