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

/** The administrator invites, whoever got the link registers, and the link is worth nothing afterwards. */
export const invites = async (visit: Visit) => {
  const { api, open, page } = visit
  assert.strictEqual((await api("PUT", "/api/auth/registration", { open: false })).status, 200)
  await open("/account/people")
  await page.getByRole("button", { name: "Make an invitation" }).click()
  const link = await page.getByRole("status").locator("code").innerText()
  await page.getByRole("button", { name: "Sign out" }).click()
  await page.getByRole("heading", { name: "Sign in" }).waitFor()
  const email = `invited-${visit.fresh()}@example.test`
  await page.goto(link)
  await credentials(visit, email, visit.password, "Register")
  await atHome(visit)
  // Nobody else is led to where only the administrator may go.
  assert.strictEqual(await page.getByRole("link", { name: "People" }).count(), 0)
  await page.getByRole("link", { name: email }).click()
  await page.getByLabel("Current password").fill(visit.password)
  await page.getByLabel("New password").fill("another horse battery")
  await page.getByRole("button", { name: "Change password" }).click()
  await page.getByText("Password changed.").waitFor()
  await page.getByRole("button", { name: "Sign out everywhere" }).click()
  await page.getByRole("heading", { name: "Sign in" }).waitFor()
  await page.goto(link)
  await credentials(visit, `again-${email}`, visit.password, "Register")
  await page.getByText("This invitation has been used").waitFor()
  assert.strictEqual(
    (await api("POST", "/api/auth/login", { email: visit.email, password: visit.password })).status,
    200
  )
  assert.strictEqual((await api("PUT", "/api/auth/registration", { open: true })).status, 200)
}

/** The page runs no script and takes no style but those of its own files: what somebody slips in does nothing. */
export const runsNothingElse = async ({ open, page, project }: Visit) => {
  await open(listPath(project.entities[0]!))
  const policy = await page.evaluate<ReadonlyArray<string>>(`(async () => {
    const found = []
    document.addEventListener("securitypolicyviolation", (event) => found.push(event.effectiveDirective))
    const script = document.createElement("script")
    script.textContent = "window.slippedIn = true"
    document.head.append(script)
    const style = document.createElement("style")
    style.textContent = "body { color: red }"
    document.head.append(style)
    await fetch("https://elsewhere.test/").catch(() => {})
    await new Promise((done) => setTimeout(done, 0))
    return [...found, String(window.slippedIn)]
  })()`)
  assert.sameMembers([...policy], ["script-src-elem", "style-src-elem", "connect-src", "undefined"])
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
