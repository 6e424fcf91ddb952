/**
 * Who may see and change which record of the generated backend, and from where.
 *
 * Plain text that `Sections.fill` makes fit for one project. Written as the files will stand, apart from escapes.
 *
 * @since 0.1.0
 */
import type { TemplateFile } from "./Sections.ts"

export const accessFiles: ReadonlyArray<TemplateFile> = [
  {
    path: "src/records/actor.ts",
    when: "auth",
    text: `/** Who acts in a request. */
import type { Response } from "express";
import type { Account } from "../auth/accounts.ts";

export type Actor = Account;

/** The account whose session a request came with: no request goes past the gate without one. */
export const actorOf = (res: Response): Actor => res.locals["account"] as Account;
`
  },
  {
    path: "src/records/access.ts",
    when: "auth",
    text: `/**
 * Who may see and change a record, by the \`access\` of its entity. The administrator may see and change everything.
 *
 * - \`owner\`: every account sees it; its creator changes it.
 * - \`shared\`: every account sees and changes it.
 * - \`private\`: its creator sees and changes it; for all others it is not there.
 *
 * Records from before there were accounts have no creator, and neither has one whose account is gone: the administrator's.
 */
import { type Argument, type Queryable, quote } from "../database.ts";
import { Problem } from "../http/problem.ts";
import type { Actor } from "./actor.ts";
import type { Entity } from "./entity.ts";
import { noSuch } from "./rows.ts";

export interface Condition {
  /** With \`?\` for each of \`args\`. */
  readonly where: string;
  readonly args: ReadonlyArray<Argument>;
}

/** Which records of an entity are there for somebody. Every read has this condition. */
export const seenBy = (actor: Actor, entity: Entity): Condition =>
  entity.access !== "private" || actor.administrator
    ? { where: "1", args: [] }
    : { where: \`\${CREATOR} = ?\`, args: [actor.id] };

/** Which records of an entity somebody may change. */
export const changeableBy = (actor: Actor, entity: Entity): Condition =>
  entity.access === "shared" || actor.administrator
    ? { where: "1", args: [] }
    : { where: \`\${CREATOR} IS ?\`, args: [actor.id] };

/** Throws a 404 where the record is not there for the actor, a 403 where it may only be seen. */
export async function requireChange(state: Queryable, actor: Actor, entity: Entity, id: string): Promise<void> {
  const [seen, changeable] = [seenBy(actor, entity), changeableBy(actor, entity)];
  const [row] = await state.query(
    \`SELECT \${changeable.where} FROM \${quote(entity.table)} WHERE id = ? AND \${seen.where}\`,
    [...changeable.args, id, ...seen.args],
  );
  if (row === undefined) throw noSuch(entity, id);
  if (row[0] === 1) return;
  throw new Problem(403, \`Only the creator of this \${entity.name} and the administrator may change or delete it.\`);
}

const CREATOR = quote("_created_by");
`
  },
  {
    path: "src/http/sameOrigin.ts",
    when: "auth",
    text: `/**
 * Refuses changes that the page of another site asks for, beside what the same-site cookie keeps away. The rule is that of
 * Go's \`http.CrossOriginProtection\`: current browsers say where a request comes from, older ones name the origin, and
 * whatever says neither is no browser.
 */
import type { RequestHandler } from "express";
import { Problem } from "./problem.ts";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

export const sameOrigin: RequestHandler = (req, _res, next) => {
  const site = req.get("Sec-Fetch-Site");
  const origin = req.get("Origin");
  const own =
    site === undefined
      ? origin === undefined || hostOf(origin) === req.get("Host")?.toLowerCase()
      : site === "same-origin" || site === "none";
  if (!SAFE.has(req.method) && !own) throw new Problem(403, "This request comes from another site.");
  next();
};

const hostOf = (origin: string): string | undefined => (URL.canParse(origin) ? new URL(origin).host : undefined);
`
  }
]
