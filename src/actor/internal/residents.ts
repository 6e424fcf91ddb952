/**
 * The roots of one type: who lives, who is in memory, and who waits for room there.
 *
 * Room is made by the clock algorithm, with which operating systems choose pages: a hand goes round, passes over roots that
 * have handled something since it last came by, and passivates the first one that has not. That is nearly the one idle
 * longest, at a constant price for each root that begins. Where all are at work the newcomer waits, and the hand goes on
 * when what is queued has run, and then in short steps for as long as anybody waits.
 */
import type { FairScheduler } from "../FairScheduler.ts"
import { State } from "./inbox.ts"
import type { Timers } from "./timers.ts"

/** Looks for one that begins, before it has to wait. */
const looksAtOnce = 32
/** Looks in one task, for those that wait. */
const looksPerTask = 1024
/** Between two tasks while all are at work. */
const pauseMillis = 20
/** Roots of one type that may wait for room: one more is refused. */
export const maxWaiting = 10_000

/** A root, as far as its place in memory goes. */
export interface Root {
  readonly id: string
  state: State
  readonly handled: number
  readonly failed: number
  /** Whether it holds one of the places of its type. */
  isResident: boolean
  /** What it had handled and failed when the hand last came by. */
  doneBefore: number
  start(): void
  /** Ends its incarnation if it is idle. */
  passivate(): boolean
}

export class Residents<R extends Root> {
  /** All addresses of the type that have a cell, in the order in which a message or a watch first named them. */
  readonly roots = new Map<string, R>()
  private count = 0
  private readonly waiting = new Set<R>()
  /** Being passivated, and not at their end yet. */
  private readonly leaving = new Set<R>()
  /** Goes round through `roots`, in whose order those that begin come last. */
  private hand: Iterator<R> | undefined
  private looksInVain = 0
  private isLooking = false
  private living: ReadonlyArray<R> | undefined

  constructor(
    readonly limit: number,
    private readonly scheduler: FairScheduler,
    private readonly timers: Timers,
    /** Called when a root begins or has ended: lists of them are out of date. */
    private readonly onChange: () => void
  ) {}

  /** Whether not even a place to wait is left. */
  get isOverrun(): boolean {
    return this.waiting.size >= maxWaiting
  }

  /** All but those addresses that are only watched; the same array until there is a change. */
  list(): ReadonlyArray<R> {
    this.living ??= [...this.roots.values()].filter(({ state }) => state !== State.absent)
    return this.living
  }

  /** Begins a root's life, now or when there is room. */
  enter(root: R): void {
    if (this.count < this.limit && this.waiting.size === 0) return this.begin(root)
    root.state = State.waitingForRoom
    this.waiting.add(root)
    this.changed()
    this.makeRoom(looksAtOnce)
    if (this.wants) this.lookLater()
  }

  /** A root has no incarnation any more: it ended, was given up, or is passive. */
  leave(root: R): void {
    this.changed()
    this.waiting.delete(root)
    this.leaving.delete(root)
    if (!root.isResident) return
    root.isResident = false
    this.count--
    this.letIn()
  }

  private changed(): void {
    this.living = undefined
    this.onChange()
  }

  private begin(root: R): void {
    root.isResident = true
    // Something to do is why it begins: the first look passes over it.
    root.doneBefore = -1
    this.count++
    root.start()
    this.changed()
  }

  private letIn(): void {
    while (this.count < this.limit) {
      const [next] = this.waiting
      if (next === undefined) return
      this.waiting.delete(next)
      this.begin(next)
    }
  }

  private get wants(): boolean {
    return this.waiting.size > this.leaving.size
  }

  /** Passivates idle roots for those that wait, in so many looks. */
  private makeRoom(looks: number): void {
    for (let left = looks; left > 0 && this.wants; left--) {
      this.looksInVain++
      const root = this.next()
      if (!root.isResident || this.leaving.has(root)) continue
      const done = root.handled + root.failed
      if (done !== root.doneBefore) {
        root.doneBefore = done
        continue
      }
      if (!root.passivate()) continue
      this.looksInVain = 0
      // Its scope may take its time to close.
      if (root.isResident) this.leaving.add(root)
    }
  }

  /** Where the hand points; somebody waits, so that there is a root. */
  private next(): R {
    const next = this.hand?.next()
    if (next !== undefined && next.done !== true) return next.value
    this.hand = this.roots.values()
    return this.hand.next().value as R
  }

  private lookLater(): void {
    if (this.isLooking) return
    this.isLooking = true
    // Twice round, nobody was idle: what they do takes time.
    if (this.looksInVain > 2 * this.roots.size + looksAtOnce) this.timers.after(pauseMillis, this.look)
    else this.scheduler.scheduleTask(this.look, 0)
  }

  private readonly look = (): void => {
    this.isLooking = false
    this.makeRoom(looksPerTask)
    if (this.wants) this.lookLater()
    else this.looksInVain = 0
  }
}
