/**
 * Writes the frontend: the pages of every entity and feature, with tests that name the criteria they check.
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
 * The fourth of the eight.
 *
 * @since 0.1.0
 * @category models
 */
export const FrontendDeveloper = Agent.make({
  name: "frontend-developer",
  version: "1.0.0",
  description: "Writes the frontend: lists, forms and pages for every entity and feature, and their tests.",
  dependsOn: [TechnicalArchitect],
  reads: ["name", "features", "entities", "stack.frontend", "ui"],
  estimate: "25 minutes",
  output: Sources,
  fingerprint: TemplateDigest.of("frontend"),
  // Not `fnUntraced`: through it, TypeScript would lose what the work requires.
  run: (assignment) =>
    Effect.gen(function* () {
      const project = Project.fromInput(assignment.input)
      const { generate } = yield* Effect.promise(() => import("./templates/frontend/Frontend.ts"))
      const { files, sources } = generate(project, assignment.result(TechnicalArchitect))

      // Installing needs only these two, and takes longest: it starts while the rest is written.
      const [manifests, rest] = [files.slice(0, 2), files.slice(2)]
      yield* writeFiles(assignment, manifests)
      yield* Install.start(assignment, "frontend")

      yield* assignment.progress(`Writing ${files.length} files for ${project.entities.length} entities`, 0.5)
      yield* writeFiles(assignment, rest)
      return sources
    })
})
