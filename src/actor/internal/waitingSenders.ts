/**
 * Who waits for room in a full mailbox, first come first served within a lane, lanes by the rule of the mailbox.
 *
 * Bounded by the fibers that wait. Those that left (timed out, or were interrupted) are swept out when they are as many as
 * those that stay.
 */
import type { WaitingSender } from "./attachment.ts"
import { LaneChoice, type LaneIndex } from "./laneRing.ts"

export class WaitingSenders {
  private readonly lanes: [Array<WaitingSender>, Array<WaitingSender>, Array<WaitingSender>] = [[], [], []]
  private readonly choice = new LaneChoice()
  /** How many have left since they were last swept out, at most. */
  private left = 0

  constructor(private readonly laneOf: ReadonlyArray<LaneIndex> | undefined) {}

  get isEmpty(): boolean {
    return this.lanes.every((lane) => lane.length === 0)
  }

  /** Those that still wait. */
  get count(): number {
    return this.lanes.reduce((sum, lane) => sum + lane.reduce((n, wait) => (wait.withdrawn() ? n : n + 1), 0), 0)
  }

  push(wait: WaitingSender): void {
    const lane = this.lanes[this.laneOf?.[wait.rpc] ?? 1]
    const count = lane.length
    // Those that timed out stay until they come to the front; if the actor is stuck, that is never.
    if (count >= 64 && (count & (count - 1)) === 0) this.sweep()
    this.lanes[this.laneOf?.[wait.rpc] ?? 1].push(wait)
  }

  /** Takes the next one that still waits. Those that left pass nobody over. */
  shift(): WaitingSender | undefined {
    for (const lane of this.lanes) while (lane[0]?.withdrawn()) lane.shift()
    if (this.isEmpty) return undefined
    const [high, normal, low] = this.lanes
    return this.lanes[this.choice.next(high.length > 0, normal.length > 0, low.length > 0)].shift()!
  }

  /** One of them has left. */
  noteLeft(): void {
    if (++this.left * 2 >= this.lanes.reduce((sum, lane) => sum + lane.length, 0)) this.sweep()
  }

  all(): ReadonlyArray<WaitingSender> {
    return this.lanes.flat()
  }

  private sweep(): void {
    this.left = 0
    this.lanes.forEach((lane, i) => {
      this.lanes[i as LaneIndex] = lane.filter((wait) => !wait.withdrawn())
    })
  }
}
