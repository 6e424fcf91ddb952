import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, Layer, Schema, Stream } from "effect"
import type { ActorRef } from "../../src/actor/ActorRef.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as Agent from "../../src/team/Agent.ts"
import { ResultCache } from "../../src/team/ResultCache.ts"
import { RunStore } from "../../src/team/RunStore.ts"
import * as Team from "../../src/team/Team.ts"
import { Workspace } from "../../src/team/Workspace.ts"

const stores = Layer.mergeAll(ResultCache.layerMemory(), RunStore.layerMemory(), Workspace.layerMemory)
const memory = Layer.fresh(Layer.merge(stores, ActorSystem.layer({ validate: true })))

type Hands = Agent.Assignment<unknown, { readonly name: string }>

const agent = <R = never>(
  name: string,
  work: (hands: Hands) => Effect.Effect<unknown, unknown, R> = () => Effect.void,
  dependsOn: ReadonlyArray<string> = []
) =>
  Agent.make({
    name,
    version: "1.0.0",
    dependsOn,
    output: Schema.String,
    run: (hands) => Effect.as(work(hands), `${hands.runId}/${name}`)
  })

const teamOf = <A extends Agent.Any>(...agents: ReadonlyArray<A>) => Team.make("team", { agents })

/** The lives that actors have begun, from here on, each by its address. */
const livesBegun = Effect.gen(function* () {
  const { changes } = yield* ActorSystem.LocalActorSystem
  const begun: Array<string> = []
  yield* Effect.forkScoped(
    Stream.runForEach(changes, ({ address, event }) =>
      Effect.sync(() => {
        if (event._tag === "started" || event._tag === "restarted") begun.push(address)
      })
    )
  )
  yield* Effect.yieldNow()
  return begun
})

const actors = Effect.map(
  Effect.flatMap(ActorSystem.LocalActorSystem, (system) => system.snapshot),
  (all) => all.filter(({ type }) => type === "troupe/Agent")
)

describe("the actors of agents", () => {
  it.effect("are made for those at work together, not for each of 1,000 tasks, in one run or in many", () =>
    Effect.gen(function* () {
      const begun = yield* livesBegun
      const many = (count: number) => teamOf(...Array.from({ length: count }, (_, index) => agent(`a${index}`)))
      const few = many(50)
      const first = yield* Team.run(many(400), { input: {}, agentsAtOnce: 8 })
      let done = first.report.counts.done
      while (done < 1000) done += (yield* Team.run(few, { input: {}, reuse: false })).report.counts.done
      assert.strictEqual(done, 1000)
      assert.isAtMost(begun.length, 8)
      assert.isAbove(begun.length, 0)
      assert.deepStrictEqual(yield* ActorSystem.types(), ["troupe/Agent"])
    }).pipe(Effect.scoped, Effect.provide(memory))
  )

  it.effect("are asked by messages that are plain data", () =>
    Effect.gen(function* () {
      const system = yield* ActorSystem.ActorSystem
      const asked: Array<unknown> = []
      // A ref as the pool uses it: with another time-out, asked to work.
      const recording = (ref: ActorRef.Any): unknown => ({
        withTimeout: () => ({
          ask: {
            Work: (payload: unknown) => {
              asked.push(payload)
              const ask = ref.withTimeout("1 hour").ask as unknown as Record<string, (payload: unknown) => unknown>
              return ask.Work!(payload)
            }
          }
        })
      })
      const watched = ActorSystem.ActorSystem.of({
        ...system,
        ref: ((definition, id) => recording(system.ref(definition, id))) as typeof system.ref
      })
      const failing = Agent.make({
        name: "twice",
        version: "1.0.0",
        retry: { times: 1, backoff: 0 },
        output: Schema.String,
        run: ({ attempt }) => (attempt === 1 ? Effect.fail("not yet") : Effect.succeed(""))
      })
      const result = yield* Team.run(teamOf(failing), { input: { secret: 1 }, runId: "run" }).pipe(
        Effect.provideService(ActorSystem.ActorSystem, watched)
      )
      assert.strictEqual(result.status, "done")
      assert.deepStrictEqual(asked, [
        { run: "run", agent: "twice", attempt: 1 },
        { run: "run", agent: "twice", attempt: 2 }
      ])
    }).pipe(Effect.provide(memory))
  )

  it.effect("that crashed are nobody else's: each agent begins a first life, with all its restarts", () =>
    Effect.gen(function* () {
      const crashing = (name: string, times: number) =>
        agent(name, ({ attempt }) => (attempt <= times ? Effect.die(new Error("a bug")) : Effect.void))
      const team = teamOf(crashing("always", 99), crashing("twice", 2), crashing("once", 1), agent("never"))
      for (const runId of ["one", "two"]) {
        const { report } = yield* Team.run(team, { input: {}, runId, agentsAtOnce: 1, reuse: false })
        assert.deepStrictEqual(
          report.agents.map(({ attempts, name, status }) => [name, status, attempts.map((each) => each.incarnation)]),
          [
            ["always", "failed", [1, 2, 3]],
            ["twice", "done", [1, 2, 3]],
            ["once", "done", [1, 2]],
            ["never", "done", [1]]
          ]
        )
      }
      // Of those that were given up nothing is left.
      assert.deepStrictEqual(
        (yield* actors).map(({ restarts, state }) => [state, restarts]),
        [["running", 0]]
      )
    }).pipe(Effect.provide(memory))
  )

  it.effect("are kept without work up to a bound", () =>
    Effect.gen(function* () {
      const all = yield* Deferred.make<void>()
      let atWork = 0
      const together = () => {
        if (++atWork === 50) Deferred.unsafeDone(all, Exit.void)
        return Deferred.await(all)
      }
      const team = teamOf(...Array.from({ length: 50 }, (_, index) => agent(`a${index}`, together)))
      yield* Team.run(team, { input: {}, agentsAtOnce: 50 })
      assert.strictEqual((yield* actors).length, 32)
    }).pipe(Effect.provide(memory))
  )

  it.effect("that an interrupted run had are stopped by its end, and the next run finds others", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const stuck = teamOf(agent("a", () => Effect.zipRight(Deferred.succeed(begun, undefined), Effect.never)))
      const fiber = yield* Effect.fork(Team.run(stuck, { input: {}, runId: "run" }))
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(yield* actors, [])
      const after = yield* Team.run(teamOf(agent("a")), { input: {}, runId: "run" })
      assert.strictEqual(after.report.agents[0]!.attempts[0]!.incarnation, 1)
      assert.strictEqual(after.status, "done")
    }).pipe(Effect.provide(memory))
  )

  it.effect("serve a run that an agent begins, beside its own", () =>
    Effect.gen(function* () {
      const inner = teamOf(
        agent("a", ({ write }) => write("a.txt", "inner")),
        agent("b", undefined, ["a"])
      )
      const outer = Agent.make({
        name: "a",
        version: "1.0.0",
        output: Schema.Array(Schema.String),
        run: () =>
          Effect.gen(function* () {
            const result = yield* Team.run(inner, { input: {}, runId: "inner", agentsAtOnce: 1 })
            return yield* Effect.forEach(inner.agents, (each) => result.output(each))
          }).pipe(Effect.provide(Layer.fresh(Workspace.layerMemory)))
      })
      const result = yield* Team.run(teamOf(outer), { input: {}, runId: "outer", agentsAtOnce: 1 })
      assert.deepStrictEqual(yield* result.output(outer), ["inner/a", "inner/b"])
      assert.strictEqual((yield* actors).length, 2)
    }).pipe(Effect.provide(memory))
  )

  it.effect("work for one run of an id at a time in one system", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const release = yield* Deferred.make<void>()
      const slow = teamOf(
        agent("a", () => Effect.zipRight(Deferred.succeed(begun, undefined), Deferred.await(release)))
      )
      const first = yield* Effect.fork(Team.run(slow, { input: {}, runId: "same" }))
      yield* Deferred.await(begun)
      const second = yield* Effect.exit(
        Team.run(slow, { input: {}, runId: "same" }).pipe(Effect.provide(Layer.fresh(Workspace.layerMemory)))
      )
      assert.include(Exit.isFailure(second) ? Cause.pretty(second.cause) : "", 'A run "same" is under way')
      yield* Deferred.succeed(release, undefined)
      const { report } = yield* Fiber.join(first)
      assert.strictEqual(report.status, "done")
      const stored = yield* Effect.flatMap(RunStore, (store) => store.list(10))
      assert.deepStrictEqual(
        stored.map((each) => each.report),
        [report]
      )
    }).pipe(Effect.provide(memory))
  )
})
