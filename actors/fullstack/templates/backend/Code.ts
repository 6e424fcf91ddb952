/**
 * Pieces of TypeScript from text that somebody else wrote. Whatever the requirements hold, the result parses, and means
 * that text and nothing more.
 *
 * @since 0.1.0
 */

/** The width that generated code keeps to where it can. */
const WIDTH = 120

/** A string literal. */
export const text = (value: string): string => JSON.stringify(value)

/** A literal of plain data, on one line: `["a", "b"]`. */
export const json = (value: unknown): string =>
  Array.isArray(value) ? `[${value.map(json).join(", ")}]` : JSON.stringify(value)

/** A name as key of an object literal or an interface: quoted unless it is plainly an identifier. */
export const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : text(name))

/** An object literal, on one line where it fits. */
export const object = (entries: ReadonlyArray<readonly [string, string]>, indent: number): string => {
  const space = " ".repeat(indent)
  const line = `${space}{ ${entries.map(([name, value]) => `${name}: ${value}`).join(", ")} }`
  if (line.length < WIDTH) return line
  return `${space}{\n${entries.map(([name, value]) => `${space}  ${name}: ${value},\n`).join("")}${space}}`
}

/** A list with brackets, on one line where it fits after what stands before it. */
export const list = (items: ReadonlyArray<string>, indent: number, before = ""): string => {
  const line = `[${items.join(", ")}]`
  if (indent + before.length + line.length < WIDTH) return line
  const space = " ".repeat(indent)
  return `[\n${items.map((item) => `${space}  ${item},\n`).join("")}${space}]`
}

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
