/** The deployment files of a project, as the team writes them: by path, and read. */
import * as fs from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import { parseAllDocuments } from "yaml"
import { DevopsEngineer } from "../../../actors/fullstack/DevopsEngineer.ts"
import { ProductManager } from "../../../actors/fullstack/ProductManager.ts"
import * as Project from "../../../actors/fullstack/Project.ts"
import * as Requirements from "../../../actors/fullstack/Requirements.ts"
import { Quality } from "../../../actors/fullstack/Results.ts"
import { TechnicalArchitect } from "../../../actors/fullstack/TechnicalArchitect.ts"
import * as Operate from "../../../actors/fullstack/templates/operations/Operate.ts"
import * as NodeWorkspace from "../../../layers/node/NodeWorkspace.ts"
import * as Team from "../../../src/team/Team.ts"

const Planners = Team.make("planners", {
  description: "Those of the full-stack team whose files say how a project is run.",
  agents: [ProductManager, TechnicalArchitect, DevopsEngineer],
  parse: Requirements.parse
})

// biome-ignore lint/suspicious/noExplicitAny: parsed YAML, whose shape is what these tests are about
export type Parsed = any

export interface Files {
  readonly text: (path: string) => string
  /** The YAML documents of a file. */
  readonly documents: (path: string) => ReadonlyArray<Parsed>
  /** Every Kubernetes object, in the order of `kustomization.yaml`. */
  readonly objects: ReadonlyArray<Parsed>
  /** The one object of a kind whose name ends so. */
  readonly object: (kind: string, ending?: string) => Parsed
}

/**
 * Writes `deploy/` and the workflow into the folder. The files of the monitoring come from their template, as
 * site-reliability-engineer works only after all checks of a whole run.
 */
export const writeDeployment = (value: unknown, root: string) =>
  Effect.gen(function* () {
    const { output } = yield* Team.run(Planners, { input: value, agentsAtOnce: 8 })
    const project = Project.fromInput(yield* Requirements.parse(value))
    const { files } = Operate.generate(project, yield* output(DevopsEngineer), new Quality({ checks: [], tests: [] }))
    for (const { content, path } of files) {
      fs.mkdirSync(join(root, path, ".."), { recursive: true })
      fs.writeFileSync(join(root, path), content)
    }
    return read(root)
  }).pipe(Effect.provide(NodeWorkspace.layer({ root })))

const read = (root: string): Files => {
  const text = (path: string) => fs.readFileSync(join(root, path), "utf8")
  const documents = (path: string) =>
    parseAllDocuments(text(path)).map((document) => {
      if (document.errors.length > 0) throw document.errors[0]
      return document.toJS()
    })
  const [kustomization] = documents("deploy/kubernetes/kustomization.yaml")
  const objects = kustomization.resources.flatMap((file: string) => documents(`deploy/kubernetes/${file}`))
  const object = (kind: string, ending = "") => {
    const found = objects.filter((one: Parsed) => one.kind === kind && one.metadata.name.endsWith(ending))
    if (found.length !== 1) throw new Error(`There are ${found.length} objects ${kind} …${ending}.`)
    return found[0]
  }
  return { text, documents, objects, object }
}
