/**
 * Turns the requirements into stories with acceptance criteria.
 *
 * A model may word the introduction of the document. The stories and criteria themselves are worked out, because tests
 * refer to them by id.
 *
 * @since 0.1.0
 */
import { Effect } from "effect"
import * as Agent from "../../src/team/Agent.ts"
import * as Criteria from "./Criteria.ts"
import * as Project from "./Project.ts"
import * as Prose from "./Prose.ts"
import { Stories } from "./Results.ts"
import * as TemplateDigest from "./TemplateDigest.ts"

/**
 * The first of the eight. Writes `docs/stories.md`.
 *
 * @category models
 */
export const ProductManager = Agent.make({
  name: "product-manager",
  version: "1.0.0",
  description: "Writes stories with acceptance criteria for every entity and feature.",
  reads: ["name", "description", "scale", "features", "entities", "ui", "constraints"],
  estimate: "15 minutes",
  retry: { times: 2 },
  usesModel: true,
  output: Stories,
  fingerprint: TemplateDigest.of("documents"),
  // Not `fnUntraced`: through it, TypeScript would lose what the work requires.
  run: (assignment) =>
    Effect.gen(function* () {
      const project = Project.fromInput(assignment.input)
      const stories = Criteria.storiesOf(project)
      yield* assignment.progress(`Writing ${stories.length} stories`, 0.3)
      const document = yield* Effect.promise(() => import("./templates/documents/Stories.ts"))
      const introduction = yield* Prose.write(assignment, {
        topic: `what ${project.name.written} is for, and for whom`,
        facts: document.facts(project),
        fallback: document.introduction(project)
      })
      yield* assignment.write("docs/stories.md", document.stories(project, stories, introduction))
      return new Stories({ stories })
    })
})
