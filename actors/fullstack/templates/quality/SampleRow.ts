/**
 * Makes a row that an OpenAPI document's own schema allows, to see whether a backend does what its document says.
 *
 * Only the document is read: neither the requirements nor the code that came of them. Equal documents give equal rows.
 *
 * @since 0.1.0
 */

type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }

/** A collection that can be tried: where it is, what to create, and what to change it to. */
export interface Trial {
  /** Such as `/api/tasks`. */
  readonly path: string
  readonly row: Readonly<Record<string, Json>>
  /** A part of a row with another value than `row` has where the schema leaves a choice. */
  readonly change: Readonly<Record<string, Json>>
}

/**
 * The first collection of the document that can be created, changed and deleted, and whose rows need no other row.
 *
 * @category constructors
 */
export const firstTrial = (document: unknown): Trial | undefined => {
  const paths = part(document, "paths")
  for (const [path, operations] of Object.entries(record(paths))) {
    if (!/^\/api\/[^/{}]+$/.test(path)) continue
    const one = record(paths)[`${path}/{id}`]
    if (part(one, "patch") === undefined || part(one, "delete") === undefined) continue
    const schema = resolve(document, bodyOf(part(operations, "post")))
    const row = rowOf(document, schema)
    if (row !== undefined) return { path, row, change: changeOf(document, schema, row) }
  }
  return undefined
}

/**
 * The least body that an operation's schema allows, `undefined` if the document does not tell.
 *
 * @category constructors
 */
export const bodyFor = (document: unknown, path: string, method: string): Readonly<Record<string, Json>> | undefined =>
  rowOf(document, resolve(document, bodyOf(part(part(part(document, "paths"), path), method))))

const bodyOf = (operation: unknown) =>
  part(part(part(part(operation, "requestBody"), "content"), "application/json"), "schema")

// What is required, and one more if nothing is; `undefined` where a value cannot be made up, as for a reference.
const rowOf = (document: unknown, schema: unknown): Record<string, Json> | undefined => {
  const properties = Object.entries(record(part(schema, "properties")))
  if (properties.length === 0) return undefined
  const required = new Set(list(part(schema, "required")))
  const row: Record<string, Json> = {}
  for (const [name, property] of properties) {
    if (!required.has(name)) continue
    const value = valuesOf(resolve(document, property))[0]
    if (value === undefined) return undefined
    set(row, name, value)
  }
  return row
}

const changeOf = (document: unknown, schema: unknown, row: Readonly<Record<string, Json>>): Record<string, Json> => {
  const change: Record<string, Json> = {}
  for (const [name, property] of Object.entries(record(part(schema, "properties")))) {
    const values = valuesOf(resolve(document, property))
    const other = values.find((value) => value !== row[name])
    if (other !== undefined) {
      set(change, name, other)
      return change
    }
  }
  const [name, value] = Object.entries(row)[0] ?? []
  if (name !== undefined && value !== undefined) set(change, name, value)
  return change
}

// A field may be called `__proto__`.
const set = (row: Record<string, Json>, name: string, value: Json) =>
  Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true })

// Values that the schema allows, the plainest first; none where only the backend knows one.
const valuesOf = (schema: unknown): ReadonlyArray<Json> => {
  const choices = part(schema, "enum")
  if (Array.isArray(choices)) return (choices as ReadonlyArray<Json>).filter((choice) => choice !== null)
  for (const alternative of [...list(part(schema, "anyOf")), ...list(part(schema, "oneOf"))]) {
    const values = valuesOf(alternative)
    if (values.length > 0) return values
  }
  const type = part(schema, "type")
  switch (Array.isArray(type) ? type.find((one) => one !== "null") : type) {
    case "boolean":
      return [true, false]
    case "integer":
    case "number":
      return numbers(part(schema, "minimum"), part(schema, "maximum"))
    case "string":
      return strings(schema)
    default:
      return []
  }
}

const numbers = (minimum: unknown, maximum: unknown): ReadonlyArray<number> => {
  const min = typeof minimum === "number" ? minimum : -Infinity
  const max = typeof maximum === "number" ? maximum : Infinity
  return [1, 2, Math.ceil(min), Math.floor(max), min, max].filter(
    (value) => Number.isFinite(value) && value >= min && value <= max
  )
}

const strings = (schema: unknown): ReadonlyArray<string> => {
  const format = part(schema, "format")
  if (format === "uuid") return []
  // Where a rule is not one of length alone, the document shows what fits.
  const examples = list(part(schema, "examples")).filter((one) => typeof one === "string")
  if (examples.length > 0) return examples
  if (format === "date") return ["2026-01-15", "2026-02-28"]
  if (format === "date-time") return ["2026-01-15T12:00:00.000Z"]
  if (format === "email") return ["quality@example.test"]
  const [min, max] = [part(schema, "minLength"), part(schema, "maxLength")]
  const atLeast = typeof min === "number" ? min : 0
  const atMost = typeof max === "number" ? max : Infinity
  const sized = (text: string) => text.slice(0, atMost).padEnd(atLeast, "x")
  return atMost === 0 ? [""] : [sized("Quality check"), sized("Another check")]
}

const resolve = (document: unknown, schema: unknown): unknown => {
  const reference = part(schema, "$ref")
  if (typeof reference !== "string" || !reference.startsWith("#/")) return schema
  const target = reference
    .slice(2)
    .split("/")
    .reduce<unknown>(
      (at, step) => part(at, decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~")),
      document
    )
  // One step: a reference to a reference is followed, one to itself is not.
  return part(target, "$ref") === reference ? undefined : resolve(document, target)
}

const part = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key] // an own property of an object
    : undefined

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {}

const list = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])
