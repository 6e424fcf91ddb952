/**
 * How long agents have worked in earlier runs. Estimates are what their authors think; where anything was measured, that
 * decides who goes first, and is what people are told.
 *
 * @since 0.1.0
 */
import { Effect, Option } from "effect"
import type * as Agent from "./Agent.ts"
import { RunStore, type StoredRun } from "./RunStore.ts"

/** Runs of a history that are looked at. @category models */
export const runsLooked = 20

/** Of one agent the latest of these are taken. */
const samples = 5

/**
 * The median working time, in milliseconds, of each agent that came to its end in one of the runs, in its present version.
 *
 * @category constructors
 */
export const measured = (
  team: { readonly name: string; readonly agents: ReadonlyArray<Agent.Any> },
  latestFirst: ReadonlyArray<StoredRun>
): ReadonlyMap<string, number> => {
  const versions = new Map(team.agents.map((agent) => [agent.name, agent.version]))
  const times = new Map<string, Array<number>>()
  for (const { report } of latestFirst) {
    if (report === undefined || report.team !== team.name) continue
    for (const agent of report.agents) {
      const worked = agent.status === "done" || agent.status === "notVerified"
      if (!worked || agent.workMs === null || versions.get(agent.name) !== agent.version) continue
      const known = times.get(agent.name) ?? []
      if (known.length < samples) times.set(agent.name, [...known, agent.workMs])
    }
  }
  return new Map([...times].map(([name, all]) => [name, all.sort((a, b) => a - b)[Math.floor(all.length / 2)]!]))
}

/**
 * The same from the runs at hand. Empty where there is no `RunStore`, or none that can be read: no run needs a history.
 *
 * @category constructors
 */
export const ofTeam = (team: {
  readonly name: string
  readonly agents: ReadonlyArray<Agent.Any>
}): Effect.Effect<ReadonlyMap<string, number>> =>
  Effect.flatMap(Effect.serviceOption(RunStore), (runs) =>
    Option.isNone(runs)
      ? Effect.succeed(new Map())
      : runs.value.list(runsLooked).pipe(
          // No work takes no time: the clock stood still, as in a test, and says nothing of who is on the longest path.
          Effect.map((latestFirst) => new Map([...measured(team, latestFirst)].filter(([, millis]) => millis > 0))),
          Effect.orElseSucceed(() => new Map())
        )
  )
