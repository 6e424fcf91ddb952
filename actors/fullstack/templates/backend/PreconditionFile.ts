/**
 * How the generated backend keeps one client from overwriting what another has changed meanwhile.
 *
 * Plain text that `Sections.fill` makes fit for one project. Written as the file will stand, apart from escapes.
 *
 * @since 0.1.0
 */
import type { TemplateFile } from "./Sections.ts"

export const preconditionFile: TemplateFile = {
  path: "src/records/precondition.ts",
  text: `/**
 * Changes only for who knows the newest state, if the request asks for that: \`ETag\` and \`If-Match\` after RFC 9110.
 *
 * The tag of a record is its \`updatedAt\` in quotes, so that who has read it in a list knows the tag as well.
 */
import { Problem } from "../http/problem.ts";
import type { Stored } from "./entity.ts";

export const tagOf = (record: Stored): string => \`"\${record.updatedAt}"\`;

/** Throws a 412 unless the record is in a state that \`ifMatch\` names. Without \`ifMatch\` any will do. */
export function requireState(record: Stored, ifMatch: string | undefined): void {
  if (ifMatch === undefined || ifMatch.trim() === "*") return;
  const wanted = ifMatch.split(",").map((tag) => tag.trim());
  if (wanted.includes(tagOf(record))) return;
  throw new Problem(412, "This was changed meanwhile. Read it again, and decide what of your change still holds.", {
    headers: { ETag: tagOf(record) },
  });
}

/** The instant of a change; later than that of the change before also where the clock is not, or two states had one tag. */
export function changedAt(before: Stored): string {
  return new Date(Math.max(Date.now(), Date.parse(before.updatedAt) + 1)).toISOString();
}
`
}
