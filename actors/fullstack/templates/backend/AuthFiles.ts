/**
 * The routes of the generated backend that are about accounts.
 *
 * Plain text that `Sections.fill` makes fit for one project. Written as the files will stand, apart from escapes.
 *
 * @since 0.1.0
 */
import type { TemplateFile } from "./Sections.ts"

export const authFiles: ReadonlyArray<TemplateFile> = [
  {
    path: "src/auth/form.ts",
    when: "auth",
    text: `/** Reads the bodies of requests about accounts, strictly: every field that is wrong, missing or unknown is named at once. */
import { type FieldError, invalid } from "../http/problem.ts";

export class Form {
  readonly #given: Map<string, unknown>;
  readonly #errors: Array<FieldError> = [];

  constructor(body: unknown) {
    if (typeof body !== "object" || body === null || Array.isArray(body)) {
      throw invalid([{ path: "", message: "must be an object" }]);
    }
    this.#given = new Map<string, unknown>(Object.entries(body));
  }

  /** One address has one form, however it is typed: in any case, and with "é" as one character or as two. */
  email(path: string): string {
    const email = this.#text(path).trim().toLowerCase().normalize("NFC");
    if (this.#isWrong(path)) return "";
    if (email.length <= 254 && /^[^\\s@\\p{Cc}\\p{Surrogate}]+@[^\\s@\\p{Cc}\\p{Surrogate}]+$/u.test(email)) return email;
    this.#errors.push({ path, message: "must be an email address" });
    return "";
  }

  password(path: string): string {
    const password = this.#text(path);
    if ([...password].length > 200) this.#errors.push({ path, message: "must have at most 200 characters" });
    return password;
  }

  /** Stricter than \`password\`, which would tell something about passwords that there are. */
  newPassword(path: string): string {
    const password = this.password(path);
    const length = [...password].length;
    if (length > 0 && length < 8) this.#errors.push({ path, message: "must have at least 8 characters" });
    return password;
  }

  /** \`undefined\` when it is left out or null. */
  token(path: string): string | undefined {
    if (this.#given.get(path) === undefined || this.#given.get(path) === null) {
      this.#given.delete(path);
      return undefined;
    }
    const token = this.#text(path);
    if (token.length <= 100) return token;
    this.#errors.push({ path, message: "must have at most 100 characters" });
    return "";
  }

  flag(path: string): boolean {
    const value = this.#given.get(path);
    this.#given.delete(path);
    if (typeof value !== "boolean") this.#errors.push({ path, message: "must be true or false" });
    return value === true;
  }

  /** Throws a 422 that lists everything wrong. */
  done(): void {
    const unknown = [...this.#given.keys()].map((path) => ({ path, message: "is not a field" }));
    const errors = [...this.#errors, ...unknown];
    if (errors.length > 0) throw invalid(errors);
  }

  #text(path: string): string {
    const value = this.#given.get(path);
    this.#given.delete(path);
    if (typeof value === "string" && value !== "") return value;
    this.#errors.push({ path, message: value === undefined || value === "" ? "is required" : "must be a string" });
    return "";
  }

  #isWrong(path: string): boolean {
    return this.#errors.some((error) => error.path === path);
  }
}
`
  },
  {
    path: "src/auth/routes.ts",
    when: "auth",
    text: `/** Register, sign in, sign out, change the password; and the gate before everything else under \`/api\`. */
import { type Request, type RequestHandler, type Response, Router } from "express";
import { bodyOf, parseSmallJson } from "../http/body.ts";
import { onlyMethods } from "../http/errors.ts";
import { invalid, Problem } from "../http/problem.ts";
import { actorOf } from "../records/actor.ts";
import { type Accounts, SESSION_MILLIS, type SignedIn } from "./accounts.ts";
import { Backoff } from "./backoff.ts";
import { clientOf } from "./client.ts";
import { Form } from "./form.ts";
import { Turns } from "./turns.ts";

const COOKIE = "session";

/**
 * Of one client at one account: whoever guesses from elsewhere keeps the owner from nothing. It grows to a quarter of an
 * hour.
 */
const FREE_FAILURES_AT_ACCOUNT = 5;
const MAX_WAIT_AT_ACCOUNT_MILLIS = 15 * 60 * 1000;
/** Of one client at all accounts. Many people may share an address, so the wait stays short: it slows, and locks nobody out. */
const FREE_FAILURES_OF_CLIENT = 50;
const MAX_WAIT_OF_CLIENT_MILLIS = 1000;

export function authRoutes(accounts: Accounts): Router {
  const router = Router({ caseSensitive: true });
  const turns = new Turns();
  const atAccount = new Backoff(FREE_FAILURES_AT_ACCOUNT, MAX_WAIT_AT_ACCOUNT_MILLIS);
  const ofClient = new Backoff(FREE_FAILURES_OF_CLIENT, MAX_WAIT_OF_CLIENT_MILLIS);

  /** Counts the attempt, does it when its turn has come, and forgives one that was right. */
  const attempt = async <A>(req: Request, account: string, work: () => Promise<A | undefined>) => {
    const client = clientOf(req);
    const pair = JSON.stringify([client, account]);
    // All of them refuse before any of them counts.
    atAccount.check(pair);
    ofClient.check(client);
    turns.requireRoom(client);
    atAccount.count(pair);
    ofClient.count(client);
    const done = await turns.take(client, work);
    if (done !== undefined) {
      atAccount.forget(pair);
      ofClient.forgive(client);
    }
    return done;
  };

  router
    .route("/api/auth/register")
    .post(parseSmallJson, async (req, res) => {
      const form = new Form(bodyOf(req));
      const email = form.email("email");
      const password = form.newPassword("password");
      const invitation = form.token("invitation");
      form.done();
      const client = clientOf(req);
      ofClient.check(client);
      turns.requireRoom(client);
      // A taken email and a wrong invitation count as failures, so that neither can be tried by the thousand.
      ofClient.count(client);
      const signedIn = await turns.take(client, () => accounts.register(email, password, invitation));
      ofClient.forgive(client);
      answer(res.status(201), signedIn);
    })
    .all(onlyMethods("POST"));

  router
    .route("/api/auth/login")
    .post(parseSmallJson, async (req, res) => {
      const form = new Form(bodyOf(req));
      const email = form.email("email");
      const password = form.password("password");
      form.done();
      const signedIn = await attempt(req, email, () => accounts.login(email, password));
      if (signedIn === undefined) throw new Problem(401, "Email or password is wrong.");
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
      res.json(actorOf(res));
    })
    .all(onlyMethods("GET", "HEAD"));

  router
    .route("/api/auth/password")
    .post(parseSmallJson, async (req, res) => {
      const form = new Form(bodyOf(req));
      const current = form.password("currentPassword");
      const next = form.newPassword("newPassword");
      form.done();
      const account = actorOf(res);
      const signedIn = await attempt(req, account.email, () => accounts.changePassword(account, current, next));
      if (signedIn === undefined) throw invalid([{ path: "currentPassword", message: "is wrong" }]);
      answer(res, signedIn);
    })
    .all(onlyMethods("POST"));

  router
    .route("/api/auth/sessions")
    .delete(async (_req, res) => {
      await accounts.logoutEverywhere(actorOf(res));
      res.clearCookie(COOKIE, cookieOptions(res)).status(204).end();
    })
    .all(onlyMethods("DELETE"));

  return router;
}

const requireSession =
  (accounts: Accounts): RequestHandler =>
  async (req, res, next) => {
    const token = tokenOf(req);
    const account = token === undefined ? undefined : await accounts.ofSession(token);
    if (account === undefined) throw new Problem(401, "Sign in first.");
    res.locals["account"] = account;
    next();
  };

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
  },
  {
    path: "src/auth/administration.ts",
    when: "auth",
    text: `/** What the administrator alone may do: see accounts, open and close registration, invite. */
import { type RequestHandler, Router } from "express";
import { bodyOf, parseSmallJson } from "../http/body.ts";
import { onlyMethods } from "../http/errors.ts";
import { Problem } from "../http/problem.ts";
import { Query } from "../http/query.ts";
import { actorOf } from "../records/actor.ts";
import type { Accounts } from "./accounts.ts";
import { Form } from "./form.ts";
import type { Registration } from "./registration.ts";

export const onlyAdministrator: RequestHandler = (_req, res, next) => {
  if (!actorOf(res).administrator) throw new Problem(403, "Only the administrator may do this.");
  next();
};

export function administrationRoutes(accounts: Accounts, registration: Registration): Router {
  const router = Router({ caseSensitive: true });

  router
    .route("/api/auth/accounts")
    .get(onlyAdministrator, async (req, res) => {
      const query = new Query(req);
      const paging = query.takePaging();
      query.done();
      res.json(await accounts.list(paging));
    })
    .all(onlyMethods("GET", "HEAD"));

  router
    .route("/api/auth/registration")
    .get(onlyAdministrator, async (_req, res) => {
      res.json({ open: await registration.isOpen() });
    })
    .put(onlyAdministrator, parseSmallJson, async (req, res) => {
      const form = new Form(bodyOf(req));
      const open = form.flag("open");
      form.done();
      await registration.setOpen(open);
      res.json({ open });
    })
    .all(onlyMethods("GET", "HEAD", "PUT"));

  router
    .route("/api/auth/invitations")
    .get(onlyAdministrator, async (_req, res) => {
      res.json(await registration.invitations());
    })
    .post(onlyAdministrator, async (_req, res) => {
      res.status(201).json(await registration.invite());
    })
    .all(onlyMethods("GET", "HEAD", "POST"));

  router
    .route("/api/auth/invitations/:id")
    .delete(onlyAdministrator, async (req, res) => {
      await registration.withdraw(req.params["id"] as string);
      res.status(204).end();
    })
    .all(onlyMethods("DELETE"));

  return router;
}
`
  }
]
