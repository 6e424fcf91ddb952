/**
 * The generated tests that belong to no entity: the service as a whole, accounts, and the audit log.
 *
 * Plain text that `Sections.fill` makes fit for one project. Written as the files will stand, apart from escapes.
 *
 * @since 0.1.0
 */
import type { TemplateFile } from "./Sections.ts"

export const featureTests: ReadonlyArray<TemplateFile> = [
  {
    path: "test/service.test.ts",
    text: `/** The service as a whole: what operators rely on, and how it answers requests that fit nothing. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { entities } from "../src/entities.ts";
import { create{{Name}}, {{name}}Input } from "./fixtures/{{file}}.ts";
import { expectProblem } from "./support/expect.ts";
import { TestServer } from "./support/server.ts";

const path = "{{path}}";
let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start();
});
beforeEach(() => server.reset());
afterAll(() => server.close());

it("AC-service.health: answers 200 while the database answers", async () => {
  const answer = await server.send("GET", "/healthz", { headers: { Cookie: "" } });
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({ status: "ok" });
});

it("AC-service.metrics: counts and times requests by route", async () => {
  const { id } = await create{{Name}}(server);
  await server.get(\`\${path}/\${id}\`);
  await server.get(\`\${path}/\${id}\`);
  const answer = await server.send("GET", "/metrics", { headers: { Cookie: "" } });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("Content-Type")).toContain("text/plain");
  expect(answer.text).toContain(\`http_requests_total{method="GET",route="\${path}/:id",status="200"} 2\\n\`);
  expect(answer.text).toContain(
    \`http_request_duration_seconds_count{method="GET",route="\${path}/:id",status="200"} 2\\n\`,
  );
  expect(answer.text).toContain("\\ndb_up 1\\n");
  for (const name of {{metrics}}) {
    expect(answer.text, name).toMatch(new RegExp(\`^# TYPE \${name} \`, "m"));
  }
});

it("AC-service.openapi: serves the description of every collection", async () => {
  const answer = await server.send("GET", "/openapi.json", { headers: { Cookie: "" } });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("Content-Type")).toContain("application/json");
  expect(answer.body).toEqual(JSON.parse(readFileSync(new URL("../src/openapi.json", import.meta.url), "utf8")));
  expect(answer.body["openapi"]).toMatch(/^3\\.1\\./);
  for (const entity of entities) expect(Object.keys(answer.body["paths"])).toContain(entity.path);
});

it("AC-service.errors: answers 400 to a body that is not JSON", async () => {
  for (const body of ["{", "{'a': 1}", '{"a": 1,}', "\\u0000"]) expectProblem(await server.post(path, body), 400);
  expectProblem(await server.post(path), 400);
  expect(await server.count(path)).toBe(0);
});

it("AC-service.errors: answers 415 to a body of another type", async () => {
  const body = JSON.stringify(await {{name}}Input(server));
  expectProblem(await server.send("POST", path, { body, headers: { "Content-Type": "text/plain" } }), 415);
  expect(await server.count(path)).toBe(0);
});

it("AC-service.errors: answers 404 to an unknown path and 405 to an unknown method", async () => {
  expectProblem(await server.get("/api/no-such-collection"), 404);
  expectProblem(await server.get(\`\${path}/a/b\`), 404);
  expectProblem(await server.get("/nothing"), 404);
  const answer = await server.send("PUT", path, { body: {} });
  expectProblem(answer, 405);
  expect(answer.headers.get("Allow")).toBe("GET, HEAD, POST");
});

it("AC-service.errors: answers 400 to a target that is not a URL", async () => {
  for (const target of [\`http://:99999\${path}\`, "http://[::1/", "http://xn--0/"]) {
    expect(await server.statusOf(target), target).toBe(400);
  }
  expect(await server.statusOf("http://localhost/healthz")).toBe(200);
  expect(await server.statusOf("//:99999/")).toBe(404);
});

it("AC-service.errors: answers 413 to a body over 1 MB, and stores nothing", async () => {
  const large = JSON.stringify({ ...(await {{name}}Input(server)), " ": "x".repeat(1024 * 1024) });
  expectProblem(await server.post(path, large), 413);
  // A body just below the limit is read; only then its unknown field is found.
  const smaller = JSON.stringify({ ...(await {{name}}Input(server)), " ": "x".repeat(900 * 1024) });
  expectProblem(await server.post(path, smaller), 422, [" "]);
  expect(await server.count(path)).toBe(0);
});

it("AC-service.errors: answers 422 to JSON that is not an object", async () => {
  for (const body of ["[]", '"text"', "1", "null"]) expectProblem(await server.post(path, body), 422, [""]);
  expect(await server.count(path)).toBe(0);
});

it("keeps what it stored over a restart", async () => {
  const row = await create{{Name}}(server);
  await server.restart();
  expect((await server.get(\`\${path}/\${row.id}\`)).body).toEqual(row);
});

it("says which port is in use, and what to do about it", async () => {
  await expect(server.startBeside()).rejects.toThrow(/^Port \\d+ is in use \\(EADDRINUSE\\): set PORT to another\\.$/);
});
/*IF spacious*/

it("takes many writes at once", async () => {
  const inputs = [];
  for (let n = 0; n < 20; n++) inputs.push(await {{name}}Input(server));
  const answers = await Promise.all(inputs.map((input) => server.post(path, input)));
  expect(answers.map((answer) => answer.status)).toEqual(inputs.map(() => 201));
  expect(await server.count(path)).toBe(20);
});
/*END*/
/*IF csv*/

it("lets go of the state that an export has read", async () => {
  await create{{Name}}(server);
  expect((await server.get(\`\${path}.csv\`)).status).toBe(200);
  // Another state: the one that was read is an older one now.
  await server.reset();
  expect(await server.canEmptyLog()).toBe(true);
});
/*END*/
`
  },
  {
    path: "test/auth.test.ts",
    when: "auth",
    text: `/** Accounts and sessions: who gets in, and who does not. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { Backoff } from "../src/auth/backoff.ts";
import { entities } from "../src/entities.ts";
import { expectProblem, missingId } from "./support/expect.ts";
import { cookieOf, TestServer } from "./support/server.ts";

const password = "correct horse";
let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.close());

/** Sends with the given session and no other. */
const as = (cookie: string, method: string, path: string, body?: unknown) =>
  server.send(method, path, { headers: { Cookie: cookie }, ...(body === undefined ? {} : { body }) });

const register = (email: string) => as("", "POST", "/api/auth/register", { email, password });

it("AC-auth.register: makes an account and signs it in by an httpOnly, same-site cookie", async () => {
  const answer = await register("ada@example.com");
  expect(answer.status).toBe(201);
  expect(answer.body).toEqual({ id: expect.any(String), email: "ada@example.com" });
  expect(answer.headers.get("Set-Cookie")).toMatch(/^session=[^;]+;.*HttpOnly;.*SameSite=Strict/);
  expect((await as(cookieOf(answer), "GET", "/api/auth/me")).body).toEqual(answer.body);
});

it("AC-auth.register: answers 409 for an email that is taken, in any case", async () => {
  expect((await register("taken@example.com")).status).toBe(201);
  expectProblem(await register("taken@example.com"), 409, ["email"]);
  expectProblem(await register("Taken@Example.com"), 409, ["email"]);
  const answers = await Promise.all([1, 2, 3].map(() => register("race@example.com")));
  expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409]);
});

it("AC-auth.register: refuses bad emails, passwords outside 8 to 200 characters and unknown fields", async () => {
  const refused = async (body: unknown, paths: ReadonlyArray<string>) => {
    const answer = await as("", "POST", "/api/auth/register", body);
    expectProblem(answer, 422, paths);
    expect(answer.headers.get("Set-Cookie")).toBeNull();
  };
  await refused({}, ["email", "password"]);
  await refused({ email: "no address", password: "1234567" }, ["email", "password"]);
  await refused({ email: 1, password: 2, admin: true }, ["admin", "email", "password"]);
  await refused({ email: "long@example.com", password: "x".repeat(201) }, ["password"]);
  await refused([], [""]);
  const passwords = [
    ["short@example.com", 8],
    ["long@example.com", 200],
  ] as const;
  for (const [email, length] of passwords) {
    const answer = await as("", "POST", "/api/auth/register", { email, password: "x".repeat(length) });
    expect(answer.status, email).toBe(201);
  }
});

it("AC-auth.login: answers 200 and a session for the right password", async () => {
  const account = (await register("bob@example.com")).body;
  const answer = await as("", "POST", "/api/auth/login", { email: "bob@example.com", password });
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual(account);
  expect((await as(cookieOf(answer), "GET", "/api/auth/me")).body).toEqual(account);
});

it("AC-auth.login: does not tell a wrong password from an unknown email", async () => {
  await register("carol@example.com");
  const wrong = await as("", "POST", "/api/auth/login", { email: "carol@example.com", password: "wrong horse" });
  const unknown = await as("", "POST", "/api/auth/login", { email: "nobody@example.com", password: "wrong horse" });
  expectProblem(wrong, 401);
  expectProblem(unknown, 401);
  expect(wrong.body).toEqual(unknown.body);
  expect(wrong.headers.get("Set-Cookie")).toBeNull();
});

it("AC-auth.login: slows down who guesses, even with the right password at last", async () => {
  await register("dave@example.com");
  const attempt = (guess: string) => as("", "POST", "/api/auth/login", { email: "dave@example.com", password: guess });
  const began = Date.now();
  const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => attempt(\`wrong guess \${n}\`)));
  // Five at once, one more after 1 s, another 2 s later, then 4: some fall due meanwhile where the machine is busy.
  const allowed = 5 + Math.floor(Math.log2(1 + (Date.now() - began) / 1000));
  const wrong = answers.filter((answer) => answer.status === 401);
  expect(wrong.length).toBeGreaterThanOrEqual(5);
  expect(wrong.length).toBeLessThanOrEqual(allowed);
  const refused = answers.filter((answer) => answer.status === 429);
  expect(refused).toHaveLength(12 - wrong.length);
  for (const answer of refused) expect(Number(answer.headers.get("Retry-After"))).toBeGreaterThanOrEqual(1);
});

it("AC-auth.login: doubles the wait with each failure and forgets it after a success", () => {
  let now = 0;
  const backoff = new Backoff(3, () => now);
  for (let n = 0; n < 3; n++) backoff.begin("key");
  expect(() => backoff.begin("key")).toThrow("1 s");
  expect(() => backoff.begin("other")).not.toThrow();
  now += 1_000;
  backoff.begin("key");
  expect(() => backoff.begin("key")).toThrow("2 s");
  now += 2_000;
  backoff.begin("key");
  expect(() => backoff.begin("key")).toThrow("4 s");
  backoff.succeeded("key");
  expect(() => backoff.begin("key")).not.toThrow();
});

it("AC-auth.logout: ends this session and no other", async () => {
  const first = cookieOf(await register("erin@example.com"));
  const second = cookieOf(await as("", "POST", "/api/auth/login", { email: "erin@example.com", password }));
  expect((await as(first, "POST", "/api/auth/logout")).status).toBe(204);
  expectProblem(await as(first, "GET", "/api/auth/me"), 401);
  expect((await as(second, "GET", "/api/auth/me")).status).toBe(200);
});

it("AC-auth.me: answers who is signed in, over a restart as well", async () => {
  const answer = await register("frank@example.com");
  await server.restart();
  const me = await as(cookieOf(answer), "GET", "/api/auth/me");
  expect(me.status).toBe(200);
  expect(me.body).toEqual(answer.body);
});

it("AC-auth.required: answers 401 to everything else under /api without a session", async () => {
  const requests: Array<readonly [method: string, path: string]> = [
    ["GET", "/api/auth/me"],
    ["POST", "/api/auth/logout"],
    ["GET", "/api/nothing"],
/*IF audit*/
    ["GET", "/api/audit-log"],
/*END*/
  ];
  for (const { path } of entities) {
    requests.push(["GET", path], ["POST", path], ["GET", \`\${path}/\${missingId}\`]);
    requests.push(["PATCH", \`\${path}/\${missingId}\`], ["DELETE", \`\${path}/\${missingId}\`]);
/*IF csv*/
    requests.push(["GET", \`\${path}.csv\`]);
/*END*/
  }
  for (const [method, path] of requests) {
    for (const cookie of ["", "session=", "session=guess"]) {
      const body = method === "POST" || method === "PATCH" ? {} : undefined;
      expectProblem(await as(cookie, method, path, body), 401, undefined, \`\${method} \${path}\`);
    }
  }
});
`
  },
  {
    path: "test/audit.test.ts",
    when: "audit",
    text: `/** The audit log: every change leaves its record, and nothing else does. */
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { create{{Name}}, {{name}}Input } from "./fixtures/{{file}}.ts";
import { expectProblem, missingId } from "./support/expect.ts";
import { type Json, TestServer } from "./support/server.ts";

const path = "{{path}}";
let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start();
});
beforeEach(() => server.reset());
afterAll(() => server.close());

const log = async (query = "?pageSize=100") => (await server.get(\`/api/audit-log\${query}\`)).body;
const about = async (id: string): Promise<ReadonlyArray<Json>> =>
  (await log())["items"].filter((item: Json) => item["entityId"] === id);

it("AC-audit.record: says who created, changed and deleted what, and when", async () => {
/*IF auth*/
  const account = (await server.get("/api/auth/me")).body;
/*END*/
  const row = await create{{Name}}(server);
  const update = await changeOf(row);
  expect((await server.patch(\`\${path}/\${row.id}\`, update)).status).toBe(200);
  expect((await server.delete(\`\${path}/\${row.id}\`)).status).toBe(204);

  const items = await about(row.id);
  expect(items.map((item) => item["action"])).toEqual([
    "delete",
    ...(Object.keys(update).length === 0 ? [] : ["update"]),
    "create",
  ]);
  for (const item of items) {
    expect(item).toEqual({
      id: expect.any(Number),
      at: expect.stringMatching(/^\\d{4}-\\d{2}-\\d{2}T.*Z$/),
/*IF auth*/
      accountId: account["id"],
/*ELSE auth*/
      accountId: null,
/*END*/
      action: expect.any(String),
      entity: {{written}},
      entityId: row.id,
      changes: expect.any(Object),
    });
  }
  for (const [name, value] of Object.entries(update)) {
    expect(items[1]?.["changes"]).toEqual({ [name]: { from: row[name], to: value } });
    expect(items[0]?.["changes"][name]).toEqual({ from: value, to: null });
    if (row[name] !== null) expect(items.at(-1)?.["changes"][name]).toEqual({ from: null, to: row[name] });
  }
});

it("AC-audit.record: a change that is refused leaves no record", async () => {
  const row = await create{{Name}}(server);
  const before = (await log())["total"];
  expectProblem(await server.post(path, { ...(await {{name}}Input(server)), " ": 1 }), 422);
  expectProblem(await server.patch(\`\${path}/\${row.id}\`, { " ": 1 }), 422);
  expectProblem(await server.patch(\`\${path}/\${missingId}\`, {}), 404);
  expectProblem(await server.delete(\`\${path}/\${missingId}\`), 404);
  expect((await server.patch(\`\${path}/\${row.id}\`, {})).status).toBe(200);
  expect((await log())["total"]).toBe(before);
});

it("AC-audit.list: pages through the records, the newest first", async () => {
  for (let n = 0; n < 3; n++) {
    const { id } = await create{{Name}}(server);
    await server.delete(\`\${path}/\${id}\`);
  }
  const all = await log();
  const ids: ReadonlyArray<number> = all["items"].map((item: Json) => item["id"]);
  expect(ids.length).toBeGreaterThanOrEqual(6);
  expect(ids).toEqual([...ids].sort((a, b) => b - a));
  expect(await log("?page=2&pageSize=2")).toEqual({
    items: all["items"].slice(2, 4),
    total: ids.length,
    page: 2,
    pageSize: 2,
  });
  expect((await log(""))["pageSize"]).toBe(20);
  for (const query of ["page=0", "pageSize=0", "pageSize=101", "page=x", "color=red"]) {
    expectProblem(await server.get(\`/api/audit-log?\${query}\`), 400, [query.split("=")[0] ?? ""]);
  }
  for (const method of ["POST", "PATCH", "DELETE"]) expectProblem(await server.send(method, "/api/audit-log"), 405);
});

/** A change of one field to another valid value; empty where every record has the same values. */
async function changeOf(row: Json): Promise<Json> {
  const other = Object.entries(await {{name}}Input(server)).find(([name, value]) => value !== row[name]);
  return other === undefined ? {} : { [other[0]]: other[1] };
}
`
  }
]
