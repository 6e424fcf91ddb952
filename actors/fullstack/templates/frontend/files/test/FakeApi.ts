/** `test/fakeApi.ts` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/**
 * The backend's API in memory, in place of \`fetch\`: lists with paging, sorting, filters and search, and rows to make,
 * change and delete. It checks no rules of fields; a test that wants a refusal asks for it with \`refuseNext\`.
 */
import { vi } from "vitest";
import type { Deletion } from "../src/api.ts";
import { entities } from "../src/entities.ts";
import { type AnyRow, type Entity, labelField, type Value, valueOf } from "../src/model.ts";

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

interface Refusal {
  readonly method: string;
  readonly status: number;
  readonly problem: object;
}

const perPage = 20;
const instant = "2026-01-02T03:04:05.000Z";

export class FakeApi {
  /** Every request so far, the oldest first. */
  readonly requests: Array<SeenRequest> = [];
//? if user-authentication
  /** Who is signed in; \`null\` makes everything but the sign-in answer 401. */
  account: { readonly id: string; readonly email: string; readonly administrator: boolean } | null = {
    id: "account-1",
    email: "ada@example.org",
    administrator: true,
  };
  /** Passwords by e-mail address. */
  readonly accounts = new Map([["ada@example.org", "correct horse"]]);
//? end
  /** What deleting a row would do. */
  deletion: Deletion = { deleted: [], emptied: [], inTheWay: [], refused: false, complete: true };
  private readonly tables = new Map<string, Array<AnyRow>>();
  private readonly refusals: Array<Refusal> = [];
  private made = 0;
//? if user-authentication
  private open = false;
  private invitations: ReadonlyArray<{ readonly id: string }> = [];
//? end

  /** Answers the requests of the page from now on. */
  install(): this {
    vi.stubGlobal("fetch", (address: string, init?: RequestInit) => this.answer(address, init));
    return this;
  }

  rows(entity: Entity): Array<AnyRow> {
    const rows = this.tables.get(entity.path) ?? [];
    this.tables.set(entity.path, rows);
    return rows;
  }

  /** Stores a row; fields that are not given are empty. */
  add(entity: Entity, values: Readonly<Record<string, Value>>, id?: string): AnyRow {
    this.made += 1;
    const empty = entity.fields.map((field): [string, Value] => [field.name, null]);
    const row = Object.fromEntries([
      ["id", id ?? \`00000000-0000-4000-8000-\${String(this.made).padStart(12, "0")}\`],
      ["createdAt", instant],
      ["updatedAt", instant],
      ...empty,
      ...Object.entries(values),
    ]) as AnyRow;
    this.rows(entity).push(row);
    return row;
  }

  /** The next request with this method is refused with a problem document. */
  refuseNext(method: string, status: number, problem: object = {}): void {
    this.refusals.push({ method, status, problem });
  }

  /** The requests with this method for the rows of an entity. */
  seen(method: string, entity: Entity): ReadonlyArray<SeenRequest> {
    return this.requests.filter(({ method: used, path }) => used === method && path.startsWith(\`/api\${entity.path}\`));
  }

  private async answer(address: string, init: RequestInit = {}): Promise<Response> {
    const { pathname, searchParams } = new URL(address, "http://localhost");
    const method = init.method ?? "GET";
    const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : undefined;
    this.requests.push({ method, path: pathname, query: searchParams, body });
    // As over a network, the answer comes later.
    await Promise.resolve();
    const refusal = this.refusals.findIndex((one) => one.method === method);
    if (refusal >= 0) {
      const [{ status, problem }] = this.refusals.splice(refusal, 1) as [Refusal];
      return problemResponse(status, problem);
    }
//? if user-authentication
    if (pathname.startsWith("/api/auth/")) return this.authenticate(method, pathname.slice("/api/auth/".length), body);
    if (this.account === null) return problemResponse(401, { title: "Sign in first." });
//? end
    return this.serve(method, pathname, searchParams, body);
  }
//? if user-authentication

  private authenticate(method: string, action: string, body: unknown): Response {
    const given = new Map(Object.entries((body ?? {}) as object));
    const text = (name: string) => String(given.get(name) ?? "");
    const [email, password] = [text("email"), text("password")];
    switch (action) {
      case "register":
        if (this.accounts.has(email)) return problemResponse(409, { detail: "This e-mail address is taken." });
        this.accounts.set(email, password);
        this.account = { id: \`account-\${this.accounts.size}\`, email, administrator: false };
        return jsonResponse(201, this.account);
      case "login":
        if (this.accounts.get(email) !== password) return problemResponse(401, { detail: "Wrong e-mail or password." });
        this.account = { id: "account-1", email, administrator: true };
        return jsonResponse(200, this.account);
      case "logout":
      case "sessions":
        this.account = null;
        return new Response(null, { status: 204 });
      case "password": {
        const own = this.account?.email ?? "";
        if (this.accounts.get(own) !== text("currentPassword")) {
          return problemResponse(422, { errors: [{ path: "currentPassword", message: "is wrong" }] });
        }
        this.accounts.set(own, text("newPassword"));
        return jsonResponse(200, this.account);
      }
      case "accounts": {
        const items = [...this.accounts.keys()].map((address) => ({ id: address, email: address, createdAt: instant }));
        return jsonResponse(200, { items, total: items.length, page: 1, pageSize: 20 });
      }
      case "registration":
        if (method === "PUT") this.open = given.get("open") === true;
        return jsonResponse(200, { open: this.open });
      case "invitations": {
        if (method === "GET") return jsonResponse(200, { items: this.invitations });
        const invitation = { id: "invitation-1", createdAt: instant, expiresAt: instant };
        this.invitations = [invitation];
        return jsonResponse(201, { ...invitation, token: "token-1", link: "/account/register#token-1" });
      }
      case "invitations/invitation-1":
        this.invitations = [];
        return new Response(null, { status: 204 });
      default:
        return this.account === null ? problemResponse(401, {}) : jsonResponse(200, this.account);
    }
  }
//? end

  private serve(method: string, path: string, query: URLSearchParams, body: unknown): Response {
    const [, , collection = "", id, action] = path.split("/");
    const rows = this.tables.get(\`/\${collection}\`) ?? [];
    this.tables.set(\`/\${collection}\`, rows);
    if (id === undefined) {
//? if search
      if (method === "GET") return jsonResponse(200, page(select(\`/\${collection}\`, rows, query), query));
//? else
      if (method === "GET") return jsonResponse(200, page(select(rows, query), query));
//? end
      this.made += 1;
      const row = { id: \`new-\${this.made}\`, createdAt: instant, updatedAt: instant, ...(body as object) } as AnyRow;
      rows.push(row);
      return jsonResponse(201, row);
    }
    if (id === "labels") return jsonResponse(200, { labels: this.labels(\`/\${collection}\`, rows, query.get("ids")) });
    const at = rows.findIndex((row) => row.id === decodeURIComponent(id));
    const row = rows[at];
    if (row === undefined) return problemResponse(404, { title: "Not found" });
    if (action === "deletion") return jsonResponse(200, this.deletion);
    if (method === "DELETE") {
      rows.splice(at, 1);
      return new Response(null, { status: 204 });
    }
    if (method === "PATCH") rows[at] = { ...row, ...(body as object) } as AnyRow;
    return jsonResponse(200, rows[at]);
  }

  /** What the rows with these ids refer to, by id. */
  private labels(path: string, rows: ReadonlyArray<AnyRow>, ids: string | null): Readonly<Record<string, Value>> {
    const asked = rows.filter((row) => (ids ?? "").split(",").includes(row.id));
    const fields = entities.find((entity) => entity.path === path)?.fields ?? [];
    const found = fields.flatMap((field) => {
      const target = field.type === "reference" ? field.to() : undefined;
      const label = target && labelField(target);
      if (target === undefined || label === undefined) return [];
      const wanted = new Set(asked.map((row) => valueOf(row, field.name)));
      const named = this.rows(target).filter((row) => wanted.has(row.id) && valueOf(row, label.name) !== null);
      return named.map((row): [string, Value] => [row.id, valueOf(row, label.name)]);
    });
    return Object.fromEntries(found);
  }
}

//? if search
const ownParameters = new Set(["page", "pageSize", "sort", "q"]);
//? else
const ownParameters = new Set(["page", "pageSize", "sort"]);
//? end

//? if search
function select(path: string, rows: ReadonlyArray<AnyRow>, query: URLSearchParams): ReadonlyArray<AnyRow> {
  const q = query.get("q")?.toLowerCase();
//? else
function select(rows: ReadonlyArray<AnyRow>, query: URLSearchParams): ReadonlyArray<AnyRow> {
//? end
  const found = rows.filter((row) => {
//? if search
    if (q !== undefined && !texts(path, row).some((text) => text.toLowerCase().includes(q))) return false;
//? end
    return [...query].every(([name, value]) => ownParameters.has(name) || String(valueOf(row, name)) === value);
  });
  const sort = query.get("sort");
  if (sort === null) return found;
  // A field may have a name that begins with a hyphen itself.
  const descending = sort.startsWith("-") && !rows.some((row) => Object.hasOwn(row, sort));
  const name = descending ? sort.slice(1) : sort;
  const sign = descending ? -1 : 1;
  return found.toSorted((a, b) => sign * compareValues(valueOf(a, name), valueOf(b, name)));
}

//? if search
function texts(path: string, row: AnyRow): ReadonlyArray<string> {
  const fields = entities.find((entity) => entity.path === path)?.fields ?? [];
  const searched = fields.filter(({ type }) => type === "string" || type === "text");
  return searched.map(({ name }) => String(valueOf(row, name) ?? ""));
}

//? end
/** The order of a sorted list: numbers by size, everything else by its text. */
export function compareValues(a: Value, b: Value): number {
  if (a === b) return 0;
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a) < String(b) ? -1 : 1;
}

function page(rows: ReadonlyArray<AnyRow>, query: URLSearchParams) {
  const number = Number(query.get("page") ?? 1);
  const size = Number(query.get("pageSize") ?? perPage);
  return { items: rows.slice((number - 1) * size, number * size), total: rows.length, page: number, pageSize: size };
}

function jsonResponse(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}

function problemResponse(status: number, problem: object): Response {
  return new Response(JSON.stringify({ status, ...problem }), {
    status,
    headers: { "Content-Type": "application/problem+json" },
  });
}
`
