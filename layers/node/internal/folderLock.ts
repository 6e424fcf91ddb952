/**
 * A lock on a folder that the system itself releases, however its holder ends: an exclusive transaction on an SQLite file.
 *
 * A process id in a file cannot do this. Two who find a dead holder both remove it, a stranger that was given the number
 * blocks for ever, and in another container it means nothing. Who holds the lock is noted beside it, for people only. A
 * lock on a file that was removed keeps out nobody: only its holder removes the file, and who takes a lock looks whether
 * the file is still in its place.
 */
import * as fs from "node:fs"
import { hostname } from "node:os"
import * as path from "node:path"

/** Who works in a folder, as far as that is known. */
export interface Holder {
  readonly pid: number | undefined
  readonly host: string | undefined
}

export type Claim =
  | { readonly _tag: "Claimed"; readonly release: () => void }
  | { readonly _tag: "Held"; readonly by: Holder }

/** The lock, in the folder that it guards. */
export const file = "lock"
/** Says who holds it. */
export const note = "holder.json"

/**
 * Takes the lock of an existing folder, or says who has it. Throws where the system gives no lock.
 *
 * Of one piece, without a wait: to close a file that this process has locked gives the lock back, whoever opened it, so
 * nobody here may have the file open while somebody else takes the lock.
 */
export const claim = async (folder: string): Promise<Claim> => {
  const { default: Database } = await import("better-sqlite3")
  const lockFile = path.join(folder, file)
  if (!fs.existsSync(lockFile)) create(lockFile)
  const identity = identityOf(lockFile)
  if (claimed.has(identity)) return { _tag: "Held", by: { pid: process.pid, host: hostname() } }

  const database = new Database(lockFile, { timeout: 0 })
  try {
    begin(database, lockFile)
  } catch (cause) {
    database.close()
    if (codeOf(cause).startsWith("SQLITE_BUSY")) return { _tag: "Held", by: holderOf(folder) }
    throw cause
  }
  if (!isInPlace(lockFile, identity)) {
    database.close()
    return claim(folder)
  }
  claimed.add(identity)
  const noteFile = path.join(folder, note)
  tryTo(() => fs.writeFileSync(noteFile, `${JSON.stringify({ pid: process.pid, host: hostname() })}\n`))
  const release = () => {
    if (!claimed.delete(identity)) return
    // First the note: after the lock it would be the next holder's.
    tryTo(() => fs.rmSync(noteFile, { force: true }))
    database.close()
  }
  return { _tag: "Claimed", release }
}

const everywhere = Symbol.for("troupe/FolderLock")

/**
 * What this process holds, by the system's name for the file: the system keeps a process from others, not from itself.
 * One set for all copies of this module that a process may have loaded.
 */
const shared = globalThis as { [everywhere]?: Set<string> }
const claimed = shared[everywhere] ?? new Set<string>()
shared[everywhere] = claimed

const create = (lockFile: string) => {
  try {
    fs.writeFileSync(lockFile, "", { flag: "wx" })
  } catch (cause) {
    if (codeOf(cause) !== "EEXIST") throw cause
  }
}

const begin = (database: { readonly exec: (sql: string) => unknown }, lockFile: string) => {
  try {
    database.exec("begin exclusive")
  } catch (cause) {
    if (codeOf(cause) !== "SQLITE_NOTADB") throw cause
    // Something else has written there. Whoever works in the folder would have kept us from reading it.
    fs.truncateSync(lockFile)
    database.exec("begin exclusive")
  }
}

/** The note is for people only: a full disk must neither keep the lock from its holder nor keep it locked after an error. */
const tryTo = (act: () => void) => {
  try {
    act()
  } catch {
    // Who finds the lock held is told so without a name.
  }
}

const identityOf = (lockFile: string): string => {
  const { dev, ino } = fs.statSync(lockFile, { bigint: true })
  return `${dev}:${ino}`
}

/** Its holder may have removed it, with the folder, between the look at it and the lock. */
const isInPlace = (lockFile: string, identity: string): boolean =>
  fs.existsSync(lockFile) && identityOf(lockFile) === identity

const holderOf = (folder: string): Holder => {
  try {
    const { host, pid } = JSON.parse(fs.readFileSync(path.join(folder, note), "utf8"))
    return {
      pid: Number.isInteger(pid) ? pid : undefined,
      host: typeof host === "string" ? host.slice(0, 255) : undefined
    }
  } catch {
    // Not written yet, or gone already.
    return { pid: undefined, host: undefined }
  }
}

const codeOf = (cause: unknown): string => String((cause as { code?: unknown } | null)?.code ?? "")
