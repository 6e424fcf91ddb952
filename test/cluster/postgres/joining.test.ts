/** Processes that join a cluster at the same moment, on a PostgreSQL that has no table yet. */
import { SqlClient } from "@effect/sql"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Logger, LogLevel, Redacted } from "effect"
import { afterAll, beforeAll, describe, it } from "vitest"
import * as Cluster from "../../../layers/postgres/Cluster.ts"
import * as Postgres from "./postgres.ts"

const bin = Postgres.binaries()

describe.skipIf(bin === undefined)("A cluster that is new", () => {
  let postgres: Postgres.Postgres

  beforeAll(async () => {
    const [port] = await Postgres.freePorts(1)
    postgres = await Postgres.start(bin!, port!)
  }, 60_000)

  afterAll(() => postgres?.stop(), 60_000)

  // Without a lock some three in four of these starts failed: "type cluster_runners already exists".
  it("is joined by eight processes at once, five times", { timeout: 60_000 }, () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      for (const name of ["c1", "c2", "c3", "c4", "c5"]) {
        yield* sql`create database ${sql(name)}`
        const url = new URL(postgres.url)
        url.pathname = name
        const joining = Layer.build(Cluster.client({ database: Redacted.make(url.href), connections: 3 }))
        yield* Effect.replicateEffect(Effect.scoped(joining), 8, { concurrency: "unbounded", discard: true })
      }
    }).pipe(
      Effect.provide(PgClient.layer({ url: Redacted.make(postgres.url) })),
      Effect.provide(Logger.minimumLogLevel(LogLevel.Error)),
      Effect.runPromise
    )
  )
})
