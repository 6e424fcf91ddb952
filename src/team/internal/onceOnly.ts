/** Agents that must not work twice: what is kept of their beginning, so that a crash, also of the process, is noticed. */
import { Effect } from "effect"
import type * as Agent from "../Agent.ts"
import { ResultCache } from "../ResultCache.ts"
import type { Ended } from "./attempts.ts"
import { note, type RunContext } from "./runContext.ts"

/** Keeps that the agent begins; gives the reason if it must not. */
export const begin = (run: RunContext, agent: Agent.Any, key: string) =>
  Effect.gen(function* () {
    if (!agent.once) return undefined
    const cache = yield* ResultCache
    if (!run.reuse) yield* cache.forget(key)
    const { at } = yield* run.clock.now
    const before = yield* cache.begin({ key, agent: agent.name, runId: run.runId, at })
    if (before === undefined) return undefined
    return `it must not work twice, and run ${before.runId} began it at ${new Date(before.at).toISOString()} without keeping a result: see what it has done, then let it work again without reuse (--no-cache), or raise its version`
  }).pipe(
    Effect.catchTag("DatabaseError", (error) =>
      Effect.succeed(`it must not work twice, and its beginning could not be kept: ${error.message}`)
    )
  )

/** Takes the beginning back where the agent itself says that nothing came of it, or never began. */
export const ended = (run: RunContext, agent: Agent.Any, key: string, ended: Ended) => {
  if (!agent.once || !mayBeginAgain(ended)) return Effect.void
  return Effect.flatMap(ResultCache, (cache) => cache.forget(key)).pipe(
    Effect.catchTag("DatabaseError", (error) =>
      note(run, agent.name, `it may work again, which could not be kept (${error.message})`)
    )
  )
}

const mayBeginAgain = (ended: Ended): boolean => {
  switch (ended._tag) {
    case "Succeeded":
      return ended.made.verdict._tag !== "verified"
    case "Failed":
      return ended.outcome === "failed"
    case "Cancelled":
      return !ended.begun
  }
}
