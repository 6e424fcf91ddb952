import { NodeFileSystem } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Ref } from "effect"
import * as fc from "fast-check"
import ts from "typescript"
import { BackendDeveloper } from "../../../actors/fullstack/BackendDeveloper.ts"
import { checkedBy, criteriaOf, storiesOf } from "../../../actors/fullstack/Criteria.ts"
import * as Install from "../../../actors/fullstack/Install.ts"
import * as Project from "../../../actors/fullstack/Project.ts"
import * as Requirements from "../../../actors/fullstack/Requirements.ts"
import { Architecture, Criterion } from "../../../actors/fullstack/Results.ts"
import { ddl } from "../../../actors/fullstack/templates/architecture/Ddl.ts"
import { openApi } from "../../../actors/fullstack/templates/architecture/OpenApi.ts"
import { generate } from "../../../actors/fullstack/templates/backend/Backend.ts"
import { backendMetrics } from "../../../actors/fullstack/templates/backend/Metrics.ts"
import { entityPlans } from "../../../actors/fullstack/templates/backend/Plan.ts"
import { type Flag, fill } from "../../../actors/fullstack/templates/backend/Sections.ts"
import * as TypeScript from "../../../actors/fullstack/templates/backend/TypeScript.ts"
import { series } from "../../../actors/fullstack/templates/operations/Objectives.ts"
import { BackgroundTasks } from "../../../src/background/BackgroundTasks.ts"
import { Subprocess, SubprocessNotStarted } from "../../../src/background/Subprocess.ts"
import { Workspace } from "../../../src/team/Workspace.ts"
import * as Assignment from "./assignment.ts"
import * as odd from "./oddProjects.ts"

const inputOf = (value: unknown): Project.Input => Effect.runSync(Requirements.parse(value))

const architectureOf = (project: Project.Project) =>
  new Architecture({
    criteria: criteriaOf(storiesOf(project)),
    ddl: ddl(project),
    openapi: JSON.stringify(openApi(project), undefined, 2)
  })

const made = (input: Project.Input) => {
  const project = Project.fromInput(input)
  return generate(project, architectureOf(project))
}

const filesOf = (value: unknown) => new Map(made(inputOf(value)).files.map(({ content, path }) => [path, content]))

const tracker = {
  name: "Task tracker",
  features: ["user-authentication", "search", "audit-log", "csv-export"],
  entities: {
    Project: { fields: { name: { type: "string", required: true, unique: true } } },
    Task: {
      fields: {
        title: { type: "string", maxLength: 120 },
        due: "date",
        project: { type: "reference", to: "Project", required: true, onDelete: "cascade" }
      }
    }
  }
}

/** Paths of the files that are not the same, or not in both. */
const difference = (one: unknown, other: unknown): ReadonlyArray<string> => {
  const [before, after] = [filesOf(one), filesOf(other)]
  return [...new Set([...before.keys(), ...after.keys()])].filter((path) => before.get(path) !== after.get(path)).sort()
}

/** Most files are the same in all projects, and need no second look. */
const seen = new Map<string, ReadonlyArray<string>>()

const syntaxErrors = (path: string, content: string): ReadonlyArray<string> => {
  const before = seen.get(content)
  if (before !== undefined) return before
  const { diagnostics = [] } = ts.transpileModule(content, {
    fileName: path,
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ES2022, isolatedModules: true }
  })
  const errors = diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "))
  seen.set(content, errors)
  return errors
}

describe.each([["a task tracker", tracker], ...odd.all] as const)("backend: %s", (_, value) => {
  const input = inputOf(value)
  const { files, sources } = made(input)

  it("is TypeScript and JSON that parse, with nothing of the templates left in them", () => {
    for (const { content, path } of files) {
      assert.notMatch(content, /\/\*(IF|ELSE|END)\b|\{\{\w+\}\}/, path)
      if (path.endsWith(".json")) JSON.parse(content)
      if (path.endsWith(".ts")) assert.deepStrictEqual(syntaxErrors(path, content), [], path)
    }
  })

  it("imports only files that are there", () => {
    const paths = new Set(files.map(({ path }) => path))
    for (const { content, path } of files) {
      for (const [, to] of content.matchAll(/from "(\.[^"]+)"/g)) {
        assert.isTrue(paths.has(new URL(to!, `file:///${path}`).pathname.slice(1)), `${path} imports ${to}`)
      }
    }
  })

  it("stays in its folder, with one file a path and names that every file system takes", () => {
    const paths = files.map(({ path }) => path)
    for (const path of paths) {
      assert.match(path, /^backend\/(\.?[A-Za-z0-9][A-Za-z0-9.-]*\/)*\.?[A-Za-z0-9][A-Za-z0-9.-]*$/)
    }
    assert.strictEqual(new Set(paths.map((path) => path.toLowerCase())).size, paths.length)
  })

  it("names every criterion of its own in the title of a test", () => {
    assert.deepStrictEqual(sources.unchecked, [])
    const wanted = checkedBy(architectureOf(Project.fromInput(input)).criteria, "backend-developer")
    assert.isNotEmpty(wanted)
    const titles = sources.tests.map(({ title }) => title)
    for (const { id } of wanted) {
      assert.isTrue(
        titles.some((title) => title.startsWith(`${id}: `)),
        id
      )
    }
    for (const { file, title } of sources.tests) {
      const content = files.find(({ path }) => path === file)?.content ?? ""
      assert.strictEqual(content.split(`it(${JSON.stringify(title)}, `).length, 2, `${file}: ${title}`)
    }
  })

  it("gives the same bytes each time", () => {
    assert.deepStrictEqual(made(structuredClone(input) as Project.Input), { files, sources })
  })

  it("ends every file with one newline, and no line with a space", () => {
    for (const { content, path } of files) {
      assert.match(content, /[^\n]\n$/, path)
      if (!path.endsWith("openapi.json")) assert.notMatch(content, /[ \t]$/m, path)
    }
  })
})

describe("backend", () => {
  it("changes only an entity's own files, the schema and the API document with a field of it", () => {
    const more = { ...tracker.entities.Task.fields, notes: "text" }
    const after = { ...tracker, entities: { ...tracker.entities, Task: { fields: more } } }
    assert.deepStrictEqual(difference(tracker, after), [
      "backend/src/entities/task.ts",
      "backend/src/openapi.json",
      "backend/src/schema.ts",
      "backend/test/entities/task.test.ts",
      "backend/test/fixtures/task.ts"
    ])
  })

  it("adds three files with an entity, and it to the lists", () => {
    const after = { ...tracker, entities: { ...tracker.entities, Note: { fields: { text: "text" } } } }
    assert.deepStrictEqual(difference(tracker, after), [
      "backend/README.md",
      "backend/src/entities.ts",
      "backend/src/entities/note.ts",
      "backend/src/openapi.json",
      "backend/src/schema.ts",
      "backend/test/entities/note.test.ts",
      "backend/test/fixtures/note.ts"
    ])
  })

  it.each([
    ["user-authentication", /session|signIn|\/auth\b|accounts/i],
    ["audit-log", /audit/i],
    ["csv-export", /csv/i],
    ["search", /\bq\b|LIKE/]
  ] as const)("leaves nothing of %s where it is not asked for", (feature, words) => {
    const traces = (value: unknown) =>
      [...filesOf(value)].filter(([path, text]) => path.endsWith(".ts") && words.test(text)).map(([path]) => path)
    const without = { ...tracker, features: tracker.features.filter((one) => one !== feature) }
    assert.isNotEmpty(traces(tracker))
    assert.deepStrictEqual(traces(without), [])
  })

  it("lists what nothing checks", () => {
    const project = Project.fromInput(inputOf(tracker))
    const [first] = checkedBy(criteriaOf(storiesOf(project)), "backend-developer")
    const criteria = [new Criterion({ ...first!, id: "AC-task.print" })]
    const { sources } = generate(project, new Architecture({ criteria, ddl: [], openapi: "{}" }))
    assert.include(sources.unchecked, "AC-task.print")
  })

  it("serves the schema and the API document that the architect made, letter by letter", async () => {
    const project = Project.fromInput(inputOf(odd.awkward))
    const architecture = architectureOf(project)
    const files = new Map(generate(project, architecture).files.map(({ content, path }) => [path, content]))
    assert.strictEqual(files.get("backend/src/openapi.json"), `${architecture.openapi}\n`)
    const { outputText } = ts.transpileModule(files.get("backend/src/schema.ts")!, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
    })
    const module = await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(outputText)}`)
    assert.deepStrictEqual(module.schema, architecture.ddl)
  })

  it("measures what operations relies on, and registers every series that it names", () => {
    const text = filesOf(tracker).get("backend/src/http/metrics.ts")!
    for (const name of backendMetrics) {
      // The defaults of prom-client are not spelled out in the text.
      if (!/^(process|nodejs)_/.test(name)) assert.include(text, `name: "${name}"`)
    }
    const known: ReadonlyArray<string> = ["up", ...backendMetrics, ...backendMetrics.map((name) => `${name}_bucket`)]
    for (const name of Object.values(series)) assert.include(known, name)
  })

  it("pins every version, and the lock file knows the same and no registry", () => {
    const files = filesOf(tracker)
    const manifest = JSON.parse(files.get("backend/package.json")!)
    const lock = JSON.parse(files.get("backend/package-lock.json")!)
    assert.strictEqual(manifest.name, "task-tracker-backend")
    assert.deepStrictEqual([lock.name, lock.packages[""].name], [manifest.name, manifest.name])
    assert.deepStrictEqual(manifest.engines, lock.packages[""].engines)
    for (const part of ["dependencies", "devDependencies"]) {
      assert.deepStrictEqual(manifest[part], lock.packages[""][part])
      for (const [name, version] of Object.entries(manifest[part])) {
        assert.match(version as string, /^\d+\.\d+\.\d+$/)
        assert.strictEqual(lock.packages[`node_modules/${name}`].version, version)
      }
    }
    for (const [path, entry] of Object.entries<Record<string, unknown>>(lock.packages)) {
      assert.notProperty(entry, "resolved", path)
      if (path !== "") assert.property(entry, "integrity", path)
      assert.notProperty(entry, "hasInstallScript", path)
    }
  })
})

describe("backend: room for rows", () => {
  const capacities = (entities: unknown) => {
    const project = Project.fromInput(inputOf({ name: "x", entities }))
    return Object.fromEntries(entityPlans(project, []).map(({ capacity, entity }) => [entity.name.written, capacity]))
  }

  it("is what unique fields allow, also those of a parent that cannot be shared", () => {
    assert.deepStrictEqual(
      capacities({
        Free: { fields: { name: { type: "string", unique: true }, on: "boolean" } },
        Flag: { fields: { on: { type: "boolean", unique: true }, level: { type: "enum", values: ["a", "b", "c"] } } },
        PerFlag: { fields: { flag: { type: "reference", to: "Flag", required: true, unique: true } } },
        Perhaps: { fields: { flag: { type: "reference", to: "Flag", unique: true } } },
        Few: { fields: { n: { type: "integer", min: -1, max: 1, unique: true }, s: { type: "string", maxLength: 1 } } }
      }),
      {
        Free: Number.POSITIVE_INFINITY,
        Flag: 2,
        PerFlag: 2,
        Perhaps: Number.POSITIVE_INFINITY,
        Few: 3
      }
    )
  })
})

describe("backend: pieces of code", () => {
  const evaluated = (code: string): unknown => new Function(`return ${code}`)()

  it("read back as the text they were made from, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        assert.strictEqual(evaluated(TypeScript.text(text)), text)
        // JavaScript reads every kind of line end in a template as one and the same.
        if (!text.includes("\r")) assert.strictEqual(evaluated(TypeScript.template(text)), text)
        assert.deepStrictEqual(
          evaluated(`(${TypeScript.docComment(text)} ${TypeScript.list([TypeScript.text(text)], "")})`),
          [text]
        )
        assert.deepStrictEqual(
          Object.keys(evaluated(`(${TypeScript.object([[TypeScript.key(`${text}.`), "1"]], "")})`) as object),
          [`${text}.`]
        )
      }),
      { seed: 5, numRuns: 300 }
    )
  })
})

describe("backend: sections", () => {
  const filled = (text: string, ...flags: ReadonlyArray<Flag>) =>
    fill(text, { flags: new Set(flags), values: { name: "{{x}} $& /*IF csv*/" } })

  it("keep what holds, and take the lines of their marks with them", () => {
    const text = "a\n/*IF auth*/\nb\n/*ELSE auth*/\nc\n/*END*/\nd(/*IF csv*/e/*END*/)\n"
    assert.strictEqual(filled(text), "a\nc\nd()\n")
    assert.strictEqual(filled(text, "auth", "csv"), "a\nb\nd(e)\n")
  })

  it("put values in as they are, and refuse a name without one", () => {
    assert.strictEqual(filled("<{{name}}>"), "<{{x}} $& /*IF csv*/>")
    assert.throws(() => filled("{{nobody}}"))
  })
})

describe("backend-developer", () => {
  /** An npm that is not there: what matters here is that it was called. */
  const npm = (commands: Ref.Ref<ReadonlyArray<string>>) =>
    Layer.succeed(
      Subprocess,
      Subprocess.of({
        run: (command) =>
          Ref.update(commands, (all) => [...all, `${command.cwd}: ${command.command} ${command.args[0]}`]).pipe(
            Effect.zipRight(
              Effect.fail(
                new SubprocessNotStarted({ command: "npm", cwd: command.cwd, reason: "notFound", detail: "none here" })
              )
            )
          )
      } as Subprocess["Type"])
    )

  it.scoped("writes the manifest and its lock first, starts the install, and returns what its tests name", () =>
    Effect.gen(function* () {
      const commands = yield* Ref.make<ReadonlyArray<string>>([])
      const input = inputOf(tracker)
      const { assignment, kept } = Assignment.make("backend-developer", {
        input,
        results: { "technical-architect": architectureOf(Project.fromInput(input)) }
      })
      const events: Array<string> = []
      const sources = yield* Effect.gen(function* () {
        const workspace = yield* Workspace
        yield* workspace.prepare({ team: "t" })
        const write = (path: string, content: string | Uint8Array) => {
          events.push(`write ${path}`)
          return Effect.zipRight(assignment.write(path, content), Effect.asVoid(workspace.write(path, content)))
        }
        const read = (path: string) => {
          events.push(`read ${path}`)
          return workspace.read(path)
        }
        const sources = yield* BackendDeveloper.run({ ...assignment, write }).pipe(
          Effect.provideService(Workspace, { ...workspace, read })
        )
        // Joins the install that the agent has started; a second one would be a second command.
        yield* Install.outcome(assignment, "backend")
        return sources
      }).pipe(
        Effect.provide(
          Layer.mergeAll(BackgroundTasks.layer(), npm(commands), NodeFileSystem.layer, Workspace.layerMemory)
        )
      )
      assert.deepStrictEqual(events.slice(0, 4), [
        "write backend/package.json",
        "write backend/package-lock.json",
        "read backend/package.json",
        "read backend/package-lock.json"
      ])
      assert.deepStrictEqual(kept.files, filesOf(tracker))
      assert.deepStrictEqual(sources, made(input).sources)
      const [first, ...more] = yield* Ref.get(commands)
      assert.match(first ?? "", /backend: npm ci$/)
      assert.isEmpty(more)
    })
  )
})
