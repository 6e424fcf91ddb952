/** `src/pages/ListPage.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** The rows of an entity: a page at a time, sorted and narrowed as wanted. */
//? if search
import { type FormEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
//? else
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
//? end
//? if csv-export
import { csvAddress, deleteRow, listRows, toProblem } from "../api.ts";
//? else
import { deleteRow, listRows, toProblem } from "../api.ts";
//? end
import { DeleteDialog } from "../components/DeleteDialog.tsx";
import { FilterPanel } from "../components/FilterPanel.tsx";
import { PageHead } from "../components/PageHead.tsx";
import { lastPage, Pagination } from "../components/Pagination.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { RowTable } from "../components/RowTable.tsx";
import { rememberList, topOf } from "../listMemory.ts";
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
import { tell } from "../notices.ts";
import { currentNotice, hasReturned, Link, navigate, Redirect, useAddress } from "../router.tsx";
import { useIsHere } from "../useIsHere.ts";
import { useLoad } from "../useLoad.ts";

export function ListPage({ entity }: { readonly entity: Entity }) {
  const address = useAddress();
  const query = useMemo(() => readListQuery(entity, address.query), [entity, address.query]);
  const [filtering, setFiltering] = useState(false);
  const [toDelete, setToDelete] = useState<AnyRow>();
  const [deleted, setDeleted] = useState<AnyRow>();
  const [notice, setNotice] = useState(currentNotice);
  const message = useRef<HTMLParagraphElement>(null);

  // The button that was pressed goes with its row; who works by keyboard goes on from the message.
  useEffect(() => {
    if (deleted !== undefined) message.current?.focus();
  }, [deleted]);

  const params = apiQuery(query);
  const rows = useLoad(\`\${entity.path}?\${params}\`, (signal) => listRows(entity, params, signal));
  /** The rows that the address asks for; not those of the address before. */
  const loaded = rows.loading || rows.problem !== undefined ? undefined : rows.data;
  // What has just been deleted is still among the rows until they have been loaded again.
  const items = rows.data?.items.filter(({ id }) => id !== deleted?.id) ?? [];

  // Who comes back from a row finds the list as it was left.
  const place = entity.path + address.query;
  useEffect(() => rememberList(entity, place, window.scrollY), [entity, place]);
  useLayoutEffect(() => () => rememberList(entity, place, window.scrollY), [entity, place]);
  const [top, setTop] = useState(() => (hasReturned() ? topOf(entity, place) : 0));
  useEffect(() => {
    if (top === 0 || loaded === undefined) return;
    window.scrollTo(0, top);
    setTop(0);
  }, [top, loaded]);

  /** Shows something else of the list; from its first page, unless a page is asked for. */
  const show = (change: Partial<ListQuery>) => {
    setNotice(null);
    navigate(listAddress(entity, { ...query, page: 1, ...change }));
  };

  const isHere = useIsHere();
  const remove = async (row: AnyRow) => {
    try {
      await deleteRow(entity, row.id);
      if (!isHere()) tell({ text: \`Deleted: \${rowLabel(entity, row)}\`, failed: false });
    } catch (cause) {
      if (isHere()) throw cause;
      const { message } = toProblem(cause);
      tell({ text: \`Not deleted: \${rowLabel(entity, row)}. \${message}\`, failed: true, to: entity.path });
    }
    if (!isHere()) return;
    setToDelete(undefined);
    setDeleted(row);
    setNotice(\`Deleted: \${rowLabel(entity, row)}\`);
    rows.reload();
  };

  // So it is after the last row of the last page was deleted, and at an old address.
  const last = loaded === undefined ? undefined : lastPage(loaded.total, query.pageSize);
  const isBehindEnd = last !== undefined && query.page > last;

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
        {isSearchable(entity) && <SearchBox entity={entity} value={query.q} onSearch={(q) => show({ q })} />}
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
      {filtering && <FilterPanel entity={entity} filters={query.filters} onApply={(filters) => show({ filters })} />}
      {isBehindEnd && <Redirect to={listAddress(entity, { ...query, page: last })} />}
      <ProblemAlert problem={rows.problem} onRetry={rows.reload} />
      {rows.data === undefined && rows.loading && <p role="status">Loading…</p>}
      {loaded?.total === 0 && <EmptyList entity={entity} query={query} />}
      {items.length > 0 && (
        <RowTable
          entity={entity}
          rows={items}
          busy={rows.loading}
          sort={query.sort}
          onSort={(sort) => show({ sort })}
          onDelete={setToDelete}
        />
      )}
      {rows.data !== undefined && rows.data.total > 0 && (
        <Pagination
          page={query.page}
          pageSize={query.pageSize}
          total={rows.data.total}
          onPage={(page) => show({ page })}
          onPageSize={(pageSize) => show({ pageSize })}
        />
      )}
      {toDelete !== undefined && (
        <DeleteDialog
          entity={entity}
          row={toDelete}
          onConfirm={() => remove(toDelete)}
          onClose={() => setToDelete(undefined)}
        />
      )}
    </>
  );
}

function EmptyList({ entity, query }: { readonly entity: Entity; readonly query: ListQuery }) {
//? if search
  const narrowed = query.filters.size > 0 || query.q !== "";
//? else
  const narrowed = query.filters.size > 0;
//? end
  return (
    <div className="empty">
      <p>{narrowed ? "Nothing matches." : \`No \${entity.plural} yet.\`}</p>
      {!narrowed && <Link to={\`\${entity.path}/new\`}>Create the first</Link>}
    </div>
  );
}
//? if search

interface SearchBoxProps {
  readonly entity: Entity;
  readonly value: string;
  readonly onSearch: (q: string) => void;
}

function SearchBox({ entity, value, onSearch }: SearchBoxProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);

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
