/**
 * The test of how the generated backend brings older database files up to its schema.
 *
 * Plain text that `Sections.fill` makes fit for one project. Written as the file will stand, apart from escapes.
 *
 * @since 0.1.0
 */
import { named, suite } from "../../internal/TestSuite.ts"
import type { Flag, TemplateFile } from "./Sections.ts"

export const migrateTestFile: TemplateFile = {
  path: "test/migrate.test.ts",
  ...suite<Flag>`/** Database files of other versions: what is brought up to this one with its rows, and what is refused. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { Database, quote } from "../src/database.ts";
import { entities } from "../src/entities.ts";
import { applySchema } from "../src/migrate.ts";
import { create{{Name}} } from "./fixtures/{{file}}.ts";
import { type Row, TestServer } from "./support/server.ts";

const path = "{{path}}";
const table = entities.find((entity) => entity.path === path)?.table ?? "";
let server: TestServer;
let database: Database;
let row: Row;

beforeEach(async () => {
  server = await TestServer.start();
  row = await create{{Name}}(server);
  database = await Database.open(server.databaseFile);
});
afterEach(async () => {
  await database.close();
  await server.close();
});

const run = (...statements: ReadonlyArray<string>) =>
  database.write(async (tx) => {
    for (const statement of statements) await tx.run(statement);
  });

/** Every table, index and view, as the statement that makes it. */
const parts = async () =>
  (await database.query("SELECT sql FROM sqlite_schema ORDER BY name")).map((part) => part["sql"]);

it(${named("changes nothing in a file of this version")}, async () => {
  const before = await database.query("PRAGMA schema_version");
  await applySchema(database);
  expect(await database.query("PRAGMA schema_version")).toEqual(before);
});

it(${named("makes tables that differ anew, and keeps their rows and those that refer to them")}, async () => {
  const before = await parts();
  const tables = await database.query(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '*__search*'",
  );
  await run(...tables.map(({ name }) => \`ALTER TABLE \${quote(String(name))} ADD COLUMN old TEXT\`));
  await applySchema(database);
  expect(await parts()).toEqual(before);
  expect((await server.get(\`\${path}/\${row.id}\`)).body).toEqual(row);
});

it(${named("has the database itself refuse references that lead nowhere, whoever writes them")}, async () => {
  for (const { fields, table: owner } of entities) {
    const keys = await database.query(\`PRAGMA foreign_key_list(\${quote(owner)})\`);
    const guarded = keys.map((key) => key["from"]);
    for (const { column, type } of fields) if (type === "reference") expect(guarded, owner).toContain(column);
  }
});

it(${named("makes indexes and views that differ anew")}, async () => {
  const before = await parts();
  const index = quote(\`ix_\${table}__created_at\`);
  await run(
    \`DROP INDEX \${index}\`,
    \`CREATE INDEX \${index} ON \${quote(table)} ("updated_at")\`,
    \`CREATE UNIQUE INDEX \${quote(\`uq_\${table}__updated_at\`)} ON \${quote(table)} ("updated_at")\`,
    'DROP VIEW "_summary"',
    'CREATE VIEW "_summary" ("table") AS SELECT 1',
  );
  await applySchema(database);
  expect(await parts()).toEqual(before);
});

it(${named("refuses what would lose values or break rules, until somebody has mended it")}, async () => {
  const before = await parts();
  const cases = [
    {
      older: [\`ALTER TABLE \${quote(table)} ADD COLUMN old TEXT DEFAULT 'kept'\`],
      problem: \`column "old" of table "\${table}" has values and is not known to this version\`,
      mended: [\`UPDATE \${quote(table)} SET old = NULL\`],
    },
    {
      older: ['DROP VIEW "_summary"', \`ALTER TABLE \${quote(table)} DROP COLUMN updated_at\`],
      problem: \`rows of table "\${table}" break a rule of this version (NOT NULL constraint failed: \${table}.updated_at)\`,
      mended: [
        \`ALTER TABLE \${quote(table)} ADD COLUMN updated_at TEXT\`,
        \`UPDATE \${quote(table)} SET updated_at = created_at\`,
      ],
    },
    {
      older: [
        'DROP VIEW "_summary"',
        \`ALTER TABLE \${quote(table)} DROP COLUMN updated_at\`,
        \`ALTER TABLE \${quote(table)} ADD COLUMN updated_at REAL DEFAULT 0.5\`,
      ],
      problem: \`table "\${table}" cannot keep its values as they are\`,
      mended: [
        \`ALTER TABLE \${quote(table)} DROP COLUMN updated_at\`,
        \`ALTER TABLE \${quote(table)} ADD COLUMN updated_at TEXT\`,
        \`UPDATE \${quote(table)} SET updated_at = created_at\`,
      ],
    },
    {
      older: [
        "CREATE TABLE _gone (created_at TEXT)",
        "CREATE INDEX ix__gone__created_at ON _gone (created_at)",
        "INSERT INTO _gone VALUES ('2026')",
      ],
      problem: 'table "_gone" has rows and is not known to this version',
      mended: ["DELETE FROM _gone"],
    },
  ];
  for (const { mended, older, problem } of cases) {
    await run(...older);
    const asFound = await parts();
    await expect(applySchema(database)).rejects.toThrow(
      \`The database \${database.file} does not fit this version: \${problem}. Nothing was changed.\`,
    );
    expect(await parts()).toEqual(asFound);
    await run(...mended);
    await applySchema(database);
    expect(await parts()).toEqual(before);
  }
  expect((await server.get(\`\${path}/\${row.id}\`)).body).toEqual({ ...row, updatedAt: row.createdAt });
});
`
}
