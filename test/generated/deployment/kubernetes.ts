/**
 * Checks Kubernetes objects against the schemas that Kubernetes publishes, as the package `kubernetes-models` carries
 * them, and against its types: the schemas say nothing of properties that do not exist, which the server would drop.
 */
import { createRequire } from "node:module"
import ts from "typescript"
import type { Parsed } from "./written.ts"

const require = createRequire(import.meta.url)

/** What is wrong with the objects; empty when nothing is. */
export const problemsOf = (objects: ReadonlyArray<Parsed>): ReadonlyArray<string> => [
  ...objects.flatMap(againstSchema),
  ...againstTypes(objects)
]

const againstSchema = (object: Parsed): ReadonlyArray<string> => {
  const { [object.kind]: Model } = require(`kubernetes-models/${object.apiVersion}`)
  try {
    new Model(object).validate()
    return []
  } catch (error) {
    return [`${object.kind} ${object.metadata?.name}: ${(error as Error).message}`]
  }
}

/** The package's declarations are read once for all objects. */
const sources = new Map<string, ts.SourceFile | undefined>()

const againstTypes = (objects: ReadonlyArray<Parsed>): ReadonlyArray<string> => {
  const path = new URL("objects.ts", import.meta.url).pathname
  const text = objects
    .map(({ apiVersion, kind, ...rest }, at) => {
      const type = `import("kubernetes-models/${apiVersion}").I${kind}`
      return `export const object${at}: ${type} = ${JSON.stringify({ apiVersion, kind, ...rest }, undefined, 1)}\n`
    })
    .join("")
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: []
  }
  const host = ts.createCompilerHost(options)
  const { fileExists, getSourceFile } = host
  host.fileExists = (file) => file === path || fileExists(file)
  host.getSourceFile = (file, version, ...rest) => {
    if (file === path) return ts.createSourceFile(file, text, version)
    if (!sources.has(file)) sources.set(file, getSourceFile(file, version, ...rest))
    return sources.get(file)
  }
  const program = ts.createProgram([path], options, host)
  return ts.getPreEmitDiagnostics(program, program.getSourceFile(path)).map((one) => {
    const at = one.start === undefined ? "" : text.slice(one.start).split("\n")[0]
    return `${at}: ${ts.flattenDiagnosticMessageText(one.messageText, "\n")}`
  })
}
