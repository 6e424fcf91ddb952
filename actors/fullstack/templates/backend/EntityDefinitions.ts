/**
 * `src/entities/<entity>.ts`: the type of an entity's rows and its table of fields; and `src/entities.ts`, the list.
 *
 * @since 0.1.0
 */
import * as Layout from "../../internal/Layout.ts"
import type { Entity, Field, GeneratedFile } from "../../Project.ts"
import type { EntityPlan } from "./Plan.ts"
import * as TypeScript from "./TypeScript.ts"

/**
 * One file for each entity, and the list of them.
 *
 * @category constructors
 */
export const entityDefinitions = (plans: ReadonlyArray<EntityPlan>): ReadonlyArray<GeneratedFile> => [
  {
    path: "src/entities.ts",
    content: `/** All entities of the service, in the order of the requirements. */
${plans.map(({ entity, file }) => `import { ${entity.name.camel}Entity } from "./entities/${file}.ts";`).join("\n")}
import type { Entity } from "./records/entity.ts";

export const entities: ReadonlyArray<Entity> = ${Layout.list(
      plans.map(({ entity }) => `${entity.name.camel}Entity`),
      "export const entities: ReadonlyArray<Entity> = ;",
      0
    )};
`
  },
  ...plans.map(({ entity, file }) => ({ path: `src/entities/${file}.ts`, content: source(entity) }))
]

const source = (entity: Entity): string => {
  const { camel, pascal, written } = entity.name
  const about = entity.description === undefined ? written : `${written}: ${entity.description}`
  return `${TypeScript.docComment(about)}
import { defineEntity, type Stored } from "../records/entity.ts";

export interface ${pascal}Row extends Stored {
${entity.fields.map(property).join("")}}

export const ${camel}Entity = defineEntity<${pascal}Row>(${Layout.object(
    [
      ["name", written],
      ["path", entity.path],
      ["table", entity.table],
      ["access", entity.access],
      ["fields", entity.fields.map((field) => new Map(fieldEntries(field)))]
    ],
    0
  )});
`
}

const property = (field: Field): string => {
  const about = field.description === undefined ? "" : `${TypeScript.docComment(field.description, 2)}\n`
  const start = `  readonly ${TypeScript.key(field.name.written)}:`
  return `${about}${start}${Layout.union([...typesOf(field), ...(field.required ? [] : ["null"])], 2, start)};\n`
}

const typesOf = (field: Field): ReadonlyArray<string> => {
  switch (field.type) {
    case "integer":
    case "number":
      return ["number"]
    case "boolean":
      return ["boolean"]
    case "enum":
      return field.values.map(TypeScript.text)
    default:
      return ["string"]
  }
}

const fieldEntries = (field: Field): ReadonlyArray<readonly [string, Layout.Literal | undefined]> => [
  ["name", field.name.written],
  ["column", field.column],
  ["type", field.type],
  ["required", field.required ? true : undefined],
  ...options(field)
]

const options = (field: Field): ReadonlyArray<readonly [string, Layout.Literal | undefined]> => {
  switch (field.type) {
    case "string":
    case "text":
      return [
        ["minLength", field.minLength],
        ["maxLength", field.maxLength],
        ["default", field.default]
      ]
    case "integer":
    case "number":
      return [
        ["min", field.min],
        ["max", field.max],
        ["default", field.default]
      ]
    case "boolean":
    case "date":
      return [["default", field.default]]
    case "enum":
      return [
        ["values", field.values],
        ["default", field.default]
      ]
    case "reference":
      return [
        ["to", field.to],
        ["onDelete", field.onDelete]
      ]
  }
}
