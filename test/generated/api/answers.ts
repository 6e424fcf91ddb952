/** Draws from each operation of the document each answer that the document says it gives. */
import { randomUUID } from "node:crypto"
import { assert } from "@effect/vitest"
import type { Client } from "./client.ts"
import type { Collection, Operation, Row } from "./description.ts"
import { makeRows, type Rows, set } from "./rows.ts"
import { password } from "./session.ts"

/** Needs a database that is broken, which is not for HTTP to bring about. */
const outOfReach = new Set(["GET /healthz 503"])

export const everyAnswer = async (client: Client) => {
  const rows = makeRows(client)
  for (const collection of client.api.collections) {
    for (const operation of client.api.operations) {
      if (![collection.path, collection.item, collection.csv].includes(operation.path)) continue
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
    if (client.api.has("user-authentication")) await client.expect(401, "GET", "/api/audit-log", { cookie: "" })
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
  const at = path === collection.item ? `${collection.path}/${(await row()).id}` : path
  const missing = `${collection.path}/${randomUUID()}`
  const expect = (at: string, send = {}) => client.expect(status, method, at, send)
  const body = async () => (method === "PATCH" ? {} : await rows.body(collection, "required"))
  switch (status) {
    case 400:
      await expect(`${at}?no-such-parameter=1`, method === "POST" || method === "PATCH" ? { body: await body() } : {})
      return void (method === "POST" || method === "PATCH" ? await expect(at, { raw: "{" }) : undefined)
    case 401:
      return void (await expect(at, { cookie: "" }))
    case 404:
      return void (await expect(missing, method === "PATCH" ? { body: {} } : {}))
    case 409:
      return conflict(client, rows, collection, method)
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
    await hold(client, rows, collection, kept, new Set())
    return void (await client.expect(409, "DELETE", `${path}/${kept.id}`))
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
  for (const path of [register, login]) {
    await client.expect(400, "POST", path, { raw: "{" })
    await client.expect(413, "POST", path, { raw: tooLarge })
    await client.expect(415, "POST", path, { raw: "{}", headers: { "content-type": "text/plain" } })
    await client.expect(422, "POST", path, { body: { email: 1 } })
  }
  await client.expect(200, "GET", "/api/auth/me", { cookie })
  await client.expect(401, "GET", "/api/auth/me", { cookie: "" })
  await client.expect(401, "POST", "/api/auth/logout", { cookie: "" })
  await client.expect(204, "POST", "/api/auth/logout", { cookie })
  for (const [path, body] of [
    [login, { ...taken, password: "something else" }],
    [register, taken]
  ] as const) {
    for (let n = 0, waiting = false; n < 20 && !waiting; n++) {
      const answers = await Promise.all(Array.from({ length: 10 }, () => client.send("POST", path, { body })))
      waiting = answers.some(({ status }) => status === 429)
    }
  }
}
