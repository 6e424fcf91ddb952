/**
 * A run made ready and not yet begun: the team checked, the input parsed, every agent's part of it decoded. Whatever the
 * user can have got wrong is found here, before anything is written.
 */
import { Effect, Schema } from "effect"
import * as CacheKey from "../../cache/CacheKey.ts"
import type * as Agent from "../Agent.ts"
import * as Graph from "../Graph.ts"
import { InputError } from "../InputError.ts"
import type { Runnable } from "../Run.ts"
import { TeamError, type TeamProblem } from "../TeamError.ts"
import { pick } from "./pick.ts"
import { refusedPart } from "./refusedPart.ts"
import { resultKey, type Upstream } from "./resultKey.ts"

/** An agent with its part of the input. */
export interface Ready<A extends Agent.Any> {
  readonly agent: A
  /** As it goes into the key. */
  readonly picked: unknown
  /** As the agent sees it. */
  readonly input: unknown
  /** Computed at most once. */
  readonly fingerprint: Effect.Effect<Readonly<Record<string, string>>, never, Agent.Context<A>>
}

export type Prepared<A extends Agent.Any> = ReadonlyMap<string, Ready<A>>

/** Everything wrong with a team's definition. */
export const check = (team: Runnable<Agent.Any>): Effect.Effect<void, TeamError> => {
  const problems: ReadonlyArray<TeamProblem> = [
    ...Graph.problems(team.agents),
    ...strangers(team.agents),
    ...team.agents.flatMap((agent) => agent.wrongDurations)
  ]
  return problems.length === 0 ? Effect.void : Effect.fail(new TeamError({ team: team.name, problems }))
}

export const prepare = <A extends Agent.Any>(
  team: Runnable<A>,
  value: unknown
): Effect.Effect<Prepared<A>, TeamError | InputError> =>
  Effect.gen(function* () {
    yield* check(team)
    const parsed = yield* team.parse(value)
    const ready = yield* Effect.forEach(team.agents, (agent) => one(agent, parsed))
    return new Map(ready.map((each) => [each.agent.name, each]))
  })

/** The key of an agent's result, once the results before it are known. */
export const keyOf = <A extends Agent.Any>(
  team: Runnable<A>,
  ready: Ready<A>,
  upstream: (name: string) => Upstream,
  model: string | undefined
): Effect.Effect<string, never, Agent.Context<A>> =>
  Effect.map(ready.fingerprint, (fingerprint) =>
    resultKey({ team: team.name, agent: ready.agent, input: ready.picked, upstream, fingerprint, model })
  )

const one = <A extends Agent.Any>(agent: A, parsed: unknown): Effect.Effect<Ready<A>, InputError> =>
  Effect.gen(function* () {
    const picked = pick(parsed, agent.reads)
    // What is not JSON has no key.
    yield* Effect.try({ try: () => CacheKey.canonical(picked), catch: (error) => notJson(agent, error) })
    const input = yield* Schema.decodeUnknown(agent.input)(picked, { errors: "all" }).pipe(
      Effect.mapError((error) => refusedPart(agent, picked, error))
    )
    const fingerprint = yield* Effect.cached(agent.fingerprint)
    return { agent, picked, input, fingerprint }
  })

const notJson = (agent: Agent.Any, error: unknown) =>
  new InputError({
    source: "input",
    issues: [
      {
        path: error instanceof CacheKey.NotJson ? error.path : "",
        found: error instanceof CacheKey.NotJson ? error.found : String(error),
        expected: `plain JSON data for the agent "${agent.name}"`,
        fix: "Let the team's parse give strings, numbers, booleans, lists and plain objects only."
      }
    ]
  })

const strangers = (agents: ReadonlyArray<Agent.Any>): ReadonlyArray<TeamProblem> =>
  agents.flatMap((agent) => {
    const before = Graph.ancestors(agents, agent.name)
    return agent.filesOf
      .filter((name) => !before.has(name))
      .map((stranger): TeamProblem => ({ _tag: "FilesOfStranger", agent: agent.name, stranger }))
  })
