/**
 * Takes back the fibers of actors that have had no Effect to run for a while.
 *
 * A fiber weighs more than twice as much as its actor (see `bench/actors/memory.ts`). It is worth keeping from one message to the
 * next, but not for thousands of actors that wait.
 */
import type { FairScheduler } from "../FairScheduler.ts"
import type { Timers } from "./timers.ts"

/** How long a fiber is kept at least; at most it is twice as long. Far above the pauses in a conversation, our choice. */
const idleMillis = 1000

/** Fibers looked at before others get their turn. */
const slice = 1000

interface Idle {
  /** Whether it waits for work. */
  readonly isParked: boolean
  /** Since when, in the system's coarse milliseconds. */
  readonly parkedAt: number
  /** Whether it is known here. */
  isListed: boolean
  rest(): void
}

export class IdleWorkers {
  private listed: Array<Idle> = []
  private isSet = false

  constructor(
    private readonly system: {
      readonly scheduler: FairScheduler
      readonly timers: Timers
      readonly coarseMillis: () => number
    }
  ) {}

  /** One has parked that is not listed yet. */
  add(worker: Idle): void {
    worker.isListed = true
    this.listed.push(worker)
    if (this.isSet) return
    this.isSet = true
    this.lookLater()
  }

  private lookLater(): void {
    this.system.timers.after(idleMillis, () => {
      const workers = this.listed
      this.listed = []
      this.look(workers, 0)
    })
  }

  private look(workers: ReadonlyArray<Idle>, from: number): void {
    const before = this.system.coarseMillis() - idleMillis
    for (const worker of workers.slice(from, from + slice)) {
      if (worker.isParked && worker.parkedAt > before) this.listed.push(worker)
      else {
        // One that is at work is listed again when it parks.
        worker.isListed = false
        if (worker.isParked) worker.rest()
      }
    }
    const next = from + slice
    if (next < workers.length) this.system.scheduler.scheduleTask(() => this.look(workers, next), 0)
    else if (this.listed.length > 0) this.lookLater()
    else this.isSet = false
  }
}
