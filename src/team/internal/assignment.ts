/** What an agent has in hand in one attempt, its own `run` with it, and the check that it returned what it promised. */
import { type Context, Effect, Option, Schema } from "effect"
import { Secrets } from "../../secrets/Secrets.ts"
import type { Assignment, Verdict } from "../Agent.ts"
import * as Agent from "../Agent.ts"
import type { AnyPart, PartResult } from "../AnyPart.ts"
import * as Artefact from "../Artefact.ts"
import { Tokens } from "../Report.ts"
import { ResultCache } from "../ResultCache.ts"
import { RunEvent } from "../Run.ts"
import { Workspace, WorkspaceError } from "../Workspace.ts"
import type { Fence } from "./attemptFence.ts"
import * as FencedServices from "./fencedServices.ts"
import * as OutputText from "./outputText.ts"
import { outputOf } from "./outputText.ts"
import * as Parts from "./parts.ts"
import type { Finished, LiveAttempt, RunContext } from "./runContext.ts"
import { worse } from "./verdicts.ts"

/** What one successful attempt made. */
export interface Made extends Finished {
  readonly verdict: Verdict
}

/** The agent's own work. Its typed failures are the agent's. */
export const workOn = <A extends Agent.Any>(
  run: RunContext<A>,
  agent: A,
  attempt: LiveAttempt
): Effect.Effect<Made, unknown, Workspace | ResultCache | Agent.Context<A>> =>
  Effect.gen(function* () {
    const { fence } = attempt
    const workspace = yield* Workspace
    const cache = yield* ResultCache
    const { redactContent } = yield* Secrets
    const files = new Map<string, Artefact.ArtefactFile>()
    let verdict: Verdict = { _tag: "verified" }

    const write = (wanted: string, given: Artefact.Content, options?: Artefact.FileOptions) => {
      const path = redactContent(wanted)
      return fence.within(
        Effect.gen(function* () {
          const content = redactContent(given)
          const executable = options?.executable
          const taken = run.claims.take(agent.name, [path])
          if (taken !== undefined) return yield* twice(path, taken.owner, agent.name)
          const { signal } = fence
          const artefact = yield* run.oneAtATime(path)(workspace.write(path, content, { signal, executable }))
          if (fence.isOpen) files.set(path, Artefact.make(path, content, { executable }))
          return artefact
        }),
        () => ended(path, fence)
      )
    }
    const reading =
      <T>(open: (path: string) => Effect.Effect<T, WorkspaceError>) =>
      (wanted: string) => {
        const path = redactContent(wanted)
        return fence.within(
          Effect.suspend(() => (mayRead(run, agent, path, files) ? open(path) : undeclared(run, agent, path))),
          () => ended(path, fence)
        )
      }

    const own: Omit<Assignment<unknown, unknown>, "part"> = {
      runId: run.runId,
      agent: agent.name,
      attempt: fence.attempt,
      input: run.prepared.get(agent.name)!.input,
      model: run.model,
      // Its type looks up what each agent returns, which here, where the agents are any, nothing can say.
      result: ((upstream: { readonly name: string }) => result(run, agent, upstream.name)) as never,
      files: (upstream) => filesOf(run, agent, Agent.nameOf(upstream)),
      progress: (message, fraction) =>
        Effect.suspend(() =>
          fence.isOpen
            ? run.events.publish((moment) =>
                RunEvent.AgentProgress({ ...moment, agent: agent.name, message, fraction })
              )
            : Effect.void
        ),
      write: (path, content, options) => Effect.asVoid(write(path, content, options)),
      tokens: (used) =>
        Effect.sync(() => {
          if (!fence.isOpen) return
          const now = { input: used.input ?? null, output: used.output ?? null }
          attempt.tokens = attempt.tokens === null ? Tokens.make(now) : Tokens.sum([attempt.tokens, now])
        }),
      verdict: (given) =>
        Effect.sync(() => {
          if (fence.isOpen) verdict = worse(verdict, given)
        })
    }
    const folder = FencedServices.folder({
      root: workspace.root,
      // Of a run that the agent begins: the folder says that it is taken.
      prepare: (options) => fence.within(workspace.prepare(options), () => ended(workspace.root, fence)),
      isBusy: workspace.isBusy,
      write,
      read: reading(workspace.read),
      readBytes: reading(workspace.readBytes)
    })
    const parts = Parts.make(run, agent, {
      fence,
      assignment: own,
      folder,
      isFileOf: (name, path) => isFileOf(run, name, redactContent(path))
    })
    const assignment: Assignment<unknown, unknown, AnyPart> = {
      ...own,
      // What each part gives, and needs, its own type says; here they are any.
      part: (part) => Effect.provideService(parts.part(part), ResultCache, cache) as PartResult<typeof part>
    }
    const fenced = FencedServices.of(fence, folder)
    const returned = yield* Effect.mapInputContext(
      Effect.suspend(() => started(agent, assignment)),
      (context: Context.Context<Agent.Context<A>>) => fenced(context)
    )
    const written = yield* Schema.encode(outputOf(agent))(returned)
    const encoded = redactContent(written)
    const output = encoded === written ? returned : yield* Schema.decode(outputOf(agent))(encoded)
    // Found here and not in the key of a dependant, where nobody would look for it.
    const digest = yield* Effect.try({ try: () => OutputText.digest(encoded), catch: (error) => error })
    // By path, because files may be written at once, and a result must not tell which of them was done first.
    const sorted = [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
    // Its own word comes first: it has seen all parts.
    return { output, encoded, digest, files: sorted, verdict: worse(verdict, parts.verdict()) }
  })

/** The agent's own work; one written in JavaScript may give anything. */
const started = <A extends Agent.Any>(
  agent: A,
  assignment: Assignment<unknown, unknown, AnyPart>
): Effect.Effect<unknown, unknown, Agent.Context<A>> => {
  const work: Effect.Effect<unknown, unknown, Agent.Context<A>> = agent.run(assignment)
  const isEffect: boolean = Effect.isEffect(work)
  if (isEffect) return work
  throw new Error(`the run of "${agent.name}" returned no Effect; wrap what it does, say in Effect.promise`)
}

/** What an upstream agent returned; asking for one that was not declared is a bug of the agent. */
const result = (run: RunContext, agent: Agent.Any, name: string): unknown => {
  const finished = agent.dependsOn.includes(name) ? run.finished.get(name) : undefined
  if (agent.optional.includes(name)) return finished === undefined ? Option.none() : Option.some(finished.output)
  if (finished === undefined) throw undeclaredResult(name, "dependsOn")
  return finished.output
}

const filesOf = (run: RunContext, agent: Agent.Any, name: string): ReadonlyArray<Artefact.Artefact> => {
  if (!agent.filesOf.includes(name)) throw undeclaredResult(name, "filesOf")
  // Of an optional one that gave nothing there are none.
  return run.finished.get(name)?.files ?? []
}

const undeclaredResult = (name: string, where: string) =>
  new Error(`"${name}" is not in ${where}: declare it before using what it made.`)

/** Its own files of this attempt, and those of the agents in `filesOf`: what is not in its key it must not know. */
const mayRead = (run: RunContext, agent: Agent.Any, path: string, own: ReadonlyMap<string, unknown>): boolean =>
  own.has(path) || agent.filesOf.some((name) => isFileOf(run, name, path))

const isFileOf = (run: RunContext, name: string, path: string): boolean =>
  run.finished.get(name)?.files.some((file) => file.path === path) ?? false

const undeclared = (run: RunContext, agent: Agent.Any, path: string) => {
  const owner = run.claims.ownerOf(path)
  const other = owner === undefined || owner === agent.name ? undefined : owner
  return new WorkspaceError({
    reason: "undeclared",
    path,
    problem:
      other === undefined
        ? `neither "${agent.name}" in this attempt nor an agent in its filesOf has written it`
        : `"${other}" has written it, which is not in filesOf of "${agent.name}"`,
    next:
      other === undefined
        ? "Write it first, or add the agent that writes it to filesOf."
        : `Add "${other}" to filesOf, or a change of the file would go unnoticed when the result is reused.`
  })
}

const ended = (path: string, fence: Fence) =>
  new WorkspaceError({
    reason: "ended",
    path,
    problem: fence.problem,
    next: "Let the work end with its attempt: do not leave fibers or promises running."
  })

const twice = (path: string, writer: string, agent: string) =>
  new WorkspaceError({
    reason: "foreign",
    path,
    problem: `"${writer}" has already written it in this run`,
    next: `Let "${agent}" write to another path.`
  })
