import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, type Layer, Schema, Scope, Stream } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import type { ActorRef } from "../../src/actor/ActorRef.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as Strategy from "../../src/actor/Strategy.ts"
import * as Supervision from "../../src/actor/Supervision.ts"
import { provided, rest, run, snapshots } from "./harness.ts"

const protocol = [
  Rpc.make("Crash"),
  Rpc.make("End"),
  Rpc.make("Hold", { success: Schema.String }),
  Rpc.make("Put", { payload: { n: Schema.Int } }),
  Rpc.make("All", { success: Schema.Array(Schema.Int) })
] as const
type Child = ActorRef<(typeof protocol)[number]>

const Parent = Actor.make("Parent", [
  Rpc.make("Spawn", { payload: { name: Schema.String }, success: Schema.String }),
  Rpc.make("Lives", { success: Schema.Int }),
  Rpc.make("Crash")
])

interface Plan {
  readonly restart?: Strategy.Restart
  readonly significant?: boolean
  readonly supervision?: Supervision.Supervision
  /** The numbers of the starts that fail; the first is 1. */
  readonly failing?: ReadonlyArray<number>
  /** Spawned when the parent is asked to, not when it starts. */
  readonly later?: boolean
  /** What its finalizer takes. */
  readonly closing?: Effect.Effect<void>
  readonly options?: Strategy.ChildOptions
}

/** A parent `p` and its children, in the order of their names here; starts, failed starts and ends are written down. */
const family = (
  children: Strategy.Strategy | undefined,
  plans: Readonly<Record<string, Plan>>,
  supervision?: Supervision.Supervision
) =>
  Effect.gen(function* () {
    const log: Array<string> = []
    const refs: Record<string, Child> = {}
    const spawns: Record<
      string,
      Effect.Effect<unknown, { readonly _tag: string }, ActorSystem.LocalActorSystem | Scope.Scope>
    > = {}
    const scopes: Record<string, Scope.CloseableScope> = {}
    for (const [name, plan] of Object.entries(plans)) {
      const definition = Actor.make(name, protocol)
      let starts = 0
      const layer = definition.toLayer(
        Effect.gen(function* () {
          const { stop } = yield* ActorContext
          if (plan.failing?.includes(++starts)) {
            log.push(`!${name}`)
            return yield* Effect.dieMessage(`${name} does not start`)
          }
          yield* Effect.addFinalizer(() => {
            log.push(`-${name}`)
            return plan.closing ?? Effect.void
          })
          log.push(`+${name}`)
          const kept: Array<number> = []
          return definition.of({
            Crash: () => Effect.dieMessage(`${name} was asked to`),
            End: () => stop,
            Hold: () => Effect.never,
            Put: ({ n }) => void kept.push(n),
            All: () => [...kept]
          })
        }),
        { supervision: plan.supervision }
      )
      const scope = yield* Scope.fork(yield* Scope.Scope, (yield* Effect.scope).strategy)
      scopes[name] = scope
      yield* Scope.extend(provided(layer), scope)
      const { restart, significant } = plan
      spawns[name] = Effect.map(
        ActorSystem.spawn(definition, "c", { restart, significant, ...plan.options }),
        (ref) => {
          refs[name] = ref
        }
      )
    }
    yield* provided(
      Parent.toLayer(
        Effect.gen(function* () {
          const { incarnation } = yield* ActorContext
          yield* Effect.addFinalizer(() => Effect.sync(() => void log.push("-p")))
          log.push("+p")
          for (const [name, { later }] of Object.entries(plans)) if (!later) yield* spawns[name]!
          return Parent.of({
            Spawn: ({ name }) =>
              Effect.match(spawns[name]!, { onSuccess: () => "spawned", onFailure: ({ _tag }) => _tag }),
            Lives: () => incarnation,
            Crash: () => Effect.dieMessage("the parent was asked to")
          })
        }),
        { children, supervision }
      )
    )
    const parent = (yield* Parent.client)("p")
    const begun = yield* Effect.exit(parent.ask.Lives())
    yield* rest
    return {
      parent,
      begun,
      refs,
      scopes,
      /** What happened since this was last asked. */
      happened: Effect.map(rest, () => log.splice(0).join(" ")),
      crash: (name: string) => Effect.zipRight(Effect.exit(refs[name]!.ask.Crash()), rest),
      end: (name: string) => Effect.zipRight(Effect.exit(refs[name]!.tell.End()), rest)
    }
  })

const three: Readonly<Record<string, Plan>> = { a: {}, b: {}, c: {} }
const generous = { intensity: 100 }

describe("Which children start again", () => {
  for (const [strategy, expected] of [
    [Strategy.oneForOne(), "-b +b"],
    [Strategy.oneForAll(), "-b -c -a +a +b +c"],
    [Strategy.restForOne(), "-b -c +b +c"]
  ] as const) {
    it(`${strategy.restarts}: when the second of three crashes, ${expected}`, () =>
      run(() =>
        Effect.gen(function* () {
          const { crash, happened } = yield* family(strategy, three)
          assert.strictEqual(yield* happened, "+p +a +b +c")
          yield* crash("b")
          assert.strictEqual(yield* happened, expected)
        })
      ))
  }

  for (const [restart, crashed, ended] of [
    ["permanent", "-a +a", "-a +a"],
    ["transient", "-a +a", "-a"],
    ["temporary", "-a", "-a"]
  ] as const) {
    it(`a ${restart} child, after a crash: ${crashed}`, () =>
      run(() =>
        Effect.gen(function* () {
          const { crash, happened } = yield* family(undefined, { a: { restart } })
          yield* happened
          yield* crash("a")
          assert.strictEqual(yield* happened, crashed)
        })
      ))

    it(`a ${restart} child, after an end of its own choice: ${ended}`, () =>
      run(() =>
        Effect.gen(function* () {
          const { end, happened } = yield* family(undefined, { a: { restart } })
          yield* happened
          yield* end("a")
          assert.strictEqual(yield* happened, ended)
        })
      ))
  }

  it("a child is transient unless it says otherwise", () =>
    run(() =>
      Effect.gen(function* () {
        const { crash, end, happened } = yield* family(undefined, { a: {} })
        yield* crash("a")
        yield* end("a")
        assert.strictEqual(yield* happened, "+p +a -a +a -a")
      })
    ))
})

describe("OTP's rules", () => {
  it("children stop in reverse of the specified order, not of start times", () =>
    run(() =>
      Effect.gen(function* () {
        const { crash, happened, parent } = yield* family(Strategy.oneForOne(), three)
        yield* crash("a")
        assert.strictEqual(yield* happened, "+p +a +b +c -a +a")
        yield* ActorSystem.stop(parent)
        assert.strictEqual(yield* happened, "-c -b -a -p")
      })
    ))

  it("a group restart counts once", () =>
    run(() =>
      Effect.gen(function* () {
        const { crash, happened, parent } = yield* family(Strategy.oneForAll({ intensity: 2 }), three)
        yield* crash("a")
        yield* crash("b")
        yield* happened
        assert.strictEqual(yield* parent.ask.Lives(), 1)
        yield* crash("c")
        assert.strictEqual(yield* happened, "-c -b -a -p")
      })
    ))

  it("a failed restart counts each time", () =>
    run(() =>
      Effect.gen(function* () {
        const { crash, happened } = yield* family(Strategy.oneForOne({ intensity: 3 }), {
          a: {},
          b: { failing: [2, 3, 4, 5] }
        })
        yield* happened
        yield* crash("b")
        assert.strictEqual(yield* happened, "-b !b !b !b -a -p")
      })
    ))

  it("a failed restart is retried from the child that failed", () =>
    run(() =>
      Effect.gen(function* () {
        const { crash, happened } = yield* family(Strategy.restForOne(generous), { a: {}, b: { failing: [2] }, c: {} })
        yield* happened
        yield* crash("a")
        assert.strictEqual(yield* happened, "-a -c -b +a !b +b +c")
      })
    ))

  it("a failed restart is retried with all of them where all belong together", () =>
    run(() =>
      Effect.gen(function* () {
        const { crash, happened } = yield* family(Strategy.oneForAll(generous), { a: {}, b: { failing: [2] }, c: {} })
        yield* happened
        yield* crash("c")
        assert.strictEqual(yield* happened, "-c -b -a +a !b -a +a +b +c")
      })
    ))

  it("a first start that fails is not retried: the parent's own start fails with it", () =>
    run(() =>
      Effect.gen(function* () {
        const { begun, happened, parent } = yield* family(
          Strategy.oneForAll(generous),
          { a: {}, b: { failing: [1], restart: "permanent" } },
          Supervision.stop
        )
        assert.isTrue(Exit.isFailure(begun))
        assert.strictEqual(yield* happened, "+p +a !b -a -p")
        assert.strictEqual((yield* Effect.flip(parent.ask.Lives()))._tag, "ActorFailed")
      })
    ))

  it("a first start that fails is not retried: its spawner hears of it, and it is no child", () =>
    run(() =>
      Effect.gen(function* () {
        const { crash, happened, parent } = yield* family(Strategy.oneForAll(generous), {
          a: {},
          b: { failing: [1], restart: "permanent", later: true }
        })
        assert.strictEqual(yield* parent.ask.Spawn({ name: "b" }), "ActorStartFailed")
        assert.strictEqual(yield* happened, "+p +a !b")
        yield* crash("a")
        assert.strictEqual(yield* happened, "-a +a")
      })
    ))

  it("a transient child that ended well is started again by a sibling's group restart", () =>
    run(() =>
      Effect.gen(function* () {
        const { crash, end, happened, refs } = yield* family(Strategy.oneForAll(), three)
        yield* happened
        yield* end("b")
        assert.strictEqual(yield* happened, "-b")
        assert.strictEqual((yield* Effect.flip(refs.b!.ask.All()))._tag, "ActorNotFound")
        assert.deepStrictEqual(
          (yield* snapshots).find(({ address }) => address === "Parent/p")!.children.map(({ address }) => address),
          ["Parent/p/a/c", "Parent/p/c/c"]
        )
        yield* crash("c")
        assert.strictEqual(yield* happened, "-c -a +a +b +c")
        assert.deepStrictEqual(yield* refs.b!.ask.All(), [])
      })
    ))

  it("a temporary child is stopped by a sibling's group restart, and never started again", () =>
    run(() =>
      Effect.gen(function* () {
        const { crash, happened, refs } = yield* family(Strategy.oneForAll(), { ...three, b: { restart: "temporary" } })
        yield* happened
        yield* crash("c")
        assert.strictEqual(yield* happened, "-c -b -a +a +c")
        assert.strictEqual((yield* Effect.flip(refs.b!.ask.All()))._tag, "ActorNotFound")
      })
    ))

  for (const [restart, expected] of [
    ["transient", "-a -p"],
    ["permanent", "-a -p +p +a"]
  ] as const) {
    it(`a supervisor that gives up ends as shutdown: to its own parent that is a normal end (${restart}: ${expected})`, () =>
      run(() =>
        Effect.gen(function* () {
          const log: Array<string> = []
          const Leaf = Actor.make("a", [Rpc.make("Crash")])
          const Middle = Actor.make("p", [])
          const Top = Actor.make("Top", [Rpc.make("Ping")])
          let leaf: { readonly ask: { readonly Crash: () => Effect.Effect<unknown, unknown> } } | undefined
          const noted = (name: string) =>
            Effect.zipRight(
              Effect.addFinalizer(() => Effect.sync(() => void log.push(`-${name}`))),
              Effect.sync(() => void log.push(`+${name}`))
            )
          yield* provided(Leaf.toLayer(Effect.as(noted("a"), Leaf.of({ Crash: () => Effect.dieMessage("asked to") }))))
          yield* provided(
            Middle.toLayer(
              Effect.gen(function* () {
                yield* noted("p")
                leaf = yield* ActorSystem.spawn(Leaf, "a")
                return {}
              }),
              { children: Strategy.oneForOne({ intensity: 0 }), supervision: Supervision.escalate }
            )
          )
          yield* provided(
            Top.toLayer(Effect.as(ActorSystem.spawn(Middle, "p", { restart }), Top.of({ Ping: () => {} })), {
              children: Strategy.oneForOne({ intensity: 1 })
            })
          )
          const top = (yield* Top.client)("t")
          yield* top.ask.Ping()
          log.length = 0
          yield* Effect.exit(leaf!.ask.Crash())
          yield* rest
          assert.strictEqual(log.join(" "), expected)
          yield* top.ask.Ping()
        })
      ))
  }

  it("a root that gives up is as one that stopped: watchers hear so, and its next message activates it", () =>
    run(() =>
      Effect.gen(function* () {
        const { crash, happened, parent } = yield* family(Strategy.oneForOne({ intensity: 0 }), three)
        const watching = yield* Effect.forkScoped(ActorSystem.watch(parent))
        yield* rest
        yield* crash("b")
        assert.strictEqual(yield* happened, "+p +a +b +c -b -c -a -p")
        assert.deepStrictEqual(yield* Fiber.join(watching), { _tag: "stopped" })
        assert.strictEqual(yield* parent.ask.Lives(), 1)
        assert.strictEqual(yield* happened, "+p +a +b +c")
      })
    ))
})

describe("Significant children", () => {
  const plans = {
    a: {},
    b: { significant: true },
    c: { significant: true, restart: "temporary" }
  } as const

  it("any: when one of them has ended for good, the parent shuts down", () =>
    run(() =>
      Effect.gen(function* () {
        const { crash, end, happened } = yield* family(Strategy.oneForOne({ autoShutdown: "any" }), plans)
        yield* end("a")
        yield* crash("b")
        assert.strictEqual(yield* happened, "+p +a +b +c -a -b +b")
        yield* crash("c")
        assert.strictEqual(yield* happened, "-c -b -p")
      })
    ))

  it("all: when the last of them has ended for good, the parent shuts down", () =>
    run(() =>
      Effect.gen(function* () {
        const { crash, end, happened } = yield* family(Strategy.oneForOne({ autoShutdown: "all" }), plans)
        yield* crash("c")
        assert.strictEqual(yield* happened, "+p +a +b +c -c")
        yield* end("b")
        assert.strictEqual(yield* happened, "-b -a -p")
      })
    ))

  it("one that supervision gives up has ended for good", () =>
    run(() =>
      Effect.gen(function* () {
        const { crash, happened } = yield* family(Strategy.oneForAll({ autoShutdown: "any" }), {
          a: {},
          b: { significant: true, supervision: Supervision.stop }
        })
        yield* happened
        yield* crash("b")
        assert.strictEqual(yield* happened, "-b -a -p")
      })
    ))

  it("one that is stopped from outside does not count", () =>
    run(() =>
      Effect.gen(function* () {
        const { happened, parent, refs } = yield* family(Strategy.oneForOne({ autoShutdown: "any" }), plans)
        yield* happened
        yield* ActorSystem.stop(refs.b!)
        assert.strictEqual(yield* happened, "-b")
        assert.strictEqual(yield* parent.ask.Lives(), 1)
      })
    ))

  it("more of them than the strategy allows are refused, until one has ended", () =>
    run(() =>
      Effect.gen(function* () {
        const plans = { a: {}, b: { later: true } }
        const { happened, parent, refs } = yield* family(Strategy.oneForOne({ maxChildren: 1 }), plans)
        assert.strictEqual(yield* parent.ask.Spawn({ name: "b" }), "TooManyChildren")
        yield* ActorSystem.stop(refs.a!)
        assert.strictEqual(yield* parent.ask.Spawn({ name: "b" }), "spawned")
        assert.strictEqual(yield* happened, "+p +a -a +b")
      })
    ))

  for (const [name, strategy, plan, reason] of [
    ["permanent", Strategy.oneForOne({ autoShutdown: "any" }), { restart: "permanent" }, "significant and permanent"],
    [
      "below a parent that never shuts down by itself",
      Strategy.oneForAll(),
      {},
      "significant, and the parent never shuts down by itself"
    ]
  ] as const) {
    it(`one that is ${name} is refused, and does not start`, () =>
      run(() =>
        Effect.gen(function* () {
          const { happened, parent } = yield* family(strategy, { a: { ...plan, significant: true, later: true } })
          assert.strictEqual(yield* parent.ask.Spawn({ name: "a" }), "InvalidChildOptions")
          assert.strictEqual(yield* happened, "+p")
          const Leaf = Actor.make("Leaf", [])
          yield* provided(Leaf.toLayer(Effect.succeed({})))
          const error = yield* Effect.flip(ActorSystem.spawn(Leaf, "l", { ...plan, significant: true }))
          // A host never shuts down by itself.
          assert.deepInclude(error, {
            _tag: "InvalidChildOptions",
            address: "host/Leaf/l",
            reason: name === "permanent" ? reason : "significant, and the parent never shuts down by itself"
          })
        })
      ))
  }
})

describe("Limits", () => {
  for (const [what, supervision, strategy] of [
    [
      "an intensity of a child's own is refused",
      Supervision.restart({ intensity: 0 }),
      Strategy.oneForOne({ intensity: 2 })
    ],
    [
      "an exceeded is as well",
      Supervision.decider(() => "restart", { exceeded: "escalate" }),
      Strategy.restForOne({ intensity: 2 })
    ],
    ["below a parent that does not count both are taken", Supervision.restart({ intensity: 0 }), Strategy.oneForOne()]
  ] as const) {
    it(`per supervisor: ${what}, not ignored in silence`, () =>
      run(() =>
        Effect.gen(function* () {
          const { happened, parent } = yield* family(strategy, { a: { supervision, later: true } })
          const isRefused = strategy.intensity !== undefined
          assert.strictEqual(yield* parent.ask.Spawn({ name: "a" }), isRefused ? "InvalidChildOptions" : "spawned")
          assert.strictEqual(yield* happened, isRefused ? "+p" : "+p +a")
        })
      ))
  }

  it("per supervisor: restarts of all children count together, also more than the default of each", () =>
    run(() =>
      Effect.gen(function* () {
        const patient = { supervision: Supervision.restart({ backoff: { min: 0 } }) }
        const { crash, happened } = yield* family(Strategy.oneForOne({ intensity: 2 }), { a: patient, b: patient })
        yield* crash("a")
        yield* crash("b")
        assert.strictEqual(yield* happened, "+p +a +b -a +a -b +b")
        yield* crash("a")
        assert.strictEqual(yield* happened, "-a -b -p")
      })
    ))

  it("per supervisor: the window slides", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { crash, happened, parent } = yield* family(
          Strategy.oneForOne({ intensity: 1, period: "5 seconds" }),
          three
        )
        yield* crash("a")
        yield* clock.advance(5_000)
        yield* crash("b")
        assert.strictEqual(yield* parent.ask.Lives(), 1)
        yield* clock.advance(4_999)
        yield* happened
        yield* crash("c")
        assert.strictEqual(yield* happened, "-c -b -a -p")
      })
    ))

  it("per child: who meets the limit is given up alone, and told so to its senders", () =>
    run(() =>
      Effect.gen(function* () {
        const { crash, happened, refs } = yield* family(Strategy.oneForAll(), {
          a: {},
          b: { supervision: Supervision.restart({ intensity: 1 }) }
        })
        yield* crash("b")
        yield* happened
        yield* crash("b")
        assert.strictEqual(yield* happened, "-b")
        assert.strictEqual((yield* Effect.flip(refs.b!.ask.All()))._tag, "ActorFailed")
        yield* crash("a")
        assert.strictEqual(yield* happened, "-a +a")
        const local = yield* ActorSystem.LocalActorSystem
        yield* local.revive(refs.b!)
        assert.strictEqual(yield* happened, "+b")
        yield* crash("a")
        assert.strictEqual(yield* happened, "-a -b +a +b")
      })
    ))

  it("a permanent child that stops itself too often is given up, with a cause that says so", () =>
    run(() =>
      Effect.gen(function* () {
        const { end, refs } = yield* family(undefined, {
          a: { restart: "permanent", supervision: Supervision.restart({ intensity: 1 }) }
        })
        yield* end("a")
        assert.deepStrictEqual(yield* refs.a!.ask.All(), [])
        yield* end("a")
        const error = yield* Effect.flip(refs.a!.ask.All())
        assert.strictEqual(error._tag, "ActorFailed")
        assert.include(error.message, "stopped itself more often")
      })
    ))

  it("backoff: the whole group waits, and takes messages meanwhile", () =>
    run((clock) =>
      Effect.gen(function* () {
        const supervision = Supervision.restart({ backoff: { min: "1 second", jitter: 0 } })
        const { crash, happened, refs } = yield* family(Strategy.restForOne(), { a: { supervision }, b: {} })
        yield* happened
        yield* crash("a")
        assert.strictEqual(yield* happened, "-a -b")
        yield* refs.a!.tell.Put({ n: 1 })
        yield* refs.b!.tell.Put({ n: 2 })
        yield* clock.advance(999)
        assert.strictEqual(yield* happened, "")
        yield* clock.advance(1)
        assert.strictEqual(yield* happened, "+a +b")
        assert.deepStrictEqual(yield* refs.a!.ask.All(), [1])
        assert.deepStrictEqual(yield* refs.b!.ask.All(), [2])
      })
    ))

  it("escalation: the parent crashes with its child's cause, and starts anew with all children", () =>
    run(() =>
      Effect.gen(function* () {
        const { crash, happened, parent } = yield* family(Strategy.oneForOne(), {
          a: {},
          b: { supervision: Supervision.escalate }
        })
        yield* happened
        yield* crash("b")
        assert.strictEqual(yield* happened, "-b -a -p +p +a +b")
        assert.strictEqual(yield* parent.ask.Lives(), 2)
      })
    ))
})

describe("A group that starts again", () => {
  it("keeps the mailboxes: only the message in hand is lost, and its asker hears why at once", () =>
    run(() =>
      Effect.gen(function* () {
        const { crash, refs } = yield* family(Strategy.oneForAll(), three)
        yield* refs.b!.tell.Put({ n: 1 })
        const held = yield* Effect.fork(Effect.flip(refs.b!.ask.Hold()))
        yield* rest
        yield* refs.b!.tell.Put({ n: 2 })
        const asked = yield* Effect.fork(refs.b!.ask.All())
        yield* rest
        yield* crash("a")
        const error = yield* Fiber.join(held)
        assert.strictEqual(error._tag, "ActorCrashed")
        if (error._tag === "ActorCrashed") assert.include(Cause.pretty(error.cause), "a sibling ended")
        assert.deepStrictEqual(yield* Fiber.join(asked), [2])
      })
    ))

  it("waits for a child that does not let itself be interrupted for its budget, and no longer", () =>
    run((clock) =>
      Effect.gen(function* () {
        let stubborn = true
        const closing = Effect.suspend(() => (stubborn ? Effect.sleep("1 hour") : Effect.void))
        const { crash, happened } = yield* family(Strategy.oneForAll(), {
          a: {},
          b: { closing, options: { stopBudget: "3 seconds" } }
        })
        yield* happened
        yield* crash("a")
        assert.strictEqual(yield* happened, "-a -b")
        yield* clock.advance(2_999)
        assert.strictEqual(yield* happened, "")
        yield* clock.advance(1)
        assert.strictEqual(yield* happened, "+a +b")
        stubborn = false
      })
    ))

  it("does not start a child that was stopped meanwhile", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { crash, happened, refs } = yield* family(Strategy.oneForAll(), {
          a: {},
          b: { closing: Effect.sleep("1 second") },
          c: {}
        })
        yield* happened
        yield* crash("a")
        assert.strictEqual(yield* happened, "-a -c -b")
        yield* Effect.fork(ActorSystem.stop(refs.b!))
        yield* clock.advance(1_000)
        assert.strictEqual(yield* happened, "+a +c")
        assert.strictEqual((yield* Effect.flip(refs.b!.ask.All()))._tag, "ActorNotFound")
      })
    ))

  it("is given up when the parent stops meanwhile: nobody starts any more", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { crash, happened, parent } = yield* family(Strategy.oneForAll(), {
          a: {},
          b: { closing: Effect.sleep("1 second") },
          c: {}
        })
        yield* happened
        yield* crash("c")
        const stopping = yield* Effect.fork(ActorSystem.stop(parent))
        yield* clock.advance(1_000)
        yield* Fiber.join(stopping)
        assert.strictEqual(yield* happened, "-c -b -a -p")
      })
    ))
})

describe("Who is in a group that starts again", () => {
  const Sleeper = Actor.make("Sleeper", [Rpc.make("Ping", { success: Schema.Int })])
  const Crasher = Actor.make("Crasher", [Rpc.make("Crash")])
  const Group = Actor.make("Group", [Rpc.make("Begin")])
  const arrange = <R>(sleeper: Layer.Layer<never, never, R>) =>
    Effect.gen(function* () {
      yield* provided(sleeper)
      yield* provided(Crasher.toLayer(Effect.succeed(Crasher.of({ Crash: () => Effect.dieMessage("asked to") }))))
      const spawned = () => Effect.all([ActorSystem.spawn(Sleeper, "s"), ActorSystem.spawn(Crasher, "c")])
      let refs: Effect.Effect.Success<ReturnType<typeof spawned>> | undefined
      yield* provided(
        Group.toLayer(
          Effect.gen(function* () {
            refs = yield* spawned()
            return Group.of({ Begin: () => {} })
          }),
          { children: Strategy.oneForAll() }
        )
      )
      yield* (yield* Group.client)("g").ask.Begin()
      return refs!
    })
  const stateOf = (address: string) =>
    Effect.map(snapshots, (all) => all.flatMap(({ children }) => children).find((child) => child.address === address))

  it("and rests, goes on resting: its next message wakes it", () =>
    run((clock) =>
      Effect.gen(function* () {
        let starts = 0
        const [sleeper, crasher] = yield* arrange(
          Sleeper.toLayer(
            Effect.sync(() => {
              const life = ++starts
              return Sleeper.of({ Ping: () => life })
            }),
            { passivateAfter: "1 minute" }
          )
        )
        yield* clock.advance(200_000)
        assert.strictEqual((yield* stateOf(sleeper.address))?.state, "absent")
        yield* Effect.exit(crasher.ask.Crash())
        yield* rest
        assert.strictEqual(starts, 1)
        assert.strictEqual((yield* stateOf(sleeper.address))?.state, "absent")
        assert.strictEqual(yield* sleeper.ask.Ping(), 2)
      })
    ))

  it("and does not let itself be interrupted at its message, is given up on after its budget, and starts again", () =>
    run((clock) =>
      Effect.gen(function* () {
        let starts = 0
        const [sleeper, crasher] = yield* arrange(
          Sleeper.toLayer(
            Effect.sync(() => {
              const life = ++starts
              return Sleeper.of({
                Ping: () => (life === 1 ? Effect.uninterruptible(Effect.as(Effect.sleep("1 minute"), 0)) : life)
              })
            })
          )
        )
        const held = yield* Effect.fork(Effect.flip(sleeper.ask.Ping()))
        yield* rest
        yield* Effect.exit(crasher.ask.Crash())
        const asked = yield* Effect.fork(sleeper.ask.Ping())
        yield* clock.advance(4_999)
        assert.strictEqual(starts, 1)
        yield* clock.advance(1)
        assert.strictEqual((yield* Fiber.join(held))._tag, "ActorCrashed")
        assert.strictEqual(yield* Fiber.join(asked), 2)
        yield* clock.advance(60_000)
        assert.strictEqual(yield* sleeper.ask.Ping(), 2)
      })
    ))

  it("and is about to stop itself, lives again: what it still had waits for its next life", () =>
    run(() =>
      Effect.gen(function* () {
        const gate = yield* Deferred.make<void>()
        let starts = 0
        const [sleeper, crasher] = yield* arrange(
          Sleeper.toLayer(
            Effect.map(ActorContext, ({ stop }) => {
              const life = ++starts
              return Sleeper.of({
                Ping: () => (life === 1 ? Effect.as(Effect.zipRight(stop, Deferred.await(gate)), 0) : life)
              })
            })
          )
        )
        const held = yield* Effect.fork(Effect.flip(sleeper.ask.Ping()))
        yield* rest
        assert.strictEqual((yield* stateOf(sleeper.address))?.state, "stopping")
        yield* Effect.exit(crasher.ask.Crash())
        yield* rest
        assert.strictEqual((yield* Fiber.join(held))._tag, "ActorCrashed")
        assert.strictEqual(yield* sleeper.ask.Ping(), 2)
      })
    ))

  it("is seen to restart by those who look on, and only who crashed is seen to crash", () =>
    run(() =>
      Effect.gen(function* () {
        const [, crasher] = yield* arrange(Sleeper.toLayer(Effect.succeed(Sleeper.of({ Ping: () => 0 }))))
        const { changes } = yield* ActorSystem.LocalActorSystem
        const seen = yield* Effect.fork(Stream.runCollect(Stream.take(changes, 3)))
        yield* rest
        yield* Effect.exit(crasher.ask.Crash())
        assert.deepStrictEqual(
          Array.from(yield* Fiber.join(seen), ({ event, type }) => `${type} ${event._tag}`),
          ["Crasher crashed", "Sleeper restarted", "Crasher restarted"]
        )
      })
    ))
})

describe("A child that is stopped from outside", () => {
  for (const restart of ["permanent", "transient", "temporary"] as const) {
    it(`is never started again, though ${restart}, and leaves its name to another`, () =>
      run(() =>
        Effect.gen(function* () {
          const { crash, happened, parent, refs } = yield* family(Strategy.oneForAll(), { a: {}, b: { restart } })
          yield* happened
          const first = refs.b!
          yield* ActorSystem.stop(first)
          assert.strictEqual(yield* happened, "-b")
          yield* crash("a")
          assert.strictEqual(yield* happened, "-a +a")
          assert.strictEqual(yield* parent.ask.Spawn({ name: "b" }), "spawned")
          assert.strictEqual(yield* happened, "+b")
          assert.deepStrictEqual(yield* refs.b!.ask.All(), [])
          assert.strictEqual((yield* Effect.flip(first.ask.All()))._tag, "ActorNotFound")
        })
      ))
  }

  it("who is spawned under the name of one that ended by itself comes last, and is the only one", () =>
    run(() =>
      Effect.gen(function* () {
        const { crash, end, happened, parent } = yield* family(Strategy.oneForAll(), three)
        yield* end("a")
        assert.strictEqual(yield* parent.ask.Spawn({ name: "a" }), "spawned")
        yield* happened
        yield* crash("b")
        assert.strictEqual(yield* happened, "-b -a -c +b +c +a")
      })
    ))
})

describe("When a type's Layer closes", () => {
  it("its children are stopped and none comes back, not even one that waits for its group", () =>
    run(() =>
      Effect.gen(function* () {
        const { crash, end, happened, scopes } = yield* family(Strategy.oneForAll(), three)
        yield* end("b")
        yield* happened
        yield* Scope.close(scopes.b!, Exit.void)
        yield* crash("a")
        assert.strictEqual(yield* happened, "-a -c +a +c")
        yield* Scope.close(scopes.c!, Exit.void)
        assert.strictEqual(yield* happened, "-c")
        yield* crash("a")
        assert.strictEqual(yield* happened, "-a +a")
      })
    ))
})

describe("An actor that stops itself while it starts", () => {
  it("has ended by its own choice: its spawner hears so, and it is not started again", () =>
    run(() =>
      Effect.gen(function* () {
        let starts = 0
        const Shy = Actor.make("Shy", [])
        yield* provided(
          Shy.toLayer(
            Effect.gen(function* () {
              starts++
              yield* (yield* ActorContext).stop
              return yield* Effect.never
            })
          )
        )
        const error = yield* Effect.flip(ActorSystem.spawn(Shy, "s"))
        assert.strictEqual(error._tag, "ActorStopping")
        assert.strictEqual(starts, 1)
      })
    ))
})

describe("An actor that is ending", () => {
  const Leaf = Actor.make("Leaf", [Rpc.make("Crash")])
  const Slow = Actor.make("Slow", [Rpc.make("Hold"), Rpc.make("HoldBeside"), Rpc.make("Ping")])
  /** A parent that does not let itself be interrupted for 8 seconds, and a child that takes 3 to close. */
  const arrange = Effect.gen(function* () {
    const log: Array<string> = []
    yield* provided(
      Leaf.toLayer(
        Effect.gen(function* () {
          log.push("+leaf")
          yield* Effect.addFinalizer(() =>
            Effect.zipRight(
              Effect.sleep("3 seconds"),
              Effect.sync(() => void log.push("-leaf"))
            )
          )
          return Leaf.of({ Crash: () => Effect.dieMessage("asked to") })
        })
      )
    )
    const spawned = () => ActorSystem.spawn(Leaf, "l")
    let leaf: Effect.Effect.Success<ReturnType<typeof spawned>> | undefined
    let late: string | undefined
    const stubborn = Effect.uninterruptible(
      Effect.zipRight(
        Effect.sleep("8 seconds"),
        Effect.match(ActorSystem.spawn(Leaf, "late"), {
          onFailure: ({ _tag }) => {
            late = _tag
          },
          onSuccess: () => {
            late = "spawned"
          }
        })
      )
    )
    yield* provided(
      Slow.toLayer(
        Effect.gen(function* () {
          leaf = yield* spawned()
          return Slow.of({ Hold: () => stubborn, HoldBeside: () => Rpc.fork(stubborn), Ping: () => {} })
        })
      )
    )
    const slow = (yield* Slow.client)("s")
    yield* slow.ask.Ping()
    return { slow, leaf: leaf!, log, late: () => late }
  })

  it("starts no child again, and no new one", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { late, leaf, log, slow } = yield* arrange
        yield* slow.tell.HoldBeside()
        yield* rest
        yield* Effect.fork(ActorSystem.stop(slow, { now: true }))
        yield* rest
        yield* Effect.exit(leaf.ask.Crash())
        yield* clock.advance(8_000)
        assert.deepStrictEqual(log, ["+leaf", "-leaf"])
        assert.strictEqual(late(), "ActorStopping")
        yield* clock.advance(10_000)
        assert.deepStrictEqual(yield* snapshots, [])
      })
    ))

  it("and is given up on, has not ended before its children have", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { log, slow } = yield* arrange
        yield* slow.tell.Hold()
        yield* rest
        const first = yield* Effect.fork(ActorSystem.stop(slow, { now: true }))
        // Interrupted, and abandoned after 5 seconds; now its child is being closed.
        yield* clock.advance(6_000)
        assert.deepStrictEqual(log, ["+leaf"])
        const second = yield* Effect.fork(ActorSystem.stop(slow))
        yield* rest
        assert.isNull(second.unsafePoll())
        yield* clock.advance(2_000)
        yield* Fiber.join(first)
        yield* Fiber.join(second)
        assert.deepStrictEqual(log, ["+leaf", "-leaf"])
        yield* clock.advance(10_000)
      })
    ))
})

describe("A spawn", () => {
  it("by a fiber that outlived its incarnation is refused", () =>
    run(() =>
      Effect.gen(function* () {
        const go = yield* Deferred.make<void>()
        const Leaf = Actor.make("Leaf", [])
        const Root = Actor.make("Root", [Rpc.make("Ping"), Rpc.make("Crash")])
        let spawning: Fiber.Fiber<unknown, unknown> | undefined
        yield* provided(Leaf.toLayer(Effect.succeed({})))
        yield* provided(
          Root.toLayer(
            Effect.gen(function* () {
              spawning ??= yield* Effect.forkDaemon(
                Effect.zipRight(Deferred.await(go), Effect.flip(Effect.scoped(ActorSystem.spawn(Leaf, "l"))))
              )
              return Root.of({ Ping: () => {}, Crash: () => Effect.dieMessage("asked to") })
            })
          )
        )
        const root = (yield* Root.client)("r")
        yield* Effect.exit(root.ask.Crash())
        yield* root.ask.Ping()
        yield* Deferred.succeed(go, undefined)
        assert.deepInclude(yield* Fiber.join(spawning!), { _tag: "ActorStopping" })
        assert.deepStrictEqual((yield* snapshots)[0]!.children, [])
      })
    ))
})
