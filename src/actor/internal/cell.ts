/**
 * One actor in this process: its mailbox, its incarnations, and the state machine of its life.
 *
 * The fast path is short. A message is three slots of a ring; while the actor's fiber is parked, messages with plain
 * answers are handled in a turn of the shared scheduler and never wake it; the fiber gets what must run as an Effect, and
 * the crashes. Everything slow (start, crash, stop, a full mailbox) is a transition of the state machine below, driven by
 * the fiber's exit, by timers and by commands, all of them synchronous calls: no lock, and no fiber that only waits.
 *
 * This file stays whole because the two loops and the life cycle share the state that makes the path fast.
 */
import { Rpc } from "@effect/rpc"
import { Cause, Context, Duration, Effect, Either, Exit, type Fiber, FiberId, Option, Scope } from "effect"
import { ActorContext } from "../ActorContext.ts"
import {
  ActorCrashed,
  ActorFailed,
  ActorNotFound,
  ActorStartFailed,
  ActorStopping,
  type AskError,
  MailboxFull,
  type SpawnError,
  WaitCycle
} from "../ActorError.ts"
import type { ActorRef } from "../ActorRef.ts"
import type { End } from "../ActorSnapshot.ts"
import type { Behavior } from "../Behavior.ts"
import type { Reason } from "../DeadLetters.ts"
import * as Supervision from "../Supervision.ts"
import { Ask, Attachment, type Sender, type Target, WaitingSender } from "./attachment.ts"
import type { Environment } from "./environment.ts"
import { MessageRing } from "./messageRing.ts"
import { RestartWindow } from "./restartWindow.ts"
import { cycle, type Node, type Wait } from "./waitGraph.ts"

/** Messages handled before other actors get their turn. */
const batch = 256

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

/** One life between a start and a crash or stop: a fiber, a scope, and what the handlers close over. */
export class Incarnation implements Sender {
  fiber: Fiber.RuntimeFiber<unknown, unknown> | undefined
  /** Why it must end, where that was not its own doing: a forked handler's crash, or a child's that escalated. */
  crash: Cause.Cause<unknown> | undefined
  /** What those get whose requests its end cuts off. */
  ending: AskError | undefined
  /** Fibers of handlers that answered with `Rpc.fork`. */
  readonly linked = new Set<Fiber.RuntimeFiber<unknown, unknown>>()
  whenUnlinked: (() => void) | undefined
  scope: Scope.CloseableScope | undefined
  started = false
  startedAt = 0
  constructor(
    readonly cell: Cell,
    readonly number: number
  ) {}
  get blocking(): boolean {
    return this.cell.inHand || !this.started
  }
  readonly deadline = (): number =>
    this.cell.inHand && this.cell.attachment !== undefined ? this.cell.attachment.deadline() : Number.POSITIVE_INFINITY
}

type Handler = (payload: unknown, context: unknown) => unknown

type Resume = (effect: Effect.Effect<void, unknown>) => void

const isEffectful = (
  out: unknown
): out is Effect.Effect<unknown, unknown> | Rpc.Wrapper<Effect.Effect<unknown, unknown>> =>
  ((typeof out === "object" && out !== null) || typeof out === "function") &&
  (Effect.isEffect(out) ? !Option.isOption(out) && !Either.isEither(out) : Rpc.isWrapper(out))

export class Cell implements Target, Node {
  state: State = State.absent
  readonly ring = new MessageRing()
  readonly capacity: number
  /** The handlers of the incarnation, by the Rpc's place in the protocol. */
  private handlers: ReadonlyArray<Handler> = []
  private handlerContext: unknown
  incarnation: Incarnation | undefined
  private incarnations = 0
  restarts = 0
  /** Restarts in a row, none of which lived longer than the window. */
  private restartsInARow = 0
  private window: RestartWindow | undefined
  private cause: Cause.Cause<unknown> | undefined

  // The message in hand.
  inHand = false
  private rpc = 0
  attachment: Attachment | undefined
  handled = 0
  failed = 0

  /** Resumes the parked fiber; `undefined` while it runs, and while there is none. */
  private parked: Resume | undefined
  private turnScheduled = false
  private loopDone = false

  private waiting: Array<WaitingSender> | undefined
  /** What this actor's fibers wait for. */
  waits: Set<Wait> | undefined
  /** In the order they were spawned. */
  readonly children: Array<Cell> = []
  private watchers: Set<(end: End) => void> | undefined
  private whenStarted: ((error: SpawnError | undefined) => void) | undefined
  private clearTimer: (() => void) | undefined
  private stopRequested = false
  private whenStopped: Array<() => void> | undefined

  constructor(
    readonly system: Environment,
    readonly type: string,
    /** The tags of the protocol; a message names its Rpc by the place in here. */
    private readonly tags: ReadonlyArray<string>,
    private readonly behavior: Behavior,
    readonly id: string,
    readonly address: string,
    readonly parent: Cell | undefined,
    /** A root is activated by a message, and is a new actor after its end. */
    readonly isRoot: boolean,
    private readonly refOf: (cell: Cell) => ActorRef.Any,
    /** Takes the address out of the registry. */
    private readonly forget: (cell: Cell) => void
  ) {
    this.capacity = behavior.mailbox.capacity
  }

  get timers() {
    return this.system.timers
  }
  readonly tagOf = (rpc: number): string => this.tags[rpc]!
  readonly describeState = (): string => stateNames[this.state]!

  // --- sending ---------------------------------------------------------------------------------------------------

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
          if (sender.cell === (this as Node)) return full()
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
    const ask = new Ask(this, rpc, resume, fiber, sender, timeoutMillis, fiber.currentSpan)
    const inherited = sender === undefined ? Number.POSITIVE_INFINITY : sender.deadline()
    const due =
      timeoutMillis === Number.POSITIVE_INFINITY
        ? inherited
        : Math.min(this.system.timers.now() + timeoutMillis, inherited)
    if (due !== Number.POSITIVE_INFINITY) this.system.timers.set(ask, due)
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
    else this.waiting.push(wait)
    if (wait.sender?.blocking) addWait(wait.sender.cell, wait)
  }

  private leave(wait: WaitingSender): void {
    wait.leave()
    if (this.waiting === undefined) return
    this.waiting = this.waiting.filter((other) => other !== wait)
    if (this.waiting.length === 0) this.waiting = undefined
  }

  /** Lets those in that wait for room, oldest first. */
  private admit(): void {
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

  // --- handling --------------------------------------------------------------------------------------------------

  private scheduleTurn(): void {
    this.turnScheduled = true
    this.system.scheduler.scheduleTask(this.turn, 0)
  }

  /** Handles messages with plain answers while the fiber is parked. */
  private readonly turn = (): void => {
    this.turnScheduled = false
    const resume = this.parked
    if (resume === undefined) return
    if (this.system.tracing) {
      // Spans need a fiber.
      this.parked = undefined
      resume(Exit.void)
      return
    }
    const ring = this.ring
    let left = batch
    while (ring.size > 0) {
      if (left-- === 0) {
        this.scheduleTurn()
        return
      }
      if (!this.take()) continue
      const payload = this.payloadInHand
      let out: unknown
      try {
        out = this.handlers[this.rpc]!(payload, this.handlerContext)
      } catch (defect) {
        const cause = Cause.die(defect)
        this.crashInHand(cause)
        if (this.resumes(cause)) continue
        this.parked = undefined
        resume(Exit.failCause(cause))
        return
      }
      if (isEffectful(out)) {
        this.parked = undefined
        resume(this.run(out))
        return
      }
      this.answer(out)
    }
    this.becameEmpty(resume)
  }

  private payloadInHand: unknown

  /** Takes the next message in hand; `false` if its sender has withdrawn it. */
  private take(): boolean {
    const ring = this.ring
    const attachment = ring.attachment()
    this.rpc = ring.rpc()
    this.payloadInHand = ring.payload()
    ring.drop()
    if (this.waiting !== undefined) this.admit()
    if (attachment?.withdrawn()) {
      this.system.deadLetters.record(this.address, this.tagOf(this.rpc), "withdrawn")
      return false
    }
    this.attachment = attachment
    this.inHand = true
    return true
  }

  private answer(value: unknown): void {
    this.inHand = false
    this.handled++
    const attachment = this.attachment
    if (attachment !== undefined) {
      this.attachment = undefined
      attachment.reply(value)
    }
  }

  private becameEmpty(resume: Resume): void {
    this.ring.release()
    if (this.state === State.draining && this.incarnation!.linked.size === 0) {
      this.parked = undefined
      this.loopDone = true
      resume(Exit.void)
    }
  }

  /** The fiber's loop: as `turn`, but an Effect is run in place. */
  private readonly step = (): Effect.Effect<void, unknown> => {
    const ring = this.ring
    let left = batch
    while (ring.size > 0) {
      if (left-- === 0) return Effect.yieldNow()
      if (!this.take()) continue
      const payload = this.payloadInHand
      let out: unknown
      try {
        out = this.handlers[this.rpc]!(payload, this.handlerContext)
      } catch (defect) {
        return this.onFailure(Cause.die(defect))
      }
      if (isEffectful(out)) return this.run(out)
      // A traced message has a span also where its answer is plain.
      if (this.system.tracing) return this.run(Effect.succeed(out))
      this.answer(out)
    }
    ring.release()
    if (this.state === State.draining && this.incarnation!.linked.size === 0) {
      this.loopDone = true
      return Exit.void
    }
    return this.park
  }

  private readonly park = Effect.async<void, unknown>((resume) => {
    this.parked = resume
    // A message that came between the last look and this line, or a stop.
    if (this.ring.size > 0 || this.state === State.draining) this.scheduleTurn()
  })

  private run(
    out: Effect.Effect<unknown, unknown> | Rpc.Wrapper<Effect.Effect<unknown, unknown>>
  ): Effect.Effect<void, unknown> {
    if (Rpc.isWrapper(out)) {
      if (out.fork) {
        this.fork(out.value)
        return Exit.void
      }
      return this.run(out.value)
    }
    return Effect.matchCauseEffect(this.system.tracing ? this.traced(out) : out, this.outcomes)
  }

  private traced(effect: Effect.Effect<unknown, unknown>): Effect.Effect<unknown, unknown> {
    const tag = this.tagOf(this.rpc)
    const span = this.attachment?.span
    return Effect.withSpan(effect, `${this.type}.${tag}`, {
      kind: this.attachment instanceof Ask ? "server" : "consumer",
      attributes: { "actor.id": this.id, "actor.type": this.type, "message.tag": tag },
      captureStackTrace: false,
      ...(span === undefined ? { root: true } : { parent: span })
    })
  }

  private readonly onSuccess = (value: unknown): Effect.Effect<void, unknown> => {
    this.answer(value)
    return Exit.void
  }

  private readonly onFailure = (cause: Cause.Cause<unknown>): Effect.Effect<void, unknown> => {
    if (!isCrash(cause)) {
      const tag = this.tagOf(this.rpc)
      const told = !(this.attachment instanceof Ask)
      this.failInHand(cause)
      return told
        ? Effect.logDebug(`${this.address} answered ${tag}, which was told, with a failure`, cause)
        : Exit.void
    }
    this.crashInHand(cause)
    return this.resumes(cause) ? Exit.void : Exit.failCause(cause)
  }

  private readonly outcomes = { onSuccess: this.onSuccess, onFailure: this.onFailure }

  private failInHand(cause: Cause.Cause<unknown>): void {
    const attachment = this.attachment
    this.inHand = false
    this.attachment = undefined
    this.failed++
    attachment?.fail(cause)
  }

  private crashInHand(cause: Cause.Cause<unknown>): void {
    const error = new ActorCrashed({ address: this.address, message_tag: this.tagOf(this.rpc), cause }, true)
    this.failInHand(Cause.fail(error))
  }

  private resumes(cause: Cause.Cause<unknown>): boolean {
    if (this.behavior.supervision.decide(cause) !== "resume") return false
    this.system.log(Effect.logWarning(`${this.address} crashed and goes on with its state`, cause))
    return true
  }

  /** Runs a handler beside the mailbox. Its crash is the actor's. */
  private fork(effect: Effect.Effect<unknown, unknown>): void {
    const incarnation = this.incarnation!
    const attachment = this.attachment
    const rpc = this.rpc
    const work = this.system.tracing ? this.traced(effect) : effect
    this.inHand = false
    this.attachment = undefined
    const deadline = attachment?.deadline() ?? Number.POSITIVE_INFINITY
    const sender: Sender = { cell: this, blocking: false, deadline: () => deadline }
    const fiber = this.system.fork(Effect.provide(work, this.contextOf(incarnation, sender)))
    incarnation.linked.add(fiber)
    fiber.addObserver((exit) => {
      incarnation.linked.delete(fiber)
      if (Exit.isSuccess(exit)) {
        this.handled++
        attachment?.reply(exit.value)
      } else {
        this.failed++
        if (!isCrash(exit.cause)) {
          attachment?.fail(exit.cause)
          if (!(attachment instanceof Ask)) {
            this.system.log(
              Effect.logDebug(`${this.address} answered ${this.tagOf(rpc)}, which was told, with a failure`, exit.cause)
            )
          }
        } else if (incarnation.ending !== undefined) {
          attachment?.fail(Cause.fail(incarnation.ending))
        } else {
          const error = new ActorCrashed(
            { address: this.address, message_tag: this.tagOf(rpc), cause: exit.cause },
            true
          )
          attachment?.fail(Cause.fail(error))
          if (!this.resumes(exit.cause)) this.crash(exit.cause)
        }
      }
      incarnation.whenUnlinked?.()
      if (this.state === State.draining && this.parked !== undefined && this.ring.size === 0)
        this.becameEmpty(this.parked)
    })
  }

  // --- life ------------------------------------------------------------------------------------------------------

  /** Begins an incarnation. `whenStarted` hears of it: a child's spawner waits for its first start. */
  start(whenStarted?: (error: SpawnError | undefined) => void): void {
    if (whenStarted !== undefined) this.whenStarted = whenStarted
    const incarnation = new Incarnation(this, ++this.incarnations)
    this.state = State.starting
    this.incarnation = incarnation
    this.loopDone = false
    const fiber = this.system.fork(this.live(incarnation))
    incarnation.fiber = fiber
    fiber.addObserver((exit) => this.ended(incarnation, exit))
  }

  private live(incarnation: Incarnation): Effect.Effect<void, unknown> {
    return Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(Scope.make(), (scope) => {
        incarnation.scope = scope
        const life = Effect.flatMap(this.behavior.build, (handlers) => {
          this.begin(incarnation, handlers)
          return Effect.whileLoop({ while: () => !this.loopDone, body: this.step, step: () => {} })
        })
        return Effect.flatMap(
          Effect.exit(restore(Effect.provide(life, this.contextOf(incarnation, incarnation)))),
          (exit) => Effect.zipRight(this.close(incarnation, scope, exit), exit)
        )
      })
    )
  }

  /** What `build` and handlers run with: the Layer's services, the incarnation's scope, and who they are. */
  private contextOf(incarnation: Incarnation, sender: Sender): Context.Context<never> {
    const self: ActorContext["Type"] & { readonly sender: Sender } = {
      self: this.refOf(this),
      address: this.address,
      id: this.id,
      incarnation: incarnation.number,
      stop: Effect.sync(() => this.stop(() => {})),
      sender
    }
    return this.behavior.services.pipe(Context.add(ActorContext, self), Context.add(Scope.Scope, incarnation.scope!))
  }

  private begin(incarnation: Incarnation, handlers: Readonly<Record<string, unknown>>): void {
    this.handlers = this.tags.map((tag) => handlers[tag] as Handler)
    const deadline = () => {
      const due = incarnation.deadline()
      return due === Number.POSITIVE_INFINITY ? Option.none<number>() : Option.some(due)
    }
    this.handlerContext = {
      address: this.address,
      get deadline() {
        return deadline()
      }
    }
    incarnation.started = true
    incarnation.startedAt = this.system.timers.now()
    this.state = this.stopRequested ? State.draining : State.running
    const whenStarted = this.whenStarted
    this.whenStarted = undefined
    whenStarted?.(undefined)
  }

  /** What every incarnation leaves: its message in hand, forked handlers, children, then its scope; in that order. */
  private close(
    incarnation: Incarnation,
    scope: Scope.CloseableScope,
    exit: Exit.Exit<unknown, unknown>
  ): Effect.Effect<void> {
    return Effect.suspend(() => {
      // Given up on while it would not be interrupted: the actor has moved on, only the scope is still ours.
      if (this.incarnation !== incarnation) return Scope.close(scope, exit)
      this.parked = undefined
      this.clearTimer?.()
      this.state = this.stopRequested ? State.ending : State.restarting
      if (incarnation.ending === undefined) {
        const cause = incarnation.crash ?? (Exit.isFailure(exit) ? exit.cause : Cause.empty)
        incarnation.ending =
          this.stopRequested || Exit.isSuccess(exit)
            ? new ActorStopping({ address: this.address })
            : new ActorCrashed({ address: this.address, message_tag: this.tagOf(this.rpc), cause }, true)
      }
      if (this.inHand) this.failInHand(Cause.fail(incarnation.ending))
      const closeScope = Effect.suspend(() => {
        this.limit("close its scope", () => this.ended(incarnation, exit))
        return Scope.close(scope, exit)
      })
      return incarnation.linked.size === 0 && this.children.length === 0
        ? closeScope
        : Effect.zipRight(this.endDependents(incarnation), closeScope)
    })
  }

  /** Interrupts forked handlers, waiting for them within the budget, then stops the children, last spawned first. */
  private endDependents(incarnation: Incarnation): Effect.Effect<void> {
    const interruptLinked = Effect.async<void>((resume) => {
      if (incarnation.linked.size === 0) return resume(Effect.void)
      const clear = this.system.timers.after(this.system.stopBudgetMillis, () => {
        incarnation.whenUnlinked = undefined
        this.system.log(
          Effect.logError(`${this.address} has a handler that cannot be interrupted; it goes on without an owner`)
        )
        resume(Effect.void)
      })
      incarnation.whenUnlinked = () => {
        if (incarnation.linked.size > 0) return
        incarnation.whenUnlinked = undefined
        clear()
        resume(Effect.void)
      }
      for (const fiber of incarnation.linked) fiber.unsafeInterruptAsFork(FiberId.none)
    })
    const stopChildren = Effect.suspend(() =>
      Effect.forEach([...this.children].reverse(), (child) => stopped(child), { discard: true })
    )
    return Effect.zipRight(interruptLinked, stopChildren)
  }

  private ended(incarnation: Incarnation, exit: Exit.Exit<unknown, unknown>): void {
    if (this.incarnation !== incarnation) return
    this.incarnation = undefined
    this.parked = undefined
    this.clearTimer?.()
    if (this.stopRequested) return this.finish({ _tag: "stopped" })
    const cause =
      incarnation.crash ?? (Exit.isFailure(exit) ? exit.cause : Cause.die("the message loop ended by itself"))
    const whenStarted = this.whenStarted
    if (whenStarted !== undefined) {
      // A first start that fails is not tried again: its spawner decides.
      this.whenStarted = undefined
      this.finish({ _tag: "failed", cause })
      return whenStarted(new ActorStartFailed({ address: this.address, cause }, true))
    }
    this.supervise(incarnation, cause)
  }

  private supervise(incarnation: Incarnation, cause: Cause.Cause<unknown>): void {
    const supervision = this.behavior.supervision
    switch (supervision.decide(cause)) {
      case "stop":
        return this.giveUp(cause, false)
      case "escalate":
        return this.giveUp(cause, true)
      // What broke off the incarnation itself, a start or a forked handler, leaves no state to resume with.
      case "resume":
      case "restart": {
        const now = this.system.timers.now()
        const periodMillis = Duration.toMillis(supervision.period)
        this.window ??= new RestartWindow(supervision.intensity, periodMillis)
        if (!this.window.admit(now)) return this.giveUp(cause, supervision.exceeded === "escalate")
        if (incarnation.started && now - incarnation.startedAt > periodMillis) this.restartsInARow = 0
        this.restarts++
        const waitMillis = Supervision.backoffMillis(supervision, ++this.restartsInARow, this.system.random())
        this.system.log(
          Effect.logWarning(
            `${this.address} crashed; restart ${this.restarts}${waitMillis > 0 ? ` in ${waitMillis} ms` : ""}`,
            cause
          )
        )
        if (waitMillis === 0) return this.start()
        this.state = State.backingOff
        this.clearTimer = this.system.timers.after(waitMillis, () => this.start())
      }
    }
  }

  private giveUp(cause: Cause.Cause<unknown>, escalate: boolean): void {
    this.cause = cause
    this.state = State.failed
    this.system.log(Effect.logError(`${this.address} was given up by its supervision`, cause))
    this.discardMail("given up", new ActorFailed({ address: this.address, cause }, true))
    this.tellWatchers({ _tag: "failed", cause })
    if (escalate) this.parent?.crash(cause)
  }

  /** Makes the incarnation end with `cause`, whatever it is doing. */
  crash(cause: Cause.Cause<unknown>): void {
    const incarnation = this.incarnation
    if (incarnation === undefined || incarnation.crash !== undefined || this.stopRequested) return
    incarnation.crash = cause
    const resume = this.parked
    if (resume !== undefined) {
      this.parked = undefined
      resume(Exit.failCause(cause))
    } else incarnation.fiber?.unsafeInterruptAsFork(FiberId.none)
  }

  /** Lets a given-up actor live again: a root at its next message, a child at once. */
  revive(): void {
    if (this.state !== State.failed) return
    this.window = undefined
    this.restartsInARow = 0
    this.cause = undefined
    this.state = State.absent
    if (!this.isRoot) this.start()
  }

  /** Ends the actor in order: no new messages, those it has within the budget, its children, its scope. `done` hears of it. */
  stop(done: () => void): void {
    if (this.state === State.ended) return done()
    this.whenStopped ??= []
    this.whenStopped.push(done)
    if (this.stopRequested) return
    this.stopRequested = true
    this.refuseWaiting(new ActorStopping({ address: this.address }))
    switch (this.state) {
      case State.starting:
        return this.interrupt()
      case State.running:
        this.state = State.draining
        this.limit("handle the messages it had", () => this.interrupt())
        if (this.parked !== undefined && this.ring.size === 0) this.becameEmpty(this.parked)
        return
      case State.restarting:
        // Its fiber is closing already; `ended` sees the request.
        this.state = State.ending
        return
      default:
        this.clearTimer?.()
        return this.finish({ _tag: "stopped" })
    }
  }

  private interrupt(): void {
    const incarnation = this.incarnation!
    this.state = State.ending
    incarnation.ending = new ActorStopping({ address: this.address })
    this.limit("be interrupted", () => {
      // Its handler does not let itself be interrupted. Nobody waits for it any longer; what it owns is still closed.
      this.incarnation = undefined
      if (this.inHand) this.failInHand(Cause.fail(incarnation.ending!))
      this.system.fork(this.endDependents(incarnation)).addObserver(() => this.finish({ _tag: "stopped" }))
    })
    incarnation.fiber!.unsafeInterruptAsFork(FiberId.none)
  }

  private limit(what: string, act: () => void): void {
    this.clearTimer?.()
    this.clearTimer = this.system.timers.after(this.system.stopBudgetMillis, () => {
      this.system.log(Effect.logWarning(`${this.address} took more than ${this.system.stopBudgetMillis} ms to ${what}`))
      act()
    })
  }

  private finish(end: End): void {
    this.clearTimer?.()
    this.clearTimer = undefined
    this.state = State.ended
    this.discardMail("stopped", new ActorStopping({ address: this.address }))
    if (this.parent !== undefined) {
      const at = this.parent.children.indexOf(this)
      if (at !== -1) this.parent.children.splice(at, 1)
    }
    this.forget(this)
    const whenStarted = this.stopRequested ? this.whenStarted : undefined
    this.whenStarted = undefined
    whenStarted?.(new ActorStopping({ address: this.address }))
    this.tellWatchers(end)
    const whenStopped = this.whenStopped ?? []
    this.whenStopped = undefined
    for (const done of whenStopped) done()
  }

  private discardMail(reason: Reason, error: AskError): void {
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

  private refuseWaiting(error: AskError): void {
    const waiting = this.waiting ?? []
    this.waiting = undefined
    for (const wait of waiting) if (!wait.withdrawn()) wait.refused(error)
  }

  // --- watching --------------------------------------------------------------------------------------------------

  /** Calls `watcher` at the next end; at once where the address is gone or given up. The result takes it back. */
  watch(watcher: (end: End) => void): () => void {
    if (this.state === State.ended || (this.state === State.failed && this.cause !== undefined)) {
      watcher(this.state === State.failed ? { _tag: "failed", cause: this.cause! } : { _tag: "absent" })
      return () => {}
    }
    this.watchers ??= new Set()
    const watchers = this.watchers
    watchers.add(watcher)
    return () => {
      watchers.delete(watcher)
      if (watchers.size === 0 && this.state === State.absent) this.forget(this)
    }
  }

  private tellWatchers(end: End): void {
    const watchers = this.watchers
    this.watchers = undefined
    if (watchers !== undefined) for (const watcher of watchers) watcher(end)
  }

  /** What an observer may know; see `LocalActorSystem.snapshot`. */
  get waitingSenders(): number {
    return this.waiting?.length ?? 0
  }
}

const addWait = (node: Node, wait: Wait): void => {
  node.waits ??= new Set()
  node.waits.add(wait)
}

/** Stops a cell and waits until it has ended. */
export const stopped = (cell: Cell): Effect.Effect<void> =>
  Effect.async<void>((resume) => {
    cell.stop(() => resume(Effect.void))
  })

/** A defect, or an interruption that is nobody's answer; anything with a typed failure and no defect is an answer. */
const isCrash = (cause: Cause.Cause<unknown>): boolean => Cause.isDie(cause) || !Cause.isFailure(cause)
