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
}
