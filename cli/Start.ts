/**
 * How what was made is started: the commands that lead from the output folder to the application.
 *
 * Read from the folders that the run wrote, and from the scripts that stand in their package.json: a team of the user's
 * own may have written something else, or nothing that can be started.
 *
 * @since 0.1.0
 */
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import type { Report } from "../src/team/Report.ts"
import * as ShellWords from "./ShellWords.ts"

/** @category models */
export interface Start {
  /** For a shell each, in this order; each keeps its shell. Empty where nothing can be started. */
  readonly commands: ReadonlyArray<string>
  /** Where the pages are then, if that is known. */
  readonly open: string | undefined
}

/**
 * `root` is the output folder, `shown` the same as a person would write it.
 *
 * @category constructors
 */
export const of = (report: Report, root: string, shown: string): Start => {
  if (report.status === "failed" || report.status === "cancelled") return { commands: [], open: undefined }
  const written = new Set(report.agents.flatMap((agent) => agent.files))
  const steps = (folder: string, wanted: ReadonlyArray<readonly [script: string, command: string]>) => {
    if (!written.has(`${folder}/package.json`)) return undefined
    const scripts = scriptsOf(join(root, folder, "package.json"))
    // The last one is what starts it; the others are only taken where they exist.
    if (scripts[wanted.at(-1)![0]] === undefined) return undefined
    const install = isInstalled(join(root, folder))
      ? []
      : [written.has(`${folder}/package-lock.json`) ? "npm ci" : "npm install"]
    const runs = wanted.filter(([script]) => scripts[script] !== undefined).map(([, command]) => command)
    const command = [`cd ${ShellWords.quote(join(shown, folder))}`, ...install, ...runs].join(" && ")
    return { command, scripts }
  }
  const backend = steps("backend", [
    ["build", "npm run build"],
    ["start", "npm start"]
  ])
  const frontend = steps("frontend", [["dev", "npm run dev"]])
  return {
    commands: [backend, frontend].flatMap((one) => (one === undefined ? [] : [one.command])),
    // Vite's own port, as long as the script names no other.
    open:
      frontend !== undefined && /^vite( dev)?$/.test(frontend.scripts.dev ?? "") ? "http://localhost:5173" : undefined
  }
}

/**
 * Whether npm has finished an install of what the lock file says. npm writes its own copy of the lock last, so one that was
 * interrupted has left none, whatever else stands there; a lock file written since has to be installed anew.
 */
const isInstalled = (folder: string): boolean => {
  const installed = statSync(join(folder, "node_modules", ".package-lock.json"), { throwIfNoEntry: false })
  const lock = statSync(join(folder, "package-lock.json"), { throwIfNoEntry: false })
  return installed !== undefined && (lock === undefined || lock.mtimeMs <= installed.mtimeMs)
}

const scriptsOf = (file: string): Readonly<Record<string, string | undefined>> => {
  try {
    const { scripts } = JSON.parse(readFileSync(file, "utf8")) as { readonly scripts?: unknown }
    return typeof scripts === "object" && scripts !== null ? (scripts as Record<string, string>) : {}
  } catch {
    // Not there any more, or no JSON: then there is nothing to say about it.
    return {}
  }
}
