/**
 * `troupe/layers` as it was: each name says which entry point has it now.
 *
 * @since 0.1.0
 */
import { type Moved, moved } from "../src/moved.ts"

/** @deprecated Import it from `troupe/layers/models`. */
export const ChatCompletions: Moved<"troupe/layers/models"> = moved("ChatCompletions", "troupe/layers/models")
/** @deprecated Import it from `troupe/layers/postgres`. */
export const Cluster: Moved<"troupe/layers/postgres"> = moved("Cluster", "troupe/layers/postgres")
/** @deprecated Import it from `troupe/layers/http`. */
export const Http: Moved<"troupe/layers/http"> = moved("Http", "troupe/layers/http")
/** @deprecated Import it from `troupe/layers/models`. */
export const Model: Moved<"troupe/layers/models"> = moved("Model", "troupe/layers/models")
/** @deprecated Import it from `troupe/layers/models`. */
export const ModelRetry: Moved<"troupe/layers/models"> = moved("ModelRetry", "troupe/layers/models")
/** @deprecated Import it from `troupe/layers/node`. */
export const NodeSubprocess: Moved<"troupe/layers/node"> = moved("NodeSubprocess", "troupe/layers/node")
/** @deprecated Import it from `troupe/layers/node`. */
export const NodeWorkspace: Moved<"troupe/layers/node"> = moved("NodeWorkspace", "troupe/layers/node")
/** @deprecated Import it from `troupe/layers/yaml`. */
export const RequirementsFile: Moved<"troupe/layers/yaml"> = moved("RequirementsFile", "troupe/layers/yaml")
/** @deprecated Import it from `troupe/layers/sqlite`. */
export const Sqlite: Moved<"troupe/layers/sqlite"> = moved("Sqlite", "troupe/layers/sqlite")
/** @deprecated Import it from `troupe/layers/sqlite`. */
export const SqliteResultCache: Moved<"troupe/layers/sqlite"> = moved("SqliteResultCache", "troupe/layers/sqlite")
/** @deprecated Import it from `troupe/layers/sqlite`. */
export const SqliteRunStore: Moved<"troupe/layers/sqlite"> = moved("SqliteRunStore", "troupe/layers/sqlite")
/** @deprecated Import it from `troupe/layers/otlp`. */
export const Telemetry: Moved<"troupe/layers/otlp"> = moved("Telemetry", "troupe/layers/otlp")
