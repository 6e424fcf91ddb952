/**
 * Ends a program in order: named phases, one after the other, with the actors' own stop among them.
 *
 * Scopes close in reverse of their making, which is the order of dependencies and not always that of a good end: a server
 * made last should stop taking requests first, but the one that flushes a queue wants the actors handled what they had, and
 * still open what they write to. Whoever has such a part adds a task to a phase. After Akka's `CoordinatedShutdown`, with
 * four phases.
 *
 * Closing the actor system's Layer runs it. By then the Layers that were built on the system have closed, and have taken
 * their tasks back. A program that wants all of them run begins the shutdown before that: by `Shutdown.run` as its last act,
 * or by `Shutdown.onClose`, built on top of everything.
 *
 * @since 0.1.0
 */
import { type Clock, Context, Deferred, Duration, Effect, Exit, Fiber, Layer, Option, type Scope } from "effect"
import { durationMillis } from "./Ranges.ts"

/**
 * `unbind`: take no more work from outside. `drain`: finish what was taken; actors are all there. `stop actors`: they end
 * in order. `release`: nobody works any more; flush, save, say goodbye.
 *
 * @category models
 */
export type Phase = "unbind" | "drain" | "stop actors" | "release"

/** In their order. @category models */
export const phases: ReadonlyArray<Phase> = ["unbind", "drain", "stop actors", "release"]

/** What `add` may be given. @category models */
export interface TaskOptions {
  /** How long the shutdown waits for it. Default: the phase's; zero and more, else a defect; `infinity` allowed. */
  readonly budget?: Duration.DurationInput | undefined
}

/** The shutdown of one program: what is to be done in it, and its beginning. @category services */
export class Shutdown extends Context.Tag("troupe/Shutdown")<
  Shutdown,
  {
    /**
     * Has `task` run in a phase, beside the phase's other tasks, unless the scope closes before. A task that fails is logged;
     * one that is not done within its budget is interrupted, which is logged, and not waited for. One that is added after its
     * phase has begun is not run, which is logged as well.
     */
    readonly add: <E, R>(
      phase: Phase,
      name: string,
      task: Effect.Effect<unknown, E, R>,
      options?: TaskOptions
    ) => Effect.Effect<void, never, R | Scope.Scope>
    /**
     * Runs all phases, once, whoever begins it; others wait for the same run. It goes on when who waits is interrupted. A
     * handler of an actor should fork it, since the actors' stop waits for handlers.
     */
    readonly run: Effect.Effect<void>
    /** `running`, as the program is, before it begins, then the phase it is in, then `done`. */
    readonly state: Effect.Effect<"running" | Phase | "done">
  }
>() {}

/** What `make` and `layer` may be given; what is out of its range is a defect. @category models */
export interface Options {
  /** How long each phase may take, for tasks that name no budget of their own. Default `5 seconds`; zero and more. */
  readonly budget?: Duration.DurationInput | undefined
}

/** A shutdown for whoever runs it. @category constructors */
export const make = (options?: Options): Effect.Effect<Shutdown["Type"]> =>
  Effect.gen(function* () {
    const clock = yield* Effect.clock
    const done = yield* Deferred.make<void>()
    return new Coordinator(clock, budgetOf(options?.budget ?? "5 seconds"), done)
  })

/** For programs without an actor system, whose Layer has one. Closing it runs it. @category layers */
export const layer = (options?: Options): Layer.Layer<Shutdown> =>
  Layer.scoped(
    Shutdown,
    Effect.tap(make(options), (shutdown) => Effect.addFinalizer(() => shutdown.run))
  )

/**
 * Begins the shutdown when this Layer closes. Built on top of a program's Layers it closes first, so that all their tasks
 * are run: `Shutdown.onClose.pipe(Layer.provideMerge(Program))`.
 *
 * @category layers
 */
export const onClose: Layer.Layer<never, never, Shutdown> = Layer.scopedDiscard(
  Effect.flatMap(Shutdown, (shutdown) => Effect.addFinalizer(() => shutdown.run))
)

/** {@link Shutdown.add}. @category combinators */
export const add = <E, R>(
  phase: Phase,
  name: string,
  task: Effect.Effect<unknown, E, R>,
  options?: TaskOptions
): Effect.Effect<void, never, Shutdown | R | Scope.Scope> =>
  Effect.flatMap(Shutdown, (shutdown) => shutdown.add(phase, name, task, options))

/** {@link Shutdown.run}. @category combinators */
export const run: Effect.Effect<void, never, Shutdown> = Effect.flatMap(Shutdown, (shutdown) => shutdown.run)

const budgetOf = (input: Duration.DurationInput): Duration.Duration =>
  Duration.millis(durationMillis("The budget of a shutdown", input, "zero"))

interface Task {
  readonly name: string
  readonly budget: Duration.Duration
  readonly effect: Effect.Effect<unknown, unknown>
}

class Coordinator {
  private readonly tasks: Readonly<Record<Phase, Set<Task>>> = {
    unbind: new Set(),
    drain: new Set(),
    "stop actors": new Set(),
    release: new Set()
  }
  /** The number of phases that have begun. */
  private phasesBegun = 0
  private isDone = false
  private hasBegun = false

  constructor(
    private readonly clock: Clock.Clock,
    private readonly budget: Duration.Duration,
    private readonly done: Deferred.Deferred<void>
  ) {}

  readonly add = <E, R>(
    phase: Phase,
    name: string,
    effect: Effect.Effect<unknown, E, R>,
    options?: TaskOptions
  ): Effect.Effect<void, never, R | Scope.Scope> =>
    Effect.flatMap(Effect.context<R>(), (context) => {
      const budget = options?.budget === undefined ? this.budget : budgetOf(options.budget)
      const task: Task = { name, budget, effect: Effect.provide(effect, context) }
      if (phases.indexOf(phase) < this.phasesBegun) {
        return Effect.logWarning(`"${name}" was added to the phase "${phase}" after that had begun, and is not run`)
      }
      return Effect.acquireRelease(
        Effect.sync(() => this.tasks[phase].add(task)),
        () => Effect.sync(() => this.tasks[phase].delete(task))
      )
    })

  readonly run: Effect.Effect<void> = Effect.suspend(() => {
    if (this.hasBegun) return Deferred.await(this.done)
    this.hasBegun = true
    // Nobody's child: whoever began it may be interrupted.
    return Effect.zipRight(Effect.forkDaemon(Effect.withClock(this.all, this.clock)), Deferred.await(this.done))
  })

  private readonly all = Effect.suspend(() =>
    Effect.forEach(phases, (phase) => this.runPhase(phase), { discard: true }).pipe(
      Effect.zipRight(
        Effect.suspend(() => {
          this.isDone = true
          return Deferred.succeed(this.done, undefined)
        })
      )
    )
  )

  private runPhase(phase: Phase): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.phasesBegun++
      return Effect.forEach([...this.tasks[phase]], (task) => this.runTask(phase, task), {
        discard: true,
        concurrency: "unbounded"
      })
    })
  }

  private runTask(phase: Phase, task: Task): Effect.Effect<void> {
    return Effect.gen(function* () {
      // A finalizer may have begun this, which is not to be interrupted; its tasks are.
      const fiber = yield* Effect.forkDaemon(Effect.interruptible(task.effect))
      const ended =
        Duration.toMillis(task.budget) === Number.POSITIVE_INFINITY
          ? Option.some(yield* Fiber.await(fiber))
          : yield* Effect.timeoutOption(Effect.interruptible(Fiber.await(fiber)), task.budget)
      if (Option.isNone(ended)) {
        yield* Effect.logWarning(
          `"${task.name}" was not done within ${Duration.format(task.budget)} of the phase "${phase}": the shutdown goes on without it`
        )
        yield* Fiber.interruptFork(fiber)
      } else if (Exit.isFailure(ended.value)) {
        yield* Effect.logError(`"${task.name}" failed in the phase "${phase}" of the shutdown`, ended.value.cause)
      }
    })
  }

  readonly state = Effect.sync((): "running" | Phase | "done" =>
    this.isDone ? "done" : this.phasesBegun === 0 ? "running" : phases[this.phasesBegun - 1]!
  )
}
