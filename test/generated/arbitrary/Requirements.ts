/**
 * Any valid requirements file, as the plain value that a YAML reader gives: for tests of what holds for all of them.
 *
 * Valid by construction. Parts that depend on each other (a reference and its entity, a default and its limits) are drawn
 * apart from each other and fitted together afterwards, so that shrinking can take away any of them.
 */
import * as fc from "fast-check"
import { choices } from "../../../actors/fullstack/Requirements.ts"
import * as Fields from "./Fields.ts"
import * as Names from "./Names.ts"

export type Value = Readonly<Record<string, unknown>>

interface Entity {
  readonly name: string
  readonly description?: string
  readonly fields: ReadonlyArray<{ readonly name: string; readonly definition: Fields.Definition }>
}

const entities = (most: number, mostFields: number): fc.Arbitrary<ReadonlyArray<Entity>> => {
  const field = fc.record({ name: Names.field, definition: Fields.definition })
  const fields = fc.uniqueArray(field, {
    minLength: 1,
    maxLength: mostFields,
    size: "max",
    selector: ({ name }) => Names.fieldKey(name)
  })
  const entity = fc.record(
    { name: Names.entity, description: Fields.text, fields },
    { requiredKeys: ["name", "fields"] }
  )
  return fc.uniqueArray(entity, {
    minLength: 1,
    maxLength: most,
    size: "max",
    selector: ({ name }) => Names.entityKey(name)
  })
}

/** Some entity of the file. A required one stands further up, so that no ring of required references comes about. */
const referenceOf = ({ options, target }: Fields.Reference, at: number, names: ReadonlyArray<string>) => {
  const { required, onDelete, ...others } = options
  if (required !== true || at === 0) {
    const to = names[target % names.length]
    return { type: "reference", to, ...others, ...(onDelete === undefined ? {} : { onDelete }) }
  }
  const then = onDelete === "setNull" ? "restrict" : onDelete
  return {
    type: "reference",
    to: names[target % at],
    ...others,
    required,
    ...(then === undefined ? {} : { onDelete: then })
  }
}

const together = (all: ReadonlyArray<Entity>, backwards: boolean): Value => {
  const names = all.map(({ name }) => name)
  const written = all.map(({ description, fields, name }, at) => {
    const definitions = fields.map(({ definition, name: field }) => [
      field,
      definition.type === "plain" ? definition.written : referenceOf(definition, at, names)
    ])
    return [
      name,
      { ...(description === undefined ? {} : { description }), fields: Object.fromEntries(definitions) }
    ] as const
  })
  return Object.fromEntries(backwards ? written.toReversed() : written)
}

const subsetOf = <A>(all: ReadonlyArray<A>) => fc.subarray([...all])
const partOf = <T>(parts: { readonly [Key in keyof T]: fc.Arbitrary<T[Key]> }) =>
  fc.record<T, never>(parts, { requiredKeys: [] })

/**
 * A requirements file. Few entities are the rule, up to 40 occur; the more there are, the fewer fields each has, for the
 * sake of those tests that build what they describe.
 */
export const requirements: fc.Arbitrary<Value> = fc.record(
  {
    name: Names.project,
    description: Fields.text,
    scale: fc.constantFrom(...choices.scale),
    stack: partOf({
      frontend: fc.constant("react"),
      backend: fc.constant("node-express"),
      database: fc.constant("sqlite")
    }),
    features: subsetOf(choices.features),
    entities: fc
      .tuple(
        fc.oneof(
          { weight: 12, arbitrary: entities(4, 6) },
          { weight: 1, arbitrary: entities(2, 30) },
          { weight: 4, arbitrary: entities(12, 5) },
          { weight: 3, arbitrary: entities(40, 4) }
        ),
        fc.boolean()
      )
      .map(([all, backwards]) => together(all, backwards)),
    ui: partOf({ title: Names.project, theme: fc.constantFrom(...choices.theme), pages: subsetOf(choices.pages) }),
    architecture: partOf({ style: fc.constantFrom(...choices.style) }),
    constraints: partOf({
      expectedUsers: fc.oneof(
        fc.integer({ min: 1, max: 200_000 }),
        fc.maxSafeNat().map((n) => Math.max(n, 1))
      ),
      availability: fc.oneof(
        fc.constantFrom(99, 99.5, 99.9, 99.99, 99.999),
        fc.double({ min: 0, minExcluded: true, max: 100, maxExcluded: true, noNaN: true })
      ),
      region: fc.oneof(fc.constantFrom("eu", "us"), Fields.line)
    })
  },
  { requiredKeys: ["name", "entities"] }
)

/** The one that belongs to a seed: the same as the first that `fc.assert` tries with this seed. */
export const sample = (seed: number): Value => {
  const [value] = fc.sample(requirements, { seed, numRuns: 1 })
  return value! // asked for one
}
