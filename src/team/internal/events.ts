/**
 * Publishes the events of a run: folds each into the run's state, then carries it to whoever listens, in order, one at a
 * time, without making the agents wait.
 *
 * The fold comes first and misses nothing, so that no listener can make the report wrong. Life-cycle events are few
 * (bounded by agents and attempts) and all arrive. Progress is as frequent as agents please, so beyond `maxWaiting` of them
 * a slow listener misses progress, never more than that. A listener that dies is told the next event all the same, and one
 * that does not come back is given up when the run ends.
 */
import { Cause, Deferred, Duration, Effect, Fiber, Queue, type Scope } from "effect"
import { Secrets } from "../../secrets/Secrets.ts"
import { RunEvent } from "../Run.ts"
import * as RunState from "../RunState.ts"
import { describeError } from "./describeError.ts"
import { redactForReading } from "./redactForReading.ts"
import type { Moment, RunClock } from "./runClock.ts"

const maxWaiting = 1000

export interface Events {
  /** Folds and sends an event of this moment, in one step that nothing can interrupt. */
  readonly publish: (event: (moment: Moment) => RunEvent) => Effect.Effect<void>
  /** Everything published so far. */
  readonly state: () => RunState.RunState
  /** Waits until the listener has seen everything published so far, as long as it takes one event after the other. */
  readonly drain: Effect.Effect<void>
}

/** `budget`: how long the drain waits for one event. */
export const make = (
  clock: RunClock,
  onEvent: ((event: RunEvent) => Effect.Effect<void>) | undefined,
  budget: Duration.Duration
): Effect.Effect<Events, never, Scope.Scope> =>
  Effect.gen(function* () {
    let state = RunState.empty
    const fold = (event: RunEvent) => {
      state = RunState.step(state, event)
    }
    // Not told to the listener, which has just died.
    const note = (words: string) =>
      Effect.map(clock.now, (moment) => fold(RunEvent.Noted({ ...moment, agent: undefined, note: words })))
    const listener = onEvent === undefined ? deaf : yield* listening(onEvent, budget, note)
    return {
      publish: (event) =>
        Effect.map(clock.now, (moment) => {
          const published = event(moment)
          fold(published)
          listener.offer(published)
        }),
      state: () => state,
      drain: listener.drain
    }
  })

interface Listener {
  readonly offer: (event: RunEvent) => void
  readonly drain: Effect.Effect<void>
}

const deaf: Listener = { offer: () => {}, drain: Effect.void }

const listening = (
  onEvent: (event: RunEvent) => Effect.Effect<void>,
  budget: Duration.Duration,
  note: (words: string) => Effect.Effect<void>
): Effect.Effect<Listener, never, Scope.Scope> =>
  Effect.gen(function* () {
    const clean = redactForReading(yield* Secrets)
    // Unbounded as a type; bounded by the rule in the header.
    const queue = yield* Queue.unbounded<
      RunEvent | { readonly _tag: "Drain"; readonly seen: Deferred.Deferred<void> }
    >()
    let taken = 0
    let hasDied = false
    let givenUp = false

    const died = (event: RunEvent, cause: Cause.Cause<unknown>) =>
      Effect.suspend(() => {
        if (hasDied) return Effect.void
        hasDied = true
        const words = `onEvent died at ${event._tag}: ${describeError(Cause.squash(cause))}; it is told what follows all the same`
        return Effect.zipRight(note(words), Effect.logWarning(words))
      })
    const tell = (event: RunEvent) =>
      Effect.suspend(() => onEvent(event)).pipe(
        Effect.catchAllCause((cause) => died(event, cause)),
        Effect.ensuring(Effect.sync(() => taken++))
      )
    const listener = yield* Queue.take(queue).pipe(
      Effect.flatMap((item) => (item._tag === "Drain" ? Deferred.succeed(item.seen, undefined) : tell(item))),
      Effect.forever,
      Effect.interruptible,
      Effect.forkDaemon
    )
    yield* Effect.addFinalizer(() =>
      Effect.zipRight(
        Fiber.interruptFork(listener),
        givenUp ? Effect.void : Effect.timeoutOption(Effect.interruptible(Fiber.await(listener)), budget)
      )
    )

    const waitFor = (seen: Deferred.Deferred<void>): Effect.Effect<void> =>
      Effect.suspend(() => {
        const before = taken
        return Effect.flatMap(Effect.timeoutOption(Deferred.await(seen), budget), (done) => {
          if (done._tag === "Some") return Effect.void
          if (taken > before) return waitFor(seen)
          givenUp = true
          return Effect.logWarning(
            `onEvent took longer than ${Duration.format(budget)} for one event and is given up: it misses the last events of the run`
          )
        })
      })
    return {
      offer: (event) => {
        if (event._tag !== "AgentProgress" || sizeOf(queue) < maxWaiting) queue.unsafeOffer(clean(event))
      },
      drain: Effect.gen(function* () {
        const seen = yield* Deferred.make<void>()
        yield* Queue.offer(queue, { _tag: "Drain", seen })
        yield* waitFor(seen)
      })
    }
  })

const sizeOf = <A>(queue: Queue.Queue<A>) => {
  const size = queue.unsafeSize()
  return size._tag === "Some" ? size.value : 0
}
