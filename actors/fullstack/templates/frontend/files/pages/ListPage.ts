/** `src/pages/ListPage.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** The rows of an entity: a page at a time, sorted and narrowed as wanted. */
//? if search
import { type FormEvent, useEffect, useRef, useState } from "react";
//? else
import { useEffect, useRef, useState } from "react";
//? end
//? if csv-export
import { csvAddress, deleteRow, listRows } from "../api.ts";
//? else
import { deleteRow, listRows } from "../api.ts";
//? end
import { ConfirmDialog } from "../components/ConfirmDialog.tsx";
import { FilterPanel } from "../components/FilterPanel.tsx";
import { PageHead } from "../components/PageHead.tsx";
import { Pagination } from "../components/Pagination.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { RowTable } from "../components/RowTable.tsx";
//? if csv-export
import { apiQuery, listAddress, type ListQuery, readListQuery, selection } from "../listQuery.ts";
//? else
import { apiQuery, listAddress, type ListQuery, readListQuery } from "../listQuery.ts";
//? end
//? if search
import { type AnyRow, type Entity, isSearchable, rowLabel } from "../model.ts";
//? else
import { type AnyRow, type Entity, rowLabel } from "../model.ts";
//? end
import { currentNotice, Link, navigate, useAddress } from "../router.tsx";
import { useLoad } from "../useLoad.ts";

export function ListPage({ entity }: { readonly entity: Entity }) {
  const address = useAddress();
  const query = readListQuery(entity, address.query);
  const [filtering, setFiltering] = useState(false);
  const [doomed, setDoomed] = useState<AnyRow>();
  const [notice, setNotice] = useState(currentNotice);
  const [deleted, setDeleted] = useState(0);
  const message = useRef<HTMLParagraphElement>(null);

  // The button that was pressed goes with its row; who works by keyboard goes on from the message.
  useEffect(() => {
    if (deleted > 0) message.current?.focus();
  }, [deleted]);

  const params = apiQuery(query);
  const rows = useLoad(\`\${entity.path}?\${params}\`, (signal) => listRows(entity, params, signal));
  const items = rows.data?.items ?? [];

  /** Shows something else of the list; from its first page, unless a page is asked for. */
  const show = (change: Partial<ListQuery>) => {
    setNotice(null);
    navigate(listAddress(entity, { ...query, page: 1, ...change }));
  };

  const remove = async (row: AnyRow) => {
    await deleteRow(entity, row.id);
    setDoomed(undefined);
    // The last row of a page takes the page with it.
    if (items.length === 1 && query.page > 1) show({ page: query.page - 1 });
    else rows.reload();
    setNotice(\`Deleted: \${rowLabel(entity, row)}\`);
    setDeleted((before) => before + 1);
  };

  return (
    <>
      <PageHead title={entity.plural} description={entity.description}>
//? if csv-export
        <a className="button" href={csvAddress(entity, selection(query))} download>
          Download CSV
        </a>
//? end
        <Link className="button primary" to={\`\${entity.path}/new\`}>
          New {entity.title}
        </Link>
      </PageHead>
      <p className="notice" role="status" tabIndex={-1} ref={message}>
        {notice}
      </p>
      <div className="toolbar">
//? if search
        {isSearchable(entity) && (
          <SearchBox key={query.q} entity={entity} value={query.q} onSearch={(q) => show({ q })} />
        )}
//? end
        <button type="button" aria-expanded={filtering} onClick={() => setFiltering(!filtering)}>
          Filter{query.filters.size > 0 && \` (\${query.filters.size})\`}
        </button>
        {query.filters.size > 0 && (
          <button type="button" onClick={() => show({ filters: new Map() })}>
            Show all
          </button>
        )}
      </div>
      {filtering && (
        <FilterPanel
          key={[...query.filters].join()}
          entity={entity}
          filters={query.filters}
          onApply={(filters) => show({ filters })}
        />
      )}
      <ProblemAlert problem={rows.problem} onRetry={rows.reload} />
      {rows.data === undefined && rows.loading && <p role="status">Loading…</p>}
      {rows.data !== undefined && items.length === 0 && <p className="empty">{emptyText(entity, query)}</p>}
      {items.length > 0 && (
        <RowTable
          entity={entity}
          rows={items}
          busy={rows.loading}
          sort={query.sort}
          onSort={(sort) => show({ sort })}
          onDelete={setDoomed}
        />
      )}
      {rows.data !== undefined && (
        <Pagination
          page={query.page}
          pageSize={query.pageSize}
          total={rows.data.total}
          onPage={(page) => show({ page })}
          onPageSize={(pageSize) => show({ pageSize })}
        />
      )}
      {doomed !== undefined && (
        <ConfirmDialog
          title={\`Delete “\${rowLabel(entity, doomed)}”?\`}
          text="This cannot be undone."
          action="Delete"
          onConfirm={() => remove(doomed)}
          onClose={() => setDoomed(undefined)}
        />
      )}
    </>
  );
}

function emptyText(entity: Entity, query: ListQuery): string {
//? if search
  const narrowed = query.filters.size > 0 || query.q !== "";
//? else
  const narrowed = query.filters.size > 0;
//? end
  return narrowed || query.page > 1 ? "Nothing matches." : \`No \${entity.plural} yet.\`;
}
//? if search

interface SearchBoxProps {
  readonly entity: Entity;
  readonly value: string;
  readonly onSearch: (q: string) => void;
}

function SearchBox({ entity, value, onSearch }: SearchBoxProps) {
  const [text, setText] = useState(value);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSearch(text.trim());
  };
  return (
    <form className="search" aria-label={\`Search \${entity.plural}\`} onSubmit={submit}>
      <input
        type="search"
        name="q"
        aria-label={\`Search \${entity.plural}\`}
        placeholder="Search…"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <button type="submit">Search</button>
    </form>
  );
}
//? end
`
