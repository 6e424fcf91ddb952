/**
 * Decides who works next, and starts it: whoever has all it needs, longest remaining path first, never more at once than
 * allowed to the run and to the process.
 *
 * `Schedule` has the rules, as plain data; this carries its decisions out. It knows names, dependencies, weights and
 * claims only. What "work" is, `execute` says. Messages to agents that work, such as cancel, do not pass through here:
 * they need no place and are never held up by the work.
 *
 * @since 0.1.0
 */
import {
  type Cause,
  Context,
  Data,
  Deferred,
  Effect,
  Exit,
  Fiber,
  FiberId,
  FiberSet,
  Layer,
  Queue,
  type Scope
} from "effect"
import { largestProfile, type Profile, resourcesOf } from "./Profile.ts"
import * as Resources from "./Resources.ts"
import * as Schedule from "./Schedule.ts"

/** One piece of work. @category models */
export type Task = Schedule.Task

/** Whether those who wait for a task may go on. @category models */
export type Outcome = Schedule.Outcome

/** What is to be scheduled, and who hears of it. @category models */
export interface Options<R> {
  /** A graph without cycles and without missing names. */
  readonly tasks: ReadonlyArray<Task>
  /** Tasks that may work at the same time, at least 1. */
  readonly atOnce: number
  /** What they may use of the other kinds. Default: as much as there is. */
  readonly limits?: Partial<Omit<Resources.Resources, "agents">> | undefined
  /** Does the work. A defect in it ends the whole schedule. */
  readonly execute: (name: string) => Effect.Effect<Outcome, never, R>
  /** Its last dependency has ended and was usable. Called before `execute`. */
  readonly onReady?: ((name: string) => Effect.Effect<void, never, R>) | undefined
  /**
   * It will never be executed; `becauseOf` is the task whose outcome was unusable, itself where `Running.cancel` was asked
   * for.
   */
  readonly onSkipped?: ((name: string, becauseOf: string) => Effect.Effect<void, never, R>) | undefined
}

/** A schedule under way. @category models */
export interface Running {
  /** Returns when each task is executed or skipped. */
  readonly await: Effect.Effect<void>
  /** Adds tasks, which may depend on each other and on earlier ones, ended or not. Only until the last task has ended. */
  readonly submit: (tasks: ReadonlyArray<Task>) => Effect.Effect<void, TaskRefused>
  /** Skips a task that has not started, and who depends on it. One that has started is left alone. */
  readonly cancel: (name: string) => Effect.Effect<void>
}

/** Tasks cannot be added: the run is over, or their names, dependencies or claims are wrong. @category errors */
export class TaskRefused extends Data.TaggedError("TaskRefused")<{ readonly problem: string }> {
  override get message() {
    return `These tasks cannot be added: ${this.problem}. None of them was.`
  }
}

/** What all runs of a process share. @category models */
export interface SchedulerOptions {
  /**
   * What the agents of all runs together may use, as a profile or in tokens of each kind. Holds also for a run that was
   * given more. Default: as the largest profile, and more where a single run was given more.
   */
  readonly capacity?: Profile | Resources.Resources | undefined
  /** See `Schedule`: a whole number from 0. Default `Schedule.defaultPatience`. */
  readonly patience?: number | undefined
}

/** What the scheduler of a process does for one schedule. @category models */
export interface Service {
  /** Gives it a run of its own, until that is closed. `decided` must not send. */
  readonly open: (limits: Resources.Resources, decided: (decision: Schedule.Decision) => void) => OpenRun
  /** What is left of a run's limits, if a capacity was set. */
  readonly within: (limits: Resources.Resources) => Resources.Resources
}

/** @category models */
export interface OpenRun {
  readonly send: (event: OfOneRun<Exclude<Schedule.Event, { readonly _tag: "Opened" }>>) => void
  /** See `Schedule.refusal`. */
  readonly refusal: (tasks: ReadonlyArray<Task>) => string | undefined
}

type OfOneRun<E> = E extends unknown ? Omit<E, "run"> : never

/**
 * Shares places, cores and memory among the runs of a process. By default all runs share one scheduler, so that nothing has
 * to be provided; provide `layer` for another capacity.
 *
 * @category services
 */
export class Scheduler extends Context.Reference<Scheduler>()("troupe/Scheduler", {
  defaultValue: (): Service => make({})
}) {
  static readonly layer = (options?: SchedulerOptions): Layer.Layer<Scheduler> =>
    Layer.sync(Scheduler, () => make(options ?? {}))
}

/** The tokens that the surrounding task holds, if there is one. @category models */
export interface Held {
  readonly giveBack: () => void
  /** Asks for them at once; the Effect waits until they are there. */
  readonly takeBack: () => Effect.Effect<void>
}

/** The task in whose work a fiber runs. A fiber that is forked by other means than Effect's must be given it. @category services */
export class Slot extends Context.Reference<Slot>()("troupe/Scheduler/Slot", {
  defaultValue: (): Held => ({ giveBack: () => {}, takeBack: () => Effect.void })
}) {}

/**
 * Gives the tokens of the surrounding task back while `wait` runs, because it waits for others who need them. Afterwards it
 * waits until it has them again, before anybody who has not begun; where `wait` is interrupted, it does not wait.
 *
 * @category combinators
 */
export const whileWaiting = <A, E, R>(wait: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Slot, (slot) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        slot.giveBack()
        const exit = yield* Effect.exit(restore(wait))
        const taken = slot.takeBack()
        if (!Exit.isInterrupted(exit)) yield* restore(taken)
        return yield* exit
      })
    )
  )

/**
 * Runs all tasks and returns when each is executed or skipped. Interruption interrupts those that work. Within a task of
 * another schedule, that task gives its tokens back meanwhile.
 *
 * @category constructors
 */
export const run = <R>(options: Options<R>): Effect.Effect<void, never, R> =>
  Effect.scoped(Effect.flatMap(start(options), (running) => whileWaiting(running.await)))

/**
 * Runs tasks until the scope closes, which interrupts those that work. For whoever adds tasks on the way.
 *
 * @category constructors
 */
export const start = <R>(options: Options<R>): Effect.Effect<Running, never, R | Scope.Scope> =>
  Effect.gen(function* () {
    const scheduler = yield* Scheduler
    // Bounded by construction: each task becomes ready, starts or is skipped once, and one end or bug is the last.
    const inbox = yield* Queue.unbounded<Schedule.Decision | Broken>()
    const slots = new Map<string, OwnSlot>()
    const run = yield* Effect.acquireRelease(
      Effect.sync(() =>
        scheduler.open(limitsOf(options), (decision) => {
          if (decision._tag === "Returned") slots.get(decision.name)?.returned()
          else Queue.unsafeOffer(inbox, decision)
        })
      ),
      ({ send }) => Effect.sync(() => send({ _tag: "Closed" }))
    )
    // Ends before the run is closed: what was at work holds its tokens until it has stopped. Those at work are all told to
    // stop before one of them is waited for.
    const workers = yield* FiberSet.make()
    const execute = (name: string) => {
      const slot = new OwnSlot(name, run)
      slots.set(name, slot)
      return options.execute(name).pipe(
        Effect.provideService(Slot, slot),
        Effect.onExit((exit) =>
          Effect.sync(() => {
            slots.delete(name)
            slot.end()
            if (Exit.isSuccess(exit)) run.send({ _tag: "Ended", name, outcome: exit.value })
            else Queue.unsafeOffer(inbox, { _tag: "Broken", cause: exit.cause })
          })
        ),
        FiberSet.run(workers)
      )
    }
    const loop = Effect.gen(function* () {
      for (;;) {
        const decision = yield* Queue.take(inbox)
        switch (decision._tag) {
          case "Ready":
            yield* options.onReady?.(decision.name) ?? Effect.void
            break
          case "Skipped":
            yield* options.onSkipped?.(decision.name, decision.becauseOf) ?? Effect.void
            break
          case "Started":
            yield* execute(decision.name)
            break
          case "Broken":
            return yield* Effect.failCause(decision.cause)
          case "Finished":
            return
        }
      }
    })
    const submit = (tasks: ReadonlyArray<Task>) =>
      Effect.suspend(() => {
        const problem = run.refusal(tasks)
        if (problem !== undefined) return Effect.fail(new TaskRefused({ problem }))
        return Effect.sync(() => run.send({ _tag: "Submitted", tasks }))
      })

    // The first ones are to be right by contract.
    yield* Effect.orDie(submit(options.tasks))
    const fiber = yield* Effect.forkScoped(loop)
    return {
      await: Fiber.join(fiber),
      submit,
      cancel: (name) => Effect.sync(() => run.send({ _tag: "Cancelled", name }))
    }
  })

/** Work had a bug. */
interface Broken {
  readonly _tag: "Broken"
  readonly cause: Cause.Cause<never>
}

/** What a run may use, where it says so. */
const limitsOf = ({ atOnce, limits }: Pick<Options<never>, "atOnce" | "limits">): Resources.Resources => ({
  agents: Math.max(1, atOnce),
  cpus: limits?.cpus ?? Number.POSITIVE_INFINITY,
  memoryMiB: limits?.memoryMiB ?? Number.POSITIVE_INFINITY
})

/** The slot of one task. Several waits at once, such as for two teams, give back once. */
class OwnSlot implements Held {
  private readonly name: string
  private readonly run: OpenRun
  private waits = 0
  private isOver = false
  private back: Deferred.Deferred<void> | undefined

  constructor(name: string, run: OpenRun) {
    this.name = name
    this.run = run
  }

  giveBack(): void {
    // Whoever has ended its own wait meanwhile goes on, as it would if the other wait had begun before.
    this.returned()
    if (this.waits++ === 0) this.run.send({ _tag: "GaveBack", name: this.name })
  }

  takeBack(): Effect.Effect<void> {
    if (--this.waits > 0 || this.isOver) return Effect.void
    this.back = Deferred.unsafeMake<void>(FiberId.none)
    const back = Deferred.await(this.back)
    this.run.send({ _tag: "WantsBack", name: this.name })
    return back
  }

  returned(): void {
    if (this.back !== undefined) Deferred.unsafeDone(this.back, Effect.void)
    this.back = undefined
  }

  end(): void {
    this.isOver = true
    this.returned()
  }
}

const make = ({ capacity, patience }: SchedulerOptions): Service => {
  const state = Schedule.make({
    capacity: typeof capacity === "object" ? capacity : resourcesOf(capacity ?? largestProfile),
    fixed: capacity !== undefined,
    patience
  })
  const runs = new Map<string, (decision: Schedule.Decision) => void>()
  let opened = 0
  const step = (event: Schedule.Event) => {
    for (const decision of Schedule.step(state, event)) runs.get(decision.run)?.(decision)
  }
  return {
    within: (limits) => (state.options.fixed === true ? Resources.min(limits, state.options.capacity) : limits),
    open: (limits, decided) => {
      const run = `${opened++}`
      runs.set(run, decided)
      step({ _tag: "Opened", run, limits })
      return {
        send: (event) => {
          step({ ...event, run })
          if (event._tag === "Closed") runs.delete(run)
        },
        refusal: (tasks) => Schedule.refusal(state, run, tasks)
      }
    }
  }
}
