/**
 * The numbers and lists of an agent, as its author wrote them. As with its durations, a wrong one does not throw where the
 * agent is defined: it is kept for `Team.check` to tell, and its default stands in until then.
 */

import { maxRestarts } from "./MaxRestarts.ts"
import { previewValue } from "./PreviewValue.ts"
import type { TeamProblem } from "./TeamError.ts"

/** Of a retry that waits no more than its default, an hour's worth. */
const maxTimes = 100

export const read = (
  agent: string,
  retry: { readonly times?: unknown; readonly attempts?: unknown } | undefined,
  reads: unknown
) => {
  const problems: Array<TeamProblem> = []
  const wrong = (field: "retry.times" | "retry.attempts" | "reads", written: unknown, expected: string) =>
    problems.push({ _tag: "WrongValue", agent, field, found: previewValue(written, 60), expected })
  const whole = (
    field: "retry.times" | "retry.attempts",
    written: unknown,
    least: number,
    most: number,
    absent: number
  ) => {
    if (written === undefined) return absent
    if (Number.isInteger(written) && (written as number) >= least && (written as number) <= most)
      return written as number
    wrong(field, written, `a whole number from ${least} to ${most}`)
    return absent
  }
  const times = whole("retry.times", retry?.times, 0, maxTimes, 0)
  const attempts = whole("retry.attempts", retry?.attempts, 1, maxTimes + 1 + maxRestarts, times + 1 + maxRestarts)
  const areReads =
    reads === undefined || (Array.isArray(reads) && reads.every((path) => typeof path === "string" && path !== ""))
  if (!areReads) wrong("reads", reads, 'a list of paths such as ["entities", "stack.backend"]')
  return { problems, times, attempts, reads: areReads ? ((reads ?? []) as ReadonlyArray<string>) : [] }
}
