/**
 * The one place where an agent is tried again: time-out, retry and restart, each attempt told as it ends.
 *
 * A typed failure or a time-out is retried as the agent's `retry` says, after a wait that doubles. A crash is tried again
 * as long as supervision restarts the actor, whatever `retry.times` says: it was not the agent's answer. `retry.attempts`
 * and `retry.within` hold for all of them together.
 */
import { Cause, Duration, Effect } from "effect"
import type * as Agent from "../Agent.ts"
import { Attempt } from "../Report.ts"
import { RunEvent } from "../Run.ts"
import type { AgentActor } from "./agentActor.ts"
import type { LiveAttempt, Made } from "./assignment.ts"
import { Fence } from "./attemptFence.ts"
import { describeError } from "./describeError.ts"
import { maxRestarts } from "./maxRestarts.ts"
import { oneAttempt, type Tried } from "./oneAttempt.ts"
import type { AtWork, RunContext } from "./runContext.ts"

/** How all attempts of an agent together ended. */
export type Ended =
  | { readonly _tag: "Succeeded"; readonly made: Made; readonly attempts: number }
  | { readonly _tag: "Failed"; readonly outcome: Attempt["outcome"]; readonly reason: string }
  /** `begun`: whether an attempt had come to work before. */
  | { readonly _tag: "Cancelled"; readonly begun: boolean }

export const run = <A extends Agent.Any>(
  run: RunContext<A>,
  work: AtWork<A>,
  actor: AgentActor
): Effect.Effect<Ended> =>
  Effect.gen(function* () {
    const { agent } = work
    const { clock } = run
    const within = Duration.toMillis(agent.retry.within)
    const beganMs = yield* clock.elapsed
    let begun = false
    let retries = 0
    let crashes = 0
    for (let number = 1; ; number++) {
      const fence = new Fence(agent.name, number)
      const attempt: LiveAttempt = {
        fence,
        startedMs: yield* clock.elapsed,
        incarnation: 0,
        tokens: null,
        progress: (message, fraction) => actor.progress(fence, message, fraction)
      }
      const end = (outcome: Attempt["outcome"], reason: string | null) =>
        Effect.map(clock.elapsed, (endedMs) => {
          const { incarnation, startedMs, tokens } = attempt
          begun ||= incarnation > 0
          // What came to nothing keeps no path from others.
          if (outcome !== "succeeded") run.claims.keepOnly(agent.name, [])
          const ended = Attempt.make({ attempt: number, incarnation, startedMs, endedMs, outcome, reason })
          work.ended = { attempt: ended, tokens }
        })
      const failed = (reason: string, retryInMs: number | undefined) =>
        run.events.publish((moment) => {
          const { ended } = work
          work.ended = undefined
          const willRetry = retryInMs !== undefined
          return RunEvent.AgentAttemptFailed({
            ...moment,
            agent: agent.name,
            attempt: number,
            reason,
            willRetry,
            retryInMs,
            ended
          })
        })
      const tried = yield* actor
        .work<Tried>({
          fence,
          onProgress: (message, fraction) =>
            run.events.publish((moment) => RunEvent.AgentProgress({ ...moment, agent: agent.name, message, fraction })),
          run: (incarnation) => {
            attempt.incarnation = incarnation
            return oneAttempt(run, work, attempt, within - (attempt.startedMs - beganMs))
          }
        })
        .pipe(
          Effect.catchTags({
            AgentCancelled: () => Effect.succeed({ _tag: "Cancelled" } as const),
            AgentCrashed: ({ cause }) => Effect.succeed({ _tag: "Crashed", cause } as const)
          }),
          Effect.onInterrupt(() => end("cancelled", "the run was interrupted"))
        )
      fence.end("it is over")
      // A write that was under way has landed or never will, before anybody else writes.
      yield* Effect.timeoutOption(fence.settled, run.stopBudget)
      switch (tried._tag) {
        case "Succeeded":
          yield* end("succeeded", null)
          return { _tag: "Succeeded", made: tried.value, attempts: number }
        case "Cancelled":
          yield* end("cancelled", null)
          return { _tag: "Cancelled", begun }
        case "Crashed": {
          const reason = `it crashed: ${describeError(Cause.squash(tried.cause))}`
          yield* end("crashed", reason)
          const inTime = (yield* clock.elapsed) - beganMs < within
          // One more, and supervision has given the actor up.
          const again = ++crashes <= maxRestarts && !agent.once && number < agent.retry.attempts && inTime
          yield* failed(reason, again ? 0 : undefined)
          if (!again) return { _tag: "Failed", outcome: "crashed", reason }
          break
        }
        case "Failed": {
          const { error, outcome } = tried
          yield* end(outcome, tried.reason)
          const asked = retries < agent.retry.times && number < agent.retry.attempts
          // Cut off in the middle of what must not be done twice.
          const mayBeTwice = !agent.once || outcome === "failed"
          const wish = asked && mayBeTwice ? wishes(agent.retry, error) : { again: false }
          const retryInMs = wish.again ? Duration.toMillis(backoff(agent.retry, retries++)) : undefined
          const inTime = retryInMs !== undefined && (yield* clock.elapsed) - beganMs + retryInMs < within
          const reason = wish.problem === undefined ? tried.reason : `${tried.reason} (${wish.problem})`
          yield* failed(reason, inTime ? retryInMs : undefined)
          if (!inTime) return { _tag: "Failed", outcome, reason }
          const cancelled = yield* Effect.raceFirst(
            Effect.as(Effect.sleep(retryInMs), false),
            Effect.as(actor.whenCancelled, true)
          )
          if (cancelled) return { _tag: "Cancelled", begun }
        }
      }
    }
  })

/** Whether the agent wants this failure to be tried again. */
const wishes = (
  retry: Agent.Retry,
  error: unknown
): { readonly again: boolean; readonly problem?: string | undefined } => {
  try {
    return { again: retry.while(error) }
  } catch (thrown) {
    return { again: false, problem: `not tried again: its retry.while threw: ${describeError(thrown)}` }
  }
}

const backoff = (retry: Agent.Retry, retries: number): Duration.Duration =>
  Duration.min(Duration.times(retry.backoff, 2 ** retries), retry.maxBackoff)
