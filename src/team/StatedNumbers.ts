/**
 * The numbers and lists of an agent, as its author wrote them. As with its durations, a wrong one does not throw where the
 * agent is defined: it is kept for `Team.check` to tell, and its default stands in until then.
 */
import { maxRestarts } from "./MaxRestarts.ts"
import { previewValue } from "./PreviewValue.ts"
import { largestProfile, resourcesOf } from "./Profile.ts"
import { oneAgent } from "./Resources.ts"
import type { TeamProblem, WrongValue } from "./TeamError.ts"

/** Of a retry that waits no more than its default, an hour's worth. */
const maxTimes = 100

interface Stated {
  readonly retry?: { readonly times?: unknown; readonly attempts?: unknown } | undefined
  readonly reads?: unknown
  readonly priority?: unknown
  readonly resources?: { readonly agents?: unknown; readonly cpus?: unknown; readonly memoryMiB?: unknown } | undefined
}

export const read = (agent: string, { priority, reads, resources, retry }: Stated) => {
  const problems: Array<TeamProblem> = []
  const wrong = (field: WrongValue["field"], written: unknown, expected: string) =>
    problems.push({ _tag: "WrongValue", agent, field, found: previewValue(written, 60), expected })
  const whole = (field: WrongValue["field"], written: unknown, least: number, most: number, absent: number) => {
    if (written === undefined) return absent
    if (Number.isInteger(written) && (written as number) >= least && (written as number) <= most)
      return written as number
    wrong(field, written, `a whole number from ${least} to ${most}`)
    return absent
  }
  const times = whole("retry.times", retry?.times, 0, maxTimes, 0)
  const attempts = whole("retry.attempts", retry?.attempts, 1, maxTimes + 1 + maxRestarts, times + 1 + maxRestarts)
  // More can never fit: a run is offered no more than the largest profile has.
  const most = resourcesOf(largestProfile)
  const claim = {
    agents: whole("resources.agents", resources?.agents, 1, most.agents, oneAgent.agents),
    cpus: whole("resources.cpus", resources?.cpus, 0, most.cpus, oneAgent.cpus),
    memoryMiB: whole("resources.memoryMiB", resources?.memoryMiB, 0, most.memoryMiB, oneAgent.memoryMiB)
  }
  const urgency = whole("priority", priority, -100, 100, 0)
  const areReads =
    reads === undefined || (Array.isArray(reads) && reads.every((path) => typeof path === "string" && path !== ""))
  if (!areReads) wrong("reads", reads, 'a list of paths such as ["entities", "stack.backend"]')
  return {
    problems,
    times,
    attempts,
    priority: urgency,
    resources: claim,
    reads: areReads ? ((reads ?? []) as ReadonlyArray<string>) : []
  }
}
