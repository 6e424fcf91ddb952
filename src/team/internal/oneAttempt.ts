/**
 * One attempt of an agent, as its actor runs it: the agent's own work behind its fence, bounded by its time-out, every
 * typed failure made a value, so that only defects are left to crash the actor.
 *
 * The work has a fiber of its own, and whatever ends the attempt ends its fence: the work, the time-out, whoever stops the
 * agent or the run. So there is one wait, and the first word counts.
 */
import { Cause, Context, Data, Duration, Effect, Either, Exit, type Fiber } from "effect"
import type * as Agent from "../Agent.ts"
import { RunEvent } from "../Run.ts"
import { Slot } from "../Scheduler.ts"
import { type Made, workOn } from "./assignment.ts"
import { describeError } from "./describeError.ts"
import { interruptWithin } from "./interruptWithin.ts"
import { type AtWork, type LiveAttempt, note, type RunContext } from "./runContext.ts"

/** How an attempt went, short of a crash, which the actor tells. */
export type Tried =
  | { readonly _tag: "Succeeded"; readonly made: Made }
  | {
      readonly _tag: "Failed"
      readonly outcome: "failed" | "timedOut"
      readonly error: unknown
      readonly reason: string
    }
  | { readonly _tag: "Cancelled" }

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

export const oneAttempt = <A extends Agent.Any>(
  run: RunContext<A>,
  work: AtWork<A>,
  attempt: LiveAttempt
): Effect.Effect<Tried> => {
  const { agent } = work
  const { fence, leftMs } = attempt
  const inAll = leftMs < Duration.toMillis(agent.timeout)
  const limit = inAll ? Duration.millis(leftMs) : agent.timeout
  // The actor's own span wins over the run's, so that work stands below the message that asked for it.
  const own = Effect.mapInputContext(workOn(run, agent, attempt), (actor: Context.Context<never>) =>
    // The services of a nested run hold the place of the agent around it.
    Context.merge(run.services, actor).pipe(Context.add(Slot, work.slot))
  )
  const timedOut = () => {
    const timeout = inAll ? agent.retry.within : agent.timeout
    return Exit.fail(new AgentTimedOut({ agent: agent.name, timeout, inAll }))
  }
  return Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      // Stopped before it began.
      if (!fence.isOpen) return cancelled
      yield* tellStarted(run, work, attempt)
      let first: Exit.Exit<Made, unknown> | undefined
      const worker = yield* Effect.forkDaemon(Effect.interruptible(own))
      worker.addObserver((exit) => {
        if (fence.end(howOf(exit))) first = exit
      })
      const timer =
        fence.isOpen && Duration.isFinite(limit)
          ? yield* Effect.forkDaemon(
              Effect.interruptible(
                Effect.map(Effect.sleep(limit), () => {
                  if (fence.end("it timed out")) first = timedOut()
                })
              )
            )
          : undefined
      // Stopped from outside as well, it still releases what it holds before its actor answers.
      const stop = Effect.suspend(() => {
        fence.end("it was stopped")
        timer?.unsafeInterruptAsFork(worker.id())
        return worker.unsafePoll() === null ? stopWorker(run, agent, attempt, worker) : Effect.void
      })
      yield* Effect.onInterrupt(restore(fence.ended), () => stop)
      yield* stop
      return first === undefined ? cancelled : yield* triedOf(first)
    })
  )
}

const cancelled: Tried = { _tag: "Cancelled" }

/** A defect, and an interruption that nobody asked for, are left to crash the actor. */
const triedOf = (exit: Exit.Exit<Made, unknown>): Effect.Effect<Tried> => {
  if (Exit.isSuccess(exit)) return Effect.succeed({ _tag: "Succeeded", made: exit.value })
  const failure = Cause.failureOrCause(exit.cause)
  if (Either.isRight(failure)) return Effect.failCause(failure.right)
  const error = failure.left
  const outcome = error instanceof AgentTimedOut ? "timedOut" : "failed"
  return Effect.succeed({ _tag: "Failed", outcome, error, reason: describeError(error) })
}

const howOf = (exit: Exit.Exit<unknown, unknown>): string =>
  Exit.isSuccess(exit) ? "it was done" : Cause.isFailure(exit.cause) ? "it failed" : "it crashed"

const tellStarted = (run: RunContext, work: AtWork, attempt: LiveAttempt) =>
  run.events.publish((moment) =>
    RunEvent.AgentStarted({
      ...moment,
      agent: work.agent.name,
      attempt: attempt.fence.attempt,
      incarnation: attempt.incarnation,
      startedMs: work.startedMs,
      key: work.key
    })
  )

const stopWorker = (
  run: RunContext,
  agent: Agent.Any,
  attempt: LiveAttempt,
  worker: Fiber.RuntimeFiber<unknown, unknown>
) =>
  Effect.flatMap(interruptWithin(worker, run.stopBudget), (inTime) =>
    inTime
      ? Effect.void
      : note(
          run,
          agent.name,
          `attempt ${attempt.fence.attempt} was stopped and did not end within ${Duration.format(run.stopBudget)}; it is left behind, and what it still does is not taken`
        )
  )
