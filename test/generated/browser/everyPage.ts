/** Every kind of page, for what must hold on all of them. */
import type { Entity } from "../../../actors/fullstack/Project.ts"
import { rowOf, stored } from "./rows.ts"
import type { Visit } from "./visit.ts"
import { listPath } from "./writing.ts"

/** Brings up one page after the other, each in the states it can be in, and looks at it. */
export const everyPage = async (visit: Visit, entity: Entity, empty: Entity, look: (what: string) => Promise<void>) => {
  const { open, page, project, settled } = visit
  const list = listPath(entity)
  // On a small screen the navigation waits behind a button.
  const menu = page.getByRole("button", { name: "Menu" })
  const goTo = async (name: string) => {
    if (await menu.isVisible()) await menu.click()
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name, exact: true }).click()
    await settled()
  }
  const id = await stored(visit, entity, await rowOf(visit, entity))

  if (project.ui.pages.includes("dashboard")) {
    await open("/")
    await look("dashboard")
  }
  if (await menu.isVisible()) {
    await menu.click()
    await look("menu")
  }
  await open(listPath(empty))
  await look("empty list")
  await open(list)
  await look("list")
  await page.getByRole("columnheader").first().getByRole("button").click()
  await page.getByRole("button", { name: "Filter" }).click()
  await settled()
  await look("list with filter")
  await page
    .getByRole("row")
    .getByRole("button", { name: /^Delete/ })
    .first()
    .click()
  await look("dialog")
  await page.keyboard.press("Escape")
  await open(`${list}/new`)
  await look("form")
  const texts = page.getByRole("main").locator("form :is(input[type=text], textarea)")
  for (const text of await texts.all()) await text.fill("")
  await page.getByRole("button", { name: "Create" }).click()
  await look("form with errors")
  await open(`${list}/${id}`)
  await look("form of a row")
  if (project.features.has("audit-log")) {
    await goTo("Audit log")
    await look("audit log")
  }
  if (project.features.has("user-authentication")) {
    await goTo("People")
    await look("people")
    await open("/account")
    await look("account")
  }
  await open("/there/is/no/such/page")
  await look("no such page")
  await page.route("**/api/**", (route) =>
    route.fulfill({ status: 503, json: { title: "Service Unavailable", status: 503 } })
  )
  await goTo(entity.plural.title)
  await look("list without an answer")
  await page.unroute("**/api/**")
}
