/**
 * A generated test before it is written into its file.
 *
 * @since 0.1.0
 */
import type { Entity, Field } from "../../Project.ts"
import * as TypeScript from "./TypeScript.ts"

export interface TestDraft {
  /** The kind of criterion that it checks, such as `create`. */
  readonly kind: string
  /** What stands in its title after the criterion's id. */
  readonly title: string
  /** Code without the indentation of the test's body. */
  readonly body: string
}

/** The written names of fields as a list literal, wide enough to stand in `for (const name of …) {`. */
export const names = (fields: ReadonlyArray<Field>): string =>
  TypeScript.list(
    fields.map((field) => TypeScript.text(field.name.written)),
    "  for (const name of ) {"
  )

/** The JSON names of everything a row has, as a list literal that fits after `const names = `. */
export const columnNames = (entity: Entity): string =>
  TypeScript.list(
    ["id", ...entity.fields.map((field) => field.name.written), "createdAt", "updatedAt"].map(TypeScript.text),
    "const names = ;"
  )
