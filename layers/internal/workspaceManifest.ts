/**
 * The notes of an output folder: which files are ours, with the digests we gave them, and who works in it.
 *
 * A journal of lines, appended before each write and written anew, compacted, at the beginning and end of a run. A last
 * line cut short by a kill is ignored: its file had not been written yet.
 */
import { randomUUID } from "node:crypto"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { Effect } from "effect"
import { refusal } from "../../src/team/SafePath.ts"

/** The folder of the notes, in the output folder. */
export const folder = ".troupe"
/** The file that names the process at work. */
export const lock = "lock"
const journal = "manifest.jsonl"

export interface Manifest {
  /** Whether a link stands where the notes are to be: they would be written to wherever it leads. */
  readonly isElsewhere: () => Promise<boolean>
  /** Reads the journal; false if there is none, and so the folder is not ours. */
  readonly load: () => Promise<boolean>
  readonly paths: () => ReadonlyArray<string>
  readonly has: (file: string) => boolean
  /** Whether we have given the file this digest. */
  readonly isOurs: (file: string, sha256: string) => boolean
  readonly record: (file: string, sha256: string) => Promise<void>
  readonly forget: (file: string) => void
  readonly compact: () => Promise<void>
  /** A path for a file that is still being written, on the same disk. */
  readonly temporary: () => string
  /** Takes the folder; gives the process that holds it if that is another one, alive. */
  readonly claim: () => Promise<number | undefined>
  readonly release: Effect.Effect<void>
}

export const make = (root: string): Manifest => {
  const home = path.join(root, folder)
  const journalFile = path.join(home, journal)
  const lockFile = path.join(home, lock)
  // The digests that we gave a file, the last one last. Owned by the layer that made this manifest.
  const files = new Map<string, Array<string>>()
  let claimed = false
  // Lines recorded during an append are written together by the next one.
  let waiting = ""
  let appending: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined

  const append = (line: string): Promise<void> => {
    waiting += line
    next ??= appending
      .catch(() => {
        // A line that a full disk has cut short must not spoil the one after it.
        waiting = `\n${waiting}`
      })
      .then(() => {
        const lines = waiting
        waiting = ""
        next = undefined
        appending = fs.appendFile(journalFile, lines)
        return appending
      })
    return next
  }

  return {
    isElsewhere: async () => {
      for (const place of [home, journalFile, lockFile]) {
        const stat = await fs.lstat(place).catch(() => undefined)
        if (stat?.isSymbolicLink()) return true
      }
      return false
    },
    load: async () => {
      files.clear()
      let text: string
      try {
        text = await fs.readFile(journalFile, "utf8")
      } catch (cause) {
        if ((cause as { code?: unknown }).code === "ENOENT") return false
        throw cause
      }
      for (const line of text.split("\n")) {
        const entry = parse(line)
        if (entry !== undefined) files.set(entry.path, [...(files.get(entry.path) ?? []), entry.sha256])
      }
      return true
    },
    paths: () => [...files.keys()],
    has: (file) => files.has(file),
    isOurs: (file, sha256) => files.get(file)?.includes(sha256) ?? false,
    record: async (file, sha256) => {
      const known = files.get(file) ?? []
      if (known.at(-1) === sha256) return
      files.set(file, [...known, sha256])
      await append(lineOf(file, sha256)).catch((cause) => {
        if (known.length > 0) files.set(file, known)
        else files.delete(file)
        throw cause
      })
    },
    forget: (file) => {
      files.delete(file)
    },
    compact: async () => {
      const half = temporaryIn(home)
      const lines = [...files]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([file, known]) => known.slice(-remembered).map((each) => lineOf(file, each)))
      await fs.writeFile(half, lines.join(""))
      await fs.rename(half, journalFile)
    },
    temporary: () => temporaryIn(home),
    claim: async () => {
      const holder = await taken(lockFile)
      if (holder !== undefined) return holder
      claimed = true
      // Left behind by a run that was killed.
      for (const entry of await fs.readdir(home)) {
        if (entry.endsWith(half)) await fs.rm(path.join(home, entry), { force: true })
      }
      return undefined
    },
    release: Effect.promise(async () => {
      if (!claimed) return
      claimed = false
      // The folder may be gone; then so is the claim.
      await fs.rm(lockFile, { force: true }).catch(() => undefined)
    })
  }
}

/**
 * Makes the file that says who works here; gives the process that was first. Made in one step, or of two runs that begin at
 * once both would find nobody.
 */
const taken = async (lockFile: string): Promise<number | undefined> => {
  for (;;) {
    try {
      await fs.writeFile(lockFile, `${process.pid}\n`, { flag: "wx" })
      return undefined
    } catch (cause) {
      if ((cause as { code?: unknown }).code !== "EEXIST") throw cause
    }
    let holder = await holderOf(lockFile)
    if (Number.isNaN(holder)) {
      // Made a moment ago and not yet written, or left so by a kill.
      await new Promise((resolve) => setTimeout(resolve, 50))
      holder = await holderOf(lockFile)
    }
    if (!Number.isNaN(holder) && holder !== process.pid && isAlive(holder)) return holder
    await fs.rm(lockFile, { force: true })
  }
}

const holderOf = async (lockFile: string) => Number.parseInt(await fs.readFile(lockFile, "utf8").catch(() => ""), 10)

const half = ".half"

/** Digests kept of a file: an older one stands there only if a run was killed, so a few are plenty. */
const remembered = 4

const temporaryIn = (home: string) => path.join(home, `${randomUUID()}${half}`)

const lineOf = (file: string, sha256: string) => `${JSON.stringify({ path: file, sha256 })}\n`

const parse = (line: string): { readonly path: string; readonly sha256: string } | undefined => {
  if (line === "") return undefined
  try {
    const entry = JSON.parse(line)
    const whole = typeof entry?.path === "string" && typeof entry?.sha256 === "string"
    // The journal lies in a folder that anybody may have handed over: it may not name what we could not have written.
    return whole && refusal(entry.path) === undefined ? entry : undefined
  } catch {
    return undefined
  }
}

/** Signal 0 asks only whether the process is there; EPERM says that it is, and somebody else's. */
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return (cause as { code?: unknown }).code === "EPERM"
  }
}
