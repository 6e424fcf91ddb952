/** What a requirements file says of a field, in the form to which schema, API document and sources are brought as well. */
import type { Project } from "../../../actors/fullstack/Project.ts"

export interface Facts {
  readonly type: string
  readonly required: boolean
  readonly unique: boolean
  readonly minLength: number | undefined
  readonly maxLength: number | undefined
  readonly min: number | undefined
  readonly max: number | undefined
  readonly values: ReadonlyArray<string> | undefined
  readonly default: string | number | boolean | undefined
  /** The path of the entity referred to. */
  readonly to: string | undefined
  readonly onDelete: string | undefined
}

/** Entities by path, fields by written name; or the parts of it that a document can say. */
export type Said = Readonly<Record<string, Readonly<Record<string, Partial<Facts>>>>>

export const byName = <A>(entries: Iterable<readonly [string, A]>): Readonly<Record<string, A>> =>
  Object.fromEntries(entries)

/** What the requirements say, as far as a document has words for it. */
export const expected = (project: Project, part: (facts: Facts) => Partial<Facts>): Said => {
  const paths = new Map(project.entities.map((entity) => [entity.name.written, entity.path]))
  return byName(
    project.entities.map((entity) => [
      entity.path,
      byName(
        entity.fields.map((field) => {
          const none = { minLength: undefined, maxLength: undefined, min: undefined, max: undefined, values: undefined }
          const facts: Facts = {
            ...none,
            default: undefined,
            to: undefined,
            onDelete: undefined,
            ...field,
            ...(field.type === "reference" ? { to: paths.get(field.to) } : {})
          }
          return [field.name.written, part(facts)]
        })
      )
    ])
  )
}

/** The given facts, without those that say nothing. */
export const only = (facts: Partial<Facts>, ...keys: ReadonlyArray<keyof Facts>): Partial<Facts> =>
  Object.fromEntries(keys.flatMap((key) => (facts[key] === undefined ? [] : [[key, facts[key]]])))
