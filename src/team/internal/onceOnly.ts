/** Agents that must not work twice: what is kept of their beginning, so that a crash, also of the process, is noticed. */
import { Effect } from "effect"
import type * as Agent from "../Agent.ts"
import { ResultCache } from "../ResultCache.ts"
import type { Ended } from "./attempts.ts"
import type { Made } from "./oneAttempt.ts"
import { note, type Stage } from "./stage.ts"

/** Keeps that the agent begins; gives the reason if it must not. */
export const begin = (stage: Stage<Agent.Any>, agent: Agent.Any, key: string) =>
  Effect.gen(function* () {
    if (!agent.once) return undefined
    const cache = yield* ResultCache
    if (!stage.reuse) yield* cache.forget(key)
    const before = yield* cache.begin({ key, agent: agent.name, runId: stage.runId, at: yield* stage.clock.now })
    if (before === undefined) return undefined
    return `it must not work twice, and run ${before.runId} began it at ${new Date(before.at).toISOString()} without keeping a result: see what it has done, then let it work again without reuse (--no-cache), or raise its version`
  }).pipe(
    Effect.catchTag("DatabaseError", (error) =>
      Effect.succeed(`it must not work twice, and its beginning could not be kept: ${error.message}`)
    )
  )

/** Takes the beginning back where the agent itself says that nothing came of it, or never began. */
export const ended = (stage: Stage<Agent.Any>, agent: Agent.Any, key: string, { attempts, result }: Ended<Made>) => {
  const isOpen =
    result._tag === "Succeeded"
      ? result.value.verdict._tag !== "verified"
      : result._tag === "Failed"
        ? result.outcome === "failed"
        : attempts.every((attempt) => attempt.incarnation === 0)
  if (!agent.once || !isOpen) return Effect.void
  return Effect.flatMap(ResultCache, (cache) => cache.forget(key)).pipe(
    Effect.catchTag("DatabaseError", (error) =>
      note(stage, agent.name, `it may work again, which could not be kept (${error.message})`)
    )
  )
}
