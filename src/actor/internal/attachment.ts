/**
 * What a sender attaches to its message: who asks and until when, and the span the message belongs to.
 *
 * A plain tell attaches nothing. Everything here settles once: the first of reply, crash, time-out, refusal and withdrawal
 * counts, and the later ones find `settled`.
 */
import { type Cause, Cause as CauseModule, Effect, Exit, type Fiber, FiberRef, RuntimeFlags, type Tracer } from "effect"
import { type AskError, AskTimedOut, MailboxFull } from "../ActorError.ts"
import type { Timer, Timers } from "./timers.ts"
import type { Node, Wait } from "./waitGraph.ts"

/** The actor a message is for, as its sender needs it. */
export interface Target extends Node {
  readonly capacity: number
  readonly timers: Timers
  readonly tagOf: (rpc: number) => string
  readonly describeState: () => string
}

/** On whose behalf a fiber sends: an actor that handles a message, and until when that message must be answered. */
export interface Sender {
  readonly cell: Node
  /** Whether the actor takes no other message until this fiber is done: only then does its waiting close circles. */
  readonly blocking: boolean
  /** Epoch milliseconds; `Infinity` if nobody waits. */
  readonly deadline: () => number
}

type Resume = (effect: Effect.Effect<unknown, unknown>) => void

export class Attachment {
  settled = false
  constructor(readonly span: Tracer.AnySpan | undefined) {}

  /** The sender has lost interest: what has not begun need not begin. */
  withdrawn(): boolean {
    return this.settled
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
  refuse(_: AskError): void {
    this.settled = true
  }
}

const isGone = (fiber: Fiber.RuntimeFiber<unknown, unknown>, interruptible: boolean): boolean =>
  fiber.unsafePoll() !== null || (interruptible && !CauseModule.isEmpty(fiber.getFiberRef(FiberRef.interruptedCause)))

/** An ask. It is its own timer on the system's wheel, and its own edge in the wait-for graph. */
export class Ask extends Attachment implements Timer, Wait {
  next: Timer | undefined = undefined
  previous: Timer | undefined = undefined
  bucket: Timer["bucket"] = undefined
  dueMillis = Number.POSITIVE_INFINITY
  private readonly interruptible: boolean

  constructor(
    readonly target: Target,
    readonly rpc: number,
    private readonly resume: Resume,
    private readonly fiber: Fiber.RuntimeFiber<unknown, unknown>,
    readonly sender: Sender | undefined,
    private readonly timeoutMillis: number,
    span: Tracer.AnySpan | undefined
  ) {
    super(span)
    // A public field of Effect's fiber that its interface leaves out; the Effect that reads it would cost an op per ask.
    const { currentRuntimeFlags } = fiber as unknown as { readonly currentRuntimeFlags: RuntimeFlags.RuntimeFlags }
    this.interruptible = RuntimeFlags.interruptible(currentRuntimeFlags)
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
    this.resume(Exit.succeed(value))
  }
  override fail(cause: Cause.Cause<unknown>): void {
    if (this.settled) return
    this.settle()
    this.resume(Exit.failCause(cause))
  }
  override refuse(error: AskError): void {
    if (this.settled) return
    this.settle()
    this.resume(Effect.fail(error))
  }
  fire(): void {
    this.refuse(
      new AskTimedOut({
        address: this.target.address,
        message_tag: this.target.tagOf(this.rpc),
        timeoutMillis: this.timeoutMillis,
        state: this.target.describeState()
      })
    )
  }
  private settle(): void {
    this.settled = true
    if (this.bucket !== undefined) this.target.timers.clear(this)
    if (this.sender?.blocking) this.sender.cell.waits?.delete(this)
  }
}

/** A sender that waits for room in a full mailbox, with the message it holds. */
export class WaitingSender implements Wait {
  left = false
  private clearTimer: (() => void) | undefined

  constructor(
    readonly target: Target,
    readonly rpc: number,
    readonly payload: unknown,
    /** An ask waits for its answer in any case; only a tell is resumed when its message is accepted. */
    readonly attachment: Attachment | undefined,
    private readonly resume: Resume | undefined,
    readonly sender: Sender | undefined
  ) {}

  /** Limits the wait of a tell from inside a handler. */
  limit(millis: number): void {
    this.clearTimer = this.target.timers.after(millis, () => {
      this.leave()
      this.resume?.(Effect.fail(new MailboxFull({ address: this.target.address, capacity: this.target.capacity })))
    })
  }
  accepted(): void {
    this.leave()
    this.resume?.(Exit.void)
  }
  refused(error: AskError): void {
    this.leave()
    if (this.attachment !== undefined) this.attachment.refuse(error)
    this.resume?.(Effect.fail(error))
  }
  withdrawn(): boolean {
    return this.left || (this.attachment?.withdrawn() ?? false)
  }
  leave(): void {
    this.left = true
    this.clearTimer?.()
    if (this.sender?.blocking) this.sender.cell.waits?.delete(this)
  }
}
