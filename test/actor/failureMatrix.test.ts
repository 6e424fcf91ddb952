/**
 * Where something goes wrong × how × what supervision is told to do: for a child, so that escalation shows as well. (Roots
 * have a matrix of their own in supervision.test.ts.) Each cell looks at what became of the messages, what the supervisor
 * did and counted, what a watcher heard, and that all that was acquired is released.
 */
import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, Schema } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import type { WaitCycle } from "../../src/actor/ActorError.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import type { Restart } from "../../src/actor/Strategy.ts"
import * as Supervision from "../../src/actor/Supervision.ts"
import { provided, rest, run, snapshots } from "./harness.ts"

class Refused extends Schema.TaggedError<Refused>()("Refused", {}) {}

const hows = ["typed failure", "defect", "interruption", "never ends"] as const
type How = (typeof hows)[number]

const going = (how: How): Effect.Effect<never, Refused> => {
  switch (how) {
    case "typed failure":
      return Effect.fail(new Refused())
    case "defect":
      return Effect.dieMessage("a bug")
    case "interruption":
      return Effect.interrupt
    case "never ends":
      return Effect.never
  }
}

const wheres = [
  /** The start that follows a crash. */
  "start",
  "handle",
  /** With a fiber of the actor's: `handle` needs one only to interrupt itself, or to wait. */
  "handle on its fiber",
  "handle beside",
  "timer",
  /** A message that it still has when it is stopped. */
  "stop",
  "finalizer after a crash",
  "finalizer after a stop"
] as const
type Where = (typeof wheres)[number]

const directives = ["restart", "resume", "stop", "escalate"] as const
const restarts = ["permanent", "transient", "temporary"] as const

const Subject = Actor.make("Subject", [
  Rpc.make("Add", { success: Schema.Int }),
  Rpc.make("Fail", { error: Refused }),
  Rpc.make("FailLater"),
  Rpc.make("Crash"),
  Rpc.make("Wait")
])
const Parent = Actor.make("Parent", [Rpc.make("Begin")])

interface Cell {
  readonly where: Where
  readonly how: How
  readonly directive: Supervision.Directive
  readonly restart: Restart
}

interface Seen {
  /** What the asker of the message that met the failure got; of a timer's, which has none, how many failed. */
  readonly settled: string | number
  /** What the next `Add` got: 2 where the state was kept, 1 from a new one. */
  readonly next: string | number
  readonly restarts: number
  readonly parentLives: number
  readonly watched: string
  /** Acquired and not released. */
  readonly open: number
}

const waits = { parentLives: 1, watched: "waits", open: 1 }

const expected = ({ directive, how, restart, where }: Cell): Seen => {
  const ends = how !== "never ends"
  const isCrash = how === "defect" || how === "interruption"
  const settled = where === "timer" ? (ends ? 1 : 0) : !ends ? "AskTimedOut" : isCrash ? "ActorCrashed" : "Refused"
  if (where === "stop" || where === "finalizer after a stop") {
    // Who is being stopped is not started again, and escalates nothing.
    const stopped = { next: "ActorNotFound", restarts: 0, parentLives: 1, watched: "stopped", open: 0 }
    return { ...stopped, settled: where !== "stop" ? "none" : ends ? settled : "ActorStopping" }
  }
  if ((where.startsWith("handle") || where === "timer") && !isCrash) {
    const isBlocked = !ends && where !== "handle beside"
    return { ...waits, settled, next: isBlocked ? "AskTimedOut" : 2, restarts: 0 }
  }
  // From here on there is a crash.
  const crashed = { settled: where === "timer" ? 1 : "ActorCrashed" }
  const ended = { ...crashed, restarts: 0, parentLives: 1, watched: "failed", open: 0 }
  const escalated = { ...crashed, next: "ActorNotFound", restarts: 0, parentLives: 2, watched: "failed", open: 1 }
  if (where === "start") {
    // The first crash is restarted, whatever becomes of that start.
    if (restart === "temporary") return { ...ended, next: "ActorNotFound" }
    if (!ends) return { ...waits, ...crashed, next: "AskTimedOut", restarts: 1 }
    if (directive === "stop") return { ...ended, next: "ActorFailed", restarts: 1 }
    if (directive === "escalate") return escalated
    // A start that failed leaves nothing to resume.
    return { ...waits, ...crashed, next: 1, restarts: 2 }
  }
  if (directive === "resume") return { ...waits, ...crashed, next: 2, restarts: 0 }
  if (directive === "escalate") return escalated
  if (restart === "temporary") return { ...ended, next: "ActorNotFound" }
  if (directive === "stop") return { ...ended, next: "ActorFailed" }
  return { ...waits, ...crashed, next: 1, restarts: 1 }
}

const tagOf = (error: { readonly _tag: string }) => error._tag
const outcome = <A, E extends { readonly _tag: string }>(ask: Effect.Effect<A, E>): Effect.Effect<A | string> =>
  Effect.match(ask, { onSuccess: (value): A | string => value, onFailure: tagOf })
const settledBy = <E extends { readonly _tag: string }>(ask: Effect.Effect<void, E>): Effect.Effect<string> =>
  Effect.match(ask, { onSuccess: () => "done", onFailure: tagOf })

const play = (cell: Cell): Promise<Seen> =>
  run((clock) =>
    Effect.gen(function* () {
      const { directive, how, restart, where } = cell
      let open = 0
      let starts = 0
      let lives = 0
      const gate = yield* Deferred.make<void>()
      const supervision = Supervision.decider((cause) =>
        where === "start" && Cause.pretty(cause).includes("the first crash") ? "restart" : directive
      )
      yield* provided(
        Subject.toLayer(
          Effect.gen(function* () {
            const life = ++starts
            const { timers } = yield* ActorContext
            const self = yield* Subject.self
            if (where.startsWith("finalizer") && life === 1) {
              yield* Effect.addFinalizer(() => Effect.orDie(going(how)))
            }
            yield* Effect.acquireRelease(
              Effect.sync(() => open++),
              () => Effect.sync(() => open--)
            )
            if (where === "start" && life === 2) return yield* going(how)
            let sum = 0
            return Subject.of({
              Add: () => ++sum,
              Fail: () => {
                switch (where) {
                  case "handle beside":
                    return Rpc.fork(going(how))
                  case "handle on its fiber":
                    return Effect.zipRight(Effect.yieldNow(), going(how))
                  default:
                    return going(how)
                }
              },
              FailLater: () => timers.once("fail", self.tell.Fail(), "1 second"),
              Crash: () => Effect.dieMessage("the first crash"),
              Wait: () => Deferred.await(gate)
            })
          }),
          { supervision }
        )
      )
      const spawned = yield* Deferred.make<Effect.Effect.Success<ReturnType<typeof spawn>>>()
      const spawn = () => ActorSystem.spawn(Subject, "s", { restart })
      yield* provided(
        Parent.toLayer(
          Effect.gen(function* () {
            lives++
            yield* Deferred.succeed(spawned, yield* spawn())
            return Parent.of({ Begin: () => {} })
          })
        )
      )
      const parent = (yield* Parent.client)("p")
      yield* parent.ask.Begin()
      const subject = (yield* Deferred.await(spawned)).withTimeout("20 seconds")
      const watching = yield* Effect.forkScoped(ActorSystem.watch(subject))
      yield* rest
      assert.strictEqual(yield* subject.ask.Add(), 1)

      const trigger: Effect.Effect<string | number, WaitCycle, ActorSystem.ActorSystem> = Effect.gen(function* () {
        switch (where) {
          case "start":
          case "finalizer after a crash":
            return yield* settledBy(subject.ask.Crash())
          case "handle":
          case "handle on its fiber":
          case "handle beside":
            return yield* settledBy(subject.ask.Fail())
          case "timer":
            yield* outcome(subject.ask.FailLater())
            return "none"
          case "finalizer after a stop":
            yield* ActorSystem.stop(subject)
            return "none"
          case "stop": {
            yield* Effect.fork(Effect.exit(subject.ask.Wait()))
            yield* rest
            const asked = yield* Effect.fork(settledBy(subject.ask.Fail()))
            yield* rest
            const stopping = yield* Effect.fork(ActorSystem.stop(subject))
            yield* rest
            yield* Deferred.succeed(gate, undefined)
            const settled = yield* Fiber.join(asked)
            yield* Fiber.join(stopping)
            return settled
          }
        }
      })
      const triggering = yield* Effect.fork(trigger)
      // Long enough for time-outs and budgets, where something never ends.
      yield* Effect.repeatN(clock.advance(1_000), 25)
      const settled = yield* Fiber.join(triggering)
      const asked = yield* Effect.fork(outcome(subject.ask.Add()))
      yield* clock.advance(25_000)
      const next = yield* Fiber.join(asked)
      const child = (yield* snapshots).find(({ address }) => address === "Parent/p")?.children[0]
      const local = yield* ActorSystem.LocalActorSystem
      const totals = (yield* local.totals).find(({ type }) => type === "Subject")
      const watched = watching.unsafePoll()
      const seen = {
        settled: where === "timer" ? (totals?.failed ?? 0) : settled,
        next,
        restarts: child?.restarts ?? 0,
        parentLives: lives,
        watched: watched === null ? "waits" : Exit.isSuccess(watched) ? watched.value._tag : "interrupted",
        open
      }
      // Whatever goes on for ever is broken off, and what it held is released.
      const ending = yield* Effect.fork(ActorSystem.stop(parent))
      yield* clock.advance(60_000)
      yield* Fiber.join(ending)
      assert.strictEqual(open, 0)
      assert.deepStrictEqual(yield* snapshots, [])
      return seen
    })
  )

describe("Failure matrix of a child", () => {
  for (const where of wheres) {
    for (const how of hows) {
      // A finalizer has no typed failures.
      if (where.startsWith("finalizer") && how === "typed failure") continue
      for (const directive of directives) {
        for (const restart of restarts) {
          const cell = { where, how, directive, restart }
          it(`${where}: ${how}; ${directive}, ${restart}`, async () => {
            assert.deepStrictEqual(await play(cell), expected(cell))
          })
        }
      }
    }
  }
})
