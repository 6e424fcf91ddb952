/**
 * A system on a clock of its own, for properties that run hundreds of times.
 *
 * TestClock waits some real milliseconds with each step, to see fibers come to rest. Here nothing but actors runs, in
 * microtasks and `setImmediate`, so that a few turns of the event loop are rest.
 */
import { Clock, type Context, Duration, Effect, Layer, Logger, Random, type Scope } from "effect"
import type { ActorSystem, LocalActorSystem, Options } from "../../src/actor/ActorSystem.ts"
import * as Systems from "../../src/actor/ActorSystem.ts"
import type { DeadLetters } from "../../src/actor/DeadLetters.ts"
import type { Shutdown } from "../../src/actor/Shutdown.ts"

export class ManualClock implements Clock.Clock {
  readonly [Clock.ClockTypeId]: Clock.ClockTypeId = Clock.ClockTypeId
  private millis = 0
  /** What the wall clock is off by: somebody sets it, and no time passes. */
  wallOffset = 0
  private sleepers: Array<{ readonly at: number; readonly wake: () => void }> = []
  readonly scheduler: Clock.ClockScheduler = {
    unsafeSchedule: () => {
      throw new Error("not used by the runtime")
    }
  }
  unsafeCurrentTimeMillis(): number {
    return this.millis + this.wallOffset
  }
  unsafeCurrentTimeNanos(): bigint {
    return BigInt(Math.round(this.millis * 1e6))
  }
  readonly currentTimeMillis = Effect.sync(() => this.unsafeCurrentTimeMillis())
  readonly currentTimeNanos = Effect.sync(() => this.unsafeCurrentTimeNanos())

  sleep(duration: Duration.Duration): Effect.Effect<void> {
    return Effect.async((resume) => {
      const sleeper = { at: this.millis + Duration.toMillis(duration), wake: () => resume(Effect.void) }
      this.sleepers.push(sleeper)
      return Effect.sync(() => {
        this.sleepers = this.sleepers.filter((other) => other !== sleeper)
      })
    })
  }

  /** Moves the clock, waking sleepers in order of their times and letting all come to rest between two of them. */
  readonly advance = (millis: number): Effect.Effect<void> =>
    Effect.gen(this, function* () {
      const until = this.millis + millis
      yield* rest
      for (;;) {
        const next = this.sleepers.reduce((least, sleeper) => Math.min(least, sleeper.at), Number.POSITIVE_INFINITY)
        if (next > until) break
        this.millis = Math.max(this.millis, next)
        const due = this.sleepers.filter((sleeper) => sleeper.at <= this.millis)
        this.sleepers = this.sleepers.filter((sleeper) => sleeper.at > this.millis)
        for (const sleeper of due) sleeper.wake()
        yield* rest
      }
      this.millis = until
    })
}

const turn = Effect.async<void>((resume) => void setImmediate(() => resume(Effect.void)))

/** Everything that can run has run. */
export const rest: Effect.Effect<void> = Effect.zipRight(turn, turn)

export type Services = ActorSystem | LocalActorSystem | DeadLetters | Shutdown | Scope.Scope

/** Runs a program in a fresh system; `clock` is the only thing that moves time. */
export const run = <A, E>(
  program: (clock: ManualClock) => Effect.Effect<A, E, Services>,
  options?: Options,
  logger?: Logger.Logger<unknown, unknown>
): Promise<A> => {
  const clock = new ManualClock()
  return Effect.runPromise(
    program(clock).pipe(
      Effect.provide(Systems.layer({ tracing: false, ...options })),
      Effect.scoped,
      // A stop that waits for its budget would wait for ever on a clock that stands still.
      (effect) => Effect.raceFirst(effect, Effect.zipRight(watchdog, Effect.die("nothing moves any more"))),
      Effect.withClock(clock),
      (effect) => (options?.scheduler === undefined ? effect : Effect.withScheduler(effect, options.scheduler)),
      Effect.withRandom(Random.make("troupe")),
      Effect.provide(
        logger === undefined ? Logger.remove(Logger.defaultLogger) : Logger.replace(Logger.defaultLogger, logger)
      )
    )
  )
}

/** On the real clock: it ends what hangs, also where the test's own clock stands still. */
const watchdog = Effect.async<void>((resume) => {
  const timer = setTimeout(() => resume(Effect.void), 10_000)
  return Effect.sync(() => clearTimeout(timer))
})

/** Provides behaviour for the rest of the scope. */
export const provided = <R>(
  layer: Layer.Layer<never, never, R>
): Effect.Effect<Context.Context<never>, never, R | Scope.Scope> => Layer.build(layer)

/** The living actors, as an observer sees them. */
export const snapshots = Effect.flatMap(Systems.LocalActorSystem, (local) => local.snapshot)
