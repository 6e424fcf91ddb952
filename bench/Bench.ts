/**
 * Measures contenders beside each other and reports ratios.
 *
 * Contenders take turns (A B C, A B C, …), so that a machine that slows down slows them all; what counts is the median of
 * the rounds, and of that only the ratio to the first contender. A run that did not complete its work throws.
 */

export interface Contender {
  readonly name: string
  /** Does the whole work of one round and returns the milliseconds of the measured part. */
  readonly round: () => Promise<number>
}

export interface Subject {
  readonly title: string
  /** What one round does, with its size. */
  readonly work: string
  readonly rounds: number
  /** The first is the one the others are compared with. */
  readonly contenders: ReadonlyArray<Contender>
}

export interface Row {
  readonly subject: string
  readonly work: string
  readonly contender: string
  readonly medianMillis: number
  readonly minMillis: number
  readonly maxMillis: number
  /** Median of this contender ÷ median of the first: how many times longer it takes. */
  readonly ratio: number
}

export const median = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export const measure = async (subject: Subject): Promise<ReadonlyArray<Row>> => {
  const times = subject.contenders.map((): Array<number> => [])
  // One round each that does not count: compilation and first allocation are nobody's speed.
  for (const contender of subject.contenders) await contender.round()
  for (let round = 0; round < subject.rounds; round++) {
    for (const [i, contender] of subject.contenders.entries()) {
      globalThis.gc?.()
      times[i]!.push(await contender.round())
    }
  }
  const first = median(times[0]!)
  return subject.contenders.map((contender, i) => ({
    subject: subject.title,
    work: subject.work,
    contender: contender.name,
    medianMillis: median(times[i]!),
    minMillis: Math.min(...times[i]!),
    maxMillis: Math.max(...times[i]!),
    ratio: median(times[i]!) / first
  }))
}

/** Milliseconds that `work` takes. */
export const timed = async (work: () => Promise<void>): Promise<number> => {
  const start = performance.now()
  await work()
  return performance.now() - start
}

export const expect = (what: string, found: unknown, expected: unknown): void => {
  if (found !== expected) throw new Error(`${what}: expected ${String(expected)}, found ${String(found)}`)
}
