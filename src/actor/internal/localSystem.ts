/**
 * What all actors of one system in this process share: the scheduler, the timers, the registry, the counters.
 */
import { Context, Duration, Effect, Exit, Fiber, FiberRef, FiberSet, Scope } from "effect"
import * as DefaultServices from "effect/DefaultServices"
import { Tracer } from "effect/Tracer"
import { ActorContext } from "../ActorContext.ts"
import type { Behavior } from "../Behavior.ts"
import { Recorder } from "../DeadLetters.ts"
import * as FairScheduler from "../FairScheduler.ts"
import type { Sender } from "./attachment.ts"
import { type Cell, stopped } from "./cell.ts"
import type { Environment } from "./environment.ts"
import type { Protocol } from "./localRef.ts"
import { Timers } from "./timers.ts"

/** A type that a Layer has provided, and its living roots. */
export interface Registration {
  readonly behavior: Behavior
  readonly protocol: Protocol
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
}

/** Closing the scope stops all actors, then whatever fiber is left. */
export const make = (settings: Settings): Effect.Effect<LocalSystem, never, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Effect.clock
    const random = yield* Effect.random
    const tracer = yield* Effect.tracer
    const around = yield* FiberRef.get(FiberRef.currentScheduler)
    const scheduler =
      settings.scheduler ?? (around instanceof FairScheduler.FairScheduler ? around : FairScheduler.make())
    const fibers = yield* Scope.make()
    const run = yield* Scope.extend(FiberSet.makeRuntime<never>(), fibers)
    const now = () => clock.unsafeCurrentTimeMillis()
    const log = (line: Effect.Effect<void>) => void run(line, { scheduler })
    const sleep = (millis: number, wake: () => void) => {
      const fiber = run(Effect.zipRight(clock.sleep(Duration.millis(millis)), Effect.sync(wake)), { scheduler })
      return () => fiber.unsafeInterruptAsFork(fiber.id())
    }
    const system: LocalSystem = {
      name: settings.name,
      scheduler,
      timers: new Timers(sleep, now),
      deadLetters: new Recorder(settings.deadLetters, now, log),
      tracing: settings.tracing ?? tracer !== Context.get(DefaultServices.liveServices, Tracer),
      tellTimeoutMillis: Duration.toMillis(settings.tellTimeout),
      askTimeoutMillis: Duration.toMillis(settings.askTimeout),
      stopBudgetMillis: Duration.toMillis(settings.stopBudget),
      registrations: new Map(),
      hosted: new Map(),
      stopping: false,
      fork: (effect) => run(effect, { scheduler }),
      log,
      senderOf: (fiber) =>
        (fiber.currentContext.unsafeMap.get(ActorContext.key) as { readonly sender: Sender } | undefined)?.sender,
      random: () => Effect.runSync(random.next)
    }
    // A fiber that does not let itself be interrupted must not hold up the program's end either.
    const closeFibers = Effect.flatMap(Effect.forkDaemon(Scope.close(fibers, Exit.void)), (closing) =>
      Effect.raceFirst(
        Effect.interruptible(Fiber.await(closing)),
        Effect.interruptible(clock.sleep(settings.stopBudget))
      )
    )
    yield* Effect.addFinalizer(() =>
      Effect.suspend(() => {
        system.stopping = true
        const roots = [...system.registrations.values()].flatMap((registration) => [...registration.roots.values()])
        const stopAll = Effect.forEach([...roots, ...system.hosted.values()].reverse(), stopped, {
          discard: true,
          concurrency: "unbounded"
        })
        return Effect.zipRight(stopAll, closeFibers)
      })
    )
    return system
  })
