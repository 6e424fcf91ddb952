/** Lists: paging, sorting and filters, held against the rows themselves. */
import { randomUUID } from "node:crypto"
import { assert } from "@effect/vitest"
import type { FieldSpec } from "../../../actors/fullstack/Requirements.ts"
import { badPaths, type Client } from "./client.ts"
import type { Collection, Row } from "./description.ts"
import { makeRows, type Rows } from "./rows.ts"

/** Some rows of every entity, different from each other, half of them with their required fields only. */
export const populate = async (client: Client, count = 7): Promise<Rows> => {
  const rows = makeRows(client)
  for (const collection of client.api.collections) {
    const many = Math.min(count, rows.capacity(collection))
    for (let n = 0; n < many; n++) await rows.create(collection, {}, n % 2 === 0 ? "all" : "required")
  }
  // References that may stay empty: every second row gets one.
  for (const collection of client.api.collections) {
    const optional = collection.entity.fields.filter((field) => field.type === "reference" && !field.required)
    const targets = await Promise.all(optional.map(({ to }) => client.all(client.api.collection(to!).path)))
    const all = await client.all(collection.path)
    for (const [n, row] of all.entries()) {
      if (n % 2 === 1) continue
      const body = Object.fromEntries(
        optional.flatMap((field, index) => {
          const target = targets[index]![field.unique ? n : n % 3]
          return target === undefined ? [] : [[field.name, target.id]]
        })
      )
      await client.expect(200, "PATCH", `${collection.path}/${row.id}`, { body })
    }
  }
  return rows
}

const ids = (rows: unknown) => (rows as ReadonlyArray<Row>).map(({ id }) => id as string)

export const paging = async (client: Client) => {
  await populate(client)
  for (const { path } of client.api.collections) {
    const first = (await client.expect(200, "GET", path)).json
    assert.deepInclude(first, { page: 1, pageSize: 20 })
    const total = first.total as number
    assert.strictEqual(ids(first.items).length, Math.min(20, total))
    const times = (first.items as ReadonlyArray<Row>).map(({ createdAt }) => createdAt as string)
    assert.deepStrictEqual(times, [...times].sort().reverse(), "the newest first")

    const seen: Array<string> = []
    for (let page = 1; seen.length < total; page++) {
      const { json } = await client.expect(200, "GET", `${path}?page=${page}&pageSize=3`)
      assert.deepInclude(json, { total, page, pageSize: 3 })
      assert.strictEqual(ids(json.items).length, Math.min(3, total - seen.length))
      seen.push(...ids(json.items))
    }
    assert.strictEqual(new Set(seen).size, total, "each row on one page")
    const beyond = (await client.expect(200, "GET", `${path}?page=1000&pageSize=100`)).json
    assert.deepInclude(beyond, { items: [], total, page: 1000, pageSize: 100 })

    for (const name of ["page", "pageSize"]) {
      for (const value of ["0", "-1", "1.5", "abc", "", "1e1", "0x1", "+1", " 1", "9".repeat(30), "NaN", "%00", "١"]) {
        const answer = await client.expect(400, "GET", `${path}?${name}=${encodeURIComponent(value)}`)
        assert.deepStrictEqual(badPaths(answer), [name])
      }
    }
    assert.deepStrictEqual(badPaths(await client.expect(400, "GET", `${path}?pageSize=101`)), ["pageSize"])
    assert.deepStrictEqual(badPaths(await client.expect(400, "GET", `${path}?page=1&page=2`)), ["page"])
    const all = await client.expect(400, "GET", `${path}?page=0&pageSize=101&sort=no-such&no-such=1`)
    assert.deepStrictEqual(badPaths(all), ["no-such", "page", "pageSize", "sort"])
  }
}

export const sorting = async (client: Client) => {
  await populate(client)
  for (const collection of client.api.collections) {
    const { entity, path } = collection
    const given = (name: string): FieldSpec => ({ name, type: "string", required: true, unique: false })
    for (const field of [given("id"), given("createdAt"), given("updatedAt"), ...entity.fields]) {
      const values = async (sort: string) =>
        (await client.all(path, { sort })).map((row) => row[field.name] as string | number | boolean | null)
      const up = await values(field.name)
      const down = await values(`-${field.name}`)
      assert.deepStrictEqual(down, [...up].reverse(), `sort=-${field.name} of ${entity.name}`)
      const known = up.filter((value) => value !== null)
      // Where empty ones go is the backend's own affair, but they stay together.
      assert.isTrue(
        up[0] === null ||
          up.lastIndexOf(null) - up.indexOf(null) === up.length - known.length - 1 ||
          known.length === up.length
      )
      if (field.type === "enum") continue
      const sorted = [...known].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
      assert.deepStrictEqual(known, sorted, `sort=${field.name} of ${entity.name}`)
    }
    for (const sort of ["", "-", "--id", "no-such", "id,createdAt", "id; DROP TABLE x", '"id"', "__proto__", "%00"]) {
      const answer = await client.expect(400, "GET", `${path}?${new URLSearchParams({ sort })}`)
      assert.deepStrictEqual(badPaths(answer), ["sort"])
    }
  }
}

export const filters = async (client: Client) => {
  await populate(client)
  for (const collection of client.api.collections) {
    const { path } = collection
    const all = await client.all(path, { sort: "id" })
    const chosen = async (query: Readonly<Record<string, string>>) =>
      ids(await client.all(path, { ...query, sort: "id" }))
    const having = (wanted: Row) =>
      ids(all.filter((row) => Object.entries(wanted).every(([name, value]) => row[name] === value)))

    for (const field of collection.filters) {
      const values = new Set(all.map((row) => row[field.name]).filter((value) => value !== null))
      for (const value of values) {
        const found = await chosen(Object.fromEntries([[field.name, String(value)]]))
        assert.deepStrictEqual(found, having(Object.fromEntries([[field.name, value]])), `${field.name}=${value}`)
      }
      await refused(client, collection, field)
    }
    // All filters of one row together find it, and only rows like it.
    for (const row of all.slice(0, 3)) {
      const known = collection.filters.filter(({ name }) => row[name] !== null)
      const query = Object.fromEntries(known.map(({ name }) => [name, String(row[name])]))
      const wanted = Object.fromEntries(known.map(({ name }) => [name, row[name]]))
      assert.deepStrictEqual(await chosen(query), having(wanted))
    }
    for (const name of ["no-such", "__proto__", "constructor", "__proto__[x]", "id' OR 1=1 --", "", "page[]", "\0"]) {
      if (collection.filters.some((field) => field.name === name)) continue
      const answer = await client.expect(400, "GET", `${path}?${new URLSearchParams([[name, "1"]])}`)
      assert.deepStrictEqual(badPaths(answer), [name])
    }
  }
}

/** Values that the field cannot have are refused; those that no row has find nothing, whatever they look like. */
const refused = async (client: Client, { path }: Collection, { name, type }: FieldSpec) => {
  const query = (value: string) => `${path}?${new URLSearchParams([[name, value]])}`
  const twice = await client.expect(400, "GET", `${query("1")}&${new URLSearchParams([[name, "1"]])}`)
  assert.include(badPaths(twice), name)
  if (type === "string" || type === "text" || type === "reference") {
    const values = ["' OR '1'='1", "no such value \0", "\0", "%", "'; DROP TABLE x; --", randomUUID()]
    for (const value of values) assert.deepStrictEqual((await client.expect(200, "GET", query(value))).json.items, [])
    return
  }
  for (const value of ["", "no such", "' OR 1=1 --", "null", "\0", "[object Object]", "1e999", "2026-02-30"]) {
    const answer = await client.expect(400, "GET", query(value))
    assert.deepStrictEqual(badPaths(answer), [name])
  }
}
