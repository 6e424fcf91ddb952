/**
 * `test/entities/<entity>.test.ts`: one test or more for each criterion of an entity, over HTTP against a real service.
 *
 * A test is there when the product manager has set its criterion, and carries the criterion's id in its title.
 *
 * @since 0.1.0
 */
import { checks, type SuiteTest } from "../../internal/TestSuite.ts"
import type { GeneratedFile, Project } from "../../Project.ts"
import { accessTests } from "./EntityTestAccess.ts"
import { findingTests } from "./EntityTestFinding.ts"
import { ruleTests } from "./EntityTestRules.ts"
import type { EntityPlan } from "./Plan.ts"
import { columnNames, names, type TestDraft } from "./TestDraft.ts"
import * as TypeScript from "./TypeScript.ts"

/** A test file, and what its tests check. */
export interface EntityTests extends GeneratedFile {
  readonly tests: ReadonlyArray<SuiteTest<never>>
}

/**
 * One file for each entity.
 *
 * @category constructors
 */
export const entityTests = (project: Project, plans: ReadonlyArray<EntityPlan>): ReadonlyArray<EntityTests> =>
  plans.map((plan) => {
    const drafts = draftsOf(project, plan)
    const path = `test/entities/${plan.file}.test.ts`
    return { path, content: testFile(plan, drafts), tests: drafts.map(({ test }) => test) }
  })

/** A draft whose criterion is set. */
interface Settled extends TestDraft {
  readonly test: SuiteTest<never>
}

const draftsOf = (project: Project, plan: EntityPlan): ReadonlyArray<Settled> =>
  [...recordTests(plan), ...accessTests(plan), ...findingTests(project, plan), ...ruleTests(plan)].flatMap((draft) => {
    const criterion = plan.criterion(draft.kind)
    return criterion === undefined ? [] : [{ ...draft, test: checks(criterion, draft.title) }]
  })

const testFile = (plan: EntityPlan, drafts: ReadonlyArray<Settled>): string => {
  const { entity } = plan
  const tests = drafts
    .map(
      ({ body, test }) =>
        `it(${TypeScript.text(test.title)}, async () => {\n${body
          .trim()
          .split("\n")
          .map((line) => (line === "" ? "" : `  ${line}`))
          .join("\n")}\n});\n`
    )
    .join("\n")
  return `/** ${TypeScript.docComment(`The API of ${entity.plural.title}, over HTTP against a real service.`).slice(4)}
${/\bsetTimeout\(/.test(tests) ? 'import { setTimeout } from "node:timers/promises";\n' : ""}import { beforeAll, beforeEach, expect, it } from "vitest";
${imports(plan, tests)}
const path = ${TypeScript.text(entity.path)};
${
  drafts.some(({ kind }) => naming.has(kind))
    ? `/** What a record has. */
const names = ${columnNames(entity)};
`
    : ""
}let server: TestServer;

beforeAll(async () => {
  server = await TestServer.shared();
});
beforeEach(() => server.reset());

${tests}`
}

/** The kinds of tests that look at all that a record has. */
const naming = new Set(["read", "sort", "csv"])

/** Imports what the tests use, and nothing else. */
const imports = (plan: EntityPlan, tests: string): string => {
  const used = (names: ReadonlyArray<string>) => names.filter((name) => new RegExp(`\\b${name}\\b`).test(tests))
  const targets = plan.entity.fields.flatMap((field) => (field.type === "reference" ? [plan.target(field)] : []))
  const fixtures = [...new Map([plan, ...targets].map((one) => [one.file, one])).values()]
    .sort((a, b) => (a.file < b.file ? -1 : 1))
    .map(({ entity: { name }, file }) => ({
      from: `../fixtures/${file}.ts`,
      names: used([`create${name.pascal}`, `some${name.pascal}`, `${name.camel}Input`])
    }))
  return [
    ...fixtures,
    { from: "../support/csv.ts", names: used(["expectedCells", "parseCsv"]) },
    { from: "../support/expect.ts", names: used(["expectProblem", "missingId", "newestFirst", "otherThan", "sorted"]) },
    { from: "../support/server.ts", names: ["TestServer"] }
  ]
    .filter(({ names }) => names.length > 0)
    .map(({ from, names }) => `import { ${names.join(", ")} } from "${from}";\n`)
    .join("")
}

/** Create, read, change and delete. */
const recordTests = ({ entity, ...plan }: EntityPlan): ReadonlyArray<TestDraft> => {
  const { camel, pascal } = entity.name
  const one = entity.name.title.toLowerCase()
  const minimal = entity.fields.filter(
    (field) => field.required && (field.type === "reference" || field.default === undefined)
  )
  const absent = entity.fields.filter((field) => !minimal.includes(field))
  const afterwards = absent.map((field) => {
    const fallback = field.type === "reference" ? undefined : field.default
    return [TypeScript.key(field.name.written), TypeScript.json(fallback ?? null)] as const
  })
  // Where there is one row at most there is one parent at most for a unique reference: the row's own.
  const own = plan.capacity > 1 ? [] : minimal.filter((field) => field.type === "reference" && field.unique)
  const same =
    own.length === 0
      ? ""
      : `, { ${own.map(({ name }) => `${TypeScript.key(name.written)}: row[${TypeScript.text(name.written)}]`).join(", ")} }`
  const nullable = entity.fields.filter((field) => !field.required)
  return [
    {
      kind: "create",
      title: `stores a new ${one} and says where it is`,
      body: `
const input = await ${camel}Input(server);
const answer = await server.post(path, input);
expect(answer.status).toBe(201);
expect(answer.body).toMatchObject(input);
expect(answer.body["id"]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
expect(new Date(answer.body["createdAt"]).toISOString()).toBe(answer.body["createdAt"]);
expect(answer.body["updatedAt"]).toBe(answer.body["createdAt"]);
expect(answer.headers.get("Location")).toBe(\`\${path}/\${answer.body["id"]}\`);
expect((await server.get(\`\${path}/\${answer.body["id"]}\`)).body).toEqual(answer.body);`
    },
    ...(absent.length === 0
      ? []
      : [
          {
            kind: "create",
            title: "fills in what is left out",
            body: `
${minimal.length === 0 ? "" : `const input = await ${camel}Input(server);\n`}const answer = await server.post(path, ${TypeScript.object(
              minimal.map((field) => [
                TypeScript.key(field.name.written),
                `input[${TypeScript.text(field.name.written)}]`
              ]),
              "  const answer = await server.post(path, );"
            )});
expect(answer.status).toBe(201);
expect(answer.body).toMatchObject(${TypeScript.object(afterwards, "  expect(answer.body).toMatchObject();")});`
          }
        ]),
    {
      kind: "read",
      title: `shows one ${one}, and answers 404 for an unknown id`,
      body: `
const row = await create${pascal}(server);
const answer = await server.get(\`\${path}/\${row.id}\`);
expect(answer.status).toBe(200);
expect(answer.body).toEqual(row);
expect(new Set(Object.keys(answer.body))).toEqual(new Set(names));
expectProblem(await server.get(\`\${path}/\${missingId}\`), 404);`
    },
    {
      kind: "update",
      title: "changes the given field and no other",
      body: `
const row = await create${pascal}(server);
const other = await ${camel}Input(server${same});
// So that a change has another time than the creation.
await setTimeout(5);
let expected = row;
for (const [name, value] of Object.entries(other)) {
  const answer = await server.patch(\`\${path}/\${row.id}\`, { [name]: value });
  expect(answer.status, name).toBe(200);
  expected = { ...expected, [name]: value, updatedAt: answer.body["updatedAt"] };
  expect(answer.body, name).toEqual(expected);
  expect(answer.body["updatedAt"] >= row.updatedAt).toBe(true);
}
expect((await server.get(\`\${path}/\${row.id}\`)).body).toEqual(expected);
const changed = Object.keys(other).some((name) => other[name] !== row[name]);
expect(expected.updatedAt > row.updatedAt).toBe(changed);
expectProblem(await server.patch(\`\${path}/\${missingId}\`, {}), 404);`
    },
    ...(nullable.length === 0
      ? []
      : [
          {
            kind: "update",
            title: "empties a field that may be empty",
            body: `
const row = await create${pascal}(server);
for (const name of ${names(nullable)}) {
  const answer = await server.patch(\`\${path}/\${row.id}\`, { [name]: null });
  expect(answer.status, name).toBe(200);
  expect(answer.body[name], name).toBeNull();
}`
          }
        ]),
    {
      kind: "delete",
      title: `removes the ${one} and nothing else`,
      body: `
const row = await create${pascal}(server);
${plan.capacity > 1 ? `const other = await create${pascal}(server);\n` : ""}const answer = await server.delete(\`\${path}/\${row.id}\`);
expect(answer.status).toBe(204);
expect(answer.text).toBe("");
expectProblem(await server.get(\`\${path}/\${row.id}\`), 404);
expectProblem(await server.delete(\`\${path}/\${row.id}\`), 404);
expect(await server.items(path)).toEqual([${plan.capacity > 1 ? "other" : ""}]);`
    }
  ]
}
