/**
 * The run queue that all actors of a process share, and that gives timers and sockets their turn.
 *
 * Effect's default scheduler keeps one microtask runner per fiber: two fibers that only wake each other never let a
 * timer or a socket event through. Here all fibers stand in one ring, which is drained in microtasks for at most a
 * budget of a few milliseconds of each macrotask and then goes on in `setImmediate`. The budget counts tasks across
 * drains, so that a chain of one-task drains (a host fiber on the default scheduler that asks an actor) meets it too.
 *
 * Actors are forked with it explicitly. Installing it around a whole program, so that host fibers share the ring, is
 * `Effect.withScheduler(program, FairScheduler.make())`.
 *
 * @since 0.1.0
 */
import { AsyncLocalStorage } from "node:async_hooks"
import type { Fiber, Scheduler } from "effect"
import { atLeast } from "./Ranges.ts"

/** How long fibers may run before others get their turn. @category models */
export interface Options {
  /** How long tasks may run before timers and sockets get a turn, in milliseconds. Default `5`; at least `1`. */
  readonly budgetMillis?: number | undefined
  /** Operations a fiber may run before it goes to the end of the ring. Default `2048`, which is Effect's own; at least `1`. */
  readonly maxOpsBeforeYield?: number | undefined
}

/**
 * Makes a scheduler. It owns nothing that must be closed: an empty ring holds no timer. An option out of its range throws a
 * `RangeError`.
 *
 * @category constructors
 */
export const make = (options?: Options): FairScheduler =>
  new FairScheduler(
    atLeast("budgetMillis", options?.budgetMillis ?? defaultBudgetMillis, 1),
    atLeast("maxOpsBeforeYield", options?.maxOpsBeforeYield ?? defaultMaxOps, 1)
  )

const defaultBudgetMillis = 5
const defaultMaxOps = 2048

/** How many tasks run between two looks at the clock: a look costs as much as a small task. */
const tasksPerLook = 32

/** How deep work may run inside of other work before it is queued: each level takes some frames of the stack. */
const maxDepth = 12

/** The run queue itself. What it has beyond Effect's `Scheduler` is for the runtime. @category models */
export class FairScheduler implements Scheduler.Scheduler {
  private ring: Array<Scheduler.Task | undefined> = new Array(1024)
  private mask = 1023
  private head = 0
  private size = 0
  /** A drain is under way or promised. */
  private running = false
  /** A `setImmediate` is promised, that will start the next macrotask's budget. */
  private turnPromised = false
  private turnStartedAt = 0
  private tasksSinceLook = 0
  /** The budget is spent: nothing runs before the promised turn. */
  private spent = false
  /** The next task that is scheduled is held back for `runHeld`. */
  private holding = false
  private held: Scheduler.Task | undefined
  private depth = 0
  /** Counts the turns of the event loop that saw work. */
  turns = 0
  /** Tasks of lower urgency, lowest number first; hardly ever used, so a sorted array will do. */
  private readonly later: Array<readonly [priority: number, task: Scheduler.Task]> = []

  constructor(
    private readonly budgetMillis: number = defaultBudgetMillis,
    private readonly maxOpsBeforeYield: number = defaultMaxOps
  ) {}

  shouldYield(fiber: Fiber.RuntimeFiber<unknown, unknown>): number | false {
    return fiber.currentOpCount > this.maxOpsBeforeYield ? 0 : false
  }

  scheduleTask(task: Scheduler.Task, priority: number): void {
    if (this.holding) {
      this.holding = false
      this.held = task
      return
    }
    if (priority > 0) {
      const at = this.later.findIndex(([other]) => other > priority)
      this.later.splice(at === -1 ? this.later.length : at, 0, [priority, task])
    } else {
      if (this.size > this.mask) this.grow()
      this.ring[(this.head + this.size++) & this.mask] = task
    }
    if (!this.running) {
      this.running = true
      // Without a promised turn this is the first work since the event loop last ran: a new budget begins.
      if (!this.turnPromised) this.promiseTurn()
      queueMicrotask(this.drain)
    }
  }

  /** Whether tasks are queued. */
  get isBusy(): boolean {
    return this.size > 0 || this.later.length > 0
  }

  /** Whether the budget is spent: what is queued waits until the event loop has had its turn. */
  get isBudgetSpent(): boolean {
    return this.spent
  }

  /** Looks at the clock: for a task that handles many messages, before it goes on. It then gives way, as after its end. */
  mustGiveWay(): boolean {
    return this.spent || this.measureBudget()
  }

  /** Whether a turn of the event loop that saw work is not over yet. */
  get isInTurn(): boolean {
    return this.turnPromised
  }

  /**
   * Whether a small piece of work may run right now, inside of the fiber or task that asks, instead of being queued.
   * It counts as a task: when the budget is spent the answer is no until the event loop has had its turn.
   */
  mayRunNow(): boolean {
    if (this.depth >= maxDepth || this.spent) return false
    if (!this.turnPromised) this.promiseTurn()
    if (++this.tasksSinceLook < tasksPerLook || !this.measureBudget()) return true
    // As if a drain had met the budget: what is queued from here on waits for the turn.
    this.running = true
    return false
  }

  /** Whether a fiber may be started inside of what runs now. Unlike `mayRunNow` it looks at the depth alone. */
  get mayStartNow(): boolean {
    return this.depth < maxDepth
  }

  /** Runs `work` one level deeper. */
  deeper<A>(work: () => A): A {
    this.depth++
    try {
      return work()
    } finally {
      this.depth--
    }
  }

  /** Holds back the task that is scheduled next, for `runHeld`: the two enclose the resuming of one fiber. */
  hold(): void {
    this.holding = true
  }

  /** Runs what was held back, at once. */
  runHeld(): void {
    this.holding = false
    const task = this.held
    if (task === undefined) return
    this.held = undefined
    this.deeper(task)
  }

  private grow(): void {
    const length = (this.mask + 1) * 2
    const ring = new Array<Scheduler.Task | undefined>(length)
    for (let i = 0; i < this.size; i++) ring[i] = this.ring[(this.head + i) & this.mask]
    this.ring = ring
    this.mask = length - 1
    this.head = 0
  }

  private readonly turn = (): void => {
    this.turnPromised = false
    this.spent = false
    if (this.size === 0 && this.later.length === 0) {
      // The budget may have ended with the very last task: nobody is draining then.
      this.running = false
      return
    }
    this.running = true
    this.promiseTurn()
    this.drain()
  }

  private promiseTurn(): void {
    this.turnPromised = true
    this.turns++
    this.turnStartedAt = performance.now()
    setImmediate(this.turn)
  }

  private readonly drain = (): void => outside(this.drainOutside)

  /** Runs tasks until none is left, or until the budget is spent; then `turn` goes on. */
  private readonly drainOutside = (): void => {
    // Work that ran without being queued may have spent the budget since this drain was promised.
    if (this.spent) return
    for (;;) {
      while (this.size > 0) {
        const task = this.ring[this.head]!
        this.ring[this.head] = undefined
        this.head = (this.head + 1) & this.mask
        this.size--
        task()
        if (this.spent || (++this.tasksSinceLook >= tasksPerLook && this.measureBudget())) return
      }
      const next = this.later.shift()
      if (next === undefined) break
      next[1]()
      if (this.spent || (++this.tasksSinceLook >= tasksPerLook && this.measureBudget())) return
    }
    this.running = false
  }

  private measureBudget(): boolean {
    this.tasksSinceLook = 0
    this.spent = performance.now() - this.turnStartedAt > this.budgetMillis
    return this.spent
  }
}

/**
 * Runs work at once, in the asynchronous context in which this module was loaded, which is no request's.
 *
 * Node hands its `AsyncLocalStorage` on from whoever registers a callback to the callback. A queue that is woken by one
 * request would run the work of all others in that one's storage.
 */
const outside: (work: () => void) => void = AsyncLocalStorage.snapshot()
