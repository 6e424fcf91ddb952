/**
 * The one place where an agent is tried again: time-out, retry and restart, each attempt told as it ends.
 *
 * A typed failure or a time-out is retried as the agent's `retry` says, after a wait that doubles. A crash is tried again
 * as long as supervision restarts the actor, whatever `retry.times` says: it was not the agent's answer. `retry.attempts`
 * and `retry.within` hold for all of them together.
 */
import { Cause, Duration, Effect } from "effect"
import type * as Agent from "../Agent.ts"
import { maxRestarts } from "../MaxRestarts.ts"
import { Attempt } from "../Report.ts"
import { RunEvent } from "../Run.ts"
import type { AgentPool } from "./agentPool.ts"
import type { Made } from "./assignment.ts"
import { Fence } from "./attemptFence.ts"
import { describeError } from "./describeError.ts"
import type { AtWork, LiveAttempt, RunContext } from "./runContext.ts"

/** How all attempts of an agent together ended. */
export type Ended =
  | { readonly _tag: "Succeeded"; readonly made: Made; readonly attempts: number }
  | { readonly _tag: "Failed"; readonly outcome: Attempt["outcome"]; readonly reason: string }
  /** `begun`: whether an attempt had come to work before. */
  | { readonly _tag: "Cancelled"; readonly begun: boolean }

export const run = <A extends Agent.Any>(run: RunContext<A>, pool: AgentPool, work: AtWork<A>): Effect.Effect<Ended> =>
  pool.withActor(run, work.agent.name, (ask) =>
    Effect.gen(function* () {
      const { agent } = work
      const { clock } = run
      const within = Duration.toMillis(agent.retry.within)
      const beganMs = yield* clock.elapsed
      let begun = false
      let retries = 0
      let crashes = 0
      for (let number = 1; ; number++) {
        const attempt = begin(run, work, number, yield* clock.elapsed, beganMs)
        const tried = yield* Effect.catchTag(ask(number), "AgentCrashed", ({ cause }) =>
          Effect.succeed({ _tag: "Crashed", cause } as const)
        ).pipe(
          Effect.onInterrupt(() => {
            attempt.fence.end("the run was interrupted")
            return end(run, work, attempt, "cancelled", "the run was interrupted")
          })
        )
        attempt.fence.end("it is over")
        begun ||= attempt.incarnation > 0
        // A write that was under way has landed or never will, before anybody else writes.
        yield* attempt.fence.settled(run.stopBudget)
        switch (tried._tag) {
          case "Succeeded":
            yield* end(run, work, attempt, "succeeded", null)
            return { _tag: "Succeeded", made: tried.made, attempts: number }
          case "Cancelled":
            yield* end(run, work, attempt, "cancelled", null)
            return { _tag: "Cancelled", begun }
          case "Crashed": {
            const reason = `it crashed: ${describeError(Cause.squash(tried.cause))}`
            yield* end(run, work, attempt, "crashed", reason)
            const inTime = (yield* clock.elapsed) - beganMs < within
            // One more, and supervision has given the actor up.
            const again = ++crashes <= maxRestarts && !agent.once && number < agent.retry.attempts && inTime
            yield* tellFailed(run, work, number, reason, again ? 0 : undefined)
            if (!again) return { _tag: "Failed", outcome: "crashed", reason }
            break
          }
          case "Failed": {
            const { error, outcome } = tried
            yield* end(run, work, attempt, outcome, tried.reason)
            const asked = retries < agent.retry.times && number < agent.retry.attempts
            // Cut off in the middle of what must not be done twice.
            const mayBeTwice = !agent.once || outcome === "failed"
            const wish = asked && mayBeTwice ? wishes(agent.retry, error) : { again: false }
            const retryInMs = wish.again ? Duration.toMillis(backoff(agent.retry, retries++)) : undefined
            const inTime = retryInMs !== undefined && (yield* clock.elapsed) - beganMs + retryInMs < within
            const reason = wish.problem === undefined ? tried.reason : `${tried.reason} (${wish.problem})`
            yield* tellFailed(run, work, number, reason, inTime ? retryInMs : undefined)
            if (!inTime) return { _tag: "Failed", outcome, reason }
            const cancelled = yield* Effect.raceFirst(
              Effect.as(Effect.sleep(retryInMs), false),
              Effect.as(run.control.whenCancelled(agent.name), true)
            )
            if (cancelled) return { _tag: "Cancelled", begun }
          }
        }
      }
    })
  )

/** From here on the attempt can be found by its number, and be stopped. */
const begin = (run: RunContext, work: AtWork, number: number, startedMs: number, beganMs: number): LiveAttempt => {
  const { name, retry } = work.agent
  const fence = new Fence(name, number)
  const leftMs = Duration.toMillis(retry.within) - (startedMs - beganMs)
  const attempt = { fence, startedMs, leftMs, incarnation: 0, tokens: null }
  work.attempt = attempt
  // Told to stop since somebody last looked.
  if (run.control.isCancelled(name)) fence.end("it was cancelled")
  return attempt
}

/** Keeps how an attempt ended, for the next event to tell. */
const end = (
  run: RunContext,
  work: AtWork,
  { fence, incarnation, startedMs, tokens }: LiveAttempt,
  outcome: Attempt["outcome"],
  reason: string | null
) =>
  Effect.map(run.clock.elapsed, (endedMs) => {
    // What came to nothing keeps no path from others.
    if (outcome !== "succeeded") run.claims.keepOnly(fence.agent, [])
    const ended = { attempt: fence.attempt, incarnation, startedMs, endedMs, outcome, reason }
    // Made of what types say already; the report is checked where it is written.
    const attempt = Attempt.make(ended, { disableValidation: true })
    work.ended = { attempt, tokens }
  })

const tellFailed = (run: RunContext, work: AtWork, attempt: number, reason: string, retryInMs: number | undefined) =>
  run.events.publish((moment) => {
    const { ended } = work
    work.ended = undefined
    const willRetry = retryInMs !== undefined
    return RunEvent.AgentAttemptFailed({
      ...moment,
      agent: work.agent.name,
      attempt,
      reason,
      willRetry,
      retryInMs,
      ended
    })
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
