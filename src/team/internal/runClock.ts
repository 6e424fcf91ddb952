/** The time of one run: milliseconds since it began by the monotonic clock, and the wall clock for records. */
import { type Clock, Effect } from "effect"

/** One moment, as events tell it. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly at: number
  /** Milliseconds since the run began, to the microsecond. */
  readonly elapsedMs: number
}

export interface RunClock {
  /** Milliseconds since 1970 when the run began. */
  readonly startedAt: number
  readonly now: Effect.Effect<Moment>
  /** Milliseconds since the run began, to the microsecond. */
  readonly elapsed: Effect.Effect<number>
}

export const make: Effect.Effect<RunClock> = Effect.clockWith((clock) =>
  Effect.sync(() => {
    const startedAt = clock.unsafeCurrentTimeMillis()
    const began = clock.unsafeCurrentTimeNanos()
    const elapsedBy = (clock: Clock.Clock) => Number((clock.unsafeCurrentTimeNanos() - began) / 1000n) / 1000
    return {
      startedAt,
      now: Effect.clockWith((clock) =>
        Effect.sync(() => ({ at: clock.unsafeCurrentTimeMillis(), elapsedMs: elapsedBy(clock) }))
      ),
      elapsed: Effect.clockWith((clock) => Effect.sync(() => elapsedBy(clock)))
    }
  })
)
