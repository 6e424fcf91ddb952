/** `src/model.ts` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** What the pages need to know of an entity to list, filter, edit and name its rows. */

/** What every row has. The instants are UTC, in ISO 8601. */
export interface Row {
  readonly id: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export type Value = string | number | boolean | null;

/** A row of an entity that is only known at run time. */
export type AnyRow = Row & { readonly [field: string]: Value };

interface FieldBase<Name extends string> {
  /** The name in the API. */
  readonly name: Name;
  readonly label: string;
  readonly description?: string;
  readonly required?: boolean;
}

export interface TextField<Name extends string = string> extends FieldBase<Name> {
  /** \`string\` is one line, \`text\` may have many. */
  readonly type: "string" | "text";
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly default?: string;
}

export interface NumberField<Name extends string = string> extends FieldBase<Name> {
  readonly type: "integer" | "number";
  readonly min?: number;
  readonly max?: number;
  readonly default?: number;
}

export interface BooleanField<Name extends string = string> extends FieldBase<Name> {
  readonly type: "boolean";
  readonly default?: boolean;
}

export interface DateField<Name extends string = string> extends FieldBase<Name> {
  readonly type: "date";
  readonly default?: string;
}

export interface EnumField<Name extends string = string> extends FieldBase<Name> {
  readonly type: "enum";
  readonly values: ReadonlyArray<string>;
  readonly default?: string;
}

export interface ReferenceField<Name extends string = string> extends FieldBase<Name> {
  readonly type: "reference";
  /** A function, because entities may refer to each other in a circle. */
  readonly to: () => Entity;
}

export type Field<Name extends string = string> =
  TextField<Name> | NumberField<Name> | BooleanField<Name> | DateField<Name> | EnumField<Name> | ReferenceField<Name>;

export interface Entity<Name extends string = string> {
  /** As the requirements write it; the API names it so. */
  readonly name: string;
  /** For people, such as "Order line". */
  readonly title: string;
  readonly plural: string;
  readonly description?: string;
  /** The page of the list, such as \`/order-lines\`; the API serves the same path below \`/api\`. */
  readonly path: string;
  readonly fields: ReadonlyArray<Field<Name>>;
}

/** The value of a field. What the row itself does not have is empty, also if every object has something of that name. */
export function valueOf(row: Row, name: string): Value {
  return Object.hasOwn(row, name) ? ((row as AnyRow)[name] ?? null) : null;
}

/** The field by which people recognise a row. */
export function labelField(entity: Entity): Field | undefined {
  return entity.fields.find((field) => field.type === "string") ?? entity.fields.find((field) => field.type === "text");
}

/** What a row is called in lists and dialogs. */
export function rowLabel(entity: Entity, row: Row): string {
  const field = labelField(entity);
  const value = field === undefined ? null : valueOf(row, field.name);
  return value === null || value === "" ? \`\${entity.title} \${row.id.slice(0, 8)}\` : excerpt(String(value), 120);
}

/** Names that the query of a list keeps for itself. */
//? if search
const reserved = new Set(["page", "pageSize", "sort", "q"]);
//? else
const reserved = new Set(["page", "pageSize", "sort"]);
//? end

/** The fields that a list can be narrowed by. */
export function filterFields(entity: Entity): ReadonlyArray<Field> {
  return entity.fields.filter((field) => !reserved.has(field.name));
}

//? if search
/** Whether a search can find anything: it looks at texts only. */
export function isSearchable(entity: Entity): boolean {
  return entity.fields.some((field) => field.type === "string" || field.type === "text");
}

//? end
const numbers = new Intl.NumberFormat(undefined, { maximumFractionDigits: 20 });
const daysAsStored = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });
const days = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const instants = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** A value as people read it; references are named by the caller. */
export function formatValue(field: Field, value: Value): string {
  if (value === null || value === "") return "–";
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (typeof value === "number") return formatNumber(value);
  return field.type === "date" ? format(daysAsStored, \`\${value}T00:00:00Z\`, value) : excerpt(value);
}

/** The beginning of a text: a page with all of a long one would freeze, and nobody reads it in a table. */
export function excerpt(text: string, length = 400): string {
  return text.length <= length ? text : \`\${[...text.slice(0, length)].slice(0, -1).join("")}…\`;
}

export function formatNumber(value: number): string {
  return numbers.format(value);
}

/** The day of an instant of the API, where the reader is. */
export function formatDay(instant: string): string {
  return format(days, instant, instant);
}

/** An instant of the API in the time zone of the reader. */
export function formatInstant(instant: string): string {
  return format(instants, instant, instant);
}

function format(style: Intl.DateTimeFormat, instant: string, otherwise: string): string {
  const date = new Date(instant);
  return Number.isNaN(date.getTime()) ? otherwise : style.format(date);
}
`
