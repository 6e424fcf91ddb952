import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { DevelopmentCoordinator } from "../../../actors/fullstack/DevelopmentCoordinator.ts"
import { FullstackTeam } from "../../../actors/fullstack/FullstackTeam.ts"
import * as Requirements from "../../../actors/fullstack/Requirements.ts"
import { Check, Criterion, Quality, Sources, Story, TestResult } from "../../../actors/fullstack/Results.ts"
import * as Team from "../../../src/team/Team.ts"
import * as Assignment from "./assignment.ts"
import { smallest } from "./oddProjects.ts"

const minutes = Object.fromEntries(
  FullstackTeam.agents.map(({ estimate, name }) => [name, Duration.toMinutes(estimate)])
)
const dependsOn = Object.fromEntries(FullstackTeam.agents.map(({ dependsOn, name }) => [name, dependsOn]))

/** Everything that an agent waits for, directly or through others. */
const waitsFor = (name: string): ReadonlySet<string> =>
  new Set((dependsOn[name] ?? []).flatMap((other) => [other, ...waitsFor(other)]))

const longestPath = (name: string): number =>
  (minutes[name] ?? 0) + Math.max(0, ...(dependsOn[name] ?? []).map(longestPath))

describe("FullstackTeam", () => {
  it.effect("is a team without fault", () => Team.check(FullstackTeam))

  it("has the eight, with their estimates", () => {
    assert.deepStrictEqual(minutes, {
      "product-manager": 15,
      "technical-architect": 20,
      "frontend-developer": 25,
      "backend-developer": 25,
      "devops-engineer": 20,
      "qa-engineer": 30,
      "site-reliability-engineer": 20,
      "development-coordinator": 10
    })
  })

  it("has the order that was asked for, and waits for no more than that", () => {
    const first = ["product-manager", "technical-architect"]
    const developers = [...first, "frontend-developer", "backend-developer"]
    const expected: Readonly<Record<string, ReadonlyArray<string>>> = {
      "product-manager": [],
      "technical-architect": ["product-manager"],
      "frontend-developer": first,
      "backend-developer": first,
      "devops-engineer": first,
      "qa-engineer": developers,
      "site-reliability-engineer": [...developers, "devops-engineer", "qa-engineer"],
      "development-coordinator": [...developers, "devops-engineer", "qa-engineer", "site-reliability-engineer"]
    }
    for (const [name, others] of Object.entries(expected)) assert.sameMembers([...waitsFor(name)], [...others], name)
    assert.strictEqual(longestPath("development-coordinator"), 120)
    assert.strictEqual(
      Object.values(minutes).reduce((sum, each) => sum + each, 0),
      165
    )
  })

  it("reads what the requirements' description says, agent by agent", () => {
    const reads = Object.fromEntries(FullstackTeam.agents.map(({ name, reads }) => [name, [...reads].sort()]))
    assert.deepStrictEqual(reads, {
      "product-manager": ["constraints", "description", "entities", "features", "name", "scale", "ui"],
      "technical-architect": [
        "architecture",
        "constraints",
        "description",
        "entities",
        "features",
        "name",
        "scale",
        "stack"
      ],
      "frontend-developer": ["entities", "features", "name", "stack.frontend", "ui"],
      "backend-developer": ["entities", "features", "name", "stack.backend", "stack.database"],
      "devops-engineer": ["architecture", "constraints", "name", "scale", "stack"],
      "qa-engineer": [],
      "site-reliability-engineer": ["constraints", "features", "name", "scale"],
      "development-coordinator": ["description", "name"]
    })
  })

  it.effect("refuses what is no requirements document", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(FullstackTeam.parse({ name: "x", entitees: {} }))
      assert.strictEqual(error._tag, "InputError")
    })
  )
})

describe("development-coordinator, in the team", () => {
  it.effect("writes its three documents from what the others handed on, and says what failed", () =>
    Effect.gen(function* () {
      const criterion = new Criterion({
        id: "AC-note.create",
        entity: "Note",
        text: "A note can be made",
        checkedBy: ["backend-developer"]
      })
      const test = { file: "backend/test/note.test.ts", title: "AC-note.create", criteria: ["AC-note.create"] }
      const sources = (folder: string) => new Sources({ folder, tests: [], unchecked: [] })
      const { assignment, kept } = Assignment.make("development-coordinator", {
        input: yield* Requirements.parse(smallest),
        results: {
          "product-manager": {
            stories: [new Story({ id: "US-note.keep", title: "Keep", text: "", criteria: [criterion] })]
          },
          "backend-developer": sources("backend"),
          "frontend-developer": sources("frontend"),
          "qa-engineer": new Quality({
            checks: [new Check({ name: "backend: test", command: "npm test", status: "failed", detail: "1 failed" })],
            tests: [new TestResult({ ...test, status: "failed" })]
          })
        }
      })
      const traceability = yield* DevelopmentCoordinator.run({
        ...assignment,
        files: (agent) => [
          { path: `made-by/${typeof agent === "string" ? agent : agent.name}`, sha256: "", sizeBytes: 0 }
        ]
      })
      assert.deepStrictEqual(traceability.rows, [
        { criterion: "AC-note.create", test: "backend/test/note.test.ts: AC-note.create", result: "failed" }
      ])
      assert.deepStrictEqual([...kept.files.keys()], ["docs/traceability.md", "docs/team.md", "README.md"])
      assert.include(kept.files.get("README.md"), "Not everything is proven")
      assert.include(kept.files.get("docs/team.md"), "`made-by/site-reliability-engineer`")
    })
  )
})
