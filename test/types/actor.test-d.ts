/**
 * What the compiler infers from an actor's definition, and what it refuses. Checked by `tsc`; nothing here runs.
 */
import { Rpc } from "@effect/rpc"
import { Context, Effect, Either, type Layer, Option, Schema, type Scope } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import type { AskError, SpawnError, TellError, WaitCycle } from "../../src/actor/ActorError.ts"
import type { ActorRef } from "../../src/actor/ActorRef.ts"
import type { End } from "../../src/actor/ActorSnapshot.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as ActorTest from "../../src/actor/ActorTest.ts"
import type { DeadLetters } from "../../src/actor/DeadLetters.ts"
import type { Receipt } from "../../src/actor/Receipt.ts"
import type { Shutdown } from "../../src/actor/Shutdown.ts"
import * as Troupe from "../../src/index.ts"

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** Compiles only where both types are the same. */
const same = <A, B>(_: Equal<A, B>): void => {}

class Short extends Schema.TaggedError<Short>()("Short", { missing: Schema.Int }) {}
class Ledger extends Context.Tag("test/Ledger")<Ledger, { readonly write: (line: string) => Effect.Effect<void> }>() {}

const Till = Actor.make("Till", [
  Rpc.make("Pay", { payload: { amount: Schema.Int }, success: Schema.Int, error: Short }),
  Rpc.make("Open"),
  Rpc.make("Last", { success: Schema.Option(Schema.Int) }),
  Rpc.make("Page", {
    payload: {
      size: Schema.Int.pipe(
        Schema.propertySignature,
        Schema.withConstructorDefault(() => 20)
      )
    },
    success: Schema.Either({ left: Schema.String, right: Schema.Int })
  })
])

export const client = Effect.map(Till.client, (tills) => {
  const till = tills("t")
  same<Effect.Effect.Context<typeof Till.client>, ActorSystem.ActorSystem>(true)

  const paid = till.ask.Pay({ amount: 1 })
  same<typeof paid, Effect.Effect<number, Short | AskError>>(true)
  const told = till.tell.Pay({ amount: 1 })
  same<typeof told, ActorRef.Tell>(true)
  const asEffect: Effect.Effect<void, TellError> = told
  const opened = till.ask.Open()
  same<typeof opened, Effect.Effect<void, AskError>>(true)
  const last = till.ask.Last()
  same<typeof last, Effect.Effect<Option.Option<number>, AskError>>(true)
  const page = till.ask.Page({})
  same<typeof page, Effect.Effect<Either.Either<number, string>, AskError>>(true)
  same<ReturnType<typeof till.withTimeout>, typeof till>(true)

  // @ts-expect-error a message that the protocol does not have
  till.ask.Refund
  // @ts-expect-error a payload of another type
  till.ask.Pay({ amount: "1" })
  // @ts-expect-error a payload that is missing
  till.tell.Pay()
  // @ts-expect-error a field that the payload does not have
  till.ask.Pay({ amount: 1, tip: 2 })
  return [paid, asEffect, opened, last, page]
})

/** Built from a service, with handlers that need another one and themselves: the layer asks for the first two only. */
export const layer = Till.toLayer(
  Effect.gen(function* () {
    const ledger = yield* Ledger
    yield* ActorContext
    yield* Effect.addFinalizer(() => ledger.write("closed"))
    return Till.of({
      Pay: ({ amount }, { address, deadline }) => {
        same<typeof address, string>(true)
        same<typeof deadline, Option.Option<number>>(true)
        return amount > 1 ? amount : Effect.fail(new Short({ missing: 1 }))
      },
      Open: () => Effect.flatMap(ActorContext, (self) => self.stop),
      Last: () => Option.none(),
      Page: () => Rpc.fork(Effect.as(Other, Either.right(1)))
    })
  })
)
class Other extends Context.Tag("test/Other")<Other, number>() {}
same<typeof layer, Layer.Layer<never, never, ActorSystem.ActorSystem | Ledger | Other>>(true)

/** A start that fails is supervision's business: the error of `build` is not the layer's. */
export const failing = Till.toLayer(
  Effect.fail("no ink") as Effect.Effect<
    { Pay: () => number; Open: () => void; Last: () => never; Page: () => never },
    string
  >
)
same<Layer.Layer.Error<typeof failing>, never>(true)

export const incomplete = [
  // @ts-expect-error a handler is missing
  Till.of({ Pay: () => 1, Open: () => {}, Last: () => Option.none() }),
  Till.of({
    // @ts-expect-error an answer of another type
    Pay: () => "1",
    Open: () => {},
    Last: () => Option.none(),
    Page: () => Either.right(1)
  }),
  Till.of({
    // @ts-expect-error an error that the protocol does not have
    Pay: () => Effect.fail("other"),
    Open: () => {},
    Last: () => Option.none(),
    Page: () => Either.right(1)
  })
]

const complete = { Pay: () => 1, Open: () => {}, Last: () => Option.none(), Page: () => Either.right(1) }
export const misspelt = [
  // @ts-expect-error a handler for no message
  Till.of({ ...complete, Opne: () => {} }),
  Till.of({
    Pay: ({ amount }) => amount,
    Open: () => {},
    Last: () => Option.none(),
    Page: () => Either.right(1),
    // @ts-expect-error so it is where the others are written beside it
    Close: () => {}
  }),
  // @ts-expect-error and where nobody says "of"
  Till.toLayer(Effect.succeed({ ...complete, Opne: () => {} })),
  // @ts-expect-error and for what comes later
  Till.become({ ...complete, Opne: () => {} }),
  // @ts-expect-error and for a stand-in, which need not have them all
  ActorTest.probe(Till, { Pay: () => 1, Opne: () => {} }),
  Till.toLayer(Effect.succeed(complete)),
  Till.toLayer(Effect.fail("no ink")),
  Till.toLayer(Effect.never),
  Till.become(complete)
]
/** Which one it was stands in the compiler's words. */
export const inWords: Parameters<typeof Till.of<typeof complete & { Opne: () => void }>>[0]["Opne"] extends infer W
  ? Equal<W, (() => void) & "Opne is no message of this protocol">
  : never = true

const effectful = Schema.declare((value: unknown): value is Effect.Effect<number> => Effect.isEffect(value))
export const ambiguous = [
  // @ts-expect-error an answer that is an Effect could not be told from one to run
  Actor.make("Ambiguous", [Rpc.make("Run", { success: effectful })]),
  // @ts-expect-error so it is with an error as the answer, which is an Effect
  Actor.make("Ambiguous", [Rpc.make("Fine"), Rpc.make("Why", { success: Schema.NullOr(Short) })]),
  Actor.make("Fine", [Rpc.make("Anything", { success: Schema.Any })])
]

export const local = Effect.gen(function* () {
  const spawned = ActorSystem.spawn(Till, "t")
  type Rpcs = typeof Till extends Actor.Definition<string, infer R> ? R : never
  same<typeof spawned, Effect.Effect<ActorRef<Rpcs>, SpawnError, ActorSystem.LocalActorSystem | Scope.Scope>>(true)
  ActorSystem.spawn(Till, "t", { restart: "permanent", stopBudget: "1 second" })
  // @ts-expect-error no such kind of child
  ActorSystem.spawn(Till, "t", { restart: "always" })
  // @ts-expect-error how children are kept is a strategy, not its name
  Till.toLayer(Effect.never, { children: "one-for-all" })
  const ref = yield* spawned
  const watched = ActorSystem.watch(ref)
  same<typeof watched, Effect.Effect<End, WaitCycle, ActorSystem.LocalActorSystem>>(true)
  const stopped = ActorSystem.stop(ref, { within: "1 second" })
  same<typeof stopped, Effect.Effect<void, WaitCycle, ActorSystem.ActorSystem>>(true)
  const receipt = ActorSystem.receipt(ref.tell.Open())
  same<typeof receipt, Effect.Effect<Receipt, TellError, ActorSystem.LocalActorSystem>>(true)
  // @ts-expect-error an ask has its own answer
  ActorSystem.receipt(ref.ask.Open())
  const child = ActorSystem.child(Till, "t")
  same<typeof child, Effect.Effect<Option.Option<ActorRef<Rpcs>>, never, ActorSystem.LocalActorSystem>>(true)
  const children = ActorSystem.children
  same<typeof children, Effect.Effect<ReadonlyArray<ActorRef.Any>, never, ActorSystem.LocalActorSystem>>(true)
  // Being told needs a mailbox: only inside an actor.
  const watching = ActorSystem.watchWith(ref, () => ref.tell.Open())
  same<typeof watching, Effect.Effect<Effect.Effect<void>, never, ActorSystem.LocalActorSystem | ActorContext>>(true)
  // @ts-expect-error what is told is a tell
  ActorSystem.watchWith(ref, () => ref.ask.Open())
  const types = ActorSystem.types("tag")
  same<typeof types, Effect.Effect<ReadonlyArray<string>, never, ActorSystem.ActorSystem>>(true)
})
same<
  ReturnType<typeof ActorSystem.layer>,
  Layer.Layer<ActorSystem.ActorSystem | ActorSystem.LocalActorSystem | DeadLetters | Shutdown>
>(true)

/** As a user has it: the tag itself is what the package exports, and its module's name for it is the same. */
export const imported = Effect.gen(function* () {
  const self = yield* Troupe.ActorContext
  same<typeof self, ActorContext["Type"]>(true)
  same<typeof self, Troupe.ActorContext.ActorContext["Type"]>(true)
  const byModule = yield* Troupe.ActorContext.ActorContext
  same<typeof byModule, typeof self>(true)
  same<ReturnType<typeof Troupe.ActorContext.deadlineOf>, Option.Option<number>>(true)
})
same<Effect.Effect.Context<typeof imported>, ActorContext>(true)

export const probed = Effect.gen(function* () {
  const alone = ActorTest.probe(Till)
  same<Effect.Effect.Context<typeof alone>, ActorSystem.ActorSystem | Scope.Scope>(true)
  const answering = ActorTest.probe(Till, { Open: () => Effect.asVoid(Ledger) })
  same<Effect.Effect.Context<typeof answering>, ActorSystem.ActorSystem | Scope.Scope | Ledger>(true)
  const [first] = yield* (yield* alone).received
  if (first?.tag === "Pay") same<(typeof first)["payload"], { readonly amount: number }>(true)
  // @ts-expect-error an answer of another type
  ActorTest.probe(Till, { Pay: () => "1" })
})
