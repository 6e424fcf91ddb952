/**
 * Reads what npm and its tools print: why an install failed, and which lines are worth keeping.
 *
 * The line it draws: what npm could not fetch or store says nothing about the project, so it is "not verified"; what npm
 * fetched and found wrong (a lock file that does not fit, a digest that differs, a version that was never published) is
 * a fault of the project, so it failed.
 *
 * @since 0.1.0
 */
import { stripVTControlCharacters } from "node:util"
import type { Result } from "../../../../src/background/Subprocess.ts"

/**
 * Why npm could not do its work here, if the surroundings are to blame; `undefined` if the project is.
 *
 * @category combinators
 */
export const hindrance = (result: Pick<Result, "stdout" | "stderr" | "signal">): string | undefined => {
  if (result.signal !== undefined) return `npm was ended by ${result.signal}`
  const code = /^npm (?:error|ERR!) code (\S+)/m.exec(result.stderr)?.[1]
  if (code === undefined) return undefined
  if (network.has(code) || /^E(401|403|407|408|429|5\d\d)$/.test(code) || /CERT|SSL|TLS/.test(code)) {
    return `the npm registry could not be reached (${code})`
  }
  return machine.has(code) ? `this machine refused npm (${code})` : undefined
}

const network = new Set([
  "EAI_AGAIN",
  "EAI_FAIL",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETUNREACH",
  "ENOTCACHED",
  "ENOTFOUND",
  "EPIPE",
  "EPROTO",
  "ERR_SOCKET_TIMEOUT",
  "ETIMEDOUT",
  "FETCH_ERROR"
])

const machine = new Set(["EACCES", "EDQUOT", "EMFILE", "ENFILE", "ENOMEM", "ENOSPC", "EPERM", "EROFS"])

/**
 * The last lines of a command's output, made equal for equal outcomes: no colours, no durations, no path of this machine.
 * At most 20 lines and 3,000 characters.
 *
 * @category combinators
 */
export const lastLines = (result: Pick<Result, "stdout" | "stderr">, root: string): string => {
  const lines = stripVTControlCharacters(`${result.stdout}\n${result.stderr}`)
    .split("\n")
    .map((line) => withoutChance(line, root).trimEnd())
    .filter((line) => line !== "" && !noise.test(line))
  return lines.slice(-20).join("\n").slice(-3_000)
}

// Stack frames and npm's own remarks: the line that says what is wrong stands before them.
const noise = /^\s+at |^npm (notice|warn)|A complete log of this run|debug-\d\.log|^> |^Node\.js v/

const withoutChance = (line: string, root: string) =>
  line
    .replaceAll(`${root}/`, "")
    .replaceAll(root, ".")
    .replace(/\S*\/troupe-quality-\w+/g, "…")
    .replace(/\b\d+(\.\d+)? ?(ms|s)\b/g, "…")
    .replace(/\b\d\d:\d\d:\d\d\b/g, "…")
