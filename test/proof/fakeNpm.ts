/**
 * A program called `npm` to stand first on the PATH, so that a run needs no registry and takes a second. It notes each
 * of its invocations in a file, which is how a test counts from outside, and can be told to hang in one of them.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { delimiter, join } from "node:path"

export interface Invocation {
  readonly pid: number
  /** The last part of the folder it ran in: `backend`, `frontend`, or empty. */
  readonly folder: string
  /** Such as `run build`; options are left out. */
  readonly words: string
}

export interface FakeNpm {
  /** A PATH that finds it, and everything else as before. */
  readonly path: string
  /** What it was asked so far. */
  readonly invocations: () => ReadonlyArray<Invocation>
  /** From now on invocations that begin with these words hang, and so does a child of theirs. */
  readonly hangAt: (words: string) => void
  readonly goOn: () => void
}

const answers = new URL("fakeNpm.mjs", import.meta.url).pathname

const script = `#!/bin/sh
here=$(dirname "$0")
# Before it is noted: who sees the note knows that the work has begun.
case "$1" in ci) rm -rf node_modules; mkdir node_modules ;; esac
hang=$(cat "$here/hang" 2>/dev/null)
case "$hang" in ?*) case "$*" in "$hang"*) sleep 600 & ;; esac ;; esac
printf '%s\\t%s\\t%s\\n' "$$" "$PWD" "$*" >> "$here/invocations"
wait
case "$1" in
  --version) echo 11.0.0 ;;
  test | start) exec node "${answers}" "$@" ;;
esac
`

/** Puts it into a new folder. */
export const make = (folder: string): FakeNpm => {
  mkdirSync(folder, { recursive: true })
  const at = (name: string) => join(folder, name)
  writeFileSync(at("npm"), script)
  chmodSync(at("npm"), 0o755)
  return {
    path: `${folder}${delimiter}${process.env.PATH}`,
    invocations: () =>
      existsSync(at("invocations"))
        ? readFileSync(at("invocations"), "utf8")
            .trimEnd()
            .split("\n")
            .map((line) => {
              const [pid, cwd, args] = line.split("\t") as [string, string, string] // as the script writes them
              const folder = cwd.split("/").at(-1)!
              return { pid: Number(pid), folder, words: args.replace(/ -.*/, "") }
            })
        : [],
    hangAt: (words) => writeFileSync(at("hang"), words),
    goOn: () => rmSync(at("hang"), { force: true })
  }
}
