import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect, Exit, Fiber, Layer, Logger, Scope } from "effect"
import fc from "fast-check"
import * as Actor from "../../src/actor/Actor.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as Shutdown from "../../src/actor/Shutdown.ts"
import { ManualClock, rest, run } from "./harness.ts"

const lines: Array<string> = []
const collect = Logger.make(({ logLevel, message }) => {
  lines.push(`${logLevel.label} ${String(message)}`)
})

/** A shutdown on a clock of its own; `events` says what ran. */
const scenario = <E>(
  program: (events: Array<string>, clock: ManualClock) => Effect.Effect<void, E, Shutdown.Shutdown | Scope.Scope>,
  options?: Shutdown.Options
) => {
  const clock = new ManualClock()
  lines.length = 0
  return Effect.runPromise(
    program([], clock).pipe(
      Effect.provide(Shutdown.layer(options)),
      Effect.scoped,
      Effect.withClock(clock),
      Effect.provide(Logger.replace(Logger.defaultLogger, collect))
    )
  )
}

const note = (events: Array<string>, event: string) => Effect.sync(() => void events.push(event))

describe("A shutdown", () => {
  it("goes through its phases in order, and runs the tasks of one side by side", () =>
    scenario((events, clock) =>
      Effect.gen(function* () {
        for (const phase of [...Shutdown.phases].reverse()) {
          for (const n of [1, 2]) {
            const work = Effect.zipRight(Effect.sleep("1 second"), note(events, `${phase} ${n}`))
            yield* Shutdown.add(phase, `${n}`, Effect.zipRight(note(events, `${phase} begins`), work))
          }
        }
        const running = yield* Effect.fork(Shutdown.run)
        const state = Effect.flatMap(Shutdown.Shutdown, (shutdown) => shutdown.state)
        const states = [yield* state]
        yield* rest
        for (const _ of Shutdown.phases) {
          states.push(yield* state)
          yield* clock.advance(1000)
        }
        yield* Fiber.join(running)
        states.push(yield* state)
        assert.deepStrictEqual(states, ["running", "unbind", "drain", "stop actors", "release", "done"])
        assert.deepStrictEqual(
          events,
          ["unbind", "drain", "stop actors", "release"].flatMap((phase) => [
            `${phase} begins`,
            `${phase} begins`,
            `${phase} 1`,
            `${phase} 2`
          ])
        )
      })
    ))

  it("goes on after a phase's five seconds, interrupts who is late, and says so", () =>
    scenario((events, clock) =>
      Effect.gen(function* () {
        const late = Effect.onInterrupt(Effect.never, () => note(events, "interrupted"))
        yield* Shutdown.add("drain", "the queue", late)
        yield* Shutdown.add("drain", "the stubborn", Effect.uninterruptible(Effect.async(() => {})))
        yield* Shutdown.add("release", "the end", note(events, "released"))
        const running = yield* Effect.fork(Shutdown.run)
        yield* clock.advance(4999)
        assert.deepStrictEqual([events, lines], [[], []])
        yield* clock.advance(1)
        yield* Fiber.join(running)
        assert.sameMembers(events, ["interrupted", "released"])
        assert.deepStrictEqual(lines, [
          'WARN "the queue" was not done within 5s of the phase "drain": the shutdown goes on without it',
          'WARN "the stubborn" was not done within 5s of the phase "drain": the shutdown goes on without it'
        ])
      })
    ))

  it("gives a task the budget it names, and all others the one it was made with", () =>
    scenario(
      (events, clock) =>
        Effect.gen(function* () {
          yield* Shutdown.add("drain", "short", Effect.never, { budget: "1 second" })
          yield* Shutdown.add("release", "usual", Effect.never)
          const running = yield* Effect.fork(Shutdown.run)
          yield* clock.advance(1000)
          assert.strictEqual(lines.length, 1)
          yield* clock.advance(1999)
          assert.isNull(running.unsafePoll())
          yield* clock.advance(1)
          yield* Fiber.join(running)
          assert.strictEqual(lines.length, 2)
          assert.deepStrictEqual(events, [])
        }),
      { budget: "2 seconds" }
    ))

  it("logs a task that fails, and is not stopped by it", () =>
    scenario((events) =>
      Effect.gen(function* () {
        yield* Shutdown.add("unbind", "typed", Effect.fail("no"))
        yield* Shutdown.add("unbind", "defect", Effect.die("a bug"))
        yield* Shutdown.add("unbind", "fine", note(events, "unbound"))
        yield* Shutdown.add("release", "last", note(events, "released"))
        yield* Shutdown.run
        assert.deepStrictEqual(events, ["unbound", "released"])
        assert.sameMembers(lines, [
          'ERROR "typed" failed in the phase "unbind" of the shutdown',
          'ERROR "defect" failed in the phase "unbind" of the shutdown'
        ])
      })
    ))

  it("does not run a task whose scope has closed, nor one that comes too late, and says the latter", () =>
    scenario((events) =>
      Effect.gen(function* () {
        yield* Effect.scoped(Shutdown.add("drain", "gone", note(events, "gone")))
        yield* Shutdown.add(
          "drain",
          "adds",
          Effect.zipRight(
            Shutdown.add("drain", "late", note(events, "late")),
            Shutdown.add("release", "in time", note(events, "in time"))
          )
        )
        yield* Shutdown.run
        assert.deepStrictEqual(events, ["in time"])
        assert.deepStrictEqual(lines, [
          'WARN "late" was added to the phase "drain" after that had begun, and is not run'
        ])
      })
    ))

  it("goes on when who began it is interrupted", () =>
    scenario((events, clock) =>
      Effect.gen(function* () {
        yield* Shutdown.add("drain", "slow", Effect.zipRight(Effect.sleep("1 second"), note(events, "drained")))
        const running = yield* Effect.fork(Shutdown.run)
        yield* rest
        yield* Fiber.interrupt(running)
        yield* clock.advance(1000)
        assert.deepStrictEqual(events, ["drained"])
      })
    ))

  it("runs each task once, whoever begins it, how often and when, and nobody returns before the end", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ phase: fc.constantFrom(...Shutdown.phases), millis: fc.integer({ min: 0, max: 3000 }) }), {
          maxLength: 12
        }),
        fc.array(fc.integer({ min: 0, max: 9000 }), { minLength: 1, maxLength: 5 }),
        async (tasks, beginnings) => {
          const clock = new ManualClock()
          const events: Array<string> = []
          let ended = 0
          await Effect.runPromise(
            Effect.gen(function* () {
              const scope = yield* Scope.make()
              const context = yield* Scope.extend(Layer.build(Shutdown.layer()), scope)
              const shutdown = Context.get(context, Shutdown.Shutdown)
              for (const [n, { millis, phase }] of tasks.entries()) {
                const task = Effect.zipRight(Effect.sleep(millis), note(events, `${phase} ${n}`))
                yield* Scope.extend(shutdown.add(phase, `${n}`, task), scope)
              }
              const done = Effect.sync(() => {
                ended++
                assert.strictEqual(events.length, tasks.length)
              })
              for (const beginning of beginnings) {
                yield* Effect.fork(Effect.zipRight(Effect.zipRight(Effect.sleep(beginning), shutdown.run), done))
              }
              yield* clock.advance(30_000)
              assert.strictEqual(ended, beginnings.length)
              yield* Scope.close(scope, Exit.void)
            }).pipe(Effect.withClock(clock))
          )
          const order = events.map((event) => Shutdown.phases.findIndex((phase) => event.startsWith(phase)))
          assert.deepStrictEqual(
            order,
            order.toSorted((a, b) => a - b)
          )
          assert.strictEqual(new Set(events).size, tasks.length)
        }
      ),
      { numRuns: 50 }
    ))
})

const Worker = Actor.make("Worker", [Rpc.make("Work")])

describe("Closing an actor system", () => {
  /** A system, an actor at work, and tasks that note whether it still is. */
  const system = (events: Array<string>, gate: Deferred.Deferred<void>) =>
    Effect.gen(function* () {
      yield* Layer.build(
        Worker.toLayer(
          Effect.as(
            Effect.addFinalizer(() => note(events, "the actor ends")),
            Worker.of({ Work: () => Effect.zipLeft(Deferred.await(gate), note(events, "work is done")) })
          )
        )
      )
      const worker = (yield* Worker.client)("w")
      const look = (phase: Shutdown.Phase) =>
        Shutdown.add(
          phase,
          "look",
          Effect.flatMap(ActorSystem.LocalActorSystem, ({ load }) => note(events, `${phase}: ${load(worker).state}`))
        )
      for (const phase of ["unbind", "drain", "release"] as const) yield* look(phase)
      yield* worker.tell.Work()
      return worker
    })

  it("is a shutdown: the actors stop in their phase, and handle what they had", () =>
    Effect.runPromise(
      Effect.gen(function* () {
        const events: Array<string> = []
        const gate = yield* Deferred.make<void>()
        const scope = yield* Scope.make()
        const context = yield* Scope.extend(Layer.build(ActorSystem.layer({ tracing: false })), scope)
        // The tasks' own scope stays open: they belong to something that outlives the system.
        const outside = yield* Scope.make()
        const worker = yield* system(events, gate).pipe(Effect.provide(context), Scope.extend(outside))
        yield* rest
        const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
        yield* rest
        assert.deepStrictEqual(events, ["unbind: running", "drain: running"])
        assert.strictEqual((yield* Effect.flip(worker.tell.Work()))._tag, "ActorStopping")
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.join(closing)
        assert.deepStrictEqual(events.slice(2), ["work is done", "the actor ends", "release: absent"])
        yield* Scope.close(outside, Exit.void)
        assert.strictEqual(events.length, 5)
      })
    ))

  it("after an explicit run has nothing left to do", () =>
    run(() =>
      Effect.gen(function* () {
        const events: Array<string> = []
        const gate = yield* Deferred.make<void>()
        const worker = yield* system(events, gate)
        yield* Deferred.succeed(gate, undefined)
        yield* Shutdown.run
        assert.strictEqual((yield* Effect.flip(worker.tell.Work()))._tag, "ActorStopping")
        yield* Shutdown.run
        assert.deepStrictEqual(events, [
          "work is done",
          "unbind: running",
          "drain: running",
          "the actor ends",
          "release: absent"
        ])
      })
    ))

  it("under `onClose` runs the tasks of all Layers before the first of them closes", () =>
    Effect.runPromise(
      Effect.gen(function* () {
        const events: Array<string> = []
        const part = (name: string, phase: Shutdown.Phase) =>
          Layer.scopedDiscard(
            Effect.zipRight(
              Effect.addFinalizer(() => note(events, `${name} closes`)),
              Shutdown.add(phase, name, note(events, `${name}: ${phase}`))
            )
          )
        const program = Layer.provideMerge(part("server", "unbind"), part("store", "release"))
        const launched = Layer.provideMerge(program, ActorSystem.layer({ tracing: false }))
        yield* Effect.scoped(Layer.build(Layer.provideMerge(Shutdown.onClose, launched)))
        assert.deepStrictEqual(events, ["server: unbind", "store: release", "server closes", "store closes"])
        events.length = 0
        // Without it each has taken its task back by the time the system closes.
        yield* Effect.scoped(Layer.build(launched))
        assert.deepStrictEqual(events, ["server closes", "store closes"])
      })
    ))
})
