/** The documents of a project and its sources say the same, for arbitrary requirements and for those that are kept as files. */
import * as fs from "node:fs"
import { join } from "node:path"
import { assert, beforeAll, describe, it } from "@effect/vitest"
import Database from "better-sqlite3"
import { parse as parseYaml } from "yaml"
import { sample } from "../../generated/arbitrary/Requirements.ts"
import { byName, expected, type Facts, only, type Said } from "../../generated/documents/Facts.ts"
import * as Sources from "../../generated/documents/sources.ts"
import * as Sql from "../../generated/documents/sql.ts"
import { type InMemory, inMemory } from "../../generated/fixtures/inMemory.ts"

const kept = ["examples", "test/generated/requirements"].flatMap((folder) =>
  fs
    .readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .map((file): unknown => parseYaml(fs.readFileSync(join(folder, file), "utf8")))
    .filter((value) => Object.hasOwn(value as object, "entities"))
)

const seeds = Array.from({ length: 30 }, (_, index) => index + 1)

/** By the seed or the place among the kept files; made once, as making them takes longest. */
const all = new Map<string, InMemory>()
beforeAll(() => {
  for (const [index, value] of kept.entries()) all.set(`file ${index}`, inMemory(value))
  for (const seed of seeds) all.set(`sample(${seed})`, inMemory(sample(seed)))
})

const forAll = (check: (made: InMemory) => void) => {
  for (const [name, made] of all) {
    try {
      check(made)
    } catch (error) {
      if (error instanceof Error) error.message = `${name}: ${error.message}`
      throw error
    }
  }
}

const database = ({ files }: InMemory) => new Database(":memory:").exec(files.get("docs/schema.sql")!)

const sourcesBelow = ({ files }: InMemory, folder: string) =>
  [...files].flatMap(([path, content]) =>
    path.startsWith(folder) && /\.tsx?$/.test(path) ? [Sources.parse(path, content)] : []
  )

const storage: Readonly<Record<string, string>> = {
  integer: "INTEGER",
  number: "REAL",
  boolean: "boolean",
  date: "date"
}

/** What the requirements call it. SQL looks at the end of the statement, or at once; either refuses. */
const deletion: Readonly<Record<string, string>> = {
  "NO ACTION": "restrict",
  RESTRICT: "restrict",
  CASCADE: "cascade",
  "SET NULL": "setNull"
}

describe("the documents of any project", () => {
  it("name a test for every acceptance criterion, and the tests name no other", () =>
    forAll((made) => {
      const documented = new Set(made.files.get("docs/stories.md")!.match(/(?<=`)AC-[a-z0-9-]+\.[a-z-]+(?=`)/g))
      const titles = ["backend/test/", "frontend/test/"].flatMap((folder) =>
        sourcesBelow(made, folder).flatMap(Sources.testTitles)
      )
      const named = new Set(titles.flatMap((title) => title.match(/AC-[a-z0-9-]+\.[a-z-]+/g) ?? []))
      assert.isAbove(documented.size, 8)
      assert.deepStrictEqual([...documented].sort(), [...named].sort())
    }))

  it("give the schema the entities, fields and limits of the requirements", () =>
    forAll((made) => {
      const db = database(made)
      const { entities } = made.project
      const paths = new Map(entities.map((entity) => [entity.table, entity.path]))
      const said = byName(
        entities.map((entity) => {
          const { created_at, id, updated_at, ...columns } = Sql.columnsOf(db, entity.table)
          for (const own of [id, created_at, updated_at]) assert.isTrue(own?.required)
          const names = new Map(entity.fields.map((field) => [field.column, field.name.written]))
          return [
            entity.path,
            byName(
              Object.entries(columns).map(([column, facts]) => [
                names.get(column) ?? column,
                {
                  ...facts,
                  ...(facts.to === undefined ? {} : { to: paths.get(facts.to)!, onDelete: deletion[facts.onDelete!]! })
                }
              ])
            )
          ] as const
        })
      )
      const wanted = expected(made.project, (facts) => ({
        ...only(facts, "required", "unique", "minLength", "maxLength", "min", "max", "values", "to"),
        type: storage[facts.type] ?? "TEXT",
        ...(facts.default === undefined
          ? {}
          : { default: typeof facts.default === "boolean" ? Number(facts.default) : facts.default }),
        ...(facts.onDelete === undefined ? {} : { onDelete: facts.onDelete })
      }))
      assert.deepStrictEqual(said, wanted)
      db.close()
    }))

  it("give the API the entities, fields and limits of the requirements", () =>
    forAll((made) => {
      const api = JSON.parse(made.files.get("backend/src/openapi.json")!)
      const target = ({ $ref }: { readonly $ref: string }) => api.components.schemas[$ref.split("/").at(-1)!]
      const schemaOf = (content: {
        readonly content: Readonly<Record<string, { readonly schema: { readonly $ref: string } }>>
      }) => target(content.content["application/json"]!.schema)
      const collections = Object.keys(api.paths).filter(
        (path) => api.paths[path].post !== undefined && !path.startsWith("/api/auth/")
      )
      const said = collections.map((path) => {
        const create = schemaOf(api.paths[path].post.requestBody)
        const patch = schemaOf(api.paths[`${path}/{id}`].patch.requestBody)
        const row = schemaOf(api.paths[path].post.responses[201])
        const { createdAt, id, updatedAt, ...own } = row.properties
        assert.deepStrictEqual([id.format, createdAt.format, updatedAt.format], ["uuid", "date-time", "date-time"])
        assert.deepStrictEqual(Object.keys(row.properties).sort(), [...row.required].sort())
        assert.deepStrictEqual(target(schemaOf(api.paths[path].get.responses[200]).properties.items.items), row)
        const fields = Object.entries<Readonly<Record<string, unknown>>>(create.properties).map(([name, schema]) => {
          const { default: initial, ...rest } = schema
          assert.deepStrictEqual([own[name], patch.properties[name]], [rest, rest], name)
          const types = [schema.type].flat()
          const facts = {
            type: `${types[0]}${schema.format === undefined ? "" : ` ${schema.format}`}`,
            required: !types.includes("null"),
            minLength: schema.minLength,
            maxLength: schema.maxLength,
            min: schema.minimum === Number.MIN_SAFE_INTEGER ? undefined : schema.minimum,
            max: schema.maximum === Number.MAX_SAFE_INTEGER ? undefined : schema.maximum,
            values: (schema.enum as ReadonlyArray<string | null> | undefined)?.filter((one) => one !== null),
            default: initial
          } as Partial<Facts>
          assert.strictEqual(create.required?.includes(name) ?? false, facts.required && initial === undefined, name)
          return [name, only(facts, ...(Object.keys(facts) as Array<keyof Facts>))] as const
        })
        return [path, byName(fields)] as const
      })
      const formats: Readonly<Record<string, string>> = {
        text: "string",
        enum: "string",
        date: "string date",
        reference: "string uuid"
      }
      const wanted = expected(made.project, (facts) => ({
        ...only(facts, "required", "minLength", "maxLength", "values", "default"),
        // The greatest and the least whole number are limits of every integer.
        ...(facts.min === undefined || (facts.type === "integer" && facts.min === Number.MIN_SAFE_INTEGER)
          ? {}
          : { min: facts.min }),
        ...(facts.max === undefined || (facts.type === "integer" && facts.max === Number.MAX_SAFE_INTEGER)
          ? {}
          : { max: facts.max }),
        type: formats[facts.type] ?? facts.type
      }))
      assert.deepStrictEqual(byName(said), wanted)
    }))

  for (const part of ["backend", "frontend"] as const) {
    it(`give the ${part} the entities, fields, limits and types of the requirements`, () =>
      forAll((made) => {
        const files = sourcesBelow(made, `${part}/src/entities/`)
        const paths = new Map(
          files.flatMap((file) =>
            Sources.entityTables(file).map((table) => [
              part === "backend" ? String(table.name) : Sources.entityVariable(file)!,
              part === "backend" ? String(table.path) : `/api${table.path}`
            ])
          )
        )
        const said: Said = byName(
          files.map((file) => {
            const [table] = Sources.entityTables(file)
            const fields = table!.fields as ReadonlyArray<Facts & { readonly name: string }>
            const path = part === "backend" ? table!.path : `/api${table!.path}`
            return [
              path as string,
              byName(
                fields.map(({ to, ...facts }) => [
                  facts.name,
                  only(
                    { ...facts, required: facts.required === true, to: to === undefined ? undefined : paths.get(to)! },
                    ...sayable(part)
                  )
                ])
              )
            ]
          })
        )
        assert.deepStrictEqual(
          said,
          expected(made.project, (facts) => only(facts, ...sayable(part)))
        )

        const types = byName(
          files.map((file) => [file.fileName.split("/").at(-1)!.replace(".ts", ""), Sources.members(file)])
        )
        const plain: Readonly<Record<string, string>> = { integer: "number", number: "number", boolean: "boolean" }
        const wanted = made.project.entities.map((entity) => [
          entity.name.kebab,
          byName(
            entity.fields.map((field) => [
              field.name.written,
              [
                ...(field.type === "enum"
                  ? field.values.map((literal) => ({ literal }))
                  : [plain[field.type] ?? "string"]),
                ...(field.required ? [] : [{ literal: null }])
              ]
            ])
          )
        ])
        assert.deepStrictEqual(types, Object.fromEntries(wanted))
      }))
  }

  it("have an index for the newest of each owner, without the rows that have none, and a view that sums up", () =>
    forAll((made) => {
      const db = database(made)
      const { entities } = made.project
      for (const { fields, table } of entities) {
        const indexes = Sql.indexesOf(db, table)
        assert.deepInclude(indexes, { unique: false, partial: false, columns: ["created_at DESC", "id"] })
        for (const field of fields) {
          if (field.type !== "reference" || field.unique) continue
          assert.deepInclude(indexes, {
            unique: false,
            partial: !field.required,
            columns: [field.column, "created_at DESC"]
          })
        }
      }
      const free = entities.find(({ fields }) => fields.every((field) => !field.required))
      if (free !== undefined) {
        const insert = `INSERT INTO "${free.table}" ("id", "created_at", "updated_at") VALUES (?, ?, ?)`
        db.prepare(insert).run("1", "2026-01-01", "2026-01-04")
      }
      const summary = db
        .prepare(`SELECT "table", "total", "last_created_at" AS created, "last_updated_at" AS updated FROM "_summary"`)
        .all()
      assert.deepStrictEqual(
        summary,
        entities.map((entity) =>
          entity === free
            ? { table: entity.table, total: 1, created: "2026-01-01", updated: "2026-01-04" }
            : { table: entity.table, total: 0, created: null, updated: null }
        )
      )
      db.close()
    }))

  it("tell which patterns recur, how often, and the hours they save", () =>
    forAll(({ files, project }) => {
      const document = files.get("docs/architecture.md")!
      const count = project.entities.length
      const rows = [
        ...document.matchAll(/^\| (Accounts and sessions|Create, read, update and delete) +\| (\d+) +\| ([^|]*?) +\|/gm)
      ]
      assert.deepStrictEqual(
        rows.map(([, title, times, saved]) => [title, times, saved]),
        [
          ...(project.features.has("user-authentication") ? [["Accounts and sessions", "1", "2 to 4 h"]] : []),
          ...(count > 3 ? [["Create, read, update and delete", `${count}`, `${count * 1.5} h`]] : [])
        ]
      )
    }))
})

/** What the table of fields in a part can say: the database sees to what is unique, and the backend to deletions. */
const sayable = (part: "backend" | "frontend"): ReadonlyArray<keyof Facts> => {
  const both = ["type", "required", "minLength", "maxLength", "min", "max", "values", "default", "to"] as const
  return part === "backend" ? [...both, "onDelete"] : both
}
