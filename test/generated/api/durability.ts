/** What was acknowledged stays: over a restart, and when the process is killed in the middle of writing. */
import { assert } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import { Effect } from "effect"
import type { Client } from "./client.ts"
import type { Collection, Row } from "./description.ts"
import { populate } from "./listing.ts"
import { attempt, backend } from "./project.ts"
import { nothingDangles } from "./references.ts"
import { makeRows, own, set } from "./rows.ts"
import { signUp } from "./session.ts"
import { goodValues } from "./values.ts"

/** Stopped and started again, the backend answers as before, sessions included. */
export const restarts = Effect.gen(function* () {
  const { client, databaseFile, server } = yield* backend()
  yield* attempt(() => signUp(client))
  yield* attempt(() => populate(client))
  const before = yield* attempt(() => makeRows(client).everything())
  const log = yield* attempt(() => auditLog(client))
  yield* attempt(() => server.end("SIGTERM"))
  const again = yield* backend({ databaseFile })
  again.client.cookie = client.cookie
  assert.deepStrictEqual(yield* attempt(() => makeRows(again.client).everything()), before)
  assert.deepStrictEqual(yield* attempt(() => auditLog(again.client)), log)
})

const auditLog = async (client: Client) => (client.api.has("audit-log") ? client.all("/api/audit-log") : [])

/** Killed at two moments of a stream of writes, on one and the same file. */
export const kills = Effect.gen(function* () {
  let one = yield* backend()
  const { databaseFile } = one
  yield* attempt(() => signUp(one.client))
  for (const after of [12, 50]) {
    const { client, server } = one
    const written = yield* attempt(() => writeUntilKilled(client, roomy(client), () => server.end("SIGKILL"), after))
    one = yield* backend({ databaseFile })
    one.client.cookie = client.cookie
    yield* attempt(() => everythingKept(one.client, databaseFile, written))
  }
})

/** The entity that takes most rows, and of these the one that needs least. */
const roomy = (client: Client): Collection => {
  const { capacity } = makeRows(client)
  const needs = ({ entity }: Collection) => entity.fields.filter(({ type }) => type === "reference").length
  return [...client.api.collections].sort((a, b) => capacity(b) - capacity(a) || needs(a) - needs(b))[0]!
}

/** The last state of a row that was acknowledged, and one that was asked for and not answered. */
interface Known {
  readonly collection: Collection
  readonly id: string
  row: Row | undefined
  pending?: { readonly row: Row | undefined }
}

interface Written {
  /** The ids of rows from earlier. */
  readonly before: ReadonlySet<string>
  readonly known: ReadonlyArray<Known>
  /** Creations under way at the end, of which nobody can know whether they were stored. */
  readonly unsure: number
}

/** Writes to the entity until the connection breaks: creates, changes and deletes. */
const writeUntilKilled = async (
  client: Client,
  collection: Collection,
  kill: () => Promise<void>,
  after: number
): Promise<Written> => {
  const rows = makeRows(client)
  const { path, entity } = collection
  const before = new Set((await client.all(path)).map(({ id }) => id as string))
  const known: Array<Known> = []
  let unsure = 0
  let acknowledged = 0
  let killed: Promise<void> | undefined
  const acknowledge = () => {
    acknowledged++
    if (acknowledged === after) killed = kill()
  }
  const field = entity.fields.find((one) => one.type !== "reference" && goodValues(one).length > 1)
  // Makes what they all refer to.
  await client.expect(204, "DELETE", `${path}/${(await rows.create(collection, {}, "required")).id}`)

  const writer = async () => {
    for (;;) {
      const body = await rows.body(collection, "required")
      const created = await client.send("POST", path, { body }).catch(() => undefined)
      if (created === undefined) return void unsure++
      if (created.status === 409) continue
      assert.strictEqual(created.status, 201, created.shown)
      const one: Known = { collection, id: created.json.id as string, row: created.json }
      known.push(one)
      acknowledge()
      if (field !== undefined && !field.unique) {
        const value = goodValues(field).find((value) => value !== created.json[field.name])
        const changes = set({}, field.name, value)
        one.pending = { row: { ...created.json, ...changes } }
        const patched = await client.send("PATCH", `${path}/${one.id}`, { body: changes }).catch(() => undefined)
        if (patched === undefined) return
        assert.strictEqual(patched.status, 200, patched.shown)
        one.row = patched.json
        delete one.pending
        acknowledge()
      }
      if (known.length % 3 !== 0) continue
      one.pending = { row: undefined }
      const deleted = await client.send("DELETE", `${path}/${one.id}`).catch(() => undefined)
      if (deleted === undefined) return
      assert.strictEqual(deleted.status, 204, deleted.shown)
      one.row = undefined
      delete one.pending
      acknowledge()
    }
  }
  await Promise.all(Array.from({ length: 8 }, writer))
  await killed
  return { before, known, unsure }
}

/** Every acknowledged state is there, nothing else is but what was under way, and the file is whole. */
const everythingKept = async (client: Client, databaseFile: string, { before, known, unsure }: Written) => {
  for (const one of known) {
    const answer = await client.send("GET", `${one.collection.path}/${one.id}`)
    const found = answer.status === 200 ? own(one.collection, answer.json) : undefined
    const states = [one.row, ...(one.pending === undefined ? [] : [one.pending.row])]
    const allowed = states.map((row) => (row === undefined ? undefined : own(one.collection, row)))
    assert.deepInclude(allowed as Array<unknown>, found, `${answer.shown}; acknowledged: ${JSON.stringify(one.row)}`)
  }
  await nothingDangles(client)
  const database = new Sqlite(databaseFile, { readonly: true })
  try {
    assert.deepStrictEqual(database.pragma("integrity_check"), [{ integrity_check: "ok" }])
    assert.deepStrictEqual(database.pragma("foreign_key_check"), [])
  } finally {
    database.close()
  }
  const collection = known[0]?.collection
  if (collection === undefined) return
  const ids = new Set(known.map(({ id }) => id))
  const all = await client.all(collection.path)
  const strangers = all.map(({ id }) => id as string).filter((id) => !ids.has(id) && !before.has(id))
  assert.isAtMost(strangers.length, unsure, "rows that nobody asked for")
  if (client.api.has("audit-log")) await auditAgrees(client, collection)
}

/** The log was written in the same transactions: it tells of each row that is there, and of none that never was. */
const auditAgrees = async (client: Client, { entity, path }: Collection) => {
  const entries = (await client.all("/api/audit-log")).filter((entry) => entry.entity === entity.name)
  const state = new Map<unknown, Row>()
  for (const { action, changes, entityId } of entries.toReversed()) {
    if (action === "delete") state.delete(entityId)
    else {
      const row = { ...state.get(entityId) }
      for (const [name, { to }] of Object.entries(changes as Record<string, { to: unknown }>)) set(row, name, to)
      state.set(entityId, row)
    }
  }
  const rows = await client.all(path)
  assert.sameMembers(
    [...state.keys()],
    rows.map(({ id }) => id)
  )
  for (const row of rows) {
    const logged = state.get(row.id)!
    for (const { name } of entity.fields)
      assert.deepStrictEqual(Object.hasOwn(logged, name) ? logged[name] : null, row[name], `${name} of ${row.id}`)
  }
}
