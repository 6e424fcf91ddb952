/**
 * The fence around one attempt. What the attempt does passes through it, and once it has ended nothing passes any more,
 * whoever calls: a daemon fiber, a Promise that nobody could stop, a region that would not be interrupted.
 *
 * Whoever ends it decides how the attempt ended: its own work, its time-out, or somebody who stops it. The first word counts.
 */
import { Deferred, type Duration, Effect, Exit, FiberId } from "effect"

export class Fence {
  /** How the attempt ended, in words; undefined while it works. */
  private how: string | undefined = undefined
  private controller: AbortController | undefined = undefined
  private readonly closed = Deferred.unsafeMake<void>(FiberId.none)
  private underWay = 0
  private whenIdle: (() => void) | undefined = undefined

  constructor(
    readonly agent: string,
    readonly attempt: number
  ) {}

  get isOpen(): boolean {
    return this.how === undefined
  }

  /** Aborted with the attempt's end: for what must look once more right before it takes effect. */
  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController()
      if (!this.isOpen) this.controller.abort()
    }
    return this.controller.signal
  }

  /** Why a call is refused, for the message of an error. */
  get problem(): string {
    return `attempt ${this.attempt} of "${this.agent}" has ended: ${this.how ?? "it is over"}`
  }

  /** Waits for the attempt's end. */
  get ended(): Effect.Effect<void> {
    return Deferred.await(this.closed)
  }

  /** Ends the attempt, in this very step. False if it had ended before: the first word counts. */
  end(how: string): boolean {
    if (this.how !== undefined) return false
    this.how = how
    this.controller?.abort()
    Deferred.unsafeDone(this.closed, Exit.void)
    return true
  }

  /** Runs an effect of the attempt. The attempt's end interrupts it, also in a region that is not to be interrupted. */
  within<A, E, R, E2>(effect: Effect.Effect<A, E, R>, refused: () => Effect.Effect<never, E2>) {
    const ended = Effect.zipRight(this.ended, Effect.suspend(refused))
    return Effect.suspend(
      (): Effect.Effect<A, E | E2, R> =>
        this.isOpen
          ? Effect.acquireUseRelease(
              Effect.sync(() => this.underWay++),
              () => Effect.raceFirst(Effect.interruptible(effect), Effect.interruptible(ended)),
              () =>
                Effect.sync(() => {
                  if (--this.underWay === 0) this.whenIdle?.()
                })
            )
          : refused()
    )
  }

  /** Waits until nothing that went through the fence is under way, no longer than `budget`. */
  settled(budget: Duration.Duration): Effect.Effect<void> {
    return Effect.suspend(() =>
      this.underWay === 0 ? Effect.void : Effect.asVoid(Effect.timeoutOption(this.idle, budget))
    )
  }

  private readonly idle: Effect.Effect<void> = Effect.async((resume) => {
    this.whenIdle = () => resume(Effect.void)
    if (this.underWay === 0) this.whenIdle()
  })
}
