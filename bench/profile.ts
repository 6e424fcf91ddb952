/**
 * `npm run bench:profile -- SUBJECT CONTENDER [-- --rounds N]`: where one contender spends its time.
 *
 * SUBJECT is a file of bench/ (`actors/ask`), CONTENDER the beginning of a name in its table ("Troupe" is the first that
 * begins so; "Effect by hand, tuned" leaves no choice). After a round that only warms up, `--rounds` rounds (default 5) are
 * sampled together with their setup. Prints the functions that had the processor, by their own time, and leaves
 * out/profiles/SUBJECT.cpuprofile, which Chrome's DevTools and speedscope open. A file with several subjects
 * (`actors/ask`) is profiled subject by subject.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import type { Profiler } from "node:inspector"
import { Session } from "node:inspector/promises"

import { parseArgs } from "node:util"
import { operationsOf } from "./Bench.ts"
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

/** Milliseconds and share of each function, callees left out, most first. */
const hottest = (profile: Profiler.Profile, count: number): ReadonlyArray<string> => {
  const functions = new Map(profile.nodes.map((node) => [node.id, node.callFrame]))
  const micros = new Map<string, number>()
  let sum = 0
  for (const [at, id] of (profile.samples ?? []).entries()) {
    const frame = functions.get(id)!
    // What the machine had to spare, and the profiler's own start.
    if (frame.functionName === "(idle)" || (frame.functionName === "dispatch" && frame.url === "")) continue
    const where = frame.url.replace(/^.*\/node_modules\//, "").replace(/^.*\/(?=(src|bench)\/)/, "")
    const key = `${frame.functionName || "(anonymous)"}${where === "" ? "" : `  ${where}:${frame.lineNumber + 1}`}`
    const delta = profile.timeDeltas![at]!
    sum += delta
    micros.set(key, (micros.get(key) ?? 0) + delta)
  }
  return [...micros]
    .sort((a, b) => b[1] - a[1])
    .slice(0, count)
    .map(
      ([key, own]) =>
        `${((100 * own) / sum).toFixed(1).padStart(6)} %  ${(own / 1e3).toFixed(0).padStart(6)} ms  ${key}`
    )
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
  console.log(hottest(profile, 40).join("\n"))
  const path = new URL(`${subject.title.replaceAll(/\W+/g, "-")}.cpuprofile`, profiles)
  mkdirSync(profiles, { recursive: true })
  writeFileSync(path, JSON.stringify(profile))
  console.log("")
}
