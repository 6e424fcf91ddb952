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
export const canonical = (value: unknown): string => write(value, [])

/**
 * The key of a value.
 *
 * @category constructors
 */
export const make = (value: unknown): string => createHash("sha256").update(canonical(value)).digest("hex")

/** Where the writer is: the objects it is inside of, each with the step that leads to it. */
type Way = Array<{ readonly value: object; step: string | number }>

// Put together only for an error: most values are large and sound.
const pathOf = (way: Way): string =>
  way.map(({ step }, at) => (typeof step === "number" ? `[${step}]` : at === 0 ? step : `.${step}`)).join("")

const write = (value: unknown, way: Way): string => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return JSON.stringify(value)
    case "number":
      if (!Number.isFinite(value)) throw new NotJson({ path: pathOf(way), found: String(value) })
      return JSON.stringify(value)
    case "object":
      return value === null ? "null" : writeObject(value, way)
    default:
      throw new NotJson({ path: pathOf(way), found: value === undefined ? "undefined" : `a ${typeof value}` })
  }
}

const writeObject = (value: object, way: Way): string => {
  if (way.some((outer) => outer.value === value)) throw new NotJson({ path: pathOf(way), found: "part of itself" })
  const here = { value, step: 0 as string | number }
  if (Array.isArray(value)) {
    way.push(here)
    const items = Array.from(value, (item, index) => {
      here.step = index
      return write(item, way)
    })
    way.pop()
    return `[${items.join(",")}]`
  }
  const prototype = Object.getPrototypeOf(value)
  // A Map or a Date would be written as `{}` and so be equal to every other one.
  if (prototype !== Object.prototype && prototype !== null) {
    throw new NotJson({ path: pathOf(way), found: `a ${prototype.constructor?.name ?? "class instance"}` })
  }
  way.push(here)
  const properties: Array<string> = []
  for (const key of Object.keys(value).sort()) {
    const item = (value as Readonly<Record<string, unknown>>)[key]
    if (item === undefined) continue
    here.step = key
    properties.push(`${JSON.stringify(key)}:${write(item, way)}`)
  }
  way.pop()
  return `{${properties.join(",")}}`
}
