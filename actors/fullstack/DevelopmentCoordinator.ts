/**
 * Ties the work together: which criterion is proven by which test, who made what, and what is open.
 *
 * It invents no results. What qa-engineer did not see is not verified, and the documents say so at their top.
 *
 * @since 0.1.0
 */
import { Effect } from "effect"
import * as Agent from "../../src/team/Agent.ts"
import { BackendDeveloper } from "./BackendDeveloper.ts"
import { DevopsEngineer } from "./DevopsEngineer.ts"
import { FrontendDeveloper } from "./FrontendDeveloper.ts"
import { ProductManager } from "./ProductManager.ts"
import * as Project from "./Project.ts"
import * as Prose from "./Prose.ts"
import { QaEngineer } from "./QaEngineer.ts"
import { Traceability } from "./Results.ts"
import { SiteReliabilityEngineer } from "./SiteReliabilityEngineer.ts"
import { TechnicalArchitect } from "./TechnicalArchitect.ts"
import * as TemplateDigest from "./TemplateDigest.ts"

/** The seven before it, and what each is for, in the order of the documents. */
const colleagues = [
  [ProductManager, "Stories and acceptance criteria"],
  [TechnicalArchitect, "Architecture, database schema and API"],
  [BackendDeveloper, "The backend and its tests"],
  [FrontendDeveloper, "The frontend and its tests"],
  [DevopsEngineer, "Images, Compose file, Kubernetes manifests and CI"],
  [QaEngineer, "Installed, built and tested what the developers made"],
  [SiteReliabilityEngineer, "Objectives, alert rules, run book and sizing"]
] as const

/**
 * The last of the eight. Writes `docs/traceability.md`, `docs/team.md` and the project's `README.md`.
 *
 * @category models
 */
export const DevelopmentCoordinator = Agent.make({
  name: "development-coordinator",
  version: "1.0.0",
  description: "Follows each criterion to its tests and results, and says what is open.",
  dependsOn: [SiteReliabilityEngineer, ProductManager, BackendDeveloper, FrontendDeveloper, QaEngineer],
  filesOf: colleagues.map(([agent]) => agent),
  reads: ["name", "description"],
  estimate: "10 minutes",
  retry: { times: 2 },
  usesModel: true,
  output: Traceability,
  fingerprint: TemplateDigest.of("coordination", "documents"),
  // Not `fnUntraced`: through it, TypeScript would lose what the work requires.
  run: (assignment) =>
    Effect.gen(function* () {
      // The team's `parse` has checked the whole input, and `reads` names parts of it.
      const project = Project.fromInput(assignment.input)
      const [{ trace }, pages, introduction] = yield* Effect.promise(() =>
        Promise.all([
          import("./templates/coordination/Trace.ts"),
          import("./templates/coordination/Pages.ts"),
          import("./templates/coordination/Introduction.ts")
        ])
      )
      const { stories } = assignment.result(ProductManager)
      const quality = assignment.result(QaEngineer)
      const traceability = trace({
        stories,
        quality,
        sources: {
          "backend-developer": assignment.result(BackendDeveloper),
          "frontend-developer": assignment.result(FrontendDeveloper)
        }
      })
      yield* assignment.progress(`Following ${pages.count(traceability).criteria} criteria to their tests`, 0.3)
      yield* assignment.write("docs/traceability.md", pages.traceabilityPage(project, stories, traceability, quality))
      const contributions = colleagues.map(([agent, made]) => ({
        agent: agent.name,
        made,
        paths: assignment.files(agent).map(({ path }) => path)
      }))
      yield* assignment.write("docs/team.md", pages.teamPage(project, contributions))

      yield* assignment.progress("Writing the README", 0.6)
      const words = yield* Prose.write(assignment, {
        topic: `the project ${project.name.written}`,
        facts: introduction.facts(project, stories, traceability),
        fallback: introduction.fallback(project)
      })
      yield* assignment.write("README.md", pages.readmePage(project, words, traceability, stories))
      return traceability
    })
})
