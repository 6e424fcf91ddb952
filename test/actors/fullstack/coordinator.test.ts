import { assert, describe, it } from "@effect/vitest"
import * as Project from "../../../actors/fullstack/Project.ts"
import { Check, Criterion, NamedTest, Quality, Sources, Story, TestResult } from "../../../actors/fullstack/Results.ts"
import * as Introduction from "../../../actors/fullstack/templates/coordination/Introduction.ts"
import * as Pages from "../../../actors/fullstack/templates/coordination/Pages.ts"
import { type Evidence, trace } from "../../../actors/fullstack/templates/coordination/Trace.ts"

const project = Project.fromInput({ name: "Task tracker", description: "Plans.\n\nAnd ticks off." })

const criterion = (id: string, ...checkedBy: Criterion["checkedBy"]) =>
  new Criterion({ id, entity: "Task", text: `what ${id} says`, checkedBy })

const sources = (folder: string, ...tests: ReadonlyArray<NamedTest>) => new Sources({ folder, tests, unchecked: [] })

const seen = (file: string, status: TestResult["status"], ...criteria: ReadonlyArray<string>) =>
  new TestResult({ file, title: `${criteria.join(" ")} holds`, criteria, status })

const evidence = (criteria: ReadonlyArray<Criterion>, parts: Partial<Evidence> = {}): Evidence => ({
  stories: [new Story({ id: "US-task.manage", title: "Manage tasks", text: "As a user", criteria })],
  sources: { "backend-developer": sources("backend"), "frontend-developer": sources("frontend") },
  quality: new Quality({ checks: [], tests: [] }),
  ...parts
})

const quality = (...tests: ReadonlyArray<TestResult>) => ({ quality: new Quality({ checks: [], tests }) })

const results = (given: Evidence) => trace(given).rows.map(({ criterion, result }) => [criterion, result])

const create = criterion("AC-task.create", "backend-developer")
const both = criterion("AC-task.search", "backend-developer", "frontend-developer")

describe("development-coordinator", () => {
  it("gives each test of a criterion the result that qa-engineer saw", () => {
    const given = evidence(
      [create],
      quality(
        seen("backend/a.test.ts", "passed", "AC-task.create", "AC-task.list"),
        seen("backend/b.test.ts", "failed", "AC-task.create")
      )
    )
    assert.deepStrictEqual(results(given), [
      ["AC-task.create", "passed"],
      ["AC-task.create", "failed"]
    ])
    assert.deepStrictEqual(trace(given).open, ["backend/b.test.ts: AC-task.create holds: failed"])
  })

  it("asks every developer who has to check a criterion for a test", () => {
    const given = evidence([both], quality(seen("backend/a.test.ts", "passed", "AC-task.search")))
    assert.deepStrictEqual(results(given), [
      ["AC-task.search", "passed"],
      ["AC-task.search", "noTest"]
    ])
    assert.deepStrictEqual(trace(given).open, ["AC-task.search: no test (none by frontend-developer)"])
  })

  it("takes no promise for a result: a test that nobody saw is not verified", () => {
    const promised = new NamedTest({ file: "test/a.test.ts", title: "AC-task.create", criteria: ["AC-task.create"] })
    const given = evidence([create], {
      sources: { "backend-developer": sources("backend", promised), "frontend-developer": sources("frontend") }
    })
    assert.deepStrictEqual(results(given), [["AC-task.create", "notVerified"]])
    assert.deepStrictEqual(trace(given).open, ["backend/test/a.test.ts: AC-task.create: not verified"])
  })

  it("lists a test once that was promised with and without its folder, and seen", () => {
    for (const file of ["test/a.test.ts", "backend/test/a.test.ts"]) {
      const promised = new NamedTest({ file, title: "AC-task.create holds", criteria: ["AC-task.create"] })
      const given = evidence([create], {
        ...quality(seen("backend/test/a.test.ts", "passed", "AC-task.create")),
        sources: { "backend-developer": sources("backend", promised), "frontend-developer": sources("frontend") }
      })
      assert.deepStrictEqual(results(given), [["AC-task.create", "passed"]])
    }
  })

  it("does not take another test of the same file for one that was promised", () => {
    const promised = new NamedTest({
      file: "backend/test/a.test.ts",
      title: "AC-task.create twice",
      criteria: ["AC-task.create"]
    })
    const given = evidence([create], {
      ...quality(seen("backend/test/a.test.ts", "passed", "AC-task.create")),
      sources: { "backend-developer": sources("backend", promised), "frontend-developer": sources("frontend") }
    })
    assert.deepStrictEqual(results(given), [
      ["AC-task.create", "passed"],
      ["AC-task.create", "notVerified"]
    ])
  })

  it("leaves nothing open when all passed, and says nothing of open ends then", () => {
    const given = evidence([create], quality(seen("backend/a.test.ts", "passed", "AC-task.create")))
    const traceability = trace(given)
    assert.deepStrictEqual(traceability.open, [])
    const pages = [
      Pages.readmePage(project, "Words.", traceability, []),
      Pages.traceabilityPage(project, given.stories, traceability, given.quality)
    ]
    for (const page of pages) {
      assert.notInclude(page, "Open:")
      assert.include(page, "1 of 1 ")
    }
  })

  it("puts what failed or was not seen at the top of README and traceability, with the reason", () => {
    const checks = [
      new Check({
        name: "backend: build",
        command: "cd backend && npm run build",
        status: "failed",
        detail: "```\n# no"
      }),
      new Check({
        name: "frontend: install",
        command: "cd frontend && npm ci",
        status: "notVerified",
        detail: "offline"
      })
    ]
    const given = evidence([create], {
      quality: new Quality({ checks, tests: [seen("backend/a.test.ts", "failed")] })
    })
    const traceability = trace(given)
    assert.deepStrictEqual(traceability.open, [
      "backend: build: failed",
      "frontend: install: not verified",
      "backend/a.test.ts:  holds: failed",
      "AC-task.create: no test (none by backend-developer)"
    ])
    const readme = Pages.readmePage(project, "Words.", traceability, [])
    assert.isBelow(readme.indexOf("- backend: build: failed"), readme.indexOf("Words."))
    const page = Pages.traceabilityPage(project, given.stories, traceability, given.quality)
    assert.isBelow(page.indexOf("- frontend: install: not verified"), page.indexOf("## Checks"))
    assert.include(page, "````text\n```\n# no\n````")
    assert.include(page, "| `AC-task.create` | what AC-task.create says | none by backend-developer | **no test** |")
  })

  it("shortens a long list of open ends and says where the rest is", () => {
    const many = Array.from({ length: 30 }, (_, at) => criterion(`AC-task-${at}.create`, "backend-developer"))
    const readme = Pages.readmePage(project, "", trace(evidence(many)), [])
    assert.include(readme, "- and 20 more: see [traceability](docs/traceability.md)")
  })

  it("names every file under the agent that wrote it", () => {
    const page = Pages.teamPage(project, [
      { agent: "product-manager", made: "Stories", paths: ["docs/stories.md"] },
      { agent: "qa-engineer", made: "Ran it", paths: [] }
    ])
    assert.include(page, "| product-manager | Stories | 1     |\n| qa-engineer     | Ran it  | 0     |")
    assert.include(page, "## product-manager\n\n- `docs/stories.md`")
    assert.notInclude(page, "## qa-engineer")
  })

  it("gives a model the counts, and uses the description where there is none", () => {
    const given = evidence([create, both], quality(seen("backend/a.test.ts", "passed", "AC-task.create")))
    const facts = Introduction.facts(project, given.stories, trace(given))
    assert.include(facts, "1 of 2 acceptance criteria passed all their tests.")
    assert.include(facts, "2 criteria lack a test.")
    assert.match(Introduction.fallback(project), /^Plans\.\n\nAnd ticks off\.\n\nA web application/)
  })
})
