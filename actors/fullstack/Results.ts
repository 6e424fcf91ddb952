/**
 * What the eight agents hand to each other: the output schemas of the full-stack team.
 *
 * An output is the whole of what a dependant may rely on, and its digest is part of the dependant's key; so it carries
 * facts in a fixed order, never times or absolute paths. Files travel beside it as artefacts.
 *
 * @since 0.1.0
 */
import { Schema } from "effect"

/** Who proves a criterion by a test that names it. */
export const Checker = Schema.Literal("backend-developer", "frontend-developer")

/**
 * One acceptance criterion. `id` is `AC-<subject>.<kind>`: the subject is an entity's kebab-case singular or one of
 * `auth`, `audit`, `dashboard`, `service`; both are lower-case ASCII letters, digits and hyphens. A test names the
 * criteria it checks by writing their ids in its title.
 */
export class Criterion extends Schema.Class<Criterion>("Criterion")({
  id: Schema.String,
  /** The written name of the entity, if the criterion is about one. */
  entity: Schema.NullOr(Schema.String),
  text: Schema.String,
  checkedBy: Schema.Array(Checker)
}) {}

export class Story extends Schema.Class<Story>("Story")({
  /** `US-<subject>.<verb>`. */
  id: Schema.String,
  title: Schema.String,
  /** As a …, I want …, so that … */
  text: Schema.String,
  criteria: Schema.Array(Criterion)
}) {}

/** product-manager */
export class Stories extends Schema.Class<Stories>("Stories")({ stories: Schema.Array(Story) }) {}

/** technical-architect. The criteria pass through, so that developers depend on one agent. */
export class Architecture extends Schema.Class<Architecture>("Architecture")({
  criteria: Schema.Array(Criterion),
  /** SQL statements that make the schema: tables, keys, checks and indexes, in an order that runs; SQLite's dialect. */
  ddl: Schema.Array(Schema.String),
  /** The OpenAPI 3.1 document as JSON text, laid out as a file. */
  openapi: Schema.String
}) {}

/** A test of the generated project that names criteria. */
export class NamedTest extends Schema.Class<NamedTest>("NamedTest")({
  file: Schema.String,
  title: Schema.String,
  criteria: Schema.Array(Schema.String)
}) {
  /** Its file below the output folder; developers may leave out the `folder` of their `Sources`. */
  pathIn(folder: string): string {
    return this.file.startsWith(`${folder}/`) ? this.file : `${folder}/${this.file}`
  }

  /** Whether `seen` is this test: of the same file, and with its title, before which a runner puts the groups it is in. */
  isSeenAs(folder: string, seen: { readonly file: string; readonly title: string }): boolean {
    return seen.file === this.pathIn(folder) && (seen.title === this.title || seen.title.endsWith(` > ${this.title}`))
  }
}

/** backend-developer and frontend-developer */
export class Sources extends Schema.Class<Sources>("Sources")({
  /** `backend` or `frontend`: the folder that holds `package.json`. */
  folder: Schema.String,
  tests: Schema.Array(NamedTest),
  /** Criteria that `checkedBy` assigns to this agent and that no test names. Empty when all is well. */
  unchecked: Schema.Array(Schema.String)
}) {}

/** devops-engineer */
export class Deployment extends Schema.Class<Deployment>("Deployment")({
  /** Paths of what was written, in order, with what each is for. */
  files: Schema.Array(Schema.Struct({ path: Schema.String, purpose: Schema.String })),
  replicas: Schema.Struct({ min: Schema.Int, max: Schema.Int }),
  resources: Schema.Struct({ cpu: Schema.String, memory: Schema.String })
}) {}

export const CheckStatus = Schema.Literal("passed", "failed", "notVerified")

/** One thing that qa-engineer did, as it saw it. No durations: they would make equal results differ. */
export class Check extends Schema.Class<Check>("Check")({
  /** Such as `backend: install`. */
  name: Schema.String,
  /** The command line, relative to the output folder. */
  command: Schema.String,
  status: CheckStatus,
  /** Why, where it did not pass: the last lines of output, or the reason it could not run. Empty when passed. */
  detail: Schema.String
}) {}

export class TestResult extends Schema.Class<TestResult>("TestResult")({
  file: Schema.String,
  title: Schema.String,
  criteria: Schema.Array(Schema.String),
  status: CheckStatus
}) {}

/** qa-engineer */
export class Quality extends Schema.Class<Quality>("Quality")({
  checks: Schema.Array(Check),
  tests: Schema.Array(TestResult)
}) {}

/** site-reliability-engineer */
export class Operations extends Schema.Class<Operations>("Operations")({
  objectives: Schema.Array(Schema.Struct({ name: Schema.String, target: Schema.String, metric: Schema.String })),
  alerts: Schema.Array(Schema.String),
  files: Schema.Array(Schema.String)
}) {}

/** development-coordinator: criterion → test → result. */
export class Traceability extends Schema.Class<Traceability>("Traceability")({
  rows: Schema.Array(
    Schema.Struct({
      criterion: Schema.String,
      test: Schema.String,
      result: Schema.Literal("passed", "failed", "notVerified", "noTest")
    })
  ),
  open: Schema.Array(Schema.String)
}) {}
