/** Follows the keys from the front of the graph as far as stored results carry, and says for the rest what is not known. */
import { Duration, Effect, Either } from "effect"
import type * as Agent from "../Agent.ts"
import type { DatabaseError } from "../DatabaseError.ts"
import * as Graph from "../Graph.ts"
import type { Plan, PlannedAgent } from "../Plan.ts"
import { ResultCache } from "../ResultCache.ts"
import type { Runnable } from "../Run.ts"
import * as OutputText from "./outputText.ts"
import { keyOf, type Prepared } from "./preparedRun.ts"
import type { Upstream } from "./resultKey.ts"

export const makePlan = <A extends Agent.Any>(
  team: Runnable<A>,
  prepared: Prepared<A>,
  options: {
    readonly model?: string | undefined
    readonly reuse?: boolean | undefined
    /** Milliseconds by agent, as far as earlier runs know them. */
    readonly measured: ReadonlyMap<string, number>
  }
): Effect.Effect<Plan, DatabaseError, ResultCache | Agent.Context<A>> =>
  Effect.gen(function* () {
    const cache = yield* ResultCache
    const estimates = new Map(team.agents.map((agent) => [agent.name, Duration.toMillis(agent.estimate)]))
    const lengthOf = (name: string) => options.measured.get(name) ?? estimates.get(name) ?? 0
    const remaining = Graph.remaining(team.agents, lengthOf)
    const reused = new Map<string, Upstream>()

    const decide = Effect.fnUntraced(function* (agent: A) {
      if (options.reuse === false) return { decision: "run", reason: "reuse is switched off" } as const
      const open = agent.dependsOn.filter((name) => !reused.has(name))
      if (open.length > 0) {
        return { decision: "unknown", reason: `depends on what ${open.join(" and ")} will return` } as const
      }
      // Files of agents further up are known as well: a reused agent has reused ancestors.
      const key = yield* Effect.either(
        keyOf(team, prepared.get(agent.name)!, (name) => reused.get(name)!, options.model)
      )
      if (Either.isLeft(key)) return { decision: "unknown", reason: key.left.message } as const
      const found = yield* cache.get(key.right)
      if (found._tag === "Miss") return { decision: "run", reason: "no earlier result has this key" } as const
      if (found._tag === "Corrupt") return { decision: "run", reason: found.reason } as const
      const encoded = yield* Effect.option(OutputText.read(found.result.output))
      if (encoded._tag === "None") return { decision: "run", reason: "the stored output is damaged" } as const
      reused.set(agent.name, { digest: OutputText.digest(encoded.value), files: found.result.files })
      return { decision: "reuse", reason: `the result of run ${found.result.runId} has the same key` } as const
    })

    const ordered = Graph.order(team.agents, (a, b) => remaining.get(b.name)! - remaining.get(a.name)!)
    const agents = yield* Effect.forEach(
      ordered,
      Effect.fnUntraced(function* (agent) {
        const planned: PlannedAgent = {
          name: agent.name,
          dependsOn: agent.dependsOn,
          estimateMs: estimates.get(agent.name)!,
          measuredMs: options.measured.get(agent.name),
          remainingMs: remaining.get(agent.name)!,
          ...(yield* decide(agent))
        }
        return planned
      })
    )
    return {
      team: team.name,
      agents,
      criticalPath: Graph.criticalPath(team.agents, lengthOf),
      workMs: team.agents.reduce((sum, { name }) => sum + lengthOf(name), 0)
    }
  })
