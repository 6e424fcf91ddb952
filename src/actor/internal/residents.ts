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
/** Tasks in vain before the hand takes all to be at work with what takes time. Each runs when all that is queued has run. */
const patience = 8
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
  /** Those in memory, for the hand to go round; kept from the first time that there is no room. */
  private ring: Set<R> | undefined
  private readonly waiting = new Set<R>()
  /** Being passivated, and not at their end yet. */
  private readonly leaving = new Set<R>()
  /** Those that begin come last. */
  private hand: Iterator<R> | undefined
  private looksInVain = 0
  private tasksInVain = 0
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
    if (this.wants) this.lookLater(false)
  }

  /** A root has no incarnation any more: it ended, was given up, or is passive. */
  leave(root: R): void {
    this.changed()
    this.waiting.delete(root)
    this.leaving.delete(root)
    if (!root.isResident) return
    root.isResident = false
    this.count--
    this.ring?.delete(root)
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
    this.ring?.add(root)
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

  /** Passivates idle roots for those that wait, in so many looks; whether there were any. */
  private makeRoom(looks: number): boolean {
    this.ring ??= new Set([...this.roots.values()].filter(({ isResident }) => isResident))
    if (this.hasLookedTwice) this.looksInVain = 0
    let found = false
    for (let left = looks; left > 0 && this.wants && !this.hasLookedTwice; left--) {
      this.looksInVain++
      const root = this.next(this.ring)
      if (this.leaving.has(root)) continue
      const done = root.handled + root.failed
      if (done !== root.doneBefore) {
        root.doneBefore = done
        continue
      }
      if (!root.passivate()) continue
      found = true
      this.looksInVain = 0
      // Its scope may take its time to close.
      if (root.isResident) this.leaving.add(root)
    }
    return found
  }

  /** Whether the hand has gone round twice, and nobody was idle. */
  private get hasLookedTwice(): boolean {
    return this.looksInVain > 2 * this.count
  }

  /** Where the hand points. Somebody waits, so that all places are taken. */
  private next(ring: ReadonlySet<R>): R {
    const next = this.hand?.next()
    if (next !== undefined && next.done !== true) return next.value
    this.hand = ring.values()
    return this.hand.next().value as R
  }

  private lookLater(pause: boolean): void {
    if (this.isLooking) return
    this.isLooking = true
    if (pause) this.timers.after(pauseMillis, this.look)
    else this.scheduler.scheduleTask(this.look, 0)
  }

  private readonly look = (): void => {
    this.isLooking = false
    this.tasksInVain = this.makeRoom(looksPerTask) ? 0 : this.tasksInVain + 1
    // Those that began just now may be done when what is queued has run; if not, all are at work with what takes time.
    const pause = this.hasLookedTwice && this.tasksInVain >= patience
    if (pause) this.tasksInVain = 0
    if (this.wants) this.lookLater(pause)
  }
}
