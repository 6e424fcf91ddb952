/**
 * Accounts, sessions and registration of the generated backend, as its database holds them.
 *
 * Plain text that `Sections.fill` makes fit for one project. Written as the files will stand, apart from escapes.
 *
 * @since 0.1.0
 */
import type { TemplateFile } from "./Sections.ts"

export const accountFiles: ReadonlyArray<TemplateFile> = [
  {
    path: "src/auth/accounts.ts",
    when: "auth",
    text: `/** Accounts and their sessions, as the database holds them. */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { Database, Queryable, WriteTransaction } from "../database.ts";
import { conflict } from "../http/problem.ts";
import type { Paging } from "../http/query.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";
import { registrationClosed, spendInvitation, wayIn } from "./registration.ts";

/** How long a session lasts. */
export const SESSION_MILLIS = 30 * 24 * 60 * 60 * 1000;

/** Sessions that one account may have; a further one ends the oldest. */
const MAX_SESSIONS = 50;

export interface Account {
  readonly id: string;
  readonly email: string;
  /** The first account of all. There is always exactly one, once there are accounts. */
  readonly administrator: boolean;
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

  /** The first account becomes the administrator. All others need an open registration, or an invitation, which is spent. */
  async register(email: string, password: string, invitation: string | undefined): Promise<SignedIn> {
    // Before the costly part, for those who have no business here.
    if ((await wayIn(this.#database, invitation)) === undefined) throw registrationClosed(invitation);
    await refuseTaken(this.#database, email);
    const hash = await hashPassword(password);
    return this.#database.write(async (tx) => {
      const way = await wayIn(tx, invitation);
      if (way === undefined) throw registrationClosed(invitation);
      await refuseTaken(tx, email);
      const account = { id: randomUUID(), email, administrator: way === "first" };
      await tx.run(
        "INSERT INTO _account (id, email, password_hash, administrator, created_at) VALUES (?, ?, ?, ?, ?)",
        [account.id, email, hash, Number(account.administrator), new Date().toISOString()],
      );
      if (invitation !== undefined) await spendInvitation(tx, invitation);
      return { account, token: await openSession(tx, account.id) };
    });
  }

  /** \`undefined\` when there is no such account or the password is wrong; nobody can tell which. */
  async login(email: string, password: string): Promise<SignedIn | undefined> {
    const [row] = await this.#database.query(
      "SELECT id, email, administrator, password_hash FROM _account WHERE email = ?",
      [email],
    );
    const right = await verifyPassword(password, row && String(row["password_hash"]));
    if (!right || row === undefined) return undefined;
    return this.#database.write(async (tx) => {
      const account = toAccount(row);
      // The password may have been changed while this one was compared with the old.
      if (!(await holdsHash(tx, account.id, String(row["password_hash"])))) return undefined;
      return { account, token: await openSession(tx, account.id) };
    });
  }

  /** Ends all sessions of the account and opens a new one. \`undefined\` when \`current\` is wrong. */
  async changePassword(account: Account, current: string, next: string): Promise<SignedIn | undefined> {
    const [row] = await this.#database.query("SELECT password_hash FROM _account WHERE id = ?", [account.id]);
    const before = row && String(row["password_hash"]);
    if (before === undefined || !(await verifyPassword(current, before))) return undefined;
    const hash = await hashPassword(next);
    return this.#database.write(async (tx) => {
      if (!(await holdsHash(tx, account.id, before))) return undefined;
      await tx.run("UPDATE _account SET password_hash = ? WHERE id = ?", [hash, account.id]);
      await tx.run("DELETE FROM _session WHERE account_id = ?", [account.id]);
      return { account, token: await openSession(tx, account.id) };
    });
  }

  /** The account of a session that has neither ended nor expired. */
  async ofSession(token: string): Promise<Account | undefined> {
    const [row] = await this.#database.query(
      "SELECT a.id, a.email, a.administrator FROM _session AS s JOIN _account AS a ON a.id = s.account_id WHERE s.token_hash = ? AND s.expires_at > ?",
      [digest(token), new Date().toISOString()],
    );
    return row && toAccount(row);
  }

  async logout(token: string): Promise<void> {
    await this.#database.write((tx) => tx.run("DELETE FROM _session WHERE token_hash = ?", [digest(token)]));
  }

  /** Ends every session of the account, on all its devices. */
  async logoutEverywhere(account: Account): Promise<void> {
    await this.#database.write((tx) => tx.run("DELETE FROM _session WHERE account_id = ?", [account.id]));
  }

  /** The oldest first. */
  async list({ page, pageSize }: Paging) {
    const [rows, counts] = await this.#database.queryAll([
      [
        "SELECT id, email, administrator, created_at FROM _account ORDER BY created_at, id LIMIT ? OFFSET ?",
        [pageSize, (page - 1) * pageSize],
      ],
      ["SELECT count(*) FROM _account", []],
    ]);
    const items = (rows ?? []).map((row) => ({ ...toAccount(row), createdAt: row["created_at"] }));
    return { items, total: Number(counts?.[0]?.[0]), page, pageSize };
  }
}

const toAccount = (row: ArrayLike<unknown>): Account => ({
  id: String(row[0]),
  email: String(row[1]),
  administrator: row[2] === 1,
});

async function refuseTaken(state: Queryable, email: string): Promise<void> {
  const taken = await state.query("SELECT 1 FROM _account WHERE email = ?", [email]);
  if (taken.length > 0) throw conflict("This email has an account.", [{ path: "email", message: "is taken" }]);
}

async function holdsHash(state: Queryable, accountId: string, hash: string): Promise<boolean> {
  const found = await state.query("SELECT 1 FROM _account WHERE id = ? AND password_hash = ?", [accountId, hash]);
  return found.length > 0;
}

async function openSession(tx: WriteTransaction, accountId: string): Promise<string> {
  const token = randomBytes(32).toString("base64url");
  const now = Date.now();
  await tx.run("DELETE FROM _session WHERE expires_at <= ?", [new Date(now).toISOString()]);
  await tx.run(
    "DELETE FROM _session WHERE token_hash IN (SELECT token_hash FROM _session WHERE account_id = ? ORDER BY created_at DESC, rowid DESC LIMIT -1 OFFSET ?)",
    [accountId, MAX_SESSIONS - 1],
  );
  await tx.run("INSERT INTO _session (token_hash, account_id, created_at, expires_at) VALUES (?, ?, ?, ?)", [
    digest(token),
    accountId,
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
    path: "src/auth/registration.ts",
    when: "auth",
    text: `/** Who may make an account: the first to come, everybody while registration is open, and whoever holds an invitation. */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { Database, Queryable, WriteTransaction } from "../database.ts";
import { conflict, notFound, Problem } from "../http/problem.ts";

/** How long an invitation is good for. */
const INVITATION_MILLIS = 7 * 24 * 60 * 60 * 1000;
/** Invitations that may be open at a time. */
const MAX_INVITATIONS = 100;

export class Registration {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async isOpen(): Promise<boolean> {
    return isOpen(this.#database);
  }

  async setOpen(open: boolean): Promise<void> {
    await this.#database.write((tx) =>
      tx.run("INSERT INTO _registration (id, open) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET open = excluded.open", [
        Number(open),
      ]),
    );
  }

  /** Makes an invitation for one account. Its token is told this once; the database holds a digest. */
  async invite() {
    const token = randomBytes(32).toString("base64url");
    const now = Date.now();
    const id = randomUUID();
    const createdAt = new Date(now).toISOString();
    const expiresAt = new Date(now + INVITATION_MILLIS).toISOString();
    await this.#database.write(async (tx) => {
      await tx.run("DELETE FROM _invitation WHERE expires_at <= ?", [createdAt]);
      const [count] = await tx.query("SELECT count(*) FROM _invitation");
      if (Number(count?.[0]) >= MAX_INVITATIONS) {
        throw conflict(\`There are \${MAX_INVITATIONS} open invitations. Withdraw some, or wait until they expire.\`);
      }
      await tx.run("INSERT INTO _invitation (id, token_hash, created_at, expires_at) VALUES (?, ?, ?, ?)", [
        id,
        digest(token),
        createdAt,
        expiresAt,
      ]);
    });
    // Behind the "#", which browsers keep to themselves: no log of a server holds the token.
    return { id, createdAt, expiresAt, token, link: \`/account/register#\${token}\` };
  }

  /** Invitations that are neither used nor expired, the newest first. */
  async invitations() {
    const rows = await this.#database.query(
      "SELECT id, created_at, expires_at FROM _invitation WHERE expires_at > ? ORDER BY created_at DESC, id",
      [new Date().toISOString()],
    );
    return { items: rows.map((row) => ({ id: row[0], createdAt: row[1], expiresAt: row[2] })) };
  }

  async withdraw(id: string): Promise<void> {
    const { changes: gone } = await this.#database.write((tx) => tx.run("DELETE FROM _invitation WHERE id = ?", [id]));
    if (gone === 0) throw notFound("There is no such invitation. It may have been used.");
  }
}

/** What lets somebody register now; \`undefined\` when nothing does. */
export async function wayIn(
  state: Queryable,
  invitation: string | undefined,
): Promise<"first" | "open" | "invited" | undefined> {
  const accounts = await state.query("SELECT 1 FROM _account LIMIT 1");
  if (accounts.length === 0) return "first";
  if (await isOpen(state)) return "open";
  if (invitation === undefined) return undefined;
  const known = await state.query("SELECT 1 FROM _invitation WHERE token_hash = ? AND expires_at > ?", [
    digest(invitation),
    new Date().toISOString(),
  ]);
  return known.length > 0 ? "invited" : undefined;
}

export async function spendInvitation(tx: WriteTransaction, invitation: string): Promise<void> {
  await tx.run("DELETE FROM _invitation WHERE token_hash = ?", [digest(invitation)]);
}

/** The same for an invitation that never was, was used or has expired: nothing is to be learned from it. */
export const registrationClosed = (invitation: string | undefined) =>
  new Problem(
    403,
    invitation === undefined
      ? "Registration is closed. Ask the administrator for an invitation."
      : "This invitation has been used or has expired. Ask the administrator for another.",
  );

async function isOpen(state: Queryable): Promise<boolean> {
  const [row] = await state.query("SELECT open FROM _registration");
  return row?.[0] === 1;
}

const digest = (token: string) => createHash("sha256").update(token).digest("hex");
`
  }
]
