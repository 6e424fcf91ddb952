/**
 * Fills a backend's database file with rows, in SQL and behind its back: over HTTP 100,000 rows of each entity would take
 * many minutes.
 */
import Database from "better-sqlite3"
import { type Field, fromInput } from "../../../actors/fullstack/Project.ts"

const words = "amber birch cedar delta ember frost grove haven inlet jewel knoll larch maple north ocean pearl".split(
  " "
)

/** Words that depend on the number of the row, and on which of its fields it is. */
const text = (count: number, salt: number) =>
  Array.from({ length: count }, (_, i) => `word((n * ${2 * i + 3} + ${salt + i}) % ${words.length})`)
    .join(" || ' ' || ")
    .replaceAll(/word\(([^%]+% \d+)\)/g, "(SELECT w FROM word WHERE i = $1)")

const value = (field: Field, salt: number, target: (name: string) => string): string => {
  switch (field.type) {
    case "string":
      return field.unique ? `'unique ' || n` : text(4, salt)
    case "text":
      return text(24, salt)
    case "integer":
      return `(n * 7919) % 1000`
    case "number":
      return `((n * 7919) % 100000) / 7.0`
    case "boolean":
      return "n % 2"
    case "date":
      return `date('2024-01-01', '+' || (n % 700) || ' days')`
    case "enum":
      return `CASE n % ${field.values.length} ${field.values.map((one, i) => `WHEN ${i} THEN '${one}'`).join(" ")} END`
    case "reference":
      // The first 12,000 rows belong to the first row of what they refer to, all others to one each.
      return `(SELECT id FROM "${target(field.to)}" WHERE _key = CASE WHEN n <= 12000 THEN 1 ELSE 1 + (n * 31) % (SELECT max(_key) FROM "${target(field.to)}") END)`
  }
}

/** `rows` of each entity, in an order that lets each refer to those before it. References to its own kind stay empty. */
export const fill = (file: string, requirements: unknown, rows: number): void => {
  const { entities } = fromInput(requirements)
  const table = (name: string) => entities.find((entity) => entity.name.written === name)!.table
  const db = new Database(file, { timeout: 10_000 })
  try {
    db.pragma("foreign_keys = OFF")
    db.pragma("synchronous = OFF")
    db.exec("CREATE TEMP TABLE word (i INTEGER PRIMARY KEY, w TEXT)")
    const word = db.prepare("INSERT INTO word VALUES (?, ?)")
    for (const [i, w] of words.entries()) word.run(i, w)
    for (const entity of entities) {
      const fields = entity.fields.filter((field) => !(field.type === "reference" && field.to === entity.name.written))
      const columns = ["id", ...fields.map(({ column }) => column), "created_at", "updated_at"]
      const at = "strftime('%Y-%m-%dT%H:%M:%fZ', '2024-01-01', '+' || n || ' seconds')"
      const id =
        "lower(printf('%08x-%04x-4%03x-8%03x-%s', n, n % 65536, n % 4096, n % 4096, substr(hex(randomblob(6)), 1, 12)))"
      const values = [id, ...fields.map((field, i) => value(field, i, table)), at, at]
      db.exec(`
        WITH RECURSIVE row(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM row WHERE n < ${rows})
        INSERT INTO "${entity.table}" (${columns.map((name) => `"${name}"`).join(", ")})
        SELECT ${values.join(", ")} FROM row`)
    }
  } finally {
    db.close()
  }
}
