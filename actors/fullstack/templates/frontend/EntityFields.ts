/**
 * The source of one entity in the frontend: what a row holds, and its table of fields.
 *
 * A field of the requirements is a line of each, in this file and in no other.
 *
 * @since 0.1.0
 */

import { Code, type Literal, list, memberName, object, quote, union } from "../../internal/Layout.ts"
import type { Entity, Field, Project } from "../../Project.ts"

/**
 * `src/entities/<name>.ts`. References are imports: entities may refer to each other in a circle, so the tables reach
 * each other through functions.
 *
 * @category constructors
 */
export const entityFields = (project: Project, entity: Entity): string => {
  const targets = [...new Set(entity.fields.flatMap((field) => (field.type === "reference" ? [field.to] : [])))]
    .filter((to) => to !== entity.name.written)
    .map((to) => entityOf(project, to))
    .sort((a, b) => (a.name.kebab < b.name.kebab ? -1 : 1))
  return [
    `import type { Entity } from "../model.ts";`,
    ...targets.map((target) => `import { ${tableName(target)} } from "./${target.name.kebab}.ts";`),
    "",
    "/** The fields that people fill in, as the API takes and gives them. */",
    `export interface ${valuesName(entity)} {`,
    ...entity.fields.map(memberType),
    "}",
    "",
    `export const ${tableName(entity)}: Entity<keyof ${valuesName(entity)}> = ${object(
      [
        ["name", entity.name.written],
        ["title", entity.name.title],
        ["plural", entity.plural.title],
        ["description", textOf(entity.description)],
        ["path", pagePath(entity)],
        ["fields", entity.fields.map((field) => fieldLiteral(project, field))]
      ],
      0
    )};`,
    ""
  ].join("\n")
}

/**
 * `src/entities.ts`: the entities in the order of the requirements.
 *
 * @category constructors
 */
export const entityList = (project: Project): string =>
  [
    ...[...project.entities]
      .sort((a, b) => (a.name.kebab < b.name.kebab ? -1 : 1))
      .map((entity) => `import { ${tableName(entity)} } from "./entities/${entity.name.kebab}.ts";`),
    `import type { Entity } from "./model.ts";`,
    "",
    "/** Everything the application keeps, in the order of the navigation. */",
    `export const entities: ReadonlyArray<Entity> = ${list(project.entities.map(tableName), "export const entities: ReadonlyArray<Entity> = ;", 0)};`,
    ""
  ].join("\n")

/**
 * The identifier of an entity's table. The ending keeps it apart from reserved words and globals.
 *
 * @category combinators
 */
export const tableName = (entity: Entity): string => `${entity.name.camel}Entity`

/**
 * The identifier of the type of an entity's values.
 *
 * @category combinators
 */
export const valuesName = (entity: Entity): string => `${entity.name.pascal}Values`

/**
 * The address of the list: the API's without `/api`.
 *
 * @category combinators
 */
export const pagePath = (entity: Entity): string => entity.path.replace(/^\/api/, "")

const entityOf = (project: Project, written: string): Entity => {
  const found = project.entities.find((entity) => entity.name.written === written)
  if (found === undefined) throw new Error(`No entity is called ${JSON.stringify(written)}: the input was not checked.`)
  return found
}

const memberType = (field: Field): string => {
  const start = `  readonly ${memberName(field.name.written)}:`
  const types = field.type === "enum" ? field.values.map(quote) : [typeNames[field.type]]
  return `${start}${union(field.required ? types : [...types, "null"], 2, start)};`
}

const typeNames = {
  string: "string",
  text: "string",
  integer: "number",
  number: "number",
  boolean: "boolean",
  date: "string",
  reference: "string"
} as const

const fieldLiteral = (project: Project, field: Field): Literal =>
  new Map<string, Literal | undefined>([
    ["name", field.name.written],
    ["label", field.name.title],
    ["description", textOf(field.description)],
    ["type", field.type],
    ["required", field.required ? true : undefined],
    ...options(project, field)
  ])

const options = (project: Project, field: Field): ReadonlyArray<readonly [string, Literal | undefined]> => {
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
    case "enum":
      return [
        ["values", field.values],
        ["default", field.default]
      ]
    case "boolean":
    case "date":
      return [["default", field.default]]
    case "reference":
      return [["to", new Code(`() => ${tableName(entityOf(project, field.to))}`)]]
  }
}

// One of white space alone would be a hint that nobody sees.
const textOf = (description: string | undefined): string | undefined =>
  description?.trim() === "" ? undefined : description
