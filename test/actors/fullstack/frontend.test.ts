import { runInNewContext } from "node:vm"
import { NodeFileSystem } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Ref } from "effect"
import * as fc from "fast-check"
import ts from "typescript"
import { checkedBy, criteriaOf, storiesOf } from "../../../actors/fullstack/Criteria.ts"
import { FrontendDeveloper } from "../../../actors/fullstack/FrontendDeveloper.ts"
import * as Install from "../../../actors/fullstack/Install.ts"
import { type Literal, literal } from "../../../actors/fullstack/internal/Layout.ts"
import * as Project from "../../../actors/fullstack/Project.ts"
import * as Requirements from "../../../actors/fullstack/Requirements.ts"
import { Architecture, Criterion } from "../../../actors/fullstack/Results.ts"
import { select } from "../../../actors/fullstack/templates/frontend/Conditional.ts"
import { generate } from "../../../actors/fullstack/templates/frontend/Frontend.ts"
import { sampleValues } from "../../../actors/fullstack/templates/frontend/Samples.ts"
import { BackgroundTasks } from "../../../src/background/BackgroundTasks.ts"
import { Subprocess, SubprocessNotStarted } from "../../../src/background/Subprocess.ts"
import { Workspace } from "../../../src/team/Workspace.ts"
import * as Assignment from "./assignment.ts"
import * as odd from "./oddProjects.ts"

const inputOf = (value: unknown): Project.Input => Effect.runSync(Requirements.parse(value))

const architectureOf = (project: Project.Project) =>
  new Architecture({ criteria: criteriaOf(storiesOf(project)), ddl: [], openapi: "{}" })

const made = (input: Project.Input) => {
  const project = Project.fromInput(input)
  return generate(project, architectureOf(project))
}

const filesOf = (input: Project.Input) => new Map(made(input).files.map(({ content, path }) => [path, content]))

const tracker = {
  name: "Task tracker",
  features: ["user-authentication", "search", "audit-log", "csv-export"],
  entities: {
    Project: { fields: { name: { type: "string", required: true } } },
    Task: { fields: { title: "string", due: "date", project: { type: "reference", to: "Project" } } }
  },
  ui: { title: "Tasks", theme: "auto", pages: ["dashboard"] }
}

/** Paths of the files that are not the same, or not in both. */
const difference = (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): ReadonlyArray<string> =>
  [...new Set([...one.keys(), ...other.keys()])].filter((path) => one.get(path) !== other.get(path)).sort()

/** Most files are the same in all projects, and need no second look. */
const seen = new Map<string, ReadonlyArray<string>>()

const syntaxErrors = (path: string, content: string): ReadonlyArray<string> => {
  const before = seen.get(content)
  if (before !== undefined) return before
  const { diagnostics = [] } = ts.transpileModule(content, {
    fileName: path,
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ES2022, jsx: ts.JsxEmit.ReactJSX, isolatedModules: true }
  })
  const errors = diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "))
  seen.set(content, errors)
  return errors
}

const projects = [["a task tracker", tracker], ...odd.all] as const

describe.each(projects)("frontend: %s", (_, value) => {
  const input = inputOf(value)
  const { files, sources } = made(input)

  it("is TypeScript, JSON and HTML that parse", () => {
    for (const { content, path } of files) {
      assert.notMatch(content, /^\s*\/\/\?|@@[A-Z]+@@/m, `${path} has a mark of the template's in it`)
      if (path.endsWith(".json")) JSON.parse(content)
      if (!/\.tsx?$/.test(path)) continue
      assert.deepStrictEqual(syntaxErrors(path, content), [], path)
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
    for (const path of paths)
      assert.match(path, /^frontend\/(\.?[A-Za-z0-9][A-Za-z0-9.-]*\/)*\.?[A-Za-z0-9][A-Za-z0-9.-]*$/)
    assert.strictEqual(new Set(paths.map((path) => path.toLowerCase())).size, paths.length)
  })

  it("names every criterion of its own in the title of a test", () => {
    assert.deepStrictEqual(sources.unchecked, [])
    const wanted = checkedBy(architectureOf(Project.fromInput(input)).criteria, "frontend-developer")
    assert.isNotEmpty(wanted)
    const text = files.filter(({ path }) => path.endsWith(".test.tsx")).map(({ content }) => content)
    for (const { id } of wanted)
      assert.isTrue(
        text.some((content) => content.includes(`it("${id}: `)),
        id
      )
    for (const { criteria, file } of sources.tests) {
      assert.isTrue(
        files.some(({ content, path }) => path === file && content.includes(criteria[0]!)),
        file
      )
    }
  })

  it("gives the same bytes each time", () => {
    assert.deepStrictEqual(made(structuredClone(input) as Project.Input), { files, sources })
  })

  it("ends every file with one newline, and no line with a space", () => {
    for (const { content, path } of files) {
      assert.match(content, /[^\n]\n$/, path)
      assert.notMatch(content, /[ \t]$/m, path)
    }
  })
})

describe("frontend", () => {
  it("changes only an entity's own files with a field of it", () => {
    const more = { ...tracker.entities.Task.fields, notes: "text" }
    const after = { ...tracker, entities: { ...tracker.entities, Task: { fields: more } } }
    assert.deepStrictEqual(difference(filesOf(inputOf(tracker)), filesOf(inputOf(after))), [
      "frontend/src/entities/task.ts",
      "frontend/test/entities/task.test.tsx"
    ])
  })

  it("adds two files and a line with an entity", () => {
    const after = { ...tracker, entities: { ...tracker.entities, Note: { fields: { text: "text" } } } }
    assert.deepStrictEqual(difference(filesOf(inputOf(tracker)), filesOf(inputOf(after))), [
      "frontend/src/entities.ts",
      "frontend/src/entities/note.ts",
      "frontend/test/entities/note.test.tsx"
    ])
  })

  it("changes one file with the theme, and says the title where it is shown", () => {
    const theme = { ...tracker, ui: { ...tracker.ui, theme: "dark" } }
    assert.deepStrictEqual(difference(filesOf(inputOf(tracker)), filesOf(inputOf(theme))), ["frontend/index.html"])
    const title = { ...tracker, ui: { ...tracker.ui, title: "Jobs" } }
    assert.deepStrictEqual(difference(filesOf(inputOf(tracker)), filesOf(inputOf(title))), [
      "frontend/README.md",
      "frontend/index.html",
      "frontend/src/settings.ts"
    ])
  })

  it("has no test, and no source, that knows the page: qa-engineer tests nothing anew where only that has changed", () => {
    const knowing = made(inputOf(tracker)).files.filter(
      ({ content, path }) => /^frontend\/(src|test)\//.test(path) && /["'`/]index\.html["'`?]/.test(content)
    )
    assert.deepStrictEqual(
      knowing.map(({ path }) => path),
      []
    )
  })

  it("does not change with parts that others read", () => {
    const after = { ...tracker, scale: "large", description: "Other", constraints: { region: "eu" } }
    assert.deepStrictEqual(difference(filesOf(inputOf(tracker)), filesOf(inputOf(after))), [])
  })

  it.each(["user-authentication", "audit-log", "csv-export", "search"])(
    "leaves nothing of %s where it is not asked for",
    (feature) => {
      const words = {
        "user-authentication": /auth|sign-?in|session(?!Storage)/i,
        "audit-log": /audit/i,
        "csv-export": /csv/i,
        search: /searchBox|isSearchable|checkSearch|query\.q\b/
      }
      const without = { ...tracker, features: tracker.features.filter((one) => one !== feature) }
      const texts = (value: unknown) =>
        [...filesOf(inputOf(value))].filter(([path]) => path.endsWith(".tsx") || path.endsWith(".ts"))
      const traces = (value: unknown) =>
        texts(value).filter(([, text]) => words[feature as keyof typeof words].test(text))
      assert.isNotEmpty(traces(tracker))
      assert.deepStrictEqual(
        traces(without).map(([path]) => path),
        []
      )
    }
  )

  it("lists what nothing checks", () => {
    const project = Project.fromInput(inputOf(tracker))
    const [first] = checkedBy(criteriaOf(storiesOf(project)), "frontend-developer")
    const criteria = [new Criterion({ ...first!, id: "AC-task.ui-print" })]
    const { sources } = generate(project, new Architecture({ criteria, ddl: [], openapi: "{}" }))
    assert.deepStrictEqual(sources.unchecked, ["AC-task.ui-print"])
  })

  it("escapes the user's text in HTML and Markdown", () => {
    const title = `</title><script>alert("x")</script> $& [link](x)`
    const files = filesOf(inputOf({ ...tracker, ui: { title } }))
    assert.notInclude(files.get("frontend/index.html")!, "<script>alert")
    assert.include(files.get("frontend/index.html")!, "&#60;script&#62;alert(&#34;x&#34;)")
    assert.include(files.get("frontend/README.md")!.split("\n")[0]!, "$\\& \\[link\\]")
  })

  it("pins every version, and the lock file knows the same", () => {
    const files = filesOf(inputOf(tracker))
    const manifest = JSON.parse(files.get("frontend/package.json")!)
    const lock = JSON.parse(files.get("frontend/package-lock.json")!)
    assert.strictEqual(manifest.name, "task-tracker-frontend")
    assert.deepStrictEqual([lock.name, lock.packages[""].name], [manifest.name, manifest.name])
    for (const part of ["dependencies", "devDependencies"]) {
      assert.deepStrictEqual(manifest[part], lock.packages[""][part])
      for (const [name, version] of Object.entries(manifest[part])) {
        assert.match(version as string, /^\d+\.\d+\.\d+$/)
        assert.strictEqual(lock.packages[`node_modules/${name}`].version, version)
      }
    }
    assert.notMatch(
      files.get("frontend/package-lock.json")!,
      /"resolved"|https?:\/\/(?!(opencollective|github|tidelift|eslint|paulmillr|www\.patreon|bevry)\b)[^"]*registry/
    )
  })
})

describe("frontend: sample values", () => {
  const text = (minLength?: number, maxLength?: number) =>
    Object.fromEntries(Object.entries({ minLength, maxLength }).filter(([, value]) => value !== undefined))

  it("keep the rules of length and range, and differ where they can", () => {
    fc.assert(
      fc.property(fc.nat(150), fc.integer({ min: 1, max: 150 }), fc.integer(), fc.nat(5), (min, size, least, span) => {
        const [one, other] = ([0, 1] as const).map((row) => {
          const fields = {
            s: { type: "string", ...text(min, min + size) },
            i: { type: "integer", min: least, max: least + span }
          }
          const [entity] = Project.fromInput(inputOf({ name: "x", entities: { Thing: { fields } } })).entities
          return runInNewContext(`(${literal(sampleValues(entity!, row), 0, 0)})`) as {
            readonly s: string
            readonly i: number
          }
        })
        for (const row of [one!, other!]) {
          assert.isAtLeast([...row.s].length, min)
          assert.isAtMost([...row.s].length, min + size)
          assert.isTrue(Number.isInteger(row.i) && row.i >= least && row.i <= least + span)
        }
        assert.notInclude(one!.s, other!.s)
        if (span > 0) assert.notStrictEqual(one!.i, other!.i)
      }),
      { seed: 7, numRuns: 60 }
    )
  })
})

describe("frontend: literal", () => {
  it("reads back as the value, whatever is in it", () => {
    const leaf = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null)
    )
    const value = fc.letrec<{ value: Literal }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        leaf.map((one): Literal => (Object.is(one, -0) ? 0 : one)),
        fc.array(tie("value")),
        fc
          .array(fc.tuple(fc.oneof(fc.string(), fc.constant("__proto__"), fc.constant("constructor")), tie("value")))
          .map((all): Literal => new Map(all))
      )
    })).value
    fc.assert(
      fc.property(value, (one) => {
        const back: unknown = runInNewContext(`JSON.stringify(${literal(one, 0, 0)})`)
        assert.strictEqual(back, JSON.stringify(plain(one)))
      }),
      { seed: 11, numRuns: 50 }
    )
  })
})

/** The same as an object that JSON.stringify writes, without a prototype to trip over. */
const plain = (value: Literal): unknown => {
  if (value instanceof Map) {
    const object = Object.create(null)
    for (const [name, member] of value) {
      Object.defineProperty(object, name, { value: plain(member), enumerable: true, configurable: true })
    }
    return object
  }
  return Array.isArray(value) ? value.map(plain) : value
}

describe("frontend: conditional lines", () => {
  const lines = (...all: ReadonlyArray<string>) => all.join("\n")

  it("keep what holds, in blocks within blocks", () => {
    const text = lines(
      "a",
      "//? if search",
      "b",
      "  //? if not dashboard",
      "c",
      "//? else",
      "d",
      "//? end",
      "//? end",
      "e"
    )
    assert.strictEqual(select(text, new Set()), lines("a", "e"))
    assert.strictEqual(select(text, new Set(["search"])), lines("a", "b", "c", "e"))
    assert.strictEqual(select(text, new Set(["search", "dashboard"])), lines("a", "b", "d", "e"))
    assert.strictEqual(select(lines("//? if search or not dashboard", "x", "//? end"), new Set(["dashboard"])), "")
  })

  it.each([
    ["an end too many", "//? end"],
    ["an if too many", "//? if search"],
    ["an unknown condition", "//? if serach\n//? end"]
  ])("refuse a template with %s", (_, text) => {
    assert.throws(() => select(text, new Set()))
  })
})

describe("frontend-developer", () => {
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

  it.scoped("starts the install once both manifests are written, and writes the rest meanwhile", () =>
    Effect.gen(function* () {
      const commands = yield* Ref.make<ReadonlyArray<string>>([])
      const events: Array<string> = []
      const input = inputOf(tracker)
      const { assignment, kept } = Assignment.make("frontend-developer", {
        input,
        results: { "technical-architect": architectureOf(Project.fromInput(input)) }
      })
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
        const sources = yield* FrontendDeveloper.run({ ...assignment, write }).pipe(
          Effect.provideService(Workspace, { ...workspace, read })
        )
        // Joins the install that the agent has started; a second one would be a second command.
        yield* Install.outcome(assignment, "frontend")
        return sources
      }).pipe(
        Effect.provide(
          Layer.mergeAll(BackgroundTasks.layer(), npm(commands), NodeFileSystem.layer, Workspace.layerMemory)
        )
      )
      assert.deepStrictEqual(events.slice(0, 4), [
        "write frontend/package.json",
        "write frontend/package-lock.json",
        "read frontend/package.json",
        "read frontend/package-lock.json"
      ])
      assert.deepStrictEqual(kept.files, filesOf(input))
      assert.deepStrictEqual(sources, made(input).sources)
      const [first, ...more] = yield* Ref.get(commands)
      assert.match(first ?? "", /frontend: npm ci$/)
      assert.isEmpty(more)
    })
  )
})
