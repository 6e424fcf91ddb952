/**
 * How the generated backend tells beforehand what a deletion takes along.
 *
 * Plain text that `Sections.fill` makes fit for one project. Written as the file will stand, apart from escapes.
 *
 * @since 0.1.0
 */
import type { TemplateFile } from "./Sections.ts"

export const deletionFile: TemplateFile = {
  path: "src/records/deletion.ts",
  text: `/**
 * Tells what deleting a record would take along, empty or meet in its way, so that somebody can decide. Nothing is changed.
 *
 * Counts no further than \`MAX_COUNTED\` records in all: who reads "more than 1000" knows enough, and nobody waits for it.
 */
import { type Argument, type Queryable, quote } from "../database.ts";
/*IF auth*/
import { changeableBy, seenBy } from "./access.ts";
import type { Actor } from "./actor.ts";
/*END*/
import type { Entity, ReferenceField } from "./entity.ts";
import { readRecord } from "./rows.ts";

export const MAX_COUNTED = 1000;

/** Parents in one statement. */
const AT_ONCE = 200;

export interface Affected {
  readonly entity: string;
  readonly count: number;
}

export interface Deletion {
  /** What is deleted as well. */
  readonly deleted: ReadonlyArray<Affected>;
  /** What stays and loses its reference. */
  readonly emptied: ReadonlyArray<Affected>;
  /** What has to go first: while there is any, the deletion is refused. */
  readonly inTheWay: ReadonlyArray<Affected>;
  /** Whether the deletion would be refused/*IF auth*/, also by what the account may not see/*END*/. */
  readonly refused: boolean;
  /** Whether everything was counted; otherwise there is more of each. */
  readonly complete: boolean;
}

export async function previewDeletion(
  state: Queryable,
  entities: ReadonlyArray<Entity>,
  entity: Entity,
  id: string,
/*IF auth*/
  actor: Actor,
/*END*/
): Promise<Deletion> {
  await readRecord(state, entity, id/*IF auth*/, actor/*END*/);
  const gone = new Tally();
  const emptied = new Tally();
  const inTheWay = new Tally();
  let complete = true;
/*IF auth*/
  const mine = changeableBy(actor, entity);
  const own = await state.query(\`SELECT 1 FROM \${quote(entity.table)} WHERE id = ? AND \${mine.where}\`, [
    id,
    ...mine.args,
  ]);
  let refused = own.length === 0;
/*ELSE auth*/
  let refused = false;
/*END*/

  /** The ids of the records of \`child\` that refer to these parents, and of which \`where\` holds. */
  const referring = async (
    { child, field }: Reference,
    ids: ReadonlySet<string>,
    where = "1",
    args: ReadonlyArray<Argument> = [],
  ): Promise<ReadonlyArray<string>> => {
    const all = [...ids];
    const found: Array<string> = [];
    for (let from = 0; from < all.length && found.length <= MAX_COUNTED; from += AT_ONCE) {
      const part = all.slice(from, from + AT_ONCE);
      const rows = await state.query(
        \`SELECT id FROM \${quote(child.table)} WHERE \${quote(field.column)} IN (\${part.map(() => "?").join(", ")}) AND \${where} LIMIT ?\`,
        [...part, ...args, MAX_COUNTED + 1],
      );
      for (const row of rows) found.push(String(row[0]));
    }
    return found;
  };

  gone.add(entity, [id]);
  let fresh: ReadonlyArray<readonly [Entity, ReadonlySet<string>]> = [[entity, new Set([id])]];
  while (fresh.length > 0 && complete) {
    const next: Array<readonly [Entity, ReadonlySet<string>]> = [];
    for (const [parent, ids] of fresh) {
      for (const reference of referencesTo(entities, parent, "cascade")) {
        const added = gone.add(reference.child, await referring(reference, ids));
        if (added.size > 0) next.push([reference.child, added]);
        complete &&= gone.size <= MAX_COUNTED;
      }
    }
    fresh = next;
  }
/*IF auth*/
  for (const [child, ids] of gone.all()) {
    if (child === entity) continue;
    const { args, where } = changeableBy(actor, child);
    for (const reference of entities.flatMap((parent) => referencesTo(entities, parent, "cascade"))) {
      if (reference.child !== child) continue;
      const parents = gone.of(entities.find(({ name }) => name === reference.field.to) ?? entity);
      const foreign = await referring(reference, parents, \`NOT (\${where})\`, args);
      // The deletion is refused as a whole; how many there are is nobody else's business.
      if (foreign.some((one) => ids.has(one))) {
        refused = true;
        gone.drop(child, foreign);
      }
    }
  }
/*END*/
  for (const [parent, ids] of [...gone.all()]) {
    for (const reference of referencesTo(entities, parent, "restrict")) {
      const kept = (await referring(reference, ids)).filter((one) => !gone.of(reference.child).has(one));
      refused ||= kept.length > 0;
/*IF auth*/
      const seen = seenBy(actor, reference.child);
      const visible = new Set(await referring(reference, ids, seen.where, seen.args));
      inTheWay.add(
        reference.child,
        kept.filter((one) => visible.has(one)),
      );
/*ELSE auth*/
      inTheWay.add(reference.child, kept);
/*END*/
    }
    for (const reference of referencesTo(entities, parent, "setNull")) {
/*IF auth*/
      const seen = seenBy(actor, reference.child);
      const found = await referring(reference, ids, seen.where, seen.args);
/*ELSE auth*/
      const found = await referring(reference, ids);
/*END*/
      emptied.add(
        reference.child,
        found.filter((one) => !gone.of(reference.child).has(one)),
      );
    }
  }
  gone.drop(entity, [id]);
  return {
    deleted: gone.counts(),
    emptied: emptied.counts(),
    inTheWay: inTheWay.counts(),
    refused,
    complete: complete && emptied.size <= MAX_COUNTED && inTheWay.size <= MAX_COUNTED,
  };
}

interface Reference {
  readonly child: Entity;
  readonly field: ReferenceField;
}

function referencesTo(
  entities: ReadonlyArray<Entity>,
  parent: Entity,
  onDelete: ReferenceField["onDelete"],
): ReadonlyArray<Reference> {
  return entities.flatMap((child) =>
    child.fields.flatMap((field) =>
      field.type === "reference" && field.to === parent.name && field.onDelete === onDelete ? [{ child, field }] : [],
    ),
  );
}

/** Ids by entity. */
class Tally {
  readonly #ids = new Map<Entity, Set<string>>();

  get size(): number {
    return [...this.#ids.values()].reduce((sum, { size }) => sum + size, 0);
  }

  all(): Iterable<readonly [Entity, ReadonlySet<string>]> {
    return this.#ids;
  }

  of(entity: Entity): ReadonlySet<string> {
    return this.#ids.get(entity) ?? new Set();
  }

  /** The ids among these that were not there. */
  add(entity: Entity, ids: ReadonlyArray<string>): ReadonlySet<string> {
    const known = this.#ids.get(entity) ?? new Set();
    this.#ids.set(entity, known);
    const added = new Set(ids.filter((id) => !known.has(id)));
    for (const id of added) known.add(id);
    return added;
  }

  drop(entity: Entity, ids: ReadonlyArray<string>): void {
    for (const id of ids) this.#ids.get(entity)?.delete(id);
  }

  counts(): ReadonlyArray<Affected> {
    return [...this.#ids].flatMap(([{ name }, { size }]) =>
      size === 0 ? [] : [{ entity: name, count: Math.min(size, MAX_COUNTED) }],
    );
  }
}
`
}
