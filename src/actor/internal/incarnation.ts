/**
 * One life of an actor between a start and a crash or stop: what begins with it and must end with it.
 */
import { Cause, Effect, type Exit, type Fiber, FiberId, type FiberRefs } from "effect"
import type { AskError } from "../ActorError.ts"
import type { Attachment, Sender } from "./attachment.ts"
import { annotationsOf, type Carried, type Carrying } from "./carried.ts"
import { LazyScope } from "./effectInternals/lazyScope.ts"
import type { IdleTimer } from "./idleTimer.ts"
import type { KeyedTimers } from "./keyedTimers.ts"
import { stackless } from "./stackless.ts"
import type { Supervisor } from "./supervisor.ts"
import type { Node } from "./waitGraph.ts"
import type { Watches } from "./watches.ts"

/** The actor, as its incarnation looks at it: the message in hand. */
export interface Handling extends Node {
  readonly system: { readonly carrying: Carrying }
  readonly incarnation: Incarnation | undefined
  readonly inHand: boolean
  readonly deadlineInHand: () => number
}

/** A message whose handler runs concurrently. */
interface ConcurrentHandler {
  readonly attachment: Attachment | undefined
  readonly message_tag: string
}

export class Incarnation implements Sender {
  /** Runs `build`; undefined before and after. */
  starting: Fiber.RuntimeFiber<unknown, unknown> | undefined = undefined
  /** Why it must end, where that was not its own doing: a forked handler's crash, or a child's that escalated. */
  crash: Cause.Cause<unknown> | undefined = undefined
  /** What those get whose requests its end cuts off; set when the end has begun. */
  ending: ((message_tag: string) => AskError) | undefined = undefined
  /** Its end is under way, and is not begun again. */
  isClosing = false
  /** Concurrent handlers, which answered with `Rpc.fork`. */
  concurrent = 0
  /** Their fibers, and who waits for what each answers. */
  linked: Map<Fiber.RuntimeFiber<unknown, unknown>, ConcurrentHandler> | undefined = undefined
  /** The same handlers in the wait-for graph, from before their first step on. */
  nodes: Set<Node> | undefined = undefined
  whenUnlinked: (() => void) | undefined = undefined
  timers: KeyedTimers | undefined = undefined
  /** Of its children, once there was one. */
  children: Supervisor | undefined = undefined
  idleTimer: IdleTimer | undefined = undefined
  watches: Watches | undefined = undefined
  readonly scope = new LazyScope()
  started = false
  startedAt = 0
  private ownRefs: FiberRefs.FiberRefs | undefined = undefined

  constructor(
    readonly cell: Handling,
    readonly number: number,
    /** Under which the address was this machine's when it began. */
    readonly epoch: number
  ) {}

  get node(): Node | undefined {
    return this.isClosing ? this.closing : this.cell.inHand ? this.cell : undefined
  }
  /** While it ends its actor waits for its finalizers; not for those of one that was abandoned. */
  get closing(): Node | undefined {
    return this.isClosing && this.cell.incarnation === this ? this.cell : undefined
  }
  /** The FiberRefs of its fibers while they work for no message. */
  get refs(): FiberRefs.FiberRefs {
    this.ownRefs ??= this.cell.system.carrying.own(this.annotations)
    return this.ownRefs
  }
  /** The same with what a message brings, over those of a fiber that runs already. */
  refsWith(carried: Carried | undefined, own: FiberRefs.FiberRefs = this.refs): FiberRefs.FiberRefs {
    return carried === undefined ? own : this.cell.system.carrying.add(own, carried, this.annotations)
  }
  private get annotations() {
    return annotationsOf(this.cell.address, this.number)
  }
  /** On whose behalf `build` sends. What it leaves running concurrently holds up no message and answers none. */
  get builder(): Sender {
    return new Builder(this)
  }
  deadline(): number {
    return this.isClosing ? Number.POSITIVE_INFINITY : this.cell.deadlineInHand()
  }

  /** What those get whose requests its end cuts off, once it has begun. */
  endingCause(message_tag: string): Cause.Cause<AskError> {
    return Cause.fail(stackless(() => this.ending!(message_tag)))
  }

  /** Whether its end has nothing to wait for. */
  get ownsNothing(): boolean {
    return this.concurrent === 0 && !this.scope.isUsed && (this.children === undefined || this.children.size === 0)
  }

  interrupt(fiber: Fiber.RuntimeFiber<unknown, unknown>): void {
    fiber.unsafeInterruptAsFork(FiberId.none)
  }

  /** Interrupts the concurrent handlers and waits for them, until `giveUp` says that it took too long. */
  interruptLinked(giveUp: (after: () => void) => () => void): Effect.Effect<void> {
    return Effect.async<void>((resume) => {
      const { linked } = this
      if (linked === undefined || linked.size === 0) return resume(Effect.void)
      const clear = giveUp(() => {
        this.whenUnlinked = undefined
        for (const { attachment, message_tag } of linked.values()) attachment?.fail(this.endingCause(message_tag))
        linked.clear()
        this.nodes = undefined
        this.concurrent = 0
        resume(Effect.void)
      })
      this.whenUnlinked = () => {
        if (linked.size > 0) return
        this.whenUnlinked = undefined
        clear()
        resume(Effect.void)
      }
      for (const fiber of [...linked.keys()]) this.interrupt(fiber)
    })
  }

  /** Ends what would send it messages later. */
  expectNothing(): void {
    this.timers?.cancelAll()
    this.idleTimer?.clear()
    this.watches?.endIncarnation()
  }

  close(exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> {
    return this.scope.close(exit)
  }
}

class Builder implements Sender {
  constructor(private readonly incarnation: Incarnation) {}

  get cell(): Handling {
    return this.incarnation.cell
  }
  get node(): Node | undefined {
    return this.incarnation.started ? this.incarnation.closing : this.incarnation.cell
  }
  deadline(): number {
    return Number.POSITIVE_INFINITY
  }
}
