/**
 * Who waits for room in a full mailbox, first come first served within a lane, lanes by the rule of the mailbox.
 *
 * Bounded by the fibers that wait. Those that left (timed out, or were interrupted) say so, and are swept out when they are
 * as many as those that stay.
 */
import { Effect, Exit } from "effect"
import { type AskError, MailboxFull } from "../ActorError.ts"
import type { Reason } from "../DeadLetters.ts"
import type { Attachment, Place, Resume, Sender, Target } from "./attachment.ts"
import { LaneChoice, type LaneIndex } from "./laneRing.ts"
import type { Wait } from "./waitGraph.ts"

export class WaitingSenders implements Place {
  private readonly lanes: [Array<WaitingSender>, Array<WaitingSender>, Array<WaitingSender>] = [[], [], []]
  private readonly choice = new LaneChoice()
  /** How many have left since they were last swept out, at most. */
  private left = 0

  constructor(
    private readonly laneOf: ReadonlyArray<LaneIndex> | undefined,
    private readonly whenEmpty: () => void
  ) {}

  get isEmpty(): boolean {
    return this.lanes.every((lane) => lane.length === 0)
  }

  /** Those that still wait. */
  get count(): number {
    return this.lanes.reduce((sum, lane) => sum + lane.reduce((n, wait) => (wait.hasLeft ? n : n + 1), 0), 0)
  }

  push(wait: WaitingSender): void {
    if (wait.attachment !== undefined) wait.attachment.place = this
    this.lanes[this.laneOf?.[wait.rpc] ?? 1].push(wait)
  }

  /** Takes the next one that still waits. Those that left pass nobody over. */
  shift(): WaitingSender | undefined {
    for (const lane of this.lanes) while (lane[0]?.hasLeft) lane.shift()
    if (this.isEmpty) return undefined
    const [high, normal, low] = this.lanes
    return this.lanes[this.choice.next(high.length > 0, normal.length > 0, low.length > 0)].shift()!
  }

  /** One of them has left. */
  vacated(): void {
    if (++this.left * 2 < this.lanes.reduce((sum, lane) => sum + lane.length, 0)) return
    this.sweep()
    if (this.isEmpty) this.whenEmpty()
  }

  all(): ReadonlyArray<WaitingSender> {
    return this.lanes.flat()
  }

  private sweep(): void {
    this.left = 0
    this.lanes.forEach((lane, i) => {
      this.lanes[i as LaneIndex] = lane.filter((wait) => !wait.hasLeft)
    })
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
    readonly attachment: Attachment | undefined,
    /** An ask waits for its answer in any case; only a tell is resumed when its message is accepted. */
    private readonly resume: Resume | undefined,
    readonly sender: Sender | undefined
  ) {}

  /** Limits the wait of a tell from inside a handler. */
  limit(millis: number, leave: () => void): void {
    this.clearTimer = this.target.timers.after(millis, () => {
      leave()
      this.resume?.(Effect.fail(new MailboxFull({ address: this.target.address, capacity: this.target.capacity })))
    })
  }
  accepted(): void {
    this.leave()
    this.resume?.(Exit.void)
  }
  refused(error: AskError, reason: Reason): void {
    this.leave()
    if (this.attachment !== undefined) this.attachment.refuse(error, reason)
    this.resume?.(Effect.fail(error))
  }
  /** It was interrupted, or its ask has timed out. */
  get hasLeft(): boolean {
    return this.left || (this.attachment?.settled ?? false)
  }
  withdrawn(): boolean {
    return this.left || (this.attachment?.withdrawn() ?? false)
  }
  leave(): void {
    this.left = true
    this.clearTimer?.()
    this.sender?.node?.waits?.delete(this)
  }
}
