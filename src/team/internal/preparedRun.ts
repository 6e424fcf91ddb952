/**
 * A run made ready and not yet begun: the team checked, the input parsed, every agent's part of it decoded. Whatever the
 * user can have got wrong is found here, before anything is written.
 */
import { Data, Effect, Schema } from "effect"
import * as CacheKey from "../../cache/CacheKey.ts"
import type * as Agent from "../Agent.ts"
import type { AnyPart } from "../AnyPart.ts"
import * as Graph from "../Graph.ts"
import { InputError } from "../InputError.ts"
import { previewValue } from "../PreviewValue.ts"
import { defaultProfile, type Profile, profiles, resourcesOf } from "../Profile.ts"
import * as Resources from "../Resources.ts"
import type { Runnable } from "../Run.ts"
import { TeamError, type TeamProblem } from "../TeamError.ts"
import * as AuthorCode from "./authorCode.ts"
import { describeError } from "./describeError.ts"
import { inputRefusal } from "./inputRefusal.ts"
import { pick } from "./pick.ts"
import { partKey, resultKey, type Upstream } from "./resultKey.ts"

/** An agent with its part of the input. */
export interface Ready<A extends Agent.Any> {
  readonly agent: A
  /** As it goes into the key. */
  readonly picked: unknown
  /** As the agent sees it. */
  readonly input: unknown
  /** Whether the fingerprint is a value that nothing needs to be done for. */
  readonly isKnown: boolean
  /** Computed at most once. */
  readonly fingerprint: Effect.Effect<Readonly<Record<string, string>>, FingerprintFailed, Agent.Context<A>>
}

/** What decides an agent's result could not be found out, and so neither its key. */
class FingerprintFailed extends Data.TaggedError("FingerprintFailed")<{
  readonly agent: string
  readonly problem: string
}> {
  override get message() {
    return `the fingerprint of "${this.agent}" ${this.problem}; without it there is no key for its result`
  }
}

export type Prepared<A extends Agent.Any> = ReadonlyMap<string, Ready<A>>

/** Everything wrong with a team's definition. */
export const check = (team: Runnable<Agent.Any>): Effect.Effect<void, TeamError> => {
  const problems: ReadonlyArray<TeamProblem> = [
    ...Graph.problems(team.agents),
    ...strangers(team.agents),
    ...team.agents.flatMap((agent) => [...agent.wrongDurations, ...agent.problems, ...wrongParts(agent)])
  ]
  return problems.length === 0 ? Effect.void : Effect.fail(new TeamError({ team: team.name, problems }))
}

/** The team checked, its input parsed, and every agent's part of it decoded. */
export const prepare = <A extends Agent.Any>(
  team: Runnable<A>,
  value: unknown
): Effect.Effect<{ readonly input: unknown; readonly agents: Prepared<A> }, TeamError | InputError> =>
  Effect.gen(function* () {
    yield* check(team)
    const parsed = yield* parse(team, value)
    const ready = yield* Effect.forEach(team.agents, (agent) => one(team, agent, parsed))
    return { input: parsed, agents: new Map(ready.map((each) => [each.agent.name, each])) }
  })

/** The team's own check of the input. What it throws is a bug of its author, who is the one to fix it. */
export const parse = (team: Runnable<Agent.Any>, value: unknown): Effect.Effect<unknown, TeamError | InputError> =>
  AuthorCode.bounded(() => team.parse(value)).pipe(
    Effect.catchTag("Broken", ({ problem }) =>
      broken(team, "its parse", problem, "Let it fail with an InputError for what it refuses.")
    )
  )

/** The key of an agent's result, once the results before it are known. */
export const keyOf = <A extends Agent.Any>(
  team: Runnable<A>,
  ready: Ready<A>,
  upstream: (name: string) => Upstream | undefined,
  model: string | undefined
): Effect.Effect<string, FingerprintFailed, Agent.Context<A>> =>
  Effect.flatMap(ready.fingerprint, (fingerprint) =>
    Effect.try({
      try: () => resultKey({ team: team.name, agent: ready.agent, input: ready.picked, upstream, fingerprint, model }),
      // All else was found to be JSON before.
      catch: (error) =>
        new FingerprintFailed({ agent: ready.agent.name, problem: `is not JSON: ${describeError(error)}` })
    })
  )

/** The key of a part of its work. */
export const partKeyOf = <A extends Agent.Any>(
  team: Runnable<A>,
  ready: Ready<A>,
  part: AnyPart,
  upstream: (name: string) => Upstream | undefined,
  model: string | undefined
): Effect.Effect<string, FingerprintFailed, Agent.Context<A>> =>
  Effect.map(ready.fingerprint, (fingerprint) =>
    // The agent's own key was made of the same, so that nothing here is new to it.
    partKey({ team: team.name, agent: ready.agent, part, upstream, fingerprint, model })
  )

/** What a run may use at once, and whose word that is. No agent of it may claim more. */
export const limitsOf = (
  team: Runnable<Agent.Any>,
  input: unknown,
  options: { readonly profile?: Profile | undefined; readonly agentsAtOnce?: number | undefined },
  within: (limits: Resources.Resources) => Resources.Resources
): Effect.Effect<Resources.Resources, TeamError> =>
  Effect.gen(function* () {
    const asked = options.profile === undefined ? yield* profileOf(team, input) : options.profile
    const profile = asked ?? defaultProfile
    const ofProfile = resourcesOf(profile)
    const agents = placesOf(options.agentsAtOnce ?? ofProfile.agents, team.agents.length)
    const limits = within({ ...ofProfile, agents })
    const problems = team.agents.flatMap(({ name, resources }): ReadonlyArray<TeamProblem> => {
      const kind = Resources.exceeded(limits, resources)
      return kind === undefined
        ? []
        : [{ _tag: "ClaimTooLarge", agent: name, kind, claim: resources[kind], limit: limits[kind], profile }]
    })
    return problems.length === 0 ? limits : yield* new TeamError({ team: team.name, problems })
  })

const profileOf = (team: Runnable<Agent.Any>, input: unknown): Effect.Effect<Profile | undefined, TeamError> =>
  AuthorCode.bounded(() => Effect.succeed(team.profile?.(input))).pipe(
    Effect.filterOrFail(
      (profile) => profile === undefined || Object.hasOwn(profiles, profile),
      (profile) => new AuthorCode.Broken({ problem: `gave ${previewValue(profile, 60)}` })
    ),
    Effect.catchTag("Broken", ({ problem }) =>
      broken(team, "its profile", problem, `Let it give one of ${Object.keys(profiles).join(", ")}, or undefined.`)
    )
  )

/** A whole number of at least 1; "as many as there are" where it is no finite number. */
const placesOf = (wanted: number, agents: number) =>
  Number.isFinite(wanted) ? Math.max(1, Math.floor(wanted)) : agents

const one = <A extends Agent.Any>(
  team: Runnable<Agent.Any>,
  agent: A,
  parsed: unknown
): Effect.Effect<Ready<A>, InputError | TeamError> =>
  Effect.gen(function* () {
    const picked = pick(parsed, agent.reads)
    // What is not JSON has no key.
    yield* Effect.try({ try: () => CacheKey.canonical(picked), catch: (error) => notJson(agent, error) })
    const input = yield* AuthorCode.bounded(() => Schema.decodeUnknown(agent.input)(picked, { errors: "all" })).pipe(
      Effect.catchTag("ParseError", (error) => inputRefusal(agent, picked, error)),
      Effect.catchTag("Broken", ({ problem }) =>
        broken(team, `the input schema of "${agent.name}"`, problem, "Let it refuse what it cannot decode.")
      )
    )
    const isKnown = Effect.isEffect(agent.fingerprint) && AuthorCode.isDone(agent.fingerprint)
    const fingerprint = Effect.mapError(
      AuthorCode.bounded(() => agent.fingerprint),
      (error) => new FingerprintFailed({ agent: agent.name, problem: problemOf(error) })
    )
    return { agent, picked, input, isKnown, fingerprint: isKnown ? fingerprint : yield* Effect.cached(fingerprint) }
  })

const broken = (team: Runnable<Agent.Any>, what: string, problem: string, next: string) =>
  new TeamError({ team: team.name, problems: [{ _tag: "Broken", what, problem, next }] })

/** By its type a fingerprint cannot fail; one written in JavaScript may. */
const problemOf = (error: unknown) =>
  error instanceof AuthorCode.Broken ? error.problem : `failed: ${describeError(error)}`

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

/** Parts of one name have one key, and what a part does not declare by its agent it would never be given. */
const wrongParts = (agent: Agent.Any): ReadonlyArray<TeamProblem> =>
  agent.parts.flatMap((part, at) => {
    const wrong = (why: string): TeamProblem => ({ _tag: "WrongPart", agent: agent.name, part: part.name, why })
    const missing = (field: "dependsOn" | "filesOf", names: ReadonlyArray<string>) =>
      names
        .filter((name) => !agent[field].includes(name))
        .map((name) => wrong(`its ${field} names "${name}", which is not in ${field} of the agent. Add it there.`))
    return [
      ...(typeof part.name === "string" && part.name.trim() !== "" && part.name.length <= 100
        ? []
        : [wrong("a part needs a name of 1 to 100 characters that is not blank.")]),
      ...(agent.parts.findIndex(({ name }) => name === part.name) < at
        ? [wrong("two parts have this name. Rename one of them.")]
        : []),
      ...missing("dependsOn", part.dependsOn),
      ...missing(
        "filesOf",
        part.filesOf.map((files) => files.agent)
      )
    ]
  })

const strangers = (agents: ReadonlyArray<Agent.Any>): ReadonlyArray<TeamProblem> =>
  agents.flatMap((agent) => {
    if (agent.filesOf.length === 0) return []
    const before = Graph.ancestors(agents, agent.name)
    return agent.filesOf
      .filter((name) => !before.has(name))
      .map((stranger): TeamProblem => ({ _tag: "FilesOfStranger", agent: agent.name, stranger }))
  })
