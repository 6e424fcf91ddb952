import { AsyncLocalStorage } from "node:async_hooks"
import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, ManagedRuntime, Schema } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as Gather from "../../src/actor/Gather.ts"

// As a server does: each request runs with a store of its own, and they share actors.

const storage = new AsyncLocalStorage<string>()

const how = Schema.Literal("plain", "effect", "after a turn", "after a wait", "after a promise", "beside")
type How = typeof how.Type
const Desk = Actor.make("Desk", [
  Rpc.make("See", { payload: { how, request: Schema.String }, success: Schema.Void }),
  Rpc.make("Forward", { payload: { how, request: Schema.String }, success: Schema.Void })
])

interface Sight {
  readonly request: string
  readonly store: string | undefined
}

const Sights = Context.GenericTag<Array<Sight>>("Sights")

const desk = Desk.toLayer(
  Effect.gen(function* () {
    const sights = yield* Sights
    const desks = yield* Desk.client
    return Desk.of({
      See: ({ how, request }) => {
        const look = Effect.sync(() => void sights.push({ request, store: storage.getStore() }))
        switch (how) {
          case "plain":
            return void sights.push({ request, store: storage.getStore() })
          case "effect":
            return look
          case "after a turn":
            return Effect.zipRight(Effect.zipRight(look, Effect.yieldNow()), look)
          case "after a wait":
            return Effect.zipRight(Effect.zipRight(look, Effect.sleep(1)), look)
          case "after a promise":
            return Effect.zipRight(
              Effect.zipRight(
                look,
                Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))
              ),
              look
            )
          case "beside":
            return Rpc.fork(Effect.zipRight(Effect.zipRight(look, Effect.yieldNow()), look))
        }
      },
      Forward: (payload) => Effect.orDie(desks("behind").tell.See(payload))
    })
  })
)

const serve = async (program: (request: <A>(name: string, effect: Served<A>) => Promise<A>) => Promise<void>) => {
  const sights: Array<Sight> = []
  const runtime = ManagedRuntime.make(
    Layer.provideMerge(desk, Layer.merge(Layer.succeed(Sights, sights), ActorSystem.layer()))
  )
  try {
    await program((name, effect) => storage.run(name, () => runtime.runPromise(effect)))
    await runtime.runPromise(Effect.flatMap(Desk.client, (desks) => desks("d").ask.See({ how: "beside", request: "" })))
  } finally {
    await runtime.dispose()
  }
  return sights.filter(({ request }) => request !== "")
}

type Served<A> = Effect.Effect<A, unknown, ActorSystem.ActorSystem>

const asked = (how: How, request: string): Served<string | undefined> =>
  Effect.gen(function* () {
    yield* (yield* Desk.client)("d").ask.See({ how, request })
    // Its own, as after any other wait.
    return storage.getStore()
  })

const ownOrNone = (sights: ReadonlyArray<Sight>, least: number) => {
  assert.isAtLeast(sights.length, least)
  for (const { request, store } of sights) if (store !== undefined) assert.strictEqual(store, request)
}

const names = ["a", "b", "c", "d"]

describe("A handler sees no other request's AsyncLocalStorage, and its asker keeps its own", () => {
  for (const way of how.literals) {
    it(way, async () => {
      const sights = await serve(async (request) => {
        // The first one makes the system, too.
        assert.strictEqual(await request("first", asked(way, "first")), "first")
        assert.deepStrictEqual(await Promise.all(names.map((name) => request(name, asked(way, name)))), names)
        assert.deepStrictEqual(
          await Promise.all(
            names.map((name) =>
              request(
                name,
                Effect.gen(function* () {
                  const desks = yield* Desk.client
                  yield* Gather.all(["d", "e"].map((id) => desks(id).ask.See({ how: way, request: name })))
                  return storage.getStore()
                })
              )
            )
          ),
          names
        )
      })
      ownOrNone(sights, 13)
    })
  }

  it("behind another's turn, behind others in the mailbox, and in what a handler tells", async () => {
    const sights = await serve(async (request) => {
      await Promise.all(
        names.flatMap((name) =>
          how.literals.map((way) =>
            request(
              name,
              Effect.gen(function* () {
                const { ask, tell } = (yield* Desk.client)("d")
                yield* tell.See({ how: way, request: name })
                yield* tell.Forward({ how: way, request: name })
                yield* ask.Forward({ how: way, request: name })
                yield* ask.See({ how: way, request: name })
              })
            )
          )
        )
      )
      await request(
        "last",
        Effect.flatMap(Desk.client, (desks) => desks("behind").ask.See({ how: "plain", request: "last" }))
      )
    })
    ownOrNone(sights, 97)
  })
})
