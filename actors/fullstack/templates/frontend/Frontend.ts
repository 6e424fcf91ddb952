/**
 * What frontend-developer writes: the whole of `frontend/`.
 *
 * The pages are the same for every entity and learn from tables of fields what to draw. So most files are fixed texts
 * of which features choose lines; an entity is two files (its table and its tests) and a line in the list of entities.
 *
 * @since 0.1.0
 */
import { checkedBy } from "../../Criteria.ts"
import { object } from "../../internal/Layout.ts"
import type { GeneratedFile, Project } from "../../Project.ts"
import { type Architecture, NamedTest, Sources } from "../../Results.ts"
import { type Condition, select } from "./Conditional.ts"
import { entityFields, entityList } from "./EntityFields.ts"
import { entityChecks, entityTest } from "./EntityTest.ts"
import { fixedFiles } from "./FixedFiles.ts"
import { manifest } from "./Manifest.ts"
import { html, markdown } from "./Markup.ts"

/**
 * All files, the manifest and its lock file first, and the facts that later agents rely on. Pure: the same project
 * gives the same bytes. Of the project only `name`, `features`, `entities` and `ui` are read.
 *
 * @category constructors
 */
export const generate = (
  project: Project,
  architecture: Architecture
): { readonly files: ReadonlyArray<GeneratedFile>; readonly sources: Sources } => {
  const { packageJson, packageLock } = manifest(project)
  const conditions = conditionsOf(project)
  const fixed = fixedFiles.filter(({ needs }) => needs === undefined || conditions.has(needs))
  const files: ReadonlyArray<readonly [path: string, content: string]> = [
    ["package.json", packageJson],
    ["package-lock.json", packageLock],
    ...fixed.map(({ path, text }) => [path, fill(select(text, conditions), project)] as const),
    ["src/settings.ts", settings(project)],
    ["src/entities.ts", entityList(project)],
    ...project.entities.flatMap((entity) => [
      [`src/entities/${entity.name.kebab}.ts`, entityFields(project, entity)] as const,
      [testPath(entity.name.kebab), entityTest(project, entity)] as const
    ])
  ]
  return {
    files: files.map(([path, content]) => ({ path: `${folder}/${path}`, content })),
    sources: sourcesOf(project, conditions, architecture)
  }
}

const folder = "frontend"

const testPath = (name: string) => `test/entities/${name}.test.tsx`

const conditionsOf = (project: Project): ReadonlySet<Condition> =>
  new Set<Condition>([...project.features, ...project.ui.pages])

/** Puts what the user named into the two fixed files that show it. */
const fill = (text: string, project: Project): string =>
  text
    .replace("@@THEME@@", project.ui.theme)
    .replace("@@TITLE@@", () => html(project.ui.title))
    .replace("@@HEADING@@", () => `# ${markdown(project.ui.title)}: frontend`)

const settings = (project: Project): string =>
  [
    "/** What differs from one application to the next, apart from its entities. */",
    `export const settings = ${object([["title", project.ui.title]], 0)};`,
    ""
  ].join("\n")

const sourcesOf = (project: Project, conditions: ReadonlySet<Condition>, architecture: Architecture): Sources => {
  const wanted = checkedBy(architecture.criteria, "frontend-developer").map(({ id }) => id)
  const entityTests = project.entities.flatMap((entity) =>
    entityChecks(project, entity).map(({ criterion, title }) => ({
      file: testPath(entity.name.kebab),
      title: `${entity.name.written} > ${title}`,
      criteria: [criterion]
    }))
  )
  const ownTests = fixedFiles
    .filter(({ needs }) => needs === undefined || conditions.has(needs))
    .flatMap(({ path, tests = [] }) =>
      tests.flatMap(({ criterion, title }) =>
        criterion === undefined ? [] : [{ file: path, title, criteria: [criterion] }]
      )
    )
  const tests = [...entityTests, ...ownTests]
  const named = new Set(tests.flatMap(({ criteria }) => criteria))
  return new Sources({
    folder,
    tests: tests.map(({ file, ...test }) => new NamedTest({ ...test, file: `${folder}/${file}` })),
    unchecked: wanted.filter((id) => !named.has(id))
  })
}
