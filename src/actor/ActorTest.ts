/**
 * What tests of actors need: a system, stand-ins that record what they receive, a way to let everything settle, and runs
 * under many interleavings and faults, each of which can be repeated.
 *
 * The system here is the real one. Built under a TestClock it takes its time from that clock, so that back-off, deadlines
 * and budgets pass when the test says so. Logs go where the test's loggers send them.
 *
 * `interleavings` is for what depends on order: it runs one program under many seeds, and each seed decides which of the
 * ready fibers and actors goes on next, and where a fiber is preempted. Time is virtual and passes when nothing is ready.
 *
 * @since 0.1.0
 */
import type * as Rpc from "@effect/rpc/Rpc"
import { Cause, Data, Effect, Exit, Layer, Logger, Option, type Scope, TestClock } from "effect"
import type { Definition, Handlers, HandlersNeed, NoOthers } from "./Actor.ts"
import type { ActorContext } from "./ActorContext.ts"
import type { ActorRef } from "./ActorRef.ts"
import type { ActorSnapshot } from "./ActorSnapshot.ts"
import * as ActorSystem from "./ActorSystem.ts"
import * as Behavior from "./Behavior.ts"
import type { DeadLetters } from "./DeadLetters.ts"
import type { FairScheduler } from "./FairScheduler.ts"
import * as FaultPlan from "./FaultPlan.ts"
import { ActiveFaults, Faults } from "./internal/faults.ts"
import * as Interleaving from "./internal/interleaving.ts"
import { chanceOf, SeededScheduler } from "./internal/seededScheduler.ts"
import type * as Mailbox from "./Mailbox.ts"
import * as Supervision from "./Supervision.ts"

/** One message as a probe saw it. @category models */
export type Received<Rpcs extends Rpc.Any> = Rpcs extends Rpc.Any
  ? { readonly address: string; readonly tag: Rpcs["_tag"]; readonly payload: Rpc.Payload<Rpcs> }
  : never

/** A stand-in for all actors of one type. @category models */
export interface Probe<Rpcs extends Rpc.Any> {
  /** The stand-in at an id. A test rarely needs it: the code under test finds it by its definition's `client`. */
  readonly ref: (id: string) => ActorRef<Rpcs>
  /** What came, oldest first, over all ids: the latest `limit` messages. */
  readonly received: Effect.Effect<ReadonlyArray<Received<Rpcs>>>
  /** Waits until `count` messages have come since the probe was made, and gives `received`. */
  readonly awaitReceived: (count: number) => Effect.Effect<ReadonlyArray<Received<Rpcs>>>
}

/** What `probe` may be given. @category models */
export interface ProbeOptions {
  /** Messages kept; older ones are forgotten but still count for `awaitReceived`. Default `1000`; 0 and more. */
  readonly limit?: number | undefined
  /** Default `Mailbox.bounded()`. */
  readonly mailbox?: Mailbox.Mailbox | undefined
  /** Default `Supervision.resume`. */
  readonly supervision?: Supervision.Supervision | undefined
}

/** What a system for tests may be given. @category models */
export interface Options extends ActorSystem.Options {
  /** What goes wrong in it, and where. Default: nothing. */
  readonly faults?: FaultPlan.FaultPlan | undefined
}

/** What `layer` provides. @category models */
export type Services = ActorSystem.ActorSystem | ActorSystem.LocalActorSystem | DeadLetters

/** Which run it was: all that is needed to repeat it. @category models */
export interface Run {
  readonly seed: number
  /** Scheduling decisions drawn from the seed; after them the oldest ready task always goes first. */
  readonly decisions: number
  readonly faults: FaultPlan.FaultPlan
}

/** What `seeded` is given. @category models */
export interface SeededOptions {
  /** Decides the interleaving and what `Random` gives: a whole number. */
  readonly seed: number
  /** See {@link Run}. Default: without limit. */
  readonly decisions?: number | undefined
  readonly faults?: FaultPlan.FaultPlan | undefined
  /** Options of the system; its `scheduler` is the seed's. */
  readonly system?: Omit<ActorSystem.Options, "scheduler"> | undefined
  /** Tasks (a fiber's run from one wait to the next, an actor's turn) after which a run is endless. Default `1000000`; 1 and more. */
  readonly maxTasks?: number | undefined
}

/** What `interleavings` is given. @category models */
export interface InterleavingsOptions<A, E, R, E2 = never, R2 = never> extends Omit<SeededOptions, "seed" | "faults"> {
  /** Runs once per seed, in a system and a scope of its own. */
  readonly program: Effect.Effect<A, E, R>
  /** Looks at what the program gave: refuses it by throwing, or by an Effect that fails. */
  readonly check?: ((result: A, run: Run) => Effect.Effect<unknown, E2, R2> | void) | undefined
  /** How many seeds, from 0; or which ones. Default `100`. */
  readonly seeds?: number | ReadonlyArray<number> | undefined
  /** One plan for all runs, or one drawn for each; see `FaultPlan.random`. Default: no faults. */
  readonly faults?: FaultPlan.FaultPlan | ((chance: () => number) => FaultPlan.FaultPlan) | undefined
  /** Runs spent on making a failing one smaller. Default `200`; 0 reports it as it was found. */
  readonly shrinks?: number | undefined
}

/** What `interleavings` has seen. @category models */
export interface Seen {
  readonly runs: number
  /** Runs that chose differently from all others; equal choices are equal interleavings. */
  readonly distinct: number
  /** Faults that struck, over all runs. */
  readonly struck: number
}

/**
 * Nothing was ready, no timer was set, and the program had not ended: a deadlock, or a wait for real input or output.
 *
 * @category errors
 */
export class ProgramStalled extends Data.TaggedError("ProgramStalled")<{
  /** The living actors at that time. */
  readonly actors: ReadonlyArray<ActorSnapshot>
}> {
  override get message() {
    const lines = this.actors.map(
      (actor) =>
        `\n  ${actor.address}: ${actor.state}, ${actor.depth} waiting, ${actor.waitingSenders} sender(s) waiting`
    )
    return `The program waits for what nobody will do: nothing is ready and no timer is set. Actors:${lines.join("") || " none"}`
  }
}

/** The program ran more tasks than it was allowed. @category errors */
export class ProgramEndless extends Data.TaggedError("ProgramEndless")<{ readonly maxTasks: number }> {
  override get message() {
    return `The program has not ended after ${this.maxTasks} tasks: find what goes round in it, or raise "maxTasks".`
  }
}

/** A program, or its check, failed under one of its interleavings; `run` is the smallest found that fails. @category errors */
export class InterleavingFailed extends Data.TaggedError("InterleavingFailed")<{
  readonly run: Run
  readonly cause: Cause.Cause<unknown>
  /** Runs that did not fail before this one. */
  readonly passed: number
  /** The latest messages that actors took in hand, and their starts, oldest first. */
  readonly journal: ReadonlyArray<string>
}> {
  override get message() {
    const { decisions, faults, seed } = this.run
    const parts = [
      `seeds: [${seed}]`,
      ...(decisions === Number.POSITIVE_INFINITY ? [] : [`decisions: ${decisions}`]),
      ...(faults.length === 0 ? [] : [`faults: ${FaultPlan.print(faults)}`])
    ]
    const journal = this.journal.slice(-20).map((line) => `\n  ${line}`)
    return `Seed ${seed} fails after ${this.passed} other(s) that did not. To replay it alone give "interleavings" ${parts.join(", ")}.
Latest messages:${journal.join("") || " none"}
${Cause.pretty(this.cause)}`
  }
}

/**
 * The system for tests, with the options of `ActorSystem.layer`. A program that is tested for what it does, not for its
 * spans, is not slowed by a test's tracer: `tracing` is off unless asked for.
 *
 * @category layers
 */
export const layer = (options?: Options): Layer.Layer<Services> =>
  options?.faults === undefined
    ? ActorSystem.layer({ tracing: false, ...options })
    : // Made with the layer: each build of it counts the points of its plan anew.
      Layer.unwrapEffect(Effect.sync(() => faulty(new ActiveFaults(options.faults ?? []), options)))

const faulty = (faults: ActiveFaults, options?: ActorSystem.Options): Layer.Layer<Services> =>
  Layer.provide(ActorSystem.layer({ tracing: false, ...options }), Layer.succeed(Faults, faults))

/**
 * Provides a stand-in for every actor of `definition` in the current system, for as long as the scope is open.
 *
 * A message is recorded, then answered by `handlers` where they have an answer. Without one, a message whose success is
 * void is answered with it; an ask of any other meets `ActorCrashed` with a cause that says which handler is missing, and
 * the stand-in goes on. A second provider of the type is a defect, as with `toLayer`.
 *
 * @category constructors
 */
export const probe: {
  <Type extends string, Rpcs extends Rpc.Any>(
    definition: Definition<Type, Rpcs>
  ): Effect.Effect<Probe<Rpcs>, never, ActorSystem.ActorSystem | Scope.Scope>
  <Type extends string, Rpcs extends Rpc.Any, H extends Partial<Handlers<Rpcs>>>(
    definition: Definition<Type, Rpcs>,
    handlers: H & NoOthers<Rpcs, H>,
    options?: ProbeOptions
  ): Effect.Effect<
    Probe<Rpcs>,
    never,
    ActorSystem.ActorSystem | Scope.Scope | Exclude<HandlersNeed<H>, Scope.Scope | ActorContext>
  >
} = <Type extends string, Rpcs extends Rpc.Any>(
  definition: Definition<Type, Rpcs>,
  handlers?: Partial<Handlers<Rpcs>>,
  options?: ProbeOptions
): Effect.Effect<Probe<Rpcs>, never, ActorSystem.ActorSystem | Scope.Scope> =>
  Effect.gen(function* () {
    const system = yield* ActorSystem.ActorSystem
    // Holds what the handlers need: the signature asks for it.
    const services = yield* Effect.context<never>()
    const log = new Log<Received<Rpcs>>(options?.limit ?? 1000)
    const answers = (handlers ?? {}) as Readonly<Record<string, Answer | undefined>>
    const table: Record<string, Answer> = {}
    // Every Rpc has its schemas, which the type of a protocol with any Rpcs leaves out.
    for (const [tag, rpc] of definition.protocol.requests as unknown as ReadonlyMap<string, Rpc.AnyWithProps>) {
      const answer = answers[tag] ?? (rpc.successSchema.ast._tag === "VoidKeyword" ? () => undefined : missing(tag))
      table[tag] = (payload, context) => {
        // The definition's own Rpcs have tag and payload of one another: the pair is a `Received` by construction.
        log.push({ address: context.address, tag, payload } as unknown as Received<Rpcs>)
        return answer(payload, context)
      }
    }
    yield* system.register(
      definition,
      Behavior.make(definition.type, Effect.succeed(table), services, {
        mailbox: options?.mailbox,
        supervision: options?.supervision ?? Supervision.resume
      })
    )
    return {
      ref: (id) => system.ref(definition, id),
      received: Effect.sync(() => log.latest()),
      awaitReceived: (count) => log.reached(count)
    }
  })

/**
 * Lets everything that can run do so, until all fibers wait for a message, a timer or the test. Needs the TestClock of
 * `it.effect`; no time passes. A fiber that waits for real input or output is not waited for.
 *
 * @category combinators
 */
export const settle: Effect.Effect<void> = Effect.flatMap(
  Effect.serviceOption(ActorSystem.LocalActorSystem),
  (local) => {
    // TestClock sees fibers come to rest. Actors without one are at work while their scheduler has something queued.
    const again = (left: number): Effect.Effect<void> =>
      Effect.zipRight(
        TestClock.adjust(0),
        Effect.suspend(() => {
          if (Option.isNone(local) || !local.value.isBusy()) return Effect.void
          return left === 0
            ? Effect.dieMessage("The actors never come to rest: something sends without end.")
            : again(left - 1)
        })
      )
    return again(maxLooks)
  }
)

/** Looks of `settle`, some milliseconds each, before it gives up. */
const maxLooks = 1000

/**
 * A run queue that permutes what is ready, by a seed: for a system (`scheduler` in its options), and for host fibers
 * (`Effect.withScheduler`). With no other source of chance or time, equal seeds give equal interleavings. `interleavings`
 * makes its own.
 *
 * @category constructors
 */
export const scheduler = (seed: number): FairScheduler => new SeededScheduler(seed)

/**
 * Runs a program once, in a system and a scope of its own, under the interleaving that the seed stands for. Time is virtual:
 * it begins at 0 and moves to the next timer when nothing is ready. Fails as the program does, or with `ProgramStalled` or
 * `ProgramEndless`, which tell of a deadlock and of work without end.
 *
 * @category combinators
 */
export const seeded = <A, E, R>(
  program: Effect.Effect<A, E, R>,
  options: SeededOptions
): Effect.Effect<A, E | ProgramStalled | ProgramEndless, Exclude<R, Services | Scope.Scope>> =>
  Effect.flatMap(once(program, runOf(options), options), ({ exit }) => exit)

/**
 * Runs a program under many interleavings, and fails with the first run that fails or that `check` refuses, made smaller:
 * the fewest decisions and faults found that still fail. The message says how to replay it. Logs of the runs go to loggers
 * that the caller has put in place; the default one is silent, because hundreds of runs crash on purpose.
 *
 * @category combinators
 */
export const interleavings = <A, E, R, E2 = never, R2 = never>(
  options: InterleavingsOptions<A, E, R, E2, R2>
): Effect.Effect<Seen, InterleavingFailed, Exclude<R, Services | Scope.Scope> | R2> =>
  Effect.gen(function* () {
    const { check, faults = [], seeds = 100, shrinks = 200 } = options
    const attempt = Effect.fnUntraced(function* (run: Run) {
      const attempted: Interleaving.Attempt<unknown, unknown> = yield* once(options.program, run, options)
      if (check === undefined || Exit.isFailure(attempted.exit)) return attempted
      // The exit is that of `program`; its type is widened above because the check's failure takes its place.
      const result = attempted.exit.value as A
      return { ...attempted, exit: yield* Effect.exit(Effect.suspend(() => check(result, run) ?? Effect.void)) }
    })
    const signatures = new Set<number>()
    let passed = 0
    let struck = 0
    for (const seed of typeof seeds === "number" ? Array.from({ length: seeds }, (_, n) => n) : seeds) {
      // The plan has a source of chance of its own: the interleaving of a seed is the same with and without faults.
      const plan = typeof faults === "function" ? faults(chanceOf(~seed)) : faults
      const found = yield* attempt(runOf({ ...options, seed, faults: plan }))
      if (Exit.isFailure(found.exit)) {
        const { exit, journal, run } = yield* Interleaving.smallest(found, attempt, shrinks)
        // `smallest` gives failing runs only.
        const cause = Exit.isFailure(exit) ? exit.cause : Cause.empty
        return yield* new InterleavingFailed({ run, cause, passed, journal })
      }
      passed++
      struck += found.struck
      signatures.add(found.signature)
    }
    return { runs: passed, distinct: signatures.size, struck }
  }).pipe(Effect.provide(Logger.remove(Logger.defaultLogger)))

const runOf = (options: SeededOptions): Run => {
  if (!Number.isSafeInteger(options.seed)) {
    // A mistake in the test: nothing to recover from.
    throw new RangeError(`A seed must be a whole number, found ${options.seed}.`)
  }
  return {
    seed: options.seed,
    decisions: options.decisions ?? Number.POSITIVE_INFINITY,
    faults: options.faults ?? []
  }
}

const once = <A, E, R>(
  program: Effect.Effect<A, E, R>,
  run: Run,
  options: Omit<SeededOptions, "seed" | "faults">
): Effect.Effect<
  Interleaving.Attempt<A, E | ProgramStalled | ProgramEndless>,
  never,
  Exclude<R, Services | Scope.Scope>
> =>
  Effect.suspend(() => {
    const maxTasks = options.maxTasks ?? 1_000_000
    let actors: Effect.Effect<ReadonlyArray<ActorSnapshot>> = Effect.succeed([])
    const inSystem = (faults: ActiveFaults) =>
      Effect.flatMap(ActorSystem.LocalActorSystem, (local) => {
        actors = local.snapshot
        return program
      }).pipe(
        Effect.provide(faulty(faults, options.system)),
        Effect.scoped
        // Only to tell the compiler that what is provided here is no longer needed, in whatever order it subtracts.
      ) as Effect.Effect<A, E, Exclude<R, Services | Scope.Scope>>
    return Interleaving.once<A, E | ProgramStalled | ProgramEndless, Exclude<R, Services | Scope.Scope>>(
      inSystem,
      run,
      maxTasks,
      (what) =>
        Exit.fail(
          what === "endless" ? new ProgramEndless({ maxTasks }) : new ProgramStalled({ actors: Effect.runSync(actors) })
        )
    )
  })

type Answer = (payload: unknown, context: { readonly address: string }) => unknown

const missing =
  (tag: string): Answer =>
  () => {
    // Seen by whoever asks, as the cause of `ActorCrashed`.
    throw new Error(`The probe has no answer to "${tag}": give "probe" a handler for it.`)
  }

/** The latest entries, a count of all, and who waits for that count. Written in the actor's turn, read by the test. */
class Log<A> {
  private entries: Array<A> = []
  private count = 0
  private readonly waiting = new Set<{ readonly count: number; readonly wake: () => void }>()

  constructor(private readonly limit: number) {}

  push(entry: A): void {
    this.entries.push(entry)
    // Cut in half-limits, so that keeping the latest costs no move per message.
    if (this.entries.length >= this.limit * 1.5 + 1) this.entries = this.latest()
    this.count++
    for (const waiter of this.waiting) if (waiter.count <= this.count) waiter.wake()
  }

  latest(): Array<A> {
    return this.limit === 0 ? [] : this.entries.slice(-this.limit)
  }

  reached(count: number): Effect.Effect<ReadonlyArray<A>> {
    return Effect.async((resume) => {
      if (this.count >= count) return resume(Effect.succeed(this.latest()))
      const waiter = {
        count,
        wake: () => {
          this.waiting.delete(waiter)
          resume(Effect.sync(() => this.latest()))
        }
      }
      this.waiting.add(waiter)
      return Effect.sync(() => this.waiting.delete(waiter))
    })
  }
}
