/**
 * How an actor supervises its children: who is started again with whom, how often, and when it stops itself.
 *
 * `Supervision` belongs to the child and says what a crash of it means. A strategy belongs to the parent and says what
 * that means for the siblings. Both are OTP's, whose rules hold here as well:
 * - Children stop in reverse of the order in which they were spawned, and start in that order, one at a time; a restart
 *   changes nobody's place.
 * - A group that starts again counts as one restart. A start that fails in it counts each time and is tried again: by
 *   `restForOne` from the child that failed, by `oneForAll` from the first.
 * - A first start that fails is its spawner's to deal with, and is not tried again.
 * - When a group starts again, a transient child that had ended by itself starts with it; a temporary one is stopped with
 *   it and never starts again.
 * - A supervisor that has met its limit stops its children and ends as one that stopped itself. To its own parent that is
 *   a normal end.
 *
 * What OTP lacks: limits per child, waits between restarts, and children given up alone while their siblings go on (see
 * `Supervision`). A child that was given up is left out when its group starts again, until it is revived.
 *
 * @since 0.1.0
 */
import { Duration } from "effect"
import { wholeNumber } from "./Ranges.ts"

/**
 * `permanent`: always started again, also after an end of its own choice. `transient`: after a crash only. `temporary`:
 * never.
 *
 * @category models
 */
export type Restart = "permanent" | "transient" | "temporary"

/** What a child is to its parent; given to `spawn`. @category models */
export interface ChildOptions {
  /** Default `transient`, because an actor that stops itself meant it. OTP's default is `permanent`. */
  readonly restart?: Restart | undefined
  /**
   * Whether its end counts for the parent's `autoShutdown`. Default `false`. Together with `permanent`, or below a parent
   * that never shuts down by itself, it could have no effect: `spawn` fails with `InvalidChildOptions`, as in OTP.
   */
  readonly significant?: boolean | undefined
  /** How long each step of its stop may take. Default: the system's `stopBudget`, which is 5 seconds unless set. */
  readonly stopBudget?: Duration.DurationInput | undefined
}

/** How a parent keeps its children. @category models */
export interface Strategy {
  readonly restarts: "one-for-one" | "one-for-all" | "rest-for-one"
  /** Restarts of all children within `period` before the supervisor gives up; `undefined`: each child has its own limit. */
  readonly intensity: number | undefined
  readonly period: Duration.Duration
  readonly autoShutdown: "never" | "any" | "all"
  readonly maxChildren: number
}

/** What is out of its range throws a `RangeError`. @category models */
export interface Options {
  /**
   * Restarts within `period`, counted over all children, as OTP counts; with one more the supervisor stops its children
   * and ends. The children's own `Supervision` keeps its decisions and its backoff; its default limit does not count then, and
   * a child that was given a limit is refused by `spawn`. A whole number of 0 and more. Default: none, each child has the limit of its `Supervision` (3 in 10 s, unless set).
   */
  readonly intensity?: number | undefined
  /** Length of the sliding window of `intensity`; more than zero. Default `10 seconds`. Requires `intensity`. */
  readonly period?: Duration.DurationInput | undefined
  /**
   * Whether the supervisor stops itself once significant children have ended for good: `never` (default), when `any` of
   * them has, or when `all` have. For good means: not to be started again, because the child ended by itself or was given
   * up, or is temporary. A child that others stopped does not count.
   */
  readonly autoShutdown?: "never" | "any" | "all" | undefined
  /**
   * Children at a time, those between two lives included; `spawn` fails with `TooManyChildren` at one more. A whole number
   * from 1. Default `1,000,000`, which also holds for the children of a host. Elixir's `DynamicSupervisor` has it as
   * `max_children`.
   */
  readonly maxChildren?: number | undefined
}

const make = (restarts: Strategy["restarts"], options: Options = {}): Strategy => {
  const { autoShutdown = "never", intensity } = options
  const period = Duration.decode(options.period ?? "10 seconds")
  // Mistakes in the program, met when it is first loaded: nothing to recover from.
  if (intensity !== undefined) wholeNumber("Strategy intensity", intensity, 0)
  if (options.period !== undefined && intensity === undefined) {
    throw new RangeError(
      "Strategy period counts together with intensity: give both, or set the children's own with Supervision.restart."
    )
  }
  if (Duration.toMillis(period) === 0) {
    throw new RangeError(`Strategy period must be more than zero, found ${String(options.period)}.`)
  }
  if (autoShutdown !== "never" && autoShutdown !== "any" && autoShutdown !== "all") {
    throw new RangeError(`Strategy autoShutdown must be "never", "any" or "all", found ${String(autoShutdown)}.`)
  }
  const maxChildren = wholeNumber("Strategy maxChildren", options.maxChildren ?? 1_000_000, 1)
  return { restarts, intensity, period, autoShutdown, maxChildren }
}

/**
 * A child that ends is started again alone. This is the default of every actor.
 *
 * Without `intensity` the children have nothing to do with each other: each starts, waits and is given up in its own time.
 *
 * @category constructors
 */
export const oneForOne = (options?: Options): Strategy => make("one-for-one", options)

/**
 * When a child is to be started again, all others stop, and all start: for children that cannot do without each other.
 *
 * @category constructors
 */
export const oneForAll = (options?: Options): Strategy => make("one-for-all", options)

/**
 * When a child is to be started again, those spawned after it stop, and they start after it: for children that build on
 * those before them.
 *
 * @category constructors
 */
export const restForOne = (options?: Options): Strategy => make("rest-for-one", options)
