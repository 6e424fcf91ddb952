/**
 * The one place where an agent is tried again: time-out, retry and restart, each attempt on record.
 *
 * A typed failure or a time-out is retried as the agent's `retry` says, after a wait that doubles. A crash is tried again
 * as long as supervision restarts the actor, whatever `retry.times` says: it was not the agent's answer. `retry.attempts`
 * and `retry.within` hold for all of them together.
 */
import { Cause, Data, Duration, Effect, Exit } from "effect"
import type * as Agent from "../Agent.ts"
import { Attempt } from "../Report.ts"
import type { AgentActor } from "./agentActor.ts"
import { Fence } from "./attemptFence.ts"
import type { Clockwork } from "./clockwork.ts"
import { inWords } from "./inWords.ts"
import { leaving } from "./leaving.ts"
import { maxRestarts } from "./maxRestarts.ts"

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

export interface Ended<A> {
  readonly attempts: ReadonlyArray<Attempt>
  readonly result:
    | { readonly _tag: "Succeeded"; readonly value: A }
    | { readonly _tag: "Failed"; readonly outcome: Attempt["outcome"]; readonly reason: string }
    | { readonly _tag: "Cancelled" }
}

export interface Options<A> {
  readonly agent: Agent.Any
  readonly actor: AgentActor
  readonly clock: Clockwork
  /** How long an attempt that was stopped may take to release what it holds. */
  readonly stopBudget: Duration.Duration
  /** One attempt; runs inside the actor. */
  readonly body: (fence: Fence) => Effect.Effect<A, unknown>
  readonly onStarted: (attempt: number) => Effect.Effect<void>
  readonly onProgress: (message: string, fraction: number | undefined) => Effect.Effect<void>
  readonly onFailed: (failed: {
    readonly attempt: number
    readonly reason: string
    readonly retryInMs: number | undefined
  }) => Effect.Effect<void>
  /** An attempt that was stopped has not released what it holds in time, and is not waited for any more. */
  readonly onLeft: (attempt: number) => Effect.Effect<void>
  /** Sees each attempt as it ends, so that an interrupted run can still tell of those before. */
  readonly onAttempt: (attempt: Attempt) => Effect.Effect<void>
}

export const run = <A>(options: Options<A>): Effect.Effect<Ended<A>> =>
  Effect.gen(function* () {
    const { actor, agent, clock } = options
    const attempts: Array<Attempt> = []
    const within = Duration.toMillis(agent.retry.within)
    const beganMs = yield* clock.elapsed
    let retries = 0
    let crashes = 0
    for (let attempt = 1; ; attempt++) {
      let incarnation = 0
      const fence = new Fence(agent.name, attempt)
      const startedMs = yield* clock.elapsed
      const end = Effect.fnUntraced(function* (outcome: Attempt["outcome"], reason: string | null) {
        const endedMs = yield* clock.elapsed
        const ended = Attempt.make({ attempt, incarnation, startedMs, endedMs, outcome, reason })
        attempts.push(ended)
        yield* options.onAttempt(ended)
      })
      const tried = yield* actor
        .work<Try<A>>({
          fence,
          onProgress: options.onProgress,
          run: (life) => {
            incarnation = life
            return Effect.zipRight(
              options.onStarted(attempt),
              once(options, fence, Duration.millis(within - (startedMs - beganMs)))
            )
          }
        })
        .pipe(
          Effect.catchTags({
            AgentCancelled: () => Effect.succeed<Try<A>>({ _tag: "Cancelled" }),
            AgentCrashed: ({ cause }) => Effect.succeed<Try<A>>({ _tag: "Crashed", cause })
          }),
          Effect.onInterrupt(() => end("cancelled", "the run was interrupted"))
        )
      fence.end("it is over")
      // A write that was under way has landed or never will, before anybody else writes.
      yield* Effect.timeoutOption(fence.settled, options.stopBudget)
      switch (tried._tag) {
        case "Succeeded":
          yield* end("succeeded", null)
          return { attempts, result: tried }
        case "Cancelled":
          yield* end("cancelled", null)
          return { attempts, result: tried }
        case "Crashed": {
          const reason = `it crashed: ${inWords(Cause.squash(tried.cause))}`
          yield* end("crashed", reason)
          const inTime = (yield* clock.elapsed) - beganMs < within
          // One more, and supervision has given the actor up.
          const again = ++crashes <= maxRestarts && !agent.once && attempt < agent.retry.attempts && inTime
          yield* options.onFailed({ attempt, reason, retryInMs: again ? 0 : undefined })
          if (!again) return { attempts, result: { _tag: "Failed", outcome: "crashed", reason } }
          break
        }
        case "Failed": {
          const { error, outcome } = tried
          yield* end(outcome, tried.reason)
          const asked = retries < agent.retry.times && attempt < agent.retry.attempts
          // Cut off in the middle of what must not be done twice.
          const mayBeTwice = !agent.once || outcome === "failed"
          const wish = asked && mayBeTwice ? wishes(agent.retry, error) : { again: false }
          const retryInMs = wish.again ? Duration.toMillis(backoff(agent.retry, retries++)) : undefined
          const inTime = retryInMs !== undefined && (yield* clock.elapsed) - beganMs + retryInMs < within
          const reason = wish.problem === undefined ? tried.reason : `${tried.reason} (${wish.problem})`
          yield* options.onFailed({ attempt, reason, retryInMs: inTime ? retryInMs : undefined })
          if (!inTime) return { attempts, result: { _tag: "Failed", outcome, reason } }
          const cancelled = yield* Effect.raceFirst(
            Effect.as(Effect.sleep(retryInMs), false),
            Effect.as(actor.whenCancelled, true)
          )
          if (cancelled) return { attempts, result: { _tag: "Cancelled" } }
        }
      }
    }
  })

type Try<A> =
  | { readonly _tag: "Succeeded"; readonly value: A }
  | {
      readonly _tag: "Failed"
      readonly outcome: "failed" | "timedOut"
      readonly error: unknown
      readonly reason: string
    }
  | { readonly _tag: "Crashed"; readonly cause: Cause.Cause<unknown> }
  | { readonly _tag: "Cancelled" }

/** Typed failures become values here, so that only defects are left to crash the actor. */
const once = <A>(options: Options<A>, fence: Fence, left: Duration.Duration): Effect.Effect<Try<A>> => {
  const { agent, stopBudget } = options
  const inAll = Duration.lessThan(left, agent.timeout)
  const timedOut = Effect.suspend(() => {
    fence.end("it timed out")
    const timeout = inAll ? agent.retry.within : agent.timeout
    return Effect.fail(new AgentTimedOut({ agent: agent.name, timeout, inAll }))
  })
  // Of its end and a time-out the first counts; the other is interrupted.
  const body = Effect.flatMap(Effect.exit(options.body(fence)), (exit) =>
    fence.end(howOf(exit)) ? exit : Effect.never
  )
  const bounded = leaving(body, {
    budget: stopBudget,
    onInterrupt: () => fence.end("it was stopped"),
    onLeft: options.onLeft(fence.attempt)
  })
  return Effect.raceFirst(bounded, Effect.zipRight(Effect.sleep(inAll ? left : agent.timeout), timedOut)).pipe(
    Effect.match({
      onSuccess: (value): Try<A> => ({ _tag: "Succeeded", value }),
      onFailure: (error): Try<A> => ({
        _tag: "Failed",
        outcome: error instanceof AgentTimedOut ? "timedOut" : "failed",
        error,
        reason: inWords(error)
      })
    })
  )
}

const howOf = (exit: Exit.Exit<unknown, unknown>): string =>
  Exit.isSuccess(exit) ? "it was done" : Cause.isFailure(exit.cause) ? "it failed" : "it crashed"

/** Whether the agent wants this failure to be tried again. */
const wishes = (
  retry: Agent.Retry,
  error: unknown
): { readonly again: boolean; readonly problem?: string | undefined } => {
  try {
    return { again: retry.while(error) }
  } catch (thrown) {
    return { again: false, problem: `not tried again: its retry.while threw: ${inWords(thrown)}` }
  }
}

const backoff = (retry: Agent.Retry, retries: number): Duration.Duration =>
  Duration.min(Duration.times(retry.backoff, 2 ** retries), retry.maxBackoff)
