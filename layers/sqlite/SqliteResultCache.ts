/**
 * Results of agents in the embedded database: compressed, equal files kept once, checked whenever they are taken out.
 *
 * @since 0.1.0
 */
import { isUtf8 } from "node:buffer"
import { gunzipSync, gzipSync } from "node:zlib"
import { Clock, Effect, Layer } from "effect"
import * as Artefact from "../../src/team/Artefact.ts"
import {
  type Begun,
  boundsOf,
  type Lookup,
  ResultCache,
  type ResultCacheOptions,
  type StoredResult
} from "../../src/team/ResultCache.ts"
import { Database } from "./Sqlite.ts"

interface ResultRow {
  readonly agent: string
  readonly version: string
  readonly output: Uint8Array
  readonly output_sha256: string
  readonly run_id: string
  readonly created_at: number
}

interface FileRow {
  readonly path: string
  readonly sha256: string
  readonly content: Uint8Array | null
  readonly executable: number | null
}

/**
 * Results in SQLite.
 *
 * @category layers
 */
export const layer = (options?: ResultCacheOptions): Layer.Layer<ResultCache, never, Database> =>
  Layer.effect(
    ResultCache,
    Effect.map(Database, ({ attempt, sql, write }) => {
      const { maxBytes, maxResults } = boundsOf(options)

      const get = (key: string) =>
        Effect.gen(function* () {
          const [row] = yield* sql<ResultRow>`select * from results where key = ${key}`
          if (row === undefined) return { _tag: "Miss" } satisfies Lookup
          const files = yield* sql<FileRow>`select f.path, f.sha256, f.executable, b.content from result_files f
            left join blobs b on b.sha256 = f.sha256 where f.key = ${key} order by f.position`
          const lookup = check(key, row, files)
          if (lookup._tag === "Hit") {
            const now = yield* Clock.currentTimeMillis
            // A mark for pruning only: that another program writes just now is no reason to lose the hit.
            yield* Effect.ignore(sql`update results set used_at = ${now} where key = ${key}`)
          }
          return lookup
        })

      const put = (result: StoredResult) =>
        Effect.gen(function* () {
          // Compressed before the transaction begins, which holds everybody else up.
          const output = gzipSync(result.output)
          const blobs = result.files.map((file) => ({
            sha256: file.sha256,
            content: gzipSync(file.content),
            size_bytes: file.sizeBytes
          }))
          yield* sql.withTransaction(
            Effect.gen(function* () {
              const row = {
                key: result.key,
                agent: result.agent,
                version: result.version,
                output,
                output_sha256: Artefact.digest(result.output),
                run_id: result.runId,
                created_at: result.createdAt,
                used_at: result.createdAt
              }
              yield* sql`delete from results where key = ${result.key}`
              yield* sql`insert into results ${sql.insert(row)}`
              // Written over and not skipped: the one that is there may be damaged.
              yield* Effect.forEach(
                blobs,
                (blob) =>
                  sql`insert into blobs ${sql.insert(blob)} on conflict (sha256) do update set content = excluded.content`,
                { discard: true }
              )
              yield* Effect.forEach(
                result.files,
                ({ executable, path, sha256 }, position) =>
                  sql`insert into result_files ${sql.insert({
                    key: result.key,
                    path,
                    sha256,
                    position,
                    executable: executable === undefined ? null : Number(executable)
                  })}`,
                { discard: true }
              )
            })
          )
        })

      // Among the results, of which it is the beginning: so they have one bound, and one order in which they go.
      const begin = (begun: Begun) =>
        sql.withTransaction(
          Effect.gen(function* () {
            const row = {
              key: begunKey(begun.key),
              agent: begun.agent,
              version: "",
              output: gzipSync(""),
              output_sha256: Artefact.digest(""),
              run_id: begun.runId,
              created_at: begun.at,
              used_at: begun.at
            }
            yield* sql`insert into results ${sql.insert(row)} on conflict (key) do nothing`
            const [kept] = yield* sql<Pick<ResultRow, "agent" | "run_id" | "created_at">>`
              select agent, run_id, created_at from results where key = ${row.key}`
            if (kept === undefined || kept.run_id === begun.runId) return undefined
            return { key: begun.key, agent: kept.agent, runId: kept.run_id, at: kept.created_at }
          })
        )

      // A result counts with all its files, also where it shares them: the bound is kept, sometimes early.
      const prune = sql.withTransaction(
        Effect.gen(function* () {
          yield* sql`delete from results where key in (
            select key from (
              select key,
                row_number() over recent as place,
                sum(bytes) over recent as total
              from (
                select r.key, r.used_at, r.rowid as age, length(r.output) + coalesce((
                  select sum(length(b.content)) from result_files f join blobs b on b.sha256 = f.sha256
                  where f.key = r.key), 0) as bytes
                from results r
              )
              window recent as (order by used_at desc, age desc rows unbounded preceding)
            ) where place > ${maxResults} or total > ${maxBytes})`
          yield* sql`delete from blobs where not exists
            (select 1 from result_files f where f.sha256 = blobs.sha256)`
        })
      )

      return ResultCache.of({
        get: (key) => attempt(get(key)),
        put: (result) => write(put(result)),
        begin: (begun) => write(begin(begun)),
        forget: (key) => write(Effect.asVoid(sql`delete from results where key = ${begunKey(key)}`)),
        prune: write(prune)
      })
    })
  )

/** No key of a result, which is hex. */
const begunKey = (key: string) => `begun ${key}`

const check = (key: string, row: ResultRow, files: ReadonlyArray<FileRow>): Lookup => {
  const output = bytesOf(row.output, row.output_sha256)?.toString("utf8")
  if (output === undefined) return { _tag: "Corrupt", reason: `the stored output of ${row.agent} is damaged` }
  const checked: Array<Artefact.ArtefactFile> = []
  for (const file of files) {
    const bytes = file.content === null ? undefined : bytesOf(file.content, file.sha256)
    if (bytes === undefined) return { _tag: "Corrupt", reason: `the stored content of ${file.path} is damaged` }
    const executable = file.executable === null ? undefined : file.executable === 1
    checked.push(Artefact.make(file.path, isUtf8(bytes) ? bytes.toString("utf8") : bytes, { executable }))
  }
  const { agent, version } = row
  return {
    _tag: "Hit",
    result: { key, agent, version, output, files: checked, runId: row.run_id, createdAt: row.created_at }
  }
}

/** What was stored, if it is what its digest says. */
const bytesOf = (content: Uint8Array, sha256: string): Buffer | undefined => {
  try {
    const bytes = gunzipSync(content)
    return Artefact.digest(bytes) === sha256 ? bytes : undefined
  } catch {
    // Not even gzip any more.
    return undefined
  }
}
