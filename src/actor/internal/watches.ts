/**
 * What one actor watches, and the messages that tell it of an end.
 */
import { Cause } from "effect"
import { type AskError, MessageRefused } from "../ActorError.ts"
import type { ActorRef } from "../ActorRef.ts"
import type { End } from "../ActorSnapshot.ts"
import * as DeathWatch from "../DeathWatch.ts"
import { Attachment } from "./attachment.ts"
import { Tell } from "./tell.ts"

interface Watcher {
  readonly address: string
  /** Ends its incarnation. */
  crash(cause: Cause.Cause<unknown>): void
}

/** Calls back at the next end of the watched one, which may be now; the result takes it back. */
export type Watching = (onEnd: (end: End) => void) => () => void

export class Watches {
  private readonly all = new Set<Watch>()

  constructor(private readonly watcher: Watcher) {}

  get count(): number {
    return this.all.size
  }

  /** The result ends the watch; its message is not handled any more. */
  begin(watching: Watching, message: (end: End) => ActorRef.Tell): () => void {
    const { address } = this.watcher
    if (this.all.size >= DeathWatch.maxWatches) {
      throw new DeathWatch.TooManyWatches({ address, limit: DeathWatch.maxWatches })
    }
    const watch = new Watch(this.all)
    watch.leave = watching((end) => this.fire(watch, message, end))
    return () => watch.cancel()
  }

  /** The incarnation is over: ends what has not ended by itself. */
  endIncarnation(): void {
    for (const watch of [...this.all]) if (!watch.hasFired) watch.cancel()
  }

  private fire(watch: Watch, message: (end: End) => ActorRef.Tell, end: End): void {
    watch.hasFired = true
    const { address } = this.watcher
    let tell: ActorRef.Tell
    try {
      tell = message(end)
      // Only a ref's own tells can be delivered, and only its own mailbox has room for them.
      if (!(tell instanceof Tell) || tell.address !== address) {
        throw new DeathWatch.NotTheWatchers({ address, found: tell.address })
      }
      const refusal = tell.destination.deliver(tell.rpc, tell.payload, watch)
      if (refusal instanceof MessageRefused) throw refusal
      // It is stopping, and hears of no more.
      if (refusal !== undefined) watch.done()
    } catch (defect) {
      watch.done()
      this.watcher.crash(Cause.die(defect))
    }
  }
}

/** One of them, and its message: its place is free when that has settled. */
class Watch extends Attachment {
  hasFired = false
  leave = (): void => {}

  constructor(private readonly all: Set<Watch>) {
    super(undefined)
    all.add(this)
  }

  override get isSilent(): boolean {
    return true
  }
  override reply(_: unknown): void {
    this.done()
  }
  override fail(_: Cause.Cause<unknown>): void {
    this.done()
  }
  override refuse(_: AskError): void {
    this.done()
  }
  cancel(): void {
    // One that has fired has nothing to take back, and whom it watched may be somebody else by now.
    if (!this.hasFired) this.leave()
    this.done()
  }
  done(): void {
    this.settled = true
    this.all.delete(this)
  }
}
