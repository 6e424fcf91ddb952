/**
 * Bodies for the services of `troupe`: disk, database, subprocesses, models, telemetry.
 *
 * @since 0.1.0
 */
export * as ChatCompletions from "./ChatCompletions.ts"
export * as Cluster from "./Cluster.ts"
export * as Http from "./Http.ts"
export * as Model from "./Model.ts"
export * as ModelRetry from "./ModelRetry.ts"
export * as NodeSubprocess from "./NodeSubprocess.ts"
export * as NodeWorkspace from "./NodeWorkspace.ts"
export * as RequirementsFile from "./RequirementsFile.ts"
export * as Sqlite from "./Sqlite.ts"
export * as SqliteResultCache from "./SqliteResultCache.ts"
export * as SqliteRunStore from "./SqliteRunStore.ts"
export * as Telemetry from "./Telemetry.ts"
