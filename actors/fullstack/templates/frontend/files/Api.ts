/** `src/api.ts` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** The backend over HTTP. Whatever goes wrong arrives as an \`ApiProblem\` with a sentence for the user. */
import type { AnyRow, Entity, Row, Value } from "./model.ts";

export interface FieldProblem {
  /** The name of the field. */
  readonly path: string;
  readonly message: string;
}

/** What is wrong with a field, as a sentence: the server may leave out the field's name, as in "is taken". */
export function fieldMessage(label: string, message: string): string {
  return /^\\p{Ll}/u.test(message) ? \`\${label} \${message}\` : message;
}

/** The server refused, failed or could not be reached. Only a refusal says that nothing was stored. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";

  constructor(
    /** The HTTP status; 0 if there was no answer. */
    readonly status: number,
    message: string,
    readonly errors: ReadonlyArray<FieldProblem> = [],
  ) {
    super(message);
  }
}

/** Anything thrown as a problem that can be shown. */
export function toProblem(cause: unknown): ApiProblem {
  if (cause instanceof ApiProblem) return cause;
  return new ApiProblem(0, "Something went wrong in this page. Reload it and try again.");
}

export interface Page<A> {
  readonly items: ReadonlyArray<A>;
  readonly total: number;
  readonly page: number;
  readonly pageSize: number;
}

export type Values = ReadonlyMap<string, Value>;
//? if user-authentication

export interface Account {
  readonly id: string;
  readonly email: string;
  readonly administrator: boolean;
}

export interface Invitation {
  readonly id: string;
  readonly createdAt: string;
  readonly expiresAt: string;
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** Fired on \`window\` when the server no longer knows who is asking. */
export const signedOutEvent = "app:signed-out";
//? end
//? if audit-log

export interface AuditEntry {
  readonly id: string;
  readonly at: string;
  readonly accountId: string | null;
  readonly action: string;
  readonly entity: string;
  readonly entityId: string;
  readonly changes: unknown;
}
//? end

export function listRows(entity: Entity, query: URLSearchParams, signal?: AbortSignal): Promise<Page<AnyRow>> {
  return request("GET", withQuery(\`/api\${entity.path}\`, query), { signal });
}

export function readRow(entity: Entity, id: string, signal?: AbortSignal): Promise<AnyRow> {
  return request("GET", rowPath(entity, id), { signal });
}

/** What people call the rows that these rows of an entity refer to, by id. */
export async function readLabels(
  entity: Entity,
  ids: ReadonlyArray<string>,
  signal?: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const query = new URLSearchParams({ ids: ids.join() });
  const answer = await request<{ readonly labels: Readonly<Record<string, string>> }>(
    "GET",
    withQuery(\`/api\${entity.path}/labels\`, query),
    { signal },
  );
  return answer.labels;
}

export function createRow(entity: Entity, values: Values): Promise<AnyRow> {
  return request("POST", \`/api\${entity.path}\`, { values });
}

/** Changes the given fields and leaves the others; refused with 412 if the row is not the one of \`base\` any more. */
export function updateRow(entity: Entity, base: Row, values: Values): Promise<AnyRow> {
  return request("PATCH", rowPath(entity, base.id), { values, headers: { "If-Match": \`"\${base.updatedAt}"\` } });
}

export interface Affected {
  /** The name of an entity, as the requirements write it. */
  readonly entity: string;
  readonly count: number;
}

/** What a deletion would do. */
export interface Deletion {
  readonly deleted: ReadonlyArray<Affected>;
  readonly emptied: ReadonlyArray<Affected>;
  readonly inTheWay: ReadonlyArray<Affected>;
  readonly refused: boolean;
  /** Whether everything was counted. */
  readonly complete: boolean;
}

export function previewDeletion(entity: Entity, id: string, signal?: AbortSignal): Promise<Deletion> {
  return request("GET", \`\${rowPath(entity, id)}/deletion\`, { signal });
}

export function deleteRow(entity: Entity, id: string): Promise<void> {
  return request("DELETE", rowPath(entity, id));
}
//? if csv-export

/** Where the browser finds the rows that match \`query\` as CSV. */
export function csvAddress(entity: Entity, query: URLSearchParams): string {
  return withQuery(\`/api\${entity.path}.csv\`, query);
}
//? end
//? if audit-log

export function listAuditLog(page: number, signal?: AbortSignal): Promise<Page<AuditEntry>> {
  return request("GET", \`/api/audit-log?page=\${page}&pageSize=20\`, { signal });
}
//? end
//? if user-authentication

/** \`invitation\` is the token of one; empty without. */
export function register(credentials: Credentials, invitation: string): Promise<Account> {
  const values = new Map(Object.entries(invitation === "" ? credentials : { ...credentials, invitation }));
  return request("POST", "/api/auth/register", { values });
}

export async function signIn(credentials: Credentials): Promise<Account> {
  await request<unknown>("POST", "/api/auth/login", { values: new Map(Object.entries(credentials)) });
  return request("GET", "/api/auth/me");
}

export function signOut(): Promise<void> {
  return request("POST", "/api/auth/logout");
}

export function signOutEverywhere(): Promise<void> {
  return request("DELETE", "/api/auth/sessions");
}

export function changePassword(currentPassword: string, newPassword: string): Promise<Account> {
  const values = new Map(Object.entries({ currentPassword, newPassword }));
  return request("POST", "/api/auth/password", { values });
}

export function listAccounts(
  page: number,
  signal?: AbortSignal,
): Promise<Page<Account & { readonly createdAt: string }>> {
  return request("GET", \`/api/auth/accounts?page=\${page}&pageSize=20\`, { signal });
}

export function readRegistration(signal?: AbortSignal): Promise<{ readonly open: boolean }> {
  return request("GET", "/api/auth/registration", { signal });
}

export function setRegistration(open: boolean): Promise<unknown> {
  return request("PUT", "/api/auth/registration", { values: new Map([["open", open]]) });
}

export function listInvitations(signal?: AbortSignal): Promise<{ readonly items: ReadonlyArray<Invitation> }> {
  return request("GET", "/api/auth/invitations", { signal });
}

/** The link is told this once. */
export function invite(): Promise<Invitation & { readonly link: string }> {
  return request("POST", "/api/auth/invitations");
}

export function withdrawInvitation(id: string): Promise<void> {
  return request("DELETE", \`/api/auth/invitations/\${encodeURIComponent(id)}\`);
}

/** The account of this session, or \`null\` if nobody is signed in. */
export async function whoAmI(): Promise<Account | null> {
  try {
    return await request<Account>("GET", "/api/auth/me");
  } catch (cause) {
    if (cause instanceof ApiProblem && cause.status === 401) return null;
    throw cause;
  }
}
//? end

interface RequestOptions {
  readonly values?: Values;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

async function request<A>(method: string, address: string, options: RequestOptions = {}): Promise<A> {
  const init: RequestInit = {
    method,
    credentials: "same-origin",
    headers: { Accept: "application/json", ...options.headers },
  };
  if (options.signal !== undefined) init.signal = options.signal;
  if (options.values !== undefined) {
    init.headers = { ...init.headers, "Content-Type": "application/json" };
    init.body = toJson(options.values);
  }
  let response: Response;
  try {
    response = await fetch(address, init);
  } catch (cause) {
    if (options.signal?.aborted === true) throw cause;
    throw new ApiProblem(0, "The server cannot be reached. Check the connection and try again.");
  }
  if (!response.ok) {
//? if user-authentication
    if (response.status === 401) window.dispatchEvent(new Event(signedOutEvent));
//? end
    throw await problemOf(response);
  }
  if (response.status === 204) return undefined as A;
  try {
    return (await response.json()) as A;
  } catch (cause) {
    if (options.signal?.aborted === true) throw cause;
    throw new ApiProblem(response.status, "The server gave an answer that is not JSON. Is the backend running?");
  }
}

/** Written by hand, so that a field may have any name, also \`__proto__\`. */
function toJson(values: Values): string {
  const members = [...values].map(([name, value]) => \`\${JSON.stringify(name)}:\${JSON.stringify(value)}\`);
  return \`{\${members.join(",")}}\`;
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => null);
  const problem = (typeof body === "object" && body !== null ? body : {}) as {
    readonly title?: unknown;
    readonly detail?: unknown;
    readonly errors?: unknown;
  };
  const message = [problem.detail, problem.title].find((text) => typeof text === "string" && text !== "");
  const errors = Array.isArray(problem.errors) ? problem.errors.filter(isFieldProblem) : [];
  return new ApiProblem(response.status, typeof message === "string" ? message : explain(response.status), errors);
}

function isFieldProblem(value: unknown): value is FieldProblem {
  return (
    typeof value === "object" &&
    value !== null &&
    "path" in value &&
    typeof value.path === "string" &&
    "message" in value &&
    typeof value.message === "string"
  );
}

function explain(status: number): string {
  if (status === 404) return "This does not exist, or no longer.";
  if (status === 409) return "This conflicts with what is already stored.";
  if (status === 413) return "This is too large to be stored.";
  if (status >= 500) return \`The server failed (\${status}). Look whether your change was stored before you try again.\`;
  return \`The server refused the request (\${status}).\`;
}

function rowPath(entity: Entity, id: string): string {
  return \`/api\${entity.path}/\${encodeURIComponent(id)}\`;
}

function withQuery(path: string, query: URLSearchParams): string {
  const text = query.toString();
  return text === "" ? path : \`\${path}?\${text}\`;
}
`
