/**
 * Keys made of content: two values get the same key exactly if they say the same, whatever order their parts came in.
 *
 * The text form is JSON with the properties of every object sorted by UTF-16 code unit and no white space, which is
 * RFC 8785 (JSON Canonicalization Scheme). The key is the SHA-256 of its UTF-8 bytes, in hex.
 *
 * @since 0.1.0
 */
import { createHash } from "node:crypto"
import { Data } from "effect"

/**
 * The value cannot be written as JSON without losing something: a function, a NaN, a Map, a circle.
 *
 * @category errors
 */
export class NotJson extends Data.TaggedError("NotJson")<{
  /** Where in the value, such as `agents[2].fields.due`. */
  readonly path: string
  readonly found: string
}> {
  override get message() {
    return `${this.path === "" ? "The value" : this.path} is ${this.found}, which JSON cannot hold: use plain data.`
  }
}

/**
 * The canonical JSON text of a value. Properties that are `undefined` are left out, as JSON does.
 *
 * @throws NotJson, because it is used where a value that is not JSON is a bug; `make` does the same.
 * @category combinators
 */
export const canonical = (value: unknown): string => write(value, "", [])

/**
 * The key of a value.
 *
 * @category constructors
 */
export const make = (value: unknown): string => createHash("sha256").update(canonical(value)).digest("hex")

const write = (value: unknown, path: string, within: ReadonlyArray<object>): string => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return JSON.stringify(value)
    case "number":
      if (!Number.isFinite(value)) throw new NotJson({ path, found: String(value) })
      return JSON.stringify(value)
    case "object":
      return value === null ? "null" : writeObject(value, path, within)
    default:
      throw new NotJson({ path, found: value === undefined ? "undefined" : `a ${typeof value}` })
  }
}

const writeObject = (value: object, path: string, within: ReadonlyArray<object>): string => {
  if (within.includes(value)) throw new NotJson({ path, found: "part of itself" })
  const inner = [...within, value]
  if (Array.isArray(value)) {
    return `[${Array.from(value, (item, index) => write(item, `${path}[${index}]`, inner)).join(",")}]`
  }
  const prototype = Object.getPrototypeOf(value)
  // A Map or a Date would be written as `{}` and so be equal to every other one.
  if (prototype !== Object.prototype && prototype !== null) {
    throw new NotJson({ path, found: `a ${prototype.constructor?.name ?? "class instance"}` })
  }
  const properties = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${write(item, path === "" ? key : `${path}.${key}`, inner)}`)
  return `{${properties.join(",")}}`
}
