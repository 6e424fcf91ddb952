/**
 * Where the program writes: results on stdout, everything for people on stderr.
 *
 * On a terminal it also keeps a frame of lines at the bottom that is painted anew in place. It is the only owner of that
 * region, so a line said while the frame stands appears above it and neither destroys the other. The cursor that the
 * frame hides comes back on every exit, an immediate one included.
 *
 * @since 0.1.0
 */
import { Context } from "effect"
import type { Redact } from "../src/secrets/Redaction.ts"
import { wrap } from "../src/team/DisplayWidth.ts"

/**
 * The terminal. Its methods are plain functions: writing to a stream's buffer neither waits nor fails.
 *
 * @category services
 */
export class Terminal extends Context.Tag("troupe/cli/Terminal")<
  Terminal,
  {
    /** Whether stderr is a terminal that can move its cursor: a frame is of use. */
    readonly live: boolean
    /** Whether colours may be used on stderr: a live terminal, and NO_COLOR is not set. */
    readonly color: boolean
    /** Columns of stderr now; `80` where there is no terminal. */
    readonly width: () => number
    /** Lines that a frame may have at most. */
    readonly height: () => number
    /** The same for stdout, where results go. */
    readonly resultColor: boolean
    readonly resultWidth: () => number
    /** Writes to stdout, as it is. */
    readonly result: (text: string) => void
    /** Writes lines to stderr, above the frame if one stands. */
    readonly say: (text: string) => void
    /** Writes a message to stderr: what is longer than a terminal's line goes on in the next, whole words only. */
    readonly tell: (message: string) => void
    /** Paints the frame anew; no lines take it away and show the cursor again. Does nothing where `live` is false. */
    readonly frame: (lines: ReadonlyArray<string>) => void
  }
>() {}

/** What is used of a stream. `NodeJS.WriteStream` is one. */
export interface Sink {
  readonly write: (text: string) => unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly rows?: number | undefined
}

/**
 * A terminal on two streams. `environment`: `NO_COLOR` (not empty) turns colours off, `TERM=dumb` and `CI` the frame too.
 * `redact` sees every text before it is written.
 *
 * @category constructors
 */
export const make = (
  stdout: Sink,
  stderr: Sink,
  environment: Readonly<Record<string, string | undefined>>,
  redact: Redact = (text) => text
): Context.Tag.Service<Terminal> => {
  const live = stderr.isTTY === true && environment.TERM !== "dumb" && (environment.CI ?? "") === ""
  const color = live && (environment.NO_COLOR ?? "") === ""
  const resultColor = stdout.isTTY === true && environment.TERM !== "dumb" && (environment.NO_COLOR ?? "") === ""
  // Owned by this object: what stands at the bottom of the screen now.
  let shown: ReadonlyArray<string> = []

  const columnsOf = (sink: Sink) => (sink.columns === undefined || sink.columns < 1 ? 80 : sink.columns)
  const width = () => columnsOf(stderr)

  /** Back to where the frame begins. A window made narrower since has wrapped its lines, hence counted with today's width. */
  const rewind = () => {
    const rows = shown.reduce((sum, line) => sum + Math.max(1, Math.ceil(visibleLength(line) / width())), 0)
    // Row by row: to erase a screen from its first row on is to clear it, and terminals keep what was cleared in their
    // scrollback, ten times a second.
    return rows === 0 ? "" : `\r${up(rows)}${"\u001b[2K\n".repeat(rows)}${up(rows)}`
  }

  const paint = () => shown.map((line) => `${line}\n`).join("")

  const say = (text: string) => {
    const told = redact(text)
    const lines = told.endsWith("\n") ? told : `${told}\n`
    stderr.write(shown.length === 0 ? lines : `${rewind()}${lines}${paint()}`)
  }

  return {
    live,
    color,
    width,
    // One row is the cursor's, below the frame. One stays free above: what begins in the first row may be scrolled out,
    // where nothing can be painted over.
    height: () => Math.max(3, (stderr.rows === undefined || stderr.rows < 1 ? 24 : stderr.rows) - 2),
    resultColor,
    resultWidth: () => columnsOf(stdout),
    result: (text) => void stdout.write(redact(text)),
    say,
    tell: (message) => {
      // Before it is split: a secret that a line's end cuts in two is not found.
      const lines = redact(message).split("\n")
      say((stderr.isTTY === true ? lines.flatMap((line) => wrap(line, width())) : lines).join("\n"))
    },
    frame: (given) => {
      const lines = given.map(redact)
      if (!live || (lines.length === shown.length && lines.every((line, at) => line === shown[at]))) return
      const back = rewind()
      const cursor = lines.length === 0 ? "\u001b[?25h" : shown.length === 0 ? "\u001b[?25l" : ""
      shown = lines
      stderr.write(`${back}${cursor}${paint()}`)
    }
  }
}

const up = (rows: number) => `\u001b[${rows}A`

/** Characters on screen: what is left without colour sequences. Wide characters are cut by the renderer beforehand. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: a colour sequence begins with ESC
const visibleLength = (line: string): number => line.replace(/\u001b\[[0-9;]*m/g, "").length
