/**
 * Failures that the program expects: how each is told, and the exit code it means.
 *
 * Every one carries a message for people that names the culprit and the next step, so nothing more than that is shown.
 * Whatever is not listed here is a bug, and said to be one.
 *
 * @since 0.1.0
 */
import type { DatabaseError } from "../src/team/DatabaseError.ts"
import type { InputError } from "../src/team/InputError.ts"
import type { TeamError } from "../src/team/TeamError.ts"
import type { WorkspaceError } from "../src/team/Workspace.ts"

/**
 * The expected failures. All mean exit code 2: the input, or the place to work in, cannot be used as it is.
 *
 * @category errors
 */
export type Known = InputError | TeamError | WorkspaceError | DatabaseError

/**
 * The failure as one JSON document, for `--json`.
 *
 * @category combinators
 */
export const toJson = (failure: Known): unknown => ({
  status: "refused",
  error: failure._tag,
  message: failure.message,
  ...(failure._tag === "InputError" ? { source: failure.source, issues: failure.issues } : {})
})
