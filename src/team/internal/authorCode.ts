/** Code of the team's author that runs outside of any attempt: whatever it does, it comes to an end that has words. */
import { Cause, Data, Duration, Effect, Either, Exit, Option } from "effect"
import { describeError } from "./describeError.ts"
import { abandonable } from "./interruptWithin.ts"

/** How long such code may take. */
const limit = Duration.seconds(60)

/** It threw, died, interrupted itself, did not end, or is no Effect. `problem` follows its name: `threw: no such file`. */
export class Broken extends Data.TaggedError("Broken")<{ readonly problem: string }> {}

/** Runs it; a typed failure of its own passes through. */
export const bounded = <A, E, R>(code: () => Effect.Effect<A, E, R>): Effect.Effect<A, E | Broken, R> =>
  Effect.suspend((): Effect.Effect<A, E | Broken, R> => {
    const effect = code()
    if (!Effect.isEffect(effect)) return new Broken({ problem: "returned no Effect" })
    return isDone(effect) ? effect : inTime(effect)
  }).pipe(
    Effect.catchAllCause((cause) => {
      const failure = Cause.failureOption(cause)
      if (Option.isSome(failure)) return Effect.fail(failure.value)
      const problem = Cause.isInterruptedOnly(cause)
        ? "interrupted itself"
        : `threw: ${describeError(Cause.squash(cause))}${placeOf(Cause.squash(cause))}`
      return Effect.fail(new Broken({ problem }))
    })
  )

/** Whether an effect is a value, or a failure, that has been there before it is run: nothing of it can take time. */
export const isDone = <A, E, R>(effect: Effect.Effect<A, E, R>): boolean =>
  Exit.isExit(effect) || Either.isEither(effect) || Option.isOption(effect)

/** In a fiber of its own, which is left behind if it will not end. */
const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | Broken, R> =>
  abandonable(effect, Duration.seconds(1)).pipe(
    Effect.timeoutFail({
      duration: limit,
      onTimeout: () => new Broken({ problem: `did not end within ${Duration.format(limit)}` })
    })
  )

/** Where an error was made, as the first line of its stack says; nothing where it has none that can be read. */
const placeOf = (error: unknown): string => {
  try {
    const [, place] = (error instanceof Error ? /\n\s+at (?:.*\()?([^()\n]+)\)?/.exec(error.stack ?? "") : null) ?? []
    return place === undefined ? "" : ` (at ${place.replace(/^file:\/\//, "")})`
  } catch {
    return ""
  }
}
