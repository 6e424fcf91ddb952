/**
 * Patterns that recur in a project's requirements: how often each does, what making it by hand would take, and what the
 * team does with it instead.
 *
 * The figures are rules of thumb, estimates of people's time and not measurements; documents say so.
 *
 * @since 0.1.0
 */
import type { Project } from "./Project.ts"

/**
 * One pattern that was found.
 *
 * @category models
 */
export interface Pattern {
  readonly title: string
  /** How many times it occurs. */
  readonly frequency: number
  /** Hours of work by hand that it saves. */
  readonly hoursSaved: { readonly least: number; readonly most: number }
  /** What was made of it. */
  readonly actedUpon: string
}

/** So many entities are no pattern yet: writing each by hand is as quick as finding what they share. */
const fewEntities = 3

/** For each entity. */
const crudHours = 1.5

/**
 * The patterns of a project.
 *
 * @category constructors
 */
export const patternsOf = (project: Project): ReadonlyArray<Pattern> => {
  const { entities, features } = project
  return [
    ...(features.has("user-authentication")
      ? [
          {
            title: "Accounts and sessions",
            frequency: 1,
            hoursSaved: { least: 2, most: 4 },
            actedUpon: "One gate before every path of the API, and one form before every page."
          }
        ]
      : []),
    ...(entities.length > fewEntities
      ? [
          {
            title: "Create, read, update and delete",
            frequency: entities.length,
            hoursSaved: { least: crudHours * entities.length, most: crudHours * entities.length },
            actedUpon:
              "One set of routes and one set of pages for all entities; an entity is a table of its fields that both read."
          }
        ]
      : [])
  ]
}
