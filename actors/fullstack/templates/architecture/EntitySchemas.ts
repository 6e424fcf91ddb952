/**
 * The JSON Schemas of one entity in the API: what comes back, what goes in, and a page of them.
 *
 * @since 0.1.0
 */
import type { Entity, Field } from "../../Project.ts"
import { type Json, ref } from "./SharedPaths.ts"

/** Name and schema of each. */
export const schemas = (entity: Entity): ReadonlyArray<readonly [string, Json]> => {
  const { pascal } = entity.name
  const instant = (description: string): Json => ({ type: "string", format: "date-time", readOnly: true, description })
  const about = entity.description === undefined ? {} : { description: entity.description }
  const fields = (schema: (field: Field) => Json) =>
    entity.fields.map((field) => [field.name.written, schema(field)] as const)
  const needed = entity.fields.filter((field) => field.required && initial(field) === undefined)
  return [
    [
      `${pascal}Row`,
      {
        type: "object",
        ...about,
        // `fromEntries` also takes names that an object literal would treat specially.
        properties: Object.fromEntries([
          ["id", { type: "string", format: "uuid", readOnly: true }],
          ...fields(value),
          ["createdAt", instant("When it was added, in UTC.")],
          ["updatedAt", instant("When it was last changed, in UTC.")]
        ]),
        required: ["id", ...entity.fields.map((field) => field.name.written), "createdAt", "updatedAt"],
        additionalProperties: false
      }
    ],
    [
      `${pascal}Create`,
      {
        type: "object",
        properties: Object.fromEntries(fields((field) => ({ ...value(field), ...defaulted(field) }))),
        ...(needed.length === 0 ? {} : { required: needed.map((field) => field.name.written) }),
        additionalProperties: false
      }
    ],
    [`${pascal}Patch`, { type: "object", properties: Object.fromEntries(fields(value)), additionalProperties: false }],
    [
      `${pascal}Page`,
      {
        type: "object",
        properties: {
          items: { type: "array", items: ref("schemas", `${pascal}Row`) },
          total: { type: "integer", minimum: 0, description: "How many there are on all pages." },
          page: { type: "integer", minimum: 1 },
          pageSize: { type: "integer", minimum: 1, maximum: 100 }
        },
        required: ["items", "total", "page", "pageSize"],
        additionalProperties: false
      }
    ]
  ]
}

/** A value of a field without its limits, as a filter takes it. */
export const kind = (field: Field): Json => {
  switch (field.type) {
    case "string":
    case "text":
      return { type: "string" }
    case "integer":
      return { type: "integer" }
    case "number":
      return { type: "number" }
    case "boolean":
      return { type: "boolean" }
    case "date":
      return { type: "string", format: "date" }
    case "enum":
      return { type: "string", enum: [...field.values] }
    case "reference":
      return { type: "string", format: "uuid" }
  }
}

/** A value of a field with its limits; null as well unless it is required. */
const value = (field: Field): Json => {
  const plain = kind(field)
  const about = field.description === undefined ? {} : { description: field.description }
  const nullable = field.required
    ? {}
    : { type: [plain.type, "null"], ...(field.type === "enum" ? { enum: [...field.values, null] } : {}) }
  return { ...plain, ...nullable, ...limits(field), ...about }
}

const limits = (field: Field): Json => {
  switch (field.type) {
    case "string":
    case "text":
      return {
        ...(field.minLength === undefined ? {} : { minLength: field.minLength }),
        ...(field.maxLength === undefined ? {} : { maxLength: field.maxLength }),
        pattern: pattern(field)
      }
    case "integer":
      return { minimum: field.min ?? Number.MIN_SAFE_INTEGER, maximum: field.max ?? Number.MAX_SAFE_INTEGER }
    case "number":
      return {
        ...(field.min === undefined ? {} : { minimum: field.min }),
        ...(field.max === undefined ? {} : { maximum: field.max })
      }
    case "date":
      return { pattern: "^\\d{4}-\\d{2}-\\d{2}$" }
    case "reference":
      return { description: `The id of a ${field.to}.` }
    case "boolean":
    case "enum":
      return {}
  }
}

/** `string` is one line; U+0000 would not come back from the database; what is required has something to see. */
const pattern = (field: Field): string => {
  const any = field.type === "string" ? "[^\\r\\n\\u0000]*" : "[^\\u0000]*"
  const visible = "[^\\s\\u0000\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufeff]"
  return field.required ? `^${any}${visible}${any}$` : `^${any}$`
}

const initial = (field: Field) => (field.type === "reference" ? undefined : field.default)

/** What a field that is left out becomes. */
const defaulted = (field: Field): Json => {
  const given = initial(field)
  return given === undefined ? {} : { default: given }
}
