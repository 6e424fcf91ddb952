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

/**
 * One name in all the forms the targets take. `kebab`, `camel`, `pascal` and `snake` are ASCII letters and digits, start
 * with a letter and are never empty. They are not checked against reserved words: generated code therefore never uses
 * one alone as an identifier, always with a prefix or suffix of its own (`OrderRow`, `listOrders`), and quotes it in SQL.
 */
export interface Name {
  /** As it stands in the requirements: the JSON name of a field, the title of an entity. Any Unicode; escape it. */
  readonly written: string
  /** For people: `OrderLine` and `order_line` read "Order line". Any Unicode; escape it. */
  readonly title: string
  readonly kebab: string
  readonly camel: string
  readonly pascal: string
  readonly snake: string
}

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
  readonly fields: ReadonlyArray<Field>
}

export type Feature = "user-authentication" | "search" | "audit-log" | "csv-export"

export type Scale = "small" | "medium" | "large" | "enterprise"

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

/** A file that a template made: a path relative to the project's root, with `/`, and the whole text. */
export interface GeneratedFile {
  readonly path: string
  readonly content: string
}
