/**
 * The sending side of an actor: its mailbox, who waits for room in it, and what a message meets in each state.
 *
 * First of three parts of one object, so that the hot path stays a few field reads: `Inbox` takes messages in,
 * `MessageLoop` handles them, `Cell` is the life around both.
 */
import { Cause, Effect, Exit, type Fiber } from "effect"
import { ActorFailed, ActorNotFound, ActorStopping, type AskError, MailboxFull, WaitCycle } from "../ActorError.ts"
import type { Behavior } from "../Behavior.ts"
import type { Reason } from "../DeadLetters.ts"
import { Ask, Attachment, type Target, WaitingSender } from "./attachment.ts"
import type { Environment } from "./environment.ts"
import { MessageRing } from "./messageRing.ts"
import { cycle, type Node, type Wait } from "./waitGraph.ts"

/** The states of a life, ordered: up to `restarting` messages are accepted. */
export const State = {
  absent: 0,
  starting: 1,
  running: 2,
  backingOff: 3,
  restarting: 4,
  /** Takes no more messages, handles those it has. */
  draining: 5,
  /** Its fiber is being interrupted, its children and its scope closed. */
  ending: 6,
  ended: 7,
  failed: 8
} as const
export type State = (typeof State)[keyof typeof State]

const stateNames = [
  "absent",
  "starting",
  "running",
  "backing off",
  "restarting",
  "stopping",
  "stopping",
  "ended",
  "failed"
]
export type Resume = (effect: Effect.Effect<void, unknown>) => void

export abstract class Inbox implements Target {
  state: State = State.absent
  readonly ring = new MessageRing()
  readonly capacity: number
  /** Resumes the parked fiber; `undefined` while it runs, and while there is none. */
  protected parked: Resume | undefined
  protected turnScheduled = false
  protected waiting: Array<WaitingSender> | undefined
  /** How many of them have left since they were last swept out, at most. */
  private left = 0
  /** What this actor's fibers wait for. */
  waits: Set<Wait> | undefined
  /** The crash after which supervision gave the actor up. */
  protected cause: Cause.Cause<unknown> | undefined

  constructor(
    readonly system: Environment,
    readonly address: string,
    /** The tags of the protocol; a message names its Rpc by the place in here. */
    protected readonly tags: ReadonlyArray<string>,
    protected readonly behavior: Behavior
  ) {
    this.capacity = behavior.mailbox.capacity
  }

  /** Begins the actor's life, at its first message. */
  abstract start(): void
  protected abstract scheduleTurn(): void

  get timers() {
    return this.system.timers
  }
  tagOf(rpc: number): string {
    return this.tags[rpc]!
  }
  describeState(): string {
    return stateNames[this.state]!
  }
  /** Senders that wait for room. */
  get waitingSenders(): number {
    return this.waiting?.reduce((count, wait) => (wait.withdrawn() ? count : count + 1), 0) ?? 0
  }

  /** Puts a message into the mailbox if that is simple: accepting, room, nobody waits before it, nobody traces. */
  tell(rpc: number, payload: unknown): Effect.Effect<void, AskError> {
    if (
      this.state <= State.restarting &&
      this.ring.size < this.capacity &&
      this.waiting === undefined &&
      !this.system.tracing
    ) {
      this.accept(rpc, payload, undefined)
      return Exit.void
    }
    return Effect.withFiberRuntime((fiber) => this.tellSlowly(rpc, payload, fiber))
  }

  private tellSlowly(
    rpc: number,
    payload: unknown,
    fiber: Fiber.RuntimeFiber<unknown, unknown>
  ): Effect.Effect<void, AskError> {
    const refusal = this.refusal()
    if (refusal !== undefined) return Effect.fail(refusal)
    const attachment = this.system.tracing ? new Attachment(fiber.currentSpan) : undefined
    if (this.hasRoom()) {
      this.accept(rpc, payload, attachment)
      return Exit.void
    }
    const full = () => Effect.fail(new MailboxFull({ address: this.address, capacity: this.capacity }))
    switch (this.behavior.mailbox.overflow) {
      case "failing":
        return full()
      case "dropping":
        this.system.deadLetters.record(this.address, this.tagOf(rpc), "mailbox full")
        return Exit.void
      case "sliding":
        this.shedOldest()
        this.accept(rpc, payload, attachment)
        return Exit.void
      case "back-pressure": {
        const sender = this.system.senderOf(fiber)
        if (sender?.blocking) {
          if (sender.cell === this) return full()
          const path = cycle(sender.cell, this)
          if (path !== undefined) return Effect.fail(new WaitCycle({ path }))
        }
        return Effect.async((resume) => {
          const wait = new WaitingSender(this, rpc, payload, attachment, resume as Resume, sender)
          this.enqueue(wait)
          if (sender !== undefined) wait.limit(this.system.tellTimeoutMillis)
          return Effect.sync(() => this.leave(wait))
        })
      }
    }
  }

  /** Registers an ask; the result, if any, cleans up when its fiber is interrupted. */
  ask(
    rpc: number,
    payload: unknown,
    timeoutMillis: number,
    fiber: Fiber.RuntimeFiber<unknown, unknown>,
    resume: (effect: Effect.Effect<unknown, unknown>) => void
  ): Effect.Effect<void> | undefined {
    const refusal = this.refusal()
    if (refusal !== undefined) {
      resume(Effect.fail(refusal))
      return undefined
    }
    const sender = this.system.senderOf(fiber)
    const blocking = sender?.blocking === true
    if (blocking) {
      const path = cycle(sender.cell, this)
      if (path !== undefined) {
        resume(Effect.fail(new WaitCycle({ path })))
        return undefined
      }
    }
    const inherited = sender === undefined ? Number.POSITIVE_INFINITY : sender.deadline()
    const timers = this.system.timers
    const limit =
      inherited === Number.POSITIVE_INFINITY
        ? timeoutMillis
        : Math.max(0, Math.min(timeoutMillis, inherited - timers.now()))
    const ask = new Ask(this, rpc, resume, fiber, sender, limit, fiber.currentSpan)
    if (limit !== Number.POSITIVE_INFINITY) timers.set(ask, timers.now() + limit)
    if (blocking) addWait(sender.cell, ask)
    if (this.hasRoom()) {
      this.accept(rpc, payload, ask)
      return undefined
    }
    const overflow = this.behavior.mailbox.overflow
    switch (overflow) {
      case "dropping":
      case "failing":
        // To the asker a shed ask is a full mailbox.
        if (overflow === "dropping") this.system.deadLetters.record(this.address, this.tagOf(rpc), "mailbox full")
        ask.refuse(new MailboxFull({ address: this.address, capacity: this.capacity }))
        return undefined
      case "sliding":
        this.shedOldest()
        this.accept(rpc, payload, ask)
        return undefined
      case "back-pressure": {
        const wait = new WaitingSender(this, rpc, payload, ask, undefined, sender)
        this.enqueue(wait)
        return Effect.sync(() => this.leave(wait))
      }
    }
  }

  private hasRoom(): boolean {
    return this.ring.size < this.capacity && this.waiting === undefined
  }

  private accept(rpc: number, payload: unknown, attachment: Attachment | undefined): void {
    this.ring.push(rpc, payload, attachment)
    if (this.parked !== undefined) {
      if (!this.turnScheduled) this.scheduleTurn()
    } else if (this.state === State.absent) this.start()
  }

  private enqueue(wait: WaitingSender): void {
    if (this.waiting === undefined) this.waiting = [wait]
    else {
      // Those that timed out stay until they come to the front; if the actor is stuck, that is never.
      const count = this.waiting.length
      if (count >= 64 && (count & (count - 1)) === 0) this.waiting = this.waiting.filter((other) => !other.withdrawn())
      this.waiting.push(wait)
    }
    if (wait.sender?.blocking) addWait(wait.sender.cell, wait)
  }

  /** Its fiber was interrupted. Those that left are swept out when they are as many as those that stay. */
  private leave(wait: WaitingSender): void {
    wait.leave()
    // An ask notes here that it is withdrawn, and takes its timer off the wheel.
    wait.attachment?.withdrawn()
    if (this.waiting === undefined) return
    if (++this.left * 2 < this.waiting.length) return
    this.left = 0
    this.waiting = this.waiting.filter((other) => !other.withdrawn())
    if (this.waiting.length === 0) this.waiting = undefined
  }

  /** Lets those in that wait for room, oldest first. */
  protected admit(): void {
    while (this.waiting !== undefined && this.ring.size < this.capacity) {
      const wait = this.waiting.shift()!
      if (this.waiting.length === 0) this.waiting = undefined
      if (wait.withdrawn()) continue
      this.ring.push(wait.rpc, wait.payload, wait.attachment)
      wait.accepted()
    }
  }

  private shedOldest(): void {
    const attachment = this.ring.attachment()
    this.system.deadLetters.record(this.address, this.tagOf(this.ring.rpc()), "mailbox full")
    this.ring.drop()
    attachment?.refuse(new MailboxFull({ address: this.address, capacity: this.capacity }))
  }

  private refusal(): AskError | undefined {
    switch (this.state) {
      case State.draining:
      case State.ending:
        return new ActorStopping({ address: this.address })
      case State.ended:
        return new ActorNotFound({ address: this.address, reason: "ended" })
      case State.failed:
        return new ActorFailed({ address: this.address, cause: this.cause ?? Cause.empty })
      default:
        return this.state === State.absent && this.system.stopping
          ? new ActorStopping({ address: this.address })
          : undefined
    }
  }

  protected discardMail(reason: Reason, error: AskError): void {
    this.refuseWaiting(error)
    while (this.ring.size > 0) {
      const attachment = this.ring.attachment()
      const tag = this.tagOf(this.ring.rpc())
      this.ring.drop()
      this.system.deadLetters.record(this.address, tag, attachment?.withdrawn() ? "withdrawn" : reason)
      attachment?.refuse(error)
    }
    this.ring.release()
  }

  protected refuseWaiting(error: AskError): void {
    const waiting = this.waiting ?? []
    this.waiting = undefined
    for (const wait of waiting) if (!wait.withdrawn()) wait.refused(error)
  }
}

const addWait = (node: Node, wait: Wait): void => {
  node.waits ??= new Set()
  node.waits.add(wait)
}
