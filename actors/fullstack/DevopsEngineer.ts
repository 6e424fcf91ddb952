/**
 * Writes what runs the project: images, a Compose file, Kubernetes manifests and the CI workflow.
 *
 * Nothing is built here: images need a container engine, which the machine that runs the team may not have. The pages
 * say so.
 *
 * @since 0.1.0
 */
import { Effect } from "effect"
import * as Agent from "../../src/team/Agent.ts"
import { writeFiles } from "./internal/writeFiles.ts"
import * as Project from "./Project.ts"
import { Deployment } from "./Results.ts"
import * as TemplateDigest from "./TemplateDigest.ts"

/**
 * The fifth of the eight.
 *
 * @category models
 */
export const DevopsEngineer = Agent.make({
  name: "devops-engineer",
  version: "1.0.0",
  description: "Writes images, Compose file, Kubernetes manifests and CI workflow, sized by the scale.",
  dependsOn: ["technical-architect"],
  reads: ["name", "scale", "stack", "architecture", "constraints"],
  estimate: "20 minutes",
  output: Deployment,
  fingerprint: TemplateDigest.of("deploy", "documents"),
  // Not `fnUntraced`: through it, TypeScript would lose what the work requires.
  run: (assignment) =>
    Effect.gen(function* () {
      // The team's `parse` has checked the whole input, and `reads` names parts of it.
      const project = Project.fromInput(assignment.input)
      const { generate } = yield* Effect.promise(() => import("./templates/deploy/Deploy.ts"))
      const { deployment, files } = generate(project)
      yield* assignment.progress(`Writing ${files.length} files for scale ${project.scale}`)
      yield* writeFiles(assignment, files)
      return deployment
    })
})
