/**
 * Writes YAML from values, never from pasted text: whatever a name holds, it stays one scalar.
 *
 * Strings are quoted as YAML 1.1 needs it, because Kubernetes and Compose still read `on`, `no` and `1:30` its way; a
 * project called "No" stays called so. What reads YAML 1.2 understands the result as well.
 *
 * @since 0.1.0
 */
import { stringify } from "yaml"

/** What may stand in a document. `undefined` entries are left out. */
export type Value = string | number | boolean | ReadonlyArray<Value> | { readonly [key: string]: Value | undefined }

/**
 * One file: `comment` as the lines at its head, then the documents, apart from each other by `---`.
 *
 * @category constructors
 */
export const render = (comment: ReadonlyArray<string>, documents: ReadonlyArray<Value>): string =>
  `${comment.map((line) => `# ${line}\n`).join("")}${documents.map(one).join("---\n")}`

const one = (document: Value) => stringify(document, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false })
