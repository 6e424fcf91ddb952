/**
 * Values as source text, laid out as Prettier does it with `printWidth: 120`: on one line where it fits, else a member a
 * line.
 *
 * Generated files are a fixed point of the formatter whose settings they come with, so that the first commit of whoever
 * takes the project over does not touch every file. Running the formatter itself would take longer than all the rest.
 *
 * This is where text of the user's enters the sources, so everything is quoted here and nowhere else.
 *
 * @since 0.1.0
 */
import { cells } from "../../../src/team/DisplayWidth.ts"

/** Source text that stands as it is: a call, an identifier. */
export class Code {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Literal =
  | string
  | number
  | boolean
  | null
  | Code
  | ReadonlyArray<Literal>
  | ReadonlyMap<string, Literal | undefined>

/** The width that lines keep to where they can. */
export const width = 120

/**
 * The source of `value`, to be put behind `column` characters of a line that is indented by `indent` spaces. `after` more
 * characters must fit behind it. Members of a map that are `undefined` are left out.
 *
 * @category constructors
 */
export const literal = (value: Literal, indent: number, column: number, after = 1): string => {
  if (value instanceof Code) return value.text
  if (value === null || typeof value !== "object") return quote(value)
  const line = inline(value)
  if (!mustBreak(value) && column + columns(line) + after <= width) return line
  const members =
    value instanceof Map
      ? membersOf(value, indent)
      : [...(value as ReadonlyArray<Literal>)].map((member) => literal(member, indent + 2, indent + 2))
  return block(members, indent, value instanceof Map ? "{}" : "[]")
}

/**
 * A list of source texts, on one line where it fits between what is `around` it there: what stands before and after it,
 * the indentation included.
 *
 * @category constructors
 */
export const list = (items: ReadonlyArray<string>, around: string, indent: number): string => {
  const line = `[${items.join(", ")}]`
  const nested = items.length > 1 && items.every((item) => /^\[.*,.*\]$/s.test(item))
  return !nested && columns(around) + columns(line) <= width ? line : block(items, indent, "[]")
}

/**
 * An object of which each member has its own line.
 *
 * @category constructors
 */
export const object = (
  entries: Iterable<readonly [name: string, value: Literal | undefined]>,
  indent: number
): string => block(membersOf(new Map(entries), indent), indent, "{}")

/**
 * An import declaration.
 *
 * @category constructors
 */
export const importOf = (names: ReadonlyArray<string>, from: string): string => {
  const line = `import { ${names.join(", ")} } from ${quote(from)};`
  return names.length === 1 || columns(line) <= width ? line : `import ${block(names, 0, "{}")} from ${quote(from)};`
}

/**
 * What stands behind `start`, the beginning of a member of a type that is indented by `indent` spaces: ` A | B` on the
 * line, on the next, or one a line.
 *
 * @category constructors
 */
export const union = (members: ReadonlyArray<string>, indent: number, start: string): string => {
  const line = members.join(" | ")
  if (members.length === 1 || columns(start) + 2 + columns(line) <= width) return ` ${line}`
  const space = `\n${" ".repeat(indent + 2)}`
  if (indent + 3 + columns(line) <= width) return `${space}${line}`
  return members.map((member) => `${space}| ${member}`).join("")
}

/**
 * The name of a member of an object or interface, in quotes where it has to be.
 *
 * @category combinators
 */
export const memberName = (name: string): string => {
  // In an object literal this one would set the prototype.
  if (name === "__proto__") return `["__proto__"]`
  return identifier.test(name) && !/[\u{10000}-\u{10ffff}]/u.test(name) ? name : quote(name)
}

// As ECMAScript 5 has them, which the formatter keeps to.
const identifier = /^[$_\p{L}\p{Nl}][$_\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}\u200c\u200d]*$/u

/**
 * A value in quotes or as it is. Double quotes, unless the text holds more of them than of the others. The two line
 * separators that editors stumble over are escaped.
 *
 * @category combinators
 */
export const quote = (value: string | number | boolean | null): string => {
  if (typeof value === "number") return scalar(value)
  const double = JSON.stringify(value).replace(/[\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16)}`)
  if (typeof value !== "string" || !value.includes('"') || count(value, '"') <= count(value, "'")) return double
  return `'${double.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}

/**
 * The text of a JSON file.
 *
 * @category constructors
 */
export const jsonFile = (value: unknown): string => `${json(value, 0, 0)}\n`

const json = (value: unknown, indent: number, column: number): string => {
  if (value === null || typeof value !== "object") return scalar(value)
  const inner = indent + 2
  if (!Array.isArray(value)) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => {
        const start = `${JSON.stringify(name)}: `
        return `${start}${json(member, inner, inner + columns(start))}`
      })
    return members.length === 0 ? "{}" : block(members, indent, "{}", "")
  }
  if (value.every((member) => member === null || typeof member !== "object")) {
    const line = `[${value.map(scalar).join(", ")}]`
    if (column + columns(line) + 1 <= width) return line
  }
  return block(
    value.map((member) => json(member, inner, inner)),
    indent,
    "[]",
    ""
  )
}

const membersOf = (map: ReadonlyMap<string, Literal | undefined>, indent: number) =>
  given(map).map(([name, member]) => `${memberName(name)}:${behindName(memberName(name), member, indent + 2)}`)

const scalar = (value: unknown): string =>
  typeof value === "number" ? JSON.stringify(value).replace("e+", "e") : JSON.stringify(value)

const block = (members: ReadonlyArray<string>, indent: number, brackets: "[]" | "{}", last = ","): string => {
  const inner = " ".repeat(indent + 2)
  const lines = members.map((member) => `${inner}${member}`).join(",\n")
  return `${brackets[0]}\n${lines}${last}\n${" ".repeat(indent)}${brackets[1]}`
}

// A text that does not fit behind its name goes to the next line, unless the name is so short that this gains nothing.
const behindName = (name: string, value: Literal, indent: number): string => {
  const column = indent + columns(name) + 2
  const text = literal(value, indent, column)
  const long = typeof value === "string" && name.length > 2 && column + columns(text) + 1 > width
  return long ? `\n${" ".repeat(indent + 2)}${text}` : ` ${text}`
}

// Prettier never puts a matrix, or a list of several objects that have several members each, on one line.
const mustBreak = (value: Literal): boolean => {
  if (value instanceof Map) return given(value).some(([, member]) => mustBreak(member))
  if (!Array.isArray(value)) return false
  const size = (member: Literal) =>
    member instanceof Map ? given(member).length : Array.isArray(member) ? member.length : 0
  const alike = value.every((member) => member instanceof Map) || value.every((member) => Array.isArray(member))
  return (value.length > 1 && alike && value.every((member) => size(member) > 1)) || value.some(mustBreak)
}

const inline = (value: Literal): string => {
  if (value instanceof Code) return value.text
  if (value instanceof Map) {
    const members = given(value).map(([name, member]) => `${memberName(name)}: ${inline(member)}`)
    return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`
  }
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`
  return quote(value as string | number | boolean | null)
}

const given = (members: ReadonlyMap<string, Literal | undefined>): ReadonlyArray<readonly [string, Literal]> =>
  [...members].filter((member): member is [string, Literal] => member[1] !== undefined)

/**
 * The columns that a text takes in an editor: an ideograph or an emoji takes two, a mark that is put on a letter none.
 *
 * @category combinators
 */
export const columns = (text: string): number => {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  const emojis = text.match(emoji)?.length ?? 0
  const signs = [...text.replace(emoji, "")].filter((sign) => !/[\p{Cc}\p{Mn}\p{Me}]/u.test(sign))
  return signs.reduce((sum, sign) => sum + Math.max(1, cells(sign)), 2 * emojis)
}

// biome-ignore lint/complexity/useRegexLiterals: TypeScript takes the flag only in code for later versions of the language
const emoji = new RegExp("\\p{RGI_Emoji}", "gv")

const count = (text: string, sign: string) => text.split(sign).length - 1
