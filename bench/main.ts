/**
 * `npm run bench -- [SUBJECT…] [--check] [--cpu-time] [--save NAME] [--compare NAME] [--against DIR [--pairs N]]`: measures,
 * prints one table, verifies completion.
 *
 * Subjects are files below bench/ (`actors/ask`, `team`) or folders of them (`actors`); all by default. Each file has a
 * process of its own. `--check` exits with 1 if a floor is missed; since a busy machine can spoil one run, a subject that
 * misses one is measured once more, and each floor counts as met if it was met in either run. `--cpu-time` measures the
 * processor's time instead of the clock's, for a machine that others keep busy. `--save` keeps the ratios in
 * bench/results/NAME.json, `--compare` shows how they moved since. Only ratios are compared: times on another day mean
 * nothing. `--against DIR` measures this build and another in turn instead: see against.ts.
 */
import { fork } from "node:child_process"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { cpus } from "node:os"
import { resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { against } from "./against.ts"
import { judge, type Row, type Verdict } from "./Bench.ts"
import type { Measured } from "./measured.ts"
import { choose } from "./Subjects.ts"

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    save: { type: "string" },
    compare: { type: "string" },
    check: { type: "boolean", default: false },
    "cpu-time": { type: "boolean", default: false },
    against: { type: "string" },
    pairs: { type: "string", default: "11" }
  }
})
const chosen = choose(positionals)

const file = (name: string) => new URL(`./results/${name}.json`, import.meta.url)
const before: ReadonlyArray<Row> =
  values.compare === undefined ? [] : JSON.parse(readFileSync(file(values.compare), "utf8")).rows

/** Measures a file's subjects, or those with these titles, in a process that has this one's options. */
const measureFile = (
  name: string,
  titles: ReadonlyArray<string>,
  onMeasured: (measured: Measured) => void
): Promise<void> =>
  new Promise((resolve, reject) => {
    const options = values["cpu-time"] ? ["--cpu-time"] : []
    fork(fileURLToPath(new URL("./measured.ts", import.meta.url)), [name, ...titles, ...options])
      .on("message", (message) => onMeasured(message as Measured))
      .on("error", reject)
      .on("exit", (code) =>
        code === 0 ? resolve() : reject(new Error(`The bench "${name}" ended with ${code}: see above.`))
      )
  })

const print = ({ subject, rows }: Measured, verdicts: ReadonlyArray<Verdict>) => {
  const unit = subject.unit ?? "ms"
  const each = subject.operations === undefined ? unit : `${unit} each`
  const rounds = subject.rounds === 1 ? "one round" : `median of ${subject.rounds} rounds`
  console.log(`${subject.title}, ${each} (${subject.work}; ${rounds})`)
  for (const row of rows) {
    const digits = row.median < 10 ? 2 : row.median < 1000 ? 1 : 0
    const range = subject.rounds === 1 ? "" : ` (${row.min.toFixed(digits)}–${row.max.toFixed(digits)})`
    const then = before.find((other) => other.subject === row.subject && other.contender === row.contender)
    const notes = [
      ...(row.operations === (subject.operations ?? 1) ? [] : [`of ${row.operations.toLocaleString("en")}`]),
      ...(then === undefined ? [] : [`was ${then.ratio.toFixed(2)}×`]),
      ...verdicts.filter((verdict) => verdict.floor.contender === row.contender).map((verdict) => verdict.text)
    ]
    const ratio = `${row.ratio.toFixed(2)}×`.padStart(9)
    const value = `${row.median.toFixed(digits)}${range}`.padEnd(26)
    console.log(`  ${row.contender.padEnd(50)} ${ratio}   ${value} ${notes.join("; ")}`.trimEnd())
  }
  console.log("")
}

console.log(
  `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown CPU"}`
)
if (values["cpu-time"]) console.log("Times are the processor's, not the clock's.")
if (values.against !== undefined) {
  const pairs = Number(values.pairs)
  if (!Number.isInteger(pairs) || pairs < 3) {
    console.error(`--pairs must be a whole number of 3 or more, found ${values.pairs}.`)
    process.exit(2)
  }
  const fine = await against(chosen, resolve(values.against), { pairs, cpuTime: values["cpu-time"] })
  process.exit(values.check && !fine ? 1 : 0)
}
console.log("Ratio: the contender's median ÷ the first one's, in the same run; above 1 the contender takes more.")
console.log("")
const all: Array<Row> = []
const missed: Array<string> = []
for (const name of chosen) {
  const verdicts = new Map<string, ReadonlyArray<Verdict>>()
  await measureFile(name, [], (measured) => {
    all.push(...measured.rows)
    const found = judge(measured.subject, measured.rows)
    verdicts.set(measured.subject.title, found)
    print(measured, found)
  })
  const again = [...verdicts].filter(([, found]) => found.some(({ met }) => !met)).map(([title]) => title)
  if (values.check && again.length > 0) {
    console.log("Once more, because a floor was missed:")
    await measureFile(name, again, (measured) => {
      const second = judge(measured.subject, measured.rows)
      print(measured, second)
      const first = verdicts.get(measured.subject.title)!
      verdicts.set(
        measured.subject.title,
        first.map((verdict, at) => (verdict.met ? verdict : second[at]!))
      )
    })
  }
  for (const [title, found] of verdicts) {
    for (const { met, floor, text } of found) if (!met) missed.push(`${title}, ${floor.contender}: ${text}`)
  }
}
if (values.save !== undefined) {
  mkdirSync(new URL("./results/", import.meta.url), { recursive: true })
  writeFileSync(file(values.save), `${JSON.stringify({ node: process.version, rows: all }, null, 2)}\n`)
  console.log(`Saved as ${values.save}.`)
}
if (missed.length > 0) {
  const lines = missed.map((line) => `  ${line}`).join("\n")
  console.log(`${missed.length} floor(s) missed${values.check ? " in two runs" : ""}:\n${lines}`)
  // Set, not called: what is printed must arrive.
  if (values.check) process.exitCode = 1
}
