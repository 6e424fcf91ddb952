/** What the rows of a page refer to, named in one answer. */
import { randomUUID } from "node:crypto"
import { assert } from "@effect/vitest"
import type { Client } from "./client.ts"
import type { Collection, Row } from "./description.ts"
import { makeRows } from "./rows.ts"

/** What people call the row: its first string, or else its first text. */
export const labelOf = ({ entity }: Collection, row: Row): string | undefined => {
  const field = entity.fields.find(({ type }) => type === "string") ?? entity.fields.find(({ type }) => type === "text")
  const value = field === undefined ? null : row[field.name]
  return typeof value === "string" && value !== "" ? [...value].slice(0, 200).join("") : undefined
}

export const labels = async (client: Client) => {
  const rows = makeRows(client)
  for (const collection of client.api.collections) {
    const { entity, path } = collection
    const at = collection.labels
    const references = entity.fields.filter(({ type }) => type === "reference")
    assert.strictEqual(at !== undefined, references.length > 0, path)
    if (at === undefined) continue
    for (let n = 0; n < Math.min(3, rows.capacity(collection)); n++) await rows.create(collection)
    const all = await client.all(path)
    const expected: Row = {}
    for (const row of all) {
      for (const field of references) {
        if (row[field.name] === null) continue
        const to = client.api.collection(field.to!)
        const label = labelOf(to, (await client.expect(200, "GET", `${to.path}/${row[field.name]}`)).json)
        if (label !== undefined) expected[String(row[field.name])] = label
      }
    }
    const asked = async (ids: ReadonlyArray<unknown>) =>
      (await client.expect(200, "GET", `${at}?ids=${ids.join()}`)).json.labels
    const ids = all.slice(0, 99).map(({ id }) => id)
    // What is not there is passed over.
    assert.deepStrictEqual(await asked([...ids, randomUUID()]), expected, path)
    assert.deepStrictEqual(await asked([]), {})
    assert.deepStrictEqual(await asked(["'", "%00", "constructor"]), {})
    await client.expect(400, "GET", `${at}?ids=${Array.from({ length: 101 }, () => randomUUID()).join()}`)
    await client.expect(400, "GET", `${at}?ids=1&ids=2`)
  }
}
