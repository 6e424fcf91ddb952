/** `src/listQuery.ts` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** What a list shows, kept in the address bar: it can be shared, reloaded and gone back to. */
import { type Entity, filterFields } from "./model.ts";

export interface ListQuery {
  readonly page: number;
  readonly pageSize: number;
  /** A field, or \`-\` and a field for the other direction; empty for the server's own order. */
  readonly sort: string;
//? if search
  /** What is searched for. */
  readonly q: string;
//? end
  /** Wanted values by field. */
  readonly filters: ReadonlyMap<string, string>;
}

const defaultPageSize = 20;

/** Reads the address; what does not belong there is left out. */
export function readListQuery(entity: Entity, search: string): ListQuery {
  const params = new URLSearchParams(search);
  const sort = params.get("sort") ?? "";
  const filters = new Map<string, string>();
  for (const { name } of filterFields(entity)) {
    const value = params.get(name);
    if (value !== null && value !== "") filters.set(name, value);
  }
  return {
    page: wholeNumber(params.get("page"), 1, Number.MAX_SAFE_INTEGER, 1),
    pageSize: wholeNumber(params.get("pageSize"), 1, 100, defaultPageSize),
    sort: entity.fields.some(({ name }) => sort === name || sort === \`-\${name}\`) ? sort : "",
//? if search
    q: params.get("q") ?? "",
//? end
    filters,
  };
}

/** Which rows are meant, in which order: without the page. */
export function selection(query: ListQuery): URLSearchParams {
  const params = new URLSearchParams();
//? if search
  if (query.q !== "") params.set("q", query.q);
//? end
  for (const [name, value] of query.filters) params.set(name, value);
  if (query.sort !== "") params.set("sort", query.sort);
  return params;
}

/** The query of the API. */
export function apiQuery(query: ListQuery): URLSearchParams {
  const params = selection(query);
  params.set("page", String(query.page));
  params.set("pageSize", String(query.pageSize));
  return params;
}

/** The address of the list; what is as always is left out. */
export function listAddress(entity: Entity, query: ListQuery): string {
  const params = selection(query);
  if (query.page !== 1) params.set("page", String(query.page));
  if (query.pageSize !== defaultPageSize) params.set("pageSize", String(query.pageSize));
  const text = params.toString();
  return text === "" ? entity.path : \`\${entity.path}?\${text}\`;
}

function wholeNumber(text: string | null, min: number, max: number, otherwise: number): number {
  const value = Number(text ?? "");
  return text !== null && Number.isSafeInteger(value) && value >= min && value <= max ? value : otherwise;
}
`
