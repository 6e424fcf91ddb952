/**
 * Fills a template's text for one project: keeps or drops sections, and puts in names.
 *
 * A section stands between block comments that say `IF audit` and `END`, with `ELSE audit` before what replaces it, so
 * that a template reads as the code it becomes. Markers that stand alone on a line take their line with them. Sections
 * may stand inside each other.
 * `{{name}}` becomes a value.
 *
 * @since 0.1.0
 */

import type { SuiteTest } from "../../internal/TestSuite.ts"

/**
 * What a section may depend on: the features, whether one of them reads many records (`gathers`), whether any
 * entity refers to another, and whether the first entity has room for many different rows.
 */
export type Flag = "auth" | "search" | "audit" | "csv" | "gathers" | "references" | "spacious"

/** A file of the generated backend before it is filled in. */
export interface TemplateFile {
  /** Relative to `backend/`. */
  readonly path: string
  /** Without it the file is always there. */
  readonly when?: Flag
  readonly text: string
  /** The tests that it holds, in their order. */
  readonly tests?: ReadonlyArray<SuiteTest<Flag>>
}

export interface Fill {
  readonly flags: ReadonlySet<Flag>
  readonly values: Readonly<Record<string, string>>
}

/**
 * The text with its sections resolved and its values put in. A value without a name is a mistake in a template: a defect.
 *
 * @category combinators
 */
export const fill = (text: string, { flags, values }: Fill): string =>
  resolve(text, flags).replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`No value for {{${name}}} in a template of the backend`)
    return value
  })

/** The innermost sections first, until none is left. */
const resolve = (text: string, flags: ReadonlySet<Flag>): string => {
  const resolved = text.replace(section, (_, flag: Flag, kept: string, otherwise: string | undefined) =>
    flags.has(flag) ? kept : (otherwise ?? "")
  )
  return resolved === text ? text : resolve(resolved, flags)
}

const section =
  /\/\*IF (\w+)\*\/\n?((?:(?!\/\*IF )[\s\S])*?)(?:\/\*ELSE \1\*\/\n?((?:(?!\/\*IF )[\s\S])*?))?\/\*END\*\/\n?/g
