/**
 * Requests that nobody thought of, drawn by fast-check from the document itself and from what surrounds it.
 *
 * Whatever comes, the answer is one that the document names. And the two agree on bodies: what the document's schema
 * takes the backend takes, what it refuses the backend refuses.
 */
import { assert } from "@effect/vitest"
import * as fc from "fast-check"
import { type Client, schemaCheck } from "./client.ts"
import type { Collection, Operation, Parameter, Row } from "./description.ts"
import { makeRows, set } from "./rows.ts"
import { badValues, edgeValues, goodValues } from "./values.ts"

/** Text as clients may send it: no half of a surrogate pair, which is no text in UTF-8. */
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 30 }),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom("\0", "'", '"', "%", "../", "null", "-1", "1e999", "__proto__", "[object Object]")
)

const json = fc.jsonValue({ maxDepth: 2, stringUnit: "grapheme" })

const bodyOf = (collection: Collection, good: Row): fc.Arbitrary<unknown> => {
  const fields = collection.entity.fields.map((field) => {
    const values: Array<fc.Arbitrary<unknown>> = [
      fc.constant(good[field.name]),
      json,
      text,
      fc.double(),
      fc.maxSafeInteger()
    ]
    const edges = [...edgeValues(field), ...(field.type === "reference" ? [] : goodValues(field))]
    if (edges.length > 0) values.push(fc.constantFrom(...edges))
    // Half of the values at least are ones that the field takes, or most bodies would be refused for one of many faults.
    return fc.oneof(
      { weight: 20, arbitrary: fc.constant(good[field.name]) },
      { weight: 10, arbitrary: fc.constantFrom(...(edges.length > 0 ? edges : [good[field.name]])) },
      { weight: 1, arbitrary: fc.oneof(...values, fc.constantFrom(...badValues(field).map(({ value }) => value))) },
      { weight: 2, arbitrary: fc.constant(absent) }
    )
  })
  const foreign = fc.option(fc.tuple(text, json), { freq: 20 })
  return fc.oneof(
    {
      weight: 30,
      arbitrary: fc.tuple(fc.tuple(...fields), foreign).map(([values, more]) => {
        const body: Row = {}
        for (const [n, { name }] of collection.entity.fields.entries()) {
          if (values[n] !== absent) set(body, name, values[n])
        }
        return more === null ? body : set(body, more[0], more[1])
      })
    },
    { weight: 1, arbitrary: json }
  )
}

const absent = Symbol("absent")

/** Whether the schema alone can tell if the body is good: it names no row that may not be there. */
const isMatterOfForm = ({ entity }: Collection, good: Row, body: unknown): boolean =>
  typeof body !== "object" ||
  body === null ||
  entity.fields.every((field) => {
    if (field.type !== "reference" || !Object.hasOwn(body, field.name)) return true
    const value = (body as Row)[field.name]
    return value === null || value === good[field.name] || typeof value !== "string"
  })

export const agreement = (runs: number, seed: number) => async (client: Client) => {
  const rows = makeRows(client)
  const schema = schemaCheck(client.api.document)
  for (const collection of client.api.collections) {
    const { item, path } = collection
    const row = await rows.create(collection)
    const one = `${path}/${row.id}`
    const good: Row = Object.fromEntries(collection.entity.fields.map(({ name }) => [name, row[name]]))
    await fc.assert(
      fc.asyncProperty(bodyOf(collection, good), fc.constantFrom("POST", "PATCH"), async (body, method) => {
        const place = client.api.operation(method, method === "POST" ? path : item)!.body!
        // As JSON has it: without undefined, and with 0 for -0.
        const sent: unknown = JSON.parse(JSON.stringify(body))
        const valid = (await schema.errors(place, sent)).length === 0
        const answer = await client.send(method, method === "POST" ? path : one, { body: sent })
        if (answer.status === 201) await client.send("DELETE", `${path}/${answer.json.id}`)
        if (!isMatterOfForm(collection, good, sent))
          return assert.include([200, 201, 409, 422], answer.status, answer.shown)
        if (!valid) return assert.strictEqual(answer.status, 422, answer.shown)
        assert.include(method === "POST" ? [201, 409] : [200, 409], answer.status, answer.shown)
      }),
      { numRuns: runs, seed }
    )
  }
  schema.release()
}

/** Queries of every operation that has parameters: each named one with a value of its own kind or any other, or a foreign one. */
const queryOf = ({ parameters }: Operation): fc.Arbitrary<ReadonlyArray<readonly [string, string]>> => {
  const valueOf = ({ schema }: Parameter): fc.Arbitrary<string> => {
    const values = (schema.enum ?? []) as ReadonlyArray<string>
    if (values.length > 0) return fc.oneof(fc.constantFrom(...values), text)
    if (schema.type === "boolean") return fc.oneof(fc.constantFrom("true", "false"), text)
    if (schema.type === "string") return text
    return fc.oneof(fc.integer({ min: -2, max: 120 }).map(String), fc.double().map(String), text)
  }
  const named = parameters
    .filter((one) => one.in === "query")
    .map((one) => valueOf(one).map((value) => [one.name, value] as const))
  const foreign = fc.tuple(text, text)
  return fc.array(named.length === 0 ? foreign : fc.oneof({ weight: 20, arbitrary: fc.oneof(...named) }, foreign), {
    maxLength: 3
  })
}

export const anyQuery = (runs: number, seed: number) => async (client: Client) => {
  const rows = makeRows(client)
  for (const collection of client.api.collections) await rows.create(collection)
  for (const operation of client.api.operations) {
    if (operation.method !== "GET" || !operation.path.startsWith("/api") || operation.path.includes("{")) continue
    await fc.assert(
      fc.asyncProperty(queryOf(operation), async (query) => {
        const answer = await client.send(
          "GET",
          `${operation.path}?${new URLSearchParams(query.map(([name, value]): [string, string] => [name, value]))}`
        )
        assert.include([200, 400], answer.status, answer.shown)
      }),
      { numRuns: runs, seed }
    )
  }
}

/** Any path and any query of printable bytes, with any method: never a fault of the server's own. */
export const anyPath = (runs: number, seed: number) => async (client: Client) => {
  const known = client.api.operations.map(({ path }) => path)
  const bytes = fc.string({
    unit: fc.constantFrom(..."abcxyz019/%.-_~:;@&=+$,?#[]!'()*\\|{}^`\"<>".split("")),
    maxLength: 20
  })
  const path = fc.oneof(
    bytes,
    fc.tuple(fc.constantFrom(...known), bytes).map(([path, more]) => path + more)
  )
  const method = fc.constantFrom("GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS")
  await fc.assert(
    fc.asyncProperty(method, path, async (method, path) => {
      const at = path.startsWith("/") ? path : `/${path}`
      if (method === "POST" && at.startsWith("/api/auth/")) return
      const answer = await client.send(method, at, method === "POST" || method === "PATCH" ? { body: null } : {})
      assert.isBelow(answer.status, 500, answer.shown)
    }),
    { numRuns: runs, seed }
  )
}
