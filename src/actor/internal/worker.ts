/**
 * The fiber of an actor: runs the Effects that its handlers answer with, one message after the other.
 *
 * It is made when an Effect comes and belongs to one incarnation. When the mailbox is empty it parks, and turns of the
 * scheduler take over until there is an Effect again; none for a while, and it is given back (`IdleWorkers`). Its failure is
 * a crash of the actor.
 */
import { Cause, type Context, Effect, Exit, type Fiber, FiberId, FiberRef, type FiberRefs } from "effect"
import type { Resume, Sender } from "./attachment.ts"
import type { Carried } from "./carried.ts"
import { refsOf, setRefs } from "./effectInternals/fiberState.ts"
import type { Environment } from "./environment.ts"
import type { Incarnation } from "./incarnation.ts"
import { type Lent, lendToRefs } from "./lending.ts"
import type { Messages } from "./messageRing.ts"

/** Messages handled before other actors get their turn. */
export const batch = 256

/** After how many of them it looks whether others wait for their turn: a handler may take a millisecond. A power of two. */
export const messagesPerLook = 16

/** The actor, as its fiber sees it. */
interface Loop {
  readonly system: Environment
  readonly ring: Messages
  /** No further message is to be taken for now. */
  readonly atCapacity: boolean
  /** Takes the next message in hand; `false` if it need not be handled. */
  take(): boolean
  /** What the message in hand has brought of its sender's FiberRefs. */
  carriedInHand(): Carried | undefined
  /** The transaction that the sender of the message in hand waits in. */
  lentInHand(): Lent | undefined
  /** Handles the message in hand; what comes back is to be run. */
  handle(): Effect.Effect<void, unknown> | undefined
  /** The fiber parks: turns may take over. */
  release(): void
  /** The opposite: it is about to run. */
  occupy(): void
  contextOf(incarnation: Incarnation, sender: Sender): Context.Context<never>
  workerEnded(worker: Worker, exit: Exit.Exit<unknown, unknown>): void
}

export class Worker {
  fiber: Fiber.RuntimeFiber<unknown, unknown> | undefined
  /** Resumes the parked fiber; `undefined` while it runs. */
  private parked: Resume | undefined
  private first: Effect.Effect<void, unknown> | undefined
  private retired = false
  /** Messages before it yields, counted across those whose Effects it runs: they may take a millisecond each. */
  private left = batch
  /** It ends because it had nothing to do, and its incarnation goes on without it. */
  isResting = false
  isListed = false
  parkedAt = 0
  /** Its FiberRefs while it works for no message, and those it was given for a message. */
  private own: FiberRefs.FiberRefs | undefined
  private carried: Carried | undefined
  private carrying: FiberRefs.FiberRefs | undefined

  constructor(
    private readonly loop: Loop,
    readonly incarnation: Incarnation
  ) {}

  /** Runs the Effect of the message in hand, or without one goes on with the mailbox; here and now as far as it can. */
  run(effect: Effect.Effect<void, unknown> | undefined): void {
    const { scheduler } = this.loop.system
    const resume = this.parked
    if (resume !== undefined) {
      this.parked = undefined
      const first = effect === undefined ? undefined : this.begin()
      scheduler.hold()
      resume(first === undefined ? (effect ?? Exit.void) : Effect.zipRight(first, effect!))
      scheduler.runHeld()
      return
    }
    this.first = effect
    const { incarnation } = this
    const fiber = this.loop.system.fork(this.life, this.loop.contextOf(incarnation, incarnation), incarnation.refs)
    this.fiber = fiber
    fiber.addObserver((exit) => this.loop.workerEnded(this, exit))
  }

  get isParked(): boolean {
    return this.parked !== undefined
  }

  /** Gives a parked fiber back, unless it has children of its own, which would end with it. */
  rest(): void {
    this.loop.occupy()
    this.run(this.restIfAlone)
  }

  private readonly restIfAlone = Effect.withFiberRuntime((fiber) =>
    Effect.map(fiber.children, (children) => {
      if (children.length > 0 || this.retired) return
      this.isResting = true
      this.retired = true
    })
  )

  /** Ends a parked fiber; one that runs ends when it would park. */
  retire(): void {
    this.isResting = false
    this.retired = true
    if (this.parked !== undefined) this.run(undefined)
  }

  /** Interrupts what it does; `workerEnded` tells when that is done. */
  interrupt(): void {
    this.isResting = false
    this.retired = true
    if (this.parked !== undefined) this.run(undefined)
    else this.fiber?.unsafeInterruptAsFork(FiberId.none)
  }

  /** Begins with a message: whatever the one before has set is gone. What comes back must run before its handler does. */
  private begin(): Effect.Effect<void> | undefined {
    const { fiber, own } = this
    if (fiber === undefined || own === undefined) return undefined
    const carried = this.loop.carriedInHand()
    if (carried !== this.carried) {
      this.carried = carried
      this.carrying = this.incarnation.refsWith(carried, own)
    }
    const lent = this.loop.lentInHand()
    const plain = this.carrying ?? own
    const refs = lent === undefined ? plain : lendToRefs(plain, lent)
    // One that is being interrupted knows it by a FiberRef.
    if (refsOf(fiber) === refs || !Cause.isEmpty(fiber.getFiberRef(FiberRef.interruptedCause))) return undefined
    return setRefs(fiber, refs)
  }

  private readonly step = (): Effect.Effect<void, unknown> => {
    const loop = this.loop
    if (this.first !== undefined) {
      const effect = this.first
      this.first = undefined
      const first = this.begin()
      return first === undefined ? effect : Effect.zipRight(first, effect)
    }
    const ring = loop.ring
    while (ring.size > 0 && !this.retired && !loop.atCapacity) {
      if (this.left-- === 0) {
        this.left = batch
        return Effect.yieldNow()
      }
      if (this.left % messagesPerLook === 0 && loop.system.scheduler.mustGiveWay()) return Effect.yieldNow()
      if (!loop.take()) continue
      const first = this.begin()
      if (first !== undefined)
        return Effect.zipRight(
          first,
          Effect.suspend(() => loop.handle() ?? Exit.void)
        )
      const effect = loop.handle()
      if (effect !== undefined) return effect
    }
    return this.park
  }

  private readonly park = Effect.async<void, unknown>((resume) => {
    if (this.retired) return resume(Exit.void)
    this.parked = resume as Resume
    this.parkedAt = this.loop.system.coarseMillis()
    if (!this.isListed) this.loop.system.idleWorkers.add(this)
    this.loop.release()
  })

  private readonly life: Effect.Effect<void, unknown> = Effect.withFiberRuntime((fiber) => {
    // Known from the first step on, which runs before whoever forked this fiber gets hold of it.
    this.fiber = fiber as Fiber.RuntimeFiber<unknown, unknown>
    this.own = refsOf(this.fiber)
    return Effect.whileLoop({ while: () => !this.retired || this.first !== undefined, body: this.step, step: () => {} })
  })
}
