/**
 * How the generated backend deletes a record and what goes with it.
 *
 * Plain text that `Sections.fill` makes fit for one project. Written as the file will stand, apart from escapes.
 *
 * @since 0.1.0
 */
import type { TemplateFile } from "./Sections.ts"

export const removalFile: TemplateFile = {
  path: "src/records/removal.ts",
  text: `/**
 * Deletes a record and what goes with it, in statements for all records of a kind rather than one by one.
 *
 * The database would follow references by itself, but tells nobody/*IF audit*/, and the audit log must know of each record/*END*/; and it does not follow a
 * chain of more than 1000 records.
 */
/*IF audit*/
import { recordEmptied, recordRemoval } from "../audit/log.ts";
/*END*/
import { quote, type WriteTransaction } from "../database.ts";
import { conflict } from "../http/problem.ts";
/*IF auth*/
import { changeableBy } from "./access.ts";
import type { Actor } from "./actor.ts";
/*END*/
import type { Entity, ReferenceField } from "./entity.ts";
import { noSuch } from "./rows.ts";

/** The place of an entity among all: what the table \`_gone\` calls it. */
type Place = number;

export async function removeWithDependents(
  tx: WriteTransaction,
  entities: ReadonlyArray<Entity>,
  entity: Entity,
  id: string,
/*IF auth*/
  actor: Actor,
/*END*/
): Promise<void> {
  const places = new Map(entities.map(({ name }, place) => [name, place]));
  const first = places.get(entity.name) ?? 0;
  // In the order of discovery: first the record itself, then what refers to it, then what refers to that.
  await tx.run(
    "CREATE TEMP TABLE IF NOT EXISTS _gone (nth INTEGER PRIMARY KEY, entity INTEGER, id TEXT, UNIQUE (entity, id))",
  );
  await tx.run("DELETE FROM temp._gone");
  const { changes: found } = await tx.run(
    \`INSERT INTO temp._gone (entity, id) SELECT ?, id FROM \${quote(entity.table)} WHERE id = ?\`,
    [first, id],
  );
  if (found === 0) throw noSuch(entity, id);

  const referring = referencesTo(entities);
  const rounds: Array<{ readonly place: Place; readonly from: number; readonly to: number }> = [];
  let fresh: ReadonlyArray<readonly [Place, from: number, to: number]> = [[first, 1, 1]];
  let count = 1;
  while (fresh.length > 0) {
    const next: Array<readonly [Place, from: number, to: number]> = [];
    for (const [place, from, to] of fresh) {
      rounds.push({ place, from, to });
      for (const { child, field } of referring.get(entities[place]?.name ?? "") ?? []) {
        if (field.onDelete !== "cascade") continue;
        const { changes: added } = await tx.run(
          \`INSERT OR IGNORE INTO temp._gone (entity, id) SELECT ?, child.id FROM temp._gone AS parent CROSS JOIN \${quote(child.table)} AS child ON child.\${quote(field.column)} = parent.id WHERE parent.nth BETWEEN ? AND ? ORDER BY parent.nth, child.id\`,
          [places.get(child.name) ?? 0, from, to],
        );
        if (added > 0) next.push([places.get(child.name) ?? 0, count + 1, count + added]);
        count += added;
      }
    }
    fresh = next;
  }
  const gone = new Set(rounds.map(({ place }) => place));
/*IF auth*/
  for (const place of gone) {
    const mine = changeableBy(actor, entities[place] as Entity);
    const foreign = await tx.query(
      \`SELECT 1 FROM temp._gone AS gone JOIN \${quote(entities[place]?.table ?? "")} AS row ON row.id = gone.id WHERE gone.entity = ? AND NOT (\${mine.where}) LIMIT 1\`,
      [place, ...mine.args],
    );
    // As if they stood in the way: nobody learns more of what others have.
    if (foreign.length > 0) throw conflict(\`Other records refer to this \${entity.name}.\`);
  }
/*END*/
  for (const place of gone) {
    for (const { child, field } of referring.get(entities[place]?.name ?? "") ?? []) {
      if (field.onDelete !== "restrict") continue;
      const kept = await tx.query(
        \`SELECT 1 FROM temp._gone AS parent CROSS JOIN \${quote(child.table)} AS child ON child.\${quote(field.column)} = parent.id WHERE parent.entity = ? AND NOT EXISTS (SELECT 1 FROM temp._gone WHERE entity = ? AND id = child.id) LIMIT 1\`,
        [place, places.get(child.name) ?? 0],
      );
      if (kept.length > 0) throw conflict(\`Other records refer to this \${entity.name}.\`);
    }
  }
/*IF audit*/

  for (const place of gone) await recordRemoval(tx, /*IF auth*/actor, /*END*/entities[place] as Entity, place);
  for (const [place, child] of entities.entries()) {
    const emptied = child.fields.flatMap((field) => {
      if (field.type !== "reference" || field.onDelete !== "setNull") return [];
      const target = places.get(field.to) ?? 0;
      return gone.has(target) ? [{ field, target }] : [];
    });
    if (emptied.length > 0) await recordEmptied(tx, /*IF auth*/actor, /*END*/child, place, emptied);
  }
/*END*/

  // Last those to which the others refer. Until then, rows that go together may keep each other.
  await tx.run("PRAGMA defer_foreign_keys = ON");
  for (const { from, place, to } of rounds.reverse()) {
    const table = quote(entities[place]?.table ?? "");
    await tx.run(\`DELETE FROM \${table} WHERE id IN (SELECT id FROM temp._gone WHERE nth BETWEEN ? AND ?)\`, [from, to]);
  }
  await tx.run("DELETE FROM temp._gone");
}

/** By the name of the entity that is referred to. */
function referencesTo(entities: ReadonlyArray<Entity>) {
  const all = new Map<string, Array<{ readonly child: Entity; readonly field: ReferenceField }>>();
  for (const child of entities) {
    for (const field of child.fields) {
      if (field.type !== "reference") continue;
      const known = all.get(field.to) ?? [];
      known.push({ child, field });
      all.set(field.to, known);
    }
  }
  return all;
}
`
}
