import { assert, beforeAll, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber } from "effect"
import { FullstackTeam } from "../../actors/fullstack/FullstackTeam.ts"
import type { RunEvent } from "../../src/team/Run.ts"
import * as Team from "../../src/team/Team.ts"
import * as FullstackWorld from "./fullstackWorld.ts"

const { input, names, told } = FullstackWorld

const agentOf = (name: string) => FullstackTeam.agents.find((agent) => agent.name === name)!

/** What a run leaves that nothing happens to: each agent's files in the order in which it writes them, and their texts. */
const undisturbed = {
  files: new Map<string, ReadonlyArray<string>>(),
  texts: new Map<string, string>()
}

/** A file in the middle of an agent's work: its second, or its only one. */
const middleOf = (name: string) => {
  const files = undisturbed.files.get(name)!
  return files[1] ?? files[0]!
}

/** Dies the first `times` times that `what` comes. */
const dyingAt = (what: string, times: number) => {
  let left = times
  return (now: string) => (now === what && left-- > 0 ? Effect.die(new Error(`no hands at ${what}`)) : Effect.void)
}

/** The files of the project, without the run's own report, which tells of times. */
const made = (written: ReadonlyMap<string, string>) =>
  new Map([...written].filter(([path]) => !path.startsWith("docs/report.")).sort())

beforeAll(async () => {
  const world = FullstackWorld.make()
  const { report } = await Effect.runPromise(Effect.provide(Team.run(FullstackTeam, { input }), world.layer))
  assert.strictEqual(report.status, "done", JSON.stringify(report.agents))
  const order = [...world.written.keys()]
  for (const { files, name } of report.agents) {
    assert.isAbove(files.length, 0)
    undisturbed.files.set(
      name,
      [...files].sort((a, b) => order.indexOf(a) - order.indexOf(b))
    )
  }
  undisturbed.texts = made(world.written)
})

/** Runs the team in the world; `who` alone crashes, once, and everything is as it would have been without. */
const recovers = (who: string, world: FullstackWorld.World, crash: string) =>
  Effect.gen(function* () {
    const result = yield* Team.run(FullstackTeam, { input })
    assert.strictEqual(result.status, "done")
    for (const name of names) {
      const { attempts, status } = told(result.report, name)
      assert.strictEqual(status, "done", name)
      assert.deepStrictEqual(
        attempts.map(({ attempt, incarnation, outcome, reason }) => ({ attempt, incarnation, outcome, reason })),
        name === who
          ? [
              { attempt: 1, incarnation: 1, outcome: "crashed", reason: `it crashed: ${crash}` },
              { attempt: 2, incarnation: 2, outcome: "succeeded", reason: null }
            ]
          : [{ attempt: 1, incarnation: 1, outcome: "succeeded", reason: null }],
        name
      )
    }
    assert.deepStrictEqual(made(world.written), undisturbed.texts)
  }).pipe(Effect.provide(world.layer))

describe("each of the eight, crashed in mid-work", () => {
  for (const name of names.filter((name) => name !== "qa-engineer")) {
    it.live(`is restarted, and the run ends as if nothing had been: ${name}`, () =>
      Effect.suspend(() => {
        const file = middleOf(name)
        const world = FullstackWorld.make({ atWrite: dyingAt(file, 1) })
        return recovers(name, world, `no hands at ${file}`)
      })
    )
  }

  for (const command of ["backend: npm run build", "backend: npm start", "frontend: npm test"]) {
    it.live(`is restarted, and the run ends as if nothing had been: qa-engineer, whose "${command}" dies`, () =>
      Effect.suspend(() => {
        const world = FullstackWorld.make({ atCommand: dyingAt(command, 1) })
        return recovers("qa-engineer", world, `no hands at ${command}`)
      })
    )
  }

  it.live("finds no crash in the table of background work: an install that died is begun anew", () =>
    Effect.gen(function* () {
      // Once under the developer, who does not wait for it and yet is kept at work until then, and once under qa-engineer,
      // who waits.
      const died = yield* Deferred.make<void>()
      const die = dyingAt("frontend: npm ci", 2)
      const last = undisturbed.files.get("frontend-developer")!.at(-1)
      const world = FullstackWorld.make({
        atCommand: (line) =>
          Effect.onExit(die(line), (exit) =>
            Effect.when(Deferred.succeed(died, undefined), () => Exit.isFailure(exit))
          ),
        atWrite: (path) => (path === last ? Deferred.await(died) : Effect.void)
      })
      yield* recovers("qa-engineer", world, "no hands at frontend: npm ci")
      assert.strictEqual(world.commands.filter((line) => line === "frontend: npm ci").length, 3)
      assert.strictEqual(world.commands.filter((line) => line === "backend: npm ci").length, 1)
    })
  )
})

describe("one of the eight that crashes for ever", () => {
  it.live("is given up after two restarts; who depends on it is skipped because of it, the others go on", () =>
    Effect.gen(function* () {
      const file = middleOf("frontend-developer")
      const world = FullstackWorld.make({ atWrite: dyingAt(file, Number.POSITIVE_INFINITY) })
      const events: Array<RunEvent> = []
      const result = yield* Team.run(FullstackTeam, {
        input,
        onEvent: (event) => Effect.sync(() => void events.push(event))
      }).pipe(Effect.provide(world.layer))

      assert.strictEqual(result.status, "failed")
      const frontend = told(result.report, "frontend-developer")
      assert.strictEqual(frontend.status, "failed")
      assert.strictEqual(frontend.reason, `it crashed: no hands at ${file}`)
      assert.deepStrictEqual(
        frontend.attempts.map(({ attempt, incarnation, outcome }) => [attempt, incarnation, outcome]),
        [
          [1, 1, "crashed"],
          [2, 2, "crashed"],
          [3, 3, "crashed"]
        ]
      )
      assert.deepStrictEqual(
        events.flatMap((event) => (event._tag === "AgentAttemptFailed" ? [[event.agent, event.willRetry]] : [])),
        [
          ["frontend-developer", true],
          ["frontend-developer", true],
          ["frontend-developer", false]
        ]
      )
      assert.deepStrictEqual(Object.fromEntries(result.report.agents.map(({ name, status }) => [name, status])), {
        "product-manager": "done",
        "technical-architect": "done",
        "frontend-developer": "failed",
        "backend-developer": "done",
        "devops-engineer": "done",
        "qa-engineer": "skipped",
        "site-reliability-engineer": "skipped",
        "development-coordinator": "skipped"
      })
      for (const { attempts, becauseOf, name, status } of result.report.agents) {
        if (status === "skipped") assert.strictEqual(becauseOf, "frontend-developer", name)
        assert.strictEqual(attempts.length, status === "skipped" ? 0 : status === "failed" ? 3 : 1, name)
      }
      const refused = yield* Effect.flip(result.output(agentOf("qa-engineer")))
      assert.include(refused.message, "skipped")
    })
  )
})

describe("one of the eight that is told to stop", () => {
  it.live("stops in mid-work while all places are taken; who waited for it is skipped, the others go on", () =>
    Effect.gen(function* () {
      // Both developers are stopped short in mid-work, and with them the only two places are taken.
      const frontendReached = yield* Deferred.make<void>()
      const frontendMayGoOn = yield* Deferred.make<void>()
      const backendReached = yield* Deferred.make<void>()
      const backendStopped = yield* Deferred.make<void>()
      const world = FullstackWorld.make({
        atWrite: (path) => {
          switch (path) {
            case middleOf("frontend-developer"):
              return Deferred.succeed(frontendReached, undefined).pipe(Effect.zipRight(Deferred.await(frontendMayGoOn)))
            case middleOf("backend-developer"):
              return Deferred.succeed(backendReached, undefined).pipe(
                Effect.zipRight(Effect.never),
                Effect.onInterrupt(() => Deferred.succeed(backendStopped, undefined))
              )
            default:
              return Effect.void
          }
        }
      })
      const devopsBegan = yield* Deferred.make<void>()
      const result = yield* Effect.gen(function* () {
        const run = yield* Team.start(FullstackTeam, {
          input,
          agentsAtOnce: 2,
          onEvent: (event) =>
            event._tag === "AgentStarted" && event.agent === "devops-engineer"
              ? Deferred.succeed(devopsBegan, undefined)
              : Effect.void
        })
        yield* Deferred.await(frontendReached)
        yield* Deferred.await(backendReached)
        assert.isFalse(yield* Deferred.isDone(devopsBegan))
        // The agent is asked nothing: it hears of it while its fiber is at work.
        const cancelling = yield* Effect.fork(run.cancel("backend-developer"))
        yield* Deferred.await(backendStopped)
        yield* Fiber.join(cancelling)
        // The place that it gave back is used, while the other one still works.
        yield* Deferred.await(devopsBegan)
        yield* Deferred.succeed(frontendMayGoOn, undefined)
        return yield* run.await
      }).pipe(Effect.scoped, Effect.provide(world.layer))

      assert.strictEqual(result.status, "partial")
      assert.deepStrictEqual(Object.fromEntries(result.report.agents.map(({ name, status }) => [name, status])), {
        "product-manager": "done",
        "technical-architect": "done",
        "frontend-developer": "done",
        "backend-developer": "cancelled",
        "devops-engineer": "done",
        "qa-engineer": "skipped",
        "site-reliability-engineer": "skipped",
        "development-coordinator": "skipped"
      })
      for (const { becauseOf, name, status } of result.report.agents) {
        if (status === "skipped") assert.strictEqual(becauseOf, "backend-developer", name)
      }
      assert.deepStrictEqual(
        told(result.report, "backend-developer").attempts.map(({ outcome }) => outcome),
        ["cancelled"]
      )
      assert.isFalse(world.written.has(middleOf("backend-developer")))
    })
  )
})
