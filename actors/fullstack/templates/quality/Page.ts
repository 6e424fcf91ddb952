/**
 * `docs/quality.md`: what was checked, by which command, and what came of it.
 *
 * @since 0.1.0
 */
import type { Check, Quality } from "../../Results.ts"
import { code, document, table, text } from "../documents/Markdown.ts"

/**
 * The page. Equal results give equal pages: it holds no times.
 *
 * @category constructors
 */
export const page = ({ checks, tests }: Quality, versions: Readonly<Record<string, string>>): string => {
  const count = (status: Check["status"]) => tests.filter((test) => test.status === status).length
  const open = checks.filter((check) => check.status !== "passed")
  return document([
    "# Quality",
    `Each command was run in the project's folder, with Node ${versions.node ?? "of unknown version"} and npm ${versions.npm ?? "of unknown version"}. The tests say what they check: a criterion that a title names is checked by that test.`,
    "## Checks",
    table(
      ["Check", "Command", "Result"],
      checks.map((check) => [text(check.name), code(check.command), words[check.status]])
    ),
    ...(open.length === 0 ? [] : ["## What is open", ...open.flatMap(explained)]),
    "## Tests",
    `${tests.length} tests: ${count("passed")} passed, ${count("failed")} failed, ${count("notVerified")} did not run.`,
    ...(tests.length === 0
      ? []
      : [
          table(
            ["Test", "Criteria", "Result"],
            tests.map((test) => [
              `${text(test.title)} (${text(test.file)})`,
              test.criteria.map(text).join(", "),
              words[test.status]
            ])
          )
        ])
  ])
}

const words = { passed: "passed", failed: "**failed**", notVerified: "not verified" } as const

// Indented, so that no line of a tool's output can end the block.
const explained = (check: Check) => [
  `### ${text(check.name)}: ${words[check.status]}`,
  check.detail
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n")
]
