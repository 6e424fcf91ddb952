/** A part as its agent knows it. The agent's module says no more, because that of parts builds on it. */
import type { Effect, ParseResult, Schema } from "effect"
import type { NotJson } from "../cache/CacheKey.ts"

/** Which files of an agent a part reads. */
export interface PartFiles {
  readonly agent: string
  readonly wants: (path: string) => boolean
}

export interface AnyPart {
  readonly name: string
  readonly dependsOn: ReadonlyArray<string>
  readonly filesOf: ReadonlyArray<PartFiles>
  readonly output: Schema.Schema.Any
  // biome-ignore lint/suspicious/noExplicitAny: as with agents, only `any` accepts every part
  readonly run: (assignment: any) => Effect.Effect<any, any, any>
}

/** What a part gives its agent. Its output may also turn out not to be what its schema says. */
export type PartResult<P extends AnyPart> = Effect.Effect<
  Schema.Schema.Type<P["output"]>,
  Effect.Effect.Error<ReturnType<P["run"]>> | ParseResult.ParseError | NotJson,
  Effect.Effect.Context<ReturnType<P["run"]>>
>
