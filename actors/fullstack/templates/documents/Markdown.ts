/**
 * Markdown that means what it says, whatever people called their entities: every name and text of the requirements goes
 * through `text`, `code` or `table` on its way into a document.
 *
 * @since 0.1.0
 */

import { columns } from "../../internal/Layout.ts"

/** Plain words inside a paragraph, a heading or a cell: on one line, and nothing in them is markup. */
export const text = (words: string): string =>
  words
    .replace(/\s+/gu, " ")
    .trim()
    .replace(/[\\`*_{}[\]<>#|~&]/gu, "\\$&")
    // At the start of a line these would begin a list.
    .replace(/^([-+]|\d+[.)])(?=\s|$)/u, "\\$1")

/** Several paragraphs of plain words. */
export const paragraphs = (words: string): string =>
  words
    .split(/\n\s*\n/u)
    .map(text)
    .filter((paragraph) => paragraph !== "")
    .join("\n\n")

/** A name or an expression in a code span, also when it holds backticks. Inside a table use it as a cell's whole text. */
export const code = (words: string): string => {
  const line = words.replace(/\s+/gu, " ")
  const longest = Math.max(0, ...[...line.matchAll(/`+/gu)].map(([run]) => run.length))
  const fence = "`".repeat(longest + 1)
  const pad = line.startsWith("`") || line.endsWith("`") || line.trim() === "" ? " " : ""
  return `${fence}${pad}${line}${pad}${fence}`
}

/**
 * A table with columns of one width, as the formatter leaves it. Cells are Markdown already; a bar in one is escaped here,
 * as it would end the cell even in a code span.
 */
export const table = (header: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const all = [header, ...rows].map((cells) => cells.map((cell) => cell.replace(/(?<!\\)\|/gu, "\\|")))
  const widths = header.map((_, at) => Math.max(3, ...all.map((cells) => columns(cells[at] ?? ""))))
  const line = (cells: ReadonlyArray<string>) => `| ${cells.join(" | ")} |`
  const padded = all.map((cells) => line(cells.map((cell, at) => cell + " ".repeat(widths[at]! - columns(cell)))))
  return [padded[0], line(widths.map((width) => "-".repeat(width))), ...padded.slice(1)].join("\n")
}

/** A document: blocks with an empty line between them, and a newline at the end. */
export const document = (blocks: ReadonlyArray<string>): string =>
  `${blocks.filter((block) => block !== "").join("\n\n")}\n`
