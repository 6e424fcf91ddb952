/**
 * The time that everything here waits by: it only moves forward, whatever is done to the system's clock.
 *
 * Wall time is for people and records. It is set back and forward by administrators, time servers and hypervisors; a
 * deadline kept in it would stand still for an hour, or pass at once. Effect's Clock counts nanoseconds independently of it,
 * and a test's Clock moves both.
 */
import type { Clock } from "effect"

/** Gives the milliseconds, with their fraction, since this call. */
export const elapsedMillis = (clock: Clock.Clock): (() => number) => {
  const began = clock.unsafeCurrentTimeNanos()
  return () => Number(clock.unsafeCurrentTimeNanos() - began) / 1e6
}
