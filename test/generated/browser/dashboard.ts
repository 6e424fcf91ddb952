/** The page of counts and latest rows. */
import { assert } from "@effect/vitest"
import type { Visit } from "./visit.ts"
import { listPath } from "./writing.ts"

/** Each entity with its count, and its latest rows, of which each leads to itself. */
export const showsCountsAndLatest = async (visit: Visit) => {
  const { api, open, page, project } = visit
  await open("/")
  for (const entity of project.entities) {
    const card = page.getByRole("region", { name: entity.plural.title, exact: true })
    const { items, total } = (await api("GET", `${entity.path}?sort=-createdAt&pageSize=5`)).json
    assert.include((await card.innerText()).replaceAll(",", ""), String(total))
    for (const { id } of items) {
      assert.isTrue(await card.locator(`a[href="${listPath(entity)}/${id}"]`).isVisible())
    }
  }
  const [first] = project.entities
  await page.getByRole("main").getByRole("link", { name: first!.plural.title, exact: true }).click()
  await page.getByRole("heading", { level: 1, name: first!.plural.title }).waitFor()
}
