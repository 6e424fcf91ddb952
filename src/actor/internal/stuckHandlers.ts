/**
 * Finds handlers that do not come back: one timer for all actors of a system, set only while one of them is at work.
 */
import type { FairScheduler } from "../FairScheduler.ts"
import type { Changes } from "./changes.ts"
import type { Log } from "./log.ts"
import type { Timers } from "./timers.ts"
import { type Wait, waitsFor } from "./waitGraph.ts"

/** An actor at work. */
interface AtWork {
  readonly address: string
  readonly type: string
  readonly id: string
  readonly rpc: number
  readonly tagOf: (rpc: number) => string
  readonly log: Log
  /** When the Effect in hand began, in coarse milliseconds; -1 while there is none. */
  readonly begunAt: number
  readonly waits: ReadonlySet<Wait> | undefined
}

/** Actors looked at before others get their turn. */
const slice = 10_000

export class StuckHandlers {
  /** Whether a look around is due anyway. For who begins an Effect to ask, so that a message costs one field. */
  isSet: boolean
  /** Those that were reported, and when their message was begun: each is reported once. */
  private reported = new Map<AtWork, number>()

  constructor(
    private readonly afterMillis: number,
    private readonly actors: () => Iterable<AtWork>,
    private readonly system: {
      readonly scheduler: FairScheduler
      readonly timers: Timers
      readonly coarseMillis: () => number
      readonly log: Log
    },
    private readonly changes: Changes
  ) {
    this.isSet = afterMillis === Number.POSITIVE_INFINITY
  }

  /** An Effect has begun. */
  set(): void {
    this.isSet = true
    this.lookIn(this.afterMillis)
  }

  private lookIn(millis: number): void {
    this.system.timers.after(millis, () =>
      this.look(this.actors()[Symbol.iterator](), new Map(), Number.POSITIVE_INFINITY)
    )
  }

  private look(actors: Iterator<AtWork>, stuck: Map<AtWork, number>, nextMillis: number): void {
    const now = this.system.coarseMillis()
    let next = nextMillis
    for (let left = slice; left > 0; left--) {
      const { done, value: actor } = actors.next()
      if (done === true) return this.finish(stuck, next - now)
      const { begunAt } = actor
      if (begunAt === -1) continue
      if (now - begunAt < this.afterMillis) {
        next = Math.min(next, begunAt + this.afterMillis)
        continue
      }
      stuck.set(actor, begunAt)
      if (this.reported.get(actor) !== begunAt) this.report(actor, now - begunAt)
    }
    this.system.scheduler.scheduleTask(() => this.look(actors, stuck, next), 0)
  }

  private finish(stuck: Map<AtWork, number>, inMillis: number): void {
    this.reported = stuck
    // Often enough that nobody is late by much, seldom enough that many short Effects cost nothing.
    if (inMillis !== Number.POSITIVE_INFINITY) this.lookIn(Math.max(inMillis, this.afterMillis / 8))
    else this.isSet = false
  }

  private report(actor: AtWork, forMillis: number): void {
    const message = actor.tagOf(actor.rpc)
    if (this.changes.isObserved) this.changes.publish(actor, { _tag: "stuck", message, forMillis })
    const waits = waitsFor(actor)
    actor.log(
      "Warning",
      `${actor.address} has been at work on ${message} for ${forMillis} ms${
        waits.length > 0 ? ` and waits for ${waits.join(", ")}` : ""
      }: find what it waits for, or let it answer later with Rpc.fork`
    )
  }
}
