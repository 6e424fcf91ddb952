/** What becomes of work when its page is left, or when two people change one row. */
import { assert } from "@effect/vitest"
import type { Entity, Field } from "../../../actors/fullstack/Project.ts"
import * as Form from "./form.ts"
import { asJson, entityOf, rowOf, stored } from "./rows.ts"
import type { Visit } from "./visit.ts"
import { listPath, rowInList } from "./writing.ts"

const openRow = async (visit: Visit, entity: Entity, id: string) => {
  await visit.open(`${listPath(entity)}/${id}`)
  await visit.page.getByRole("heading", { level: 1, name: /^Edit/ }).waitFor()
}

/** No address of the application shows nothing. */
export const neverEmpty = async ({ open, page }: Visit, entity: Entity) => {
  const heading = () => page.getByRole("heading", { level: 1 }).innerText()
  const list = listPath(entity)
  await open(`${list}/`)
  assert.strictEqual(await heading(), entity.plural.title)
  await open(`${list}/new//`)
  assert.strictEqual(await heading(), `New ${entity.name.title}`)
  for (const path of [`${list}/%E0%A4`, "/%E0%A4", `${list}//`, `${list}/a/b`, `${list}?page=%E0%A4`]) {
    await open(path)
    assert.isNotEmpty(await heading(), path)
  }
  await open(`${list}/%E0%A4`)
  assert.strictEqual(await heading(), "There is no such page")
}

/** What a colleague has changed meanwhile is neither reverted nor hidden. */
export const showsWhatChangedMeanwhile = async (visit: Visit, entity: Entity, mine: Field, theirs: Field) => {
  const { api, page } = visit
  const [row, other, third] = [await rowOf(visit, entity), await rowOf(visit, entity), await rowOf(visit, entity)]
  const id = await stored(visit, entity, row)
  const value = (of: typeof row, field: Field) => of.get(field.name.written)!
  const change = async (field: Field, to: unknown) => {
    const { status } = await api("PATCH", `${entity.path}/${id}`, { [field.name.written]: to })
    assert.strictEqual(status, 200)
  }
  const now = async () => (await api("GET", `${entity.path}/${id}`)).json

  await openRow(visit, entity, id)
  await Form.input(page, mine).fill(String(value(other, mine)))
  await change(theirs, value(other, theirs))
  await page.getByRole("button", { name: "Save" }).click()
  const conflict = page.getByRole("alert", { name: "Changed meanwhile" })
  await conflict.waitFor()
  assert.include(await conflict.innerText(), String(value(other, theirs)))
  assert.deepInclude(await now(), asJson(new Map(row).set(theirs.name.written, value(other, theirs))))
  await page.waitForFunction("document.activeElement?.classList.contains('conflict')")
  await visit.picture("everything-changed-meanwhile")
  await conflict.getByRole("button", { name: "Keep my changes" }).click()
  assert.strictEqual(await Form.input(page, mine).inputValue(), String(value(other, mine)))
  assert.strictEqual(await Form.input(page, theirs).inputValue(), String(value(other, theirs)))
  await page.getByRole("button", { name: "Save" }).click()
  await page.getByRole("status").filter({ hasText: "Saved" }).waitFor()
  assert.strictEqual((await now())[theirs.name.written], value(other, theirs))
  assert.strictEqual((await now())[mine.name.written], value(other, mine))

  await openRow(visit, entity, id)
  await Form.input(page, mine).fill(String(value(third, mine)))
  await change(mine, value(row, mine))
  await page.getByRole("button", { name: "Save" }).click()
  await conflict.getByRole("button", { name: "Take theirs" }).click()
  assert.strictEqual(await Form.input(page, mine).inputValue(), String(value(row, mine)))
}

/** After signing in again only what was edited is sent. */
export const revertsNothingAfterSigningInAgain = async (visit: Visit, entity: Entity, mine: Field, theirs: Field) => {
  const { api, email, page, password } = visit
  const [row, other] = [await rowOf(visit, entity), await rowOf(visit, entity)]
  const id = await stored(visit, entity, row)
  await openRow(visit, entity, id)
  await Form.input(page, mine).fill(String(other.get(mine.name.written)))
  assert.strictEqual((await api("POST", "/api/auth/logout")).status, 204)
  await page.getByRole("button", { name: "Save" }).click()
  await page.getByRole("heading", { name: "Sign in" }).waitFor()
  assert.strictEqual((await api("POST", "/api/auth/login", { email, password })).status, 200)
  const theirValue = other.get(theirs.name.written)
  await api("PATCH", `${entity.path}/${id}`, { [theirs.name.written]: theirValue })
  await page.getByLabel("E-mail").fill(email)
  await page.getByLabel("Password").fill(password)
  await page.getByRole("button", { name: "Sign in" }).click()
  await page.getByRole("alert", { name: "Changed meanwhile" }).getByRole("button", { name: "Keep my changes" }).click()
  await page.getByRole("button", { name: "Save" }).click()
  await page.getByRole("status").filter({ hasText: "Saved" }).waitFor()
  const saved = (await api("GET", `${entity.path}/${id}`)).json
  assert.strictEqual(saved[theirs.name.written], theirValue)
  assert.strictEqual(saved[mine.name.written], other.get(mine.name.written))
}

/** A save that ends late leaves the user where they are, and tells there how it ended. */
export const tellsLateEnds = async (visit: Visit, entity: Entity, mine: Field, elsewhere: Entity) => {
  const { page } = visit
  const id = await stored(visit, entity, await rowOf(visit, entity))
  const value = String((await rowOf(visit, entity)).get(mine.name.written))
  for (const failing of [false, true]) {
    let answer = () => {}
    const held = new Promise<void>((resolve) => {
      answer = resolve
    })
    await page.route(`**${entity.path}/${id}`, async (route) => {
      if (route.request().method() !== "PATCH") return route.continue()
      await held
      return failing ? route.fulfill({ status: 503, json: { title: "Busy." } }) : route.continue()
    })
    await openRow(visit, entity, id)
    await Form.input(page, mine).fill(failing ? `${value}!` : value)
    await page.getByRole("button", { name: "Save" }).click()
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: elsewhere.plural.title }).click()
    await page
      .getByRole("link", { name: `New ${elsewhere.name.title}` })
      .first()
      .click()
    const heading = page.getByRole("heading", { level: 1, name: `New ${elsewhere.name.title}` })
    await heading.waitFor()
    answer()
    await page.getByText(failing ? /^Not saved: .*Busy\./ : /^Saved: /).waitFor()
    assert.isTrue(await heading.isVisible(), "nobody is pulled off the page")
    await page.unroute(`**${entity.path}/${id}`)
    await visit.picture(`everything-late-${failing ? "failure" : "save"}`)
  }
  // What could not be saved is not lost.
  await page.getByRole("alert").getByRole("link", { name: "Open it again" }).click()
  await page.getByRole("heading", { level: 1, name: /^Edit/ }).waitFor()
  assert.strictEqual(await Form.input(page, mine).inputValue(), `${value}!`)
}

/** Typed text is not lost by a link, the back button, the sign-out or a reload without a question. */
export const asksBeforeItLoses = async (visit: Visit, entity: Entity, mine: Field) => {
  const { open, page } = visit
  const question = page.getByRole("dialog", { name: "Leave without saving?" })
  const heading = page.getByRole("heading", { level: 1, name: `New ${entity.name.title}` })
  await open(listPath(entity))
  await page
    .getByRole("link", { name: `New ${entity.name.title}` })
    .first()
    .click()
  await heading.waitFor()
  await Form.input(page, mine).fill("w")
  const leaving = [
    () => page.getByRole("link", { name: "Cancel" }).click(),
    () => page.getByRole("navigation", { name: "Main" }).getByRole("link").last().click(),
    () => page.getByRole("button", { name: "Sign out" }).click(),
    () => page.evaluate("history.back()")
  ]
  for (const leave of leaving) {
    await leave()
    await question.waitFor()
    await question.getByRole("button", { name: "Stay" }).click()
    await question.waitFor({ state: "detached" })
    assert.isTrue(await heading.isVisible())
    assert.strictEqual(await Form.input(page, mine).inputValue(), "w")
  }
  assert.include(page.url(), "/new")
  let warned = 0
  page.on("dialog", (dialog) => {
    if (dialog.type() === "beforeunload") warned++
    void dialog.accept()
  })
  await page.reload()
  assert.strictEqual(warned, 1)
  await heading.waitFor()
  await Form.input(page, mine).fill("w")
  await page.goBack()
  await question.getByRole("button", { name: "Leave" }).click()
  await page.getByRole("heading", { level: 1, name: entity.plural.title }).waitFor()
  // With nothing typed nobody is asked.
  await page
    .getByRole("link", { name: `New ${entity.name.title}` })
    .first()
    .click()
  await page.getByRole("link", { name: "Cancel" }).click()
  await page.getByRole("heading", { level: 1, name: entity.plural.title }).waitFor()
}

/** Save and Cancel lead back to the page, the order, the filter and the place of the list. */
export const comesBackToItsPlace = async (visit: Visit, entity: Entity, sorted: Field) => {
  const { open, page, settled } = visit
  await page.setViewportSize({ width: 1280, height: 400 })
  const address = `${listPath(entity)}?sort=-${sorted.name.written}&page=2&pageSize=10`
  await open(address)
  const place = () => page.evaluate<number>("window.scrollY")
  const edit = page.getByRole("row").getByRole("link", { name: /^Edit/ }).nth(7)
  for (const button of ["Cancel", "Save"]) {
    await edit.scrollIntoViewIfNeeded()
    const before = await place()
    assert.isAbove(before, 0)
    await edit.click()
    await page.getByRole("heading", { level: 1, name: /^Edit/ }).waitFor()
    await settled()
    await page.getByRole(button === "Save" ? "button" : "link", { name: button, exact: true }).click()
    await page.getByRole("heading", { level: 1, name: entity.plural.title }).waitFor()
    await settled()
    assert.strictEqual(new URL(page.url()).search, address.slice(address.indexOf("?")))
    await page.waitForFunction(`Math.abs(window.scrollY - ${before}) < 80 && window.scrollY > 0`)
  }
  await page.setViewportSize({ width: 1280, height: 800 })
}

/** A wheel over a number scrolls the page and leaves the number. */
export const leavesNumbersToTheKeyboard = async ({ open, page }: Visit, entity: Entity, number: Field) => {
  await open(`${listPath(entity)}/new`)
  const input = Form.input(page, number)
  await input.fill("5")
  await input.hover()
  await page.mouse.wheel(0, 120)
  await page.mouse.wheel(0, -240)
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
  assert.strictEqual(await input.inputValue(), "5")
}

/** Who has set a larger text in the browser gets larger text. */
export const followsTheTextSize = async ({ open, page }: Visit, entity: Entity) => {
  await open(listPath(entity))
  const size = () => page.evaluate<number>("parseFloat(getComputedStyle(document.body).fontSize)")
  assert.strictEqual(await size(), 16)
  await page.evaluate("document.documentElement.style.setProperty('font-size', '32px')")
  assert.strictEqual(await size(), 32)
}

/** A text as long as the API takes is listed, edited and found in the audit log without a standstill. */
export const bearsLongTexts = async (visit: Visit, entity: Entity, long: Field) => {
  const { api, page } = visit
  const text = "wort ".repeat(180_000 / 2)
  const row = new Map(await rowOf(visit, entity))
  const id = await stored(visit, entity, row)
  // As an earlier version of the service may have stored it.
  await page.route(`**${entity.path}**`, async (route) => {
    if (route.request().method() !== "GET") return route.continue()
    const answer = await route.fetch()
    const body = await answer.json()
    for (const one of body.items ?? [body]) if (one.id === id) one[long.name.written] = text
    return route.fulfill({ response: answer, json: body })
  })
  await openRow(visit, entity, id)
  assert.isBelow((await Form.input(page, long).inputValue()).length, 5000)
  await page.getByRole("button", { name: /^Edit all/ }).click()
  assert.strictEqual((await Form.input(page, long).inputValue()).length, text.length)
  await visit.open(listPath(entity))
  await rowInList(visit, entity, id).waitFor()
  assert.isBelow((await rowInList(visit, entity, id).innerText()).length, 5000)
  await page.unroute(`**${entity.path}**`)
  assert.strictEqual((await api("GET", `${entity.path}/${id}`)).status, 200)
}

/** Before a deletion one reads what goes with it, what loses its reference, and what stands in the way. */
export const saysWhatGoesWithIt = async (visit: Visit) => {
  const { api, open, page, project } = visit
  const [shelf, thing, label] = ["Shelf", "Thing", "Label"].map((name) => entityOf(project, name)) as [
    Entity,
    Entity,
    Entity
  ]
  const plain = async (entity: Entity) => rowOf(visit, entity, { optional: false })
  // Other rows refer to the oldest two, which are to be none of ours.
  for (const entity of [shelf, shelf, thing, thing]) await stored(visit, entity, await plain(entity))
  const shelfIds = [await stored(visit, shelf, await plain(shelf)), await stored(visit, shelf, await plain(shelf))]
  const row = new Map([...(await plain(thing)), ["shelf", shelfIds[0]!] as const, ["spare", shelfIds[1]!] as const])
  const id = await stored(visit, thing, row)
  for (let n = 0; n < 43; n++) await stored(visit, label, new Map([...(await plain(label)), ["thing", id] as const]))
  const deletion = async (entity: Entity, one: string) => (await api("GET", `${entity.path}/${one}/deletion`)).json
  const nothing = { deleted: [], emptied: [], inTheWay: [], refused: false, complete: true }
  const things = [{ entity: "Thing", count: 1 }]
  assert.deepStrictEqual(await deletion(thing, id), { ...nothing, deleted: [{ entity: "Label", count: 43 }] })
  assert.deepStrictEqual(await deletion(shelf, shelfIds[0]!), { ...nothing, inTheWay: things, refused: true })
  assert.deepStrictEqual(await deletion(shelf, shelfIds[1]!), { ...nothing, emptied: things })

  const dialog = page.getByRole("dialog")
  const ask = async (entity: Entity, one: string, expected: string) => {
    await open(`${listPath(entity)}?sort=-createdAt`)
    await rowInList(visit, entity, one)
      .getByRole("button", { name: /^Delete/ })
      .click()
    await dialog.getByText(expected).waitFor()
  }
  await ask(shelf, shelfIds[0]!, "It cannot be deleted yet. Referring to it: 1 Thing.")
  await ask(shelf, shelfIds[1]!, "Kept, but without the reference to it: 1 Thing.")
  await ask(thing, id, "Also deleted: 43 Labels. This cannot be undone.")
  await visit.picture("everything-deletion")
  await dialog.getByRole("button", { name: "Delete" }).click()
  await page.getByText(/^Deleted: /).waitFor()
  assert.strictEqual((await api("GET", `${label.path}?thing=${id}`)).json.total, 0)
}
