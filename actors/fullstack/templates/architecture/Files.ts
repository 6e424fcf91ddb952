/**
 * The schema and the API document as files for people and tools.
 *
 * @since 0.1.0
 */
import { stringify } from "yaml"
import type { Project } from "../../Project.ts"
import type { Json } from "./SharedPaths.ts"

/** `docs/schema.sql`: runs as it is in `sqlite3`, also a second time. */
export const schemaFile = (project: Project, statements: ReadonlyArray<string>): string =>
  [
    // A name may hold no line break, so the comment ends where it should.
    `-- ${project.name.written}: the schema. The backend applies it when it starts.`,
    "PRAGMA foreign_keys = ON;",
    ...statements.map((statement) => `${statement};`),
    ""
  ].join("\n\n")

/** `docs/openapi.yaml`. No anchors: some readers of OpenAPI do not know them. */
export const yamlOf = (document: Json): string => stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 })
