import { assert, describe, it } from "@effect/vitest"
import { validate } from "@hyperjump/json-schema/openapi-3-1"
import Database from "better-sqlite3"
import { Effect, Either } from "effect"
import * as fc from "fast-check"
import { parse as parseYaml } from "yaml"
import * as Criteria from "../../../actors/fullstack/Criteria.ts"
import * as Project from "../../../actors/fullstack/Project.ts"
import * as Requirements from "../../../actors/fullstack/Requirements.ts"
import { ddl } from "../../../actors/fullstack/templates/architecture/Ddl.ts"
import * as Document from "../../../actors/fullstack/templates/architecture/Document.ts"
import { schemaFile, yamlOf } from "../../../actors/fullstack/templates/architecture/Files.ts"
import { openApi } from "../../../actors/fullstack/templates/architecture/OpenApi.ts"
import * as RequirementsFile from "../../../layers/RequirementsFile.ts"

const word = fc.oneof(
  fc.constantFrom(
    "Order",
    "User",
    "select",
    "from",
    "Größe",
    "任务",
    "page",
    "sort",
    "q",
    "then",
    "toString",
    "2nd",
    "a.b",
    "x'y",
    '"z"',
    "Table",
    "class",
    "Index",
    "-minus",
    "Key [x]"
  ),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 })
)

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.constantFrom("it's", '"', "*/", "--", "|", "`", "a\nb")
)

const flags = { required: fc.boolean(), unique: fc.boolean(), description: text }

const partly = <T extends Record<string, fc.Arbitrary<unknown>>>(type: string, options: T) =>
  fc.record({ type: fc.constant(type), ...flags, ...options }, { requiredKeys: ["type"] })

const field = fc.oneof(
  fc.constantFrom("string", "text", "integer", "number", "boolean", "date"),
  partly("string", { minLength: fc.nat(3), maxLength: fc.integer({ min: 3, max: 40 }), default: text }),
  partly("text", { minLength: fc.nat(3), default: text }),
  partly("integer", { min: fc.integer({ max: 0 }), max: fc.maxSafeInteger(), default: fc.maxSafeInteger() }),
  partly("number", { min: fc.double(), max: fc.double(), default: fc.double() }),
  partly("boolean", { default: fc.boolean() }),
  partly("date", { default: fc.constantFrom("2024-02-29", "2023-02-29", "9999-12-31", "0000-01-01") }),
  fc.record({ type: fc.constant("enum"), values: fc.uniqueArray(text, { minLength: 1, maxLength: 4 }), ...flags })
)

const requirements = fc.uniqueArray(word, { minLength: 1, maxLength: 5 }).chain((names) => {
  const reference = partly("reference", {
    to: fc.constantFrom(...names),
    onDelete: fc.constantFrom("restrict", "cascade", "setNull")
  }).map((one) => ({ to: names[0], ...one }))
  const fields = fc.dictionary(word, fc.oneof({ weight: 4, arbitrary: field }, { weight: 1, arbitrary: reference }), {
    minKeys: 1,
    maxKeys: 5
  })
  return fc.record({
    name: word,
    description: text,
    features: fc.uniqueArray(fc.constantFrom(...Requirements.choices.features)),
    entities: fc
      .tuple(...names.map(() => fields))
      .map((all) => Object.fromEntries(all.map((one, index) => [names[index], { fields: one }]))),
    ui: fc.constantFrom({}, { pages: ["dashboard"] })
  })
})

/** Runs a check on so many valid requirements out of those that chance gives. */
const forValid = async (wanted: number, check: (requirements: Requirements.Requirements) => Promise<void>) => {
  let seen = 0
  for (const value of fc.sample(requirements, { numRuns: wanted * 15, seed: 2026 })) {
    const decoded = Effect.runSync(Effect.either(Requirements.parse(value)))
    if (Either.isLeft(decoded)) continue
    await check(decoded.right)
    if (++seen === wanted) return
  }
  assert.fail(`only ${seen} of the samples were valid`)
}

describe("any valid requirements", () => {
  it("give a schema that SQLite takes twice, and a diagram and criteria with names of their own", () =>
    forValid(100, async (valid) => {
      const project = Project.fromInput(valid)
      const db = new Database(":memory:")
      db.exec(schemaFile(project, ddl(project)))
      db.exec(schemaFile(project, ddl(project)))
      const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all()
      for (const entity of project.entities) assert.include(tables, entity.table)
      const ids = Criteria.criteriaOf(Criteria.storiesOf(project)).map(({ id }) => id)
      assert.strictEqual(new Set(ids).size, ids.length)
      const architecture = Document.architecture(project, Document.overview(project))
      assert.strictEqual(architecture.match(/^```/gmu)?.length, 2)
      db.close()
    }))

  it("give valid OpenAPI 3.1, the same as JSON and as YAML", () =>
    forValid(25, async (valid) => {
      const project = Project.fromInput(valid)
      const api = JSON.parse(JSON.stringify(openApi(project)))
      const output = await validate("https://spec.openapis.org/oas/3.1/schema-base", api, "BASIC")
      assert.isTrue(output.valid, JSON.stringify(output).slice(0, 1000))
      assert.deepStrictEqual(parseYaml(yamlOf(api)), api)
    }))
})

describe("a requirements file with mistakes", () => {
  it("tells the line and column of each", () => {
    const file = Effect.runSync(
      RequirementsFile.parse(
        "shop.yaml",
        [
          "name: Shop",
          "entities:",
          "  Order:",
          "    fields:",
          "      total: { type: number, min: 5, max: 1 }",
          "      buyer: { type: reference, to: Custmer }",
          "  Customer: { fields: { name: strng } }"
        ].join("\n")
      )
    )
    const error = file.locate(Effect.runSync(Effect.flip(Requirements.parse(file.value))))
    assert.deepStrictEqual(error.message.split("\n"), [
      "shop.yaml:5:30: entities.Order.fields.total.min: found min 5 over max 1, expected no more than max. Swap the two.",
      'shop.yaml:6:33: entities.Order.fields.buyer.to: found "Custmer", expected one of the entities Order, Customer. Did you mean "Customer"?',
      'shop.yaml:7:25: entities.Customer.fields.name: found "strng", expected one of string, text, integer, number, boolean, date, enum, reference. Did you mean "string"?'
    ])
  })
})
