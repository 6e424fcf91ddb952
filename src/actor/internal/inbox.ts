/**
 * The sending side of an actor: its mailbox, who waits for room in it, and what a message meets in each state.
 *
 * First of three parts of one object, so that the hot path stays a few field reads: `Inbox` takes messages in,
 * `MessageLoop` handles them, `Cell` is the life around both.
 */
import { Cause, Effect, Exit, type Fiber } from "effect"
import {
  ActorFailed,
  ActorNotFound,
  ActorStopping,
  type AskError,
  MailboxFull,
  type TellError,
  WaitCycle
} from "../ActorError.ts"
import type { LifeState } from "../ActorSnapshot.ts"
import type { Behavior } from "../Behavior.ts"
import type { Reason } from "../DeadLetters.ts"
import { asyncHere } from "./asyncHere.ts"
import { Ask, Attachment, type Place, type Resume, type Target } from "./attachment.ts"
import type { Environment } from "./environment.ts"
import { LaneRing } from "./laneRing.ts"
import { type Hand, MessageRing, type Messages } from "./messageRing.ts"
import type { Protocol } from "./protocol.ts"
import { stackless } from "./stackless.ts"
import { addWait, cycle, type Wait } from "./waitGraph.ts"
import { WaitingSender, WaitingSenders } from "./waitingSenders.ts"

/** The states of a life, ordered: up to `restarting` messages are accepted. */
export const State = {
  absent: 0,
  /** Has messages, and begins when another root of its type has made room. */
  waitingForRoom: 1,
  starting: 2,
  running: 3,
  backingOff: 4,
  /** Its incarnation is being closed; another one follows, or none until the next message. */
  restarting: 5,
  /** Takes no more messages, handles those it has. */
  draining: 6,
  /** Its fiber is being interrupted, its children and its scope closed. */
  ending: 7,
  ended: 8,
  failed: 9
} as const
export type State = (typeof State)[keyof typeof State]

const stateNames: ReadonlyArray<LifeState> = [
  "absent",
  "waiting for room",
  "starting",
  "running",
  "backing off",
  "restarting",
  "stopping",
  "stopping",
  "ended",
  "failed"
]

/** So many messages that nobody waits for may stand in a mailbox, or as many as the others: then they are swept out. */
const maxVacant = 32

export abstract class Inbox implements Target, Place {
  state: State = State.absent
  readonly ring: Messages
  readonly capacity: number
  /** Nobody handles messages just now, and a turn may: no fiber of the actor is at it, no start or end is under way. */
  protected free = false
  protected turnScheduled = false
  protected waiting: WaitingSenders | undefined
  /** Messages in `ring` that nobody waits for any more, such as asks that timed out: their places are free. */
  private vacant = 0
  /** What this actor's fibers wait for. */
  waits: Set<Wait> | undefined
  /** The crash after which supervision gave the actor up. */
  protected cause: Cause.Cause<unknown> | undefined

  constructor(
    readonly system: Environment,
    readonly address: string,
    readonly protocol: Protocol,
    protected readonly behavior: Behavior
  ) {
    this.capacity = behavior.mailbox.capacity
    this.ring = protocol.lanes === undefined ? new MessageRing() : new LaneRing(protocol.lanes)
  }

  /** Begins the actor's life, at its first message. */
  protected abstract activate(): void
  protected abstract scheduleTurn(): void
  /** Whether it is a new actor after its end. */
  protected abstract get isRoot(): boolean

  get timers() {
    return this.system.timers
  }
  tagOf(rpc: number): string {
    return this.protocol.tags[rpc]!
  }
  describeState(): LifeState {
    return stateNames[this.state]!
  }
  /** Senders that wait for room. */
  get waitingSenders(): number {
    return this.waiting?.count ?? 0
  }

  /** Puts a message into the mailbox if that is simple: accepting, room, nobody waits before it, nobody traces. */
  tell(rpc: number, payload: unknown): Effect.Effect<void, TellError> {
    const carried = this.system.carrying.now()
    if (
      this.state <= State.restarting &&
      this.waiting === undefined &&
      this.ring.size < this.capacity &&
      !this.system.tracing
    ) {
      this.accept(rpc, payload, carried === undefined ? undefined : new Attachment(undefined, carried))
      return Exit.void
    }
    return Effect.withFiberRuntime((fiber) => {
      const span = this.system.tracing ? fiber.currentSpan : undefined
      const carries = this.system.tracing || carried !== undefined
      return this.tellWith(rpc, payload, carries ? new Attachment(span, carried) : undefined, fiber)
    })
  }

  /** A tell that carries something, or meets a state or a mailbox that needs a closer look. */
  tellWith(
    rpc: number,
    payload: unknown,
    attachment: Attachment | undefined,
    fiber: Fiber.RuntimeFiber<unknown, unknown>
  ): Effect.Effect<void, TellError> {
    const refusal = this.refusal()
    if (refusal !== undefined) return Effect.fail(refusal)
    if (this.hasRoom()) {
      this.accept(rpc, payload, attachment)
      return Exit.void
    }
    switch (this.behavior.mailbox.overflow) {
      case "failing":
        return Effect.fail(this.full())
      case "dropping":
        this.dropped(rpc, payload, attachment)
        return Exit.void
      case "sliding":
        this.slide(rpc, payload, attachment)
        return Exit.void
      case "back-pressure":
        return asyncHere((resume) => {
          // Looked at once more: the fiber may have been preempted since, and nobody would come to let it in.
          if (this.refusal() !== undefined || this.hasRoom()) {
            return resume(this.tellWith(rpc, payload, attachment, fiber))
          }
          const sender = this.system.senderOf(fiber)
          if (sender?.node !== undefined) {
            if (sender.node === this) return resume(Effect.fail(this.full()))
            const path = cycle(sender.node, this)
            if (path !== undefined) return resume(Effect.fail(new WaitCycle({ path })))
          }
          const wait = new WaitingSender(this, rpc, payload, attachment, resume as Resume, sender)
          this.enqueue(wait)
          if (sender !== undefined) wait.limit(this.system.tellTimeoutMillis, () => this.leave(wait))
          return Effect.sync(() => this.leave(wait))
        })
    }
  }

  /** Takes a message in whatever the mailbox holds: a timer's, or a watch's, whose number the actor itself bounds. */
  deliver(rpc: number, payload: unknown, attachment: Attachment | undefined): TellError | undefined {
    const refusal = this.refusal()
    if (refusal === undefined) this.accept(rpc, payload, attachment)
    return refusal
  }

  /** An ask by `fiber`: puts it into the mailbox and gives what its asker waits for. */
  protected askQueued(
    rpc: number,
    payload: unknown,
    timeoutMillis: number,
    fiber: Fiber.RuntimeFiber<unknown, unknown>
  ): Effect.Effect<unknown, unknown> {
    const refusal = this.refusal()
    if (refusal !== undefined) return Effect.fail(refusal)
    const ask = this.admitAsk(rpc, timeoutMillis, fiber)
    if (!(ask instanceof Ask)) return ask
    ask.arm()
    const onInterrupt = this.protocol.interruptible?.[rpc] ? () => ask.leave() : undefined
    if (this.hasRoom()) {
      this.accept(rpc, payload, ask)
      return ask.outcome(onInterrupt)
    }
    switch (this.behavior.mailbox.overflow) {
      case "dropping":
        // To the asker a shed ask is a full mailbox.
        this.dropped(rpc, payload, ask)
        return ask.outcome(undefined)
      case "failing":
        ask.refuse(this.full(), "mailbox full")
        return ask.outcome(undefined)
      case "sliding":
        this.slide(rpc, payload, ask)
        return ask.outcome(onInterrupt)
      case "back-pressure": {
        const wait = new WaitingSender(this, rpc, payload, ask, undefined, ask.sender)
        this.enqueue(wait)
        return ask.outcome(() => {
          this.leave(wait)
          onInterrupt?.()
        })
      }
    }
  }

  /** Makes an ask with its deadline, not yet on the wheel, and its edge in the wait-for graph; refuses it where that would close a circle. */
  protected admitAsk(
    rpc: number,
    timeoutMillis: number,
    fiber: Fiber.RuntimeFiber<unknown, unknown>
  ): Ask | Effect.Effect<never, WaitCycle> {
    const sender = this.system.senderOf(fiber)
    const node = sender?.node
    if (node !== undefined) {
      const path = cycle(node, this)
      if (path !== undefined) return Effect.fail(new WaitCycle({ path }))
    }
    const inherited = sender === undefined ? Number.POSITIVE_INFINITY : sender.deadline()
    const timers = this.system.timers
    let limit = timeoutMillis
    let due = Number.POSITIVE_INFINITY
    if (timeoutMillis !== Number.POSITIVE_INFINITY || inherited !== Number.POSITIVE_INFINITY) {
      const now = timers.now()
      due = Math.max(now, Math.min(now + timeoutMillis, inherited))
      if (inherited !== Number.POSITIVE_INFINITY) limit = due - now
    }
    const ask = new Ask(this, rpc, fiber, sender, limit, this.system.tracing ? fiber.currentSpan : undefined)
    ask.dueMillis = due
    if (node !== undefined) addWait(node, ask)
    return ask
  }

  private hasRoom(): boolean {
    if (this.waiting !== undefined) return false
    if (this.depth < this.capacity) return true
    this.lookForGone()
    return this.depth < this.capacity
  }

  /** Finds askers that were interrupted, each looked at once: of the others the mailbox will hear from here on. */
  private lookForGone(): void {
    for (const attachment of this.ring.fresh()) if (!attachment.withdrawn()) attachment.watchSender()
  }

  /** Messages that somebody wants to be handled. */
  get depth(): number {
    return this.ring.size - this.vacant
  }

  /** A message in the mailbox is not waited for any more. */
  vacated(): void {
    this.vacant++
    if (this.vacant >= maxVacant && this.vacant * 2 >= this.ring.size) this.sweep()
    if (this.waiting !== undefined) this.admit()
  }

  /** Leaves only what is waited for, before somebody looks. */
  tidy(): void {
    this.lookForGone()
    if (this.vacant > 0) this.sweep()
  }

  private sweep(): void {
    this.vacant = 0
    this.ring.keep((rpc, payload, attachment) => {
      if (attachment === undefined || attachment.place !== undefined) return true
      this.noteWithdrawn(rpc, payload, attachment)
      return false
    })
  }

  protected noteWithdrawn(rpc: number, payload: unknown, attachment: Attachment): void {
    if (!attachment.isSilent) this.system.deadLetters.record(this.address, this.tagOf(rpc), "withdrawn", payload)
  }

  /** A message comes into the mailbox that carries something. */
  protected entered(attachment: Attachment): void {
    if (attachment.settled) this.vacant++
    else attachment.place = this
  }

  /** It was taken out. */
  protected tookOut(attachment: Attachment): void {
    if (attachment.place === undefined) this.vacant--
    else attachment.place = undefined
  }

  /** Puts a message back before all others of its lane. */
  protected putBack(rpc: number, payload: unknown, attachment: Attachment | undefined, at: number): void {
    if (attachment !== undefined) this.entered(attachment)
    this.ring.unshift(rpc, payload, attachment, at)
  }

  private full(): MailboxFull {
    return stackless(() => new MailboxFull({ address: this.address, capacity: this.capacity }))
  }

  protected accept(rpc: number, payload: unknown, attachment: Attachment | undefined): void {
    if (attachment !== undefined) this.entered(attachment)
    this.ring.push(rpc, payload, attachment, this.system.coarseMillis())
    if (this.free) {
      if (!this.turnScheduled) this.scheduleTurn()
    } else if (this.state === State.absent) this.activate()
  }

  private dropped(rpc: number, payload: unknown, attachment: Attachment | undefined): void {
    this.system.deadLetters.record(this.address, this.tagOf(rpc), "mailbox full", payload)
    attachment?.refuse(this.full(), "mailbox full")
  }

  private slide(rpc: number, payload: unknown, attachment: Attachment | undefined): void {
    const shed: Hand = { rpc: 0, payload: undefined, attachment: undefined }
    for (;;) {
      if (!this.ring.shed(rpc, shed)) return this.dropped(rpc, payload, attachment)
      if (shed.attachment === undefined) break
      const isWanted = shed.attachment.place !== undefined
      this.tookOut(shed.attachment)
      if (isWanted) break
      this.noteWithdrawn(shed.rpc, shed.payload, shed.attachment)
    }
    this.dropped(shed.rpc, shed.payload, shed.attachment)
    this.accept(rpc, payload, attachment)
  }

  private enqueue(wait: WaitingSender): void {
    this.waiting ??= new WaitingSenders(this.protocol.lanes, () => {
      this.waiting = undefined
    })
    this.waiting.push(wait)
    const node = wait.sender?.node
    if (node !== undefined) addWait(node, wait)
  }

  /** Its fiber was interrupted, or it has waited long enough. */
  private leave(wait: WaitingSender): void {
    wait.leave()
    // An ask notes here that it is withdrawn, takes its timer off the wheel and tells its place.
    if (!wait.attachment?.withdrawn()) this.waiting?.vacated()
  }

  /** Lets those in that wait for room, oldest first. */
  protected admit(): void {
    const waiting = this.waiting!
    while (this.depth < this.capacity) {
      const wait = waiting.shift()
      if (wait === undefined) break
      if (wait.attachment !== undefined) this.entered(wait.attachment)
      this.ring.push(wait.rpc, wait.payload, wait.attachment, this.system.coarseMillis())
      wait.accepted()
    }
    if (waiting.isEmpty) this.waiting = undefined
  }

  private refusal(): TellError | undefined {
    return this.state <= State.restarting && (this.state !== State.absent || !this.system.stopping)
      ? undefined
      : stackless(() => this.refusalNow())
  }

  protected stoppingError(): ActorStopping {
    return new ActorStopping({ address: this.address })
  }

  private refusalNow(): TellError | undefined {
    switch (this.state) {
      case State.draining:
      case State.ending:
        return this.stoppingError()
      case State.ended:
        // A root that ended in its very start, before the message that began it: the next one begins it anew.
        return this.isRoot ? this.stoppingError() : new ActorNotFound({ address: this.address, reason: "ended" })
      case State.failed:
        return new ActorFailed({ address: this.address, cause: this.cause ?? Cause.empty })
      default:
        return this.state === State.absent && this.system.stopping ? this.stoppingError() : undefined
    }
  }

  protected discardMail(reason: Reason, errorOf: () => AskError): void {
    this.refuseWaiting(errorOf, reason)
    if (this.ring.size === 0) return this.ring.release()
    const error = stackless(errorOf)
    const hand: Hand = { rpc: 0, payload: undefined, attachment: undefined }
    while (this.ring.size > 0) {
      this.ring.shift(hand)
      const { attachment } = hand
      if (attachment !== undefined) this.tookOut(attachment)
      if (attachment?.isSilent) {
        attachment.refuse(error, reason)
        continue
      }
      const why = attachment?.withdrawn() ? "withdrawn" : reason
      this.system.deadLetters.record(this.address, this.tagOf(hand.rpc), why, hand.payload)
      attachment?.refuse(error, reason)
    }
    this.ring.release()
  }

  protected refuseWaiting(errorOf: () => AskError, reason: Reason): void {
    if (this.waiting === undefined) return
    const waiting = this.waiting.all()
    this.waiting = undefined
    const error = stackless(errorOf)
    for (const wait of waiting) {
      if (wait.attachment !== undefined) wait.attachment.place = undefined
      if (!wait.withdrawn()) wait.refused(error, reason)
    }
  }
}
