/**
 * Values as TypeScript source, laid out as a person would: on one line where it fits, else a member a line.
 *
 * This is where text of the user's enters the sources, so everything is quoted here and nowhere else.
 *
 * @since 0.1.0
 */

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

const width = 120

/**
 * The source of `value`, to be put behind `column` characters of a line that is indented by `indent` spaces. Members of
 * a map that are `undefined` are left out.
 *
 * @category constructors
 */
export const literal = (value: Literal, indent: number, column: number): string => {
  if (value instanceof Code) return value.text
  if (value === null || typeof value !== "object") return quote(value)
  const line = inline(value)
  if (column + line.length < width) return line
  const inner = " ".repeat(indent + 2)
  const members =
    value instanceof Map
      ? given(value).map(([name, member]) => {
          const start = `${memberName(name)}: `
          return `${start}${literal(member, indent + 2, indent + 2 + start.length)}`
        })
      : [...(value as ReadonlyArray<Literal>)].map((member) => literal(member, indent + 2, indent + 2))
  const [before, after] = value instanceof Map ? ["{", "}"] : ["[", "]"]
  return `${before}\n${members.map((member) => `${inner}${member}`).join(",\n")}\n${" ".repeat(indent)}${after}`
}

/**
 * The name of a member of an object or interface, in quotes where it has to be.
 *
 * @category combinators
 */
export const memberName = (name: string): string => {
  // In an object literal this one would set the prototype.
  if (name === "__proto__") return `["__proto__"]`
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name)
}

/**
 * A value in double quotes or as it is. The two line separators that editors stumble over are escaped.
 *
 * @category combinators
 */
export const quote = (value: string | number | boolean | null): string =>
  JSON.stringify(value).replace(/[\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16)}`)

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
