/**
 * Finds the team that `--team` names: one that ships with Troupe, or the one that a module exports.
 *
 * A path begins with `.` or `/`, or ends like a module's; anything else is a name. What is wrong with a module is for
 * the user to fix, so it is an `InputError`, whether the file is missing, throws as it is loaded, or exports no team.
 *
 * @since 0.1.0
 */
import { createHash } from "node:crypto"
import { readFileSync, statSync } from "node:fs"
import { register } from "node:module"
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { Effect } from "effect"
import { InputError } from "../src/team/InputError.ts"
import { nearest } from "../src/team/NearestName.ts"
import * as Team from "../src/team/Team.ts"

/** The teams that ship, by name. */
const shipped: Readonly<Record<string, () => Promise<Team.Any>>> = {
  fullstack: async () => (await import("../actors/fullstack/FullstackTeam.ts")).FullstackTeam
}

/** @category constructors */
export const load = (written: string | undefined): Effect.Effect<Team.Any, InputError> => {
  const name = written ?? "fullstack"
  if (Object.hasOwn(shipped, name)) return Effect.promise(shipped[name]!)
  if (/^[./]|[\\/]|\.[cm]?[jt]s$/.test(name)) return fromModule(name)
  const near = nearest(name, Object.keys(shipped))
  return refused(name, {
    found: JSON.stringify(name),
    expected: `a team that ships (${Object.keys(shipped).join(", ")}) or the path of a module, such as ./team.js`,
    fix: near === undefined ? undefined : `Did you mean ${near}?`
  })
}

const fromModule = Effect.fnUntraced(function* (path: string) {
  const file = resolve(path)
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
    return yield* refused(path, { found: "no such file", expected: "an ES module that exports a team" })
  }
  const loaded: Readonly<Record<string, unknown>> = yield* Effect.tryPromise({
    try: () => {
      register(lendOwnPackages, import.meta.url)
      return import(pathToFileURL(file).href)
    },
    catch: (error) =>
      refused(path, {
        found: `a module that fails to load: ${inOneLine(error)}`,
        expected: "an ES module that exports a team",
        fix: fixOf(error)
      })
  })
  const team = [loaded.default, loaded.team].find(Team.isTeam)
  if (team !== undefined) return keyedBy(file, team)
  const names = Object.keys(loaded)
  return yield* refused(path, {
    found: names.length === 0 ? "no export" : `only the exports ${names.slice(0, 10).join(", ")}`,
    expected: 'a team as the default export or as "team"',
    fix: "Write: export default Team.make(...)."
  })
})

/**
 * The module's own text becomes part of the keys of its agents, because its author edits `run` and expects to see the
 * difference. What it imports does not: whoever changes that raises the agent's `version`.
 */
const keyedBy = (file: string, team: Team.Any): Team.Any => {
  const module = createHash("sha256").update(readFileSync(file)).digest("hex")
  const agents = team.agents.map((agent) => ({
    ...agent,
    fingerprint: Effect.map(agent.fingerprint, (fingerprint) => ({ ...fingerprint, module }))
  }))
  return { ...team, agents }
}

/**
 * A module beside the user's requirements finds `troupe` and `effect` where it is installed; where it is not, it gets
 * this program's own. Either way there is one Effect.
 */
const lendOwnPackages = `data:text/javascript,${encodeURIComponent(`
  export const resolve = async (specifier, context, next) => {
    try {
      return await next(specifier, context)
    } catch (error) {
      if (error?.code !== "ERR_MODULE_NOT_FOUND" || !/^(troupe|effect|@effect\\/[^/]+)(\\/|$)/.test(specifier)) throw error
      return next(specifier, { ...context, parentURL: ${JSON.stringify(import.meta.url)} })
    }
  }
`)}`

const refused = (
  source: string,
  issue: { readonly found: string; readonly expected: string; readonly fix?: string | undefined }
) => new InputError({ source, issues: [{ path: "", ...issue }] })

const inOneLine = (error: unknown) =>
  (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).split("\n")[0]

const fixOf = (error: unknown): string | undefined => {
  const code = (error as { readonly code?: unknown } | null)?.code
  if (code === "ERR_UNKNOWN_FILE_EXTENSION") return "Compile it to JavaScript first."
  if (code === "ERR_MODULE_NOT_FOUND") return "Install what it imports, next to the module."
  return undefined
}
