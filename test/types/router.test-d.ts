/**
 * What the compiler infers from a router, and what it refuses. Checked by `tsc`; nothing here runs.
 */
import { Rpc } from "@effect/rpc"
import { Effect, type Exit, Schema, type Scope } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import type { AskError, TellError } from "../../src/actor/ActorError.ts"
import type { ActorRef } from "../../src/actor/ActorRef.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as Router from "../../src/actor/Router.ts"

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** Compiles only where both types are the same. */
const same = <A, B>(_: Equal<A, B>): void => {}

class Short extends Schema.TaggedError<Short>()("Short", { missing: Schema.Int }) {}
const Till = Actor.make("Till", [
  Rpc.make("Pay", { payload: { account: Schema.String, amount: Schema.Int }, success: Schema.Int, error: Short }),
  Rpc.make("Open")
])

export const router = Effect.gen(function* () {
  const made = Router.make(Till, "tills", {
    size: { min: 1, max: 4 },
    strategy: Router.consistentHash((message) => (message.tag === "Pay" ? message.payload.account : "all"))
  })
  same<Effect.Effect.Context<typeof made>, ActorSystem.ActorSystem | ActorSystem.LocalActorSystem | Scope.Scope>(true)
  same<Effect.Effect.Error<typeof made>, never>(true)
  const tills = yield* made

  const paid = tills.ask.Pay({ account: "a", amount: 1 })
  same<typeof paid, Effect.Effect<number, Short | AskError>>(true)
  const told = tills.tell.Open()
  same<typeof told, ActorRef.Tell>(true)
  const all = tills.withTimeout("1 second").broadcast.ask.Pay({ account: "a", amount: 1 })
  same<typeof all, Effect.Effect<ReadonlyArray<Exit.Exit<number, Short | AskError>>>>(true)
  const toldAll = tills.broadcast.tell.Open()
  same<typeof toldAll, Effect.Effect<ReadonlyArray<Exit.Exit<void, TellError>>>>(true)

  // @ts-expect-error a message that the protocol does not have
  tills.ask.Refund
  // @ts-expect-error a payload that is missing
  tills.tell.Pay()
  // @ts-expect-error a router is not one actor: its routees are watched and stopped one by one
  ActorSystem.stop(tills)
  // @ts-expect-error a message that the protocol does not have
  Router.make(Till, "tills", { strategy: Router.consistentHash(({ tag }) => (tag === "Refund" ? "a" : "b")) })
})
