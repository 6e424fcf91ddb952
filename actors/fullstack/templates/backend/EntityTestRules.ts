/**
 * Tests of what the service refuses: values that break a field's rules, doubled unique values, references to nothing;
 * and of what becomes of a reference when the record it leads to is deleted.
 *
 * @since 0.1.0
 */
import type { Field, ReferenceField } from "../../Project.ts"
import { strangerValue } from "./EntityTestFinding.ts"
import type { EntityPlan } from "./Plan.ts"
import { names, type TestDraft } from "./TestDraft.ts"
import * as TypeScript from "./TypeScript.ts"

export const ruleTests = (plan: EntityPlan): ReadonlyArray<TestDraft> => [
  ...validation(plan),
  ...uniqueness(plan),
  ...references(plan),
  ...deletions(plan)
]

const validation = ({ entity }: EntityPlan): ReadonlyArray<TestDraft> => {
  const { camel, pascal } = entity.name
  const bad = entity.fields.flatMap((field) => badValues(field).map((value) => entry(field, value)))
  const good = entity.fields.flatMap((field) => limitValues(field).map((value) => entry(field, value)))
  const numbers = entity.fields.filter((field) => field.type === "integer" || field.type === "number")
  const missing = entity.fields.filter(
    (field) => field.required && (field.type === "reference" || field.default === undefined)
  )
  const all = entity.fields.flatMap((field) => {
    const [value] = badValues(field)
    return value === undefined ? [] : [[TypeScript.key(field.name.written), value] as const]
  })
  const stranger = strangerValue(entity.fields.map((field) => field.name.written))
  const cases = `const cases: ReadonlyArray<readonly [name: string, value: unknown]> = `
  return [
    {
      kind: "validate",
      title: "refuses each bad value at its field, and stores nothing",
      body: `
${cases}[
${bad.map((one) => `  ${one},\n`).join("")}  [${TypeScript.text(stranger)}, 1],
  ["id", missingId],
  ["createdAt", "2026-01-01T00:00:00.000Z"],
];
const input = await ${camel}Input(server);
for (const [name, value] of cases) {
  const about = \`\${name}: \${JSON.stringify(value)}\`.slice(0, 200);
  expectProblem(await server.post(path, { ...input, [name]: value }), 422, [name], about);
}
${
  missing.length === 0
    ? ""
    : `for (const name of ${names(missing)}) {
  expectProblem(await server.post(path, { ...input, [name]: undefined }), 422, [name], name);
}
`
}expect(await server.count(path)).toBe(0);

const row = await server.create(path, input);
for (const [name, value] of cases) {
  const about = \`\${name}: \${JSON.stringify(value)}\`.slice(0, 200);
  expectProblem(await server.patch(\`\${path}/\${row.id}\`, { [name]: value }), 422, [name], about);
}
expect(await server.items(path)).toEqual([row]);`
    },
    {
      kind: "validate",
      title: "names every bad field at once",
      body: `
const input = {
${all.map(([name, value]) => `  ${name}: ${value},\n`).join("")}  ${TypeScript.key(stranger)}: 1,
};
expectProblem(await server.post(path, input), 422, Object.keys(input));
expect(await server.count(path)).toBe(0);`
    },
    ...(numbers.length === 0
      ? []
      : [
          {
            kind: "validate",
            title: "refuses a number that is too large to be kept",
            body: `
const input = await ${camel}Input(server);
for (const name of ${names(numbers)}) {
  // JSON can write it; JavaScript cannot hold it.
  const body = JSON.stringify({ ...input, [name]: "@" }).replace('"@"', "1e999");
  expectProblem(await server.post(path, body), 422, [name], name);
}
expect(await server.count(path)).toBe(0);`
          }
        ]),
    ...(good.length === 0
      ? []
      : [
          {
            kind: "validate",
            title: "accepts values at the limits",
            body: `
${cases}${TypeScript.list(good, `  ${cases};`)};
const { id } = await create${pascal}(server);
for (const [name, value] of cases) {
  const about = \`\${name}: \${JSON.stringify(value)}\`.slice(0, 200);
  const answer = await server.patch(\`\${path}/\${id}\`, { [name]: value });
  expect(answer.status, about).toBe(200);
  expect(answer.body[name], about).toBe(value);
}`
          }
        ])
  ]
}

const entry = (field: Field, value: string) => `[${TypeScript.text(field.name.written)}, ${value}]`

/** The longest text that a test sends: a body may have 1 MB, and a character up to four bytes. */
const LONGEST = 200_000

/** Values, as code, that the field refuses. The first is of the wrong type. */
const badValues = (field: Field): ReadonlyArray<string> => {
  const needed = field.required ? ["null"] : []
  switch (field.type) {
    case "string":
    case "text": {
      const { maxLength: max, minLength: min } = field
      const lineBreak = `a\n${"b".repeat(Math.min(LONGEST, Math.max(0, (min ?? 0) - 2)))}`
      return [
        "42",
        ...needed,
        ...(field.required ? [`""`, `"\\u200b "`] : []),
        ...(field.type === "string" && (max ?? 2) >= lineBreak.length && lineBreak.length < 200
          ? [lineBreak.length < 60 ? TypeScript.text(lineBreak) : `"a\\n".padEnd(${lineBreak.length}, "b")`]
          : []),
        ...((max ?? 3) >= 3 && (min ?? 0) <= 3 ? [`"a\\0b"`, `"\\ud800aa"`] : []),
        ...(max === undefined || max >= LONGEST ? [] : [repeated("x", max + 1)]),
        ...(min === undefined || min < 1 || min > LONGEST ? [] : [repeated("𝒳", min - 1)])
      ]
    }
    case "integer":
    case "number": {
      const { max, min } = field
      return [
        `"12"`,
        ...needed,
        ...(field.type === "integer" ? ["1.5".replace("1", String(Math.floor(middle(min, max)))), "2 ** 53"] : []),
        ...(min === undefined || min - 1 === min || min - 1 < -Number.MAX_SAFE_INTEGER
          ? []
          : [TypeScript.json(min - 1)]),
        ...(max === undefined || max + 1 === max || max + 1 > Number.MAX_SAFE_INTEGER ? [] : [TypeScript.json(max + 1)])
      ]
    }
    case "boolean":
      return [`"true"`, ...needed, "1"]
    case "date":
      return ["20260228", ...needed, `"2026-02-30"`, `"2026-2-3"`, `"28.02.2026"`, `"2026-02-28T00:00:00Z"`]
    case "enum":
      return ["42", ...needed, TypeScript.text(strangerValue(field.values)), `""`].filter(
        (value) => value !== `""` || !field.values.includes("")
      )
    case "reference":
      return ["42", ...needed, `""`]
  }
}

/** A number between the limits whose half above is between them as well, if there is one. */
const middle = (min: number | undefined, max: number | undefined): number => {
  const value = min ?? (max === undefined ? 1 : max - 1)
  return Math.abs(value) > 2 ** 50 ? 1 : Math.max(0, value)
}

/** Values, as code, at the very limits that the field accepts. */
const limitValues = (field: Field): ReadonlyArray<string> => {
  switch (field.type) {
    case "string":
    case "text":
      return [
        // Characters outside the basic plane count as one.
        ...(field.maxLength === undefined || field.maxLength > LONGEST ? [] : [repeated("𝒳", field.maxLength)]),
        ...(field.minLength === undefined || field.minLength > LONGEST || (field.minLength === 0 && field.required)
          ? []
          : [repeated("x", field.minLength)]),
        ...(field.type === "text" && (field.maxLength ?? 3) >= 3 && (field.minLength ?? 0) <= 3 ? [`"a\\nb"`] : [])
      ]
    case "integer":
    case "number":
      return [field.min, field.max].flatMap((limit) => (limit === undefined ? [] : [TypeScript.json(limit)]))
    case "date":
      return [`"2028-02-29"`, `"0001-01-01"`, `"9999-12-31"`]
    case "enum":
      return field.values.map(TypeScript.text)
    case "boolean":
      return ["true", "false"]
    case "reference":
      return []
  }
}

const repeated = (text: string, times: number) =>
  times < 3 ? TypeScript.text(text.repeat(times)) : `"${text}".repeat(${times})`

const uniqueness = (plan: EntityPlan): ReadonlyArray<TestDraft> => {
  const { capacity, entity } = plan
  const { camel, pascal } = entity.name
  const unique = entity.fields.filter((field) => field.unique)
  // An optional reference is empty in the samples, and empty values are never equal.
  const optional = unique.filter((field): field is ReferenceField => field.type === "reference" && !field.required)
  const settled = unique.filter((field) => !optional.includes(field as ReferenceField))
  return [
    ...(settled.length === 0
      ? []
      : [
          {
            kind: "unique",
            title: "refuses a second one with the same value, also of many at once",
            body: `
const input = await ${camel}Input(server);
const answers = await Promise.all([1, 2, 3, 4, 5].map(() => server.post(path, input)));
expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409, 409, 409]);
for (const answer of answers.filter(({ status }) => status === 409)) expectProblem(answer, 409);
expect(await server.count(path)).toBe(1);`
          }
        ]),
    ...(settled.length === 0 || capacity < settled.length + 2
      ? []
      : [
          {
            kind: "unique",
            title: "names the field whose value is taken, when adding and when changing",
            body: `
const first = await create${pascal}(server);
const second = await create${pascal}(server);
for (const name of ${names(settled)}) {
  const input = await ${camel}Input(server, { [name]: first[name] });
  expectProblem(await server.post(path, input), 409, [name], name);
  expectProblem(await server.patch(\`\${path}/\${second.id}\`, { [name]: first[name] }), 409, [name], name);
  expect((await server.patch(\`\${path}/\${first.id}\`, { [name]: first[name] })).status, name).toBe(200);
}
expect(await server.items(path)).toEqual(newestFirst([first, second]));`
          }
        ]),
    ...optional.flatMap((field) => {
      const target = plan.target(field)
      const size = target.entity === entity ? 3 : 2
      if (capacity < size) return []
      const name = TypeScript.text(field.name.written)
      const key = TypeScript.key(field.name.written)
      return [
        {
          kind: "unique",
          title: `refuses a second one with the same ${field.name.written}, and takes any number without`,
          body: `
const { id } = await create${target.entity.name.pascal}(server);
await create${pascal}(server, { ${key}: id });
const other = await create${pascal}(server);
expectProblem(await server.patch(\`\${path}/\${other.id}\`, { ${key}: id }), 409, [${name}]);
expect((await server.patch(\`\${path}/\${other.id}\`, { ${key}: null })).status).toBe(200);`
        }
      ]
    }),
    ...(settled.length === 0 && optional.every((field) => capacity < (plan.target(field).entity === entity ? 3 : 2))
      ? optional.slice(0, 1).map((field) => ({
          kind: "unique",
          title: `keeps its own ${field.name.written} when it is given again`,
          body: `
const { id } = await create${pascal}(server);
const { id: target } = await some${plan.target(field).entity.name.pascal}(server);
for (let n = 0; n < 2; n++) {
  const answer = await server.patch(\`\${path}/\${id}\`, { ${TypeScript.key(field.name.written)}: target });
  expect(answer.status).toBe(200);
}`
        }))
      : [])
  ]
}

const references = (plan: EntityPlan): ReadonlyArray<TestDraft> => {
  const { entity } = plan
  const { camel, pascal } = entity.name
  const fields = entity.fields.filter((field): field is ReferenceField => field.type === "reference")
  if (fields.length === 0) return []
  return [
    {
      kind: "reference",
      title: "refuses the id of nothing at the field, and stores nothing",
      body: `
const input = await ${camel}Input(server);
const references = ${TypeScript.list(
        fields.map((field) => TypeScript.text(field.name.written)),
        "  const references = ;"
      )};
for (const name of references) {
  expectProblem(await server.post(path, { ...input, [name]: missingId }), 422, [name], name);
}
expect(await server.count(path)).toBe(0);
const row = await server.create(path, input);
for (const name of references) {
  expectProblem(await server.patch(\`\${path}/\${row.id}\`, { [name]: missingId }), 422, [name], name);
}
expect(await server.items(path)).toEqual([row]);`
    },
    ...fields.map((field) => ({
      kind: "reference",
      title: `keeps the id of ${field.name.written}`,
      body: `
const row = await create${pascal}(server);
const { id } = await ${parent(plan, field)};
const answer = await server.patch(\`\${path}/\${row.id}\`, { ${TypeScript.key(field.name.written)}: id });
expect(answer.status).toBe(200);
expect((await server.get(\`\${path}/\${row.id}\`)).body[${TypeScript.text(field.name.written)}]).toBe(id);`
    }))
  ]
}

const deletions = (plan: EntityPlan): ReadonlyArray<TestDraft> =>
  plan.entity.fields.flatMap((field) => (field.type === "reference" ? [deletion(plan, field)] : []))

const deletion = (plan: EntityPlan, field: ReferenceField): TestDraft => {
  const { entity } = plan
  const target = plan.target(field)
  const one = entity.name.title.toLowerCase()
  const its = `by ${field.name.written}`
  const key = TypeScript.key(field.name.written)
  const record = `\`\${path}/\${row.id}\``
  const goal = `\`${target.entity.path}/\${target}\``
  const act = `const { id: target } = await ${parent(plan, field)};`

  if (target.entity === entity && plan.capacity < 2) {
    // There can be one row only, so it refers to itself, and nothing else is in the way of its end.
    return {
      kind: kinds[field.onDelete],
      title: `lets a ${one} go that nothing but itself refers to ${its}`,
      body: `
${act}
expect((await server.patch(${goal}, { ${key}: target })).status).toBe(200);
expect((await server.delete(${goal})).status).toBe(204);
expectProblem(await server.get(${goal}), 404);`
    }
  }
  // What else the row needs is made first, so that nothing but the row leads to the record to be deleted.
  const arrange = `
const input = await ${entity.name.camel}Input(server);
${act}
const row = await server.create(path, { ...input, ${key}: target });
`
  switch (field.onDelete) {
    case "restrict":
      return {
        kind: "restrict",
        title: `keeps what a ${one} refers to ${its}`,
        body: `${arrange}expectProblem(await server.delete(${goal}), 409);
expect((await server.get(${goal})).status).toBe(200);
expect((await server.get(${record})).body).toEqual(row);
expect((await server.delete(${record})).status).toBe(204);
expect((await server.delete(${goal})).status).toBe(204);`
      }
    case "cascade":
      return {
        kind: "cascade",
        title: `deletes the ${one} together with what it refers to ${its}`,
        body: `${arrange}expect((await server.delete(${goal})).status).toBe(204);
expectProblem(await server.get(${record}), 404);${plan.audited ? recorded("delete") : ""}`
      }
    case "setNull":
      return {
        kind: "set-null",
        title: `keeps the ${one} when what it refers to ${its} is deleted, and empties the field`,
        body: `${arrange}expect((await server.delete(${goal})).status).toBe(204);
expect((await server.get(${record})).body).toEqual({ ...row, ${key}: null });${plan.audited ? recorded("update") : ""}`
      }
  }
}

const kinds = { restrict: "restrict", cascade: "cascade", setNull: "set-null" } as const

/** The audit log knows what a deletion does to other records as well. */
const recorded = (action: "update" | "delete"): string => `
const [last] = (await server.items("/api/audit-log")).filter((item) => item["entityId"] === row.id);
expect(last?.["action"]).toBe("${action}");`

/** Makes a record for the field to lead to; takes the one that is there where there can be only one. */
const parent = (plan: EntityPlan, field: ReferenceField): string => {
  const target = plan.target(field)
  const room = target.entity === plan.entity ? target.capacity >= 2 : target.capacity >= 2 || !field.required
  return `${room ? "create" : "some"}${target.entity.name.pascal}(server)`
}
