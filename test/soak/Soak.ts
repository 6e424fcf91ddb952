/**
 * What a soak watches: memory after collection, gaps of the event loop, warnings of the process.
 */
import assert from "node:assert/strict"
import { setTimeout as sleep } from "node:timers/promises"
import { Effect, Logger, type Scope } from "effect"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import type { Services } from "../../src/actor/ActorTest.ts"
import * as FairScheduler from "../../src/actor/FairScheduler.ts"

/** On what the host's fibers run: Effect's own scheduler, or the one the actors share. */
export const hosts = ["default", "fair"] as const
export type Host = (typeof hosts)[number]

/** Runs a host program with a system of its own, default options but for tracing and logs. */
export const onHost = <A, E>(host: Host, program: Effect.Effect<A, E, Services | Scope.Scope>): Promise<A> => {
  const whole = program.pipe(
    Effect.provide(ActorSystem.layer({ tracing: false })),
    Effect.scoped,
    Effect.provide(Logger.remove(Logger.defaultLogger))
  )
  return Effect.runPromise(host === "fair" ? Effect.withScheduler(whole, FairScheduler.make()) : whole)
}

/** Bytes of the heap that are reachable. */
export const heapUsed: Effect.Effect<number> = Effect.promise(async () => {
  if (globalThis.gc === undefined) throw new Error('run by "npm run soak": it exposes the garbage collector')
  // Weak references and finalization take a turn of the event loop each.
  for (let i = 0; i < 3; i++) {
    await sleep(20)
    globalThis.gc()
  }
  return process.memoryUsage().heapUsed
})

/**
 * What the heap may grow by between a warm start and the end, over any amount of work: code that the compiler is not done
 * with, and a few buffers of the runtime. A leak of one object a message or actor would be ten times that and more.
 */
export const slackBytes = 4 * 1024 * 1024

/** Does `work` in tenths and compares the heap after the first tenth with that at the end. */
export const staysFlat = <E, R>(work: (tenth: number) => Effect.Effect<void, E, R>): Effect.Effect<string, E, R> =>
  Effect.gen(function* () {
    yield* work(0)
    const warm = yield* heapUsed
    for (let tenth = 1; tenth < 10; tenth++) yield* work(tenth)
    const grown = (yield* heapUsed) - warm
    const megabytes = `${(grown / 1024 / 1024).toFixed(2)} MB over ${(warm / 1024 / 1024).toFixed(1)} MB`
    assert.ok(grown <= slackBytes, `the heap grew by ${megabytes}`)
    return `heap ${megabytes}`
  })

/** The gap of the event loop that 99 of 100 stay below, as the issue demands it. */
export const gapLimitMillis = 50

/**
 * Watches the event loop's gaps for so long, while `work` goes on; `work` is interrupted then. A gap counts as what this
 * process worked in it, so that a machine that is busy with others neither fails a run nor excuses one; the time that passed
 * is told beside it.
 */
export const gapsDuring = <E, R>(millis: number, work: Effect.Effect<void, E, R>): Effect.Effect<string, E, R> =>
  Effect.gen(function* () {
    const worked: Array<number> = []
    const passed: Array<number> = []
    let last = performance.now()
    let used = process.cpuUsage()
    const note = () => {
      const now = performance.now()
      passed.push(now - last)
      last = now
      const { system, user } = process.cpuUsage(used)
      worked.push((system + user) / 1000)
      used = process.cpuUsage()
    }
    const interval = setInterval(note, 1)
    // A timer ends it: where none fires it hangs, and the soak's own time-out tells.
    yield* Effect.raceFirst(work, Effect.sleep(millis))
    clearInterval(interval)
    note()
    const [own, wall] = [p99Of(worked), p99Of(passed)]
    const said = `p99 ${own.toFixed(1)} ms of work (${wall.toFixed(1)} ms passed), ${worked.length} turns in ${millis} ms`
    assert.ok(own <= gapLimitMillis, `gaps of the event loop: ${said}`)
    // One long gap hides behind many short ones.
    const total = worked.reduce((sum, one) => sum + one, 0)
    assert.ok(worked.length >= total / gapLimitMillis, `too few turns of the event loop: ${said}`)
    return said
  })

const p99Of = (gaps: ReadonlyArray<number>): number => gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length * 0.99)]!

/** Warnings of the process since this was loaded: too many listeners, and whatever else Node warns of. */
export const warnings: Array<string> = []
process.on("warning", (warning) => warnings.push(`${warning.name}: ${warning.message}`))
