/** A list as one reads it: page by page, in an order, narrowed, searched, downloaded. */
import { readFileSync } from "node:fs"
import { assert } from "@effect/vitest"
import type { Locator } from "playwright-core"
import type { Entity, Field } from "../../../actors/fullstack/Project.ts"
import { type Row, rowOf, stored } from "./rows.ts"
import type { Visit } from "./visit.ts"
import { listPath } from "./writing.ts"

/** More rows, so that there are several pages; gives the newest. */
export const manyRows = async (
  visit: Visit,
  entity: Entity,
  count: number
): Promise<{ readonly id: string; readonly row: Row }> => {
  for (let n = 1; n < count; n++) await stored(visit, entity, await rowOf(visit, entity))
  const row = await rowOf(visit, entity)
  return { id: await stored(visit, entity, row), row }
}

/** The ids of the rows that the list shows, from top to bottom. */
const shownIds = async ({ page }: Visit, entity: Entity): Promise<ReadonlyArray<string>> => {
  const links = page.getByRole("row").getByRole("link", { name: /^Edit/ })
  const addresses = await Promise.all((await links.all()).map((link) => link.getAttribute("href")))
  return addresses.map((address) => address!.slice(listPath(entity).length + 1))
}

const idsFromApi = async ({ api }: Visit, entity: Entity, query: string): Promise<ReadonlyArray<string>> =>
  (await api("GET", `${entity.path}?${query}`)).json.items.map(({ id }: { readonly id: string }) => id)

/** Forth and back through all pages, and with more rows on a page; the address leads back to the same page. */
export const turnsPages = async (visit: Visit, entity: Entity) => {
  const { open, page, settled } = visit
  await open(listPath(entity))
  const next = page.getByRole("button", { name: "Next" })
  const previous = page.getByRole("button", { name: "Previous" })
  assert.isTrue(await previous.isDisabled())
  assert.deepStrictEqual(await shownIds(visit, entity), await idsFromApi(visit, entity, "page=1"))
  await next.click()
  await settled()
  assert.deepStrictEqual(await shownIds(visit, entity), await idsFromApi(visit, entity, "page=2"))
  await page.reload()
  await settled()
  assert.deepStrictEqual(await shownIds(visit, entity), await idsFromApi(visit, entity, "page=2"))
  await previous.click()
  await settled()
  assert.deepStrictEqual(await shownIds(visit, entity), await idsFromApi(visit, entity, "page=1"))
  await page.getByLabel("Rows").selectOption("50")
  await settled()
  assert.deepStrictEqual(await shownIds(visit, entity), await idsFromApi(visit, entity, "pageSize=50"))
  await page.goBack()
  await settled()
  assert.deepStrictEqual(await shownIds(visit, entity), await idsFromApi(visit, entity, "page=1"))
  // An old address may lead behind the end.
  await open(`${listPath(entity)}?page=99`)
  assert.isNotEmpty(await shownIds(visit, entity), "somebody who is behind the last page is led back to it")
}

/** Up and down by the head of each column that is shown, told to a screen reader too. */
export const sorts = async (visit: Visit, entity: Entity) => {
  const { open, page, settled } = visit
  await open(listPath(entity))
  let sorted = 0
  for (const field of entity.fields) {
    const head = page.getByRole("columnheader", { name: field.name.title, exact: true })
    if ((await head.count()) === 0) continue
    sorted++
    for (const [direction, sign] of [
      ["ascending", ""],
      ["descending", "-"]
    ]) {
      await head.getByRole("button").click()
      await settled()
      assert.strictEqual(await head.getAttribute("aria-sort"), direction)
      const wanted = await idsFromApi(
        visit,
        entity,
        String(new URLSearchParams({ sort: `${sign}${field.name.written}` }))
      )
      assert.deepStrictEqual(await shownIds(visit, entity), wanted, field.name.written)
    }
  }
  assert.isAbove(sorted, 1, "there are columns to sort by")
}

/** Every field narrows the list to the rows that have the value; `id` is the newest row, which is among the first of them. */
export const filters = async (visit: Visit, entity: Entity, id: string) => {
  const { api, open, page, settled } = visit
  const row = (await api("GET", `${entity.path}/${id}`)).json
  await open(listPath(entity))
  await page.getByRole("button", { name: "Filter" }).click()
  const panel = page.getByRole("form", { name: "Filter" })
  for (const field of entity.fields) {
    const value = row[field.name.written]
    await choose(panel.getByLabel(field.name.title, { exact: true }), field, value)
    await panel.getByRole("button", { name: "Apply" }).click()
    await settled()
    const query = new URLSearchParams({ [field.name.written]: String(value) })
    const wanted = await idsFromApi(visit, entity, String(query))
    assert.include(wanted, id, field.name.written)
    assert.deepStrictEqual(await shownIds(visit, entity), wanted, field.name.written)
    await panel.getByRole("button", { name: "Clear" }).click()
    await settled()
  }
}

const choose = async (control: Locator, field: Field, value: unknown) => {
  if (field.type === "boolean") await control.selectOption({ label: value === true ? "Yes" : "No" })
  else if (field.type === "enum") await control.selectOption({ label: String(value) })
  else if (field.type === "reference") await control.selectOption(String(value))
  else await control.fill(String(value))
}

/** Finds the row by a text that it alone has, and says so when there are none; what is shown can be had as CSV. */
export const searches = async (visit: Visit, entity: Entity, id: string, wanted: string) => {
  const { open, page, settled } = visit
  await open(listPath(entity))
  const box = page.getByRole("main").getByRole("searchbox")
  await box.fill(wanted)
  await box.press("Enter")
  await settled()
  const found = await shownIds(visit, entity)
  assert.deepStrictEqual(found, await idsFromApi(visit, entity, String(new URLSearchParams({ q: wanted }))))
  assert.deepStrictEqual(found, [id])
  assert.strictEqual(await box.inputValue(), wanted)

  const download = page.waitForEvent("download")
  await page.getByRole("link", { name: "Download CSV" }).click()
  const csv = readFileSync(await (await download).path(), "utf8")
  for (const id of found) assert.include(csv, id)
  assert.strictEqual(csv.split(/\r?\n/).filter((line) => /^"?[0-9a-f]{8}-/.test(line)).length, found.length)

  await box.fill("no row has this text")
  await box.press("Enter")
  await settled()
  assert.deepStrictEqual(await shownIds(visit, entity), [])
  assert.isTrue(await page.getByText("Nothing matches").isVisible())
}
