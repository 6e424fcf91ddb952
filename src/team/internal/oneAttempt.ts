/**
 * One attempt of an agent, as its actor runs it: the agent's own work behind its fence, bounded by its time-out, every
 * typed failure made a value, so that only defects are left to crash the actor.
 */
import { Cause, Context, Data, Duration, Effect, Exit } from "effect"
import type * as Agent from "../Agent.ts"
import { RunEvent } from "../Run.ts"
import type { LiveAttempt, Made } from "./assignment.ts"
import { workOn } from "./assignment.ts"
import { describeError } from "./describeError.ts"
import { leaving } from "./leaving.ts"
import { type AtWork, note, type RunContext } from "./runContext.ts"

/** How an attempt went, short of a crash or cancellation, which the actor tells. */
export type Tried =
  | { readonly _tag: "Succeeded"; readonly value: Made }
  | {
      readonly _tag: "Failed"
      readonly outcome: "failed" | "timedOut"
      readonly error: unknown
      readonly reason: string
    }

/** One attempt took longer than the agent allows, or all of them did. */
class AgentTimedOut extends Data.TaggedError("AgentTimedOut")<{
  readonly agent: string
  readonly timeout: Duration.Duration
  /** The limit of all attempts together was met. */
  readonly inAll: boolean
}> {
  override get message() {
    const limit = Duration.format(this.timeout)
    return this.inAll
      ? `its attempts took longer than ${limit} in all; raise \`retry.within\`, or split the work`
      : `it took longer than its time-out of ${limit}; raise \`timeout\`, or split the work`
  }
}

/** `leftMs`: what is left of the time for all attempts. */
export const oneAttempt = <A extends Agent.Any>(
  run: RunContext<A>,
  work: AtWork<A>,
  attempt: LiveAttempt,
  leftMs: number
): Effect.Effect<Tried> => {
  const { agent } = work
  const { fence } = attempt
  const inAll = leftMs < Duration.toMillis(agent.timeout)
  const timedOut = Effect.suspend(() => {
    fence.end("it timed out")
    const timeout = inAll ? agent.retry.within : agent.timeout
    return Effect.fail(new AgentTimedOut({ agent: agent.name, timeout, inAll }))
  })
  // The actor's own span wins over the run's, so that work stands below the message that asked for it.
  const own = Effect.mapInputContext(workOn(run, agent, attempt), (actor: Context.Context<never>) =>
    Context.merge(run.services, actor)
  )
  // Of its end and a time-out the first counts; the other is interrupted.
  const first = Effect.flatMap(Effect.exit(own), (exit) => (fence.end(howOf(exit)) ? exit : Effect.never))
  const bounded = leaving(first, {
    budget: run.stopBudget,
    onInterrupt: () => fence.end("it was stopped"),
    onLeft: note(
      run,
      agent.name,
      `attempt ${fence.attempt} was stopped and did not end within ${Duration.format(run.stopBudget)}; it is left behind, and what it still does is not taken`
    )
  })
  const started = run.events.publish((moment) =>
    RunEvent.AgentStarted({
      ...moment,
      agent: agent.name,
      attempt: fence.attempt,
      incarnation: attempt.incarnation,
      startedMs: work.startedMs,
      key: work.key
    })
  )
  const limit = inAll ? Duration.millis(leftMs) : agent.timeout
  return Effect.zipRight(started, Effect.raceFirst(bounded, Effect.zipRight(Effect.sleep(limit), timedOut))).pipe(
    Effect.match({
      onSuccess: (value): Tried => ({ _tag: "Succeeded", value }),
      onFailure: (error): Tried => ({
        _tag: "Failed",
        outcome: error instanceof AgentTimedOut ? "timedOut" : "failed",
        error,
        reason: describeError(error)
      })
    })
  )
}

const howOf = (exit: Exit.Exit<unknown, unknown>): string =>
  Exit.isSuccess(exit) ? "it was done" : Cause.isFailure(exit.cause) ? "it failed" : "it crashed"
