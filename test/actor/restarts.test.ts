import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Schema } from "effect"
import fc from "fast-check"
import * as Actor from "../../src/actor/Actor.ts"
import { LocalActorSystem } from "../../src/actor/ActorSystem.ts"
import { RestartWindow } from "../../src/actor/internal/restartWindow.ts"
import * as Supervision from "../../src/actor/Supervision.ts"
import { provided, rest, run, snapshots } from "./harness.ts"

const Fragile = Actor.make("Fragile", [Rpc.make("Crash"), Rpc.make("Ping", { success: Schema.Int })])

/** Notes when each incarnation started, in milliseconds of the system's clock. */
const fragile = (starts: Array<number>, supervision: Supervision.Supervision) =>
  Fragile.toLayer(
    Effect.gen(function* () {
      starts.push(yield* Clock.currentTimeMillis)
      const lives = starts.length
      return Fragile.of({
        Crash: () => {
          throw new Error("asked to")
        },
        Ping: () => lives
      })
    }),
    { supervision }
  )

/** When each crash came, and what becomes of the actor: the restarts of the last `period`, counted anew each time. */
const naive = (gaps: ReadonlyArray<number>, intensity: number, period: number) => {
  const restarts: Array<number> = []
  let now = 0
  for (const [count, gap] of gaps.entries()) {
    now += gap
    if (restarts.filter((at) => at > now - period).length >= intensity) return { restarts, givenUpAt: count }
    restarts.push(now)
  }
  return { restarts, givenUpAt: undefined }
}

/** Round ones too, so that a restart leaves the window in the very millisecond of the next crash. */
const millis = (max: number) =>
  fc.oneof(
    fc.integer({ min: 1, max }),
    fc.integer({ min: 1, max: max / 500 }).map((halves) => halves * 500)
  )
const gaps = fc.array(millis(3000), { minLength: 1, maxLength: 12, size: "max" })

describe("Restart window", () => {
  it("admits what counting the whole past would admit", () => {
    fc.assert(
      fc.property(gaps, fc.nat(4), millis(8000), (gaps, intensity, period) => {
        const window = new RestartWindow(intensity, period)
        const admitted: Array<number> = []
        let now = 0
        for (const gap of gaps) {
          now += gap
          const expected = admitted.filter((at) => at > now - period).length < intensity
          assert.strictEqual(window.admit(now), expected)
          if (expected) admitted.push(now)
        }
      })
    )
  })

  it("an actor is restarted and given up when a naive count says so", () =>
    fc.assert(
      fc.asyncProperty(gaps, fc.nat(4), millis(8000), (gaps, intensity, period) =>
        run((clock) =>
          Effect.gen(function* () {
            const starts: Array<number> = []
            yield* provided(fragile(starts, Supervision.restart({ intensity, period: Duration.millis(period) })))
            const actor = (yield* Fragile.client)("f")
            yield* actor.ask.Ping()
            const model = naive(gaps, intensity, period)
            for (const [count, gap] of gaps.entries()) {
              yield* clock.advance(gap)
              const crash = yield* Effect.flip(actor.ask.Crash())
              yield* rest
              if (model.givenUpAt !== undefined && count > model.givenUpAt) {
                assert.strictEqual(crash._tag, "ActorFailed")
              } else {
                assert.strictEqual(crash._tag, "ActorCrashed")
              }
            }
            assert.deepStrictEqual(starts, [0, ...model.restarts])
            const [snapshot] = yield* snapshots
            assert.strictEqual(snapshot!.restarts, model.restarts.length)
            assert.strictEqual(snapshot!.state, model.givenUpAt === undefined ? "running" : "failed")
          })
        )
      ),
      { numRuns: 60 }
    ))

  it("is emptied by revive", () =>
    run(() =>
      Effect.gen(function* () {
        const starts: Array<number> = []
        yield* provided(fragile(starts, Supervision.restart({ intensity: 1 })))
        const actor = (yield* Fragile.client)("f")
        yield* Effect.ignore(actor.ask.Crash())
        yield* Effect.ignore(actor.ask.Crash())
        yield* rest
        assert.strictEqual((yield* Effect.flip(actor.ask.Ping()))._tag, "ActorFailed")
        yield* Effect.flatMap(LocalActorSystem, (local) => local.revive(actor))
        yield* Effect.ignore(actor.ask.Crash())
        yield* rest
        assert.strictEqual(yield* actor.ask.Ping(), 4)
      })
    ))
})

describe("Backoff", () => {
  const options = fc.record({
    min: fc.integer({ min: 1, max: 5000 }),
    max: fc.integer({ min: 1, max: 60_000 }),
    jitter: fc.double({ min: 0, max: 1, noNaN: true })
  })

  it("doubles from min, moved by at most ± jitter, and never exceeds max", () => {
    fc.assert(
      fc.property(
        options,
        fc.integer({ min: 1, max: 1000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (backoff, count, random) => {
          const waits = Supervision.backoffMillis(Supervision.restart({ backoff }), count, random)
          const middle = backoff.min * 2 ** (count - 1)
          assert.isAtMost(waits, backoff.max)
          assert.isAtMost(waits, Math.ceil(middle * (1 + backoff.jitter)))
          assert.isAtLeast(waits, Math.min(backoff.max, Math.floor(middle * (1 - backoff.jitter))))
        }
      )
    )
  })

  it("of zero milliseconds stays zero, however often an actor crashed", () => {
    const supervision = Supervision.restart({ backoff: { min: 0 } })
    assert.strictEqual(Supervision.backoffMillis(supervision, 5000, 0.5), 0)
  })

  it("separates restarts in a row by min·2ⁿ, and begins again after a life longer than the period", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 4000 }), { minLength: 1, maxLength: 8, size: "max" }),
        fc.integer({ min: 100, max: 2000 }),
        (lives, period) =>
          run((clock) =>
            Effect.gen(function* () {
              const starts: Array<number> = []
              const backoff = { min: "100 millis", max: "2 seconds", jitter: 0 } as const
              yield* provided(
                fragile(starts, Supervision.restart({ intensity: 1000, period: Duration.millis(period), backoff }))
              )
              const actor = (yield* Fragile.client)("f")
              yield* actor.ask.Ping()
              const expected = [0]
              let row = 0
              let now = 0
              for (const life of lives) {
                yield* clock.advance(life)
                now += life
                yield* Effect.ignore(actor.ask.Crash())
                if (life > period) row = 0
                now += Math.min(2000, 100 * 2 ** row++)
                expected.push(now)
                const answer = yield* Effect.fork(actor.ask.Ping())
                yield* clock.advance(now - (yield* Clock.currentTimeMillis))
                assert.isNotNull(answer.unsafePoll(), "the mailbox survives the wait")
              }
              assert.deepStrictEqual(starts, expected)
            })
          )
      ),
      { numRuns: 60 }
    ))

  it("is moved by the system's own Random, so that a seed repeats it", async () => {
    const restartedAt = () =>
      run((clock) =>
        Effect.gen(function* () {
          const starts: Array<number> = []
          yield* provided(fragile(starts, Supervision.restart({ backoff: { min: "1 second", jitter: 1 } })))
          const actor = (yield* Fragile.client)("f")
          yield* Effect.ignore(actor.ask.Crash())
          yield* clock.advance(2000)
          return starts[1]
        })
      )
    const first = await restartedAt()
    assert.isDefined(first)
    assert.notStrictEqual(first, 1000)
    assert.strictEqual(await restartedAt(), first)
  })
})
