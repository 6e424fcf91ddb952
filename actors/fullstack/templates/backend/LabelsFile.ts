/**
 * How the generated backend tells what the records of a page refer to, in one answer for all of them.
 *
 * Plain text that `Sections.fill` makes fit for one project. Written as the file will stand, apart from escapes.
 *
 * @since 0.1.0
 */
import type { TemplateFile } from "./Sections.ts"

export const labelsFile: TemplateFile = {
  path: "src/records/labels.ts",
  when: "references",
  text: `/** What people call the records that others refer to: by their first \`string\` field, or else their first \`text\`. */
import { type Queryable, quote } from "../database.ts";
import type { Query } from "../http/query.ts";
/*IF auth*/
import { seenBy } from "./access.ts";
import type { Actor } from "./actor.ts";
/*END*/
import type { Entity } from "./entity.ts";

/** Labels by id. What has no text to be called by, is not there/*IF auth*/ for the actor/*END*/ or does not exist, has none. */
export type Labels = Readonly<Record<string, string>>;

/** As many records as a page has at most. */
const MAX_IDS = 100;
/** Only the beginning of a long text is a label. */
const MAX_LABEL_LENGTH = 200;

/** Takes \`ids\`, the records whose references are to be named, separated by commas. */
export function takeIds(query: Query): ReadonlyArray<string> {
  const ids = (query.take("ids") ?? "").split(",").filter((id) => id !== "");
  if (ids.length > MAX_IDS) query.refuse("ids", \`must be at most \${MAX_IDS} ids\`);
  return ids;
}

/** The labels of all that these records of an entity refer to: one statement for each entity that is referred to. */
export async function labelsOf(
  state: Queryable,
  entities: ReadonlyMap<string, Entity>,
  entity: Entity,
  ids: ReadonlyArray<string>,
/*IF auth*/
  actor: Actor,
/*END*/
): Promise<Labels> {
  const references = entity.fields.filter((field) => field.type === "reference");
/*IF auth*/
  const seen = seenBy(actor, entity);
/*END*/
  const referring = \`FROM \${quote(entity.table)} WHERE id IN (\${ids.map(() => "?").join(", ")})/*IF auth*/ AND \${seen.where}/*END*/\`;
  const labels: Array<readonly [string, string]> = [];
  for (const name of new Set(references.map((field) => field.to))) {
    const target = entities.get(name);
    const label = target && labelColumn(target);
    if (target === undefined || label === undefined) continue;
    const columns = references.filter((field) => field.to === name).map((field) => quote(field.column));
    const chosen = columns.map((column) => \`SELECT \${column} \${referring}\`).join(" UNION ");
    const text = \`substr(\${quote(label)}, 1, \${MAX_LABEL_LENGTH})\`;
/*IF auth*/
    const there = seenBy(actor, target);
    const rows = await state.query(
      \`SELECT id, \${text} FROM \${quote(target.table)} WHERE id IN (\${chosen}) AND \${there.where} AND \${quote(label)} <> ''\`,
      [...columns.flatMap(() => [...ids, ...seen.args]), ...there.args],
    );
/*ELSE auth*/
    const rows = await state.query(
      \`SELECT id, \${text} FROM \${quote(target.table)} WHERE id IN (\${chosen}) AND \${quote(label)} <> ''\`,
      columns.flatMap(() => ids),
    );
/*END*/
    labels.push(...rows.map((row) => [String(row[0]), String(row[1])] as const));
  }
  return Object.fromEntries(labels);
}

const labelColumn = ({ fields }: Entity): string | undefined =>
  (fields.find(({ type }) => type === "string") ?? fields.find(({ type }) => type === "text"))?.column;
`
}
