/** The arbitrary that tests of "any valid requirements" rest on: what it gives is valid, reaches everything, and shrinks. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import * as fc from "fast-check"
import * as Requirements from "../../../actors/fullstack/Requirements.ts"
import { requirements, sample } from "../../generated/arbitrary/Requirements.ts"

const seed = 2026
const parse = (value: unknown) => Effect.runSync(Requirements.parse(value))

describe("an arbitrary requirements file", () => {
  it("is valid", () => {
    fc.assert(
      fc.property(requirements, (value) => void parse(value)),
      { seed, numRuns: 300 }
    )
  })

  it("has every choice, type and option, rings and references to itself, one entity and more than thirty", () => {
    const all = fc.sample(requirements, { seed, numRuns: 400 }).map(parse)
    const seen = new Set<string>()
    for (const { architecture, constraints, entities, features, scale, ui } of all) {
      const required = new Map(entities.map((one) => [one.name, new Set<string>()]))
      for (const word of [scale, ui.theme, architecture.style, ...ui.pages, ...features, ...Object.keys(constraints)])
        seen.add(word)
      seen.add(`features: ${features.length}`)
      if (entities.length === 1) seen.add("one entity")
      if (entities.length > 30) seen.add("more than thirty")
      for (const { fields, name } of entities) {
        for (const field of fields) {
          seen.add(field.type)
          for (const option of Object.keys(field)) seen.add(`${field.type} ${option}`)
          for (const flag of ["required", "unique"] as const) seen.add(`${field.type} ${flag}: ${field[flag]}`)
          if (field.type !== "reference" || field.to === undefined) continue
          seen.add(`${field.onDelete}${field.required ? ", required" : ""}`)
          if (field.to === name) seen.add("itself")
          else if (required.get(field.to)!.has(name)) seen.add("ring")
          required.get(name)!.add(field.to)
        }
      }
    }
    const wanted = [
      ...Requirements.choices.scale,
      ...Requirements.choices.features,
      ...Requirements.choices.theme,
      ...Requirements.choices.pages,
      ...Requirements.choices.style,
      ...["expectedUsers", "availability", "region", "features: 0", "features: 4", "itself", "ring"],
      ...[
        "one entity",
        "more than thirty",
        "restrict",
        "cascade",
        "setNull",
        "restrict, required",
        "cascade, required"
      ],
      ...["string", "text"].flatMap((type) => ["minLength", "maxLength", "default"].map((one) => `${type} ${one}`)),
      ...["integer", "number"].flatMap((type) => ["min", "max", "default"].map((one) => `${type} ${one}`)),
      ...["boolean default", "date default", "enum values", "enum default", "reference to"],
      ...["string", "text", "integer", "number", "boolean", "date", "enum", "reference"].flatMap((type) =>
        ["description", "required: true", "required: false", "unique: true", "unique: false"].map(
          (one) => `${type} ${one}`
        )
      )
    ]
    assert.deepStrictEqual(
      wanted.filter((one) => !seen.has(one)),
      []
    )
  })

  it("is found again by its seed", () => {
    for (const one of [1, 2, 3]) {
      const tried: Array<unknown> = []
      fc.assert(
        fc.property(requirements, (value) => void tried.push(value)),
        { seed: one, numRuns: 1 }
      )
      assert.deepStrictEqual(tried, [sample(one)])
    }
  })

  it("shrinks to what matters", () => {
    const cascades = (value: unknown) =>
      parse(value).entities.some(({ fields }) => fields.some((field) => field.onDelete === "cascade"))
    const found = fc.check(
      fc.property(requirements, (value) => !cascades(value)),
      { seed, numRuns: 200 }
    )
    const [smallest] = found.counterexample!
    const { entities, features } = parse(smallest)
    assert.deepStrictEqual(features, [])
    assert.deepStrictEqual(
      entities.map(({ fields }) => fields.map((field) => [field.type, field.required, field.unique, field.onDelete])),
      [[["reference", false, false, "cascade"]]]
    )
  })

  it("is refused, with both names, once two of its names differ only by case", () => {
    let refused = 0
    const swapped = (name: string) =>
      [...name].map((one) => (one === one.toUpperCase() ? one.toLowerCase() : one.toUpperCase())).join("")
    fc.assert(
      fc.property(requirements, fc.boolean(), (value, entity) => {
        const entities = value.entities as Readonly<
          Record<string, { readonly fields: Readonly<Record<string, unknown>> }>
        >
        const [name, first] = Object.entries(entities)[0]!
        const field = Object.keys(first.fields)[0]!
        const [written, other] = entity ? [name, swapped(name)] : [field, swapped(field)]
        fc.pre(written !== other)
        const twice = entity
          ? { ...entities, [other]: { fields: { a: "text" } } }
          : { ...entities, [name]: { fields: { ...first.fields, [other]: "text" } } }
        const exit = Effect.runSyncExit(Requirements.parse({ ...value, entities: twice }))
        // A sign that has no other case, or is another word in it, keeps the two apart; then both are in the file.
        if (Exit.isSuccess(exit)) return
        refused++
        assert.include(String(exit.cause), `"${written}"`)
        assert.include(String(exit.cause), `"${other}"`)
      }),
      { seed, numRuns: 200 }
    )
    assert.isAbove(refused, 150)
  })
})
