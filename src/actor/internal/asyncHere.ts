/**
 * `Effect.async` for whoever waits for actors.
 *
 * Answers come from the run queue of the actors, which stands outside of all requests. A fiber that Effect's own scheduler
 * runs would go on where its answer came from, and not find its request's `AsyncLocalStorage` again, so it is resumed in
 * the context in which it began to wait. A fiber of a run queue like that one is outside in any case.
 */
import { AsyncLocalStorage } from "node:async_hooks"
import { Effect, Fiber } from "effect"
import { FairScheduler } from "../FairScheduler.ts"

export const asyncHere = <A, E = never>(
  register: (resume: (effect: Effect.Effect<A, E>) => void) => void | Effect.Effect<void>
): Effect.Effect<A, E> =>
  Effect.async((resume) => {
    const fiber = Fiber.getCurrentFiber()
    const isOutside = fiber._tag === "Some" && fiber.value.currentScheduler instanceof FairScheduler
    return register(isOutside ? resume : AsyncLocalStorage.bind(resume))
  })
