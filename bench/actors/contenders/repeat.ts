/**
 * The loops that send, the same for every contender that runs on Effect: one op a message, so that what is measured is the
 * message and not who sends it.
 */
import { Effect } from "effect"

/** Runs `body` so many times, one after the other. */
export const repeat = <E>(times: number, body: () => Effect.Effect<unknown, E>): Effect.Effect<void, E> => {
  let left = times
  return Effect.whileLoop({ while: () => left-- > 0, body, step: () => {} })
}

/** Runs `body` so many times in all, from so many fibers at once. */
export const inFlight = <E>(
  fibers: number,
  times: number,
  body: () => Effect.Effect<unknown, E>
): Effect.Effect<void, E> =>
  fibers === 1
    ? repeat(times, body)
    : Effect.forEach(Array.from({ length: fibers }), () => repeat(times / fibers, body), {
        concurrency: "unbounded",
        discard: true
      })
