/**
 * One subscriber of a topic: what waits for it, what it took, what it cost.
 *
 * Publishers call `offer`, its one consumer calls `take`. Both are synchronous, so that every subscriber of a topic sees
 * the topic's events in one and the same order.
 */
import { Effect, Exit, type Tracer } from "effect"

export type Overflow = "back-pressure" | "dropping" | "sliding"

/** One event whose publisher waits for room at the subscribers that were full. */
export class Publishing {
  private readonly waits: Array<Wait> = []
  private open = 0
  /** Called when all of them have taken the event in, or are gone. */
  whenSettled: (() => void) | undefined

  get isSettled(): boolean {
    return this.open === 0
  }
  add(wait: Wait): void {
    this.waits.push(wait)
    this.open++
  }
  settled(): void {
    if (--this.open === 0) this.whenSettled?.()
  }
  /** The publisher waits no longer. Gives the subscribers that had no room until now: they do not get the event. */
  leave(): ReadonlyArray<Subscriber> {
    return this.waits.filter((wait) => wait.subscriber.leave(wait)).map((wait) => wait.subscriber)
  }
}

interface Wait {
  readonly subscriber: Subscriber
  readonly publishing: Publishing
  readonly event: unknown
  readonly span: Tracer.AnySpan | undefined
  readonly sinceMillis: number
}

export class Subscriber {
  /** Events and the spans they were published in, by turns, from `head` on. */
  private readonly queue: Array<unknown> = []
  private head = 0
  /** Publishers in order; each has one event to hand over. */
  private readonly waiting = new Set<Wait>()
  private taker: ((effect: Effect.Effect<boolean>) => void) | undefined
  private waitedMillis = 0
  taken = 0
  shed = 0
  failed = 0
  closed = false
  saidAtMillis = Number.NEGATIVE_INFINITY
  /** Times nothing was said since. */
  unsaid = 0
  // The event taken last, valid until the next `take`.
  event: unknown
  span: Tracer.AnySpan | undefined

  constructor(
    readonly name: string,
    readonly overflow: Overflow,
    readonly capacity: number,
    private readonly now: () => number
  ) {}

  get lag(): number {
    return (this.queue.length - this.head) / 2
  }
  get waitingPublishers(): number {
    return this.waiting.size
  }
  /** What all publishers together have waited, those that still do included. */
  get publishersWaitedMillis(): number {
    const now = this.now()
    let millis = this.waitedMillis
    for (const wait of this.waiting) millis += now - wait.sinceMillis
    return millis
  }
  /** Whether a publisher would have to wait. */
  get isFull(): boolean {
    return this.overflow === "back-pressure" && this.lag >= this.capacity
  }

  /** Takes the event in, or sheds one if that is its policy. Not to be called while it `isFull`. */
  offer(event: unknown, span: Tracer.AnySpan | undefined): void {
    if (this.lag >= this.capacity) {
      this.shed++
      if (this.overflow === "dropping") return
      this.shift()
    }
    this.queue.push(event, span)
    this.wake()
  }

  /** Queues a publisher up. */
  wait(event: unknown, span: Tracer.AnySpan | undefined, publishing: Publishing): void {
    const wait: Wait = { subscriber: this, publishing, event, span, sinceMillis: this.now() }
    this.waiting.add(wait)
    publishing.add(wait)
  }

  /** Takes a publisher out of the queue; `false` if its event was taken in before. */
  leave(wait: Wait): boolean {
    if (!this.waiting.delete(wait)) return false
    this.waitedMillis += this.now() - wait.sinceMillis
    return true
  }

  /** Moves the next event into `event` and `span`, waiting for one; `false` once it is closed. */
  readonly take: Effect.Effect<boolean> = Effect.async((resume) => {
    if (this.closed || this.next()) return resume(this.closed ? no : yes)
    this.taker = resume
    return Effect.sync(() => {
      this.taker = undefined
    })
  })

  private next(): boolean {
    if (this.queue.length === this.head) return false
    this.taken++
    this.event = this.queue[this.head]
    // Put in beside it, by `offer` or below.
    this.span = this.queue[this.head + 1] as Tracer.AnySpan | undefined
    this.shift()
    for (const wait of this.waiting) {
      if (this.lag >= this.capacity) break
      this.leave(wait)
      this.queue.push(wait.event, wait.span)
      wait.publishing.settled()
    }
    return true
  }

  private shift(): void {
    this.queue[this.head++] = undefined
    this.queue[this.head++] = undefined
    if (this.head === this.queue.length) this.queue.length = this.head = 0
    else if (this.head >= 64 && this.head * 2 >= this.queue.length) {
      // Moves no more than was taken since the last time.
      this.queue.splice(0, this.head)
      this.head = 0
    }
  }

  private wake(): void {
    const resume = this.taker
    if (resume === undefined) return
    this.taker = undefined
    this.next()
    resume(yes)
  }

  /** Forgets what waits and lets everybody go who waits. */
  close(): void {
    this.closed = true
    this.queue.length = this.head = 0
    for (const wait of this.waiting) {
      this.leave(wait)
      wait.publishing.settled()
    }
    this.taker?.(no)
    this.taker = undefined
  }
}

const yes = Exit.succeed(true)
const no = Exit.succeed(false)
