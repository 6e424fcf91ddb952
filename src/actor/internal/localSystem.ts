/**
 * What all actors of one system in this process share: the scheduler, the timers, the registry, the counters.
 */
import { Context, Duration, Effect, FiberId, FiberRef, Option, Runtime, type Scope } from "effect"
import * as DefaultServices from "effect/DefaultServices"
import { Tracer } from "effect/Tracer"
import { ActorContext } from "../ActorContext.ts"
import type { Behavior } from "../Behavior.ts"
import { Recorder } from "../DeadLetters.ts"
import * as FairScheduler from "../FairScheduler.ts"
import type { Sender } from "./attachment.ts"
import { type Cell, stopped } from "./cell.ts"
import type { Environment } from "./environment.ts"
import { Faults } from "./faults.ts"
import type { Sending } from "./localRef.ts"
import { Timers } from "./timers.ts"

/** A type that a Layer has provided, and its living roots. */
export interface Registration {
  readonly behavior: Behavior
  readonly protocol: Sending
  readonly roots: Map<string, Cell>
  /** All of its actors, roots and children. */
  readonly cells: Set<Cell>
  /** Its Layer is being closed. */
  closing: boolean
}

export interface LocalSystem extends Environment {
  readonly name: string
  readonly askTimeoutMillis: number
  readonly registrations: Map<string, Registration>
  /** Children of no actor: spawned by a host, which owns them by its scope. */
  readonly hosted: Map<string, Cell>
  stopping: boolean
}

export interface Settings {
  readonly name: string
  readonly scheduler: FairScheduler.FairScheduler | undefined
  readonly tracing: boolean | undefined
  readonly tellTimeout: Duration.Duration
  readonly askTimeout: Duration.Duration
  readonly stopBudget: Duration.Duration
  readonly deadLetters: number
  readonly quarantine: number
}

/** Closing the scope stops all actors. */
export const make = (settings: Settings): Effect.Effect<LocalSystem, never, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Effect.clock
    const random = yield* Effect.random
    const tracer = yield* Effect.tracer
    const runtime = yield* Effect.runtime<never>()
    const around = yield* FiberRef.get(FiberRef.currentScheduler)
    const scheduler =
      settings.scheduler ?? (around instanceof FairScheduler.FairScheduler ? around : FairScheduler.make())
    const now = () => clock.unsafeCurrentTimeMillis()
    const fork = (effect: Effect.Effect<unknown, unknown>, context?: Context.Context<never>) =>
      scheduler.deeper(() =>
        Runtime.runFork(context === undefined ? runtime : Runtime.make({ ...runtime, context }), effect, {
          scheduler,
          immediate: scheduler.mayStartNow
        })
      )
    const log = (line: Effect.Effect<void>) => void fork(line)
    const sleep = (millis: number, wake: () => void) => {
      const fiber = fork(Effect.zipRight(clock.sleep(Duration.millis(millis)), Effect.sync(wake)))
      return () => fiber.unsafeInterruptAsFork(FiberId.none)
    }
    const timers = new Timers(sleep, now)
    const tracing = settings.tracing ?? tracer !== Context.get(DefaultServices.liveServices, Tracer)
    const faults = Option.getOrUndefined(yield* Effect.serviceOption(Faults))
    const system: LocalSystem = {
      name: settings.name,
      scheduler,
      timers,
      deadLetters: new Recorder(settings.deadLetters, settings.quarantine, now, log),
      tracing,
      // A fault may take the message in hand away, which an asker that is answered in its own turn would not notice.
      inline: !tracing && (faults === undefined || faults.isEmpty),
      tellTimeoutMillis: Duration.toMillis(settings.tellTimeout),
      askTimeoutMillis: Duration.toMillis(settings.askTimeout),
      stopBudgetMillis: Duration.toMillis(settings.stopBudget),
      registrations: new Map(),
      hosted: new Map(),
      stopping: false,
      coarseMillis: coarseClock(scheduler, now),
      fork,
      log,
      faults,
      senderOf: (fiber) =>
        (fiber.currentContext.unsafeMap.get(ActorContext.key) as { readonly sender: Sender } | undefined)?.sender,
      random: () => Effect.runSync(random.next)
    }
    yield* Effect.addFinalizer(() =>
      Effect.suspend(() => {
        system.stopping = true
        const roots = [...system.registrations.values()].flatMap((registration) => [...registration.roots.values()])
        const stopAll = Effect.forEach([...roots, ...system.hosted.values()].reverse(), (cell) => stopped(cell), {
          discard: true,
          concurrency: "unbounded"
        })
        return Effect.zipRight(
          stopAll,
          Effect.sync(() => timers.close())
        )
      })
    )
    return system
  })

/** Whole milliseconds since now, read from the clock once per turn of the event loop while there is work. */
const coarseClock = (scheduler: FairScheduler.FairScheduler, now: () => number): (() => number) => {
  const began = now()
  let turn = -1
  let millis = 0
  return () => {
    if (scheduler.isInTurn && scheduler.turns === turn) return millis
    millis = Math.round(now() - began)
    turn = scheduler.turns
    return millis
  }
}
