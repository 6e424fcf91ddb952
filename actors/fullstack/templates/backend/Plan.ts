/**
 * What the templates need to know about each entity beside the project: how its files and identifiers are called, how
 * many different rows it can hold, and which other entities its rows need first.
 *
 * @since 0.1.0
 */
import type { Entity, Field, Project, ReferenceField } from "../../Project.ts"
import type { Criterion } from "../../Results.ts"

export interface EntityPlan {
  readonly entity: Entity
  /** File name without ending. */
  readonly file: string
  /** The most rows that can stand side by side, as unique fields may hold few values; `Infinity` when none does. */
  readonly capacity: number
  /** Whether changes are recorded in an audit log. */
  readonly audited: boolean
  /** What each reference leads to. */
  readonly target: (field: ReferenceField) => EntityPlan
  /** The id of this entity's criterion of a kind, if the product manager has set one for the backend. */
  readonly criterion: (kind: string) => string | undefined
}

/**
 * The plans of all entities, in their order.
 *
 * @category constructors
 */
export const entityPlans = (project: Project, criteria: ReadonlyArray<Criterion>): ReadonlyArray<EntityPlan> => {
  const ids = new Map(
    criteria
      .filter((criterion) => criterion.entity !== null && criterion.checkedBy.includes("backend-developer"))
      .map((criterion) => [JSON.stringify([criterion.entity, kindOf(criterion.id)]), criterion.id])
  )
  const capacities = capacitiesOf(project)
  const plans = new Map<string, EntityPlan>()
  for (const entity of project.entities) {
    plans.set(entity.name.written, {
      entity,
      file: entity.name.kebab,
      audited: project.features.has("audit-log"),
      capacity: capacities.get(entity.name.written)!,
      target: (field) => plans.get(field.to)!, // the requirements refuse references to nobody
      criterion: (kind) => ids.get(JSON.stringify([entity.name.written, kind]))
    })
  }
  return [...plans.values()]
}

/** `create` of `AC-task.create`. */
export const kindOf = (criterion: string): string => criterion.slice(criterion.indexOf(".") + 1)

/**
 * How many rows of each entity can stand side by side: what its unique fields allow, and, through unique required
 * references, what its parents do. Required references never go in a ring, so the parents come to an end.
 */
const capacitiesOf = (project: Project): ReadonlyMap<string, number> => {
  const byName = new Map(project.entities.map((entity) => [entity.name.written, entity]))
  const known = new Map<string, number>()
  const settle = (name: string): number => {
    const before = known.get(name)
    if (before !== undefined) return before
    const unique = byName.get(name)!.fields.filter((field) => field.unique)
    const capacity = Math.min(
      Number.POSITIVE_INFINITY,
      ...unique.map((field) =>
        field.type === "reference" ? (field.required ? settle(field.to) : Number.POSITIVE_INFINITY) : choices(field)
      )
    )
    known.set(name, capacity)
    return capacity
  }
  for (const name of byName.keys()) settle(name)
  return known
}

/** How many different values the generated samples have for a field. See `samples.ts` of the test support. */
const choices = (field: Exclude<Field, ReferenceField>): number => {
  switch (field.type) {
    case "string":
    case "text":
      return field.maxLength === undefined || field.maxLength >= 6 ? Number.POSITIVE_INFINITY : 26 ** field.maxLength
    case "integer":
      return Math.floor(field.max ?? Number.MAX_SAFE_INTEGER) - Math.ceil(field.min ?? Number.MIN_SAFE_INTEGER) + 1
    case "number":
      return numbers(field.min, field.max)
    case "boolean":
      return 2
    case "date":
      return Number.POSITIVE_INFINITY
    case "enum":
      return field.values.length
  }
}

/** The samples have 1024 numbers, unless the limits are so close that some of them would be the same. */
const numbers = (min = -Number.MAX_VALUE, max = Number.MAX_VALUE): number => {
  const least = Math.max(min, Math.min(0.5, max - Math.max(1024, Math.abs(max))))
  const range = Math.min(max - least, Math.max(1024, Math.abs(least)))
  const furthest = Math.max(Math.abs(least), Math.abs(least + range))
  // Doubles have 53 binary digits, and none is nearer to zero than 2^-1074.
  const apart = 2 ** Math.max(-1074, Math.floor(Math.log2(furthest)) - 52)
  return range / 1024 < 2 * apart ? 1 : 1024
}
