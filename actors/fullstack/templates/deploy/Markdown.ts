/**
 * Puts words of the user's into Markdown without giving them a say in its structure.
 *
 * @since 0.1.0
 */

/**
 * `text` as one line that reads as it was written: line breaks and control characters become spaces, and everything
 * that Markdown or HTML would take for markup is escaped. Good for headings, paragraphs and table cells.
 *
 * @category constructors
 */
export const inline = (text: string): string =>
  text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .trim()
    .replace(/[\\`*_{}[\]()#+!|~$]/gu, "\\$&")
    // A hyphen or an equals sign at the start would make a list or underline a heading; elsewhere they are harmless.
    .replace(/^[-=]|^(\d+)(?=[.)])/u, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`))
    .replace(/&/gu, "&amp;")
    .replace(/</gu, "&lt;")
    .replace(/>/gu, "&gt;")

/**
 * `text` as inline code. It is fenced by more backticks than it holds in a row; a `|` is escaped, as tables want it.
 *
 * @category constructors
 */
export const code = (text: string): string => {
  const line = text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim()
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length))
  const fence = "`".repeat(longest + 1)
  const pad = line.startsWith("`") || line.endsWith("`") ? " " : ""
  return `${fence}${pad}${line}${pad}${fence}`
}

/**
 * A code block, fenced by more backticks than `text` holds in a row.
 *
 * @category constructors
 */
export const block = (language: string, text: string): string => {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length))
  const fence = "`".repeat(longest + 1)
  return `${fence}${language}\n${text.replace(/\n+$/, "")}\n${fence}`
}

/**
 * A table of cells that are Markdown already (`inline`, `code` or our own words).
 *
 * @category constructors
 */
export const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n")
