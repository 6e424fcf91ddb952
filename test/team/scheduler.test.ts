import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber } from "effect"
import * as fc from "fast-check"
import * as Scheduler from "../../src/team/Scheduler.ts"

interface Scenario {
  readonly atOnce: number
  readonly tasks: ReadonlyArray<Scheduler.Task & { readonly takes: number; readonly usable: boolean }>
}

const scenarios: fc.Arbitrary<Scenario> = fc.integer({ min: 1, max: 12 }).chain((size) =>
  fc.record({
    atOnce: fc.integer({ min: 1, max: 4 }),
    tasks: fc.tuple(
      ...Array.from({ length: size }, (_, index) =>
        fc.record({
          name: fc.constant(`t${index}`),
          dependsOn:
            index === 0
              ? fc.constant([])
              : fc.uniqueArray(
                  fc.nat(index - 1).map((at) => `t${at}`),
                  { maxLength: 3 }
                ),
          weight: fc.integer({ min: 1, max: 50 }),
          takes: fc.integer({ min: 1, max: 50 }),
          usable: fc.boolean().map((first) => first || index % 3 !== 0)
        })
      )
    )
  })
)

interface Trace {
  readonly started: Map<string, number>
  readonly ended: Map<string, number>
  readonly skipped: Map<string, string>
  most: number
  makespan: number
}

/** Runs a scenario in a time of its own, which jumps to the next end whenever everybody waits. */
const trace = (scenario: Scenario) =>
  Effect.gen(function* () {
    const seen: Trace = {
      started: new Map(),
      ended: new Map(),
      skipped: new Map(),
      most: 0,
      makespan: 0
    }
    let now = 0
    const working = new Map<string, { readonly until: number; readonly end: Deferred.Deferred<void> }>()
    const fiber = yield* Effect.fork(
      Scheduler.run({
        tasks: scenario.tasks,
        atOnce: scenario.atOnce,
        onSkipped: (name, becauseOf) => Effect.sync(() => void seen.skipped.set(name, becauseOf)),
        execute: (name) =>
          Effect.gen(function* () {
            const task = scenario.tasks.find((each) => each.name === name)!
            seen.started.set(name, now)
            const end = yield* Deferred.make<void>()
            working.set(name, { until: now + task.takes, end })
            seen.most = Math.max(seen.most, working.size)
            yield* Deferred.await(end)
            seen.ended.set(name, now)
            return task.usable ? "usable" : "unusable"
          })
      })
    )
    // Turns enough for the scheduler and all it wakes to come to rest.
    const settle = Effect.repeatN(Effect.yieldNow(), 100)
    yield* settle
    while (working.size > 0) {
      now = Math.min(...[...working.values()].map(({ until }) => until))
      for (const [name, { end, until }] of working) {
        if (until > now) continue
        working.delete(name)
        yield* Deferred.succeed(end, undefined)
      }
      yield* settle
    }
    assert.isTrue(Exit.isSuccess(yield* Fiber.await(fiber)))
    seen.makespan = Math.max(0, ...seen.ended.values())
    return seen
  })

const forAll = (check: (scenario: Scenario, seen: Trace) => void) =>
  Effect.promise(() =>
    fc.assert(
      fc.asyncProperty(scenarios, (scenario) =>
        Effect.runPromise(Effect.map(trace(scenario), (seen) => check(scenario, seen)))
      ),
      { numRuns: 100 }
    )
  )

describe("the scheduler", () => {
  it.effect("never has more at work than allowed", () =>
    forAll((scenario, seen) => assert.isAtMost(seen.most, scenario.atOnce))
  )

  it.effect("never starts a task before all it depends on have ended well", () =>
    forAll((scenario, seen) => {
      for (const task of scenario.tasks) {
        const started = seen.started.get(task.name)
        if (started === undefined) continue
        for (const dependency of task.dependsOn) {
          assert.isAtMost(seen.ended.get(dependency)!, started)
          assert.isTrue(scenario.tasks.find((each) => each.name === dependency)!.usable)
        }
      }
    })
  )

  it.effect("settles every task: executed, or skipped because of one that was unusable before it", () =>
    forAll((scenario, seen) => {
      for (const task of scenario.tasks) {
        assert.notStrictEqual(seen.ended.has(task.name), seen.skipped.has(task.name))
        const becauseOf = seen.skipped.get(task.name)
        if (becauseOf !== undefined) assert.isFalse(scenario.tasks.find((each) => each.name === becauseOf)!.usable)
      }
    })
  )

  it.effect("leaves no place empty while somebody could work, as a model of it does", () =>
    forAll((scenario, seen) => assert.strictEqual(seen.makespan, model(scenario)))
  )

  it.effect("lets a task start the moment its own dependencies end, not with its level", () =>
    Effect.gen(function* () {
      const seen = yield* trace({
        atOnce: 3,
        tasks: [
          { name: "quick", dependsOn: [], weight: 1, takes: 1, usable: true },
          { name: "slow", dependsOn: [], weight: 1, takes: 40, usable: true },
          { name: "after quick", dependsOn: ["quick"], weight: 1, takes: 1, usable: true }
        ]
      })
      assert.strictEqual(seen.started.get("after quick"), 1)
    })
  )

  it.effect("takes the longest remaining path first", () =>
    Effect.gen(function* () {
      const seen = yield* trace({
        atOnce: 1,
        tasks: [
          { name: "short", dependsOn: [], weight: 30, takes: 1, usable: true },
          { name: "long", dependsOn: [], weight: 20, takes: 1, usable: true },
          { name: "longer", dependsOn: ["long"], weight: 20, takes: 1, usable: true }
        ]
      })
      assert.deepStrictEqual([...seen.started.keys()], ["long", "short", "longer"])
    })
  )

  it.effect("goes on with branches that do not depend on a failed task", () =>
    Effect.gen(function* () {
      const seen = yield* trace({
        atOnce: 2,
        tasks: [
          { name: "bad", dependsOn: [], weight: 1, takes: 1, usable: false },
          { name: "good", dependsOn: [], weight: 1, takes: 5, usable: true },
          { name: "after bad", dependsOn: ["bad"], weight: 1, takes: 1, usable: true },
          { name: "after both", dependsOn: ["after bad", "good"], weight: 1, takes: 1, usable: true },
          { name: "after good", dependsOn: ["good"], weight: 1, takes: 1, usable: true }
        ]
      })
      assert.deepStrictEqual([...seen.ended.keys()], ["bad", "good", "after good"])
      assert.deepStrictEqual(
        [...seen.skipped],
        [
          ["after bad", "bad"],
          ["after both", "bad"]
        ]
      )
    })
  )

  it.effect("interrupts those at work when it is interrupted", () =>
    Effect.gen(function* () {
      const stopped: Array<string> = []
      const begun = yield* Deferred.make<void>()
      const fiber = yield* Effect.fork(
        Scheduler.run({
          tasks: ["a", "b"].map((name) => ({ name, dependsOn: [], weight: 1 })),
          atOnce: 2,
          execute: (name) =>
            Effect.zipRight(name === "b" ? Deferred.succeed(begun, undefined) : Effect.void, Effect.never).pipe(
              Effect.onInterrupt(() => Effect.sync(() => void stopped.push(name)))
            )
        })
      )
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(stopped.sort(), ["a", "b"])
    })
  )

  it.effect("ends with the bug of a task that has one", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(
        Scheduler.run({
          tasks: [{ name: "a", dependsOn: [], weight: 1 }],
          atOnce: 1,
          execute: () => Effect.die("a bug")
        })
      )
      assert.isTrue(Exit.isFailure(exit))
    })
  )

  it.effect("takes tasks that appear while it runs, also ones that depend on what has ended", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const done: Array<string> = []
        const mayAdd = yield* Deferred.make<Scheduler.Running>()
        const running = yield* Scheduler.start({
          tasks: [
            { name: "first", dependsOn: [], weight: 1 },
            { name: "parent", dependsOn: ["first"], weight: 1 }
          ],
          atOnce: 1,
          execute: (name) =>
            Effect.gen(function* () {
              if (name === "parent") {
                const { submit } = yield* Deferred.await(mayAdd)
                yield* Effect.orDie(
                  submit([
                    { name: "child", dependsOn: ["first"], weight: 1 },
                    { name: "grandchild", dependsOn: ["child", "parent"], weight: 1 }
                  ])
                )
                const again = submit([{ name: "child", dependsOn: [], weight: 1 }])
                const refused = yield* Effect.orDie(Effect.flip(again))
                assert.strictEqual(
                  refused.message,
                  'These tasks cannot be added: there is already a task "child". None of them was.'
                )
              }
              done.push(name)
              return "usable" as const
            })
        })
        yield* Deferred.succeed(mayAdd, running)
        yield* running.await
        assert.deepStrictEqual(done, ["first", "parent", "child", "grandchild"])
      })
    )
  )

  it.effect("skips a task that is cancelled before it has started, and who depends on it", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const done: Array<string> = []
        const skipped: Array<readonly [string, string]> = []
        const mayEnd = yield* Deferred.make<void>()
        const running = yield* Scheduler.start({
          tasks: [
            { name: "a", dependsOn: [], weight: 9 },
            { name: "b", dependsOn: [], weight: 1 },
            { name: "after b", dependsOn: ["b"], weight: 1 },
            { name: "without b", dependsOn: ["b"], optional: ["b"], weight: 1 }
          ],
          atOnce: 1,
          onSkipped: (name, becauseOf) => Effect.sync(() => void skipped.push([name, becauseOf])),
          execute: (name) =>
            Effect.as(
              Effect.zipRight(
                Deferred.await(mayEnd),
                Effect.sync(() => void done.push(name))
              ),
              "usable"
            )
        })
        yield* running.cancel("b")
        // It works, and goes on.
        yield* running.cancel("a")
        yield* Deferred.succeed(mayEnd, undefined)
        yield* running.await
        assert.deepStrictEqual(done, ["a", "without b"])
        assert.deepStrictEqual(skipped, [
          ["b", "b"],
          ["after b", "b"]
        ])
      })
    )
  )

  it.effect("lets all runs of a process together use no more than there is", () =>
    Effect.gen(function* () {
      let working = 0
      let most = 0
      const one = Scheduler.run({
        tasks: Array.from({ length: 10 }, (_, at) => ({ name: `t${at}`, dependsOn: [], weight: at })),
        atOnce: 5,
        execute: () =>
          Effect.gen(function* () {
            most = Math.max(most, ++working)
            yield* Effect.yieldNow()
            working--
            return "usable" as const
          })
      })
      yield* Effect.all([one, one, one], { concurrency: "unbounded" })
      assert.strictEqual(most, 4)
    }).pipe(Effect.provide(Scheduler.Scheduler.layer({ capacity: { agents: 4, cpus: 0, memoryMiB: 0 } })))
  )

  it.effect(
    "does not wait for ever for tokens that a task holds which waits itself: teams within agents of teams",
    () =>
      Effect.gen(function* () {
        let working = 0
        let most = 0
        let ended = 0
        const level = (depth: number): Effect.Effect<void> =>
          Scheduler.run({
            tasks: ["a", "b"].map((name) => ({ name, dependsOn: [], weight: 1 })),
            atOnce: 2,
            execute: () =>
              Effect.gen(function* () {
                // Two at once give back once, and take back once.
                if (depth > 0) yield* Effect.all([level(depth - 1), level(0)], { concurrency: 2 })
                most = Math.max(most, ++working)
                yield* Effect.yieldNow()
                working--
                ended++
                return "usable" as const
              })
          })
        yield* level(3)
        // Of a task each inner schedule has two, which of depth 0 are all.
        assert.strictEqual(ended, 2 + 2 * (2 + 2 + 2 * (2 + 2 + 2 * (2 + 2))))
        assert.strictEqual(most, 1)
      }).pipe(Effect.provide(Scheduler.Scheduler.layer({ capacity: { agents: 1, cpus: 0, memoryMiB: 0 } })))
  )

  it.effect("lets a task that has interrupted a schedule of its own go on, before those that have not begun", () =>
    Effect.gen(function* () {
      const order: Array<string> = []
      const begun = yield* Deferred.make<void>()
      const inner = Scheduler.run({
        tasks: [{ name: "inner", dependsOn: [], weight: 1 }],
        atOnce: 1,
        execute: () => Effect.zipRight(Deferred.succeed(begun, undefined), Effect.never)
      })
      yield* Scheduler.run({
        tasks: [
          { name: "outer", dependsOn: [], weight: 2 },
          { name: "next", dependsOn: [], weight: 1 }
        ],
        atOnce: 2,
        execute: (name) =>
          Effect.gen(function* () {
            if (name === "outer") yield* Effect.raceFirst(inner, Deferred.await(begun))
            order.push(`${name} goes on`)
            yield* Effect.yieldNow()
            order.push(`${name} ends`)
            return "usable" as const
          })
      })
      assert.deepStrictEqual(order, ["outer goes on", "outer ends", "next goes on", "next ends"])
    }).pipe(Effect.provide(Scheduler.Scheduler.layer({ capacity: { agents: 1, cpus: 0, memoryMiB: 0 } })))
  )

  it.effect("gives what a run has held to the others when it is interrupted or has a bug", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const task = [{ name: "a", dependsOn: [], weight: 1 }]
      const stuck = yield* Effect.fork(
        Scheduler.run({
          tasks: task,
          atOnce: 1,
          execute: () => Effect.zipRight(Deferred.succeed(begun, undefined), Effect.never)
        })
      )
      yield* Deferred.await(begun)
      const waiting = yield* Effect.fork(Scheduler.run({ tasks: task, atOnce: 1, execute: () => Effect.die("a bug") }))
      yield* Fiber.interrupt(stuck)
      assert.isTrue(Exit.isFailure(yield* Fiber.await(waiting)))
      yield* Scheduler.run({ tasks: task, atOnce: 1, execute: () => Effect.succeed("usable") })
    }).pipe(Effect.provide(Scheduler.Scheduler.layer({ capacity: { agents: 1, cpus: 0, memoryMiB: 0 } })))
  )
})

/** List scheduling by the same rule, event by event, in plain arithmetic. */
const model = ({ atOnce, tasks }: Scenario): number => {
  const remaining = (name: string): number => {
    const task = tasks.find((each) => each.name === name)!
    const after = tasks.filter((each) => each.dependsOn.includes(name)).map((each) => remaining(each.name))
    return task.weight + Math.max(0, ...after)
  }
  const ended = new Map<string, number>()
  const dead = new Set<string>()
  let working: ReadonlyArray<{ readonly name: string; readonly until: number }> = []
  let now = 0
  for (;;) {
    for (const task of tasks) {
      if (task.dependsOn.some((name) => dead.has(name))) dead.add(task.name)
    }
    const ready = tasks
      .filter(
        (task) => !ended.has(task.name) && !dead.has(task.name) && !working.some((each) => each.name === task.name)
      )
      .filter((task) => task.dependsOn.every((name) => ended.has(name)))
      .sort((a, b) => remaining(b.name) - remaining(a.name) || tasks.indexOf(a) - tasks.indexOf(b))
    const begun = ready.slice(0, atOnce - working.length).map(({ name, takes }) => ({ name, until: now + takes }))
    working = [...working, ...begun]
    if (working.length === 0) return Math.max(0, ...ended.values())
    now = Math.min(...working.map((each) => each.until))
    for (const each of working.filter(({ until }) => until === now)) {
      ended.set(each.name, now)
      if (!tasks.find((task) => task.name === each.name)!.usable) dead.add(each.name)
    }
    working = working.filter(({ until }) => until !== now)
  }
}
