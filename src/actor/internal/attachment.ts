/**
 * What a sender attaches to its message: who asks and until when, who awaits a receipt, the span the message belongs to.
 *
 * A plain tell attaches nothing. Everything here settles once: the first of reply, crash, time-out, refusal and withdrawal
 * counts, and the later ones find `settled`.
 */
import { Cause, Effect, Effectable, Exit, type Fiber, FiberRef, type Tracer } from "effect"
import { type AskError, AskTimedOut, TransactionEnded } from "../ActorError.ts"
import type { Reason } from "../DeadLetters.ts"
import type { FairScheduler } from "../FairScheduler.ts"
import type { Settlement } from "../Receipt.ts"
import { asyncHere } from "./asyncHere.ts"
import type { Carried, Carrying } from "./carried.ts"
import { isInterruptible } from "./effectInternals/fiberState.ts"
import type { Lent } from "./lending.ts"
import { stackless } from "./stackless.ts"
import type { Timer, Timers } from "./timers.ts"
import type { Node, Wait } from "./waitGraph.ts"

/** The actor a message is for, as its sender needs it. */
export interface Target extends Node {
  readonly capacity: number
  readonly timers: Timers
  readonly system: { readonly scheduler: FairScheduler }
  readonly tagOf: (rpc: number) => string
  readonly describeState: () => string
}

/** Where a message waits: told when nobody wants it any more, so that its place is free at once. */
export interface Place {
  vacated(): void
}

/** On whose behalf a fiber sends: an actor that handles a message, and until when that message must be answered. */
export interface Sender {
  readonly cell: Node
  /** Who goes on only when this fiber does: its waiting can close circles. `undefined` if nobody depends on it. */
  readonly node: Node | undefined
  /** In milliseconds of the timers; `Infinity` if nobody waits. */
  readonly deadline: () => number
}

export type Resume = (effect: Effect.Effect<unknown, unknown>) => void

/** A message's sender as the actor sees it; by itself that of a tell which is traced or was delivered before. */
export class Attachment {
  settled = false
  /** Deliveries that ended in a crash. */
  crashes = 0
  /** Where it waits; `undefined` when it does not, or is not waited for any more. */
  place: Place | undefined = undefined
  constructor(
    readonly span: Tracer.AnySpan | undefined,
    /** What it brings of its sender's FiberRefs. */
    private readonly carried?: Carried | undefined
  ) {}

  carriedBy(_: Carrying): Carried | undefined {
    return this.carried
  }

  /** The transaction that its sender is in and waits in. */
  lentBy(_: Carrying): Lent | undefined {
    return undefined
  }

  /** The sender has lost interest: what has not begun need not begin. */
  withdrawn(): boolean {
    return this.settled
  }
  /** Whether a withdrawn message is no dead letter, because nobody sent it to be handled in any case. */
  get isSilent(): boolean {
    return false
  }
  deadline(): number {
    return Number.POSITIVE_INFINITY
  }
  reply(_: unknown): void {
    this.settled = true
  }
  fail(_: Cause.Cause<unknown>): void {
    this.settled = true
  }
  refuse(_error: AskError, _reason: Reason): void {
    this.settled = true
  }
  /** It has become a dead letter, for a reason of which an asker hears otherwise or not at all. */
  becameDeadLetter(_reason: Reason): void {}
  /** Sees to it that its place hears of it when its sender is gone. */
  watchSender(): void {}
  protected vacate(): void {
    const { place } = this
    if (place === undefined) return
    this.place = undefined
    place.vacated()
  }
}

/** The message of a timer: never seen once the timer is cancelled, or its actor's incarnation is over. */
export class TimerMessage extends Attachment {
  override get isSilent(): boolean {
    return true
  }
  cancel(): void {
    this.settled = true
    this.vacate()
  }
}

/** A tell whose sender may await what became of it. */
export class ReceiptSlip extends Attachment {
  /** The actor; a concurrent handler once that has the message. */
  target: Node | undefined = undefined
  private settlement: Settlement | undefined
  private observers: Set<(settlement: Settlement) => void> | undefined

  override withdrawn(): boolean {
    return false
  }
  override reply(_: unknown): void {
    this.settle({ _tag: "handled" })
  }
  override fail(cause: Cause.Cause<unknown>): void {
    this.settle({ _tag: "failed", cause })
  }
  override refuse(_: AskError, reason: Reason): void {
    this.becameDeadLetter(reason)
  }
  override becameDeadLetter(reason: Reason): void {
    this.settle({ _tag: "dead-lettered", reason })
  }
  readonly await: Effect.Effect<Settlement> = asyncHere((resume) => {
    if (this.settlement !== undefined) return resume(Exit.succeed(this.settlement))
    const observer = (settlement: Settlement) => resume(Exit.succeed(settlement))
    this.observers ??= new Set()
    this.observers.add(observer)
    return Effect.sync(() => this.observers?.delete(observer))
  })

  private settle(settlement: Settlement): void {
    if (this.settled) return
    this.settled = true
    this.settlement = settlement
    const observers = this.observers
    this.observers = undefined
    if (observers !== undefined) for (const observer of observers) observer(settlement)
  }
}

const isGone = (fiber: Fiber.RuntimeFiber<unknown, unknown>, interruptible: boolean): boolean =>
  fiber.unsafePoll() !== null || (interruptible && !Cause.isEmpty(fiber.getFiberRef(FiberRef.interruptedCause)))

/** An ask. It is its own timer on the system's wheel, and its own edge in the wait-for graph. */
export class Ask extends Attachment implements Timer, Wait {
  next: Timer | undefined = undefined
  previous: Timer | undefined = undefined
  bucket: Timer["bucket"] = undefined
  dueMillis = Number.POSITIVE_INFINITY
  /** Resumes the asker; unset while the asker's own turn answers it. */
  private resume: Resume | undefined = undefined
  private answer: Effect.Effect<unknown, unknown> | undefined = undefined
  private readonly interruptible: boolean
  /** Its waiting cleans up after itself, or its asker's end is observed: it is never found gone later. */
  isWatched = false
  private whenGone: (() => void) | undefined = undefined
  /** Ends the handler at work, where the protocol says that it ends with its asker. */
  interruptHandler: (() => void) | undefined = undefined
  /** The handler at work was refused its asker's transaction, which has ended. */
  wasCutOff = false

  /** The actor; a concurrent handler once that has the message. */
  target: Node

  constructor(
    private readonly actor: Target,
    readonly rpc: number,
    private readonly fiber: Fiber.RuntimeFiber<unknown, unknown>,
    readonly sender: Sender | undefined,
    private readonly timeoutMillis: number,
    span: Tracer.AnySpan | undefined
  ) {
    super(span)
    this.target = actor
    this.interruptible = isInterruptible(fiber)
  }

  get scheduler(): FairScheduler {
    return this.actor.system.scheduler
  }

  /** Puts its deadline on the wheel. */
  arm(): void {
    if (this.dueMillis !== Number.POSITIVE_INFINITY) this.actor.timers.set(this, this.dueMillis)
  }

  /** The answer, if it has come; otherwise an Effect that waits for it. `onInterrupt` cleans up what a withdrawal leaves. */
  outcome(onInterrupt: (() => void) | undefined): Effect.Effect<unknown, unknown> {
    if (onInterrupt !== undefined) this.isWatched = true
    return this.answer ?? new Awaited(this, onInterrupt)
  }
  /** An asker that is interrupted says nothing: to be told would cost every ask that waits. */
  override watchSender(): void {
    if (this.isWatched || this.settled) return
    this.isWatched = true
    this.whenGone = () => {
      this.whenGone = undefined
      this.withdrawn()
    }
    this.fiber.addObserver(this.whenGone)
  }
  /** Calls back with the answer, now or when it comes. */
  waitWith(resume: Resume): void {
    if (this.answer === undefined) this.resume = resume
    else resume(this.answer)
  }

  override carriedBy(carrying: Carrying): Carried | undefined {
    return carrying.of(this.fiber)
  }
  override lentBy(carrying: Carrying): Lent | undefined {
    return carrying.lentBy(this.fiber, () => {
      if (!this.withdrawn()) return undefined
      this.wasCutOff = true
      const { address } = this.actor
      return stackless(() => new TransactionEnded({ address, message_tag: this.actor.tagOf(this.rpc) }))
    })
  }
  override withdrawn(): boolean {
    if (this.settled) return true
    if (!isGone(this.fiber, this.interruptible)) return false
    this.settle()
    return true
  }
  override deadline(): number {
    return this.dueMillis
  }
  override reply(value: unknown): void {
    if (this.settled) return
    this.settle()
    this.give(Exit.succeed(value))
  }
  override fail(cause: Cause.Cause<unknown>): void {
    if (this.settled) return
    this.settle()
    this.give(Exit.failCause(cause))
  }
  override refuse(error: AskError, _: Reason): void {
    if (this.settled) return
    this.settle()
    this.give(Exit.fail(error))
  }
  fire(): void {
    // Thousands may fire at once, and the trace of a timer says nothing of the asker.
    const error = stackless(
      () =>
        new AskTimedOut({
          address: this.actor.address,
          message_tag: this.actor.tagOf(this.rpc),
          timeoutMillis: Math.round(this.timeoutMillis),
          state: this.actor.describeState()
        })
    )
    this.fail(Cause.fail(error))
    this.interruptHandler?.()
  }
  isBy(fiber: Fiber.RuntimeFiber<unknown, unknown>): boolean {
    return this.fiber === fiber
  }
  /** Its fiber was interrupted. */
  leave(): void {
    this.withdrawn()
    this.interruptHandler?.()
  }
  private give(answer: Effect.Effect<unknown, unknown>): void {
    if (this.resume === undefined) this.answer = answer
    else this.resume(answer)
  }
  private settle(): void {
    this.settled = true
    if (this.bucket !== undefined) this.actor.timers.clear(this)
    this.sender?.node?.waits?.delete(this)
    if (this.whenGone !== undefined) this.fiber.removeObserver(this.whenGone)
    this.vacate()
  }
}

/** An ask that was sent and is not answered yet, as the Effect that waits for the answer. */
export class Awaited extends Effectable.Class<unknown, unknown> {
  constructor(
    private readonly ask: Ask,
    private readonly onInterrupt: (() => void) | undefined
  ) {
    super()
  }
  commit(): Effect.Effect<unknown, unknown> {
    const { ask, onInterrupt } = this
    return onInterrupt === undefined
      ? asyncHere((resume) => ask.waitWith(resume))
      : asyncHere((resume) => {
          ask.waitWith(resume)
          return Effect.sync(onInterrupt)
        })
  }
  /** The actor's scheduler, if its budget is spent: then no answer comes before the next turn of the event loop. */
  get spentScheduler(): FairScheduler | undefined {
    return this.ask.scheduler.isBudgetSpent ? this.ask.scheduler : undefined
  }
  /** Waits without a fiber; the result cleans up what a withdrawal leaves. */
  begin(resume: Resume): () => void {
    this.ask.waitWith(resume)
    const cleanUp = this.onInterrupt ?? (() => void this.ask.withdrawn())
    // Whoever has many asks tells them all when it leaves.
    this.ask.isWatched = true
    return cleanUp
  }
}
