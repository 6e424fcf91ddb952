/**
 * Finds what somebody probably meant: the known name nearest to a misspelled one.
 *
 * @since 0.1.0
 */

/**
 * The known name with the fewest edits (insert, remove, replace, swap neighbours) from `written`, ignoring case, if
 * that is no more than a third of the longer name's length, at least one; else the first that begins with it.
 * `undefined` where any guess would be noise.
 *
 * @category combinators
 */
export const nearest = (written: string, known: Iterable<string>): string | undefined => {
  // Nobody misspells a name of hundreds of letters by three, and the table below grows with both lengths.
  if (written.length > 100) return undefined
  let best: string | undefined
  let fewest = Number.POSITIVE_INFINITY
  for (const name of known) {
    const longer = Math.max(written.length, name.length)
    const allowed = Math.max(1, Math.floor(longer / 3))
    if (Math.abs(written.length - name.length) > allowed || name.length > 100) continue
    const edits = distance(written.toLowerCase(), name.toLowerCase())
    if (edits <= allowed && edits < longer && edits < fewest) {
      best = name
      fewest = edits
    }
  }
  if (best !== undefined || written.length < 2) return best
  for (const name of known) if (name.toLowerCase().startsWith(written.toLowerCase())) return name
  return undefined
}

/** A sentence for `InputIssue.fix`, or nothing. @category combinators */
export const didYouMean = (written: string, known: Iterable<string>): string | undefined => {
  const name = nearest(written, known)
  return name === undefined ? undefined : wouldBe(name)
}

/** The sentence for a name that is known to be meant. @category combinators */
export const wouldBe = (name: string): string => `Did you mean "${name}"?`

/** Optimal string alignment distance, row by row. */
const distance = (a: string, b: string): number => {
  let beforeLast: ReadonlyArray<number> = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let edits = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1))
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        edits = Math.min(edits, beforeLast[column - 2]! + 1)
      }
      current.push(edits)
    }
    beforeLast = last
    last = current
  }
  return last[b.length]!
}
