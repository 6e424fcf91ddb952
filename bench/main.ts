/**
 * `npm run bench [-- SUBJECT…] [-- --save NAME] [-- --compare NAME]`: measures, prints one table, verifies completion.
 *
 * Subjects: `actors`, `team`, `startup`, `example`; all by default. `--save` keeps the ratios in bench/results/NAME.json,
 * `--compare` shows how they moved since. Only ratios are compared: times on another day mean nothing.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { cpus } from "node:os"
import { parseArgs } from "node:util"
import { measure, type Row, type Subject } from "./Bench.ts"

const modules: Record<string, () => Promise<{ readonly subjects: ReadonlyArray<Subject> }>> = {
  actors: () => import("./actors.ts"),
  team: () => import("./team.ts"),
  startup: () => import("./startup.ts"),
  example: () => import("./example.ts")
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { save: { type: "string" }, compare: { type: "string" } }
})
const chosen = positionals.length === 0 ? Object.keys(modules) : positionals
for (const name of chosen) {
  if (modules[name] === undefined) {
    console.error(`No bench is called "${name}": choose from ${Object.keys(modules).join(", ")}.`)
    process.exit(2)
  }
}

const file = (name: string) => new URL(`./results/${name}.json`, import.meta.url)
const before: ReadonlyArray<Row> =
  values.compare === undefined ? [] : JSON.parse(readFileSync(file(values.compare), "utf8")).rows
const rows: Array<Row> = []

console.log(
  `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown CPU"}`
)
console.log("Ratio: the contender's median time ÷ the first one's, in the same run; above 1 the contender is slower.\n")
for (const name of chosen) {
  for (const subject of (await modules[name]!()).subjects) {
    const measured = await measure(subject)
    console.log(`${subject.title} (${subject.work}; median of ${subject.rounds} rounds)`)
    for (const row of measured) {
      const then = before.find((other) => other.subject === row.subject && other.contender === row.contender)
      const moved = then === undefined ? "" : `   was ${then.ratio.toFixed(2)}×`
      console.log(
        `  ${row.contender.padEnd(48)} ${row.ratio.toFixed(2).padStart(8)}×   ${row.medianMillis.toFixed(1).padStart(9)} ms (${row.minMillis.toFixed(1)}–${row.maxMillis.toFixed(1)})${moved}`
      )
      rows.push(row)
    }
    console.log("")
  }
}
if (values.save !== undefined) {
  mkdirSync(new URL("./results/", import.meta.url), { recursive: true })
  writeFileSync(file(values.save), `${JSON.stringify({ node: process.version, rows }, null, 2)}\n`)
  console.log(`Saved as ${values.save}.`)
}
