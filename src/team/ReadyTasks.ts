/**
 * The ready tasks of one run, so that the next one costs a logarithm and not a search.
 *
 * Tasks of the same claim fit or do not fit together, so of each claim only two can be next: the first in order, and the
 * one that became ready first, once that is due.
 */

import { Heap } from "./Heap.ts"
import type { Resources } from "./Resources.ts"

/** What has to be known of a task. */
export interface ReadyTask {
  readonly claim: Resources
  /** Order of submission. */
  readonly index: number
  /** It is among the ready ones only while this is `ready`. */
  readonly status: string
  readonly priority: number
  readonly remaining: number
  /** It is due once so many tasks have left. */
  readonly dueAt: number
}

/** A task as it was when it was added; a later one replaces it. */
interface Item<T> {
  readonly entry: T
  readonly priority: number
  readonly remaining: number
}

interface SameClaim<T> {
  readonly inOrder: Heap<Item<T>>
  /** From `at` on, in the order in which they became ready. */
  readonly byAge: Array<T>
  at: number
}

export class ReadyTasks<T extends ReadyTask> {
  /** Tasks that have left so far. */
  private readonly state: { readonly left: number }
  private readonly byClaim = new Map<string, SameClaim<T>>()

  constructor(state: { readonly left: number }) {
    this.state = state
  }

  /** Adds a task that has become ready, or has been raised since. */
  add(entry: T): void {
    const key = keyOf(entry.claim)
    let same = this.byClaim.get(key)
    if (same === undefined) {
      same = { inOrder: new Heap<Item<T>>(goesFirst), byAge: [], at: 0 }
      this.byClaim.set(key, same)
    }
    same.inOrder.add({ entry, priority: entry.priority, remaining: entry.remaining })
    same.byAge.push(entry)
  }

  /** Adds to `heads` whoever may be next, one of each claim. */
  heads(heads: Array<T>): void {
    for (const [key, same] of this.byClaim) {
      const oldest = oldestOf(same)
      if (oldest === undefined) this.byClaim.delete(key)
      else heads.push(this.state.left >= oldest.dueAt ? oldest : firstOf(same))
    }
  }
}

const keyOf = ({ agents, cpus, memoryMiB }: Resources): string => `${agents}/${cpus}/${memoryMiB}`

const oldestOf = <T extends ReadyTask>(same: SameClaim<T>): T | undefined => {
  while (same.at < same.byAge.length && same.byAge[same.at]!.status !== "ready") same.at++
  // What has left is let go of in large pieces, each of which is paid for by as many that were added.
  if (same.at > 32 && same.at * 2 > same.byAge.length) {
    same.byAge.splice(0, same.at)
    same.at = 0
  }
  return same.byAge[same.at]
}

/** There is one: `oldestOf` has found it. */
const firstOf = <T extends ReadyTask>(same: SameClaim<T>): T => {
  for (let item = same.inOrder.peek()!; ; item = same.inOrder.peek()!) {
    const { entry, priority, remaining } = item
    if (entry.status === "ready" && entry.priority === priority && entry.remaining === remaining) return entry
    same.inOrder.take()
  }
}

const goesFirst = (a: Item<ReadyTask>, b: Item<ReadyTask>): boolean =>
  a.priority === b.priority
    ? a.remaining === b.remaining
      ? a.entry.index < b.entry.index
      : a.remaining > b.remaining
    : a.priority > b.priority
