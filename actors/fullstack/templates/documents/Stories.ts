/**
 * `docs/stories.md`: what people want from the project, and how they will know that they got it.
 *
 * @since 0.1.0
 */
import type { Project } from "../../Project.ts"
import type { Story } from "../../Results.ts"
import * as Markdown from "./Markdown.ts"

/** The document; `introduction` is prose, plain paragraphs. */
export const stories = (project: Project, all: ReadonlyArray<Story>, introduction: string): string => {
  const criteria = all.reduce((sum, story) => sum + story.criteria.length, 0)
  return Markdown.document([
    `# ${Markdown.text(project.name.written)}: stories`,
    Markdown.paragraphs(introduction),
    `${all.length} stories with ${criteria} acceptance criteria. Tests name the criteria they check by these ids; what became of each is in [traceability.md](traceability.md).`,
    ...all.flatMap((story) => [
      `## ${Markdown.text(story.title)}`,
      `${Markdown.code(story.id)}`,
      Markdown.text(story.text),
      Markdown.table(
        ["Criterion", "What must hold", "Checked by"],
        story.criteria.map((criterion) => [
          Markdown.code(criterion.id),
          Markdown.text(criterion.text),
          criterion.checkedBy.join(", ")
        ])
      )
    ])
  ])
}

/** Facts for the introduction, one sentence each. */
export const facts = (project: Project): ReadonlyArray<string> => [
  `The project is called ${project.name.written}.`,
  ...(project.description === "" ? [] : [project.description]),
  `It keeps ${project.entities.map((entity) => entity.plural.title.toLowerCase()).join(", ")}.`,
  ...project.entities.flatMap((entity) =>
    entity.description === undefined ? [] : [`${entity.name.title}: ${entity.description}`]
  ),
  `Size: ${project.scale}.`,
  ...[...project.features].map((feature) => `It has ${feature.replace("-", " ")}.`)
]

/** The introduction without a model. */
export const introduction = (project: Project): string => {
  const kept = project.entities.map((entity) => entity.plural.title.toLowerCase())
  const shown = kept.length <= 6 ? kept.join(", ") : `${kept.slice(0, 5).join(", ")} and ${kept.length - 5} more`
  const users = project.constraints.expectedUsers
  return [
    ...(project.description === "" ? [] : [project.description]),
    `${project.name.written} keeps ${shown}. Each can be added, found, changed and removed, over the API and in the browser.${
      project.features.size === 0 ? "" : ` Beyond that it offers ${[...project.features].map(offer).join(", ")}.`
    }${users === undefined ? "" : ` Some ${users} people are expected to use it.`}`
  ].join("\n\n")
}

const offer = (feature: string): string =>
  ({
    "user-authentication": "accounts with sign-in",
    search: "search in text",
    "audit-log": "a record of every change",
    "csv-export": "lists as CSV"
  })[feature] ?? feature
