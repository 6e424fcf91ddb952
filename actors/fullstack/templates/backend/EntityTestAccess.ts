/**
 * The generated tests of who may see and change the rows of an entity: what one account makes, another meets.
 *
 * @since 0.1.0
 */
import type { Access, ReferenceField } from "../../Project.ts"
import type { EntityPlan } from "./Plan.ts"
import type { TestDraft } from "./TestDraft.ts"
import * as TypeScript from "./TypeScript.ts"

/**
 * None where there are no accounts.
 *
 * @category constructors
 */
export const accessTests = (plan: EntityPlan): ReadonlyArray<TestDraft> => {
  const { access } = plan.entity
  if (access === undefined) return []
  const references = plan.entity.fields.filter((field): field is ReferenceField => field.type === "reference")
  return [
    { kind: "access", title: titles[access], body: meeting(plan, access) },
    ...references
      .filter((field) => plan.target(field).entity.access === "private" && !isCramped(plan, field))
      .map((field) => ({
        kind: "access",
        title: `lets nobody refer by ${field.name.written} to what is not there for them`,
        body: hidden(plan, field)
      })),
    ...references
      .filter((field) => field.onDelete === "cascade" && access !== "shared" && !isCramped(plan, field))
      .map((field) => ({
        kind: "access",
        title: `goes along with its ${field.name.written} for those alone who may delete it`,
        body: goesAlong(plan, field)
      }))
  ]
}

const titles: Readonly<Record<Access, string>> = {
  owner: "is seen by every account, and changed by its creator and the administrator",
  shared: "is seen and changed by every account",
  private: "is there for its creator and the administrator alone"
}

const meeting = (plan: EntityPlan, access: Access): string => {
  const { pascal } = plan.entity.name
  const others = {
    owner: `
  expect((await server.get(one)).body).toEqual(row);
  expect(await server.items(path)).toEqual([row]);
  expectProblem(await server.patch(one, {}), 403);
  expectProblem(await server.patch(one, { " ": 1 }), 403);
  expectProblem(await server.delete(one), 403);`,
    shared: `
  expect((await server.get(one)).body).toEqual(row);
  expect(await server.items(path)).toEqual([row]);
  expect((await server.patch(one, {})).status).toBe(200);`,
    private: `
  expectProblem(await server.get(one), 404);
  expectProblem(await server.patch(one, {}), 404);
  expectProblem(await server.patch(one, { " ": 1 }), 404);
  expectProblem(await server.delete(one), 404);
  expect(await server.items(path)).toEqual([]);`
  }[access]
  return `
const row = await server.as("creator@example.com", () => create${pascal}(server));
const one = \`\${path}/\${row.id}\`;
await server.as("other@example.com", async () => {${others}
});
await server.as("creator@example.com", async () => {
  expect(await server.items(path)).toEqual([row]);
  expect((await server.patch(one, {})).body).toEqual(row);
});
// The administrator.
expect((await server.get(one)).body).toEqual(row);
expect((await server.patch(one, {})).status).toBe(200);
await server.as(${access === "shared" ? '"other@example.com"' : '"creator@example.com"'}, async () => {
  expect((await server.delete(one)).status).toBe(204);
});
${
  plan.capacity < 2
    ? ""
    : `const second = await server.as("creator@example.com", () => create${pascal}(server));
expect((await server.delete(\`\${path}/\${second.id}\`)).status).toBe(204);`
}`
}

const hidden = (plan: EntityPlan, field: ReferenceField): string => {
  const { camel } = plan.entity.name
  const target = plan.target(field).entity.name.pascal
  const key = TypeScript.key(field.name.written)
  const name = TypeScript.text(field.name.written)
  return `
const hidden = await server.as("creator@example.com", () => create${target}(server));
await server.as("other@example.com", async () => {
  const input = await ${camel}Input(server);
  expectProblem(await server.post(path, { ...input, ${key}: hidden.id }), 422, [${name}]);
  expectProblem(await server.post(path, { ...input, ${key}: missingId }), 422, [${name}]);
});
expect(await server.count(path)).toBe(0);`
}

const goesAlong = (plan: EntityPlan, field: ReferenceField): string => {
  const { camel } = plan.entity.name
  const target = plan.target(field).entity
  const key = TypeScript.key(field.name.written)
  return `
const input = await ${camel}Input(server);
const parent = await server.as("creator@example.com", () => create${target.name.pascal}(server));
const at = \`${target.path}/\${parent.id}\`;
// The administrator's.
const row = await server.create(path, { ...input, ${key}: parent.id });
await server.as("creator@example.com", async () => {
  expectProblem(await server.delete(at), 409);
  expect((await server.get(at)).body).toEqual(parent);
});
expect((await server.get(\`\${path}/\${row.id}\`)).body).toEqual(row);
expect((await server.delete(at)).status).toBe(204);
expectProblem(await server.get(\`\${path}/\${row.id}\`), 404);`
}

/** Whether there may be no room for a second row of either, beside the one that the input leads to. */
const isCramped = (plan: EntityPlan, field: ReferenceField): boolean =>
  plan.capacity < 2 || plan.target(field).capacity < 2
