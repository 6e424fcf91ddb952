/**
 * Hashes the sources that decide what the full-stack team writes. Plain Node, without Effect, because the build's
 * configuration runs it as well.
 *
 * `root` is the folder `actors/fullstack`. Its template folders have a digest each; everything beside them (names,
 * criteria, sizing, the agents themselves) has one together, called `shared`, as any template may build on it.
 *
 * @since 0.1.0
 */
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** The name of the digest of what is beside the templates. */
export const shared = "shared"

/** The digest of one folder of templates, or of `shared`; `undefined` if there is none of that name. */
export const digestOf = (root: string, name: string): string | undefined => {
  if (name === shared) return hashOf(root, filesBelow(root, "", ["templates"]))
  const folder = join(root, "templates", name)
  return existsSync(folder) ? hashOf(folder, filesBelow(folder, "", [])) : undefined
}

/** All digests, by name. */
export const digestsOf = (root: string): Record<string, string> =>
  Object.fromEntries(
    [shared, ...readdirSync(join(root, "templates")).sort()].flatMap((name) => {
      const digest = digestOf(root, name)
      return digest === undefined ? [] : [[name, digest]]
    })
  )

const hashOf = (folder: string, paths: ReadonlyArray<string>) => {
  const hash = createHash("sha256")
  for (const path of paths) {
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
const filesBelow = (root: string, below: string, except: ReadonlyArray<string>): ReadonlyArray<string> =>
  readdirSync(join(root, below), { withFileTypes: true })
    .filter((entry) => !except.includes(entry.name))
    .flatMap((entry) => {
      const path = below === "" ? entry.name : `${below}/${entry.name}`
      return entry.isDirectory() ? filesBelow(root, path, []) : [path]
    })
    .sort()
