/**
 * The requirements of the full-stack team: what a valid file says, and everything that is wrong with an invalid one.
 *
 * The decoded form is plain JSON in the order of the file, with every default filled in, because agents are given parts
 * of it by path (`entities`, `stack.backend`) and the digests of those parts are keys of their results. Entities and
 * fields are lists here, not records: their order is meaning (it is the order on the screen), and records lose it.
 *
 * @since 0.1.0
 */
import { Effect } from "effect"
import type { InputError } from "../../src/team/InputError.ts"
import * as Entities from "./internal/Entities.ts"
import * as ForeignWords from "./internal/ForeignWords.ts"
import { collect, type Report } from "./internal/Report.ts"

export type { Access, EntitySpec } from "./internal/Entities.ts"
export type { FieldSpec, FieldType } from "./internal/FieldDefinition.ts"

export type Feature = (typeof choices.features)[number]

export type Scale = (typeof choices.scale)[number]

/**
 * A decoded requirements file.
 *
 * @category models
 */
export interface Requirements {
  readonly name: string
  readonly description: string
  readonly scale: Scale
  readonly stack: { readonly frontend: "react"; readonly backend: "node-express"; readonly database: "sqlite" }
  readonly features: ReadonlyArray<Feature>
  readonly entities: ReadonlyArray<Entities.EntitySpec>
  readonly ui: {
    /** Defaults to the project's name. */
    readonly title: string
    readonly theme: (typeof choices.theme)[number]
    readonly pages: ReadonlyArray<(typeof choices.pages)[number]>
  }
  readonly architecture: { readonly style: (typeof choices.style)[number] }
  readonly constraints: {
    readonly expectedUsers?: number
    /** Per cent of a month, such as `99.5`. */
    readonly availability?: number
    readonly region?: string
  }
}

/** What the lists of choices in the file may say; the JSON Schema is made from the same lists. */
export const choices = {
  scale: ["small", "medium", "large", "enterprise"],
  features: ["user-authentication", "search", "audit-log", "csv-export"],
  theme: ["light", "dark", "auto"],
  pages: ["dashboard"],
  style: ["monolith", "services"],
  stack: { frontend: ["react"], backend: ["node-express"], database: ["sqlite"] }
} as const

const keys = ["name", "description", "scale", "stack", "features", "entities", "ui", "architecture", "constraints"]

/**
 * Decodes the plain value of a requirements file. Fails with every problem at once, in the order of the file's own
 * sections; the issues carry paths, and the reader of the file adds line and column.
 *
 * @category constructors
 */
export const parse: (value: unknown) => Effect.Effect<Requirements, InputError> = Effect.fn("Requirements.parse")(
  (value: unknown) => collect((report) => document(report, value))
)

/**
 * The profile that a run takes unless it is told: a project that has to carry more is made with more at once.
 *
 * @category combinators
 */
export const profile = (input: unknown): Scale | undefined =>
  // Scales are profiles by name.
  typeof input === "object" && input !== null && "scale" in input
    ? choices.scale.find((scale) => scale === input.scale)
    : undefined

const document = (report: Report, value: unknown): Requirements | undefined => {
  const root = report.record("", value, keys, ForeignWords.section)
  if (root === undefined) return undefined
  const name = report.has(root, "name") ? report.line("name", root.name) : report.missing("name", "the project's name")
  if (name !== undefined) report.checkName("name", name)
  const description = report.has(root, "description") ? report.text("description", root.description) : ""
  const scale = report.has(root, "scale") ? report.choice("scale", root.scale, choices.scale) : "small"
  const stack = report.has(root, "stack") ? stackOf(report, root.stack) : stackOf(report, {})
  const features = report.has(root, "features") ? report.choices("features", root.features, choices.features) : []
  const entities = report.has(root, "entities")
    ? Entities.parse(report, root.entities, hasAccounts(features, root.features))
    : report.missing("entities", "at least one entity with fields")
  const ui = uiOf(report, report.has(root, "ui") ? root.ui : {}, name ?? "")
  const architecture = architectureOf(report, report.has(root, "architecture") ? root.architecture : {})
  const constraints = constraintsOf(report, report.has(root, "constraints") ? root.constraints : {})
  if (name === undefined || description === undefined || scale === undefined || stack === undefined) return undefined
  if (features === undefined || entities === undefined || ui === undefined) return undefined
  if (architecture === undefined || constraints === undefined) return undefined
  return { name, description, scale, stack, features, entities, ui, architecture, constraints }
}

/** `undefined` where some of the features that were written are none: the one in question may have been meant. */
const hasAccounts = (features: ReadonlyArray<Feature> | undefined, written: unknown): boolean | undefined => {
  if (features?.includes("user-authentication") === true) return true
  return features === undefined || (Array.isArray(written) && written.length > features.length) ? undefined : false
}

const stackOf = (report: Report, value: unknown): Requirements["stack"] | undefined => {
  const stack = report.record("stack", value, Object.keys(choices.stack))
  if (stack === undefined) return undefined
  for (const [part, [only]] of Object.entries(choices.stack)) {
    if (!report.has(stack, part) || stack[part] === only) continue
    report.add({
      path: `stack.${part}`,
      found: report.show(stack[part]),
      expected: `"${only}", the only ${part} so far`,
      fix: `Write "${only}", or leave "stack" out.`
    })
  }
  return { frontend: "react", backend: "node-express", database: "sqlite" }
}

const uiOf = (report: Report, value: unknown, name: string): Requirements["ui"] | undefined => {
  const ui = report.record("ui", value, ["title", "theme", "pages"])
  if (ui === undefined) return undefined
  const title = report.has(ui, "title") ? report.line("ui.title", ui.title) : name
  const theme = report.has(ui, "theme") ? report.choice("ui.theme", ui.theme, choices.theme) : "light"
  const pages = report.has(ui, "pages") ? report.choices("ui.pages", ui.pages, choices.pages) : []
  return title === undefined || theme === undefined || pages === undefined ? undefined : { title, theme, pages }
}

const architectureOf = (report: Report, value: unknown): Requirements["architecture"] | undefined => {
  const architecture = report.record("architecture", value, ["style"])
  if (architecture === undefined) return undefined
  if (!report.has(architecture, "style")) return { style: "monolith" }
  const style = report.choice("architecture.style", architecture.style, choices.style)
  return style === undefined ? undefined : { style }
}

const constraintsOf = (report: Report, value: unknown): Requirements["constraints"] | undefined => {
  const all = report.record("constraints", value, ["expectedUsers", "availability", "region"])
  if (all === undefined) return undefined
  const users = report.has(all, "expectedUsers")
    ? report.integer("constraints.expectedUsers", all.expectedUsers, 1)
    : undefined
  const region = report.has(all, "region") ? report.line("constraints.region", all.region) : undefined
  const availability = report.has(all, "availability")
    ? report.number("constraints.availability", all.availability)
    : undefined
  if (availability !== undefined && !(availability > 0 && availability < 100)) {
    report.add({
      path: "constraints.availability",
      found: report.show(availability),
      expected: "per cent of a month, above 0 and below 100",
      fix: availability >= 100 ? "Nothing is always up: 99.9 allows some 43 minutes a month." : undefined
    })
  }
  return {
    ...(users === undefined ? {} : { expectedUsers: users }),
    ...(availability === undefined ? {} : { availability }),
    ...(region === undefined ? {} : { region })
  }
}
