/**
 * The backend of a project, as text: an express service on SQLite with tests of its own.
 *
 * Pure: the same project and architecture give the same files. The parts that every project shares stand as they are in
 * the `…Files.ts` modules; what belongs to one entity is in files of that entity, so that a change of one entity touches
 * those, the schema and the API document, and nothing else.
 *
 * @since 0.1.0
 */
import type { SuiteTest } from "../../internal/TestSuite.ts"
import { type GeneratedFile, type Project, refers } from "../../Project.ts"
import { type Architecture, type Criterion, NamedTest, Sources } from "../../Results.ts"
import { accessFiles } from "./AccessFiles.ts"
import { accountFiles } from "./AccountFiles.ts"
import { accountTests } from "./AccountTests.ts"
import { auditFiles } from "./AuditFiles.ts"
import { authFiles } from "./AuthFiles.ts"
import { entityDefinitions } from "./EntityDefinitions.ts"
import { entityTests } from "./EntityTest.ts"
import { featureTests } from "./FeatureTests.ts"
import { fixtures } from "./Fixture.ts"
import { httpFiles } from "./HttpFiles.ts"
import { backendMetrics } from "./Metrics.ts"
import { migrateTestFile } from "./MigrateTestFile.ts"
import { manifests, readme, settings } from "./PackageFiles.ts"
import { type EntityPlan, entityPlans } from "./Plan.ts"
import { recordFiles } from "./RecordFiles.ts"
import { type Fill, type Flag, fill } from "./Sections.ts"
import { serviceFiles } from "./ServiceFiles.ts"
import { signInFiles } from "./SignInFiles.ts"
import { testSupportFiles } from "./TestSupportFiles.ts"
import * as TypeScript from "./TypeScript.ts"

/** The folder of the project that holds the backend. */
const FOLDER = "backend"

/**
 * All files, the manifest and its lock first, and what the tests check.
 *
 * @category constructors
 */
export const generate = (
  project: Project,
  architecture: Architecture
): { readonly files: ReadonlyArray<GeneratedFile>; readonly sources: Sources } => {
  const plans = entityPlans(project, architecture.criteria)
  const filling = fillOf(project, plans)
  const templates = [
    ...serviceFiles,
    ...recordFiles,
    ...httpFiles,
    ...signInFiles,
    ...accountFiles,
    ...authFiles,
    ...accessFiles,
    ...auditFiles,
    ...testSupportFiles,
    ...featureTests,
    ...accountTests,
    migrateTestFile
  ].filter(isThere(filling))
  const ofEntities = entityTests(project, plans)
  const files = [
    ...manifests(project),
    ...settings,
    readme(project),
    { path: "src/openapi.json", content: `${architecture.openapi}\n` },
    { path: "src/schema.ts", content: schema(architecture.ddl) },
    ...entityDefinitions(plans),
    ...templates.map(({ path, text }) => ({ path, content: fill(text, filling) })),
    ...fixtures(plans),
    ...ofEntities
  ].map(({ content, path }) => ({ path: `${FOLDER}/${path}`, content }))
  const tests = [
    ...templates.flatMap(({ path, tests = [] }) => tests.filter(isThere(filling)).map(namedIn(path))),
    ...ofEntities.flatMap(({ path, tests }) => tests.map(namedIn(path)))
  ]
  return { files, sources: new Sources({ folder: FOLDER, tests, unchecked: unchecked(architecture.criteria, tests) }) }
}

const isThere =
  ({ flags }: Fill) =>
  ({ when }: { readonly when?: Flag | undefined }) =>
    when === undefined || flags.has(when)

const namedIn =
  (path: string) =>
  ({ criterion, title }: SuiteTest<Flag>): NamedTest =>
    new NamedTest({ file: `${FOLDER}/${path}`, title, criteria: criterion === undefined ? [] : [criterion] })

const features = {
  auth: "user-authentication",
  search: "search",
  audit: "audit-log",
  csv: "csv-export"
} as const

const fillOf = (project: Project, plans: ReadonlyArray<EntityPlan>): Fill => {
  const flags = new Set<Flag>()
  for (const [flag, feature] of Object.entries(features)) {
    if (project.features.has(feature)) flags.add(flag as keyof typeof features)
  }
  if (flags.has("search") || flags.has("csv")) flags.add("gathers")
  if (plans.some(({ entity }) => refers(entity))) flags.add("references")
  const subject = subjectOf(plans)
  if (subject.capacity >= 20) flags.add("spacious")
  return {
    flags,
    values: {
      Name: subject.entity.name.pascal,
      name: subject.entity.name.camel,
      written: TypeScript.text(subject.entity.name.written),
      file: subject.file,
      path: subject.entity.path,
      metrics: TypeScript.list(backendMetrics.map(TypeScript.text), "  for (const name of ) {", 2)
    }
  }
}

/** The entity that tests of the service as a whole work with: the roomiest, and of these the one that needs least. */
const subjectOf = (plans: ReadonlyArray<EntityPlan>): EntityPlan => {
  const references = (plan: EntityPlan) => plan.entity.fields.filter((field) => field.type === "reference").length
  return plans.reduce((best, plan) =>
    plan.capacity > best.capacity || (plan.capacity === best.capacity && references(plan) < references(best))
      ? plan
      : best
  )
}

const schema = (ddl: ReadonlyArray<string>): string => `/** The database, as statements that make what is not there. */
export const schema: ReadonlyArray<string> = [
${ddl.map((statement) => `  ${TypeScript.template(statement)},\n`).join("")}];
`

const unchecked = (criteria: ReadonlyArray<Criterion>, tests: ReadonlyArray<NamedTest>): ReadonlyArray<string> => {
  const checked = new Set(tests.flatMap((test) => test.criteria))
  return criteria
    .filter((criterion) => criterion.checkedBy.includes("backend-developer") && !checked.has(criterion.id))
    .map((criterion) => criterion.id)
}
