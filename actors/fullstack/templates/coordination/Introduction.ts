/**
 * What the README's first paragraphs may say: the facts for a model, and the words used without one.
 *
 * @since 0.1.0
 */
import type { Project } from "../../Project.ts"
import type { Story, Traceability } from "../../Results.ts"
import * as Markdown from "../documents/Markdown.ts"
import { count } from "./Pages.ts"

/**
 * The facts, one each.
 *
 * @category constructors
 */
export const facts = (
  project: Pick<Project, "name" | "description">,
  stories: ReadonlyArray<Story>,
  trace: Traceability
): ReadonlyArray<string> => {
  const { criteria, failed, noTest, notVerified, proven } = count(trace)
  return [
    `The project is called "${project.name.written}".`,
    ...(project.description === "" ? [] : [`Its purpose: ${project.description}`]),
    `${proven} of ${criteria} acceptance criteria passed all their tests.`,
    ...(failed > 0 ? [`${failed} test results are failures.`] : []),
    ...(notVerified > 0 ? [`${notVerified} test results are not verified: nobody saw the tests run.`] : []),
    ...(noTest > 0 ? [`${noTest} criteria lack a test.`] : []),
    "It has a backend (Node.js, Express, SQLite) with a documented HTTP API, and a frontend (React).",
    ...stories.map(({ title }) => `It covers: ${title}`)
  ]
}

/**
 * The words used without a model.
 *
 * @category constructors
 */
export const fallback = (project: Pick<Project, "description">): string =>
  [
    Markdown.paragraphs(project.description),
    "A web application: a backend (Node.js, Express, SQLite) with a documented HTTP API, and a frontend (React) that uses it."
  ]
    .filter((paragraph) => paragraph !== "")
    .join("\n\n")
