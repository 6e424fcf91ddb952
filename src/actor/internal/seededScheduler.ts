/**
 * A run queue whose every decision is drawn from a seed: which ready task runs next, and after how many operations a fiber
 * is sent back to the queue. The same seed gives the same interleaving, another seed most likely another one.
 *
 * Order among ready tasks is no promise of Effect's, so each order drawn here could have happened. How the seed draws is
 * drawn from it as well: some seeds let the oldest task go first most of the time, some the youngest, some are without
 * preference; some interrupt a fiber's run every few operations, some never. Each kind finds faults that the others miss.
 */
import type { Scheduler } from "effect"
import { FairScheduler } from "../FairScheduler.ts"
import { yieldUnchanged } from "./effectInternals/fiberState.ts"

/** Tasks run in one go when nobody drives; then timers and sockets get a turn. Counted, because a clock would not repeat. */
const tasksPerTurn = 4096

/** Longest runs between two preemptions, in operations, one of which a seed draws; the last one is "never". */
const runs = [2, 10, 50, 250, Number.POSITIVE_INFINITY]

export class SeededScheduler extends FairScheduler {
  private readonly chance: () => number
  private readonly ready: Array<Scheduler.Task> = []
  /** Tasks of lower urgency, lowest number first: they run when no other is ready. */
  private readonly lessUrgent: Array<readonly [priority: number, task: Scheduler.Task]> = []
  private readonly longestRun: number
  private readonly preferOldest: number
  private readonly preferYoungest: number
  private opsLeft: number
  private promised = false
  private draining = false
  /** The next task that is scheduled is held back for `runHeld`. */
  private holdsNext = false
  private taskHeld: Scheduler.Task | undefined
  /** Choices made so far where there was more than one; preemptions count as well. */
  decisions = 0
  /** Differs, but for chance, between two runs that chose differently. */
  signature = 0

  constructor(
    readonly seed: number,
    /** Choices drawn from the seed; from then on the oldest ready task runs, without preemption. */
    private readonly maxDecisions: number = Number.POSITIVE_INFINITY,
    /** Whether somebody calls `runReady`; otherwise tasks are run in microtasks. */
    private readonly driven: boolean = false
  ) {
    super(5, 2048)
    this.chance = chanceOf(seed)
    this.longestRun = runs[Math.floor(this.chance() * runs.length)]!
    const kind = this.chance()
    this.preferOldest = kind < 0.25 ? 0.8 : 0
    this.preferYoungest = kind >= 0.25 && kind < 0.5 ? 0.8 : 0
    this.opsLeft = this.nextRun()
  }

  override shouldYield(): number | false {
    if (--this.opsLeft > 0) return false
    this.opsLeft = this.nextRun()
    this.note(1)
    // Setting a priority takes more operations than a short run has, so that no fiber would get on.
    return yieldUnchanged
  }

  override scheduleTask(task: Scheduler.Task, priority: number): void {
    if (this.holdsNext) {
      this.holdsNext = false
      this.taskHeld = task
      return
    }
    if (priority > 0) {
      const at = this.lessUrgent.findIndex(([other]) => other > priority)
      this.lessUrgent.splice(at === -1 ? this.lessUrgent.length : at, 0, [priority, task])
    } else this.ready.push(task)
    if (this.driven || this.promised || this.draining) return
    this.promised = true
    queueMicrotask(this.drainAlone)
  }

  override get isBusy(): boolean {
    return this.ready.length > 0 || this.lessUrgent.length > 0
  }

  /** Time plays no part here: who runs next is drawn. */
  override mustGiveWay(): boolean {
    return false
  }

  // Whether what could be queued runs at once, inside of what runs now, is one more choice.
  override mayRunNow(): boolean {
    return this.mayStartNow
  }
  override get mayStartNow(): boolean {
    if (!super.mayStartNow) return false
    if (this.decisions >= this.maxDecisions) return true
    const now = this.chance() < 0.5
    this.note(now ? 1 : 2)
    return now
  }
  override hold(): void {
    this.holdsNext = true
  }
  override runHeld(): void {
    this.holdsNext = false
    const task = this.taskHeld
    if (task === undefined) return
    this.taskHeld = undefined
    if (this.mayStartNow) this.deeper(task)
    else this.scheduleTask(task, 0)
  }

  /** Runs ready tasks until none is left, at most `limit`; gives how many ran. */
  runReady(limit: number): number {
    this.draining = true
    let ran = 0
    try {
      while (ran < limit) {
        const task = this.ready.length > 0 ? this.choose() : this.lessUrgent.shift()?.[1]
        if (task === undefined) break
        ran++
        task()
      }
    } finally {
      this.draining = false
    }
    return ran
  }

  private readonly drainAlone = (): void => {
    this.promised = false
    this.runReady(tasksPerTurn)
    if (this.ready.length === 0 && this.lessUrgent.length === 0) return
    this.promised = true
    setImmediate(this.drainAlone)
  }

  private choose(): Scheduler.Task {
    const { ready } = this
    if (ready.length === 1 || this.decisions >= this.maxDecisions) return ready.shift()!
    const kind = this.chance()
    const at =
      kind < this.preferOldest
        ? 0
        : kind < this.preferYoungest
          ? ready.length - 1
          : Math.floor(this.chance() * ready.length)
    this.note(at)
    return ready.splice(at, 1)[0]!
  }

  private nextRun(): number {
    if (this.decisions >= this.maxDecisions || this.longestRun === Number.POSITIVE_INFINITY) return 2048
    // The operation after a yield only ends the yield.
    return 2 + Math.floor(this.chance() * this.longestRun)
  }

  private note(choice: number): void {
    this.decisions++
    this.signature = (Math.imul(this.signature ^ (choice + 1), 0x01000193) + this.decisions) | 0
  }
}

/** Numbers in 0…1 that the seed decides; the generator is Mulberry32. */
export const chanceOf = (seed: number): (() => number) => {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
