/**
 * How the generated backend searches, and reads many records in turns with other requests.
 *
 * Plain text that `Sections.fill` makes fit for one project. Written as the files will stand, apart from escapes.
 *
 * @since 0.1.0
 */
import type { TemplateFile } from "./Sections.ts"

export const chosenFiles: ReadonlyArray<TemplateFile> = [
  {
    path: "src/records/search.ts",
    when: "search",
    text: `/**
 * What \`q\` finds: text that contains it, in upper or lower case.
 *
 * Each entity with texts has an index of every three characters in a row (FTS5 with the tokenizer "trigram"), which
 * triggers of the schema keep. It finds the text itself, not words: \`%\`, \`*\` and quotes mean themselves. What it cannot
 * find (one or two characters, and letters that got their other case after Unicode 6.1) is looked for in the rows.
 */
import { type Argument, quote } from "../database.ts";
import type { Entity, Field } from "./entity.ts";

/** A condition on the rows whose keys lie between two numbers. */
export interface Search {
  /** Whether the index decides; else each text is read. */
  readonly indexed: boolean;
  readonly where: string;
  readonly args: (from: number, to: number) => ReadonlyArray<Argument>;
}

export function searchFor(entity: Entity, fields: ReadonlyArray<Field>, q: string): Search {
  // SQLite would end the pattern there; and no text has that character.
  if (q.includes("\\0")) return { indexed: true, where: "0", args: () => [] };
  // In both normal forms, as "é" may be stored as one character or as two.
  const forms = [...new Set([q.normalize("NFC"), q.normalize("NFD")])];
  if (forms.every(isIndexed)) {
    const index = quote(\`_\${entity.table}__search\`);
    const phrases = forms.map((form) => \`"\${form.replaceAll('"', '""')}"\`).join(" OR ");
    return {
      indexed: true,
      where: \`_key IN (SELECT rowid FROM \${index} WHERE \${index} MATCH ? AND rowid BETWEEN ? AND ?)\`,
      args: (from, to) => [phrases, from, to],
    };
  }
  const patterns = forms.map((form) => \`*\${[...form].map(eitherCase).join("")}*\`);
  const matches = fields.flatMap((field) => patterns.map(() => \`\${quote(field.column)} GLOB ?\`));
  const args = fields.flatMap(() => patterns);
  return { indexed: false, where: \`(\${matches.join(" OR ")})\`, args: () => args };
}

/** Long enough for the index, and of letters whose other case it knows. */
const isIndexed = (text: string) => [...text].length >= 3 && [...text].every(hasKnownCase);

const hasKnownCase = (character: string) =>
  /^[\\0-\\u02af\\u0370-\\u037e\\u0380-\\u03f2\\u03f4-\\u0529\\u0531-\\u0587\\u1e00-\\u1fff]$/u.test(character) ||
  (character.toLowerCase() === character && character.toUpperCase() === character);

/** Each letter stands beside its other case, because SQLite itself knows cases of ASCII only. */
function eitherCase(character: string): string {
  // A pattern's brackets stand for one character, so "SS" cannot stand for "ß".
  const forms = [character.toLowerCase(), character.toUpperCase()].filter((form) => [...form].length === 1);
  const set = new Set([character, ...forms]);
  return set.size > 1 || "*?[".includes(character) ? \`[\${[...set].join("")}]\` : character;
}
`
  },
  {
    path: "src/records/chosen.ts",
    when: "gathers",
    text: `/**
 * Chooses the records of a selection into a temporary table, some keys at a time: others have their turn in between.
 *
 * The table holds the key of each record, and is in order by an index. So nothing is sorted at once, the records
 * themselves are read when they are wanted, and what is left of a slow choice is a row here and no work of others.
 */
import { quote, type Transaction } from "../database.ts";
/*IF search*/
import { Problem } from "../http/problem.ts";
/*END*/
import type { Entity } from "./entity.ts";
import type { Selection } from "./selection.ts";

/** How long one statement should take, in milliseconds: fewer keys at a time if it takes longer, more if it takes less. */
const TURN_MILLIS = 30;
/** Not fewer: each statement costs something by itself. */
const MIN_KEYS = 250;
const MAX_KEYS = 1_000_000;
/*IF search*/
/** How long a search may work, without its waits for others, until it is given up. */
const SEARCH_MILLIS = 5_000;
/*END*/

/** Fills the table \`_chosen\` with keys; \`sorted\`: in an order that \`inOrder\` reads part by part. */
export async function choose(state: Transaction, entity: Entity, selection: Selection, sorted: boolean): Promise<void> {
  const table = quote(entity.table);
  const { args, /*IF search*/order, search, where/*ELSE search*/order, where/*END*/ } = selection;
  const direction = order.descending ? "DESC" : "ASC";
  await state.run(\`CREATE TEMP TABLE _chosen (key INTEGER PRIMARY KEY\${sorted ? ", value, id TEXT" : ""})\`);
  if (sorted) await state.run(\`CREATE INDEX temp._in_order ON _chosen (value \${direction}, id)\`);
  const [bounds] = await state.query(\`SELECT min(_key), max(_key) FROM \${table}\`);
  const last = Number(bounds?.[1] ?? 0);
  const columns = \`_key\${sorted ? \`, \${quote(order.column)}, id\` : ""}\`;
  const insert = \`INSERT INTO _chosen SELECT \${columns} FROM \${table} WHERE _key BETWEEN ? AND ? AND \${where}\`;

/*IF search*/
  let spent = 0;
/*END*/
  let count = /*IF search*/search?.indexed ? 16_000 : /*END*/1_000;
  let from = Number(bounds?.[0] ?? 1);
  while (from <= last) {
    const to = Math.min(last, from + count - 1);
/*IF search*/
    const { millis } = await state.run(search === undefined ? insert : \`\${insert} AND \${search.where}\`, [
      from,
      to,
      ...args,
      ...(search?.args(from, to) ?? []),
    ]);
    spent += millis;
    if (spent > SEARCH_MILLIS && search !== undefined) throw tooSlow();
/*ELSE search*/
    const { millis } = await state.run(insert, [from, to, ...args]);
/*END*/
    from = to + 1;
    if (millis < TURN_MILLIS / 2) count = Math.min(MAX_KEYS, count * 2);
    else if (millis > TURN_MILLIS * 2) count = Math.max(MIN_KEYS, count >> 1);
  }
}
/*IF csv*/

/** Some of what was chosen and sorted. */
export const inOrder = (selection: Selection): string =>
  \`SELECT key FROM _chosen ORDER BY value \${selection.order.descending ? "DESC" : "ASC"}, id LIMIT ? OFFSET ?\`;
/*END*/
/*IF search*/

const tooSlow = () =>
  new Problem(503, "The search takes too long. Search for more characters, or filter as well.", {
    headers: { "Retry-After": "10" },
  });
/*END*/
`
  }
]
