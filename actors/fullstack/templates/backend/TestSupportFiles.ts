/**
 * What the generated tests share: a real service on a free port, sample values, and what they expect in the same words.
 *
 * Plain text that `Sections.fill` makes fit for one project. Written as the files will stand, apart from escapes.
 *
 * @since 0.1.0
 */
import type { TemplateFile } from "./Sections.ts"

export const testSupportFiles: ReadonlyArray<TemplateFile> = [
  {
    path: "test/support/server.ts",
    text: `/** A real service on a free port, with a database of its own, and a client that talks to it over HTTP. */
/*IF auth*/
import { createHash, randomUUID } from "node:crypto";
/*END*/
import { once } from "node:events";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Client, createClient } from "@libsql/client";
import { expect, inject } from "vitest";
import { quote } from "../../src/database.ts";
import { entities } from "../../src/entities.ts";
import { type Service, startService } from "../../src/service.ts";
import type { Settings } from "../../src/settings.ts";

/** A JSON object of which a test looks at some fields: of which type they are shows in what it expects of them. */
export type Json = Record<string, any>;

/** A record as the API shows it. */
export interface Row extends Readonly<Json> {
  readonly id: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; empty where it is something else. */
  readonly body: Json;
}

export interface Sending {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export class TestServer {
  /** A database file with the schema and nothing else: a copy is made sooner than the tables of many entities. */
  static #empty: Promise<string> | undefined;
  static #shared: Promise<TestServer> | undefined;
  readonly #folder: string;
  #service: Service;
  /** Where records were added since they were last removed. */
  readonly #touched = new Set<string>();
  #counts = new Map<string, number>();
/*IF auth*/
  readonly #sessions = new Map<string, string>();
/*END*/
  /** Sent with every request. */
  cookie = "";

  private constructor(folder: string, service: Service) {
    this.#folder = folder;
    this.#service = service;
  }

  /** One for all files that leave it as it was but for records. It ends with the process. */
  static shared(): Promise<TestServer> {
    TestServer.#shared ??= TestServer.start();
    return TestServer.#shared;
  }

  static async start(): Promise<TestServer> {
    const folder = await mkdtemp(join(inject("folder"), "server-"));
    TestServer.#empty ??= makeEmpty();
    await copyFile(await TestServer.#empty, fileIn(folder));
    const server = new TestServer(folder, await startService(settingsIn(folder)));
/*IF auth*/
    await server.signIn("tester@example.com");
/*END*/
    return server;
  }

  /** Stops the service and starts it again on the same database. */
  async restart(settings: Partial<Settings> = {}): Promise<void> {
    await this.#service.close();
    this.#service = await startService({ ...settingsIn(this.#folder), ...settings });
  }

  get url(): string {
    return this.#service.url;
  }

  get databaseFile(): string {
    return fileIn(this.#folder);
  }

  /** Tries to start another service on the same port. */
  startBeside(): Promise<Service> {
    const port = Number(new URL(this.#service.url).port);
    return startService({ ...settingsIn(this.#folder), port, databaseFile: join(this.#folder, "beside.db") });
  }

  async close(): Promise<void> {
    await this.#service.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Removes all records/*IF auth*/; accounts stay/*END*/. */
  async reset(): Promise<void> {
    this.#counts = new Map();
    const client = this.#connect();
    // Only where something was added: there may be hundreds of tables.
    const touched = entities.filter((entity) => this.#touched.delete(entity.path));
    const tables = [...touched.map((entity) => entity.table)/*IF audit*/, "_audit_log"/*END*/];
    await client.executeMultiple(
      \`PRAGMA foreign_keys = OFF; BEGIN; \${tables.map((table) => \`DELETE FROM \${quote(table)};\`).join(" ")} COMMIT;\`,
    );
    client.close();
  }
/*IF csv*/

  /** Whether all that was written can move from the log to the file itself, because nobody reads an older state. */
  async canEmptyLog(): Promise<boolean> {
    const client = this.#connect();
    const [row] = (await client.execute("PRAGMA wal_checkpoint(TRUNCATE)")).rows;
    client.close();
    return row?.["busy"] === 0;
  }
/*END*/
/*IF auth*/

  /** Does what another account would, one that is not the administrator; afterwards the session is what it was. */
  async as<A>(email: string, work: () => Promise<A>): Promise<A> {
    const before = this.cookie;
    this.cookie = this.#sessions.get(email) ?? (await this.#enter(email));
    try {
      return await work();
    } finally {
      this.cookie = before;
    }
  }

  /** Registers an account and sends its session from now on. The first one is the administrator. */
  async signIn(email: string): Promise<Answer> {
    const answer = await this.post("/api/auth/register", { email, password: "correct horse" });
    expect(answer.status).toBe(201);
    this.cookie = cookieOf(answer);
    return answer;
  }
/*END*/

  get = (path: string) => this.send("GET", path);
  post = (path: string, body?: unknown) => this.send("POST", path, { body });
  patch = (path: string, body: unknown) => this.send("PATCH", path, { body });
  delete = (path: string) => this.send("DELETE", path);

  /** A string as body is sent as it is, anything else as JSON. */
  async send(method: string, path: string, { body, headers = {} }: Sending = {}): Promise<Answer> {
    if (method === "POST") this.#touched.add(path);
    const response = await fetch(this.#service.url + path, {
      method,
      headers: {
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        Cookie: this.cookie,
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = /[/+]json/.test(response.headers.get("Content-Type") ?? "");
    return { status: response.status, headers: response.headers, text, body: json ? JSON.parse(text) : {} };
  }

  /** The status of a request for a target that \`fetch\` would not send. */
  async statusOf(target: string): Promise<number> {
    const [response] = await once(request(this.#service.url, { path: target, agent: false }).end(), "response");
    response.resume();
    return response.statusCode;
  }

  /** Creates a record that must be accepted. */
  async create(path: string, input: Json): Promise<Row> {
    const answer = await this.post(path, input);
    expect(answer.status, answer.text).toBe(201);
    return answer.body as Row;
  }

  /** All records at a path, up to 100, the newest first. */
  async items(path: string, query: Readonly<Record<string, unknown>> = {}): Promise<ReadonlyArray<Row>> {
    const parameters = new URLSearchParams({ pageSize: "100" });
    for (const [name, value] of Object.entries(query)) parameters.set(name, String(value));
    const answer = await this.get(\`\${path}?\${parameters}\`);
    expect(answer.status, answer.text).toBe(200);
    const { items, total } = answer.body;
    if (items.length < 100) expect(total).toBe(items.length);
    return items;
  }

  async count(path: string): Promise<number> {
    return (await this.get(\`\${path}?pageSize=1\`)).body["total"];
  }

  /** Counts from 0 for each name: fixtures make records differ by it. */
  next(name: string): number {
    const count = this.#counts.get(name) ?? 0;
    this.#counts.set(name, count + 1);
    return count;
  }

  /** Runs statements on the database past the service. */
  async run(...statements: ReadonlyArray<string>): Promise<void> {
    const client = this.#connect();
    await client.executeMultiple(\`PRAGMA foreign_keys = OFF; BEGIN; \${statements.join("; ")}; COMMIT;\`.trim());
    client.close();
  }

/*IF auth*/
  /** Stores an account and its session past the API, which would hash a password. */
  async #enter(email: string): Promise<string> {
    const [id, token, now] = [randomUUID(), randomUUID(), new Date().toISOString()];
    const client = this.#connect();
    await client.batch([
      {
        sql: "INSERT INTO _account (id, email, password_hash, created_at) VALUES (?, ?, 'none', ?)",
        args: [id, email, now],
      },
      {
        sql: "INSERT INTO _session (token_hash, account_id, created_at, expires_at) VALUES (?, ?, ?, '9999')",
        args: [createHash("sha256").update(token).digest("hex"), id, now],
      },
    ]);
    client.close();
    this.#sessions.set(email, \`session=\${token}\`);
    return \`session=\${token}\`;
  }

/*END*/
  #connect(): Client {
    return createClient({ url: pathToFileURL(fileIn(this.#folder)).href, timeout: 5_000 });
  }
}
/*IF auth*/

export const cookieOf = (answer: Answer) => (answer.headers.get("Set-Cookie") ?? "").split(";")[0] ?? "";
/*END*/

async function makeEmpty(): Promise<string> {
  const folder = await mkdtemp(join(inject("folder"), "empty-"));
  const service = await startService(settingsIn(folder));
  await service.close();
  return fileIn(folder);
}

const fileIn = (folder: string) => join(folder, "test.db");

const settingsIn = (folder: string) => ({ port: 0, databaseFile: fileIn(folder), trustProxy: 0, requestTimeout: 30 });
`
  },
  {
    path: "test/support/folder.ts",
    text: `/** The folder of all databases of these tests. Vitest ends its workers by a signal, so it is removed by the main process. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    readonly folder: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "backend-test-"));
  project.provide("folder", folder);
  return () => rm(folder, { recursive: true, force: true });
}
`
  },
  {
    path: "test/support/expect.ts",
    text: `/** What tests of several resources expect in the same words. */
import { expect } from "vitest";
import type { Answer, Row } from "./server.ts";

/** An id that no record has. */
export const missingId = "00000000-0000-4000-8000-000000000000";

/** An error in the form of RFC 9457; \`paths\` are the fields or parameters it must name, all of them and no others. */
export function expectProblem(
  answer: Answer,
  status: number,
  paths?: ReadonlyArray<string>,
  about = answer.text,
): void {
  expect(answer.status, about).toBe(status);
  expect(answer.headers.get("Content-Type"), about).toContain("application/problem+json");
  expect(answer.body, about).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
  if (paths === undefined) return;
  const errors = answer.body["errors"] as ReadonlyArray<{ readonly path: string; readonly message: string }>;
  expect(errors.map((error) => error.path).sort(), about).toEqual([...paths].sort());
  for (const error of errors) expect(error.message).not.toBe("");
}

/** The order the API promises: by the field, then by id; empty values first, text by its code points. */
export const sorted = (rows: ReadonlyArray<Row>, name: string, direction: 1 | -1): ReadonlyArray<Row> =>
  [...rows].sort((a, b) => direction * compare(a[name], b[name]) || compare(a.id, b.id));

export const newestFirst = (rows: ReadonlyArray<Row>) => sorted(rows, "createdAt", -1);

/** Another value of the same type, that no sample has: a day will do for text as well. */
export function otherThan(value: unknown): string | number | boolean {
  if (typeof value === "number") return value === 0 ? 1 : 0;
  return typeof value === "boolean" ? !value : "1999-12-31";
}

function compare(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  if (typeof a === "string" && typeof b === "string") return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return Number(a) - Number(b);
}
`
  },
  {
    path: "test/support/samples.ts",
    text: `/** Valid values for fields: the nth differs from those before it for as long as the field's limits allow. */

interface Limits {
  readonly min?: number;
  readonly max?: number;
}

/** Text with the label in it where there is room. */
export function textOf(n: number, label: string, { min = 0, max = 1000 }: Limits = {}): string {
  const ending = \` \${n + 1}\`;
  if (label.length + ending.length <= max) return (label + ending).padEnd(min, "~");
  // Too short for words: a number in letters.
  let letters = "";
  for (let rest = n; letters.length < Math.min(max, 6); rest = Math.floor(rest / 26)) {
    letters = String.fromCharCode(97 + (rest % 26)) + letters;
  }
  return letters.padEnd(min, "~");
}

export function integerOf(n: number, { min, max }: Limits = {}): number {
  const least = Math.ceil(min ?? Math.max(startBelow(max), Number.MIN_SAFE_INTEGER));
  const most = Math.floor(Math.min(max ?? Number.MAX_SAFE_INTEGER, least + 1_000_000));
  return least + (n % (most - least + 1));
}

/** Far from zero the steps are wider, because neighbouring numbers are further apart there. */
export function numberOf(n: number, { min = -Number.MAX_VALUE, max = Number.MAX_VALUE }: Limits = {}): number {
  const least = Math.max(min, Math.min(0.5, max - Math.max(1024, Math.abs(max))));
  const range = Math.min(max - least, Math.max(1024, Math.abs(least)));
  return least + (range / 1024) * (n % 1024);
}

const startBelow = (max: number | undefined) => (max === undefined || max >= 1000 ? 1 : Math.floor(max) - 1000);

/** A day of 2026 and the years after. */
export const dayOf = (n: number): string => new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10);

export const choiceOf = <A>(n: number, values: readonly [A, ...ReadonlyArray<A>]): A =>
  values[n % values.length] ?? values[0];
`
  },
  {
    path: "test/support/csv.ts",
    when: "csv",
    text: `/** Reads comma-separated values after RFC 4180, and says what the API should have written. */
import type { Row } from "./server.ts";

export function parseCsv(text: string): Array<Array<string>> {
  const lines: Array<Array<string>> = [];
  let cells: Array<string> = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\\r\\n]*))(,|\\r\\n|$)/gy;
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    if (match === null) throw new Error(\`not CSV: \${text}\`);
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === ",") continue;
    lines.push(cells);
    cells = [];
  }
  return lines;
}

/** Text that a spreadsheet would take for a formula has an apostrophe before it. */
export const expectedCells = (row: Row, names: ReadonlyArray<string>): ReadonlyArray<string> =>
  names.map((name) => {
    const value: unknown = row[name];
    if (value === null) return "";
    return typeof value === "string" && /^[=+\\-@\\t\\r]/.test(value) ? \`'\${value}\` : String(value);
  });
`
  }
]
