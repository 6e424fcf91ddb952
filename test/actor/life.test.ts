/** The table "Life of an address", cell by cell. */
import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Scope } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import type { ActorRef } from "../../src/actor/ActorRef.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as Supervision from "../../src/actor/Supervision.ts"
import { provided, rest, run, type Services, snapshots } from "./harness.ts"

const Subject = Actor.make("Subject", [
  Rpc.make("Note"),
  Rpc.make("Ping"),
  Rpc.make("Crash"),
  Rpc.make("Hold"),
  Rpc.make("StopYourself")
])
type Ref = Effect.Effect.Success<typeof Subject.client> extends (id: string) => infer R ? R : never

interface Scene {
  readonly ref: Ref
  readonly counts: { handled: number; starts: number }
  readonly advance: (millis: number) => Effect.Effect<void>
  /** Lets a held start, and a held message, go on. */
  readonly open: Effect.Effect<unknown>
}

type Kind = "root" | "child"

/** Runs a story about one actor; its starts are held from the given one on. */
const scene = <A, E>(
  kind: Kind,
  test: (scene: Scene) => Effect.Effect<A, E, Services>,
  options?: {
    readonly supervision?: Supervision.Supervision
    readonly holdStart?: number
    readonly passivateAfter?: number
  }
): Promise<A> =>
  run((clock) =>
    Effect.gen(function* () {
      const counts = { handled: 0, starts: 0 }
      const gate = yield* Deferred.make<void>()
      yield* provided(
        Subject.toLayer(
          Effect.gen(function* () {
            if (++counts.starts >= (options?.holdStart ?? Number.POSITIVE_INFINITY)) yield* Deferred.await(gate)
            const self = yield* ActorContext
            return Subject.of({
              Note: () => void counts.handled++,
              Ping: () => void counts.handled++,
              Crash: () => Effect.die("asked to"),
              Hold: () => Deferred.await(gate),
              StopYourself: () => self.stop
            })
          }),
          { supervision: options?.supervision ?? Supervision.restart(), passivateAfter: options?.passivateAfter }
        )
      )
      const ref = kind === "root" ? (yield* Subject.client)("s") : yield* ActorSystem.spawn(Subject, "s")
      const open = Deferred.succeed(gate, undefined)
      const result = yield* test({ ref, counts, advance: clock.advance, open })
      yield* open
      yield* rest
      return result
    })
  )

/** What an Effect comes to without time passing. */
const outcome = <A, E extends { readonly _tag: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkScoped(effect)
    yield* rest
    const exit = fiber.unsafePoll()
    if (exit === null) return "waits"
    if (Exit.isSuccess(exit)) return "done"
    return exit.cause._tag === "Fail" ? exit.cause.error._tag : exit.cause._tag
  })

const watched = (ref: ActorRef.Any) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkScoped(ActorSystem.watch(ref))
    yield* rest
    const exit = fiber.unsafePoll()
    return exit === null ? "waits" : Exit.isSuccess(exit) ? exit.value._tag : exit.cause._tag
  })

const stateOf = Effect.map(snapshots, ([snapshot]) => snapshot?.state ?? "none")

interface Row {
  readonly name: string
  readonly kinds: ReadonlyArray<Kind>
  readonly supervision?: Supervision.Supervision
  readonly holdStart?: number
  readonly passivateAfter?: number
  readonly arrange: (scene: Scene) => Effect.Effect<unknown, unknown, Services>
  /** What a snapshot calls it. */
  readonly state: string
  readonly tell: string
  readonly ask: string
  readonly watch: string
}

const rows: ReadonlyArray<Row> = [
  {
    name: "absent",
    kinds: ["root"],
    arrange: () => Effect.void,
    state: "none",
    tell: "done",
    ask: "done",
    watch: "waits"
  },
  {
    name: "starting for the first time",
    kinds: ["root"],
    holdStart: 1,
    arrange: ({ ref }) => ref.tell.Note(),
    state: "starting",
    tell: "done",
    ask: "waits",
    watch: "waits"
  },
  {
    name: "starting again",
    kinds: ["root", "child"],
    holdStart: 2,
    arrange: ({ ref }) => Effect.exit(ref.ask.Crash()),
    state: "starting",
    tell: "done",
    ask: "waits",
    watch: "waits"
  },
  {
    name: "running",
    kinds: ["root", "child"],
    arrange: ({ ref }) => ref.ask.Ping(),
    state: "running",
    tell: "done",
    ask: "done",
    watch: "waits"
  },
  {
    name: "backing off",
    kinds: ["root", "child"],
    supervision: Supervision.restart({ backoff: { min: "1 second" } }),
    arrange: ({ ref }) => Effect.exit(ref.ask.Crash()),
    state: "backing off",
    tell: "done",
    ask: "waits",
    watch: "waits"
  },
  {
    name: "passive",
    kinds: ["root", "child"],
    passivateAfter: 1000,
    arrange: ({ advance, ref }) => Effect.zipRight(ref.ask.Ping(), advance(2000)),
    state: "none",
    tell: "done",
    ask: "done",
    watch: "waits"
  },
  {
    name: "stopping",
    kinds: ["root", "child"],
    arrange: ({ ref }) =>
      Effect.zipRight(
        Effect.zipRight(ref.tell.Hold(), rest),
        Effect.forkScoped(Effect.flatMap(ActorSystem.ActorSystem, (system) => system.stop(ref)))
      ),
    state: "stopping",
    tell: "ActorStopping",
    ask: "ActorStopping",
    watch: "waits"
  },
  {
    name: "stopped on purpose",
    kinds: ["root"],
    arrange: ({ ref }) => Effect.zipRight(ref.ask.Ping(), ActorSystem.stop(ref)),
    state: "none",
    tell: "done",
    ask: "done",
    watch: "waits"
  },
  {
    name: "stopped on purpose",
    kinds: ["child"],
    arrange: ({ ref }) => ActorSystem.stop(ref),
    state: "none",
    tell: "ActorNotFound",
    ask: "ActorNotFound",
    watch: "absent"
  },
  {
    name: "ended by itself",
    kinds: ["child"],
    arrange: ({ ref }) => ref.tell.StopYourself(),
    state: "none",
    tell: "ActorNotFound",
    ask: "ActorNotFound",
    watch: "absent"
  },
  {
    name: "given up",
    kinds: ["root", "child"],
    supervision: Supervision.stop,
    arrange: ({ ref }) => Effect.exit(ref.ask.Crash()),
    state: "failed",
    tell: "ActorFailed",
    ask: "ActorFailed",
    watch: "failed"
  }
]

describe("Life of an address", () => {
  for (const row of rows) {
    for (const kind of row.kinds) {
      const arranged = <A, E>(test: (scene: Scene) => Effect.Effect<A, E, Services>) =>
        scene(
          kind,
          (one) =>
            Effect.gen(function* () {
              yield* row.arrange(one)
              yield* rest
              assert.strictEqual(yield* stateOf, row.state)
              yield* test(one)
            }),
          row
        )
      it(`a ${kind} ${row.name}: tell ${row.tell}`, () =>
        arranged(({ ref }) => Effect.map(outcome(ref.tell.Note()), (seen) => assert.strictEqual(seen, row.tell))))
      it(`a ${kind} ${row.name}: ask ${row.ask}`, () =>
        arranged(({ ref }) => Effect.map(outcome(ref.ask.Ping()), (seen) => assert.strictEqual(seen, row.ask))))
      it(`a ${kind} ${row.name}: watch ${row.watch}`, () =>
        arranged(({ ref }) => Effect.map(watched(ref), (seen) => assert.strictEqual(seen, row.watch))))
    }
  }

  for (const kind of ["root", "child"] as const) {
    it(`what waited while a ${kind} was starting or backing off is handled in its order`, () =>
      scene(
        kind,
        ({ ref, counts, advance }) =>
          Effect.gen(function* () {
            yield* Effect.exit(ref.ask.Crash())
            yield* ref.tell.Note()
            const asked = yield* Effect.fork(ref.ask.Ping())
            yield* advance(999)
            assert.strictEqual(counts.handled, 0)
            yield* advance(1)
            yield* Fiber.join(asked)
            assert.deepStrictEqual(counts, { handled: 2, starts: 2 })
          }),
        { supervision: Supervision.restart({ backoff: { min: "1 second", jitter: 0 } }) }
      ))

    it(`the deadline of an ask decides while a ${kind} backs off, and names the state`, () =>
      scene(
        kind,
        ({ ref, advance, counts }) =>
          Effect.gen(function* () {
            yield* Effect.exit(ref.ask.Crash())
            const asked = yield* Effect.fork(Effect.flip(ref.withTimeout("2 seconds").ask.Ping()))
            yield* advance(2000)
            const error = yield* Fiber.join(asked)
            assert.strictEqual(error._tag, "AskTimedOut")
            assert.include(error.message, "backing off")
            yield* advance(60_000)
            assert.strictEqual(counts.handled, 0, "what timed out before it began is not handled")
          }),
        { supervision: Supervision.restart({ backoff: { min: "1 minute" } }) }
      ))

    it(`a ${kind} given up lives again by revive, and only by that`, () =>
      scene(
        kind,
        ({ ref, counts, advance }) =>
          Effect.gen(function* () {
            const local = yield* ActorSystem.LocalActorSystem
            yield* Effect.exit(ref.ask.Crash())
            yield* advance(3_600_000)
            assert.strictEqual(yield* outcome(ref.ask.Ping()), "ActorFailed")
            yield* local.revive(ref)
            yield* ref.ask.Ping()
            assert.deepStrictEqual(counts, { handled: 1, starts: 2 })
            assert.strictEqual(yield* watched(ref), "waits")
          }),
        { supervision: Supervision.stop }
      ))

    it(`whoever watches a ${kind} hears of each end: a stop, and a crash that was one too many`, () =>
      scene(
        kind,
        ({ ref }) =>
          Effect.gen(function* () {
            yield* ref.ask.Ping()
            const first = yield* Effect.fork(ActorSystem.watch(ref))
            const second = yield* Effect.fork(ActorSystem.watch(ref))
            yield* rest
            yield* Effect.exit(ref.ask.Crash())
            for (const fiber of [first, second]) {
              const end = yield* Fiber.join(fiber)
              assert.strictEqual(end._tag, "failed")
              if (end._tag === "failed") assert.include(String(end.cause), "asked to")
            }
            yield* ActorSystem.stop(ref)
            if (kind === "root") yield* ref.ask.Ping()
          }),
        { supervision: Supervision.stop }
      ))

    it(`a ${kind} stopped now while it starts lets nobody wait`, () =>
      scene(
        kind,
        ({ ref }) =>
          Effect.gen(function* () {
            yield* Effect.exit(ref.ask.Crash())
            const asked = yield* Effect.fork(Effect.flip(ref.ask.Ping()))
            const end = yield* Effect.fork(ActorSystem.watch(ref))
            yield* rest
            yield* ActorSystem.stop(ref, { now: true })
            assert.strictEqual((yield* Fiber.join(asked))._tag, "ActorStopping")
            assert.strictEqual((yield* Fiber.join(end))._tag, "stopped")
          }),
        { holdStart: 2 }
      ))
  }

  it("a root stopped while it backs off is absent, and the next message starts it at once", () =>
    scene(
      "root",
      ({ ref, counts }) =>
        Effect.gen(function* () {
          yield* Effect.exit(ref.ask.Crash())
          yield* ActorSystem.stop(ref)
          yield* ref.ask.Ping()
          assert.deepStrictEqual(counts, { handled: 1, starts: 2 })
        }),
      { supervision: Supervision.restart({ backoff: { min: "1 hour" } }) }
    ))

  it("a root that was watched in vain is still one actor, not two", () =>
    scene("root", ({ ref, counts }) =>
      Effect.gen(function* () {
        const other = (yield* Subject.client)("s")
        const watching = yield* Effect.fork(ActorSystem.watch(ref))
        yield* rest
        yield* Fiber.interrupt(watching)
        yield* ref.ask.Ping()
        yield* other.ask.Ping()
        assert.deepStrictEqual(counts, { handled: 2, starts: 1 })
      })
    ))

  it("an address that is only watched counts neither as a living root nor in a snapshot", () =>
    scene("root", ({ ref }) =>
      Effect.gen(function* () {
        const system = yield* ActorSystem.LocalActorSystem
        yield* Effect.forkScoped(ActorSystem.watch(ref))
        yield* rest
        assert.deepStrictEqual(yield* system.ids(Subject), [])
        assert.deepStrictEqual(yield* snapshots, [])
        yield* ref.ask.Ping()
        assert.deepStrictEqual(yield* system.ids(Subject), ["s"])
      })
    ))

  it("a root's own ref, kept by somebody, outlives its stop", () =>
    run(() =>
      Effect.gen(function* () {
        let kept: ActorRef.Any | undefined
        yield* provided(
          Subject.toLayer(
            Effect.gen(function* () {
              kept = (yield* ActorContext).self
              return Subject.of({
                Note: () => {},
                Ping: () => {},
                Crash: () => {},
                Hold: () => {},
                StopYourself: () => {}
              })
            })
          )
        )
        const ref = (yield* Subject.client)("s")
        yield* ref.ask.Ping()
        yield* ActorSystem.stop(ref)
        // The protocol is known to this test, not to a ref without one.
        yield* (kept as Ref).ask.Ping()
      })
    ))

  it("a name goes to one of two spawners, wherever a fiber has to yield", () =>
    run(() =>
      Effect.gen(function* () {
        const Leaf = Actor.make("Leaf", [])
        yield* provided(Leaf.toLayer(Effect.succeed({})))
        // A fiber yields after 2,048 operations: at one of these counts it does so in the middle of its spawn.
        for (let steps = 1980; steps < 2060; steps++) {
          const id = String(steps)
          const spawning = Effect.exit(ActorSystem.spawn(Leaf, id))
          const busy = Effect.forEach(Array.from({ length: steps }), () => Effect.void, { discard: true })
          const both = yield* Effect.all([Effect.zipRight(busy, spawning), spawning], { concurrency: 2 })
          assert.lengthOf(both.filter(Exit.isSuccess), 1, `after ${steps} steps`)
        }
      })
    ))

  it("a child can be spawned again once it has ended by itself, or was stopped", () =>
    scene("child", ({ ref, counts }) =>
      Effect.gen(function* () {
        yield* ref.ask.StopYourself()
        yield* ActorSystem.watch(ref)
        const second = yield* ActorSystem.spawn(Subject, "s")
        yield* ActorSystem.stop(second)
        const third = yield* ActorSystem.spawn(Subject, "s")
        yield* third.ask.Ping()
        assert.strictEqual(counts.starts, 3)
        assert.strictEqual(third.address, ref.address)
      })
    ))

  it("a second child of one name is refused while the first one lives", () =>
    scene("child", ({ ref }) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(ActorSystem.spawn(Subject, "s"))
        assert.strictEqual(error._tag, "ActorAlreadyExists")
        assert.include(error.message, ref.address)
      })
    ))

  it("an address of a type that no layer provides is told so, and watched in vain", () =>
    run(() =>
      Effect.gen(function* () {
        const ref = (yield* Subject.client)("s")
        const error = yield* Effect.flip(ref.tell.Note())
        assert.strictEqual(error._tag, "ActorNotFound")
        assert.include(error.message, "No layer provides")
        assert.strictEqual(yield* watched(ref), "absent")
        assert.strictEqual((yield* Effect.flip(ActorSystem.spawn(Subject, "s")))._tag, "ActorNotFound")
      })
    ))

  it("closing the layer of a type ends its actors, and none is activated while it closes", () =>
    run((clock) =>
      Effect.gen(function* () {
        const Peer = Actor.make("Peer", [Rpc.make("Wake")])
        const scope = yield* Scope.make()
        const started: Array<string> = []
        yield* Scope.extend(
          provided(
            Peer.toLayer(
              Effect.gen(function* () {
                const { id } = yield* ActorContext
                started.push(id)
                const client = yield* Peer.client
                return Peer.of({
                  Wake: () => Effect.zipRight(Effect.sleep("1 second"), Effect.ignore(client("late").tell.Wake()))
                })
              })
            )
          ),
          scope
        )
        yield* (yield* Peer.client)("early").tell.Wake()
        yield* rest
        const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
        yield* clock.advance(30_000)
        assert.isNotNull(closing.unsafePoll())
        assert.deepStrictEqual(started, ["early"])
        assert.deepStrictEqual(yield* snapshots, [])
      })
    ))

  it("two layers for one type are a defect that names it", () =>
    run(() =>
      Effect.gen(function* () {
        const layer = Subject.toLayer(Effect.die("never built"))
        yield* provided(layer)
        const exit = yield* Effect.exit(provided(Subject.toLayer(Effect.die("never built either"))))
        assert.isTrue(Exit.isFailure(exit) && exit.cause._tag === "Die")
        assert.include(String(exit), "Subject")
      })
    ))
})
