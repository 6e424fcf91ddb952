/**
 * All waits of one actor system (deadlines of asks, waiting tells, backoff, budgets for stopping) on one Clock-driven wheel.
 *
 * A time-out per ask would cost more than the ask. Here setting a timer links a node into the bucket of its tick and
 * clearing it unlinks the node again, both in constant time and without garbage; one sleep, to the earliest timer known
 * when it began, serves them all. Timers fire to the millisecond, in the order of their times.
 */

/** Width of a bucket. Wider ones are fewer, but each wake-up looks through a whole one. */
const tickMillis = 16

/**
 * Timers due within this are due now. A sleep takes whole nanoseconds and times are sums of fractions, so that it may end a
 * hair before the time it was set for; the rest would be no time at all to a clock that cannot tell the two apart.
 */
const toleranceMillis = 0.001

/** The longest sleep of a JavaScript timer; a longer one would never end. */
const maxSleepMillis = 2 ** 31 - 1

/** A bucket is some 100 bytes, so this many are not worth a thought; 30 s of steady asks leave 1,900. */
const minSweep = 4096

export interface Timer {
  next: Timer | undefined
  previous: Timer | undefined
  bucket: Bucket | undefined
  dueMillis: number
  /** Called once, when the time has come, unless the timer was cleared. */
  fire: () => void
}

interface Bucket {
  first: Timer | undefined
}

export class Timers {
  private readonly buckets = new Map<number, Bucket>()
  /** Ticks of existing buckets as a binary heap, smallest first. */
  private readonly heap: Array<number> = []
  /** How many buckets make a sweep for empty ones worth its while. */
  private sweepAt = minSweep
  private armedFor = Number.POSITIVE_INFINITY
  private disarm: (() => void) | undefined

  constructor(
    /** Calls back after so many milliseconds of the system's Clock; the result cancels it. */
    private readonly sleep: (millis: number, wake: () => void) => () => void,
    /** Milliseconds since the system began: see `elapsed`. */
    readonly now: () => number
  ) {}

  set(timer: Timer, dueMillis: number): void {
    const tick = Math.floor(dueMillis / tickMillis)
    let bucket = this.buckets.get(tick)
    if (bucket === undefined) {
      if (this.buckets.size >= this.sweepAt) this.sweep()
      bucket = { first: undefined }
      this.buckets.set(tick, bucket)
      this.pushHeap(tick)
    }
    timer.dueMillis = dueMillis
    timer.bucket = bucket
    timer.previous = undefined
    timer.next = bucket.first
    if (bucket.first !== undefined) bucket.first.previous = timer
    bucket.first = timer
    if (dueMillis < this.armedFor) this.arm(dueMillis)
  }

  clear(timer: Timer): void {
    const bucket = timer.bucket
    if (bucket === undefined) return
    timer.bucket = undefined
    if (timer.previous === undefined) bucket.first = timer.next
    else timer.previous.next = timer.next
    if (timer.next !== undefined) timer.next.previous = timer.previous
    timer.next = timer.previous = undefined
  }

  /** Buckets in memory, for tests of their bound. */
  get bucketCount(): number {
    return this.buckets.size
  }

  /** Calls `fire` after `millis`; the result clears it. */
  after(millis: number, fire: () => void): () => void {
    const timer: Timer = { next: undefined, previous: undefined, bucket: undefined, dueMillis: 0, fire }
    this.set(timer, this.now() + millis)
    return () => this.clear(timer)
  }

  /** Ends the one sleep; timers that are set do not fire any more. */
  close(): void {
    this.disarm?.()
    this.disarm = undefined
  }

  private arm(dueMillis: number): void {
    this.disarm?.()
    this.armedFor = dueMillis
    this.disarm = this.sleep(Math.min(Math.max(0, dueMillis - this.now()), maxSleepMillis), this.wake)
  }

  private readonly wake = (): void => {
    this.disarm = undefined
    this.armedFor = Number.POSITIVE_INFINITY
    const now = this.now() + toleranceMillis
    while (this.heap.length > 0) {
      const tick = this.heap[0]!
      const bucket = this.buckets.get(tick)!
      this.fireDue(bucket, now)
      // One that fired may have set a timer for an earlier tick, such as an inherited deadline that is over: it is next.
      if (this.heap[0] !== tick) continue
      let earliest = Number.POSITIVE_INFINITY
      for (let timer = bucket.first; timer !== undefined; timer = timer.next) {
        if (timer.dueMillis < earliest) earliest = timer.dueMillis
      }
      if (earliest !== Number.POSITIVE_INFINITY) {
        if (earliest < this.armedFor) this.arm(earliest)
        return
      }
      // An emptied bucket is dropped when it comes to the front, so that a cleared timer costs no wake-up of its own.
      this.popHeap()
      this.buckets.delete(tick)
    }
  }

  private fireDue(bucket: Bucket, now: number): void {
    const due: Array<Timer> = []
    for (let timer = bucket.first; timer !== undefined; timer = timer.next) if (timer.dueMillis <= now) due.push(timer)
    // The bucket lists the youngest first: reversed, the stable sort keeps timers of one time in the order they were set.
    due.reverse().sort((a, b) => a.dueMillis - b.dueMillis)
    for (const timer of due) {
      if (timer.bucket !== bucket) continue // cleared by one that fired before it
      this.clear(timer)
      timer.fire()
    }
  }

  /** Drops the buckets whose timers were all cleared: with long time-outs their own time is far away. */
  private sweep(): void {
    for (const [tick, bucket] of this.buckets) if (bucket.first === undefined) this.buckets.delete(tick)
    this.heap.length = 0
    for (const tick of this.buckets.keys()) this.pushHeap(tick)
    this.sweepAt = Math.max(minSweep, 2 * this.buckets.size)
  }

  private pushHeap(tick: number): void {
    const heap = this.heap
    let at = heap.length
    heap.push(tick)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (heap[parent]! <= tick) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = tick
  }

  private popHeap(): void {
    const heap = this.heap
    const last = heap.pop()!
    if (heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++
      if (heap[child]! >= last) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
  }
}
