/**
 * How much room a text takes on a terminal, and how to make it fit.
 *
 * A terminal counts cells: an ideograph or an emoji takes two, a combining mark none. Text from agents, subprocesses and
 * files may also hold control characters that would move the cursor; nothing is shown before `visible` has seen it.
 *
 * @since 0.1.0
 */

/**
 * The text on one line without anything that a terminal would obey: escape sequences whole, control and
 * direction-changing characters, line ends as spaces.
 *
 * @category combinators
 */
export const visible = (text: string): string =>
  text.replace(ESCAPE, "").replace(CONTROL, " ").replace(/\s+/gu, " ").trim()

/** Cells that `text` takes. Expects `visible` text. @category combinators */
export const cells = (text: string): number => {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let sum = 0
  for (const { segment } of segments.segment(text)) sum += cellsOf(segment)
  return sum
}

/** The text cut to at most `width` cells, `…` at its end if something is missing. @category combinators */
export const shorten = (text: string, width: number): string => {
  if (width <= 0) return ""
  if (cells(text) <= width) return text
  let kept = ""
  let used = 0
  for (const { segment } of segments.segment(text)) {
    const next = cellsOf(segment)
    if (used + next > width - 1) break
    kept += segment
    used += next
  }
  return `${kept.trimEnd()}…`
}

/** The text filled up with spaces on the right to `width` cells, or cut. @category combinators */
export const column = (text: string, width: number): string => {
  const fitted = shorten(text, width)
  return fitted + " ".repeat(Math.max(0, width - cells(fitted)))
}

/**
 * Splits at spaces into lines of at most `width` cells. A longer word, such as a path, stays whole on a line of its own: it
 * may be there to be copied.
 *
 * @category combinators
 */
export const wrap = (text: string, width: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (const word of text.split(" ")) {
    const last = lines.at(-1)
    if (last !== undefined && cells(last) + 1 + cells(word) <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

const segments = new Intl.Segmenter("en", { granularity: "grapheme" })

/** One grapheme. The ranges are those of Unicode's East Asian Width W and F that are in use; emoji are drawn wide. */
const cellsOf = (grapheme: string): number => {
  const code = grapheme.codePointAt(0) ?? 0
  if (code < 0x300) return 1
  if (/^\p{M}|^\p{Cf}/u.test(grapheme)) return 0
  return /\p{Emoji_Presentation}|\ufe0f/u.test(grapheme) || WIDE.some(([from, to]) => code >= from && code <= to)
    ? 2
    : 1
}

const WIDE: ReadonlyArray<readonly [number, number]> = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd]
]

const ESCAPE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: sequences that begin with ESC or its one-byte forms
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b\]|\u009d)[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]/gu
// biome-ignore lint/suspicious/noControlCharactersInRegex: what would move the cursor or turn the line around
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu
