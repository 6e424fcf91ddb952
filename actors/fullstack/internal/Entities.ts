/**
 * Decodes the `entities` of a requirements file, and checks what only all of them together can show: references to
 * nobody, names that become one, and chains of required references in which no first row could ever be made.
 *
 * @since 0.1.0
 */

import { nearest } from "../../../src/team/NearestName.ts"
import * as Names from "../Names.ts"
import * as FieldDefinition from "./FieldDefinition.ts"
import * as ForeignWords from "./ForeignWords.ts"
import { join, list, type Report } from "./Report.ts"

export interface EntitySpec {
  readonly name: string
  readonly description?: string
  /** Who may see and change its rows. Present exactly where there are accounts. */
  readonly access?: Access
  readonly fields: ReadonlyArray<FieldDefinition.FieldSpec>
}

export type Access = (typeof access)[number]

/** What `access` may say; the JSON Schema is made from the same list. */
export const access = ["owner", "shared", "private"] as const

/** The most entities of a file, and the most fields of one; stated in the errors and in the JSON Schema. */
export const limits = { entities: 500, fields: 200 } as const

/** Fields that every entity gets, in their safe forms. */
const given: ReadonlyMap<string, string> = new Map([
  ["id", "id"],
  ["created-at", "createdAt"],
  ["updated-at", "updatedAt"]
])

/** Paths below `/api` that are not collections of entities. */
const takenPaths: ReadonlySet<string> = new Set(["auth", "audit-log"])

/** `accounts`: whether the project has any; `undefined` where the features cannot be read. */
export const parse = (
  report: Report,
  value: unknown,
  accounts: boolean | undefined
): ReadonlyArray<EntitySpec> | undefined => {
  const all = report.record("entities", value)
  if (all === undefined) return undefined
  const names = Object.keys(all)
  if (names.length === 0) {
    return report.add({ path: "entities", found: "no entity", expected: "at least one entity with fields" })
  }
  if (names.length > limits.entities) {
    const found = `${names.length} entities`
    return report.add({ path: "entities", found, expected: `at most ${limits.entities}`, fix: "Split the project." })
  }
  const sound = names.flatMap((written) => {
    const path = join("entities", written)
    const name = report.checkName(path, written)
    return name === undefined ? [] : [{ path, forms: [name, Names.plural(written)] as const }]
  })
  collisions(report, sound)
  for (const { forms, path } of sound) {
    const [name, plural] = forms
    if (!takenPaths.has(plural.kebab)) continue
    const expected = "a name whose plural is no path of the API's own"
    report.add({ path, found: `"${name.written}"`, expected, fix: "Rename it." })
  }
  const decoded = names.map((name) => entity(report, join("entities", name), name, all[name], names, accounts))
  const entities = decoded.filter((one) => one !== undefined)
  endlessChain(report, entities)
  return entities
}

const entity = (
  report: Report,
  path: string,
  name: string,
  value: unknown,
  entities: ReadonlyArray<string>,
  accounts: boolean | undefined
): EntitySpec | undefined => {
  const known = ["description", "access", "fields"]
  const record = report.record(path, value, known, (key) =>
    FieldDefinition.isType((value as Readonly<Record<string, unknown>>)[key]) && nearest(key, known) === undefined
      ? `Fields stand one level deeper, under "fields".`
      : ForeignWords.section(key)
  )
  if (record === undefined) return undefined
  const description = report.has(record, "description")
    ? report.text(`${path}.description`, record.description)
    : undefined
  const access = report.has(record, "access") ? accessOf(report, `${path}.access`, record.access, accounts) : "owner"
  if (!report.has(record, "fields")) return report.missing(`${path}.fields`, "at least one field")
  const fields = report.record(`${path}.fields`, record.fields)
  if (fields === undefined) return undefined
  const names = Object.keys(fields)
  if (names.length === 0) {
    return report.add({ path: `${path}.fields`, found: "no field", expected: "at least one field" })
  }
  if (names.length > limits.fields) {
    const expected = `at most ${limits.fields} in one entity`
    return report.add({ path: `${path}.fields`, found: `${names.length} fields`, expected, fix: "Split the entity." })
  }
  const sound = names.flatMap((written) => {
    const at = join(`${path}.fields`, written)
    const name = fieldName(report, at, written)
    return name === undefined ? [] : [{ path: at, forms: [name] }]
  })
  collisions(report, sound)
  const decoded = names.map((field) =>
    FieldDefinition.parse(report, join(`${path}.fields`, field), field, fields[field], entities)
  )
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(accounts === true && access !== undefined ? { access } : {}),
    fields: decoded.filter((one): one is FieldDefinition.FieldSpec => one !== undefined)
  }
}

const accessOf = (report: Report, path: string, value: unknown, accounts: boolean | undefined): Access | undefined => {
  if (accounts !== false) return report.choice(path, value, access)
  return report.add({
    path,
    found: `the key "access"`,
    expected: "no such key in a project without accounts, where everybody may do everything",
    fix: `Add "user-authentication" to the features, or remove the key.`
  })
}

const fieldName = (report: Report, path: string, written: string): Names.Name | undefined => {
  const name = report.checkName(path, written)
  const reserved = name === undefined ? undefined : given.get(name.kebab)
  if (reserved === undefined) return name
  const expected = `a name other than ${list(given.values())}, which every entity has`
  const again = written === reserved ? "" : ` (it becomes "${reserved}")`
  return report.add({ path, found: `"${written}"${again}`, expected, fix: "Remove the field, or rename it." })
}

/** Two names that share any form that some target uses would overwrite each other there. */
const collisions = (
  report: Report,
  all: ReadonlyArray<{ readonly path: string; readonly forms: ReadonlyArray<Names.Name> }>
): void => {
  const owners = new Map<string, Names.Name>()
  for (const { forms, path } of all) {
    let reported = false
    const keys = forms.flatMap((name, index) => [
      { key: `${index} snake ${name.snake}`, safe: name.snake },
      { key: `${index} pascal ${name.pascal.toLowerCase()}`, safe: name.pascal }
    ])
    for (const { key, safe } of keys) {
      const owner = owners.get(key)
      if (owner === undefined) {
        owners.set(key, forms[0]!)
      } else if (!reported && owner !== forms[0]) {
        reported = true
        const [name] = forms
        report.add({
          path,
          found: `"${name!.written}", which becomes "${safe}" once made safe`,
          expected: `a name that stays apart from "${owner.written}", which becomes "${safe}" as well`,
          fix: "Rename one of the two."
        })
      }
    }
  }
}

/**
 * Rows are made one at a time, so a ring of required references is an entity that nobody can ever make. Follows, from
 * every entity, only required references; the first ring found is shown as its path.
 */
const endlessChain = (report: Report, entities: ReadonlyArray<EntitySpec>): void => {
  const required = new Map(
    entities.map((one) => [one.name, one.fields.filter((field) => field.type === "reference" && field.required)])
  )
  const done = new Set<string>()
  for (const start of required.keys()) {
    // Depth first with a stack of our own: 500 entities in a row must not meet the limit of the language's.
    const trail: Array<{ readonly entity: string; next: number }> = []
    const enter = (entity: string) => {
      if (!done.has(entity)) trail.push({ entity, next: 0 })
    }
    enter(start)
    while (trail.length > 0) {
      const here = trail[trail.length - 1]!
      const field = required.get(here.entity)?.[here.next++]
      if (field === undefined) {
        done.add(here.entity)
        trail.pop()
        continue
      }
      const to = field.to ?? ""
      const from = trail.findIndex((step) => step.entity === to)
      if (from === -1) {
        enter(to)
        continue
      }
      const ring = [...trail.slice(from).map((step) => step.entity), to].map((name) => `"${name}"`).join(" → ")
      report.add({
        path: join(`entities.${here.entity}.fields`, field.name),
        found: `required references in a ring: ${ring}`,
        expected: "a first row that can be made without another one",
        fix: `Remove "required" from one of them.`
      })
      done.add(here.entity)
      trail.pop()
    }
  }
}
