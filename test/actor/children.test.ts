import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Schema, type Scope } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as ActorTest from "../../src/actor/ActorTest.ts"
import * as Supervision from "../../src/actor/Supervision.ts"
import * as Troupe from "../../src/index.ts"

const Child = Actor.make("Child", [Rpc.make("Name", { success: Schema.String }), Rpc.make("Crash"), Rpc.make("Stop")])
const ChildLive = Child.toLayer(
  Effect.map(Troupe.ActorContext, ({ address, stop }) =>
    Child.of({ Name: () => address, Crash: () => Effect.die("crash"), Stop: () => stop })
  ),
  { supervision: Supervision.stop }
)
const Other = Actor.make("Other", [Rpc.make("Name", { success: Schema.String })])

const Parent = Actor.make("Parent", [
  Rpc.make("Spawn", { payload: { id: Schema.String } }),
  Rpc.make("Find", { payload: { id: Schema.String }, success: Schema.Option(Schema.String) }),
  Rpc.make("FindOther", { payload: { id: Schema.String }, success: Schema.Boolean }),
  Rpc.make("Send", { payload: { id: Schema.String, what: Schema.Literal("Crash", "Stop") } }),
  Rpc.make("All", { success: Schema.Array(Schema.String) }),
  Rpc.make("Crash"),
  Rpc.make("Beside", { payload: { id: Schema.String }, success: Schema.Boolean })
])
const ParentLive = Parent.toLayer(
  Effect.succeed(
    Parent.of({
      Spawn: ({ id }) => Effect.asVoid(Effect.orDie(ActorSystem.spawn(Child, id))),
      Find: ({ id }) =>
        Effect.flatMap(ActorSystem.child(Child, id), (found) =>
          Option.isNone(found) ? Effect.succeedNone : Effect.option(found.value.ask.Name())
        ),
      FindOther: ({ id }) => Effect.map(ActorSystem.child(Other, id), Option.isSome),
      Send: ({ id, what }) =>
        Effect.flatMap(ActorSystem.child(Child, id), (found) => Effect.exit(Option.getOrThrow(found).ask[what]())),
      All: () => Effect.map(ActorSystem.children, (all) => all.map(({ address }) => address)),
      Crash: () => Effect.die("crash"),
      Beside: ({ id }) => Rpc.fork(Effect.map(ActorSystem.child(Child, id), Option.isSome))
    })
  )
)

const test = <A, E>(name: string, program: Effect.Effect<A, E, ActorTest.Services | Scope.Scope>) =>
  it.effect(name, () =>
    Effect.scoped(
      program.pipe(Effect.provide(ParentLive), Effect.provide(ChildLive), Effect.provide(ActorTest.layer()))
    )
  )

describe("A parent finds its children", () => {
  test(
    "by type and id, and nobody else's",
    Effect.gen(function* () {
      const [one, two] = [(yield* Parent.client)("one"), (yield* Parent.client)("two")]
      yield* one.ask.Spawn({ id: "a" })
      yield* one.ask.Spawn({ id: "b" })
      assert.deepStrictEqual(yield* one.ask.Find({ id: "a" }), Option.some("Parent/one/Child/a"))
      assert.deepStrictEqual(yield* one.ask.Find({ id: "c" }), Option.none())
      assert.isFalse(yield* one.ask.FindOther({ id: "a" }))
      assert.deepStrictEqual(yield* two.ask.Find({ id: "a" }), Option.none())
      assert.isTrue(yield* one.ask.Beside({ id: "b" }))
      assert.deepStrictEqual(yield* one.ask.All(), ["Parent/one/Child/a", "Parent/one/Child/b"])
      assert.deepStrictEqual(yield* two.ask.All(), [])
    })
  )

  test(
    "those that were given up, to revive them, and not those that have ended",
    Effect.gen(function* () {
      const parent = (yield* Parent.client)("p")
      yield* parent.ask.Spawn({ id: "a" })
      yield* parent.ask.Spawn({ id: "b" })
      yield* parent.ask.Send({ id: "a", what: "Crash" })
      yield* parent.ask.Send({ id: "b", what: "Stop" })
      yield* ActorTest.settle
      assert.deepStrictEqual(yield* parent.ask.All(), ["Parent/p/Child/a"])
      assert.isTrue(yield* parent.ask.Beside({ id: "a" }))
      assert.isFalse(yield* parent.ask.Beside({ id: "b" }))
    })
  )

  test(
    "of its own life: the next one has none",
    Effect.gen(function* () {
      const parent = (yield* Parent.client)("p")
      yield* parent.ask.Spawn({ id: "a" })
      yield* Effect.exit(parent.ask.Crash())
      assert.deepStrictEqual(yield* parent.ask.All(), [])
      assert.isFalse(yield* parent.ask.Beside({ id: "a" }))
    })
  )

  test(
    "as a host finds those that hosts have spawned",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* ActorSystem.child(Child, "h"), Option.none())
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* ActorSystem.spawn(Child, "h")
          const found = Option.getOrThrow(yield* ActorSystem.child(Child, "h"))
          assert.strictEqual(yield* found.ask.Name(), "host/Child/h")
          assert.deepStrictEqual(
            (yield* ActorSystem.children).map(({ address }) => address),
            ["host/Child/h"]
          )
        })
      )
      assert.deepStrictEqual(yield* ActorSystem.child(Child, "h"), Option.none())
      assert.deepStrictEqual(yield* ActorSystem.children, [])
    })
  )
})

describe("ActorContext, as the package exports it", () => {
  test(
    "can be yielded by its first name, and by its module's as any other tag",
    Effect.gen(function* () {
      assert.strictEqual(Troupe.ActorContext.ActorContext, Troupe.ActorContext)
      assert.isFunction(Troupe.ActorContext.deadlineOf)
      const child = yield* ActorSystem.spawn(Child, "c")
      assert.strictEqual(yield* child.ask.Name(), "host/Child/c")
    })
  )
})
