/**
 * One run, one trace: the team that ships, as people start it, beside a model's server and a collector that receives
 * OTLP over HTTP. Only npm is a stand-in; its processes are real.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { spansOf, useJsonServers } from "../cli/jsonServer.ts"
import { useProgram } from "../cli/program.ts"
import * as FakeNpm from "./fakeNpm.ts"

const program = useProgram()

const server = useJsonServers()

describe("the trace of a run", () => {
  it("holds its agents, messages, queries, subprocesses and model calls, each below its cause", async () => {
    const folder = join(program.folder, "traced")
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, "notes.yaml"), "name: Notes\nentities:\n  Note:\n    fields:\n      text: text\n")
    const npm = FakeNpm.make(join(folder, "bin"))
    const model = await server({
      choices: [{ message: { content: "Notes are kept and found again." }, finish_reason: "stop" }],
      usage: { prompt_tokens: 12, completion_tokens: 7 }
    })
    const collector = await server({})
    const ended = await program.run(
      ["run", "notes.yaml", "--model", "openai:m", "--base-url", model.url, "--otlp", collector.url, "--json"],
      { cwd: folder, env: { PATH: npm.path, OPENAI_API_KEY: "a-key-for-the-model" } }
    )
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.isAbove(model.bodies.length, 0)

    const spans = spansOf(collector)
    assert.deepStrictEqual([...new Set(spans.map((span) => span.traceId))].length, 1)
    const byId = new Map(spans.map((span) => [span.spanId, span]))
    const roots = spans.filter((span) => (span.parentSpanId ?? "") === "")
    assert.deepStrictEqual(
      roots.map((span) => span.name),
      ["run"]
    )
    const orphans = spans.filter((span) => (span.parentSpanId ?? "") !== "" && !byId.has(span.parentSpanId!))
    assert.deepStrictEqual(orphans, [])

    /** The names above a span, nearest first. */
    const above = (span: (typeof spans)[number]): ReadonlyArray<string> => {
      const parent = byId.get(span.parentSpanId ?? "")
      return parent === undefined ? [] : [parent.name, ...above(parent)]
    }
    /** Spans of that name that stand below all of these. */
    const below = (name: RegExp, ...causes: ReadonlyArray<string>) =>
      spans.filter((span) => name.test(span.name) && causes.every((cause) => above(span).includes(cause))).length

    const agents = 8
    assert.strictEqual(below(/^Team\.agent$/, "Team.run", "run"), agents)
    // The message that lets an agent work.
    assert.isAtLeast(below(/^Agent\.Work$/i, "Team.agent"), agents)
    assert.isAtLeast(below(/^sql\.execute$/, "Team.agent"), agents)
    // npm's, and the one by which qa-engineer asks for a free port.
    assert.strictEqual(below(/^Subprocess\.run$/, "Team.agent"), npm.invocations().length + 1)
    assert.strictEqual(below(/^LanguageModel\.generateText$/, "Prose.write", "Team.agent"), model.bodies.length)
    assert.isAtLeast(below(/^http\.client /, "LanguageModel.generateText"), model.bodies.length)
  })
})
