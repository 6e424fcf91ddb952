/**
 * `fork`ed by main.ts for one file of bench/: measures its subjects and sends each when it is done.
 *
 * A process for each file, because what ran before decides how well V8 compiles what runs after: in one process the
 * figures of a subject would depend on which others were chosen. `--contender=NAME` measures that one alone, in
 * `--rounds=N` rounds: against.ts asks for it, of this build and of another.
 */
import { parseArgs } from "node:util"
import { measure, type Row, type Subject } from "./Bench.ts"
import { load } from "./Subjects.ts"

/** A subject without what cannot be sent, and what was measured. */
export interface Measured {
  readonly subject: Omit<Subject, "contenders">
  readonly rows: ReadonlyArray<Row>
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { contender: { type: "string" }, rounds: { type: "string" }, "cpu-time": { type: "boolean" } }
})
/** The file, and the titles to measure; all if none is given. */
const [file, ...titles] = positionals
for (const { contenders, ...subject } of await load(file!)) {
  if (titles.length > 0 && !titles.includes(subject.title)) continue
  const chosen = contenders.filter(({ name }) => values.contender === undefined || name === values.contender)
  const rounds = Math.min(subject.rounds, Number(values.rounds ?? subject.rounds))
  // One that this build does not have gives no rows.
  const rows = chosen.length === 0 ? [] : await measure({ ...subject, rounds, contenders: chosen })
  const measured: Measured = { subject, rows }
  process.send!(measured)
}
// Contenders may leave timers; the last message must still arrive.
process.disconnect()
process.exit(0)
