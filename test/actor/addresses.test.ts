import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Schema } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import { addressOf, maxIdLength } from "../../src/actor/ActorRef.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as ActorTest from "../../src/actor/ActorTest.ts"
import * as Router from "../../src/actor/Router.ts"

const Child = Actor.make("C", [Rpc.make("Where", { success: Schema.String })])
const Parent = Actor.make("P", [
  Rpc.make("Spawn", { payload: { id: Schema.String }, success: Schema.String }),
  Rpc.make("Where", { success: Schema.String })
])
const Slashed = Actor.make("P/a/C", [Rpc.make("Where", { success: Schema.String })])
const where = Effect.map(ActorContext, ({ address }) => address)
const live = Layer.mergeAll(
  Child.toLayer(Effect.succeed(Child.of({ Where: () => where }))),
  Slashed.toLayer(Effect.succeed(Slashed.of({ Where: () => where }))),
  Parent.toLayer(
    Effect.succeed(
      Parent.of({
        Where: () => where,
        Spawn: ({ id }) =>
          Effect.matchEffect(ActorSystem.spawn(Child, id), {
            onSuccess: (child) => Effect.orDie(child.ask.Where()),
            onFailure: ({ _tag }) => Effect.succeed(_tag)
          })
      })
    )
  )
)
const test = <A, E>(name: string, program: Effect.Effect<A, E, ActorTest.Services>) =>
  it.effect(name, () => program.pipe(Effect.provide(live), Effect.provide(ActorTest.layer())) as Effect.Effect<A, E>)

const refused: ReadonlyArray<readonly [what: string, id: string]> = [
  ["empty", ""],
  ["too long", "x".repeat(maxIdLength + 1)],
  ["not well-formed Unicode", "a\ud800"],
  ["not a string", 5 as never]
]

describe("An address", () => {
  test(
    "is one actor's only: no root can have a child's, nor a type with slashes a root's",
    Effect.gen(function* () {
      const parents = yield* Parent.client
      const child = yield* parents("a").ask.Spawn({ id: "b" })
      const root = yield* parents("a/C/b").ask.Where()
      const slashed = yield* (yield* Slashed.client)("b").ask.Where()
      assert.deepStrictEqual([child, root, slashed], ["P/a/C/b", "P/a%2FC%2Fb", "P%2Fa%2FC/b"])
      const grandchild = yield* parents("a").ask.Spawn({ id: "b/C/d" })
      assert.strictEqual(grandchild, "P/a/C/b%2FC%2Fd")
    })
  )

  test(
    "shows nothing that would break a line or hide in it, and keeps ids apart",
    Effect.gen(function* () {
      const ids = [
        "a\nb",
        "a%0Ab",
        "\u202eab",
        "\u0000",
        "\u0085",
        " a",
        "a ",
        ".",
        "..",
        "...",
        "a\u2028b",
        "é",
        "日本",
        "a b"
      ]
      const addresses = yield* Effect.forEach(yield* Effect.map(Parent.client, (client) => ids.map(client)), (ref) =>
        ref.ask.Where()
      )
      assert.strictEqual(new Set(addresses).size, ids.length)
      assert.deepStrictEqual(addresses.slice(-4), ["P/a%E2%80%A8b", "P/é", "P/日本", "P/a b"])
      assert.deepStrictEqual(addresses.slice(7, 10), ["P/%2E", "P/%2E%2E", "P/..."])
      for (const address of addresses) assert.notMatch(address, /[\p{Cc}\u2028\u202e]/u)
      assert.deepStrictEqual(
        addresses.map((address) => decodeURIComponent(address.slice(2))),
        ids
      )
    })
  )

  for (const [reason, id] of refused) {
    test(
      `of an id that is ${reason} leads nowhere: to tell, ask, receipt, spawn, child and router`,
      Effect.gen(function* () {
        const local = yield* ActorSystem.LocalActorSystem
        const ref = (yield* Parent.client)(id)
        const sends: ReadonlyArray<Effect.Effect<unknown, unknown, ActorSystem.LocalActorSystem>> = [
          ref.ask.Where(),
          ref.tell.Where(),
          ActorSystem.receipt(ref.tell.Where()),
          Effect.scoped(ActorSystem.spawn(Parent, id))
        ]
        for (const send of sends) {
          const error = yield* Effect.flip(send)
          assert.include(String(error), "InvalidActorId")
          assert.include(String(error), reason)
          assert.isBelow(String(error).length, 300)
        }
        yield* ActorSystem.stop(ref)
        assert.strictEqual((yield* ActorSystem.watch(ref))._tag, "absent")
        assert.strictEqual(local.load(ref).state, "absent")
        assert.deepStrictEqual(yield* ActorSystem.child(Parent, id), Option.none())
        assert.deepStrictEqual(yield* local.ids(Parent), [])
        if (typeof id === "string" && id !== "") {
          yield* Effect.scoped(
            Effect.gen(function* () {
              const router = yield* Router.make(Parent, id)
              assert.strictEqual((yield* Effect.flip(router.ask.Where()))._tag, "InvalidActorId")
            })
          )
          assert.throws(() => Actor.make(id, []), RangeError)
        }
      })
    )
  }

  it("of the longest id is still one, and a refused id's is nobody's", () => {
    assert.isString(addressOf("P", "x".repeat(maxIdLength)))
    const empty = addressOf("P", "")
    assert.notStrictEqual(typeof empty === "string" ? empty : empty.address, addressOf("P", "%(empty)"))
  })
})
