/**
 * Many actors of one definition behind one address: a pool, and who of it gets which message.
 *
 * A router is no actor. The sender itself chooses, in its own turn, and sends to the one chosen, so that deadlines,
 * withdrawal, back-pressure, circles of waiting and traces are those of a direct message, and nothing queues in between.
 *
 * The routees are the roots `name-1`, `name-2`, … of the definition: each is built by the first message it gets, and
 * restarted by its own supervision. One that supervision gives up gets no more messages until it is revived; the router
 * says so in the log, and does not build others in its place, which would be restarting without limit. If all are given up,
 * senders meet `ActorFailed`.
 *
 * @since 0.1.0
 */
import type * as Rpc from "@effect/rpc/Rpc"
import { type Duration, Effect, type Exit, type Scope } from "effect"
import { ActorStopping, type AskError, type TellError } from "./ActorError.ts"
import type { ActorRef, ActorType, Args } from "./ActorRef.ts"
import type { LifeState } from "./ActorSnapshot.ts"
import { ActorSystem, LocalActorSystem } from "./ActorSystem.ts"
import * as Gather from "./Gather.ts"
import { isOut, Pool, type Routee } from "./internal/pool.ts"
import { type Destination, Tell } from "./internal/tell.ts"
import { durationMillis, wholeNumber } from "./Ranges.ts"

/** A message as the key function sees it: as it was sent, before the payload's constructor fills in defaults. @category models */
export type Message<Rpcs extends Rpc.Any> = Rpcs extends Rpc.Any
  ? { readonly tag: Rpcs["_tag"]; readonly payload: Rpc.PayloadConstructor<Rpcs> }
  : never

/** Who gets the next message. @category models */
export type Strategy<Rpcs extends Rpc.Any> = RoundRobin | LeastLoaded | ConsistentHash<Rpcs>

/** {@link roundRobin}. @category models */
export interface RoundRobin {
  readonly _tag: "round-robin"
}
/** {@link leastLoaded}. @category models */
export interface LeastLoaded {
  readonly _tag: "least-loaded"
}
/** {@link consistentHash}. @category models */
export interface ConsistentHash<Rpcs extends Rpc.Any> {
  readonly _tag: "consistent-hash"
  readonly key: (message: Message<Rpcs>) => string
}

/** How many routees there may be: whole numbers, 1 ≤ `min` ≤ `max` ≤ 10,000. @category models */
export interface Bounds {
  readonly min: number
  readonly max: number
}

/** How many routees, who gets what, and when their number changes. @category models */
export interface Options<Rpcs extends Rpc.Any> {
  /** How many routees: so many, or as many as the backlog asks for within bounds. Default `1`, one shared instance. */
  readonly size?: number | Bounds | undefined
  /** Default `Router.roundRobin`. */
  readonly strategy?: Strategy<Rpcs> | undefined
  /** How often the pool looks at itself: size, given-up routees, those that leave. Default `1 second`; more than zero. */
  readonly checkEvery?: Duration.DurationInput | undefined
  /**
   * It grows when there are more than so many messages a living routee at a check: to one for every `growAbove` messages, at
   * most to twice as many. Default `4`; more than 0.
   */
  readonly growAbove?: number | undefined
  /**
   * One routee leaves when there were fewer than so many messages a living routee at `shrinkAfter` checks in a row. Default
   * `1`; from 0 to half of `growAbove`, so that the leaving of one is no reason to grow.
   */
  readonly shrinkBelow?: number | undefined
  /** Checks in a row before one leaves, see `shrinkBelow`. Default `5`; a whole number from 1. */
  readonly shrinkAfter?: number | undefined
}

/** What sends to them, and what is known of them. @category models */
export interface Router<Rpcs extends Rpc.Any> {
  /** The name its routees' ids begin with. */
  readonly name: string
  /** Asks one routee, as `ActorRef.ask` does. */
  readonly ask: ActorRef<Rpcs>["ask"]
  /** Tells one routee, as `ActorRef.tell` does; which one is decided when it is sent. */
  readonly tell: ActorRef<Rpcs>["tell"]
  /** The same routees with another time-out for asks, as `ActorRef.withTimeout` gives. */
  readonly withTimeout: (timeout: Duration.DurationInput) => Router<Rpcs>
  /**
   * Sends to every routee at once, those not built yet included. The results stand in the routees' order, and what one meets
   * (given up, full, too late) is its own result only.
   */
  readonly broadcast: {
    readonly ask: {
      readonly [R in Rpcs as R["_tag"]]: (
        ...args: Args<R>
      ) => Effect.Effect<ReadonlyArray<Exit.Exit<Rpc.Success<R>, Rpc.Error<R> | AskError>>>
    }
    readonly tell: {
      readonly [R in Rpcs as R["_tag"]]: (...args: Args<R>) => Effect.Effect<ReadonlyArray<Exit.Exit<void, TellError>>>
    }
  }
  /** The routees, in order: to watch or to revive one. Messages sent to them directly pass the router by. */
  readonly routees: Effect.Effect<ReadonlyArray<ActorRef<Rpcs>>>
  /**
   * Sets another size, or other bounds, at once. A routee that leaves handles all it has accepted, however long that takes,
   * and is stopped then. Numbers out of range are a defect.
   */
  readonly resize: (size: number | Bounds) => Effect.Effect<void>
  readonly stats: Effect.Effect<Stats>
}

/** A router as it stands. @category models */
export interface Stats {
  readonly routees: ReadonlyArray<RouteeStats>
  /** Those that left and still have messages. */
  readonly leaving: ReadonlyArray<RouteeStats>
  /** Routees added and taken out since the router was made. */
  readonly grown: number
  readonly shrunk: number
}

/** One routee as it stands. @category models */
export interface RouteeStats {
  readonly address: string
  /** This and the next as in `ActorSnapshot.Load`. */
  readonly state: LifeState
  readonly backlog: number
  /** Whether it gets messages: not while it is given up, stops or leaves. */
  readonly inRotation: boolean
}

/** Each routee in turn; one that is between two lives only if all are. @category constructors */
export const roundRobin: RoundRobin = { _tag: "round-robin" }

/**
 * The one with the fewest messages waiting and in hand; among equals in turn, but none is built while one that exists is
 * idle. One whose message in hand has been at work for 100 ms gets another only if all are so busy: a long job is not
 * queued behind. What was sent stays where it was sent, also if another routee is idle later. Looks at all routees for each
 * message.
 *
 * @category constructors
 */
export const leastLoaded: LeastLoaded = { _tag: "least-loaded" }

/**
 * Messages with one key go to one routee, in the order they were sent, until the size changes: then a share of the keys
 * moves, and what was sent before may be handled after what comes next. While a routee is given up its keys go to the others.
 *
 * @category constructors
 */
export const consistentHash = <Rpcs extends Rpc.Any>(
  key: (message: Message<Rpcs>) => string
): ConsistentHash<Rpcs> => ({ _tag: "consistent-hash", key })

/**
 * A router for the rest of the scope; its end stops the routees. `name` is unique among the routers of a definition. Sizes
 * and thresholds out of range throw a `RangeError`.
 *
 * @category constructors
 */
export const make = <Type extends string, Rpcs extends Rpc.Any>(
  definition: ActorType<Type, Rpcs>,
  name: string,
  options?: Options<Rpcs>
): Effect.Effect<Router<Rpcs>, never, ActorSystem | LocalActorSystem | Scope.Scope> => {
  const { max, min } = boundsOf(options?.size ?? 1)
  const { growAbove = 4, shrinkAfter = 5, shrinkBelow = 1, strategy = roundRobin } = options ?? {}
  if (!(growAbove > 0)) throw new RangeError(`A router's growAbove must be more than 0, found ${growAbove}.`)
  if (!(shrinkBelow >= 0 && shrinkBelow <= growAbove / 2)) {
    throw new RangeError(
      `A router's shrinkBelow must be from 0 to half of growAbove (${growAbove / 2}), found ${shrinkBelow}.`
    )
  }
  wholeNumber("A router's shrinkAfter", shrinkAfter, 1)
  const checkEveryMillis = durationMillis("A router's checkEvery", options?.checkEvery ?? "1 second", "more than zero")
  return Effect.gen(function* () {
    const system = yield* ActorSystem
    const local = yield* LocalActorSystem
    const scope = yield* Effect.scope
    const settings = {
      name,
      definition,
      // Tag and payload come from the records below, which have the definition's own Rpcs.
      key:
        strategy._tag === "consistent-hash"
          ? (tag: string, payload: unknown) => strategy.key({ tag, payload } as unknown as Message<Rpcs>)
          : undefined,
      leastLoaded: strategy._tag === "least-loaded",
      growAbove,
      shrinkBelow,
      shrinkAfter
    }
    const pool = new Pool(settings, min, max, { ref: system.ref, load: local.load, stop: system.stop }, scope)
    yield* Effect.addFinalizer(() => pool.close)
    yield* Effect.forkScoped(Effect.forever(Effect.zipRight(Effect.sleep(checkEveryMillis), pool.check)))
    const tags = [...definition.protocol.requests.keys()]
    // The records have the protocol's tags and send what they are given: the types are those of the refs behind.
    return new View(name, pool, methodsOf(tags), `${definition.type}/${name}`) as unknown as Router<Rpcs>
  })
}

const boundsOf = (size: number | Bounds): Bounds => {
  const { max, min } = typeof size === "number" ? { max: size, min: size } : size
  if (!(Number.isInteger(min) && Number.isInteger(max) && min >= 1 && max >= min && max <= 10_000)) {
    // A mistake in the program: nothing to recover from.
    throw new RangeError(
      `A router's size must be whole numbers, 1 ≤ min ≤ max ≤ 10000, found ${min === max ? min : `min ${min}, max ${max}`}.`
    )
  }
  return { max, min }
}

/** The records `ask`, `tell` and `broadcast`, made once; a view's own ones only know their view. */
interface Methods {
  readonly tags: ReadonlyArray<string>
  readonly ask: object
  readonly tell: object
  readonly askAll: object
  readonly tellAll: object
}

/** Where the records find their view: under no name that a message could have as well. */
const view = Symbol("troupe/view")

/** `this` of the methods: the record they are called on. */
interface Sends {
  readonly [view]: View
}

const methodsOf = (tags: ReadonlyArray<string>): Methods => {
  const record = (send: (view: View, tag: string, rpc: number, payload: unknown) => Effect.Effect<unknown, unknown>) =>
    Object.fromEntries(
      tags.map((tag, rpc) => [
        tag,
        function (this: Sends, payload: unknown) {
          return send(this[view], tag, rpc, payload)
        }
      ])
    )
  return {
    tags,
    ask: record((view, tag, _, payload) => Effect.suspend(() => view.askOne(tag, payload))),
    tell: record((view, _, rpc, payload) => new Tell(view, rpc, payload)),
    askAll: record((view, tag, _, payload) => view.sendAll("ask", tag, payload)),
    tellAll: record((view, tag, _, payload) => view.sendAll("tell", tag, payload))
  }
}

/** A router, as it is or with another time-out. To a tell it is an address like any other. */
class View implements Destination {
  readonly ask: object
  readonly tell: object
  readonly broadcast: { readonly ask: object; readonly tell: object }
  private readonly refs = new WeakMap<Routee, ActorRef.Any>()

  constructor(
    readonly name: string,
    private readonly pool: Pool,
    private readonly methods: Methods,
    readonly address: string,
    private readonly timeout?: Duration.DurationInput
  ) {
    const sends = (methods: object): object => Object.create(methods, { [view]: { value: this } })
    this.ask = sends(methods.ask)
    this.tell = sends(methods.tell)
    this.broadcast = { ask: sends(methods.askAll), tell: sends(methods.tellAll) }
  }

  withTimeout(timeout: Duration.DurationInput): View {
    return new View(this.name, this.pool, this.methods, this.address, timeout)
  }

  askOne(tag: string, payload: unknown): Effect.Effect<unknown, unknown> {
    return this.pool.closed
      ? Effect.fail(this.stopping())
      : this.messageTo("ask", this.pool.pick(tag, payload), tag, payload)
  }

  sendAll(kind: "ask" | "tell", tag: string, payload: unknown): Effect.Effect<unknown, unknown> {
    const send = (routee: Routee) =>
      this.pool.closed ? Effect.fail(this.stopping()) : this.messageTo(kind, routee, tag, payload)
    return Effect.suspend(() => Gather.all(this.pool.routees.map(send)))
  }

  tagOf(rpc: number): string {
    return this.methods.tags[rpc]!
  }
  tellOf(rpc: number, payload: unknown): Effect.Effect<void, TellError> {
    return this.pool.closed ? Effect.fail(this.stopping()) : this.tellToOne(rpc, payload).commit()
  }
  tellWith(...[rpc, payload, attachment, fiber]: Parameters<Destination["tellWith"]>): Effect.Effect<void, TellError> {
    if (this.pool.closed) return Effect.fail(this.stopping())
    const tell = this.tellToOne(rpc, payload)
    return tell.destination.tellWith(tell.rpc, tell.payload, attachment, fiber)
  }
  deliver(...[rpc, payload, attachment]: Parameters<Destination["deliver"]>): TellError | undefined {
    if (this.pool.closed) return this.stopping()
    const tell = this.tellToOne(rpc, payload)
    return tell.destination.deliver(tell.rpc, tell.payload, attachment)
  }
  refusal(rpc: number, payload: unknown): TellError | undefined {
    // Routees have one protocol: any of them knows.
    const tell = this.messageTo("tell", this.pool.routees[0]!, this.tagOf(rpc), payload) as unknown as Tell
    return tell.destination.refusal(tell.rpc, tell.payload)
  }

  private stopping(): ActorStopping {
    return new ActorStopping({ address: this.address })
  }

  private tellToOne(rpc: number, payload: unknown): Tell {
    const tag = this.tagOf(rpc)
    // The refs of this process give tells of this class.
    return this.messageTo("tell", this.pool.pick(tag, payload), tag, payload) as unknown as Tell
  }

  private messageTo(kind: "ask" | "tell", routee: Routee, tag: string, payload: unknown) {
    // By the definition's own tags: the record has this method.
    const methods = this.refTo(routee)[kind] as unknown as Readonly<
      Record<string, (payload: unknown) => Effect.Effect<unknown, unknown>>
    >
    return methods[tag]!(payload)
  }

  private refTo(routee: Routee): ActorRef.Any {
    if (this.timeout === undefined) return routee.ref
    const known = this.refs.get(routee)
    if (known !== undefined) return known
    const ref: ActorRef.Any = routee.ref.withTimeout(this.timeout)
    this.refs.set(routee, ref)
    return ref
  }

  readonly routees = Effect.sync(() => this.pool.routees.map((routee) => routee.ref))

  resize(size: number | Bounds): Effect.Effect<void> {
    return Effect.sync(() => {
      const { max, min } = boundsOf(size)
      this.pool.resize(min, max)
    })
  }

  readonly stats = Effect.sync((): Stats => {
    const look = (isLeaving: boolean) => (routee: Routee) => ({
      address: routee.ref.address,
      state: routee.load.state,
      backlog: routee.load.backlog,
      inRotation: !isLeaving && !isOut(routee)
    })
    return {
      routees: this.pool.routees.map(look(false)),
      leaving: [...this.pool.leaving].map(look(true)),
      grown: this.pool.grown,
      shrunk: this.pool.shrunk
    }
  })
}
