/**
 * Writes how the project is kept running: objectives, alert rules over what `/metrics` serves, run book and sizing.
 *
 * @since 0.1.0
 */
import { Effect } from "effect"
import * as Agent from "../../src/team/Agent.ts"
import { DevopsEngineer } from "./DevopsEngineer.ts"
import { writeFiles } from "./internal/writeFiles.ts"
import * as Project from "./Project.ts"
import { QaEngineer } from "./QaEngineer.ts"
import { Operations } from "./Results.ts"
import * as TemplateDigest from "./TemplateDigest.ts"

/**
 * The seventh of the eight.
 *
 * @category models
 */
export const SiteReliabilityEngineer = Agent.make({
  name: "site-reliability-engineer",
  version: "1.0.0",
  description: "Writes objectives, alert rules, run book and sizing.",
  dependsOn: [DevopsEngineer, QaEngineer],
  reads: ["name", "scale", "constraints", "features"],
  estimate: "20 minutes",
  output: Operations,
  fingerprint: TemplateDigest.of("operations", "deploy", "documents"),
  // Not `fnUntraced`: through it, TypeScript would lose what the work requires.
  run: (assignment) =>
    Effect.gen(function* () {
      // The team's `parse` has checked the whole input, and `reads` names parts of it.
      const project = Project.fromInput(assignment.input)
      const { generate } = yield* Effect.promise(() => import("./templates/operations/Operate.ts"))
      const { files, operations } = generate(project, assignment.result(DevopsEngineer), assignment.result(QaEngineer))
      yield* assignment.progress(`Writing ${operations.alerts.length} alerts and their run book`)
      yield* writeFiles(assignment, files)
      return operations
    })
})
