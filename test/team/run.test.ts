import { assert, describe, it } from "@effect/vitest"
import {
  Cause,
  Deferred,
  Duration,
  Effect,
  Exit,
  Fiber,
  Layer,
  Logger,
  Option,
  Schema,
  TestClock,
  Tracer
} from "effect"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as Agent from "../../src/team/Agent.ts"
import { DatabaseError } from "../../src/team/DatabaseError.ts"
import { InputError } from "../../src/team/InputError.ts"
import { ResultCache } from "../../src/team/ResultCache.ts"
import type { RunEvent } from "../../src/team/Run.ts"
import { RunStore } from "../../src/team/RunStore.ts"
import * as Team from "../../src/team/Team.ts"
import { Workspace, WorkspaceError } from "../../src/team/Workspace.ts"

const memory = Layer.mergeAll(
  ResultCache.layerMemory(),
  RunStore.layerMemory(),
  Workspace.layerMemory,
  ActorSystem.layer()
)

type Work = (assignment: Agent.Assignment<unknown, { readonly name: string }>) => Effect.Effect<string, unknown>

/** Agents that note when they work, and otherwise do what they are told to. */
const crew = () => {
  const worked: Array<string> = []
  const agent = (
    name: string,
    dependsOn: ReadonlyArray<string> = [],
    work: Work = () => Effect.succeed(`from ${name}`),
    more: {
      readonly version?: string
      readonly reads?: ReadonlyArray<string>
      readonly filesOf?: ReadonlyArray<string>
      readonly retry?: Agent.RetryOptions
      readonly usesModel?: boolean
      readonly fingerprint?: Record<string, string>
    } = {}
  ) =>
    Agent.make({
      name,
      version: more.version ?? "1.0.0",
      dependsOn,
      reads: more.reads,
      filesOf: more.filesOf,
      retry: more.retry,
      usesModel: more.usesModel,
      fingerprint: Effect.succeed(more.fingerprint ?? {}),
      estimate: "1 minute",
      output: Schema.String,
      run: (assignment) =>
        Effect.suspend(() => {
          worked.push(name)
          return work(assignment)
        })
    })
  /** Who worked since the last call. */
  const since = () => worked.splice(0)
  return { agent, since }
}

const listening = () => {
  const events: Array<RunEvent> = []
  return { events, onEvent: (event: RunEvent) => Effect.sync(() => void events.push(event)) }
}

const statuses = (report: { readonly agents: ReadonlyArray<{ readonly name: string; readonly status: string }> }) =>
  Object.fromEntries(report.agents.map((agent) => [agent.name, agent.status]))

describe("a run", () => {
  it.effect("gives each agent what it reads and what came before, and hands out typed results", () =>
    Effect.gen(function* () {
      const topic = Agent.make({
        name: "topic",
        version: "1.0.0",
        estimate: "1 minute",
        reads: ["about.title", "tags"],
        input: Schema.Struct({ about: Schema.Struct({ title: Schema.String }) }),
        output: Schema.NumberFromString,
        run: ({ input }) => {
          assert.deepStrictEqual<unknown>(input, { about: { title: "four" } })
          return Effect.succeed(input.about.title.length)
        }
      })
      const doubled = Agent.make({
        name: "doubled",
        version: "1.0.0",
        estimate: "1 minute",
        dependsOn: [topic],
        output: Schema.Number,
        run: (assignment) => Effect.succeed(assignment.result(topic) * 2)
      })
      const team = Team.make("pair", { agents: [doubled, topic] })
      const result = yield* Team.run(team, { input: { about: { title: "four", secret: 1 }, other: 2 } })
      assert.strictEqual(result.status, "done")
      assert.strictEqual(yield* result.output(doubled), 8)
      assert.strictEqual(yield* result.output(topic), 4)
    }).pipe(Effect.provide(memory))
  )

  it.effect("is refused while another run works in its folder, such as the one whose agent begins it", () =>
    Effect.gen(function* () {
      const { agent } = crew()
      const inner = Team.make("inner", { agents: [agent("b", [], ({ write }) => Effect.as(write("b.txt", "b"), ""))] })
      const outer = Agent.make({
        name: "a",
        version: "1.0.0",
        estimate: "1 minute",
        output: Schema.String,
        run: ({ write }) =>
          Effect.gen(function* () {
            yield* write("a.txt", "a")
            const refused = yield* Effect.flip(Team.run(inner, { input: {} }))
            return refused.message
          })
      })
      const result = yield* Team.run(Team.make("outer", { agents: [outer] }), { input: {} })
      assert.strictEqual(result.status, "done")
      assert.include(yield* result.output(outer), "another run works in this folder")
      const workspace = yield* Workspace
      assert.strictEqual(yield* workspace.read("a.txt"), "a")
      assert.strictEqual((yield* Effect.flip(workspace.read("b.txt"))).reason, "missing")
    }).pipe(Effect.provide(memory))
  )

  it.effect("leaves the report that tells who made what, where nobody works again", () =>
    Effect.gen(function* () {
      const { agent } = crew()
      const write: Work = ({ write }) => Effect.as(write("a.txt", "a"), "")
      const team = (version = "1.0.0") => Team.make("one", { agents: [agent("a", [], write, { version })] })
      const workspace = yield* Workspace
      const first = yield* Team.run(team(), { input: {} })
      const [json, markdown] = [yield* workspace.read("docs/report.json"), yield* workspace.read("docs/report.md")]
      const second = yield* Team.run(team(), { input: {} })
      assert.strictEqual(second.report.counts.reused, 1)
      assert.strictEqual(yield* workspace.read("docs/report.json"), json)
      assert.strictEqual(yield* workspace.read("docs/report.md"), markdown)
      assert.strictEqual(JSON.parse(json).runId, first.runId)
      // What stands there is of something else, or is no report: then "reused" says more.
      const other = yield* Team.run(team("2.0.0"), { input: {} })
      const third = yield* Team.run(team(), { input: {} })
      assert.strictEqual(JSON.parse(yield* workspace.read("docs/report.json")).runId, third.runId)
      assert.notStrictEqual(other.runId, third.runId)
      yield* Effect.scoped(
        Effect.zipRight(workspace.prepare({ team: "one" }), workspace.write("docs/report.json", "{"))
      )
      const fourth = yield* Team.run(team(), { input: {} })
      assert.strictEqual(JSON.parse(yield* workspace.read("docs/report.json")).runId, fourth.runId)
    }).pipe(Effect.provide(memory))
  )

  for (const full of ["folder", "history"] as const) {
    it.effect(`is partial and says so, not refused, where the disk is full after all the work: ${full}`, () =>
      Effect.gen(function* () {
        const { agent, since } = crew()
        const workspace = yield* Workspace
        const runs = yield* RunStore
        const broken = Layer.mergeAll(
          Layer.succeed(Workspace, {
            ...workspace,
            write: (path, content, options) =>
              full === "folder" && path.startsWith("docs/report")
                ? new WorkspaceError({ reason: "unwritable", path, problem: "the disk is full", next: "Free some." })
                : workspace.write(path, content, options)
          }),
          Layer.succeed(RunStore, {
            ...runs,
            end: (report) =>
              full === "history"
                ? new DatabaseError({
                    reason: "unwritable",
                    file: "x.db",
                    problem: "the disk is full",
                    next: "Free some."
                  })
                : runs.end(report)
          })
        )
        const { events, onEvent } = listening()
        const team = Team.make("one", {
          agents: [agent("a", [], ({ write }) => Effect.as(write("a.txt", "a"), "made"))]
        })
        const result = yield* Team.run(team, { input: {}, onEvent }).pipe(Effect.provide(broken))
        assert.deepStrictEqual(since(), ["a"])
        assert.strictEqual(result.status, "partial")
        assert.strictEqual(yield* workspace.read("a.txt"), "a")
        assert.match(result.report.notes.join(), /report.*the disk is full/)
        assert.deepStrictEqual(statuses(result.report), { a: "done" })
        assert.strictEqual(events.at(-1)?._tag, "RunEnded")
      }).pipe(Effect.provide(memory))
    )
  }

  it.effect("says which files of an earlier run it has removed", () =>
    Effect.gen(function* () {
      const team = (...files: ReadonlyArray<string>) => {
        const writing: Work = ({ write }) =>
          Effect.as(
            Effect.forEach(files, (file) => write(file, "")),
            ""
          )
        return Team.make("one", { agents: [crew().agent("a", [], writing, { version: `${files.length}.0.0` })] })
      }
      const first = yield* Team.run(team("a.txt", "b.txt"), { input: {} })
      assert.deepStrictEqual(first.report.notes, [])
      const second = yield* Team.run(team("a.txt"), { input: {} })
      assert.deepStrictEqual(second.report.notes, [
        "files of an earlier run that nobody makes any more were removed: b.txt"
      ])
    }).pipe(Effect.provide(memory))
  )

  it.effect("tells what happens, in order", () =>
    Effect.gen(function* () {
      const { agent } = crew()
      const { events, onEvent } = listening()
      const team = Team.make("pair", {
        agents: [agent("a", [], ({ progress }) => Effect.as(progress("half way", 0.5), "")), agent("b", ["a"])]
      })
      yield* Team.run(team, { input: {}, onEvent })
      assert.deepStrictEqual(
        events.map((event) => ("agent" in event ? `${event._tag} ${event.agent}` : event._tag)),
        [
          "RunStarted",
          "AgentReady a",
          "AgentStarted a",
          "AgentProgress a",
          "AgentDone a",
          "AgentReady b",
          "AgentStarted b",
          "AgentDone b",
          "RunEnded"
        ]
      )
    }).pipe(Effect.provide(memory))
  )

  it.effect("leaves its report beside what was made, and in the history", () =>
    Effect.gen(function* () {
      const { agent } = crew()
      const team = Team.make("solo", {
        agents: [agent("a", [], ({ write }) => Effect.as(write("a/b.txt", "text"), ""))]
      })
      const result = yield* Team.run(team, { input: {} })
      const workspace = yield* Workspace
      assert.strictEqual(JSON.parse(yield* workspace.read("docs/report.json")).runId, result.runId)
      assert.include(yield* workspace.read("docs/report.md"), "| a | done |")
      assert.deepStrictEqual(result.report.agents[0]?.files, ["a/b.txt"])
      assert.deepStrictEqual((yield* (yield* RunStore).get(result.runId))?.report, result.report)
    }).pipe(Effect.provide(memory))
  )

  it.effect("refuses a wrong team and wrong input before anything is written or noted", () =>
    Effect.gen(function* () {
      const { agent, since } = crew()
      const bad = yield* Effect.flip(Team.run(Team.make("bad", { agents: [agent("a", ["b"])] }), { input: {} }))
      assert.strictEqual(bad._tag, "TeamError")
      const refusing = Team.make("refusing", {
        agents: [agent("a")],
        parse: () => Effect.fail(new InputError({ source: "file.yaml", issues: [{ path: "x", expected: "a name" }] }))
      })
      assert.strictEqual((yield* Effect.flip(Team.run(refusing, { input: {} })))._tag, "InputError")
      const strict = Agent.make({
        name: "strict",
        version: "1.0.0",
        estimate: "1 minute",
        reads: ["size"],
        input: Schema.Struct({ size: Schema.Number }),
        output: Schema.Number,
        run: ({ input }) => Effect.succeed(input.size)
      })
      const error = yield* Effect.flip(Team.run(Team.make("strict", { agents: [strict] }), { input: { size: "big" } }))
      assert.strictEqual(error.message, 'input: size: found "big", expected a number for the agent "strict"')
      const missing = yield* Effect.flip(Team.run(Team.make("strict", { agents: [strict] }), { input: {} }))
      assert.strictEqual(missing.message, 'input: size: expected a value for the agent "strict". Add "size".')
      const odd = Team.make("odd", { agents: [strict], parse: () => Effect.succeed({ size: Number.NaN }) })
      const notJson = yield* Effect.flip(Team.run(odd, { input: {} }))
      assert.strictEqual(notJson._tag, "InputError")
      assert.include(notJson.message, "size: found NaN")
      assert.deepStrictEqual(yield* (yield* RunStore).list(10), [])
      assert.deepStrictEqual(since(), [])
    }).pipe(Effect.provide(memory))
  )
})

describe("results", () => {
  it.effect("are reused, with their files, by the same run again", () =>
    Effect.gen(function* () {
      const { agent, since } = crew()
      const writing: Work = ({ agent, write }) => Effect.as(write(`${agent}.txt`, `made by ${agent}\n`), agent)
      const team = Team.make("chain", { agents: [agent("a", [], writing), agent("b", ["a"], writing)] })
      const first = yield* Team.run(team, { input: {} })
      assert.deepStrictEqual(since(), ["a", "b"])
      const { events, onEvent } = listening()
      const second = yield* Team.run(team, { input: {}, onEvent }).pipe(Effect.provide(Workspace.layerMemory))
      assert.deepStrictEqual(since(), [])
      assert.strictEqual(second.report.counts.reused, 2)
      assert.isNull(second.report.parallelEfficiency)
      assert.deepStrictEqual(
        events.filter((event) => event._tag === "AgentReused").map((event) => event.fromRun),
        [first.runId, first.runId]
      )
      assert.strictEqual(yield* second.output(team.agents[1]!), "b")
    }).pipe(Effect.provide(memory))
  )

  it.effect("bring their files back into an empty folder", () =>
    Effect.gen(function* () {
      const { agent } = crew()
      const team = Team.make("solo", { agents: [agent("a", [], ({ write }) => Effect.as(write("a.txt", "text"), ""))] })
      yield* Team.run(team, { input: {} })
      yield* Effect.gen(function* () {
        yield* Team.run(team, { input: {} })
        assert.strictEqual(yield* (yield* Workspace).read("a.txt"), "text")
      }).pipe(Effect.provide(Layer.fresh(Workspace.layerMemory)))
    }).pipe(Effect.provide(memory))
  )

  const rerun = (
    name: string,
    change: (agent: ReturnType<typeof crew>["agent"], round: number) => ReadonlyArray<Agent.Any>,
    input: (round: number) => unknown,
    expected: ReadonlyArray<string>,
    model?: (round: number) => string
  ) =>
    it.effect(name, () =>
      Effect.gen(function* () {
        const { agent, since } = crew()
        const round = (n: number) =>
          Team.run(Team.make("team", { agents: change(agent, n) }), { input: input(n), model: model?.(n) })
        yield* round(1)
        since()
        yield* round(2)
        assert.deepStrictEqual(since(), expected)
      }).pipe(Effect.provide(memory))
    )

  const echo: Work = ({ input }) => Effect.succeed(JSON.stringify(input))

  rerun(
    "are worked out again where a part that is read has changed, and where that changes a result",
    (agent) => [
      agent("reads x", [], echo, { reads: ["x"] }),
      agent("reads y", [], echo, { reads: ["y"] }),
      agent("after x", ["reads x"]),
      agent("after y", ["reads y"])
    ],
    (n) => ({ x: n, y: 0 }),
    ["reads x", "after x"]
  )

  rerun(
    "stop a change from spreading where the new result is the old one",
    (agent) => [agent("reads x", [], undefined, { reads: ["x"] }), agent("after x", ["reads x"])],
    (n) => ({ x: n }),
    ["reads x"]
  )

  rerun(
    "do not depend on the order of properties or of agents",
    (agent, n) => {
      const agents = [
        agent("a", [], echo, { reads: n === 1 ? ["x", "y"] : ["y", "x"] }),
        agent("b"),
        agent("c", n === 1 ? ["a", "b"] : ["b", "a"])
      ]
      return n === 1 ? agents : agents.reverse()
    },
    (n) => (n === 1 ? { x: { p: 1, q: 2 }, y: 3 } : { y: 3, x: { q: 2, p: 1 } }),
    []
  )

  rerun(
    "are worked out again for another version, or another fingerprint",
    (agent, n) => [
      agent("same"),
      agent("version", [], undefined, { version: `${n}.0.0` }),
      agent("fingerprint", [], undefined, { fingerprint: { template: `digest ${n}` } })
    ],
    () => ({}),
    ["version", "fingerprint"]
  )

  rerun(
    "depend on the model only where a model is used",
    (agent) => [agent("templates"), agent("prose", [], undefined, { usesModel: true })],
    () => ({}),
    ["prose"],
    (n) => `anthropic:model-${n}`
  )

  rerun(
    "depend on the files of those whose files are read",
    (agent, n) => [
      agent("writer", [], ({ write }) => Effect.as(write("w.txt", `text ${n}`), "same"), { version: `${n}.0.0` }),
      agent("reader", ["writer"], undefined, { filesOf: ["writer"] }),
      agent("other", ["writer"])
    ],
    () => ({}),
    ["writer", "reader"]
  )

  it.effect("are not reused where that is switched off, and are stored all the same", () =>
    Effect.gen(function* () {
      const { agent, since } = crew()
      const team = Team.make("solo", { agents: [agent("a")] })
      yield* Team.run(team, { input: {}, reuse: false })
      yield* Team.run(team, { input: {}, reuse: false })
      assert.deepStrictEqual(since(), ["a", "a"])
      yield* Team.run(team, { input: {} })
      assert.deepStrictEqual(since(), [])
    }).pipe(Effect.provide(memory))
  )

  it.effect("that are not verified or say that they failed reach dependants and are never reused", () =>
    Effect.gen(function* () {
      const { agent, since } = crew()
      const looking =
        (verdict: Agent.Verdict): Work =>
        (assignment) =>
          // A kinder word does not take the first one back.
          Effect.as(Effect.zipRight(assignment.verdict(verdict), assignment.verdict({ _tag: "verified" })), "seen")
      const team = (verdict: Agent.Verdict) =>
        Team.make("team", { agents: [agent("qa", [], looking(verdict)), agent("after", ["qa"])] })
      const partial = yield* Team.run(team({ _tag: "notVerified", reason: "no registry" }), { input: {} })
      assert.strictEqual(partial.status, "partial")
      assert.deepStrictEqual(statuses(partial.report), { qa: "notVerified", after: "done" })
      assert.strictEqual(partial.report.agents[0]?.reason, "no registry")
      const failed = yield* Team.run(team({ _tag: "failed", reason: "2 tests failed" }), { input: {} })
      assert.strictEqual(failed.status, "failed")
      assert.deepStrictEqual(statuses(failed.report), { qa: "failed", after: "reused" })
      assert.deepStrictEqual(since(), ["qa", "after", "qa"])
    }).pipe(Effect.provide(memory))
  )

  it.effect("that are damaged are worked out again, and the report says so", () =>
    Effect.gen(function* () {
      const { agent, since } = crew()
      const team = Team.make("solo", { agents: [agent("a")] })
      yield* Team.run(team, { input: {} })
      since()
      const cache = yield* ResultCache
      const result = yield* Team.run(team, { input: {} }).pipe(
        Effect.provideService(ResultCache, {
          ...cache,
          get: () => Effect.succeed({ _tag: "Corrupt", reason: "the stored output of a is damaged" })
        })
      )
      assert.deepStrictEqual(since(), ["a"])
      assert.strictEqual(result.status, "done")
      assert.include(result.report.notes[0], "damaged")
    }).pipe(Effect.provide(memory))
  )
})

describe("a store that fails while agents work", () => {
  it.effect("costs the next run some work, and this one nothing", () =>
    Effect.gen(function* () {
      const { agent } = crew()
      const cache = yield* ResultCache
      const full = new DatabaseError({
        reason: "unwritable",
        file: "t.db",
        problem: "the disk is full",
        next: "Free some."
      })
      const result = yield* Team.run(Team.make("pair", { agents: [agent("a"), agent("b", ["a"])] }), {
        input: {}
      }).pipe(Effect.provideService(ResultCache, { ...cache, put: () => Effect.fail(full) }))
      assert.strictEqual(result.status, "done")
      assert.include(result.report.notes[0], "the disk is full")
    }).pipe(Effect.provide(memory))
  )
})

describe("a failure", () => {
  it.effect("skips those who depend on it, and the rest goes on", () =>
    Effect.gen(function* () {
      const { agent } = crew()
      const result = yield* Team.run(
        Team.make("team", {
          agents: [
            agent("bad", [], () => Effect.fail(new Error("no luck"))),
            agent("after bad", ["bad"]),
            agent("last", ["after bad", "good"]),
            agent("good"),
            agent("after good", ["good"])
          ]
        }),
        { input: {} }
      )
      assert.strictEqual(result.status, "failed")
      assert.deepStrictEqual(statuses(result.report), {
        bad: "failed",
        "after bad": "skipped",
        last: "skipped",
        good: "done",
        "after good": "done"
      })
      assert.strictEqual(result.report.agents[0]?.reason, "no luck")
      assert.strictEqual(result.report.agents[2]?.becauseOf, "bad")
      // Nobody waited for those who never worked, and what the others would have needed is not known.
      assert.notIncludeMembers([...result.report.criticalPath.agents], ["after bad", "last"])
      assert.isNull(result.report.parallelEfficiency)
      const missing = yield* Effect.flip(result.output(result.report.agents[0] as never))
      assert.include(missing.message, "failed (no luck)")
    }).pipe(Effect.provide(memory))
  )

  it.effect("is tried again after waits that double, up to the longest wait, where the agent allows it", () =>
    Effect.gen(function* () {
      const { agent } = crew()
      const { events, onEvent } = listening()
      const team = Team.make("solo", {
        agents: [
          agent("a", [], ({ attempt }) => (attempt < 5 ? Effect.fail("not yet") : Effect.succeed("now")), {
            retry: { times: 4, backoff: "2 seconds", maxBackoff: "5 seconds" }
          })
        ]
      })
      const fiber = yield* Effect.fork(Team.run(team, { input: {}, onEvent }))
      for (const wait of [2, 4, 5, 5]) yield* TestClock.adjust(Duration.seconds(wait))
      const result = yield* Fiber.join(fiber)
      assert.strictEqual(result.status, "done")
      assert.deepStrictEqual(
        events.flatMap((event) => (event._tag === "AgentAttemptFailed" ? [event.retryInMs] : [])),
        [2000, 4000, 5000, 5000]
      )
      assert.deepStrictEqual(
        result.report.agents[0]?.attempts.map((attempt) => [attempt.startedMs, attempt.outcome]),
        [
          [0, "failed"],
          [2000, "failed"],
          [6000, "failed"],
          [11000, "failed"],
          [16000, "succeeded"]
        ]
      )
    }).pipe(Effect.provide(memory))
  )

  it.effect("is a time-out where an attempt takes too long, and its work is interrupted", () =>
    Effect.gen(function* () {
      const stopped = yield* Deferred.make<void>()
      const { agent } = crew()
      const slow = agent("slow", [], () => Effect.onInterrupt(Effect.never, () => Deferred.succeed(stopped, undefined)))
      const fiber = yield* Effect.fork(Team.run(Team.make("solo", { agents: [slow] }), { input: {} }))
      yield* TestClock.adjust("299 seconds")
      assert.isFalse(yield* Deferred.isDone(stopped))
      yield* TestClock.adjust("1 second")
      const result = yield* Fiber.join(fiber)
      assert.isTrue(yield* Deferred.isDone(stopped))
      assert.strictEqual(result.report.agents[0]?.attempts[0]?.outcome, "timedOut")
      assert.include(result.report.agents[0]?.reason, "5m")
    }).pipe(Effect.provide(memory))
  )

  it.effect("is an output that its own schema refuses, and a result that was not declared", () =>
    Effect.gen(function* () {
      const { agent } = crew()
      const wrong = Agent.make({
        name: "wrong",
        version: "1.0.0",
        estimate: "1 minute",
        output: Schema.Int,
        run: () => Effect.succeed(1.5)
      })
      const result = yield* Team.run(Team.make<Agent.Any>("team", { agents: [wrong, agent("ok")] }), { input: {} })
      assert.deepStrictEqual(statuses(result.report), { wrong: "failed", ok: "done" })
      assert.include(result.report.agents[0]?.reason, "1.5")
    }).pipe(Effect.provide(memory))
  )

  it.effect("is an agent that interrupts itself: a crash, tried again and then given up", () =>
    Effect.gen(function* () {
      const { agent, since } = crew()
      const team = Team.make("team", { agents: [agent("odd", [], () => Effect.interrupt), agent("ok")] })
      const result = yield* Team.run(team, { input: {} })
      assert.deepStrictEqual(statuses(result.report), { odd: "failed", ok: "done" })
      assert.deepStrictEqual(since().filter((name) => name === "odd").length, 3)
    }).pipe(Effect.provide(memory))
  )

  it.effect("is not that an agent tells of more progress than anybody can hear", () =>
    Effect.gen(function* () {
      const { agent } = crew()
      const { events, onEvent } = listening()
      const chatty: Work = ({ progress }) =>
        Effect.as(
          Effect.forEach(
            Array.from({ length: 20_000 }, (_, index) => index),
            (n) => progress(`step ${n}`),
            { discard: true }
          ),
          "done"
        )
      const result = yield* Team.run(Team.make("solo", { agents: [agent("chatty", [], chatty)] }), {
        input: {},
        onEvent
      })
      assert.strictEqual(result.status, "done")
      assert.strictEqual(events.at(-1)?._tag, "RunEnded")
    }).pipe(Effect.provide(memory))
  )

  it.effect("is a file that another agent of the run has written", () =>
    Effect.gen(function* () {
      const { agent } = crew()
      const writing: Work = ({ write }) => Effect.as(write("same.txt", "text"), "")
      const result = yield* Team.run(
        Team.make("team", { agents: [agent("a", [], writing), agent("b", ["a"], writing)] }),
        { input: {} }
      )
      assert.deepStrictEqual(statuses(result.report), { a: "done", b: "failed" })
      assert.include(result.report.agents[1]?.reason, '"a" has already written it')
    }).pipe(Effect.provide(memory))
  )
})

describe("an agent at work", () => {
  it.effect("logs with the names of its run and of itself", () => {
    const lines: Array<Record<string, unknown>> = []
    const logger = Logger.make<unknown, void>(({ annotations, message }) => {
      if (Array.isArray(message) && message[0] === "at work") lines.push(Object.fromEntries(annotations))
    })
    return Effect.gen(function* () {
      const { agent } = crew()
      const logging: Work = () => Effect.as(Effect.log("at work"), "")
      yield* Team.run(Team.make("team", { agents: [agent("a", [], logging), agent("b", ["a"], logging)] }), {
        input: {},
        runId: "run"
      })
      assert.deepStrictEqual(
        lines.map((line) => [line["run.id"], line["agent.name"]]),
        [
          ["run", "a"],
          ["run", "b"]
        ]
      )
      assert.match(String(lines[0]!["actor.address"]), /Agent/)
      // The logger is the system's.
    }).pipe(Effect.provide(Layer.fresh(memory)), Effect.provide(Logger.add(logger)))
  })

  it.effect("answers what it does", () =>
    Effect.gen(function* () {
      const told = yield* Deferred.make<void>()
      const release = yield* Deferred.make<void>()
      const { agent } = crew()
      const slow: Work = ({ progress }) =>
        Effect.gen(function* () {
          yield* progress("half way", 0.5)
          yield* Deferred.succeed(told, undefined)
          yield* Deferred.await(release)
          return ""
        })
      const team = Team.make("team", { agents: [agent("slow", [], slow), agent("later", ["slow"])] })
      yield* Effect.scoped(
        Effect.gen(function* () {
          const run = yield* Team.start(team, { input: {} })
          yield* Deferred.await(told)
          assert.deepStrictEqual(yield* run.status("slow"), {
            state: "working",
            incarnation: 1,
            message: "half way",
            fraction: 0.5
          })
          assert.isUndefined(yield* run.status("later"))
          yield* Deferred.succeed(release, undefined)
          yield* run.await
        })
      )
    }).pipe(Effect.provide(memory))
  )
})

describe("stopping", () => {
  it.effect("reaches one agent while it works, with every place taken; the rest goes on", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const release = yield* Deferred.make<void>()
      const { agent } = crew()
      const stuck = agent("stuck", [], () => Effect.zipRight(Deferred.succeed(begun, undefined), Effect.never))
      const team = Team.make("team", {
        agents: [stuck, agent("after", ["stuck"]), agent("free", [], () => Effect.as(Deferred.await(release), "free"))]
      })
      const result = yield* Effect.scoped(
        Effect.gen(function* () {
          const run = yield* Team.start(team, { input: {}, agentsAtOnce: 1 })
          yield* Deferred.await(begun)
          yield* run.cancel("stuck")
          yield* Deferred.succeed(release, undefined)
          return yield* run.await
        })
      )
      assert.deepStrictEqual(statuses(result.report), { stuck: "cancelled", after: "skipped", free: "done" })
      assert.strictEqual(result.status, "partial")
    }).pipe(Effect.provide(memory))
  )

  it.effect("keeps an agent from beginning that still waits", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const release = yield* Deferred.make<void>()
      const { agent, since } = crew()
      const first: Work = () =>
        Effect.as(Effect.zipRight(Deferred.succeed(begun, undefined), Deferred.await(release)), "")
      const team = Team.make("team", { agents: [agent("first", [], first), agent("second", ["first"])] })
      const result = yield* Effect.scoped(
        Effect.gen(function* () {
          const run = yield* Team.start(team, { input: {} })
          yield* Deferred.await(begun)
          yield* run.cancel("second")
          yield* Deferred.succeed(release, undefined)
          return yield* run.await
        })
      )
      assert.deepStrictEqual(since(), ["first"])
      assert.deepStrictEqual(statuses(result.report), { first: "done", second: "cancelled" })
    }).pipe(Effect.provide(memory))
  )

  it.effect("by a defect is told as a failure, not as somebody's wish", () =>
    Effect.gen(function* () {
      const { agent } = crew()
      const exit = yield* Effect.exit(Team.run(Team.make("team", { agents: [agent("a")] }), { input: {} }))
      assert.isTrue(Exit.isFailure(exit) && Cause.isDie(exit.cause))
      const [kept] = yield* Effect.flatMap(RunStore, (store) => store.list(1))
      assert.strictEqual(kept?.report?.status, "failed")
      assert.strictEqual(kept?.report?.agents[0]?.reason, "a defect broke the run off")
    }).pipe(
      Effect.provide(
        Layer.succeed(ResultCache, {
          get: () => Effect.succeed({ _tag: "Miss" } as const),
          put: () => Effect.die("a bug"),
          begin: () => Effect.succeed(undefined),
          forget: () => Effect.void,
          prune: Effect.void
        })
      ),
      Effect.provide(memory)
    )
  )

  it.effect("of the whole run interrupts those at work and keeps a report; the next run goes on from there", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const stopped: Array<string> = []
      const { agent, since } = crew()
      let patient = true
      const second: Work = () =>
        patient
          ? Effect.zipRight(Deferred.succeed(begun, undefined), Effect.never).pipe(
              Effect.onInterrupt(() => Effect.sync(() => void stopped.push("second")))
            )
          : Effect.succeed("")
      const team = Team.make("team", {
        agents: [agent("first"), agent("second", ["first"], second), agent("third", ["second"])]
      })
      const fiber = yield* Effect.fork(Team.run(team, { input: {} }))
      yield* Deferred.await(begun)
      const exit = yield* Fiber.interrupt(fiber)
      assert.isTrue(Exit.isInterrupted(exit))
      assert.deepStrictEqual(stopped, ["second"])
      const [noted] = yield* (yield* RunStore).list(1)
      assert.strictEqual(noted?.report?.status, "cancelled")
      assert.deepStrictEqual(statuses(noted!.report!), { first: "done", second: "cancelled", third: "cancelled" })
      patient = false
      since()
      yield* Team.run(team, { input: {} })
      assert.deepStrictEqual(since(), ["second", "third"])
    }).pipe(Effect.provide(memory))
  )
})

describe("places", () => {
  const most = (agentsAtOnce: number | undefined) =>
    Effect.gen(function* () {
      let working = 0
      let highest = 0
      const { agent } = crew()
      const busy: Work = () =>
        Effect.suspend(() => {
          highest = Math.max(highest, ++working)
          return Effect.as(
            Effect.ensuring(
              Effect.sleep("1 second"),
              Effect.sync(() => working--)
            ),
            ""
          )
        })
      const team = Team.make("team", { agents: ["a", "b", "c", "d", "e"].map((name) => agent(name, [], busy)) })
      const fiber = yield* Effect.fork(Team.run(team, { input: {}, agentsAtOnce }))
      yield* TestClock.adjust("5 seconds")
      yield* Fiber.join(fiber)
      return highest
    }).pipe(Effect.provide(Layer.fresh(memory)))

  it.effect("are three, or as many as were asked for", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* most(undefined), 3)
      assert.strictEqual(yield* most(1), 1)
      assert.strictEqual(yield* most(0), 1)
      assert.strictEqual(yield* most(4), 4)
      assert.strictEqual(yield* most(Number.POSITIVE_INFINITY), 5)
    })
  )
})

describe("a trace", () => {
  it.effect("holds the run, its agents, the messages and the work, each below the one before", () =>
    Effect.gen(function* () {
      const spans: Array<Tracer.Span> = []
      // Effect's own tracer, listened to.
      const native = yield* Effect.tracer
      const tracer = Tracer.make({
        span: (...args) => {
          const span = native.span(...args)
          spans.push(span)
          return span
        },
        context: native.context
      })
      const { agent } = crew()
      const team = Team.make("solo", {
        agents: [agent("a", [], () => Effect.withSpan(Effect.succeed(""), "own work"))]
      })
      yield* Team.run(team, { input: {} }).pipe(Effect.provide(Layer.fresh(memory)), Effect.withTracer(tracer))
      const names: Array<string> = []
      let at: Tracer.AnySpan | undefined = spans.find((span) => span.name === "own work")
      while (at !== undefined && at._tag === "Span") {
        names.push(at.name)
        at = Option.getOrUndefined(at.parent)
      }
      assert.deepStrictEqual([names[0], names.at(-2), names.at(-1)], ["own work", "Team.agent", "Team.run"])
      assert.isTrue(
        names.slice(1, -2).some((name) => name.includes("Work")),
        names.join(" < ")
      )
    })
  )
})

describe("two runs in one system", () => {
  it.effect("do not meet", () =>
    Effect.gen(function* () {
      const { agent } = crew()
      const team = Team.make("team", {
        agents: [agent("a", [], ({ runId }) => Effect.succeed(runId)), agent("b", ["a"])]
      })
      const both = yield* Effect.all(
        ["one", "two"].map((runId) =>
          Team.run(team, { input: {}, runId, reuse: false }).pipe(Effect.provide(Layer.fresh(Workspace.layerMemory)))
        ),
        { concurrency: 2 }
      )
      assert.deepStrictEqual(yield* Effect.forEach(both, (result) => result.output(team.agents[0]!)), ["one", "two"])
    }).pipe(Effect.provide(memory))
  )
})

describe("an agent's part of the input", () => {
  it.effect("is refused with everything that was found, expected and missing", () =>
    Effect.gen(function* () {
      const reader = Agent.make({
        name: "reader",
        version: "1.0.0",
        reads: ["words", "about", "kind", "text"],
        input: Schema.Struct({
          words: Schema.Array(Schema.String),
          about: Schema.Struct({ title: Schema.String }),
          kind: Schema.Union(Schema.Number, Schema.Boolean),
          text: Schema.String.pipe(Schema.filter((text) => text.length < 90 || "keep it below 90 characters"))
        }),
        output: Schema.Void,
        run: () => Effect.void
      })
      const input = { words: "one", about: {}, kind: null, text: "x".repeat(100) }
      const error = yield* Effect.flip(Team.run(Team.make("team", { agents: [reader] }), { input }))
      assert.deepStrictEqual(error.message.split("\n"), [
        'input: words: found "one", expected a list: ReadonlyArray<string> for the agent "reader"',
        'input: about.title: expected a value for the agent "reader". Add "about.title".',
        'input: kind: found null, expected a number or true or false for the agent "reader"',
        `input: text: found "${"x".repeat(58)}…, expected another value for the agent "reader" (keep it below 90 characters)`
      ])
    }).pipe(Effect.provide(memory))
  )
})

describe("a plan", () => {
  it.effect("says who runs, who is reused, and of whom nobody can say", () =>
    Effect.gen(function* () {
      const { agent, since } = crew()
      const team = Team.make("team", {
        agents: [
          agent("end", ["changed", "same"]),
          agent("changed", [], undefined, { reads: ["x"] }),
          agent("same", [], undefined, { reads: ["y"] }),
          agent("after same", ["same"])
        ]
      })
      yield* Team.run(team, { input: { x: 1, y: 1 } })
      since()
      const plan = yield* Team.plan(team, { input: { x: 2, y: 1 } })
      assert.deepStrictEqual(Object.fromEntries(plan.agents.map((planned) => [planned.name, planned.decision])), {
        changed: "run",
        same: "reuse",
        "after same": "reuse",
        end: "unknown"
      })
      assert.include(plan.agents.find((planned) => planned.name === "end")?.reason, "changed")
      assert.strictEqual(plan.criticalPath.ms, 120_000)
      assert.strictEqual(plan.workMs, 240_000)
      assert.deepStrictEqual(since(), [])
    }).pipe(Effect.provide(memory))
  )
})
