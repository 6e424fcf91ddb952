/**
 * The generated tests of accounts: signing in, and what the administrator alone may do.
 *
 * Plain text that `Sections.fill` makes fit for one project. Written as the files will stand, apart from escapes.
 *
 * @since 0.1.0
 */
import { checks, named, suite } from "../../internal/TestSuite.ts"
import type { Flag, TemplateFile } from "./Sections.ts"

export const accountTests: ReadonlyArray<TemplateFile> = [
  {
    path: "test/auth.test.ts",
    when: "auth",
    ...suite<Flag>`/** Accounts and sessions: who gets in, and who does not. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { Backoff } from "../src/auth/backoff.ts";
import { Turns } from "../src/auth/turns.ts";
import { entities } from "../src/entities.ts";
import { expectProblem, missingId } from "./support/expect.ts";
import { cookieOf, TestServer } from "./support/server.ts";

const password = "correct horse";
let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start();
  expect((await server.send("PUT", "/api/auth/registration", { body: { open: true } })).status).toBe(200);
});
afterAll(() => server.close());

/** Sends with the given session and no other. */
const as = (cookie: string, method: string, path: string, body?: unknown) =>
  server.send(method, path, { headers: { Cookie: cookie }, ...(body === undefined ? {} : { body }) });

const register = (email: string) => as("", "POST", "/api/auth/register", { email, password });
const login = (email: string, guess = password) => as("", "POST", "/api/auth/login", { email, password: guess });

it(${checks("AC-auth.register", "makes an account and signs it in by an httpOnly, same-site cookie")}, async () => {
  const answer = await register("ada@example.com");
  expect(answer.status).toBe(201);
  expect(answer.body).toEqual({ id: expect.any(String), email: "ada@example.com", administrator: false });
  expect(answer.headers.get("Set-Cookie")).toMatch(/^session=[^;]+;.*HttpOnly;.*SameSite=Strict/);
  expect((await as(cookieOf(answer), "GET", "/api/auth/me")).body).toEqual(answer.body);
});

it(${checks("AC-auth.register", "answers 409 for an email that is taken, in any case")}, async () => {
  expect((await register("taken@example.com")).status).toBe(201);
  expectProblem(await register("taken@example.com"), 409, ["email"]);
  expectProblem(await register("Taken@Example.com"), 409, ["email"]);
  const answers = await Promise.all([1, 2, 3].map(() => register("race@example.com")));
  expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409]);
});

it(${checks("AC-auth.register", "refuses bad emails, passwords outside 8 to 200 characters and unknown fields")}, async () => {
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

it(${checks("AC-auth.login", "answers 200 and a session for the right password")}, async () => {
  const account = (await register("bob@example.com")).body;
  const answer = await login("bob@example.com");
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual(account);
  expect((await as(cookieOf(answer), "GET", "/api/auth/me")).body).toEqual(account);
});

it(${checks("AC-auth.login", "does not tell a wrong password from an unknown email")}, async () => {
  await register("carol@example.com");
  const wrong = await login("carol@example.com", "wrong horse");
  const unknown = await login("nobody@example.com", "wrong horse");
  expectProblem(wrong, 401);
  expectProblem(unknown, 401);
  expect(wrong.body).toEqual(unknown.body);
  expect(wrong.headers.get("Set-Cookie")).toBeNull();
});

it(${checks("AC-auth.login", "refuses what cannot be an email, and large bodies, before anything else is done with them")}, async () => {
  expectProblem(await login(\`\${"a".repeat(255)}@example.com\`), 422, ["email"]);
  expectProblem(await login("x".repeat(20_000)), 413);
});

it(${checks("AC-auth.login", "opens a session of its own, whatever cookie came along")}, async () => {
  await register("grace@example.com");
  const planted = "session=planted";
  const answer = await as(planted, "POST", "/api/auth/login", { email: "grace@example.com", password });
  expect(cookieOf(answer)).not.toBe(planted);
  expectProblem(await as(planted, "GET", "/api/auth/me"), 401);
  expect((await as(cookieOf(answer), "GET", "/api/auth/me")).status).toBe(200);
});

it(${checks("AC-auth.login", "slows down who guesses, even with the right password at last")}, async () => {
  await register("dave@example.com");
  const began = Date.now();
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, n) => login("dave@example.com", \`wrong guess \${n}\`)),
  );
  // Five at once, one more after 1 s, another 2 s later, then 4: some fall due meanwhile where the machine is busy.
  const allowed = 5 + Math.floor(Math.log2(1 + (Date.now() - began) / 1000));
  const wrong = answers.filter((answer) => answer.status === 401);
  expect(wrong.length).toBeGreaterThanOrEqual(5);
  expect(wrong.length).toBeLessThanOrEqual(allowed);
  const refused = answers.filter((answer) => answer.status === 429);
  expect(refused).toHaveLength(12 - wrong.length);
  for (const answer of refused) expect(Number(answer.headers.get("Retry-After"))).toBeGreaterThanOrEqual(1);
});

it(${checks("AC-auth.login", "keeps nobody out because of what somebody else tries from another address")}, async () => {
  await server.restart({ trustProxy: 1 });
  const from = (address: string, guess: string) =>
    server.send("POST", "/api/auth/login", {
      headers: { Cookie: "", "X-Forwarded-For": address },
      body: { email: "tester@example.com", password: guess },
    });
  // One client has all addresses of its IPv6 network.
  for (const address of [() => "192.0.2.1", (n: number) => \`2001:db8::\${n}\`]) {
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => from(address(n), "wrong horse")));
    expect(answers.map((answer) => answer.status)).toContain(429);
  }
  expect((await from("192.0.2.2", password)).status).toBe(200);
  expect((await from("2001:db8:0:1::1", password)).status).toBe(200);
});

it(${checks("AC-auth.login", "takes nobody's word for an address unless a proxy is to be trusted")}, async () => {
  await server.restart();
  const attempt = (n: number) =>
    server.send("POST", "/api/auth/login", {
      headers: { Cookie: "", "X-Forwarded-For": \`198.51.100.\${n}\` },
      body: { email: "tester@example.com", password: "wrong horse" },
    });
  const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => attempt(n)));
  expect(answers.map((answer) => answer.status)).toContain(429);
  await server.restart();
});

it(${checks("AC-auth.login", "doubles the wait with each failure up to a limit, and forgets it after a success")}, () => {
  let now = 0;
  const backoff = new Backoff(3, 4_000, () => now);
  for (let n = 0; n < 3; n++) backoff.count("key");
  for (const seconds of [1, 2, 4, 4]) {
    expect(() => backoff.check("key")).toThrow(\`\${seconds} s\`);
    expect(() => backoff.check("other")).not.toThrow();
    now += seconds * 1_000;
    backoff.check("key");
    backoff.count("key");
  }
  backoff.forget("key");
  expect(() => backoff.check("key")).not.toThrow();
});

it(${checks("AC-auth.login", "remembers a bounded number of failures, and nothing of what it refuses")}, () => {
  const backoff = new Backoff(1, 1_000, () => 0);
  backoff.count("first");
  for (let n = 0; n < 3; n++) expect(() => backoff.check("first")).toThrow();
  expect(() => backoff.check("other")).not.toThrow();
  expect(backoff.size).toBe(1);
  for (let n = 0; n < 10_001; n++) backoff.count(\`key \${n}\`);
  expect(backoff.size).toBe(10_000);
});

it(${checks("AC-auth.login", "hashes a few passwords at once, and keeps room for others")}, async () => {
  const turns = new Turns();
  const working: Array<() => void> = [];
  const take = (client: string) => {
    turns.requireRoom(client);
    return turns.take(client, () => new Promise<void>((resolve) => working.push(resolve)));
  };
  const all = Array.from({ length: 16 }, () => take("busy"));
  expect(() => turns.requireRoom("busy")).toThrow("Too many");
  all.push(take("other"));
  for (const one of all) {
    // Only those whose turn it is have begun.
    expect(working.length).toBeLessThanOrEqual(2);
    working.shift()?.();
    await one;
  }
  turns.requireRoom("busy");
});

it(${checks("AC-auth.logout", "ends this session and no other")}, async () => {
  const first = cookieOf(await register("erin@example.com"));
  const second = cookieOf(await login("erin@example.com"));
  expect((await as(first, "POST", "/api/auth/logout")).status).toBe(204);
  expectProblem(await as(first, "GET", "/api/auth/me"), 401);
  expect((await as(second, "GET", "/api/auth/me")).status).toBe(200);
});

it(${checks("AC-auth.sessions", "signs out everywhere, and nobody else")}, async () => {
  const first = cookieOf(await register("heidi@example.com"));
  const second = cookieOf(await login("heidi@example.com"));
  const other = cookieOf(await register("ivan@example.com"));
  expect((await as(first, "DELETE", "/api/auth/sessions")).status).toBe(204);
  for (const cookie of [first, second]) expectProblem(await as(cookie, "GET", "/api/auth/me"), 401);
  expect((await as(other, "GET", "/api/auth/me")).status).toBe(200);
});

it(${checks("AC-auth.password", "changes the password, and ends all other sessions")}, async () => {
  const first = cookieOf(await register("judy@example.com"));
  const second = cookieOf(await login("judy@example.com"));
  const other = cookieOf(await register("mallory@example.com"));
  const change = (currentPassword: string, newPassword: string) =>
    as(first, "POST", "/api/auth/password", { currentPassword, newPassword });
  expectProblem(await change("wrong horse", "battery staple"), 422, ["currentPassword"]);
  expectProblem(await change(password, "short"), 422, ["newPassword"]);
  expect((await as(second, "GET", "/api/auth/me")).status).toBe(200);
  const answer = await change(password, "battery staple");
  expect(answer.status).toBe(200);
  for (const cookie of [first, second]) expectProblem(await as(cookie, "GET", "/api/auth/me"), 401);
  for (const cookie of [cookieOf(answer), other]) expect((await as(cookie, "GET", "/api/auth/me")).status).toBe(200);
  expectProblem(await login("judy@example.com"), 401);
  expect((await login("judy@example.com", "battery staple")).status).toBe(200);
});

it(${checks("AC-auth.password", "slows down who guesses the current one")}, async () => {
  const cookie = cookieOf(await register("oscar@example.com"));
  const change = () =>
    as(cookie, "POST", "/api/auth/password", { currentPassword: "wrong horse", newPassword: "battery staple" });
  const answers = await Promise.all(Array.from({ length: 12 }, change));
  expect(answers.map((answer) => answer.status)).toContain(429);
});

it(${checks("AC-auth.me", "answers who is signed in, over a restart as well")}, async () => {
  const answer = await register("frank@example.com");
  await server.restart();
  const me = await as(cookieOf(answer), "GET", "/api/auth/me");
  expect(me.status).toBe(200);
  expect(me.body).toEqual(answer.body);
});

it(${checks("AC-auth.site", "refuses what the page of another site asks for")}, async () => {
  const sent = (headers: Readonly<Record<string, string>>) => server.send("POST", "/api/auth/invitations", { headers });
  const here = new URL(server.url).host;
  expectProblem(await sent({ Origin: "https://evil.example" }), 403);
  expectProblem(await sent({ Origin: "null" }), 403);
  for (const site of ["cross-site", "same-site"]) {
    expectProblem(await sent({ Origin: \`http://\${here}\`, "Sec-Fetch-Site": site }), 403);
  }
  expect((await sent({ Origin: \`http://\${here}\` })).status).toBe(201);
  expect((await sent({ Origin: "https://elsewhere.example", "Sec-Fetch-Site": "same-origin" })).status).toBe(201);
  const body = { email: "tester@example.com", password };
  const foreign = await server.send("POST", "/api/auth/login", { body, headers: { Origin: "https://evil.example" } });
  expectProblem(foreign, 403);
});

it(${checks("AC-auth.required", "answers 401 to everything else under /api without a session")}, async () => {
  const requests: Array<readonly [method: string, path: string]> = [
    ["GET", "/api/auth/me"],
    ["POST", "/api/auth/logout"],
    ["POST", "/api/auth/password"],
    ["DELETE", "/api/auth/sessions"],
    ["GET", "/api/auth/accounts"],
    ["GET", "/api/auth/registration"],
    ["PUT", "/api/auth/registration"],
    ["GET", "/api/auth/invitations"],
    ["POST", "/api/auth/invitations"],
    ["DELETE", \`/api/auth/invitations/\${missingId}\`],
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
      const body = method === "GET" || method === "DELETE" ? undefined : {};
      expectProblem(await as(cookie, method, path, body), 401, undefined, \`\${method} \${path}\`);
    }
  }
});
`
  },
  {
    path: "test/accounts.test.ts",
    when: "auth",
    ...suite<Flag>`/** What the administrator alone may do, and how others come by an account. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { Database } from "../src/database.ts";
import { applySchema } from "../src/migrate.ts";
import { expectProblem, missingId } from "./support/expect.ts";
import { cookieOf, TestServer } from "./support/server.ts";

const password = "correct horse";
let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.close());

const register = (email: string, invitation?: string) =>
  server.send("POST", "/api/auth/register", { headers: { Cookie: "" }, body: { email, password, invitation } });
const setOpen = (open: unknown) => server.send("PUT", "/api/auth/registration", { body: { open } });

it(${checks("AC-auth.registration", "makes the first account the administrator, and is closed from then on")}, async () => {
  expect((await server.get("/api/auth/me")).body["administrator"]).toBe(true);
  expect((await server.get("/api/auth/registration")).body).toEqual({ open: false });
  expectProblem(await register("late@example.com"), 403);
  // Nor does a closed door tell who is inside.
  expect((await register("tester@example.com")).body).toEqual((await register("late@example.com")).body);
});

it(${checks("AC-auth.registration", "is opened and closed by the administrator")}, async () => {
  for (const open of [undefined, null, "yes", 1]) expectProblem(await setOpen(open), 422, ["open"]);
  expect((await setOpen(true)).body).toEqual({ open: true });
  await server.restart();
  const answer = await register("second@example.com");
  expect(answer.status).toBe(201);
  expect(answer.body["administrator"]).toBe(false);
  expect((await setOpen(false)).body).toEqual({ open: false });
  expectProblem(await register("third@example.com"), 403);
});

it(${checks("AC-auth.invite", "lets one account in, once")}, async () => {
  const invitation = await server.post("/api/auth/invitations");
  expect(invitation.status).toBe(201);
  const { id, token } = invitation.body;
  expect(invitation.body["link"]).toBe(\`/account/register#\${token}\`);
  expect(Date.parse(invitation.body["expiresAt"])).toBeGreaterThan(Date.now());
  expect((await server.get("/api/auth/invitations")).body["items"]).toContainEqual({
    id,
    createdAt: invitation.body["createdAt"],
    expiresAt: invitation.body["expiresAt"],
  });
  // What is refused for another reason does not spend it.
  expectProblem(await register("tester@example.com", token), 409, ["email"]);
  const answers = await Promise.all(["a", "b", "c"].map((name) => register(\`\${name}@example.com\`, token)));
  expect(answers.map((answer) => answer.status).sort()).toEqual([201, 403, 403]);
  expectProblem(await register("again@example.com", token), 403);
  for (const wrong of ["guess", id]) expectProblem(await register("again@example.com", wrong), 403);
  expect((await server.get("/api/auth/invitations")).body["items"]).toEqual([]);
});

it(${checks("AC-auth.invite", "is spent by whoever registers with it while registration is open")}, async () => {
  const { token } = (await server.post("/api/auth/invitations")).body;
  await setOpen(true);
  expect((await register("open@example.com", token)).status).toBe(201);
  await setOpen(false);
  expectProblem(await register("closed@example.com", token), 403);
});

it(${checks("AC-auth.invite", "can be withdrawn, and expires")}, async () => {
  const withdrawn = (await server.post("/api/auth/invitations")).body;
  expect((await server.delete(\`/api/auth/invitations/\${withdrawn["id"]}\`)).status).toBe(204);
  expectProblem(await server.delete(\`/api/auth/invitations/\${withdrawn["id"]}\`), 404);
  expectProblem(await register("late@example.com", withdrawn["token"]), 403);
  const expired = (await server.post("/api/auth/invitations")).body;
  await server.run("UPDATE _invitation SET expires_at = '2000-01-01T00:00:00.000Z'");
  expectProblem(await register("late@example.com", expired["token"]), 403);
  expect((await server.get("/api/auth/invitations")).body["items"]).toEqual([]);
});

it(${checks("AC-auth.invite", "is kept as a digest, and there are only so many")}, async () => {
  const { token } = (await server.post("/api/auth/invitations")).body;
  const database = await Database.open(server.databaseFile);
  const rows = await database.query("SELECT * FROM _invitation");
  expect(rows.some((row) => Object.values(row).includes(token))).toBe(false);
  await database.close();
  await server.run(
    "INSERT INTO _invitation WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 99) SELECT i, i, '2000', '9999' FROM n",
  );
  expectProblem(await server.post("/api/auth/invitations"), 409);
  await server.run("DELETE FROM _invitation");
});

it(${checks("AC-auth.accounts", "lists all accounts, the oldest first")}, async () => {
  const { items, page, pageSize, total } = (await server.get("/api/auth/accounts?pageSize=2")).body;
  expect({ page, pageSize }).toEqual({ page: 1, pageSize: 2 });
  expect(total).toBeGreaterThanOrEqual(3);
  expect(items).toHaveLength(2);
  expect(items[0]).toEqual({
    id: expect.any(String),
    email: "tester@example.com",
    administrator: true,
    createdAt: expect.any(String),
  });
  expectProblem(await server.get("/api/auth/accounts?page=0"), 400, ["page"]);
});

it(${checks("AC-auth.accounts", "answers 403 to all others")}, async () => {
  const { token } = (await server.post("/api/auth/invitations")).body;
  const cookie = cookieOf(await register("guest@example.com", token));
  const requests = [
    ["GET", "/api/auth/accounts"],
    ["GET", "/api/auth/registration"],
    ["PUT", "/api/auth/registration"],
    ["GET", "/api/auth/invitations"],
    ["POST", "/api/auth/invitations"],
    ["DELETE", \`/api/auth/invitations/\${missingId}\`],
/*IF audit*/
    ["GET", "/api/audit-log"],
/*END*/
  ] as const;
  for (const [method, path] of requests) {
    const body = method === "PUT" ? { open: true } : undefined;
    expectProblem(await server.send(method, path, { headers: { Cookie: cookie }, body }), 403, undefined, path);
  }
  expect((await server.get("/api/auth/registration")).body).toEqual({ open: false });
});

it(${named("makes the oldest account of an earlier version the administrator")}, async () => {
  await server.run(
    "UPDATE _account SET administrator = 0",
    "ALTER TABLE _account RENAME TO _old",
    "CREATE TABLE _account AS SELECT id, email, password_hash, created_at FROM _old ORDER BY created_at DESC",
    "DROP TABLE _old",
  );
  const database = await Database.open(server.databaseFile);
  await applySchema(database);
  const rows = await database.query("SELECT email FROM _account WHERE administrator = 1");
  await database.close();
  expect(rows.map((row) => row["email"])).toEqual(["tester@example.com"]);
});
`
  }
]
