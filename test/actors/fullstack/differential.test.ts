/**
 * Generating again touches the files that say something of a change, and no other. That every process writes the same is
 * `test/generated/differential.test.ts`.
 */
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { filesOf, folder, generate, surroundings } from "./fixtures/inFolder.ts"

const base = {
  name: "Library",
  description: "Lends books.",
  features: ["user-authentication", "search", "audit-log", "csv-export"],
  entities: {
    Author: { fields: { name: { type: "string", required: true, maxLength: 80 } } },
    Book: {
      fields: {
        title: { type: "string", required: true, maxLength: 120 },
        author: { type: "reference", to: "Author", required: true },
        pages: { type: "integer", min: 1, max: 5000 }
      }
    },
    Reader: { fields: { email: { type: "string", unique: true, required: true }, since: "date" } }
  },
  ui: { pages: ["dashboard"] }
}

/** What a field, and so an entity, consists of. */
const api = ["backend/src/openapi.json", "docs/openapi.yaml"]
const tables = ["backend/src/schema.ts", "docs/schema.sql"]
const rules = ["docs/architecture.md", "docs/stories.md", "docs/traceability.md"]
const entity = (name: string) => [
  `backend/src/entities/${name}.ts`,
  `backend/test/entities/${name}.test.ts`,
  `backend/test/fixtures/${name}.ts`,
  `frontend/src/entities/${name}.ts`,
  `frontend/test/entities/${name}.test.tsx`
]
/** Pages that list what there is: entities, files, tests. */
const lists = ["README.md", "backend/README.md", "docs/quality.md", "docs/team.md"]

/** Each kind of change, and all files that it may touch: each of them has to say something of it. */
const changes: Readonly<Record<string, readonly [value: unknown, touched: ReadonlyArray<string>]>> = {
  "a new field": [
    withBook({ ...base.entities.Book.fields, weight: "integer" }),
    [...api, ...tables, ...rules, ...entity("book")]
  ],
  "a new entity": [
    { ...base, entities: { ...base.entities, Shelf: { fields: { label: "string" } } } },
    [...api, ...tables, ...rules, ...lists, ...entity("shelf"), "backend/src/entities.ts", "frontend/src/entities.ts"]
  ],
  "another limit": [
    withBook({ ...base.entities.Book.fields, pages: { type: "integer", min: 1, max: 6000 } }),
    // The frontend's samples keep away from this limit.
    [...api, ...tables, ...rules, ...entity("book").filter((path) => path !== "frontend/test/entities/book.test.tsx")]
  ],
  "one feature less": [
    { ...base, features: ["user-authentication", "search", "audit-log"] },
    [
      ...api,
      ...lists,
      "docs/stories.md",
      "docs/traceability.md",
      // The feature itself, where it is served, and where it is offered.
      "backend/src/records/csv.ts",
      "backend/src/records/store.ts",
      "backend/src/records/chosen.ts",
      "backend/src/http/collection.ts",
      "frontend/src/api.ts",
      "frontend/src/pages/ListPage.tsx",
      // Its tests.
      "backend/test/support/csv.ts",
      "backend/test/support/server.ts",
      "backend/test/service.test.ts",
      "backend/test/auth.test.ts",
      "frontend/test/entityChecks.tsx",
      ...["author", "book", "reader"].flatMap((name) => [
        `backend/test/entities/${name}.test.ts`,
        `frontend/test/entities/${name}.test.tsx`
      ])
    ]
  ],
  "another theme": [{ ...base, ui: { ...base.ui, theme: "dark" } }, ["frontend/index.html"]],
  "another scale": [
    { ...base, scale: "large" },
    [
      "deploy/README.md",
      "deploy/compose.yaml",
      "deploy/kubernetes/autoscaling.yaml",
      "deploy/kubernetes/backend.yaml",
      "deploy/kubernetes/configuration.yaml",
      "deploy/kubernetes/database.yaml",
      "deploy/kubernetes/frontend.yaml",
      "deploy/monitoring/prometheus-rules.yaml",
      "docs/architecture.md",
      "docs/operations/run-book.md",
      "docs/operations/sizing.md"
    ]
  ]
}

function withBook(fields: object) {
  return { ...base, entities: { ...base.entities, Book: { fields } } }
}

/** The paths whose contents, or whose times, are not the same. */
const differing = (
  one: ReturnType<typeof filesOf>,
  other: ReturnType<typeof filesOf>,
  what: "sha256" | "written"
): ReadonlyArray<string> =>
  [...new Set([...one.keys(), ...other.keys()])]
    .filter((path) => one.get(path)?.[what] !== other.get(path)?.[what])
    .sort()

/** A project made in a folder where nothing was, with nothing to reuse. */
const fromNothing = (value: unknown, root: string) =>
  Effect.gen(function* () {
    const report = yield* generate(value, root)
    assert.deepStrictEqual([report.status, report.counts.reused], ["done", 0])
    return filesOf(root)
  }).pipe(Effect.provide(surroundings()))

describe("generating again", () => {
  for (const [kind, [value, touched]] of Object.entries(changes)) {
    it.scoped(`after ${kind}, touches the files that say something of it and no other`, () =>
      Effect.gen(function* () {
        const root = yield* folder
        const [kept, fresh] = [join(root, "kept"), join(root, "fresh")]
        yield* generate(base, kept)
        const before = filesOf(kept)
        const after = yield* fromNothing(value, fresh)
        assert.deepStrictEqual(differing(before, after, "sha256"), [...touched].sort())

        // In the same folder, with what is kept of the first time, the result is the same, and only that is written.
        const again = yield* generate(value, kept)
        assert.strictEqual(again.status, "done")
        assert.deepStrictEqual(differing(filesOf(kept), after, "sha256"), [])
        assert.deepStrictEqual(differing(before, filesOf(kept), "written"), [...touched].sort())
      }).pipe(Effect.provide(surroundings()))
    )
  }

  it.scoped("from an unchanged file, changes no byte and no time of a file", () =>
    Effect.gen(function* () {
      const root = yield* folder
      yield* generate(base, root)
      const before = filesOf(root)
      const again = yield* generate(base, root)
      assert.strictEqual(again.counts.reused, 8)
      assert.deepStrictEqual(differing(before, filesOf(root), "written"), [])
      assert.deepStrictEqual(differing(before, filesOf(root), "sha256"), [])
      // Also when everybody works again.
      assert.deepStrictEqual(differing(before, yield* fromNothing(base, root), "written"), [])
    }).pipe(Effect.provide(surroundings()))
  )

  it.scoped("from a file with its keys in another order, changes nothing", () =>
    Effect.gen(function* () {
      const root = yield* folder
      yield* generate(base, root)
      const before = filesOf(root)
      const turned = {
        ...(reversed(base) as object),
        features: [...base.features].reverse(),
        // The order of entities and fields means something: people see them in it.
        entities: Object.fromEntries(
          Object.entries(base.entities).map(([name, { fields }]) => [
            name,
            { fields: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, reversed(field)])) }
          ])
        )
      }
      assert.notStrictEqual(JSON.stringify(turned), JSON.stringify(base))
      const again = yield* generate(turned, root)
      assert.strictEqual(again.counts.reused, 8)
      assert.deepStrictEqual(differing(before, filesOf(root), "written"), [])
      assert.deepStrictEqual(differing(before, yield* fromNothing(turned, root), "sha256"), [])
    }).pipe(Effect.provide(surroundings()))
  )
})

const reversed = (value: unknown): unknown =>
  typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value).reverse()) : value
