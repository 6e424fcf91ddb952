/**
 * Tests of finding records: list, pages, order, filters, search and export.
 *
 * @since 0.1.0
 */
import { type Field, filterFields, listParameters, type Project, searchFields } from "../../Project.ts"
import type { EntityPlan } from "./Plan.ts"
import { names, type TestDraft } from "./TestDraft.ts"
import * as TypeScript from "./TypeScript.ts"

export const findingTests = (project: Project, plan: EntityPlan): ReadonlyArray<TestDraft> => {
  const { capacity, entity } = plan
  const { pascal } = entity.name
  const many = entity.plural.title.toLowerCase()
  const count = Math.min(3, capacity)
  const rows = (size = count) =>
    `const rows = ${TypeScript.list(Array<string>(size).fill(`await create${pascal}(server)`), "  const rows = ;")};`
  const filters = filterFields(project, entity)
  const plain = filters.filter((field) => field.type !== "reference")
  const searched = searchFields(entity)
  const stranger = strangerOf(project, plan)
  return [
    {
      kind: "list",
      title: `lists all ${many}, the newest first`,
      body: `
expect((await server.get(path)).body).toEqual({ items: [], total: 0, page: 1, pageSize: 20 });
${rows()}
const answer = await server.get(path);
expect(answer.status).toBe(200);
expect(answer.body).toEqual({ items: newestFirst(rows), total: ${count}, page: 1, pageSize: 20 });`
    },
    {
      kind: "page",
      title: "shows one page at a time",
      body: `
${rows()}
const all = newestFirst(rows);
${
  count === 3
    ? `const first = await server.get(\`\${path}?page=1&pageSize=2\`);
expect(first.body).toEqual({ items: all.slice(0, 2), total: 3, page: 1, pageSize: 2 });
const second = await server.get(\`\${path}?page=2&pageSize=2\`);
expect(second.body).toEqual({ items: all.slice(2), total: 3, page: 2, pageSize: 2 });`
    : `const first = await server.get(\`\${path}?pageSize=1\`);
expect(first.body).toEqual({ items: all.slice(0, 1), total: ${count}, page: 1, pageSize: 1 });`
}
const beyond = await server.get(\`\${path}?page=9\`);
expect(beyond.body).toEqual({ items: [], total: ${count}, page: 9, pageSize: 20 });
expect((await server.get(\`\${path}?pageSize=100\`)).status).toBe(200);
for (const query of ["page=0", "page=-1", "page=1.5", "page=x", "pageSize=0", "pageSize=101", "pageSize="]) {
  expectProblem(await server.get(\`\${path}?\${query}\`), 400, [query.split("=")[0] ?? ""], query);
}`
    },
    {
      kind: "sort",
      title: "sorts by every field, both ways",
      body: `
${rows()}
for (const name of names) {
  expect(await server.items(path, { sort: name }), name).toEqual(sorted(rows, name, 1));
  expect(await server.items(path, { sort: \`-\${name}\` }), name).toEqual(sorted(rows, name, -1));
}
expectProblem(await server.get(\`\${path}?sort=${encodeURIComponent(stranger)}\`), 400, ["sort"]);`
    },
    {
      kind: "filter",
      title: "refuses a parameter that it does not know, and one given twice",
      body: `
expectProblem(await server.get(\`\${path}?${encodeURIComponent(stranger)}=1\`), 400, [${TypeScript.text(stranger)}]);
expectProblem(await server.get(\`\${path}?page=1&page=2\`), 400, ["page"]);`
    },
    ...(plain.length === 0
      ? []
      : [
          {
            kind: "filter",
            title: "narrows the list to equal values",
            body: `
${rows()}
for (const name of ${names(plain)}) {
  for (const row of rows) {
    const expected = newestFirst(rows.filter((one) => one[name] === row[name]));
    expect(await server.items(path, { [name]: row[name] }), name).toEqual(expected);
  }
}`
          }
        ]),
    ...(plain.length < 2 || count < 2
      ? []
      : [
          {
            kind: "filter",
            title: "takes several filters together",
            body: `
${rows(2)}
const [one, other] = rows;
const filters = ${TypeScript.list(
              plain.map((field) => TypeScript.text(field.name.written)),
              "  const filters = ;"
            )};
const all = Object.fromEntries(filters.map((name) => [name, one?.[name]]));
expect(await server.items(path, all)).toContainEqual(one);
for (const changed of filters) {
  const query = { ...all, [changed]: other?.[changed] };
  const both = rows.filter((row) => filters.every((name) => row[name] === (name === changed ? other : one)?.[name]));
  expect(await server.items(path, query), changed).toEqual(newestFirst(both));
}`
          }
        ]),
    ...nowhere(plan, plain),
    ...malformed(filters),
    ...filters.flatMap((field) => {
      if (field.type !== "reference") return []
      const target = plan.target(field)
      const name = TypeScript.text(field.name.written)
      const key = TypeScript.key(field.name.written)
      if (field.required && target.capacity < 2) {
        return [
          {
            kind: "filter",
            title: `narrows the list to one ${field.name.written}`,
            body: `
const row = await create${pascal}(server);
expect(await server.items(path, { ${key}: row[${name}] })).toEqual([row]);
expect(await server.items(path, { ${key}: missingId })).toEqual([]);`
          }
        ]
      }
      return [
        {
          kind: "filter",
          title: `narrows the list to one ${field.name.written}`,
          body: `
${capacity > 1 ? `await create${pascal}(server);\n` : ""}const { id } = await create${target.entity.name.pascal}(server);
const row = await ${
            target.entity === entity && capacity < 3
              ? `server.patch(\`\${path}/\${id}\`, { ${key}: id }).then((answer) => answer.body)`
              : `create${pascal}(server, { ${key}: id })`
          };
expect(await server.items(path, { ${key}: id })).toEqual([row]);
expect(await server.items(path, { ${key}: missingId })).toEqual([]);`
        }
      ]
    }),
    ...(searched.length === 0
      ? []
      : [
          {
            kind: "search",
            title: "finds text in upper or lower case",
            body: `
${rows()}
const fields = ${TypeScript.list(
              searched.map((field) => TypeScript.text(field.name.written)),
              "  const fields = ;"
            )};
const holding = (text: string) =>
  newestFirst(rows.filter((row) => fields.some((name) => row[name].toLowerCase().includes(text.toLowerCase()))));
for (const name of fields) {
  for (const row of rows) {
    // Short enough to be searched for, in capitals as well.
    const text = [...(row[name] as string)].slice(0, 60).join("");
    for (const q of [text, text.toUpperCase(), text.toLowerCase(), text.slice(1)]) {
      expect(await server.items(path, { q }), q).toEqual(holding(q));
    }
  }
}
// Not wildcards, although SQL knows them as such.
for (const q of ["%", "_", "\\\\", "'", "no record has this"]) {
  expect(await server.items(path, { q }), q).toEqual(holding(q));
}`
          }
        ]),
    {
      kind: "csv",
      title: `exports all ${many} that the filters choose`,
      body: `
${rows()}
const answer = await server.get(\`\${path}.csv\`);
expect(answer.status).toBe(200);
expect(answer.headers.get("Content-Type")).toContain("text/csv");
const [header, ...lines] = parseCsv(answer.text);
expect(header).toEqual(${entity.fields.some((field) => /^[=+\-@]/.test(field.name.written)) ? `names.map((name) => (/^[=+\\-@]/.test(name) ? \`'\${name}\` : name))` : "names"});
expect(lines).toEqual(newestFirst(rows).map((row) => expectedCells(row, names)));
expect(parseCsv((await server.get(\`\${path}.csv?sort=id\`)).text).slice(1)).toEqual(
  sorted(rows, "id", 1).map((row) => expectedCells(row, names)),
);
expectProblem(await server.get(\`\${path}.csv?${encodeURIComponent(stranger)}=1\`), 400, [${TypeScript.text(stranger)}]);${filteredCsv(plain)}`
    },
    ...trickyCsv(plan)
  ]
}

const filteredCsv = (plain: ReadonlyArray<Field>): string => {
  const [field] = plain
  if (field === undefined) return ""
  const name = TypeScript.text(field.name.written)
  return `
for (const row of rows) {
  const query = new URLSearchParams({ ${TypeScript.key(field.name.written)}: String(row[${name}]) });
  const chosen = await server.get(\`\${path}.csv?\${query}\`);
  const same = newestFirst(rows.filter((one) => one[${name}] === row[${name}]));
  expect(parseCsv(chosen.text).slice(1)).toEqual(same.map((one) => expectedCells(one, names)));
}`
}

/** Text that CSV and spreadsheets treat specially, in every field that takes it. */
const trickyCsv = ({ entity }: EntityPlan): ReadonlyArray<TestDraft> => {
  const cases = searchFields(entity).flatMap((field) => {
    const fitting = (value: string) =>
      value.length > (field.maxLength ?? 10_000) || (field.minLength ?? 0) > 10_000
        ? []
        : [
            value.length >= (field.minLength ?? 0)
              ? TypeScript.text(value)
              : `${TypeScript.text(value)}.padEnd(${field.minLength}, "x")`
          ]
    const values = [
      ...fitting('=1,"2"'),
      ...fitting("+1"),
      ...fitting("-1"),
      ...fitting("@a"),
      ...fitting('"a" b'),
      ...fitting("a, b"),
      ...(field.type === "text" ? [...fitting("=a\r\nb"), ...fitting("a\nb")] : [])
    ]
    return values.map((value) => `[${TypeScript.text(field.name.written)}, ${value}]`)
  })
  if (cases.length === 0) return []
  const { pascal } = entity.name
  return [
    {
      kind: "csv",
      title: "quotes what needs it, and keeps text from running as a formula",
      body: `
const { id } = await create${pascal}(server);
const cases = ${TypeScript.list(cases, "  const cases =  as const;")} as const;
for (const [name, text] of cases) {
  expect((await server.patch(\`\${path}/\${id}\`, { [name]: text })).status, text).toBe(200);
  const [, line] = parseCsv((await server.get(\`\${path}.csv\`)).text);
  const cell = line?.[names.indexOf(name)];
  expect(cell).toBe(/^[=+\\-@]/.test(text) ? \`'\${text}\` : text);
}`
    }
  ]
}

/** Filters that choose nothing: all samples may have the same value, and then a lost filter would go unnoticed. */
const nowhere = ({ entity }: EntityPlan, plain: ReadonlyArray<Field>): ReadonlyArray<TestDraft> => {
  const free = plain.filter((field) => field.type !== "enum")
  const enums = plain.filter((field) => field.type === "enum")
  const choices = enums.flatMap(({ name, values: [one, other] }) =>
    one === undefined || other === undefined ? [] : [`[${[name.written, one, other].map(TypeScript.text).join(", ")}]`]
  )
  // With one choice only, a record without it is the one that differs.
  const single = enums.filter((field) => field.values.length === 1 && !field.required)
  const loops = [
    ...(free.length === 0
      ? []
      : [
          `
for (const name of ${names(free)}) {
  expect(await server.items(path, { [name]: otherThan(row[name]) }), name).toEqual([]);
}`
        ]),
    ...(choices.length === 0
      ? []
      : [
          `
const choices: ReadonlyArray<readonly [name: string, one: string, other: string]> = ${TypeScript.list(
            choices,
            "  const choices: ReadonlyArray<readonly [name: string, one: string, other: string]> = ;"
          )};
for (const [name, one, other] of choices) {
  expect(await server.items(path, { [name]: row[name] === one ? other : one }), name).toEqual([]);
}`
        ]),
    ...(single.length === 0
      ? []
      : [
          `
for (const name of ${names(single)}) {
  expect((await server.patch(\`\${path}/\${row.id}\`, { [name]: null })).status, name).toBe(200);
  expect(await server.items(path, { [name]: row[name] }), name).toEqual([]);
}`
        ])
  ]
  if (loops.length === 0) return []
  return [
    {
      kind: "filter",
      title: "shows nothing where no record has the value",
      body: `
const row = await create${entity.name.pascal}(server);${loops.join("")}`
    }
  ]
}

/** Values that a field of the type cannot have. */
const malformed = (filters: ReadonlyArray<Field>): ReadonlyArray<TestDraft> => {
  const cases = filters.flatMap((field) => {
    const values: ReadonlyArray<string> = (() => {
      switch (field.type) {
        case "integer":
          return ["x", "1.5", ""]
        case "number":
          return ["x", ""]
        case "boolean":
          return ["yes", "1", ""]
        case "date":
          return ["2026-02-30", "today"]
        case "enum":
          return [strangerValue(field.values)]
        default:
          return []
      }
    })()
    return values.map((value) => `[${TypeScript.text(field.name.written)}, ${TypeScript.text(value)}]`)
  })
  if (cases.length === 0) return []
  return [
    {
      kind: "filter",
      title: "refuses a value that the field cannot have",
      body: `
const cases = ${TypeScript.list(cases, "  const cases =  as const;")} as const;
for (const [name, value] of cases) {
  const query = new URLSearchParams({ [name]: value });
  expectProblem(await server.get(\`\${path}?\${query}\`), 400, [name], \`\${query}\`);
}`
    }
  ]
}

/** A name that is neither a field nor a parameter. */
export const strangerOf = (project: Project, { entity }: EntityPlan): string =>
  strangerValue([...entity.fields.map((field) => field.name.written), ...listParameters(project), "q"], "unknown")

/** Text that is not among the values. */
export const strangerValue = (values: ReadonlyArray<string>, first = "something else"): string =>
  values.includes(first) ? strangerValue(values, `${first}_`) : first
