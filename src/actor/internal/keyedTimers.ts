/**
 * The keyed timers of one incarnation: messages that an actor sends to itself later.
 *
 * A key has at most one timer and at most one message waiting, so that a mailbox that is full takes them in all the same:
 * their number is bounded by the keys. What is cancelled, replaced or outlived by its incarnation is never handled, also if
 * its message waits in the mailbox already.
 */
import type { ActorRef } from "../ActorRef.ts"
import * as Timers from "../Timers.ts"
import { TimerMessage } from "./attachment.ts"
import { Tell } from "./tell.ts"
import type { Timers as Wheel } from "./timers.ts"

interface Entry {
  /** Settled when it was handled or cancelled. */
  message: TimerMessage
  readonly isPeriodic: boolean
  clear: () => void
}

export class KeyedTimers {
  private readonly entries = new Map<string, Entry>()

  constructor(
    private readonly address: string,
    private readonly wheel: Wheel
  ) {}

  /** Timers that are set, or whose message waits. */
  get count(): number {
    this.forgetDone()
    return this.entries.size
  }

  has(key: string): boolean {
    const entry = this.entries.get(key)
    return entry !== undefined && isActive(entry)
  }

  once(key: string, tell: ActorRef.Tell, millis: number): void {
    const sent = this.checked(key, tell)
    const message = new TimerMessage(undefined)
    const clear = this.wheel.after(millis, () => {
      sent.destination.deliver(sent.rpc, sent.payload, message)
    })
    this.entries.set(key, { message, isPeriodic: false, clear })
  }

  every(key: string, tell: ActorRef.Tell, millis: number): void {
    const sent = this.checked(key, tell)
    const entry: Entry = { message: new TimerMessage(undefined), isPeriodic: true, clear: () => {} }
    entry.message.cancel()
    const tick = () => {
      entry.clear = this.wheel.after(millis, tick)
      // The tick before has not been handled: one of them is enough.
      if (!entry.message.settled) return
      entry.message = new TimerMessage(undefined)
      sent.destination.deliver(sent.rpc, sent.payload, entry.message)
    }
    entry.clear = this.wheel.after(millis, tick)
    this.entries.set(key, entry)
  }

  cancel(key: string): void {
    const entry = this.entries.get(key)
    if (entry === undefined) return
    this.entries.delete(key)
    entry.clear()
    entry.message.cancel()
  }

  cancelAll(): void {
    for (const key of [...this.entries.keys()]) this.cancel(key)
  }

  private forgetDone(): void {
    for (const [key, entry] of this.entries) if (!isActive(entry)) this.entries.delete(key)
  }

  /** Frees the key for a new timer and checks that there is room and that the message is the actor's own. */
  private checked(key: string, tell: ActorRef.Tell): Tell {
    this.cancel(key)
    // Keys of one-off timers whose message was handled are forgotten here, not with each message.
    if (this.entries.size >= Timers.maxKeys) {
      this.forgetDone()
      if (this.entries.size >= Timers.maxKeys)
        throw new Timers.TooManyTimers({ address: this.address, limit: Timers.maxKeys })
    }
    if (tell instanceof Tell && tell.address === this.address) {
      // Now is when somebody hears of it.
      const refusal = tell.destination.refusal(tell.rpc, tell.payload)
      if (refusal !== undefined) throw refusal
      return tell
    }
    throw new Timers.NotItsOwnMessage({ address: this.address, found: tell.address })
  }
}

const isActive = (entry: Entry): boolean => entry.isPeriodic || !entry.message.settled
