/** The audit log: who did what, when, and what changed; one entry for each row that changed, none for what failed. */
import { assert } from "@effect/vitest"
import { badPaths, type Client } from "./client.ts"
import type { Collection, Row } from "./description.ts"
import type { Exercised } from "./exercised.ts"
import { makeRows, own, set } from "./rows.ts"
import { signUp } from "./session.ts"
import { badValues, goodValues } from "./values.ts"

interface Entry {
  readonly id: number
  readonly at: string
  readonly accountId: string | null
  readonly action: "create" | "update" | "delete"
  readonly entity: string
  readonly entityId: string
  readonly changes: Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>
}

const entries = async (client: Client) =>
  (await client.all("/api/audit-log")) as ReadonlyArray<unknown> as ReadonlyArray<Entry>

const changesOf = (collection: Collection, before: Row | undefined, after: Row | undefined) =>
  Object.fromEntries(
    collection.entity.fields
      .map(({ name }) => [name, { from: before?.[name] ?? null, to: after?.[name] ?? null }] as const)
      .filter(([, { from, to }]) => from !== to)
  )

export const auditLog = async (client: Client) => {
  const mine = client.api.has("user-authentication") ? (await client.expect(200, "GET", "/api/auth/me")).json.id : null
  // The log is the administrator's, what it tells is another account's as well.
  const administrator = client.cookie
  const theirs = await signUp(client, "gina@example.test")
  const cookie = client.cookie
  const rows = makeRows(client)

  for (const collection of client.api.collections) {
    const { entity, path } = collection
    client.cookie = cookie
    const body = await rows.body(collection)
    client.cookie = administrator
    const since = (await entries(client)).length
    const start = Date.now()
    const expected: Array<Partial<Entry>> = []
    const note = (action: Entry["action"], accountId: unknown, before: Row | undefined, after: Row | undefined) =>
      expected.push({
        action,
        accountId: accountId as string | null,
        entity: entity.name,
        entityId: (after ?? before)!.id as string,
        changes: changesOf(collection, before, after)
      })

    const created = (await client.expect(201, "POST", path, { body, cookie })).json
    note("create", theirs, undefined, created)
    const at = `${path}/${created.id}`
    let current = created
    for (const field of entity.fields) {
      if (field.type === "reference") continue
      const value = goodValues(field).find((value) => value !== current[field.name])
      if (value === undefined) continue
      const answer = await client.expect(200, "PATCH", at, { body: set({}, field.name, value) })
      note("update", mine, current, answer.json)
      current = answer.json
    }
    // Nothing of what follows changes anything.
    await client.expect(200, "GET", at)
    await client.expect(200, "PATCH", at, { body: own(collection, current) })
    for (const field of entity.fields) {
      const [bad] = badValues(field)
      if (bad === undefined) continue
      await client.expect(422, "PATCH", at, { body: set({}, field.name, bad.value) })
      await client.expect(422, "POST", path, { body: set({ ...body }, field.name, bad.value) })
    }
    await client.expect(204, "DELETE", at, { cookie })
    note("delete", theirs, current, undefined)
    await client.expect(404, "DELETE", at)

    const log = await entries(client)
    const added = log.slice(0, log.length - since)
    for (const { at } of added) {
      assert.match(at, /Z$/)
      assert.isTrue(Date.parse(at) >= start - 1 && Date.parse(at) <= Date.now() + 1, at)
    }
    const seen = added.toReversed().map(({ at: _at, id: _id, ...rest }) => rest)
    assert.deepStrictEqual(seen, expected as typeof seen, entity.name)
    const ids = log.map(({ id }) => id)
    assert.deepStrictEqual(
      ids,
      [...ids].sort((a, b) => b - a),
      "the newest first"
    )
  }
  for (const bad of ["page=0", "pageSize=101", "no-such=1"]) {
    assert.isNotEmpty(badPaths(await client.expect(400, "GET", `/api/audit-log?${bad}`)))
  }
}

/** What goes with a deleted row, or loses its reference to it, has entries of its own. Says by which rules they did. */
export const auditOfReferences = async (client: Client): Promise<Exercised> => {
  const rows = makeRows(client)
  const exercised = new Set<string>()
  for (const from of client.api.collections) {
    for (const field of from.entity.fields) {
      if (field.type !== "reference" || field.onDelete === "restrict") continue
      const to = client.api.collection(field.to!)
      if (rows.capacity(to) < 3 || rows.capacity(from) < 3) continue
      const target = await rows.create(to, {}, "required")
      const row = await rows.create(from, set({}, field.name, target.id), "required")
      const since = (await entries(client)).length
      await client.expect(204, "DELETE", `${to.path}/${target.id}`)
      const log = await entries(client)
      const added = log
        .slice(0, log.length - since)
        .map(({ action, changes, entityId }) => ({ action, changes, entityId }))
      const after = field.onDelete === "cascade" ? undefined : { ...row, [field.name]: null }
      assert.sameDeepMembers(added, [
        { action: "delete", entityId: target.id as string, changes: changesOf(to, target, undefined) },
        {
          action: after === undefined ? "delete" : "update",
          entityId: row.id as string,
          changes: changesOf(from, row, after)
        }
      ])
      exercised.add(field.onDelete!)
    }
  }
  return exercised
}
