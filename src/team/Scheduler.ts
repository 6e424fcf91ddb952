/**
 * Decides who works next: whoever has all it needs, longest remaining path first, never more at once than allowed.
 *
 * It knows names, dependencies and weights only. What "work" is, `execute` says; so the rules can be tested against a
 * model, and measured without an agent. Messages to agents that work, such as cancel, do not pass through here: they
 * need no place and are never held up by the work.
 *
 * @since 0.1.0
 */
import { Effect, Exit, FiberSet, Queue } from "effect"
import * as Graph from "./Graph.ts"

/** One piece of work. @category models */
export interface Task extends Graph.Node {
  /** How long it is expected to take, in any unit; only the comparison counts. */
  readonly weight: number
  /** Those of `dependsOn` that it waits for, and goes on without where they are unusable or skipped. Default none. */
  readonly optional?: ReadonlyArray<string> | undefined
}

/** Whether those who wait for a task may go on. @category models */
export type Outcome = "usable" | "unusable"

/** What is to be scheduled, and who hears of it. @category models */
export interface Options<R> {
  /** A graph without cycles and without missing names. */
  readonly tasks: ReadonlyArray<Task>
  /** Tasks that may work at the same time, at least 1. */
  readonly atOnce: number
  /** Does the work. A defect in it ends the whole schedule. */
  readonly execute: (name: string) => Effect.Effect<Outcome, never, R>
  /** Its last dependency has ended and was usable. Called before `execute`. */
  readonly onReady?: ((name: string) => Effect.Effect<void, never, R>) | undefined
  /** It will never be executed; `becauseOf` is the task whose outcome was unusable. */
  readonly onSkipped?: ((name: string, becauseOf: string) => Effect.Effect<void, never, R>) | undefined
}

/**
 * Runs all tasks and returns when each is executed or skipped. Interruption interrupts those that work.
 *
 * @category constructors
 */
export const run = <R>(options: Options<R>): Effect.Effect<void, never, R> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { tasks } = options
      // Those at work are all told to stop before one of them is waited for.
      const workers = yield* FiberSet.make()
      // Bounded by construction: each task completes once.
      const completed = yield* Queue.bounded<Completed>(Math.max(1, tasks.length))
      // All of the state below belongs to this fiber.
      const state = initial(tasks)
      let working = 0
      let settled = 0

      yield* Effect.forEach(state.ready, (task) => options.onReady?.(task.name) ?? Effect.void, { discard: true })
      while (settled < tasks.length) {
        while (working < Math.max(1, options.atOnce) && state.ready.length > 0) {
          const { name } = state.ready.shift()!
          working++
          yield* options.execute(name).pipe(
            Effect.onExit((exit) => Queue.offer(completed, { name, exit })),
            FiberSet.run(workers)
          )
        }
        const { exit, name } = yield* Queue.take(completed)
        working--
        settled++
        if (Exit.isFailure(exit)) return yield* Effect.failCause(exit.cause)
        if (exit.value === "usable") {
          for (const task of release(state, name)) yield* options.onReady?.(task.name) ?? Effect.void
        } else {
          const { freed, skipped } = skip(state, name)
          for (const each of skipped) {
            settled++
            yield* options.onSkipped?.(each, name) ?? Effect.void
          }
          for (const task of freed) yield* options.onReady?.(task.name) ?? Effect.void
        }
      }
    })
  )

interface Completed {
  readonly name: string
  readonly exit: Exit.Exit<Outcome>
}

interface Ranked extends Task {
  /** Longest remaining path; of equals, the one defined first goes first. */
  readonly remaining: number
  readonly index: number
}

interface State {
  /** Who may start, in the order in which they will. */
  readonly ready: Array<Ranked>
  /** Who still waits, and for whom. A skipped task is taken out. */
  readonly waiting: Map<string, Set<string>>
  readonly ranked: ReadonlyMap<string, Ranked>
  readonly dependants: ReadonlyMap<string, ReadonlyArray<string>>
}

const initial = (tasks: ReadonlyArray<Task>): State => {
  const weights = new Map(tasks.map((task) => [task.name, task.weight]))
  const remaining = Graph.remaining(tasks, (name) => weights.get(name) ?? 0)
  const ranked = new Map(
    tasks.map((task, index) => [task.name, { ...task, index, remaining: remaining.get(task.name) ?? 0 }])
  )
  const dependants = new Map<string, Array<string>>(tasks.map((task) => [task.name, []]))
  for (const task of tasks) for (const name of new Set(task.dependsOn)) dependants.get(name)?.push(task.name)
  const waiting = new Map<string, Set<string>>()
  const state: State = { ready: [], waiting, ranked, dependants }
  for (const task of ranked.values()) {
    if (task.dependsOn.length === 0) insert(state.ready, task)
    else waiting.set(task.name, new Set(task.dependsOn))
  }
  return state
}

/** Those that the end of `name` has set free. */
const release = (state: State, name: string): ReadonlyArray<Ranked> => {
  const freed: Array<Ranked> = []
  for (const dependant of state.dependants.get(name) ?? []) {
    if (!isFreed(state, dependant, name)) continue
    freed.push(state.ranked.get(dependant)!)
  }
  for (const task of freed) insert(state.ready, task)
  return freed
}

/** Takes `name` off what a task waits for; whether that was the last one. */
const isFreed = (state: State, dependant: string, name: string): boolean => {
  const open = state.waiting.get(dependant)
  return open?.delete(name) === true && open.size === 0 && state.waiting.delete(dependant)
}

/** Those that will never start because `name` is unusable, nearest first, and those that can do without them. */
const skip = (state: State, name: string) => {
  const skipped: Array<string> = []
  const freed: Array<Ranked> = []
  for (let next: string | undefined = name, at = 0; next !== undefined; next = skipped[at++]) {
    for (const dependant of state.dependants.get(next) ?? []) {
      const task = state.ranked.get(dependant)!
      if (!task.optional?.includes(next)) {
        if (state.waiting.delete(dependant)) skipped.push(dependant)
      } else if (isFreed(state, dependant, next)) freed.push(task)
    }
  }
  for (const task of freed) insert(state.ready, task)
  return { skipped, freed }
}

const insert = (ready: Array<Ranked>, task: Ranked) => {
  const at = ready.findIndex((other) => goesFirst(task, other))
  ready.splice(at === -1 ? ready.length : at, 0, task)
}

const goesFirst = (a: Ranked, b: Ranked) =>
  a.remaining === b.remaining ? a.index < b.index : a.remaining > b.remaining
