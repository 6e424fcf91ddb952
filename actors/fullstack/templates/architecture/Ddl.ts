/**
 * The relational schema, as SQLite statements that may be run again: tables, keys, checks and indexes.
 *
 * The database repeats the limits of the requirements as checks. The backend refuses bad input long before, with a
 * message for the field; the checks hold when somebody writes to the file by other means.
 *
 * @since 0.1.0
 */
import { type Entity, type Field, type Project, searchFields } from "../../Project.ts"

/**
 * The statements, in an order that runs: each table with its indexes, the backend's own tables last. SQLite lets a
 * table refer to one that comes later, so references may go in a ring.
 */
export const ddl = (project: Project): ReadonlyArray<string> => {
  const tables = new Map(project.entities.map((entity) => [entity.name.written, entity.table]))
  return [
    ...project.entities.flatMap((entity) => [
      table(entity, tables),
      ...indexes(entity).map(({ sql }) => sql),
      ...(project.features.has("search") ? searchIndex(entity) : [])
    ]),
    summary(project),
    ...(project.features.has("user-authentication") ? accounts : []),
    ...(project.features.has("audit-log") ? audit : [])
  ]
}

/**
 * The account that made a row; null for rows from before there were accounts. An underscore: no field's column has one in
 * front. No foreign key: a row outlives the account that made it, and is then the administrator's.
 */
export const creatorColumn = "_created_by"

/** The name of the view that counts the rows of every table of an entity. */
export const summaryView = "_summary"

// As many parts as there are entities: 500 at most, which is also the most that SQLite puts together.
const summary = (project: Project): string =>
  [
    `CREATE VIEW IF NOT EXISTS ${quote(summaryView)} ("table", "total", "last_created_at", "last_updated_at") AS`,
    project.entities
      .map(
        ({ table }) => `  SELECT ${literal(table)}, count(*), max("created_at"), max("updated_at") FROM ${quote(table)}`
      )
      .join(" UNION ALL\n")
  ].join("\n")

/** One index of an entity, and why it is there. */
export interface Index {
  readonly name: string
  /** In order, and of which rows where not of all. */
  readonly columns: string
  readonly reason: string
  readonly sql: string
}

/**
 * The indexes of an entity. A unique field has one through its own index; a reference has one together with the time
 * of creation, because "the newest of this owner" is what pages ask for, and a deletion looks for referring rows by it.
 * Where the reference may be empty the index leaves out the rows that have none: nobody looks those up by it.
 */
export const indexes = (entity: Entity): ReadonlyArray<Index> => [
  index(entity, "created_at", `"created_at" DESC, "id"`, "The list's own order, the newest first.", false),
  ...(entity.access === "private"
    ? [
        index(
          entity,
          creatorColumn,
          `${quote(creatorColumn)}, "created_at" DESC, "id"`,
          "The list of one account, the newest first.",
          false
        )
      ]
    : []),
  ...entity.fields.flatMap((field) => [
    ...(field.unique ? [unique(entity, field)] : []),
    ...(field.type === "reference" && (!field.unique || entity.access === "private")
      ? [
          index(
            entity,
            field.column,
            `${quote(field.column)}, "created_at" DESC`,
            `The newest of one ${field.name.written}; also found when a ${field.to} is deleted.`,
            false,
            field.required ? undefined : `${quote(field.column)} IS NOT NULL`
          )
        ]
      : [])
  ])
]

/**
 * Rows that one account may not see must not tell it which values are taken: there, a value is unique among the rows of
 * one creator. SQLite takes nulls for different from each other, so rows without a creator count as one's.
 */
const unique = (entity: Entity, field: Field): Index => {
  const { column } = field
  const { written } = field.name
  return entity.access === "private"
    ? index(
        entity,
        column,
        `coalesce(${quote(creatorColumn)}, ''), ${quote(column)}`,
        `No two of one creator have the same ${written}.`,
        true
      )
    : index(entity, column, quote(column), `No two have the same ${written}.`, true)
}

// Two underscores: no table or column has them, so two indexes never share a name.
const index = (
  entity: Entity,
  column: string,
  columns: string,
  reason: string,
  unique: boolean,
  where?: string
): Index => {
  const rows = where === undefined ? "" : ` WHERE ${where}`
  const name = `${unique ? "uq" : "ix"}_${entity.table}__${column}`
  const kind = unique ? "UNIQUE INDEX" : "INDEX"
  return {
    name,
    columns: columns + rows,
    reason,
    sql: `CREATE ${kind} IF NOT EXISTS ${quote(name)} ON ${quote(entity.table)} (${columns})${rows}`
  }
}

/**
 * The index that finds text inside of texts: every three characters in a row, in any case. It has no copy of the texts,
 * and goes by `_key`. Triggers keep it, whoever writes. Columns have numbers, as FTS5 has names of its own.
 */
const searchIndex = (entity: Entity): ReadonlyArray<string> => {
  const columns = searchFields(entity).map(({ column }) => quote(column))
  if (columns.length === 0) return []
  const of = quote(entity.table)
  const index = quote(`_${entity.table}__search`)
  const numbers = columns.map((_, n) => `"c${n}"`).join(", ")
  const trigger = (when: string, event: string, ...does: ReadonlyArray<string>) =>
    [
      `CREATE TRIGGER IF NOT EXISTS ${quote(`_${entity.table}__search_${when}`)} AFTER ${event} ON ${of} BEGIN`,
      ...does.map((statement) => `  ${statement};`),
      "END"
    ].join("\n")
  const values = columns.map((column) => `new.${column}`).join(", ")
  const add = `INSERT INTO ${index} (rowid, ${numbers}) VALUES (new."_key", ${values})`
  const remove = `DELETE FROM ${index} WHERE rowid = old."_key"`
  return [
    `CREATE VIRTUAL TABLE IF NOT EXISTS ${index} USING fts5(${numbers}, content='', contentless_delete=1, tokenize='trigram')`,
    trigger("insert", "INSERT", add),
    trigger("update", `UPDATE OF ${columns.join(", ")}`, remove, add),
    trigger("delete", "DELETE", remove)
  ]
}

const table = (entity: Entity, tables: ReadonlyMap<string, string>): string =>
  [
    `CREATE TABLE IF NOT EXISTS ${quote(entity.table)} (`,
    [
      // Its place in the file. SQLite has one anyway, but without a name it would change when the file is vacuumed.
      `"_key" INTEGER PRIMARY KEY`,
      `"id" TEXT NOT NULL UNIQUE`,
      ...entity.fields.map((field) => column(field, tables)),
      ...(entity.access === undefined ? [] : [`${quote(creatorColumn)} TEXT`]),
      `"created_at" TEXT NOT NULL`,
      `"updated_at" TEXT NOT NULL`
    ]
      .map((line) => `  ${line}`)
      .join(",\n"),
    ") STRICT"
  ].join("\n")

const column = (field: Field, tables: ReadonlyMap<string, string>): string => {
  const name = quote(field.column)
  const initial = field.type === "reference" || field.default === undefined ? undefined : literal(field.default)
  const tests = checks(field)
  const refers =
    field.type === "reference"
      ? ` REFERENCES ${quote(tables.get(field.to) ?? field.to)} ("id") ON DELETE ${deletion[field.onDelete]}`
      : ""
  return [
    `${name} ${storage[field.type]}`,
    field.required ? " NOT NULL" : "",
    initial === undefined ? "" : ` DEFAULT ${initial}`,
    tests.length === 0 ? "" : ` CHECK (${tests.join(" AND ")})`,
    refers
  ].join("")
}

const storage: Readonly<Record<Field["type"], string>> = {
  string: "TEXT",
  text: "TEXT",
  integer: "INTEGER",
  number: "REAL",
  boolean: "INTEGER",
  date: "TEXT",
  enum: "TEXT",
  reference: "TEXT"
}

// `NO ACTION` refuses at the end of the deletion, `RESTRICT` in the middle of it: there it would depend on the order of
// rows whether two that go together, one of which refers to the other, can be deleted.
const deletion = { restrict: "NO ACTION", cascade: "CASCADE", setNull: "SET NULL" } as const

/** Tests that a value must pass; a null passes all of them, as a comparison with null is not false. */
const checks = (field: Field): ReadonlyArray<string> => {
  const name = quote(field.column)
  switch (field.type) {
    case "string":
    case "text":
      return [
        ...(field.minLength === undefined ? [] : [`length(${name}) >= ${field.minLength}`]),
        ...(field.maxLength === undefined ? [] : [`length(${name}) <= ${field.maxLength}`])
      ]
    case "integer":
    case "number":
      return [
        ...(field.min === undefined ? [] : [`${name} >= ${literal(field.min)}`]),
        ...(field.max === undefined ? [] : [`${name} <= ${literal(field.max)}`])
      ]
    case "boolean":
      return [`${name} IN (0, 1)`]
    case "date":
      // `date` moves a day that does not exist into the next month, and so differs from what was written.
      return [`${name} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'`, `date(${name}) = ${name}`]
    case "enum":
      return [`${name} IN (${field.values.map(literal).join(", ")})`]
    case "reference":
      return []
  }
}

const literal = (value: string | number | boolean): string => {
  if (typeof value === "boolean") return value ? "1" : "0"
  return typeof value === "number" ? String(value) : `'${value.replaceAll("'", "''")}'`
}

/** An identifier in SQL. Also `select` and `order` are names of fields and tables. */
export const quote = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`

const accounts: ReadonlyArray<string> = [
  `CREATE TABLE IF NOT EXISTS "_account" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "email" TEXT NOT NULL UNIQUE COLLATE NOCASE,
  "password_hash" TEXT NOT NULL,
  "administrator" INTEGER NOT NULL DEFAULT 0 CHECK ("administrator" IN (0, 1)),
  "created_at" TEXT NOT NULL
) STRICT`,
  // Holds one row once the administrator has opened or closed registration.
  `CREATE TABLE IF NOT EXISTS "_registration" (
  "id" INTEGER NOT NULL PRIMARY KEY CHECK ("id" = 1),
  "open" INTEGER NOT NULL CHECK ("open" IN (0, 1))
) STRICT`,
  `CREATE TABLE IF NOT EXISTS "_invitation" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "token_hash" TEXT NOT NULL UNIQUE,
  "created_at" TEXT NOT NULL,
  "expires_at" TEXT NOT NULL
) STRICT`,
  `CREATE TABLE IF NOT EXISTS "_session" (
  "token_hash" TEXT NOT NULL PRIMARY KEY,
  "account_id" TEXT NOT NULL REFERENCES "_account" ("id") ON DELETE CASCADE,
  "created_at" TEXT NOT NULL,
  "expires_at" TEXT NOT NULL
) STRICT`,
  `CREATE INDEX IF NOT EXISTS "ix__session__account_id" ON "_session" ("account_id")`,
  `CREATE INDEX IF NOT EXISTS "ix__session__expires_at" ON "_session" ("expires_at")`
]

// No foreign key to the account: the record of a change outlives whoever made it.
const audit: ReadonlyArray<string> = [
  `CREATE TABLE IF NOT EXISTS "_audit_log" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "at" TEXT NOT NULL,
  "account_id" TEXT,
  "action" TEXT NOT NULL CHECK ("action" IN ('create', 'update', 'delete')),
  "entity" TEXT NOT NULL,
  "entity_id" TEXT NOT NULL,
  "changes" TEXT NOT NULL CHECK (json_valid("changes"))
) STRICT`,
  `CREATE INDEX IF NOT EXISTS "ix__audit_log__entity" ON "_audit_log" ("entity", "entity_id", "id" DESC)`
]

/** `docs/schema.sql`: runs as it is in `sqlite3`, also a second time. */
export const schemaFile = (project: Project, statements: ReadonlyArray<string>): string =>
  [
    // A name may hold no line break, so the comment ends where it should.
    `-- ${project.name.written}: the schema. The backend applies it when it starts.`,
    "PRAGMA foreign_keys = ON;",
    ...statements.map((statement) => `${statement};`),
    ""
  ].join("\n\n")
