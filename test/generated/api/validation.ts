/** Every rule of every field, broken alone and together; and nothing is stored when one is. */
import { assert } from "@effect/vitest"
import { badPaths, type Client, schemaCheck } from "./client.ts"
import type { Collection, Row } from "./description.ts"
import { changed, makeRows, own, set } from "./rows.ts"
import { type Bad, badValues } from "./values.ts"

export const rules = async (client: Client) => {
  const rows = makeRows(client)
  const schema = schemaCheck(client.api.document)
  for (const collection of client.api.collections) {
    const { entity, item, path } = collection
    const good = await rows.body(collection)
    const row = (await client.expect(201, "POST", path, { body: good })).json
    const one = `${path}/${row.id}`
    const create = client.api.operation("POST", path)!.body!
    const patch = client.api.operation("PATCH", item)!.body!
    assert.deepStrictEqual(await schema.errors(create, good), [])
    const before = await rows.everything()

    for (const field of entity.fields) {
      for (const { rule, value } of badValues(field)) {
        const about = `${entity.name}.${field.name}, ${rule}`
        for (const [method, at, body] of [
          ["POST", path, changed(good, field.name, value)],
          ["PATCH", one, set({}, field.name, value)]
        ] as const) {
          const answer = await client.expect(422, method, at, { body })
          assert.deepStrictEqual(badPaths(answer), [field.name], `${about}: ${answer.shown}`)
          // The document refuses what the backend refuses; only whether a row exists is not a matter of form.
          if (rule === "a row") continue
          const found = await schema.errors(method === "POST" ? create : patch, body)
          assert.isNotEmpty(found, `the document lets through ${about}: ${JSON.stringify(value)}`)
        }
      }
    }
    await together(client, collection, good, one)
    assert.deepStrictEqual(await rows.everything(), before)
  }
  schema.release()
}

/** Bodies that are wrong in every field at once, in as many ways as the field with most rules has. */
const together = async (client: Client, { entity, path }: Collection, good: Row, one: string) => {
  const broken = entity.fields
    .map((field) => [field.name, badValues(field)] as const)
    .filter(([, bad]) => bad.length > 0)
  const most = Math.max(...broken.map(([, bad]) => bad.length))
  const foreign = ["no such field", "id", "createdAt", "updatedAt", "__proto__"]
  const names = (fields: ReadonlyArray<string>) => [...fields].sort()
  for (let n = 0; n < most; n++) {
    const body: Row = { ...good }
    for (const [name, bad] of broken) set(body, name, (bad[n % bad.length] as Bad).value)
    for (const name of foreign) set(body, name, 1)
    const expected = names([...broken.map(([name]) => name), ...foreign])
    for (const [method, at] of [
      ["POST", path],
      ["PATCH", one]
    ] as const) {
      const answer = await client.expect(422, method, at, { body })
      assert.deepStrictEqual(badPaths(answer), expected, answer.shown)
    }
  }
  const missing = entity.fields.filter((field) => field.required && field.default === undefined)
  if (missing.length > 0) {
    const answer = await client.expect(422, "POST", path, { body: {} })
    assert.deepStrictEqual(badPaths(answer), names(missing.map(({ name }) => name)))
  }
  for (const body of [null, [], [good], "text", 1, true]) {
    for (const [method, at] of [
      ["POST", path],
      ["PATCH", one]
    ] as const) {
      assert.isNotEmpty(badPaths(await client.expect(422, method, at, { body })))
    }
  }
}

/** A body is data: names that mean something to JavaScript are fields like others, or unknown ones. */
export const prototypes = async (client: Client) => {
  const rows = makeRows(client)
  for (const collection of client.api.collections) {
    const { entity, path } = collection
    const good = await rows.body(collection)
    for (const name of ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"]) {
      if (entity.fields.some((field) => field.name === name)) continue
      const body = changed(good, name, { polluted: true, [entity.fields[0]!.name]: "x" })
      const answer = await client.expect(422, "POST", path, { body })
      assert.deepStrictEqual(badPaths(answer), [name], answer.shown)
    }
    const answer = await client.expect(201, "POST", path, { body: good })
    assert.notProperty(answer.json, "polluted")
    assert.deepStrictEqual(own(collection, answer.json), own(collection, good))
  }
}
