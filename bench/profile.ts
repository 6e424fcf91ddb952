/**
 * `npm run bench:profile -- SUBJECT CONTENDER [-- --rounds N]`: where one contender spends its time.
 *
 * SUBJECT is a file of bench/ (`actors/ask`), CONTENDER the beginning of a name in its table ("Troupe" is the first that
 * begins so; "Effect by hand, tuned" leaves no choice). After a round that only warms up, `--rounds` rounds (default 5) are
 * sampled. Prints where their measured parts went, setup left out, and leaves out/profiles/SUBJECT.cpuprofile, which has all
 * of it and which Chrome's DevTools and speedscope open. A file with several subjects (`actors/ask`) is profiled subject by
 * subject.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import type { Profiler } from "node:inspector"
import { Session } from "node:inspector/promises"

import { parseArgs } from "node:util"
import { measuredPart, operationsOf } from "./Bench.ts"
import { choose, load } from "./Subjects.ts"

const { values, positionals } = parseArgs({ allowPositionals: true, options: { rounds: { type: "string" } } })
const [file = "", wanted = ""] = positionals
const rounds = Number(values.rounds ?? 5)
if (file === "" || !Number.isInteger(rounds) || rounds < 1) {
  console.error('Name a subject and a contender, such as: npm run bench:profile -- actors/ask "Troupe"')
  process.exit(2)
}

const profiles = new URL("../out/profiles/", import.meta.url)
const session = new Session()
session.connect()

interface Cost {
  /** Microseconds in the function itself. */
  own: number
  /** And in what it called, where it is not there twice. */
  whole: number
}

/** What each function cost, by name and place. tsx folds a file of ours into one line, so there the name must do. */
const costs = (profile: Profiler.Profile, isMeasured: (atMicros: number) => boolean): ReadonlyMap<string, Cost> => {
  const parents = new Map<number, number>()
  for (const { id, children } of profile.nodes) for (const child of children ?? []) parents.set(child, id)
  const names = new Map(
    profile.nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const where = url.replace(/^.*\/node_modules\//, "").replace(/^.*\/(?=(src|bench)\/)/, "")
      const line = where === "" || where.endsWith(".ts") ? where : `${where}:${lineNumber + 1}`
      return [id, `${functionName || "(anonymous)"}  ${line}`.trimEnd()]
    })
  )
  const found = new Map<string, Cost>()
  const costOf = (name: string): Cost => {
    const known = found.get(name)
    if (known !== undefined) return known
    const made = { own: 0, whole: 0 }
    found.set(name, made)
    return made
  }
  let nowMicros = profile.startTime
  for (const [at, sample] of (profile.samples ?? []).entries()) {
    const micros = profile.timeDeltas![at]!
    nowMicros += micros
    if (!isMeasured(nowMicros)) continue
    // What the machine had to spare, and the profiler's own start.
    if (names.get(sample) === "(idle)" || names.get(sample) === "dispatch") continue
    costOf(names.get(sample)!).own += micros
    const seen = new Set<string>()
    for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) {
      const name = names.get(id)!
      if (seen.has(name)) continue
      seen.add(name)
      costOf(name).whole += micros
    }
  }
  return found
}

const print = (profile: Profiler.Profile, operations: number): void => {
  // Samples are timed by the monotonic clock, which `performance.now()` counts from the start of the process.
  const originMicros = Number(process.hrtime.bigint() / 1000n) - performance.now() * 1e3
  const parts = performance.getEntriesByName(measuredPart)
  const all = [
    ...costs(profile, (at) =>
      parts.some(({ startTime, duration }) => {
        const since = at - originMicros - startTime * 1e3
        return since >= 0 && since <= duration * 1e3
      })
    )
  ]
  const sum = all.reduce((total, [, { own }]) => total + own, 0)
  const share = (micros: number) => `${((100 * micros) / sum).toFixed(1).padStart(6)} %`
  console.log(`  ${((sum * 1e3) / operations).toFixed(0)} ns an operation`)
  console.log("\n     own    whole  of which most by themselves")
  for (const [name, { own, whole }] of all.sort((a, b) => b[1].own - a[1].own).slice(0, 30)) {
    console.log(`${share(own)} ${share(whole)}  ${name}`)
  }
  console.log("\n     own    whole  of Troupe's own with what they call")
  const ours = all.filter(([name]) => name.includes("  src/")).sort((a, b) => b[1].whole - a[1].whole)
  for (const [name, { own, whole }] of ours.slice(0, 30)) console.log(`${share(own)} ${share(whole)}  ${name}`)
}

for (const subject of (await Promise.all(choose([file]).map(load))).flat()) {
  const contender = subject.contenders.find(({ name }) => name.startsWith(wanted))
  if (contender === undefined) {
    console.log(
      `${subject.title}: nobody is called "${wanted}": ${subject.contenders.map(({ name }) => name).join("; ")}\n`
    )
    continue
  }
  const operations = operationsOf(subject, contender)
  await contender.round(operations)
  await session.post("Profiler.enable")
  await session.post("Profiler.setSamplingInterval", { interval: 200 })
  await session.post("Profiler.start")
  for (let round = 0; round < rounds; round++) await contender.round(operations)
  const { profile } = await session.post("Profiler.stop")
  console.log(`${subject.title}: ${contender.name}, ${rounds} rounds of ${operations.toLocaleString("en")}`)
  print(profile, rounds * operations)
  const path = new URL(`${subject.title.replaceAll(/\W+/g, "-")}.cpuprofile`, profiles)
  mkdirSync(profiles, { recursive: true })
  writeFileSync(path, JSON.stringify(profile))
  console.log("")
}
