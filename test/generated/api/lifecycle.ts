/** One row of every entity from its creation to its end. */
import { randomUUID } from "node:crypto"
import { assert } from "@effect/vitest"
import type { Client } from "./client.ts"
import type { Row } from "./description.ts"
import type { Exercised } from "./exercised.ts"
import { changed, makeRows, own, set } from "./rows.ts"
import { edgeValues } from "./values.ts"

/** Created rows are what was sent, with defaults, an id and two instants; they are read, changed, deleted. */
export const lifecycle = async (client: Client) => {
  const rows = makeRows(client)
  for (const collection of client.api.collections) {
    const { entity, path } = collection
    const body = await rows.body(collection)
    const { total } = (await client.expect(200, "GET", path)).json as { total: number }

    const before = Date.now()
    const answer = await client.expect(201, "POST", path, { body })
    const created = answer.json
    assert.deepStrictEqual(own(collection, created), own(collection, body), answer.shown)
    assert.strictEqual(answer.headers.location, `${path}/${created.id}`)
    for (const instant of ["createdAt", "updatedAt"]) {
      const text = created[instant] as string
      assert.match(text, /Z$/)
      assert.isTrue(Date.parse(text) >= before - 1 && Date.parse(text) <= Date.now() + 1, answer.shown)
    }
    const item = `${path}/${created.id}`
    assert.deepStrictEqual((await client.expect(200, "GET", item)).json, created)
    assert.deepStrictEqual((await client.expect(200, "PATCH", item, { body: {} })).json, created)

    // Each value at an edge, alone: the other fields stay.
    let current: Row = created
    for (const field of entity.fields) {
      const nothing = field.required ? [] : [null]
      for (const value of [...edgeValues(field), ...nothing]) {
        const answer = await client.expect(200, "PATCH", item, { body: set({}, field.name, value) })
        const expected = changed(own(collection, current), field.name, value)
        assert.deepStrictEqual(own(collection, answer.json), expected, answer.shown)
        assert.strictEqual(answer.json.createdAt, created.createdAt)
        assert.isAtLeast(Date.parse(answer.json.updatedAt as string), Date.parse(current.updatedAt as string))
        current = answer.json
      }
    }
    assert.deepStrictEqual((await client.expect(200, "GET", item)).json, current)
    await changedMeanwhile(client, item, created, current)

    assert.strictEqual((await client.expect(200, "GET", path)).json.total, total + 1)
    await client.expect(204, "DELETE", item)
    assert.strictEqual((await client.expect(200, "GET", path)).json.total, total)
    for (const gone of [item, `${path}/${randomUUID()}`]) {
      await client.expect(404, "GET", gone)
      await client.expect(404, "PATCH", gone, { body: {} })
      await client.expect(404, "DELETE", gone)
    }
  }
}

/** Who names the state that is to be changed changes no other; who names none changes any. */
const changedMeanwhile = async (client: Client, item: string, first: Row, current: Row) => {
  const { headers } = await client.expect(200, "GET", item)
  assert.strictEqual(headers.etag, `"${current.updatedAt}"`)
  for (const tag of [`"${first.updatedAt}"`, `W/${headers.etag}`, "x"]) {
    // A record without fields to change is the first state still.
    if (tag === headers.etag) continue
    await client.expect(412, "PATCH", item, { body: {}, headers: { "if-match": tag } })
    await client.expect(412, "DELETE", item, { headers: { "if-match": tag } })
  }
  for (const tag of [headers.etag!, "*", `"other", ${headers.etag}`]) {
    await client.expect(200, "PATCH", item, { body: {}, headers: { "if-match": tag } })
  }
  assert.deepStrictEqual((await client.expect(200, "GET", item)).json, current)
}

/**
 * What is left out becomes the default, else null; what is null stays null even where there is a default. Says which types
 * of field it left out, and which it emptied although there is a default.
 */
export const defaults = async (client: Client): Promise<Exercised> => {
  const rows = makeRows(client)
  const exercised = new Set<string>()
  for (const collection of client.api.collections) {
    const { entity, path } = collection
    const body = await rows.body(collection, "required")
    const answer = await client.expect(201, "POST", path, { body })
    for (const field of entity.fields) {
      const expected = Object.hasOwn(body, field.name) ? body[field.name] : (field.default ?? null)
      assert.deepStrictEqual(answer.json[field.name], expected, `${field.name}: ${answer.shown}`)
      if (field.default !== undefined && !Object.hasOwn(body, field.name)) exercised.add(`${field.type} left out`)
    }
    if (rows.capacity(collection) < 2) continue
    const emptied = await rows.body(collection, "required")
    for (const field of entity.fields) if (!field.required) set(emptied, field.name, null)
    const nulls = await client.expect(201, "POST", path, { body: emptied })
    assert.deepInclude(own(collection, nulls.json), own(collection, { ...nulls.json, ...emptied }), nulls.shown)
    for (const field of entity.fields) {
      if (field.default !== undefined && nulls.json[field.name] === null) exercised.add(`${field.type} emptied`)
    }
  }
  return exercised
}
