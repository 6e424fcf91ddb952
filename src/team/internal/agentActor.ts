/**
 * The actor that runs agents: one type for all of them, whose message names an attempt and holds nothing else.
 *
 * `Work` is plain data: run, agent, number of the attempt. What that attempt is (the agent's definition, its input, its
 * fence, its services) is looked up where the actor lives, in what the runs of the process have under way. So any of these
 * actors can take any attempt, and the same message could go to another process, which would look it up in its own.
 *
 * The work is done by a fiber linked to the actor. A defect in it is a crash of the actor: whoever asked learns of it at
 * once, and supervision builds the next incarnation, which the next `Work` finds. Typed failures are values of the answer.
 * The actor itself keeps nothing between two messages; nothing of one run can be seen in the next.
 */
import * as Rpc from "@effect/rpc/Rpc"
import { Duration, Effect, Layer, Schema, type Scope } from "effect"
import * as Actor from "../../actor/Actor.ts"
import { ActorContext } from "../../actor/ActorContext.ts"
import type { ActorSystem } from "../../actor/ActorSystem.ts"
import * as Mailbox from "../../actor/Mailbox.ts"
import * as Supervision from "../../actor/Supervision.ts"
import { maxRestarts } from "../MaxRestarts.ts"
import { oneAttempt, type Tried } from "./oneAttempt.ts"
import type { AtWork, LiveAttempt, RunContext } from "./runContext.ts"

/** Which attempt is meant. */
const Which = { run: Schema.String, agent: Schema.String, attempt: Schema.Int }
export type Which = Schema.Struct.Type<typeof Which>

/** What the message stands for. */
export interface Found {
  readonly run: RunContext
  readonly work: AtWork
  readonly attempt: LiveAttempt
}

/** No run in this process is at that attempt. */
export class AttemptUnknown extends Schema.TaggedError<AttemptUnknown>()("AttemptUnknown", Which) {
  override get message() {
    return `No run "${this.run}" of this process is at attempt ${this.attempt} of "${this.agent}": it has ended, or another process began it.`
  }
}

// The answer stays in the process of the run, which takes it from there.
const AnyTried = Schema.declare((value): value is Tried => typeof value === "object" && value !== null)

/** The name is not one that a user's own type is likely to have. */
const definition = Actor.make("troupe/Agent", [
  Rpc.make("Work", { payload: Which, success: AnyTried, error: AttemptUnknown })
])

export type AgentActor = ReturnType<Effect.Effect.Success<typeof definition.client>>

/** The window is longer than any run: an agent that works for an hour and then crashes would otherwise be tried for ever. */
const supervision = Supervision.restart({ intensity: maxRestarts, period: "365 days" })

/** Makes the type known until the scope closes, and gives its actors by id. `find` is asked once for each message. */
export const register = (
  find: (which: Which) => Found | undefined
): Effect.Effect<(id: string) => AgentActor, never, ActorSystem | Scope.Scope> =>
  Effect.gen(function* () {
    const behavior = Effect.map(ActorContext, ({ incarnation }) =>
      definition.of({
        Work: (which) =>
          Rpc.fork(
            Effect.suspend((): Effect.Effect<Tried, AttemptUnknown> => {
              const found = find(which)
              if (found === undefined) return new AttemptUnknown(which)
              found.attempt.incarnation = incarnation
              return oneAttempt(found.run, found.work, found.attempt)
            })
          )
      })
    )
    yield* Layer.build(definition.toLayer(behavior, { supervision, mailbox: Mailbox.bounded(16), spanName: "Agent" }))
    const client = yield* definition.client
    // An attempt takes as long as its agent may.
    return (id) => client(id).withTimeout(Duration.infinity)
  })
