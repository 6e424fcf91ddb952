/**
 * A clock that stands still until it is moved to the next sleeper's time.
 */
import { Clock, Duration, Effect } from "effect"

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

export class VirtualClock implements Clock.Clock {
  readonly [Clock.ClockTypeId]: Clock.ClockTypeId = Clock.ClockTypeId
  private millis = 0
  /** Earliest first; of one time, in the order they went to sleep. */
  private readonly sleepers: Array<Sleeper> = []

  readonly scheduler: Clock.ClockScheduler = {
    unsafeSchedule: (task, duration) => this.enter(duration, task)
  }
  unsafeCurrentTimeMillis(): number {
    return this.millis
  }
  unsafeCurrentTimeNanos(): bigint {
    return BigInt(Math.round(this.millis * 1e6))
  }
  readonly currentTimeMillis = Effect.sync(() => this.millis)
  readonly currentTimeNanos = Effect.sync(() => this.unsafeCurrentTimeNanos())

  sleep(duration: Duration.Duration): Effect.Effect<void> {
    return Effect.async((resume) => {
      const leave = this.enter(duration, () => resume(Effect.void))
      return Effect.sync(leave)
    })
  }

  /** Moves to the earliest sleeper and wakes all of that time; `false` if nobody sleeps, or only for ever. */
  advance(): boolean {
    const first = this.sleepers[0]
    if (first === undefined || first.at === Number.POSITIVE_INFINITY) return false
    this.millis = Math.max(this.millis, first.at)
    while (this.sleepers.length > 0 && this.sleepers[0]!.at <= this.millis) this.sleepers.shift()!.wake()
    return true
  }

  private enter(duration: Duration.Duration, wake: () => void): () => boolean {
    const sleeper: Sleeper = { at: this.millis + Duration.toMillis(duration), wake }
    let at = this.sleepers.length
    while (at > 0 && this.sleepers[at - 1]!.at > sleeper.at) at--
    this.sleepers.splice(at, 0, sleeper)
    return () => {
      const found = this.sleepers.indexOf(sleeper)
      if (found !== -1) this.sleepers.splice(found, 1)
      return found !== -1
    }
  }
}
