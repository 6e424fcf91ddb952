/**
 * Writes the backend: a service on Node.js and SQLite that serves what the architect has designed, with tests that name
 * the criteria they check.
 *
 * The code comes from templates and is worked out from the requirements alone, so it is the same every time. Whether it
 * builds and passes its tests is for qa-engineer to see; here only the list of what is tested is made.
 *
 * @since 0.1.0
 */
import { Effect } from "effect"
import * as Agent from "../../src/team/Agent.ts"
import * as Install from "./Install.ts"
import { writeFiles } from "./internal/writeFiles.ts"
import * as Project from "./Project.ts"
import { Sources } from "./Results.ts"
import { TechnicalArchitect } from "./TechnicalArchitect.ts"
import * as TemplateDigest from "./TemplateDigest.ts"

/**
 * The third of the eight. Writes `backend/`.
 *
 * @category models
 */
export const BackendDeveloper = Agent.make({
  name: "backend-developer",
  version: "1.0.0",
  description: "Writes the service: API, validation, storage, and the tests that check the criteria.",
  dependsOn: [TechnicalArchitect],
  reads: ["name", "features", "entities", "stack.backend", "stack.database"],
  estimate: "25 minutes",
  retry: { times: 2 },
  output: Sources,
  fingerprint: TemplateDigest.of("backend", "documents"),
  // Not `fnUntraced`: through it, TypeScript would lose what the work requires.
  run: (assignment) =>
    Effect.gen(function* () {
      const project = Project.fromInput(assignment.input)
      const { generate } = yield* Effect.promise(() => import("./templates/backend/Backend.ts"))
      const { files, sources } = generate(project, assignment.result(TechnicalArchitect))
      const [manifests, others] = [files.slice(0, 2), files.slice(2)]

      yield* assignment.progress("Writing the manifest, so that installing begins", 0.1)
      yield* writeFiles(assignment, manifests)
      yield* Install.start(assignment, "backend")

      yield* assignment.progress(`Writing ${others.length} files for ${project.entities.length} entities`, 0.3)
      yield* writeFiles(assignment, others)
      return sources
    })
})
