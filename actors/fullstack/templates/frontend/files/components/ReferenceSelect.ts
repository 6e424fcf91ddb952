/** `src/components/ReferenceSelect.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** Chooses a row of another entity by its label. Beyond 100 rows one turns pages, or searches where there is a search. */
//? if search
import { useEffect, useState } from "react";
//? else
import { useState } from "react";
//? end
import { listRows, readRow } from "../api.ts";
import { type Entity, labelField, rowLabel } from "../model.ts";
import { useLoad } from "../useLoad.ts";

const pageSize = 100;

interface ReferenceSelectProps {
  readonly id: string;
  readonly name: string;
  readonly entity: Entity;
  /** The id of the chosen row; empty for none. */
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What choosing no row is called. */
  readonly emptyLabel: string;
  readonly required?: boolean;
  readonly invalid?: boolean;
  readonly describedBy?: string | undefined;
}

export function ReferenceSelect(props: ReferenceSelectProps) {
  const { entity, value } = props;
  const [page, setPage] = useState(1);
//? if search
  const [typed, setTyped] = useState("");
  const [wanted, setWanted] = useState("");

  // Not a request for every letter.
  useEffect(() => {
    const timer = setTimeout(() => {
      setWanted(typed.trim());
      setPage(1);
    }, 250);
    return () => clearTimeout(timer);
  }, [typed]);
//? end

  const query = new URLSearchParams({ page: String(page), pageSize: String(pageSize) });
  const label = labelField(entity);
  if (label !== undefined) query.set("sort", label.name);
//? if search
  if (wanted !== "") query.set("q", wanted);
//? end
  const rows = useLoad(\`\${entity.path}?\${query}\`, (signal) => listRows(entity, query, signal));
  const items = rows.data?.items ?? [];
  const total = rows.data?.total ?? 0;

  // The chosen row may be on another page, and must not look like none.
  const elsewhere = value !== "" && rows.data !== undefined && !items.some((row) => row.id === value) ? value : "";
  const chosen = useLoad(\`\${entity.path}/\${elsewhere}\`, async (signal) =>
    elsewhere === "" ? undefined : readRow(entity, elsewhere, signal),
  );

  return (
    <div className="reference">
//? if search
      {(total > pageSize || wanted !== "" || typed !== "") && (
        <input
          type="search"
          aria-label={\`Search \${entity.plural}\`}
          placeholder={\`Search \${entity.plural}\`}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => {
            // Enter here searches; it does not send the form around it.
            if (event.key === "Enter") event.preventDefault();
          }}
        />
      )}
//? end
      <select
        id={props.id}
        name={props.name}
        value={value}
        required={props.required}
        aria-invalid={props.invalid === true ? true : undefined}
        aria-describedby={props.describedBy}
        aria-busy={rows.loading}
        onChange={(event) => props.onChange(event.target.value)}
      >
        <option value="">{props.emptyLabel}</option>
        {value !== "" && !items.some((row) => row.id === value) && (
          <option value={value}>{chosen.data === undefined ? value : rowLabel(entity, chosen.data)}</option>
        )}
        {items.map((row) => (
          <option key={row.id} value={row.id}>
            {rowLabel(entity, row)}
          </option>
        ))}
      </select>
      {total > pageSize && (
        <div className="reference-pages">
          <button
            type="button"
            aria-label={\`Previous \${entity.plural}\`}
            disabled={page <= 1}
            onClick={() => setPage(page - 1)}
          >
            Previous
          </button>
          <span className="quiet">
            {(page - 1) * pageSize + 1}–{Math.min(page * pageSize, total)} of {total}
          </span>
          <button
            type="button"
            aria-label={\`Next \${entity.plural}\`}
            disabled={page * pageSize >= total}
            onClick={() => setPage(page + 1)}
          >
            Next
          </button>
        </div>
      )}
      {rows.problem !== undefined && (
        <p className="field-error" role="alert">
          {rows.problem.message}{" "}
          <button type="button" onClick={rows.reload}>
            Try again
          </button>
        </p>
      )}
    </div>
  );
}
`
