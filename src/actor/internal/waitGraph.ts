/**
 * Finds circles of actors that wait for each other, before they close.
 *
 * An actor that asks, or waits for room to tell, while it handles a message takes no other message until it goes on. If
 * the actor it waits for waits, directly or through others, for the first one, none of them ever will.
 */
import type { Cell } from "./cell.ts"

/** The addresses of the circle that a wait of `from` for `to` would close, `from` first; `undefined` if there is none. */
export const cycle = (from: Cell, to: Cell): ReadonlyArray<string> | undefined => {
  if (from === to) return [from.address]
  if (to.waits === undefined || to.waits.size === 0) return undefined
  const path: Array<Cell> = []
  const seen = new Set<Cell>()
  const reaches = (cell: Cell): boolean => {
    if (cell === from) return true
    if (seen.has(cell)) return false
    seen.add(cell)
    path.push(cell)
    for (const wait of cell.waits ?? []) {
      // A wait that its fiber has left, by interruption say, is no edge any more.
      if (!wait.withdrawn() && reaches(wait.target)) return true
    }
    path.pop()
    return false
  }
  return reaches(to) ? [from.address, ...path.map((cell) => cell.address)] : undefined
}
