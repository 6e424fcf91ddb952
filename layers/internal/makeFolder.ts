/**
 * Makes a folder and those above it. Not by Node's `recursive`: where a system takes no folder, as below `/proc`, it answers
 * ENOENT although the folder above exists, and Node tries for ever (seen with 20.20).
 */
import * as fs from "node:fs"
import * as path from "node:path"

/** Throws the system's error where that cannot be. */
export const makeFolder = (folder: string): void => {
  const missing: Array<string> = []
  for (let at = path.resolve(folder); !fs.existsSync(at); at = path.dirname(at)) missing.push(at)
  for (const each of missing.reverse()) makeOne(each)
  // A file may stand where the folder is to be.
  if (!fs.statSync(folder).isDirectory()) fs.mkdirSync(folder)
}

const makeOne = (folder: string) => {
  try {
    fs.mkdirSync(folder)
  } catch (cause) {
    // Somebody else may have made it meanwhile.
    if ((cause as { readonly code?: unknown }).code !== "EEXIST") throw cause
  }
}
