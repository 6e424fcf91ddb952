/** The form of an entity, used by what a person sees of it: the labels. */
import { assert } from "@effect/vitest"
import type { Locator, Page } from "playwright-core"
import type { Entity, Field } from "../../../actors/fullstack/Project.ts"
import type { Row } from "./rows.ts"

export const input = (page: Page, field: Field): Locator =>
  page.getByRole("main").getByLabel(field.name.title, { exact: true })

export const fill = async (page: Page, entity: Entity, row: Row) => {
  for (const field of entity.fields) {
    const value = row.get(field.name.written)
    if (value === undefined) continue
    const control = input(page, field)
    if (field.type === "boolean") await control.setChecked(value === true)
    else if (field.type === "enum") await control.selectOption({ label: String(value) })
    else if (field.type === "reference") await control.selectOption(String(value))
    else await control.fill(String(value))
  }
}

/** Whether the form holds this row. */
export const assertHolds = async (page: Page, entity: Entity, row: Row) => {
  for (const field of entity.fields) {
    const control = input(page, field)
    const value = row.get(field.name.written)
    if (field.type === "boolean") assert.strictEqual(await control.isChecked(), value === true, field.name.written)
    else assert.strictEqual(await control.inputValue(), String(value ?? ""), field.name.written)
  }
}

/** The text of the error at the field, found as a screen reader finds it: through `aria-describedby`. */
export const errorAt = async (page: Page, field: Field): Promise<string> => {
  const control = input(page, field)
  assert.strictEqual(await control.getAttribute("aria-invalid"), "true", `${field.name.written} is marked as wrong`)
  const ids = ((await control.getAttribute("aria-describedby")) ?? "").split(" ").filter((id) => id !== "")
  const described = await Promise.all(ids.map((id) => page.locator(`[id="${id}"]`)).map(visibleText))
  return described.join("\n")
}

const visibleText = async (element: Locator) => {
  assert.isTrue(await element.isVisible())
  return element.innerText()
}
