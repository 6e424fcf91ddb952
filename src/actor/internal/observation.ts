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
    besides: incarnation?.besides ?? 0,
    waitsFor: waitsFor(cell),
    stashed: cell.stashSize,
    timers: incarnation?.timers?.count ?? 0,
    watches: cell.watchCount,
    handled: cell.handled,
    failed: cell.failed,
    restarts: cell.restarts,
    incarnation: incarnation?.number ?? 0,
    ageMillis: incarnation?.started ? system.timers.now() - incarnation.startedAt : 0,
    children: cell.children.map(snapshotOf)
  }
}

export const totalsOf = (system: LocalSystem): ReadonlyArray<TypeTotals> =>
  [...system.registrations.values()].map(({ cells, definition, past }) => {
    const totals = { type: definition.type, actors: 0, ...past }
    for (const cell of cells) {
      if (isLiving(cell)) totals.actors++
      totals.handled += cell.handled
      totals.failed += cell.failed
      totals.restarts += cell.restarts
    }
    return totals
  })

/** An address that is only watched has a cell, and a child that has ended may be kept for a restart of its group. */
const isLiving = ({ state }: Cell): boolean => state !== State.absent && state !== State.ended
