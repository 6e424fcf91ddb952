/** Registering, signing in and out, and a session that ends in the middle of work. */
import { assert } from "@effect/vitest"
import * as Form from "./form.ts"
import { rowOf } from "./rows.ts"
import type { Visit } from "./visit.ts"
import { listPath } from "./writing.ts"

const credentials = async ({ page }: Visit, email: string, password: string, button: "Register" | "Sign in") => {
  await page.getByLabel("E-mail").fill(email)
  await page.getByLabel("Password").fill(password)
  await page.getByRole("button", { name: button }).click()
}

const atHome = ({ page, project }: Visit) =>
  page
    .getByRole("navigation", { name: "Main" })
    .getByRole("link", { name: project.entities[0]!.plural.title })
    .waitFor()

/** Nobody gets in without an account; with one, in and out again. */
export const comesAndGoes = async (visit: Visit) => {
  const { email, open, page, password, project } = visit
  const [first] = project.entities
  await open(listPath(first!))
  assert.isTrue(await page.getByRole("heading", { name: "Sign in" }).isVisible())
  await credentials(visit, email, password, "Sign in")
  await page.getByRole("alert").filter({ hasText: /./ }).waitFor()

  await page.getByRole("link", { name: "Register" }).click()
  await credentials(visit, email, "short", "Register")
  await page.locator("[aria-invalid=true]").waitFor()
  const id = (await page.getByLabel("Password").getAttribute("aria-describedby"))!
  assert.match(await page.locator(`[id="${id}"]`).innerText(), /password/i)
  await credentials(visit, email, password, "Register")
  await atHome(visit)
  assert.isTrue(await page.getByText(email).isVisible())

  await page.getByRole("button", { name: "Sign out" }).click()
  await page.getByRole("heading", { name: "Sign in" }).waitFor()
  // The session has ended at the server as well, not only in the page.
  await page.reload()
  await page.getByRole("heading", { name: "Sign in" }).waitFor()
  await credentials(visit, email, password, "Sign in")
  await atHome(visit)
}

/** Signing in again takes up where the session ended: nothing of what was typed is lost. */
export const keepsWhatWasTyped = async (visit: Visit) => {
  const { api, email, open, page, password, project } = visit
  const [first] = project.entities
  const row = await rowOf(visit, first!)
  await open(`${listPath(first!)}/new`)
  await Form.fill(page, first!, row)
  assert.strictEqual((await api("POST", "/api/auth/logout")).status, 204)
  await page.getByRole("button", { name: "Create" }).click()
  await page.getByRole("heading", { name: "Sign in" }).waitFor()
  await credentials(visit, email, password, "Sign in")
  await page.getByRole("heading", { name: `New ${first!.name.title}` }).waitFor()
  await Form.assertHolds(page, first!, row)
  await page.getByRole("button", { name: "Create" }).click()
  await page.getByRole("status").filter({ hasText: "Created" }).waitFor()
}
