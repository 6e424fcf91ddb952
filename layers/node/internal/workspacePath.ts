/** Whether a path stays below an output folder on disk: by its text, and by where links in it lead. */
import * as fs from "node:fs/promises"
import * as path from "node:path"

import { refusal } from "../../../src/team/SafePath.ts"

export { refusal as refusalOf } from "../../../src/team/SafePath.ts"

/**
 * Why a path that looks fine leads out of the folder, or `undefined`. Only what stands there already can be a link; the
 * rest is made by us.
 */
export const insideOf = async (root: string, file: string): Promise<string | undefined> => {
  const parts = file.split("/")
  for (let count = 1; count <= parts.length; count++) {
    const folder = path.join(root, ...parts.slice(0, count))
    const stat = await fs.lstat(folder).catch(() => undefined)
    if (stat === undefined) return undefined
    if (!stat.isSymbolicLink()) continue
    const home = await fs.realpath(root).catch(() => root)
    const leads = await fs.realpath(folder).catch(() => undefined)
    const link = parts.slice(0, count).join("/")
    if (leads === undefined || (leads !== home && !leads.startsWith(home + path.sep))) {
      return `${link} is a symbolic link that leads out of the output folder`
    }
    const below = path
      .relative(home, path.join(leads, ...parts.slice(count)))
      .split(path.sep)
      .join("/")
    const refused = refusal(below)
    if (refused !== undefined) return `${link} is a symbolic link, and ${refused}`
  }
  return undefined
}
