/**
 * The durations of an agent, as its author wrote them. A wrong one must not throw where the agent is defined, because a
 * team's module is being loaded there: it is kept for `Team.check` to tell, and its default stands in until then.
 */
import { Duration, Option } from "effect"
import { previewValue } from "./PreviewValue.ts"
import type { WrongDuration } from "./TeamError.ts"

interface Stated {
  /** In this order, one for each entry that was given. */
  readonly wrong: ReadonlyArray<WrongDuration>
  readonly of: (field: WrongDuration["field"]) => Duration.Duration
}

interface Entry {
  readonly field: WrongDuration["field"]
  readonly written: unknown
  readonly absent: Duration.DurationInput
}

export const read = (agent: string, entries: ReadonlyArray<Entry>): Stated => {
  const wrong: Array<WrongDuration> = []
  const durations = new Map<string, Duration.Duration>()
  for (const { absent, field, written } of entries) {
    const rule = rules[field]
    const duration = written === undefined ? Option.some(Duration.decode(absent)) : decode(written)
    if (Option.isSome(duration) && rule.accepts(duration.value)) durations.set(field, duration.value)
    else {
      wrong.push({ _tag: "WrongDuration", agent, field, found: previewValue(written, 60), expected: rule.expected })
      durations.set(field, Duration.decode(absent))
    }
  }
  return { wrong, of: (field) => durations.get(field)! }
}

/** Effect takes what is negative or not a number for zero, which would hide the mistake. */
const decode = (written: unknown): Option.Option<Duration.Duration> =>
  Number(written) < 0 || Number.isNaN(written) || (typeof written === "string" && written.startsWith("-"))
    ? Option.none()
    : Duration.decodeUnknown(written)

const finite = {
  accepts: (duration: Duration.Duration) => Duration.isFinite(duration),
  expected: 'a finite duration such as "90 seconds" or Duration.minutes(2)'
}

const aboveZero = {
  accepts: (duration: Duration.Duration) => Duration.greaterThan(duration, Duration.zero),
  expected: 'a duration above zero such as "90 seconds" or Duration.minutes(2)'
}

const rules = {
  // Estimates are added up, and reports keep them as numbers.
  estimate: finite,
  timeout: aboveZero,
  "retry.within": aboveZero,
  "retry.backoff": finite,
  "retry.maxBackoff": finite
}
