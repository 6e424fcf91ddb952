import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, Logger, Schema } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as Supervision from "../../src/actor/Supervision.ts"
import { provided, rest, run, snapshots } from "./harness.ts"

class Refused extends Schema.TaggedError<Refused>()("Refused", {}) {}

const How = Schema.Literal("typed failure", "defect", "interruption")
type How = typeof How.Type

const failing = (how: How): Effect.Effect<never, Refused> => {
  switch (how) {
    case "typed failure":
      return Effect.fail(new Refused())
    case "defect":
      return Effect.dieMessage("a bug")
    case "interruption":
      return Effect.interrupt
  }
}

const wheres = ["start", "handle plain", "handle effect", "handle on its fiber", "forked handler", "finalizer"] as const
type Where = (typeof wheres)[number]

const policies: Readonly<Record<Supervision.Directive, Supervision.Supervision>> = {
  restart: Supervision.restart(),
  resume: Supervision.resume,
  stop: Supervision.stop,
  escalate: Supervision.escalate
}

const Subject = Actor.make("Subject", [Rpc.make("Add", { success: Schema.Int }), Rpc.make("Fail", { error: Refused })])

const subject = (where: Where, how: How, supervision: Supervision.Supervision) => {
  let starts = 0
  return Subject.toLayer(
    Effect.gen(function* () {
      starts++
      if (where === "start" && starts === 1) return yield* failing(how)
      if (where === "finalizer" && starts === 1) yield* Effect.addFinalizer(() => Effect.orDie(failing(how)))
      let sum = 0
      return Subject.of({
        Add: () => ++sum,
        Fail: () => {
          switch (where) {
            case "handle plain":
              throw new Error("a bug")
            case "forked handler":
              return Rpc.fork(failing(how))
            case "handle on its fiber":
              return Effect.zipRight(Effect.yieldNow(), failing(how))
            default:
              return failing(how)
          }
        }
      })
    }),
    { supervision }
  )
}

/** What the one who asked sees, what the state is afterwards, and what an observer and a watcher see. */
interface Expected {
  readonly asked: string
  /** The third `Add`: 3 with the state kept, 1 or 2 with a new one; or why there is none. */
  readonly afterwards: number | string
  readonly restarts: number
  readonly watched: string
}

const expected = (where: Where, how: How, directive: Supervision.Directive): Expected => {
  if (where === "finalizer") return { asked: "none", afterwards: 1, restarts: 0, watched: "stopped" }
  const crash = where === "start" || how !== "typed failure"
  if (!crash) return { asked: "Refused", afterwards: 3, restarts: 0, watched: "waits" }
  const givenUp = { afterwards: "ActorFailed", restarts: 0, watched: "failed" }
  if (where === "start") {
    return directive === "restart" || directive === "resume"
      ? { asked: "none", afterwards: 3, restarts: 1, watched: "waits" }
      : { asked: "none", ...givenUp }
  }
  switch (directive) {
    case "restart":
      return { asked: "ActorCrashed", afterwards: 1, restarts: 1, watched: "waits" }
    case "resume":
      return { asked: "ActorCrashed", afterwards: 3, restarts: 0, watched: "waits" }
    default:
      return { asked: "ActorCrashed", ...givenUp }
  }
}

const tagOf = (error: { readonly _tag: string }) => error._tag

describe("Failure matrix", () => {
  for (const where of wheres) {
    for (const how of How.literals) {
      // A handler that answers at once can throw, no more; a finalizer has no typed failures.
      if (where === "handle plain" && how !== "defect") continue
      if (where === "finalizer" && how === "typed failure") continue
      for (const directive of ["restart", "resume", "stop", "escalate"] as const) {
        it(`${where}, ${how}, ${directive}`, () =>
          run(() =>
            Effect.gen(function* () {
              yield* provided(subject(where, how, policies[directive]))
              const ref = (yield* Subject.client)("s")
              const watching = yield* Effect.forkScoped(ActorSystem.watch(ref))
              yield* rest
              yield* Effect.exit(ref.ask.Add())
              yield* Effect.exit(ref.ask.Add())
              let asked = "none"
              if (where === "finalizer") yield* ActorSystem.stop(ref)
              else if (where !== "start") {
                asked = yield* Effect.match(ref.ask.Fail(), { onSuccess: () => "done", onFailure: tagOf })
              }
              yield* rest
              const restarts = (yield* snapshots)[0]?.restarts ?? 0
              const watched = watching.unsafePoll()
              const afterwards = yield* Effect.match(ref.ask.Add(), {
                onSuccess: (n): number | string => n,
                onFailure: tagOf
              })
              assert.deepStrictEqual(
                {
                  asked,
                  afterwards,
                  restarts,
                  watched: watched === null ? "waits" : Exit.isSuccess(watched) ? watched.value._tag : "interrupted"
                },
                expected(where, how, directive)
              )
            })
          ))
      }
    }
  }
})

const Keeper = Actor.make("Keeper", [
  Rpc.make("Put", { payload: { n: Schema.Int } }),
  Rpc.make("All", { success: Schema.Array(Schema.Int) }),
  Rpc.make("Crash"),
  Rpc.make("CrashLater")
])

const keeper = (crash: Deferred.Deferred<void>, supervision?: Supervision.Supervision) =>
  Keeper.toLayer(
    Effect.sync(() => {
      const kept: Array<number> = []
      return Keeper.of({
        Put: ({ n }) => void kept.push(n),
        All: () => [...kept],
        Crash: () => Effect.dieMessage("asked to"),
        CrashLater: () => Effect.zipRight(Deferred.await(crash), Effect.dieMessage("asked to"))
      })
    }),
    { supervision }
  )

describe("Supervision", () => {
  it("keeps the mailbox over a restart, and not the state", () =>
    run(() =>
      Effect.gen(function* () {
        const crash = yield* Deferred.make<void>()
        yield* provided(keeper(crash))
        const ref = (yield* Keeper.client)("k")
        yield* ref.tell.Put({ n: 1 })
        yield* ref.tell.CrashLater()
        yield* ref.tell.Put({ n: 2 })
        yield* ref.tell.Put({ n: 3 })
        yield* rest
        yield* Deferred.succeed(crash, undefined)
        assert.deepStrictEqual(yield* ref.ask.All(), [2, 3])
      })
    ))

  it("resume goes on with the next message and the same state", () =>
    run(() =>
      Effect.gen(function* () {
        const crash = yield* Deferred.make<void>()
        yield* provided(keeper(crash, Supervision.resume))
        const ref = (yield* Keeper.client)("k")
        yield* ref.tell.Put({ n: 1 })
        yield* ref.tell.CrashLater()
        yield* ref.tell.Put({ n: 2 })
        yield* Deferred.succeed(crash, undefined)
        assert.deepStrictEqual(yield* ref.ask.All(), [1, 2])
      })
    ))

  it("chooses by the cause where it is asked to", () =>
    run(() =>
      Effect.gen(function* () {
        const crash = yield* Deferred.make<void>()
        const causes: Array<string> = []
        const supervision = Supervision.decider((cause) => {
          causes.push(Cause.pretty(cause))
          return causes.length === 1 ? "resume" : "stop"
        })
        yield* provided(keeper(crash, supervision))
        const ref = (yield* Keeper.client)("k")
        yield* Effect.exit(ref.ask.Crash())
        assert.strictEqual(yield* Effect.match(ref.ask.All(), { onSuccess: () => "done", onFailure: tagOf }), "done")
        yield* Effect.exit(ref.ask.Crash())
        yield* rest
        assert.strictEqual(tagOf(yield* Effect.flip(ref.ask.All())), "ActorFailed")
        for (const cause of causes) assert.include(cause, "asked to")
      })
    ))

  it("that throws when it is asked ends its own actor, and no other", () =>
    run(() =>
      Effect.gen(function* () {
        const Plain = Actor.make("Plain", [Rpc.make("Throw"), Rpc.make("Ping")])
        const supervision = Supervision.decider(() => {
          throw new Error("no idea")
        })
        yield* provided(
          Plain.toLayer(
            Effect.succeed(
              Plain.of({
                Ping: () => {},
                Throw: () => {
                  throw new Error("asked to")
                }
              })
            ),
            { supervision }
          )
        )
        const client = yield* Plain.client
        yield* client("other").ask.Ping()
        yield* client("p").ask.Ping()
        yield* rest
        assert.strictEqual(tagOf(yield* Effect.flip(client("p").ask.Throw())), "ActorCrashed")
        yield* rest
        assert.strictEqual(tagOf(yield* Effect.flip(client("p").ask.Ping())), "ActorFailed")
        yield* client("other").ask.Ping()
      })
    ))

  it("escalate crashes the parent with the child's cause: its asker hears of it, all its children end, it starts anew", () =>
    run(() =>
      Effect.gen(function* () {
        const events: Array<string> = []
        const crash = yield* Deferred.make<void>()
        const Parent = Actor.make("Parent", [Rpc.make("Hold"), Rpc.make("Lives", { success: Schema.Int })])
        const Sibling = Actor.make("Sibling", [])
        yield* provided(keeper(crash, Supervision.escalate))
        yield* provided(
          Sibling.toLayer(
            Effect.as(
              Effect.addFinalizer(() => Effect.sync(() => void events.push("sibling ended"))),
              {}
            )
          )
        )
        yield* provided(
          Parent.toLayer(
            Effect.gen(function* () {
              const { incarnation } = yield* ActorContext
              yield* ActorSystem.spawn(Sibling, "s")
              const child = yield* ActorSystem.spawn(Keeper, "k")
              if (incarnation === 1) yield* child.tell.CrashLater()
              return Parent.of({ Hold: () => Effect.never, Lives: () => incarnation })
            })
          )
        )
        const parent = (yield* Parent.client)("p")
        const asked = yield* Effect.fork(Effect.flip(parent.ask.Hold()))
        yield* rest
        yield* Deferred.succeed(crash, undefined)
        const error = yield* Fiber.join(asked)
        assert.strictEqual(error._tag, "ActorCrashed")
        if (error._tag === "ActorCrashed") assert.include(Cause.pretty(error.cause), "asked to")
        assert.strictEqual(yield* parent.ask.Lives(), 2)
        assert.deepStrictEqual(events, ["sibling ended"])
        const [snapshot] = yield* snapshots
        assert.deepStrictEqual(
          snapshot!.children.map((child) => child.address),
          ["Parent/p/Sibling/s", "Parent/p/Keeper/k"]
        )
      })
    ))

  it("exceeded: escalate climbs once the window is full, and not before", () =>
    run(() =>
      Effect.gen(function* () {
        const crash = yield* Deferred.make<void>()
        let child: Effect.Effect.Success<ReturnType<typeof spawned>> | undefined
        const spawned = () => ActorSystem.spawn(Keeper, "k")
        const Parent = Actor.make("Parent", [Rpc.make("Lives", { success: Schema.Int })])
        yield* provided(keeper(crash, Supervision.restart({ intensity: 1, exceeded: "escalate" })))
        yield* provided(
          Parent.toLayer(
            Effect.gen(function* () {
              const { incarnation } = yield* ActorContext
              child = yield* spawned()
              return Parent.of({ Lives: () => incarnation })
            })
          )
        )
        const parent = (yield* Parent.client)("p")
        assert.strictEqual(yield* parent.ask.Lives(), 1)
        yield* Effect.exit(child!.ask.Crash())
        yield* rest
        assert.strictEqual(yield* parent.ask.Lives(), 1)
        yield* Effect.exit(child!.ask.Crash())
        yield* rest
        assert.strictEqual(yield* parent.ask.Lives(), 2)
      })
    ))

  it("a finalizer that dies hides neither the crash before it nor itself", () => {
    const lines: Array<string> = []
    const logger = Logger.make(({ cause, message }) => lines.push(`${String(message)}: ${Cause.pretty(cause)}`))
    return run(
      () =>
        Effect.gen(function* () {
          const Fragile = Actor.make("Fragile", [Rpc.make("Crash")])
          yield* provided(
            Fragile.toLayer(
              Effect.as(
                Effect.addFinalizer(() => Effect.dieMessage("the lid")),
                Fragile.of({ Crash: () => Effect.dieMessage("the pot") })
              ),
              { supervision: Supervision.stop }
            )
          )
          const ref = (yield* Fragile.client)("f")
          yield* Effect.exit(ref.ask.Crash())
          yield* rest
          const error = yield* Effect.flip(ref.ask.Crash())
          assert.strictEqual(error._tag, "ActorFailed")
          if (error._tag === "ActorFailed") assert.include(Cause.pretty(error.cause), "the pot")
        }),
      undefined,
      logger
    ).then(() => assert.isTrue(lines.some((line) => line.includes("Fragile/f") && line.includes("the lid"))))
  })

  for (const intensity of [-1, 1.5, Number.NaN]) {
    it(`refuses an intensity of ${intensity} where it is written`, () => {
      assert.throws(() => Supervision.restart({ intensity }), RangeError)
    })
  }
})

describe("An answer that throws as it is looked at", () => {
  // A revoked proxy, such as a draft that outlived the function it was made for.
  const Drafts = Actor.make("Drafts", [
    Rpc.make("Draft", { success: Schema.Unknown }),
    Rpc.make("Count", { success: Schema.Int })
  ])

  it("is a crash of its actor, and of nobody else", () =>
    run(() =>
      Effect.gen(function* () {
        let starts = 0
        yield* provided(
          Drafts.toLayer(
            Effect.sync(() => {
              const life = ++starts
              return Drafts.of({
                Draft: () => {
                  const { proxy, revoke } = Proxy.revocable({}, {})
                  revoke()
                  return proxy
                },
                Count: () => life
              })
            })
          )
        )
        const ref = (yield* Drafts.client)("a")
        // Once with the fiber awake, once while it is parked.
        for (const life of [2, 3]) {
          assert.strictEqual((yield* Effect.flip(ref.ask.Draft()))._tag, "ActorCrashed")
          assert.strictEqual(yield* ref.ask.Count(), life)
          yield* rest
        }
      })
    ))
})
