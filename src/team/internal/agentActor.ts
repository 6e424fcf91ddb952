/** interim */
import { type Cause, Data, Deferred, Effect, Exit } from "effect"

/** Somebody told the agent to stop; its work was interrupted. */
export class AgentCancelled extends Data.TaggedError("AgentCancelled")<{ readonly agent: string }> {
  override get message() {
    return `"${this.agent}" was cancelled.`
  }
}

/** The work met a defect. Supervision restarts the actor: asking again begins a new attempt in its next incarnation. */
export class AgentCrashed extends Data.TaggedError("AgentCrashed")<{
  readonly agent: string
  readonly cause: Cause.Cause<unknown>
}> {}

/** It crashed more often than supervision allows. */
export class AgentGivenUp extends Data.TaggedError("AgentGivenUp")<{
  readonly agent: string
  readonly cause: Cause.Cause<unknown>
}> {}

export interface Work<A, E> {
  readonly run: (incarnation: number) => Effect.Effect<A, E>
  readonly onProgress: (message: string, fraction: number | undefined) => Effect.Effect<void>
}

export interface AgentActor {
  readonly work: <A, E>(work: Work<A, E>) => Effect.Effect<A, E | AgentCancelled | AgentCrashed | AgentGivenUp>
  readonly progress: (message: string, fraction: number | undefined) => Effect.Effect<void>
  readonly cancel: Effect.Effect<void>
}

export const spawn = (agent: string): Effect.Effect<AgentActor> =>
  Effect.gen(function* () {
    const cancelled = yield* Deferred.make<never, AgentCancelled>()
    let incarnation = 1
    let onProgress: Work<unknown, unknown>["onProgress"] = () => Effect.void
    return {
      work: (work) =>
        Effect.suspend(() => {
          onProgress = work.onProgress
          return Effect.raceFirst(work.run(incarnation), Deferred.await(cancelled)).pipe(
            Effect.catchAllDefect((defect) =>
              Effect.suspend((): Effect.Effect<never, AgentCrashed | AgentGivenUp> => {
                incarnation++
                const cause = Exit.die(defect).pipe((exit) => (Exit.isFailure(exit) ? exit.cause : undefined))!
                return incarnation > 3
                  ? Effect.fail(new AgentGivenUp({ agent, cause }))
                  : Effect.fail(new AgentCrashed({ agent, cause }))
              })
            )
          )
        }),
      progress: (message, fraction) => Effect.suspend(() => onProgress(message, fraction)),
      cancel: Effect.asVoid(Deferred.fail(cancelled, new AgentCancelled({ agent })))
    }
  })
