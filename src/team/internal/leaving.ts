/** Interruption that has an end: code of users may release what it holds for ever, and a run must not wait for that. */
import { type Duration, Effect, Fiber } from "effect"

interface LeavingOptions {
  /** How long it is waited for once it was told to stop. */
  readonly budget: Duration.Duration
  /** It is about to be told to stop. */
  readonly onInterrupt?: (() => void) | undefined
  /** It did not stop in time, and goes on with nobody waiting for it. */
  readonly onLeft: Effect.Effect<void>
}

/** Runs an effect in a fiber of its own, which an interruption waits for no longer than the budget. */
export const leaving = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  { budget, onInterrupt, onLeft }: LeavingOptions
): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Effect.forkDaemon(Effect.interruptible(effect)), (fiber) =>
      Effect.onInterrupt(restore(Fiber.join(fiber)), () => {
        onInterrupt?.()
        return Fiber.interruptFork(fiber).pipe(
          Effect.zipRight(Effect.timeoutOption(Effect.interruptible(Fiber.await(fiber)), budget)),
          Effect.flatMap((ended) => (ended._tag === "None" ? onLeft : Effect.void))
        )
      })
    )
  )
