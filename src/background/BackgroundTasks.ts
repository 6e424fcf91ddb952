/**
 * Work that is started now and asked about later, by a name that says what it is.
 *
 * Two parties may want the same slow thing, and neither should know of the other: whoever comes first starts it, whoever
 * comes later under the same id joins it. The fibers belong to the layer, so they outlive the fiber that started them and
 * end with the program. What is known of finished work is bounded: the table forgets the oldest first.
 *
 * It is not a queue: nothing waits to be started, and nothing is kept after this process has ended.
 *
 * @since 0.1.0
 */
import { Cause, Clock, Context, Data, Deferred, Effect, Exit, Layer, Option } from "effect"

/**
 * Where a task stands. `pending`: taken in, its fiber has not begun. `failed`: it ended with an error, a defect or by
 * interruption; `wait` tells which.
 *
 * @since 0.1.0
 * @category models
 */
export type State = "pending" | "running" | "completed" | "failed"

/**
 * @since 0.1.0
 * @category models
 */
export interface Status {
  readonly id: string
  readonly state: State
  /** Milliseconds since the epoch. */
  readonly startedAtMillis: number
  /** Absent until it has ended. */
  readonly endedAtMillis: number | undefined
}

/**
 * A task in hand.
 *
 * @since 0.1.0
 * @category models
 */
export interface Task<A, E> {
  readonly id: string
  readonly status: Effect.Effect<Status>
  /**
   * The task's own result, as often as one asks. Interrupting the wait does not touch the task; put `Effect.timeout`
   * around it to wait for a while only. A task that was interrupted interrupts whoever waits.
   */
  readonly wait: Effect.Effect<A, E>
}

/**
 * As many tasks as the table holds are at work, so that no finished one can make room.
 *
 * @since 0.1.0
 * @category errors
 */
export class BackgroundTasksFull extends Data.TaggedError("BackgroundTasksFull")<{
  readonly id: string
  readonly limit: number
}> {
  override get message() {
    return `${this.id} was not started, ${this.limit} task(s) are at work: wait for one of them, or raise "limit".`
  }
}

/**
 * No task of this id is known: it was never started, or it has ended and been forgotten.
 *
 * @since 0.1.0
 * @category errors
 */
export class BackgroundTaskUnknown extends Data.TaggedError("BackgroundTaskUnknown")<{ readonly id: string }> {
  override get message() {
    return `No task ${this.id} is known: it was never started, or it ended and has been forgotten.`
  }
}

/**
 * @since 0.1.0
 * @category services
 */
export class BackgroundTasks extends Context.Tag("troupe/BackgroundTasks")<
  BackgroundTasks,
  {
    /**
     * Starts the effect, or joins the task of the same id, whether it still runs or has ended; returns at once. A task
     * that crashed or was interrupted has no result to share: it is started anew, or else who restarts after the crash
     * would meet the same one again. One id stands for one piece of work and so for one type of result: put everything
     * that decides the work into it.
     */
    readonly start: <A, E, R>(
      id: string,
      effect: Effect.Effect<A, E, R>
    ) => Effect.Effect<Task<A, E>, BackgroundTasksFull, R>
    readonly status: (id: string) => Effect.Effect<Status, BackgroundTaskUnknown>
    /** How the task ended, once it has. {@link Task.wait} knows the types as well. */
    readonly wait: (id: string) => Effect.Effect<Exit.Exit<unknown, unknown>, BackgroundTaskUnknown>
    /** All that is known, oldest first. */
    readonly all: Effect.Effect<ReadonlyArray<Status>>
  }
>() {
  /** In this process. `limit`: tasks known at once, running or ended; default `256`, at least 1. */
  static readonly layer = (options?: { readonly limit?: number | undefined }): Layer.Layer<BackgroundTasks> =>
    Layer.scoped(this, make(Math.max(1, options?.limit ?? 256)))
}

interface Entry {
  status: Status
  /** It ended without a result of its own: by a defect or an interruption. */
  broken: boolean
  // The exit is a value here, so that waiting for a failed task does not fail the one who only looks.
  readonly ended: Deferred.Deferred<Exit.Exit<unknown, unknown>>
}

const make = Effect.fnUntraced(function* (limit: number) {
  const scope = yield* Effect.scope
  // In the order of their starts. Changed only in synchronous steps below, hence without a lock.
  const entries = new Map<string, Entry>()

  const makeRoom = () => {
    if (entries.size < limit) return true
    for (const [id, entry] of entries) {
      if (entry.status.endedAtMillis !== undefined) return entries.delete(id)
    }
    return false
  }

  const begin = <A, E, R>(entry: Entry, effect: Effect.Effect<A, E, R>) =>
    Effect.suspend(() => {
      entry.status = { ...entry.status, state: "running" }
      return effect
    }).pipe(
      // Interruptible inside the end, not around it: interrupted before its first step, a task still ends in the table.
      Effect.interruptible,
      Effect.onExit((exit) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => {
          entry.status = { ...entry.status, state: Exit.isSuccess(exit) ? "completed" : "failed", endedAtMillis: now }
          entry.broken = Exit.isFailure(exit) && Option.isNone(Cause.failureOption(exit.cause))
          return Deferred.succeed(entry.ended, exit)
        })
      )
    )

  const task = <A, E>(entry: Entry): Task<A, E> => ({
    id: entry.status.id,
    status: Effect.sync(() => entry.status),
    // The cast is the contract of `start`: one id, one type.
    wait: Effect.flatten(Deferred.await(entry.ended) as Effect.Effect<Exit.Exit<A, E>>)
  })

  const start = <A, E, R>(id: string, effect: Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const ended = yield* Deferred.make<Exit.Exit<unknown, unknown>>()
      const known = entries.get(id)
      if (known !== undefined && !known.broken) return task<A, E>(known)
      entries.delete(id)
      if (!makeRoom()) return yield* new BackgroundTasksFull({ id, limit })
      const status: Status = { id, state: "pending", startedAtMillis: now, endedAtMillis: undefined }
      const entry: Entry = { status, broken: false, ended }
      entries.set(id, entry)
      yield* Effect.forkIn(begin(entry, effect), scope)
      return task<A, E>(entry)
      // Uninterruptible, and so the fiber begins: no entry stands in the table without a fiber to end it.
    }).pipe(Effect.uninterruptible)

  const find = (id: string) =>
    Effect.suspend(() => {
      const entry = entries.get(id)
      return entry === undefined ? Effect.fail(new BackgroundTaskUnknown({ id })) : Effect.succeed(entry)
    })

  return BackgroundTasks.of({
    start,
    status: (id) => Effect.map(find(id), (entry) => entry.status),
    wait: (id) => Effect.flatMap(find(id), (entry) => Deferred.await(entry.ended)),
    all: Effect.sync(() => [...entries.values()].map((entry) => entry.status))
  })
})
