/**
 * What all actors of one system in this process share: the scheduler, the timers, the registry, the counters.
 */
import {
  Context,
  Duration,
  Effect,
  FiberId,
  FiberRef,
  type FiberRefs,
  Option,
  PubSub,
  Runtime,
  type Scope
} from "effect"
import * as DefaultServices from "effect/DefaultServices"
import { Tracer } from "effect/Tracer"
import type { ActorChange } from "../ActorChange.ts"
import { ActorContext } from "../ActorContext.ts"
import type { ActorType } from "../ActorRef.ts"
import type { Behavior } from "../Behavior.ts"
import * as FairScheduler from "../FairScheduler.ts"
import * as Strategy from "../Strategy.ts"
import type { Sender } from "./attachment.ts"
import { Carrying } from "./carried.ts"
import { type Cell, type Kind, stopped } from "./cell.ts"
import { Changes } from "./changes.ts"
import { mismatch } from "./effectInternals/layout.ts"
import { elapsedMillis } from "./elapsed.ts"
import type { Environment } from "./environment.ts"
import { Faults } from "./faults.ts"
import { GivenUp } from "./givenUp.ts"
import { IdleWorkers } from "./idleWorkers.ts"
import { logOf } from "./log.ts"
import { Recorder } from "./recorder.ts"
import type { Residents } from "./residents.ts"
import { StuckHandlers } from "./stuckHandlers.ts"
import { Supervisor } from "./supervisor.ts"
import { Timers } from "./timers.ts"

/** A type that a Layer has provided, and its actors. */
export interface Registration {
  readonly definition: ActorType.Any
  readonly behavior: Behavior
  /** What its roots are, and its children. */
  readonly root: Kind
  readonly child: Kind
  readonly residents: Residents<Cell>
  /** Supervises its roots, each by itself. */
  readonly guardian: Supervisor<Cell>
  /** All of its actors, roots and children. */
  readonly cells: Set<Cell>
  /** Its Layer is being closed. */
  closing: boolean
  /** The system is closing and has come to its roots: none is activated any more. */
  rootsEnd: boolean
}

export interface Past {
  handled: number
  failed: number
  restarts: number
}

export interface LocalSystem extends Environment {
  readonly name: string
  readonly askTimeoutMillis: number
  /** Of actors that were spawned without one of their own. */
  readonly stopBudgetMillis: number
  readonly registrations: Map<string, Registration>
  /** Children of no actor: spawned by a host, which owns them by its scope. Each is supervised by itself. */
  readonly hosted: Supervisor<Cell>
  /** What the actors did that have ended, by the span name of their type: of those there are as many as in the program. */
  readonly past: Map<string, Past>
  /** Whether payloads are checked where they are sent. */
  readonly validate: boolean
  stopping: boolean
}

export interface Settings {
  readonly name: string
  readonly scheduler: FairScheduler.FairScheduler | undefined
  readonly tracing: boolean | undefined
  readonly tellTimeoutMillis: number
  readonly askTimeoutMillis: number
  readonly stopBudgetMillis: number
  readonly stuckAfterMillis: number
  readonly deadLetters: number
  readonly quarantine: number
  readonly givenUp: number
  readonly changes: number
  readonly validate: boolean
  readonly transactions: ReadonlyArray<string>
}

/** Supervises those who have no parent: each by itself, and with nobody above to escalate to. */
export const guardian = (
  { random, timers }: Pick<Environment, "random" | "timers">,
  children?: Map<string, Cell>
): Supervisor<Cell> =>
  new Supervisor(
    Strategy.oneForOne(),
    {
      now: timers.now,
      after: (millis, wake) => timers.after(millis, wake),
      random,
      shutdown: () => {},
      escalate: () => {}
    },
    children
  )

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
    const wallMillis = () => clock.unsafeCurrentTimeMillis()
    const elapsed = elapsedMillis(clock)
    const fork = (
      effect: Effect.Effect<unknown, unknown>,
      context: Context.Context<never> = runtime.context,
      fiberRefs: FiberRefs.FiberRefs = runtime.fiberRefs
    ) =>
      scheduler.deeper(() =>
        Runtime.runFork(Runtime.make({ ...runtime, context, fiberRefs }), effect, {
          scheduler,
          immediate: scheduler.mayStartNow
        })
      )
    const log = logOf(runtime.fiberRefs, fork)
    if (mismatch !== undefined) {
      log(
        "Warning",
        `The installed Effect differs from 3.22 in ${mismatch}: actors use its public API only, and messages cost more. Install effect 3.22, or update Troupe.`
      )
    }
    const sleep = (millis: number, wake: () => void) => {
      const fiber = fork(Effect.zipRight(clock.sleep(Duration.millis(millis)), Effect.sync(wake)))
      return () => fiber.unsafeInterruptAsFork(FiberId.none)
    }
    const timers = new Timers(sleep, elapsed)
    const tracing = settings.tracing ?? tracer !== Context.get(DefaultServices.liveServices, Tracer)
    const faults = Option.getOrUndefined(yield* Effect.serviceOption(Faults))
    const coarseMillis = coarseClock(scheduler, elapsed)
    const changes = new Changes(yield* PubSub.sliding<ActorChange>(settings.changes), wallMillis)
    const registrations = new Map<string, Registration>()
    const stuckHandlers = new StuckHandlers(
      settings.stuckAfterMillis,
      () => cellsOf(registrations),
      { scheduler, timers, coarseMillis, log },
      changes
    )
    const chance = () => Effect.runSync(random.next)
    const system: LocalSystem = {
      name: settings.name,
      scheduler,
      timers,
      carrying: new Carrying(runtime.fiberRefs, settings.transactions),
      deadLetters: new Recorder(settings.deadLetters, settings.quarantine, wallMillis, log),
      changes,
      givenUp: new GivenUp(settings.givenUp, log),
      stuckHandlers,
      idleWorkers: new IdleWorkers({ scheduler, timers, coarseMillis }),
      tracing,
      // A fault may take the message in hand away, which an asker that is answered in its own turn would not notice.
      inline: !tracing && (faults === undefined || faults.isEmpty),
      tellTimeoutMillis: settings.tellTimeoutMillis,
      askTimeoutMillis: settings.askTimeoutMillis,
      stopBudgetMillis: settings.stopBudgetMillis,
      validate: settings.validate,
      registrations,
      hosted: guardian({ timers, random: chance }),
      past: new Map(),
      stopping: false,
      coarseMillis,
      epochOf: (millis) => Math.round(wallMillis() + millis - elapsed()),
      fork,
      log,
      faults,
      senderOf: (fiber) =>
        // Nobody but a cell puts that into a fiber's context, and what it puts there is a `CellContext`.
        (fiber.currentContext.unsafeMap.get(ActorContext.key) as { readonly sender: Sender } | undefined)?.sender,
      random: chance
    }
    yield* Effect.addFinalizer(() =>
      Effect.zipRight(
        stopAll(system),
        Effect.sync(() => timers.close())
      )
    )
    return system
  })

/**
 * Ends all actors, and activates none any more. What was made later may build upon what was there before, and is stopped
 * before it: the children of hosts, last spawned first, then the roots of one type after the other, last registered first.
 * Children are stopped by their parents.
 */
export const stopAll = (system: LocalSystem): Effect.Effect<void> => {
  const hosted = Effect.suspend(() =>
    Effect.forEach(runsOfOneType([...system.hosted].reverse()), stopTogether, { discard: true })
  )
  const typeByType = Effect.suspend(() =>
    Effect.forEach(
      [...system.registrations.values()].reverse(),
      (registration) => {
        registration.rootsEnd = true
        return stopTogether([...registration.residents.roots.values()].reverse())
      },
      { discard: true }
    )
  )
  const rest = Effect.suspend(() => {
    system.stopping = true
    const roots = [...system.registrations.values()].flatMap(({ residents }) => [...residents.roots.values()])
    return stopTogether([...roots, ...system.hosted].reverse())
  })
  return Effect.zipRight(Effect.zipRight(hosted, typeByType), rest)
}

const stopTogether = (cells: ReadonlyArray<Cell>): Effect.Effect<void> =>
  Effect.forEach(cells, (cell) => stopped(cell), { discard: true, concurrency: "unbounded" })

/** Neighbours of one type: they seldom build upon each other, and a thousand of them must not stop one by one. */
const runsOfOneType = (cells: ReadonlyArray<Cell>): ReadonlyArray<ReadonlyArray<Cell>> => {
  const runs: Array<Array<Cell>> = []
  for (const cell of cells) {
    const run = runs.at(-1)
    if (run?.[0]?.type === cell.type) run.push(cell)
    else runs.push([cell])
  }
  return runs
}

function* cellsOf(registrations: ReadonlyMap<string, Registration>): Iterable<Cell> {
  for (const { cells } of registrations.values()) yield* cells
}

/** The same in whole milliseconds, looked up once per turn of the event loop while there is work. */
const coarseClock = (scheduler: FairScheduler.FairScheduler, elapsed: () => number): (() => number) => {
  let turn = -1
  let millis = 0
  return () => {
    if (scheduler.isInTurn && scheduler.turns === turn) return millis
    millis = Math.round(elapsed())
    turn = scheduler.turns
    return millis
  }
}
