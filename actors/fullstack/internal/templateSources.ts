/**
 * Hashes the template folders. Plain Node, without Effect, because the build's configuration runs it as well.
 *
 * @since 0.1.0
 */
import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** The digest of every folder directly below `root`, by the folder's name. */
export const digestsOf = (root: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort()
      .map((name) => [name, digestOf(join(root, name))])
  )

const digestOf = (folder: string) => {
  const hash = createHash("sha256")
  for (const path of filesBelow(folder, "")) {
    // Each part ends in a zero byte, which no path holds, and contents go in as digests: nothing can shift between them.
    hash.update(
      `${path}\0${createHash("sha256")
        .update(readFileSync(join(folder, path)))
        .digest("hex")}\0`
    )
  }
  return hash.digest("hex")
}

/** Paths with `/` on every system, sorted by code unit and not by locale: the digest is the same everywhere. */
const filesBelow = (root: string, below: string): ReadonlyArray<string> =>
  readdirSync(join(root, below), { withFileTypes: true })
    .flatMap((entry) => {
      const path = below === "" ? entry.name : `${below}/${entry.name}`
      return entry.isDirectory() ? filesBelow(root, path) : [path]
    })
    .sort()
