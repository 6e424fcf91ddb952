/** `src/useLabels.ts` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** Names the rows that other rows refer to. */
import { useCallback } from "react";
import { ApiProblem, listRows, readRow } from "./api.ts";
import { type Entity, type Field, type Row, rowLabel, valueOf } from "./model.ts";
import { useLoad } from "./useLoad.ts";

/** What a row is called, by its entity and its id; the beginning of the id until more is known. */
export type LabelOf = (entity: Entity, id: string) => string;

/** Loads the labels of all rows that \`rows\` refer to in \`fields\`. */
export function useLabels(fields: ReadonlyArray<Field>, rows: ReadonlyArray<Row>): LabelOf {
  const wanted = new Map<Entity, Set<string>>();
  for (const field of fields) {
    if (field.type !== "reference") continue;
    const entity = field.to();
    const ids = wanted.get(entity) ?? new Set();
    for (const row of rows) {
      const id = valueOf(row, field.name);
      if (typeof id === "string") ids.add(id);
    }
    if (ids.size > 0) wanted.set(entity, ids);
  }
  const key = [...wanted].map(([entity, ids]) => \`\${entity.path}:\${[...ids].join()}\`).join(";");
  const labels = useLoad(key, async (signal) => {
    const pairs = await Promise.all([...wanted].map(([entity, ids]) => loadLabels(entity, ids, signal)));
    return new Map(pairs);
  });
  const known = labels.data;
  return useCallback((entity, id) => known?.get(entity)?.get(id) ?? \`\${entity.title} \${id.slice(0, 8)}\`, [known]);
}

async function loadLabels(entity: Entity, ids: ReadonlySet<string>, signal: AbortSignal) {
  const labels = new Map<string, string>();
  // One request is enough for small tables; in large ones the rest is read one by one.
  const first = await listRows(entity, new URLSearchParams({ pageSize: "100" }), signal);
  for (const row of first.items) labels.set(row.id, rowLabel(entity, row));
  const missing = [...ids].filter((id) => !labels.has(id));
  await Promise.all(
    missing.map(async (id) => {
      try {
        labels.set(id, rowLabel(entity, await readRow(entity, id, signal)));
      } catch (cause) {
        // Deleted in the meantime: its id stays.
        if (!(cause instanceof ApiProblem && cause.status === 404)) throw cause;
      }
    }),
  );
  return [entity, labels] as const;
}
`
