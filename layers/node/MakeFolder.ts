/**
 * Makes a folder and those above it. Not by Node's `recursive`: where a system takes no folder, as below `/proc`, it answers
 * ENOENT although the folder above exists, and Node tries for ever (seen with 20.20).
 */
import * as fs from "node:fs"
import * as path from "node:path"

/** Gives those that were not there, the outermost first. Throws the system's error where that cannot be. */
export const makeFolder = (folder: string): ReadonlyArray<string> => {
  const missing: Array<string> = []
  for (let at = path.resolve(folder); !fs.existsSync(at); at = path.dirname(at)) missing.push(at)
  missing.reverse()
  for (const each of missing) makeOne(each)
  // A file may stand where the folder is to be.
  if (!fs.statSync(folder).isDirectory()) fs.mkdirSync(folder)
  return missing
}

const makeOne = (folder: string) => {
  try {
    fs.mkdirSync(folder)
  } catch (cause) {
    // Somebody else may have made it meanwhile.
    if ((cause as { readonly code?: unknown }).code !== "EEXIST") throw cause
  }
}
