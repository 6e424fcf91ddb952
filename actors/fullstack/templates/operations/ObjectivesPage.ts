/**
 * `docs/operations/objectives.md`: what is promised, how it is measured, and what stood against it at hand-over.
 *
 * @since 0.1.0
 */
import type { GeneratedFile, Project } from "../../Project.ts"
import type { Quality } from "../../Results.ts"
import { downtime } from "../deploy/Readme.ts"
import * as Markdown from "../documents/Markdown.ts"
import type { Objectives } from "./Objectives.ts"

/** One promise: what is promised, how much of it, and the expression that measures it. */
export interface Objective {
  readonly name: string
  readonly target: string
  readonly metric: string
}

/**
 * The page.
 *
 * @category constructors
 */
export const objectivesPage = (
  project: Pick<Project, "name">,
  objectives: Objectives,
  rows: ReadonlyArray<Objective>,
  quality: Quality
): GeneratedFile => ({
  path: "docs/operations/objectives.md",
  content: Markdown.document([
    `# Objectives of ${Markdown.text(project.name.written)}`,
    handOver(quality),
    Markdown.table(
      ["Objective", "Target", "Measured by"],
      rows.map(({ metric, name, target }) => [name, target, Markdown.code(metric)])
    ),
    `${objectives.availabilityIsOurs ? "The requirements name no availability, so we chose" : "The requirements ask for"} ${objectives.availability} %. ` +
      `That leaves ${downtime(objectives.availability)} of a month of 30 days for faults and for deployments, each of which stops the backend for some seconds. ` +
      "The other targets are our choice; none was measured on this project yet.",
    "Availability is the worse of two: the part of the requests answered without an error of the service's own (5xx), and the part of the " +
      "time in which the backend answered Prometheus. Requests of probes are left out. Alerts watch how fast the budget is used up, over two windows " +
      "each; `docs/operations/run-book.md` has a section for every alert.",
    "Not watched, because the backend does not serve it: disk, throttling, the certificate's end, and whether backups were made. Watch them " +
      "where they are known."
  ])
})

const handOver = (quality: Quality) => {
  const bad = [...quality.checks.map(({ name, status }) => ({ name, status })), ...failedTests(quality)].filter(
    ({ status }) => status !== "passed"
  )
  if (bad.length === 0) return ""
  const list = bad
    .slice(0, 20)
    .map(({ name, status }) => `- ${Markdown.text(name)}: ${status === "failed" ? "failed" : "not verified"}`)
  const more = bad.length > list.length ? [`- and ${bad.length - list.length} more, see \`docs/traceability.md\``] : []
  return `**Before this goes live: not everything passed its checks.**\n\n${[...list, ...more].join("\n")}`
}

const failedTests = (quality: Quality) => quality.tests.map(({ status, title }) => ({ name: title, status }))
