/**
 * `fork`ed by main.ts for one file of bench/: measures its subjects and sends each when it is done.
 *
 * A process for each file, because what ran before decides how well V8 compiles what runs after: in one process the
 * figures of a subject would depend on which others were chosen.
 */
import { measure, type Row, type Subject } from "./Bench.ts"
import { load } from "./Subjects.ts"

/** A subject without what cannot be sent, and what was measured. */
export interface Measured {
  readonly subject: Omit<Subject, "contenders">
  readonly rows: ReadonlyArray<Row>
}

/** The file, and the titles to measure; all if none is given. */
const [file, ...titles] = process.argv.slice(2).filter((argument) => !argument.startsWith("--"))
for (const { contenders, ...subject } of await load(file!)) {
  if (titles.length > 0 && !titles.includes(subject.title)) continue
  const measured: Measured = { subject, rows: await measure({ ...subject, contenders }) }
  process.send!(measured)
}
// Contenders may leave timers; the last message must still arrive.
process.disconnect()
process.exit(0)
