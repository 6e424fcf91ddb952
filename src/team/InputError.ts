/**
 * What is wrong with what the user handed in: every problem at once, each with its place and the likely fix.
 *
 * @since 0.1.0
 */
import { Data } from "effect"

/** One problem in the input. @category models */
export interface InputIssue {
  /** Where, as a path into the document: `entities.Task.fields.due.type`; empty for the document as a whole. */
  readonly path: string
  /** What was found, as the user wrote it, shortened; `undefined` where something is missing. */
  readonly found?: string | undefined
  /** What would have been right. */
  readonly expected: string
  /** The likely next step, such as `Did you mean "title"?`. */
  readonly fix?: string | undefined
  /** 1-based place in the file, where one is known. */
  readonly line?: number | undefined
  readonly column?: number | undefined
}

/**
 * The input cannot be used; nothing was written. The program ends with exit code 2.
 *
 * @category errors
 */
export class InputError extends Data.TaggedError("InputError")<{
  /** The file, option or module the input came from. */
  readonly source: string
  readonly issues: ReadonlyArray<InputIssue>
}> {
  override get message() {
    return this.issues.map((issue) => describe(this.source, issue)).join("\n")
  }
}

const describe = (source: string, issue: InputIssue) => {
  const place = issue.line === undefined ? source : `${source}:${issue.line}:${issue.column ?? 1}`
  // A key can be as long as the file that holds it.
  const shown = issue.path.length <= 200 ? issue.path : `${issue.path.slice(0, 199)}…`
  const path = shown === "" ? "" : ` ${shown}:`
  const found = issue.found === undefined ? "" : ` found ${issue.found},`
  const fix = issue.fix === undefined ? "" : `. ${issue.fix}`
  return `${place}:${path}${found} expected ${issue.expected}${fix}`
}
