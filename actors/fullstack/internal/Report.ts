/**
 * Collects what is wrong with a document while it is decoded, so that a user sees every problem at once.
 *
 * Each check returns the value when it is right and `undefined` after it has noted an issue. Decoding goes on, and its
 * outcome counts only if nothing was noted.
 *
 * @since 0.1.0
 */
import { Effect } from "effect"
import { InputError, type InputIssue } from "../../../src/team/InputError.ts"
import { didYouMean, wouldBe } from "../../../src/team/NearestName.ts"
import * as Names from "../Names.ts"

/** More issues than anybody reads; the rest is counted. */
const shownIssues = 100

/** Keys that mean something to the language itself and not to people. */
const forbiddenKeys: ReadonlySet<string> = new Set(["__proto__"])

export type Fields = Readonly<Record<string, unknown>>

/** Marks, embeddings, overrides and isolates of direction (Unicode UAX 9), line separators, and the byte order mark. */
const misleading = /[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/

/** Runs a decoder; succeeds with what it returns if it noted nothing. */
export const collect = <A>(decode: (report: Report) => A | undefined): Effect.Effect<A, InputError> =>
  Effect.suspend(() => {
    const report = new Report()
    const decoded = decode(report)
    const issues = report.issues()
    return decoded !== undefined && issues.length === 0
      ? Effect.succeed(decoded)
      : Effect.fail(new InputError({ source: "requirements", issues }))
  })

export class Report {
  #issues: Array<InputIssue> = []
  #more = 0
  /** Paths of keys that a misspelt one was meant to be. */
  #meant = new Set<string>()

  issues(): ReadonlyArray<InputIssue> {
    if (this.#more === 0) return this.#issues
    return [...this.#issues, { path: "", found: `${this.#more} more problems`, expected: "none" }]
  }

  add(issue: InputIssue): undefined {
    if (this.#issues.length < shownIssues) this.#issues.push(issue)
    else this.#more++
    return undefined
  }

  /** Nothing is noted where the key is there, misspelt: that was told, and once it is corrected nothing is missing. */
  missing(path: string, expected: string): undefined {
    if (this.#meant.has(path)) return undefined
    return this.add({ path, expected, fix: `Add "${path.split(".").at(-1)}".` })
  }

  /** A value as its author would recognise it, shortened. */
  show(value: unknown): string {
    if (value === undefined) return "nothing"
    if (typeof value === "number" || typeof value === "bigint") return String(value)
    if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`
    if (typeof value === "object" && value !== null) return "a mapping"
    if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`
    const text = JSON.stringify(value)
    return text.length <= 80 ? text : `${text.slice(0, 77)}…"`
  }

  has(record: Fields, key: string): boolean {
    return Object.hasOwn(record, key)
  }

  /** A mapping; its unknown keys are noted. Without `known` any key will do. */
  record(path: string, value: unknown, known?: ReadonlyArray<string>, hint?: (key: string) => string | undefined) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      const fix = Array.isArray(value) ? 'Write each item as "name:" with its keys below, without the "-".' : undefined
      return this.add({ path, found: this.show(value), expected: "a mapping of keys to values", fix })
    }
    const record = value as Fields // an object that is neither null nor an array
    for (const key of Object.keys(record)) {
      const at = join(path, key)
      if (forbiddenKeys.has(key)) {
        this.add({ path: at, found: `the key "${key}"`, expected: "another name", fix: "Rename it." })
      } else if (known !== undefined && !known.includes(key)) {
        const expected = `one of the keys ${list(known)}`
        const fix = hint?.(key) ?? didYouMean(key, known)
        const meant = known.find((name) => fix === wouldBe(name))
        if (meant !== undefined) this.#meant.add(join(path, meant))
        this.add({ path: at, found: `the key ${this.show(key)}`, expected, fix })
      }
    }
    return record
  }

  /** Text of any length and lines, without characters that files and terminals cannot carry. */
  text(path: string, value: unknown): string | undefined {
    if (typeof value !== "string") {
      const scalar = typeof value === "number" || typeof value === "boolean"
      // Without its text: what was read as 1 or 10 may have been written 1.0 or 010.
      const fix = scalar ? "Put it in quotes." : undefined
      return this.add({ path, found: this.show(value), expected: "text", fix })
    }
    if (/\p{Surrogate}|(?![\t\n\r])\p{Cc}/u.test(value)) {
      return this.add({ path, found: this.show(value), expected: "text without control characters" })
    }
    return this.#isPlain(path, value) ? value : undefined
  }

  /** Refuses characters that change how the text around them is read: it would stand in source files. */
  #isPlain(path: string, value: string): boolean {
    const found = misleading.exec(value)?.[0]
    if (found === undefined) return true
    const code = `U+${found.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`
    const fix = "It cannot be seen, and makes files that hold the text read other than they are: remove it."
    this.add({ path, found: `the invisible character ${code}`, expected: "text without marks of direction", fix })
    return false
  }

  /** One line of text that is not blank. */
  line(path: string, value: unknown): string | undefined {
    const text = this.text(path, value)
    if (text === undefined) return undefined
    if (text.trim() === "" || /[\n\r\u2028\u2029]/.test(text)) {
      return this.add({ path, found: this.show(value), expected: "one line of text that is not blank" })
    }
    return text
  }

  number(path: string, value: unknown): number | undefined {
    if (typeof value === "number" && Number.isFinite(value)) return value
    const fix =
      typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value))
        ? "Remove the quotes."
        : undefined
    return this.add({ path, found: this.show(value), expected: "a finite number", fix })
  }

  integer(path: string, value: unknown, least = Number.MIN_SAFE_INTEGER): number | undefined {
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return value
    const expected = least === Number.MIN_SAFE_INTEGER ? "a whole number" : `a whole number of at least ${least}`
    const fix = typeof value === "string" && /^[+-]?\d+$/.test(value) ? "Remove the quotes." : undefined
    return this.add({ path, found: this.show(value), expected: `${expected}, exact within ±(2^53 − 1)`, fix })
  }

  boolean(path: string, value: unknown): boolean | undefined {
    if (typeof value === "boolean") return value
    const word = typeof value === "string" ? value.toLowerCase() : ""
    const meant = ["yes", "on", "true"].includes(word) ? "true" : ["no", "off", "false"].includes(word) ? "false" : ""
    const fix = meant === "" ? undefined : `Write ${meant} without quotes.`
    return this.add({ path, found: this.show(value), expected: "true or false", fix })
  }

  choice<const A extends string>(path: string, value: unknown, among: ReadonlyArray<A>): A | undefined {
    const found = among.find((one) => one === value)
    if (found !== undefined) return found
    const fix = typeof value === "string" ? (several(value, among) ?? didYouMean(value, among)) : undefined
    return this.add({ path, found: this.show(value), expected: `one of ${list(among)}`, fix })
  }

  /** A set of choices; may be empty. They come back in the order of `among`, because theirs means nothing. */
  choices<const A extends string>(path: string, value: unknown, among: ReadonlyArray<A>): Array<A> | undefined {
    if (!Array.isArray(value)) {
      const words = typeof value === "string" ? value.split(/[\s,;]+/).map((word) => word.replace(/^-/, "")) : []
      const items = words.filter((word) => word !== "").join(", ")
      const fix = items === "" || items.length > 80 ? undefined : `Write [${items}].`
      return this.add({ path, found: this.show(value), expected: `a list of ${list(among)}`, fix })
    }
    const chosen: Array<A> = []
    value.forEach((item: unknown, index) => {
      const at = `${path}.${index}`
      const one = this.choice(at, item, among)
      if (one === undefined) return
      if (chosen.includes(one)) {
        this.add({ path: at, found: `"${one}" again`, expected: "each one once", fix: "Remove the repetition." })
      } else {
        chosen.push(one)
      }
    })
    return among.filter((one) => chosen.includes(one))
  }

  /** The name in all its forms; notes what keeps it from having them. A plural is a few letters longer, which the limit leaves room for. */
  checkName(path: string, written: string): Names.Name | undefined {
    if (/\p{Surrogate}|[\p{Cc}\u2028\u2029]/u.test(written)) {
      return this.add({ path, found: this.show(written), expected: "a name without control characters" })
    }
    if (!this.#isPlain(path, written)) return undefined
    const name = Names.make(written)
    const length = name.kebab.length
    if (length > 0 && length <= Names.maxLength) return name
    if (length === 0) {
      const fix = "Files, tables and URLs are named after it: use at least one letter or digit."
      return this.add({ path, found: this.show(written), expected: "a name with a letter or a digit", fix })
    }
    const found = `${this.show(written)}, ${length} characters once made safe`
    const expected = `a name of at most ${Names.maxLength} characters in its safe form`
    return this.add({ path, found, expected, fix: "Shorten it." })
  }
}

/** Choices in one item, with no comma between them. */
const several = (written: string, among: ReadonlyArray<string>): string | undefined => {
  const words = written.trim().split(/[\s;|]+/)
  return words.length > 1 && words.every((word) => among.includes(word))
    ? `Put a comma between them: ${list(words)}.`
    : undefined
}

/** A path one key longer. */
export const join = (path: string, key: string) => (path === "" ? key : `${path}.${key}`)

/** `a, b, c`. */
export const list = (all: Iterable<string>) => [...all].join(", ")
