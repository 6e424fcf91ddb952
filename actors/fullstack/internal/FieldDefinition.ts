/**
 * Decodes one field of an entity: which options its type has, what they may hold, and whether its default is a value
 * that the field itself would take.
 *
 * @since 0.1.0
 */
import { didYouMean } from "../../../src/team/NearestName.ts"
import * as ForeignWords from "./ForeignWords.ts"
import { type Fields, list, type Report } from "./Report.ts"

export type FieldType = "string" | "text" | "integer" | "number" | "boolean" | "date" | "enum" | "reference"

/** A field as decoded. Options that do not belong to its type are absent. */
export interface FieldSpec {
  /** As written in the file. */
  readonly name: string
  readonly type: FieldType
  readonly required: boolean
  readonly unique: boolean
  readonly description?: string
  /** `string`, `text`. A required one is at least 1: an empty title is a missing title. */
  readonly minLength?: number
  readonly maxLength?: number
  /** `integer`, `number`. */
  readonly min?: number
  readonly max?: number
  /** `enum`. */
  readonly values?: ReadonlyArray<string>
  /** `reference`: the written name of an entity of this file. */
  readonly to?: string
  readonly onDelete?: "restrict" | "cascade" | "setNull"
  /** Never on a reference; accepted by the field's own limits. */
  readonly default?: string | number | boolean
}

const common = ["type", "required", "unique", "description"] as const

/** The options of each type beside the common ones; the JSON Schema is made from the same table. */
export const options: Readonly<Record<FieldType, ReadonlyArray<string>>> = {
  string: ["minLength", "maxLength", "default"],
  text: ["minLength", "maxLength", "default"],
  integer: ["min", "max", "default"],
  number: ["min", "max", "default"],
  boolean: ["default"],
  date: ["default"],
  enum: ["values", "default"],
  reference: ["to", "onDelete"]
}

export const types = Object.keys(options) as ReadonlyArray<FieldType> // the keys of the table above

export const onDelete = ["restrict", "cascade", "setNull"] as const

/** Whether a value looks like a field's definition: the short form, or a mapping with a type. */
export const isType = (value: unknown): boolean =>
  types.some((type) => type === value) ||
  (typeof value === "object" && value !== null && types.some((type) => type === (value as Fields).type))

export const parse = (
  report: Report,
  path: string,
  name: string,
  value: unknown,
  entities: ReadonlyArray<string>
): FieldSpec | undefined => {
  if (typeof value === "string") return fromType(report, path, name, path, value, {}, entities)
  const record = report.record(path, value)
  if (record === undefined) return undefined
  if (!report.has(record, "type")) return untyped(report, path, record)
  return fromType(report, path, name, `${path}.type`, record.type, record, entities)
}

const fromType = (
  report: Report,
  path: string,
  name: string,
  typePath: string,
  written: unknown,
  record: Fields,
  entities: ReadonlyArray<string>
): FieldSpec | undefined => {
  const type = types.find((one) => one === written)
  if (type === undefined) {
    const word = typeof written === "string" ? written : ""
    const fix = ForeignWords.type(word, entities) ?? didYouMean(word, types) ?? severalTypes(written)
    return report.add({ path: typePath, found: report.show(written), expected: `one of ${list(types)}`, fix })
  }
  unknownOptions(report, path, type, record)
  const required = report.has(record, "required") ? report.boolean(`${path}.required`, record.required) : false
  const unique = report.has(record, "unique") ? report.boolean(`${path}.unique`, record.unique) : false
  const description = report.has(record, "description")
    ? report.text(`${path}.description`, record.description)
    : undefined
  const base = {
    name,
    type,
    required: required ?? false,
    unique: unique ?? false,
    ...(description === undefined ? {} : { description })
  }
  switch (type) {
    case "string":
    case "text":
      return withDefault(report, path, record, { ...base, ...lengths(report, path, type, record, base.required) })
    case "integer":
    case "number":
      return withDefault(report, path, record, { ...base, ...bounds(report, path, type, record) })
    case "boolean":
    case "date":
      return withDefault(report, path, record, base)
    case "enum": {
      const values = report.has(record, "values")
        ? enumValues(report, `${path}.values`, record.values)
        : report.missing(`${path}.values`, "a list of the values")
      return values === undefined ? undefined : withDefault(report, path, record, { ...base, values })
    }
    case "reference":
      return reference(report, path, base, record, entities)
  }
}

const untyped = (report: Report, path: string, record: Fields): undefined => {
  const [word] = Object.keys(record).flatMap((key) => ForeignWords.option(key, [...common, "to", "values"]) ?? [])
  if (word === undefined) return report.missing(`${path}.type`, `one of ${list(types)}`)
  return report.add({ path: `${path}.type`, expected: `one of ${list(types)}`, fix: `Add "type". ${word}` })
}

/** JSON Schema's list of types, of which one is usually null. */
const severalTypes = (written: unknown) =>
  Array.isArray(written) ? `A field has one type, and may be empty unless it says "required: true".` : undefined

/** An option of another type gets told whose it is; anything else gets the nearest key. */
const unknownOptions = (report: Report, path: string, type: FieldType, record: Fields) => {
  const known = [...common, ...options[type]]
  for (const key of Object.keys(record)) {
    if (known.includes(key)) continue
    const owners = types.filter((one) => options[one].includes(key))
    const swap = optionOf(type, key)
    report.add({
      path: `${path}.${key}`,
      found: `the key ${report.show(key)}`,
      expected: `one of the keys ${list(known)} for a field of type ${type}`,
      fix:
        swap !== undefined
          ? `Did you mean "${swap}"?`
          : owners.length === 0
            ? (ForeignWords.option(key, known) ?? didYouMean(key, known))
            : `"${key}" belongs to ${list(owners)}: remove it, or change the type.`
    })
  }
}

const optionOf = (type: FieldType, key: string): string | undefined => {
  if (type === "string" || type === "text") return key === "max" ? "maxLength" : key === "min" ? "minLength" : undefined
  if (type === "integer" || type === "number")
    return key === "maxLength" ? "max" : key === "minLength" ? "min" : undefined
  return undefined
}

/** What a `text` holds unless its `maxLength` says otherwise: more would freeze the pages that show it. */
const longestText = 100_000

const lengths = (report: Report, path: string, type: "string" | "text", record: Fields, required: boolean) => {
  const least = report.has(record, "minLength")
    ? report.integer(`${path}.minLength`, record.minLength, 0)
    : required
      ? 1
      : undefined
  const most = report.has(record, "maxLength")
    ? report.integer(`${path}.maxLength`, record.maxLength, 1)
    : type === "text"
      ? longestText
      : undefined
  if (least !== undefined && most !== undefined && least > most) {
    const found = `minLength ${least} over maxLength ${most}`
    report.add({ path: `${path}.minLength`, found, expected: "no more than maxLength", fix: "Swap the two." })
  }
  return { ...(least === undefined ? {} : { minLength: least }), ...(most === undefined ? {} : { maxLength: most }) }
}

const bounds = (report: Report, path: string, type: "integer" | "number", record: Fields) => {
  const read = (key: "min" | "max") =>
    !report.has(record, key)
      ? undefined
      : type === "integer"
        ? report.integer(`${path}.${key}`, record[key])
        : report.number(`${path}.${key}`, record[key])
  const min = read("min")
  const max = read("max")
  if (min !== undefined && max !== undefined && min > max) {
    const found = `min ${min} over max ${max}`
    report.add({ path: `${path}.min`, found, expected: "no more than max", fix: "Swap the two." })
  }
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }
}

const enumValues = (report: Report, path: string, value: unknown): ReadonlyArray<string> | undefined => {
  if (!Array.isArray(value) || value.length === 0) {
    const fix = typeof value === "string" ? `Write [${value.slice(0, 60)}].` : undefined
    return report.add({ path, found: report.show(value), expected: "a list with at least one value", fix })
  }
  const values = new Set<string>()
  value.forEach((item: unknown, index) => {
    const at = `${path}.${index}`
    const one = report.line(at, item)
    if (one === undefined) return
    if (values.has(one)) {
      const found = `${report.show(one)} again`
      report.add({ path: at, found, expected: "each value once", fix: "Remove the repetition." })
    }
    values.add(one)
  })
  return [...values]
}

const reference = (
  report: Report,
  path: string,
  base: FieldSpec,
  record: Fields,
  entities: ReadonlyArray<string>
): FieldSpec | undefined => {
  const to = report.has(record, "to")
    ? report.line(`${path}.to`, record.to)
    : report.missing(`${path}.to`, "the name of an entity")
  if (to !== undefined && !entities.includes(to)) {
    const among = entities.length <= 12 ? `one of the entities ${list(entities)}` : "an entity of this file"
    report.add({
      path: `${path}.to`,
      found: report.show(to),
      expected: among,
      fix: ForeignWords.target(to, entities) ?? didYouMean(to, entities)
    })
  }
  const then = report.has(record, "onDelete")
    ? report.choice(`${path}.onDelete`, record.onDelete, onDelete)
    : "restrict"
  if (base.required && then === "setNull") {
    report.add({
      path: `${path}.onDelete`,
      found: "setNull on a required reference",
      expected: "restrict or cascade",
      fix: `Remove "required", or choose another "onDelete".`
    })
  }
  return to === undefined || then === undefined ? undefined : { ...base, to, onDelete: then }
}

/** The field with its default, if it has one that it would take itself. */
const withDefault = (report: Report, path: string, record: Fields, field: FieldSpec): FieldSpec => {
  if (!report.has(record, "default")) return field
  const at = `${path}.default`
  const value = record.default
  if (field.type !== "string" && field.type !== "text" && ForeignWords.isComputed(value)) {
    report.add({ path: at, found: report.show(value), expected: "a value", fix: ForeignWords.noComputed })
    return field
  }
  const refuse = (expected: string, fix?: string) =>
    report.add({
      path: at,
      found: report.show(value),
      expected: `a default that its own field takes: ${expected}`,
      fix
    })
  const accepted = (() => {
    switch (field.type) {
      case "string":
      case "text": {
        const text = field.type === "string" && value !== "" ? report.line(at, value) : report.text(at, value)
        if (text === undefined) return undefined
        const length = [...text].length
        if (field.required && text !== "" && text.trim() === "") return refuse("text that is not blank")
        if (length < (field.minLength ?? 0)) return refuse(`at least ${field.minLength} characters`)
        if (length > (field.maxLength ?? Number.POSITIVE_INFINITY))
          return refuse(`at most ${field.maxLength} characters`)
        return text
      }
      case "integer":
      case "number": {
        const number = field.type === "integer" ? report.integer(at, value) : report.number(at, value)
        if (number === undefined) return undefined
        if (number < (field.min ?? Number.NEGATIVE_INFINITY)) return refuse(`at least ${field.min}`)
        if (number > (field.max ?? Number.POSITIVE_INFINITY)) return refuse(`at most ${field.max}`)
        return number
      }
      case "boolean":
        return report.boolean(at, value)
      case "date":
        return typeof value === "string" && isDay(value) ? value : refuse("a day that exists, such as 2026-02-28")
      case "enum": {
        const values = field.values ?? []
        if (typeof value === "string" && values.includes(value)) return value
        return refuse(`one of ${list(values)}`, typeof value === "string" ? didYouMean(value, values) : undefined)
      }
      case "reference":
        return undefined
    }
  })()
  return accepted === undefined ? field : { ...field, default: accepted }
}

/**
 * Whether the text is a day of ISO 8601's calendar, as RFC 3339 writes it: `2026-02-28`. Year 0000 exists there.
 *
 * @category predicates
 */
export const isDay = (text: string): boolean => {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (parts === null) return false
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number] // three groups of digits
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  return day >= 1 && day <= (days[month - 1] ?? 0)
}
