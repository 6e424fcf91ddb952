/**
 * A fault plan at work: counts what matches its points, and strikes.
 *
 * It stands around the handlers of an incarnation, put there when the incarnation begins, so that a system without a plan
 * does not even ask for one per message.
 */
import * as Rpc from "@effect/rpc/Rpc"
import { Context, Effect, Either, Option } from "effect"
import { check, type Fault, type FaultPlan, InjectedFault } from "../FaultPlan.ts"

/** Present only around the layer of a test's system. */
export class Faults extends Context.Tag("troupe/internal/Faults")<Faults, ActiveFaults>() {}

/** The actor whose messages a plan may strike, with what only its message loop can do. */
interface Struck {
  readonly address: string
  readonly tagOf: (rpc: number) => string
  /** The asker of the message in hand hears no more of it. */
  readonly loseInHand: () => void
  /** Goes on with the message in hand concurrently. */
  readonly forkInHand: (effect: Effect.Effect<unknown, unknown>) => void
}

type Handler = (payload: unknown, context: unknown) => unknown

/** Messages remembered for a failing run. */
const journalLimit = 100

export class ActiveFaults {
  private readonly matched: Array<number>
  private readonly journaled: Array<string> = []
  /** Faults that struck. */
  struck = 0

  constructor(private readonly plan: FaultPlan) {
    this.matched = check(plan).map(() => 0)
  }

  /** Whether it never strikes, and only keeps the journal. */
  get isEmpty(): boolean {
    return this.plan.length === 0
  }

  /** The latest messages taken in hand, oldest first. */
  get journal(): ReadonlyArray<string> {
    return this.journaled.slice(-journalLimit)
  }

  /** Dies instead of `build` where the plan says so. */
  starting<A, E, R>(address: string, build: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.suspend(() => {
      const fault = this.strike(address, undefined)
      this.note(`${address} starts`, fault)
      return fault === undefined ? build : Effect.die(new InjectedFault(fault))
    })
  }

  around(actor: Struck, handlers: ReadonlyArray<Handler>): ReadonlyArray<Handler> {
    return handlers.map((handler, rpc) => (payload, context) => {
      const fault = this.strike(actor.address, actor.tagOf(rpc))
      this.note(`${actor.address} ${actor.tagOf(rpc)}`, fault)
      if (fault === undefined) return handler(payload, context)
      switch (fault.action) {
        case "crash":
        case "crash start":
          throw new InjectedFault(fault)
        case "drop":
          return actor.loseInHand()
        case "delay":
          return Effect.flatMap(Effect.sleep(fault.by), () => answered(actor, handler(payload, context)))
      }
    })
  }

  private strike(address: string, message: string | undefined): Fault | undefined {
    let found: Fault | undefined
    this.plan.forEach((fault, index) => {
      if (fault.address !== undefined && fault.address !== address) return
      if (fault.action === "crash start" ? message !== undefined : message === undefined) return
      if (fault.action !== "crash start" && fault.message !== undefined && fault.message !== message) return
      if (++this.matched[index]! === (fault.nth ?? 1)) found ??= fault
    })
    if (found !== undefined) this.struck++
    return found
  }

  private note(what: string, fault: Fault | undefined): void {
    this.journaled.push(fault === undefined ? what : `${what} (${fault.action})`)
    if (this.journaled.length > 2 * journalLimit) this.journaled.splice(0, journalLimit)
  }
}

/** A handler's answer as the Effect that a held-up message goes on with. */
const answered = (actor: Struck, out: unknown): Effect.Effect<unknown, unknown> => {
  if (Option.isOption(out as Option.Option<unknown>) || Either.isEither(out as Either.Either<unknown, unknown>)) {
    return Effect.succeed(out)
  }
  // What a handler may answer with, told apart as the message loop does: see `Answer` in Actor.ts.
  if (Effect.isEffect(out)) return out as Effect.Effect<unknown, unknown>
  if (typeof out === "object" && out !== null && Rpc.isWrapper(out)) {
    const wrapped = out as Rpc.Wrapper<Effect.Effect<unknown, unknown>>
    return wrapped.fork ? Effect.sync(() => actor.forkInHand(wrapped.value)) : answered(actor, wrapped.value)
  }
  return Effect.succeed(out)
}
