/**
 * `troupe/layers/sqlite`: runs and results in one SQLite file. Needs `@effect/sql-sqlite-node`, `@effect/sql` and `@effect/experimental`.
 *
 * @since 0.1.0
 */
export * as Sqlite from "./Sqlite.ts"
export * as SqliteResultCache from "./SqliteResultCache.ts"
export * as SqliteRunStore from "./SqliteRunStore.ts"
