/**
 * What a message brings of its sender's FiberRefs, by the rule at the head of `ActorContext`.
 *
 * Read where a message is sent, and of an asker, who waits, where it is handled. Nearly all senders have nothing to bring,
 * and a sender whose FiberRefs were looked at before is known by them: no more than that is paid for each message.
 */
import { Equal, Fiber, FiberId, FiberRef, FiberRefs, HashMap } from "effect"
import * as DefaultServices from "effect/DefaultServices"
import { forkedValue, refsOf } from "./effectInternals/fiberState.ts"
import { type Lent, lent } from "./lending.ts"

type AnyRef = FiberRef.FiberRef<unknown>

/** What differs from what the system was built with. */
export interface Carried {
  readonly entries: ReadonlyArray<readonly [AnyRef, unknown]>
}

/** Who handles a message in a turn of the scheduler, where no fiber tells on whose behalf it sends. */
interface Handling {
  readonly carriedInHand: () => Carried | undefined
}

/** How and where a fiber runs stays with it. What is not named here describes what the work is for, and travels. */
const stays: ReadonlySet<unknown> = new Set<unknown>([
  DefaultServices.currentServices,
  FiberRef.currentConcurrency,
  FiberRef.currentContext,
  FiberRef.currentLoggers,
  FiberRef.currentLogSpan,
  FiberRef.currentMaxOpsBeforeYield,
  FiberRef.currentMetricLabels,
  FiberRef.currentRequestBatchingEnabled,
  FiberRef.currentRequestCache,
  FiberRef.currentRequestCacheEnabled,
  FiberRef.currentRuntimeFlags,
  FiberRef.currentScheduler,
  FiberRef.currentSchedulingPriority,
  FiberRef.currentSupervisor,
  FiberRef.currentTracerEnabled,
  FiberRef.currentTracerSpanAnnotations,
  FiberRef.currentTracerSpanLinks,
  FiberRef.currentTracerTimingEnabled,
  FiberRef.interruptedCause,
  FiberRef.unhandledErrorLogLevel,
  FiberRef.versionMismatchErrorLogLevel
])

const none: Carried = { entries: [] }

/** The annotations of every line that is about an actor; without `life` where the line is about none of its lives. */
export const annotationsOf = (address: string, life: number | undefined): HashMap.HashMap<string, unknown> =>
  life === undefined
    ? HashMap.make(["actor.address", address])
    : HashMap.make(["actor.address", address] as readonly [string, unknown], ["actor.life", life])

export class Carrying {
  /** Set while a turn of the scheduler handles messages. */
  handling: Handling | undefined = undefined
  private readonly known = new WeakMap<FiberRefs.FiberRefs, Carried>()
  /** The latest that had nothing to bring: one sender sends many messages. */
  private plain: FiberRefs.FiberRefs | undefined = undefined
  private readonly annotations: HashMap.HashMap<string, unknown>

  /** `around`: the FiberRefs that the system was built with. `transactions`: the keys of what an asker lends. */
  constructor(
    private readonly around: FiberRefs.FiberRefs,
    private readonly transactions: ReadonlyArray<string>
  ) {
    this.annotations = FiberRefs.getOrDefault(around, FiberRef.currentLogAnnotations)
  }

  /** Of whoever sends just now. */
  now(): Carried | undefined {
    const fiber = Fiber.getCurrentFiber()
    return fiber._tag === "Some" ? this.look(refsOf(fiber.value)) : this.handling?.carriedInHand()
  }

  of(fiber: Fiber.RuntimeFiber<unknown, unknown>): Carried | undefined {
    return this.look(refsOf(fiber))
  }

  /** The transaction that a fiber which waits for an answer is in, to be used until `ended` gives a defect. */
  lentBy(fiber: Fiber.RuntimeFiber<unknown, unknown>, ended: () => unknown): Lent | undefined {
    return lent(fiber.currentContext.unsafeMap, this.transactions, ended)
  }

  /** The FiberRefs of an actor that has nothing in hand. */
  own(annotations: HashMap.HashMap<string, unknown>): FiberRefs.FiberRefs {
    // Once per life: a copy of a small Map is a fifth of what `FiberRefs.updateAs` takes.
    const locals = new Map(this.around.locals)
    locals.set(FiberRef.currentLogAnnotations, [[FiberId.none, this.andOf(annotations)]])
    return FiberRefs.unsafeMake(locals)
  }

  /** What the system was built with, and what an actor says of itself. */
  private andOf(annotations: HashMap.HashMap<string, unknown>): HashMap.HashMap<string, unknown> {
    return HashMap.isEmpty(this.annotations) ? annotations : HashMap.union(this.annotations, annotations)
  }

  /** The FiberRefs `own`, and what a message brings. What the actor says of itself is not the sender's to say. */
  add(
    own: FiberRefs.FiberRefs,
    { entries }: Carried,
    annotations: HashMap.HashMap<string, unknown>
  ): FiberRefs.FiberRefs {
    let refs = own
    let all = this.annotations
    for (const [fiberRef, value] of entries) {
      // What stands in the entries of that reference came from it.
      if (isAnnotations(fiberRef)) all = HashMap.union(all, value as HashMap.HashMap<string, unknown>)
      else refs = FiberRefs.updateAs(refs, { fiberId: FiberId.none, fiberRef, value })
    }
    return FiberRefs.updateAs(refs, {
      fiberId: FiberId.none,
      fiberRef: FiberRef.currentLogAnnotations,
      value: HashMap.union(all, annotations)
    })
  }

  private look(refs: FiberRefs.FiberRefs): Carried | undefined {
    if (refs === this.plain) return undefined
    let found = this.known.get(refs)
    if (found === undefined) {
      found = this.read(refs)
      this.known.set(refs, found)
    }
    if (found !== none) return found
    this.plain = refs
    return undefined
  }

  private read(refs: FiberRefs.FiberRefs): Carried {
    const entries: Array<readonly [AnyRef, unknown]> = []
    for (const [fiberRef, [[, value]]] of refs.locals) {
      if (stays.has(fiberRef)) continue
      if (isAnnotations(fiberRef)) {
        const own = value as HashMap.HashMap<string, unknown>
        const theirs = HashMap.has(own, "actor.address")
          ? HashMap.removeMany(own, ["actor.address", "actor.life"])
          : own
        if (!Equal.equals(theirs, this.annotations)) entries.push([fiberRef, theirs])
        continue
      }
      const forked = forkedValue(refs, fiberRef, value)
      if (Equal.equals(forked, FiberRefs.getOrDefault(this.around, fiberRef))) continue
      entries.push([fiberRef, forked])
    }
    return entries.length === 0 ? none : { entries }
  }
}

const isAnnotations = (fiberRef: unknown): boolean => fiberRef === FiberRef.currentLogAnnotations
