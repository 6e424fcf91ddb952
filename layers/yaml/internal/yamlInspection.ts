/**
 * Looks through a parsed YAML document before it becomes a value, and finds the place of a path in it.
 *
 * @since 0.1.0
 */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type YAMLError,
  type YAMLMap,
  type YAMLSeq
} from "yaml"
import type { InputIssue } from "../../../src/team/InputError.ts"
import { hashed, keyValue } from "./yamlMistakes.ts"

/** Nodes that a document may have once its aliases are unfolded. 5 MB of plain text have no more than half of that. */
const maxNodes = 5_000_000

/** Deeper than any input means something, and far from the end of the stack. */
const maxDepth = 100

/** Keys that mean something to the language itself. */
const forbiddenKeys: ReadonlySet<string> = new Set(["__proto__"])

/** 1-based place of an offset. */
export const at = (lines: LineCounter, offset: number): { readonly line: number; readonly column: number } => {
  const { col, line } = lines.linePos(offset)
  return { line: Math.max(line, 1), column: Math.max(col, 1) }
}

/** What the parser found wrong. */
export const issue = (error: YAMLError, lines: LineCounter): InputIssue => {
  const place = at(lines, error.pos[0])
  const found = error.message.charAt(0).toLowerCase() + error.message.slice(1)
  return { path: "", found, expected: "valid YAML or JSON", ...place }
}

/** A document's value, and what the parser accepts and we do not. */
interface Inspected {
  /** Plain JSON; an alias is the same object as its anchor. Only to be used when there are no issues. */
  readonly value: unknown
  readonly issues: ReadonlyArray<InputIssue>
}

/**
 * Turns a document into a value, by one walk in the order of the text. Notes duplicate and forbidden keys, aliases
 * without an anchor or inside of it, and aliases that unfold too far. Throws a `RangeError` at too deep a nesting.
 *
 * The parser could do most of it, in a time that grows with the square of the keys and of the aliases.
 */
export const inspect = (document: Document, lines: LineCounter): Inspected => {
  const issues: Array<InputIssue> = []
  const anchors = new Map<string, Node>()
  const known = new Map<Node, Unfolded>()
  const open = new Set<Node>()
  const note = (node: unknown, path: string, rest: Pick<InputIssue, "found" | "expected" | "fix">) => {
    if (issues.length < 100) issues.push({ path, ...rest, ...placeOf(lines, node) })
    return { value: null, size: 1 }
  }

  const unfold = (node: unknown, path: string, depth: number): Unfolded => {
    if (depth > maxDepth) throw new RangeError("nested too deeply")
    if (isAlias(node)) return unfoldAlias(node, path)
    if (!isMap(node) && !isSeq(node)) {
      const scalar = { value: isScalar(node) ? node.value : null, size: 1 }
      if (isScalar(node) && node.anchor !== undefined) {
        if (node.value === null && node.source === "") {
          const fix = "Put it in quotes if it is a text."
          return note(node, path, { found: `&${node.anchor} with nothing behind it`, expected: "a value", fix })
        }
        anchors.set(node.anchor, node)
        known.set(node, scalar)
      }
      return scalar
    }
    if (node.anchor !== undefined) anchors.set(node.anchor, node)
    open.add(node)
    const unfolded = isMap(node) ? unfoldMap(node, path, depth) : unfoldSeq(node, path, depth)
    open.delete(node)
    if (node.anchor !== undefined) known.set(node, unfolded)
    return unfolded
  }

  const unfoldAlias = (node: Alias, path: string): Unfolded => {
    const target = anchors.get(node.source)
    if (target === undefined) {
      const fix = `Write &${node.source} at the value it means, before this line; a text that begins with * needs quotes.`
      return note(node, path, { found: `*${node.source}`, expected: "an alias of an anchor that comes before it", fix })
    }
    const unfolded = open.has(target) ? undefined : known.get(target)
    if (unfolded !== undefined) return unfolded
    return note(node, path, {
      found: `*${node.source} inside of &${node.source}`,
      expected: "an alias of something else"
    })
  }

  const unfoldSeq = (node: YAMLSeq, path: string, depth: number): Unfolded => {
    const items = node.items.map((item, index) => unfold(item, join(path, String(index)), depth + 1))
    return { value: items.map(({ value }) => value), size: items.reduce((sum, { size }) => sum + size, 1) }
  }

  const unfoldMap = (node: YAMLMap, path: string, depth: number): Unfolded => {
    const values = new Map<string, unknown>()
    const written = new Set<string>()
    let total = 1
    for (const pair of node.items) {
      const key = keyOf(pair.key)
      const here = join(path, key)
      if (isScalar(pair.key) && pair.key.type === "PLAIN" && /^\/[/*]/.test(key)) {
        note(pair.key, path, {
          found: key.slice(0, 40),
          expected: "a key",
          fix: "A comment begins with #; JSON has none."
        })
        continue
      }
      if (node.flow === true && pair.value === null) {
        const word = keyValue(key) ?? { found: `"${key}"`, expected: "a value", fix: `Write "${key}: …".` }
        note(pair.key, path, word)
        continue
      }
      const { size, value } = unfold(pair.value, here, depth + 1)
      total += size
      if (isMerge(pair.key)) {
        for (const source of Array.isArray(value) ? value : [value]) {
          if (typeof source !== "object" || source === null || Array.isArray(source)) {
            note(pair.key, here, {
              found: "<< of something else",
              expected: "<< of a mapping, or of a list of mappings"
            })
          } else {
            for (const [name, one] of Object.entries(source)) if (!values.has(name)) values.set(name, one)
          }
        }
        continue
      }
      if (forbiddenKeys.has(key)) {
        note(pair.key, here, { found: `the key "${key}"`, expected: "another name", fix: "Rename it." })
        continue
      }
      if (written.has(key)) {
        note(pair.key, here, { found: "the same key twice", expected: "each key once", fix: "Remove or rename one." })
      }
      written.add(key)
      values.set(key, value) // before or after a merge, what is written here counts
    }
    return { value: Object.fromEntries(values), size: total }
  }

  const { size, value } = unfold(document.contents, "", 0)
  if (size > maxNodes) {
    const expected = `at most ${maxNodes} values once aliases are unfolded`
    note(document.contents, "", { found: `aliases that unfold to ${size} values`, expected })
  }
  return { value, issues }
}

/** A node's value, and how many nodes it would be with every alias written out. */
interface Unfolded {
  readonly value: unknown
  readonly size: number
}

/** YAML 1.1's `<<`, which many still write; in quotes it is a key like any other. */
const isMerge = (key: unknown) => isScalar(key) && key.value === "<<" && key.type === "PLAIN"

/** Line and column of the key at `path`, or of the nearest key above it that is there. Nothing for the whole document. */
export const place = (document: Document, lines: LineCounter, path: string) => {
  if (path === "") return {}
  const nearest = walk(document, document.contents, path)
  return nearest === undefined ? {} : placeOf(lines, nearest)
}

/**
 * The issue with its place, and with the value as it stands in the file: what was read of `1.0`, `010` or a number of
 * twenty digits is another text, and a value that begins with # was not read at all.
 */
export const asWritten = (document: Document, lines: LineCounter, text: string, issue: InputIssue): InputIssue => {
  const located = { ...issue, ...place(document, lines, issue.path) }
  const pair = issue.path === "" ? undefined : found(document, document.contents, issue.path)
  const value = isPair(pair) ? pair.value : pair
  if (!isScalar(value) || value.type !== "PLAIN") return located
  if (typeof value.value === "string" && issue.expected.startsWith("a mapping")) {
    return { ...located, ...keyValue(value.value) }
  }
  if (issue.found !== String(value.value)) return located
  if (value.source) return { ...located, found: value.source }
  const start = value.range?.[0] ?? 0
  const comment = /^[^\S\n]*(#[^\s#]+)/.exec(text.slice(start))
  if (comment === null) return { ...located, found: "nothing" }
  const { offset: _, expected: __, ...word } = hashed(start, comment[1]!)
  return { ...located, ...word }
}

/**
 * The node to point at for the rest of a path. Keys may hold dots themselves, so each key that the rest begins with is
 * tried, the longest first.
 */
const walk = (document: Document, from: unknown, rest: string): unknown => {
  const nearest = found(document, from, rest)
  return isPair(nearest) ? nearest.key : nearest
}

/** As `walk`, the pair where it is one of a mapping. */
const found = (document: Document, from: unknown, rest: string): unknown => {
  const node = isAlias(from) ? from.resolve(document) : from
  if (isSeq(node)) {
    const [index = "", ...more] = rest.split(".")
    const item: unknown = /^\d+$/.test(index) ? node.items[Number(index)] : undefined
    return item === undefined ? undefined : more.length === 0 ? item : (found(document, item, more.join(".")) ?? item)
  }
  if (!isMap(node)) return undefined
  const pairs = node.items
    .map((pair) => ({ key: keyOf(pair.key), pair }))
    .filter(({ key }) => rest === key || rest.startsWith(`${key}.`))
    .sort((a, b) => b.key.length - a.key.length)
  const exact = pairs.find(({ key }) => key === rest)
  if (exact !== undefined) return exact.pair
  for (const { key, pair } of pairs) {
    const inside = found(document, pair.value, rest.slice(key.length + 1))
    if (inside !== undefined) return inside
  }
  return pairs[0]?.pair
}

const placeOf = (lines: LineCounter, node: unknown) => {
  const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined
  return range === undefined || range === null ? {} : at(lines, range[0])
}

const keyOf = (key: unknown): string => (isScalar(key) ? String(key.value) : String(key))

const join = (path: string, key: string) => (path === "" ? key : `${path}.${key}`)
