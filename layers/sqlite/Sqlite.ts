/**
 * The embedded database: one SQLite file, brought to the schema of this program, with everything that can be wrong with
 * the file told apart.
 *
 * Several processes may use the file at once: it is in WAL mode and writers wait for each other up to the busy time-out.
 * SQLite's own wait blocks the thread, and with it timers, signals and every agent, so it is kept to a blink; whoever
 * meets a lock tries again as a whole, with pauses in which everything else goes on. A transaction that reads first and
 * writes later cannot wait (its snapshot would be stale), so every transaction here begins with a statement that writes.
 *
 * @since 0.1.0
 */
import * as fs from "node:fs"
import * as path from "node:path"

import * as Reactivity from "@effect/experimental/Reactivity"
import * as Migrator from "@effect/sql/Migrator"
import * as SqlClient from "@effect/sql/SqlClient"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"

import { Cause, Clock, Context, Duration, Effect, Layer } from "effect"
import { DatabaseError } from "../../src/team/DatabaseError.ts"
import { makeFolder } from "../node/MakeFolder.ts"
import { migrations } from "./internal/migrations.ts"

/** Which file, and how patient to be. @category models */
export interface Options {
  /** The database file; its folder is made if need be. Default `.troupe/troupe.db`. */
  readonly file?: string | undefined
  /**
   * How long to wait for another program that has locked the file, from the first time that it was met until it
   * has gone: statements that meet it one after the other do not each begin anew. Default `5 seconds`.
   */
  readonly busyTimeout?: Duration.DurationInput | undefined
}

/** Where the database is if nobody says otherwise, relative to the current folder. @category models */
export const defaultFile: string = path.join(".troupe", "troupe.db")

/**
 * The open database.
 *
 * @category services
 */
export class Database extends Context.Tag("troupe/Database")<
  Database,
  {
    readonly file: string
    readonly sql: SqlClient.SqlClient
    /**
     * Runs what reads: tells what a failed statement means for the file, and waits for another program's lock by running
     * the effect again, so it must be one that may be.
     */
    readonly attempt: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, DatabaseError, R>
    /** The same for one statement or one transaction that writes. */
    readonly write: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, DatabaseError, R>
  }
>() {}

/**
 * Opens the file, makes or updates its schema, and closes it with the scope. Fails with a `DatabaseError` where the file
 * cannot be used; a file of a newer program is left as it is.
 *
 * @category layers
 */
export const layer = (options?: Options): Layer.Layer<Database | SqlClient.SqlClient, DatabaseError> =>
  Layer.scopedContext(
    Effect.gen(function* () {
      const file = options?.file ?? defaultFile
      const { attempt, write } = makeAttempts(file, Duration.decode(options?.busyTimeout ?? "5 seconds"))
      if (file !== ":memory:") yield* prepareFolder(file)
      // The driver's constructor throws; the pragmas are set here so that waiting begins with the first of them.
      const sql: SqlClient.SqlClient = yield* attempt(
        // Statements are not kept: one that could not be prepared because of a lock would be kept as failed.
        SqliteClient.make({ filename: file, disableWAL: true, prepareCacheTTL: 0 })
      )
      yield* attempt(
        Effect.gen(function* () {
          yield* sql`pragma busy_timeout = ${sql.literal(String(blinkMillis))}`
          yield* sql`pragma journal_mode = wal`
          yield* sql`pragma synchronous = normal`
          yield* sql`pragma foreign_keys = on`
        })
      )
      yield* migrate(file, sql, attempt, write)
      return Context.make(Database, Database.of({ file, sql, attempt, write })).pipe(
        Context.add(SqlClient.SqlClient, sql)
      )
    })
  ).pipe(Layer.provide(Reactivity.layer))

const table = "troupe_migrations"

const latest = Math.max(...Object.keys(migrations).map((name) => Number.parseInt(name, 10)))

const migrate = (
  file: string,
  sql: SqlClient.SqlClient,
  attempt: Database["Type"]["attempt"],
  write: Database["Type"]["write"]
) =>
  Effect.gen(function* () {
    const found = yield* attempt(versionOf(sql))
    if (found === "foreign") {
      return yield* new DatabaseError({
        reason: "notADatabase",
        file,
        problem: "this is the database of another program",
        next: "Choose another file with --db."
      })
    }
    if (found > latest) {
      return yield* new DatabaseError({
        reason: "newer",
        file,
        problem: `a newer version of this program made it (schema ${found}; this version knows ${latest})`,
        next: "Update the program, or choose another file with --db."
      })
    }
    if (found === latest) return
    yield* write(
      Effect.gen(function* () {
        // Two programs that start at once take turns: the first statement takes the write lock, the migrator only reads.
        yield* sql`create table if not exists troupe_lock (id integer primary key)`
        yield* sql.withTransaction(
          Effect.zipRight(
            sql`insert or replace into troupe_lock (id) values (1)`,
            Migrator.make({})({ loader: Migrator.fromRecord(migrations), table })
          )
        )
      }).pipe(Effect.provideService(SqlClient.SqlClient, sql))
    )
  })

/** The schema's version, 0 for an empty file. */
const versionOf = (sql: SqlClient.SqlClient) =>
  Effect.gen(function* () {
    const tables = yield* sql<{ name: string }>`select name from sqlite_master where type = 'table'`
    const names = tables.map(({ name }) => name)
    if (!names.includes(table)) {
      return names.every((name) => name === "troupe_lock" || name.startsWith("sqlite_")) ? 0 : ("foreign" as const)
    }
    const [row] = yield* sql<{ version: number | null }>`select max(migration_id) as version from ${sql(table)}`
    return row?.version ?? 0
  })

const prepareFolder = (file: string) =>
  Effect.try({
    try: () => {
      if (fs.statSync(file, { throwIfNoEntry: false })?.isDirectory()) return "directory" as const
      makeFolder(path.dirname(file))
      return undefined
    },
    catch: (cause) => toDatabaseError(file, cause)
  }).pipe(
    Effect.flatMap((found) =>
      found === undefined
        ? Effect.void
        : new DatabaseError({
            reason: "directory",
            file,
            problem: "this is a folder",
            next: `Name a file in it, such as --db ${path.join(file, "troupe.db")}.`
          })
    )
  )

/** How long SQLite itself waits for a lock, which stops everything: enough for another program's short transaction. */
const blinkMillis = 25

/** Pauses between two tries, the last for all that follow. */
const pausesMillis = [10, 25, 50, 100, 200]

/** From when on a wait is worth a word. */
const silentMillis = 500

// Who reads is let in where a writer is not: that a read went well does not tell that writers need wait no more.
const makeAttempts = (file: string, bound: Duration.Duration): Pick<Database["Type"], "attempt" | "write"> => ({
  attempt: patient(file, bound),
  write: patient(file, bound)
})

const patient = (file: string, bound: Duration.Duration): Database["Type"]["attempt"] => {
  // Owned by this database: since when others have locked it, in the Clock's nanoseconds, and whether that was said.
  let lockedSince: bigint | undefined
  let said = false

  return (effect) => {
    const once = Effect.catchAllCause(effect, (cause) =>
      Cause.isInterruptedOnly(cause) ? Effect.interrupt : Effect.fail(toDatabaseError(file, Cause.squash(cause)))
    )
    const tries = (number: number): typeof once =>
      Effect.catchIf(once, isLocked, () =>
        Effect.gen(function* () {
          const now = yield* Clock.currentTimeNanos
          lockedSince ??= now
          const waited = Duration.nanos(now - lockedSince)
          if (!said && Duration.toMillis(waited) >= silentMillis) {
            said = true
            yield* Effect.logWarning(`waiting for another program that has locked ${file}`)
          }
          if (Duration.greaterThanOrEqualTo(waited, bound)) return yield* lockedFor(file, bound)
          yield* Effect.sleep(pausesMillis[Math.min(number, pausesMillis.length - 1)]!)
          return yield* tries(number + 1)
        })
      )
    return Effect.tap(tries(0), () =>
      Effect.sync(() => {
        lockedSince = undefined
        said = false
      })
    )
  }
}

const isLocked = (error: DatabaseError): boolean => error.reason === "locked"

const lockedFor = (file: string, waited: Duration.Duration) =>
  new DatabaseError({ ...locked, file, problem: `${locked.problem} for more than ${Duration.format(waited)}` })

/** The codes are SQLite's result codes, of which a longer one is a case of the shorter, and Node's. */
const toDatabaseError = (file: string, cause: unknown): DatabaseError => {
  if (cause instanceof DatabaseError) return cause
  const code = codeOf(cause)
  const known = meanings.find(([pattern]) => pattern.test(code))
  if (known !== undefined) return new DatabaseError({ file, cause, ...known[1] })
  return new DatabaseError({
    reason: "failed",
    file,
    problem: `the database failed (${code === "" ? messageOf(cause) : code})`,
    next: "Try again, or choose another file with --db.",
    cause
  })
}

const locked = {
  reason: "locked",
  problem: "another program has locked it",
  next: "Wait until that program ends (lsof names it), or choose another file with --db."
} as const
const corrupt = {
  reason: "corrupt",
  problem: "it is damaged",
  next: "Move it away and run again (finished work is done again), or restore a copy."
} as const
const unwritable = {
  reason: "unwritable",
  problem: "it cannot be opened or written",
  next: "Check that its folder exists and that you may write there, or choose another file with --db."
} as const
const full = {
  reason: "unwritable",
  problem: "the disk is full",
  next: "Free some space, or choose a file on another disk with --db."
} as const
const noDriver = {
  reason: "failed",
  problem: "the SQLite driver cannot be loaded, perhaps because it was built for another version of Node.js",
  next: "Run npm rebuild better-sqlite3, or install again."
} as const
const notADatabase = {
  reason: "notADatabase",
  problem: "this is not a database",
  next: "Choose another file with --db; this one is left as it is."
} as const

const meanings: ReadonlyArray<readonly [code: RegExp, Pick<DatabaseError, "reason" | "problem" | "next">]> = [
  [/^SQLITE_BUSY/, locked],
  [/^SQLITE_LOCKED/, locked],
  [/^SQLITE_CORRUPT/, corrupt],
  [/^SQLITE_NOTADB/, notADatabase],
  [/^SQLITE_FULL/, full],
  [/^SQLITE_READONLY/, unwritable],
  [/^SQLITE_CANTOPEN/, unwritable],
  [/^SQLITE_PERM/, unwritable],
  [/^SQLITE_IOERR/, unwritable],
  [/^ENOSPC/, full],
  [/^ERR_DLOPEN_FAILED/, noDriver],
  [/^E[A-Z0-9]+$/, unwritable]
]

/** The innermost code: the driver's error is the cause of the client's. */
const codeOf = (cause: unknown): string => {
  for (let at = cause; typeof at === "object" && at !== null; at = (at as { cause?: unknown }).cause) {
    const { code } = at as { code?: unknown }
    if (typeof code === "string") return code
  }
  return ""
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
