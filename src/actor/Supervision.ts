/**
 * What happens to an actor that crashed.
 *
 * Only crashes get here: defects, and interruption that nobody asked for. A typed failure is an answer. Restarting
 * without limit turns one bad message into a busy loop that hides the fault, so restarts are counted in a sliding
 * window; when it is full the actor is given up, or the crash climbs to its parent.
 *
 * @since 0.1.0
 */
import { type Cause, Duration } from "effect"
import { durationMillis, wholeNumber } from "./Ranges.ts"

/**
 * `restart`: a new incarnation from `build`, with the same mailbox. `resume`: the same incarnation goes on with the next
 * message. `stop`: the actor ends. `escalate`: it ends, and its parent crashes with the same cause.
 *
 * @category models
 */
export type Directive = "restart" | "resume" | "stop" | "escalate"

/** The waits before restarts; see `RestartOptions`. @category models */
export interface Backoff {
  readonly min: Duration.Duration
  readonly max: Duration.Duration
  /** Part of each wait that chance may take away or add, 0 to 1. */
  readonly jitter: number
}

/** What the crashes of an actor lead to. @category models */
export interface Supervision {
  readonly decide: (cause: Cause.Cause<unknown>) => Directive
  /** Restarts within `period` before the actor is given up. */
  readonly intensity: number
  readonly period: Duration.Duration
  /** Whether `intensity` or `exceeded` was given: a parent that counts itself refuses such a child. */
  readonly hasOwnLimit: boolean
  readonly backoff: Backoff | undefined
  /** What a full window leads to. */
  readonly exceeded: "stop" | "escalate"
}

/** The limit of restarts and the waits before them. What is out of its range throws a `RangeError`. @category models */
export interface RestartOptions {
  /**
   * Restarts within `period`; one more is refused. Default `3`; 0 and more. Below a parent whose `Strategy` has an intensity
   * the parent counts, as in OTP: the default does not count there, and `spawn` refuses a child that was given one
   * (`InvalidChildOptions`), or an `exceeded`.
   */
  readonly intensity?: number | undefined
  /** Length of the sliding window; more than zero. Default `10 seconds`. The rule is OTP's, whose default is 1 in 5 s. */
  readonly period?: Duration.DurationInput | undefined
  /**
   * Waits before a restart: `min`, doubled with each further crash, moved by ± `jitter` (0 to 1), at most `max`; `min` again
   * after a life longer than `period`. Default: none, the restart is immediate, as in OTP.
   */
  readonly backoff?:
    | {
        /** Zero and more. */
        readonly min: Duration.DurationInput
        /** Default `30 seconds`; zero and more. */
        readonly max?: Duration.DurationInput | undefined
        /** Default `0.2`. */
        readonly jitter?: number | undefined
      }
    | undefined
  /** When the window of `intensity` is full: `stop` (default) gives the actor up, `escalate` crashes its parent as well. */
  readonly exceeded?: "stop" | "escalate" | undefined
}

const always =
  (directive: Directive) =>
  (_: Cause.Cause<unknown>): Directive =>
    directive

/** Restarts after a crash, within limits. This is the default of every actor. @category constructors */
export const restart = (options?: RestartOptions): Supervision => decider(always("restart"), options)

/** Keeps the incarnation: the message in hand fails, the next one finds the same state. @category constructors */
export const resume: Supervision = /* @__PURE__ */ decider(always("resume"))

/** Gives the actor up at its first crash: `ActorFailed` until it is revived. @category constructors */
export const stop: Supervision = /* @__PURE__ */ decider(always("stop"))

/** Ends the actor at its first crash and crashes its parent; a root is given up. @category constructors */
export const escalate: Supervision = /* @__PURE__ */ decider(always("escalate"))

/**
 * Chooses by the crash's cause; the options count for those it restarts. An option out of its range throws a `RangeError`.
 *
 * @category constructors
 */
export function decider(decide: (cause: Cause.Cause<unknown>) => Directive, options?: RestartOptions): Supervision {
  const periodMillis = durationMillis("Supervision period", options?.period ?? "10 seconds", "more than zero")
  return {
    decide,
    intensity: wholeNumber("Supervision intensity", options?.intensity ?? 3, 0),
    period: Duration.millis(periodMillis),
    hasOwnLimit: options?.intensity !== undefined || options?.exceeded !== undefined,
    backoff: options?.backoff === undefined ? undefined : backoffOf(options.backoff),
    exceeded: options?.exceeded ?? "stop"
  }
}

const backoffOf = ({ jitter = 0.2, max = "30 seconds", min }: NonNullable<RestartOptions["backoff"]>): Backoff => {
  const minMillis = durationMillis("Supervision backoff min", min, "zero")
  const maxMillis = durationMillis("Supervision backoff max", max, "zero")
  if (!(jitter >= 0 && jitter <= 1)) {
    throw new RangeError(`Supervision backoff jitter must be a number from 0 to 1, found ${jitter}.`)
  }
  return { min: Duration.millis(minMillis), max: Duration.millis(maxMillis), jitter }
}

/**
 * How long to wait before the `count`th restart in a row (1 for the first); a life longer than `period` ends the row.
 * `random` is in 0…1.
 *
 * @category combinators
 */
export const backoffMillis = (supervision: Supervision, count: number, random: number): number => {
  const backoff = supervision.backoff
  if (backoff === undefined) return 0
  // Bounded, because 2ⁿ becomes Infinity, and Infinity times a `min` of zero is no number.
  const wait = Duration.toMillis(backoff.min) * 2 ** Math.min(count - 1, 1000)
  return Math.min(Duration.toMillis(backoff.max), Math.round(wait * (1 + backoff.jitter * (2 * random - 1))))
}
