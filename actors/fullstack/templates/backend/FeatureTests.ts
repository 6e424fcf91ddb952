/**
 * The generated tests that belong to no entity: the service as a whole, and the audit log.
 *
 * Plain text that `Sections.fill` makes fit for one project. Written as the files will stand, apart from escapes.
 *
 * @since 0.1.0
 */
import { checks, named, suite } from "../../internal/TestSuite.ts"
import type { Flag, TemplateFile } from "./Sections.ts"

export const featureTests: ReadonlyArray<TemplateFile> = [
  {
    path: "test/service.test.ts",
    ...suite<Flag>`/** The service as a whole: what operators rely on, and how it answers requests that fit nothing. */
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

it(${checks("AC-service.health", "answers 200 while the database answers")}, async () => {
  const answer = await server.send("GET", "/healthz", { headers: { Cookie: "" } });
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({ status: "ok" });
});

it(${checks("AC-service.metrics", "counts and times requests by route")}, async () => {
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

it(${checks("AC-service.openapi", "serves the description of every collection")}, async () => {
  const answer = await server.send("GET", "/openapi.json", { headers: { Cookie: "" } });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("Content-Type")).toContain("application/json");
  expect(answer.body).toEqual(JSON.parse(readFileSync(new URL("../src/openapi.json", import.meta.url), "utf8")));
  expect(answer.body["openapi"]).toMatch(/^3\\.1\\./);
  for (const entity of entities) expect(Object.keys(answer.body["paths"])).toContain(entity.path);
});

it(${checks("AC-service.errors", "answers 400 to a body that is not JSON")}, async () => {
  for (const body of ["{", "{'a': 1}", '{"a": 1,}', "\\u0000"]) expectProblem(await server.post(path, body), 400);
  expectProblem(await server.post(path), 400);
  expect(await server.count(path)).toBe(0);
});

it(${checks("AC-service.errors", "answers 415 to a body of another type")}, async () => {
  const body = JSON.stringify(await {{name}}Input(server));
  expectProblem(await server.send("POST", path, { body, headers: { "Content-Type": "text/plain" } }), 415);
  expect(await server.count(path)).toBe(0);
});

it(${checks("AC-service.errors", "answers 404 to an unknown path and 405 to an unknown method")}, async () => {
  expectProblem(await server.get("/api/no-such-collection"), 404);
  expectProblem(await server.get(\`\${path}/a/b\`), 404);
  expectProblem(await server.get("/nothing"), 404);
  const answer = await server.send("PUT", path, { body: {} });
  expectProblem(answer, 405);
  expect(answer.headers.get("Allow")).toBe("GET, HEAD, POST");
});

it(${checks("AC-service.errors", "answers 400 to a target that is not a URL")}, async () => {
  for (const target of [\`http://:99999\${path}\`, "http://[::1/", "http://xn--0/"]) {
    expect(await server.statusOf(target), target).toBe(400);
  }
  expect(await server.statusOf("http://localhost/healthz")).toBe(200);
  expect(await server.statusOf("//:99999/")).toBe(404);
});

it(${checks("AC-service.errors", "answers 413 to a body over 1 MB, and stores nothing")}, async () => {
  const large = JSON.stringify({ ...(await {{name}}Input(server)), " ": "x".repeat(1024 * 1024) });
  expectProblem(await server.post(path, large), 413);
  // A body just below the limit is read; only then its unknown field is found.
  const smaller = JSON.stringify({ ...(await {{name}}Input(server)), " ": "x".repeat(900 * 1024) });
  expectProblem(await server.post(path, smaller), 422, [" "]);
  expect(await server.count(path)).toBe(0);
});

it(${checks("AC-service.errors", "answers 422 to JSON that is not an object")}, async () => {
  for (const body of ["[]", '"text"', "1", "null"]) expectProblem(await server.post(path, body), 422, [""]);
  expect(await server.count(path)).toBe(0);
});

it(${named("keeps what it stored over a restart")}, async () => {
  const row = await create{{Name}}(server);
  await server.restart();
  expect((await server.get(\`\${path}/\${row.id}\`)).body).toEqual(row);
});

it(${named("says which port is in use, and what to do about it")}, async () => {
  await expect(server.startBeside()).rejects.toThrow(/^Port \\d+ is in use \\(EADDRINUSE\\): set PORT to another\\.$/);
});
/*IF spacious*/

it(${named("takes many writes at once", "spacious")}, async () => {
  const inputs = [];
  for (let n = 0; n < 20; n++) inputs.push(await {{name}}Input(server));
  const answers = await Promise.all(inputs.map((input) => server.post(path, input)));
  expect(answers.map((answer) => answer.status)).toEqual(inputs.map(() => 201));
  expect(await server.count(path)).toBe(20);
});
/*END*/
/*IF csv*/

it(${named("lets go of the state that an export has read", "csv")}, async () => {
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
    path: "test/audit.test.ts",
    when: "audit",
    ...suite<Flag>`/** The audit log: every change leaves its record, and nothing else does. */
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

it(${checks("AC-audit.record", "says who created, changed and deleted what, and when")}, async () => {
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

it(${checks("AC-audit.record", "a change that is refused leaves no record")}, async () => {
  const row = await create{{Name}}(server);
  const before = (await log())["total"];
  expectProblem(await server.post(path, { ...(await {{name}}Input(server)), " ": 1 }), 422);
  expectProblem(await server.patch(\`\${path}/\${row.id}\`, { " ": 1 }), 422);
  expectProblem(await server.patch(\`\${path}/\${missingId}\`, {}), 404);
  expectProblem(await server.delete(\`\${path}/\${missingId}\`), 404);
  expect((await server.patch(\`\${path}/\${row.id}\`, {})).status).toBe(200);
  expect((await log())["total"]).toBe(before);
});

it(${checks("AC-audit.list", "pages through the records, the newest first")}, async () => {
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
