/**
 * Typed topics: whoever publishes an event knows none of those who get it.
 *
 * Each subscriber has a bounded queue of its own and says what happens when it is full. `back-pressure`, the default,
 * makes publishers wait; `dropping` and `sliding` shed events, which are counted. An event goes to all subscribers that
 * have room before its publisher waits for the others, so a slow subscriber delays who publishes, and nobody who
 * subscribes. What it costs can be read: `stats` tells each one's lag, what it shed and how long publishers waited for it.
 *
 * A publisher that is itself at work for others, a handler of an actor or of a subscriber, waits at most `handlerWait`;
 * then the full subscribers miss this event, which is counted and logged. So circles of full queues come to an end. A
 * subscriber that publishes to itself while its queue is full misses the event at once.
 *
 * Nothing a subscriber does reaches a publisher: its handler's failures and crashes are logged and counted, and it goes on.
 *
 * @since 0.1.0
 */
import {
  type Cause,
  type Clock,
  Context,
  Duration,
  Effect,
  Exit,
  type Fiber,
  Layer,
  Option,
  type ParseResult,
  Schema,
  type Scope,
  Stream,
  Tracer
} from "effect"
import { ActorContext } from "./ActorContext.ts"
import { asyncHere } from "./internal/asyncHere.ts"
import { replaceRefs } from "./internal/effectInternals/fiberState.ts"
import { elapsedMillis } from "./internal/elapsed.ts"
import { Publishing, Subscriber } from "./internal/subscriber.ts"
import { durationMillis, wholeNumber } from "./Ranges.ts"

/** A name and the schema of its events; plain data. @category models */
export interface Topic<A, I = A> {
  readonly name: string
  readonly schema: Schema.Schema<A, I>
}

/** How a subscriber takes its events. @category models */
export interface SubscribeOptions {
  /** What logs and stats call it. Default: the topic's name and a number. */
  readonly name?: string | undefined
  /** Events that may wait for it, the one in hand not counted. Default `256`; 1 to 16,777,216, else a defect. */
  readonly capacity?: number | undefined
  /** Default `back-pressure`. `dropping` sheds the new event, `sliding` the oldest one. */
  readonly overflow?: "back-pressure" | "dropping" | "sliding" | undefined
  /** Gets only the events that nobody else is there for. Default `false`. */
  readonly byDefault?: boolean | undefined
}

/** A topic that has subscribers, as it stands. @category models */
export interface TopicStats {
  readonly topic: string
  /** Events since its first subscriber came. */
  readonly published: number
  readonly subscribers: ReadonlyArray<SubscriberStats>
}

/** What a subscriber takes and what it costs. @category models */
export interface SubscriberStats {
  readonly name: string
  readonly overflow: "back-pressure" | "dropping" | "sliding"
  readonly byDefault: boolean
  readonly capacity: number
  /** Events that wait for it. */
  readonly lag: number
  /** Events it has taken out of its queue. */
  readonly taken: number
  /** Events it has missed because its queue was full. */
  readonly shed: number
  /** Events whose handler failed or crashed. */
  readonly failed: number
  readonly waitingPublishers: number
  /** The time publishers have waited for it, all of them together, those that still do included. */
  readonly publishersWaited: Duration.Duration
}

/** Two definitions have one topic's name; a mistake in the program, met as a defect. @category errors */
export class TopicNameTaken extends Schema.TaggedError<TopicNameTaken>()("TopicNameTaken", { topic: Schema.String }) {
  override get message() {
    return `Another definition has the topic name "${this.topic}": share one definition, or give one of them another name.`
  }
}

/** A topic has as many subscribers as its bus allows: this one does not get its events. @category errors */
export class TooManySubscribers extends Schema.TaggedError<TooManySubscribers>()("TooManySubscribers", {
  topic: Schema.String,
  maxSubscribers: Schema.Int
}) {
  override get message() {
    return `The topic "${this.topic}" has ${this.maxSubscribers} subscribers already: let several share one, close the scopes of those that are done, or raise "maxSubscribers" of the bus.`
  }
}

/** The topics of one bus, which share no order and no queue. @category services */
export class EventBus extends Context.Tag("troupe/EventBus")<
  EventBus,
  {
    /** {@link publish} */
    readonly publish: <A, I>(topic: Topic<A, I>, event: A) => Effect.Effect<void>
    /** {@link subscribe} */
    readonly subscribe: <A, I, E, R>(
      topic: Topic<A, I>,
      handler: (event: A) => Effect.Effect<unknown, E, R>,
      options?: SubscribeOptions
    ) => Effect.Effect<void, TooManySubscribers, R | Scope.Scope>
    /** {@link subscription} */
    readonly subscription: <A, I>(
      topic: Topic<A, I>,
      options?: SubscribeOptions
    ) => Effect.Effect<Stream.Stream<A>, TooManySubscribers, Scope.Scope>
    /** The topics that have subscribers. */
    readonly stats: Effect.Effect<ReadonlyArray<TopicStats>>
    /** Events that nobody was there for, over all topics. */
    readonly unheard: Effect.Effect<number>
  }
>() {}

/** What `layer` may be given. @category models */
export interface Options {
  /**
   * How long a publish from inside a handler waits for full subscribers. Default `5 seconds`; zero and more, else a
   * `RangeError` as a defect of the layer.
   */
  readonly handlerWait?: Duration.DurationInput | undefined
  /**
   * Subscribers of one topic at a time; one more is refused with `TooManySubscribers`. Default `10,000`; a whole number from
   * 1, else a `RangeError` as a defect of the layer.
   */
  readonly maxSubscribers?: number | undefined
}

/** A bus in this process. @category layers */
export const layer = (options?: Options): Layer.Layer<EventBus> =>
  Layer.effect(
    EventBus,
    Effect.map(
      Effect.clock,
      (clock) =>
        new Bus(
          clock,
          durationMillis("A bus's handlerWait", options?.handlerWait ?? "5 seconds", "zero"),
          wholeNumber("A bus's maxSubscribers", options?.maxSubscribers ?? 10_000, 1)
        )
    )
  )

/** Defines a topic. Its name is unique in a bus. @category constructors */
export const topic = <A, I>(name: string, schema: Schema.Schema<A, I>): Topic<A, I> => ({ name, schema })

/**
 * Gives an event to all who subscribe to its topic. Never fails; waits while a back-pressured subscriber is full. A
 * publisher that is interrupted while it waits withdraws the event from those that had no room yet.
 *
 * @category combinators
 */
export const publish = <A, I>(topic: Topic<A, I>, event: A): Effect.Effect<void, never, EventBus> =>
  Effect.flatMap(EventBus, (bus) => bus.publish(topic, event))

/** Publishes what came from outside: decoded and checked by the topic's schema first. @category combinators */
export const publishUnknown = <A, I>(
  topic: Topic<A, I>,
  input: unknown
): Effect.Effect<void, ParseResult.ParseError, EventBus> =>
  Effect.flatMap(Schema.decodeUnknown(topic.schema)(input), (event) => publish(topic, event))

/**
 * Runs `handler` for each event, one at a time and in the order of publishing, until the scope ends: then the event in hand
 * is interrupted and those that wait are forgotten. To hand events to an actor, tell it: `(event) => ref.tell.Heard(event)`.
 *
 * Each event is handled in the context of the subscription (its services, FiberRefs and log annotations as they were when it
 * began): nothing that the handling of one event sets is there for the next. A handler's span is a child of its event's
 * publisher's; without one it begins a trace.
 *
 * @category combinators
 */
export const subscribe = <A, I, E, R>(
  topic: Topic<A, I>,
  handler: (event: A) => Effect.Effect<unknown, E, R>,
  options?: SubscribeOptions
): Effect.Effect<void, TooManySubscribers, EventBus | R | Scope.Scope> =>
  Effect.flatMap(EventBus, (bus) => bus.subscribe(topic, handler, options))

/**
 * The events from now on as a stream, to be run once; it ends with the scope.
 *
 * @category combinators
 */
export const subscription = <A, I>(
  topic: Topic<A, I>,
  options?: SubscribeOptions
): Effect.Effect<Stream.Stream<A>, TooManySubscribers, EventBus | Scope.Scope> =>
  Effect.flatMap(EventBus, (bus) => bus.subscription(topic, options))

/** The events as a stream that subscribes when it is run, and leaves when it ends. @category combinators */
export const stream = <A, I>(
  topic: Topic<A, I>,
  options?: SubscribeOptions
): Stream.Stream<A, TooManySubscribers, EventBus> => Stream.unwrapScoped(subscription(topic, options))

/** {@link EventBus.stats}. @category combinators */
export const stats: Effect.Effect<ReadonlyArray<TopicStats>, never, EventBus> = Effect.flatMap(
  EventBus,
  (bus) => bus.stats
)

/** Inside a subscriber's handler: whose. Its publishing must not wait for itself. */
class Handling extends Context.Tag("troupe/EventBus/Handling")<Handling, Subscriber>() {}

interface Subscribed {
  /** The definition itself: another of this name is another topic. */
  readonly topic: { readonly name: string }
  readonly subscribers: Set<Subscriber>
  readonly byDefault: Set<Subscriber>
  published: number
}

/** Between two lines in the log about one subscriber: a flood of failures must not become a flood of lines. */
const logEveryMillis = 10_000

/** Who gets the next event. */
const audience = (subscribed: Subscribed): ReadonlySet<Subscriber> =>
  subscribed.subscribers.size > 0 ? subscribed.subscribers : subscribed.byDefault

class Bus {
  /** Those with a subscriber, by name. */
  private readonly topics = new Map<string, Subscribed>()
  private heardByNobody = 0
  private subscriptions = 0
  private readonly now: () => number

  constructor(
    clock: Clock.Clock,
    private readonly handlerWaitMillis: number,
    private readonly maxSubscribers: number
  ) {
    this.now = elapsedMillis(clock)
  }

  readonly publish = <A, I>(topic: Topic<A, I>, event: A): Effect.Effect<void> =>
    Effect.withFiberRuntime((fiber) => {
      const subscribed = this.topics.get(topic.name)
      if (subscribed === undefined) {
        this.heardByNobody++
        return Exit.void
      }
      if (subscribed.topic !== topic) return Effect.die(new TopicNameTaken({ topic: topic.name }))
      for (const subscriber of audience(subscribed)) {
        if (subscriber.isFull) return this.publishSlowly(subscribed, event, fiber)
      }
      subscribed.published++
      for (const subscriber of audience(subscribed)) subscriber.offer(event, fiber.currentSpan)
      return Exit.void
    })

  /** Some are full. Who has room gets the event at once; the publisher waits for the others. */
  private publishSlowly(
    subscribed: Subscribed,
    event: unknown,
    fiber: Fiber.RuntimeFiber<unknown, unknown>
  ): Effect.Effect<void> {
    const { unsafeMap } = fiber.currentContext
    const own = unsafeMap.get(Handling.key) as Subscriber | undefined
    const publishing = new Publishing()
    let missesItself = false
    // All subscribers in one turn, or two publishers could come to two subscribers in two orders.
    const handed = asyncHere<void>((resume) => {
      subscribed.published++
      for (const subscriber of audience(subscribed)) {
        if (!subscriber.isFull) subscriber.offer(event, fiber.currentSpan)
        else if (subscriber === own) missesItself = true
        else subscriber.wait(event, fiber.currentSpan, publishing)
      }
      if (publishing.isSettled) return resume(Exit.void)
      publishing.whenSettled = () => resume(Exit.void)
      return Effect.sync(() => void publishing.leave())
    })
    const isHandler = own !== undefined || unsafeMap.has(ActorContext.key)
    const limited = isHandler
      ? Effect.raceFirst(
          handed,
          Effect.flatMap(Effect.sleep(this.handlerWaitMillis), () => this.missed(subscribed, publishing.leave()))
        )
      : handed
    return Effect.flatMap(limited, () => (missesItself ? this.missed(subscribed, [own!]) : Exit.void))
  }

  private missed(subscribed: Subscribed, subscribers: ReadonlyArray<Subscriber>): Effect.Effect<void> {
    const miss = (subscriber: Subscriber) => {
      subscriber.shed++
      return this.say(
        subscriber,
        `The subscriber "${subscriber.name}" of "${subscribed.topic.name}" was full (${subscriber.capacity} events) and missed what a handler published: handle faster, or give it a larger capacity or a shedding policy`
      )
    }
    return Effect.forEach(subscribers, miss, { discard: true })
  }

  private say(subscriber: Subscriber, line: string, cause?: Cause.Cause<unknown>): Effect.Effect<void> {
    const now = this.now()
    if (now - subscriber.saidAtMillis < logEveryMillis) {
      subscriber.unsaid++
      return Exit.void
    }
    const { unsaid } = subscriber
    subscriber.saidAtMillis = now
    subscriber.unsaid = 0
    const whole = unsaid > 0 ? `${line} (and ${unsaid} time(s) before)` : line
    return cause === undefined ? Effect.logWarning(whole) : Effect.logWarning(whole, cause)
  }

  readonly subscribe = <A, I, E, R>(
    topic: Topic<A, I>,
    handler: (event: A) => Effect.Effect<unknown, E, R>,
    options?: SubscribeOptions
  ): Effect.Effect<void, TooManySubscribers, R | Scope.Scope> =>
    Effect.gen(this, function* () {
      const subscriber = this.subscriber(topic.name, options)
      const onFailure = (cause: Cause.Cause<unknown>) => {
        subscriber.failed++
        return this.say(subscriber, `The subscriber "${subscriber.name}" of "${topic.name}" failed and goes on`, cause)
      }
      const handle = Effect.suspend(() => {
        // What was published to this topic: the same definition is asked for on both sides.
        const work = Effect.suspend(() => handler(subscriber.event as A))
        const { span } = subscriber
        return Effect.catchAllCause(span === undefined ? work : Effect.withParentSpan(work, span), onFailure)
      })
      let open = true
      const pump = Effect.flatMap(Effect.getFiberRefs, (refs) => {
        // What one event's handler sets, such as a FiberRef, the next one does not find.
        const begin = Effect.zipRight(replaceRefs(refs), handle)
        const step = Effect.flatMap(subscriber.take, (taken) => {
          open = taken
          return taken ? begin : Exit.void
        })
        return Effect.whileLoop({ while: () => open, body: () => step, step: () => {} })
      })
      // An event that has no span begins a trace: the subscriber's own span may have ended long ago.
      const untraced = Effect.mapInputContext(pump, (context: Context.Context<R>) => {
        const { unsafeMap } = context
        if (!unsafeMap.has(Tracer.ParentSpan.key)) return context
        const services = new Map(unsafeMap)
        services.delete(Tracer.ParentSpan.key)
        return Context.unsafeMake(services) as Context.Context<R>
      })
      yield* Effect.forkScoped(Effect.provideService(untraced, Handling, subscriber))
      // Its release is the first: no event comes while the one in hand is being interrupted.
      yield* Effect.onError(this.join(topic, subscriber, options?.byDefault ?? false), () =>
        Effect.sync(() => subscriber.close())
      )
    })

  readonly subscription = <A, I>(
    topic: Topic<A, I>,
    options?: SubscribeOptions
  ): Effect.Effect<Stream.Stream<A>, TooManySubscribers, Scope.Scope> =>
    Effect.suspend(() => {
      const subscriber = this.subscriber(topic.name, options)
      const next = Effect.flatMap(subscriber.take, (taken) =>
        // What was published to this topic: the same definition is asked for on both sides.
        taken ? Effect.succeed(subscriber.event as A) : Effect.fail(Option.none())
      )
      return Effect.as(this.join(topic, subscriber, options?.byDefault ?? false), Stream.repeatEffectOption(next))
    })

  private subscriber(topic: string, options: SubscribeOptions | undefined): Subscriber {
    const capacity = options?.capacity ?? 256
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > 2 ** 24) {
      // A mistake in the program: nothing to recover from.
      throw new RangeError(`A subscriber's capacity must be a whole number from 1 to 16777216, found ${capacity}.`)
    }
    const name = options?.name ?? `${topic}-${++this.subscriptions}`
    return new Subscriber(name, options?.overflow ?? "back-pressure", capacity, this.now)
  }

  private join(topic: { readonly name: string }, subscriber: Subscriber, byDefault: boolean) {
    return Effect.acquireRelease(
      Effect.suspend(() => {
        let subscribed = this.topics.get(topic.name)
        if (subscribed === undefined) {
          subscribed = { topic, subscribers: new Set(), byDefault: new Set(), published: 0 }
          this.topics.set(topic.name, subscribed)
        }
        if (subscribed.topic !== topic) return Effect.die(new TopicNameTaken({ topic: topic.name }))
        if (subscribed.subscribers.size + subscribed.byDefault.size >= this.maxSubscribers) {
          return Effect.fail(new TooManySubscribers({ topic: topic.name, maxSubscribers: this.maxSubscribers }))
        }
        subscribed[byDefault ? "byDefault" : "subscribers"].add(subscriber)
        return Effect.succeed(subscribed)
      }),
      (subscribed) =>
        Effect.sync(() => {
          subscribed[byDefault ? "byDefault" : "subscribers"].delete(subscriber)
          if (subscribed.subscribers.size + subscribed.byDefault.size === 0) this.topics.delete(topic.name)
          subscriber.close()
        })
    )
  }

  readonly stats = Effect.sync(() =>
    [...this.topics.values()].map((subscribed): TopicStats => {
      const look =
        (byDefault: boolean) =>
        (subscriber: Subscriber): SubscriberStats => ({
          name: subscriber.name,
          overflow: subscriber.overflow,
          byDefault,
          capacity: subscriber.capacity,
          lag: subscriber.lag,
          taken: subscriber.taken,
          shed: subscriber.shed,
          failed: subscriber.failed,
          waitingPublishers: subscriber.waitingPublishers,
          publishersWaited: Duration.millis(subscriber.publishersWaitedMillis)
        })
      return {
        topic: subscribed.topic.name,
        published: subscribed.published,
        subscribers: [...subscribed.subscribers].map(look(false)).concat([...subscribed.byDefault].map(look(true)))
      }
    })
  )

  readonly unheard = Effect.sync(() => this.heardByNobody)
}
