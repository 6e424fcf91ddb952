import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Criteria from "../../../actors/fullstack/Criteria.ts"
import * as Project from "../../../actors/fullstack/Project.ts"
import * as Requirements from "../../../actors/fullstack/Requirements.ts"
import { all, awkward, everything, smallest } from "./oddProjects.ts"

const project = (value: unknown) => Project.fromInput(Effect.runSync(Requirements.parse(value)))

const criteria = (value: unknown) => Criteria.criteriaOf(Criteria.storiesOf(project(value)))

const kinds = (value: unknown, subject: string) =>
  criteria(value)
    .filter(({ id }) => id.startsWith(`AC-${subject}.`))
    .map(({ id }) => id.slice(`AC-${subject}.`.length))

describe("Criteria.storiesOf", () => {
  it("gives an entity without features what every entity has, and the service its own", () => {
    assert.deepStrictEqual(kinds(smallest, "note").sort(), [
      "create",
      "delete",
      "filter",
      "list",
      "page",
      "read",
      "sort",
      "ui-create",
      "ui-delete",
      "ui-edit",
      "ui-errors",
      "ui-list",
      "update",
      "validate"
    ])
    assert.deepStrictEqual(kinds(smallest, "service"), ["health", "metrics", "openapi", "errors"])
    assert.deepStrictEqual(kinds(smallest, "auth"), [])
  })

  it("adds one criterion for each feature and each behaviour that the fields ask for", () => {
    const thing = kinds(everything, "thing")
    for (const kind of [
      "unique",
      "reference",
      "restrict",
      "cascade",
      "set-null",
      "search",
      "csv",
      "ui-search",
      "ui-csv"
    ]) {
      assert.include(thing, kind)
    }
    assert.notInclude(kinds(everything, "owner"), "reference")
    assert.deepStrictEqual(kinds(everything, "auth"), [
      "register",
      "login",
      "logout",
      "me",
      "sessions",
      "password",
      "site",
      "required",
      "ui",
      "registration",
      "invite",
      "accounts",
      "ui-account",
      "ui-people"
    ])
    assert.deepStrictEqual(kinds(everything, "audit"), ["record", "list"])
    assert.deepStrictEqual(kinds(everything, "dashboard"), ["ui"])
  })

  it("names fields, limits and statuses", () => {
    const text = (id: string) => criteria(everything).find((one) => one.id === id)?.text ?? ""
    assert.include(text("AC-thing.create"), "POST /api/things with flag and kept answers 201")
    assert.include(text("AC-thing.validate"), "line is one line of text of 2 to 5 characters, required")
    assert.include(text("AC-thing.restrict"), "Deleting an owner that things refer to by kept answers 409")
  })

  it("keeps an entity called Audit apart from the audit log", () => {
    assert.deepStrictEqual(kinds(awkward, "audit"), ["record", "list"])
    assert.include(kinds(awkward, "audit--entity"), "create")
  })

  it.each(all)("gives every criterion an id of its own that a test's title can hold: %s", (_, value) => {
    const ids = criteria(value).map(({ id }) => id)
    assert.strictEqual(new Set(ids).size, ids.length)
    for (const id of ids) assert.match(id, /^AC-[a-z][a-z0-9-]*\.[a-z-]+$/)
    const stories = Criteria.storiesOf(project(value)).map(({ id }) => id)
    assert.strictEqual(new Set(stories).size, stories.length)
    for (const criterion of criteria(value)) assert.isAbove(criterion.checkedBy.length, 0)
  })
})
