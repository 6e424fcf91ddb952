import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Schema, Scope } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import type { ActorRef } from "../../src/actor/ActorRef.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import type * as Behavior from "../../src/actor/Behavior.ts"
import * as FairScheduler from "../../src/actor/FairScheduler.ts"
import * as Supervision from "../../src/actor/Supervision.ts"
import { provided, rest, run } from "./harness.ts"

class Order extends Schema.Class<Order>("Order")({ pieces: Schema.Int.pipe(Schema.positive()) }) {}

const Shop = Actor.make("Shop", [
  Rpc.make("Sell", {
    payload: {
      pieces: Schema.Int.pipe(Schema.positive()),
      note: Schema.String.pipe(
        Schema.propertySignature,
        Schema.withConstructorDefault(() => "none")
      )
    },
    success: Schema.String
  }),
  Rpc.make("Take", { payload: Order, success: Schema.Int }),
  Rpc.make("Name", { payload: Schema.NonEmptyString }),
  Rpc.make("Open"),
  Rpc.make("SetTimer", { payload: { pieces: Schema.Number } }),
  Rpc.make("Watch", { payload: { pieces: Schema.Number } })
])

const shop = Effect.gen(function* () {
  const handled: Array<unknown> = []
  yield* provided(
    Shop.toLayer(
      Effect.gen(function* () {
        const { timers } = yield* ActorContext
        const self = yield* Shop.self
        const nobody = (yield* Shop.client)("nobody")
        const note = <A>(answer: A) => {
          handled.push(answer)
          return answer
        }
        return Shop.of({
          Sell: ({ note: text, pieces }) => note(`${pieces} ${text}`),
          Take: (order) => note(order instanceof Order ? order.pieces : -1),
          Name: (name) => void note(name),
          Open: () => {},
          SetTimer: ({ pieces }) => timers.once("sell", self.tell.Sell({ pieces }), "1 second"),
          Watch: ({ pieces }) => Effect.asVoid(ActorSystem.watchWith(nobody, () => self.tell.Sell({ pieces })))
        })
      }),
      { supervision: Supervision.resume }
    )
  )
  return { handled, ref: (yield* Shop.client)("s") }
})

interface Untyped {
  readonly tell: Readonly<Record<string, (payload: unknown) => ActorRef.Tell>>
  readonly ask: Readonly<Record<string, (payload: unknown) => Effect.Effect<unknown, unknown>>>
  readonly withTimeout: (timeout: string) => Untyped
}

/** As a program would call it whose types do not check. */
const untyped = (ref: ActorRef.Any): Untyped => ref as unknown as Untyped

const bad: ReadonlyArray<readonly [what: string, message: string, payload: unknown, reason: string]> = [
  ["a value out of range", "Sell", { pieces: 0 }, "positive"],
  ["a value of another type", "Sell", { pieces: "1" }, 'actual "1"'],
  ["a field that is missing", "Sell", {}, "pieces"],
  ["no payload at all", "Sell", undefined, "pieces"],
  ["what its class refuses", "Take", { pieces: -1 }, "positive"],
  ["what is no record", "Name", "", "NonEmptyString"],
  ["a payload where there is none", "Open", { what: 1 }, "it has no payload"]
]

describe("A system that validates", () => {
  for (const [what, message, payload, reason] of bad) {
    it(`refuses ${what} at the call, to a tell, an ask and a receipt, and nothing is sent`, () =>
      run(
        () =>
          Effect.gen(function* () {
            const { handled, ref } = yield* shop
            const tell = untyped(ref).tell[message]!(payload)
            const sends: ReadonlyArray<Effect.Effect<unknown, unknown, ActorSystem.LocalActorSystem>> = [
              tell,
              untyped(ref).ask[message]!(payload),
              untyped(ref).withTimeout("1 second").ask[message]!(payload),
              ActorSystem.receipt(tell)
            ]
            for (const send of sends) {
              const error = yield* Effect.flip(send)
              assert.deepInclude(error, { _tag: "MessageRefused", address: "Shop/s", message_tag: message })
              assert.include(String((error as Error).message), reason)
            }
            yield* rest
            assert.deepStrictEqual(handled, [])
            assert.deepStrictEqual(yield* Effect.flatMap(ActorSystem.LocalActorSystem, ({ snapshot }) => snapshot), [])
          }),
        { validate: true }
      ))
  }

  it("takes what fits, as it is taken without: defaults filled in, classes made", () =>
    run(
      () =>
        Effect.gen(function* () {
          const { handled, ref } = yield* shop
          assert.strictEqual(yield* ref.ask.Sell({ pieces: 2 }), "2 none")
          assert.strictEqual(yield* ref.ask.Take({ pieces: 3 }), 3)
          assert.strictEqual(yield* ref.ask.Take(new Order({ pieces: 4 })), 4)
          yield* ref.ask.Name("corner")
          yield* ref.tell.Open()
          yield* ref.tell.Sell({ pieces: 5, note: "five" })
          yield* rest
          assert.deepStrictEqual(handled, ["2 none", 3, 4, "corner", "5 five"])
        }),
      { validate: true }
    ))

  it("refuses what an actor would tell itself later: where the timer is set, where the watch fires", () =>
    run(
      (clock) =>
        Effect.gen(function* () {
          const { handled, ref } = yield* shop
          const error = yield* Effect.flip(ref.ask.SetTimer({ pieces: -1 }))
          assert.strictEqual(error._tag, "ActorCrashed")
          if (error._tag === "ActorCrashed") {
            assert.strictEqual((Cause.squash(error.cause) as { _tag: string })._tag, "MessageRefused")
          }
          yield* ref.ask.SetTimer({ pieces: 1 })
          yield* clock.advance(1000)
          assert.deepStrictEqual(handled, ["1 none"])

          yield* ref.ask.Watch({ pieces: -1 })
          const client = yield* Shop.client
          yield* client("nobody").ask.Open()
          yield* ActorSystem.stop(client("nobody"))
          yield* rest
          const [snapshot] = yield* Effect.flatMap(ActorSystem.LocalActorSystem, (local) => local.snapshot)
          assert.deepInclude(snapshot, { address: "Shop/s", restarts: 1, watches: 0 })
        }),
      { validate: true }
    ))
})

describe("Without being asked to, a system", () => {
  it("checks no payload in process: types do", () =>
    run(() =>
      Effect.gen(function* () {
        const { ref } = yield* shop
        assert.strictEqual(yield* untyped(ref).ask.Sell!({ pieces: 0 }), "0 none")
      })
    ))
})

describe("A message that the protocol does not have", () => {
  it("does not exist on a ref (and does not compile: see the type tests)", () =>
    run(() =>
      Effect.gen(function* () {
        const { ref } = yield* shop
        assert.isUndefined(untyped(ref).tell.Burn)
        assert.isUndefined(untyped(ref).ask.Burn)
      })
    ))
})

describe("A system that is stopping", () => {
  it("lets nobody spawn, activate or wait: each gets ActorStopping", () => {
    const met: Array<string> = []
    const Last = Actor.make("Last", [Rpc.make("Ping")])
    return run(() =>
      Effect.gen(function* () {
        const client = yield* Last.client
        yield* provided(
          Last.toLayer(
            Effect.gen(function* () {
              const { id } = yield* ActorContext
              const local = yield* ActorSystem.LocalActorSystem
              const note = (what: string, effect: Effect.Effect<unknown, { readonly _tag: string }>) =>
                Effect.match(effect, {
                  onFailure: ({ _tag }) => void met.push(`${what}: ${_tag}`),
                  onSuccess: () => void met.push(`${what}: accepted`)
                })
              if (id === "first") {
                const host = yield* Scope.make()
                yield* Effect.addFinalizer(() =>
                  Effect.all([
                    note("spawn", Scope.extend(local.spawn(Last, "child"), host)),
                    note("tell", client("new").tell.Ping()),
                    note("ask", client("new").ask.Ping()),
                    note("receipt", local.receipt(client("new").tell.Ping()))
                  ])
                )
              }
              return Last.of({ Ping: () => {} })
            })
          )
        )
        yield* client("first").ask.Ping()
      })
    ).then(() =>
      assert.deepStrictEqual(met, [
        "spawn: ActorStopping",
        "tell: ActorStopping",
        "ask: ActorStopping",
        "receipt: ActorStopping"
      ])
    )
  })
})

describe("An option out of its range", () => {
  const refused = (make: () => unknown, named: string, found: string) => () =>
    assert.throws(make, RangeError, new RegExp(`^${named} must be .*, found ${found}\\.$`))

  const durations = {
    askTimeout: [0, -1, Number.NaN, "-1 seconds", "5 secs"],
    tellTimeout: [-1, Number.NaN, "-5 minutes"],
    stopBudget: [-1, -1n, "soon"],
    stuckAfter: [0, "0 millis", -1]
  } as const
  for (const [name, values] of Object.entries(durations)) {
    for (const value of values) {
      it(
        `is a RangeError where the system's layer is made: ${name} ${value}`,
        refused(() => ActorSystem.layer({ [name]: value }), name, String(value))
      )
    }
  }
  for (const name of ["deadLetters", "quarantine", "givenUp", "changes"] as const) {
    for (const value of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      it(
        `is a RangeError where the system's layer is made: ${name} ${value}`,
        refused(() => ActorSystem.layer({ [name]: value }), name, String(value))
      )
    }
  }
  it(
    "changes 0, of which no observer would see one",
    refused(() => ActorSystem.layer({ changes: 0 }), "changes", "0")
  )

  it("takes the least that it may be", () => {
    ActorSystem.layer({
      askTimeout: 1,
      tellTimeout: 0,
      stopBudget: 0,
      stuckAfter: 1,
      deadLetters: 0,
      quarantine: 0,
      givenUp: 0,
      changes: 1
    })
    ActorSystem.layer({ askTimeout: Number.POSITIVE_INFINITY, stuckAfter: "1 day", stopBudget: [1, 0] })
  })

  const behaviors: ReadonlyArray<readonly [name: string, options: Behavior.Options, found: string]> = [
    ["passivateAfter", { passivateAfter: 0 }, "0"],
    ["passivateAfter", { passivateAfter: -1 }, "-1"],
    ["maxResident", { maxResident: 0 }, "0"],
    ["maxResident", { maxResident: 1.5 }, "1.5"],
    ["stashCapacity", { stashCapacity: -1 }, "-1"]
  ]
  for (const [name, options, found] of behaviors) {
    it(
      `is a RangeError where the Layer is made: ${name} ${found}`,
      refused(
        () => Actor.make("Ping", [Rpc.make("Ping")]).toLayer(Effect.succeed({ Ping: () => {} }), options),
        name,
        found
      )
    )
  }

  for (const options of [{ budgetMillis: 0 }, { budgetMillis: Number.NaN }, { maxOpsBeforeYield: 0 }]) {
    it(`is a RangeError where a scheduler is made: ${JSON.stringify(options)}`, () =>
      assert.throws(() => FairScheduler.make(options), RangeError, Object.keys(options)[0]))
  }

  const supervisions: ReadonlyArray<readonly [options: Supervision.RestartOptions, named: string, found: string]> = [
    [{ intensity: -1 }, "Supervision intensity", "-1"],
    [{ intensity: 0.5 }, "Supervision intensity", "0.5"],
    [{ period: 0 }, "Supervision period", "0"],
    [{ period: -1 }, "Supervision period", "-1"],
    [{ backoff: { min: -1 } }, "Supervision backoff min", "-1"],
    [{ backoff: { min: 1, max: "-1 seconds" } }, "Supervision backoff max", "-1 seconds"],
    [{ backoff: { min: 1, jitter: 2 } }, "Supervision backoff jitter", "2"],
    [{ backoff: { min: 1, jitter: Number.NaN } }, "Supervision backoff jitter", "NaN"]
  ]
  for (const [options, named, found] of supervisions) {
    it(
      `is a RangeError where the supervision is made: ${named} ${found}`,
      refused(() => Supervision.restart(options), named, found)
    )
  }

  it("the delay of a timer that is negative, or no number, is a defect that names it", () =>
    run(() =>
      Effect.gen(function* () {
        const Sleeper = Actor.make("Sleeper", [
          Rpc.make("Set", { payload: { delay: Schema.Number } }),
          Rpc.make("Wake")
        ])
        yield* provided(
          Sleeper.toLayer(
            Effect.gen(function* () {
              const { timers } = yield* ActorContext
              const self = yield* Sleeper.self
              return Sleeper.of({ Set: ({ delay }) => timers.once("wake", self.tell.Wake(), delay), Wake: () => {} })
            }),
            { supervision: Supervision.resume }
          )
        )
        const sleeper = (yield* Sleeper.client)("s")
        for (const delay of [-1, Number.NaN]) {
          const error = yield* Effect.flip(sleeper.ask.Set({ delay }))
          assert.include(error.message, "The delay of a timer must be a duration of zero or more")
        }
        yield* sleeper.ask.Set({ delay: 0 })
      })
    ))

  it("a time-out of an ask that is negative, or no number", () =>
    run(() =>
      Effect.gen(function* () {
        const { ref } = yield* shop
        for (const timeout of [-1, Number.NaN])
          assert.throws(() => ref.withTimeout(timeout), RangeError, "time-out of an ask")
        ref.withTimeout(0)
        ref.withTimeout(Number.POSITIVE_INFINITY)
      })
    ))
})
