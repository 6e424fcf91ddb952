/** Code of the team's author that runs outside of any attempt: whatever it does, it comes to an end that has words. */
import { Cause, Data, Duration, Effect, Option } from "effect"
import { describeError } from "./describeError.ts"
import { leaving } from "./leaving.ts"

/** How long such code may take. */
const limit = Duration.seconds(60)

/** It threw, died, interrupted itself, did not end, or is no Effect. `problem` follows its name: `threw: no such file`. */
export class Broken extends Data.TaggedError("Broken")<{ readonly problem: string }> {}

/** Runs it; a typed failure of its own passes through. */
export const bounded = <A, E, R>(code: () => Effect.Effect<A, E, R>): Effect.Effect<A, E | Broken, R> => {
  const called = Effect.suspend((): Effect.Effect<A, E | Broken, R> => {
    const effect = code()
    return Effect.isEffect(effect) ? effect : new Broken({ problem: "returned no Effect" })
  })
  return leaving(called, Duration.seconds(1)).pipe(
    Effect.timeoutFail({
      duration: limit,
      onTimeout: () => new Broken({ problem: `did not end within ${Duration.format(limit)}` })
    }),
    Effect.catchAllCause((cause) => {
      const failure = Cause.failureOption(cause)
      if (Option.isSome(failure)) return Effect.fail(failure.value)
      const problem = Cause.isInterruptedOnly(cause)
        ? "interrupted itself"
        : `threw: ${describeError(Cause.squash(cause))}${placeOf(Cause.squash(cause))}`
      return Effect.fail(new Broken({ problem }))
    })
  )
}

/** Where an error was made, as the first line of its stack says; nothing where it has none that can be read. */
const placeOf = (error: unknown): string => {
  try {
    const [, place] = (error instanceof Error ? /\n\s+at (?:.*\()?([^()\n]+)\)?/.exec(error.stack ?? "") : null) ?? []
    return place === undefined ? "" : ` (at ${place.replace(/^file:\/\//, "")})`
  } catch {
    return ""
  }
}
