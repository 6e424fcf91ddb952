/**
 * The schema and the API document as files for people and tools, and how all files of the project are laid out.
 *
 * @since 0.1.0
 */
import { stringify } from "yaml"
import { jsonFile, width } from "../../internal/Layout.ts"
import type { GeneratedFile, Project } from "../../Project.ts"
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

/**
 * `docs/openapi.yaml`. No anchors: some readers of OpenAPI do not know them. Without directives, of which there are none,
 * it is not searched for tags.
 */
export const yamlOf = (document: Json): string =>
  stringify(document, { aliasDuplicateObjects: false, directives: false, lineWidth: 0 })

/** The formatter's settings, of which the generated files are a fixed point. Editors that know Prettier find them. */
export const formatting: ReadonlyArray<GeneratedFile> = [
  { path: ".prettierrc.json", content: jsonFile({ printWidth: width }) },
  // What is built, and what the team reports of its own work.
  { path: ".prettierignore", content: "dist/\ncoverage/\ndocs/report.*\n" }
]
