/**
 * The one place where an agent is tried again: time-out, retry and restart, each attempt on record.
 *
 * A typed failure or a time-out is retried as the agent's `retry` says, after a wait that doubles. A crash is tried again
 * as long as supervision restarts the actor, whatever `retry` says: it was not the agent's answer.
 */
import { Cause, Data, Duration, Effect } from "effect"
import type * as Agent from "../Agent.ts"
import { Attempt } from "../Report.ts"
import { type AgentActor, maxRestarts } from "./agentActor.ts"
import type { Clockwork } from "./clockwork.ts"
import { inWords } from "./inWords.ts"

/** One attempt took longer than the agent allows. */
export class AgentTimedOut extends Data.TaggedError("AgentTimedOut")<{
  readonly agent: string
  readonly timeout: Duration.Duration
}> {
  override get message() {
    return `it took longer than its time-out of ${Duration.format(this.timeout)}; raise \`timeout\`, or split the work`
  }
}

export interface Ended<A> {
  readonly attempts: ReadonlyArray<Attempt>
  readonly result:
    | { readonly _tag: "Succeeded"; readonly value: A }
    | { readonly _tag: "Failed"; readonly reason: string }
    | { readonly _tag: "Cancelled" }
}

export interface Options<A> {
  readonly agent: Agent.Any
  readonly actor: AgentActor
  readonly clock: Clockwork
  /** One attempt; runs inside the actor. */
  readonly body: (attempt: number) => Effect.Effect<A, unknown>
  readonly onStarted: (attempt: number) => Effect.Effect<void>
  readonly onProgress: (message: string, fraction: number | undefined) => Effect.Effect<void>
  readonly onFailed: (failed: {
    readonly attempt: number
    readonly reason: string
    readonly retryInMs: number | undefined
  }) => Effect.Effect<void>
  /** Sees each attempt as it ends, so that an interrupted run can still tell of those before. */
  readonly onAttempt: (attempt: Attempt) => Effect.Effect<void>
}

export const run = <A>(options: Options<A>): Effect.Effect<Ended<A>> =>
  Effect.gen(function* () {
    const { actor, agent } = options
    const attempts: Array<Attempt> = []
    let retries = 0
    let crashes = 0
    for (let attempt = 1; ; attempt++) {
      let incarnation = 0
      const startedMs = yield* options.clock.elapsed
      const end = Effect.fnUntraced(function* (outcome: Attempt["outcome"], reason: string | null) {
        const endedMs = yield* options.clock.elapsed
        const ended = Attempt.make({ attempt, incarnation, startedMs, endedMs, outcome, reason })
        attempts.push(ended)
        yield* options.onAttempt(ended)
      })
      const tried = yield* actor
        .work<Try<A>>({
          onProgress: options.onProgress,
          run: (life) => {
            incarnation = life
            return Effect.zipRight(options.onStarted(attempt), once(options, attempt))
          }
        })
        .pipe(
          Effect.catchTags({
            AgentCancelled: () => Effect.succeed<Try<A>>({ _tag: "Cancelled" }),
            AgentCrashed: ({ cause }) => Effect.succeed<Try<A>>({ _tag: "Crashed", cause })
          }),
          Effect.onInterrupt(() => end("cancelled", "the run was interrupted"))
        )
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
          // One more, and supervision has given the actor up.
          const again = ++crashes <= maxRestarts
          yield* options.onFailed({ attempt, reason, retryInMs: again ? 0 : undefined })
          if (!again) return { attempts, result: { _tag: "Failed", reason } }
          break
        }
        case "Failed": {
          yield* end(tried.outcome, tried.reason)
          const wait = retries < agent.retry.times ? backoff(agent.retry, retries++) : undefined
          const retryInMs = wait === undefined ? undefined : Duration.toMillis(wait)
          yield* options.onFailed({ attempt, reason: tried.reason, retryInMs })
          if (wait === undefined) return { attempts, result: { _tag: "Failed", reason: tried.reason } }
          yield* Effect.sleep(wait)
        }
      }
    }
  })

type Try<A> =
  | { readonly _tag: "Succeeded"; readonly value: A }
  | { readonly _tag: "Failed"; readonly outcome: "failed" | "timedOut"; readonly reason: string }
  | { readonly _tag: "Crashed"; readonly cause: Cause.Cause<unknown> }
  | { readonly _tag: "Cancelled" }

/** Typed failures become values here, so that only defects are left to crash the actor. */
const once = <A>(options: Options<A>, attempt: number): Effect.Effect<Try<A>> => {
  const { name, timeout } = options.agent
  return options.body(attempt).pipe(
    Effect.timeoutFail({ duration: timeout, onTimeout: () => new AgentTimedOut({ agent: name, timeout }) }),
    Effect.match({
      onSuccess: (value): Try<A> => ({ _tag: "Succeeded", value }),
      onFailure: (error): Try<A> => ({
        _tag: "Failed",
        outcome: error instanceof AgentTimedOut ? "timedOut" : "failed",
        reason: inWords(error)
      })
    })
  )
}

const backoff = (retry: Agent.Any["retry"], retries: number): Duration.Duration =>
  Duration.min(
    Duration.times(Duration.decode(retry.backoff ?? 0), 2 ** retries),
    Duration.decode(retry.maxBackoff ?? 0)
  )
