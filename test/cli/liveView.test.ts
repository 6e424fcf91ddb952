import { stripVTControlCharacters } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as LiveView from "../../cli/LiveView.ts"
import type { Plan } from "../../src/team/Plan.ts"
import { RunEvent } from "../../src/team/Run.ts"
import * as RunState from "../../src/team/RunState.ts"

const plan = (agents: ReadonlyArray<readonly [name: string, dependsOn: ReadonlyArray<string>]>): Plan => ({
  team: "press",
  agents: agents.map(([name, dependsOn]) => ({
    name,
    dependsOn,
    estimateMs: 1000,
    remainingMs: 1000,
    decision: "run",
    reason: "nothing is stored"
  })),
  criticalPath: { agents: [], ms: 0 },
  workMs: 0
})

const started = RunEvent.RunStarted({
  at: 1000,
  runId: "r1",
  team: "press",
  plan: plan([
    ["researcher", []],
    ["writer", ["researcher"]],
    ["critic", ["researcher", "writer"]]
  ])
})

const events = (...more: ReadonlyArray<RunEvent>) => [started, ...more].reduce(RunState.step, RunState.empty)

const frame = (state: RunState.RunState, options: Partial<LiveView.FrameOptions> = {}) =>
  LiveView.frame(state, { now: 3500, width: 80, height: 20, color: false, ...options })

const working = events(
  RunEvent.AgentReady({ at: 1000, agent: "researcher" }),
  RunEvent.AgentStarted({ at: 1000, agent: "researcher", attempt: 1 }),
  RunEvent.AgentProgress({ at: 1500, agent: "researcher", message: "reading", fraction: 0.25 })
)

describe("LiveView", () => {
  it("shows who works, for how long and on what, and who waits for whom", () => {
    assert.deepStrictEqual(frame(working), [
      "press: 0 of 3 agents, 2.5 s",
      "● researcher      2.5 s  25 %  reading",
      "○ writer                 waits for researcher",
      "○ critic                 waits for researcher, writer"
    ])
  })

  it("follows agents whose names are shown otherwise than they are written", () => {
    const odd = RunEvent.RunStarted({
      at: 0,
      runId: "r2",
      team: "press",
      plan: plan([
        ["the  writer ", []],
        ["critic", ["the  writer "]]
      ])
    })
    const state = [odd, RunEvent.AgentStarted({ at: 0, agent: "the  writer ", attempt: 1 })].reduce(
      RunState.step,
      RunState.empty
    )
    assert.deepStrictEqual(frame(state, { now: 1500 }), [
      "press: 0 of 2 agents, 1.5 s",
      "● the writer      1.5 s",
      "○ critic                 waits for the writer"
    ])
  })

  it("stops an agent's clock when it ends, and tells a free place from a dependency", () => {
    const state = [
      RunEvent.AgentDone({ at: 2200, agent: "researcher", attempts: 1 }),
      RunEvent.AgentReady({ at: 2200, agent: "writer" })
    ].reduce(RunState.step, working)
    assert.deepStrictEqual(frame(state, { now: 9000 }), [
      "press: 1 of 3 agents, 8.0 s",
      "✓ researcher      1.2 s",
      "◌ writer                 waits for a free place",
      "○ critic                 waits for writer"
    ])
  })

  it("shows each way to end", () => {
    const state = events(
      RunEvent.AgentReused({ at: 1100, agent: "researcher", fromRun: "r0" }),
      RunEvent.AgentStarted({ at: 1100, agent: "writer", attempt: 1 }),
      RunEvent.AgentAttemptFailed({
        at: 1200,
        agent: "writer",
        attempt: 1,
        reason: "no ink",
        willRetry: true,
        retryInMs: 500
      })
    )
    assert.deepStrictEqual(frame(state, { now: 1300 }).slice(1), [
      "✓ researcher             reused",
      "↻ writer          0.2 s  tries again after: no ink",
      "○ critic                 waits for writer"
    ])
    const over = [
      RunEvent.AgentStarted({ at: 1700, agent: "writer", attempt: 2 }),
      RunEvent.AgentFailed({ at: 2100, agent: "writer", reason: "still no ink" }),
      RunEvent.AgentSkipped({ at: 2100, agent: "critic", becauseOf: "writer" })
    ].reduce(RunState.step, state)
    assert.deepStrictEqual(frame(over).slice(2), [
      "✗ writer          1.0 s  still no ink",
      "- critic                 skipped because of writer"
    ])
    const partial = [
      RunEvent.AgentNotVerified({ at: 2100, agent: "writer", reason: "no registry" }),
      RunEvent.AgentCancelled({ at: 2100, agent: "critic" })
    ].reduce(RunState.step, state)
    assert.deepStrictEqual(frame(partial).slice(2), [
      "! writer          1.0 s  not verified: no registry",
      "- critic                 cancelled"
    ])
  })

  it("never draws a line wider than the terminal", () => {
    const wide = RunState.step(
      working,
      RunEvent.AgentProgress({ at: 1600, agent: "researcher", message: "読む ".repeat(40), fraction: undefined })
    )
    for (let width = 4; width <= 100; width++) {
      for (const line of frame(wide, { width })) {
        const cells = Array.from(line).reduce((sum, one) => sum + (/[\u3041-\u9fff]/u.test(one) ? 2 : 1), 0)
        assert.isAtMost(cells, width, line)
      }
    }
    assert.deepStrictEqual(frame(working, { width: 20 }), [
      "press: 0 of 3 agent…",
      "● researcher",
      "○ writer",
      "○ critic"
    ])
  })

  it("gathers what matters least in the last line when lines are few", () => {
    assert.deepStrictEqual(frame(working, { height: 3 }), [
      "press: 0 of 3 agents, 2.5 s",
      "● researcher      2.5 s  25 %  reading",
      "… 2 waiting"
    ])
  })

  it("lets nothing that an agent says move the cursor", () => {
    const state = RunState.step(
      working,
      RunEvent.AgentProgress({
        at: 1600,
        agent: "researcher",
        message: "\u001b[2Jone\r\ntwo\u001b]0;title\u0007 \u202ethree",
        fraction: undefined
      })
    )
    assert.strictEqual(frame(state)[1], "● researcher      2.5 s  one two three")
  })

  it("colours by meaning, around the same text", () => {
    const plain = frame(working)
    const painted = frame(working, { color: true })
    assert.strictEqual(painted[1], "\u001b[36m●\u001b[0m researcher      2.5 s  \u001b[2m25 %  reading\u001b[0m")
    assert.deepStrictEqual(painted.map(stripVTControlCharacters), plain)
  })

  it("aligns plain lines where the team has the longest name", () => {
    const event = RunEvent.RunStarted({ at: 0, runId: "r", team: "the evening press", plan: plan([["writer", []]]) })
    const state = RunState.step(RunState.empty, event)
    assert.strictEqual(LiveView.line(state, event), "      0.0 s  the evening press  run r begins: 1 agent")
    assert.strictEqual(
      LiveView.line(state, RunEvent.AgentStarted({ at: 0, agent: "writer", attempt: 1 })),
      "      0.0 s  writer             started"
    )
  })

  it("gives one plain line an event for logs", () => {
    const told = [
      RunEvent.AgentReady({ at: 1000, agent: "researcher" }),
      RunEvent.AgentStarted({ at: 1000, agent: "researcher", attempt: 1 }),
      RunEvent.AgentProgress({ at: 1500, agent: "researcher", message: "reading", fraction: 0.25 }),
      RunEvent.AgentDone({ at: 63_000, agent: "researcher", attempts: 2 }),
      RunEvent.Noted({ at: 63_100, agent: undefined, note: "a stored result was damaged" })
    ]
    assert.deepStrictEqual(
      told.map((event) => LiveView.line(events(), event)),
      [
        undefined,
        "      0.0 s  researcher  started",
        "      0.5 s  researcher  reading (25 %)",
        "1 min 02 s  researcher  done at attempt 2".padStart(42),
        "1 min 02 s  press       note: a stored result was damaged".padStart(58)
      ]
    )
  })
})
