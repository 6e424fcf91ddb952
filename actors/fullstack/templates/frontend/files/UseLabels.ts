/** `src/useLabels.ts` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** Names the rows that other rows refer to. */
import { useCallback } from "react";
import { readLabels } from "./api.ts";
import { type Entity, excerpt, type Field, type Row, valueOf } from "./model.ts";
import { useLoad } from "./useLoad.ts";

/** What a row is called, by its entity and its id; the beginning of the id until more is known. */
export type LabelOf = (entity: Entity, id: string) => string;

/** Loads the labels of all rows that \`rows\` of an entity refer to in \`fields\`: in one request. */
export function useLabels(entity: Entity, fields: ReadonlyArray<Field>, rows: ReadonlyArray<Row>): LabelOf {
  const references = fields.filter((field) => field.type === "reference");
  const referring = rows.filter((row) => references.some((field) => valueOf(row, field.name) !== null));
  // Another one as soon as a row refers to something else.
  const key = referring.map((row) => [row.id, ...references.map((field) => valueOf(row, field.name))].join()).join(";");
  const labels = useLoad(\`\${entity.path}:\${key}\`, async (signal) => {
    if (referring.length === 0) return undefined;
    const ids = referring.map((row) => row.id);
    return new Map(Object.entries(await readLabels(entity, ids, signal)));
  });
  const known = labels.data;
  return useCallback((target, id) => excerpt(known?.get(id) ?? \`\${target.title} \${id.slice(0, 8)}\`, 120), [known]);
}
`
