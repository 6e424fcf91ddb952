/**
 * One actor in this process: the state machine of its life around mailbox and message loop.
 *
 * Everything slow (start, crash, restart, stop) is a transition here, driven by the ends of fibers, by timers and by
 * commands, all of them synchronous calls: no lock, and no fiber that only waits.
 *
 * An incarnation ends in a fixed order: the fiber that works on the message in hand, that message's settlement, handlers
 * beside the mailbox, children, the scope. Each step has the stop budget.
 *
 * Third of the three parts of one object (see `Inbox`), and long: what may happen next depends on `state`, `stopping` and
 * `incarnation` together, and whoever changes one transition has to see the others.
 */
import { Cause, Context, Effect, Exit, Option, Scope } from "effect"
import type { Event } from "../ActorChange.ts"
import { ActorContext } from "../ActorContext.ts"
import {
  ActorCrashed,
  ActorFailed,
  ActorStartFailed,
  HandlerMissing,
  type SpawnError,
  StashFull,
  type TellError
} from "../ActorError.ts"
import type { ActorRef } from "../ActorRef.ts"
import type { End } from "../ActorSnapshot.ts"
import type { Behavior } from "../Behavior.ts"
import type { Restart } from "../Strategy.ts"
import type { Supervision } from "../Supervision.ts"
import { asyncHere } from "./asyncHere.ts"
import type { Attachment, Sender } from "./attachment.ts"
import { CellContext } from "./cellContext.ts"
import { runSynchronous } from "./effectInternals/synchronous.ts"
import type { Environment } from "./environment.ts"
import { IdleTimer } from "./idleTimer.ts"
import { State } from "./inbox.ts"
import { Incarnation } from "./incarnation.ts"
import { type Handler, MessageLoop } from "./messageLoop.ts"
import type { Protocol } from "./protocol.ts"
import type { Residents } from "./residents.ts"
import { type Child, type ChildState, type Reason, type Shutdown, Supervisor } from "./supervisor.ts"
import { type Destination, Tell } from "./tell.ts"
import type { Node } from "./waitGraph.ts"
import { Watches, type Watching } from "./watches.ts"
import type { Worker } from "./worker.ts"

/** What the roots of one type have in common, or its children. */
export interface Kind {
  readonly type: string
  readonly protocol: Protocol
  readonly behavior: Behavior
  /** A root is activated by a message, and is a new actor after its end. */
  readonly isRoot: boolean
  readonly refOf: (cell: Cell) => ActorRef.Any
  /** Takes the address out of the registry. */
  readonly forget: (cell: Cell) => void
  /** Where a root has its place in memory; none for a child, whose place is with its parent. */
  readonly residents: Residents<Cell> | undefined
}

/** How its supervisor treats it; the terms are those of OTP's `child_spec`. */
export interface ChildSpec {
  readonly restart: Restart
  readonly significant: boolean
  readonly stopBudgetMillis: number
}

/**
 * Why its incarnation is to end: by the actor's own choice, because its own supervisor must end, because it is stopped for
 * good, or because it starts again with its group. `resting`: it had none when its group stopped.
 */
type Stopping = "no" | "normal" | "shutdown" | "for good" | "for a restart" | "resting"

const none: ReadonlyArray<never> = []

interface Stashed {
  readonly rpc: number
  readonly payload: unknown
  readonly attachment: Attachment | undefined
  readonly at: number
}

/** Where refs find a cell; empty once it is nobody's any more. */
export interface Slot {
  cell: Cell | undefined
}

export class Cell extends MessageLoop implements Child {
  readonly slot: Slot = { cell: this }
  childState: ChildState | undefined = undefined
  private incarnations = 0
  restarts = 0
  /** Its incarnation, or the next one, is one that supervision began again. */
  private isRestart = false
  private watchers: Set<(end: End) => void> | undefined = undefined
  /** The supervisor, which waits for this start. */
  private whenStarted: ((failure: Cause.Cause<unknown> | undefined) => void) | undefined = undefined
  /** The spawner, which waits for the first one. */
  whenSpawned: ((error: SpawnError | undefined) => void) | undefined = undefined
  private clearTimer: (() => void) | undefined = undefined
  private stopping: Stopping = "no"
  /** An incarnation was abandoned, and what it owned is being closed. */
  private abandoning = false
  /** When what it still has is given up, in milliseconds of the timers. */
  private drainsUntil = Number.POSITIVE_INFINITY
  private whenStopped: Array<() => void> | undefined = undefined
  /** Was stopped `now`, and its children with it. */
  private stopsNow = false
  /** Was stopped while no incarnation could take the messages it has. */
  private isInterrupted = false
  private stashed: Array<Stashed> | undefined = undefined
  private watches: Watches | undefined = undefined
  /** The state of `Residents` about it. */
  isResident = false
  doneBefore = -1

  constructor(
    system: Environment,
    private readonly kind: Kind,
    id: string,
    address: string,
    /** Whose child it is: an actor's, a host's, or its type's, as a root. */
    readonly supervisor: Supervisor<Cell>,
    private readonly spec: ChildSpec
  ) {
    super(system, kind.type, id, address, kind.protocol, kind.behavior)
  }

  /** Among the roots of its type, or among its siblings. */
  get key(): string {
    return this.kind.isRoot ? this.id : this.address
  }
  get life(): number {
    return this.incarnations
  }
  protected get isRoot(): boolean {
    return this.kind.isRoot
  }
  get restart(): Restart {
    return this.spec.restart
  }
  get significant(): boolean {
    return this.spec.significant
  }
  get supervision(): Supervision {
    return this.behavior.supervision
  }
  get self(): ActorRef.Any {
    return this.kind.refOf(this)
  }
  get watchCount(): number {
    return this.watches?.count ?? 0
  }
  get stashSize(): number {
    return this.stashed?.length ?? 0
  }

  /** What it waits for by the state it is in, besides what its fibers ask for. */
  readonly dependsOn = (): ReadonlyArray<Node> => {
    const { incarnation } = this
    if (incarnation !== undefined) return incarnation.isClosing ? endsOf(incarnation, true) : none
    const phase = this.childState?.phase
    // In the queue of a shared supervisor, it waits for those whose turn it is.
    return phase !== undefined && phase !== "up" && phase !== "given up" && this.supervisor.isShared
      ? [...this.supervisor].filter((other) => other !== this && other.isMoving)
      : none
  }
  /** It starts or ends. */
  private get isMoving(): boolean {
    return this.incarnation !== undefined && (!this.incarnation.started || this.incarnation.isClosing)
  }

  protected activate(): void {
    if (this.kind.residents === undefined) this.start()
    else this.kind.residents.enter(this)
    if (this.state === State.waitingForRoom && this.system.changes.isObserved) {
      this.tellObservers({ _tag: "waiting for room" })
    }
  }

  /** Begins an incarnation: at a message, or because the supervisor says so, who then waits for it. */
  start(whenStarted?: (failure: Cause.Cause<unknown> | undefined) => void): void {
    if (this.stopping === "resting" && this.ring.size === 0) {
      this.stopping = "no"
      this.state = State.absent
      return whenStarted?.(undefined)
    }
    const isLast = this.stopping === "for good"
    if (!isLast) {
      this.stopping = "no"
      this.drainsUntil = Number.POSITIVE_INFINITY
    }
    this.cause = undefined
    this.whenStarted = whenStarted
    const incarnation = new Incarnation(this, ++this.incarnations, this.behavior.guard?.epochOf(this.id) ?? 0)
    this.state = isLast ? State.draining : State.starting
    this.incarnation = incarnation
    const { faults } = this.system
    const build = faults === undefined ? this.behavior.build : faults.starting(this.address, this.behavior.build)
    const rest = runSynchronous(build)
    if (Exit.isExit(rest) && Exit.isSuccess(rest)) return this.built(incarnation, rest)
    const fiber = this.system.fork(rest, this.contextOf(incarnation, incarnation.builder), incarnation.refs)
    const exit = fiber.unsafePoll()
    if (exit === null) {
      incarnation.starting = fiber
      fiber.addObserver((exit) => this.built(incarnation, exit))
      // Its actor was stopped while it ran its first steps.
      if (incarnation.ending !== undefined) incarnation.interrupt(fiber)
    } else if (Exit.isSuccess(exit)) this.built(incarnation, exit)
    else {
      // Supervised from the run queue: a start that fails at once, again and again, must not go ever deeper.
      this.system.scheduler.scheduleTask(() => this.built(incarnation, exit), 0)
    }
  }

  private built(incarnation: Incarnation, exit: Exit.Exit<unknown, unknown>): void {
    incarnation.starting = undefined
    if (this.incarnation !== incarnation) return this.closeAbandoned(incarnation, exit)
    // Stopped while it started: it goes on for the messages it has.
    const drains = this.state === State.draining
    if (!drains) this.clearTimer?.()
    if (incarnation.crash !== undefined || (this.stopping !== "no" && !drains) || Exit.isFailure(exit)) {
      return this.end(incarnation, incarnation.crash ?? (Exit.isFailure(exit) ? exit.cause : undefined))
    }
    // What `build` gives; `install` looks at each handler.
    const missing = this.install(exit.value as Readonly<Record<string, unknown>>)
    this.handlerContext = new HandlerContext(this, incarnation)
    if (missing !== undefined) return this.end(incarnation, Cause.die(missing))
    incarnation.started = true
    this.atCapacity = false
    incarnation.startedAt = this.system.timers.now()
    if (!drains) this.state = State.running
    this.free = true
    const { passivateAfterMillis } = this.behavior
    if (passivateAfterMillis !== Number.POSITIVE_INFINITY) {
      incarnation.idleTimer = new IdleTimer(this, this.system.timers, passivateAfterMillis)
    }
    if (this.system.changes.isObserved) {
      this.tellObservers({ _tag: this.isRestart ? "restarted" : "started", incarnation: incarnation.number })
    }
    this.isRestart = false
    const { whenSpawned, whenStarted } = this
    this.whenStarted = undefined
    this.whenSpawned = undefined
    whenStarted?.(undefined)
    whenSpawned?.(undefined)
    this.scheduleIfMail()
    if (drains) this.drainIfEmpty()
  }

  /** Tells those who look on; ask for `isObserved` first, so that nobody pays for a change that nobody sees. */
  private tellObservers(event: Event): void {
    this.system.changes.publish(this, event)
  }

  private install(handlers: Readonly<Record<string, unknown>>): HandlerMissing | undefined {
    const message_tag = this.protocol.tags.find((tag) => typeof handlers?.[tag] !== "function")
    if (message_tag !== undefined) return new HandlerMissing({ address: this.address, message_tag })
    // Looked at above: they are functions, and the definition's types say which.
    const given = this.protocol.tags.map((tag) => handlers[tag] as Handler)
    const { guard } = this.behavior
    const epoch = this.incarnation?.epoch ?? 0
    const table = guard === undefined ? given : given.map((handler) => guard.around(this.id, epoch, handler))
    this.handlers = this.system.faults === undefined ? table : this.system.faults.around(this, table)
    return undefined
  }

  /** Other handlers, until the next restart. */
  become(handlers: Readonly<Record<string, unknown>>): void {
    const missing = this.install(handlers)
    if (missing !== undefined) throw missing
  }

  /** What `build` and handlers run with: the Layer's services, the incarnation's scope, and who they are. */
  contextOf(incarnation: Incarnation, sender: Sender): Context.Context<never> {
    const services = new Map(this.behavior.services.unsafeMap)
    services.set(ActorContext.key, new CellContext(this, incarnation, sender))
    services.set(Scope.Scope.key, incarnation.scope.service)
    return Context.unsafeMake(services)
  }

  /** A handler crashed outside of any fiber. */
  protected broke(cause: Cause.Cause<unknown>): void {
    this.finishWork(cause)
  }

  protected drained(): void {
    this.finishWork(undefined)
  }

  /** Ends the incarnation, of which no fiber is at work: first the parked one, if any, then all it has. */
  private finishWork(cause: Cause.Cause<unknown> | undefined): void {
    const incarnation = this.incarnation!
    this.free = false
    if (this.worker === undefined) return this.end(incarnation, cause)
    incarnation.crash ??= cause
    this.worker.retire()
  }

  workerEnded(worker: Worker, exit: Exit.Exit<unknown, unknown>): void {
    const { incarnation } = worker
    if (this.worker === worker) this.worker = undefined
    if (worker.isResting && this.incarnation === incarnation) return this.release()
    if (this.incarnation !== incarnation) return this.closeAbandoned(incarnation, exit)
    this.end(incarnation, incarnation.crash ?? (Exit.isFailure(exit) ? exit.cause : undefined))
  }

  /** What every incarnation leaves: its message in hand, forked handlers, children, then its scope; in that order. */
  private end(incarnation: Incarnation, cause: Cause.Cause<unknown> | undefined): void {
    if (incarnation.isClosing) return
    incarnation.isClosing = true
    this.free = false
    this.clearTimer?.()
    this.clearTimer = undefined
    this.state = this.isStarting ? State.restarting : State.ending
    this.cutOff(incarnation, cause)
    incarnation.children?.close()
    if (this.inHand) this.settleCutOff(incarnation, cause)
    incarnation.expectNothing()
    this.unstash()
    if (incarnation.ownsNothing) {
      incarnation.scope.closeUnused()
      return this.ended(incarnation, cause)
    }
    const exit = cause === undefined ? Exit.void : Exit.failCause(cause)
    const closing = Effect.zipRight(
      this.endDependents(incarnation),
      Effect.suspend(() => {
        this.limit("close its scope", () => this.ended(incarnation, cause))
        return this.closeScope(incarnation, exit)
      })
    )
    this.system.fork(closing, undefined, incarnation.refs).addObserver(() => this.ended(incarnation, cause))
  }

  /** Settles what those get whose requests this end cuts off. */
  private cutOff(incarnation: Incarnation, cause: Cause.Cause<unknown> | undefined): void {
    const because = this.becauseOf(cause)
    incarnation.ending ??=
      because === undefined || !this.isStarting
        ? () => this.stoppingError()
        : (message_tag) => new ActorCrashed({ address: this.address, message_tag, cause: because }, true)
  }

  /** Settles the message in hand; one that is idempotent waits for the incarnation that follows, if one does. */
  private settleCutOff(incarnation: Incarnation, cause: Cause.Cause<unknown> | undefined): void {
    const because = this.becauseOf(cause)
    if (because !== undefined && this.isStarting) this.settleCrashed(because)
    else this.failInHand(incarnation.endingCause(this.tagOf(this.rpc)))
  }

  /** Why it is cut off: a crash of its own, of its child, or of a sibling. */
  private becauseOf(cause: Cause.Cause<unknown> | undefined): Cause.Cause<unknown> | undefined {
    return this.stopping === "for a restart" ? Cause.die(new GroupStartsAgain()) : cause
  }

  /** A finalizer that dies is logged: as the incarnation's end it would hide the crash that came before. */
  private closeScope(incarnation: Incarnation, exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> {
    return Effect.catchAllCause(incarnation.close(exit), (cause) =>
      Effect.logError(`${this.address} could not close its scope`, cause)
    )
  }

  /** A fiber came back that was given up on while it would not be interrupted: the actor has moved on, its scope is left. */
  private closeAbandoned(incarnation: Incarnation, exit: Exit.Exit<unknown, unknown>): void {
    if (incarnation.scope.isUsed) this.system.fork(this.closeScope(incarnation, exit), undefined, incarnation.refs)
    else incarnation.scope.closeUnused()
  }

  /** Interrupts forked handlers, waiting for them within the budget, then stops the children, last spawned first. */
  private endDependents(incarnation: Incarnation): Effect.Effect<void> {
    // An `Effect.async` takes a turn of the scheduler, also where it has nothing to wait for.
    if (incarnation.concurrent === 0 && (incarnation.children?.size ?? 0) === 0) return Effect.void
    const interruptLinked = incarnation.interruptLinked((after) =>
      this.system.timers.after(this.spec.stopBudgetMillis, () => {
        this.log("Error", `${this.address} has a handler that cannot be interrupted; it goes on without an owner`)
        this.failed += incarnation.concurrent
        after()
      })
    )
    const stopChildren = Effect.async<void>((resume) => {
      if (incarnation.children === undefined) resume(Effect.void)
      else incarnation.children.stopAll(() => resume(Effect.void), this.stopsNow)
    })
    return Effect.zipRight(interruptLinked, stopChildren)
  }

  private ended(incarnation: Incarnation, cause: Cause.Cause<unknown> | undefined): void {
    if (this.incarnation !== incarnation) return
    this.incarnation = undefined
    this.goOn(cause)
  }

  /** What follows the end of an incarnation. */
  private goOn(cause: Cause.Cause<unknown> | undefined): void {
    // Whoever keeps a ref keeps this object, but not what its handlers hold.
    this.handlers = none
    this.clearTimer?.()
    this.clearTimer = undefined
    const { stopping, whenStarted } = this
    this.whenStarted = undefined
    switch (stopping) {
      case "for good":
        whenStarted?.(cause ?? Cause.empty)
        if (this.goesOnDraining()) return this.startLast()
        return this.finish({ _tag: "stopped" }, false)
      case "for a restart":
        this.waitForSupervisor()
        return this.tellStopped()
      case "normal":
      case "shutdown":
        whenStarted?.(undefined)
        return this.supervisor.ended(this, stopping)
      default:
        if (cause === undefined) return this.rested()
        this.state = State.backingOff
        if (whenStarted !== undefined) return whenStarted(cause)
        return this.supervisor.ended(this, { cause })
    }
  }

  /** There is no incarnation, and the supervisor decides when there is one again. */
  private waitForSupervisor(): void {
    this.stopping = "no"
    this.state = State.backingOff
  }

  /** No incarnation, not even one that is being closed. */
  private get isDown(): boolean {
    return this.incarnation === undefined && !this.abandoning
  }

  /** Another incarnation follows, as far as the actor itself has a say. */
  private get isStarting(): boolean {
    return this.stopping === "no" || this.stopping === "for a restart"
  }

  // What its supervisor tells it.

  restarting(because: Child, reason: Reason, waitMillis: number): void {
    // It is passive, and stays so: `stopForRestart`.
    if (this.state === State.absent) return
    this.restarts++
    this.isRestart = true
    if (this.isDown) this.waitForSupervisor()
    const what = `restart ${this.restarts}${waitMillis > 0 ? ` in ${waitMillis} ms` : ""}`
    if (because !== this) this.log("Info", `${this.address} starts again with ${because.key}; ${what}`)
    else if (typeof reason !== "object") {
      this.log("Info", `${this.address} ended and is permanent; ${what}`)
    } else this.log("Warning", `${this.address} crashed; ${what}`, reason.cause)
    if (because === this && typeof reason === "object" && this.system.changes.isObserved) {
      this.tellObservers({ _tag: "crashed", cause: reason.cause, delayMillis: waitMillis })
    }
  }

  givenUp(cause: Cause.Cause<unknown>): void {
    this.cause = cause
    this.stopping = "no"
    this.state = State.failed
    if (this.kind.residents !== undefined) {
      this.kind.residents.leave(this)
      this.system.givenUp.add(this)
    }
    this.log("Error", `${this.address} was given up by its supervision`, cause)
    if (this.system.changes.isObserved) this.tellObservers({ _tag: "given up", cause })
    this.discardMail("given up", () => new ActorFailed({ address: this.address, cause }, true))
    this.tellWatchers({ _tag: "failed", cause })
  }

  gone(reason: Reason, mayReturn: boolean): void {
    this.finish(typeof reason === "object" ? { _tag: "failed", cause: reason.cause } : { _tag: "stopped" }, mayReturn)
  }

  // What its children's supervisor tells it.

  /** The supervisor of an incarnation's children; none if the incarnation is over. */
  childrenOf(incarnation: Incarnation): Supervisor | undefined {
    if (this.incarnation !== incarnation || incarnation.ending !== undefined || incarnation.isClosing) return undefined
    const { timers } = this.system
    incarnation.children ??= new Supervisor(this.behavior.children, {
      now: timers.now,
      after: (millis, wake) => timers.after(millis, wake),
      random: this.system.random,
      shutdown: (why) => this.shutdown(incarnation, why),
      escalate: (_, cause) => this.crash(cause)
    })
    return incarnation.children
  }

  /** In the order in which they were spawned. */
  get children(): ReadonlyArray<Cell> {
    // What an actor's supervisor holds was put there by `spawn`, and is a cell.
    const children = this.incarnation?.children as Supervisor<Cell> | undefined
    return children === undefined ? [] : [...children].filter((child) => child.state !== State.ended)
  }

  private shutdown(incarnation: Incarnation, why: Shutdown): void {
    const child = why.child.key
    if (why._tag === "significant child ended") {
      this.log("Info", `${this.address} shuts down: ${child}, which is significant, has ended`)
    } else {
      const line = `${this.address} shuts down: ${child} would have been one restart too many within the limit of its strategy`
      this.log("Error", line, typeof why.reason === "object" ? why.reason.cause : undefined)
    }
    if (this.incarnation !== incarnation || incarnation.isClosing) return
    if (this.stopping === "no") this.stopping = "shutdown"
    this.refuseWaiting(() => this.stoppingError(), "stopped")
    this.breakOff(incarnation)
  }

  /** Makes the incarnation end with `cause`, whatever it is doing. */
  crash(cause: Cause.Cause<unknown>): void {
    const incarnation = this.incarnation
    if (incarnation === undefined || incarnation.crash !== undefined || incarnation.isClosing || this.stopping !== "no")
      return
    incarnation.crash = cause
    this.whenNotInTurn(() => this.finishWork(cause))
  }

  /** Lets a given-up actor live again: a root at its next message, a child at once. */
  revive(): void {
    if (this.state !== State.failed) return
    this.isRestart = false
    if (this.system.changes.isObserved) this.tellObservers({ _tag: "revived" })
    if (!this.kind.isRoot) return this.supervisor.revive(this)
    this.supervisor.forgive(this)
    this.system.givenUp.delete(this)
    this.cause = undefined
    this.state = State.absent
    this.kind.residents?.leave(this)
  }

  /** As if it had never been. */
  forgetFailure(): void {
    this.cause = undefined
    if (this.system.changes.isObserved) this.tellObservers({ _tag: "forgotten" })
    this.disappear()
  }

  /** Ends an idle incarnation, to begin anew at the next message; `false` if it is not idle, or has children. */
  passivate(): boolean {
    if (
      this.state !== State.running ||
      !this.free ||
      this.inHand ||
      this.ring.size > 0 ||
      this.waiting !== undefined ||
      this.incarnation!.concurrent > 0 ||
      this.incarnation!.timers?.count ||
      this.watchCount > 0 ||
      (this.incarnation!.children?.size ?? 0) > 0 ||
      this.stashSize > 0
    ) {
      return false
    }
    this.finishWork(undefined)
    return true
  }

  /** A passivated incarnation has ended. */
  private rested(): void {
    this.state = State.absent
    this.isRestart = false
    if (this.system.changes.isObserved) this.tellObservers({ _tag: "passivated" })
    this.kind.residents?.leave(this)
    // One that was let in instead may have sent to it already.
    if (this.state !== State.absent) return
    // A message came while it was closed.
    if (this.ring.size > 0) return this.activate()
    if (this.kind.isRoot && this.watchers === undefined) this.disappear()
  }

  /** It was made to be sent to, and what was sent was refused: an address that nobody uses takes no memory. */
  leaveUnused(): void {
    if (this.state === State.absent && this.kind.isRoot && this.watchers === undefined) this.disappear()
  }

  /** Whoever still holds this cell must find the address anew, or it would live twice. */
  private disappear(): void {
    this.state = State.ended
    this.kind.forget(this)
  }

  /** Ends by its own choice, after the messages it has. */
  stopItself(incarnation: Incarnation): void {
    if (this.incarnation !== incarnation || incarnation.isClosing || this.stopping !== "no") return
    this.stopping = "normal"
    this.drain(false, this.spec.stopBudgetMillis)
  }

  /**
   * For good it ends in order: no new messages, those it has within the budget, its children, its scope. For a restart of
   * its group the incarnation ends at once; the mailbox stays.
   */
  stop(forGood: boolean, done: () => void, now = false): void {
    if (forGood) this.stopForGood(done, now)
    else this.stopForRestart(done)
  }

  /**
   * Goes on with the messages it has for `withinMillis`, if need be in one last incarnation; with `now` they are not handled
   * any more, and its children stop likewise. Asked again, the shorter time counts.
   */
  stopForGood(done: () => void, now = false, withinMillis = this.spec.stopBudgetMillis): void {
    if (this.state === State.ended) {
      this.kind.forget(this)
      return done()
    }
    this.whenStopped ??= []
    this.whenStopped.push(done)
    const before = this.stopping
    this.stopping = "for good"
    if (now) {
      this.stopsNow = true
      this.incarnation?.children?.hurry()
    }
    if (this.state === State.draining) {
      if (now) this.stopDraining()
      else this.limitDraining(withinMillis)
    } else if (this.isDown) this.stopDown(withinMillis)
    // Else it is ending already.
    else if (before === "no") this.drain(now, withinMillis)
    else if (this.state === State.restarting) this.state = State.ending
  }

  /** Stopped between two lives, or before the first one had room. */
  private stopDown(withinMillis: number): void {
    this.refuseWaiting(() => this.stoppingError(), "stopped")
    this.drainsUntil = this.system.timers.now() + withinMillis
    const waits = this.state === State.waitingForRoom
    this.isInterrupted = true
    if (!this.goesOnDraining()) return this.finish({ _tag: "stopped" }, false)
    // Whether it waited for its supervisor makes no difference any more: that has let it go.
    if (!waits) return this.startLast()
    this.state = State.draining
    this.armDraining()
  }

  /** Whether it was stopped without an incarnation that could handle what it has; asked once. */
  private goesOnDraining(): boolean {
    const { isInterrupted } = this
    this.isInterrupted = false
    return (
      isInterrupted &&
      !this.stopsNow &&
      this.ring.size > 0 &&
      // A child's first start that fails is not tried again.
      this.whenSpawned === undefined &&
      this.drainsUntil > this.system.timers.now()
    )
  }

  /** One more incarnation for the messages it has. Whatever ends it ends the actor. */
  private startLast(): void {
    this.start()
    // It may have ended in that very call.
    if (this.state === State.draining) this.armDraining()
  }

  private stopForRestart(done: () => void): void {
    if (this.isDown) {
      if (this.state === State.absent) this.stopping = "resting"
      this.state = State.backingOff
      return done()
    }
    this.whenStopped ??= []
    this.whenStopped.push(done)
    if (this.stopping === "for good") return
    const incarnation = this.incarnation
    this.stopping = "for a restart"
    this.state = State.restarting
    if (incarnation !== undefined && !incarnation.isClosing) this.breakOff(incarnation)
  }

  /** Handles no messages but those it has, and ends. */
  private drain(now: boolean, withinMillis: number): void {
    this.refuseWaiting(() => this.stoppingError(), "stopped")
    switch (this.state) {
      case State.starting:
        if (now || withinMillis <= 0 || this.ring.size === 0) return this.interrupt(this.incarnation!)
        this.state = State.draining
        return this.limitDraining(withinMillis)
      case State.running:
        this.state = State.draining
        if (now) return this.stopDraining()
        this.drainIfEmpty()
        // It may have ended in that very call.
        if ((this.state as State) === State.draining) this.limitDraining(withinMillis)
        return
      case State.restarting:
        // Its incarnation is closing already; `goOn` sees the request.
        this.state = State.ending
        this.isInterrupted = true
        this.drainsUntil = this.system.timers.now() + withinMillis
    }
  }

  private breakOff(incarnation: Incarnation): void {
    this.cutOff(incarnation, undefined)
    this.state = this.isStarting ? State.restarting : State.ending
    this.stopDraining()
  }

  private limitDraining(withinMillis: number): void {
    const until = this.system.timers.now() + withinMillis
    if (until >= this.drainsUntil) return
    this.drainsUntil = until
    this.armDraining()
  }

  private armDraining(): void {
    if (this.drainsUntil === Number.POSITIVE_INFINITY) return
    const leftMillis = this.drainsUntil - this.system.timers.now()
    this.limit("handle the messages it had", () => this.stopDraining(), leftMillis)
  }

  private stopDraining(): void {
    if (this.isDown) return this.finish({ _tag: "stopped" }, false)
    this.whenNotInTurn(() => this.finishWork(undefined))
  }

  /** Acts on the incarnation while no fiber works; interrupts the one that does, and acts by its end. */
  private whenNotInTurn(act: () => void): void {
    const incarnation = this.incarnation
    if (incarnation === undefined) return
    if (!this.free) return this.interrupt(incarnation)
    if (!this.inHand) return act()
    // Called from inside a handler that answers at once: when it has.
    this.system.scheduler.scheduleTask(() => {
      if (this.incarnation === incarnation && !incarnation.isClosing) this.whenNotInTurn(act)
    }, 0)
  }

  /** Interrupts the fiber that starts the actor or works for it. */
  private interrupt(incarnation: Incarnation): void {
    this.cutOff(incarnation, incarnation.crash)
    this.state = this.isStarting ? State.restarting : State.ending
    this.limit("be interrupted", () => this.abandon(incarnation))
    if (this.worker !== undefined) this.worker.interrupt()
    else if (incarnation.starting !== undefined) incarnation.interrupt(incarnation.starting)
  }

  /** Its fiber does not let itself be interrupted. Nobody waits for it any longer; what it owns is still closed. */
  private abandon(incarnation: Incarnation): void {
    incarnation.isClosing = true
    incarnation.children?.close()
    this.incarnation = undefined
    this.abandoning = true
    this.worker = undefined
    if (this.inHand) this.settleCutOff(incarnation, incarnation.crash)
    incarnation.expectNothing()
    this.unstash()
    this.system.fork(this.endDependents(incarnation)).addObserver(() => {
      this.abandoning = false
      this.goOn(incarnation.crash)
    })
  }

  private limit(what: string, act: () => void, millis = this.spec.stopBudgetMillis): void {
    this.clearTimer?.()
    this.clearTimer = this.system.timers.after(millis, () => {
      this.log("Warning", `${this.address} took more than ${millis} ms to ${what}`)
      act()
    })
  }

  private finish(end: End, mayReturn: boolean): void {
    this.clearTimer?.()
    this.clearTimer = undefined
    this.state = State.ended
    this.stopping = "no"
    this.stopsNow = false
    this.free = false
    this.discardMail("stopped", () => this.stoppingError())
    this.system.givenUp.delete(this)
    if (!mayReturn) this.kind.forget(this)
    if (this.system.changes.isObserved) {
      this.tellObservers(end._tag === "failed" ? { _tag: "given up", cause: end.cause } : { _tag: "stopped" })
    }
    const { whenSpawned } = this
    this.whenSpawned = undefined
    whenSpawned?.(
      end._tag === "failed"
        ? new ActorStartFailed({ address: this.address, cause: end.cause }, true)
        : this.stoppingError()
    )
    this.tellWatchers(end)
    this.tellStopped()
  }

  private tellStopped(): void {
    const { whenStopped } = this
    this.whenStopped = undefined
    if (whenStopped !== undefined) for (const done of whenStopped) done()
  }

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
      // Those who watch a later life are others.
      if (watchers.size > 0 || this.watchers !== watchers) return
      this.watchers = undefined
      this.leaveUnused()
    }
  }

  /** Tells this actor of the next end of another; the result ends the watch. */
  watchWith(incarnation: Incarnation, watching: Watching, message: (end: End) => ActorRef.Tell): () => void {
    this.watches ??= new Watches(this)
    incarnation.watches = this.watches
    return this.watches.begin(watching, message)
  }

  private tellWatchers(end: End): void {
    const watchers = this.watchers
    this.watchers = undefined
    if (watchers !== undefined) for (const watcher of watchers) watcher(end)
  }

  /** Puts the message in hand aside. */
  stashInHand(): void {
    const { attachment, payload, rpc } = this
    this.inHand = false
    this.attachment = undefined
    this.stashed ??= []
    if (this.stashed.length >= this.behavior.stashCapacity) this.forgetWithdrawn(this.stashed)
    if (this.stashed.length < this.behavior.stashCapacity) {
      this.stashed.push({ rpc, payload, attachment, at: this.system.coarseMillis() })
      return
    }
    this.system.deadLetters.record(this.address, this.tagOf(rpc), "stash full", payload)
    attachment?.refuse(new StashFull({ address: this.address, capacity: this.behavior.stashCapacity }), "stash full")
  }

  /** What nobody waits for any more gives its place in the stash to others. */
  private forgetWithdrawn(stashed: ReadonlyArray<Stashed>): void {
    this.stashed = stashed.filter(({ attachment, payload, rpc }) => {
      if (!attachment?.withdrawn()) return true
      this.noteWithdrawn(rpc, payload, attachment)
      return false
    })
  }

  /** Puts what was set aside back before all others, in its order. */
  unstash(): number {
    const stashed = this.stashed
    if (stashed === undefined) return 0
    this.stashed = undefined
    for (let i = stashed.length - 1; i >= 0; i--) {
      const { at, attachment, payload, rpc } = stashed[i]!
      this.putBack(rpc, payload, attachment, at)
    }
    // The handler may run in its asker's own turn, after which nobody looks at the mailbox.
    this.scheduleIfMail()
    return stashed.length
  }

  protected tellAgain(rpc: number, payload: unknown): Effect.Effect<void, TellError> {
    // Its own ref is one of this process, whatever its public type says of its protocol.
    return new Tell(this.self as unknown as Destination, rpc, payload)
  }
}

/**
 * The end of an actor, for who waits for it: it comes when what is in hand has been handled, unless that is broken off
 * `now`, and when its children have ended.
 */
export const endOf = (cell: Cell, now: boolean): Node => ({
  address: cell.address,
  waits: undefined,
  isEnd: true,
  dependsOn: () => {
    const { incarnation } = cell
    if (incarnation === undefined) return [cell]
    return now && !incarnation.isClosing ? endsOf(incarnation, true) : [cell, ...endsOf(incarnation, false)]
  }
})

/** Of an incarnation's children, and of its concurrent handlers unless they are interrupted `now`. */
const endsOf = (incarnation: Incarnation, now: boolean): ReadonlyArray<Node> => {
  // What an actor's supervisor holds was put there by `spawn`, and is a cell.
  const children = [...((incarnation.children as Supervisor<Cell> | undefined) ?? none)].map((child) =>
    endOf(child, now)
  )
  return now ? children : [...children, ...(incarnation.nodes ?? none)]
}

/** What a handler may know of the message in hand. */
class HandlerContext {
  constructor(
    private readonly cell: Cell,
    private readonly life: Incarnation
  ) {}

  get address(): string {
    return this.cell.address
  }
  get deadline(): Option.Option<number> {
    const due = this.life.deadline()
    return due === Number.POSITIVE_INFINITY ? Option.none() : Option.some(this.cell.system.epochOf(due))
  }
}

/** Why a message was cut off whose actor did not crash itself. */
class GroupStartsAgain extends Error {
  override readonly name = "GroupStartsAgain"
  override readonly message = "a sibling ended, and the strategy of their parent starts them again together"
}

/**
 * Stops a cell for good and waits until it has ended. With `now` what it has is not handled any more, else it is, for so
 * long; by default for the stop budget.
 */
export const stopped = (cell: Cell, now = false, withinMillis?: number): Effect.Effect<void> =>
  Effect.suspend(() => {
    let hasEnded = false
    let wake: (() => void) | undefined
    cell.supervisor.remove(
      cell,
      () => {
        hasEnded = true
        wake?.()
      },
      (done) => cell.stopForGood(done, now, withinMillis)
    )
    if (hasEnded) return Effect.void
    return asyncHere<void>((resume) => {
      if (hasEnded) resume(Effect.void)
      else wake = () => resume(Effect.void)
    })
  })
