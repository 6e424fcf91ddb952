/**
 * How the generated backend stores changes, and says why the database refused one.
 *
 * Plain text that `Sections.fill` makes fit for one project. Written as the file will stand, apart from escapes.
 *
 * @since 0.1.0
 */
import type { TemplateFile } from "./Sections.ts"

export const storeFile: TemplateFile = {
  path: "src/records/store.ts",
  text: `/** Creates, reads, changes and deletes records. Each change is one transaction: checked, stored and recorded, or nothing. */
import { randomUUID } from "node:crypto";
/*IF audit*/
import { recordChange } from "../audit/log.ts";
/*END*/
/*IF gathers*/
import {
  type Argument,
  type Database,
  type Queryable,
  quote,
  type Transaction,
  type WriteTransaction,
} from "../database.ts";
/*ELSE gathers*/
import { type Database, type Queryable, quote, type WriteTransaction } from "../database.ts";
/*END*/
import { conflict, type FieldError, invalid } from "../http/problem.ts";
import type { Paging } from "../http/query.ts";
/*IF auth*/
import { requireChange, seenBy } from "./access.ts";
import type { Actor } from "./actor.ts";
/*END*/
/*IF gathers*/
import { choose/*IF csv*/, inOrder/*END*/ } from "./chosen.ts";
/*END*/
import { type Deletion, previewDeletion } from "./deletion.ts";
import type { Entity, RecordRow } from "./entity.ts";
import { type Input, readInput } from "./input.ts";
/*IF references*/
import { type Labels, labelsOf } from "./labels.ts";
/*END*/
import { changedAt, requireState } from "./precondition.ts";
import { removeWithDependents } from "./removal.ts";
import { orderBy, readRecord, selectFrom, toRecord } from "./rows.ts";
import type { Selection } from "./selection.ts";
import { toColumn } from "./values.ts";

export interface Page {
  readonly items: ReadonlyArray<RecordRow>;
  readonly total: number;
  readonly page: number;
  readonly pageSize: number;
}

export class Store {
  readonly #database: Database;
  readonly #entities: ReadonlyMap<string, Entity>;

  constructor(database: Database, entities: ReadonlyArray<Entity>) {
    this.#database = database;
    this.#entities = new Map(entities.map((entity) => [entity.name, entity]));
  }

  async list(entity: Entity, selection: Selection, { page, pageSize }: Paging): Promise<Page> {
/*IF search*/
    if (selection.search !== undefined) return this.#search(entity, selection, { page, pageSize });
/*END*/
    const table = quote(entity.table);
    const order = orderBy(selection.order);
    // The keys are put in order before the records are read: otherwise all columns of all rows would be sorted.
    const keys = \`SELECT _key FROM \${table} WHERE \${selection.where} ORDER BY \${order} LIMIT ? OFFSET ?\`;
    const [rows, counts] = await this.#database.queryAll([
      [
        \`\${selectFrom(entity)} WHERE _key IN (\${keys}) ORDER BY \${order}\`,
        [...selection.args, pageSize, (page - 1) * pageSize],
      ],
      [\`SELECT count(*) FROM \${table} WHERE \${selection.where}\`, selection.args],
    ]);
    return { items: (rows ?? []).map((row) => toRecord(entity, row)), total: Number(counts?.[0]?.[0]), page, pageSize };
  }

  async read(entity: Entity, id: string/*IF auth*/, actor: Actor/*END*/): Promise<RecordRow> {
    return readRecord(this.#database, entity, id/*IF auth*/, actor/*END*/);
  }

/*IF references*/
  async labels(entity: Entity, ids: ReadonlyArray<string>/*IF auth*/, actor: Actor/*END*/): Promise<Labels> {
    return labelsOf(this.#database, this.#entities, entity, ids/*IF auth*/, actor/*END*/);
  }

/*END*/
  async create(entity: Entity, body: unknown/*IF auth*/, actor: Actor/*END*/): Promise<RecordRow> {
    return this.#write(entity, async (tx) => {
      const values = await this.#check(tx, entity, readInput(entity, body, "create")/*IF auth*/, undefined, actor/*END*/);
      const id = randomUUID();
      const now = new Date().toISOString();
/*IF auth*/
      const columns = [
        "id",
        ...entity.fields.map((field) => quote(field.column)),
        "_created_by",
        "created_at",
        "updated_at",
      ];
/*ELSE auth*/
      const columns = ["id", ...entity.fields.map((field) => quote(field.column)), "created_at", "updated_at"];
/*END*/
      await tx.run(
        \`INSERT INTO \${quote(entity.table)} (\${columns.join(", ")}) VALUES (\${columns.map(() => "?").join(", ")})\`,
        [id, ...entity.fields.map((field) => toColumn(values.get(field.name) ?? null)), /*IF auth*/actor.id, /*END*/now, now],
      );
      const created = await readRecord(tx, entity, id/*IF auth*/, actor/*END*/);
/*IF audit*/
      await recordChange(tx, /*IF auth*/actor, /*END*/{ action: "create", entity, before: undefined, after: created });
/*END*/
      return created;
    });
  }

  /**
   * Changes only the given fields. A body that changes nothing leaves the record as it is. With \`ifMatch\`, only the state
   * that it names is changed.
   */
/*IF auth*/
  async update(
    entity: Entity,
    id: string,
    body: unknown,
    actor: Actor,
    ifMatch?: string | undefined,
  ): Promise<RecordRow> {
/*ELSE auth*/
  async update(entity: Entity, id: string, body: unknown, ifMatch?: string | undefined): Promise<RecordRow> {
/*END*/
    return this.#write(entity, async (tx) => {
/*IF auth*/
      await requireChange(tx, actor, entity, id);
/*END*/
      const before = await readRecord(tx, entity, id/*IF auth*/, actor/*END*/);
      requireState(before, ifMatch);
      const values = await this.#check(tx, entity, readInput(entity, body, "update")/*IF auth*/, before, actor/*END*/);
      const changed = entity.fields.filter(
        (field) => values.has(field.name) && values.get(field.name) !== before[field.name],
      );
      if (changed.length === 0) return before;
      await tx.run(
        \`UPDATE \${quote(entity.table)} SET \${changed.map((field) => \`\${quote(field.column)} = ?\`).join(", ")}, updated_at = ? WHERE id = ?\`,
        [...changed.map((field) => toColumn(values.get(field.name) ?? null)), changedAt(before), id],
      );
      const after = await readRecord(tx, entity, id/*IF auth*/, actor/*END*/);
/*IF audit*/
      await recordChange(tx, /*IF auth*/actor, /*END*/{ action: "update", entity, before, after });
/*END*/
      return after;
    });
  }

  /** What deleting the record would do. Read in several steps: what changes in between may be counted or not. */
  async previewDeletion(entity: Entity, id: string/*IF auth*/, actor: Actor/*END*/): Promise<Deletion> {
    return previewDeletion(this.#database, [...this.#entities.values()], entity, id/*IF auth*/, actor/*END*/);
  }

  /** Records that refer to this one keep it, go with it or lose the reference, as the schema says for each reference. */
/*IF auth*/
  async remove(entity: Entity, id: string, actor: Actor, ifMatch?: string | undefined): Promise<void> {
/*ELSE auth*/
  async remove(entity: Entity, id: string, ifMatch?: string | undefined): Promise<void> {
/*END*/
    return this.#write(entity, async (tx) => {
/*IF auth*/
      await requireChange(tx, actor, entity, id);
/*END*/
      if (ifMatch !== undefined) requireState(await readRecord(tx, entity, id/*IF auth*/, actor/*END*/), ifMatch);
      await removeWithDependents(tx, [...this.#entities.values()], entity, id/*IF auth*/, actor/*END*/);
    });
  }
/*IF csv*/

  /** Every selected record, in order and of one state, without holding them all in memory. */
  async each(
    entity: Entity,
    selection: Selection,
    visit: (records: ReadonlyArray<RecordRow>) => Promise<void>,
  ): Promise<void> {
    await this.#database.reading(async (state) => {
      await choose(state, entity, selection, true);
      for (let offset = 0; ; offset += EXPORT_RECORDS) {
        const records = await readRecords(state, entity, selection, inOrder(selection), [EXPORT_RECORDS, offset]);
        if (records.length > 0) await visit(records);
        if (records.length < EXPORT_RECORDS) return;
      }
    });
  }
/*END*/
/*IF search*/

  async #search(entity: Entity, selection: Selection, { page, pageSize }: Paging): Promise<Page> {
    return this.#database.reading(async (state) => {
      await choose(state, entity, selection, false);
      const keys = \`SELECT _key FROM \${quote(entity.table)} WHERE _key IN (SELECT key FROM _chosen) ORDER BY \${orderBy(selection.order)} LIMIT ? OFFSET ?\`;
      const items = await readRecords(state, entity, selection, keys, [pageSize, (page - 1) * pageSize]);
      const [count] = await state.query("SELECT count(*) FROM _chosen");
      return { items, total: Number(count?.[0]), page, pageSize };
    });
  }
/*END*/

/*IF auth*/
  /**
   * Refuses the input unless every field is valid and every reference leads to something that is there for the actor. What
   * the record referred to \`before\` it may go on referring to.
   */
  async #check(
    tx: Queryable,
    entity: Entity,
    input: Input,
    before: RecordRow | undefined,
    actor: Actor,
  ): Promise<Input["values"]> {
/*ELSE auth*/
  /** Refuses the input unless every field is valid and every reference leads somewhere. */
  async #check(tx: Queryable, entity: Entity, input: Input): Promise<Input["values"]> {
/*END*/
    const errors: Array<FieldError> = [...input.errors];
    for (const field of entity.fields) {
      const id = input.values.get(field.name);
      if (field.type !== "reference" || typeof id !== "string"/*IF auth*/ || id === before?.[field.name]/*END*/) continue;
      const target = this.#entities.get(field.to);
/*IF auth*/
      if (target === undefined) continue;
      const seen = seenBy(actor, target);
      const found = await tx.query(\`SELECT 1 FROM \${quote(target.table)} WHERE id = ? AND \${seen.where}\`, [
        id,
        ...seen.args,
      ]);
      if (found.length === 0) errors/*ELSE auth*/
      const found = target && (await tx.query(\`SELECT 1 FROM \${quote(target.table)} WHERE id = ?\`, [id]));
      if (!found?.length) errors/*END*/.push({ path: field.name, message: \`no \${field.to} has this id\` });
    }
    if (errors.length > 0) throw invalid(errors);
    return input.values;
  }

  async #write<A>(entity: Entity, work: (tx: WriteTransaction) => Promise<A>): Promise<A> {
    try {
      return await this.#database.write(work);
    } catch (error) {
      throw constraintProblem(entity, error) ?? error;
    }
  }
}
/*IF csv*/

/** Records that an export holds in memory at once. */
const EXPORT_RECORDS = 200;
/*END*/
/*IF gathers*/

/** The records with the keys that a query gives, in order. */
async function readRecords(
  state: Transaction,
  entity: Entity,
  selection: Selection,
  keys: string,
  args: ReadonlyArray<Argument>,
): Promise<ReadonlyArray<RecordRow>> {
  const sql = \`\${selectFrom(entity)} WHERE _key IN (\${keys}) ORDER BY \${orderBy(selection.order)}\`;
  return (await state.query(sql, args)).map((row) => toRecord(entity, row));
}
/*END*/

/** What the database itself refused: a value that is taken, or a deletion that other records stand in the way of. */
function constraintProblem(entity: Entity, error: unknown) {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  if (code !== "SQLITE_CONSTRAINT" || typeof message !== "string") return undefined;
  if (message.includes("UNIQUE constraint failed")) {
/*IF auth*/
    const taken = entity.fields.filter(
      (field) =>
        message.endsWith(\`\${entity.table}.\${field.column}\`) ||
        // Where creators may not learn of each other, the index has more than the column.
        message.endsWith(\`index 'uq_\${entity.table}__\${field.column}'\`),
    );
/*ELSE auth*/
    const taken = entity.fields.filter((field) => message.endsWith(\`\${entity.table}.\${field.column}\`));
/*END*/
    return conflict(
      \`Another \${entity.name} has the same value.\`,
      taken.map((field) => ({ path: field.name, message: "is taken" })),
    );
  }
  if (message.includes("FOREIGN KEY constraint failed")) return conflict(\`Other records refer to this \${entity.name}.\`);
  return undefined;
}
`
}
