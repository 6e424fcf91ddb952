import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schema } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import { DeadLetters } from "../../src/actor/DeadLetters.ts"
import { type ManualClock, provided, rest, run, type Services } from "./harness.ts"

const Worker = Actor.make("Worker", [
  Rpc.make("Work", { payload: { millis: Schema.Number } }),
  Rpc.make("WorkStubbornly", { payload: { millis: Schema.Number } }),
  Rpc.make("WorkBeside", { payload: { millis: Schema.Number } })
])
type Ref = Effect.Effect.Success<typeof Worker.client> extends (id: string) => infer R ? R : never

interface Scene {
  readonly ref: Ref
  readonly clock: ManualClock
  readonly done: Array<number>
  /** Milliseconds until the actor had ended, or `-1` while it has not. */
  readonly stopped: (options?: ActorSystem.StopOptions) => Effect.Effect<() => number, never, Services>
}

/** A worker with a second's work in hand and one, two, … seconds' work waiting, as many as told. */
const scene = <A, E>(waiting: number, test: (scene: Scene) => Effect.Effect<A, E, Services>) =>
  run((clock) =>
    Effect.gen(function* () {
      const done: Array<number> = []
      const work = (millis: number) =>
        Effect.zipRight(
          Effect.sleep(millis),
          Effect.sync(() => void done.push(millis))
        )
      yield* provided(
        Worker.toLayer(
          Effect.succeed(
            Worker.of({
              Work: ({ millis }) => work(millis),
              WorkStubbornly: ({ millis }) => Effect.uninterruptible(work(millis)),
              WorkBeside: ({ millis }) => Rpc.fork(work(millis))
            })
          )
        )
      )
      const ref = (yield* Worker.client)("w")
      for (let n = 0; n <= waiting; n++) yield* ref.tell.Work({ millis: 1000 * Math.max(1, n) })
      yield* rest
      const stopped = (options?: ActorSystem.StopOptions) =>
        Effect.gen(function* () {
          const from = clock.unsafeCurrentTimeMillis()
          let took = -1
          yield* Effect.fork(
            Effect.zipRight(
              ActorSystem.stop(ref, options),
              Effect.sync(() => {
                took = clock.unsafeCurrentTimeMillis() - from
              })
            )
          )
          yield* rest
          return () => took
        })
      return yield* test({ ref, clock, done, stopped })
    })
  )

const stoppedLetters = Effect.flatMap(DeadLetters, (letters) => Effect.map(letters.counts, ({ stopped }) => stopped))

describe("A stop", () => {
  it("without options lets it handle what it has for the system's budget", () =>
    scene(3, ({ clock, done, stopped }) =>
      Effect.gen(function* () {
        const took = yield* stopped()
        yield* clock.advance(60_000)
        assert.strictEqual(took(), 5000)
        assert.deepStrictEqual(done, [1000, 1000, 2000])
        assert.strictEqual(yield* stoppedLetters, 0, "the third one was in hand")
      })
    ))

  it("within a time of its own lets it handle what it has for that long, longer than the budget or shorter", () =>
    scene(3, ({ clock, done, stopped }) =>
      Effect.gen(function* () {
        const took = yield* stopped({ within: "10 seconds" })
        yield* clock.advance(60_000)
        assert.strictEqual(took(), 7000, "it had all it could do")
        assert.deepStrictEqual(done, [1000, 1000, 2000, 3000])
      })
    ).then(() =>
      scene(3, ({ clock, done, stopped }) =>
        Effect.gen(function* () {
          const took = yield* stopped({ within: "1500 millis" })
          yield* clock.advance(60_000)
          assert.strictEqual(took(), 1500)
          assert.deepStrictEqual(done, [1000])
          assert.strictEqual(yield* stoppedLetters, 2)
        })
      )
    ))

  it("within infinity waits for as long as that takes", () =>
    scene(0, ({ clock, done, ref, stopped }) =>
      Effect.gen(function* () {
        yield* ref.tell.Work({ millis: 3_600_000 })
        const took = yield* stopped({ within: Number.POSITIVE_INFINITY })
        yield* clock.advance(2 * 3_600_000)
        assert.strictEqual(took(), 3_601_000)
        assert.deepStrictEqual(done, [1000, 3_600_000])
      })
    ))

  it("now handles nothing more and interrupts the one in hand, whose asker hears it", () =>
    scene(0, ({ clock, done, ref, stopped }) =>
      Effect.gen(function* () {
        yield* clock.advance(1000)
        const asked = yield* Effect.fork(Effect.flip(ref.ask.Work({ millis: 10_000 })))
        yield* rest
        yield* ref.tell.Work({ millis: 1 })
        const took = yield* stopped({ now: true })
        assert.strictEqual(took(), 0)
        assert.strictEqual((yield* Fiber.join(asked))._tag, "ActorStopping")
        assert.deepStrictEqual(done, [1000])
        assert.strictEqual(yield* stoppedLetters, 1)
      })
    ))

  it("now still gives what cannot be interrupted the budget, and no more", () =>
    scene(0, ({ clock, ref, stopped }) =>
      Effect.gen(function* () {
        yield* clock.advance(1000)
        yield* ref.tell.WorkStubbornly({ millis: 60_000 })
        yield* rest
        const took = yield* stopped({ now: true })
        yield* clock.advance(120_000)
        assert.strictEqual(took(), 5000)
      })
    ))

  it("asked for twice keeps to the shorter time, whichever came first", () =>
    scene(3, ({ clock, stopped }) =>
      Effect.gen(function* () {
        const first = yield* stopped({ within: "10 seconds" })
        yield* clock.advance(500)
        const second = yield* stopped({ within: "2 seconds" })
        yield* clock.advance(60_000)
        assert.deepStrictEqual([first(), second()], [2500, 2000])
      })
    ).then(() =>
      scene(3, ({ clock, stopped }) =>
        Effect.gen(function* () {
          const first = yield* stopped({ within: "2 seconds" })
          const second = yield* stopped({ within: "10 seconds" })
          yield* clock.advance(60_000)
          assert.deepStrictEqual([first(), second()], [2000, 2000])
        })
      )
    ))

  it("now ends one that has been draining for a while", () =>
    scene(3, ({ clock, done, stopped }) =>
      Effect.gen(function* () {
        const first = yield* stopped({ within: "1 hour" })
        yield* clock.advance(1500)
        const second = yield* stopped({ now: true })
        assert.deepStrictEqual([first(), second()], [1500, 0])
        assert.deepStrictEqual(done, [1000])
        assert.strictEqual(yield* stoppedLetters, 2)
      })
    ))

  it("counts what runs concurrently as something it has", () =>
    scene(0, ({ clock, done, ref, stopped }) =>
      Effect.gen(function* () {
        yield* ref.tell.WorkBeside({ millis: 3000 })
        yield* clock.advance(1000)
        const took = yield* stopped({ within: "10 seconds" })
        yield* clock.advance(60_000)
        assert.strictEqual(took(), 3000)
        assert.deepStrictEqual(done, [1000, 3000])
      })
    ))

  it("takes no time that is none", () =>
    scene(0, ({ ref }) =>
      Effect.gen(function* () {
        const system = yield* ActorSystem.ActorSystem
        for (const within of [-1, Number.NaN, "-1 seconds"] as const) {
          assert.throws(() => system.stop(ref, { within }), RangeError, "within must be a duration of zero or more")
        }
        yield* ActorSystem.stop(ref, { now: true })
      })
    ))
})
