/**
 * How the actors of one type are built and kept: what a definition's `toLayer` hands to the system that runs them.
 *
 * @since 0.1.0
 */
import type { Context, Duration, Effect } from "effect"
import * as Mailbox from "./Mailbox.ts"
import { durationMillis, wholeNumber } from "./Ranges.ts"
import * as Strategy from "./Strategy.ts"
import * as Supervision from "./Supervision.ts"

/** How an actor is kept; the options of `toLayer`. @category models */
export interface Options {
  /** Default `Mailbox.bounded(1024)`. */
  readonly mailbox?: Mailbox.Mailbox | undefined
  /** What a crash leads to. Default `Supervision.restart()`: at most 3 restarts in 10 seconds. */
  readonly supervision?: Supervision.Supervision | undefined
  /** How it supervises its children. Default `Strategy.oneForOne()`: each by itself, with the limit of its `supervision`. */
  readonly children?: Strategy.Strategy | undefined
  /**
   * Whether the actor takes further messages while a handler of its waits. Its Effects then run concurrently, as with
   * `Rpc.fork`, interleaved where they wait, and asks among such actors may go in circles. Default `false`.
   */
  readonly reentrant?: boolean | undefined
  /**
   * How many handlers of one actor may run concurrently, whether by `reentrant` or by `Rpc.fork`. At that many, further
   * messages wait in the mailbox. Default `1000`; a whole number from 1, else a `RangeError`.
   */
  readonly maxConcurrency?: number | undefined
  /**
   * Ends an incarnation that has had no message for this long (and for at most twice as long), to begin anew with the next
   * one; its state goes with it, and a root leaves nothing in memory. An actor with children, timers, watches or stashed
   * messages is not idle, nor is one that is at work. No end, as those see it who watch. More than zero. Default: never.
   */
  readonly passivateAfter?: Duration.DurationInput | undefined
  /**
   * Roots of this type in memory at a time. For one more, the one that has been idle longest (nearly) is passivated; while
   * none is idle the newcomer's messages wait in its mailbox, and its state is `waiting for room`. At most 10,000 wait: for
   * one more, its senders get `TooManyActors`. Those that supervision gave up do not count. Default `1000000`; 1 and more.
   */
  readonly maxResident?: number | undefined
  /** Messages that one actor may set aside. Default `100`; a whole number from 0. */
  readonly stashCapacity?: number | undefined
  /** Words by which `types` and `tagged` find the type. Default: none. */
  readonly tags?: ReadonlyArray<string> | undefined
  /**
   * What the spans of its messages begin with, and what metrics and totals call it. Default: the type. For a type whose name
   * carries an id, since spans of one kind of work must share a name to be compared, and metrics to be bounded.
   */
  readonly spanName?: string | undefined
}

/** What a system of many machines puts around the actors of a type, which it may lose. @category models */
export interface Guard {
  /** The epoch of an actor that begins now: see `ActorContext.epoch`. */
  readonly epochOf: (id: string) => number
  /** Around each handler of an incarnation, those of `become` as well: what decides whether it may begin. */
  readonly around: (id: string, epoch: number, handler: Handler) => Handler
}

type Handler = (payload: unknown, context: unknown) => unknown

/** The same with its defaults filled in, and what runs: plain data for the system. @category models */
export interface Behavior {
  readonly mailbox: Mailbox.Mailbox
  readonly supervision: Supervision.Supervision
  readonly children: Strategy.Strategy
  readonly reentrant: boolean
  readonly maxConcurrency: number
  /** `Infinity`: never. */
  readonly passivateAfterMillis: number
  readonly maxResident: number
  readonly stashCapacity: number
  readonly tags: ReadonlyArray<string>
  /** Runs once per incarnation and gives the handler record; needs `services`, `ActorContext` and a `Scope`. */
  readonly build: Effect.Effect<Readonly<Record<string, unknown>>, unknown>
  /** What spans call the actors of this type. */
  readonly spanName: string
  /** What the Layer was given. */
  readonly services: Context.Context<never>
  readonly guard?: Guard | undefined
}

const eachByItself = /* @__PURE__ */ Strategy.oneForOne()

/** Options that have another name now: an option that nobody reads would set a limit that does not hold. */
const renamed: Readonly<Record<string, string>> = { maxBesides: "maxConcurrency" }

const refuseRenamed = (type: string, options: object | undefined): void => {
  for (const [before, now] of Object.entries(renamed)) {
    if (options !== undefined && before in options) {
      throw new RangeError(`The option "${before}" of ${type} is called "${now}" now: rename it.`)
    }
  }
}

/** Fills in the defaults. A number out of its range, or an option by its old name, throws a `RangeError`. @category constructors */
export const make = (
  type: string,
  build: Behavior["build"],
  services: Context.Context<never>,
  options?: Options
): Behavior => {
  refuseRenamed(type, options)
  return behaviorOf(type, build, services, options)
}

const behaviorOf = (
  type: string,
  build: Behavior["build"],
  services: Context.Context<never>,
  options: Options | undefined
): Behavior => ({
  mailbox: options?.mailbox ?? Mailbox.bounded(),
  supervision: options?.supervision ?? Supervision.restart(),
  children: options?.children ?? eachByItself,
  reentrant: options?.reentrant ?? false,
  maxConcurrency: wholeNumber("maxConcurrency", options?.maxConcurrency ?? 1000, 1),
  passivateAfterMillis:
    options?.passivateAfter === undefined
      ? Number.POSITIVE_INFINITY
      : durationMillis("passivateAfter", options.passivateAfter, "more than zero"),
  maxResident: wholeNumber("maxResident", options?.maxResident ?? 1_000_000, 1),
  stashCapacity: wholeNumber("stashCapacity", options?.stashCapacity ?? 100, 0),
  tags: options?.tags ?? [],
  spanName: options?.spanName ?? type,
  build,
  services
})
