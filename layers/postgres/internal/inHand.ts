/** Which durable messages a runner has in hand, and how many more it may read. */

export interface Limits {
  readonly page: number
  readonly ofOneActor: number
  readonly ofAll: number
  readonly forgottenMillis: number
}

interface Entry {
  readonly address: string
  readonly shardId: string
  readonly at: number
}

export class InHand {
  /** What was read last left messages behind that could not be taken. */
  isHeldBack = false
  private readonly entries = new Map<bigint, Entry>()
  private readonly counts = new Map<string, number>()

  constructor(private readonly limits: Limits) {}

  get size(): number {
    return this.entries.size
  }

  /** Actors that have something in hand. */
  get addresses(): ReadonlyArray<string> {
    return [...this.counts.keys()]
  }

  /** Actors that have all they may have. */
  get fullAddresses(): ReadonlyArray<string> {
    return [...this.counts].filter(([, count]) => count >= this.limits.ofOneActor).map(([address]) => address)
  }

  /** All that may be in hand is: an actor that has nothing gets one, so that nobody starves. */
  get onlyIdle(): boolean {
    return this.size >= this.limits.ofAll
  }

  add(id: bigint, entry: Entry): void {
    this.drop(id)
    this.entries.set(id, entry)
    this.counts.set(entry.address, (this.counts.get(entry.address) ?? 0) + 1)
  }

  /** It was answered; `true` if that makes room for others that wait. */
  remove(id: bigint): boolean {
    const entry = this.drop(id)
    if (entry === undefined || !this.isHeldBack) return false
    const { ofAll, ofOneActor } = this.limits
    const wakes = this.counts.get(entry.address) === ofOneActor >> 1 || this.size === ofAll >> 1
    if (wakes) this.isHeldBack = false
    return wakes
  }

  /** Forgets what was read of other shards, and what was read long ago: it is read again. */
  keepOnly(shards: ReadonlySet<string>, now: number): void {
    for (const [id, { at, shardId }] of this.entries) {
      if (!shards.has(shardId) || now - at > this.limits.forgottenMillis) this.drop(id)
    }
  }

  private drop(id: bigint): Entry | undefined {
    const entry = this.entries.get(id)
    if (entry === undefined) return undefined
    this.entries.delete(id)
    const left = this.counts.get(entry.address)! - 1
    if (left === 0) this.counts.delete(entry.address)
    else this.counts.set(entry.address, left)
    return entry
  }
}
