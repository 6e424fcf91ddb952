/**
 * The project that the requirements describe, with every name worked out once.
 *
 * A requirements file may use any Unicode, leave out defaults and refer to entities before they are declared. The
 * eight agents all need the same answers (what is the table called, which path serves the entity, who refers to whom),
 * so the answers are computed here and nowhere else. An agent sees only the parts of the requirements it reads: what it
 * does not read has its default here.
 *
 * @since 0.1.0
 */
import * as Names from "./Names.ts"
import type { Access, EntitySpec, Feature, FieldSpec, Requirements, Scale } from "./Requirements.ts"

export type { Name } from "./Names.ts"
export type { Access, Feature, Scale } from "./Requirements.ts"

type Name = Names.Name

interface FieldBase {
  readonly name: Name
  /** SQL column, snake case; always quoted in SQL. Unique in its table; never `id`, `created_at`, `updated_at`. */
  readonly column: string
  readonly required: boolean
  readonly unique: boolean
  readonly description: string | undefined
}

export interface StringField extends FieldBase {
  /** `string` is one line, `text` may have many. */
  readonly type: "string" | "text"
  /** In characters (Unicode code points), as JSON Schema counts them. */
  readonly minLength: number | undefined
  readonly maxLength: number | undefined
  readonly default: string | undefined
}

export interface NumberField extends FieldBase {
  /** `integer` is within ±(2^53 − 1); `number` is a finite double. */
  readonly type: "integer" | "number"
  readonly min: number | undefined
  readonly max: number | undefined
  readonly default: number | undefined
}

export interface BooleanField extends FieldBase {
  readonly type: "boolean"
  readonly default: boolean | undefined
}

export interface DateField extends FieldBase {
  /** An ISO 8601 day, `2026-02-28`; a day that does not exist is refused. */
  readonly type: "date"
  readonly default: string | undefined
}

export interface EnumField extends FieldBase {
  readonly type: "enum"
  readonly values: ReadonlyArray<string>
  readonly default: string | undefined
}

export interface ReferenceField extends FieldBase {
  readonly type: "reference"
  /** The written name of the entity referred to; always one of the project's. */
  readonly to: string
  readonly onDelete: "restrict" | "cascade" | "setNull"
}

export type Field = StringField | NumberField | BooleanField | DateField | EnumField | ReferenceField

export interface Entity {
  readonly name: Name
  /** The plural, in the same forms. Unique among the project's entities in each of them. */
  readonly plural: Name
  /** The collection's URL path: `/api/order-lines`. */
  readonly path: string
  /** SQL table: the plural in snake case; always quoted. Never starts with `_`, which is kept for the backend's own tables. */
  readonly table: string
  readonly description: string | undefined
  /** Who may see and change its rows; `undefined` exactly where the project has no accounts. */
  readonly access: Access | undefined
  readonly fields: ReadonlyArray<Field>
}

export interface Project {
  readonly name: Name
  readonly description: string
  readonly scale: Scale
  readonly stack: { readonly frontend: "react"; readonly backend: "node-express"; readonly database: "sqlite" }
  readonly features: ReadonlySet<Feature>
  /** In the order of the file. */
  readonly entities: ReadonlyArray<Entity>
  readonly ui: {
    /** Defaults to the project's name. */
    readonly title: string
    readonly theme: "light" | "dark" | "auto"
    readonly pages: ReadonlyArray<"dashboard">
  }
  readonly architecture: { readonly style: "monolith" | "services" }
  readonly constraints: {
    readonly expectedUsers: number | undefined
    /** Per cent of a month, such as `99.5`. */
    readonly availability: number | undefined
    readonly region: string | undefined
  }
}

/**
 * What each kind of access means, for people.
 *
 * @category models
 */
export const rights: Readonly<Record<Access, { readonly sees: string; readonly changes: string }>> = {
  owner: {
    sees: "Every account sees them.",
    changes: "Only its creator and the administrator may: others get 403."
  },
  shared: { sees: "Every account sees them.", changes: "Every account may." },
  private: {
    sees: "Only their creator and the administrator see them.",
    changes: "Only its creator and the administrator may: for others it is not there, 404."
  }
}

/** A file that a template made: a path relative to the project's root, with `/`, and the whole text. */
export interface GeneratedFile {
  readonly path: string
  readonly content: string
}

/**
 * What an agent was given of the requirements: any parts of them. `stack.backend` arrives as `{ stack: { backend } }`.
 *
 * @category models
 */
export type Input = { readonly [Part in Exclude<keyof Requirements, "stack">]?: Requirements[Part] } & {
  readonly stack?: Partial<Requirements["stack"]>
}

/**
 * The project as far as an assignment's input tells it; a part that is not there has its default. Entities and fields
 * keep the order of the file. The input is an `Input`: parts of what `Requirements.parse` returned.
 *
 * @category constructors
 */
export const fromInput = (parts: unknown): Project => {
  const input = parts as Input // the run hands out nothing that Requirements.parse has not checked
  const name = Names.make(input.name ?? "project")
  return {
    name,
    description: input.description ?? "",
    scale: input.scale ?? "small",
    stack: { frontend: "react", backend: "node-express", database: "sqlite", ...input.stack },
    features: new Set(input.features ?? []),
    entities: (input.entities ?? []).map(entity),
    ui: input.ui ?? { title: name.written, theme: "light", pages: [] },
    architecture: input.architecture ?? { style: "monolith" },
    constraints: {
      expectedUsers: input.constraints?.expectedUsers,
      availability: input.constraints?.availability,
      region: input.constraints?.region
    }
  }
}

/**
 * The fields by which a list may be filtered with `?<field>=value`: all but those whose name is a parameter of the list
 * itself. `page`, `pageSize` and `sort` always mean paging and sorting; `q` means the search where that is a feature.
 *
 * @category combinators
 */
export const filterFields = (project: Project, entity: Entity): ReadonlyArray<Field> =>
  entity.fields.filter((field) => !listParameters(project).includes(field.name.written))

/**
 * The names of a list's own query parameters.
 *
 * @category combinators
 */
export const listParameters = (project: Project): ReadonlyArray<string> =>
  project.features.has("search") ? ["page", "pageSize", "sort", "q"] : ["page", "pageSize", "sort"]

/**
 * The fields that `?q=` looks into: those of type `string` and `text`. An entity without any has no search.
 *
 * @category combinators
 */
export const searchFields = (entity: Entity): ReadonlyArray<StringField> =>
  entity.fields.filter((field): field is StringField => field.type === "string" || field.type === "text")

/**
 * Whether rows of the entity refer to others. Their labels can be asked for, at `/labels` below the list.
 *
 * @category combinators
 */
export const refers = (entity: Entity): boolean => entity.fields.some((field) => field.type === "reference")

const entity = (spec: EntitySpec): Entity => {
  const plural = Names.plural(spec.name)
  return {
    name: Names.make(spec.name),
    plural,
    path: `/api/${plural.kebab}`,
    // SQLite keeps names that begin with `sqlite_` for itself.
    table: plural.snake.startsWith("sqlite_") ? `app_${plural.snake}` : plural.snake,
    description: spec.description,
    access: spec.access,
    fields: spec.fields.map(field)
  }
}

const field = (spec: FieldSpec): Field => {
  const name = Names.make(spec.name)
  const base = {
    name,
    column: name.snake,
    required: spec.required,
    unique: spec.unique,
    description: spec.description
  }
  // The casts hold because Requirements.parse gives each type only options, and a default, of its own kind.
  switch (spec.type) {
    case "string":
    case "text":
      return {
        ...base,
        type: spec.type,
        minLength: spec.minLength,
        maxLength: spec.maxLength,
        default: spec.default as string | undefined
      }
    case "integer":
    case "number":
      return { ...base, type: spec.type, min: spec.min, max: spec.max, default: spec.default as number | undefined }
    case "boolean":
      return { ...base, type: spec.type, default: spec.default as boolean | undefined }
    case "date":
      return { ...base, type: spec.type, default: spec.default as string | undefined }
    case "enum":
      return { ...base, type: spec.type, values: spec.values ?? [], default: spec.default as string | undefined }
    case "reference":
      return { ...base, type: spec.type, to: spec.to ?? "", onDelete: spec.onDelete ?? "restrict" }
  }
}
