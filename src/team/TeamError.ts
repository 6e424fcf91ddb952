/**
 * What is wrong with a team as it was defined: every problem at once, in words.
 *
 * @since 0.1.0
 */
import { Data } from "effect"
import type { Profile } from "./Profile.ts"
import type { Resources } from "./Resources.ts"

/** A duration of an agent that is none, or not one that the field takes. @category models */
export interface WrongDuration {
  readonly _tag: "WrongDuration"
  readonly agent: string
  readonly field: "estimate" | "timeout" | "retry.backoff" | "retry.maxBackoff" | "retry.within"
  /** As it was written, shortened. */
  readonly found: string
  readonly expected: string
}

/** A number or list of an agent that the field does not take. @category models */
export interface WrongValue {
  readonly _tag: "WrongValue"
  readonly agent: string
  readonly field:
    | "retry.times"
    | "retry.attempts"
    | "reads"
    | "priority"
    | "resources.agents"
    | "resources.cpus"
    | "resources.memoryMiB"
  /** As it was written, shortened. */
  readonly found: string
  readonly expected: string
}

/** One thing that is wrong with a team. @category models */
export type TeamProblem =
  | { readonly _tag: "Empty" }
  /** `place` is such as `agents[2]`. */
  | { readonly _tag: "BadName"; readonly place: string; readonly name: string; readonly why: string }
  | { readonly _tag: "DoubledName"; readonly name: string; readonly places: ReadonlyArray<string> }
  | {
      readonly _tag: "MissingDependency"
      readonly agent: string
      readonly place: string
      readonly dependency: string
      readonly nearest: string | undefined
    }
  /** The first name stands again at the end: `["a", "b", "a"]`. */
  | { readonly _tag: "Cycle"; readonly path: ReadonlyArray<string> }
  | { readonly _tag: "FilesOfStranger"; readonly agent: string; readonly stranger: string }
  /** `why` is one or two sentences. */
  | { readonly _tag: "WrongPart"; readonly agent: string; readonly part: string; readonly why: string }
  /** `why` is a sentence or two. */
  | { readonly _tag: "WrongPart"; readonly agent: string; readonly part: string; readonly why: string }
  | WrongDuration
  | WrongValue
  /** An agent claims more than this run may use, so that it would wait for ever. */
  | {
      readonly _tag: "ClaimTooLarge"
      readonly agent: string
      readonly kind: keyof Resources
      readonly claim: number
      readonly limit: number
      readonly profile: Profile
    }
  /** A function of the team's author threw, died or did not end. */
  | {
      readonly _tag: "Broken"
      /** Such as `parse` or `the input schema of "writer"`. */
      readonly what: string
      readonly problem: string
      readonly next: string
    }

/**
 * The team cannot run. The program ends with exit code 2.
 *
 * @category errors
 */
export class TeamError extends Data.TaggedError("TeamError")<{
  readonly team: string
  readonly problems: ReadonlyArray<TeamProblem>
}> {
  override get message() {
    return this.problems.map((problem) => `Team ${JSON.stringify(this.team)}: ${describe(problem)}`).join("\n")
  }
}

const describe = (problem: TeamProblem): string => {
  switch (problem._tag) {
    case "Empty":
      return "it has no agents. Give it at least one: Team.make(name, { agents: [...] })."
    case "BadName":
      return `${problem.place} is called ${JSON.stringify(problem.name)}: ${problem.why}.`
    case "DoubledName":
      return `the name "${problem.name}" is used by ${problem.places.join(" and ")}. Rename one of them.`
    case "MissingDependency": {
      const hint = problem.nearest === undefined ? "Add it to the team." : `Did you mean "${problem.nearest}"?`
      return `"${problem.agent}" depends on "${problem.dependency}" (${problem.place}), which is not in the team. ${hint}`
    }
    case "Cycle":
      return `agents depend on each other in a circle: ${problem.path.join(" → ")}. Remove one of these dependencies.`
    case "FilesOfStranger":
      return `"${problem.agent}" reads the files of "${problem.stranger}", on which it does not depend. Add it to dependsOn.`
    case "WrongPart":
      return `"${problem.agent}" has a part ${JSON.stringify(problem.part)}: ${problem.why}`
    case "WrongValue":
    case "WrongDuration":
      return `"${problem.agent}" has ${problem.field} ${problem.found}, expected ${problem.expected}.`
    case "ClaimTooLarge": {
      const { agent, claim, kind, limit, profile } = problem
      return `"${agent}" claims ${claim} ${kind}, of which this run may use ${limit} (profile ${profile}). Choose a larger profile, or claim less in its resources.`
    }
    case "Broken":
      return `${problem.what} ${problem.problem}. ${problem.next}`
  }
}
