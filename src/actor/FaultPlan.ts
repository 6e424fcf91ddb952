/**
 * What goes wrong in a test, and exactly where: faults as data, so that a plan can be printed, kept and replayed.
 *
 * A fault strikes an actor of a test system once, at a point that is counted and not timed: the nth message, of all that
 * match it, that an actor takes in hand, or the nth start. `ActorTest.layer` and `ActorTest.interleavings` take plans;
 * systems outside of tests have no way to be given one.
 *
 * @since 0.1.0
 */
import { Duration } from "effect"
import { wholeNumber } from "./Ranges.ts"

/** Where a fault strikes. @category models */
export interface Point {
  /** The actor's address, `Type/id` for a root. Default: any. */
  readonly address?: string | undefined
  /** The message's tag. Default: any. */
  readonly message?: string | undefined
  /** Which of those that match, counted over all actors of the run. Default `1`, the first; a whole number. */
  readonly nth?: number | undefined
}

/**
 * `crash`: the actor crashes with the message in hand, before its handler runs. `crash start`: an incarnation crashes while
 * it is built. `drop`: the message is lost, its sender hears nothing, and it is a dead letter. `delay`: the actor holds the
 * message, and those behind it, for `by` of the Clock before it handles it.
 *
 * @category models
 */
export type Fault =
  | ({ readonly action: "crash" } & Point)
  | ({ readonly action: "crash start" } & Omit<Point, "message">)
  | ({ readonly action: "drop" } & Point)
  | ({ readonly action: "delay"; readonly by: Duration.DurationInput } & Point)

/** Of two faults that would strike one message the earlier in the plan does, and the other does not. @category models */
export type FaultPlan = ReadonlyArray<Fault>

/** What an actor dies of by a fault plan. @category errors */
export class InjectedFault extends Error {
  override readonly name = "InjectedFault"
  constructor(readonly fault: Fault) {
    super(`Crashed by the test's fault plan: ${print([fault])}`)
  }
}

/** What `random` draws from. @category models */
export interface RandomOptions {
  /** Most faults in a plan. Default `3`; a whole number from 0. */
  readonly upTo?: number | undefined
  /** Points are among the first so many matching messages. Default `10`; a whole number from 1. */
  readonly within?: number | undefined
  /** Addresses to choose from. Default: any actor. */
  readonly addresses?: ReadonlyArray<string> | undefined
  /** Tags to choose from. Default: any message. */
  readonly messages?: ReadonlyArray<string> | undefined
  /** Kinds to choose from. Default: all. */
  readonly actions?: ReadonlyArray<Fault["action"]> | undefined
  /** Longest delay. Default `10 seconds`. */
  readonly longest?: Duration.DurationInput | undefined
}

/**
 * Plans drawn by chance, for `ActorTest.interleavings`: each seed gets a plan of its own. An option out of its range throws
 * a `RangeError`.
 *
 * @category constructors
 */
export const random = (options?: RandomOptions): ((chance: () => number) => FaultPlan) => {
  const upTo = wholeNumber('"upTo" of a fault plan', options?.upTo ?? 3, 0)
  const within = wholeNumber('"within" of a fault plan', options?.within ?? 10, 1)
  const actions = options?.actions ?? ["crash", "crash start", "drop", "delay"]
  const longestMillis = Duration.toMillis(options?.longest ?? "10 seconds")
  return (chance) => {
    const whole = (limit: number) => Math.floor(chance() * limit)
    const among = <A>(all: ReadonlyArray<A> | undefined) =>
      all === undefined || all.length === 0 ? undefined : all[whole(all.length)]
    const faults: Array<Fault> = []
    for (let left = whole(upTo + 1); left > 0; left--) {
      const action = among(actions)
      if (action === undefined) break
      const nth = 1 + whole(within)
      const address = among(options?.addresses)
      const message = action === "crash start" ? undefined : among(options?.messages)
      const point = {
        ...(address === undefined ? {} : { address }),
        ...(message === undefined ? {} : { message }),
        nth
      }
      faults.push(action === "delay" ? { action, by: 1 + whole(longestMillis), ...point } : { action, ...point })
    }
    return faults
  }
}

/** The plan as the text of a program. @category combinators */
export const print = (plan: FaultPlan): string =>
  `[${plan
    .map(
      (fault) =>
        `{ ${Object.entries(fault)
          .filter(([, value]) => value !== undefined)
          .map(
            ([key, value]) => `${key}: ${JSON.stringify(typeof value === "object" ? Duration.toMillis(value) : value)}`
          )
          .join(", ")} }`
    )
    .join(", ")}]`

/**
 * Refuses what could never strike, with a `RangeError`. A mistake in the test, met when the plan is first used: nothing to
 * recover from.
 *
 * @category combinators
 */
export const check = (plan: FaultPlan): FaultPlan => {
  for (const fault of plan) wholeNumber('"nth" of a fault plan', fault.nth ?? 1, 1)
  return plan
}
