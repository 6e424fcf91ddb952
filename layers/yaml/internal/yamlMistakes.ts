/**
 * Says what somebody who does not know YAML's grammar did wrong, where the parser names the rule that broke.
 *
 * The parser notices most slips late (a missing brace at the next key, a missing colon as a key of two lines), so each
 * of its errors is looked up in the text around it. What is found is a guess with a place and a remedy; where there is
 * none, the parser's own word stays.
 *
 * @since 0.1.0
 */
import type { LineCounter, YAMLError } from "yaml"
import type { InputIssue } from "../../../src/team/InputError.ts"

type Word = Pick<InputIssue, "found" | "expected" | "fix">

interface Finding extends Word {
  readonly offset: number
}

/** The mistake behind the parser's first error, or nothing where no guess is good. The others are its consequences. */
export const explain = (text: string, error: YAMLError, lines: LineCounter): InputIssue | undefined => {
  const here = scan(text, error.pos[0])
  const finding = otherLanguage(text) ?? inFlow(text, error, here) ?? onLine(text, error, here)
  if (finding === undefined) return undefined
  const { offset, ...word } = finding
  const { col, line } = lines.linePos(offset)
  return { path: "", ...word, line: Math.max(line, 1), column: Math.max(col, 1) }
}

/** A text that is another language altogether. */
export const otherLanguage = (text: string): Finding | undefined => {
  const found = languages.find(([, pattern]) => pattern.test(text))
  if (found === undefined) return undefined
  const fix = "Write name: … and entities: …, each entity with its fields; the README shows a whole file."
  return { offset: text.search(/\S/), found: `what looks like ${found[0]}`, expected: "YAML or JSON", fix }
}

const languages: ReadonlyArray<readonly [string, RegExp]> = [
  ["SQL", /^\s*(?:--.*\n\s*)*(?:create|alter|drop)\s+(?:table|type|schema)\b/i],
  ["a Prisma schema", /^\s*(?:\/\/.*\n\s*)*(?:generator|datasource|model|enum)\s+\w+\s*\{/],
  ["TypeScript", /^\s*(?:\/\/.*\n\s*)*(?:import\s.+from|export\s|interface\s+\w+|type\s+\w+\s*=|class\s+\w+)/],
  ["GraphQL", /^\s*type\s+\w+[^=\n]*\{/],
  ["XML", /^\s*</]
]

/** What stands open before an offset. */
interface Scan {
  readonly open: ReadonlyArray<{ readonly character: string; readonly offset: number }>
  /** Where a closing character met another opening one. */
  readonly crossed: { readonly opener: number; readonly closer: number } | undefined
  /** A `#` inside of brackets with something right behind it. */
  readonly hash: number | undefined
  /** Where a quote begins that never ends. */
  readonly quote: number | undefined
}

const pairs: Readonly<Record<string, string>> = { "{": "}", "[": "]" }

const scan = (text: string, until: number): Scan => {
  const open: Array<{ readonly character: string; readonly offset: number }> = []
  let crossed: Scan["crossed"]
  let hash: number | undefined
  let tokenStarts = true
  for (let at = 0; at < until; at++) {
    const character = text[at]!
    if (character === "#" && (open.length > 0 ? tokenStarts : /\s/.test(text[at - 1] ?? " "))) {
      if (at > 0 && !/[\s[{,]/.test(text[at - 1]!)) continue
      if (open.length > 0 && /\S/.test(text[at + 1] ?? " ")) hash ??= at
      while (at + 1 < until && text[at + 1] !== "\n") at++
    } else if ((character === '"' || character === "'") && tokenStarts) {
      const end = closing(text, at)
      if (end === undefined) return { open, crossed, hash, quote: at }
      at = end
      tokenStarts = false
    } else if (pairs[character] !== undefined && tokenStarts) {
      open.push({ character, offset: at })
    } else if (open.length > 0 && (character === "}" || character === "]")) {
      const last = open.pop()!
      if (pairs[last.character] !== character) {
        crossed ??= { opener: last.offset, closer: at }
        open.pop()
      }
      if (open.length === 0) hash = undefined
    } else if (character === "\n" || (open.length > 0 && character === ",")) {
      tokenStarts = true
    } else if (/[:\-?]/.test(character) && /[\s"'[{]/.test(text[at + 1] ?? " ")) {
      tokenStarts = true
    } else if (/\S/.test(character)) {
      tokenStarts = false
    }
  }
  return { open, crossed, hash, quote: undefined }
}

const closing = (text: string, from: number): number | undefined => {
  const quote = text[from]
  for (let at = from + 1; at < text.length; at++) {
    if (quote === '"' && text[at] === "\\") at++
    else if (text[at] === quote) {
      if (quote === "'" && text[at + 1] === "'") at++
      else return at
    }
  }
  return undefined
}

/** Mistakes between braces and brackets. */
const inFlow = (text: string, error: YAMLError, here: Scan): Finding | undefined => {
  const offset = error.pos[0]
  if (here.quote !== undefined) {
    const found = `a ${text[here.quote]} that is never closed`
    return { offset: here.quote, found, expected: "a quote at both ends of the value", fix: "Close it." }
  }
  const inner = here.open.at(-1)
  if (/must end with a|sufficiently indented|comments must be separated/i.test(error.message)) {
    const hash = here.hash ?? (text[offset] === "#" ? offset : undefined)
    const value = hash === undefined ? undefined : /^#[^\s,\]}]+/.exec(text.slice(hash))?.[0]
    if (hash !== undefined && value !== undefined) return hashed(hash, value)
    const opener = inner ?? (text[offset] === "{" || text[offset] === "[" ? { offset } : undefined)
    if (here.crossed !== undefined || opener !== undefined) {
      const at = here.crossed?.opener ?? opener!.offset
      const close = pairs[text[at]!] ?? "}"
      const before = here.crossed === undefined ? undefined : text[here.crossed.closer]
      const place =
        before !== undefined
          ? `before the "${before}" of line ${lineNumber(text, here.crossed!.closer)}`
          : `at the end of line ${lineNumber(text, text.slice(0, offset).trimEnd().length)}, or where it ends`
      const found = `a "${text[at]}" that is never closed`
      return { offset: at, found, expected: `its "${close}"`, fix: `Add "${close}" ${place}.` }
    }
  }
  if (inner === undefined) return undefined
  const item = /^[^,[\]{}\n]*/.exec(text.slice(offset))?.[0].trim() ?? ""
  if (error.code === "BLOCK_IN_FLOW" || error.code === "MULTILINE_IMPLICIT_KEY") {
    const whole = /^[^,[\]{}]*/.exec(text.slice(offset))?.[0].trim() ?? item
    const twice = /^("[^"]*"|'[^']*'|.*?\S)(\s+)([^\s:]+:\s.*)$/s.exec(whole)
    if (twice === null) return quoted(offset, whole)
    const [, first = "", gap = "", rest = ""] = twice
    const next = offset + whole.indexOf(gap + rest) + gap.length
    const comma = `Put a comma between the two: "${first}, ${rest.split(/\s*\n/)[0]}"`
    const fix = /^["']|\n/.test(first + gap) ? `${comma}.` : `${comma}. If it is one text, put it in quotes.`
    return { offset: next, found: `${show(rest)} after ${show(first)}`, expected: `"," or "${close(inner)}"`, fix }
  }
  if (/, or :/.test(error.message)) {
    const line = lineAt(text, offset)
    const fix = "Put a colon between a key and its value, and a comma between two pairs."
    return { offset, found: show(line.trim()), expected: `"," or ":"`, fix }
  }
  if (/Unexpected , /.test(error.message)) {
    return { offset, found: "a comma with nothing before it", expected: "a value", fix: "Remove the comma." }
  }
  if (/at node end|missing , between|unexpected (double|single)-quoted|unexpected scalar/i.test(error.message)) {
    const before = text.slice(0, offset).trimEnd()
    if (before.length === offset && before.endsWith("'")) return apostrophe(offset)
    if (/["'\]}]$/.test(before) && !/^["']?[\w$-]+["']?\s*:|^["'[{]/.test(text.slice(offset)) && !/[\]}]$/.test(before))
      return quotedWhole(offset, item)
    return {
      offset,
      found: `${show(item)} right after a value`,
      expected: `"," or "${close(inner)}"`,
      fix: "Put a comma between the two."
    }
  }
  return undefined
}

const close = (opener: { readonly character: string }) => pairs[opener.character] ?? "}"

/** Mistakes outside of brackets, or of one value. */
const onLine = (text: string, error: YAMLError, here: Scan): Finding | undefined => {
  const offset = error.pos[0]
  const { message } = error
  if (error.code === "TAB_AS_INDENT") {
    return { offset, found: "a tab", expected: "spaces in front of a key", fix: "Indent with two spaces a level." }
  }
  const value = lineAt(text, offset).slice(offset - lineStart(text, offset))
  const plain = value.replace(/\s+#.*$/, "").trim()
  if (error.code === "BAD_SCALAR_START") return quoted(offset, here.open.length > 0 ? plain.split(/[,\]}]/)[0]! : plain)
  if (error.code === "TAG_RESOLVE_FAILED" && !/^!!/.test(plain)) {
    return { ...quoted(offset, plain), found: `${show(plain)}, which begins like a tag` }
  }
  if (/flow-(map|seq)-end/.test(message)) {
    const closer = text[offset] ?? "}"
    const opener = closer === "}" ? "{" : "["
    return { offset, found: `a "${closer}" without its "${opener}"`, expected: "one of each", fix: "Remove it." }
  }
  if (/block-seq-ind on same line/.test(message)) {
    const item = show(plain.replace(/^-\s*/, ""), 30)
    return {
      offset,
      found: "an item of a list behind its key",
      expected: "the list on lines of its own",
      fix: `Begin the next line with "- ", or write [${item.slice(1, -1)}]; a text that begins with "-" needs quotes.`
    }
  }
  if (/Not a YAML token/.test(message)) {
    const fix = "Begin the text on the next line, indented, or put the value in quotes."
    return { offset, found: `${show(plain)} behind "|" or ">"`, expected: "nothing more on this line", fix }
  }
  if (/at node end/.test(message)) {
    const before = text.slice(0, offset)
    if (before.endsWith("'")) return apostrophe(offset)
    return quotedWhole(offset, plain)
  }
  if (/start at the same column/.test(message)) {
    const at = offset + (/^\s*/.exec(text.slice(offset))?.[0].length ?? 0)
    const fix = "Give it the same number of spaces as its neighbours."
    return { offset: at, found: "a key in a column of its own", expected: "the keys of one mapping in one column", fix }
  }
  if (error.code === "BLOCK_AS_IMPLICIT_KEY") {
    if (/:(\s|$)/.test(plain)) return quoted(offset, plain)
    const next = /\n[ \t]*(?=\S)/.exec(text.slice(offset))
    if (next === null) return undefined
    const at = offset + next.index + next[0].length
    const fix = `Indent it like line ${lineNumber(text, offset)}, or remove the value ${show(plain)} from that line.`
    return { offset: at, found: "a key below a value", expected: "either a value or keys below it", fix }
  }
  if (/implicit (map )?keys need/i.test(message)) return keyWithoutColon(text, offset)
  return undefined
}

/** A line that should have been `key: value`. */
const keyWithoutColon = (text: string, offset: number): Finding | undefined => {
  const line = lineAt(text, offset)
  const from = lineStart(text, offset) + (line.length - line.trimStart().length)
  const written = line.replace(/\s+#.*$/, "").trim()
  const word = keyValue(written)
  const rest = text.slice(lineStart(text, offset) + line.length + 1)
  const next = rest.split("\n").find((one) => one.trim() !== "") ?? ""
  const deeper = next.length - next.trimStart().length > line.length - line.trimStart().length
  if (deeper && !/[:\s=]/.test(written)) {
    return { offset: from, found: show(written), expected: "a colon after a key", fix: `Write "${written}:".` }
  }
  if (word !== undefined) return { offset: from, ...word }
  if (written === "") return undefined
  return { offset: from, found: show(written), expected: "key: value", fix: `Write "${written}: …".` }
}

/** What is wrong with a text that stands where `key: value` should, as far as the text alone can tell. */
export const keyValue = (written: string): Word | undefined => {
  const found = show(written)
  const write = (key: string, value: string) => `Write "${key}: ${value.slice(0, 60)}".`
  if (/^(\/\/|\/\*|--|<!--)/.test(written)) {
    return { found, expected: "key: value", fix: "A comment begins with #." }
  }
  const colon = /^([^\s:：]+)\s*([:：\uFE55])[\u00a0\u3000]*([^\s].*)$/su.exec(written)
  if (colon !== null) {
    const [, key = "", sign = ":", value = ""] = colon
    const expected = sign === ":" ? "a space after the colon" : "a plain colon and a space"
    return { found, expected, fix: write(key, value) }
  }
  const assigned = /^([^\s=]+)\s*=>?\s*(\S.*)$/s.exec(written)
  if (assigned !== null) {
    return { found, expected: "a colon after a key", fix: write(assigned[1]!, assigned[2]!.replace(/;$/, "")) }
  }
  const words = /^(\S+)\s+(\S.*)$/s.exec(written)
  if (words !== null) return { found, expected: "a colon after a key", fix: write(words[1]!, words[2]!) }
  return undefined
}

/** A value that begins like a comment. */
export const hashed = (offset: number, value: string): Finding => ({
  offset,
  found: `${value}, which begins a comment`,
  expected: "a value",
  fix: `Put it in quotes: "${value}".`
})

const quoted = (offset: number, value: string): Finding => {
  const sign = /^[@`%]/.test(value) ? ` that begins with ${value[0]}` : ' with ": " in it'
  const quote = value.includes('"') ? "'" : '"'
  const short = value.length <= 60 ? `: ${quote}${value}${quote}` : ""
  return {
    offset,
    found: `the value ${show(value)}${sign}`,
    expected: "such a value in quotes",
    fix: `Quote it${short}.`
  }
}

const quotedWhole = (offset: number, rest: string): Finding => ({
  offset,
  found: `${show(rest)} behind a value in quotes`,
  expected: "nothing behind it",
  fix: "Put the whole value in one pair of quotes."
})

const apostrophe = (offset: number): Finding => ({
  offset,
  found: "an apostrophe inside of '…'",
  expected: "the value to end there",
  fix: 'Put the value in double quotes ("…"), or write two apostrophes for one.'
})

const show = (text: string, most = 60) => JSON.stringify(text.length <= most ? text : `${text.slice(0, most - 1)}…`)

const lineStart = (text: string, offset: number) => text.lastIndexOf("\n", Math.max(0, offset - 1)) + 1

const lineAt = (text: string, offset: number) => {
  const end = text.indexOf("\n", offset)
  return text.slice(lineStart(text, offset), end === -1 ? undefined : end).replace(/\r$/, "")
}

const lineNumber = (text: string, offset: number) => text.slice(0, offset).split("\n").length
