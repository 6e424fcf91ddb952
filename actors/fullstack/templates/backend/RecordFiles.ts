/**
 * How the generated backend treats records: how an entity is described, a body read, a row shown. What a field accepts,
 * what selects records and what stores them have modules of their own.
 *
 * Plain text that `Sections.fill` makes fit for one project. Written as the files will stand, apart from escapes.
 *
 * @since 0.1.0
 */

import { chosenFiles } from "./ChosenFiles.ts"
import { deletionFile } from "./DeletionFile.ts"
import { labelsFile } from "./LabelsFile.ts"
import { preconditionFile } from "./PreconditionFile.ts"
import { removalFile } from "./RemovalFile.ts"
import type { TemplateFile } from "./Sections.ts"
import { selectionFile } from "./SelectionFile.ts"
import { storeFile } from "./StoreFile.ts"
import { valuesFile } from "./ValuesFile.ts"

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
/*IF auth*/
  /** Who may see and change its records: see \`access.ts\`. */
  readonly access: "owner" | "shared" | "private";
/*END*/
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

/** Describes an entity; the compiler checks the fields against the type of its rows, which the result does not name. */
export const defineEntity = <Row extends Stored>(
  entity: Omit<Entity, "fields"> & { readonly fields: ReadonlyArray<FieldsOf<Row>> },
): Entity => entity as unknown as Entity;
`
  },
  valuesFile,
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
  selectionFile,
  ...chosenFiles,
  deletionFile,
  preconditionFile,
  labelsFile,
  removalFile,
  {
    path: "src/records/rows.ts",
    text: `/** How a record is read from its table. */
import { type Queryable, quote } from "../database.ts";
import { notFound } from "../http/problem.ts";
/*IF auth*/
import { seenBy } from "./access.ts";
import type { Actor } from "./actor.ts";
/*END*/
import type { Entity, RecordRow, Value } from "./entity.ts";
import type { Order } from "./selection.ts";
import { fromColumn } from "./values.ts";

/** The beginning of every statement whose rows \`toRecord\` takes. */
export function selectFrom(entity: Entity): string {
  const columns = ["id", ...entity.fields.map((field) => quote(field.column)), "created_at", "updated_at"];
  return \`SELECT \${columns.join(", ")} FROM \${quote(entity.table)}\`;
}

export const orderBy = ({ column, descending }: Order): string =>
  \`\${quote(column)} \${descending ? "DESC" : "ASC"}, id ASC\`;

/** Columns are read by position: a row of the driver has properties of its own, such as \`length\`. */
export const toRecord = (entity: Entity, row: ArrayLike<unknown>): RecordRow =>
  Object.fromEntries([
    ["id", row[0] as Value],
    ...entity.fields.map((field, index) => [field.name, fromColumn(field, row[index + 1])] as const),
    ["createdAt", row[entity.fields.length + 1] as Value],
    ["updatedAt", row[entity.fields.length + 2] as Value],
  ]) as RecordRow;

/** Throws a 404 when there is none/*IF auth*/ for the actor/*END*/. */
export async function readRecord(state: Queryable, entity: Entity, id: string/*IF auth*/, actor: Actor/*END*/): Promise<RecordRow> {
/*IF auth*/
  const seen = seenBy(actor, entity);
  const [row] = await state.query(\`\${selectFrom(entity)} WHERE id = ? AND \${seen.where}\`, [id, ...seen.args]);
/*ELSE auth*/
  const [row] = await state.query(\`\${selectFrom(entity)} WHERE id = ?\`, [id]);
/*END*/
  if (row === undefined) throw noSuch(entity, id);
  return toRecord(entity, row);
}

export const noSuch = (entity: Entity, id: string) =>
  notFound(\`There is no \${entity.name} with the id \${JSON.stringify(id)}.\`);
`
  },
  storeFile,
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
