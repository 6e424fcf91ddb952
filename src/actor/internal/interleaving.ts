/**
 * One run of a program under one seed, and the search for a smaller run that fails as well.
 *
 * A run is driven by hand, one task after the other, on a seeded scheduler and a virtual clock. Time passes only when
 * nothing is ready. Before that the event loop gets a turn, so that promises that are resolved already are not overtaken by
 * the clock; nothing else is waited for.
 */
import { Effect, Exit, type Fiber, Random, Runtime } from "effect"
import type { FaultPlan } from "../FaultPlan.ts"
import { ActiveFaults } from "./faults.ts"
import { SeededScheduler } from "./seededScheduler.ts"
import { VirtualClock } from "./virtualClock.ts"

/** What decides a run. */
export interface Run {
  readonly seed: number
  readonly decisions: number
  readonly faults: FaultPlan
}

/** `stalled`: nothing is ready and no timer is set. `endless`: it has run more tasks than it was allowed. */
type Obstacle = "stalled" | "endless"

/** A run and how it went. */
export interface Attempt<A, E> {
  readonly run: Run
  readonly exit: Exit.Exit<A, E>
  readonly journal: ReadonlyArray<string>
  /** Decisions made. */
  readonly decided: number
  readonly signature: number
  /** Faults that struck. */
  readonly struck: number
}

/** Runs `program` once; `obstacle` says what its exit is if it does not end. */
export const once = <A, E, R>(
  program: (faults: ActiveFaults) => Effect.Effect<A, E, R>,
  run: Run,
  maxTasks: number,
  obstacle: (what: Obstacle) => Exit.Exit<never, E>
): Effect.Effect<Attempt<A, E>, never, R> =>
  Effect.flatMap(Effect.runtime<R>(), (runtime) =>
    Effect.async((resume) => {
      const scheduler = new SeededScheduler(run.seed, run.decisions, true)
      const clock = new VirtualClock()
      const faults = new ActiveFaults(run.faults)
      const whole = Effect.suspend(() => program(faults)).pipe(
        Effect.withClock(clock),
        Effect.withRandom(Random.make(run.seed))
      )
      const fiber = Runtime.runFork(runtime)(whole, { scheduler, immediate: false })
      const drive = (done: (outcome: Exit.Exit<A, E> | Obstacle) => void) =>
        driven(fiber, scheduler, clock, maxTasks, done)
      drive((outcome) => {
        const attempt: Attempt<A, E> = {
          run,
          exit: typeof outcome === "string" ? obstacle(outcome) : outcome,
          journal: faults.journal,
          decided: scheduler.decisions,
          signature: scheduler.signature,
          struck: faults.struck
        }
        if (typeof outcome !== "string") return resume(Effect.succeed(attempt))
        // What it holds of the world outside is given back, as far as it lets itself be interrupted.
        fiber.unsafeInterruptAsFork(fiber.id())
        drive(() => resume(Effect.succeed(attempt)))
      })
    })
  )

const driven = <A, E>(
  fiber: Fiber.RuntimeFiber<A, E>,
  scheduler: SeededScheduler,
  clock: VirtualClock,
  maxTasks: number,
  done: (outcome: Exit.Exit<A, E> | Obstacle) => void
): void => {
  let left = maxTasks
  let turned = false
  const go = (): void => {
    for (;;) {
      let ran: number
      try {
        ran = scheduler.runReady(left)
      } catch (defect) {
        // Thrown past all fibers: a mistake in the runtime itself.
        return done(Exit.die(defect))
      }
      left -= ran
      // What it left in the background has run as well, until it waits for the clock.
      const exit = fiber.unsafePoll()
      if (exit !== null) return done(exit)
      if (left === 0) return done("endless")
      if (ran > 0) turned = false
      if (!turned) {
        turned = true
        setImmediate(go)
        return
      }
      if (!clock.advance()) return done("stalled")
    }
  }
  go()
}

/** Fewer faults, fewer decisions, earlier points: as long as the run fails. Spends at most `shrinks` runs. */
export const smallest = <E, R>(
  found: Attempt<unknown, E>,
  attempt: (run: Run) => Effect.Effect<Attempt<unknown, E>, never, R>,
  shrinks: number
): Effect.Effect<Attempt<unknown, E>, never, R> =>
  Effect.gen(function* () {
    let best = found
    let left = shrinks
    const stillFails = (change: Partial<Run>) =>
      Effect.gen(function* () {
        if (left-- <= 0) return false
        const again = yield* attempt({ ...best.run, ...change })
        if (Exit.isFailure(again.exit)) best = again
        return Exit.isFailure(again.exit)
      })
    for (let index = 0; index < best.run.faults.length; ) {
      const faults = best.run.faults.filter((_, at) => at !== index)
      if (!(yield* stillFails({ faults }))) index++
    }
    // Not monotone: more decisions may pass where fewer fail. Halving finds a small number all the same, and that one fails.
    let least = 0
    let most = best.decided
    while (least < most) {
      const middle = (least + most) >> 1
      if (yield* stillFails({ decisions: middle })) most = middle
      else least = middle + 1
    }
    for (let index = 0; index < best.run.faults.length; index++) {
      for (let nth = (best.run.faults[index]!.nth ?? 1) - 1; nth > 0; nth--) {
        const faults = best.run.faults.map((fault, at) => (at === index ? { ...fault, nth } : fault))
        if (!(yield* stillFails({ faults }))) break
      }
    }
    return best
  })
