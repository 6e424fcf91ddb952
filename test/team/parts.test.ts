/** Parts of an agent's work: what has not changed is not done again, what was not verified is, and nothing else is seen. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as Agent from "../../src/team/Agent.ts"
import * as Part from "../../src/team/Part.ts"
import { ResultCache } from "../../src/team/ResultCache.ts"
import type { RunEvent } from "../../src/team/Run.ts"
import { RunStore } from "../../src/team/RunStore.ts"
import * as Team from "../../src/team/Team.ts"
import { Workspace } from "../../src/team/Workspace.ts"

const memory = Layer.fresh(
  Layer.mergeAll(ResultCache.layerMemory(), RunStore.layerMemory(), Workspace.layerMemory, ActorSystem.layer())
)

const plain = { version: "1.0.0", output: Schema.String } as const

/** Writes what the input says under its name. */
const writer = <const Name extends string>(name: Name) =>
  Agent.make({
    ...plain,
    name,
    reads: [name],
    run: ({ input, write }) => {
      const text = (input as Record<string, string>)[name]!
      return Effect.as(write(`${name}.txt`, text), text)
    }
  })

const left = writer("left")
const right = writer("right")

/** Looks at what each of two has written. `looked` hears of each look; `say` is done by each part before it ends. */
const looking = (
  looked: Array<string>,
  say: (part: string, assignment: Part.PartAssignment<typeof left | typeof right>) => Effect.Effect<void> = () =>
    Effect.void,
  concurrency = 2
) => {
  const look = (agent: typeof left | typeof right) =>
    Part.make({
      name: agent.name,
      dependsOn: [agent],
      filesOf: [agent],
      output: Schema.String,
      run: (assignment) =>
        Effect.gen(function* () {
          looked.push(agent.name)
          yield* say(agent.name, assignment)
          return `${yield* (yield* Workspace).read(`${agent.name}.txt`)} by ${agent.name}`
        })
    })
  const parts = [look(left), look(right)] as const
  const reader = Agent.make({
    ...plain,
    name: "reader",
    dependsOn: [left, right],
    filesOf: [left, right],
    parts,
    run: (assignment) =>
      Effect.map(
        Effect.all(
          parts.map((part) => assignment.part(part)),
          { concurrency }
        ),
        (all) => all.join(", ")
      )
  })
  return Team.make("team", { agents: [left, right, reader] })
}

const statusOf = (result: { readonly report: { readonly agents: ReadonlyArray<{ name: string; status: string }> } }) =>
  result.report.agents.find(({ name }) => name === "reader")?.status

describe("a part of an agent's work", () => {
  it.effect("is done again where its own sources have changed, and is reused where only those of another have", () =>
    Effect.gen(function* () {
      const looked: Array<string> = []
      const events: Array<RunEvent> = []
      const team = looking(looked)
      const run = (input: unknown) =>
        Team.run(team, { input, onEvent: (event) => Effect.sync(() => void events.push(event)) })
      const first = yield* run({ left: "a", right: "b" })
      assert.deepStrictEqual(looked, ["left", "right"])
      const second = yield* run({ left: "a", right: "c" })
      assert.deepStrictEqual(looked, ["left", "right", "right"])
      assert.strictEqual(statusOf(second), "done")
      assert.strictEqual(yield* second.output(team.agents[2]!), "a by left, c by right")
      // Who watches learns what was not done, and from where it comes.
      assert.deepInclude(
        events.flatMap((event) => (event._tag === "AgentProgress" ? [event.message] : [])),
        `left: nothing that it depends on has changed since run ${first.report.runId}`
      )
      // Back to the first input: the whole has its key.
      assert.strictEqual(statusOf(yield* run({ left: "a", right: "b" })), "reused")
      assert.strictEqual(looked.length, 3)
    }).pipe(Effect.provide(memory))
  )

  for (const verdict of ["failed", "notVerified"] as const) {
    it.effect(`is never reused where it is ${verdict}, and neither is its agent, though that says nothing`, () =>
      Effect.gen(function* () {
        const looked: Array<string> = []
        const team = looking(looked, (part, assignment) =>
          part === "right" ? assignment.verdict({ _tag: verdict, reason: "looks bad" }) : Effect.void
        )
        const run = Team.run(team, { input: { left: "a", right: "b" } })
        const first = yield* run
        assert.strictEqual(statusOf(first), verdict)
        assert.strictEqual(first.report.agents.find(({ name }) => name === "reader")?.reason, "looks bad")
        assert.strictEqual(statusOf(yield* run), verdict)
        assert.deepStrictEqual(looked, ["left", "right", "right"])
      }).pipe(Effect.provide(memory))
    )
  }

  it.effect("is not repeated by the attempt after a crash of another one", () =>
    Effect.gen(function* () {
      const looked: Array<string> = []
      // One by one, so that the first has ended when the second crashes.
      const team = looking(
        looked,
        (part, { attempt }) => (part === "right" && attempt === 1 ? Effect.die("no hands") : Effect.void),
        1
      )
      const result = yield* Team.run(team, { input: { left: "a", right: "b" } })
      assert.strictEqual(statusOf(result), "done")
      assert.deepStrictEqual(looked, ["left", "right", "right"])
    }).pipe(Effect.provide(memory))
  )

  it.effect("works again where nothing is to be reused", () =>
    Effect.gen(function* () {
      const looked: Array<string> = []
      const run = Team.run(looking(looked), { input: { left: "a", right: "b" }, reuse: false })
      yield* run
      yield* run
      assert.deepStrictEqual(looked, ["left", "right", "left", "right"])
    }).pipe(Effect.provide(memory))
  )

  it.effect("sees the results and files that it declares itself, and writes none", () =>
    Effect.gen(function* () {
      const trying = <E>(
        run: (assignment: Part.PartAssignment<typeof left>) => Effect.Effect<string, E, Workspace>
      ) => {
        const part = Part.make({ name: "curious", dependsOn: [left], filesOf: [left], output: Schema.String, run })
        const agent = Agent.make({
          ...plain,
          name: "reader",
          dependsOn: [left, right],
          filesOf: [left, right],
          parts: [part],
          run: (assignment) => assignment.part(part)
        })
        return Effect.map(
          Team.run(Team.make<Agent.Any>("team", { agents: [left, right, agent] }), {
            input: { left: "a", right: "b" }
          }),
          ({ report }) => report.agents.find(({ name }) => name === "reader")!.reason
        )
      }
      const wrong = [
        yield* trying(() => Effect.flatMap(Workspace, ({ read }) => read("right.txt"))),
        yield* trying(() => Effect.flatMap(Workspace, ({ write }) => Effect.as(write("own.txt", "x"), ""))),
        yield* trying(({ result }) => Effect.sync(() => String(result(right as never)))),
        yield* trying(({ files }) => Effect.sync(() => String(files(right))))
      ]
      assert.deepStrictEqual(
        wrong.map((reason) => reason?.replace(/^it crashed: /, "")),
        [
          'right.txt: no agent in filesOf of the part "curious" of "reader" has written it. Add the agent that writes it to filesOf of the part, or a change of the file would go unnoticed.',
          'own.txt: the part "curious" of "reader" called write, and a part writes no files. Let it return what the file should say, and its agent write it.',
          '"right" is not in dependsOn of the part "curious": declare it before using what it made.',
          '"right" is not in filesOf of the part "curious": declare it before using what it made.'
        ]
      )
    }).pipe(Effect.provide(memory))
  )

  it.effect("rests on those files only that it wants, and can read no other", () =>
    Effect.gen(function* () {
      const both = Agent.make({
        ...plain,
        name: "both",
        reads: ["code", "readme"],
        run: ({ input, write }) => {
          const { code, readme } = input as Record<string, string>
          return Effect.as(Effect.zipRight(write("code.ts", code!), write("README.md", readme!)), "written")
        }
      })
      let worked = 0
      const part = Part.make({
        ...plain,
        name: "code",
        filesOf: [Part.files(both, (path) => path.endsWith(".ts"))],
        run: ({ files }) =>
          Effect.gen(function* () {
            worked++
            assert.deepStrictEqual(
              files(both).map(({ path }) => path),
              ["code.ts"]
            )
            const { read } = yield* Workspace
            const refused = yield* Effect.flip(read("README.md"))
            assert.strictEqual(refused.reason, "undeclared")
            return yield* Effect.orDie(read("code.ts"))
          })
      })
      const agent = Agent.make({
        ...plain,
        name: "reader",
        dependsOn: [both],
        filesOf: [both],
        parts: [part],
        run: (assignment) => assignment.part(part)
      })
      const team = Team.make<Agent.Any>("team", { agents: [both, agent] })
      const run = (code: string, readme: string) => Team.run(team, { input: { code, readme } })
      assert.strictEqual(statusOf(yield* run("1", "one")), "done")
      assert.strictEqual(statusOf(yield* run("1", "two")), "done")
      assert.strictEqual(worked, 1)
      assert.strictEqual(statusOf(yield* run("2", "two")), "done")
      assert.strictEqual(worked, 2)
    }).pipe(Effect.provide(memory))
  )

  it.effect("is refused with its team where it declares what its agent does not, or has another one's name", () =>
    Effect.gen(function* () {
      const part = Part.make({ ...plain, name: "same", dependsOn: [left], run: () => Effect.succeed("") })
      const files = Part.make({ ...plain, name: "same", filesOf: [right], run: () => Effect.succeed("") })
      const agent = Agent.make({ ...plain, name: "reader", parts: [part, files], run: () => Effect.succeed("") })
      const error = yield* Effect.flip(Team.check(Team.make<Agent.Any>("team", { agents: [left, right, agent] })))
      assert.strictEqual(
        error.message,
        [
          'Team "team": "reader" has a part "same": its dependsOn names "left", which is not in dependsOn of the agent. Add it there.',
          'Team "team": "reader" has a part "same": two parts have this name. Rename one of them.',
          'Team "team": "reader" has a part "same": its filesOf names "right", which is not in filesOf of the agent. Add it there.'
        ].join("\n")
      )
    })
  )

  it.effect("decides the key of its agent by its text", () =>
    Effect.gen(function* () {
      const made = (part: Part.Part<"one", typeof Schema.String, never, never>) =>
        Agent.make({ ...plain, name: "a", parts: [part], run: (assignment) => assignment.part(part) })
      const before = made(Part.make({ ...plain, name: "one", run: () => Effect.succeed("a poem") }))
      const after = made(Part.make({ ...plain, name: "one", run: () => Effect.succeed("a novel") }))
      yield* Team.run(Team.make("team", { agents: [before] }), { input: {} })
      const result = yield* Team.run(Team.make("team", { agents: [after] }), { input: {} })
      assert.strictEqual(yield* result.output(after), "a novel")
    }).pipe(Effect.provide(memory))
  )
})
