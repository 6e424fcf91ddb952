/**
 * The program's two streams, and whether what was meant for stdout arrived.
 *
 * A file takes what it has room for: Node's stream drops the rest of such a write without a word, so files are written to
 * here, until all is out or the system refuses. A reader that goes away (`| head`) is no failure, and nothing that
 * happens to stderr is: progress that nobody can see must not end a run.
 *
 * Loads nothing of Effect: `--help` is written by it, too.
 *
 * @since 0.1.0
 */
import { fstatSync, writeSync } from "node:fs"
import type { Sink } from "./Terminal.ts"

/** @category models */
export interface Output {
  readonly stdout: Sink
  readonly stderr: Sink
  /** Why something written to stdout is lost, in words; `undefined` while nothing is. */
  readonly lost: () => string | undefined
  /** Calls back once both streams have handed over all they have. */
  readonly whenFlushed: (done: () => void) => void
}

type Stream = NodeJS.WriteStream & { readonly fd: number }

/**
 * Takes the streams over: from here on their errors end nobody.
 *
 * @category constructors
 */
export const make = (stdout: Stream, stderr: NodeJS.WriteStream): Output => {
  let lost: string | undefined
  const lose = (error: unknown) => {
    const code = String((error as { readonly code?: unknown } | null)?.code ?? "")
    if (code !== "EPIPE" && code !== "EIO") lost ??= problems[code] ?? (code === "" ? String(error) : code)
  }
  stdout.on("error", lose)
  stderr.on("error", () => {})
  const toFile = isFile(stdout)
  return {
    // `columns` and `rows` change with the window.
    stdout: Object.create(stdout, {
      write: { value: (text: string) => (toFile ? writeWhole(stdout.fd, text, lose) : stdout.write(text)) }
    }) as Sink,
    stderr,
    lost: () => lost,
    whenFlushed: (done) => void stdout.write("", () => stderr.write("", () => done()))
  }
}

const writeWhole = (fd: number, text: string, lose: (error: unknown) => void) => {
  const bytes = Buffer.from(text)
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
  } catch (error) {
    lose(error)
  }
}

/** A file or a device such as `/dev/full`. Terminals, pipes and sockets are Node's to wait for. */
const isFile = (stream: Stream): boolean => {
  try {
    const stat = fstatSync(stream.fd)
    return stat.isFile() || (stat.isCharacterDevice() && !stream.isTTY)
  } catch {
    // Closed from the beginning: Node has put /dev/null there or fails by itself.
    return false
  }
}

const problems: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file would be larger than allowed"
}
