/**
 * How the generated backend turns a query string into filters, search and order.
 *
 * Plain text that `Sections.fill` makes fit for one project. Written as the file will stand, apart from escapes.
 *
 * @since 0.1.0
 */
import type { TemplateFile } from "./Sections.ts"

export const selectionFile: TemplateFile = {
  path: "src/records/selection.ts",
  text: `/** Which records a request asks for: filters/*IF search*/, search/*END*/ and order, as SQL. */
import { type Argument, quote } from "../database.ts";
import type { Query } from "../http/query.ts";
/*IF auth*/
import { seenBy } from "./access.ts";
import type { Actor } from "./actor.ts";
/*END*/
import type { Entity } from "./entity.ts";
/*IF search*/
import { type Search, searchFor } from "./search.ts";
/*END*/
import { parseFilter, toColumn } from "./values.ts";

export interface Selection {
  /** A condition with \`?\` for each of \`args\`. */
  readonly where: string;
  readonly args: ReadonlyArray<Argument>;
/*IF search*/
  /** What the texts must contain as well. */
  readonly search: Search | undefined;
/*END*/
  readonly order: Order;
}

/** Equal rows are ordered by id. */
export interface Order {
  readonly column: string;
  readonly descending: boolean;
}

/** Parameters with a meaning of their own; a field of such a name cannot be filtered by. */
const reserved = new Set(["page", "pageSize", "sort"/*IF search*/, "q"/*END*/]);

/** Takes \`sort\`/*IF search*/, \`q\`/*END*/ and the filters from the query. */
export function takeSelection(entity: Entity, query: Query/*IF auth*/, actor: Actor/*END*/): Selection {
/*IF auth*/
  // First of all what is there for this account: counts, pages, searches and exports know of nothing else.
  const seen = seenBy(actor, entity);
  const conditions: Array<string> = [seen.where];
  const args: Array<Argument> = [...seen.args];
/*ELSE auth*/
  const conditions: Array<string> = [];
  const args: Array<Argument> = [];
/*END*/

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
  }
/*END*/
  return {
    where: conditions.length === 0 ? "1" : conditions.join(" AND "),
    args,
/*IF search*/
    search: q ? searchFor(entity, searched, q) : undefined,
/*END*/
    order: takeOrder(entity, query),
  };
}

/** \`sort=field\` ascending, \`sort=-field\` descending; the newest first by default. The id decides between equals. */
function takeOrder(entity: Entity, query: Query): Order {
  const sort = query.take("sort") ?? "-createdAt";
  const sortable = columns(entity);
  const descending = sort.startsWith("-") && !sortable.has(sort);
  const column = sortable.get(descending ? sort.slice(1) : sort);
  if (column === undefined) {
    query.refuse("sort", \`must be one of \${[...sortable.keys()].join(", ")}, with a "-" before it for descending\`);
    return { column: "id", descending: false };
  }
  return { column, descending };
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
/*END*/
`
}
