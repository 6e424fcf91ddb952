/**
 * Measures contenders beside each other, reports ratios, and holds them against floors.
 *
 * Contenders take turns (A B C, A B C, …), so that a machine that slows down slows them all; what counts is the median of
 * the rounds, and of that only the ratio to another contender. A run that did not complete its work throws.
 */

/** Divisors from milliseconds; `bytes` are reported as they are measured. */
const perMilli = { ms: 1, µs: 1e3, ns: 1e6, bytes: 1 } as const

export interface Contender {
  readonly name: string
  /**
   * Operations of one round, where they are not the subject's: a slow contender gets fewer, so that the run ends before
   * long. What is reported is per operation.
   */
  readonly operations?: number | undefined
  /** Does the whole work of one round and returns the milliseconds of its measured part, or the bytes it measured. */
  readonly round: (operations: number) => Promise<number>
}

/** What must hold between two contenders of a subject, or of one by itself. */
export type Floor = { readonly contender: string } & (
  | { readonly timesFaster: number; readonly than: string }
  | { readonly timesSlowerAtMost: number; readonly than: string }
  /** `beyond`: what that contender takes is not counted. */
  | { readonly atMost: number; readonly beyond?: string }
)

export interface Subject {
  readonly title: string
  /** What one round does, with its size. */
  readonly work: string
  readonly rounds: number
  /** Of what is reported, for each operation. Default `ms`. */
  readonly unit?: keyof typeof perMilli | undefined
  /** Operations of one round. Default `1`: what is reported is the whole round. */
  readonly operations?: number | undefined
  /** The first is the one the others are compared with. */
  readonly contenders: ReadonlyArray<Contender>
  readonly floors?: ReadonlyArray<Floor> | undefined
  /** Whether all contenders are Troupe. Default `false`: those are whose name begins with it. */
  readonly onlyTroupe?: boolean | undefined
}

export interface Row {
  readonly subject: string
  readonly contender: string
  readonly operations: number
  readonly unit: keyof typeof perMilli
  /** Of the rounds, for each operation, in the unit. */
  readonly median: number
  readonly min: number
  readonly max: number
  /** Median of this contender ÷ median of the first: how many times as much it takes. */
  readonly ratio: number
}

export const median = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The contenders of a subject that run Troupe: those that another build of it has, too. */
export const ofTroupe = (subject: Subject): ReadonlyArray<Contender> =>
  subject.contenders.filter(({ name }) => subject.onlyTroupe === true || /^troupe/i.test(name))

export const operationsOf = (subject: Subject, contender: Contender): number =>
  contender.operations ?? subject.operations ?? 1

export const measure = async (subject: Subject): Promise<ReadonlyArray<Row>> => {
  const unit = subject.unit ?? "ms"
  const found = subject.contenders.map((): Array<number> => [])
  const round = (contender: Contender) => {
    // Without --expose-gc each contender collects the garbage of those before it.
    globalThis.gc?.()
    return contender.round(operationsOf(subject, contender))
  }
  // One round each that does not count: compilation and first allocation are nobody's speed. Bytes are measured in a
  // process of their own, whose first round is as good as any.
  if (unit !== "bytes") for (const contender of subject.contenders) await round(contender)
  for (let i = 0; i < subject.rounds; i++) {
    for (const [at, contender] of subject.contenders.entries()) {
      found[at]!.push(((await round(contender)) * perMilli[unit]) / operationsOf(subject, contender))
    }
  }
  const first = median(found[0]!)
  return subject.contenders.map((contender, at) => ({
    subject: subject.title,
    contender: contender.name,
    operations: operationsOf(subject, contender),
    unit,
    median: median(found[at]!),
    min: Math.min(...found[at]!),
    max: Math.max(...found[at]!),
    ratio: median(found[at]!) / first
  }))
}

export interface Verdict {
  readonly floor: Floor
  readonly met: boolean
  readonly text: string
}

/** What the floors of a subject say to what was measured. */
export const judge = (subject: Pick<Subject, "title" | "floors">, rows: ReadonlyArray<Row>): ReadonlyArray<Verdict> =>
  (subject.floors ?? []).map((floor) => {
    const of = (name: string): number => {
      const row = rows.find((other) => other.contender === name)
      // A mistake in the bench, met when it is first run.
      if (row === undefined) throw new Error(`${subject.title}: a floor names "${name}", which is no contender.`)
      return row.median
    }
    const own = of(floor.contender)
    const verdict = (met: boolean, what: string, times: string) => ({
      floor,
      met,
      text: `${what}: ${met ? "met" : "NOT MET"} (${times})`
    })
    if ("timesFaster" in floor) {
      const times = of(floor.than) / own
      return verdict(times >= floor.timesFaster, `floor ${floor.timesFaster}× of ${floor.than}`, `${times.toFixed(1)}×`)
    }
    if ("timesSlowerAtMost" in floor) {
      const times = own / of(floor.than)
      const what = `at most ${floor.timesSlowerAtMost}× ${floor.than}`
      return verdict(times <= floor.timesSlowerAtMost, what, `${times.toFixed(2)}×`)
    }
    const counted = floor.beyond === undefined ? own : own - of(floor.beyond)
    const what =
      floor.beyond === undefined ? `at most ${floor.atMost}` : `at most ${floor.atMost} beyond ${floor.beyond}`
    return verdict(counted <= floor.atMost, what, counted.toFixed(0))
  })

/**
 * Milliseconds since some moment. With `--cpu-time` those that this process had a processor for, its garbage collector
 * included: on a machine that others keep busy the clock measures them. Means nothing for work that waits, or that is
 * done by other processes.
 */
const now: () => number = process.argv.includes("--cpu-time")
  ? () => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1e3
    }
  : () => performance.now()

/** What a measured part is called on Node's performance timeline, where profile.ts finds it. */
export const measuredPart = "measured part"

/** Begins a measured part; the result ends it and gives its milliseconds. */
export const begin = (): (() => number) => {
  const start = performance.now()
  const from = now()
  return () => {
    const millis = now() - from
    performance.measure(measuredPart, { start })
    return millis
  }
}

/** Milliseconds that `work` takes. */
export const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const end = begin()
  await work()
  return end()
}

export const expect = (what: string, found: unknown, expected: unknown): void => {
  if (found !== expected) throw new Error(`${what}: expected ${String(expected)}, found ${String(found)}`)
}
