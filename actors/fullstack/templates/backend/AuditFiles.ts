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
import type { Response } from "express";
import type { Database, WriteTransaction } from "../database.ts";
import type { Paging } from "../http/query.ts";
import type { Entity, RecordRow, Value } from "../records/entity.ts";

/** The id of the account that acts; null where nobody signs in. */
export type Actor = string | null;

export interface Change {
  readonly action: "create" | "update" | "delete";
  readonly entity: Entity;
  readonly before: RecordRow | undefined;
  readonly after: RecordRow | undefined;
}

export const actorOf = (res: Response): Actor => (res.locals["accountId"] as string | undefined) ?? null;

export async function recordChange(tx: WriteTransaction, actor: Actor, change: Change): Promise<void> {
  const { action, after, before, entity } = change;
  await tx.run(
    "INSERT INTO _audit_log (at, account_id, action, entity, entity_id, changes) VALUES (?, ?, ?, ?, ?, ?)",
    [
      new Date().toISOString(),
      actor,
      action,
      entity.name,
      (after ?? before)?.id ?? null,
      JSON.stringify(differences(entity, before, after)),
    ],
  );
}

/** For each field that differs its value before and after; null where there was, or is, no record. */
function differences(entity: Entity, before: RecordRow | undefined, after: RecordRow | undefined) {
  const changed = entity.fields
    .map(({ name }) => [name, { from: before?.[name] ?? null, to: after?.[name] ?? null }] as const)
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
    path: "src/audit/dependents.ts",
    when: "audit",
    text: `/**
 * What a deletion takes with it: the database deletes or changes records that refer to a deleted one, and tells nobody.
 * The same is worked out here beforehand, so that the audit log knows of each.
 */

import type { Queryable } from "../database.ts";
import type { Entity, RecordRow } from "../records/entity.ts";
import { readReferring } from "../records/rows.ts";
import type { Change } from "./log.ts";

/** The deletion of \`record\` and everything that follows from it, in that order. Call it before deleting. */
export async function affectedByDelete(
  state: Queryable,
  entities: ReadonlyArray<Entity>,
  entity: Entity,
  record: RecordRow,
): Promise<ReadonlyArray<Change>> {
  const deleted = new Map([[record.id, { entity, record }]]);
  const emptied = new Map<string, { readonly entity: Entity; readonly before: RecordRow; after: RecordRow }>();

  // A Map visits what is added while it is walked, so this follows chains of cascades, and rings only once.
  for (const parent of deleted.values()) {
    for (const child of entities) {
      for (const field of child.fields) {
        if (field.type !== "reference" || field.to !== parent.entity.name || field.onDelete === "restrict") continue;
        for (const row of await readReferring(state, child, field.column, parent.record.id)) {
          if (field.onDelete === "cascade") {
            if (!deleted.has(row.id)) deleted.set(row.id, { entity: child, record: row });
          } else {
            const known = emptied.get(row.id) ?? { entity: child, before: row, after: row };
            emptied.set(row.id, { ...known, after: { ...known.after, [field.name]: null } });
          }
        }
      }
    }
  }

  const deletions = [...deleted.values()].map((one): Change => ({
    action: "delete",
    entity: one.entity,
    before: one.record,
    after: undefined,
  }));
  const updates = [...emptied]
    .filter(([id]) => !deleted.has(id))
    .map(([, one]): Change => ({ action: "update", entity: one.entity, before: one.before, after: one.after }));
  return [...deletions, ...updates];
}
`
  },
  {
    path: "src/audit/routes.ts",
    when: "audit",
    text: `/** \`GET /api/audit-log\`. */
import { Router } from "express";
import type { Database } from "../database.ts";
import { onlyMethods } from "../http/errors.ts";
import { Query } from "../http/query.ts";
import { listChanges } from "./log.ts";

export function auditRoutes(database: Database): Router {
  const router = Router({ caseSensitive: true });
  router
    .route("/api/audit-log")
    .get(async (req, res) => {
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
