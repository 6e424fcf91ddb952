/**
 * Notices that an actor has had nothing to do for a while, by looking at its counters now and then: messages do not touch it.
 */
import type { Timer, Timers } from "./timers.ts"

interface Idler {
  readonly handled: number
  readonly failed: number
  passivate(): boolean
}

export class IdleTimer implements Timer {
  next: Timer | undefined = undefined
  previous: Timer | undefined = undefined
  bucket: Timer["bucket"] = undefined
  dueMillis = 0
  private done: number

  constructor(
    private readonly actor: Idler,
    private readonly timers: Timers,
    private readonly millis: number
  ) {
    this.done = actor.handled + actor.failed
    this.set()
  }

  fire(): void {
    const done = this.actor.handled + this.actor.failed
    // One that is at work, or has children, is looked at again.
    if (done === this.done && this.actor.passivate()) return
    this.done = done
    this.set()
  }

  clear(): void {
    this.timers.clear(this)
  }

  private set(): void {
    this.timers.set(this, this.timers.now() + this.millis)
  }
}
