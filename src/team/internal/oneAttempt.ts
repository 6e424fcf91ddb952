/** One attempt of an agent: the assignment it is given, its own `run`, and the check that it returned what it promised. */
import { Effect, Schema } from "effect"
import * as CacheKey from "../../cache/CacheKey.ts"
import type { Assignment, Verdict } from "../Agent.ts"
import * as Agent from "../Agent.ts"
import * as Artefact from "../Artefact.ts"
import { Tokens } from "../Report.ts"
import { Workspace, WorkspaceError } from "../Workspace.ts"
import type * as AgentActor from "./agentActor.ts"
import type { AgentRecord } from "./buildReport.ts"
import type { Finished, Stage } from "./stage.ts"

/** What one successful attempt made. */
export interface Made extends Finished {
  readonly verdict: Verdict
}

/** Runs inside the agent's actor. Its typed failures are the agent's. */
export const oneAttempt = <A extends Agent.Any>(
  stage: Stage<A>,
  agent: A,
  actor: AgentActor.AgentActor,
  record: AgentRecord,
  attempt: number
): Effect.Effect<Made, unknown, Workspace | Agent.Context<A>> =>
  Effect.gen(function* () {
    const workspace = yield* Workspace
    const files = new Map<string, Artefact.ArtefactFile>()
    let verdict: Verdict = { _tag: "verified" }
    const assignment: Assignment<unknown, unknown> = {
      runId: stage.runId,
      agent: agent.name,
      attempt,
      input: stage.prepared.get(agent.name)!.input,
      model: stage.model,
      result: (upstream) => given(stage, agent.dependsOn, upstream.name, "dependsOn").output as never,
      files: (upstream) => given(stage, agent.filesOf, Agent.nameOf(upstream), "filesOf").files,
      progress: (message, fraction) => actor.progress(message, fraction),
      write: (path, content) =>
        Effect.gen(function* () {
          const writer = stage.writers.get(path)
          if (writer !== undefined && writer !== agent.name) return yield* twice(path, writer, agent.name)
          stage.writers.set(path, agent.name)
          yield* workspace.write(path, content)
          files.set(path, Artefact.make(path, content))
        }),
      tokens: (used) =>
        Effect.sync(() => {
          const now = { input: used.input ?? null, output: used.output ?? null }
          record.tokens = record.tokens === null ? Tokens.make(now) : Tokens.sum([record.tokens, now])
        }),
      verdict: (given) =>
        Effect.sync(() => {
          verdict = worse(verdict, given)
        })
    }
    const output = yield* Effect.suspend(() => agent.run(assignment))
    const encoded = yield* Schema.encode(outputOf(agent))(output)
    // Found here and not in the key of a dependant, where nobody would look for it.
    const digest = yield* Effect.try({ try: () => CacheKey.make(encoded), catch: (error) => error })
    // By path, because files may be written at once, and a result must not tell which of them was done first.
    const sorted = [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
    return { output, encoded, digest, files: sorted, verdict }
  })

/** What an upstream agent left; asking for one that was not declared is a bug of the agent. */
const given = (stage: Stage<Agent.Any>, declared: ReadonlyArray<string>, name: string, where: string): Finished => {
  const finished = declared.includes(name) ? stage.finished.get(name) : undefined
  if (finished === undefined) throw new Error(`"${name}" is not in ${where}: declare it before using what it made.`)
  return finished
}

const twice = (path: string, writer: string, agent: string) =>
  new WorkspaceError({
    reason: "foreign",
    path,
    problem: `"${writer}" has already written it in this run`,
    next: `Let "${agent}" write to another path.`
  })

const severity = { verified: 0, notVerified: 1, failed: 2 }

/** A later, kinder word does not take back an earlier one. */
const worse = (a: Verdict, b: Verdict): Verdict => (severity[b._tag] > severity[a._tag] ? b : a)

// `Agent.make` takes schemas without a context only; the definition's type is wider so that any agent fits it.
export const outputOf = (agent: Agent.Any) => agent.output as Schema.Schema.AnyNoContext
