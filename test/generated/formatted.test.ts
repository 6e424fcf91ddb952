/** Whoever takes a project over and formats it finds nothing to change: by the settings that come with it, and Prettier. */
import * as fs from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { NodeFileSystem } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { format, getFileInfo, resolveConfig } from "prettier"
import * as RequirementsFile from "../../layers/yaml/RequirementsFile.ts"
import { filesOf, folder, generate, surroundings } from "../actors/fullstack/fixtures/inFolder.ts"
import { awkward } from "../actors/fullstack/oddProjects.ts"
import { sample } from "./arbitrary/Requirements.ts"

const shipped = (path: string) => RequirementsFile.read(fileURLToPath(new URL(path, import.meta.url)))

/** The files that Prettier knows and would change, each with the first line that it would. */
const unformatted = async (
  root: string,
  without: RegExp
): Promise<{ readonly checked: number; readonly wrong: ReadonlyArray<string> }> => {
  const wrong: Array<string> = []
  let checked = 0
  for (const path of filesOf(root).keys()) {
    const file = join(root, path)
    const { ignored, inferredParser } = await getFileInfo(file, { ignorePath: join(root, ".prettierignore") })
    if (without.test(path) || ignored || inferredParser === null || path.endsWith("package-lock.json")) continue
    checked++
    const text = fs.readFileSync(file, "utf8")
    const config = await resolveConfig(file)
    assert.deepStrictEqual(config, { printWidth: 120 })
    const formatted = await format(text, { ...config, filepath: file })
    if (formatted === text) continue
    const lines = text.split("\n")
    const at = formatted.split("\n").findIndex((line, index) => line !== lines[index])
    wrong.push(`${path}:${at + 1}: ${lines[at]} → ${formatted.split("\n")[at]}`)
  }
  return { checked, wrong }
}

const assertFormatted = (value: unknown, without = /^$/) =>
  Effect.gen(function* () {
    const root = yield* folder
    yield* generate(value, root)
    const { checked, wrong } = yield* Effect.promise(() => unformatted(root, without))
    assert.deepStrictEqual(wrong, [])
    assert.isAbove(checked, 70)
  }).pipe(Effect.provide(surroundings()))

describe("every file is as Prettier leaves it", () => {
  for (const path of [
    "../../examples/task-tracker.yaml",
    "./requirements/everything.yaml",
    "./requirements/access.yaml",
    "./requirements/unicode.yaml"
  ]) {
    it.scoped(path, () =>
      Effect.flatMap(shipped(path), ({ value }) => assertFormatted(value)).pipe(Effect.provide(NodeFileSystem.layer))
    )
  }
  it.scoped("unicode, reserved words and markup", () => assertFormatted(awkward))
  // Their names are of any script, and how wide the signs of a rare one are, which decides the padding of Markdown's
  // tables, is not agreed upon.
  it.scoped.each([1, 2])("drawn by seed %i", (seed) => assertFormatted(sample(seed), /\.md$/))
})
