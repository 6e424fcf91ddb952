/**
 * A part of an agent's work whose result has a key of its own.
 *
 * An agent that looks at several things would have to look at all of them again when one has changed. What it does in
 * parts it does again in those only whose key has changed: the results and files that the part itself declares, the
 * agent's version, fingerprint and model, the text of the part's `run` and the shape of its output. A part without the
 * verdict "verified" is never reused, and neither is the result of its agent.
 *
 * A part belongs to the attempt that begins it: it ends with it, works in the agent's place and under its time-out, and
 * gives a value. It reads no input and writes no files; the agent does both.
 *
 * @since 0.1.0
 */
import type { Effect, Schema } from "effect"
import { type Any as AnyAgent, type Assignment, type Needs, nameOf } from "./Agent.ts"
import type { PartFiles } from "./AnyPart.ts"

export type { PartFiles } from "./AnyPart.ts"

/**
 * What a part has in hand while it works. `progress` tells of the agent that it belongs to: `fraction` is of the part,
 * and the agent's is the mean over its parts. `verdict` is about the part, and the agent's is no better.
 *
 * @category models
 */
export interface PartAssignment<Needs>
  extends Pick<
    Assignment<unknown, Needs>,
    "runId" | "agent" | "attempt" | "model" | "result" | "files" | "progress" | "tokens" | "verdict"
  > {
  /** The name of the part. */
  readonly part: string
}

/** A part. `make` gives one. @category models */
export interface Part<Name extends string, Output extends Schema.Schema.Any, E, R> {
  readonly name: Name
  readonly dependsOn: ReadonlyArray<string>
  readonly filesOf: ReadonlyArray<PartFiles>
  readonly output: Output
  readonly run: (assignment: PartAssignment<unknown>) => Effect.Effect<Schema.Schema.Type<Output>, E, R>
}

/** What `make` takes. @category models */
export interface Options<
  Name extends string,
  Output extends Schema.Schema.AnyNoContext,
  Dependency extends AnyAgent | string,
  E,
  R
> {
  /** Unique among the parts of its agent; 1 to 100 characters, not blank: `Team.check` says so. */
  readonly name: Name
  /** Agents whose results it works with, each of them among the `dependsOn` of the part's agent. Default none. */
  readonly dependsOn?: ReadonlyArray<Dependency> | undefined
  /**
   * Agents whose files it reads, each of them among the `filesOf` of the part's agent: all files, or `Part.files`.
   * Default none.
   */
  readonly filesOf?: ReadonlyArray<AnyAgent | string | PartFiles> | undefined
  readonly output: Output
  readonly run: (assignment: PartAssignment<Needs<Dependency>>) => Effect.Effect<Schema.Schema.Type<Output>, E, R>
}

/**
 * Defines a part, for `parts` of `Agent.make`. Nothing is checked or run here; `Team.check` looks at it with its agent.
 *
 * @category constructors
 */
export const make = <
  const Name extends string,
  Output extends Schema.Schema.AnyNoContext,
  const Dependency extends AnyAgent | string = never,
  E = never,
  R = never
>(
  options: Options<Name, Output, Dependency, E, R>
): Part<Name, Output, E, R> => ({
  name: options.name,
  dependsOn: (options.dependsOn ?? []).map(nameOf),
  filesOf: (options.filesOf ?? []).map((each) =>
    typeof each === "object" && "wants" in each ? each : files(each, () => true)
  ),
  output: options.output,
  // The run hands out declared results only, so the wider assignment is the narrower one.
  run: options.run as Part<Name, Output, E, R>["run"]
})

/**
 * Those files of an agent for which `wants` says so, by their paths below the output folder. The others it cannot read,
 * and a change of them is none to it; so a subprocess that it starts must not look at them either.
 *
 * @category constructors
 */
export const files = (agent: AnyAgent | string, wants: (path: string) => boolean): PartFiles => ({
  agent: nameOf(agent),
  wants
})
