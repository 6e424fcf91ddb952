/**
 * Durable messages that wait in storage when a runner starts: 10,000 here, `BACKLOG=100000 npm run test:cluster -- backlog`
 * for as many as one likes.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { SqlClient } from "@effect/sql"
import { Effect } from "effect"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { entries, Ledger } from "./ledger.ts"
import * as Postgres from "./postgres.ts"
import * as Runners from "./runners.ts"

const backlog = Number(process.env.BACKLOG ?? 10_000)
/** Of them, and the first has half of all. */
const actors = 20

const bin = Postgres.binaries()

describe.skipIf(bin === undefined)(`A backlog of ${backlog} durable messages`, () => {
  let postgres: Postgres.Postgres
  const runners: Array<Runners.Runner> = []
  let folder: string
  let ledger: string
  let ports: ReadonlyArray<number>

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "troupe-backlog-"))
    ledger = join(folder, "ledger")
    const [port, ...others] = await Postgres.freePorts(2)
    ports = others
    postgres = await Postgres.start(bin!, port!)
  }, 60_000)

  afterAll(async () => {
    await Runners.endAll(runners)
    await postgres?.stop()
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  /** Most resident memory that the process ever had. */
  const peakMegabytes = ({ pid }: Runners.Runner) =>
    Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024)

  it(
    "drains in the order of each actor, none twice, in bounded memory, and no lease is lost over it",
    { timeout: 60_000 + backlog * 10 },
    () =>
      Runners.asClient(
        postgres.url,
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          const ledgers = yield* Ledger.client
          const ids = Array.from({ length: actors }, (_, i) => `a${i}`)
          // One is sent to each; the others are made of these, as if they had been sent.
          yield* Effect.forEach(ids, (id, n) => ledgers(id).tell.Keep({ n, wedgeMillis: 0 }), { discard: true })
          yield* sql`
            insert into cluster_messages (id, message_id, shard_id, entity_type, entity_id, kind, tag, payload, headers,
              sampled, processed, request_id)
            select first.id + n, first.message_id || '-' || n, first.shard_id, first.entity_type, first.entity_id, first.kind,
              first.tag, jsonb_set(first.payload::jsonb, '{payload,n}', to_jsonb(n))::text, first.headers, first.sampled,
              false, first.id + n
            from generate_series(${actors}::int, ${backlog - 1}::int) n join (
              select *, row_number() over (order by rowid) - 1 as place from cluster_messages) first
            on first.place = (case when n % 2 = 0 then 0 else n % ${actors} end)
            order by n`
          const [{ count }] = (yield* sql<{ count: number }>`select count(*)::int as count from cluster_messages`) as [
            { count: number }
          ]
          assert.strictEqual(count, backlog)

          const since = performance.now()
          const runner = yield* Effect.promise(() => Runners.start(ports[0]!, { database: postgres.url, ledger }))
          runners.push(runner)
          const idle = peakMegabytes(runner)
          yield* Runners.eventually(
            sql<{ left: number }>`select count(*)::int as left from cluster_messages where not processed`,
            ([row]) => row?.left === 0,
            `${30 + backlog / 100} seconds`
          )
          const seconds = (performance.now() - since) / 1000
          const peak = peakMegabytes(runner)
          console.log(
            `${backlog} messages in ${seconds.toFixed(1)} s with the runner's start: ${Math.round(backlog / seconds)}/s; ${idle} MB at first, ${peak} MB at most`
          )

          const begun = entries(ledger).filter(({ edge }) => edge === "begin")
          assert.strictEqual(begun.length, backlog)
          assert.strictEqual(new Set(begun.map(({ n }) => n)).size, backlog, "some were begun twice")
          for (const id of ids) {
            const order = begun.filter((entry) => entry.id === id).map(({ n }) => n)
            assert.deepStrictEqual(
              order,
              [...order].sort((a, b) => a - b),
              `the order of ${id} is broken`
            )
          }
          assert.strictEqual(new Set(begun.map(({ epoch }) => epoch)).size, 1, "shards were lost meanwhile")
          assert.isBelow(peak - idle, 300)
        })
      )
  )
})
