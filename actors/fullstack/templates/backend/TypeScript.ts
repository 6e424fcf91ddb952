/**
 * Pieces of TypeScript from text that somebody else wrote. Whatever the requirements hold, the result parses, and means
 * that text and nothing more.
 *
 * @since 0.1.0
 */

import * as Layout from "../../internal/Layout.ts"

/** A string literal. */
export const text = (value: string): string => Layout.quote(value)

/** A literal of plain data, on one line: `["a", "b"]`. */
export const json = (value: string | number | boolean | null | ReadonlyArray<string>): string =>
  Array.isArray(value)
    ? `[${value.map(text).join(", ")}]`
    : Layout.quote(value as Exclude<typeof value, ReadonlyArray<string>>)

/** A name as key of an object literal or an interface: quoted unless it is plainly an identifier. */
export const key = Layout.memberName

/** An object literal, on one line where it fits between what is `around` it on that line. */
export const object = (entries: ReadonlyArray<readonly [string, string]>, around: string): string => {
  if (entries.length === 0) return "{}"
  const members = entries.map(([name, value]) => `${name}: ${value}`)
  const line = `{ ${members.join(", ")} }`
  const width = Layout.columns(around) + Layout.columns(line)
  return width <= Layout.width ? line : `{\n${members.map((one) => `  ${one},\n`).join("")}}`
}

/** A list with brackets, on one line where it fits between what is `around` it on that line, the indentation included. */
export const list = (items: ReadonlyArray<string>, around: string, indent = 0): string =>
  Layout.list(items, around, indent)

/** A documentation comment. Text that would end it, or begin a line of code, cannot. */
export const docComment = (about: string, indent = 0): string => {
  const space = " ".repeat(indent)
  const lines = about
    .trim()
    .replaceAll("*/", "*\\/")
    .split(/[\r\n\u2028\u2029]+/)
  return lines.length === 1
    ? `${space}/** ${lines[0]} */`
    : `${space}/**\n${lines.map((line) => `${space} * ${line.trim()}\n`).join("")}${space} */`
}

/** A template literal, for text of many lines. */
export const template = (value: string): string =>
  `\`${value.replaceAll("\\", "\\\\").replaceAll("`", "\\`").replaceAll("${", "\\${")}\``
