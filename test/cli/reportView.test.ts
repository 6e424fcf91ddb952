import { assert, describe, it } from "@effect/vitest"
import * as ReportView from "../../cli/ReportView.ts"
import { AgentReport, Attempt, Report, Tokens } from "../../src/team/Report.ts"

const agent = (name: string, more: Partial<ConstructorParameters<typeof AgentReport>[0]>) =>
  new AgentReport({
    name,
    version: "1.0.0",
    dependsOn: [],
    status: "done",
    reason: null,
    becauseOf: null,
    estimateMs: 1000,
    readyMs: 0,
    startedMs: 0,
    endedMs: 3100,
    waitMs: 2,
    workMs: 3100,
    attempts: [],
    key: null,
    reusedFrom: null,
    files: [],
    tokens: null,
    ...more
  })

const attempt = (attempt: number) =>
  new Attempt({ attempt, incarnation: 1, startedMs: 0, endedMs: 3100, outcome: "succeeded", reason: null })

const report = (more: Partial<ConstructorParameters<typeof Report>[0]>) =>
  new Report({
    format: 1,
    runId: "r1",
    team: "press",
    status: "partial",
    startedAt: 0,
    endedAt: 4200,
    makespanMs: 4200,
    agentsAtOnce: 3,
    model: null,
    agents: [
      agent("researcher", {
        attempts: [attempt(1), attempt(2)],
        files: ["a", "b"],
        tokens: new Tokens({ input: 120, output: 30 })
      }),
      agent("writer", { status: "notVerified", reason: "no \u001b[31mregistry", workMs: null, waitMs: null })
    ],
    counts: { done: 1, reused: 0, failed: 0, skipped: 0, notVerified: 1, cancelled: 0 },
    workMs: 3100,
    criticalPath: { agents: ["researcher", "writer"], ms: 3100 },
    parallelEfficiency: 0.738,
    tokens: null,
    notes: ["a stored result was damaged"],
    ...more
  })

const lines = (width: number, more = {}) => ReportView.lines(report(more), { width, color: false })

describe("ReportView", () => {
  it("shows the table of agents, what went wrong, and how the time was used", () => {
    assert.deepStrictEqual(lines(80), [
      "press: partial: not everything was made, verified and kept, 4.2 s",
      "",
      "agent       status         work  wait  tries  files          tokens",
      "researcher  done          3.1 s  2 ms      2      2  120 in, 30 out",
      "writer      not verified      -     -      -      0               -",
      "",
      "writer: no registry",
      "note: a stored result was damaged",
      "",
      "reused           0 of 2 agents",
      "critical path    3.1 s: researcher → writer",
      "parallel         3.1 s of work in 4.2 s, at most 3 at once, efficiency 74 %"
    ])
  })

  it("gives up columns, the least telling first, on a narrow terminal", () => {
    assert.deepStrictEqual(lines(40).slice(2, 5), [
      "agent       status         work  wait",
      "researcher  done          3.1 s  2 ms",
      "writer      not verified      -     -"
    ])
    for (let width = 16; width <= 100; width++) {
      for (const line of lines(width)) assert.isAtMost(line.length, width, line)
    }
  })

  it("names everybody who was skipped for the same reason in one line", () => {
    const skipped = { status: "skipped", reason: '"researcher" gave no result', becauseOf: "researcher" } as const
    const shown = lines(80, {
      agents: [
        agent("researcher", { status: "failed", reason: "no ink" }),
        agent("writer", skipped),
        agent("critic", skipped)
      ],
      notes: []
    })
    assert.deepStrictEqual(shown.slice(6, 10), [
      "",
      "researcher: no ink",
      'skipped, as "researcher" gave no result: writer, critic',
      ""
    ])
  })

  it("says when everything was reused, and shows nothing that was not measured", () => {
    const all = lines(80, {
      status: "done",
      agents: [agent("researcher", { status: "reused", workMs: 4, reusedFrom: "r0" })],
      counts: { done: 0, reused: 1, failed: 0, skipped: 0, notVerified: 0, cancelled: 0 },
      notes: [],
      parallelEfficiency: null
    })
    assert.strictEqual(all[0], "press: done, all 1 agents reused, 4.2 s")
    assert.isFalse(all.some((line) => line.startsWith("critical path") || line.startsWith("parallel")))
  })
})
