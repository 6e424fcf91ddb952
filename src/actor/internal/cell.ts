/**
 * One actor in this process: the state machine of its life around mailbox and message loop.
 *
 * Everything slow (start, crash, restart, stop) is a transition here, driven by the fiber's exit, by timers and by
 * commands, all of them synchronous calls: no lock, and no fiber that only waits.
 */
import { Cause, Context, Duration, Effect, Exit, FiberId, Option, Scope } from "effect"
import { ActorContext } from "../ActorContext.ts"
import { ActorCrashed, ActorFailed, ActorStartFailed, ActorStopping, type SpawnError } from "../ActorError.ts"
import type { ActorRef } from "../ActorRef.ts"
import type { End } from "../ActorSnapshot.ts"
import type { Behavior } from "../Behavior.ts"
import * as Supervision from "../Supervision.ts"
import type { Sender } from "./attachment.ts"
import type { Environment } from "./environment.ts"
import { State } from "./inbox.ts"
import { Incarnation } from "./incarnation.ts"
import { type Handler, MessageLoop } from "./messageLoop.ts"
import { RestartWindow } from "./restartWindow.ts"

/** Who an actor is, and where it belongs. */
export interface Identity {
  readonly type: string
  readonly id: string
  readonly address: string
  /** The tags of its protocol. */
  readonly tags: ReadonlyArray<string>
  readonly behavior: Behavior
  readonly parent: Cell | undefined
  /** A root is activated by a message, and is a new actor after its end. */
  readonly isRoot: boolean
  readonly refOf: (cell: Cell) => ActorRef.Any
  /** Takes the address out of the registry. */
  readonly forget: (cell: Cell) => void
}

export class Cell extends MessageLoop {
  readonly parent: Cell | undefined
  private readonly isRoot: boolean
  private readonly refOf: (cell: Cell) => ActorRef.Any
  private readonly forget: (cell: Cell) => void
  /** In the order they were spawned. */
  readonly children: Array<Cell> = []
  private incarnations = 0
  restarts = 0
  /** Restarts in a row, none of which lived longer than the window. */
  private restartsInARow = 0
  private window: RestartWindow | undefined
  private watchers: Set<(end: End) => void> | undefined
  private whenStarted: ((error: SpawnError | undefined) => void) | undefined
  private clearTimer: (() => void) | undefined
  private stopRequested = false
  private whenStopped: Array<() => void> | undefined

  constructor(system: Environment, identity: Identity) {
    super(system, identity.type, identity.id, identity.address, identity.tags, identity.behavior)
    this.parent = identity.parent
    this.isRoot = identity.isRoot
    this.refOf = identity.refOf
    this.forget = identity.forget
  }

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
        const loop = Effect.whileLoop({ while: () => !this.loopDone, body: this.step, step: () => {} })
        const building = Effect.provide(this.behavior.build, this.contextOf(incarnation, incarnation.builder))
        const life = Effect.flatMap(building, (handlers) => {
          this.begin(incarnation, handlers)
          return Effect.provide(loop, this.contextOf(incarnation, incarnation))
        })
        return Effect.flatMap(Effect.exit(restore(life)), (exit) =>
          Effect.zipRight(this.close(incarnation, scope, exit), exit)
        )
      })
    )
  }

  /** What `build` and handlers run with: the Layer's services, the incarnation's scope, and who they are. */
  protected contextOf(incarnation: Incarnation, sender: Sender): Context.Context<never> {
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
      if (this.incarnation !== incarnation) return this.closeScope(scope, exit)
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
        return this.closeScope(scope, exit)
      })
      return incarnation.linked.size === 0 && this.children.length === 0
        ? closeScope
        : Effect.zipRight(this.endDependents(incarnation), closeScope)
    })
  }

  /** A finalizer that dies is logged: as the fiber's exit it would hide the crash that ended the incarnation. */
  private closeScope(scope: Scope.CloseableScope, exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> {
    return Effect.catchAllCause(Scope.close(scope, exit), (cause) =>
      Effect.logError(`${this.address} could not close its scope`, cause)
    )
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
        for (const attachment of incarnation.linked.values()) {
          this.failed++
          attachment?.fail(Cause.fail(incarnation.ending!))
        }
        incarnation.linked.clear()
        resume(Effect.void)
      })
      incarnation.whenUnlinked = () => {
        if (incarnation.linked.size > 0) return
        incarnation.whenUnlinked = undefined
        clear()
        resume(Effect.void)
      }
      for (const fiber of incarnation.linked.keys()) fiber.unsafeInterruptAsFork(FiberId.none)
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
      if (watchers.size > 0 || this.state !== State.absent) return
      // Nobody wants it: whoever still holds this cell must find the address anew, or it would live twice.
      this.state = State.ended
      this.forget(this)
    }
  }

  private tellWatchers(end: End): void {
    const watchers = this.watchers
    this.watchers = undefined
    if (watchers !== undefined) for (const watcher of watchers) watcher(end)
  }
}

/** Stops a cell and waits until it has ended. */
export const stopped = (cell: Cell): Effect.Effect<void> =>
  Effect.async<void>((resume) => {
    cell.stop(() => resume(Effect.void))
  })
