/** References between rows: what a deletion refuses, takes along or empties. */
import { assert } from "@effect/vitest"
import type { FieldSpec } from "../../../actors/fullstack/Requirements.ts"
import type { Client } from "./client.ts"
import type { Collection, Row } from "./description.ts"
import type { Exercised } from "./exercised.ts"
import { changed, makeRows, own, type Rows } from "./rows.ts"

interface Reference {
  readonly from: Collection
  readonly field: FieldSpec
  readonly to: Collection
}

const referencesOf = ({ api }: Client): ReadonlyArray<Reference> =>
  api.collections.flatMap((from) =>
    from.entity.fields.flatMap((field) =>
      field.type === "reference" ? [{ from, field, to: api.collection(field.to!) }] : []
    )
  )

const at = ({ path }: Collection, { id }: Row) => `${path}/${id}`

const fresh = (rows: Rows, collection: Collection) => rows.create(collection, {}, "required")

const referring = (rows: Rows, { field, from }: Reference, target: Row) =>
  rows.create(from, { [field.name]: target.id }, "required")

/** Every row that a reference names is there. */
export const nothingDangles = async (client: Client) => {
  const all = await makeRows(client).everything()
  for (const { field, from, to } of referencesOf(client)) {
    const known = new Set(all[to.path]!.map(({ id }) => id))
    for (const row of all[from.path]!) {
      const id = row[field.name]
      assert.isTrue(id === null || known.has(id), `${from.entity.name} ${row.id} refers by ${field.name} to nothing`)
    }
  }
}

/** Says which rules it met: `restrict`, `cascade`, `setNull`, and rows of another entity that were refused. */
export const eachReference = async (client: Client): Promise<Exercised> => {
  const rows = makeRows(client)
  const exercised = new Set<string>()
  for (const reference of referencesOf(client)) {
    const { field, from, to } = reference
    if (rows.capacity(to) < 3 || rows.capacity(from) < 3) continue
    const target = await fresh(rows, to)
    const row = await referring(rows, reference, target)
    const about = `${from.entity.name}.${field.name}, ${field.onDelete}`

    // The id of another entity's row is no id of this one's.
    const stranger = client.api.collections.find(
      ({ entity }) => entity.name !== field.to && entity.name !== from.entity.name
    )
    if (stranger !== undefined && rows.capacity(stranger) > 1) {
      const { id } = await fresh(rows, stranger)
      await client.expect(422, "PATCH", at(from, row), { body: { [field.name]: id } })
      exercised.add("another entity's row")
    }
    exercised.add(field.onDelete!)
    switch (field.onDelete) {
      case "restrict": {
        await client.expect(409, "DELETE", at(to, target))
        assert.deepStrictEqual((await client.expect(200, "GET", at(from, row))).json, row, about)
        assert.deepStrictEqual((await client.expect(200, "GET", at(to, target))).json, target, about)
        await client.expect(204, "DELETE", at(from, row))
        await client.expect(204, "DELETE", at(to, target))
        break
      }
      case "cascade": {
        await client.expect(204, "DELETE", at(to, target))
        await client.expect(404, "GET", at(from, row))
        break
      }
      default: {
        await client.expect(204, "DELETE", at(to, target))
        const left = (await client.expect(200, "GET", at(from, row))).json
        assert.deepStrictEqual(own(from, left), changed(own(from, row), field.name, null), about)
      }
    }
  }
  await nothingDangles(client)
  return exercised
}

/**
 * A row that refers to itself, or to one that refers back, is deleted as the references say. Says by which rules it closed
 * a ring.
 */
export const rings = async (client: Client): Promise<Exercised> => {
  const rows = makeRows(client)
  const exercised = new Set<string>()
  for (const reference of referencesOf(client)) {
    const { field, from, to } = reference
    if (from !== to || field.required || rows.capacity(from) < 4) continue
    const alone = await fresh(rows, from)
    await client.expect(200, "PATCH", at(from, alone), { body: { [field.name]: alone.id } })
    await client.expect(204, "DELETE", at(from, alone))
    await client.expect(404, "GET", at(from, alone))

    const one = await fresh(rows, from)
    const two = await referring(rows, reference, one)
    await client.expect(200, "PATCH", at(from, one), { body: { [field.name]: two.id } })
    await client.expect(field.onDelete === "restrict" ? 409 : 204, "DELETE", at(from, one))
    const left = (await client.send("GET", at(from, two))).status
    assert.strictEqual(left, field.onDelete === "cascade" ? 404 : 200, `${from.entity.name}.${field.name}`)
    exercised.add(field.onDelete!)
  }
  await nothingDangles(client)
  return exercised
}

/**
 * `restrict` protects what would be deleted by a cascade; and where all that refers goes along, nothing stays to protect.
 * Says what came after the cascade, alone and between two that go together.
 */
export const chains = async (client: Client): Promise<Exercised> => {
  const rows = makeRows(client)
  const exercised = new Set<string>()
  const references = referencesOf(client)
  for (const cascade of references.filter(({ field }) => field.onDelete === "cascade")) {
    for (const second of references.filter(({ to }) => to === cascade.from)) {
      if (second.field === cascade.field) continue
      const enough = [cascade.to, cascade.from, second.from].every((one) => rows.capacity(one) >= 6)
      if (!enough) continue
      const about = `${cascade.field.name}, then ${second.field.name} (${second.field.onDelete})`
      const top = await fresh(rows, cascade.to)
      const middle = await referring(rows, cascade, top)
      const bottom = await referring(rows, second, middle)
      const before = await rows.everything()
      if (second.field.onDelete === "restrict") {
        await client.expect(409, "DELETE", at(cascade.to, top))
        assert.deepStrictEqual(await rows.everything(), before, about)
      } else {
        await client.expect(204, "DELETE", at(cascade.to, top))
        await client.expect(404, "GET", at(cascade.from, middle))
        const left = await client.send("GET", at(second.from, bottom))
        assert.strictEqual(left.status, second.field.onDelete === "cascade" ? 404 : 200, about)
      }
      exercised.add(second.field.onDelete!)
      if (second.from !== cascade.from || cascade.field.unique || second.field.unique) continue
      // Two that go together, one of which refers to the other: in both orders, nothing that stays refers to either.
      for (const order of [0, 1]) {
        const top = await fresh(rows, cascade.to)
        const pair = [await referring(rows, cascade, top), await referring(rows, cascade, top)]
        const body = { [second.field.name]: pair[1 - order]!.id }
        await client.expect(200, "PATCH", at(second.from, pair[order]!), { body })
        await client.expect(204, "DELETE", at(cascade.to, top))
        for (const row of pair) await client.expect(404, "GET", at(cascade.from, row))
      }
      exercised.add(`${second.field.onDelete} between two that go`)
    }
  }
  await nothingDangles(client)
  return exercised
}

/**
 * Whoever comes first: a row is not deleted under another that is just being made to refer to it. Says by which rules the
 * rows referred.
 */
export const races = async (client: Client): Promise<Exercised> => {
  const rows = makeRows(client)
  const exercised = new Set<string>()
  for (const reference of referencesOf(client)) {
    const { field, from, to } = reference
    if (rows.capacity(to) < 12 || rows.capacity(from) < 24) continue
    for (let n = 0; n < 3; n++) {
      const target = await fresh(rows, to)
      const bodies = [await rows.body(from, "required"), await rows.body(from, "required")]
      const [first, deleted, second] = await Promise.all([
        client.send("POST", from.path, { body: changed(bodies[0]!, field.name, target.id) }),
        client.send("DELETE", at(to, target)),
        client.send("POST", from.path, { body: changed(bodies[1]!, field.name, target.id) })
      ])
      for (const made of [first!, second!]) assert.include([201, 409, 422], made.status, made.shown)
      assert.include([204, 409], deleted!.status, deleted!.shown)
    }
    exercised.add(field.onDelete!)
  }
  await nothingDangles(client)
  return exercised
}
