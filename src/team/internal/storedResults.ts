/** The way of an agent's result into the store of results and out of it again. Only verified results ever get here. */
import { Effect, Schema } from "effect"
import type * as Agent from "../Agent.ts"
import { ResultCache, type StoredResult } from "../ResultCache.ts"
import { Workspace } from "../Workspace.ts"
import * as AuthorCode from "./authorCode.ts"
import { describeError } from "./describeError.ts"
import * as OutputText from "./outputText.ts"
import { outputOf } from "./outputText.ts"
import { type Finished, note, type RunContext } from "./runContext.ts"

/** Bytes of the output and the files of one agent that are kept for later runs. */
const maxResultBytes = 64 * 1024 * 1024

/** The earlier result of a key; one that cannot be looked up is as good as damaged. */
export const lookUp = (key: string) =>
  Effect.flatMap(ResultCache, (cache) =>
    cache
      .get(key)
      .pipe(
        Effect.catchTag("DatabaseError", (error) => Effect.succeed({ _tag: "Corrupt", reason: error.message } as const))
      )
  )

/** Takes an earlier result, with its files, if there is one that can be trusted. */
export const take = (run: RunContext, agent: Agent.Any, key: string) =>
  Effect.gen(function* () {
    const workspace = yield* Workspace
    const found = yield* lookUp(key)
    if (found._tag === "Miss") return undefined
    if (found._tag === "Corrupt") {
      yield* note(run, agent.name, `${found.reason}; it works again`)
      return undefined
    }
    return yield* Effect.gen(function* () {
      const finished = yield* decoded(agent, found.result)
      const paths = found.result.files.map((file) => file.path)
      const other = run.claims.take(agent.name, paths)
      // Restored over the other's file it would be lost in silence; at work the agent is refused, and the run says so.
      if (other !== undefined)
        return yield* Effect.fail(`"${other.owner}" has already written ${other.path} in this run`)
      yield* workspace.restore(found.result.files)
      return { finished, fromRun: found.result.runId }
    }).pipe(
      Effect.tapErrorCause(() => Effect.sync(() => run.claims.keepOnly(agent.name, []))),
      Effect.catchAll((error) =>
        Effect.as(
          note(run, agent.name, `the earlier result could not be taken (${describeError(error)}); it works again`),
          undefined
        )
      )
    )
  })

/** What a stored output stands for, as the schema says today. */
export const decoded = (made: { readonly output: Schema.Schema.Any }, result: StoredResult) =>
  Effect.gen(function* () {
    const encoded = yield* OutputText.read(result.output)
    const output = yield* AuthorCode.bounded(() => Schema.decodeUnknown(outputOf(made))(encoded)).pipe(
      Effect.catchTag("Broken", ({ problem }) => Effect.fail(`its output schema ${problem}`))
    )
    return { output, encoded, digest: OutputText.digest(encoded), files: result.files } satisfies Finished
  })

/** Commits a result, of an agent or of a `part` of its work. One that cannot be stored is still a result: the next run works it out again. */
export const keep = (
  run: RunContext,
  agent: Agent.Any,
  key: string,
  { encoded, files }: Pick<Finished, "encoded" | "files">,
  part?: string
) =>
  Effect.gen(function* () {
    const whose = part === undefined ? "its result" : `its result of the part "${part}"`
    const cache = yield* ResultCache
    const output = OutputText.write(encoded)
    const bytes = files.reduce((sum, file) => sum + file.sizeBytes, Buffer.byteLength(output))
    if (bytes > maxResultBytes) {
      const limit = `${whose} of ${Math.ceil(bytes / 1_048_576)} MB is over the limit of ${maxResultBytes / 1_048_576} MB`
      return yield* note(run, agent.name, `${limit} and was not stored; the next run works it out again`)
    }
    const { at } = yield* run.clock.now
    yield* cache
      .put({ key, agent: agent.name, version: agent.version, output, files, runId: run.runId, createdAt: at })
      .pipe(
        Effect.catchTag("DatabaseError", (error) =>
          note(run, agent.name, `${whose} could not be stored (${error.message}); the next run works it out again`)
        )
      )
  })
