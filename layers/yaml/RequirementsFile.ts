/**
 * Reads the file a team works from, YAML or JSON, and remembers where in it everything stands.
 *
 * The file comes from anywhere, so nothing in it is believed before it was looked at: its size, its encoding, keys that
 * mean something to the language, aliases that unfold into more than memory holds. What the values mean is the team's
 * business: this module gives a plain value, and `locate` adds line and column to the issues that the team raises by
 * path. It knows no team.
 *
 * @since 0.1.0
 */
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import { Chunk, Effect, Stream } from "effect"
import { type Document, LineCounter, parseAllDocuments } from "yaml"
import { InputError, type InputIssue } from "../../src/team/InputError.ts"
import * as Inspection from "./internal/yamlInspection.ts"
import * as Mistakes from "./internal/yamlMistakes.ts"

/** Largest file, in bytes: `5` MiB. @category models */
export const maxSizeBytes = 5 * 1024 * 1024

/**
 * A file that could be read.
 *
 * @category models
 */
export interface RequirementsFile {
  /** As the user named it. */
  readonly source: string
  /** A mapping of plain JSON values; numbers may still be infinite or not a number. */
  readonly value: Readonly<Record<string, unknown>>
  /**
   * The same error with the file as its source, and line and column at each issue whose path, or the nearest part of
   * it, stands in the file. Lines and columns begin at 1.
   */
  readonly locate: (error: InputError) => InputError
}

/**
 * Reads the file at `path`. Fails with an `InputError` if it is missing, empty, a directory, unreadable, over 5 MiB, no
 * UTF-8 text, no YAML, or holds what `parse` refuses.
 *
 * @category constructors
 */
export const read = Effect.fn("RequirementsFile.read")(function* (path: string) {
  const files = yield* FileSystem.FileSystem
  const cannot = (error: PlatformError) => refused(path, unreadable(error))
  const { size, type } = yield* files.stat(path).pipe(Effect.mapError(cannot))
  if (type !== "File" && type !== "FIFO") {
    const found = type === "Directory" ? "a directory" : `a ${type}`
    return yield* refused(path, { found, expected: "a file", fix: "Name the YAML or JSON file itself." })
  }
  if (size > maxSizeBytes) return yield* refused(path, tooLarge(Number(size)))
  // A pipe has no size beforehand, and a file may grow in between.
  const bytes = yield* files.stream(path, { bytesToRead: maxSizeBytes + 1 }).pipe(
    Stream.runCollect,
    Effect.map((chunks) => Buffer.concat(Chunk.toReadonlyArray(chunks))),
    Effect.mapError(cannot)
  )
  if (bytes.length > maxSizeBytes) return yield* refused(path, tooLarge(bytes.length))
  const text = yield* Effect.try({
    try: () => new TextDecoder("utf-8", { fatal: true }).decode(bytes),
    catch: () => refused(path, { found: "bytes that are no UTF-8", expected: textExpected, fix: encodingFix })
  })
  return yield* parse(path, text)
})

/**
 * Reads the text of a file. Fails with an `InputError` for broken YAML, several documents, duplicate keys, keys such as
 * `__proto__`, tags, aliases that unfold too far, and a root that is no mapping.
 *
 * @category constructors
 */
export const parse = (source: string, text: string): Effect.Effect<RequirementsFile, InputError> =>
  Effect.suspend(() => {
    if (text.trim() === "") return refused(source, { found: "an empty file", expected: "a mapping of keys to values" })
    if (text.includes("\0")) return refused(source, { found: "a binary file", expected: textExpected })
    const lines = new LineCounter()
    const parsed = parsing(text, lines)
    if (parsed._tag === "refused") return Effect.fail(new InputError({ source, issues: parsed.issues }))
    const { document, value } = parsed
    return Effect.succeed<RequirementsFile>({
      source,
      value,
      locate: (error) =>
        new InputError({
          source,
          issues: error.issues.map((issue) => Inspection.asWritten(document, lines, text, issue))
        })
    })
  })

type Parsed =
  | { readonly _tag: "refused"; readonly issues: ReadonlyArray<InputIssue> }
  | { readonly _tag: "parsed"; readonly document: Document; readonly value: Readonly<Record<string, unknown>> }

/** Plain code that catches, as the parser throws on some inputs: on aliases it cannot resolve, and when the stack ends. */
const parsing = (text: string, lines: LineCounter): Parsed => {
  const broken = (...issues: ReadonlyArray<InputIssue>): Parsed => ({ _tag: "refused", issues })
  try {
    const documents = parseAllDocuments(text, {
      lineCounter: lines,
      prettyErrors: false,
      resolveKnownTags: false,
      schema: "core",
      stringKeys: true,
      strict: true,
      uniqueKeys: false
    })
    const document = documents[0]
    if (document === undefined) return broken({ path: "", found: "no value", expected: "a mapping of keys to values" })
    // Warnings are tags that nobody resolves; the value would silently be something else than what was written.
    const problems = documents.flatMap((one) => [...one.errors, ...one.warnings])
    // The parser turns the end of its stack into an error at every level.
    if (problems.some((one) => /call stack/.test(one.message))) throw new RangeError()
    const [first] = problems
    if (first !== undefined) {
      const explained = Mistakes.explain(text, first, lines)
      if (explained !== undefined) return broken(explained)
      return broken(...problems.slice(0, shownProblems).map((one) => Inspection.issue(one, lines)))
    }
    const second = documents[1]
    if (second !== undefined) {
      const found = `${documents.length} documents`
      const fix = 'Remove the line "---" between them, or keep one.'
      return broken({ path: "", found, expected: "one document", fix, ...Inspection.at(lines, second.range[0]) })
    }
    const { issues, value } = Inspection.inspect(document, lines)
    if (issues.length > 0) return broken(...issues)
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return { _tag: "parsed", document, value: value as Readonly<Record<string, unknown>> } // neither null nor a list
    }
    const other = typeof value === "string" ? (Mistakes.otherLanguage(text) ?? Mistakes.keyValue(value)) : undefined
    if (other !== undefined) return broken({ path: "", ...other })
    const found = Array.isArray(value)
      ? "a list"
      : `the ${value === null ? "null" : typeof value} ${String(value).slice(0, 40)}`
    return broken({ path: "", found, expected: "a mapping of keys to values, such as name: …" })
  } catch (error) {
    const deep = error instanceof RangeError
    const found = deep ? "values nested too deeply" : error instanceof Error ? error.message : String(error)
    return broken({ path: "", found, expected: "YAML or JSON that can be read" })
  }
}

/** Behind the first mistake most others are its consequences. */
const shownProblems = 10

const textExpected = "YAML or JSON text in UTF-8"

const encodingFix = "Save it as UTF-8."

const tooLarge = (sizeBytes: number) => ({
  found: `${(sizeBytes / 1024 / 1024).toFixed(1)} MB`,
  expected: "at most 5 MB",
  fix: "Split the project."
})

const unreadable = (error: PlatformError) => {
  const reason = error._tag === "SystemError" ? error.reason : error._tag
  if (reason === "NotFound") return { found: "no such file", expected: "a YAML or JSON file", fix: "Check the path." }
  if (reason === "PermissionDenied") return { found: "no permission to read it", expected: "a readable file" }
  return { found: `a failure to read it (${reason})`, expected: "a readable file" }
}

const refused = (source: string, issue: Omit<InputIssue, "path">) =>
  new InputError({ source, issues: [{ path: "", ...issue }] })
