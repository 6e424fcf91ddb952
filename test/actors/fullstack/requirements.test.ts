import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { addSchema, validate } from "@hyperjump/json-schema/draft-07"
import { Effect, Exit } from "effect"
import * as fc from "fast-check"
import { parse as parseYaml } from "yaml"
import * as Project from "../../../actors/fullstack/Project.ts"
import * as Requirements from "../../../actors/fullstack/Requirements.ts"
import * as RequirementsSchema from "../../../actors/fullstack/RequirementsSchema.ts"
import { all, awkward, everything, smallest } from "./oddProjects.ts"

const example: unknown = parseYaml(readFileSync("examples/task-tracker.yaml", "utf8"))

/** `path: message` of every issue. */
const problems = (value: unknown) =>
  Effect.runSync(Effect.flip(Requirements.parse(value))).issues.map(
    ({ expected, fix, found, path }) =>
      `${path}: ${found === undefined ? "" : `found ${found}, `}expected ${expected}${fix === undefined ? "" : `. ${fix}`}`
  )

const withField = (field: unknown, name = "f") => ({ name: "x", entities: { Thing: { fields: { [name]: field } } } })

const single = (value: unknown) => {
  const found = problems(value)
  assert.strictEqual(found.length, 1, found.join("\n"))
  return found[0]!
}

const includes = (text: string, ...parts: ReadonlyArray<string>) => {
  for (const part of parts) assert.include(text, part)
}

describe("access of an entity", () => {
  const withAccess = (access: unknown, features: unknown = ["user-authentication"]) => ({
    name: "x",
    features,
    entities: { Thing: { ...(access === undefined ? {} : { access }), fields: { f: "string" } } }
  })
  const accessOf = (value: unknown) => Effect.runSync(Requirements.parse(value)).entities[0]!.access

  it("is the owner's unless told otherwise", () => {
    assert.strictEqual(accessOf(withAccess(undefined)), "owner")
    for (const access of ["owner", "shared", "private"]) assert.strictEqual(accessOf(withAccess(access)), access)
    includes(single(withAccess("privat")), "entities.Thing.access", "owner, shared, private", "private")
    includes(single(withAccess(["owner"])), "entities.Thing.access", "owner, shared, private")
  })

  it("is an error without accounts, which says so", () => {
    for (const features of [[], ["search"]]) {
      includes(single(withAccess("shared", features)), "entities.Thing.access", "user-authentication")
      assert.isUndefined(accessOf(withAccess(undefined, features)))
    }
    // What is wrong with the features is told once.
    includes(single(withAccess("shared", ["user-auth"])), "features")
  })
})

describe("Requirements.parse", () => {
  it("fills in every default", () => {
    assert.deepStrictEqual(Effect.runSync(Requirements.parse(smallest)), {
      name: "Notes",
      description: "",
      scale: "small",
      stack: { frontend: "react", backend: "node-express", database: "sqlite" },
      features: [],
      entities: [
        { name: "Note", fields: [{ name: "text", type: "text", required: false, unique: false, maxLength: 100_000 }] }
      ],
      ui: { title: "Notes", theme: "light", pages: [] },
      architecture: { style: "monolith" },
      constraints: {}
    })
  })

  it("keeps every option of every type, in the order of the file", () => {
    const thing = Effect.runSync(Requirements.parse(everything)).entities[1]!
    assert.deepStrictEqual(
      thing.fields.map((field) => field.type),
      ["string", "text", "integer", "number", "boolean", "date", "enum", "reference", "reference", "reference"]
    )
    assert.deepStrictEqual(thing.fields[0], {
      name: "line",
      type: "string",
      required: true,
      unique: false,
      description: "A line.",
      minLength: 2,
      maxLength: 5,
      default: "ab"
    })
    assert.deepStrictEqual(
      thing.fields.slice(7).map(({ onDelete, to }) => [to, onDelete]),
      [
        ["Owner", "restrict"],
        ["Owner", "cascade"],
        ["Thing", "setNull"]
      ]
    )
  })

  it("takes text of 100,000 characters unless maxLength says otherwise", () => {
    const limit = (field: object) =>
      Effect.runSync(Requirements.parse({ name: "a", entities: { A: { fields: { f: field } } } })).entities[0]
        ?.fields[0]?.maxLength
    assert.strictEqual(limit({ type: "text" }), 100_000)
    assert.strictEqual(limit({ type: "text", maxLength: 200_000 }), 200_000)
    assert.isUndefined(limit({ type: "string" }))
  })

  it.each(["\u061c", "\u200e", "\u200f", "\u202a", "\u202e", "\u2028", "\u2066", "\u2069", "\ufeff"])(
    "lets no invisible mark of direction reach source files: %j",
    (mark) => {
      const marked = `a${mark}b`
      const field = { type: "string" }
      const places: ReadonlyArray<object> = [
        { name: marked },
        { description: marked },
        { ui: { title: marked } },
        { constraints: { region: marked } },
        { entities: { [marked]: { fields: { f: field } } } },
        { entities: { A: { description: marked, fields: { f: field } } } },
        { entities: { A: { fields: { [marked]: field } } } },
        { entities: { A: { fields: { f: { type: "text", default: marked } } } } },
        { entities: { A: { fields: { f: { type: "enum", values: [marked] } } } } }
      ]
      for (const place of places) {
        const value = { name: "a", entities: { A: { fields: { f: field } } }, ...place }
        const refused = Effect.runSync(Effect.flip(Requirements.parse(value)))
        assert.match(refused.message, /invisible character U|without control characters/)
      }
    }
  )

  it("takes a required text without a minimum as at least one character", () => {
    const { entities } = Effect.runSync(Requirements.parse(withField({ type: "string", required: true })))
    assert.strictEqual(entities[0]?.fields[0]?.minLength, 1)
  })

  it("gives JSON: nothing is lost by writing and reading it", () => {
    for (const value of [example, ...all.map(([, one]) => one)]) {
      const decoded = Effect.runSync(Requirements.parse(value))
      assert.deepStrictEqual(JSON.parse(JSON.stringify(decoded)), decoded)
    }
  })

  it("reports every problem of a file at once", () => {
    const found = problems({
      name: 7,
      scale: "huge",
      features: ["search", "serch"],
      entities: { A: { fields: { x: "strng" } }, B: { fields: {} } }
    })
    assert.strictEqual(found.length, 5, found.join("\n"))
  })

  it("wants a mapping with a name and entities", () => {
    includes(single([]), "an empty list", "mapping")
    assert.deepStrictEqual(problems({}), [
      'name: expected the project\'s name. Add "name".',
      'entities: expected at least one entity with fields. Add "entities".'
    ])
    includes(single({ name: "x", entities: {} }), "at least one entity")
  })

  it("suggests the nearest key for an unknown one", () => {
    includes(single({ ...smallest, Feature: [] }), 'the key "Feature"', 'Did you mean "features"?')
    includes(single(withField({ type: "string", maxLenght: 3 })), 'Did you mean "maxLength"?')
  })

  it("tells of a misspelt key once, not of the one that is missing for it as well", () => {
    includes(single({ name: "x", entites: smallest.entities }), 'the key "entites"', 'Did you mean "entities"?')
    includes(single({ nmae: "x", entities: smallest.entities }), 'Did you mean "name"?')
    includes(single({ name: "x", models: smallest.entities }), 'Did you mean "entities"?')
    includes(single({ name: "x", entities: { A: { feilds: { x: "text" } } } }), 'Did you mean "fields"?')
  })

  it("says where fields belong when they stand one level too high", () => {
    const found = problems({ name: "x", entities: { User: { email: "string" } } })
    includes(found.join("\n"), 'under "fields"')
  })

  it("lists the features for an unknown one", () => {
    includes(
      single({ ...smallest, features: ["payments"] }),
      "features.0",
      '"payments"',
      "user-authentication, search, audit-log, csv-export"
    )
    includes(single({ ...smallest, features: ["search", "search"] }), "again")
    includes(single({ ...smallest, features: "search" }), "Write [search].")
  })

  it("refuses another stack by name", () => {
    includes(single({ ...smallest, stack: { backend: "django" } }), "stack.backend", '"django"', '"node-express"')
    includes(single({ ...smallest, stack: { database: "postgres" } }), "stack.database", '"sqlite"')
  })

  it("names the nearest entity for a reference to nobody", () => {
    const found = single({
      name: "x",
      entities: { User: { fields: { a: "text" } }, Task: { fields: { by: { type: "reference", to: "Usr" } } } }
    })
    includes(found, "entities.Task.fields.by.to", '"Usr"', "User, Task", 'Did you mean "User"?')
  })

  it("shows both names when two become one", () => {
    const fields = { "due-date": "date", dueDate: "date" }
    includes(single({ name: "x", entities: { A: { fields } } }), '"due-date"', '"dueDate"', '"due_date"')
    const one = { fields: { a: "text" } }
    includes(single({ name: "x", entities: { "Order Line": one, orderLine: one } }), '"Order Line"', '"orderLine"')
    includes(single({ name: "x", entities: { Person: one, People: one } }), '"Person"', '"People"', '"people"')
    includes(single({ name: "x", entities: { Größe: one, Grosse: one } }), '"Größe"', '"Grosse"')
    // kebab and snake differ, but `foo1` and `foo_1` are one identifier in camel case
    includes(single({ name: "x", entities: { A: { fields: { foo1: "text", foo_1: "text" } } } }), '"foo1"', '"foo_1"')
  })

  it("refuses a name of which nothing is left once it is safe", () => {
    includes(single({ ...smallest, name: "😀" }), "a letter or a digit")
    includes(single({ name: "x", entities: { "😀": { fields: { a: "text" } } } }), "entities.😀")
    includes(single(withField("text", "--")), "entities.Thing.fields.--")
    includes(single({ ...smallest, name: "x".repeat(200) }), "at most 100 characters")
  })

  it("refuses the names of the fields that every entity has, however they are written", () => {
    for (const name of ["id", "ID", "createdAt", "created_at", "updatedAt", "Updated At"]) {
      includes(single(withField("text", name)), `"${name}"`, "id, createdAt, updatedAt")
    }
  })

  it("refuses keys that mean something to the language", () => {
    const value: unknown = JSON.parse('{"name":"x","entities":{"A":{"fields":{"__proto__":"text","b":"text"}}}}')
    includes(problems(value).join("\n"), '"__proto__"')
    assert.isUndefined(({} as Record<string, unknown>).type)
  })

  it("takes names that objects of JavaScript happen to have, and is not fooled by them elsewhere", () => {
    for (const name of ["constructor", "prototype", "toString", "hasOwnProperty", "valueOf"]) {
      assert.strictEqual(Effect.runSync(Requirements.parse(withField("text", name))).entities[0]?.fields[0]?.name, name)
      includes(single(withField(name)), name)
      includes(problems({ name: "x", entities: { A: { fields: { a: "text" } } }, [name]: 1 }).join("\n"), name)
      includes(problems(withField({ type: "text", [name]: 1 })).join("\n"), name)
    }
  })

  it.each([
    [{ type: "enum", values: ["a", "b"], default: "c" }, "one of a, b"],
    [{ type: "integer", min: 2, default: 1 }, "at least 2"],
    [{ type: "integer", max: 2, default: 3 }, "at most 2"],
    [{ type: "integer", default: 1.5 }, "whole number"],
    [{ type: "number", default: "1.5" }, "Remove the quotes"],
    [{ type: "string", maxLength: 2, default: "abc" }, "at most 2 characters"],
    [{ type: "string", minLength: 2, default: "a" }, "at least 2 characters"],
    [{ type: "string", default: "a\nb" }, "one line"],
    [{ type: "string", required: true, default: "" }, "at least 1 characters"],
    [{ type: "boolean", default: "yes" }, "Write true without quotes"],
    [{ type: "date", default: "2026-02-29" }, "a day that exists"],
    [{ type: "date", default: "2026-2-1" }, "a day that exists"],
    [{ type: "date", default: "1900-02-29" }, "a day that exists"],
    [{ type: "date", default: null }, "a day that exists"]
  ])("refuses a default that its own field refuses: %j", (field, expected) => {
    includes(single(withField(field)), "fields.f.default", expected)
  })

  it("counts characters as people do: an emoji is one", () => {
    assert.isTrue(
      Exit.isSuccess(
        Effect.runSyncExit(Requirements.parse(withField({ type: "string", maxLength: 2, default: "😀😀" })))
      )
    )
  })

  it.each([
    [{ type: "integer", min: 3, max: 2 }, "min 3 over max 2"],
    [{ type: "string", minLength: 3, maxLength: 2 }, "minLength 3 over maxLength 2"],
    [{ type: "enum", values: ["a", "a"] }, '"a" again'],
    [{ type: "enum", values: [""] }, "not blank"],
    [{ type: "enum", values: [1] }, "Put it in quotes."],
    [{ type: "enum", values: [] }, "at least one value"],
    [{ type: "enum" }, 'Add "values"'],
    [{ type: "reference" }, 'Add "to"'],
    [{ type: "reference", to: "Thing", required: true, onDelete: "setNull" }, "setNull on a required reference"],
    [{ type: "number", min: Number.POSITIVE_INFINITY }, "a finite number"],
    [{ type: "number", default: Number.NaN }, "a finite number"],
    [{ type: "integer", max: 2 ** 53 }, "exact within"],
    [{ type: "boolean", max: 2 }, '"max" belongs to integer, number'],
    [{ type: "string", max: 2 }, 'Did you mean "maxLength"?'],
    [{ type: "reference", to: "Thing", default: "x" }, '"default" belongs to'],
    [{ type: "int" }, 'Write "integer".'],
    [{ type: "text", required: "yes" }, "Write true without quotes"],
    [{ required: true }, 'Add "type"'],
    [null, "found null"],
    ["enum", 'Add "values"']
  ])("refuses a field that contradicts itself or makes no sense: %j", (field, expected) => {
    includes(problems(withField(field)).join("\n"), expected)
  })

  it("refuses required references in a ring, in which no first row could be made", () => {
    const to = (name: string) => ({ fields: { next: { type: "reference", to: name, required: true } } })
    includes(single({ name: "x", entities: { A: to("B"), B: to("C"), C: to("A") } }), '"A" → "B" → "C" → "A"')
    includes(single({ name: "x", entities: { A: to("A") } }), '"A" → "A"')
  })

  it("states the limits in the error", () => {
    const entities = Object.fromEntries(Array.from({ length: 501 }, (_, i) => [`E${i}`, { fields: { a: "text" } }]))
    includes(single({ name: "x", entities }), "501 entities", "at most 500")
    const fields = Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`f${i}`, "text"]))
    includes(single({ name: "x", entities: { A: { fields } } }), "201 fields", "at most 200")
  })

  it("takes exactly the limits", () => {
    const fields = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`f${i}`, "text"]))
    const entities = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`E${i}`, { fields }]))
    const decoded = Effect.runSync(Requirements.parse({ name: "x", entities }))
    assert.strictEqual(decoded.entities.length, 500)
  })

  it.each([
    [{ expectedUsers: 0 }, "at least 1"],
    [{ availability: 100 }, "below 100"],
    [{ region: "" }, "not blank"],
    [{ users: 3 }, "expectedUsers, availability, region"]
  ])("refuses constraints that nobody can meet: %j", (constraints, expected) => {
    includes(single({ ...smallest, constraints }), expected)
  })

  it("answers any JSON with requirements or an InputError, never with a defect", () => {
    const key = fc.constantFrom("name", "entities", "fields", "type", "values", "to", "default", "ui", "__proto__", "A")
    const leaf = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constantFrom("text", "enum", "reference", "A"))
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 5 }, leaf, fc.dictionary(key, tie("value")), fc.array(tie("value")))
    }))
    fc.assert(
      fc.property(fc.oneof(value, fc.anything()), (anything) => {
        const exit = Effect.runSyncExit(Requirements.parse(anything))
        if (Exit.isSuccess(exit)) return
        assert.strictEqual(exit.cause._tag, "Fail")
        if (exit.cause._tag === "Fail") assert.isAbove(exit.cause.error.message.length, 0)
      }),
      { numRuns: 1000 }
    )
  })
})

describe("Project.fromInput", () => {
  it("gives the parts that an agent does not read their defaults", () => {
    const project = Project.fromInput({ stack: { backend: "node-express" } })
    assert.deepStrictEqual(project.stack, { frontend: "react", backend: "node-express", database: "sqlite" })
    assert.deepStrictEqual(project.entities, [])
    assert.strictEqual(project.ui.title, "project")
  })

  it("works out path, table and columns once", () => {
    const project = Project.fromInput(Effect.runSync(Requirements.parse(awkward)))
    assert.deepStrictEqual(
      project.entities.map(({ path, table }) => [path, table]),
      [
        ["/api/orders", "orders"],
        ["/api/users", "users"],
        ["/api/classes", "classes"],
        ["/api/grosses", "grosses"],
        ["/api/ren-wus", "ren_wus"],
        ["/api/audits", "audits"],
        ["/api/sqlite-things", "app_sqlite_things"],
        ["/api/sheep", "sheep"],
        ["/api/accounts", "accounts"]
      ]
    )
    assert.deepStrictEqual(
      project.entities[3]?.fields.map((field) => [field.name.written, field.column]),
      [
        ["länge", "lange"],
        ["2nd", "n2nd"]
      ]
    )
  })

  it("offers no filter that would take a list's own parameter away", () => {
    const project = Project.fromInput(Effect.runSync(Requirements.parse(awkward)))
    const filters = project.entities.map((entity) =>
      Project.filterFields(project, entity).map((one) => one.name.written)
    )
    assert.deepStrictEqual(filters.slice(0, 2), [["select", "from", "index"], ["class"]])
    const withoutSearch = { ...project, features: new Set<Project.Feature>() }
    assert.deepStrictEqual(
      Project.filterFields(withoutSearch, project.entities[1]!).map((one) => one.name.written),
      ["class", "q"]
    )
  })
})

describe("the JSON Schema of the requirements", () => {
  const schema = JSON.parse(readFileSync("actors/fullstack/requirements.schema.json", "utf8"))
  const id = "https://troupe.test/requirements"
  addSchema({ ...schema, $id: id })

  it("is shipped as it is made", () => {
    assert.deepStrictEqual(schema, JSON.parse(RequirementsSchema.text()))
  })

  it.each([["the example", example] as const, ...all])("accepts what is valid: %s", async (_, value) => {
    assert.isTrue((await validate(id, value as never)).valid)
  })

  it.each([
    { ...smallest, extra: 1 },
    { ...smallest, features: ["payments"] },
    { ...smallest, stack: { backend: "django" } },
    withField({ type: "boolean", max: 1 }),
    withField("enum"),
    withField("text", "id"),
    { name: "x", entities: { A: { fields: {} } } }
  ])("refuses what is not: %j", async (value) => {
    assert.isFalse((await validate(id, value as never)).valid)
  })
})
