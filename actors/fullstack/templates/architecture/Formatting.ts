/**
 * How all files of the project are laid out.
 *
 * @since 0.1.0
 */
import { jsonFile, width } from "../../internal/Layout.ts"
import type { GeneratedFile } from "../../Project.ts"

/** The formatter's settings, of which the generated files are a fixed point. Editors that know Prettier find them. */
export const formatting: ReadonlyArray<GeneratedFile> = [
  { path: ".prettierrc.json", content: jsonFile({ printWidth: width }) },
  // What is built, and what the team reports of its own work.
  { path: ".prettierignore", content: "dist/\ncoverage/\ndocs/report.*\n" }
]
