/**
 * Two values for every field that its rules allow, for the tests of the generated pages: as different from each other,
 * and from those of the other fields, as the rules permit.
 *
 * @since 0.1.0
 */

import { Code, type Literal } from "../../internal/Layout.ts"
import type { Entity, Field, NumberField, StringField } from "../../Project.ts"

/**
 * The values of one of the two sample rows of an entity, by the written names of the fields.
 *
 * @category constructors
 */
export const sampleValues = (entity: Entity, row: 0 | 1): ReadonlyMap<string, Literal> => {
  const references = entity.fields.filter((field) => field.type === "reference")
  return new Map(
    entity.fields.map((field) => [field.name.written, sample(field, row, references.indexOf(field as never))])
  )
}

const sample = (field: Field, row: 0 | 1, referenceIndex: number): Literal => {
  switch (field.type) {
    case "string":
    case "text":
      return text(field, row)
    case "integer":
      return integers(field)[row]
    case "number":
      return numbers(field)[row]
    case "boolean":
      return row === 0
    case "date":
      return row === 0 ? "2026-02-28" : "2027-03-01"
    case "enum":
      return field.values[row] ?? field.values[0] ?? null
    case "reference":
      return `${row === 0 ? "a" : "b"}${String(referenceIndex + 1).padStart(7, "0")}-0000-4000-8000-000000000000`
  }
}

/** From here on a text is written as a repetition. */
const longText = 100

/**
 * Starts with a letter of its row and a hyphen, which no title holds: a text of one row is never part of a text of the
 * other, however short the rules make it.
 */
const text = (field: StringField, row: 0 | 1): Literal => {
  const letter = row === 0 ? "A" : "B"
  const most = field.maxLength ?? Number.POSITIVE_INFINITY
  const least = field.minLength ?? 0
  if (most === 0) return null
  const value = [...`${letter}-${field.name.title}`].slice(0, Math.min(most, longText)).join("").trimEnd()
  const missing = least - [...value].length
  if (missing <= 0) return value
  return least > longText ? new Code(`"${letter}".repeat(${least})`) : value + "x".repeat(missing)
}

const integers = (field: NumberField): readonly [number, number] => {
  const least = Math.ceil(field.min ?? Number.MIN_SAFE_INTEGER)
  const most = Math.floor(field.max ?? Number.MAX_SAFE_INTEGER)
  const first = Math.min(Math.max(1, least), most)
  return [first, first < most ? first + 1 : Math.max(first - 1, least)]
}

const numbers = (field: NumberField): readonly [number, number] => {
  if (field.min !== undefined && field.max !== undefined) return [field.min, field.max]
  if (field.min !== undefined) return [field.min, field.min + 1.5]
  if (field.max !== undefined) return [field.max, field.max - 1.5]
  return [1.5, 2.25]
}
