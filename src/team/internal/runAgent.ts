/**
 * One agent in a run: its key, the earlier result if there is one, else its work, and the commit of what it made.
 */
import { Context, Duration, Effect, Either, Schema } from "effect"
import type * as Agent from "../Agent.ts"
import { ResultCache, type StoredResult } from "../ResultCache.ts"
import { RunEvent } from "../Run.ts"
import type { Outcome } from "../Scheduler.ts"
import { Workspace } from "../Workspace.ts"
import * as Attempts from "./attempts.ts"
import type { AgentRecord } from "./buildReport.ts"
import { inWords } from "./inWords.ts"
import * as OnceOnly from "./onceOnly.ts"
import { type Made, oneAttempt, outputOf } from "./oneAttempt.ts"
import * as OutputText from "./outputText.ts"
import { keyOf } from "./prepared.ts"
import { type Finished, note, publish, type Stage } from "./stage.ts"
import * as UserCode from "./userCode.ts"

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
    const { name } = agent
    if (stage.control.isCancelled(name)) return yield* cancelled(stage, agent, record)
    const known = keyOf(stage.team, stage.prepared.get(name)!, (other) => stage.finished.get(other), stage.modelInKeys)
    // A fingerprint may take its time; who cancels does not wait for it.
    const key = yield* Effect.either(Effect.raceFirst(known, Effect.as(stage.control.whenCancelled(name), undefined)))
    if (Either.isLeft(key)) return yield* failed(stage, agent, record, key.left.message)
    if (key.right === undefined) return yield* cancelled(stage, agent, record)
    record.key = key.right
    if (stage.reuse && (yield* reuse(stage, agent, record, key.right))) return "usable" as const
    return yield* work(stage, agent, record, key.right)
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
      const paths = found.result.files.map((file) => file.path)
      const other = stage.claims.take(agent.name, paths)
      // Restored over the other's file it would be lost in silence; at work the agent is refused, and the run says so.
      if (other !== undefined)
        return yield* Effect.fail(`"${other.owner}" has already written ${other.path} in this run`)
      yield* workspace.restore(found.result.files)
      return finished
    }).pipe(
      Effect.tapErrorCause(() => Effect.sync(() => stage.claims.keepOnly(agent.name, []))),
      Effect.catchAll((error) =>
        Effect.as(
          note(stage, agent.name, `the earlier result could not be taken (${inWords(error)}); it works again`),
          undefined
        )
      )
    )
    if (taken === undefined) return false
    finish(stage, agent, record, taken)
    record.status = "reused"
    record.reusedFrom = found.result.runId
    yield* publish(stage, (at) => RunEvent.AgentReused({ at, agent: agent.name, fromRun: found.result.runId }))
    return true
  })

const decoded = (agent: Agent.Any, result: StoredResult) =>
  Effect.gen(function* () {
    const encoded = yield* OutputText.read(result.output)
    const output = yield* UserCode.bounded(() => Schema.decodeUnknown(outputOf(agent))(encoded)).pipe(
      Effect.catchTag("Broken", ({ problem }) => Effect.fail(`its output schema ${problem}`))
    )
    return { output, encoded, digest: OutputText.digest(encoded), files: result.files } satisfies Finished
  })

const work = <A extends Agent.Any>(stage: Stage<A>, agent: A, record: AgentRecord, key: string) =>
  Effect.gen(function* () {
    const { name } = agent
    const refused = yield* OnceOnly.begin(stage, agent, key)
    if (refused !== undefined) return yield* failed(stage, agent, record, refused)
    const context = yield* Effect.context<Workspace | Agent.Context<A>>()
    const actor = stage.actorFor(name)
    stage.control.actors.set(name, actor)
    // Told to stop between the look above and now: the actor must hear of it.
    if (stage.control.isCancelled(name)) yield* actor.cancel
    const ended = yield* Attempts.run<Made>({
      agent,
      actor,
      clock: stage.clock,
      stopBudget: stage.stopBudget,
      // The actor's own span wins over the run's, so that work stands below the message that asked for it.
      body: (fence) =>
        Effect.mapInputContext(oneAttempt(stage, agent, actor, record, fence), (own) => Context.merge(context, own)),
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
      onLeft: (attempt) =>
        note(
          stage,
          name,
          `attempt ${attempt} was stopped and did not end within ${Duration.format(stage.stopBudget)}; it is left behind, and what it still does is not taken`
        ),
      onAttempt: (attempt) =>
        Effect.sync(() => {
          record.attempts.push(attempt)
          // What came to nothing keeps no path from others.
          if (attempt.outcome !== "succeeded") stage.claims.keepOnly(name, [])
        })
    })
    yield* OnceOnly.ended(stage, agent, key, ended)
    switch (ended.result._tag) {
      case "Cancelled":
        return yield* cancelled(stage, agent, record)
      case "Failed":
        return yield* failed(stage, agent, record, ended.result.reason)
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

/** Bytes of the output and the files of one agent that are kept for later runs. */
const maxResultBytes = 64 * 1024 * 1024

/** A result that cannot be stored is still a result: the next run works it out again. */
const commit = (stage: Stage<Agent.Any>, agent: Agent.Any, key: string, made: Made) =>
  Effect.gen(function* () {
    const cache = yield* ResultCache
    const { encoded, files } = made
    const output = OutputText.write(encoded)
    const bytes = files.reduce((sum, file) => sum + file.sizeBytes, Buffer.byteLength(output))
    if (bytes > maxResultBytes) {
      const limit = `its result of ${Math.ceil(bytes / 1_048_576)} MB is over the limit of ${maxResultBytes / 1_048_576} MB`
      return yield* note(stage, agent.name, `${limit} and was not stored; the next run works it out again`)
    }
    yield* cache
      .put({
        key,
        agent: agent.name,
        version: agent.version,
        output,
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

const failed = (stage: Stage<Agent.Any>, agent: Agent.Any, record: AgentRecord, reason: string) => {
  record.status = "failed"
  record.reason = reason
  return Effect.as(
    publish(stage, (at) => RunEvent.AgentFailed({ at, agent: agent.name, reason })),
    "unusable" as const
  )
}

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
  stage.claims.keepOnly(agent.name, record.files)
}
