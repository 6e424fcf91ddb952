/** Draws from each operation of the document each answer that the document says it gives. */
import { randomUUID } from "node:crypto"
import { assert } from "@effect/vitest"
import type { Client } from "./client.ts"
import type { Collection, Operation, Row } from "./description.ts"
import { makeRows, type Rows, set } from "./rows.ts"
import { cookieOf, password, signUp } from "./session.ts"

/** Needs a database that is broken, which is not for HTTP to bring about. */
const outOfReach = new Set(["GET /healthz 503"])

export const everyAnswer = async (client: Client) => {
  const rows = makeRows(client)
  for (const collection of client.api.collections) {
    for (const operation of client.api.operations) {
      const { csv, item, labels, path } = collection
      if (![path, item, csv, labels, `${item}/deletion`].includes(operation.path)) continue
      for (const status of operation.responses.keys()) await ofCollection(client, rows, collection, operation, status)
    }
  }
  for (const operation of client.api.operations) {
    if (client.seen.has(`${operation.method} ${operation.path}`)) continue
    if (operation.path.startsWith("/api/auth/")) continue
    await client.expect(200, operation.method, operation.path)
  }
  if (client.api.has("audit-log")) {
    await client.expect(200, "GET", "/api/audit-log")
    await client.expect(400, "GET", "/api/audit-log?page=0")
  }
  if (client.api.has("user-authentication")) await ofAccounts(client)

  const missing = client.api.operations.flatMap(({ method, path, responses }) =>
    [...responses.keys()]
      .filter((status) => client.seen.get(`${method} ${path}`)?.has(status) !== true)
      .map((status) => `${method} ${path} ${status}`)
  )
  assert.deepStrictEqual(
    missing.filter((one) => !outOfReach.has(one)),
    []
  )
}

const tooLarge = JSON.stringify({ text: "w".repeat(1024 * 1024) })

const ofCollection = async (
  client: Client,
  rows: Rows,
  collection: Collection,
  { method, path }: Operation,
  status: number
) => {
  const row = async () => {
    // An entity of which few rows can stand beside each other has one made for it that goes again.
    const known = await client.all(collection.path)
    return rows.capacity(collection) > 50 || known.length === 0 ? rows.create(collection, {}, "required") : known[0]!
  }
  const below = path.slice(collection.item.length)
  const at = path.startsWith(collection.item) ? `${collection.path}/${(await row()).id}${below}` : path
  const missing = `${collection.path}/${randomUUID()}${path.startsWith(collection.item) ? below : ""}`
  const expect = (at: string, send = {}) => client.expect(status, method, at, send)
  const body = async () => (method === "PATCH" ? {} : await rows.body(collection, "required"))
  switch (status) {
    case 400:
      await expect(`${at}?no-such-parameter=1`, method === "POST" || method === "PATCH" ? { body: await body() } : {})
      return void (method === "POST" || method === "PATCH" ? await expect(at, { raw: "{" }) : undefined)
    case 401:
      return void (await expect(at, { cookie: "" }))
    case 403:
      return void (await expect(at, { headers: { origin: "https://elsewhere.test" } }))
    case 404:
      return void (await expect(missing, method === "PATCH" ? { body: {} } : {}))
    case 409:
      return conflict(client, rows, collection, method)
    case 412:
      return void (await expect(at, {
        ...(method === "PATCH" ? { body: await body() } : {}),
        headers: { "if-match": '"2000-01-01T00:00:00.000Z"' }
      }))
    case 413:
      return void (await expect(at, { raw: tooLarge }))
    case 415:
      return void (await expect(at, { raw: "{}", headers: { "content-type": "text/plain" } }))
    case 422:
      return void (await expect(at, { body: { ...(await body()), "no such field": 1 } }))
    case 201: {
      if (rows.capacity(collection) <= 50) await clearAll(client, collection)
      return void (await expect(at, { body: await body() }))
    }
    default:
      return void (await expect(at, method === "PATCH" ? { body: {} } : {}))
  }
}

const clearAll = async (client: Client, { path }: Collection) => {
  for (const { id } of await client.all(path)) await client.send("DELETE", `${path}/${id}`)
}

const conflict = async (client: Client, rows: Rows, collection: Collection, method: string) => {
  const { entity, path } = collection
  if (method === "DELETE") {
    const kept = await rows.create(collection, {}, "required")
    if (await hold(client, rows, collection, kept, new Set())) {
      return void (await client.expect(409, "DELETE", `${path}/${kept.id}`))
    }
    return heldByOthers(client, rows, collection)
  }
  const field = entity.fields.find(({ unique }) => unique)!
  const value = field.type === "reference" ? (await rows.create(client.api.collection(field.to!))).id : undefined
  const one = await rows.create(collection, value === undefined ? {} : set({}, field.name, value))
  const other = await rows.body(collection)
  const taken = set({}, field.name, one[field.name])
  if (method === "POST") return void (await client.expect(409, "POST", path, { body: { ...other, ...taken } }))
  const { id } = (await client.expect(201, "POST", path, { body: other })).json
  await client.expect(409, "PATCH", `${path}/${id}`, { body: taken })
}

/** Makes what keeps the row from being deleted: a row that refers to it, or to one that would go with it. */
const hold = async (client: Client, rows: Rows, to: Collection, row: Row, tried: Set<string>): Promise<boolean> => {
  tried.add(to.entity.name)
  const referring = client.api.collections.flatMap((from) =>
    from.entity.fields.filter((field) => field.to === to.entity.name).map((field) => ({ from, field }))
  )
  const restricting = referring.find(({ field }) => field.onDelete === "restrict")
  if (restricting !== undefined) {
    await rows.create(restricting.from, set({}, restricting.field.name, row.id), "required")
    return true
  }
  for (const { field, from } of referring) {
    if (field.onDelete !== "cascade" || tried.has(from.entity.name)) continue
    const next = await rows.create(from, set({}, field.name, row.id), "required")
    if (await hold(client, rows, from, next, tried)) return true
  }
  return false
}

/** What an account made is kept from its own deletion by what would go along and is not the account's. */
const heldByOthers = async (client: Client, rows: Rows, to: Collection) => {
  const { cookie } = client
  await signUp(client, `${randomUUID()}@example.test`)
  const theirs = client.cookie
  const kept = await rows.create(to, {}, "required")
  client.cookie = cookie
  const tried = new Set<string>()
  // Down the chain of what goes along, until something is the administrator's alone to delete.
  const along = async (target: Collection, id: unknown): Promise<void> => {
    tried.add(target.entity.name)
    for (const from of client.api.collections) {
      for (const field of from.entity.fields) {
        if (field.to !== target.entity.name || field.onDelete !== "cascade" || tried.has(from.entity.name)) continue
        await along(from, (await rows.create(from, set({}, field.name, id), "required")).id)
      }
    }
  }
  await along(to, kept.id)
  await client.expect(409, "DELETE", `${to.path}/${kept.id}`, { cookie: theirs })
}

/** Those of sign-in, the waiting ones last: after them this address is refused for a while. */
const ofAccounts = async (client: Client) => {
  const { cookie } = client
  const register = "/api/auth/register"
  const login = "/api/auth/login"
  const taken = { email: "taken@example.test", password }
  await client.expect(201, "POST", register, { body: taken })
  await client.expect(409, "POST", register, { body: taken })
  await client.expect(200, "POST", login, { body: taken })
  await client.expect(401, "POST", login, { body: { ...taken, password: "something else" } })
  const bodies = [
    ["POST", register],
    ["POST", login],
    ["POST", "/api/auth/password"],
    ["PUT", "/api/auth/registration"]
  ] as const
  for (const [method, path] of bodies) {
    await client.expect(400, method, path, { raw: "{" })
    await client.expect(413, method, path, { raw: tooLarge })
    await client.expect(415, method, path, { raw: "{}", headers: { "content-type": "text/plain" } })
    await client.expect(422, method, path, { body: { email: 1 } })
  }
  await ofAdministrator(client, cookieOf(await client.expect(200, "POST", login, { body: taken })))
  for (const { method, path, responses } of client.api.operations) {
    if (!path.startsWith("/api/auth/") || !responses.has(403) || method === "GET") continue
    const at = path.replace("{id}", randomUUID())
    await client.expect(403, method, at, { body: {}, headers: { origin: "https://elsewhere.test" } })
  }
  await client.expect(200, "GET", "/api/auth/me", { cookie })
  await client.expect(401, "GET", "/api/auth/me", { cookie: "" })
  await client.expect(401, "POST", "/api/auth/logout", { cookie: "" })
  await untilRefused(client, "/api/auth/password", { currentPassword: "something else", newPassword: password })
  await client.expect(204, "POST", "/api/auth/logout", { cookie })
  for (const [path, body] of [
    [login, { ...taken, password: "something else" }],
    [register, taken]
  ] as const) {
    await untilRefused(client, path, body)
  }
}

const untilRefused = async (client: Client, path: string, body: unknown) => {
  for (let n = 0, waiting = false; n < 20 && !waiting; n++) {
    const answers = await Promise.all(Array.from({ length: 10 }, () => client.send("POST", path, { body })))
    waiting = answers.some(({ status }) => status === 429)
  }
}

/** What the administrator alone may do; `cookie` is another account's. */
const ofAdministrator = async (client: Client, cookie: string) => {
  const invitations = "/api/auth/invitations"
  const missing = `${invitations}/${randomUUID()}`
  for (const { method, path, responses } of client.api.operations) {
    const administrative = /^\/api\/auth\/(accounts|registration|invitations)/.test(path) || path === "/api/audit-log"
    if (!administrative) continue
    assert.isTrue(responses.has(403), path)
    const at = path.replace("{id}", randomUUID())
    const body = method === "PUT" ? { body: { open: true } } : {}
    await client.expect(403, method, at, { ...body, cookie })
    await client.expect(401, method, at, { ...body, cookie: "" })
    if (method === "GET") await client.expect(200, method, at)
  }
  await client.expect(400, "GET", "/api/auth/accounts?page=0")
  await client.expect(200, "PUT", "/api/auth/registration", { body: { open: true } })
  await client.expect(404, "DELETE", missing)
  const { id } = (await client.expect(201, "POST", invitations)).json
  await client.expect(204, "DELETE", `${invitations}/${id}`)
  for (let n = 0; n < 100; n++) await client.expect(201, "POST", invitations)
  await client.expect(409, "POST", invitations)
  await client.expect(401, "DELETE", "/api/auth/sessions", { cookie: "" })
  await client.expect(401, "POST", "/api/auth/password", { body: {}, cookie: "" })
  const change = { currentPassword: password, newPassword: "another horse battery" }
  const changed = cookieOf(await client.expect(200, "POST", "/api/auth/password", { body: change, cookie }))
  await client.expect(204, "DELETE", "/api/auth/sessions", { cookie: changed })
}
