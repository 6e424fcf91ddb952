/**
 * `graph FILE`: the agents, their dependencies and their order, by measured times where there are any. Runs nothing, makes
 * no database, writes nothing.
 *
 * @since 0.1.0
 */
import { existsSync } from "node:fs"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { Duration, Effect, Layer } from "effect"
import * as Sqlite from "../layers/sqlite/Sqlite.ts"
import * as SqliteRunStore from "../layers/sqlite/SqliteRunStore.ts"
import * as RequirementsFile from "../layers/yaml/RequirementsFile.ts"
import { visible } from "../src/team/DisplayWidth.ts"
import * as Elapsed from "../src/team/Elapsed.ts"
import * as Graph from "../src/team/Graph.ts"
import * as History from "../src/team/History.ts"
import { RunStore, type StoredRun } from "../src/team/RunStore.ts"
import * as Team from "../src/team/Team.ts"
import type * as Commands from "./Commands.ts"
import type { Invocation } from "./Options.ts"
import * as Teams from "./Teams.ts"
import { Terminal } from "./Terminal.ts"

/** @category constructors */
export const main = Effect.fnUntraced(function* (invocation: Invocation<(typeof Commands.graph)["options"]>) {
  const { db, format, json, team: named } = invocation.options
  const terminal = yield* Terminal
  const file = yield* RequirementsFile.read(invocation.arguments[0]!)
  const team = yield* Teams.load(named)
  yield* Team.check(team)
  yield* Effect.mapError(Team.parse(team, file.value), (error) =>
    error._tag === "InputError" ? file.locate(error) : error
  )

  const drawn = draw(team, History.measured(team, yield* historyIn(db ?? Sqlite.defaultFile)))
  terminal.result(
    json ? `${JSON.stringify(drawn, undefined, 2)}\n` : format === "mermaid" ? mermaid(drawn) : text(drawn)
  )
  return 0
}, Effect.provide(NodeFileSystem.layer))

/** The latest runs; none where there is no database, or none that can be read: a drawing needs no history. */
const historyIn = (file: string): Effect.Effect<ReadonlyArray<StoredRun>> =>
  existsSync(file)
    ? Effect.flatMap(RunStore, (store) => store.list(History.runsLooked)).pipe(
        Effect.provide(SqliteRunStore.layer().pipe(Layer.provide(Sqlite.layer({ file, busyTimeout: "1 second" })))),
        Effect.orElseSucceed(() => [])
      )
    : Effect.succeed([])

/**
 * A team's graph with what follows from the times. Times are milliseconds.
 *
 * @category models
 */
export interface Drawn {
  readonly team: string
  /** Each after those it depends on. */
  readonly agents: ReadonlyArray<{
    readonly name: string
    readonly dependsOn: ReadonlyArray<string>
    readonly estimateMs: number
    /** What earlier runs have measured, which then counts instead of the estimate; `null` where there is nothing. */
    readonly measuredMs: number | null
    /** The earliest start, if nobody waits for a free place. */
    readonly startsMs: number
    readonly critical: boolean
  }>
  readonly criticalPath: { readonly agents: ReadonlyArray<string>; readonly ms: number }
  readonly workMs: number
}

/** @category constructors */
export const draw = (
  team: Pick<Team.Any, "name" | "agents">,
  measured: ReadonlyMap<string, number> = new Map()
): Drawn => {
  const estimates = new Map(team.agents.map((agent) => [agent.name, Duration.toMillis(agent.estimate)]))
  const lengths = new Map([...estimates, ...[...measured].filter(([name]) => estimates.has(name))])
  const lengthOf = (name: string) => lengths.get(name) ?? 0
  const criticalPath = Graph.criticalPath(team.agents, lengthOf)
  const ends = new Map<string, number>()
  const agents = Graph.order(team.agents).map((agent) => {
    const startsMs = Math.max(0, ...agent.dependsOn.map((name) => ends.get(name) ?? 0))
    ends.set(agent.name, startsMs + lengthOf(agent.name))
    return {
      name: agent.name,
      dependsOn: agent.dependsOn,
      estimateMs: estimates.get(agent.name) ?? 0,
      measuredMs: measured.get(agent.name) ?? null,
      startsMs,
      critical: criticalPath.agents.includes(agent.name)
    }
  })
  return { team: team.name, agents, criticalPath, workMs: agents.reduce((sum, agent) => sum + lengthOf(agent.name), 0) }
}

/** For reading. An asterisk marks the critical path. @category combinators */
export const text = (drawn: Drawn): string => {
  const width = Math.max(...drawn.agents.map((agent) => visible(agent.name).length))
  const isMixed = drawn.agents.some(isMeasured) && !drawn.agents.every(isMeasured)
  const times = drawn.agents.map(
    (agent) => `${isMixed && !isMeasured(agent) ? "~" : ""}${Elapsed.show(agent.measuredMs ?? agent.estimateMs)}`
  )
  const timeWidth = Math.max(...times.map((time) => time.length))
  return [
    `${visible(drawn.team)}: ${drawn.agents.length} ${drawn.agents.length === 1 ? "agent" : "agents"}, ${Elapsed.show(drawn.workMs)} of work, ${Elapsed.show(drawn.criticalPath.ms)} at best`,
    "",
    ...drawn.agents.map((agent, index) => {
      const after = agent.dependsOn.length === 0 ? "" : `  after ${agent.dependsOn.map(visible).join(", ")}`
      return `${agent.critical ? "*" : " "} ${visible(agent.name).padEnd(width)}  ${times[index]!.padStart(timeWidth)}${after}`
    }),
    "",
    `* critical path: ${drawn.criticalPath.agents.map(visible).join(" → ")}`,
    isMixed
      ? "Times were measured in earlier runs; those with ~ are the agents' estimates."
      : drawn.agents.every(isMeasured)
        ? "Times were measured in earlier runs."
        : "Times are the agents' estimates.",
    ""
  ].join("\n")
}

const isMeasured = (agent: Drawn["agents"][number]) => agent.measuredMs !== null

/** For documents. @category combinators */
export const mermaid = (drawn: Drawn): string => {
  const ids = new Map(drawn.agents.map((agent, index) => [agent.name, `a${index}`]))
  const label = (words: string) => visible(words).replace(/[&"<>#]/g, (one) => `#${one.codePointAt(0)};`)
  return [
    "flowchart LR",
    ...drawn.agents.map(
      (agent) =>
        `  ${ids.get(agent.name)}["${label(agent.name)}<br/>${Elapsed.show(agent.measuredMs ?? agent.estimateMs)}"]`
    ),
    ...drawn.agents.flatMap((agent) => agent.dependsOn.map((name) => `  ${ids.get(name)} --> ${ids.get(agent.name)}`)),
    "  classDef critical stroke-width:3px",
    `  class ${drawn.criticalPath.agents.map((name) => ids.get(name)).join(",")} critical`,
    ""
  ].join("\n")
}
