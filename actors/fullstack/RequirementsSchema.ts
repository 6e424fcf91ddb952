/**
 * The JSON Schema of the requirements file, for editors that complete and check while somebody writes.
 *
 * Made from the lists that `Requirements.parse` works with, so the two name the same keys and choices. It is
 * deliberately weaker: a schema cannot say that a reference must name an entity of the file, or that two names collide.
 * `requirements.schema.json` beside this module is its text; a test keeps them equal.
 *
 * @since 0.1.0
 */
import { access, limits } from "./internal/Entities.ts"
import { type FieldType, onDelete, options, types } from "./internal/FieldDefinition.ts"
import { choices } from "./Requirements.ts"

type Json = { readonly [key: string]: unknown }

/** The text of `requirements.schema.json`. */
export const text = (): string => `${JSON.stringify(jsonSchema(), undefined, 2)}\n`

/** The schema, in draft 7, which the most editors understand. */
export const jsonSchema = (): Json => ({
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Requirements of a full-stack project",
  type: "object",
  required: ["name", "entities"],
  additionalProperties: false,
  properties: {
    name: { ...line, description: "The project's name. Any Unicode; folders and packages use its safe form." },
    description: { type: "string", description: "What the project is for, and for whom." },
    scale: { enum: choices.scale, default: "small", description: "How much it has to carry." },
    stack: object(
      Object.fromEntries(Object.entries(choices.stack).map(([part, known]) => [part, { enum: known }])),
      "What it is built with; there is one choice each so far."
    ),
    features: { ...several(choices.features), description: "What it offers beside the entities." },
    entities: {
      type: "object",
      description: "What the project keeps. Each gets id, createdAt and updatedAt.",
      minProperties: 1,
      maxProperties: limits.entities,
      propertyNames: names([]),
      additionalProperties: { $ref: "#/definitions/entity" }
    },
    ui: object({
      title: { ...line, description: "Defaults to the project's name." },
      theme: { enum: choices.theme, default: "light" },
      pages: { ...several(choices.pages), description: "dashboard: counts and the latest of each entity." }
    }),
    architecture: object({
      style: {
        enum: choices.style,
        default: "monolith",
        description: "services: deploy/ runs backend and frontend apart."
      }
    }),
    constraints: object({
      expectedUsers: { type: "integer", minimum: 1 },
      availability: {
        type: "number",
        exclusiveMinimum: 0,
        exclusiveMaximum: 100,
        description: "Per cent of a month, such as 99.5."
      },
      region: line
    })
  },
  definitions: {
    entity: {
      type: "object",
      required: ["fields"],
      additionalProperties: false,
      properties: {
        description: { type: "string" },
        access: {
          enum: access,
          default: "owner",
          description:
            "Only with user-authentication. owner: every account reads, its creator and the administrator change; shared: every account changes; private: only its creator and the administrator see it."
        },
        fields: {
          type: "object",
          minProperties: 1,
          maxProperties: limits.fields,
          propertyNames: names(["id", "createdAt", "updatedAt"]),
          additionalProperties: { $ref: "#/definitions/field" }
        }
      }
    },
    field: {
      anyOf: [
        // The others cannot stand alone: they need their values, or the entity they refer to.
        { enum: types.filter((type) => needed[type] === undefined), description: "The type alone." },
        ...types.map(field)
      ]
    }
  }
})

const line: Json = { type: "string", pattern: "^[^\\r\\n]*[^\\s][^\\r\\n]*$" }

const names = (reserved: ReadonlyArray<string>): Json => ({
  not: { enum: [...reserved, "__proto__"] }
})

const several = (known: ReadonlyArray<string>): Json => ({ type: "array", uniqueItems: true, items: { enum: known } })

const object = (properties: Json, description?: string): Json => ({
  type: "object",
  ...(description === undefined ? {} : { description }),
  additionalProperties: false,
  properties
})

/** Options that a type cannot do without. */
const needed: Readonly<Partial<Record<FieldType, string>>> = { enum: "values", reference: "to" }

const field = (type: FieldType): Json => ({
  type: "object",
  required: ["type", ...(needed[type] === undefined ? [] : [needed[type]])],
  additionalProperties: false,
  properties: {
    type: { const: type },
    required: { type: "boolean", default: false },
    unique: { type: "boolean", default: false },
    description: { type: "string" },
    ...Object.fromEntries(options[type].map((option) => [option, optionSchema(type, option)]))
  }
})

const optionSchema = (type: FieldType, option: string): Json => {
  switch (option) {
    case "minLength":
      return { type: "integer", minimum: 0, description: "In characters. A required field has at least 1." }
    case "maxLength":
      return { type: "integer", minimum: 1, description: "In characters." }
    case "min":
    case "max":
      return { type }
    case "values":
      return { type: "array", minItems: 1, uniqueItems: true, items: line }
    case "to":
      return { ...line, description: "The name of an entity of this file." }
    case "onDelete":
      return {
        enum: onDelete,
        default: "restrict",
        description: "What becomes of this when the other is deleted: in the way, deleted as well, or kept without it."
      }
    default:
      return { ...kind[type], description: "What a left-out field becomes." }
  }
}

const kind: Readonly<Record<FieldType, Json>> = {
  string: { type: "string", pattern: "^[^\\r\\n]*$" },
  text: { type: "string" },
  integer: { type: "integer" },
  number: { type: "number" },
  boolean: { type: "boolean" },
  date: { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}$" },
  enum: { type: "string" },
  reference: { type: "string" }
}
