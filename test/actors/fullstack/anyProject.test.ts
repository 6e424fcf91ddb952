import { assert, describe, it } from "@effect/vitest"
import Database from "better-sqlite3"
import { Effect } from "effect"
import * as fc from "fast-check"
import { parse as parseYaml } from "yaml"
import * as Criteria from "../../../actors/fullstack/Criteria.ts"
import * as Project from "../../../actors/fullstack/Project.ts"
import * as Requirements from "../../../actors/fullstack/Requirements.ts"
import { ddl, schemaFile } from "../../../actors/fullstack/templates/architecture/Ddl.ts"
import * as Document from "../../../actors/fullstack/templates/architecture/Document.ts"
import { openApi, yamlOf } from "../../../actors/fullstack/templates/architecture/OpenApi.ts"
import * as RequirementsFile from "../../../layers/yaml/RequirementsFile.ts"
import { requirements } from "../../generated/arbitrary/Requirements.ts"
import { assertSound } from "../../generated/documents/openApi.ts"

/** Checks what the requirements of many seeds describe; a failure is shrunk, and says how it is run again. */
const forAny = (numRuns: number, check: (project: Project.Project) => void | Promise<void>) =>
  fc.assert(
    fc.asyncProperty(requirements, async (value) => {
      await check(Project.fromInput(Effect.runSync(Requirements.parse(value))))
    }),
    { seed: 2026, numRuns }
  )

describe("any valid requirements", () => {
  it("give a schema that SQLite takes twice, and a diagram and criteria with names of their own", () =>
    forAny(60, (project) => {
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

  it("give valid OpenAPI 3.1 without dangling references, the same as JSON and as YAML", () =>
    forAny(15, async (project) => {
      const api = JSON.parse(JSON.stringify(openApi(project)))
      await assertSound(api)
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
