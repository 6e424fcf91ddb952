/**
 * The coordinator's documents: `README.md`, `docs/traceability.md` and `docs/team.md` of the generated project.
 *
 * Whatever failed or was not verified stands at the top of the first two, before anything that reads like success.
 *
 * @since 0.1.0
 */
import type { Project } from "../../Project.ts"
import type { Quality, Story, Traceability } from "../../Results.ts"
import * as Markdown from "../documents/Markdown.ts"
import { words } from "./Trace.ts"

/** One agent's part: what it was for, and the paths it wrote. */
export interface Contribution {
  readonly agent: string
  readonly made: string
  readonly paths: ReadonlyArray<string>
}

/** Numbers for prose and pages. */
export interface Count {
  readonly criteria: number
  /** Criteria of which every row passed. */
  readonly proven: number
  readonly passed: number
  readonly failed: number
  readonly notVerified: number
  readonly noTest: number
}

/**
 * Counts the rows of a trace.
 *
 * @category combinators
 */
export const count = ({ rows }: Traceability): Count => {
  const of = (result: Traceability["rows"][number]["result"]) => rows.filter((row) => row.result === result).length
  const all = new Set(rows.map(({ criterion }) => criterion))
  const unproven = new Set(rows.filter(({ result }) => result !== "passed").map(({ criterion }) => criterion))
  return {
    criteria: all.size,
    proven: all.size - unproven.size,
    passed: of("passed"),
    failed: of("failed"),
    notVerified: of("notVerified"),
    noTest: of("noTest")
  }
}

/**
 * `docs/traceability.md`: a table for each story.
 *
 * @category constructors
 */
export const traceabilityPage = (
  project: Pick<Project, "name">,
  stories: ReadonlyArray<Story>,
  trace: Traceability,
  quality: Quality
): string => {
  const rowsOf = new Map<string, Array<Traceability["rows"][number]>>()
  for (const row of trace.rows) rowsOf.set(row.criterion, [...(rowsOf.get(row.criterion) ?? []), row])
  const { criteria, proven } = count(trace)
  return Markdown.document([
    `# Criteria, tests and results of ${Markdown.text(project.name.written)}`,
    status(trace, 200, "the tables below"),
    `${proven} of ${criteria} criteria passed all their tests. Results are those that qa-engineer saw when it ran the tests; _not verified_ means that ` +
      "nobody saw them run.",
    "## Checks",
    Markdown.table(
      ["Check", "Command", "Result"],
      quality.checks.map(({ command, name, status }) => [Markdown.text(name), Markdown.code(command), shown(status)])
    ),
    ...quality.checks.filter(({ detail }) => detail !== "").map(({ detail, name }) => reason(name, detail)),
    ...stories.flatMap((story) => [
      `## ${Markdown.text(story.title)}`,
      Markdown.table(
        ["Criterion", "What must hold", "Test", "Result"],
        story.criteria.flatMap((criterion) =>
          (rowsOf.get(criterion.id) ?? []).map(({ result, test }, at) => [
            Markdown.code(criterion.id),
            at === 0 ? Markdown.text(criterion.text) : "",
            Markdown.text(test),
            shown(result)
          ])
        )
      )
    ])
  ])
}

/**
 * `docs/team.md`: what was made by whom.
 *
 * @category constructors
 */
export const teamPage = (project: Pick<Project, "name">, contributions: ReadonlyArray<Contribution>): string =>
  Markdown.document([
    `# Who made what of ${Markdown.text(project.name.written)}`,
    Markdown.table(
      ["Agent", "Made", "Files"],
      contributions.map(({ agent, made, paths }) => [agent, made, `${paths.length}`])
    ),
    ...contributions.flatMap(({ agent, paths }) =>
      paths.length === 0 ? [] : [`## ${agent}`, paths.map((path) => `- ${Markdown.code(path)}`).join("\n")]
    )
  ])

/**
 * `README.md` of the project. `introduction` is prose, by a model or not.
 *
 * @category constructors
 */
export const readmePage = (
  project: Pick<Project, "name" | "description">,
  introduction: string,
  trace: Traceability,
  stories: ReadonlyArray<Story>
): string => {
  const { criteria, proven } = count(trace)
  const rights = stories.flatMap((story) => story.criteria.filter(({ id }) => id.endsWith(".access")))
  return Markdown.document([
    `# ${Markdown.text(project.name.written)}`,
    status(trace, 10, "[traceability](docs/traceability.md)"),
    introduction,
    "## Run it",
    "It needs Node.js 20.19 or later of 20, or 22.12 or later. In one terminal the backend, at http://localhost:3000; in another the pages, which hand `/api` to it:",
    sh("cd backend", "npm ci", "npm run build", "npm start"),
    sh("cd frontend", "npm ci", "npm run dev"),
    "Or everything in containers, at http://localhost:8080:",
    sh("docker compose -f deploy/compose.yaml up --build --wait"),
    ...(rights.length === 0
      ? []
      : [
          "## Who may do what",
          "Whoever registers first is the administrator, who sees and changes everything, and alone sees the accounts and the audit log. Registration is closed from then on: the administrator opens it, or makes links that are good for one account, on the page People. Everybody changes the own password and signs out everywhere on the page Account.",
          rights.map(({ text }) => `- ${Markdown.text(text)}`).join("\n")
        ]),
    "## Check it",
    sh("(cd backend && npm ci && npm run build && npm test)", "(cd frontend && npm ci && npm run build && npm test)"),
    "All files are formatted by Prettier, as `.prettierrc.json` says: `npx prettier@3.10.1 --check .`",
    `When the team ran these, ${proven} of ${criteria} acceptance criteria passed all their tests.`,
    "## Change it",
    "The project was made by Troupe from a requirements file. The same command with the changed file writes anew what the change touches, and nothing else. Files that somebody has edited are never written over: a run that meets one stops and names it, unless it is told `--force`, which throws the edits away. So either go on in the requirements, or take the code over and go on in it.",
    "A backend of new requirements brings the tables of a database that is there up to them, and keeps the rows. Where that would lose values, or rows break a new rule, it changes nothing, says what stands in the way, and stops. [docs/schema.sql](docs/schema.sql) has the tables as they should be.",
    "## Find your way",
    Markdown.table(
      ["Where", "What"],
      [
        ["[docs/stories.md](docs/stories.md)", "Stories and acceptance criteria"],
        ["[docs/architecture.md](docs/architecture.md)", "How it is built, and why"],
        ["[docs/openapi.yaml](docs/openapi.yaml)", "The API"],
        ["[docs/traceability.md](docs/traceability.md)", "Every criterion with its tests and their results"],
        ["[docs/quality.md](docs/quality.md)", "What was installed, built and tested, and how it went"],
        ["[docs/team.md](docs/team.md)", "Who made what"],
        [
          "[docs/operations/run-book.md](docs/operations/run-book.md)",
          "What to do when an alert comes; backup and roll-back"
        ],
        ["[deploy/README.md](deploy/README.md)", "Containers, Kubernetes, and the limits of SQLite"]
      ]
    )
  ])
}

/** What is open, at most `limit` lines of it; empty when all is well. `where` has the rest. */
const status = ({ open }: Traceability, limit: number, where: string) => {
  if (open.length === 0) return ""
  const more = open.length > limit ? [`- and ${open.length - limit} more: see ${where}`] : []
  const lines = [...open.slice(0, limit).map((line) => `- ${Markdown.text(line)}`), ...more]
  return `**Not everything is proven. Open:**\n\n${lines.join("\n")}`
}

const shown = (result: keyof typeof words) => (result === "passed" ? words[result] : `**${words[result]}**`)

/** Output of a tool, in a fence longer than any that it holds. */
const reason = (name: string, detail: string) => {
  const fence = "`".repeat(Math.max(3, 1 + Math.max(0, ...[...detail.matchAll(/`+/g)].map(([run]) => run.length))))
  return `${Markdown.text(name)}:\n\n${fence}text\n${detail}\n${fence}`
}

const sh = (...lines: ReadonlyArray<string>) => `\`\`\`sh\n${lines.join("\n")}\n\`\`\``
