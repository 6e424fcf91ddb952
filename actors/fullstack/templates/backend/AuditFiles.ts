/**
 * The audit log of the generated backend.
 *
 * Plain text that `Sections.fill` makes fit for one project. Written as the files will stand, apart from escapes.
 *
 * @since 0.1.0
 */
import type { TemplateFile } from "./Sections.ts"

export const auditFiles: ReadonlyArray<TemplateFile> = [
  {
    path: "src/audit/log.ts",
    when: "audit",
    text: `/** The audit log: who did what to which record, written in the transaction of the change itself. */
import { type Argument, type Database, quote, type WriteTransaction } from "../database.ts";
import type { Paging } from "../http/query.ts";
/*IF auth*/
import type { Actor } from "../records/actor.ts";
/*END*/
import type { Entity, Field, RecordRow, ReferenceField, Value } from "../records/entity.ts";

export interface Change {
  readonly action: "create" | "update";
  readonly entity: Entity;
  readonly before: RecordRow | undefined;
  readonly after: RecordRow;
}

export async function recordChange(tx: WriteTransaction, /*IF auth*/actor: Actor, /*END*/change: Change): Promise<void> {
  const { action, after, before, entity } = change;
  await tx.run(
    "INSERT INTO _audit_log (at, account_id, action, entity, entity_id, changes) VALUES (?, ?, ?, ?, ?, ?)",
/*IF auth*/
    [
      new Date().toISOString(),
      actor.id,
      action,
      entity.name,
      after.id,
      JSON.stringify(differences(entity, before, after)),
    ],
/*ELSE auth*/
    [new Date().toISOString(), null, action, entity.name, after.id, JSON.stringify(differences(entity, before, after))],
/*END*/
  );
}

/**
 * The removal of all records that the table \`_gone\` has for an entity, in one statement: there may be very many. Each
 * field that is not empty goes from its value to null.
 */
export async function recordRemoval(tx: WriteTransaction, /*IF auth*/actor: Actor, /*END*/entity: Entity, place: number): Promise<void> {
  const changes = entity.fields.map((field) => change(field, \`\${column(field)} IS NOT NULL\`));
  await record(tx, /*IF auth*/actor, /*END*/"delete", entity, changes, [], "gone.entity = ?", [place]);
}

/** The records that stay and lose a reference to one that is in \`_gone\`. */
export async function recordEmptied(
  tx: WriteTransaction,
/*IF auth*/
  actor: Actor,
/*END*/
  entity: Entity,
  place: number,
  emptied: ReadonlyArray<{ readonly field: ReferenceField; readonly target: number }>,
): Promise<void> {
  const refers = (field: Field) => \`\${column(field)} IN (SELECT id FROM temp._gone WHERE entity = ?)\`;
  const targets = emptied.map(({ target }) => target);
  const changes = emptied.map(({ field }) => change(field, refers(field)));
  const where = \`(\${emptied.map(({ field }) => refers(field)).join(" OR ")}) AND gone.id IS NULL\`;
  await record(tx, /*IF auth*/actor, /*END*/"update", entity, changes, targets, where, targets, place);
}

const column = (field: Field) => \`row.\${quote(field.column)}\`;

/** One member of \`changes\`, with a comma before it, where the condition holds. */
const change = (field: Field, condition: string): string => {
  const name = JSON.stringify(field.name).replaceAll("'", "''");
  return \`CASE WHEN \${condition} THEN ',\${name}:{"from":' || \${valueAsJson(field)} || ',"to":null}' ELSE '' END\`;
};

function valueAsJson(field: Field): string {
  switch (field.type) {
    case "integer":
      return column(field);
    case "number":
      // With all digits that tell one number from another.
      return \`printf('%!.17g', \${column(field)})\`;
    case "boolean":
      return \`CASE \${column(field)} WHEN 1 THEN 'true' ELSE 'false' END\`;
    default:
      return \`json_quote(\${column(field)})\`;
  }
}

/** An entry for each row of an entity that is, or is not, in \`_gone\`. */
async function record(
  tx: WriteTransaction,
/*IF auth*/
  actor: Actor,
/*END*/
  action: "update" | "delete",
  entity: Entity,
  changes: ReadonlyArray<string>,
  argsOfChanges: ReadonlyArray<Argument>,
  where: string,
  argsOfWhere: ReadonlyArray<Argument>,
  place?: number,
): Promise<void> {
  const table = quote(entity.table);
  const from =
    place === undefined
      ? \`temp._gone AS gone JOIN \${table} AS row ON row.id = gone.id\`
      : \`\${table} AS row LEFT JOIN temp._gone AS gone ON gone.entity = ? AND gone.id = row.id\`;
  await tx.run(
    \`INSERT INTO _audit_log (at, account_id, action, entity, entity_id, changes) SELECT ?, ?, ?, ?, row.id, '{' || substr(\${["''", ...changes].join(" || ")}, 2) || '}' FROM \${from} WHERE \${where} ORDER BY \${place === undefined ? "gone.nth" : "row.id"}\`,
    [
      new Date().toISOString(),
      /*IF auth*/actor.id/*ELSE auth*/null/*END*/,
      action,
      entity.name,
      ...argsOfChanges,
      ...(place === undefined ? [] : [place]),
      ...argsOfWhere,
    ],
  );
}

/** For each field that differs its value before and after; null where there was no record. */
function differences(entity: Entity, before: RecordRow | undefined, after: RecordRow) {
  const changed = entity.fields
    .map(({ name }) => [name, { from: before?.[name] ?? null, to: after[name] ?? null }] as const)
    .filter(([, { from, to }]) => from !== to);
  return Object.fromEntries<{ readonly from: Value; readonly to: Value }>(changed);
}

/** The newest first. */
export async function listChanges(database: Database, { page, pageSize }: Paging) {
  const [rows, counts] = await database.queryAll([
    [
      "SELECT id, at, account_id, action, entity, entity_id, changes FROM _audit_log ORDER BY id DESC LIMIT ? OFFSET ?",
      [pageSize, (page - 1) * pageSize],
    ],
    ["SELECT count(*) FROM _audit_log", []],
  ]);
  const items = (rows ?? []).map((row) => ({
    id: row["id"],
    at: row["at"],
    accountId: row["account_id"],
    action: row["action"],
    entity: row["entity"],
    entityId: row["entity_id"],
    changes: JSON.parse(String(row["changes"])),
  }));
  return { items, total: Number(counts?.[0]?.[0]), page, pageSize };
}
`
  },
  {
    path: "src/audit/routes.ts",
    when: "audit",
    text: `/** \`GET /api/audit-log\`/*IF auth*/, for the administrator alone: it holds what records held that others may not see/*END*/. */
import { Router } from "express";
/*IF auth*/
import { onlyAdministrator } from "../auth/administration.ts";
/*END*/
import type { Database } from "../database.ts";
import { onlyMethods } from "../http/errors.ts";
import { Query } from "../http/query.ts";
import { listChanges } from "./log.ts";

export function auditRoutes(database: Database): Router {
  const router = Router({ caseSensitive: true });
  router
    .route("/api/audit-log")
    .get(/*IF auth*/onlyAdministrator, /*END*/async (req, res) => {
      const query = new Query(req);
      const paging = query.takePaging();
      query.done();
      res.json(await listChanges(database, paging));
    })
    .all(onlyMethods("GET", "HEAD"));
  return router;
}
`
  }
]
