import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as Supervision from "../../src/actor/Supervision.ts"
import { provided, rest, run } from "./harness.ts"

const Worker = Actor.make("Worker", [Rpc.make("Hold"), Rpc.make("HoldBeside"), Rpc.make("Crash")])

const worker = Effect.gen(function* () {
  const gate = yield* Deferred.make<void>()
  yield* provided(
    Worker.toLayer(
      Effect.succeed(
        Worker.of({
          Hold: () => Deferred.await(gate),
          HoldBeside: () => Rpc.fork(Deferred.await(gate)),
          Crash: () => Effect.die("crashed")
        })
      ),
      { supervision: Supervision.stop }
    )
  )
  const ref = (yield* Worker.client)("w")
  const load = (yield* ActorSystem.LocalActorSystem).load(ref)
  return { ref, load, look: () => [load.state, load.backlog], open: Deferred.succeed(gate, undefined) }
})

describe("A load", () => {
  it("counts what waits, what is in hand and what runs beside, and activates nobody", () =>
    run(() =>
      Effect.gen(function* () {
        const { ref, look, open } = yield* worker
        assert.deepStrictEqual(look(), ["absent", 0])
        yield* ref.tell.HoldBeside()
        yield* ref.tell.HoldBeside()
        yield* ref.tell.Hold()
        yield* ref.tell.Hold()
        yield* rest
        assert.deepStrictEqual(look(), ["running", 4])
        yield* open
        yield* rest
        assert.deepStrictEqual(look(), ["running", 0])
      })
    ))

  it("follows its actor through an end and the life after it", () =>
    run(() =>
      Effect.gen(function* () {
        const { ref, look, open } = yield* worker
        yield* ref.tell.Hold()
        const stop = yield* Effect.fork(ActorSystem.stop(ref))
        yield* rest
        assert.deepStrictEqual(look(), ["stopping", 1])
        yield* open
        yield* Fiber.join(stop)
        assert.deepStrictEqual(look(), ["absent", 0])
        yield* ref.ask.Hold()
        assert.deepStrictEqual(look(), ["running", 0])
        yield* Effect.exit(ref.ask.Crash())
        yield* rest
        assert.deepStrictEqual(look(), ["failed", 0])
      })
    ))
})
