/**
 * `npm run bench -- [SUBJECT…] --against DIR [--pairs N] [--check]`: this build beside the one in DIR, another checkout of
 * the project that has its `node_modules` and, for whole processes, its `dist`.
 *
 * Each contender that is Troupe is measured in pairs of processes, one of each build, each by its own bench; who goes first
 * alternates, so that a machine that slows down or warms up favours nobody. What counts is the median of the pairs' ratios
 * and its 95 % confidence interval, by bootstrap: above 1 this build is faster (or weighs less). `--check` exits with 1
 * where the interval ends below 0.95: slower beyond doubt and beyond what matters.
 */
import { fork } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { median, ofTroupe, type Subject } from "./Bench.ts"
import type { Measured } from "./measured.ts"
import { load } from "./Subjects.ts"

/** The lower end of the interval that a contender may not fall below. */
const leastRatio = 0.95
/** Rounds in each process, after one that only warms up; the process reports their median. */
const rounds = 3

export interface AgainstOptions {
  readonly pairs: number
  readonly cpuTime: boolean
}

/** What was found of one contender. */
interface Compared {
  /** Other build ÷ this one. */
  readonly ratio: number
  readonly low: number
  readonly high: number
}

/** Prints a line for each contender; whether none is slower. */
export const against = async (
  files: ReadonlyArray<string>,
  directory: string,
  options: AgainstOptions
): Promise<boolean> => {
  if (!existsSync(join(directory, "bench", "against.ts"))) {
    throw new Error(`${directory} has no bench that can be compared: expected a checkout with bench/against.ts.`)
  }
  console.log(`Ratio: what the build in ${directory} takes ÷ what this one takes; above 1 this one is better.`)
  console.log(`${options.pairs} pairs of processes each; in brackets the 95 % interval of the median ratio.\n`)
  let fine = true
  for (const file of files) {
    for (const subject of await load(file)) {
      console.log(subject.title)
      for (const { name } of ofTroupe(subject)) {
        const found = await compare(file, subject, name, directory, options)
        if (found === undefined) {
          console.log(`  ${name.padEnd(60)} not in the other build`)
          continue
        }
        const slower = found.low < leastRatio
        fine &&= !slower
        const interval = `[${found.low.toFixed(2)}, ${found.high.toFixed(2)}]`
        console.log(`  ${name.padEnd(60)} ${found.ratio.toFixed(2)}× ${interval}${slower ? "  SLOWER?" : ""}`)
      }
    }
  }
  return fine
}

const compare = async (
  file: string,
  subject: Subject,
  name: string,
  directory: string,
  { cpuTime, pairs }: AgainstOptions
): Promise<Compared | undefined> => {
  const one = (bench: string) => measureOne(join(bench, "measured.ts"), file, subject.title, name, cpuTime)
  const ratios: Array<number> = []
  for (let pair = 0; pair < pairs; pair++) {
    const builds = [fileURLToPath(new URL(".", import.meta.url)), join(directory, "bench")]
    const times = new Map<string, number>()
    for (const bench of pair % 2 === 0 ? builds : builds.toReversed()) {
      const time = await one(bench)
      if (time === undefined) return undefined
      times.set(bench, time)
    }
    ratios.push(times.get(builds[1]!)! / times.get(builds[0]!)!)
  }
  return { ratio: median(ratios), ...interval(ratios) }
}

/** The median of one contender in a process of its own; undefined where the build has no such contender. */
const measureOne = (script: string, file: string, title: string, name: string, cpuTime: boolean) =>
  new Promise<number | undefined>((resolve, reject) => {
    let found: number | undefined
    const options = [`--contender=${name}`, `--rounds=${rounds}`, ...(cpuTime ? ["--cpu-time"] : [])]
    fork(script, [file, title, ...options], {
      cwd: join(script, "..", ".."),
      execArgv: ["--expose-gc", "--import", import.meta.resolve("tsx")]
    })
      .on("message", (message) => {
        found = (message as Measured).rows[0]?.median
      })
      .on("error", reject)
      .on("exit", (code) =>
        code === 0 ? resolve(found) : reject(new Error(`"${name}" of ${pathToFileURL(script)} ended with ${code}.`))
      )
  })

/** The 95 % interval of the median: the median of 2,000 samples drawn with replacement, from a fixed seed. */
const interval = (values: ReadonlyArray<number>): { readonly low: number; readonly high: number } => {
  let seed = 20261201
  const next = (below: number) => {
    // The minimal standard generator of Park and Miller.
    seed = (seed * 48271) % 2147483647
    return seed % below
  }
  const medians = Array.from({ length: 2000 }, () => median(values.map(() => values[next(values.length)]!))).sort(
    (a, b) => a - b
  )
  return { low: medians[50]!, high: medians[1949]! }
}
