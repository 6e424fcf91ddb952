/**
 * OTP's supervisor as a state machine over abstract children.
 *
 * Starts and stops take time and answer by call-back. In OTP a supervisor is a process that does one thing at a time while
 * its mailbox keeps the rest; here that is a `SerialQueue`, whose operations are generators that read as `supervisor.erl` does.
 * Children that share a strategy or a limit share a queue. Under the default, one-for-one with a limit for each child, they
 * have nothing to decide together, so each has a queue of its own, and a start that hangs holds up nobody else.
 *
 * Two commands do not wait in the queue, unlike in OTP: what is asked to stop, one child or all of them, stops at once.
 */
import { Cause, Duration } from "effect"
import type { Restart, Strategy } from "../Strategy.ts"
import * as Supervision from "../Supervision.ts"
import { RestartWindow } from "./restartWindow.ts"
import { type Operation, SerialQueue } from "./serialQueue.ts"

/** How a life ended by itself; `shutdown` is how a supervisor ends that has met its limit. */
export type Reason = "normal" | "shutdown" | { readonly cause: Cause.Cause<unknown> }

export interface Child {
  /** Its name among its siblings. */
  readonly key: string
  readonly restart: Restart
  readonly significant: boolean
  readonly supervision: Supervision.Supervision
  /** What its supervisor knows about it; made when there is something to know. */
  childState: ChildState | undefined
  /** `supervision.decide`, except that it never throws. */
  decide(cause: Cause.Cause<unknown>): Supervision.Directive
  /** Begins a life. `done` hears once how the start went, also if it is stopped meanwhile. */
  start(done: (failure: Cause.Cause<unknown> | undefined) => void): void
  /**
   * Ends whatever there is of it: a life, a start, a wait. `done` hears of it, at once if there is nothing. With `forGood`
   * the child has left its supervisor; otherwise it may be started again. With `now` it handles none of the messages it
   * has. A stop within a stop is allowed.
   */
  stop(forGood: boolean, done: () => void, now?: boolean): void
  /** It ended by itself, or is to be stopped because a sibling did; it is started again, in `waitMillis` or more. */
  restarting(because: Child, reason: Reason, waitMillis: number): void
  /** It is not started again until it is revived. */
  givenUp(cause: Cause.Cause<unknown>): void
  /** It has ended and is no child any more; or, if it `mayReturn`, one that a restart of its group brings back. */
  gone(reason: Reason, mayReturn: boolean): void
}

/** Why a permanent child was given up that never crashed. */
class EndedTooOften extends Error {
  override readonly name = "EndedTooOften"
  override readonly message = "it is permanent and stopped itself more often than its supervision allows"
}

export interface Owner {
  readonly now: () => number
  /** Calls back after some time; the result cancels it. */
  readonly after: (millis: number, wake: () => void) => () => void
  /** A number in 0…1, for the jitter of waits. */
  readonly random: () => number
  /** The supervisor has to end, as one that stopped itself; on its way it calls `stopAll`. */
  readonly shutdown: (why: Shutdown) => void
  /** The supervisor has to crash with the cause of its child; on its way it calls `stopAll`. */
  readonly escalate: (child: Child, cause: Cause.Cause<unknown>) => void
}

export type Shutdown =
  | { readonly _tag: "intensity exceeded"; readonly child: Child; readonly reason: Reason }
  | { readonly _tag: "significant child ended"; readonly child: Child }

/**
 * `queued`: its first start is queued. `up`: starting or running. `exited`: its end is queued. `restarting`: its
 * start failed, the next try is queued. `waiting`: the next try waits for its time. `down`: comes back with its group
 * only. `given up`: comes back by command only. `leaving`: is being stopped for good.
 */
type Phase = "queued" | "up" | "exited" | "restarting" | "waiting" | "down" | "given up" | "leaving"

/** What a supervisor knows about one of its children. */
export class ChildState {
  phase: Phase = "up"
  /** The end that is queued. */
  exit: (() => Operation | undefined) | undefined
  /** The child's own, where it has one. */
  queue: SerialQueue | undefined
  window: RestartWindow | undefined
  /** Restarts in a row, none of which led to a life longer than the window. */
  inARow = 0
  /** When the life began to which the last restart led. */
  startedAt = Number.POSITIVE_INFINITY
  /** Not to be started before. */
  waitUntil = 0
  clearTimer: (() => void) | undefined
}

export class Supervisor<C extends Child = Child> {
  /** Of those who share their strategy or their limit. */
  private readonly queue: SerialQueue | undefined
  private readonly window: RestartWindow | undefined
  /** No child is started any more. */
  private closed = false
  /** Stops without handling what is left; never taken back. */
  private stopsNow = false

  constructor(
    readonly strategy: Strategy,
    private readonly owner: Owner,
    /** In the order of their specification, which is the order in which they were added. */
    private readonly children = new Map<string, C>()
  ) {
    const { intensity, period, restarts } = strategy
    if (intensity !== undefined) this.window = new RestartWindow(intensity, Duration.toMillis(period))
    if (intensity !== undefined || restarts !== "one-for-one") this.queue = new SerialQueue()
  }

  get size(): number {
    return this.children.size
  }
  /** Its children start and stop one after the other. */
  get isShared(): boolean {
    return this.queue !== undefined
  }

  [Symbol.iterator](): IterableIterator<C> {
    return this.children.values()
  }

  find(key: string): C | undefined {
    return this.children.get(key)
  }

  /** Takes a child in and starts it when its turn comes. A start that fails is not tried again: the child is `gone`. */
  add(child: C): void {
    if (this.closed) return child.stop(true, () => {})
    this.children.set(child.key, child)
    if (this.queue === undefined) return child.start((failure) => this.firstStarted(child, failure))
    this.stateOf(child).phase = "queued"
    this.queue.submit(() => this.first(child))
  }

  /** Takes in a child that starts by itself; a first start that fails is an end like any other. */
  adopt(child: C): void {
    this.children.set(child.key, child)
  }

  /** A child has gone without an end, such as one that was idle and nobody will miss. */
  forget(child: Child): void {
    if (!this.isIn(child)) return
    this.children.delete(child.key)
    if (child.childState !== undefined) this.lower(child.childState)
  }

  /** A life has ended by itself. */
  ended(child: Child, reason: Reason): void {
    if (!this.has(child)) return
    const state = this.stateOf(child)
    state.phase = "exited"
    const exit = () => (state.exit === exit ? this.exited(child, state, reason) : undefined)
    state.exit = exit
    this.submit(child, exit)
  }

  /** Stops a child and forgets it: OTP's terminate_child and delete_child in one. */
  remove(child: Child, done: () => void, how?: (done: () => void) => void): void {
    const phase = child.childState?.phase
    const rest = phase === "restarting" || phase === "waiting" ? this.groupOf(child).filter((one) => one !== child) : []
    this.stopForGood(child, done, how)
    // Its group has stopped and would have waited for it.
    const [next] = rest
    if (next !== undefined && !this.closed) this.submit(next, () => this.startGroup(this.groupOf(next)))
  }

  /** Forgets the crashes of a child that was given up; whether it was. */
  forgive(child: Child): boolean {
    if (child.childState?.phase !== "given up" || this.closed) return false
    child.childState = undefined
    return true
  }

  /** Starts a child again that was given up. This is no restart; a start that fails is a crash. */
  revive(child: Child): void {
    if (!this.forgive(child)) return
    this.stateOf(child).phase = "queued"
    this.submit(child, () => this.revived(child))
  }

  /** Stops all children, the last first; nothing starts from now on. Calls `done` at their end. */
  stopAll(done: () => void, now = false): void {
    if (now) this.stopsNow = true
    this.close()
    new SerialQueue().submit(() => this.stopping(done))
  }

  /** Those that are being stopped, and those that will be, handle no more of what they have. */
  hurry(): void {
    this.stopsNow = true
    for (const child of [...this.children.values()]) {
      if (child.childState?.phase === "leaving") child.stop(true, () => {}, true)
    }
  }

  private *stopping(done: () => void): Operation {
    for (const child of [...this.children.values()].reverse()) {
      if (this.isIn(child)) yield (done) => this.stopForGood(child, () => done(undefined))
    }
    done()
  }

  // Operations: one at a time in each queue. Between two steps a child may leave, and all may be stopped.

  private *first(child: Child): Operation {
    if (!this.has(child)) return
    this.stateOf(child).phase = "up"
    this.firstStarted(child, yield (done) => child.start(done))
  }

  private firstStarted(child: Child, failure: Cause.Cause<unknown> | undefined): void {
    if (failure === undefined || !this.has(child)) return
    this.forget(child)
    child.gone({ cause: failure }, false)
  }

  private *revived(child: Child): Operation {
    const state = child.childState
    if (state?.phase !== "queued") return
    state.phase = "up"
    const failure = yield (done) => child.start(done)
    if (failure !== undefined) this.ended(child, { cause: failure })
  }

  private *exited(child: Child, state: ChildState, reason: Reason): Operation {
    state.exit = undefined
    const cause = typeof reason === "object" ? reason.cause : undefined
    const directive = cause === undefined ? "restart" : child.decide(cause)
    if (cause !== undefined && directive === "escalate") return this.escalate(child, cause)
    const restarts = child.restart === "permanent" || (child.restart === "transient" && cause !== undefined)
    if (!restarts) {
      this.end(child, reason)
    } else if (cause !== undefined && directive === "stop") {
      this.giveUp(child, cause)
    } else {
      // What broke off a life leaves no state to resume with: `resume` is a restart as well.
      yield* this.restart(child, reason, false)
    }
  }

  /** One try to have the child's group live again; it counts once. */
  private *restart(child: Child, reason: Reason, again: boolean): Operation {
    const state = this.stateOf(child)
    const now = this.owner.now()
    if (!this.admit(child, state, reason, now)) {
      // Its siblings may have been stopped for it already.
      if (again && !this.closed) yield* this.startGroup(this.groupOf(child))
      return
    }
    const periodMillis = Duration.toMillis(child.supervision.period)
    if (now - state.startedAt > periodMillis) state.inARow = 0
    state.startedAt = Number.POSITIVE_INFINITY
    state.inARow++
    // Chance is not asked for where nothing depends on it.
    const waitMillis =
      child.supervision.backoff === undefined
        ? 0
        : Supervision.backoffMillis(child.supervision, state.inARow, this.owner.random())
    state.phase = "restarting"
    state.waitUntil = waitMillis === 0 ? 0 : now + waitMillis
    child.restarting(child, reason, waitMillis)
    const group = this.groupOf(child)
    if (group.length > 1) yield* this.stopGroup(group, child, reason)
    const until = waitUntil(group)
    const leftMillis = until === 0 ? 0 : until - this.owner.now()
    if (leftMillis <= 0 || !this.has(child)) return yield* this.startGroup(group)
    state.phase = "waiting"
    state.clearTimer = this.owner.after(leftMillis, () => {
      state.clearTimer = undefined
      this.submit(child, () => (state.phase === "waiting" ? this.waited(child, reason) : undefined))
    })
  }

  /** The group's time has come. Who was spawned meanwhile belongs to it as well. */
  private *waited(child: Child, reason: Reason): Operation {
    const group = this.groupOf(child)
    yield* this.stopGroup(group, child, reason)
    yield* this.startGroup(group)
  }

  private *stopGroup(group: ReadonlyArray<Child>, because: Child, reason: Reason): Operation {
    for (const child of [...group].reverse()) {
      if (child === because || !this.isIn(child) || !lives(child)) continue
      const state = this.stateOf(child)
      const phase = state.phase
      // An end that is queued is taken out again: it leads to no other restart than this one.
      this.lower(state)
      if (child.restart === "temporary") {
        yield (done) => this.stopForGood(child, () => done(undefined))
      } else if (phase === "up" || phase === "exited") {
        child.restarting(because, reason, 0)
        if (phase === "up") yield (done) => child.stop(false, () => done(undefined))
      }
    }
  }

  /** Starts what is down in a group, in order, up to a start that fails. */
  private *startGroup(group: ReadonlyArray<Child>): Operation {
    for (const child of group) {
      const state = child.childState
      if (state === undefined || !this.has(child)) continue
      if (state.phase !== "down" && state.phase !== "restarting" && state.phase !== "waiting") continue
      state.phase = "up"
      state.waitUntil = 0
      const cause = yield (done) => child.start(done)
      if (!this.has(child)) continue
      if (cause === undefined) {
        state.startedAt = this.owner.now()
        continue
      }
      const directive = child.decide(cause)
      if (directive === "escalate") return this.escalate(child, cause)
      if (directive === "stop") {
        this.giveUp(child, cause)
        if (this.closed) return
        continue
      }
      // Not at once: what has come meanwhile has its turn first.
      state.phase = "restarting"
      this.submit(child, () => (state.phase === "restarting" ? this.restart(child, { cause }, true) : undefined))
      return
    }
  }

  /** Counts a restart, or does what a full window leads to. */
  private admit(child: Child, state: ChildState, reason: Reason, now: number): boolean {
    if (this.window !== undefined) {
      if (this.window.admit(now)) return true
      this.shutdown({ _tag: "intensity exceeded", child, reason })
      return false
    }
    const { exceeded, intensity, period } = child.supervision
    state.window ??= new RestartWindow(intensity, Duration.toMillis(period))
    if (state.window.admit(now)) return true
    const cause = typeof reason === "object" ? reason.cause : Cause.die(new EndedTooOften())
    if (exceeded === "escalate") this.escalate(child, cause)
    else this.giveUp(child, cause)
    return false
  }

  private end(child: Child, reason: Reason): void {
    const mayReturn = child.restart !== "temporary" && this.strategy.restarts !== "one-for-one"
    if (mayReturn) this.stateOf(child).phase = "down"
    else this.forget(child)
    child.gone(reason, mayReturn)
    this.endedForGood(child)
  }

  private giveUp(child: Child, cause: Cause.Cause<unknown>): void {
    this.stateOf(child).phase = "given up"
    child.givenUp(cause)
    this.endedForGood(child)
  }

  private escalate(child: Child, cause: Cause.Cause<unknown>): void {
    this.stateOf(child).phase = "given up"
    child.givenUp(cause)
    this.owner.escalate(child, cause)
  }

  private endedForGood(child: Child): void {
    const { autoShutdown } = this.strategy
    if (!child.significant || autoShutdown === "never") return
    if (autoShutdown === "all") {
      for (const other of this.children.values()) if (other.significant && lives(other)) return
    }
    this.shutdown({ _tag: "significant child ended", child })
  }

  private shutdown(why: Shutdown): void {
    this.close()
    this.owner.shutdown(why)
  }

  /** Nothing starts from now on, and no end is looked at any more. */
  close(): void {
    if (this.closed) return
    this.closed = true
    this.queue?.cancel()
    for (const { childState: state } of this.children.values()) {
      state?.queue?.cancel()
      state?.clearTimer?.()
    }
  }

  private isIn(child: Child): boolean {
    return this.children.get(child.key) === child
  }

  /** Whether it is a child, and not about to leave. */
  private has(child: Child): boolean {
    return this.isIn(child) && child.childState?.phase !== "leaving"
  }

  private stopForGood(
    child: Child,
    done: () => void,
    how = (done: () => void) => child.stop(true, done, this.stopsNow)
  ): void {
    const state = this.stateOf(child)
    this.lower(state)
    state.phase = "leaving"
    how(() => {
      this.forget(child)
      done()
    })
  }

  /** Nothing that was to happen to the child happens any more; it may still come back with its group, if it is in one. */
  private lower(state: ChildState): void {
    state.phase = "down"
    state.exit = undefined
    state.clearTimer?.()
    state.clearTimer = undefined
  }

  /** Those who start again with the child, itself among them. */
  private groupOf(child: Child): ReadonlyArray<Child> {
    if (this.strategy.restarts === "one-for-one") return [child]
    const all: ReadonlyArray<Child> = [...this.children.values()]
    return this.strategy.restarts === "one-for-all" ? all : all.slice(all.indexOf(child))
  }

  private stateOf(child: Child): ChildState {
    child.childState ??= new ChildState()
    return child.childState
  }

  private submit(child: Child, message: () => Operation | undefined): void {
    if (!this.closed) this.queueOf(child).submit(message)
  }

  private queueOf(child: Child): SerialQueue {
    if (this.queue !== undefined) return this.queue
    const state = this.stateOf(child)
    state.queue ??= new SerialQueue()
    return state.queue
  }
}

/** When the last wait in a group is over; 0 if nobody waits. */
const waitUntil = (group: ReadonlyArray<Child>): number => {
  let until = 0
  for (const { childState: state } of group) if (state !== undefined && state.waitUntil > until) until = state.waitUntil
  return until
}

/** Living, or about to live again of its own accord. */
const lives = ({ childState: state }: Child): boolean => {
  const phase = state?.phase ?? "up"
  return phase === "up" || phase === "exited" || phase === "restarting" || phase === "waiting"
}
