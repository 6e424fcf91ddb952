/**
 * The tests of one entity's pages. Their titles name the criteria they check.
 *
 * @since 0.1.0
 */
import { subjectOf } from "../../Criteria.ts"
import { importOf, literal, quote } from "../../internal/Layout.ts"
import { type Entity, type Project, searchFields } from "../../Project.ts"
import { tableName, valuesName } from "./EntityFields.ts"
import { sampleValues } from "./Samples.ts"

/** A test as it stands in its file. */
export interface EntityCheck {
  readonly criterion: string
  readonly title: string
  readonly call: string
}

/**
 * What is checked of an entity, with the features that the project has.
 *
 * @category constructors
 */
export const entityChecks = (project: Project, entity: Entity): ReadonlyArray<EntityCheck> => {
  const check = (kind: string, call: string, promise: string): EntityCheck => {
    const criterion = `AC-${subjectOf(entity)}.${kind}`
    return { criterion, title: `${criterion}: ${promise}`, call }
  }
  return [
    check("ui-list", "checkList", "lists with paging, sorting and filters"),
    check("ui-create", "checkCreate", "creates what was typed into the form"),
    check("ui-edit", "checkEdit", "shows what is stored, and saves what was changed"),
    check("ui-delete", "checkDelete", "deletes once it is confirmed, and not before"),
    check("ui-errors", "checkErrors", "shows errors at their fields, and loses nothing"),
    ...(project.features.has("search") && searchFields(entity).length > 0
      ? [check("ui-search", "checkSearch", "searches")]
      : []),
    ...(project.features.has("csv-export")
      ? [check("ui-csv", "checkCsv", "links to the CSV of what the list shows")]
      : [])
  ]
}

/**
 * `test/entities/<name>.test.tsx`.
 *
 * @category constructors
 */
export const entityTest = (project: Project, entity: Entity): string => {
  const checks = entityChecks(project, entity)
  const calls = checks.map(({ call }) => call).sort()
  const type = ` satisfies ${valuesName(entity)}`
  const sample = (name: string, row: 0 | 1) =>
    `  ${name}: ${literal(sampleValues(entity, row), 2, `  ${name}: `.length, `${type},`.length)}${type},`
  return [
    `import { describe, it } from "vitest";`,
    importOf([tableName(entity), `type ${valuesName(entity)}`], `../../src/entities/${entity.name.kebab}.ts`),
    importOf(calls, "../entityChecks.tsx"),
    "",
    "const samples = {",
    `  entity: ${tableName(entity)},`,
    sample("values", 0),
    sample("otherValues", 1),
    "};",
    "",
    `describe(${quote(entity.name.written)}, () => {`,
    checks.map(({ call, title }) => `  it(${quote(title)}, () => ${call}(samples));`).join("\n\n"),
    "});",
    ""
  ].join("\n")
}
