/**
 * The messages waiting for one actor whose protocol has lanes: three rings, and the rule that keeps the low one alive.
 */
import type { Attachment } from "./attachment.ts"
import { type Hand, MessageRing, type Messages } from "./messageRing.ts"

/** Place of a lane, highest first. */
export type LaneIndex = 0 | 1 | 2

/** How often a waiting normal message is passed over by high ones, at most. */
const normalPatience = 8

/** How often a waiting low message is passed over by others, at most. */
const lowPatience = 64

/** Chooses between lanes that have something: the highest, unless a lower one has been passed over too often. */
export class LaneChoice {
  private normalPassed = 0
  private lowPassed = 0

  /** At least one of them has something. */
  next(high: boolean, normal: boolean, low: boolean): LaneIndex {
    const lane =
      low && this.lowPassed >= lowPatience
        ? 2
        : normal && this.normalPassed >= normalPatience
          ? 1
          : high
            ? 0
            : normal
              ? 1
              : 2
    this.lowPassed = low && lane !== 2 ? this.lowPassed + 1 : 0
    if (lane === 1 || !normal) this.normalPassed = 0
    else if (lane === 0) this.normalPassed++
    return lane
  }
}

export class LaneRing implements Messages {
  private readonly lanes = [new MessageRing(), new MessageRing(), new MessageRing()] as const
  private readonly choice = new LaneChoice()

  /** `laneOf`: the lane of each Rpc, by its place in the protocol. */
  constructor(private readonly laneOf: ReadonlyArray<LaneIndex>) {}

  get size(): number {
    return this.lanes[0].size + this.lanes[1].size + this.lanes[2].size
  }

  push(rpc: number, payload: unknown, attachment: Attachment | undefined, at: number): void {
    this.lanes[this.laneOf[rpc]!].push(rpc, payload, attachment, at)
  }

  unshift(rpc: number, payload: unknown, attachment: Attachment | undefined, at: number): void {
    this.lanes[this.laneOf[rpc]!].unshift(rpc, payload, attachment, at)
  }

  shift(into: Hand): void {
    const [high, normal, low] = this.lanes
    this.lanes[this.choice.next(high.size > 0, normal.size > 0, low.size > 0)].shift(into)
  }

  shed(rpc: number, into: Hand): boolean {
    for (let lane = 2; lane >= this.laneOf[rpc]!; lane--) {
      const ring = this.lanes[lane as LaneIndex]
      if (ring.size === 0) continue
      ring.shift(into)
      return true
    }
    return false
  }

  fresh(): ReadonlyArray<Attachment> {
    return this.lanes.flatMap((lane) => lane.fresh())
  }

  keep(isWanted: (rpc: number, payload: unknown, attachment: Attachment | undefined) => boolean): void {
    for (const lane of this.lanes) lane.keep(isWanted)
  }

  release(): void {
    for (const lane of this.lanes) lane.release()
  }

  depths(): readonly [number, number, number] {
    return [this.lanes[0].size, this.lanes[1].size, this.lanes[2].size]
  }

  oldestAt(): number {
    let oldest = Number.POSITIVE_INFINITY
    for (const lane of this.lanes) if (lane.size > 0) oldest = Math.min(oldest, lane.oldestAt())
    return oldest
  }
}
