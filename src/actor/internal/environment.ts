/**
 * What a cell needs of the system it lives in.
 */
import type { Context, Effect, Fiber, FiberRefs } from "effect"
import type { FairScheduler } from "../FairScheduler.ts"
import type { Sender } from "./attachment.ts"
import type { Carrying } from "./carried.ts"
import type { Changes } from "./changes.ts"
import type { ActiveFaults } from "./faults.ts"
import type { GivenUp } from "./givenUp.ts"
import type { IdleWorkers } from "./idleWorkers.ts"
import type { Log } from "./log.ts"
import type { Recorder } from "./recorder.ts"
import type { StuckHandlers } from "./stuckHandlers.ts"
import type { Timers } from "./timers.ts"

export interface Environment {
  readonly scheduler: FairScheduler
  readonly timers: Timers
  /** What messages bring of their senders' FiberRefs. */
  readonly carrying: Carrying
  readonly deadLetters: Recorder
  /** Whether every message gets a span. */
  readonly tracing: boolean
  /** Whether an asker may be answered in its own turn: nobody traces, and no fault plan stands in between. */
  readonly inline: boolean
  /** How long a tell from inside a handler waits for room. */
  readonly tellTimeoutMillis: number
  /** Where observers hear of lives. */
  readonly changes: Changes
  readonly givenUp: GivenUp
  readonly stuckHandlers: StuckHandlers
  readonly idleWorkers: IdleWorkers
  /** Set once, when the system begins to stop: nothing new is activated. */
  readonly stopping: boolean
  /** Milliseconds since the system began, looked up at most once per turn of the event loop. */
  readonly coarseMillis: () => number
  /** What people are told of a time of `timers`: epoch milliseconds, by the wall clock as it stands. */
  readonly epochOf: (millis: number) => number
  /** Runs an Effect in a fiber of its own, on the shared scheduler, at once unless other work is too deep inside of other work. */
  readonly fork: (
    effect: Effect.Effect<unknown, unknown>,
    context?: Context.Context<never>,
    refs?: FiberRefs.FiberRefs
  ) => Fiber.RuntimeFiber<unknown, unknown>
  /** Logs a line as the program does that built the system; costs nothing where nobody listens. */
  readonly log: Log
  readonly senderOf: (fiber: Fiber.RuntimeFiber<unknown, unknown>) => Sender | undefined
  /** What goes wrong in a test; none elsewhere. */
  readonly faults: ActiveFaults | undefined
  /** A number in 0…1 from Effect's `Random`, which can be seeded. */
  readonly random: () => number
}
