/**
 * One actor in this process: the state machine of its life around mailbox and message loop.
 *
 * Everything slow (start, crash, restart, stop) is a transition here, driven by the ends of fibers, by timers and by
 * commands, all of them synchronous calls: no lock, and no fiber that only waits.
 *
 * An incarnation ends in a fixed order: the fiber that works on the message in hand, that message's settlement, handlers
 * beside the mailbox, children, the scope. Each step has the stop budget.
 */
import { Cause, Context, Duration, Effect, Exit, Option, Scope } from "effect"
import type { Event } from "../ActorChange.ts"
import { ActorContext } from "../ActorContext.ts"
import {
  ActorCrashed,
  ActorFailed,
  ActorStartFailed,
  ActorStopping,
  HandlerMissing,
  type SpawnError,
  StashFull,
  type TellError
} from "../ActorError.ts"
import type { ActorRef } from "../ActorRef.ts"
import type { End } from "../ActorSnapshot.ts"
import type { Behavior } from "../Behavior.ts"
import * as Supervision from "../Supervision.ts"
import type { Attachment, Sender } from "./attachment.ts"
import { CellContext } from "./cellContext.ts"
import type { Environment } from "./environment.ts"
import { IdleTimer } from "./idleTimer.ts"
import { State } from "./inbox.ts"
import { Incarnation } from "./incarnation.ts"
import { type Handler, MessageLoop } from "./messageLoop.ts"
import type { Protocol } from "./protocol.ts"
import type { Residents } from "./residents.ts"
import { RestartWindow } from "./restartWindow.ts"
import { type Destination, Tell } from "./tell.ts"
import { Watches } from "./watches.ts"
import type { Worker } from "./worker.ts"

/** Who an actor is, and where it belongs. */
export interface Identity {
  readonly type: string
  readonly id: string
  readonly address: string
  readonly protocol: Protocol
  readonly behavior: Behavior
  readonly parent: Cell | undefined
  /** A root is activated by a message, and is a new actor after its end. */
  readonly isRoot: boolean
  readonly refOf: (cell: Cell) => ActorRef.Any
  /** Takes the address out of the registry. */
  readonly forget: (cell: Cell) => void
  /** Where a root has its place in memory; none for a child, whose place is with its parent. */
  readonly residents: Residents<Cell> | undefined
}

const none: ReadonlyArray<Handler> = []

interface Stashed {
  readonly rpc: number
  readonly payload: unknown
  readonly attachment: Attachment | undefined
  readonly at: number
}

export class Cell extends MessageLoop {
  /** In the order they were spawned. */
  readonly children: Array<Cell> = []
  private incarnations = 0
  restarts = 0
  /** Restarts in a row, none of which lived longer than the window. */
  private restartsInARow = 0
  /** Its incarnation, or the next one, follows a crash. */
  private isRestart = false
  private window: RestartWindow | undefined = undefined
  private watchers: Set<(end: End) => void> | undefined = undefined
  private whenStarted: ((error: SpawnError | undefined) => void) | undefined = undefined
  private clearTimer: (() => void) | undefined = undefined
  private stopRequested = false
  /** When what it still has is given up, in epoch milliseconds. */
  private drainsUntil = Number.POSITIVE_INFINITY
  private whenStopped: Array<() => void> | undefined = undefined
  private stashed: Array<Stashed> | undefined = undefined
  private watches: Watches | undefined = undefined
  /** The notes of `Residents`. */
  isResident = false
  doneBefore = -1

  constructor(
    system: Environment,
    private readonly identity: Identity
  ) {
    super(system, identity.type, identity.id, identity.address, identity.protocol, identity.behavior)
  }

  get parent(): Cell | undefined {
    return this.identity.parent
  }
  get self(): ActorRef.Any {
    return this.identity.refOf(this)
  }
  get watchCount(): number {
    return this.watches?.count ?? 0
  }
  get stashSize(): number {
    return this.stashed?.length ?? 0
  }

  protected activate(): void {
    if (this.identity.residents === undefined) this.start()
    else this.identity.residents.enter(this)
    if (this.state === State.waitingForRoom && this.system.changes.isObserved) {
      this.tellObservers({ _tag: "waiting for room" })
    }
  }

  /** Begins an incarnation. `whenStarted` hears of it: a child's spawner waits for its first start. */
  start(whenStarted?: (error: SpawnError | undefined) => void): void {
    if (whenStarted !== undefined) this.whenStarted = whenStarted
    const incarnation = new Incarnation(this, ++this.incarnations)
    this.state = State.starting
    this.incarnation = incarnation
    const { faults } = this.system
    const build = faults === undefined ? this.behavior.build : faults.starting(this.address, this.behavior.build)
    const fiber = this.system.fork(build, this.contextOf(incarnation, incarnation.builder))
    const exit = fiber.unsafePoll()
    if (exit === null) {
      incarnation.starting = fiber
      fiber.addObserver((exit) => this.built(incarnation, exit))
    } else if (Exit.isSuccess(exit)) this.built(incarnation, exit)
    else {
      // Supervised from the run queue: a start that fails at once, again and again, must not go ever deeper.
      this.system.scheduler.scheduleTask(() => this.built(incarnation, exit), 0)
    }
  }

  private built(incarnation: Incarnation, exit: Exit.Exit<unknown, unknown>): void {
    incarnation.starting = undefined
    if (this.incarnation !== incarnation) return this.closeAbandoned(incarnation, exit)
    this.clearTimer?.()
    if (incarnation.crash !== undefined || this.stopRequested || Exit.isFailure(exit)) {
      return this.end(incarnation, incarnation.crash ?? (Exit.isFailure(exit) ? exit.cause : undefined))
    }
    const missing = this.install(exit.value as Readonly<Record<string, unknown>>)
    if (missing !== undefined) return this.end(incarnation, Cause.die(missing))
    incarnation.started = true
    incarnation.startedAt = this.system.timers.now()
    this.state = State.running
    this.free = true
    const { passivateAfterMillis } = this.behavior
    if (passivateAfterMillis !== Number.POSITIVE_INFINITY) {
      incarnation.idleTimer = new IdleTimer(this, this.system.timers, passivateAfterMillis)
    }
    if (this.system.changes.isObserved) {
      this.tellObservers({ _tag: this.isRestart ? "restarted" : "started", incarnation: incarnation.number })
    }
    this.isRestart = false
    const whenStarted = this.whenStarted
    this.whenStarted = undefined
    whenStarted?.(undefined)
    if (this.ring.size > 0 && this.free && !this.turnScheduled) this.scheduleTurn()
  }

  /** Tells those who look on; ask for `isObserved` first, so that nobody pays for a change that nobody sees. */
  private tellObservers(event: Event): void {
    this.system.changes.publish(this, event)
  }

  private install(handlers: Readonly<Record<string, unknown>>): HandlerMissing | undefined {
    const message_tag = this.protocol.tags.find((tag) => typeof handlers?.[tag] !== "function")
    if (message_tag !== undefined) return new HandlerMissing({ address: this.address, message_tag })
    const table = this.protocol.tags.map((tag) => handlers[tag] as Handler)
    this.handlers = this.system.faults === undefined ? table : this.system.faults.around(this, table)
    this.handlerContext ??= new HandlerContext(this)
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
    services.set(Scope.Scope.key, incarnation.scope)
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
    this.state = this.stopRequested ? State.ending : State.restarting
    this.cutOff(incarnation, cause)
    if (this.inHand) this.failInHand(incarnation.endingCause())
    incarnation.expectNothing()
    this.unstash()
    if (incarnation.ownsNothing && this.children.length === 0) {
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
    this.system.fork(closing).addObserver(() => this.ended(incarnation, cause))
  }

  /** Settles what those get whose requests this end cuts off. */
  private cutOff(incarnation: Incarnation, cause: Cause.Cause<unknown> | undefined): void {
    const message_tag = this.tagOf(this.rpc)
    incarnation.ending ??=
      this.stopRequested || cause === undefined
        ? () => this.stoppingError()
        : () => new ActorCrashed({ address: this.address, message_tag, cause }, true)
  }

  /** A finalizer that dies is logged: as the incarnation's end it would hide the crash that came before. */
  private closeScope(incarnation: Incarnation, exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> {
    return Effect.catchAllCause(incarnation.close(exit), (cause) =>
      Effect.logError(`${this.address} could not close its scope`, cause)
    )
  }

  /** A fiber came back that was given up on while it would not be interrupted: the actor has moved on, its scope is left. */
  private closeAbandoned(incarnation: Incarnation, exit: Exit.Exit<unknown, unknown>): void {
    if (incarnation.scope.isUsed) this.system.fork(this.closeScope(incarnation, exit))
    else incarnation.scope.closeUnused()
  }

  /** Interrupts forked handlers, waiting for them within the budget, then stops the children, last spawned first. */
  private endDependents(incarnation: Incarnation): Effect.Effect<void> {
    const interruptLinked = incarnation.interruptLinked((after) =>
      this.system.timers.after(this.system.stopBudgetMillis, () => {
        this.system.log(
          "Error",
          `${this.address} has a handler that cannot be interrupted; it goes on without an owner`
        )
        this.failed += incarnation.besides
        after()
      })
    )
    const stopChildren = Effect.suspend(() =>
      Effect.forEach([...this.children].reverse(), (child) => stopped(child), { discard: true })
    )
    return Effect.zipRight(interruptLinked, stopChildren)
  }

  private ended(incarnation: Incarnation, cause: Cause.Cause<unknown> | undefined): void {
    if (this.incarnation !== incarnation) return
    this.incarnation = undefined
    this.goOn(incarnation, cause)
  }

  /** What follows the end of an incarnation. */
  private goOn(incarnation: Incarnation, cause: Cause.Cause<unknown> | undefined): void {
    // Whoever keeps a ref keeps this object, but not what its handlers hold.
    this.handlers = none
    this.clearTimer?.()
    this.clearTimer = undefined
    if (this.stopRequested) return this.finish({ _tag: "stopped" })
    if (cause === undefined) return this.rested()
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
    switch (this.decide(cause)) {
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
        this.restartsInARow++
        const waitMillis =
          supervision.backoff === undefined
            ? 0
            : Supervision.backoffMillis(supervision, this.restartsInARow, this.system.random())
        this.system.log(
          "Warning",
          `${this.address} crashed; restart ${this.restarts}${waitMillis > 0 ? ` in ${waitMillis} ms` : ""}`,
          cause
        )
        if (this.system.changes.isObserved) {
          this.tellObservers({ _tag: "crashed", cause, delayMillis: waitMillis })
        }
        this.isRestart = true
        if (waitMillis === 0) return this.start()
        this.state = State.backingOff
        this.clearTimer = this.system.timers.after(waitMillis, () => this.start())
      }
    }
  }

  private giveUp(cause: Cause.Cause<unknown>, escalate: boolean): void {
    this.cause = cause
    this.state = State.failed
    if (this.identity.residents !== undefined) {
      this.identity.residents.leave(this)
      this.system.givenUp.add(this)
    }
    this.system.log("Error", `${this.address} was given up by its supervision`, cause)
    if (this.system.changes.isObserved) this.tellObservers({ _tag: "given up", cause })
    this.discardMail("given up", () => new ActorFailed({ address: this.address, cause }, true))
    this.tellWatchers({ _tag: "failed", cause })
    if (escalate) this.parent?.crash(cause)
  }

  /** Makes the incarnation end with `cause`, whatever it is doing. */
  crash(cause: Cause.Cause<unknown>): void {
    const incarnation = this.incarnation
    if (incarnation === undefined || incarnation.crash !== undefined || incarnation.isClosing || this.stopRequested)
      return
    incarnation.crash = cause
    this.whenNotInTurn(() => this.finishWork(cause))
  }

  /** Lets a given-up actor live again: a root at its next message, a child at once. */
  revive(): void {
    if (this.state !== State.failed) return
    this.system.givenUp.delete(this)
    this.window = undefined
    this.restartsInARow = 0
    this.cause = undefined
    this.state = State.absent
    this.isRestart = false
    if (this.system.changes.isObserved) this.tellObservers({ _tag: "revived" })
    if (!this.identity.isRoot) this.start()
    else this.identity.residents?.leave(this)
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
      this.incarnation!.besides > 0 ||
      this.incarnation!.timers?.count ||
      this.watchCount > 0 ||
      this.children.length > 0 ||
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
    this.identity.residents?.leave(this)
    // One that was let in instead may have sent to it already.
    if (this.state !== State.absent) return
    // A message came while it was closed.
    if (this.ring.size > 0) return this.activate()
    if (this.identity.isRoot && this.watchers === undefined) this.disappear()
  }

  /** Whoever still holds this cell must find the address anew, or it would live twice. */
  private disappear(): void {
    this.state = State.ended
    this.identity.forget(this)
  }

  /**
   * Ends the actor in order: no new messages, those it has `withinMillis`, its children, its scope. `done` hears of it.
   * With `now` what it has is not handled any more. Asked again, the shorter time counts.
   */
  stop(done: () => void, now = false, withinMillis = this.system.stopBudgetMillis): void {
    if (this.state === State.ended) return done()
    this.whenStopped ??= []
    this.whenStopped.push(done)
    if (this.stopRequested) {
      if (this.state !== State.draining) return
      if (now) this.stopDraining()
      else this.limitDraining(withinMillis)
      return
    }
    this.stopRequested = true
    this.refuseWaiting(() => this.stoppingError(), "stopped")
    switch (this.state) {
      case State.starting:
        return this.interrupt(this.incarnation!)
      case State.running:
        this.state = State.draining
        if (now) return this.stopDraining()
        this.drainIfEmpty()
        // It may have ended in that very call.
        if ((this.state as State) === State.draining) this.limitDraining(withinMillis)
        return
      case State.restarting:
        // Its incarnation is closing already; `ended` sees the request.
        this.state = State.ending
        return
      default:
        this.clearTimer?.()
        return this.finish({ _tag: "stopped" })
    }
  }

  private limitDraining(withinMillis: number): void {
    const until = this.system.timers.now() + withinMillis
    if (until >= this.drainsUntil) return
    this.drainsUntil = until
    this.limit("handle the messages it had", () => this.stopDraining(), withinMillis)
  }

  private stopDraining(): void {
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
    this.state = this.stopRequested ? State.ending : State.restarting
    this.cutOff(incarnation, incarnation.crash)
    this.limit("be interrupted", () => this.abandon(incarnation))
    if (this.worker !== undefined) this.worker.interrupt()
    else if (incarnation.starting !== undefined) incarnation.interrupt(incarnation.starting)
  }

  /** Its fiber does not let itself be interrupted. Nobody waits for it any longer; what it owns is still closed. */
  private abandon(incarnation: Incarnation): void {
    incarnation.isClosing = true
    this.incarnation = undefined
    this.worker = undefined
    if (this.inHand) this.failInHand(incarnation.endingCause())
    incarnation.expectNothing()
    this.unstash()
    this.system.fork(this.endDependents(incarnation)).addObserver(() => this.goOn(incarnation, incarnation.crash))
  }

  private limit(what: string, act: () => void, millis = this.system.stopBudgetMillis): void {
    this.clearTimer?.()
    this.clearTimer = this.system.timers.after(millis, () => {
      this.system.log("Warning", `${this.address} took more than ${millis} ms to ${what}`)
      act()
    })
  }

  private finish(end: End): void {
    this.clearTimer?.()
    this.clearTimer = undefined
    this.state = State.ended
    this.free = false
    this.discardMail("stopped", () => this.stoppingError())
    if (this.parent !== undefined) {
      const at = this.parent.children.indexOf(this)
      if (at !== -1) this.parent.children.splice(at, 1)
    }
    this.system.givenUp.delete(this)
    this.identity.forget(this)
    const whenStarted = this.stopRequested ? this.whenStarted : undefined
    this.whenStarted = undefined
    whenStarted?.(this.stoppingError())
    if (this.system.changes.isObserved) {
      this.tellObservers(end._tag === "failed" ? { _tag: "given up", cause: end.cause } : { _tag: "stopped" })
    }
    this.tellWatchers(end)
    const whenStopped = this.whenStopped
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
      if (watchers.size > 0) return
      if (this.watchers === watchers) this.watchers = undefined
      if (this.state === State.absent && this.identity.isRoot) this.disappear()
    }
  }

  /** Tells this actor of the next end of another; the result ends the watch. */
  watchWith(watched: Cell | undefined, message: (end: End) => ActorRef.Tell): () => void {
    const incarnation = this.incarnation
    // A fiber that outlived its incarnation: nobody is there to be told.
    if (incarnation === undefined || incarnation.isClosing) return () => {}
    this.watches ??= new Watches(this)
    incarnation.watches = this.watches
    return this.watches.begin((onEnd) => {
      if (watched !== undefined) return watched.watch(onEnd)
      onEnd({ _tag: "absent" })
      return () => {}
    }, message)
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
    if (this.stashed.length < this.behavior.stashCapacity) {
      this.stashed.push({ rpc, payload, attachment, at: this.system.coarseMillis() })
      return
    }
    this.system.deadLetters.record(this.address, this.tagOf(rpc), "stash full")
    attachment?.refuse(new StashFull({ address: this.address, capacity: this.behavior.stashCapacity }), "stash full")
  }

  /** Puts what was set aside back before all others, in its order. */
  unstash(): number {
    const stashed = this.stashed
    if (stashed === undefined) return 0
    this.stashed = undefined
    for (let i = stashed.length - 1; i >= 0; i--) {
      const { at, attachment, payload, rpc } = stashed[i]!
      this.ring.unshift(rpc, payload, attachment, at)
    }
    return stashed.length
  }

  protected tellAgain(rpc: number, payload: unknown): Effect.Effect<void, TellError> {
    // Its own ref is one of this process, whatever its public type says of its protocol.
    return new Tell(this.self as unknown as Destination, rpc, payload)
  }
}

/** What a handler may know of the message in hand. */
class HandlerContext {
  constructor(private readonly cell: Cell) {}

  get address(): string {
    return this.cell.address
  }
  get deadline(): Option.Option<number> {
    const due = this.cell.deadlineInHand()
    return due === Number.POSITIVE_INFINITY ? Option.none() : Option.some(due)
  }
}

/** Stops a cell and waits until it has ended. */
export const stopped = (cell: Cell, now = false, withinMillis?: number): Effect.Effect<void> =>
  Effect.suspend(() => {
    let hasEnded = false
    let wake: (() => void) | undefined
    cell.stop(
      () => {
        hasEnded = true
        wake?.()
      },
      now,
      withinMillis
    )
    if (hasEnded) return Effect.void
    return Effect.async<void>((resume) => {
      if (hasEnded) resume(Effect.void)
      else wake = () => resume(Effect.void)
    })
  })
