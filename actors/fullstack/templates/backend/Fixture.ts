/**
 * `test/fixtures/<entity>.ts`: valid input for the tests. What a row needs to exist is made first, and only that.
 *
 * @since 0.1.0
 */
import type { Field, GeneratedFile, ReferenceField } from "../../Project.ts"
import type { EntityPlan } from "./Plan.ts"
import * as TypeScript from "./TypeScript.ts"

/**
 * One file for each entity.
 *
 * @category constructors
 */
export const fixtures = (plans: ReadonlyArray<EntityPlan>): ReadonlyArray<GeneratedFile> =>
  plans.map((plan) => ({ path: `test/fixtures/${plan.file}.ts`, content: fixture(plan) }))

const fixture = (plan: EntityPlan): string => {
  const { entity } = plan
  const { camel, pascal, written } = entity.name
  const needed = entity.fields.filter((field) => field.type === "reference" && field.required) as Array<ReferenceField>
  const plain = entity.fields.filter((field): field is Plain => field.type !== "reference")
  const parents = [...new Map(needed.map((field) => [field.to, plan.target(field)])).values()].sort((a, b) =>
    a.file < b.file ? -1 : 1
  )
  const parentNames = (parent: EntityPlan) => {
    const uses = needed.filter((field) => field.to === parent.entity.name.written)
    const name = parent.entity.name.pascal
    return [
      ...(uses.some((field) => field.unique) ? [`create${name}`] : []),
      ...(uses.some((field) => !field.unique) ? [`some${name}`] : [])
    ].join(", ")
  }
  const samplers = [...new Set(plain.map(sampler))].sort()
  return `/** ${TypeScript.docComment(`Records of ${written} for the tests.`).slice(4)}
${samplers.length === 0 ? "" : `import { ${samplers.join(", ")} } from "../support/samples.ts";\n`}import type { Json, Row, TestServer } from "../support/server.ts";
${parents.map((parent) => `import { ${parentNames(parent)} } from "./${parent.file}.ts";\n`).join("")}
/** Input that is accepted: every field but optional references. \`given\` overrides. */
export async function ${camel}Input(server: TestServer, given: Json = {}): Promise<Json> {
${plain.length === 0 ? "" : `  const n = server.next(${TypeScript.text(written)});\n`}  return {
${plain.map((field) => `    ${TypeScript.key(field.name.written)}: ${sample(field)},\n`).join("")}${needed
  .map((field) => reference(field, plan.target(field)))
  .join("")}    ...given,
  };
}

export async function create${pascal}(server: TestServer, given: Json = {}): Promise<Row> {
  return server.create(${TypeScript.text(entity.path)}, await ${camel}Input(server, given));
}

/** The one that is there, or a new one: for tests that need one and do not care which. */
export async function some${pascal}(server: TestServer): Promise<Row> {
  const [existing] = await server.items(${TypeScript.text(entity.path)});
  return existing ?? create${pascal}(server);
}
`
}

type Plain = Exclude<Field, ReferenceField>

const reference = (field: ReferenceField, target: EntityPlan): string => {
  const name = target.entity.name.pascal
  const made = `(await ${field.unique ? "create" : "some"}${name}(server)).id`
  const key = TypeScript.text(field.name.written)
  // What every object has by that name was not given.
  const otherwise = field.name.written in {} ? `Object.hasOwn(given, ${key}) ? given[${key}] :` : `given[${key}] ??`
  return `    ${TypeScript.key(field.name.written)}: ${otherwise} ${made},\n`
}

const samplers = {
  string: "textOf",
  text: "textOf",
  integer: "integerOf",
  number: "numberOf",
  boolean: "choiceOf",
  date: "dayOf",
  enum: "choiceOf"
} as const

const sampler = (field: Plain): string => samplers[field.type]

const sample = (field: Plain): string => {
  switch (field.type) {
    case "string":
    case "text":
      return `textOf(n, ${TypeScript.text(field.name.title.replace(/[^\x20-\x7e]/g, "").trim() || field.name.pascal)}${limits(field.minLength, field.maxLength)})`
    case "integer":
    case "number":
      return `${sampler(field)}(n${limits(field.min, field.max)})`
    case "boolean":
      return "choiceOf(n, [true, false])"
    case "date":
      return "dayOf(n)"
    case "enum":
      return `choiceOf(n, ${TypeScript.json(field.values)})`
  }
}

const limits = (min: number | undefined, max: number | undefined): string => {
  const entries = [
    ...(min === undefined ? [] : [`min: ${TypeScript.json(min)}`]),
    ...(max === undefined ? [] : [`max: ${TypeScript.json(max)}`])
  ]
  return entries.length === 0 ? "" : `, { ${entries.join(", ")} }`
}
