/**
 * One agent in a run: its key, the earlier result if there is one, else its work, and the commit of what it made. Its end
 * is one event, and what the scheduler is told.
 *
 * The way goes in one direction: `attempts` tries, an `agentActor` from the `agentPool` is asked for each attempt,
 * `oneAttempt` bounds it, `assignment` is what the agent works with.
 */
import { Effect, Either } from "effect"
import type * as Agent from "../Agent.ts"
import type { ResultCache } from "../ResultCache.ts"
import { RunEvent } from "../Run.ts"
import { type Outcome, Slot } from "../Scheduler.ts"
import type { Workspace } from "../Workspace.ts"
import type { AgentPool } from "./agentPool.ts"
import type { Made } from "./assignment.ts"
import * as Attempts from "./attempts.ts"
import * as OnceOnly from "./onceOnly.ts"
import { keyOf } from "./preparedRun.ts"
import { type AtWork, type Finished, publishEnd, type RunContext } from "./runContext.ts"
import * as StoredResults from "./storedResults.ts"

type Work<A extends Agent.Any> = Effect.Effect<Outcome, never, Workspace | ResultCache | Agent.Context<A>>

export const runAgent = <A extends Agent.Any>(run: RunContext<A>, pool: AgentPool, agent: A): Work<A> =>
  Effect.flatMap(Effect.zip(run.clock.elapsed, Slot), ([startedMs, slot]) => {
    const work: AtWork<A> = { agent, startedMs, slot, key: undefined, attempt: undefined, ended: undefined }
    run.atWork.set(agent.name, work)
    return reuseOrWork(run, pool, work)
  }).pipe(
    Effect.annotateLogs("agent.name", agent.name),
    Effect.withSpan("Team.agent", { attributes: { "agent.name": agent.name } })
  )

const reuseOrWork = <A extends Agent.Any>(run: RunContext<A>, pool: AgentPool, work: AtWork<A>): Work<A> =>
  Effect.gen(function* () {
    const { agent } = work
    if (run.control.isCancelled(agent.name)) return yield* cancelled(run, work)
    const ready = run.prepared.get(agent.name)!
    const known = keyOf(run.team, ready, (other) => run.finished.get(other), run.modelInKeys)
    // A fingerprint may take its time; who cancels does not wait for it.
    const key = yield* Effect.either(
      ready.isKnown ? known : Effect.raceFirst(known, Effect.as(run.control.whenCancelled(agent.name), undefined))
    )
    if (Either.isLeft(key)) return yield* failed(run, work, key.left.message)
    if (key.right === undefined) return yield* cancelled(run, work)
    work.key = key.right
    if (run.reuse) {
      const earlier = yield* StoredResults.take(run, agent, key.right)
      if (earlier !== undefined) {
        finish(run, agent, earlier.finished)
        yield* publishEnd(run, work, (end) => RunEvent.AgentReused({ ...end, fromRun: earlier.fromRun }))
        return "usable"
      }
    }
    return yield* makeResult(run, pool, work, key.right)
  })

const makeResult = <A extends Agent.Any>(run: RunContext<A>, pool: AgentPool, work: AtWork<A>, key: string): Work<A> =>
  Effect.gen(function* () {
    const { agent } = work
    const refused = yield* OnceOnly.begin(run, agent, key)
    if (refused !== undefined) return yield* failed(run, work, refused)
    const ended = yield* Attempts.run(run, pool, work)
    yield* OnceOnly.ended(run, agent, key, ended)
    switch (ended._tag) {
      case "Cancelled":
        return yield* cancelled(run, work)
      case "Failed":
        return yield* failed(run, work, ended.reason)
      case "Succeeded":
        return yield* settle(run, work, key, ended.made, ended.attempts)
    }
  })

/** Commits what was made and says how it ended. A failed or unverified result goes to dependants, not into the store. */
const settle = <A extends Agent.Any>(
  run: RunContext<A>,
  work: AtWork<A>,
  key: string,
  made: Made,
  attempts: number
): Work<A> =>
  Effect.gen(function* () {
    const { verdict } = made
    finish(run, work.agent, made)
    if (verdict._tag === "verified") yield* StoredResults.keep(run, work.agent, key, made)
    yield* publishEnd(run, work, (end) => {
      switch (verdict._tag) {
        case "verified":
          return RunEvent.AgentDone({ ...end, attempts })
        case "notVerified":
          return RunEvent.AgentNotVerified({ ...end, reason: verdict.reason })
        case "failed":
          return RunEvent.AgentFailed({ ...end, reason: verdict.reason })
      }
    })
    return "usable" as const
  })

const failed = (run: RunContext, work: AtWork, reason: string) =>
  Effect.as(
    publishEnd(run, work, (end) => RunEvent.AgentFailed({ ...end, reason })),
    "unusable" as const
  )

const cancelled = (run: RunContext, work: AtWork) =>
  Effect.as(
    publishEnd(run, work, (end) => RunEvent.AgentCancelled(end)),
    "unusable" as const
  )

const finish = (run: RunContext, agent: Agent.Any, finished: Finished) => {
  run.finished.set(agent.name, finished)
  run.claims.keepOnly(
    agent.name,
    finished.files.map((file) => file.path)
  )
}
