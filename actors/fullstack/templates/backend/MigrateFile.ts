/**
 * How the generated backend brings a database file up to its schema, and refuses one that it cannot bring there.
 *
 * Plain text that `Sections.fill` makes fit for one project. Written as the file will stand, apart from escapes.
 *
 * @since 0.1.0
 */
import type { TemplateFile } from "./Sections.ts"

export const migrateFile: TemplateFile = {
  path: "src/migrate.ts",
  text: `/**
 * Brings the database file up to the schema of this version.
 *
 * SQLite keeps the statement that made each table, index and view: those of the file are compared with those of the
 * schema. A table that differs is made anew with its rows, which must keep the new rules. Nothing that holds data is
 * dropped. Where data stands in the way all stays as it was: the service says why, and does not start.
 */
import { createClient } from "@libsql/client";
import { type Database, type Queryable, quote, type WriteTransaction } from "./database.ts";
import { schema } from "./schema.ts";

export async function applySchema(database: Database): Promise<void> {
  const wanted = new Map((await wantedObjects()).map((part) => [part.name, part]));
  try {
    // Without foreign keys, or dropping a table to make it anew would delete the rows that refer to it.
    await database.write((tx) => migrate(tx, wanted), "OFF");
  } catch (error) {
    if (!(error instanceof MigrationRefused)) throw error;
    throw new Error(
      \`The database \${database.file} does not fit this version: \${error.message}. Nothing was changed. \` +
        "Mend it with sqlite3 (docs/schema.sql has every table as it should be), or name a new file in DATABASE_FILE.",
    );
  }
}

/** Data stands in the way of the schema. */
class MigrationRefused extends Error {}

/** A table, index, view or trigger. */
interface SchemaObject {
  readonly type: string;
  readonly name: string;
  /** Of an index or trigger: whose it is. */
  readonly table: string;
  readonly sql: string;
}

async function objectsOf(state: Queryable): Promise<ReadonlyArray<SchemaObject>> {
  const rows = await state.query(
    "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*'",
  );
  return rows.map((row) => ({
    type: String(row[0]),
    name: String(row[1]),
    table: String(row[2]),
    sql: String(row[3]),
  }));
}

/** What SQLite makes of the schema. */
async function wantedObjects(): Promise<ReadonlyArray<SchemaObject>> {
  const client = createClient({ url: ":memory:" });
  try {
    await client.executeMultiple(schema.join(";\\n"));
    return await objectsOf({ query: async (sql) => (await client.execute(sql)).rows });
  } finally {
    client.close();
  }
}

async function migrate(tx: WriteTransaction, wanted: ReadonlyMap<string, SchemaObject>): Promise<void> {
  const found = await objectsOf(tx);
  const names = new Set(found.map((part) => part.name));
  const others = found.filter((part) => wanted.get(part.name)?.sql !== part.sql);

  for (const { name, table, type } of others) {
    // Indexes, views and triggers hold no data: they are made again below. Those that are named otherwise somebody else made.
    const ours =
      (type === "index" && wanted.has(table) && /^(ix|uq)_.+__/.test(name)) || (type === "trigger" && isOfSearch(name));
    if (type !== "table" && (ours || wanted.get(name)?.type === type)) await tx.run(\`DROP \${type} \${quote(name)}\`);
  }
  // So is an index for searches, which is a table to SQLite and takes the tables that it consists of along.
  for (const { name, sql } of others) {
    if (isOfSearch(name) && sql.startsWith("CREATE VIRTUAL TABLE")) await tx.run(\`DROP TABLE \${quote(name)}\`);
  }
  const rebuilt: Array<string> = [];
  for (const { name, type } of others) {
    if (type !== "table" || isOfSearch(name)) continue;
    const part = wanted.get(name);
    if (part !== undefined) {
      await rebuildTable(tx, part);
      rebuilt.push(name);
    } else if (names.has(\`ix_\${name}__created_at\`)) {
      // It has the index that every entity's table has: an earlier version knew the entity.
      if (await holds(tx, name))
        throw new MigrationRefused(\`table "\${name}" has rows and is not known to this version\`);
      await tx.run(\`DROP TABLE \${quote(name)}\`);
    }
  }
  for (const statement of schema) await tx.run(statement).catch(refuseOnConstraint("rows"));
  await fillSearch(tx, new Set(found.filter((part) => !others.includes(part)).map((part) => part.name)), rebuilt);
/*IF auth*/
  // Accounts of an earlier version: the first of them is the administrator, as if it registered today.
  await tx.run(
    "UPDATE _account SET administrator = 1 WHERE rowid = (SELECT rowid FROM _account ORDER BY created_at, rowid LIMIT 1) AND NOT EXISTS (SELECT 1 FROM _account WHERE administrator = 1)",
  );
/*END*/
  for (const name of rebuilt) {
    const [broken] = await tx.query("SELECT parent FROM pragma_foreign_key_check(?)", [name]);
    if (broken) throw new MigrationRefused(\`table "\${name}" refers to rows of "\${broken[0]}" that are not there\`);
  }
}

const isOfSearch = (name: string) => /^_.+__search/.test(name);

/** Fills the indexes for searches that are new, or whose rows may have other keys now, as their triggers would. */
async function fillSearch(
  tx: WriteTransaction,
  unchanged: ReadonlySet<string>,
  rebuilt: ReadonlyArray<string>,
): Promise<void> {
  for (const statement of schema) {
    const [, table = "", insert = "", columns = ""] =
      /AFTER INSERT ON "((?:[^"]|"")+)" BEGIN\\s+(INSERT INTO .+) VALUES \\((.+)\\);\\s+END$/.exec(statement) ?? [];
    const name = table.replaceAll('""', '"');
    const index = \`_\${name}__search\`;
    if (insert === "" || (unchanged.has(index) && !rebuilt.includes(name))) continue;
    if (unchanged.has(index)) await tx.run(\`INSERT INTO \${quote(index)} (\${quote(index)}) VALUES ('delete-all')\`);
    // Left to those who write anyway: a deletion of many rows would take three times as long.
    await tx.run(\`INSERT INTO \${quote(index)} (\${quote(index)}, rank) VALUES ('deletemerge', 0)\`);
    await tx.run(\`\${insert} SELECT \${columns.replaceAll("new.", "")} FROM \${quote(name)}\`);
  }
}

/** Replaces a table by another of the same name, and its rows go along. */
async function rebuildTable(tx: WriteTransaction, { name, sql }: SchemaObject): Promise<void> {
  const attached = await tx.query(
    "SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND type IN ('index', 'trigger') AND sql IS NOT NULL",
    [name],
  );
  const before = await columnsOf(tx, name);
  await tx.run(\`CREATE TABLE _rows AS SELECT * FROM \${quote(name)}\`);
  await tx.run(\`DROP TABLE \${quote(name)}\`);
  await tx.run(sql);

  const after = new Set(await columnsOf(tx, name));
  for (const column of before) {
    if (!after.has(column) && (await holds(tx, "_rows", \`\${quote(column)} IS NOT NULL\`))) {
      throw new MigrationRefused(\`column "\${column}" of table "\${name}" has values and is not known to this version\`);
    }
  }
  // A column that is new gets its default.
  const kept = before.filter((column) => after.has(column));
  const columns = kept.map(quote).join(", ");
  const insert = \`INSERT INTO \${quote(name)} (\${columns}) SELECT \${columns} FROM _rows\`;
  await tx.run(insert).catch(refuseOnConstraint(\`rows of table "\${name}"\`));
  // A column of another type takes what it can convert: "007" would become 7.
  const changed = \`SELECT \${columns} FROM _rows EXCEPT SELECT \${columns} FROM \${quote(name)} LIMIT 1\`;
  if ((await tx.query(changed)).length > 0)
    throw new MigrationRefused(\`table "\${name}" cannot keep its values as they are\`);
  await tx.run("DROP TABLE _rows");
  for (const row of attached) await tx.run(String(row[0]));
}

async function columnsOf(state: Queryable, table: string): Promise<ReadonlyArray<string>> {
  return (await state.query("SELECT name FROM pragma_table_info(?)", [table])).map((row) => String(row[0]));
}

async function holds(state: Queryable, table: string, condition = "1"): Promise<boolean> {
  return (await state.query(\`SELECT 1 FROM \${quote(table)} WHERE \${condition} LIMIT 1\`)).length > 0;
}

/** What SQLite says where a rule is broken names the column. */
const refuseOnConstraint = (rows: string) => (error: { readonly code?: unknown; readonly message: string }) => {
  throw error.code === "SQLITE_CONSTRAINT"
    ? new MigrationRefused(\`\${rows} break a rule of this version (\${error.message.replace("SQLITE_CONSTRAINT: ", "")})\`)
    : error;
};
`
}
