/**
 * What one process knows of the leases of its cluster: how long its own lasts, and who of the others has fallen silent.
 *
 * Every runner counts up a number in the database, its beat. Nobody compares clocks: a runner counts its lease from before
 * it sent the last beat that was confirmed, others count its silence from after they saw that beat, each by the time that
 * passes on its own machine. Silence has to last longer than a lease, so the lease is always over first.
 */
import type { MachineTime, Mark } from "./machineTime.ts"

/** A runner, as the database knows it. */
export interface Member {
  /** Of its process, and of each time that it joined: never used again. */
  readonly incarnation: number
  readonly beat: number
  readonly address: string
  readonly runner: string
  readonly healthy: boolean
  /** It is being shut down, and holds its shards until their actors have ended. */
  readonly leaving: boolean
}

export interface Times {
  /** How long after a beat its sender may go on. */
  readonly leaseMillis: number
  /** How long a beat may stay the same before its sender counts as dead. */
  readonly silenceMillis: number
  /**
   * What one look proves of silence at most. A process that could not look for ten seconds, because the database was gone
   * or because it was stopped itself, has not seen anybody be silent for so long.
   */
  readonly longestLookMillis: number
}

interface Observed {
  beat: number
  silentMillis: number
}

export class LeaseBook {
  /** Of this process; undefined before it joins, and after it was found to be dead by others. */
  incarnation: number | undefined
  members: ReadonlyArray<Member> = []
  /** Who holds a shard and is no member any more. They never come back, so what they held is free. */
  gone: ReadonlyArray<number> = []
  /** Counts what was added to `held`: a look that began before does not know of it. */
  acquisitions = 0
  private readonly held = new Map<string, number>()
  private confirmedAt: Mark | undefined
  private lookedAt: Mark | undefined
  private observed = new Map<number, Observed>()
  private readonly whenGone = new Map<string, Set<() => void>>()

  constructor(
    private readonly time: MachineTime,
    private readonly times: Times
  ) {}

  // Its own lease.

  joined(incarnation: number, sentAt: Mark): void {
    this.end()
    this.incarnation = incarnation
    this.renewed(sentAt)
  }

  /** The database has confirmed a beat that was sent then. */
  renewed(sentAt: Mark): void {
    // A late answer renews nothing, and what has lapsed before it came is not held any more.
    if (!this.isValid || sentAt.awake > this.confirmedAt!.awake) {
      if (this.time.since(sentAt) < this.times.leaseMillis) this.confirmedAt = sentAt
    }
  }

  /** Others have taken this process for dead. */
  buried(): void {
    this.incarnation = undefined
    this.end()
  }

  /** Nothing that was held may be used any more: it has to be acquired anew. */
  private end(): void {
    this.confirmedAt = undefined
    this.held.clear()
  }

  get isValid(): boolean {
    if (this.confirmedAt === undefined) return false
    if (this.time.since(this.confirmedAt) < this.times.leaseMillis) return true
    this.end()
    return false
  }

  /** Whether the lease has ended without being given back. */
  get hasLapsed(): boolean {
    return !this.isValid && this.incarnation !== undefined
  }

  epochOf(shardId: string): number | undefined {
    const epoch = this.held.get(shardId)
    return epoch !== undefined && this.isValid ? epoch : undefined
  }

  get shards(): ReadonlyArray<string> {
    return this.isValid ? [...this.held.keys()] : []
  }

  hold(shardId: string, epoch: number): void {
    this.acquisitions++
    this.held.set(shardId, epoch)
  }

  letGo(shardId: string): void {
    this.held.delete(shardId)
  }

  // The others.

  /** Notes what the database says, and gives those who have been silent for too long. */
  look(members: ReadonlyArray<Member>): ReadonlyArray<Member> {
    const before = this.members
    this.members = members
    this.tellOfGone(before)
    const now = this.time.mark()
    const passed =
      this.lookedAt === undefined ? 0 : Math.min(this.time.since(this.lookedAt), this.times.longestLookMillis)
    this.lookedAt = now
    const observed = new Map<number, Observed>()
    const silent: Array<Member> = []
    for (const member of members) {
      const known = this.observed.get(member.incarnation)
      const silentMillis = known?.beat === member.beat ? known.silentMillis + passed : 0
      observed.set(member.incarnation, { beat: member.beat, silentMillis })
      if (member.incarnation !== this.incarnation && silentMillis > this.times.silenceMillis) silent.push(member)
    }
    this.observed = observed
    return silent
  }

  private tellOfGone(before: ReadonlyArray<Member>): void {
    const living = new Set(this.members.map(({ incarnation }) => incarnation))
    for (const { address, incarnation } of before) {
      if (!living.has(incarnation)) for (const tell of this.whenGone.get(address) ?? []) tell()
    }
  }

  /** Calls `tell` whenever the process behind an address has left or died; the result ends that. */
  onGone(address: string, tell: () => void): () => void {
    const all = this.whenGone.get(address) ?? new Set()
    this.whenGone.set(address, all)
    all.add(tell)
    return () => {
      all.delete(tell)
      if (all.size === 0) this.whenGone.delete(address)
    }
  }

  /** Milliseconds since the last beat of an address was seen; none for one that is no member. */
  silenceOf(address: string): number | undefined {
    const member = this.members.find((member) => member.address === address)
    return member === undefined ? undefined : this.observed.get(member.incarnation)?.silentMillis
  }
}
