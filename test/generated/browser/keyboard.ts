/** The whole of it without a mouse. */
import { assert } from "@effect/vitest"
import type { Entity } from "../../../actors/fullstack/Project.ts"
import * as Form from "./form.ts"
import { manyRows } from "./lists.ts"
import { rowOf, stored } from "./rows.ts"
import type { Visit } from "./visit.ts"
import { listPath, rowInList } from "./writing.ts"

interface Focused {
  readonly what: string
  /** Its place among everything in the page that can be used; -1 for the page itself. */
  readonly index: number
  readonly outlined: boolean
  readonly inView: boolean
  readonly inDialog: boolean
}

const usable =
  "a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea, summary, [tabindex='0']"

const focused = ({ page }: Visit): Promise<Focused> =>
  page.evaluate<Focused>(`(() => {
    const element = document.activeElement
    const all = [...document.querySelectorAll(${JSON.stringify(usable)})].filter((one) => one.checkVisibility())
    const { bottom, left, right, top } = element.getBoundingClientRect()
    const { outlineStyle, outlineWidth } = getComputedStyle(element)
    return {
      what: element.outerHTML.slice(0, 120),
      index: all.indexOf(element),
      outlined: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
      inView: bottom > 0 && right > 0 && top < innerHeight && left < innerWidth,
      inDialog: element.closest("dialog") !== null
    }
  })()`)

const countUsable = ({ page }: Visit): Promise<number> =>
  page.evaluate<number>(
    `[...document.querySelectorAll(${JSON.stringify(usable)})].filter((one) => one.checkVisibility()).length`
  )

/** Tab reaches everything on the page, in the order it is read in, and one always sees where one is. */
export const reachesEverything = async (visit: Visit, path: string) => {
  const { open, page } = visit
  await open(path)
  const count = await countUsable(visit)
  let before = -1
  while (before < count - 1) {
    await page.keyboard.press("Tab")
    const now = await focused(visit)
    // A date has several parts, and each takes a Tab.
    if (now.index === before && now.what.includes('type="date"')) continue
    assert.strictEqual(now.index, before + 1, `after the ${before}th comes ${now.what}`)
    assert.isTrue(now.outlined, `the focus is seen at ${now.what}`)
    assert.isTrue(now.inView, `the page has scrolled to ${now.what}`)
    before = now.index
  }
}

/** The first Tab offers to go past the navigation. */
export const skipsNavigation = async ({ open, page }: Visit, path: string) => {
  await open(path)
  await page.keyboard.press("Tab")
  const link = page.getByRole("link", { name: "Skip to content" })
  assert.strictEqual(await link.and(page.locator(":focus")).count(), 1)
  assert.isAtLeast((await link.boundingBox())!.y, 0)
  await page.keyboard.press("Enter")
  await page.keyboard.press("Tab")
  assert.strictEqual(await page.getByRole("main").locator(":focus").count(), 1)
}

/** Presses Tab until the focus is on it. */
const tabTo = async ({ page }: Visit, control: ReturnType<typeof Form.input>) => {
  for (let steps = 0; steps < 200; steps++) {
    if ((await control.and(page.locator(":focus")).count()) === 1) return
    await page.keyboard.press("Tab")
  }
  assert.fail(`Tab does not reach ${control}`)
}

/** Types a new row, and deletes it again after a second thought. */
export const writesAndDeletes = async (visit: Visit, entity: Entity) => {
  const { api, open, page, settled } = visit
  const row = await rowOf(visit, entity)
  await open(listPath(entity))
  await tabTo(
    visit,
    page
      .getByRole("main")
      .getByRole("link", { name: `New ${entity.name.title}`, exact: true })
      .first()
  )
  await page.keyboard.press("Enter")
  await page.getByRole("heading", { level: 1, name: `New ${entity.name.title}` }).waitFor()
  await settled()
  for (const field of entity.fields) {
    const control = Form.input(page, field)
    await tabTo(visit, control)
    const value = row.get(field.name.written)!
    if (field.type === "boolean") {
      if ((await control.isChecked()) !== value) await page.keyboard.press("Space")
    } else if (field.type === "date") {
      const [year, month, day] = String(value).split("-")
      await page.keyboard.type(`${month}${day}${year}`)
    } else if (field.type === "enum" || field.type === "reference") {
      await page.keyboard.press("Home")
      for (let steps = 0; (await control.inputValue()) !== value && steps < 200; steps++) {
        await page.keyboard.press("ArrowDown")
      }
    } else {
      await page.keyboard.press("ControlOrMeta+A")
      await page.keyboard.insertText(String(value))
    }
  }
  await Form.assertHolds(page, entity, row)
  await tabTo(visit, page.getByRole("button", { name: "Create" }))
  await page.keyboard.press("Enter")
  await page.getByRole("status").filter({ hasText: "Created" }).waitFor()
  await settled()

  const { id } = (await api("GET", `${entity.path}?sort=-createdAt&pageSize=1`)).json.items[0]
  const deletion = rowInList(visit, entity, id).getByRole("button", { name: /^Delete/ })
  await tabTo(visit, deletion)
  await page.keyboard.press("Enter")
  const dialog = page.getByRole("dialog")
  await dialog.waitFor()
  for (let steps = 0; steps < 6; steps++) {
    const { inDialog, index, what } = await focused(visit)
    // Between the last and the first the focus may be with the browser itself, never with the page behind.
    assert.isTrue(inDialog || index === -1, `the dialog keeps the focus, which is at ${what}`)
    await page.keyboard.press("Tab")
  }
  await page.keyboard.press("Escape")
  await dialog.waitFor({ state: "detached" })
  assert.strictEqual(await deletion.and(page.locator(":focus")).count(), 1, "the focus goes back to where it was")

  await page.keyboard.press("Enter")
  await tabTo(visit, dialog.getByRole("button", { name: "Delete" }))
  await dialog.locator(".danger[aria-disabled=false]").waitFor()
  await page.keyboard.press("Enter")
  await dialog.waitFor({ state: "detached" })
  await settled()
  assert.strictEqual((await api("GET", `${entity.path}/${id}`)).status, 404)
  await keptFocus(visit, "deleting")
}

/** Turning pages, searching and filtering leave one where one was, not at the top of the page again. */
export const keepsPlace = async (visit: Visit, entity: Entity) => {
  const { open, page, settled } = visit
  await manyRows(visit, entity, 21)
  await open(listPath(entity))
  const next = page.getByRole("button", { name: "Next" })
  await tabTo(visit, next)
  let turns = 0
  for (; turns < 10 && (await next.isEnabled()); turns++) {
    await page.keyboard.press("Enter")
    await settled()
    await keptFocus(visit, "turning to the next page")
  }
  assert.isAbove(turns, 0, "there is a page to turn to")
  assert.isTrue(await next.isDisabled(), "the last page is reached")
  await open(listPath(entity))
  await tabTo(visit, page.getByRole("main").getByRole("searchbox"))
  await page.keyboard.insertText("w")
  await page.keyboard.press("Enter")
  await settled()
  await keptFocus(visit, "searching")
  const filter = page.getByRole("button", { name: "Filter" })
  await tabTo(visit, filter)
  await page.keyboard.press("Enter")
  await tabTo(visit, page.getByRole("form", { name: "Filter" }).getByRole("button", { name: "Apply" }))
  await page.keyboard.press("Enter")
  await settled()
  await keptFocus(visit, "filtering")
}

/** A refusal that concerns no field leaves the focus in the form. */
export const keepsPlaceWhenRefused = async (visit: Visit, entity: Entity) => {
  const { open, page, settled } = visit
  const id = await stored(visit, entity, await rowOf(visit, entity))
  await open(`${listPath(entity)}/${id}`)
  await page.route("**/api/**", (route) =>
    route.fulfill({ status: 500, json: { title: "Internal Server Error", status: 500 } })
  )
  const [field] = entity.fields
  await Form.input(page, field!).fill(String((await rowOf(visit, entity)).get(field!.name.written)))
  await tabTo(visit, page.getByRole("button", { name: "Save" }))
  await page.keyboard.press("Enter")
  await page.getByRole("alert").filter({ hasText: /./ }).waitFor()
  await settled()
  await keptFocus(visit, "a refusal")
  await page.unroute("**/api/**")
}

const keptFocus = async (visit: Visit, what: string) => {
  const inMain = await visit.page.getByRole("main").locator(":focus").count()
  assert.strictEqual(inMain, 1, `the focus is still in the page after ${what}: ${(await focused(visit)).what}`)
}
