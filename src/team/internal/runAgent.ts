/**
 * One agent in a run: its key, the earlier result if there is one, else its work, and the commit of what it made.
 */
import { Context, Effect, Schema } from "effect"
import * as CacheKey from "../../cache/CacheKey.ts"
import type * as Agent from "../Agent.ts"
import { ResultCache, type StoredResult } from "../ResultCache.ts"
import { RunEvent } from "../Run.ts"
import type { Outcome } from "../Scheduler.ts"
import { Workspace } from "../Workspace.ts"
import * as Attempts from "./attempts.ts"
import type { AgentRecord } from "./buildReport.ts"
import { inWords } from "./inWords.ts"
import { type Made, oneAttempt, outputOf } from "./oneAttempt.ts"
import { keyOf } from "./prepared.ts"
import { type Finished, note, publish, type Stage } from "./stage.ts"

export const runAgent = <A extends Agent.Any>(
  stage: Stage<A>,
  agent: A
): Effect.Effect<Outcome, never, Workspace | ResultCache | Agent.Context<A>> =>
  Effect.gen(function* () {
    const record = stage.records.get(agent.name)!
    record.startedMs = yield* stage.clock.elapsed
    const outcome = yield* reuseOrWork(stage, agent, record)
    record.endedMs = yield* stage.clock.elapsed
    return outcome
  }).pipe(Effect.withSpan("Team.agent", { attributes: { "agent.name": agent.name } }))

const reuseOrWork = <A extends Agent.Any>(stage: Stage<A>, agent: A, record: AgentRecord) =>
  Effect.gen(function* () {
    if (stage.control.cancelled.has(agent.name)) return yield* cancelled(stage, agent, record)
    const key = yield* keyOf(
      stage.team,
      stage.prepared.get(agent.name)!,
      (name) => stage.finished.get(name)!,
      stage.model
    )
    record.key = key
    if (stage.reuse && (yield* reuse(stage, agent, record, key))) return "usable" as const
    return yield* work(stage, agent, record, key)
  })

/** Takes an earlier result, if there is one that can be trusted. */
const reuse = <A extends Agent.Any>(stage: Stage<A>, agent: A, record: AgentRecord, key: string) =>
  Effect.gen(function* () {
    const cache = yield* ResultCache
    const workspace = yield* Workspace
    const found = yield* cache
      .get(key)
      .pipe(
        Effect.catchTag("DatabaseError", (error) => Effect.succeed({ _tag: "Corrupt", reason: error.message } as const))
      )
    if (found._tag === "Miss") return false
    if (found._tag === "Corrupt") {
      yield* note(stage, agent.name, `${found.reason}; it works again`)
      return false
    }
    const taken = yield* Effect.gen(function* () {
      const finished = yield* decoded(agent, found.result)
      yield* workspace.restore(found.result.files)
      return finished
    }).pipe(
      Effect.catchAll((error) =>
        Effect.as(
          note(stage, agent.name, `the earlier result could not be taken (${inWords(error)}); it works again`),
          undefined
        )
      )
    )
    if (taken === undefined) return false
    for (const file of taken.files) stage.writers.set(file.path, agent.name)
    finish(stage, agent, record, taken)
    record.status = "reused"
    record.reusedFrom = found.result.runId
    yield* publish(stage, (at) => RunEvent.AgentReused({ at, agent: agent.name, fromRun: found.result.runId }))
    return true
  })

const decoded = (agent: Agent.Any, result: StoredResult) =>
  Effect.gen(function* () {
    const encoded = yield* Schema.decode(Schema.parseJson())(result.output)
    const output = yield* Schema.decodeUnknown(outputOf(agent))(encoded)
    return { output, encoded, digest: CacheKey.make(encoded), files: result.files } satisfies Finished
  })

const work = <A extends Agent.Any>(stage: Stage<A>, agent: A, record: AgentRecord, key: string) =>
  Effect.gen(function* () {
    const { name } = agent
    const context = yield* Effect.context<Workspace | Agent.Context<A>>()
    const actor = stage.actorFor(name)
    stage.control.actors.set(name, actor)
    // Told to stop between the look above and now: the actor must hear of it.
    if (stage.control.cancelled.has(name)) yield* actor.cancel
    const ended = yield* Attempts.run<Made>({
      agent,
      actor,
      clock: stage.clock,
      // The actor's own span wins over the run's, so that work stands below the message that asked for it.
      body: (attempt) =>
        Effect.mapInputContext(oneAttempt(stage, agent, actor, record, attempt), (own) => Context.merge(context, own)),
      onStarted: (attempt) => publish(stage, (at) => RunEvent.AgentStarted({ at, agent: name, attempt })),
      onProgress: (message, fraction) =>
        publish(stage, (at) => RunEvent.AgentProgress({ at, agent: name, message, fraction })),
      onFailed: ({ attempt, reason, retryInMs }) =>
        publish(stage, (at) =>
          RunEvent.AgentAttemptFailed({
            at,
            agent: name,
            attempt,
            reason,
            willRetry: retryInMs !== undefined,
            retryInMs
          })
        ),
      onAttempt: (attempt) => Effect.sync(() => record.attempts.push(attempt))
    })
    switch (ended.result._tag) {
      case "Cancelled":
        return yield* cancelled(stage, agent, record)
      case "Failed": {
        const { reason } = ended.result
        record.status = "failed"
        record.reason = reason
        yield* publish(stage, (at) => RunEvent.AgentFailed({ at, agent: name, reason }))
        return "unusable" as const
      }
      case "Succeeded":
        return yield* settle(stage, agent, record, key, ended.result.value, ended.attempts.length)
    }
  })

/** Commits what was made and says how it ended. A failed or unverified result goes to dependants, not into the store. */
const settle = <A extends Agent.Any>(
  stage: Stage<A>,
  agent: A,
  record: AgentRecord,
  key: string,
  made: Made,
  attempts: number
) =>
  Effect.gen(function* () {
    const { name } = agent
    const { verdict } = made
    finish(stage, agent, record, made)
    switch (verdict._tag) {
      case "verified":
        yield* commit(stage, agent, key, made)
        record.status = "done"
        yield* publish(stage, (at) => RunEvent.AgentDone({ at, agent: name, attempts }))
        break
      case "notVerified":
        record.status = "notVerified"
        record.reason = verdict.reason
        yield* publish(stage, (at) => RunEvent.AgentNotVerified({ at, agent: name, reason: verdict.reason }))
        break
      case "failed":
        record.status = "failed"
        record.reason = verdict.reason
        yield* publish(stage, (at) => RunEvent.AgentFailed({ at, agent: name, reason: verdict.reason }))
    }
    return "usable" as const
  })

/** A result that cannot be stored is still a result: the next run works it out again. */
const commit = (stage: Stage<Agent.Any>, agent: Agent.Any, key: string, made: Made) =>
  Effect.gen(function* () {
    const cache = yield* ResultCache
    const { encoded, files } = made
    yield* cache
      .put({
        key,
        agent: agent.name,
        version: agent.version,
        output: JSON.stringify(encoded),
        files,
        runId: stage.runId,
        createdAt: yield* stage.clock.now
      })
      .pipe(
        Effect.catchTag("DatabaseError", (error) =>
          note(stage, agent.name, `its result could not be stored (${error.message}); the next run works it out again`)
        )
      )
  })

const cancelled = (stage: Stage<Agent.Any>, agent: Agent.Any, record: AgentRecord) => {
  record.status = "cancelled"
  return Effect.as(
    publish(stage, (at) => RunEvent.AgentCancelled({ at, agent: agent.name })),
    "unusable" as const
  )
}

const finish = (stage: Stage<Agent.Any>, agent: Agent.Any, record: AgentRecord, finished: Finished) => {
  stage.finished.set(agent.name, finished)
  record.files = finished.files.map((file) => file.path)
}
