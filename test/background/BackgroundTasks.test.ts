import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Option, Ref, Scope, TestClock } from "effect"
import { BackgroundTasks } from "../../src/background/BackgroundTasks.ts"

const settle = TestClock.adjust(0)

describe("BackgroundTasks", () => {
  it.effect("returns at once, and tells how far the task is", () =>
    Effect.gen(function* () {
      const tasks = yield* BackgroundTasks
      const gate = yield* Deferred.make<number>()
      const task = yield* tasks.start("install", Deferred.await(gate))
      assert.strictEqual((yield* task.status).state, "pending")
      yield* settle
      assert.strictEqual((yield* tasks.status("install")).state, "running")
      yield* TestClock.adjust("3 seconds")
      yield* Deferred.succeed(gate, 7)
      assert.strictEqual(yield* task.wait, 7)
      assert.deepStrictEqual(yield* tasks.all, [
        { id: "install", state: "completed", startedAtMillis: 0, endedAtMillis: 3_000 }
      ])
    }).pipe(Effect.provide(BackgroundTasks.layer()))
  )

  it.effect("runs once per id: a second start joins the first, also when that has ended", () =>
    Effect.gen(function* () {
      const tasks = yield* BackgroundTasks
      const runs = yield* Ref.make(0)
      const work = Ref.updateAndGet(runs, (n) => n + 1)
      const started = yield* Effect.all([tasks.start("one", work), tasks.start("one", work)], { concurrency: 2 })
      const results = yield* Effect.all(started.map((task) => task.wait))
      const late = yield* tasks.start("one", work)
      assert.deepStrictEqual([...results, yield* late.wait], [1, 1, 1])
    }).pipe(Effect.provide(BackgroundTasks.layer()))
  )

  it.effect("gives the failure to each who waits, typed or as an exit", () =>
    Effect.gen(function* () {
      const tasks = yield* BackgroundTasks
      const task = yield* tasks.start("broken", Effect.fail("no registry" as const))
      assert.strictEqual(yield* Effect.flip(task.wait), "no registry")
      assert.deepStrictEqual(yield* tasks.wait("broken"), Exit.fail("no registry"))
      assert.strictEqual((yield* task.status).state, "failed")
    }).pipe(Effect.provide(BackgroundTasks.layer()))
  )

  it.effect("starts a task anew that crashed or was interrupted, and none that failed with an error of its own", () =>
    Effect.gen(function* () {
      const tasks = yield* BackgroundTasks
      for (const [id, first, after] of [
        ["crashed", Effect.die("no hands"), "second"],
        ["interrupted", Effect.interrupt, "second"],
        ["failed", Effect.fail("no registry"), "no registry"]
      ] as const) {
        const before = yield* tasks.start(id, first)
        yield* Effect.exit(before.wait)
        const again = yield* tasks.start(id, Effect.succeed("second"))
        assert.strictEqual(yield* Effect.merge(again.wait), after, id)
        // Who holds the first one keeps its end.
        assert.isTrue(Exit.isFailure(yield* Effect.exit(before.wait)), id)
      }
      assert.strictEqual((yield* tasks.all).length, 3)
    }).pipe(Effect.provide(BackgroundTasks.layer({ limit: 3 })))
  )

  it.effect("keeps working when a waiter runs out of time, and when the starter ends", () =>
    Effect.gen(function* () {
      const tasks = yield* BackgroundTasks
      const starter = yield* Effect.fork(tasks.start("slow", Effect.as(Effect.sleep("10 seconds"), "done")))
      const task = yield* Fiber.join(starter)
      const waiter = yield* Effect.fork(Effect.timeoutOption(task.wait, "1 second"))
      yield* TestClock.adjust("1 second")
      assert.isTrue(Option.isNone(yield* Fiber.join(waiter)))
      yield* TestClock.adjust("9 seconds")
      assert.strictEqual(yield* task.wait, "done")
    }).pipe(Effect.provide(BackgroundTasks.layer()))
  )

  it.effect("forgets the oldest that has ended, and refuses when all are at work", () =>
    Effect.gen(function* () {
      const tasks = yield* BackgroundTasks
      yield* tasks.start("a", Effect.never)
      const b = yield* tasks.start("b", Effect.void)
      yield* b.wait
      yield* tasks.start("c", Effect.never)
      assert.strictEqual((yield* Effect.flip(tasks.status("b")))._tag, "BackgroundTaskUnknown")
      const refused = yield* Effect.flip(tasks.start("d", Effect.void))
      assert.strictEqual(
        refused.message,
        `d was not started, 2 task(s) are at work: wait for one of them, or raise "limit".`
      )
    }).pipe(Effect.provide(BackgroundTasks.layer({ limit: 2 })))
  )

  it.effect("ends its tasks with its scope, and whoever waits for them learns it", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(BackgroundTasks.layer(), scope)
      const cleaned = yield* Deferred.make<void>()
      const started = yield* Deferred.make<void>()
      const task = yield* Effect.flatMap(BackgroundTasks, (tasks) =>
        tasks.start(
          "server",
          Deferred.succeed(started, undefined).pipe(
            Effect.zipRight(Effect.never),
            Effect.onInterrupt(() => Deferred.succeed(cleaned, undefined))
          )
        )
      ).pipe(Effect.provide(context))
      yield* Deferred.await(started)
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(yield* Deferred.isDone(cleaned))
      assert.isTrue(Exit.isInterrupted(yield* Effect.exit(task.wait)))
    })
  )

  it.effect("ends a task that was never begun when its scope closes at once", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(BackgroundTasks.layer(), scope)
      const task = yield* Effect.flatMap(BackgroundTasks, (tasks) => tasks.start("never", Effect.never)).pipe(
        Effect.provide(context)
      )
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(Exit.isInterrupted(yield* Effect.exit(task.wait)))
    })
  )
})
