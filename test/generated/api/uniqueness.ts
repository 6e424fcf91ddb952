/** Unique fields, also when many want the same value at the same time. */
import { assert } from "@effect/vitest"
import type { FieldSpec } from "../../../actors/fullstack/Requirements.ts"
import { type Answer, type Client, problem } from "./client.ts"
import type { Exercised } from "./exercised.ts"
import { changed, makeRows, type Rows, set } from "./rows.ts"

/** Exactly one is told yes, all others 409. */
const oneOf = (answers: ReadonlyArray<Answer>, success: number) => {
  const statuses = answers.map(({ status }) => status).sort()
  assert.deepStrictEqual(
    statuses,
    [success, ...answers.slice(1).map(() => 409)],
    answers.map(({ shown }) => shown).join("\n")
  )
  for (const answer of answers) if (answer.status === 409) problem(answer)
}

const atOnce = (count: number, send: (n: number) => Promise<Answer>) =>
  Promise.all(Array.from({ length: count }, (_, n) => send(n)))

/** Says which types of field, required or not, many wanted the same value of. */
export const uniqueness = async (client: Client): Promise<Exercised> => {
  const rows = makeRows(client)
  const exercised = new Set<string>()
  for (const collection of client.api.collections) {
    const { entity, path } = collection
    const unique = entity.fields.filter((field) => field.unique)
    if (unique.length === 0) continue
    const total = async () => (await client.expect(200, "GET", path)).json.total as number

    const body = await rows.body(collection)
    for (const field of unique) set(body, field.name, body[field.name] ?? (await valueFor(rows, client, field)))
    const before = await total()
    oneOf(await atOnce(12, () => client.send("POST", path, { body })), 201)
    assert.strictEqual(await total(), before + 1)

    for (const field of unique) {
      if (rows.capacity(collection) < 30) continue
      const value = await valueFor(rows, client, field)
      if (value === null) continue
      const owner = await rows.create(collection, set({}, field.name, value))
      // Others may not have it, neither from the start nor later.
      const other = await rows.body(collection)
      await client.expect(409, "POST", path, { body: changed(other, field.name, value) })
      const row = (await client.expect(201, "POST", path, { body: other })).json
      await client.expect(409, "PATCH", `${path}/${row.id}`, { body: set({}, field.name, value) })
      assert.deepStrictEqual((await client.expect(200, "GET", `${path}/${row.id}`)).json, row)
      // Its owner may keep it; and once it is given up, one of many gets it.
      await client.expect(200, "PATCH", `${path}/${owner.id}`, { body: set({}, field.name, value) })
      const rivals = [row, await rows.create(collection), await rows.create(collection), await rows.create(collection)]
      await client.expect(204, "DELETE", `${path}/${owner.id}`)
      oneOf(
        await atOnce(rivals.length, (n) =>
          client.send("PATCH", `${path}/${rivals[n]!.id}`, { body: set({}, field.name, value) })
        ),
        200
      )
      exercised.add(`${field.type}${field.required ? ", required" : ""}`)
      if (field.required) continue
      for (let n = 0; n < 2; n++) await rows.create(collection, set({}, field.name, null))
    }
  }
  return exercised
}

/** A value to fight for, also where the field may be empty and is a reference. */
const valueFor = async (rows: Rows, client: Client, field: FieldSpec): Promise<unknown> => {
  if (field.type === "reference") return (await rows.create(client.api.collection(field.to!), {}, "required")).id
  return rows.value(field)
}
