/**
 * The actor that an agent is while it works.
 *
 * The message Work is answered by a fiber linked to the actor, so that Progress, Cancel and Status are handled while the
 * work goes on. A defect in the work is a crash of the actor: whoever asked learns of it at once, and supervision builds
 * the next incarnation, which the next Work finds. Typed failures are values of the work, never seen here.
 */
import * as Rpc from "@effect/rpc/Rpc"

import { Cause, Data, Deferred, Duration, Effect, Exit, FiberId, Layer, Schema, type Scope } from "effect"
import * as Actor from "../../actor/Actor.ts"
import { ActorContext } from "../../actor/ActorContext.ts"
import type { ActorSystem } from "../../actor/ActorSystem.ts"
import * as Mailbox from "../../actor/Mailbox.ts"
import * as Supervision from "../../actor/Supervision.ts"
import type { Fence } from "./attemptFence.ts"
import { maxRestarts } from "./maxRestarts.ts"

/** The window is longer than any run: an agent that works for an hour and then crashes would otherwise be tried for ever. */
const supervision = Supervision.restart({ intensity: maxRestarts, period: "365 days" })

/** Somebody told the agent to stop; its work was interrupted. */
export class AgentCancelled extends Schema.TaggedError<AgentCancelled>()("AgentCancelled", { agent: Schema.String }) {
  override get message() {
    return `"${this.agent}" was cancelled.`
  }
}

/** The work met a defect: the actor crashed with it. */
export class AgentCrashed extends Data.TaggedError("AgentCrashed")<{
  readonly agent: string
  readonly cause: Cause.Cause<unknown>
}> {}

/** What an agent's actor is doing. */
export interface AgentState {
  readonly state: "idle" | "working" | "cancelled"
  readonly incarnation: number
  /** The last progress that the work told. */
  readonly message: string | undefined
  readonly fraction: number | undefined
}

/** One attempt. In process nothing is encoded, so a message may carry the work itself. */
export interface Work<A> {
  readonly fence: Fence
  readonly run: (incarnation: number) => Effect.Effect<A>
  readonly onProgress: (message: string, fraction: number | undefined) => Effect.Effect<void>
}

const AnyWork = Schema.declare((value): value is Work<unknown> => typeof value === "object" && value !== null)
const AnyFence = Schema.declare((value): value is Fence => typeof value === "object" && value !== null)
const AnyState = Schema.declare((value): value is AgentState => typeof value === "object" && value !== null)

/** A definition for one run, so that runs side by side in one system do not meet. Addresses read `Agent/<run>/<name>`. */
const define = (runId: string) =>
  Actor.make(`Agent/${runId}`, [
    Rpc.make("Work", { payload: { work: AnyWork }, success: Schema.Unknown, error: AgentCancelled }),
    Rpc.make("Progress", {
      payload: { fence: AnyFence, message: Schema.String, fraction: Schema.UndefinedOr(Schema.Number) }
    }),
    Rpc.make("Cancel"),
    Rpc.make("Status", { success: AnyState })
  ])

/** One incarnation. Its state ends with it; that it was cancelled is remembered by the handle as well. */
const behavior = (definition: ReturnType<typeof define>) =>
  Effect.gen(function* () {
    const { id, incarnation } = yield* ActorContext
    const cancelled = yield* Deferred.make<never, AgentCancelled>()
    let state: AgentState = { state: "idle", incarnation, message: undefined, fraction: undefined }
    let current: Work<unknown> | undefined
    return definition.of({
      Work: ({ work }) =>
        Rpc.fork(
          Effect.suspend(() => {
            current = work
            if (state.state === "idle") state = { ...state, state: "working", message: undefined, fraction: undefined }
            return Effect.raceFirst(work.run(incarnation), Deferred.await(cancelled))
          }).pipe(
            Effect.ensuring(
              Effect.sync(() => {
                if (state.state === "working") state = { ...state, state: "idle" }
              })
            )
          )
        ),
      // Not asked whether the fence is open: what an attempt told before its end is heard, also after it.
      Progress: ({ fence, fraction, message }) => {
        if (fence !== current?.fence) return Effect.void
        state = { ...state, message, fraction }
        return current.onProgress(message, fraction)
      },
      Cancel: () => {
        state = { ...state, state: "cancelled" }
        return Effect.asVoid(Deferred.fail(cancelled, new AgentCancelled({ agent: id })))
      },
      Status: () => state
    })
  })

/** An agent's actor, as the run speaks to it. */
export interface AgentActor {
  readonly address: string
  /** Asks for one attempt and waits for as long as it takes. */
  readonly work: <A>(work: Work<A>) => Effect.Effect<A, AgentCancelled | AgentCrashed>
  /** Does nothing once the attempt has ended. */
  readonly progress: (fence: Fence, message: string, fraction: number | undefined) => Effect.Effect<void>
  /** Interrupts the work, and refuses what would come after it. */
  readonly cancel: Effect.Effect<void>
  /** Waits until somebody cancels. */
  readonly whenCancelled: Effect.Effect<void>
  readonly status: Effect.Effect<AgentState | undefined>
}

/** Makes actors for the agents of one run, by name. They end with the scope. */
export const forRun = (runId: string): Effect.Effect<(agent: string) => AgentActor, never, ActorSystem | Scope.Scope> =>
  Effect.gen(function* () {
    const definition = define(runId)
    yield* Layer.build(
      definition.toLayer(behavior(definition), { supervision, mailbox: Mailbox.bounded(256), spanName: "Agent" })
    )
    const client = yield* definition.client
    return (agent) => handle(agent, client(agent))
  })

type Ref = ReturnType<Effect.Effect.Success<ReturnType<typeof define>["client"]>>

const handle = (agent: string, ref: Ref): AgentActor => {
  const patient = ref.withTimeout(Duration.infinity)
  // Outlives a restart, which the actor's own state does not.
  const whenCancelled = Deferred.unsafeMake<void>(FiberId.none)
  let atWork: Fence | undefined
  const cancel = Effect.suspend(() => {
    atWork?.end("it was cancelled")
    Deferred.unsafeDone(whenCancelled, Exit.void)
    // An actor that is gone has nothing left to stop.
    return Effect.ignore(ref.tell.Cancel())
  })
  // What was told before the answer is heard before it, too: the mailbox keeps the order.
  const heard = Effect.ignore(patient.ask.Status())
  return {
    address: ref.address,
    work: <A>(work: Work<A>) =>
      Effect.flatMap(Deferred.isDone(whenCancelled), (cancelled) => {
        atWork = work.fence
        return cancelled ? Effect.fail(new AgentCancelled({ agent })) : patient.ask.Work({ work })
      }).pipe(
        Effect.mapError((error) =>
          error._tag === "AgentCancelled" ? error : new AgentCrashed({ agent, cause: causeOf(error) })
        ),
        Effect.zipLeft(heard),
        Effect.tapErrorTag("AgentCancelled", () => heard),
        // The actor answers with what this very work gave.
        Effect.map((answer) => answer as A),
        Effect.onInterrupt(() => {
          work.fence.end("the run was interrupted")
          return cancel
        })
      ),
    // Only for those who watch: work does not fail because nobody could be told how far it is.
    progress: (fence, message, fraction) =>
      Effect.suspend(() =>
        fence.isOpen ? Effect.ignore(ref.tell.Progress({ fence, message, fraction })) : Effect.void
      ),
    cancel,
    whenCancelled: Deferred.await(whenCancelled),
    status: Effect.orElseSucceed(ref.ask.Status(), () => undefined)
  }
}

/** The crash itself, where the delivery error carries one. */
const causeOf = (error: { readonly _tag: string; readonly cause?: unknown }): Cause.Cause<unknown> =>
  Cause.isCause(error.cause) ? error.cause : Cause.fail(error)
