/**
 * What an observer sees of a system: its actors as a tree, and what the actors of each type have come to.
 */
import type { ActorSnapshot, TypeTotals } from "../ActorSnapshot.ts"
import type { Cell } from "./cell.ts"
import { State } from "./inbox.ts"
import type { LocalSystem } from "./localSystem.ts"
import { waitsFor } from "./waitGraph.ts"

export const snapshotsOf = (system: LocalSystem): ReadonlyArray<ActorSnapshot> =>
  [...system.registrations.values()]
    .flatMap(({ residents }) => residents.list())
    .concat([...system.hosted].filter(isLiving))
    .map(snapshotOf)

const snapshotOf = (cell: Cell): ActorSnapshot => {
  const { incarnation, ring, system } = cell
  cell.tidy()
  const coarse = system.coarseMillis()
  const [high, normal, low] = ring.depths()
  return {
    address: cell.address,
    type: cell.type,
    id: cell.id,
    state: cell.describeState(),
    depth: ring.size,
    lanes: { high, normal, low },
    capacity: cell.capacity,
    oldestMillis: ring.size === 0 ? undefined : coarse - ring.oldestAt(),
    waitingSenders: cell.waitingSenders,
    current: cell.begunAt === -1 ? undefined : { message: cell.tagOf(cell.rpc), forMillis: coarse - cell.begunAt },
    concurrentHandlers: incarnation?.concurrent ?? 0,
    waitsFor: waitsFor(cell),
    stashed: cell.stashSize,
    timers: incarnation?.timers?.count ?? 0,
    watches: cell.watchCount,
    handled: cell.handled,
    failed: cell.failed,
    restarts: cell.restarts,
    incarnation: incarnation?.number ?? 0,
    ageMillis: incarnation?.started ? Math.round(system.timers.now() - incarnation.startedAt) : 0,
    children: cell.children.map(snapshotOf)
  }
}

/** Looks at every actor, and makes nothing for each: there may be very many. */
export const totalsOf = (system: LocalSystem): ReadonlyArray<TypeTotals> => {
  const now = system.coarseMillis()
  const all = new Map<string, Totals>()
  for (const [type, past] of system.past) {
    const lanes = { high: 0, normal: 0, low: 0 }
    all.set(type, { type, actors: 0, lanes, oldestMillis: 0, waitingSenders: 0, ...past })
  }
  for (const { behavior, cells } of system.registrations.values()) {
    const totals = all.get(behavior.spanName)!
    for (const cell of cells) {
      if (isLiving(cell)) totals.actors++
      totals.handled += cell.handled
      totals.failed += cell.failed
      totals.restarts += cell.restarts
      cell.tidy()
      // Only what has no room waits.
      if (cell.ring.size === 0) continue
      const [high, normal, low] = cell.ring.depths()
      totals.lanes.high += high
      totals.lanes.normal += normal
      totals.lanes.low += low
      totals.oldestMillis = Math.max(totals.oldestMillis, now - cell.ring.oldestAt())
      totals.waitingSenders += cell.waitingSenders
    }
  }
  return [...all.values()]
}

type Writable<A> = { -readonly [K in keyof A]: A[K] extends number | string ? A[K] : Writable<A[K]> }
type Totals = Writable<TypeTotals>

/** An address that is only watched has a cell, and a child that has ended may be kept for a restart of its group. */
const isLiving = ({ state }: Cell): boolean => state !== State.absent && state !== State.ended
