/** Creating, editing and deleting by the pages, and what they say about values that cannot be stored. */
import { assert } from "@effect/vitest"
import type { Entity, Field } from "../../../actors/fullstack/Project.ts"
import * as Form from "./form.ts"
import { asJson, type Row, rowOf, stored } from "./rows.ts"
import type { Visit } from "./visit.ts"

/** The address of an entity's list: the API's, without `/api`. */
export const listPath = (entity: Entity): string => entity.path.replace(/^\/api/, "")

export const create = async ({ page, open, settled }: Visit, entity: Entity, row: Row) => {
  await open(listPath(entity))
  await page
    .getByRole("main")
    .getByRole("link", { name: `New ${entity.name.title}`, exact: true })
    .first()
    .click()
  await page.getByRole("heading", { level: 1, name: `New ${entity.name.title}`, exact: true }).waitFor()
  await settled()
  await Form.fill(page, entity, row)
  await page.getByRole("button", { name: "Create" }).click()
  await page.getByRole("status").filter({ hasText: "Created" }).waitFor()
  await settled()
}

/** The line of a row in the list of its entity, which must be shown. */
export const rowInList = ({ page }: Visit, entity: Entity, id: string) =>
  page.getByRole("row").filter({ has: page.locator(`a[href="${listPath(entity)}/${id}"]`, { hasText: "Edit" }) })

/** Creates a row with a value in every field, changes every field, deletes it; the API must see the same. */
export const createEditDelete = async (visit: Visit, entity: Entity) => {
  const { api, page, settled } = visit
  const newest = async () => (await api("GET", `${entity.path}?sort=-createdAt&pageSize=1`)).json

  const row = await rowOf(visit, entity)
  const changed = await rowOf(visit, entity)
  const before = (await newest()).total
  await create(visit, entity, row)
  const { items, total } = await newest()
  assert.strictEqual(total, before + 1)
  assert.deepInclude(items[0], asJson(row))
  const { id } = items[0]

  await rowInList(visit, entity, id).getByRole("link", { name: /^Edit/ }).click()
  await page.getByRole("heading", { level: 1, name: /^Edit/ }).waitFor()
  await settled()
  await Form.assertHolds(page, entity, row)
  await Form.fill(page, entity, changed)
  await page.getByRole("button", { name: "Save" }).click()
  await page.getByRole("status").filter({ hasText: "Saved" }).waitFor()
  assert.deepInclude((await api("GET", `${entity.path}/${id}`)).json, asJson(changed))

  await settled()
  const deletion = rowInList(visit, entity, id).getByRole("button", { name: /^Delete/ })
  const dialog = page.getByRole("dialog")
  await deletion.click()
  await dialog.getByRole("button", { name: "Cancel" }).click()
  await dialog.waitFor({ state: "detached" })
  assert.strictEqual((await api("GET", `${entity.path}/${id}`)).status, 200)
  await deletion.click()
  await dialog.getByRole("button", { name: "Delete" }).click()
  await page.getByRole("status").filter({ hasText: "Deleted" }).waitFor()
  assert.strictEqual(await rowInList(visit, entity, id).count(), 0)
  assert.strictEqual((await api("GET", `${entity.path}/${id}`)).status, 404)
}

/** What a field takes no more, if anything can be typed that it refuses. */
const refusedValue = (field: Field): string | undefined => {
  switch (field.type) {
    case "string":
    case "text":
      if (field.maxLength !== undefined) return "x".repeat(field.maxLength + 1)
      return (field.minLength ?? 0) > 1 ? "x".repeat(field.minLength! - 1) : undefined
    case "integer":
    case "number":
      if (field.max !== undefined) return beyond(field.max, 1)
      if (field.min !== undefined) return beyond(field.min, -1)
      return field.type === "integer" ? "0.5" : undefined
    default:
      return undefined
  }
}

// Far enough to be another number, however large the limit is.
const beyond = (limit: number, direction: 1 | -1): string | undefined => {
  const value = limit + direction * Math.max(1, Math.abs(limit))
  return Number.isFinite(value) ? String(value) : undefined
}

/** Every field with a limit is told so beside it, all at once, and nothing reaches the server. */
export const refusesBeforeSending = async (visit: Visit, entity: Entity) => {
  const { api, open, page } = visit
  const before = (await api("GET", entity.path)).json.total
  await open(`${listPath(entity)}/new`)
  const wrong = new Map<Field, string>()
  for (const field of entity.fields) {
    const value = refusedValue(field)
    if (value !== undefined) wrong.set(field, value)
    else if (field.required && field.type !== "boolean" && defaultOf(field) === undefined) wrong.set(field, "")
  }
  for (const [field, value] of wrong) if (value !== "") await Form.input(page, field).fill(value)
  await page.getByRole("button", { name: "Create" }).click()
  for (const [field, value] of wrong) {
    const said = await Form.errorAt(page, field)
    assert.include(said, field.name.title)
    if (value === "") assert.include(said, "required", field.name.written)
    assert.strictEqual(await Form.input(page, field).inputValue(), value, "what was typed stays")
  }
  const [first] = wrong.keys()
  if (first !== undefined) {
    const focused = Form.input(page, first).and(page.locator(":focus"))
    assert.strictEqual(await focused.count(), 1, "the first of them has the focus")
  }
  assert.strictEqual((await api("GET", entity.path)).json.total, before)
}

const defaultOf = (field: Field) => (field.type === "reference" ? undefined : field.default)

/** What only the server can know is told at the field too: a value that is taken, a row that is gone. */
export const refusedByServer = async (visit: Visit, entity: Entity, unique: Field, reference: Field | undefined) => {
  const { api, open, page, project } = visit
  const taken = await rowOf(visit, entity)
  await stored(visit, entity, taken)
  const row = new Map(await rowOf(visit, entity)).set(unique.name.written, taken.get(unique.name.written)!)
  await open(`${listPath(entity)}/new`)
  await Form.fill(page, entity, row)
  await page.getByRole("button", { name: "Create" }).click()
  await page.locator("[aria-invalid=true]").waitFor()
  assert.include(await Form.errorAt(page, unique), "taken")
  if (reference?.type !== "reference") return

  const to = project.entities.find(({ name }) => name.written === reference.to)!
  const gone = await stored(visit, to, await rowOf(visit, to))
  const orphan = new Map(await rowOf(visit, entity)).set(reference.name.written, gone)
  await open(`${listPath(entity)}/new`)
  await Form.fill(page, entity, orphan)
  assert.strictEqual((await api("DELETE", `${to.path}/${gone}`)).status, 204)
  await page.getByRole("button", { name: "Create" }).click()
  await page.locator("[aria-invalid=true]").waitFor()
  assert.include(await Form.errorAt(page, reference), reference.name.title)
}
