/**
 * The schema of the embedded database, step by step. A step that has been released is never changed; a new one is added.
 * They stand in the code because a bundle has no folder of files to read.
 */
import * as SqlClient from "@effect/sql/SqlClient"

import { Effect } from "effect"

export const migrations: Readonly<Record<string, Effect.Effect<void, unknown, SqlClient.SqlClient>>> = {
  "0001_runs_and_results": Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`create table runs (
      position integer primary key autoincrement,
      run_id text not null unique,
      team text not null,
      started_at integer not null,
      root text not null,
      report text
    )`
    // The output is gzip, its digest is of the plain text.
    yield* sql`create table results (
      key text primary key,
      agent text not null,
      version text not null,
      output blob not null,
      output_sha256 text not null,
      run_id text not null,
      created_at integer not null,
      used_at integer not null
    )`
    // Equal contents are kept once, whichever results they belong to.
    yield* sql`create table blobs (
      sha256 text primary key,
      content blob not null,
      size_bytes integer not null
    )`
    yield* sql`create table result_files (
      key text not null references results (key) on delete cascade,
      path text not null,
      sha256 text not null references blobs (sha256),
      position integer not null,
      primary key (key, path)
    ) without rowid`
    yield* sql`create index result_files_by_content on result_files (sha256)`
    yield* sql`create index results_by_use on results (used_at)`
  }),
  "0002_killed_runs": Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`alter table runs add column killed integer not null default 0`
  }),
  "0003_executable_files": Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`alter table result_files add column executable integer`
  })
}
