/** Rows to type in and to find again: as far as the limits allow, the `n`-th of an entity differs from all others. */
import { assert } from "@effect/vitest"
import type { Entity, Field, Project } from "../../../actors/fullstack/Project.ts"
import type { Visit } from "./visit.ts"

export type Value = string | number | boolean
export type Row = ReadonlyMap<string, Value>
type PlainField = Exclude<Field, { readonly type: "reference" }>

export const valueOf = (field: PlainField, n: number): Value => {
  switch (field.type) {
    case "string":
    case "text": {
      const [least, most] = [field.minLength ?? 0, field.maxLength ?? Number.POSITIVE_INFINITY]
      // The first sign alone tells the rows apart: a field may have room for no more.
      const signs = [String.fromCodePoint(0x4e00 + n), ...`${n}-Äß-🧵-<b>"'&amp;`]
      while (signs.length < least) signs.push("w")
      return signs.slice(0, Math.min(most, Math.max(signs.length, least))).join("")
    }
    case "integer": {
      const min = Math.ceil(field.min ?? (field.max === undefined ? 0 : field.max - 1000))
      const max = Math.floor(field.max ?? min + 1_000_000)
      return min + (n % (max - min + 1))
    }
    case "number": {
      const min = field.min ?? (field.max === undefined ? 0 : field.max - 1024)
      const max = field.max ?? min + 1024
      const part = (n % 256) / 256
      // Not the difference of the two, which may be no number any more.
      return min * (1 - part) + max * part
    }
    case "boolean":
      return n % 2 === 0
    case "date":
      return `2026-03-${String((n % 28) + 1).padStart(2, "0")}`
    case "enum":
      return field.values[n % field.values.length]!
  }
}

export const entityOf = (project: Project, written: string): Entity =>
  project.entities.find((entity) => entity.name.written === written)!

/**
 * The values of a row that is not there yet, those of the references among them: rows to refer to are made as needed.
 * Without the optional ones if so asked.
 */
export const rowOf = async (visit: Visit, entity: Entity, options = { optional: true }): Promise<Row> => {
  const n = visit.fresh()
  const row = new Map<string, Value>()
  for (const field of entity.fields) {
    // A unique field is given in any case: its default, if it has one, is good for one row only.
    const needed = field.required || (field.unique && field.type !== "reference")
    if (!needed && !options.optional) continue
    if (field.type !== "reference") row.set(field.name.written, valueOf(field, n))
    else row.set(field.name.written, field.unique ? await newId(visit, field.to) : await someId(visit, field.to, n))
  }
  return row
}

/** Stores a row past the pages. */
export const stored = async (visit: Visit, entity: Entity, row: Row): Promise<string> => {
  const { json, status } = await visit.api("POST", entity.path, asJson(row))
  assert.strictEqual(status, 201, JSON.stringify(json))
  return json.id
}

const someId = async (visit: Visit, written: string, n: number): Promise<string> => {
  const entity = entityOf(visit.project, written)
  const { json } = await visit.api("GET", `${entity.path}?pageSize=2&sort=createdAt`)
  const ids: ReadonlyArray<string> = json.items.map((item: { readonly id: string }) => item.id)
  return ids.length === 2 ? ids[n % 2]! : newId(visit, written)
}

const newId = async (visit: Visit, written: string): Promise<string> => {
  const entity = entityOf(visit.project, written)
  return stored(visit, entity, await rowOf(visit, entity, { optional: false }))
}

/** An object for JSON; a field may be called `__proto__`. */
export const asJson = (row: Row): object => {
  const value = {}
  for (const [name, member] of row) Object.defineProperty(value, name, { value: member, enumerable: true })
  return value
}
