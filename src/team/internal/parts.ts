/**
 * The parts of one attempt's work: each is taken from an earlier run where its key is known, or else works within the
 * attempt, and is kept at once if it is verified, so that a later attempt need not repeat it.
 */
import { Effect, Either, Schema } from "effect"
import { Secrets } from "../../secrets/Secrets.ts"
import type { Assignment, Verdict } from "../Agent.ts"
import * as Agent from "../Agent.ts"
import type { AnyPart } from "../AnyPart.ts"
import type { PartAssignment } from "../Part.ts"
import type { ResultCache } from "../ResultCache.ts"
import { Workspace, WorkspaceError } from "../Workspace.ts"
import type { Fence } from "./attemptFence.ts"
import { describeError } from "./describeError.ts"
import * as OutputText from "./outputText.ts"
import { outputOf } from "./outputText.ts"
import { partKeyOf } from "./preparedRun.ts"
import { note, type RunContext } from "./runContext.ts"
import * as StoredResults from "./storedResults.ts"
import { worse } from "./verdicts.ts"

/** What an attempt lends its parts. */
export interface Lender {
  readonly fence: Fence
  readonly assignment: Omit<Assignment<unknown, unknown>, "part">
  /** The output folder as the attempt may use it. */
  readonly folder: Workspace["Type"]
  /** Whether the agent has written the file in this run. */
  readonly isFileOf: (agent: string, path: string) => boolean
}

export interface Parts {
  readonly part: (part: AnyPart) => Effect.Effect<unknown, unknown, ResultCache>
  /** The worst that a part has said of itself. */
  readonly verdict: () => Verdict
}

export const make = <A extends Agent.Any>(run: RunContext<A>, agent: A, lender: Lender): Parts => {
  const { fence } = lender
  let verdict: Verdict = { _tag: "verified" }
  const fractions = new Map<string, number>()
  const progress = (part: AnyPart, message: string, fraction: number | undefined) => {
    if (fraction !== undefined) fractions.set(part.name, fraction)
    const all = [...fractions.values()].reduce((sum, one) => sum + one, 0)
    return lender.assignment.progress(message, fraction === undefined ? undefined : all / agent.parts.length)
  }

  /** An earlier result, if there is one that can be trusted. */
  const reuse = (part: AnyPart, key: string) =>
    Effect.gen(function* () {
      const found = yield* StoredResults.lookUp(key)
      if (found._tag === "Miss") return undefined
      const refused = (why: string) => note(run, agent.name, `part "${part.name}": ${why}; it works again`)
      if (found._tag === "Corrupt") return yield* Effect.asVoid(refused(found.reason))
      const taken = yield* Effect.either(StoredResults.decoded(part, found.result))
      if (Either.isLeft(taken)) {
        return yield* Effect.asVoid(refused(`the earlier result could not be taken (${describeError(taken.left)})`))
      }
      const { runId } = found.result
      const whence = runId === run.runId ? "an earlier attempt" : `run ${runId}`
      yield* progress(part, `${part.name}: nothing that it depends on has changed since ${whence}`, 1)
      return taken.right
    })

  const work = (part: AnyPart, key: string) =>
    Effect.gen(function* () {
      const { redactContent } = yield* Secrets
      let said: Verdict = { _tag: "verified" }
      const returned: unknown = yield* Effect.provideService(
        Effect.suspend(() => part.run(assignmentOf(part, (given) => (said = worse(said, given))))),
        Workspace,
        folderOf(part)
      )
      const written = yield* Schema.encode(outputOf(part))(returned)
      const encoded = redactContent(written)
      const output = encoded === written ? returned : yield* Schema.decode(outputOf(part))(encoded)
      // What is not JSON has no text for the store.
      yield* Effect.try({ try: () => OutputText.digest(encoded), catch: (error) => error })
      if (said._tag === "verified") yield* StoredResults.keep(run, agent, key, { encoded, files: [] }, part.name)
      else verdict = worse(verdict, said)
      return output
    })

  const assignmentOf = (part: AnyPart, say: (verdict: Verdict) => void): PartAssignment<unknown> => {
    const { result, files, runId, attempt, model, tokens } = lender.assignment
    return {
      ...{ runId, attempt, model, tokens, agent: agent.name, part: part.name },
      result: ((upstream: { readonly name: string }) => {
        if (!part.dependsOn.includes(upstream.name)) throw undeclared(part, upstream.name, "dependsOn")
        // Its type looks up what each agent returns, which here, where the agents are any, nothing can say.
        return result(upstream as never)
      }) as never,
      files: (upstream) => {
        const name = Agent.nameOf(upstream)
        const declared = part.filesOf.filter(({ agent }) => agent === name)
        if (declared.length === 0) throw undeclared(part, name, "filesOf")
        return files(name).filter(({ path }) => declared.some(({ wants }) => wants(path)))
      },
      progress: (message, fraction) => progress(part, message, fraction),
      verdict: (given) => Effect.sync(() => (fence.isOpen ? say(given) : undefined))
    }
  }

  const folderOf = (part: AnyPart) => {
    const refused = (path: string, problem: string, next: string) =>
      new WorkspaceError({ reason: "undeclared", path, problem, next })
    const reading =
      <T>(open: (path: string) => Effect.Effect<T, WorkspaceError>) =>
      (path: string) =>
        part.filesOf.some(({ agent, wants }) => lender.isFileOf(agent, path) && wants(path))
          ? open(path)
          : refused(
              path,
              `no agent in filesOf of the part "${part.name}" of "${agent.name}" has written it`,
              "Add the agent that writes it to filesOf of the part, or a change of the file would go unnoticed."
            )
    const { folder } = lender
    return Workspace.of({
      ...folder,
      read: reading(folder.read),
      readBytes: reading(folder.readBytes),
      write: (path) =>
        refused(
          path,
          `the part "${part.name}" of "${agent.name}" called write, and a part writes no files`,
          "Let it return what the file should say, and its agent write it."
        )
    })
  }

  const one = (part: AnyPart) =>
    Effect.gen(function* () {
      if (!agent.parts.includes(part)) throw new Error(`"${part.name}" is not in parts: declare it before it is used.`)
      const key = yield* partKeyOf(
        run.team,
        run.prepared.get(agent.name)!,
        part,
        (other) => run.finished.get(other),
        run.modelInKeys
      )
      const earlier = run.reuse ? yield* reuse(part, key) : undefined
      return earlier === undefined ? yield* work(part, key) : earlier.output
    }).pipe(Effect.withSpan("Team.part", { attributes: { "agent.name": agent.name, "part.name": part.name } }))

  return {
    // Nobody is left to be told once the attempt has ended.
    part: (part) => fence.within(one(part), () => Effect.interrupt) as Effect.Effect<unknown, unknown, ResultCache>,
    verdict: () => verdict
  }
}

const undeclared = (part: AnyPart, name: string, where: string) =>
  new Error(`"${name}" is not in ${where} of the part "${part.name}": declare it before using what it made.`)
