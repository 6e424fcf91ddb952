import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import Sqlite from "better-sqlite3"
import { afterEach, assert, beforeAll, describe, it } from "vitest"
import { spansOf, useJsonServers } from "./jsonServer.ts"
import { useProgram } from "./program.ts"

const program = useProgram()

const path = (...names: ReadonlyArray<string>) => join(program.folder, ...names)

// Two agents whose second does what the requirements' `mode` says.
const TEAM = `
import * as LanguageModel from "@effect/ai/LanguageModel"
import { Effect, Schema } from "effect"
import { Agent, Subprocess, Team } from "troupe"

const collect = Agent.make({
  name: "collect", version: "1.0.0", reads: ["name"], estimate: "1 second", output: Schema.String,
  run: (assignment) => assignment.write("notes.md", "# Notes\\n").pipe(Effect.as("noted"))
})
const work = Agent.make({
  name: "work", version: "1.0.0", reads: ["mode"], dependsOn: [collect], usesModel: true, estimate: "2 seconds", output: Schema.String,
  run: Effect.fnUntraced(function*(assignment) {
    const { mode } = assignment.input
    if (mode === "fail") return yield* Effect.fail(new Error("no ink left"))
    if (mode === "unverified") yield* assignment.verdict({ _tag: "notVerified", reason: "no registry" })
    if (mode === "slow" || mode === "echo") {
      const subprocess = yield* Subprocess.Subprocess
      yield* assignment.progress("sleeping")
      yield* subprocess.run({ command: mode === "slow" ? "sleep" : "echo", args: ["61.7391"], cwd: process.cwd(), timeout: "2 minutes" })
    }
    if (mode === "model") {
      const answer = yield* LanguageModel.generateText({ prompt: "Say hello" })
      yield* assignment.tokens({ input: answer.usage.inputTokens, output: answer.usage.outputTokens })
      return answer.text
    }
    return "worked"
  })
})
export const team = Team.make("small", { agents: [collect, work] })
`

const sleepers = () =>
  execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes("61.7391"))

const server = useJsonServers()

beforeAll(() => {
  mkdirSync(program.folder, { recursive: true })
  writeFileSync(path("team.js"), TEAM)
  for (const mode of ["ok", "fail", "unverified", "slow", "echo", "model"]) {
    writeFileSync(path(`${mode}.yaml`), `name: Mode ${mode}\nmode: ${mode}\n`)
  }
})

afterEach(() => {
  rmSync(path("out"), { recursive: true, force: true })
  rmSync(path(".troupe"), { recursive: true, force: true })
})

const run = (mode: string, ...more: ReadonlyArray<string>) =>
  program.run(["run", `${mode}.yaml`, "--team", "./team.js", ...more])

describe("the program", () => {
  it("answers help and version without loading Effect", async () => {
    const help = await program.run(["--help"])
    assert.strictEqual(help.code, 0)
    assert.include(help.stdout, "Usage:")
    assert.strictEqual(help.stderr, "")
    const version = await program.run(["--version"])
    assert.strictEqual(version.stdout, `${JSON.parse(readFileSync("package.json", "utf8")).version}\n`)
    // Every package is external, so that a user's team shares it: the entry itself may import none.
    const entry = readFileSync(program.main, "utf8")
    const chunks = [...entry.matchAll(/^import .* from "\.\/(.*)";$/gm)].map(([, chunk]) =>
      readFileSync(join(program.main, "..", chunk!), "utf8")
    )
    for (const text of [entry, ...chunks]) assert.notMatch(text, /^import .* from "(effect|@effect)/m)
  })

  it("gives every command its help", async () => {
    for (const name of ["run", "runs", "graph", "doctor"]) {
      const help = await program.run([name, "--help"])
      assert.strictEqual(help.code, 0)
      assert.include(help.stdout, `${name}`)
    }
  })

  it("ends with 2 on a wrong command line, and writes nothing", async () => {
    for (const [args, expected] of [
      [[], "Usage:"],
      [["rnu"], 'Unknown command "rnu". Did you mean run?'],
      [["--hepl"], "Unknown option --hepl. Did you mean --help?"],
      [["run"], "FILE is missing"],
      [["run", "ok.yaml", "--no-cahce"], "Unknown option --no-cahce. Did you mean --no-cache?"],
      [["run", "ok.yaml", "--profile", "larg"], "Did you mean large?"],
      [["run", "ok.yaml", "--agents-at-once", "0"], "a whole number from 1 to 1000"],
      [["run", "ok.yaml", "more.yaml"], '"more.yaml" is one argument too many'],
      [["runs", "x"], '"x" is one argument too many: "runs" takes no argument']
    ] as const) {
      const before = readdirSync(program.folder)
      const { code, stderr, stdout } = await program.run([...args])
      assert.strictEqual(code, 2, args.join(" "))
      assert.include(stderr, expected)
      assert.strictEqual(stdout, "")
      assert.deepStrictEqual(readdirSync(program.folder), before)
    }
  })

  it("runs a team from a module, reports, and reuses everything the second time", async () => {
    const first = await run("ok", "--json")
    assert.strictEqual(first.code, 0, first.stderr)
    const report = JSON.parse(first.stdout)
    assert.strictEqual(report.status, "done")
    assert.strictEqual(report.team, "small")
    assert.strictEqual(report.out, path("out", "mode-ok"))
    assert.strictEqual(readFileSync(path("out", "mode-ok", "notes.md"), "utf8"), "# Notes\n")

    const second = await run("ok")
    assert.strictEqual(second.code, 0)
    assert.include(second.stdout, "all 2 agents reused")
    assert.include(second.stdout, "2 of 2 agents")

    const runs = await program.run(["runs", "--json"])
    assert.deepStrictEqual(
      JSON.parse(runs.stdout).runs.map((one: { reused: number; ran: number; status: string }) => [
        one.status,
        one.reused,
        one.ran
      ]),
      [
        ["done", 2, 0],
        ["done", 0, 2]
      ]
    )
  })

  it("ends with 1 and the status where the run is partial or failed, and says how to go on", async () => {
    const partial = await run("unverified", "--json")
    assert.strictEqual(partial.code, 1)
    assert.strictEqual(JSON.parse(partial.stdout).status, "partial")
    assert.include(partial.stderr, "no registry")
    const failed = await run("fail", "--json")
    assert.strictEqual(failed.code, 1)
    assert.strictEqual(JSON.parse(failed.stdout).status, "failed")
    assert.include(failed.stderr, "no ink left")
    assert.match(failed.stderr, /To go on: {2}node .*main\.js run fail\.yaml/)
    assert.notMatch(failed.stderr, /^\s+at /m)
  })

  it("is quiet when the reader of its output goes away", async () => {
    const started = program.start(["run", "ok.yaml", "--team", "./team.js", "--json"])
    started.child.stdout!.destroy()
    const { code, stderr } = await started.ended
    assert.strictEqual(code, 0)
    assert.notMatch(stderr, /EPIPE|bug/)
  })

  it("shows the graph of a module's team as text, Mermaid and JSON, and writes nothing", async () => {
    const text = await program.run(["graph", "ok.yaml", "--team", "./team.js"])
    assert.include(text.stdout, "* critical path: collect → work")
    const mermaid = await program.run(["graph", "ok.yaml", "--team", "./team.js", "--format", "mermaid"])
    assert.match(mermaid.stdout, /^flowchart LR\n/)
    const json = await program.run(["graph", "ok.yaml", "--team", "./team.js", "--json"])
    assert.deepStrictEqual(JSON.parse(json.stdout).criticalPath, { agents: ["collect", "work"], ms: 3000 })
    assert.isFalse(existsSync(path(".troupe")))
  })

  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129]
  ] as const) {
    it(`stops on ${signal} in the middle of a subprocess, leaves none, and says how to go on`, async () => {
      const started = program.start(["run", "slow.yaml", "--team", "./team.js", "--out", "out/a b"])
      await started.said(/sleeping/)
      while (sleepers().length === 0) await new Promise((resolve) => setImmediate(resolve))
      const signalled = performance.now()
      started.child.kill(signal)
      const ended = await started.ended
      assert.strictEqual(ended.code, code)
      assert.isBelow(performance.now() - signalled, 5000)
      assert.deepStrictEqual(sleepers(), [])
      assert.match(ended.stderr, /To go on: {2}node .*main\.js run slow\.yaml --team \.\/team\.js --out 'out\/a b'/)

      if (signal !== "SIGINT") return
      // What was finished before is there for the next run.
      writeFileSync(path("slow.yaml"), "name: Mode slow\nmode: ok\n")
      const again = await program.run(["run", "slow.yaml", "--team", "./team.js", "--out", "out/a b", "--json"])
      writeFileSync(path("slow.yaml"), "name: Mode slow\nmode: slow\n")
      const statuses = JSON.parse(again.stdout).agents.map((agent: { status: string }) => agent.status)
      assert.deepStrictEqual(statuses, ["reused", "done"])
    })
  }

  it("exits at once on a second Ctrl-C, and even then leaves no child", async () => {
    const started = program.start(["run", "slow.yaml", "--team", "./team.js", "--json"])
    await started.said(/sleeping/)
    while (sleepers().length === 0) await new Promise((resolve) => setImmediate(resolve))
    started.child.kill("SIGINT")
    await started.said(/second Ctrl-C/)
    started.child.kill("SIGINT")
    const { code, stdout } = await started.ended
    assert.strictEqual(code, 130)
    assert.strictEqual(JSON.parse(stdout).status, "cancelled")
    // The watchdog ends them once this process is gone.
    for (const until = performance.now() + 3000; sleepers().length > 0 && performance.now() < until; ) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    assert.deepStrictEqual(sleepers(), [])
  })

  it("sends one run as one trace, without an orphan, also when it fails", async () => {
    for (const mode of ["echo", "fail"]) {
      const collector = await server({})
      const ended = await run(mode, "--otlp", collector.url)
      const spans = spansOf(collector)
      const names = spans.map((span) => span.name)
      const ids = new Set(spans.map((span) => span.spanId))
      assert.strictEqual(new Set(spans.map((span) => span.traceId)).size, 1, ended.stderr)
      const roots = spans.filter((span) => span.parentSpanId === undefined)
      assert.deepStrictEqual(
        roots.map((span) => span.name),
        ["run"]
      )
      const orphans = spans.filter((span) => span.parentSpanId !== undefined && !ids.has(span.parentSpanId))
      assert.deepStrictEqual(
        orphans.map((span) => span.name),
        []
      )
      assert.include(names, "Team.run")
      assert.include(names, "Team.agent")
      assert.include(names, "sql.execute")
      if (mode === "echo") assert.include(names, "Subprocess.run")
    }
  })

  it("delivers the trace and the report of a run that is interrupted", async () => {
    const collector = await server({})
    const started = program.start(["run", "slow.yaml", "--team", "./team.js", "--json"], {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
    })
    await started.said(/sleeping/)
    started.child.kill("SIGINT")
    const { code, stdout } = await started.ended
    assert.strictEqual(code, 130)
    const report = JSON.parse(stdout)
    assert.strictEqual(report.status, "cancelled")
    assert.deepStrictEqual(
      report.agents.map((agent: { status: string }) => agent.status),
      ["done", "cancelled"]
    )
    assert.match(report.goOn, /main\.js run slow\.yaml --team \.\/team\.js --json$/)
    const runs = await program.run(["runs", "--json"])
    const { makespanMs, runId, startedAt, status } = JSON.parse(runs.stdout).runs[0]
    assert.deepStrictEqual(
      { makespanMs, runId, startedAt, status },
      { makespanMs: report.makespanMs, runId: report.runId, startedAt: report.startedAt, status: "cancelled" }
    )
    assert.include(JSON.stringify(collector.bodies), '"name":"run"')
  })

  it("stops at once on SIGTERM while another program has locked the database, and says what it waits for", async () => {
    const running = program.start(["run", "slow.yaml", "--team", "./team.js", "--json"])
    await running.said(/sleeping/)
    const other = new Sqlite(path(".troupe", "troupe.db"))
    try {
      other.exec("begin exclusive")
      const [doctor, listed] = await Promise.all([program.run(["doctor", "--json"]), program.run(["runs"])])
      const database = JSON.parse(doctor.stdout).findings.find((one: { part: string }) => one.part === "database")
      assert.include(database.detail, "another program has locked it")
      assert.include(listed.stdout, "small", listed.stderr)
      // One meets the lock as it begins, the other as it keeps its report.
      const waiting = program.start(["run", "ok.yaml", "--team", "./team.js", "--out", "out/other", "--json"])
      await waiting.said(/waiting for another program that has locked .*troupe\.db/)
      waiting.child.kill("SIGTERM")
      running.child.kill("SIGTERM")
      for (const ended of await Promise.all([waiting.ended, running.ended])) {
        assert.strictEqual(ended.code, 143, ended.stderr)
        // Whoever is ended by the grace, because it does not come to its end, says nothing any more.
        assert.strictEqual(JSON.parse(ended.stdout).status, "cancelled")
      }
    } finally {
      other.close()
    }
  })

  it("says, keeps and sends no secret of its environment and its command line", async () => {
    const key = "sk-canary-Zq7w9X4vT0mK2hJ5nB8"
    const answers: Array<unknown> = [
      { choices: [{ message: { content: `Your key is ${key}.` }, finish_reason: "stop" }] },
      { error: { message: `Incorrect API key provided: ${key}` } }
    ]
    const collector = await server({})
    const outputs: Array<string> = []
    for (const [index, answer] of answers.entries()) {
      const model = await server(answer, index === 0 ? 200 : 401)
      const url = model.url.replace("//", "//canary-user:canary-pw@")
      const ended = await program.run(
        ["run", "model.yaml", "--team", "./team.js", "--model", "openai:m", "--base-url", url, "--json", "--debug"],
        {
          env: {
            OPENAI_API_KEY: key,
            LANG: key,
            OTEL_EXPORTER_OTLP_ENDPOINT: collector.url.replace("//", "//canary-user:canary-pw@"),
            OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20canary-of-the-collector,x-key=${encodeURIComponent(key)}`
          }
        }
      )
      assert.strictEqual(ended.code, index, ended.stderr)
      outputs.push(ended.stdout, ended.stderr)
    }
    const wrong = await program.run(
      ["run", "model.yaml", "--base-url", `http://canary-user:canary-pw@h`, "--nope", key],
      {
        env: { OPENAI_API_KEY: key }
      }
    )
    outputs.push(wrong.stdout, wrong.stderr, JSON.stringify(collector.bodies))
    for (const folder of ["out", ".troupe"]) {
      for (const entry of readdirSync(path(folder), { recursive: true, withFileTypes: true })) {
        if (entry.isFile()) outputs.push(readFileSync(join(entry.parentPath, entry.name), "latin1"))
      }
    }
    assert.isAbove(collector.bodies.length, 0)
    for (const text of outputs) {
      for (const secret of [key, "canary-pw", "canary-of-the-collector", Buffer.from(key).toString("base64")]) {
        const at = text.indexOf(secret)
        assert.strictEqual(at, -1, text.slice(Math.max(0, at - 200), at + 200))
      }
    }
    assert.include(outputs.join(), "Incorrect API key provided: [redacted]")
  })

  it("asks the model it is given, and counts its tokens", async () => {
    const model = await server({
      choices: [{ message: { content: "Hello." }, finish_reason: "stop" }],
      usage: { prompt_tokens: 12, completion_tokens: 3 }
    })
    const ended = await program.run(
      ["run", "model.yaml", "--team", "./team.js", "--model", "openai:m", "--base-url", model.url, "--json"],
      { env: { OPENAI_API_KEY: "secret-of-the-user" } }
    )
    assert.strictEqual(ended.code, 0, ended.stderr)
    const report = JSON.parse(ended.stdout)
    assert.deepStrictEqual(report.tokens, { input: 12, output: 3 })
    assert.strictEqual(report.model, "openai:m")
    assert.strictEqual(model.bodies.length, 1)
    assert.notInclude(ended.stdout + ended.stderr, "secret-of-the-user")
  })
})
