/**
 * Decides how the project is built: the data model, the database schema and the API.
 *
 * The API document and the schema are exact and worked out from the requirements; the developers build from them. A
 * model may word the overview of the architecture document, nothing else.
 *
 * @since 0.1.0
 */
import { Effect } from "effect"
import * as Agent from "../../src/team/Agent.ts"
import * as Criteria from "./Criteria.ts"
import { jsonFile } from "./internal/Layout.ts"
import { writeFiles } from "./internal/writeFiles.ts"
import { ProductManager } from "./ProductManager.ts"
import * as Project from "./Project.ts"
import * as Prose from "./Prose.ts"
import { Architecture } from "./Results.ts"
import * as TemplateDigest from "./TemplateDigest.ts"

/**
 * The second of the eight. Writes `docs/architecture.md`, `docs/schema.sql` and `docs/openapi.yaml`, and the settings of
 * the formatter.
 *
 * @category models
 */
export const TechnicalArchitect = Agent.make({
  name: "technical-architect",
  version: "1.0.0",
  description: "Designs data model, database schema and API, and says why.",
  dependsOn: [ProductManager],
  reads: ["name", "description", "scale", "stack", "features", "entities", "architecture", "constraints"],
  estimate: "20 minutes",
  retry: { times: 2 },
  usesModel: true,
  output: Architecture,
  fingerprint: TemplateDigest.of("architecture", "documents"),
  // Not `fnUntraced`: through it, TypeScript would lose what the work requires.
  run: (assignment) =>
    Effect.gen(function* () {
      const project = Project.fromInput(assignment.input)
      const criteria = Criteria.criteriaOf(assignment.result(ProductManager).stories)
      const [{ ddl, schemaFile }, { openApi, yamlOf }, document, { formatting }] = yield* Effect.promise(() =>
        Promise.all([
          import("./templates/architecture/Ddl.ts"),
          import("./templates/architecture/OpenApi.ts"),
          import("./templates/architecture/Document.ts"),
          import("./templates/architecture/Formatting.ts")
        ])
      )

      yield* assignment.progress(`Designing ${project.entities.length} tables and their API`, 0.2)
      const statements = ddl(project)
      const api = openApi(project)
      yield* assignment.write("docs/schema.sql", schemaFile(project, statements))
      yield* assignment.write("docs/openapi.yaml", yamlOf(api))
      yield* writeFiles(assignment, formatting)

      yield* assignment.progress("Writing the architecture document", 0.6)
      const overview = yield* Prose.write(assignment, {
        topic: `the architecture of ${project.name.written}`,
        facts: document.facts(project),
        fallback: document.overview(project)
      })
      yield* assignment.write("docs/architecture.md", document.architecture(project, overview))
      return new Architecture({ criteria, ddl: statements, openapi: jsonFile(api).trimEnd() })
    })
})
