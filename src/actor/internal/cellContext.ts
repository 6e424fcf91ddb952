/**
 * `ActorContext` for one incarnation, and on whose behalf its fibers send. Its Effects are made when they are looked at.
 *
 * Fibers outlive incarnations: finalizers, daemons, handlers that would not be interrupted. What they do to their actor by
 * this context they do to the incarnation it was made for; once that is over, nothing.
 */
import { Effect } from "effect"
import { ActorContext } from "../ActorContext.ts"
import type { ActorRef } from "../ActorRef.ts"
import type { End } from "../ActorSnapshot.ts"
import { durationMillis } from "../Ranges.ts"
import type { Timers } from "../Timers.ts"
import type { Sender } from "./attachment.ts"
import type { Incarnation } from "./incarnation.ts"
import { KeyedTimers } from "./keyedTimers.ts"
import type { Supervisor } from "./supervisor.ts"
import type { Timers as Wheel } from "./timers.ts"
import type { Watching } from "./watches.ts"

type Self = ActorContext["Type"]

/** The actor, as far as its own code may reach it. */
interface Owner {
  readonly self: ActorRef.Any
  readonly address: string
  readonly id: string
  readonly timers: Wheel
  readonly system: { readonly epochOf: (millis: number) => number }
  childrenOf(life: Incarnation): Supervisor | undefined
  stopItself(life: Incarnation): void
  stashInHand(): void
  unstash(): number
  become(handlers: Readonly<Record<string, unknown>>): void
  watchWith(life: Incarnation, watching: Watching, message: (end: End) => ActorRef.Tell): () => void
}

export class CellContext implements Self {
  constructor(
    private readonly cell: Owner,
    private readonly life: Incarnation,
    readonly sender: Sender
  ) {}

  /** Who supervises what is spawned here; nobody, once the incarnation is over. */
  get children(): Supervisor | undefined {
    return this.cell.childrenOf(this.life)
  }
  /** Its incarnation has ended, or ends just now. */
  get isOver(): boolean {
    return this.life.isClosing
  }
  watchWith(watching: Watching, message: (end: End) => ActorRef.Tell): () => void {
    return this.cell.watchWith(this.life, watching, message)
  }
  /** For `deadlineOf`: when the message it sends for must be answered, in epoch milliseconds; `Infinity` if nobody waits. */
  get deadline(): number {
    return this.cell.system.epochOf(this.sender.deadline())
  }
  get self(): ActorRef.Any {
    return this.cell.self
  }
  get address(): string {
    return this.cell.address
  }
  get id(): string {
    return this.cell.id
  }
  get incarnation(): number {
    return this.life.number
  }
  get epoch(): number {
    return this.life.epoch
  }
  get stop(): Effect.Effect<void> {
    return Effect.sync(() => this.cell.stopItself(this.life))
  }
  get stash(): Effect.Effect<never> {
    return Effect.withFiberRuntime((fiber) => {
      // Who runs it counts, not where the context was taken: that is often in `build`.
      const running = fiber.currentContext.unsafeMap.get(ActorContext.key) as CellContext | undefined
      if (running?.sender !== this.life || this.isOver || !this.life.cell.inHand) {
        return Effect.dieMessage(`${this.cell.address} has no message in hand that could be set aside`)
      }
      this.cell.stashInHand()
      // The handler ends here. Its message has left the hand, so that this end is nobody's failure and no crash.
      return Effect.interrupt
    })
  }
  get unstashAll(): Effect.Effect<number> {
    return Effect.sync(() => (this.isOver ? 0 : this.cell.unstash()))
  }
  get timers(): Timers {
    // What is set once they have been cancelled would never be.
    const of = () => {
      if (this.isOver) return undefined
      this.life.timers ??= new KeyedTimers(this.cell.address, this.cell.timers)
      return this.life.timers
    }
    return {
      once: (key, tell, delay) =>
        Effect.sync(() => of()?.once(key, tell, durationMillis("The delay of a timer", delay, "zero"))),
      every: (key, tell, interval) =>
        Effect.sync(() =>
          of()?.every(key, tell, Math.max(1, durationMillis("The interval of a timer", interval, "zero")))
        ),
      cancel: (key) => Effect.sync(() => this.life.timers?.cancel(key)),
      cancelAll: Effect.sync(() => this.life.timers?.cancelAll()),
      isActive: (key) => Effect.sync(() => this.life.timers?.has(key) ?? false)
    }
  }
  become(handlers: Readonly<Record<string, unknown>>): Effect.Effect<void> {
    return Effect.sync(() => {
      if (!this.isOver) this.cell.become(handlers)
    })
  }
}
