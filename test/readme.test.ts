/**
 * What the README shows must compile: every block marked `ts` is type-checked as a module of its own, against the
 * sources, as a reader's program would be against the package.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import ts from "typescript"
import { assert, describe, it } from "vitest"

const root = new URL("..", import.meta.url).pathname

interface Snippet {
  readonly line: number
  readonly code: string
}

const snippetsOf = (markdown: string): ReadonlyArray<Snippet> =>
  [...markdown.matchAll(/^```(?:ts|typescript)[^\n]*\n([\s\S]*?)^```/gm)].map((match) => ({
    line: markdown.slice(0, match.index).split("\n").length + 1,
    code: match[1]!
  }))

/** The problems of each snippet, as `README.md:line: message`. */
const problemsOf = (snippets: ReadonlyArray<Snippet>): ReadonlyArray<string> => {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile)
  const { options: own } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const options: ts.CompilerOptions = {
    ...own,
    noEmit: true,
    baseUrl: root,
    paths: {
      troupe: ["./src/index.ts"],
      "troupe/testing": ["./src/testing.ts"],
      "troupe/actor": ["./src/actor/index.ts"],
      "troupe/cluster": ["./src/cluster/index.ts"],
      "troupe/layers/*": ["./layers/*/index.ts"],
      "troupe/actors/*": ["./actors/*/index.ts"]
    }
  }
  // Beside the sources, so that packages are found as they are from there; no such file exists on disk.
  const files = new Map(snippets.map((snippet) => [join(root, `README.snippet-${snippet.line}.ts`), snippet]))
  const host = ts.createCompilerHost(options)
  const { fileExists, getSourceFile, readFile } = host
  host.fileExists = (name) => files.has(name) || fileExists(name)
  host.readFile = (name) => files.get(name)?.code ?? readFile(name)
  host.getSourceFile = (name, version, ...rest) => {
    const snippet = files.get(name)
    return snippet === undefined
      ? getSourceFile(name, version, ...rest)
      : ts.createSourceFile(name, snippet.code, version, true)
  }
  const program = ts.createProgram({
    rootNames: [...files.keys()],
    options,
    host
  })
  return [...files].flatMap(([name, snippet]) => {
    const source = program.getSourceFile(name)
    if (source === undefined) return [`README.md:${snippet.line}: not compiled`]
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((problem) => {
      const line = snippet.line + source.getLineAndCharacterOfPosition(problem.start ?? 0).line
      return `README.md:${line}: ${ts.flattenDiagnosticMessageText(problem.messageText, "\n")}`
    })
  })
}

const readme = readFileSync(join(root, "README.md"), "utf8")

describe("README.md", () => {
  it("shows only code that compiles", () => {
    // One compilation for both: what must pass, and a snippet that proves the check can fail.
    const wrong = snippetsOf(
      `${"\n".repeat(99_996)}text\n\n\`\`\`ts\nimport { Team } from "troupe"\nTeam.mak("x")\n\`\`\`\n`
    )
    const problems = problemsOf([...snippetsOf(readme), ...wrong])
    assert.lengthOf(problems, 1)
    assert.match(problems[0]!, /^README\.md:100001: Property 'mak' does not exist/)
  }, 60_000)

  it("shows on its first screen the example that CI runs", () => {
    const example = readFileSync(join(root, "examples/counter.ts"), "utf8")
    assert.strictEqual(snippetsOf(readme)[0]?.code, example.replace('"../src/index.ts"', '"troupe"'))
  })
})
