/**
 * What a schema in SQL says of its columns. Keys, references and indexes are asked from SQLite, which has run it; the
 * limits are in checks, which SQLite keeps as text, so these are read token by token.
 */
import type Database from "better-sqlite3"
import { byName, type Facts } from "./Facts.ts"

type Token = { readonly kind: "text" | "name" | "other"; readonly text: string }

const tokens = (sql: string): ReadonlyArray<Token> =>
  [...sql.matchAll(/'((?:[^']|'')*)'|"((?:[^"]|"")*)"|(-?[0-9][0-9.]*(?:e[+-]?[0-9]+)?|[A-Za-z_]+|[<>=]+|[(),])/g)].map(
    ([, text, name, other]) =>
      text !== undefined
        ? { kind: "text", text: text.replaceAll("''", "'") }
        : name !== undefined
          ? { kind: "name", text: name.replaceAll('""', '"') }
          : { kind: "other", text: other ?? "" }
  )

/** The definitions between the outermost parentheses. */
const definitions = (all: ReadonlyArray<Token>): ReadonlyArray<ReadonlyArray<Token>> => {
  const found: Array<Array<Token>> = []
  let depth = 0
  for (const token of all) {
    const sign = token.kind === "other" ? token.text : ""
    if (sign === ")") depth--
    if (depth === 1 && sign === ",") found.push([])
    else if (depth > 0) found.at(-1)?.push(token)
    if (sign === "(") {
      depth++
      if (depth === 1) found.push([])
    }
  }
  return found
}

const limitsOf = (definition: ReadonlyArray<Token>): Partial<Facts> => {
  const limits: { -readonly [Key in keyof Facts]?: Facts[Key] } = {}
  definition.forEach(({ kind, text }, at) => {
    const next = definition[at + 1]
    if (kind === "other" && (text === ">=" || text === "<=") && next?.kind === "other") {
      const ofLength = definition[at - 1]?.text === ")"
      const least = text === ">="
      limits[ofLength ? (least ? "minLength" : "maxLength") : least ? "min" : "max"] = Number(next.text)
    }
    // Numbers of a boolean, texts of an enum.
    if (kind === "other" && text === "IN") {
      const listed = definition.slice(
        at + 2,
        definition.findIndex((one, n) => n > at && one.kind === "other" && one.text === ")")
      )
      const values = listed.filter((one) => one.kind === "text").map((one) => one.text)
      if (values.length > 0) limits.values = values
      else limits.type = "boolean"
    }
    if (kind === "other" && text === "GLOB") limits.type = "date"
    if (kind === "other" && text === "DEFAULT" && next !== undefined) {
      limits.default = next.kind === "text" ? next.text : Number(next.text)
    }
  })
  return limits
}

export interface Index {
  readonly unique: boolean
  /** `created_at DESC` for the descending ones. */
  readonly columns: ReadonlyArray<string>
  /** Whether it leaves out some rows. */
  readonly partial: boolean
}

/** A table's columns, by name, without those that only the backend knows. */
export const columnsOf = (db: Database.Database, table: string): Readonly<Record<string, Partial<Facts>>> => {
  const { sql } = db.prepare("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?").get(table) as {
    readonly sql: string
  }
  const limits = new Map(definitions(tokens(sql)).map((one) => [one[0]?.text, limitsOf(one)]))
  const indexes = indexesOf(db, table)
  const keys = db.prepare("SELECT * FROM pragma_foreign_key_list(?)").all(table) as ReadonlyArray<{
    readonly from: string
    readonly table: string
    readonly on_delete: string
  }>
  const columns = db
    .prepare("SELECT * FROM pragma_table_info(?) WHERE name NOT LIKE '\\_%' ESCAPE '\\'")
    .all(table) as ReadonlyArray<{
    readonly name: string
    readonly type: string
    readonly notnull: number
  }>
  return byName(
    columns.map(({ name, notnull, type }) => {
      const key = keys.find(({ from }) => from === name)
      const unique = indexes.some((index) => index.unique && index.columns.at(-1) === name)
      const refers = key === undefined ? {} : { to: key.table, onDelete: key.on_delete }
      return [name, { type, required: notnull === 1, unique, ...limits.get(name), ...refers }] as const
    })
  )
}

export const indexesOf = (db: Database.Database, table: string): ReadonlyArray<Index> =>
  (
    db.prepare("SELECT * FROM pragma_index_list(?) WHERE origin = 'c'").all(table) as ReadonlyArray<{
      readonly name: string
      readonly unique: number
      readonly partial: number
    }>
  ).map(({ name, partial, unique }) => ({
    unique: unique === 1,
    partial: partial === 1,
    columns: (
      db
        .prepare("SELECT name, desc FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno")
        .all(name) as ReadonlyArray<{
        readonly name: string
        readonly desc: number
      }>
    ).map((column) => (column.desc === 1 ? `${column.name} DESC` : column.name))
  }))
