/**
 * The routees of one router: who gets the next message, who comes, who goes, and who is out.
 *
 * Choosing is synchronous and happens in the sender's own turn, so that a router is no actor, no queue and no bottleneck.
 * Everything else is a look around at intervals of the Clock.
 */
import { Effect, type Scope } from "effect"
import type { WaitCycle } from "../ActorError.ts"
import type { ActorRef, ActorType } from "../ActorRef.ts"
import type { Load } from "../ActorSnapshot.ts"
import * as HashRing from "../HashRing.ts"

export interface Routee {
  readonly number: number
  readonly ref: ActorRef.Any
  readonly load: Load
  /** Supervision has given it up, and that was said. */
  givenUp: boolean
  /** It had nothing to do when last looked at. */
  wasIdle: boolean
  /** It has left, is idle, and is being stopped. */
  stopping: boolean
}

/** What a pool needs of the system that it lives in. */
export interface Home {
  readonly ref: (definition: ActorType.Any, id: string) => ActorRef.Any
  readonly load: (ref: ActorRef.Any) => Load
  readonly stop: (ref: ActorRef.Any, options?: { readonly now?: boolean }) => Effect.Effect<void, WaitCycle>
}

export interface Settings {
  readonly name: string
  readonly definition: ActorType.Any
  readonly key: ((tag: string, payload: unknown) => string) | undefined
  readonly leastLoaded: boolean
  readonly growAbove: number
  readonly shrinkBelow: number
  readonly shrinkAfter: number
}

export class Pool {
  /** In rotation, by number; those that were given up keep their place and are passed over. */
  readonly routees: Array<Routee> = []
  /** Taken out of rotation, and not stopped before all they had accepted has settled. */
  readonly leaving = new Set<Routee>()
  closed = false
  grown = 0
  shrunk = 0
  private readonly ring: HashRing.HashRing<Routee> | undefined
  private next = 0
  private quietChecks = 0

  constructor(
    private readonly settings: Settings,
    private min: number,
    private max: number,
    private readonly home: Home,
    private readonly scope: Scope.Scope
  ) {
    if (settings.key !== undefined) this.ring = HashRing.make()
    this.grow(min)
    this.grown = 0
  }

  /** Who gets this message. If all are out, one of them: its refusal says why. */
  pick(tag: string, payload: unknown): Routee {
    if (this.ring !== undefined) {
      const key = this.settings.key!(tag, payload)
      return HashRing.get(this.ring, key, isOut) ?? HashRing.get(this.ring, key)!
    }
    return this.settings.leastLoaded ? this.leastLoaded() : this.inTurn()
  }

  private inTurn(): Routee {
    const { length } = this.routees
    let late: number | undefined
    for (let i = 0; i < length; i++) {
      const at = (this.next + i) % length
      const routee = this.routees[at]!
      if (isOut(routee)) continue
      if (isLate(routee)) late ??= at
      else {
        this.next = at + 1
        return routee
      }
    }
    const at = late ?? this.next % length
    this.next = at + 1
    return this.routees[at]!
  }

  /** Begins with another one each time, so that equals take turns. */
  private leastLoaded(): Routee {
    const { length } = this.routees
    const start = this.next++ % length
    let best = this.routees[start]!
    let least = cost(best)
    for (let i = 1; i < length && least > 0; i++) {
      const routee = this.routees[(start + i) % length]!
      const at = cost(routee)
      if (at >= least) continue
      best = routee
      least = at
    }
    return best
  }

  /** What the Clock drives: says who was given up and who is back, stops who has left, and fits the size to the backlog. */
  readonly check: Effect.Effect<void> = Effect.suspend(() => {
    const news = this.routees.flatMap((routee) => this.newsOf(routee))
    const stops = [...this.leaving].flatMap((routee) => this.stopIfIdle(routee))
    this.fit()
    return Effect.all([...news, ...stops], { discard: true })
  })

  private newsOf(routee: Routee): Array<Effect.Effect<void>> {
    const givenUp = routee.load.state === "failed"
    if (givenUp === routee.givenUp) return []
    routee.givenUp = givenUp
    const left = this.routees.reduce((count, other) => (isOut(other) ? count : count + 1), 0)
    const now = `${left} of ${this.routees.length} routees of the router "${this.settings.name}" are in rotation`
    const line = givenUp
      ? Effect.logWarning(
          `${routee.ref.address} was given up and gets no messages; ${now}: fix the cause, then revive it`
        )
      : Effect.logInfo(`${routee.ref.address} lives again; ${now}`)
    return [Effect.annotateLogs(line, "actor.address", routee.ref.address)]
  }

  /** Idle twice in a row: a sender that had chosen it before it left has sent by now. */
  private stopIfIdle(routee: Routee): Array<Effect.Effect<void>> {
    if (routee.stopping) return []
    const idle = routee.load.backlog === 0
    if (!idle || !routee.wasIdle) {
      routee.wasIdle = idle
      return []
    }
    routee.stopping = true
    const stop = Effect.zipRight(
      this.stop(routee),
      Effect.sync(() => this.leaving.delete(routee))
    )
    return [Effect.asVoid(Effect.forkIn(stop, this.scope))]
  }

  private fit(): void {
    let backlog = 0
    let living = 0
    for (const routee of this.routees) {
      if (isOut(routee)) continue
      living++
      backlog += routee.load.backlog
    }
    const { growAbove, shrinkAfter, shrinkBelow } = this.settings
    const size = this.routees.length
    this.quietChecks = backlog < shrinkBelow * living ? this.quietChecks + 1 : 0
    if (backlog > growAbove * living) {
      // At most doubled, so that one burst does not build all that is allowed.
      const wanted = Math.min(Math.ceil(backlog / growAbove) - living, living, this.max - size)
      if (wanted > 0) this.grow(wanted)
    } else if (this.quietChecks >= shrinkAfter && size > this.min) {
      this.quietChecks = 0
      this.shrink(1)
    }
  }

  /** New bounds, kept to at once. */
  resize(min: number, max: number): void {
    this.min = min
    this.max = max
    const size = this.routees.length
    if (size < min) this.grow(min - size)
    else if (size > max) this.shrink(size - max)
  }

  private grow(count: number): void {
    for (let i = 0; i < count; i++) {
      // One that was about to leave is still warm.
      const routee = [...this.leaving].find(({ stopping }) => !stopping) ?? this.newRoutee()
      this.leaving.delete(routee)
      routee.wasIdle = false
      this.routees.push(routee)
      if (this.ring !== undefined) HashRing.add(this.ring, routee.ref.address, routee)
      this.grown++
    }
    this.routees.sort((a, b) => a.number - b.number)
  }

  private newRoutee(): Routee {
    const taken = new Set([...this.routees, ...this.leaving].map(({ number }) => number))
    let number = 1
    while (taken.has(number)) number++
    const ref = this.home.ref(this.settings.definition, `${this.settings.name}-${number}`)
    return { number, ref, load: this.home.load(ref), givenUp: false, wasIdle: false, stopping: false }
  }

  /** The last ones leave first. */
  private shrink(count: number): void {
    for (const routee of this.routees.splice(-count)) {
      this.leaving.add(routee)
      if (this.ring !== undefined) HashRing.remove(this.ring, routee.ref.address)
      this.shrunk++
    }
  }

  /** One that waits for whoever closes the router would not end in order: it ends now. */
  private stop({ ref }: Routee): Effect.Effect<void> {
    return Effect.catchTag(this.home.stop(ref), "WaitCycle", () => Effect.ignore(this.home.stop(ref, { now: true })))
  }

  /** Stops all of them, each within the system's budget. */
  readonly close: Effect.Effect<void> = Effect.suspend(() => {
    this.closed = true
    const stopAll = Effect.suspend(() =>
      Effect.forEach([...this.routees, ...this.leaving], (routee) => this.stop(routee), {
        discard: true,
        concurrency: "unbounded"
      })
    )
    // A sender that had chosen before, and sends only now, activates its routee again: a second look finds that one.
    return Effect.zipRight(Effect.zipRight(stopAll, Effect.yieldNow()), stopAll)
  })
}

/** Takes no messages. */
export const isOut = ({ load: { state } }: Routee): boolean =>
  state === "failed" || state === "stopping" || state === "ended"

/** Takes messages, but handles none before it has restarted, or has found room in memory. */
const isLate = ({ load: { state } }: Routee): boolean =>
  state === "backing off" || state === "restarting" || state === "waiting for room"

/** How long a message may be at work before its routee counts as slow: none gets behind it while another routee is not. */
const slowMillis = 100

/**
 * The backlog, and what weighs heavier than any: to be slow, to be late, to be out. Of two with equal backlogs the one that exists is
 * cheaper than one that would have to be built.
 */
const cost = (routee: Routee): number =>
  isOut(routee)
    ? Number.POSITIVE_INFINITY
    : routee.load.backlog +
      (routee.load.atWorkMillis >= slowMillis ? 2 ** 31 : 0) +
      (isLate(routee) ? 2 ** 32 : 0) +
      (routee.load.state === "absent" ? 0.5 : 0)
