import { assert, describe, it } from "@effect/vitest"
import { validate } from "@hyperjump/json-schema/openapi-3-1"
import Database from "better-sqlite3"
import { Effect } from "effect"
import { parse as parseYaml } from "yaml"
import * as Criteria from "../../../actors/fullstack/Criteria.ts"
import * as Project from "../../../actors/fullstack/Project.ts"
import * as Requirements from "../../../actors/fullstack/Requirements.ts"
import { Stories } from "../../../actors/fullstack/Results.ts"
import { TechnicalArchitect } from "../../../actors/fullstack/TechnicalArchitect.ts"
import { assertSound } from "../../generated/documents/openApi.ts"
import * as Assignment from "./assignment.ts"
import { all, awkward, everything, ring, smallest } from "./oddProjects.ts"

const work = (value: unknown) =>
  Effect.gen(function* () {
    const { ui, ...input } = yield* Requirements.parse(value)
    const stories = Criteria.storiesOf(Project.fromInput({ ...input, ui }))
    const { assignment, kept } = Assignment.make("technical-architect", {
      input,
      results: { "product-manager": new Stories({ stories }) }
    })
    const result = yield* TechnicalArchitect.run(assignment)
    return { result, files: kept.files, stories, api: JSON.parse(result.openapi) }
  })

const database = (statements: ReadonlyArray<string>) => {
  const db = new Database(":memory:")
  db.pragma("foreign_keys = ON")
  for (const statement of statements) db.exec(statement)
  return db
}

describe("technical-architect", () => {
  it.effect("passes the criteria of the product manager through, those of the pages too", () =>
    Effect.gen(function* () {
      const { result, stories } = yield* work(everything)
      assert.deepStrictEqual(result.criteria, Criteria.criteriaOf(stories))
      assert.include(
        result.criteria.map(({ id }) => id),
        "AC-dashboard.ui"
      )
      assert.notInclude(TechnicalArchitect.reads, "ui")
    })
  )

  it.effect.each(all)("writes its three documents, and the settings of the formatter: %s", ([, value]) =>
    Effect.gen(function* () {
      const { api, files } = yield* work(value)
      assert.deepStrictEqual([...files.keys()].sort(), [
        ".prettierignore",
        ".prettierrc.json",
        "docs/architecture.md",
        "docs/openapi.yaml",
        "docs/schema.sql"
      ])
      assert.deepStrictEqual(parseYaml(files.get("docs/openapi.yaml") ?? ""), api)
      assert.notMatch(files.get("docs/openapi.yaml") ?? "", /^\s*\S+: [&*]\w/mu)
      const db = new Database(":memory:")
      db.exec(files.get("docs/schema.sql") ?? "")
      db.exec(files.get("docs/schema.sql") ?? "")
    })
  )
})

describe("the API document", () => {
  it.effect.each(all)("is valid OpenAPI 3.1 without a dangling reference: %s", ([, value]) =>
    Effect.gen(function* () {
      const { api } = yield* work(value)
      yield* Effect.promise(() => assertSound(api))
    })
  )

  it.effect("would not pass with a wrong type, so the check above can fail", () =>
    Effect.gen(function* () {
      const { api } = yield* work(smallest)
      api.components.schemas.NoteRow.properties.id.type = "uuid"
      const output = yield* Effect.promise(() => validate("https://spec.openapis.org/oas/3.1/schema-base", api))
      assert.isFalse(output.valid)
    })
  )

  it.effect("promises every path, and the feature's paths only with the feature", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(Object.keys((yield* work(smallest)).api.paths), [
        "/api/notes",
        "/api/notes/{id}",
        "/api/notes/{id}/deletion",
        "/healthz",
        "/metrics",
        "/openapi.json"
      ])
      const paths = Object.keys((yield* work(everything)).api.paths)
      for (const path of [
        "/api/things.csv",
        "/api/things/labels",
        "/api/audit-log",
        "/api/auth/register",
        "/api/auth/me"
      ]) {
        assert.include(paths, path)
      }
    })
  )

  it.effect("takes the written names, with limits, defaults and null for what is not required", () =>
    Effect.gen(function* () {
      const { api } = yield* work(everything)
      const { ThingCreate, ThingPatch, ThingRow } = api.components.schemas
      assert.deepStrictEqual(ThingCreate.required, ["flag", "kept"])
      assert.isUndefined(ThingPatch.required)
      assert.deepStrictEqual(ThingCreate.properties.line, {
        type: "string",
        minLength: 2,
        maxLength: 5,
        pattern:
          "^[^\\r\\n\\u0000]*[^\\s\\u0000\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufeff][^\\r\\n\\u0000]*$",
        description: "A line.",
        default: "ab"
      })
      assert.deepStrictEqual(ThingCreate.properties.count, {
        type: ["integer", "null"],
        minimum: -3,
        maximum: 3,
        default: 0
      })
      assert.strictEqual(ThingRow.properties.createdAt.readOnly, true)
      assert.isFalse(ThingRow.additionalProperties)
      assert.strictEqual(ThingRow.required.length, 13)
    })
  )

  it.effect("describes the answers that an operation can really give", () =>
    Effect.gen(function* () {
      const { api } = yield* work(everything)
      const answers = (path: string, method: string) => Object.keys(api.paths[path][method].responses)
      assert.deepStrictEqual(answers("/api/things", "get"), ["200", "400", "401"])
      assert.deepStrictEqual(answers("/api/things", "post"), ["201", "400", "401", "403", "409", "413", "415", "422"])
      assert.deepStrictEqual(answers("/api/owners/{id}", "delete"), ["204", "400", "401", "403", "404", "409", "412"])
      assert.deepStrictEqual(answers("/api/things/{id}", "delete"), ["204", "400", "401", "403", "404", "412"])
      assert.property(api.paths["/api/things"].post.responses["201"].headers, "Location")
      assert.includeMembers(answers("/api/auth/login", "post"), ["401", "415", "429"])
      assert.includeMembers(answers("/api/auth/register", "post"), ["409", "415", "429"])
      assert.property(api.components.responses.TooManyAttempts.headers, "Retry-After")
      // Root takes Branch along, and a Leaf stands in the way of a Branch.
      const reference = (to: string, onDelete: string) => ({ fields: { up: { type: "reference", to, onDelete } } })
      const tree = yield* work({
        name: "Tree",
        entities: {
          Root: { fields: { a: "text" } },
          Branch: reference("Root", "cascade"),
          Leaf: reference("Branch", "restrict")
        }
      })
      const deletion = (path: string) => Object.keys(tree.api.paths[path].delete.responses)
      assert.deepStrictEqual(deletion("/api/roots/{id}"), ["204", "400", "404", "409", "412"])
      assert.deepStrictEqual(deletion("/api/leaves/{id}"), ["204", "400", "404", "412"])
      const open = yield* work(smallest)
      assert.deepStrictEqual(Object.keys(open.api.paths["/api/notes"].post.responses), [
        "201",
        "400",
        "413",
        "415",
        "422"
      ])
      assert.isUndefined(open.api.security)
      assert.notProperty(open.api.components.responses, "TooManyAttempts")
    })
  )

  it.effect("offers each list its own parameters once", () =>
    Effect.gen(function* () {
      const { api } = yield* work(awkward)
      const names = api.paths["/api/orders"].get.parameters.map(
        (one: { $ref?: string; name?: string }) => one.name ?? one.$ref?.split("/").at(-1)
      )
      assert.deepStrictEqual(names, ["page", "pageSize", "sort", "q", "select", "from", "index"])
    })
  )
})

describe("the database schema", () => {
  it.effect("runs twice, and keeps what an entity may hold", () =>
    Effect.gen(function* () {
      const { result } = yield* work(everything)
      const db = database([...result.ddl, ...result.ddl])
      db.exec(`INSERT INTO owners (id, code, created_at, updated_at) VALUES ('o', 'c', '', '')`)
      const insert = (columns: Readonly<Record<string, string>>) => {
        const row = { id: "'t'", flag: "1", kept: "'o'", created_at: "''", updated_at: "''", ...columns }
        const names = Object.keys(row).map((name) => `"${name}"`)
        return () => db.exec(`INSERT INTO things (${names.join(", ")}) VALUES (${Object.values(row).join(", ")})`)
      }
      for (const [wrong, reason] of [
        [{ line: "'a'" }, /CHECK/],
        [{ line: "'abcdef'" }, /CHECK/],
        [{ count: "4" }, /CHECK/],
        [{ count: "'many'" }, /INTEGER/],
        [{ ratio: "0.4" }, /CHECK/],
        [{ flag: "2" }, /CHECK/],
        [{ flag: "NULL" }, /NOT NULL/],
        [{ day: "'2026-02-29'" }, /CHECK/],
        [{ day: "'today'" }, /CHECK/],
        [{ state: "'maybe'" }, /CHECK/],
        [{ kept: "'nobody'" }, /FOREIGN KEY/]
      ] as const) {
        assert.throws(insert(wrong), reason)
      }
      insert({})()
      assert.deepStrictEqual(db.prepare("SELECT line, count, ratio, day, state FROM things").get(), {
        line: "ab",
        count: 0,
        ratio: 0.75,
        day: "2000-02-29",
        state: "'"
      })
      assert.throws(insert({ id: "'u'" }), /UNIQUE/)
    })
  )

  it.effect("restricts, cascades and empties when something referred to is deleted, also in a ring", () =>
    Effect.gen(function* () {
      const { result } = yield* work(ring)
      const db = database(result.ddl)
      const add = (index: number) =>
        db.exec(`INSERT INTO node${index}s (id, label, created_at, updated_at) VALUES ('${index}', 'x', '', '')`)
      for (const index of [0, 1, 2, 3]) add(index)
      // 0 restricts the end of 1, 1 goes with 2, 2 outlives 3
      for (const index of [0, 1, 2]) db.exec(`UPDATE node${index}s SET "next" = '${index + 1}'`)
      db.exec("DELETE FROM node3s")
      assert.deepStrictEqual(db.prepare(`SELECT "next" FROM node2s`).get(), { next: null })
      assert.throws(() => db.exec("DELETE FROM node1s"), /FOREIGN KEY/)
      db.exec("DELETE FROM node0s")
      db.exec("DELETE FROM node2s")
      assert.isUndefined(db.prepare("SELECT id FROM node1s").get())
    })
  )

  it.effect("answers its lists and its references from an index", () =>
    Effect.gen(function* () {
      const { result } = yield* work(everything)
      const db = database(result.ddl)
      const plan = (sql: string) => JSON.stringify(db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all())
      const newest = plan("SELECT * FROM things ORDER BY created_at DESC, id LIMIT 20")
      assert.include(newest, "ix_things__created_at")
      assert.notInclude(newest, "TEMP B-TREE")
      assert.include(plan("SELECT * FROM things WHERE kept = 'o' ORDER BY created_at DESC"), "ix_things__kept")
      assert.include(plan("SELECT * FROM owners WHERE code = 'c'"), "uq_owners__code")
    })
  )

  it.effect("makes the backend's own tables with the features", () =>
    Effect.gen(function* () {
      const tables = (statements: ReadonlyArray<string>) =>
        database(statements)
          .prepare(
            `SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '\\_%' ESCAPE '\\' AND name NOT GLOB '*__search*' ORDER BY name`
          )
          .pluck()
          .all()
      assert.deepStrictEqual(tables((yield* work(smallest)).result.ddl), [])
      assert.deepStrictEqual(tables((yield* work(awkward)).result.ddl), [
        "_account",
        "_audit_log",
        "_invitation",
        "_registration",
        "_session"
      ])
    })
  )
})
