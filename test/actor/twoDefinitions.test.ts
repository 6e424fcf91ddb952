import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Ref, Schema, Scope } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as ActorTest from "../../src/actor/ActorTest.ts"
import * as Gather from "../../src/actor/Gather.ts"
import * as Router from "../../src/actor/Router.ts"

// What the callers and the actor have in common is the name of the type, as in two versions of one program.
const deposit = Rpc.make("Deposit", { payload: { amount: Schema.Int }, success: Schema.String })
const close = Rpc.make("Close", { success: Schema.String })
const Account = Actor.make("Account", [deposit, close])
const Reordered = Actor.make("Account", [close, deposit])
const Rewritten = Actor.make("Account", [
  Rpc.make("Close", { success: Schema.String }),
  Rpc.make("Deposit", { payload: { amount: Schema.Int }, success: Schema.String })
])
const Subset = Actor.make("Account", [close])
const Superset = Actor.make("Account", [Rpc.make("Erase"), deposit, close])

const calls: Array<string> = []
const AccountLive = Account.toLayer(
  Effect.sync(() =>
    Account.of({
      Deposit: ({ amount }) => {
        calls.push(`deposit ${amount}`)
        return `deposited ${amount}`
      },
      Close: () => {
        calls.push("close")
        return "closed"
      }
    })
  )
)

const test = <A, E>(
  name: string,
  program: Effect.Effect<A, E, ActorTest.Services | Scope.Scope>,
  options?: ActorTest.Options
) =>
  it.effect(name, () => {
    calls.length = 0
    return Effect.scoped(Effect.provide(program, ActorTest.layer(options)))
  })

describe("two definitions of one type", () => {
  for (const [which, Other] of [
    ["in another order", Reordered],
    ["written twice, in another order", Rewritten]
  ] as const) {
    test(
      `the same messages ${which} reach their own handlers, by ask, tell and receipt`,
      Effect.gen(function* () {
        yield* Layer.build(AccountLive)
        const account = (yield* Other.client)("a")
        assert.strictEqual(yield* account.ask.Deposit({ amount: 1 }), "deposited 1")
        assert.strictEqual(yield* account.withTimeout("1 second").ask.Close(), "closed")
        yield* account.tell.Deposit({ amount: 2 })
        const gathered = yield* Gather.all([account.ask.Close(), account.ask.Close()])
        assert.deepStrictEqual(gathered, [Exit.succeed("closed"), Exit.succeed("closed")])
        const receipt = yield* ActorSystem.receipt(account.tell.Deposit({ amount: 3 }))
        assert.deepStrictEqual(yield* receipt.settled, { _tag: "handled" })
        assert.deepStrictEqual(calls, ["deposit 1", "close", "deposit 2", "close", "close", "deposit 3"])
      })
    )
  }

  test(
    "a ref that is older than the Layer, or outlives it, follows the protocol of the one that is there",
    Effect.gen(function* () {
      const accounts = yield* Reordered.client
      const account = accounts("a")
      assert.strictEqual((yield* Effect.flip(account.ask.Close()))._tag, "ActorNotFound")
      const first = yield* Scope.make()
      yield* Scope.extend(Layer.build(AccountLive), first)
      assert.strictEqual(yield* account.ask.Close(), "closed")
      yield* Scope.close(first, Exit.void)
      const live = Superset.toLayer(
        Effect.succeed(Superset.of({ Erase: () => {}, Deposit: () => "second", Close: () => "closed by the second" }))
      )
      yield* Layer.build(live)
      assert.strictEqual(yield* account.ask.Close(), "closed by the second")
      assert.strictEqual(yield* account.ask.Deposit({ amount: 1 }), "second")
    })
  )

  test(
    "a protocol with fewer messages reaches those it has",
    Effect.gen(function* () {
      yield* Layer.build(AccountLive)
      assert.strictEqual(yield* (yield* Subset.client)("a").ask.Close(), "closed")
    })
  )

  test(
    "a message that the actor's protocol lacks is refused, by ask, tell, receipt and broadcast, and begins nothing",
    Effect.gen(function* () {
      yield* Layer.build(AccountLive)
      const local = yield* ActorSystem.LocalActorSystem
      const account = (yield* Superset.client)("a")
      for (const send of [account.ask.Erase(), account.tell.Erase(), ActorSystem.receipt(account.tell.Erase())]) {
        const refused = yield* Effect.flip(send as Effect.Effect<unknown, { readonly _tag: string }>)
        assert.strictEqual(refused._tag, "MessageRefused")
        assert.include(String(refused), "Erase")
      }
      assert.deepStrictEqual(yield* local.ids(Account), [])
      assert.deepStrictEqual(yield* local.snapshot, [])
      assert.deepStrictEqual(calls, [])
      // Nor does it harm an actor that is at work.
      assert.strictEqual(yield* account.ask.Close(), "closed")
      assert.strictEqual((yield* Effect.flip(account.ask.Erase()))._tag, "MessageRefused")
      assert.strictEqual((yield* local.snapshot)[0]?.restarts, 0)
      const router = yield* Router.make(Superset, "pool", { size: 2 })
      const exits = yield* router.broadcast.ask.Erase()
      assert.deepStrictEqual(exits.map(Exit.isFailure), [true, true])
      assert.strictEqual((yield* Effect.flip(router.tell.Erase()))._tag, "MessageRefused")
      assert.strictEqual(yield* router.ask.Deposit({ amount: 4 }), "deposited 4")
    })
  )

  test(
    "payloads whose schemas differ are decoded by the actor's own, and refused where they do not fit",
    Effect.gen(function* () {
      class Money extends Schema.Class<Money>("Money")({ amount: Schema.Int }) {}
      const seen = yield* Ref.make<ReadonlyArray<unknown>>([])
      const Receiver = Actor.make("Purse", [Rpc.make("Take", { payload: Money, success: Schema.Date })])
      yield* Layer.build(
        Receiver.toLayer(
          Effect.succeed(
            Receiver.of({
              Take: (money) =>
                Effect.as(
                  Ref.update(seen, (all) => [...all, money]),
                  new Date(0)
                )
            })
          )
        )
      )
      const Sender = Actor.make("Purse", [
        Rpc.make("Take", { payload: { amount: Schema.Number }, success: Schema.String })
      ])
      const purse = (yield* Sender.client)("p")
      assert.strictEqual(yield* purse.ask.Take({ amount: 1 }), "1970-01-01T00:00:00.000Z")
      assert.instanceOf((yield* Ref.get(seen))[0], Money)
      const refused = yield* Effect.flip(purse.ask.Take({ amount: 1.5 }))
      assert.strictEqual(refused._tag, "MessageRefused")
      assert.include(String(refused), "1.5")
      assert.strictEqual((yield* Effect.flip(purse.tell.Take({ amount: 1.5 })))._tag, "MessageRefused")
      const gathered = yield* Gather.all([purse.ask.Take({ amount: 3 })])
      assert.deepStrictEqual(gathered, [Exit.succeed("1970-01-01T00:00:00.000Z")])
      assert.strictEqual((yield* Ref.get(seen)).length, 2)
    })
  )

  test(
    "an answer or a typed error that the asker's protocol does not know is refused, and one it knows is its own class",
    Effect.gen(function* () {
      class Actors extends Schema.TaggedError<Actors>()("Broke", { by: Schema.Int }) {}
      class Askers extends Schema.TaggedError<Askers>()("Broke", { by: Schema.Int }) {}
      const Receiver = Actor.make("Bank", [
        Rpc.make("Pay", { error: Actors }),
        Rpc.make("Count", { success: Schema.Int, error: Actors })
      ])
      yield* Layer.build(
        Receiver.toLayer(Effect.succeed(Receiver.of({ Pay: () => Effect.fail(new Actors({ by: 2 })), Count: () => 3 })))
      )
      const Sender = Actor.make("Bank", [
        Rpc.make("Count", { success: Schema.String }),
        Rpc.make("Pay", { error: Askers })
      ])
      const bank = (yield* Sender.client)("b")
      assert.instanceOf(yield* Effect.flip(bank.ask.Pay()), Askers)
      const refused = yield* Effect.flip(bank.ask.Count())
      assert.strictEqual(refused._tag, "MessageRefused")
      assert.include(String(refused), "It was handled")
    })
  )

  test(
    "children, timers, stash, become and handing on go by the name of the message as well",
    Effect.gen(function* () {
      const log = yield* Ref.make<ReadonlyArray<string>>([])
      const note = (line: string) => Ref.update(log, (all) => [...all, line])
      const opened = yield* Deferred.make<void>()
      yield* Layer.build(
        Account.toLayer(
          Effect.gen(function* () {
            const context = yield* ActorContext
            return Account.of({
              Deposit: ({ amount }) => (amount === 1 ? context.stash : Effect.as(note(`deposit ${amount}`), "")),
              Close: () =>
                Effect.gen(function* () {
                  yield* Account.become({
                    Deposit: ({ amount }) =>
                      Effect.as(
                        Effect.zipRight(
                          note(`late ${amount}`),
                          amount === 9 ? Deferred.succeed(opened, undefined) : Effect.void
                        ),
                        ""
                      ),
                    Close: () => "twice"
                  })
                  yield* context.unstashAll
                  // A ref of the caller's kind, to itself.
                  const me = (yield* Reordered.client)("a")
                  yield* context.timers.once("late", me.tell.Deposit({ amount: 9 }), "0 millis")
                  return "closed"
                })
            })
          })
        )
      )
      const account = (yield* Reordered.client)("a")
      yield* account.tell.Deposit({ amount: 1 })
      yield* account.tell.Deposit({ amount: 2 })
      yield* account.ask.Close()
      yield* Deferred.await(opened)
      assert.deepStrictEqual(yield* Ref.get(log), ["deposit 2", "late 1", "late 9"])
      const child = yield* ActorSystem.spawn(Reordered, "c")
      yield* child.ask.Deposit({ amount: 5 })
      assert.strictEqual((yield* Effect.flip(ActorSystem.spawn(Reordered, "c")))._tag, "ActorAlreadyExists")
      assert.include(yield* Ref.get(log), "deposit 5")
    })
  )

  test(
    "a watch's message by another definition comes as itself, and one that its protocol lacks is a defect of the watcher",
    Effect.gen(function* () {
      const ended = yield* Deferred.make<string>()
      const Guard = Actor.make("Guard", [
        Rpc.make("Begin", { payload: { lacking: Schema.Boolean } }),
        Rpc.make("Ended")
      ])
      const Turned = Actor.make("Guard", [Rpc.make("Lacking"), ...[...Guard.protocol.requests.values()].reverse()])
      yield* Layer.build(AccountLive)
      yield* Layer.build(
        Guard.toLayer(
          Effect.succeed(
            Guard.of({
              Begin: ({ lacking }) =>
                Effect.gen(function* () {
                  const account = (yield* Account.client)("a")
                  const me = (yield* Turned.client)("g")
                  yield* ActorSystem.watchWith(account, () => (lacking ? me.tell.Lacking() : me.tell.Ended()))
                }),
              Ended: () => Effect.asVoid(Deferred.succeed(ended, "told"))
            })
          )
        )
      )
      const account = (yield* Account.client)("a")
      const guard = (yield* Guard.client)("g")
      yield* account.ask.Close()
      yield* guard.ask.Begin({ lacking: false })
      yield* ActorSystem.stop(account)
      assert.strictEqual(yield* Deferred.await(ended), "told")
      yield* account.ask.Close()
      yield* guard.ask.Begin({ lacking: true })
      yield* ActorSystem.stop(account)
      yield* guard.ask.Begin({ lacking: false })
      const [snapshot] = yield* (yield* ActorSystem.LocalActorSystem).snapshot
      assert.strictEqual(snapshot?.restarts, 1)
    })
  )

  test(
    "a message may have any name, also one that a ref would like to have itself",
    Effect.gen(function* () {
      const Odd = Actor.make("Odd", [
        Rpc.make("ref", { success: Schema.String }),
        Rpc.make("view", { success: Schema.String }),
        Rpc.make("toString", { success: Schema.String }),
        Rpc.make("constructor", { success: Schema.String })
      ])
      yield* Layer.build(
        Odd.toLayer(
          Effect.succeed(
            Odd.of({ ref: () => "ref", view: () => "view", toString: () => "text", constructor: () => "c" })
          )
        )
      )
      const odd = (yield* Odd.client)("o")
      const router = yield* Router.make(Odd, "odds")
      for (const { ask } of [odd, router]) {
        assert.deepStrictEqual(yield* Effect.all([ask.ref(), ask.view(), ask.toString(), ask.constructor()]), [
          "ref",
          "view",
          "text",
          "c"
        ])
      }
    })
  )

  test(
    "an ask under way when it is translated is withdrawn, and times out, like any other",
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const begun = yield* Deferred.make<void>()
      yield* Layer.build(
        Account.toLayer(
          Effect.succeed(
            Account.of({
              Deposit: () => "deposited",
              Close: () =>
                Effect.as(Effect.zipRight(Deferred.succeed(begun, undefined), Deferred.await(gate)), "closed")
            })
          )
        )
      )
      const account = (yield* Rewritten.client)("a")
      const first = yield* Effect.fork(account.ask.Close())
      yield* Deferred.await(begun)
      const second = yield* Effect.fork(account.ask.Deposit({ amount: 1 }))
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(second)
      assert.strictEqual((yield* Effect.flip(account.withTimeout(0).ask.Close()))._tag, "AskTimedOut")
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual(yield* Fiber.join(first), "closed")
    })
  )
})
