/**
 * Looks through a parsed YAML document before it becomes a value, and finds the place of a path in it.
 *
 * @since 0.1.0
 */
import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type YAMLError
} from "yaml"
import type { InputIssue } from "../../src/team/InputError.ts"

/** Nodes that a document may have once its aliases are unfolded. 5 MB of plain text have no more than half of that. */
const maxNodes = 5_000_000

/** Deeper than any input means something, and far from the end of the stack. */
const maxDepth = 100

/** Keys that mean something to the language itself. */
const forbiddenKeys: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"])

/** 1-based place of an offset. */
export const at = (lines: LineCounter, offset: number): { readonly line: number; readonly column: number } => {
  const { col, line } = lines.linePos(offset)
  return { line: Math.max(line, 1), column: Math.max(col, 1) }
}

/** What the parser found wrong. */
export const issue = (error: YAMLError, lines: LineCounter): InputIssue => {
  const place = at(lines, error.pos[0])
  if (error.code === "DUPLICATE_KEY") {
    return { path: "", found: "the same key twice", expected: "each key once", fix: "Remove or rename one.", ...place }
  }
  const found = error.message.charAt(0).toLowerCase() + error.message.slice(1)
  return { path: "", found, expected: "valid YAML or JSON", ...place }
}

/** What the parser accepts and we do not: forbidden keys, aliases of themselves, aliases that unfold too far, depth. */
export const issues = (document: Document, lines: LineCounter): ReadonlyArray<InputIssue> => {
  const found: Array<InputIssue> = []
  const anchors = new Map<string, Node>()
  const sizes = new Map<Node, number>()
  const open = new Set<Node>()
  const note = (node: unknown, path: string, rest: Pick<InputIssue, "found" | "expected" | "fix">) => {
    if (found.length < 100) found.push({ path, ...rest, ...placeOf(lines, node) })
  }

  /** Number of nodes that `node` unfolds to. In the order of the text, so that an alias meets the anchor before it. */
  const size = (node: unknown, path: string, depth: number): number => {
    if (depth > maxDepth) throw new RangeError("nested too deeply")
    if (isAlias(node)) {
      const target = anchors.get(node.source)
      if (target === undefined) {
        const fix = `Write &${node.source} at the value it means, before this line.`
        note(node, path, { found: `*${node.source}`, expected: "an alias of an anchor that comes before it", fix })
        return 1
      }
      if (open.has(target)) {
        note(node, path, { found: `*${node.source} inside of &${node.source}`, expected: "an alias of something else" })
        return 1
      }
      return sizes.get(target) ?? 1
    }
    if (!isMap(node) && !isSeq(node)) {
      if (isScalar(node) && node.anchor !== undefined) anchors.set(node.anchor, node)
      return 1
    }
    if (node.anchor !== undefined) anchors.set(node.anchor, node)
    open.add(node)
    let total = 1
    node.items.forEach((item, index) => {
      if (!isPair(item)) {
        total += size(item, join(path, String(index)), depth + 1)
        return
      }
      const key = keyOf(item.key)
      const here = join(path, key)
      if (forbiddenKeys.has(key)) {
        note(item.key, here, { found: `the key "${key}"`, expected: "another name", fix: "Rename it." })
      }
      total += size(item.value, here, depth + 1)
    })
    open.delete(node)
    sizes.set(node, total)
    return total
  }

  const total = size(document.contents, "", 0)
  if (total > maxNodes) {
    const expected = `at most ${maxNodes} values once aliases are unfolded`
    note(document.contents, "", { found: `aliases that unfold to ${total} values`, expected })
  }
  return found
}

/** Line and column of the key at `path`, or of the nearest key above it that is there. Nothing for the whole document. */
export const place = (document: Document, lines: LineCounter, path: string) => {
  if (path === "") return {}
  const nearest = walk(document, document.contents, path)
  return nearest === undefined ? {} : placeOf(lines, nearest)
}

/**
 * The node to point at for the rest of a path. Keys may hold dots themselves, so each key that the rest begins with is
 * tried, the longest first.
 */
const walk = (document: Document, from: unknown, rest: string): unknown => {
  const node = isAlias(from) ? from.resolve(document) : from
  if (isSeq(node)) {
    const [index = "", ...more] = rest.split(".")
    const item: unknown = /^\d+$/.test(index) ? node.items[Number(index)] : undefined
    return item === undefined ? undefined : more.length === 0 ? item : (walk(document, item, more.join(".")) ?? item)
  }
  if (!isMap(node)) return undefined
  const pairs = node.items
    .map((pair) => ({ key: keyOf(pair.key), pair }))
    .filter(({ key }) => rest === key || rest.startsWith(`${key}.`))
    .sort((a, b) => b.key.length - a.key.length)
  const exact = pairs.find(({ key }) => key === rest)
  if (exact !== undefined) return exact.pair.key
  for (const { key, pair } of pairs) {
    const inside = walk(document, pair.value, rest.slice(key.length + 1))
    if (inside !== undefined) return inside
  }
  return pairs[0]?.pair.key
}

const placeOf = (lines: LineCounter, node: unknown) => {
  const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined
  return range === undefined || range === null ? {} : at(lines, range[0])
}

const keyOf = (key: unknown): string => (isScalar(key) ? String(key.value) : String(key))

const join = (path: string, key: string) => (path === "" ? key : `${path}.${key}`)
