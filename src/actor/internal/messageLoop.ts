/**
 * The handling side of an actor: how a message is taken in hand, and what its handler's answer leads to.
 *
 * Plain answers need no fiber: they are given in a turn of the shared scheduler, or, where an asker finds the actor idle,
 * in the asker's own turn. What must run as an Effect is the `Worker`'s, a fiber made when the first one comes.
 *
 * Second of the three parts of one object (see `Inbox`). It stays whole although it is long: how a message is taken in hand
 * and how it settles read and write the same few fields, and a call between objects there is paid with every message.
 */
import * as Rpc from "@effect/rpc/Rpc"
import { Cause, type Context, Effect, Either, Exit, Fiber, Option } from "effect"
import { ActorCrashed, type TellError } from "../ActorError.ts"
import type { Behavior } from "../Behavior.ts"
import * as Delivery from "../Delivery.ts"
import type { Directive } from "../Supervision.ts"
import { Ask, Attachment, ReceiptSlip, type Sender } from "./attachment.ts"
import type { Carried } from "./carried.ts"
import { hasEnded, isOperation, runSynchronous } from "./effectInternals/synchronous.ts"
import type { Environment } from "./environment.ts"
import { Inbox, State } from "./inbox.ts"
import type { Incarnation } from "./incarnation.ts"
import { type Lent, lendTo } from "./lending.ts"
import { traced } from "./messageSpan.ts"
import type { Protocol } from "./protocol.ts"
import { stackless } from "./stackless.ts"
import { Tell } from "./tell.ts"
import type { Node } from "./waitGraph.ts"
import { batch, messagesPerLook, Worker } from "./worker.ts"

export type Handler = (payload: unknown, context: unknown) => unknown

type Running = Effect.Effect<unknown, unknown> | Rpc.Wrapper<Effect.Effect<unknown, unknown>>

const isEffectful = (out: unknown): out is Running =>
  isOperation(out) ||
  (((typeof out === "object" && out !== null) || typeof out === "function") &&
    (Effect.isEffect(out) ? !Option.isOption(out) && !Either.isEither(out) : Rpc.isWrapper(out)))

const isWrapper = (out: Running): out is Rpc.Wrapper<Effect.Effect<unknown, unknown>> =>
  !isOperation(out) && Rpc.isWrapper(out)

interface Outcomes {
  readonly onSuccess: (value: unknown) => Effect.Effect<void, unknown>
  readonly onFailure: (cause: Cause.Cause<unknown>) => Effect.Effect<void, unknown>
}

export abstract class MessageLoop extends Inbox {
  incarnation: Incarnation | undefined
  /** The handlers of the incarnation, by the Rpc's place in the protocol. */
  handlers: ReadonlyArray<Handler> = []
  protected handlerContext: unknown
  /** The fiber that runs Effects, once there was one. */
  protected worker: Worker | undefined

  // The message in hand.
  inHand = false
  rpc = 0
  payload: unknown = undefined
  attachment: Attachment | undefined = undefined
  /** What an asker who is answered in its own turn gave as time-out, while no `Ask` was made of it; else -1. */
  private timeoutInHand = -1
  /** When the Effect in hand began, in the system's coarse milliseconds; -1 while there is none. */
  begunAt = -1
  handled = 0
  failed = 0
  /** `maxConcurrency` handlers are running: no further message is taken. */
  atCapacity = false

  private boundTurn: (() => void) | undefined = undefined
  private boundOutcomes: Outcomes | undefined = undefined

  constructor(
    system: Environment,
    readonly type: string,
    readonly id: string,
    address: string,
    protocol: Protocol,
    behavior: Behavior
  ) {
    super(system, address, protocol, behavior)
  }

  /** Makes the incarnation end with `cause`, whatever it is doing. */
  abstract crash(cause: Cause.Cause<unknown>): void
  /** A handler crashed outside of any fiber. */
  protected abstract broke(cause: Cause.Cause<unknown>): void
  /** Stopping, and nothing left to handle. */
  protected abstract drained(): void
  /** What a fiber of the incarnation runs with. */
  abstract contextOf(incarnation: Incarnation, sender: Sender): Context.Context<never>
  abstract workerEnded(worker: Worker, exit: Exit.Exit<unknown, unknown>): void

  /** The number of its incarnation, or of the last one. */
  abstract get life(): number

  /** Logs a line about this life of the actor. */
  log(level: "Debug" | "Info" | "Warning" | "Error", line: string, cause?: Cause.Cause<unknown>): void {
    this.system.log(level, line, cause, this)
  }

  protected scheduleTurn(): void {
    this.turnScheduled = true
    this.boundTurn ??= () => {
      const { carrying } = this.system
      carrying.handling = this
      this.turn()
      carrying.handling = undefined
    }
    this.system.scheduler.scheduleTask(this.boundTurn, 0)
  }

  /** Where messages may have come that nobody was told of. */
  protected scheduleIfMail(): void {
    if (this.free && !this.turnScheduled && this.ring.size > 0) this.scheduleTurn()
  }

  /** Handles messages while no fiber of the actor does. */
  private turn(): void {
    this.turnScheduled = false
    if (!this.free) return
    const ring = this.ring
    // Spans need a fiber.
    if (this.system.tracing && ring.size > 0 && !this.atCapacity) return this.work(undefined)
    const { incarnation } = this
    let left = batch
    while (ring.size > 0 && !this.atCapacity) {
      if (left-- === 0) return this.scheduleTurn()
      if (left % messagesPerLook === 0 && this.system.scheduler.mustGiveWay()) return this.scheduleTurn()
      if (!this.take()) continue
      let effect: Running | undefined
      try {
        effect = this.dispatch(this.handlers[this.rpc]!(this.payload, this.handlerContext))
      } catch (defect) {
        const cause = Cause.die(defect)
        if (this.crashInHand(cause)) continue
        return this.broke(cause)
      }
      if (effect !== undefined) {
        if (!isFailure(effect)) return this.work(effect)
        if (!this.goesOnAfter(effect.cause)) return this.broke(effect.cause)
      }
      // A concurrent handler may have crashed in its first steps, and the incarnation with it.
      if (this.incarnation !== incarnation || !this.free) return
    }
    if (ring.size === 0) ring.release()
    this.payload = undefined
    this.drainIfEmpty()
  }

  /** Sends an ask; answers it here and now where the actor is idle and its answer plain. */
  ask(rpc: number, payload: unknown, timeoutMillis: number): Effect.Effect<unknown, unknown> {
    if (this.state === State.absent && this.system.inline && !this.system.stopping) this.activate()
    return this.free &&
      !this.inHand &&
      this.state === State.running &&
      this.ring.size === 0 &&
      this.waiting === undefined &&
      !this.atCapacity &&
      this.system.inline &&
      this.system.scheduler.mayRunNow()
      ? this.askNow(rpc, payload, timeoutMillis)
      : this.askQueued(rpc, payload, timeoutMillis, currentFiber())
  }

  private askNow(rpc: number, payload: unknown, timeoutMillis: number): Effect.Effect<unknown, unknown> {
    this.rpc = rpc
    this.payload = payload
    this.inHand = true
    this.timeoutInHand = timeoutMillis
    let out: unknown
    let running: Running | undefined
    try {
      out = this.handlers[rpc]!(payload, this.handlerContext)
      // A revoked proxy throws at every question.
      running = isEffectful(out) ? out : undefined
    } catch (defect) {
      return this.crashNow(rpc, Cause.die(defect))
    }
    let exit: Exit.Exit<unknown, unknown>
    if (running === undefined) exit = Exit.succeed(out)
    else {
      const rest = isWrapper(running) ? running : runSynchronous(running)
      if (isWrapper(rest) || !hasEnded(rest)) {
        // It runs in the actor's own fiber, here as far as it does not wait; the asker waits for the rest.
        const ask = this.askInHand()
        const effect = this.dispatchRest(rest)
        if (effect !== undefined) this.work(effect)
        return this.awaited(ask, rpc)
      }
      if (rest._tag === "Failure" && isCrash(rest.cause)) return this.crashNow(rpc, rest.cause)
      exit = rest
    }
    this.timeoutInHand = -1
    this.payload = undefined
    if (exit._tag === "Success") this.answer(exit.value)
    else this.failInHand(exit.cause)
    if (this.state !== State.running) this.drainIfEmpty()
    return exit
  }

  private crashNow(rpc: number, cause: Cause.Cause<unknown>): Effect.Effect<unknown, unknown> {
    const ask = this.askInHand()
    // One that is idempotent may be back in the mailbox.
    if (this.crashInHand(cause)) this.scheduleIfMail()
    else this.broke(cause)
    return this.awaited(ask, rpc)
  }

  /** What the asker waits for. Its deadline goes on the wheel only now: most are answered before they would need it. */
  private awaited(ask: Ask, rpc: number): Effect.Effect<unknown, unknown> {
    if (!ask.settled) ask.arm()
    return ask.outcome(this.interruptOf(ask, rpc))
  }

  /** The ask in hand; for one that is answered in its asker's own turn it is made up when it is needed. */
  private askInHand(): Ask {
    if (this.attachment instanceof Ask) return this.attachment
    const ask = this.admitAsk(this.rpc, this.timeoutInHand, currentFiber())
    this.timeoutInHand = -1
    // An idle actor waits for nobody, so that waiting for it closes no circle.
    if (!(ask instanceof Ask)) throw new Error(`${this.address} is idle and waits for its asker`)
    this.attachment = ask
    return ask
  }

  /** When the message in hand must be answered, in milliseconds of the timers; `Infinity` if nobody waits. */
  deadlineInHand(): number {
    if (!this.inHand) return Number.POSITIVE_INFINITY
    if (this.timeoutInHand >= 0) {
      // No `Ask` is made here: who looks may be a fiber that the handler runs by `Effect.runSync`, and not the asker.
      const sender = this.system.senderOf(currentFiber())
      const inherited = sender === undefined || sender.cell === this ? Number.POSITIVE_INFINITY : sender.deadline()
      return Math.min(this.timers.now() + this.timeoutInHand, inherited)
    }
    return this.attachment?.deadline() ?? Number.POSITIVE_INFINITY
  }

  /** Takes the next message in hand; `false` if its sender has withdrawn it. */
  take(): boolean {
    this.ring.shift(this)
    if (this.waiting !== undefined) this.admit()
    const attachment = this.attachment
    if (attachment !== undefined) {
      this.tookOut(attachment)
      if (attachment.withdrawn()) {
        this.attachment = undefined
        this.noteWithdrawn(this.rpc, this.payload, attachment)
        return false
      }
    }
    this.inHand = true
    return true
  }

  /** What the message in hand has brought of its sender's FiberRefs. */
  carriedInHand(): Carried | undefined {
    return this.attachment?.carriedBy(this.system.carrying)
  }

  /** The transaction that the sender of the message in hand waits in. */
  lentInHand(): Lent | undefined {
    return this.attachment?.lentBy(this.system.carrying)
  }

  /** Handles the message in hand inside the actor's fiber, which runs what comes back. */
  handle(): Effect.Effect<void, unknown> | undefined {
    let out: unknown
    try {
      out = this.handlers[this.rpc]!(this.payload, this.handlerContext)
      // A plain answer has a span as well, which only an Effect can have.
      const effect = this.dispatch(this.system.tracing && !isEffectful(out) ? Effect.succeed(out) : out)
      if (effect === undefined) return undefined
      return isFailure(effect) && !this.system.tracing ? this.onFailure(effect.cause) : this.guarded(effect)
    } catch (defect) {
      return this.onFailure(Cause.die(defect))
    }
  }

  /** Deals with an answer that needs no waiting; what comes back, if it is no failure, is to be run while the mailbox waits. */
  private dispatch(out: unknown): Effect.Effect<unknown, unknown> | undefined {
    if (!isEffectful(out)) {
      this.answer(out)
      return undefined
    }
    if (this.system.tracing || isWrapper(out)) return this.dispatchRest(out)
    const rest = runSynchronous(out)
    if (!hasEnded(rest)) return this.dispatchRest(rest)
    if (rest._tag === "Failure") return rest
    this.answer(rest.value)
    return undefined
  }

  /** The same of an answer that a fiber must run, unless it is a message that can be handed on. */
  private dispatchRest(out: Running): Effect.Effect<unknown, unknown> | undefined {
    const effect = isWrapper(out) ? out.value : out
    if (isWrapper(out) ? out.fork : this.behavior.reentrant) {
      this.fork(effect)
      return undefined
    }
    // A message handed on: sending it needs no fiber, unless there is no room for it.
    if (effect instanceof Tell && !this.system.tracing && effect.send()) {
      this.answer(undefined)
      return undefined
    }
    return effect
  }

  /** Gives an Effect, or without one the rest of the mailbox, to the actor's fiber. */
  private work(effect: Effect.Effect<unknown, unknown> | undefined): void {
    this.free = false
    this.worker ??= new Worker(this, this.incarnation!)
    this.worker.run(effect === undefined ? undefined : this.guarded(effect))
  }

  /** The worker has nothing to do: turns take over. */
  release(): void {
    this.free = true
    // A message may have come, or a stop, between the worker's last look and its parking: a fiber can be preempted there.
    if (this.ring.size === 0) this.ring.release()
    if (this.ring.size > 0 || this.state === State.draining) this.scheduleTurn()
  }

  occupy(): void {
    this.free = false
  }

  protected drainIfEmpty(): void {
    if (
      this.state === State.draining &&
      this.free &&
      !this.inHand &&
      this.ring.size === 0 &&
      this.incarnation!.concurrent === 0
    ) {
      this.drained()
    }
  }

  answer(value: unknown): void {
    this.inHand = false
    this.handled++
    const attachment = this.attachment
    if (attachment !== undefined) {
      this.attachment = undefined
      attachment.reply(value)
    }
  }

  private guarded(effect: Effect.Effect<unknown, unknown>): Effect.Effect<void, unknown> {
    this.begunAt = this.system.coarseMillis()
    if (!this.system.stuckHandlers.isSet) this.system.stuckHandlers.set()
    const attachment = this.attachment
    const work = this.system.tracing ? this.inSpan(effect, this.rpc, attachment) : effect
    const ask =
      attachment instanceof Ask && this.interruptOf(attachment, this.rpc) !== undefined ? attachment : undefined
    return Effect.matchCauseEffect(ask === undefined ? work : endingWith(ask, work), this.outcomes)
  }

  /** Ends what is at work for a fiber that was interrupted, if that ends with its asker. */
  askerLeft(fiber: Fiber.RuntimeFiber<unknown, unknown>): void {
    const concurrent = [...(this.incarnation?.linked?.values() ?? [])].map(({ attachment }) => attachment)
    for (const attachment of [this.inHand ? this.attachment : undefined, ...concurrent])
      if (attachment instanceof Ask && attachment.isBy(fiber)) attachment.leave()
  }

  private interruptOf(ask: Ask, rpc: number): (() => void) | undefined {
    return this.protocol.interruptible?.[rpc] ? () => ask.leave() : undefined
  }

  private inSpan(effect: Effect.Effect<unknown, unknown>, rpc: number, attachment: Attachment | undefined) {
    const { behavior, id, type } = this
    return traced(effect, { spanName: behavior.spanName, id, type, message_tag: this.tagOf(rpc), attachment })
  }

  /** Made with the first Effect: most actors are idle, and many never have one. */
  private get outcomes(): Outcomes {
    this.boundOutcomes ??= { onSuccess: (value) => this.onSuccess(value), onFailure: (cause) => this.onFailure(cause) }
    return this.boundOutcomes
  }

  private onSuccess(value: unknown): Effect.Effect<void, unknown> {
    this.begunAt = -1
    this.waits?.clear()
    // A stashed message has left the hand already.
    if (this.inHand) this.answer(value)
    return Exit.void
  }

  private onFailure(cause: Cause.Cause<unknown>): Effect.Effect<void, unknown> {
    this.begunAt = -1
    // A stashed message has left the hand already; with it its handler ends.
    if (!this.inHand) return Exit.void
    return this.goesOnAfter(cause) ? Exit.void : Exit.failCause(cause)
  }

  /** Settles the message in hand whose handling failed; whether the incarnation goes on. */
  private goesOnAfter(cause: Cause.Cause<unknown>): boolean {
    if (isCrash(cause) && !wasAbandoned(this.attachment)) return this.crashInHand(cause)
    const tag = this.tagOf(this.rpc)
    const told = !(this.attachment instanceof Ask)
    this.failInHand(cause)
    if (told) this.noteFailedTell(tag, cause)
    return true
  }

  private noteFailedTell(tag: string, cause: Cause.Cause<unknown>): void {
    this.log("Debug", `${this.address} answered ${tag}, which was told, with a failure`, cause)
  }

  protected failInHand(cause: Cause.Cause<unknown>): void {
    const attachment = this.attachment
    this.waits?.clear()
    this.inHand = false
    this.begunAt = -1
    this.attachment = undefined
    this.failed++
    attachment?.fail(cause)
  }

  /** A fault plan takes the message away, as one that was lost: its asker hears nothing. */
  loseInHand(): void {
    this.system.deadLetters.record(this.address, this.tagOf(this.rpc), "lost", this.payload)
    this.attachment?.becameDeadLetter("lost")
    this.attachment = undefined
    // `answer` will count it.
    this.handled--
  }

  /** A fault plan has held the message up; its handler goes on concurrently. */
  forkInHand(effect: Effect.Effect<unknown, unknown>): void {
    this.fork(effect)
  }

  /** Settles the message whose handling crashed, or puts it back; `true` if the incarnation goes on. */
  private crashInHand(cause: Cause.Cause<unknown>): boolean {
    this.settleCrashed(cause)
    if (this.decide(cause) !== "resume") return false
    this.log("Warning", `${this.address} crashed and goes on with its state`, cause)
    return true
  }

  protected settleCrashed(cause: Cause.Cause<unknown>): void {
    if (!this.protocol.idempotent?.[this.rpc]) return this.failCrashed(cause)
    if (this.timeoutInHand >= 0) this.askInHand()
    const attachment = this.attachment ?? new Attachment(undefined)
    this.attachment = attachment
    if (++attachment.crashes < Delivery.maxDeliveries) {
      this.waits?.clear()
      this.inHand = false
      this.attachment = undefined
      this.putBack(this.rpc, this.payload, attachment, this.system.coarseMillis())
      return
    }
    this.quarantine(attachment, cause)
    attachment.becameDeadLetter("quarantined")
    this.failCrashed(cause)
  }

  private failCrashed(cause: Cause.Cause<unknown>): void {
    if (this.timeoutInHand >= 0) this.askInHand()
    // Nobody looks at how a plain tell ended.
    this.failInHand(this.attachment === undefined ? cause : this.crashed(this.rpc, cause))
  }

  private crashed(rpc: number, cause: Cause.Cause<unknown>): Cause.Cause<ActorCrashed> {
    const message_tag = this.tagOf(rpc)
    return Cause.fail(stackless(() => new ActorCrashed({ address: this.address, message_tag, cause }, true)))
  }

  private quarantine(attachment: Attachment, cause: Cause.Cause<unknown>): void {
    const { payload, rpc } = this
    this.system.deadLetters.quarantine(this.address, this.tagOf(rpc), {
      payload,
      cause,
      deliveries: attachment.crashes,
      traceId: attachment.span?.traceId,
      send: this.tellAgain(rpc, payload)
    })
  }

  /** Sends a message anew, wherever its address leads by then. */
  protected abstract tellAgain(rpc: number, payload: unknown): Effect.Effect<void, TellError>

  decide(cause: Cause.Cause<unknown>): Directive {
    try {
      return this.behavior.supervision.decide(cause)
    } catch (defect) {
      // Thrown into the scheduler it would stop every actor; without a decision this one must not go on.
      this.log("Error", `The supervision of ${this.address} has a defect`, Cause.die(defect))
      return "stop"
    }
  }

  /** Runs a concurrent handler. Its crash is the actor's. */
  private fork(effect: Effect.Effect<unknown, unknown>): void {
    const incarnation = this.incarnation!
    const { attachment, rpc } = this
    const ask = attachment instanceof Ask ? attachment : undefined
    const interruptible = ask !== undefined && this.interruptOf(ask, rpc) !== undefined
    const work = this.system.tracing ? this.inSpan(effect, rpc, attachment) : effect
    this.inHand = false
    this.attachment = undefined
    const carried = attachment?.carriedBy(this.system.carrying)
    const lent = attachment?.lentBy(this.system.carrying)
    const deadline = attachment?.deadline() ?? Number.POSITIVE_INFINITY
    const node: Node = { address: this.address, waits: undefined }
    if (attachment instanceof Ask || attachment instanceof ReceiptSlip) attachment.target = node
    const sender: Sender = { cell: this, node, deadline: () => deadline }
    incarnation.nodes ??= new Set()
    incarnation.nodes.add(node)
    // Counted before it runs: it may stop its actor, which then waits for it.
    if (++incarnation.concurrent >= this.behavior.maxConcurrency) this.atCapacity = true
    const own = this.contextOf(incarnation, sender)
    const fiber = this.system.fork(
      interruptible ? endingWith(ask, work) : work,
      lent === undefined ? own : lendTo(own, lent),
      incarnation.refsWith(carried)
    )
    incarnation.linked ??= new Map()
    incarnation.linked.set(fiber, { attachment, message_tag: this.tagOf(rpc) })
    fiber.addObserver((exit) => {
      // Given up on while it would not be interrupted: its message has settled.
      if (!incarnation.linked?.delete(fiber)) return
      incarnation.nodes?.delete(node)
      incarnation.concurrent--
      this.makeRoom(incarnation)
      this.forkEnded(incarnation, attachment, rpc, exit)
      incarnation.whenUnlinked?.()
      this.drainIfEmpty()
    })
    // Its actor was ended while it ran its first steps.
    if (incarnation.ending !== undefined && fiber.unsafePoll() === null) incarnation.interrupt(fiber)
  }

  /** One of its concurrent handlers has ended: there is room for another. */
  private makeRoom(incarnation: Incarnation): void {
    if (!this.atCapacity || this.incarnation !== incarnation) return
    this.atCapacity = false
    this.scheduleIfMail()
  }

  private forkEnded(
    incarnation: Incarnation,
    attachment: Attachment | undefined,
    rpc: number,
    exit: Exit.Exit<unknown, unknown>
  ): void {
    if (Exit.isSuccess(exit)) {
      this.handled++
      attachment?.reply(exit.value)
      return
    }
    this.failed++
    if (!isCrash(exit.cause) || wasAbandoned(attachment)) {
      attachment?.fail(exit.cause)
      if (!(attachment instanceof Ask)) this.noteFailedTell(this.tagOf(rpc), exit.cause)
    } else if (incarnation.ending !== undefined) {
      attachment?.fail(incarnation.endingCause(this.tagOf(rpc)))
    } else {
      attachment?.fail(this.crashed(rpc, exit.cause))
      if (this.decide(exit.cause) !== "resume") return this.crash(exit.cause)
      this.log("Warning", `${this.address} crashed and goes on with its state`, exit.cause)
    }
  }
}

/** Ends an Effect by interruption when its asker leaves. */
const endingWith = (ask: Ask, effect: Effect.Effect<unknown, unknown>): Effect.Effect<unknown, unknown> =>
  Effect.raceFirst(
    effect,
    Effect.async<never>((resume) => {
      ask.interruptHandler = () => resume(Effect.interrupt)
      // It left while the handler's fiber was on its way here.
      if (ask.settled) resume(Effect.interrupt)
    })
  )

/** Its asker has left, and the handler was ended for that: nobody's crash. */
const wasAbandoned = (attachment: Attachment | undefined): boolean =>
  attachment instanceof Ask && attachment.settled && (attachment.interruptHandler !== undefined || attachment.wasCutOff)

const isFailure = (effect: Effect.Effect<unknown, unknown>): effect is Exit.Failure<unknown, unknown> =>
  hasEnded(effect) && effect._tag === "Failure"

/** A defect, or an interruption that is nobody's answer; anything with a typed failure and no defect is an answer. */
const isCrash = (cause: Cause.Cause<unknown>): boolean => Cause.isDie(cause) || !Cause.isFailure(cause)

/** The fiber that runs just now. Asks are Effects, so there is one. */
const currentFiber = (): Fiber.RuntimeFiber<unknown, unknown> =>
  Option.getOrThrow(Fiber.getCurrentFiber()) as Fiber.RuntimeFiber<unknown, unknown>
