/** The time of one run: milliseconds since it began, by the Clock's finest measure, and the wall clock for people. */
import { Clock, Effect } from "effect"

export interface Clockwork {
  /** Milliseconds since 1970 when the run began. */
  readonly startedAt: number
  /** Milliseconds since 1970. */
  readonly now: Effect.Effect<number>
  /** Milliseconds since the run began, to the microsecond. */
  readonly elapsed: Effect.Effect<number>
}

export const make: Effect.Effect<Clockwork> = Effect.gen(function* () {
  const startedAt = yield* Clock.currentTimeMillis
  const began = yield* Clock.currentTimeNanos
  return {
    startedAt,
    now: Clock.currentTimeMillis,
    elapsed: Effect.map(Clock.currentTimeNanos, (now) => Number((now - began) / 1000n) / 1000)
  }
})
