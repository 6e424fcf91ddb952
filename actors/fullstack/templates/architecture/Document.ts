/**
 * `docs/architecture.md`: what was decided and why, the data model, and where to find the rest.
 *
 * @since 0.1.0
 */
import { patternsOf } from "../../Patterns.ts"
import type { Entity, Field, Project } from "../../Project.ts"
import * as Markdown from "../documents/Markdown.ts"
import { indexes, summaryView } from "./Ddl.ts"

/** The document; `overview` is prose, plain paragraphs. */
export const architecture = (project: Project, overview: string): string =>
  Markdown.document([
    `# ${Markdown.text(project.name.written)}: architecture`,
    Markdown.paragraphs(overview),
    "## Decisions",
    Markdown.table(["Question", "Decision", "Why"], decisions(project)),
    "## Data model",
    diagram(project),
    ...project.entities.flatMap((entity) => entitySection(entity)),
    "### All together",
    `The view ${Markdown.code(summaryView)} has a row for each table: how many rows it holds, and when one was last added and last changed.`,
    ...deletions(project),
    ...patterns(project),
    "## The rest",
    "- [openapi.yaml](openapi.yaml): the API, also served at `/openapi.json`\n- [schema.sql](schema.sql): the tables, keys, checks and indexes\n- [stories.md](stories.md): the stories and their acceptance criteria"
  ])

/** Who goes along when something is deleted; a project without references has nothing to say here. */
const deletions = (project: Project): ReadonlyArray<string> => {
  const rows = project.entities.flatMap((entity) =>
    entity.fields.flatMap((field) =>
      field.type === "reference"
        ? [
            [
              Markdown.text(field.to),
              `${Markdown.text(entity.plural.title)} by ${Markdown.code(field.name.written)}`,
              fate[field.onDelete]
            ]
          ]
        : []
    )
  )
  return rows.length === 0 ? [] : ["## Deletion", Markdown.table(["When this is deleted", "its", "are"], rows)]
}

/** What recurs, and what that spares; a project in which nothing does has nothing to say here. */
const patterns = (project: Project): ReadonlyArray<string> => {
  const rows = patternsOf(project).map(({ actedUpon, frequency, hoursSaved: { least, most }, title }) => [
    title,
    `${frequency}`,
    least === most ? `${least} h` : `${least} to ${most} h`,
    actedUpon
  ])
  return rows.length === 0
    ? []
    : [
        "## Recurring patterns",
        "The time is what writing them by hand would take, by a rule of thumb; nobody measured it.",
        Markdown.table(["Pattern", "Times", "Saved", "What was made of it"], rows)
      ]
}

const fate = {
  restrict: "in the way: it is refused with 409",
  cascade: "deleted as well",
  setNull: "kept, with that field emptied"
} as const

const decisions = (project: Project): ReadonlyArray<ReadonlyArray<string>> => [
  [
    "How is it divided?",
    project.architecture.style === "monolith"
      ? "A monolith: one backend process, with the frontend as static files."
      : "Services: backend and frontend run apart, behind one address.",
    project.architecture.style === "monolith"
      ? "One thing to deploy and to watch; it can be divided later along the API."
      : "The two can be released and scaled apart; the price is one more hop and one more thing to watch."
  ],
  [
    "Where is the data?",
    "SQLite in one file, through `@libsql/client`.",
    "No server to run, installs without a compiler, and transactions are real. One process writes: beyond that, move to a database server."
  ],
  ["What identifies a row?", "A random UUID.", "It can be shown in a URL without telling how many rows there are."],
  [
    "What does the API speak?",
    "JSON over HTTP; errors are `application/problem+json` (RFC 9457).",
    "A client can tell a bad field from a conflict without reading prose."
  ],
  [
    "Where is input checked?",
    "At the edge, field by field, and again by checks in the database.",
    "People get a message for each field; a mistake in the code still cannot store nonsense."
  ],
  ...(project.features.has("user-authentication")
    ? [
        [
          "Who may come in?",
          "Accounts with scrypt-hashed passwords; the session is a random token in an httpOnly, same-site cookie, kept as a hash.",
          "A stolen database gives neither passwords nor sessions, and a script in the page cannot read the cookie."
        ],
        [
          "Who gets an account?",
          "The first to register is the administrator; others need an invitation, or that the administrator opens registration.",
          "Nobody comes in uninvited, and there is nothing to set up before the first start."
        ],
        [
          "Who may do what?",
          `${project.entities.map((entity) => `${Markdown.text(entity.name.title)}: ${entity.access ?? "owner"}`).join(", ")}. owner: all see, creator and administrator change; shared: all change; private: creator and administrator alone.`,
          "Every read has the condition, so that counts, searches and exports tell no more than lists."
        ]
      ]
    : []),
  ...(project.features.has("audit-log")
    ? [
        [
          "How is a change explained later?",
          "Each change writes a record in its own transaction.",
          "There is no change without its record, and no record of a change that was refused."
        ]
      ]
    : []),
  ...(project.features.has("search")
    ? [
        [
          "How is text found?",
          "A comparison over the string and text fields of one entity.",
          `Right for the scale ${project.scale} only while tables stay below some 100,000 rows; then a full-text index pays.`
        ]
      ]
    : [])
]

const entitySection = (entity: Entity): ReadonlyArray<string> => [
  `### ${Markdown.text(entity.name.title)}`,
  ...(entity.description === undefined ? [] : [Markdown.paragraphs(entity.description)]),
  `Table ${Markdown.code(entity.table)}, path ${Markdown.code(entity.path)}.`,
  Markdown.table(
    ["Field", "Column", "Type", "Rules"],
    entity.fields.map((field) => [
      Markdown.code(field.name.written),
      Markdown.code(field.column),
      field.type === "reference" ? `reference to ${Markdown.text(field.to)}` : field.type,
      rules(field)
    ])
  ),
  Markdown.table(
    ["Index", "Columns", "Why"],
    indexes(entity).map((index) => [
      Markdown.code(index.name),
      Markdown.code(index.columns),
      Markdown.text(index.reason)
    ])
  )
]

const rules = (field: Field): string => {
  const limits =
    field.type === "string" || field.type === "text"
      ? [
          ...(field.minLength === undefined
            ? []
            : [field.minLength === 1 ? "not empty" : `at least ${field.minLength} characters`]),
          ...(field.maxLength === undefined ? [] : [`at most ${field.maxLength} characters`])
        ]
      : field.type === "integer" || field.type === "number"
        ? [
            ...(field.min === undefined ? [] : [`at least ${field.min}`]),
            ...(field.max === undefined ? [] : [`at most ${field.max}`])
          ]
        : field.type === "enum"
          ? [`one of ${field.values.map(Markdown.code).join(", ")}`]
          : []
  const initial =
    field.type === "reference" || field.default === undefined
      ? []
      : [`default ${Markdown.code(JSON.stringify(field.default))}`]
  return [...(field.required ? ["required"] : []), ...(field.unique ? ["unique"] : []), ...limits, ...initial].join(
    ", "
  )
}

/**
 * The entities and who refers to whom, for Mermaid. It takes only plain names for fields and types, so the safe ones
 * are used; a title in quotes may be any text without quotes.
 */
const diagram = (project: Project): string => {
  // Without the prefix an entity called `Style` or `Class` would be a word of Mermaid's own, as would a column `pk`.
  const id = (entity: Entity) => `E_${entity.name.pascal}`
  const ids = new Map(project.entities.map((entity) => [entity.name.written, id(entity)]))
  const attribute = (column: string) => (/^[pfu]k$/.test(column) ? `${column}_` : column)
  const label = (written: string) => written.replace(/["\\\s#;]+/gu, " ").trim()
  return [
    "```mermaid",
    "erDiagram",
    ...project.entities.flatMap((entity) => [
      `  ${id(entity)}["${label(entity.name.written)}"] {`,
      "    string id PK",
      ...entity.fields.map((field) => {
        const key = field.type === "reference" ? " FK" : field.unique ? " UK" : ""
        return `    ${field.type === "reference" ? "string" : field.type} ${attribute(field.column)}${key}`
      }),
      "  }"
    ]),
    ...project.entities.flatMap((entity) =>
      entity.fields.flatMap((field) =>
        field.type === "reference"
          ? [
              `  ${ids.get(field.to)} ${field.required ? "||" : "|o"}--o{ ${id(entity)} : "${label(field.name.written)}"`
            ]
          : []
      )
    ),
    "```"
  ].join("\n")
}

/** Facts for the overview, one sentence each. */
export const facts = (project: Project): ReadonlyArray<string> => [
  `The project is called ${project.name.written}.`,
  ...(project.description === "" ? [] : [project.description]),
  `Architecture style: ${project.architecture.style}. Scale: ${project.scale}.`,
  "Backend: Node.js with Express. Frontend: React. Database: SQLite in one file.",
  ...(project.features.size === 0 ? [] : [`Features: ${[...project.features].join(", ")}.`]),
  ...project.entities.map((entity) => {
    const to = entity.fields.flatMap((field) => (field.type === "reference" ? [field.to] : []))
    return `${entity.name.title} has ${entity.fields.length} fields${to.length === 0 ? "" : ` and refers to ${to.join(", ")}`}.`
  })
]

/** The overview without a model. */
export const overview = (project: Project): string => {
  const references = project.entities.flatMap((entity) => entity.fields.filter((field) => field.type === "reference"))
  const count = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`
  return [
    `${project.name.written} is a React frontend over an HTTP API, which an Express backend serves from a SQLite database. The data model has ${count(project.entities.length, "entity", "entities")} with ${count(references.length, "reference", "references")} between them.`,
    project.architecture.style === "monolith"
      ? `It is deployed as one unit, sized for the scale ${project.scale}.`
      : `Backend and frontend are deployed apart, sized for the scale ${project.scale}.`
  ].join("\n\n")
}
