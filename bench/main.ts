/**
 * `npm run bench -- [SUBJECT…] [--check] [--cpu-time] [--save NAME] [--compare NAME]`: measures, prints one table,
 * verifies completion.
 *
 * Subjects are files below bench/ (`actors/ask`, `team`) or folders of them (`actors`); all by default. `--check` exits
 * with 1 if a floor is missed; since a busy machine can spoil one run, a subject that misses one is measured once more,
 * and each floor counts as met if it was met in either run. `--cpu-time` measures the processor's time instead of the
 * clock's, for a machine that others keep busy. `--save` keeps the ratios in bench/results/NAME.json, `--compare` shows
 * how they moved since. Only ratios are compared: times on another day mean nothing.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { cpus } from "node:os"
import { parseArgs } from "node:util"
import { judge, measure, type Row, type Subject, type Verdict } from "./Bench.ts"
import { choose } from "./Subjects.ts"

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    save: { type: "string" },
    compare: { type: "string" },
    check: { type: "boolean", default: false },
    "cpu-time": { type: "boolean", default: false }
  }
})
const subjects = await choose(positionals)

const file = (name: string) => new URL(`./results/${name}.json`, import.meta.url)
const before: ReadonlyArray<Row> =
  values.compare === undefined ? [] : JSON.parse(readFileSync(file(values.compare), "utf8")).rows

const print = (subject: Subject, rows: ReadonlyArray<Row>, verdicts: ReadonlyArray<Verdict>) => {
  const unit = subject.unit ?? "ms"
  const each = subject.operations === undefined ? unit : unit === "bytes" ? "bytes each" : `${unit} each`
  console.log(
    `${subject.title}, ${each} (${subject.work}; median of ${subject.rounds} round${subject.rounds === 1 ? "" : "s"})`
  )
  for (const row of rows) {
    const digits = row.median < 10 ? 2 : row.median < 1000 ? 1 : 0
    const range = subject.rounds === 1 ? "" : ` (${row.min.toFixed(digits)}–${row.max.toFixed(digits)})`
    const then = before.find((other) => other.subject === row.subject && other.contender === row.contender)
    const notes = [
      ...(row.operations === (subject.operations ?? 1) ? [] : [`of ${row.operations.toLocaleString("en")}`]),
      ...(then === undefined ? [] : [`was ${then.ratio.toFixed(2)}×`]),
      ...verdicts.filter((verdict) => verdict.floor.contender === row.contender).map((verdict) => verdict.text)
    ]
    const value = `${row.median.toFixed(digits)}${range}`
    console.log(
      `  ${row.contender.padEnd(48)} ${row.ratio.toFixed(2).padStart(8)}×   ${value.padEnd(26)} ${notes.join("; ")}`.trimEnd()
    )
  }
  console.log("")
}

console.log(
  `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown CPU"}`
)
console.log("Ratio: the contender's median ÷ the first one's, in the same run; above 1 the contender takes more.\n")
const all: Array<Row> = []
const missed: Array<string> = []
for (const subject of subjects) {
  const rows = await measure(subject)
  let verdicts = judge(subject, rows)
  print(subject, rows, verdicts)
  if (values.check && verdicts.some((verdict) => !verdict.met)) {
    const again = await measure(subject)
    const second = judge(subject, again)
    console.log("Once more, because a floor was missed:")
    print(subject, again, second)
    verdicts = verdicts.map((verdict, at) => (verdict.met ? verdict : second[at]!))
  }
  for (const { met, floor, text } of verdicts) if (!met) missed.push(`${subject.title}, ${floor.contender}: ${text}`)
  all.push(...rows)
}
if (values.save !== undefined) {
  mkdirSync(new URL("./results/", import.meta.url), { recursive: true })
  writeFileSync(file(values.save), `${JSON.stringify({ node: process.version, rows: all }, null, 2)}\n`)
  console.log(`Saved as ${values.save}.`)
}
if (missed.length > 0) {
  console.log(
    `${missed.length} floor(s) missed${values.check ? " in two runs" : ""}:\n${missed.map((line) => `  ${line}`).join("\n")}`
  )
  // Set, not called: what is printed must arrive.
  if (values.check) process.exitCode = 1
}
