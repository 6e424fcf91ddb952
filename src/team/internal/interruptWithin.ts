/** Interruption that has an end: code of users may release what it holds for ever, and a run must not wait for that. */
import { type Duration, Effect, Fiber } from "effect"

/** Runs an effect in a fiber of its own, which an interruption waits for no longer than the budget. */
export const abandonable = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  budget: Duration.Duration
): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Effect.forkDaemon(Effect.interruptible(effect)), (fiber) =>
      Effect.onInterrupt(restore(Fiber.join(fiber)), () => interruptWithin(fiber, budget))
    )
  )

/** Tells a fiber to stop and waits for it no longer than the budget; whether it has ended by then. */
export const interruptWithin = <A, E>(
  fiber: Fiber.RuntimeFiber<A, E>,
  budget: Duration.Duration
): Effect.Effect<boolean> =>
  Fiber.interruptFork(fiber).pipe(
    Effect.zipRight(Effect.timeoutOption(Effect.interruptible(Fiber.await(fiber)), budget)),
    Effect.map((ended) => ended._tag === "Some")
  )
