/** Who may do what with whose rows: every endpoint of every entity, asked by each account, in a table of statuses. */
import { randomUUID } from "node:crypto"
import { assert } from "@effect/vitest"
import Database from "better-sqlite3"
import { Effect } from "effect"
import { type Client, problem } from "./client.ts"
import type { Collection, Row } from "./description.ts"
import { labelOf } from "./labels.ts"
import { attempt, backend } from "./project.ts"
import { makeRows, set } from "./rows.ts"
import { cookieOf, password, signUp } from "./session.ts"

type Access = "owner" | "shared" | "private"
type Who = "nobody" | "other" | "creator" | "administrator"

/** What a row of the creator answers to each; of the lists, whether they hold it. */
const expected: Readonly<Record<Access, Readonly<Record<string, Readonly<Record<Who, number | boolean>>>>>> = {
  owner: {
    "GET list": { nobody: 401, other: true, creator: true, administrator: true },
    "GET csv": { nobody: 401, other: true, creator: true, administrator: true },
    "GET q": { nobody: 401, other: true, creator: true, administrator: true },
    "GET one": { nobody: 401, other: 200, creator: 200, administrator: 200 },
    PATCH: { nobody: 401, other: 403, creator: 200, administrator: 200 },
    "PATCH bad": { nobody: 401, other: 403, creator: 422, administrator: 422 },
    DELETE: { nobody: 401, other: 403, creator: 204, administrator: 204 }
  },
  shared: {
    "GET list": { nobody: 401, other: true, creator: true, administrator: true },
    "GET csv": { nobody: 401, other: true, creator: true, administrator: true },
    "GET q": { nobody: 401, other: true, creator: true, administrator: true },
    "GET one": { nobody: 401, other: 200, creator: 200, administrator: 200 },
    PATCH: { nobody: 401, other: 200, creator: 200, administrator: 200 },
    "PATCH bad": { nobody: 401, other: 422, creator: 422, administrator: 422 },
    DELETE: { nobody: 401, other: 204, creator: 204, administrator: 204 }
  },
  private: {
    "GET list": { nobody: 401, other: false, creator: true, administrator: true },
    "GET csv": { nobody: 401, other: false, creator: true, administrator: true },
    "GET q": { nobody: 401, other: false, creator: true, administrator: true },
    "GET one": { nobody: 401, other: 404, creator: 200, administrator: 200 },
    PATCH: { nobody: 401, other: 404, creator: 200, administrator: 200 },
    "PATCH bad": { nobody: 401, other: 404, creator: 422, administrator: 422 },
    DELETE: { nobody: 401, other: 404, creator: 204, administrator: 204 }
  }
}

const everybody = ["nobody", "other", "creator", "administrator"] as const

/** Cookies of the client's own account, which is the administrator's, and of two that were invited. */
const accounts = async (client: Client): Promise<Readonly<Record<Who, string>>> => {
  const administrator = client.cookie
  assert.isTrue((await client.expect(200, "GET", "/api/auth/me")).json.administrator)
  const invited = async (name: string) => {
    const { token } = (await client.expect(201, "POST", "/api/auth/invitations")).json
    const body = { email: `${name}-${randomUUID()}@example.test`, password, invitation: token }
    return cookieOf(await client.expect(201, "POST", "/api/auth/register", { body, cookie: "" }))
  }
  return { nobody: "", administrator, creator: await invited("cleo"), other: await invited("otto") }
}

/** Does it as another account. */
const as = async <A>(client: Client, cookie: string, work: () => Promise<A>): Promise<A> => {
  const before = client.cookie
  client.cookie = cookie
  try {
    return await work()
  } finally {
    client.cookie = before
  }
}

export const statuses = async (client: Client) => {
  const rows = makeRows(client)
  const cookies = await accounts(client)
  for (const collection of client.api.collections) {
    const { entity, path } = collection
    const make = () => as(client, cookies.creator, () => rows.create(collection))
    const text = entity.fields.find(({ type }) => type === "string" || type === "text")
    let row = await make()
    for (const [request, table] of Object.entries(expected[entity.access!])) {
      for (const who of everybody) {
        const cookie = cookies[who]
        const at = `${path}/${row.id}`
        const where = `${request} of ${entity.name} (${entity.access}) as ${who}`
        const ask = (): ReturnType<Client["send"]> | undefined => {
          switch (request) {
            case "GET list":
              return client.send("GET", `${path}?pageSize=100`, { cookie })
            case "GET csv":
              return collection.csv === undefined ? undefined : client.send("GET", collection.csv, { cookie })
            case "GET q": {
              const q = String(text === undefined ? "" : row[text.name]).slice(0, 50)
              if (!collection.searchable || q.trim() === "") return undefined
              return client.send("GET", `${path}?${new URLSearchParams({ q })}&pageSize=100`, { cookie })
            }
            case "GET one":
              return client.send("GET", at, { cookie })
            case "PATCH":
              return client.send("PATCH", at, { cookie, body: {} })
            case "PATCH bad":
              return client.send("PATCH", at, { cookie, body: { "no such field": 1 } })
            default:
              return client.send("DELETE", at, { cookie })
          }
        }
        const answer = await ask()
        if (answer === undefined) continue
        const wanted = table[who]
        if (typeof wanted === "boolean") {
          assert.strictEqual(answer.status, 200, `${where}: ${answer.shown}`)
          assert.strictEqual(answer.text.includes(String(row.id)), wanted, `${where}: ${answer.shown}`)
          // Counts tell no more than rows.
          if (request !== "GET csv") {
            const { items, total } = answer.json as { items: ReadonlyArray<Row>; total: number }
            assert.strictEqual(total, items.length, where)
          }
        } else assert.strictEqual(answer.status, wanted, `${where}: ${answer.shown}`)
        if (answer.status >= 400) {
          problem(answer)
          // It is there, and as it was.
          const still = await client.expect(200, "GET", at, { cookie: cookies.administrator })
          assert.deepStrictEqual(still.json, row, where)
        }
        if (answer.status === 204) row = await make()
      }
    }
    await client.expect(204, "DELETE", `${path}/${row.id}`)
  }
}

/** What is not there for an account answers as what never was: word for word, by whichever door. */
export const nothingLeaks = async (client: Client) => {
  const rows = makeRows(client)
  const cookies = await accounts(client)
  for (const collection of client.api.collections) {
    const { entity, path } = collection
    if (entity.access !== "private") continue
    const row = await as(client, cookies.creator, () => rows.create(collection))
    const never = "6d3bd6a7-6a8e-4b68-8a70-0c6a2b0d9d60"
    const { cookie } = { cookie: cookies.other }
    const same = async (method: string, of: (id: string) => string, body?: (id: string) => unknown) => {
      const [theirs, nothing] = await Promise.all(
        [row.id as string, never].map((id) =>
          client.send(method, of(id), { cookie, ...(body === undefined ? {} : { body: body(id) }) })
        )
      )
      assert.deepStrictEqual(
        [theirs!.status, theirs!.text.replaceAll(row.id as string, never)],
        [nothing!.status, nothing!.text],
        theirs!.shown
      )
    }
    for (const method of ["GET", "HEAD", "DELETE"]) await same(method, (id) => `${path}/${id}`)
    for (const body of [{}, { id: 1 }])
      await same(
        "PATCH",
        (id) => `${path}/${id}`,
        () => body
      )
    // References to it, when a row is made and when it is changed.
    for (const from of client.api.collections) {
      for (const field of from.entity.fields) {
        if (field.type !== "reference" || field.to !== entity.name) continue
        const body = await as(client, cookie, () => rows.body(from))
        await same(
          "POST",
          () => from.path,
          (id) => set({ ...body }, field.name, id)
        )
        const mine = (await client.expect(201, "POST", from.path, { body, cookie })).json
        await same(
          "PATCH",
          () => `${from.path}/${mine.id}`,
          (id) => set({}, field.name, id)
        )
        await client.expect(204, "DELETE", `${from.path}/${mine.id}`)
      }
    }
    // Values that are taken there are free here.
    for (const field of entity.fields) {
      if (!field.unique || field.type === "reference" || row[field.name] === null) continue
      const body = await as(client, cookie, () => rows.body(collection))
      const own = await client.expect(201, "POST", path, { body: set(body, field.name, row[field.name]), cookie })
      const rival = await as(client, cookie, () => rows.body(collection))
      await client.expect(409, "POST", path, { body: set(rival, field.name, row[field.name]), cookie })
      await client.expect(204, "DELETE", `${path}/${own.json.id}`, { cookie })
    }
    // What it refers to is told to nobody who does not see it itself.
    if (collection.labels !== undefined) {
      const { json } = await client.expect(200, "GET", `${collection.labels}?ids=${row.id}`, { cookie })
      assert.deepStrictEqual(json, { labels: {} })
    }
    // Filters and orders find only what is there.
    for (const { name } of collection.filters) {
      const query = new URLSearchParams({ [name]: String(row[name]) })
      if (row[name] === null) continue
      const { json } = await client.expect(200, "GET", `${path}?${query}`, { cookie })
      assert.strictEqual(json.total, 0, `${path}?${query}`)
    }
    for (const sort of ["id", "-createdAt", ...entity.fields.map(({ name }) => name)]) {
      const { json } = await client.expect(200, "GET", `${path}?${new URLSearchParams({ sort })}`, { cookie })
      assert.strictEqual(json.total, 0, sort)
    }
    await client.expect(204, "DELETE", `${path}/${row.id}`)
  }
}

/** A deletion takes along what the account may delete, and stops before anything that it may not. */
export const deletions = async (client: Client) => {
  const rows = makeRows(client)
  const cookies = await accounts(client)
  for (const from of client.api.collections) {
    for (const field of from.entity.fields) {
      if (field.type !== "reference" || field.to === from.entity.name) continue
      const to = client.api.collection(field.to!)
      const body = await rows.body(from, "required")
      const target = await as(client, cookies.creator, () => rows.create(to, {}, "required"))
      // The administrator's row refers to the creator's.
      const row = (await client.expect(201, "POST", from.path, { body: set(body, field.name, target.id) })).json
      const at = `${to.path}/${target.id}`
      const one = `${from.path}/${row.id}`
      const gone = await client.send("DELETE", at, { cookie: cookies.creator })
      const kept = field.onDelete === "restrict" || (field.onDelete === "cascade" && from.entity.access !== "shared")
      assert.strictEqual(gone.status, kept ? 409 : 204, gone.shown)
      if (kept) {
        assert.notInclude(gone.text, String(row.id))
        assert.deepStrictEqual((await client.expect(200, "GET", at)).json, target)
        assert.deepStrictEqual((await client.expect(200, "GET", one)).json, row)
        await client.expect(204, "DELETE", one)
        await client.expect(204, "DELETE", at, { cookie: cookies.creator })
      } else if (field.onDelete === "cascade") await client.expect(404, "GET", one)
      else {
        assert.deepStrictEqual((await client.expect(200, "GET", one)).json, set({ ...row }, field.name, null))
        await client.expect(204, "DELETE", one)
      }
    }
  }
}

/** A row that refers to what another may not see: the other may change it all the same, and it keeps its reference. */
export const keptReferences = async (client: Client) => {
  const rows = makeRows(client)
  const cookies = await accounts(client)
  for (const from of client.api.collections) {
    for (const field of from.entity.fields) {
      if (field.type !== "reference" || from.entity.access !== "shared") continue
      const to = client.api.collection(field.to!)
      if (to.entity.access !== "private") continue
      const target = await as(client, cookies.creator, () => rows.create(to, {}, "required"))
      const row = await as(client, cookies.creator, () => rows.create(from, set({}, field.name, target.id), "required"))
      const at = `${from.path}/${row.id}`
      const same = await client.expect(200, "PATCH", at, {
        body: set({}, field.name, target.id),
        cookie: cookies.other
      })
      assert.deepStrictEqual(same.json, row)
      await client.expect(404, "GET", `${to.path}/${target.id}`, { cookie: cookies.other })
      for (const [who, sees] of [
        ["creator", true],
        ["administrator", true],
        ["other", false]
      ] as const) {
        const { json } = await client.expect(200, "GET", `${from.labels}?ids=${row.id}`, { cookie: cookies[who] })
        const labelled = sees && labelOf(to, target) !== undefined
        assert.strictEqual(
          Object.hasOwn(json.labels as object, String(target.id)),
          labelled,
          `${from.labels} as ${who}`
        )
      }
      await client.expect(204, "DELETE", at, { cookie: cookies.other })
      await client.expect(204, "DELETE", `${to.path}/${target.id}`)
    }
  }
}

/** Rows without a creator, as those from before there were accounts, are the administrator's. */
export const withoutCreator = Effect.gen(function* () {
  const { client, databaseFile } = yield* backend()
  yield* attempt(() => signUp(client))
  const forget = async () => {
    const db = new Database(databaseFile)
    const tables = db
      .prepare("SELECT m.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE c.name = '_created_by'")
      .pluck()
      .all()
    for (const table of tables) db.exec(`UPDATE "${table}" SET _created_by = NULL`)
    db.close()
  }
  yield* attempt(() => nobodys(client, forget))
})

const nobodys = async (client: Client, forget: () => Promise<void>) => {
  const rows = makeRows(client)
  const cookies = await accounts(client)
  const made = await as(client, cookies.creator, async () => {
    const all: Array<readonly [Collection, Row]> = []
    for (const collection of client.api.collections) {
      all.push([collection, await rows.create(collection, {}, "required")])
    }
    return all
  })
  await forget()
  for (const [{ entity, path }, { id }] of made) {
    const status = entity.access === "private" ? 404 : entity.access === "shared" ? 200 : 403
    await client.expect(status, "PATCH", `${path}/${id}`, { body: {}, cookie: cookies.other })
    await client.expect(status, "PATCH", `${path}/${id}`, { body: {}, cookie: cookies.creator })
    await client.expect(200, "PATCH", `${path}/${id}`, { body: {} })
  }
}
