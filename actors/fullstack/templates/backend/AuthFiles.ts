/**
 * Accounts and sessions of the generated backend, for projects with user authentication.
 *
 * Plain text that `Sections.fill` makes fit for one project. Written as the files will stand, apart from escapes.
 *
 * @since 0.1.0
 */
import type { TemplateFile } from "./Sections.ts"

export const authFiles: ReadonlyArray<TemplateFile> = [
  {
    path: "src/auth/passwords.ts",
    when: "auth",
    text: `/** Hashes passwords with scrypt, in the strength that OWASP recommends for 16 MB of memory. */
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

const COST = 2 ** 14;
const BLOCK_SIZE = 8;
const PARALLELIZATION = 5;
const KEY_BYTES = 32;

/** \`scrypt$cost$blockSize$parallelization$salt$key\`, so that the strength can be raised later. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, COST, BLOCK_SIZE, PARALLELIZATION, KEY_BYTES);
  return ["scrypt", COST, BLOCK_SIZE, PARALLELIZATION, salt.toString("base64"), key.toString("base64")].join("$");
}

/** Takes as long without an account (\`hash\` undefined) as with one, so that the time does not tell which emails exist. */
export async function verifyPassword(password: string, hash: string | undefined): Promise<boolean> {
  const [, cost, blockSize, parallelization, salt, key] = (hash ?? (await decoy)).split("$");
  const expected = Buffer.from(key ?? "", "base64");
  const actual = await derive(
    password,
    Buffer.from(salt ?? "", "base64"),
    Number(cost),
    Number(blockSize),
    Number(parallelization),
    expected.length,
  );
  return timingSafeEqual(actual, expected) && hash !== undefined;
}

const derive = (password: string, salt: Buffer, N: number, r: number, p: number, bytes: number) =>
  new Promise<Buffer>((resolve, reject) => {
    scrypt(password.normalize("NFC"), salt, bytes, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });

const decoy = hashPassword(randomBytes(16).toString("hex"));
`
  },
  {
    path: "src/auth/accounts.ts",
    when: "auth",
    text: `/** Accounts and their sessions, as the database holds them. */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { Database, WriteTransaction } from "../database.ts";
import { conflict } from "../http/problem.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";

/** How long a session lasts. */
export const SESSION_MILLIS = 30 * 24 * 60 * 60 * 1000;

export interface Account {
  readonly id: string;
  readonly email: string;
}

export interface SignedIn {
  readonly account: Account;
  /** Known to the client alone; the database holds a digest. */
  readonly token: string;
}

export class Accounts {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async register(email: string, password: string): Promise<SignedIn> {
    const hash = await hashPassword(password);
    const account = { id: randomUUID(), email };
    return this.#database.write(async (tx) => {
      const taken = await tx.query("SELECT 1 FROM _account WHERE email = ?", [email]);
      if (taken.length > 0) throw conflict("This email has an account.", [{ path: "email", message: "is taken" }]);
      await tx.run("INSERT INTO _account (id, email, password_hash, created_at) VALUES (?, ?, ?, ?)", [
        account.id,
        email,
        hash,
        new Date().toISOString(),
      ]);
      return { account, token: await openSession(tx, account) };
    });
  }

  /** \`undefined\` when there is no such account or the password is wrong; nobody can tell which. */
  async login(email: string, password: string): Promise<SignedIn | undefined> {
    const [row] = await this.#database.query("SELECT id, email, password_hash FROM _account WHERE email = ?", [email]);
    const right = await verifyPassword(password, row && String(row["password_hash"]));
    if (!right || row === undefined) return undefined;
    const account = { id: String(row["id"]), email: String(row["email"]) };
    return this.#database.write(async (tx) => ({ account, token: await openSession(tx, account) }));
  }

  /** The account of a session that has neither ended nor expired. */
  async ofSession(token: string): Promise<Account | undefined> {
    const [row] = await this.#database.query(
      "SELECT a.id, a.email FROM _session AS s JOIN _account AS a ON a.id = s.account_id WHERE s.token_hash = ? AND s.expires_at > ?",
      [digest(token), new Date().toISOString()],
    );
    return row && { id: String(row[0]), email: String(row[1]) };
  }

  async logout(token: string): Promise<void> {
    await this.#database.write((tx) => tx.run("DELETE FROM _session WHERE token_hash = ?", [digest(token)]));
  }
}

async function openSession(tx: WriteTransaction, account: Account): Promise<string> {
  const token = randomBytes(32).toString("base64url");
  const now = Date.now();
  await tx.run("DELETE FROM _session WHERE expires_at <= ?", [new Date(now).toISOString()]);
  await tx.run("INSERT INTO _session (token_hash, account_id, created_at, expires_at) VALUES (?, ?, ?, ?)", [
    digest(token),
    account.id,
    new Date(now).toISOString(),
    new Date(now + SESSION_MILLIS).toISOString(),
  ]);
  return token;
}

/** Tokens are random, so a fast digest without salt is enough. */
const digest = (token: string) => createHash("sha256").update(token).digest("hex");
`
  },
  {
    path: "src/auth/backoff.ts",
    when: "auth",
    text: `/**
 * Slows down those who guess passwords: after some failures each further one doubles the wait.
 *
 * Failures are counted in memory for each account and for each address. An attempt counts as failed when it begins, so
 * that many at once are not free.
 */
import { Problem } from "../http/problem.ts";

/** Keys remembered at most; the one longest without an attempt is forgotten first. */
const MAX_KEYS = 10_000;
const MAX_WAIT_MILLIS = 15 * 60 * 1000;
/** A key is forgotten this long after its last attempt. */
const MEMORY_MILLIS = 60 * 60 * 1000;

interface Failures {
  count: number;
  lastAt: number;
  blockedUntil: number;
}

export class Backoff {
  readonly #free: number;
  readonly #now: () => number;
  readonly #failures = new Map<string, Failures>();

  /** \`free\`: failures without a wait. */
  constructor(free: number, now: () => number = Date.now) {
    this.#free = free;
    this.#now = now;
  }

  /** Counts an attempt, or refuses it with 429 and the seconds to wait. */
  begin(key: string): void {
    const now = this.#now();
    const known = this.#failures.get(key);
    const failures = known && now - known.lastAt < MEMORY_MILLIS ? known : { count: 0, lastAt: now, blockedUntil: 0 };
    if (failures.blockedUntil > now) {
      const seconds = Math.ceil((failures.blockedUntil - now) / 1000);
      throw new Problem(429, \`Too many attempts. Try again in \${seconds} s.\`, {
        headers: { "Retry-After": \`\${seconds}\` },
      });
    }
    failures.count += 1;
    failures.lastAt = now;
    if (failures.count >= this.#free) {
      failures.blockedUntil = now + Math.min(MAX_WAIT_MILLIS, 1000 * 2 ** (failures.count - this.#free));
    }
    // Deleted first, so that the map keeps the order of the last attempts.
    this.#failures.delete(key);
    this.#failures.set(key, failures);
    if (this.#failures.size > MAX_KEYS) this.#failures.delete(this.#failures.keys().next().value as string);
  }

  succeeded(key: string): void {
    this.#failures.delete(key);
  }

  /** Takes back one attempt, of somebody who had the right to it. */
  forgive(key: string): void {
    const failures = this.#failures.get(key);
    if (failures === undefined) return;
    failures.count -= 1;
    failures.blockedUntil = 0;
  }
}
`
  },
  {
    path: "src/auth/routes.ts",
    when: "auth",
    text: `/** Register, sign in, sign out; and the gate before everything else under \`/api\`. */
import { type Request, type RequestHandler, type Response, Router } from "express";
import { bodyOf, parseJson } from "../http/body.ts";
import { onlyMethods } from "../http/errors.ts";
import { type FieldError, invalid, Problem } from "../http/problem.ts";
import { type Account, type Accounts, SESSION_MILLIS, type SignedIn } from "./accounts.ts";
import { Backoff } from "./backoff.ts";

const COOKIE = "session";
const FREE_FAILURES_OF_ACCOUNT = 5;
/** Many people may share an address. */
const FREE_FAILURES_OF_ADDRESS = 50;

export function authRoutes(accounts: Accounts): Router {
  const router = Router({ caseSensitive: true });
  const ofAccount = new Backoff(FREE_FAILURES_OF_ACCOUNT);
  const ofAddress = new Backoff(FREE_FAILURES_OF_ADDRESS);

  router
    .route("/api/auth/register")
    .post(parseJson, async (req, res) => {
      const { email, password } = readCredentials(bodyOf(req), "register");
      const address = req.ip ?? "";
      // A taken email counts as a failure of the address, so that emails cannot be tried by the thousand.
      ofAddress.begin(address);
      const signedIn = await accounts.register(email, password);
      ofAddress.forgive(address);
      answer(res.status(201), signedIn);
    })
    .all(onlyMethods("POST"));

  router
    .route("/api/auth/login")
    .post(parseJson, async (req, res) => {
      const { email, password } = readCredentials(bodyOf(req), "login");
      const address = req.ip ?? "";
      ofAccount.begin(email);
      ofAddress.begin(address);
      const signedIn = await accounts.login(email, password);
      if (signedIn === undefined) throw new Problem(401, "Email or password is wrong.");
      ofAccount.succeeded(email);
      ofAddress.forgive(address);
      answer(res, signedIn);
    })
    .all(onlyMethods("POST"));

  router.use("/api", requireSession(accounts));

  router
    .route("/api/auth/logout")
    .post(async (req, res) => {
      await accounts.logout(tokenOf(req) ?? "");
      res.clearCookie(COOKIE, cookieOptions(res)).status(204).end();
    })
    .all(onlyMethods("POST"));

  router
    .route("/api/auth/me")
    .get((_req, res) => {
      res.json(res.locals["account"] as Account);
    })
    .all(onlyMethods("GET", "HEAD"));

  return router;
}

const requireSession =
  (accounts: Accounts): RequestHandler =>
  async (req, res, next) => {
    const token = tokenOf(req);
    const account = token === undefined ? undefined : await accounts.ofSession(token);
    if (account === undefined) throw new Problem(401, "Sign in first.");
    res.locals["account"] = account;
    res.locals["accountId"] = account.id;
    next();
  };

function readCredentials(body: unknown, purpose: "register" | "login") {
  const errors: Array<FieldError> = [];
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw invalid([{ path: "", message: "must be an object" }]);
  }
  const given = new Map<string, unknown>(Object.entries(body));
  const text = (path: string): string => {
    const value = given.get(path);
    given.delete(path);
    if (typeof value === "string" && value !== "") return value;
    errors.push({ path, message: value === undefined || value === "" ? "is required" : "must be a string" });
    return "";
  };
  // One address has one form, however it is typed: in any case, and with "é" as one character or as two.
  const email = text("email").trim().toLowerCase().normalize("NFC");
  const password = text("password");
  for (const path of given.keys()) errors.push({ path, message: "is not a field" });

  // Rules for new accounts only: at login they would tell something about the password.
  if (purpose === "register") {
    if (
      !errors.some(({ path }) => path === "email") &&
      (email.length > 254 || !/^[^\\s@\\p{Cc}\\p{Surrogate}]+@[^\\s@\\p{Cc}\\p{Surrogate}]+$/u.test(email))
    ) {
      errors.push({ path: "email", message: "must be an email address" });
    }
    const length = [...password].length;
    if (length > 0 && length < 8) errors.push({ path: "password", message: "must have at least 8 characters" });
  }
  if ([...password].length > 200) errors.push({ path: "password", message: "must have at most 200 characters" });
  if (errors.length > 0) throw invalid(errors);
  return { email, password };
}

function answer(res: Response, { account, token }: SignedIn): void {
  res.cookie(COOKIE, token, { ...cookieOptions(res), maxAge: SESSION_MILLIS }).json(account);
}

/** Out of reach for scripts and for other sites; over HTTPS it never travels in the open. */
const cookieOptions = (res: Response) =>
  ({ httpOnly: true, sameSite: "strict", secure: res.req.secure, path: "/" }) as const;

function tokenOf(req: Request): string | undefined {
  for (const pair of (req.get("Cookie") ?? "").split(";")) {
    const [name, ...value] = pair.trim().split("=");
    if (name === COOKIE) return value.join("=");
  }
  return undefined;
}
`
  }
]
