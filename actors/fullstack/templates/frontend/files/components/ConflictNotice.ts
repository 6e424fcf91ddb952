/** `src/components/ConflictNotice.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** Says what somebody else has changed while the user was typing, and lets the user choose. */
import { useEffect, useRef } from "react";
import { readRow } from "../api.ts";
import type { Draft } from "../draft.ts";
import { type Entity, excerpt, type Field, formatInstant, formatValue, type Row, rowLabel, valueOf } from "../model.ts";
import { useLoad } from "../useLoad.ts";

interface ConflictNoticeProps {
  readonly entity: Entity;
  /** The row that the user began with, and the one that is stored now. */
  readonly base: Row;
  readonly theirs: Row;
  /** What the user has changed. */
  readonly mine: ReadonlyMap<string, Draft>;
  readonly onKeep: () => void;
  readonly onTake: () => void;
}

export function ConflictNotice({ entity, base, theirs, mine, onKeep, onTake }: ConflictNoticeProps) {
  const changed = entity.fields.filter((field) => valueOf(base, field.name) !== valueOf(theirs, field.name));
  const notice = useRef<HTMLElement>(null);
  // It stands above the form, and the button that was pressed may be far below.
  useEffect(() => notice.current?.focus(), []);
  return (
    <section ref={notice} className="alert conflict" role="alert" aria-label="Changed meanwhile" tabIndex={-1}>
      <h2>This was changed meanwhile</h2>
      <p>Somebody else saved it on {formatInstant(theirs.updatedAt)}. Nothing of yours is stored yet.</p>
      {changed.length > 0 && (
        <dl>
          {changed.map((field) => {
            const own = mine.get(field.name);
            return (
              <div key={field.name}>
                <dt>{field.label}</dt>
                <dd>
                  Now: <Shown field={field} row={theirs} />
                </dd>
                {own !== undefined && (
                  <dd>
                    Yours: <Own field={field} draft={own} />
                  </dd>
                )}
              </div>
            );
          })}
        </dl>
      )}
      <div className="actions">
        <button type="button" onClick={onKeep}>
          Keep my changes
        </button>
        <button type="button" onClick={onTake}>
          Take theirs
        </button>
      </div>
    </section>
  );
}

function Shown({ field, row }: { readonly field: Field; readonly row: Row }) {
  const value = valueOf(row, field.name);
  if (field.type === "reference" && typeof value === "string") return <Named entity={field.to()} id={value} />;
  return formatValue(field, value);
}

function Own({ field, draft }: { readonly field: Field; readonly draft: Draft }) {
  if (typeof draft === "boolean") return draft ? "Yes" : "No";
  if (field.type === "reference" && draft !== "") return <Named entity={field.to()} id={draft} />;
  return draft === "" ? "–" : excerpt(draft);
}

function Named({ entity, id }: { readonly entity: Entity; readonly id: string }) {
  const row = useLoad(\`\${entity.path}/\${id}\`, (signal) => readRow(entity, id, signal));
  return row.data === undefined ? id : rowLabel(entity, row.data);
}
`
