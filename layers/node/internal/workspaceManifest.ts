/**
 * The notes of an output folder: whose it is, which files are ours, with the digests we gave them, and who works in it.
 *
 * A journal of lines, appended before each write and written anew, compacted, at the beginning and end of a run. A last
 * line cut short by a kill is ignored: its file had not been written yet.
 */
import { randomUUID } from "node:crypto"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { refusal } from "../../../src/team/SafePath.ts"
import * as FolderLock from "./folderLock.ts"

/** The folder of the notes, in the output folder. */
export const folder = ".troupe"
const journal = "manifest.jsonl"

export interface Manifest {
  /** Whether a link stands where the notes are to be: they would be written to wherever it leads. */
  readonly isElsewhere: () => Promise<boolean>
  /** Whether there are notes; if not, the folder is not ours. */
  readonly exists: () => Promise<boolean>
  /** Reads the journal, if there is one. */
  readonly load: () => Promise<void>
  /** The team whose folder it is, as far as the journal tells. */
  readonly team: () => string | undefined
  /** Whose folder it is from now on; written with the next `compact`. */
  readonly hand: (team: string) => void
  readonly paths: () => ReadonlyArray<string>
  readonly has: (file: string) => boolean
  /** Whether we have given the file this digest. */
  readonly isOurs: (file: string, sha256: string) => boolean
  readonly record: (file: string, sha256: string) => Promise<void>
  readonly forget: (file: string) => void
  readonly compact: () => Promise<void>
  /** A path for a file that is still being written, on the same disk. */
  readonly temporary: () => string
  /** Takes the folder, which must exist by then, or says who works in it. */
  readonly claim: () => Promise<FolderLock.Claim>
}

export const make = (root: string): Manifest => {
  const home = path.join(root, folder)
  const journalFile = path.join(home, journal)
  const watched = [home, journalFile, path.join(home, FolderLock.file), path.join(home, FolderLock.note)]
  // The digests that we gave a file, the last one last. Owned by the layer that made this manifest.
  const files = new Map<string, Array<string>>()
  let team: string | undefined
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
      for (const place of watched) {
        const stat = await fs.lstat(place).catch(() => undefined)
        if (stat?.isSymbolicLink()) return true
      }
      return false
    },
    exists: async () => (await fs.stat(journalFile).catch(ignoreMissing)) !== undefined,
    load: async () => {
      files.clear()
      team = undefined
      const text = await fs.readFile(journalFile, "utf8").catch(ignoreMissing)
      for (const line of (text ?? "").split("\n")) {
        const entry = parse(line)
        if (entry === undefined) continue
        if ("team" in entry) team = entry.team
        else files.set(entry.path, [...(files.get(entry.path) ?? []), entry.sha256])
      }
    },
    team: () => team,
    hand: (to) => {
      team = to
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
      if (team !== undefined) lines.unshift(`${JSON.stringify({ team })}\n`)
      await fs.writeFile(half, lines.join(""))
      await fs.rename(half, journalFile)
    },
    temporary: () => temporaryIn(home),
    claim: async () => {
      const claim = await FolderLock.claim(home)
      if (claim._tag === "Held") return claim
      try {
        // Left behind by a run that was killed.
        for (const entry of await fs.readdir(home)) {
          if (entry.endsWith(half)) await fs.rm(path.join(home, entry), { force: true })
        }
      } catch (cause) {
        claim.release()
        throw cause
      }
      return claim
    }
  }
}

const half = ".half"

/** Digests kept of a file: an older one stands there only if a run was killed, so a few are plenty. */
const remembered = 4

const temporaryIn = (home: string) => path.join(home, `${randomUUID()}${half}`)

const lineOf = (file: string, sha256: string) => `${JSON.stringify({ path: file, sha256 })}\n`

type Line = { readonly team: string } | { readonly path: string; readonly sha256: string }

const parse = (line: string): Line | undefined => {
  if (line === "") return undefined
  try {
    const entry = JSON.parse(line)
    if (typeof entry?.team === "string") return { team: entry.team }
    const whole = typeof entry?.path === "string" && typeof entry?.sha256 === "string"
    // The journal lies in a folder that anybody may have handed over: it may not name what we could not have written.
    return whole && refusal(entry.path) === undefined ? entry : undefined
  } catch {
    return undefined
  }
}

const ignoreMissing = (cause: unknown): undefined => {
  if ((cause as { code?: unknown }).code !== "ENOENT") throw cause
}
