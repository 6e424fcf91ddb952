/**
 * How the generated backend treats records: what a field accepts, how a query selects, how changes are stored.
 *
 * Plain text that `Sections.fill` makes fit for one project. Written as the files will stand, apart from escapes.
 *
 * @since 0.1.0
 */
import type { TemplateFile } from "./Sections.ts"

export const recordFiles: ReadonlyArray<TemplateFile> = [
  {
    path: "src/records/entity.ts",
    text: `/**
 * How an entity is described: one table of fields, from which validation, storage, filters and exports follow.
 *
 * The descriptions are in \`src/entities\`, one file for each entity.
 */

/** A field's value as JSON has it. */
export type Value = string | number | boolean | null;

/** What every record has beside its own fields. */
export interface Stored {
  readonly id: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A record as the API shows it: its fields by their JSON names. */
export type RecordRow = Stored & Readonly<Record<string, Value>>;

interface FieldBase {
  /** The name in JSON and in queries. */
  readonly name: string;
  /** The column in the entity's table. */
  readonly column: string;
  /** May not be null, and must be given unless there is a default. */
  readonly required?: boolean;
}

export interface TextField extends FieldBase {
  /** \`string\` is one line, \`text\` may have many. */
  readonly type: "string" | "text";
  /** In characters (Unicode code points). */
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly default?: string;
}

export interface NumberField extends FieldBase {
  readonly type: "integer" | "number";
  readonly min?: number;
  readonly max?: number;
  readonly default?: number;
}

export interface BooleanField extends FieldBase {
  readonly type: "boolean";
  readonly default?: boolean;
}

export interface DateField extends FieldBase {
  /** An ISO 8601 day. */
  readonly type: "date";
  readonly default?: string;
}

export interface EnumField extends FieldBase {
  readonly type: "enum";
  readonly values: ReadonlyArray<string>;
  readonly default?: string;
}

export interface ReferenceField extends FieldBase {
  readonly type: "reference";
  /** The name of the entity whose id this is. */
  readonly to: string;
  readonly onDelete: "restrict" | "cascade" | "setNull";
}

export type Field = TextField | NumberField | BooleanField | DateField | EnumField | ReferenceField;

export interface Entity {
  readonly name: string;
  /** The collection's path. */
  readonly path: string;
  readonly table: string;
  readonly fields: ReadonlyArray<Field>;
}

type FieldOf<Value> = [Value] extends [number | null]
  ? NumberField
  : [Value] extends [boolean | null]
    ? BooleanField
    : TextField | DateField | EnumField | ReferenceField;

type FieldsOf<Row> = {
  [Name in Exclude<keyof Row, keyof Stored>]: FieldOf<Row[Name]> & { readonly name: Name } & (null extends Row[Name]
      ? { readonly required?: false }
      : { readonly required: true });
}[Exclude<keyof Row, keyof Stored>];

/** Describes an entity; the compiler checks the fields against the type of its rows. */
export const defineEntity = <Row extends Stored>(
  entity: Omit<Entity, "fields"> & { readonly fields: ReadonlyArray<FieldsOf<Row>> },
): Entity => entity as unknown as Entity;
`
  },
  {
    path: "src/records/values.ts",
    text: `/** What each type of field accepts, and how its values are stored and read from a query string. */
import type { Argument } from "../database.ts";
import type { Field, Value } from "./entity.ts";

/** Says what is wrong with a value that is not null; \`undefined\` when nothing is. */
export function problemOf(field: Field, value: unknown): string | undefined {
  switch (field.type) {
    case "string":
    case "text": {
      if (typeof value !== "string") return "must be a string";
      // Half a surrogate pair and U+0000 would not come back from the database as they went in.
      if (/[\\p{Surrogate}\\0]/u.test(value)) return "must not contain U+0000 or unpaired surrogates";
      if (field.type === "string" && /[\\r\\n]/.test(value)) return "must be one line";
      const length = [...value].length;
      if (field.minLength !== undefined && length < field.minLength)
        return \`must have at least \${field.minLength} characters\`;
      if (field.maxLength !== undefined && length > field.maxLength)
        return \`must have at most \${field.maxLength} characters\`;
      return undefined;
    }
    case "integer":
    case "number":
      if (typeof value !== "number" || !Number.isFinite(value)) return "must be a number";
      if (field.type === "integer" && !Number.isSafeInteger(value)) return "must be a whole number";
      if (field.min !== undefined && value < field.min) return \`must be at least \${field.min}\`;
      if (field.max !== undefined && value > field.max) return \`must be at most \${field.max}\`;
      return undefined;
    case "boolean":
      return typeof value === "boolean" ? undefined : "must be true or false";
    case "date":
      return typeof value === "string" && isDay(value) ? undefined : "must be a day such as 2026-02-28";
    case "enum":
      return typeof value === "string" && field.values.includes(value)
        ? undefined
        : \`must be one of \${field.values.map((item) => JSON.stringify(item)).join(", ")}\`;
    case "reference":
      return typeof value === "string" ? undefined : \`must be the id of a \${field.to}\`;
  }
}

/** Reads a value written in a query string; \`undefined\` when the field cannot have it. */
export function parseFilter(field: Field, text: string): Value | undefined {
  switch (field.type) {
    case "integer":
    case "number": {
      const value = Number(text);
      if (!/^[+-]?(\\d+\\.?\\d*|\\.\\d+)(e[+-]?\\d+)?$/i.test(text) || !Number.isFinite(value)) return undefined;
      return field.type === "number" || Number.isSafeInteger(value) ? value : undefined;
    }
    case "boolean":
      return text === "true" ? true : text === "false" ? false : undefined;
    case "date":
    case "enum":
      return problemOf(field, text) === undefined ? text : undefined;
    default:
      return text;
  }
}

export const toColumn = (value: Value): Argument => (typeof value === "boolean" ? Number(value) : value);

export const fromColumn = (field: Field, value: unknown): Value =>
  field.type === "boolean" && value !== null ? value === 1 : (value as Value);

/** A day that exists: the 29th of February only in leap years. */
function isDay(text: string): boolean {
  if (!/^\\d{4}-\\d{2}-\\d{2}$/.test(text)) return false;
  const time = Date.parse(\`\${text}T00:00:00Z\`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
`
  },
  {
    path: "src/records/input.ts",
    text: `/** Reads the body of a POST or PATCH against an entity's fields, and finds everything wrong with it at once. */
import type { FieldError } from "../http/problem.ts";
import type { Entity, Value } from "./entity.ts";
import { problemOf } from "./values.ts";

export interface Input {
  /** By field name. For a new record every field; for a change only those given. */
  readonly values: ReadonlyMap<string, Value>;
  readonly errors: ReadonlyArray<FieldError>;
}

const setByServer = new Set(["id", "createdAt", "updatedAt"]);

export function readInput(entity: Entity, body: unknown, purpose: "create" | "update"): Input {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    return { values: new Map(), errors: [{ path: "", message: "must be an object" }] };
  }
  // A Map, because a field may be called "constructor".
  const given = new Map<string, unknown>(Object.entries(body));
  const values = new Map<string, Value>();
  const errors: Array<FieldError> = [];

  for (const field of entity.fields) {
    const value = given.get(field.name);
    if (value === undefined) {
      if (purpose === "update") continue;
      const fallback = ("default" in field ? field.default : undefined) ?? null;
      if (field.required && fallback === null) errors.push({ path: field.name, message: "is required" });
      values.set(field.name, fallback);
    } else if (value === null) {
      if (field.required) errors.push({ path: field.name, message: "must not be null" });
      values.set(field.name, null);
    } else {
      const message = problemOf(field, value);
      if (message === undefined) values.set(field.name, value as Value);
      else errors.push({ path: field.name, message });
    }
  }
  for (const name of given.keys()) {
    if (setByServer.has(name)) errors.push({ path: name, message: "is set by the server" });
    else if (!entity.fields.some((field) => field.name === name))
      errors.push({ path: name, message: "is not a field" });
  }
  return { values, errors };
}
`
  },
  {
    path: "src/records/selection.ts",
    text: `/** Which records a request asks for: filters/*IF search*/, search/*END*/ and order, as SQL. */
import type { Argument } from "../database.ts";
import { quote } from "../database.ts";
import type { Query } from "../http/query.ts";
import type { Entity } from "./entity.ts";
import { parseFilter, toColumn } from "./values.ts";

export interface Selection {
  /** A condition with \`?\` for each of \`args\`. */
  readonly where: string;
  readonly args: ReadonlyArray<Argument>;
  readonly orderBy: string;
}

/** Parameters with a meaning of their own; a field of such a name cannot be filtered by. */
const reserved = new Set(["page", "pageSize", "sort"/*IF search*/, "q"/*END*/]);

/** Takes \`sort\`/*IF search*/, \`q\`/*END*/ and the filters from the query. */
export function takeSelection(entity: Entity, query: Query): Selection {
  const conditions: Array<string> = [];
  const args: Array<Argument> = [];

  for (const field of entity.fields) {
    if (reserved.has(field.name)) continue;
    const text = query.take(field.name);
    if (text === undefined) continue;
    const value = parseFilter(field, text);
    if (value === undefined) {
      query.refuse(field.name, \`is not a value of type \${field.type}\`);
      continue;
    }
    conditions.push(\`\${quote(field.column)} = ?\`);
    args.push(toColumn(value));
  }
/*IF search*/
  const searched = entity.fields.filter((field) => field.type === "string" || field.type === "text");
  const q = searched.length === 0 ? undefined : query.take("q");
  if (q !== undefined && [...q].length > MAX_SEARCH_LENGTH) {
    query.refuse("q", \`must have at most \${MAX_SEARCH_LENGTH} characters\`);
  } else if (q?.includes("\\0")) {
    // SQLite would end the pattern there; and no text has that character.
    conditions.push("0");
  } else if (q) {
    const patterns = patternsOf(q);
    const matches = searched.flatMap((field) => patterns.map(() => \`\${quote(field.column)} GLOB ?\`));
    conditions.push(\`(\${matches.join(" OR ")})\`);
    args.push(...searched.flatMap(() => patterns));
  }
/*END*/
  return { where: conditions.length === 0 ? "1" : conditions.join(" AND "), args, orderBy: takeOrder(entity, query) };
}

/** \`sort=field\` ascending, \`sort=-field\` descending; the newest first by default. The id decides between equals. */
function takeOrder(entity: Entity, query: Query): string {
  const sort = query.take("sort") ?? "-createdAt";
  const sortable = columns(entity);
  const descending = sort.startsWith("-") && !sortable.has(sort);
  const column = sortable.get(descending ? sort.slice(1) : sort);
  if (column === undefined) {
    query.refuse("sort", \`must be one of \${[...sortable.keys()].join(", ")}, with a "-" before it for descending\`);
    return "id";
  }
  return \`\${quote(column)} \${descending ? "DESC" : "ASC"}, id ASC\`;
}

const columns = (entity: Entity): ReadonlyMap<string, string> =>
  new Map([
    ["id", "id"],
    ...entity.fields.map((field) => [field.name, field.column] as const),
    ["createdAt", "created_at"],
    ["updatedAt", "updated_at"],
  ]);
/*IF search*/

/** The length of \`q\` that is searched for at most; longer ones are refused. */
const MAX_SEARCH_LENGTH = 200;

/**
 * Patterns of text that contains this in upper or lower case: each letter stands beside its other case, because SQLite
 * itself knows cases of ASCII only. In both normal forms, as "é" may be stored as one character or as two.
 */
const patternsOf = (text: string): ReadonlyArray<string> =>
  [...new Set([text.normalize("NFC"), text.normalize("NFD")])].map((form) => \`*\${[...form].map(eitherCase).join("")}*\`);

function eitherCase(character: string): string {
  // A pattern's brackets stand for one character, so "SS" cannot stand for "ß".
  const forms = [character.toLowerCase(), character.toUpperCase()].filter((form) => [...form].length === 1);
  const set = new Set([character, ...forms]);
  return set.size > 1 || "*?[".includes(character) ? \`[\${[...set].join("")}]\` : character;
}
/*END*/
`
  },
  {
    path: "src/records/rows.ts",
    text: `/** How a record is read from its table. */
import { type Queryable, quote } from "../database.ts";
import { notFound } from "../http/problem.ts";
import type { Entity, RecordRow, Value } from "./entity.ts";
import { fromColumn } from "./values.ts";

/** The beginning of every statement whose rows \`toRecord\` takes. */
export function selectFrom(entity: Entity): string {
  const columns = ["id", ...entity.fields.map((field) => quote(field.column)), "created_at", "updated_at"];
  return \`SELECT \${columns.join(", ")} FROM \${quote(entity.table)}\`;
}

/** Columns are read by position: a row of the driver has properties of its own, such as \`length\`. */
export const toRecord = (entity: Entity, row: ArrayLike<unknown>): RecordRow =>
  Object.fromEntries([
    ["id", row[0] as Value],
    ...entity.fields.map((field, index) => [field.name, fromColumn(field, row[index + 1])] as const),
    ["createdAt", row[entity.fields.length + 1] as Value],
    ["updatedAt", row[entity.fields.length + 2] as Value],
  ]) as RecordRow;

/** Throws a 404 when there is none. */
export async function readRecord(state: Queryable, entity: Entity, id: string): Promise<RecordRow> {
  const [row] = await state.query(\`\${selectFrom(entity)} WHERE id = ?\`, [id]);
  if (row === undefined) throw noSuch(entity, id);
  return toRecord(entity, row);
}
/*IF audit*/

/** The records that refer to \`id\` by a column. */
export async function readReferring(
  state: Queryable,
  entity: Entity,
  column: string,
  id: string,
): Promise<ReadonlyArray<RecordRow>> {
  const rows = await state.query(\`\${selectFrom(entity)} WHERE \${quote(column)} = ? ORDER BY id\`, [id]);
  return rows.map((row) => toRecord(entity, row));
}
/*END*/

export const noSuch = (entity: Entity, id: string) =>
  notFound(\`There is no \${entity.name} with the id \${JSON.stringify(id)}.\`);
`
  },
  {
    path: "src/records/store.ts",
    text: `/** Creates, reads, changes and deletes records. Each change is one transaction: checked, stored and recorded, or nothing. */
import { randomUUID } from "node:crypto";
/*IF audit*/
import { affectedByDelete } from "../audit/dependents.ts";
import { type Actor, recordChange } from "../audit/log.ts";
/*END*/
import { type Database, type Queryable, quote, type WriteTransaction } from "../database.ts";
import { conflict, type FieldError, invalid } from "../http/problem.ts";
import type { Paging } from "../http/query.ts";
import type { Entity, RecordRow } from "./entity.ts";
import { type Input, readInput } from "./input.ts";
import { /*IF audit*//*ELSE audit*/noSuch, /*END*/readRecord, selectFrom, toRecord } from "./rows.ts";
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
    const [rows, counts] = await this.#database.queryAll([
      [
        \`\${selectFrom(entity)} WHERE \${selection.where} ORDER BY \${selection.orderBy} LIMIT ? OFFSET ?\`,
        [...selection.args, pageSize, (page - 1) * pageSize],
      ],
      [\`SELECT count(*) FROM \${quote(entity.table)} WHERE \${selection.where}\`, selection.args],
    ]);
    return { items: (rows ?? []).map((row) => toRecord(entity, row)), total: Number(counts?.[0]?.[0]), page, pageSize };
  }

  async read(entity: Entity, id: string): Promise<RecordRow> {
    return readRecord(this.#database, entity, id);
  }

  async create(entity: Entity, body: unknown/*IF audit*/, actor: Actor/*END*/): Promise<RecordRow> {
    return this.#write(entity, async (tx) => {
      const values = await this.#check(tx, entity, readInput(entity, body, "create"));
      const id = randomUUID();
      const now = new Date().toISOString();
      const columns = ["id", ...entity.fields.map((field) => quote(field.column)), "created_at", "updated_at"];
      await tx.run(
        \`INSERT INTO \${quote(entity.table)} (\${columns.join(", ")}) VALUES (\${columns.map(() => "?").join(", ")})\`,
        [id, ...entity.fields.map((field) => toColumn(values.get(field.name) ?? null)), now, now],
      );
      const created = await readRecord(tx, entity, id);
/*IF audit*/
      await recordChange(tx, actor, { action: "create", entity, before: undefined, after: created });
/*END*/
      return created;
    });
  }

  /** Changes only the given fields. A body that changes nothing leaves the record as it is. */
  async update(entity: Entity, id: string, body: unknown/*IF audit*/, actor: Actor/*END*/): Promise<RecordRow> {
    return this.#write(entity, async (tx) => {
      const before = await readRecord(tx, entity, id);
      const values = await this.#check(tx, entity, readInput(entity, body, "update"));
      const changed = entity.fields.filter(
        (field) => values.has(field.name) && values.get(field.name) !== before[field.name],
      );
      if (changed.length === 0) return before;
      await tx.run(
        \`UPDATE \${quote(entity.table)} SET \${changed.map((field) => \`\${quote(field.column)} = ?\`).join(", ")}, updated_at = ? WHERE id = ?\`,
        [...changed.map((field) => toColumn(values.get(field.name) ?? null)), new Date().toISOString(), id],
      );
      const after = await readRecord(tx, entity, id);
/*IF audit*/
      await recordChange(tx, actor, { action: "update", entity, before, after });
/*END*/
      return after;
    });
  }

  /** Records that refer to this one keep it, go with it or lose the reference, as the schema says for each reference. */
  async remove(entity: Entity, id: string/*IF audit*/, actor: Actor/*END*/): Promise<void> {
    return this.#write(entity, async (tx) => {
/*IF audit*/
      const before = await readRecord(tx, entity, id);
      const affected = await affectedByDelete(tx, [...this.#entities.values()], entity, before);
      await tx.run(\`DELETE FROM \${quote(entity.table)} WHERE id = ?\`, [id]);
      for (const change of affected) await recordChange(tx, actor, change);
/*ELSE audit*/
      const deleted = await tx.run(\`DELETE FROM \${quote(entity.table)} WHERE id = ?\`, [id]);
      if (deleted === 0) throw noSuch(entity, id);
/*END*/
    });
  }
/*IF csv*/

  /** Every selected record, in order and of one state, without holding them all in memory. */
  async each(
    entity: Entity,
    selection: Selection,
    visit: (records: ReadonlyArray<RecordRow>) => Promise<void>,
  ): Promise<void> {
    await this.#database.snapshot(async (state) => {
      for (let offset = 0; ; offset += EXPORT_BATCH) {
        const rows = await state.query(
          \`\${selectFrom(entity)} WHERE \${selection.where} ORDER BY \${selection.orderBy} LIMIT ? OFFSET ?\`,
          [...selection.args, EXPORT_BATCH, offset],
        );
        if (rows.length > 0) await visit(rows.map((row) => toRecord(entity, row)));
        if (rows.length < EXPORT_BATCH) return;
      }
    });
  }
/*END*/

  /** Refuses the input unless every field is valid and every reference leads somewhere. */
  async #check(tx: Queryable, entity: Entity, input: Input): Promise<Input["values"]> {
    const errors: Array<FieldError> = [...input.errors];
    for (const field of entity.fields) {
      const id = input.values.get(field.name);
      if (field.type !== "reference" || typeof id !== "string") continue;
      const target = this.#entities.get(field.to);
      const found = target && (await tx.query(\`SELECT 1 FROM \${quote(target.table)} WHERE id = ?\`, [id]));
      if (!found?.length) errors.push({ path: field.name, message: \`no \${field.to} has this id\` });
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
const EXPORT_BATCH = 500;
/*END*/

/** What the database itself refused: it decides between two writers who both found nothing wrong. */
function constraintProblem(entity: Entity, error: unknown) {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  if (code !== "SQLITE_CONSTRAINT" || typeof message !== "string") return undefined;
  if (message.includes("UNIQUE constraint failed")) {
    const taken = entity.fields.filter((field) => message.endsWith(\`\${entity.table}.\${field.column}\`));
    return conflict(
      \`Another \${entity.name} has the same value.\`,
      taken.map((field) => ({ path: field.name, message: "is taken" })),
    );
  }
  if (message.includes("FOREIGN KEY constraint failed")) return conflict(\`Other records refer to this \${entity.name}.\`);
  return undefined;
}
`
  },
  {
    path: "src/records/csv.ts",
    when: "csv",
    text: `/** Comma-separated values after RFC 4180, safe to open in a spreadsheet. */
import type { Value } from "./entity.ts";

export const csvLine = (values: ReadonlyArray<Value>): string => \`\${values.map(cell).join(",")}\\r\\n\`;

function cell(value: Value): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  // A spreadsheet would run text that begins like a formula; the apostrophe makes it text.
  const text = /^[=+\\-@\\t\\r\\n]/.test(value) ? \`'\${value}\` : value;
  return /[",\\r\\n]/.test(text) ? \`"\${text.replaceAll('"', '""')}"\` : text;
}
`
  }
]
