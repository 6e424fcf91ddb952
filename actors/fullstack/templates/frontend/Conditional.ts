/**
 * Texts of which some lines belong to a feature.
 *
 * The generated sources must not carry code for features that nobody asked for, and the templates should still read as
 * the file they become. So a template marks lines, in a line of its own each: `//? if search`, `//? else`, `//? end`.
 * Blocks may stand inside each other; a condition may be `not dashboard`, and several are joined by `or`.
 *
 * @since 0.1.0
 */

/** What a line may depend on. */
export type Condition = "search" | "csv-export" | "audit-log" | "user-authentication" | "dashboard"

/**
 * The text with the lines that `holds` asks for, without the marks. A mark that nobody closes, or a condition that
 * nobody knows, is a mistake in our own template: it throws.
 *
 * @category combinators
 */
export const select = (text: string, holds: ReadonlySet<Condition>): string => {
  const kept: Array<string> = []
  const open: Array<boolean> = []
  for (const line of text.split("\n")) {
    const mark = /^\s*\/\/\? (?:(if) (.+)|(else)|(end))$/.exec(line)
    if (mark === null) {
      if (open.every(Boolean)) kept.push(line)
    } else if (mark[1] !== undefined) {
      open.push(mark[2]!.split(" or ").some((wanted) => isTrue(wanted, holds)))
    } else {
      const last = open.pop()
      if (last === undefined) throw new Error(`The template has "${line.trim()}" without an "if".`)
      if (mark[3] !== undefined) open.push(!last)
    }
  }
  if (open.length > 0) throw new Error(`The template leaves ${open.length} "if" open.`)
  return kept.join("\n")
}

const conditions: ReadonlySet<string> = new Set<Condition>([
  "search",
  "csv-export",
  "audit-log",
  "user-authentication",
  "dashboard"
])

const isTrue = (wanted: string, holds: ReadonlySet<Condition>): boolean => {
  const name = wanted.replace(/^not /, "")
  if (!conditions.has(name)) throw new Error(`The template asks for "${name}", which is no condition.`)
  return holds.has(name as Condition) === (name === wanted)
}
