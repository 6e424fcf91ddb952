/**
 * What a cell needs of the system it lives in.
 */
import type { Effect, Fiber } from "effect"
import type { Recorder } from "../DeadLetters.ts"
import type { FairScheduler } from "../FairScheduler.ts"
import type { Sender } from "./attachment.ts"
import type { Timers } from "./timers.ts"

export interface Environment {
  readonly scheduler: FairScheduler
  readonly timers: Timers
  readonly deadLetters: Recorder
  /** Whether every message gets a span. */
  readonly tracing: boolean
  readonly tellTimeoutMillis: number
  readonly stopBudgetMillis: number
  /** Set once, when the system begins to stop: nothing new is activated. */
  readonly stopping: boolean
  readonly fork: (effect: Effect.Effect<unknown, unknown>) => Fiber.RuntimeFiber<unknown, unknown>
  readonly log: (line: Effect.Effect<void>) => void
  readonly senderOf: (fiber: Fiber.RuntimeFiber<unknown, unknown>) => Sender | undefined
  /** A number in 0…1 from Effect's `Random`, which can be seeded. */
  readonly random: () => number
}
