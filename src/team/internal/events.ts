/**
 * Carries the events of a run to whoever listens, in order, one at a time, without making the agents wait.
 *
 * Life-cycle events are few (bounded by agents and attempts) and all arrive. Progress is as frequent as agents please, so
 * beyond `maxWaiting` of them a slow listener misses progress, never more than that.
 */
import { Deferred, Effect, Fiber, Queue, type Scope } from "effect"
import type { RunEvent } from "../Run.ts"

const maxWaiting = 1000

export interface Events {
  readonly publish: (event: RunEvent) => Effect.Effect<void>
  /** Waits until the listener has seen everything published so far. */
  readonly drain: Effect.Effect<void>
}

export const make = (
  onEvent: ((event: RunEvent) => Effect.Effect<void>) | undefined
): Effect.Effect<Events, never, Scope.Scope> =>
  Effect.gen(function* () {
    if (onEvent === undefined) return { publish: () => Effect.void, drain: Effect.void }
    // Unbounded as a type; bounded by the rule in the header.
    const queue = yield* Queue.unbounded<
      RunEvent | { readonly _tag: "Drain"; readonly seen: Deferred.Deferred<void> }
    >()
    const listener = yield* Queue.take(queue).pipe(
      Effect.flatMap((item) => (item._tag === "Drain" ? Deferred.succeed(item.seen, undefined) : onEvent(item))),
      Effect.forever,
      Effect.forkScoped
    )
    return {
      publish: (event) =>
        Effect.suspend(() =>
          event._tag === "AgentProgress" && sizeOf(queue) >= maxWaiting
            ? Effect.void
            : Effect.asVoid(Queue.offer(queue, event))
        ),
      drain: Effect.gen(function* () {
        const seen = yield* Deferred.make<void>()
        yield* Queue.offer(queue, { _tag: "Drain", seen })
        // A listener that dies must not hold the run up for ever.
        yield* Effect.raceFirst(Deferred.await(seen), Effect.asVoid(Fiber.await(listener)))
      })
    }
  })

const sizeOf = <A>(queue: Queue.Queue<A>) => {
  const size = queue.unsafeSize()
  return size._tag === "Some" ? size.value : 0
}
