/**
 * A binary heap: the first by `goesFirst` comes out first, adding and taking cost the logarithm of the size. Effect's
 * `RedBlackTree` is persistent: it copies a path for each change, and nobody here needs the older versions.
 */
export class Heap<A> {
  private readonly items: Array<A> = []
  private readonly goesFirst: (a: A, b: A) => boolean

  constructor(goesFirst: (a: A, b: A) => boolean) {
    this.goesFirst = goesFirst
  }

  get size(): number {
    return this.items.length
  }

  peek(): A | undefined {
    return this.items[0]
  }

  add(item: A): void {
    const { items } = this
    let at = items.length
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!this.goesFirst(item, items[above]!)) break
      items[at] = items[above]!
      at = above
    }
    items[at] = item
  }

  take(): A | undefined {
    const { items } = this
    const first = items[0]
    const last = items.pop()
    if (items.length === 0 || last === undefined) return first
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= items.length) break
      if (below + 1 < items.length && this.goesFirst(items[below + 1]!, items[below]!)) below++
      if (!this.goesFirst(items[below]!, last)) break
      items[at] = items[below]!
      at = below
    }
    items[at] = last
    return first
  }
}
