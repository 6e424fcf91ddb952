import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import {
  Cause,
  Chunk,
  Deferred,
  Duration,
  Effect,
  Exit,
  Fiber,
  FiberRef,
  Logger,
  Option,
  Schema,
  Scope,
  Stream
} from "effect"
import fc from "fast-check"
import * as Actor from "../../src/actor/Actor.ts"
import * as EventBus from "../../src/actor/EventBus.ts"
import * as Supervision from "../../src/actor/Supervision.ts"
import { type ManualClock, provided, rest, run, type Services } from "./harness.ts"

const Prices = EventBus.topic("prices", Schema.Struct({ at: Schema.Int }))
const Alarms = EventBus.topic("alarms", Schema.Struct({ at: Schema.DateFromString }))

const scenario = <E>(
  program: (clock: ManualClock) => Effect.Effect<void, E, Services | EventBus.EventBus>,
  options?: EventBus.Options,
  logger?: Logger.Logger<unknown, unknown>
) => run((clock) => Effect.provide(program(clock), EventBus.layer(options)), undefined, logger)

const times = (count: number) => Array.from({ length: count }, (_, n) => n)
const publishing = (from: number, to: number) =>
  Effect.forEach(times(to - from), (n) => EventBus.publish(Prices, { at: from + n }), { discard: true })

/** A subscriber that notes what it hears, and holds each event until `open`. */
const holding = (options?: EventBus.SubscribeOptions) =>
  Effect.gen(function* () {
    const heard: Array<number> = []
    const gate = yield* Deferred.make<void>()
    yield* EventBus.subscribe(
      Prices,
      ({ at }) => {
        heard.push(at)
        return Deferred.await(gate)
      },
      options
    )
    yield* rest
    return { heard, open: Deferred.succeed(gate, undefined) }
  })

const noting = (options?: EventBus.SubscribeOptions) =>
  Effect.tap(holding(options), ({ open }) => open).pipe(Effect.map(({ heard }) => heard))

const statsOf = (name: string) =>
  Effect.map(EventBus.stats, (topics) => {
    const found = topics.flatMap(({ subscribers }) => subscribers).find((subscriber) => subscriber.name === name)
    return found ?? assert.fail(`no subscriber ${name}`)
  })

const collecting = (lines: Array<string>) =>
  Logger.make(({ logLevel, message }) => {
    lines.push(`${logLevel.label} ${String(message)}`)
  })

describe("A subscriber's handler", () => {
  it("finds the context of the subscription at each event, whatever it set at the one before", () =>
    scenario(() =>
      Effect.gen(function* () {
        const request = FiberRef.unsafeMake("none")
        const seen: Array<string> = []
        yield* EventBus.subscribe(Prices, ({ at }) =>
          Effect.gen(function* () {
            seen.push(yield* FiberRef.get(request))
            yield* FiberRef.set(request, `event ${at}`)
          })
        ).pipe(Effect.locally(request, "subscribed"))
        yield* rest
        yield* publishing(0, 2).pipe(Effect.locally(request, "published"))
        yield* rest
        assert.deepStrictEqual(seen, ["subscribed", "subscribed"])
      })
    ))

  it("begins a trace where the event has none, not a child of the subscriber's span", () =>
    scenario(() =>
      Effect.gen(function* () {
        const parents: Array<string> = []
        const look = Effect.map(Effect.option(Effect.currentParentSpan), (span) => {
          parents.push(Option.match(span, { onNone: () => "none", onSome: ({ spanId }) => spanId }))
        })
        yield* Effect.withSpan(
          EventBus.subscribe(Prices, () => look),
          "subscribing"
        )
        yield* rest
        yield* publishing(0, 1)
        const publisher = yield* Effect.withSpan(
          Effect.zipLeft(
            Effect.map(Effect.currentSpan, ({ spanId }) => spanId),
            publishing(1, 2)
          ),
          "publishing"
        )
        yield* rest
        assert.deepStrictEqual(parents, ["none", publisher])
      })
    ))
})

describe("A publisher", () => {
  it("reaches all subscribers, in the order of publishing", () =>
    scenario(() =>
      Effect.gen(function* () {
        const first = yield* noting()
        const second = yield* noting()
        yield* publishing(0, 5)
        yield* rest
        assert.deepStrictEqual([first, second], [times(5), times(5)])
      })
    ))

  it("waits for a full subscriber, and the others have the event meanwhile", () =>
    scenario(() =>
      Effect.gen(function* () {
        const slow = yield* holding({ name: "slow", capacity: 2 })
        const quick = yield* noting()
        // One in hand, two waiting.
        yield* publishing(0, 3)
        const publisher = yield* Effect.fork(publishing(3, 5))
        yield* rest
        assert.isNull(publisher.unsafePoll())
        assert.deepStrictEqual([slow.heard, quick], [[0], times(4)])
        yield* slow.open
        yield* Fiber.join(publisher)
        yield* rest
        assert.deepStrictEqual([slow.heard, quick], [times(5), times(5)])
      })
    ))

  it("keeps its place behind one that waits already", () =>
    scenario(() =>
      Effect.gen(function* () {
        const slow = yield* holding({ capacity: 1 })
        const quick = yield* noting()
        const publishers = yield* Effect.forEach(times(5), (at) => Effect.fork(EventBus.publish(Prices, { at })))
        yield* rest
        yield* slow.open
        yield* Fiber.joinAll(publishers)
        yield* rest
        assert.deepStrictEqual(slow.heard, quick)
        assert.sameMembers(slow.heard, times(5))
      })
    ))

  it("that is interrupted while it waits withdraws the event from those that had no room", () =>
    scenario(() =>
      Effect.gen(function* () {
        const slow = yield* holding({ name: "slow", capacity: 1 })
        const quick = yield* noting()
        yield* publishing(0, 2)
        const publisher = yield* Effect.fork(publishing(2, 3))
        yield* rest
        yield* Fiber.interrupt(publisher)
        assert.strictEqual((yield* statsOf("slow")).waitingPublishers, 0)
        yield* slow.open
        yield* publishing(3, 4)
        yield* rest
        assert.deepStrictEqual([slow.heard, quick], [[0, 1, 3], times(4)])
      })
    ))

  it("never meets what a handler does: failure, crash or throw; the handler goes on, and says so once in ten seconds", () => {
    const lines: Array<string> = []
    return scenario(
      (clock) =>
        Effect.gen(function* () {
          const outcomes = [
            () => Effect.fail("refused"),
            () => Effect.die("a bug"),
            (): Effect.Effect<void> => {
              throw new Error("thrown")
            },
            () => Effect.interrupt,
            () => Effect.void
          ]
          yield* EventBus.subscribe(Prices, ({ at }) => outcomes[at]!(), { name: "careless" })
          yield* publishing(0, 5)
          yield* rest
          const { failed, taken } = yield* statsOf("careless")
          assert.deepStrictEqual([taken, failed], [5, 4])
          assert.deepStrictEqual(lines, ['WARN The subscriber "careless" of "prices" failed and goes on'])
          yield* clock.advance(10_000)
          yield* publishing(0, 1)
          yield* rest
          assert.deepStrictEqual(lines.slice(1), [
            'WARN The subscriber "careless" of "prices" failed and goes on (and 3 time(s) before)'
          ])
        }),
      undefined,
      collecting(lines)
    )
  })

  it("publishes what came from outside once the schema has decoded it", () =>
    scenario(() =>
      Effect.gen(function* () {
        const heard: Array<Date> = []
        yield* EventBus.subscribe(Alarms, ({ at }) => Effect.sync(() => heard.push(at)))
        const refused = yield* Effect.flip(EventBus.publishUnknown(Alarms, { at: 5 }))
        assert.strictEqual(refused._tag, "ParseError")
        yield* EventBus.publishUnknown(Alarms, { at: "2020-01-01T00:00:00.000Z" })
        yield* rest
        assert.deepStrictEqual(heard, [new Date("2020-01-01T00:00:00.000Z")])
      })
    ))

  it("is the parent of the spans of those that handle its event", () =>
    scenario(() =>
      Effect.gen(function* () {
        const parents: Array<string> = []
        yield* EventBus.subscribe(Prices, () =>
          Effect.map(Effect.currentParentSpan, (span) => parents.push(span.spanId))
        )
        const spanId = yield* Effect.withSpan(
          Effect.zipRight(
            publishing(0, 1),
            Effect.map(Effect.currentSpan, (span) => span.spanId)
          ),
          "publish"
        )
        yield* rest
        assert.deepStrictEqual(parents, [spanId])
      })
    ))
})

describe("A publisher at work for others", () => {
  const Clerk = Actor.make("Clerk", [Rpc.make("Publish", { payload: { at: Schema.Int } })])
  const clerk = Effect.zipRight(
    Effect.flatMap(EventBus.EventBus, (bus) =>
      provided(Clerk.toLayer(Effect.succeed(Clerk.of({ Publish: ({ at }) => bus.publish(Prices, { at }) }))))
    ),
    Effect.map(Clerk.client, (client) => client("c"))
  )

  it("waits five seconds for a full subscriber, which then misses the event; that is counted and said", () => {
    const lines: Array<string> = []
    return scenario(
      (clock) =>
        Effect.gen(function* () {
          const slow = yield* holding({ name: "slow", capacity: 1 })
          const quick = yield* noting()
          const actor = yield* clerk
          yield* publishing(0, 2)
          const asking = yield* Effect.fork(actor.ask.Publish({ at: 2 }))
          yield* clock.advance(4999)
          assert.isNull(asking.unsafePoll())
          assert.deepStrictEqual(lines, [])
          yield* clock.advance(1)
          yield* Fiber.join(asking)
          assert.strictEqual((yield* statsOf("slow")).shed, 1)
          assert.match(lines[0]!, /^WARN The subscriber "slow" of "prices" was full \(1 events\) and missed/)
          yield* slow.open
          yield* rest
          assert.deepStrictEqual([slow.heard, quick], [[0, 1], times(3)])
        }),
      undefined,
      collecting(lines)
    )
  })

  it("is missed only by those that had no room in time", () =>
    scenario((clock) =>
      Effect.gen(function* () {
        const quicker = yield* holding({ name: "quicker", capacity: 1 })
        const slow = yield* holding({ name: "slow", capacity: 1 })
        const actor = yield* clerk
        yield* publishing(0, 2)
        const asking = yield* Effect.fork(actor.ask.Publish({ at: 2 }))
        yield* clock.advance(2000)
        yield* quicker.open
        yield* clock.advance(3000)
        yield* Fiber.join(asking)
        yield* slow.open
        yield* rest
        assert.deepStrictEqual([quicker.heard, slow.heard], [times(3), times(2)])
        const cost = ({ publishersWaited, shed }: EventBus.SubscriberStats) => [
          shed,
          Duration.toMillis(publishersWaited)
        ]
        assert.deepStrictEqual(cost(yield* statsOf("quicker")), [0, 2000])
        assert.deepStrictEqual(cost(yield* statsOf("slow")), [1, 5000])
      })
    ))

  it("does not wait longer than the room takes to come", () =>
    scenario((clock) =>
      Effect.gen(function* () {
        const slow = yield* holding({ name: "slow", capacity: 1 })
        const actor = yield* clerk
        yield* publishing(0, 2)
        const asking = yield* Effect.fork(actor.ask.Publish({ at: 2 }))
        yield* clock.advance(3000)
        yield* slow.open
        yield* Fiber.join(asking)
        yield* clock.advance(10_000)
        assert.deepStrictEqual(slow.heard, times(3))
        assert.strictEqual((yield* statsOf("slow")).shed, 0)
      })
    ))

  it("misses what it publishes to itself while it is full, at once", () =>
    scenario(() =>
      Effect.gen(function* () {
        const heard: Array<number> = []
        yield* EventBus.subscribe(
          Prices,
          ({ at }) => {
            heard.push(at)
            return at === 0 ? publishing(1, 5) : Effect.void
          },
          { name: "echo", capacity: 2 }
        )
        yield* publishing(0, 1)
        yield* rest
        assert.deepStrictEqual(heard, [0, 1, 2])
        assert.strictEqual((yield* statsOf("echo")).shed, 2)
      })
    ))

  it("comes to an end in a circle of full subscribers", () =>
    scenario(
      (clock) =>
        Effect.gen(function* () {
          const Replies = EventBus.topic("replies", Schema.Int)
          const both = (at: number) => Effect.forEach(times(3), () => EventBus.publish(Replies, at), { discard: true })
          yield* EventBus.subscribe(Prices, ({ at }) => both(at), { name: "there", capacity: 1 })
          yield* EventBus.subscribe(Replies, (at) => publishing(at, at + 3), { name: "back", capacity: 1 })
          const publisher = yield* Effect.fork(publishing(0, 2))
          yield* clock.advance(120_000)
          assert.isNotNull(publisher.unsafePoll())
          assert.isAbove((yield* statsOf("there")).shed + (yield* statsOf("back")).shed, 0)
        }),
      { handlerWait: "1 second" }
    ))
})

describe("A subscriber", () => {
  it("that drops misses new events, one that slides the oldest; both are counted and nobody waits", () =>
    scenario(() =>
      Effect.gen(function* () {
        const dropping = yield* holding({ name: "dropping", capacity: 2, overflow: "dropping" })
        const sliding = yield* holding({ name: "sliding", capacity: 2, overflow: "sliding" })
        yield* publishing(0, 1)
        yield* rest
        yield* publishing(1, 6)
        for (const name of ["dropping", "sliding"]) {
          const { lag, shed, taken } = yield* statsOf(name)
          assert.deepStrictEqual([lag, shed, taken], [2, 3, 1])
        }
        yield* dropping.open
        yield* sliding.open
        yield* rest
        assert.deepStrictEqual(
          [dropping.heard, sliding.heard],
          [
            [0, 1, 2],
            [0, 4, 5]
          ]
        )
      })
    ))

  it("says what it costs: its lag, who waits, and how long all of them have waited", () =>
    scenario((clock) =>
      Effect.gen(function* () {
        const slow = yield* holding({ name: "slow", capacity: 1 })
        yield* publishing(0, 1)
        yield* rest
        yield* publishing(1, 2)
        const first = yield* Effect.fork(publishing(2, 3))
        yield* clock.advance(3000)
        const second = yield* Effect.fork(publishing(3, 4))
        yield* clock.advance(1000)
        const full = yield* statsOf("slow")
        assert.deepStrictEqual(
          [full.lag, full.waitingPublishers, Duration.toMillis(full.publishersWaited)],
          [1, 2, 5000]
        )
        yield* slow.open
        yield* Fiber.join(first)
        yield* Fiber.join(second)
        yield* clock.advance(60_000)
        const after = yield* statsOf("slow")
        assert.deepStrictEqual(
          [after.lag, after.waitingPublishers, after.taken, Duration.toMillis(after.publishersWaited)],
          [0, 0, 4, 5000]
        )
      })
    ))

  it("that leaves frees everything: its place, its events, its handler and the publishers that wait for it", () =>
    scenario(() =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        let interrupted = false
        yield* EventBus.subscribe(
          Prices,
          () =>
            Effect.onInterrupt(Effect.never, () =>
              Effect.sync(() => {
                interrupted = true
              })
            ),
          { capacity: 1 }
        ).pipe(Scope.extend(scope))
        yield* rest
        yield* publishing(0, 1)
        yield* rest
        yield* publishing(1, 2)
        const publisher = yield* Effect.fork(publishing(2, 3))
        yield* rest
        assert.isNull(publisher.unsafePoll())
        yield* Scope.close(scope, Exit.void)
        yield* Fiber.join(publisher)
        assert.isTrue(interrupted)
        assert.deepStrictEqual(yield* EventBus.stats, [])
        yield* publishing(3, 4)
      })
    ))

  it("by default gets only what nobody else is there for", () =>
    scenario(() =>
      Effect.gen(function* () {
        yield* publishing(0, 1)
        const bus = yield* EventBus.EventBus
        assert.strictEqual(yield* bus.unheard, 1)
        const fallback = yield* noting({ byDefault: true })
        yield* publishing(1, 2)
        const scope = yield* Scope.make()
        const heard = yield* Scope.extend(noting(), scope)
        yield* publishing(2, 4)
        yield* rest
        yield* Scope.close(scope, Exit.void)
        yield* publishing(4, 5)
        yield* rest
        assert.deepStrictEqual(
          [fallback, heard],
          [
            [1, 4],
            [2, 3]
          ]
        )
        assert.strictEqual(yield* bus.unheard, 1)
      })
    ))

  it("may be an actor; one that is given up costs the publishers nothing", () =>
    scenario(() =>
      Effect.gen(function* () {
        const heard: Array<number> = []
        const Listener = Actor.make("Listener", [Rpc.make("Heard", { payload: { at: Schema.Int } })])
        yield* provided(
          Listener.toLayer(
            Effect.succeed(
              Listener.of({
                Heard: ({ at }) => {
                  if (at === 2) throw new Error("a bug")
                  heard.push(at)
                }
              })
            ),
            { supervision: Supervision.stop }
          )
        )
        const listener = (yield* Listener.client)("l")
        yield* EventBus.subscribe(Prices, (event) => listener.tell.Heard(event), { name: "actor" })
        yield* publishing(0, 3)
        yield* rest
        yield* publishing(3, 6)
        yield* rest
        assert.deepStrictEqual(heard, [0, 1])
        const { failed, lag, taken } = yield* statsOf("actor")
        assert.deepStrictEqual([failed, lag, taken], [3, 0, 6])
      })
    ))

  it("may be a stream, which begins when it subscribes and ends with its scope", () =>
    scenario(() =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const stream = yield* Scope.extend(EventBus.subscription(Prices), scope)
        yield* publishing(0, 3)
        const all = yield* Effect.fork(Stream.runCollect(stream))
        yield* rest
        yield* publishing(3, 4)
        yield* rest
        yield* Scope.close(scope, Exit.void)
        const events = Chunk.toReadonlyArray(yield* Fiber.join(all))
        assert.deepStrictEqual(
          events.map(({ at }) => at),
          times(4)
        )
      })
    ))

  it("may be a stream that subscribes when it is run, and leaves when it has enough", () =>
    scenario(() =>
      Effect.gen(function* () {
        const stream = Stream.take(EventBus.stream(Prices, { capacity: 1 }), 2)
        yield* publishing(0, 1)
        const taking = yield* Effect.fork(Stream.runCollect(stream))
        yield* rest
        yield* publishing(1, 9)
        const events = Chunk.toReadonlyArray(yield* Fiber.join(taking))
        assert.deepStrictEqual(
          events.map(({ at }) => at),
          [1, 2]
        )
        assert.deepStrictEqual(yield* EventBus.stats, [])
      })
    ))

  it("of another topic of the same name is a defect that names it", () =>
    scenario(() =>
      Effect.gen(function* () {
        yield* noting()
        const Other = EventBus.topic("prices", Schema.String)
        for (const mistake of [EventBus.publish(Other, "5"), EventBus.subscribe(Other, () => Effect.void)]) {
          const exit = yield* Effect.exit(Effect.scoped(mistake))
          const defect = Exit.isFailure(exit) ? Option.getOrUndefined(Cause.dieOption(exit.cause)) : undefined
          assert.instanceOf(defect, EventBus.TopicNameTaken)
          assert.match(String(defect), /"prices"/)
        }
      })
    ))

  it("one more than the bus allows is refused, until another has left", () =>
    scenario(
      () =>
        Effect.gen(function* () {
          const first = yield* Scope.make()
          yield* Scope.extend(noting(), first)
          const refused = yield* Effect.flip(Effect.scoped(noting({ name: "second" })))
          assert.deepInclude(refused, { _tag: "TooManySubscribers", topic: "prices", maxSubscribers: 1 })
          yield* Scope.close(first, Exit.void)
          yield* noting()
        }),
      { maxSubscribers: 1 }
    ))

  it("of a capacity that makes no sense is a defect that says what does", () =>
    scenario(() =>
      Effect.gen(function* () {
        for (const capacity of [0, 1.5, 2 ** 24 + 1]) {
          const cause = yield* Effect.flip(Effect.sandbox(Effect.scoped(noting({ capacity }))))
          assert.include(String(Cause.squash(cause)), `from 1 to 16777216, found ${capacity}`)
        }
      })
    ))
})

interface Listener {
  readonly capacity: number
  readonly overflow: "back-pressure" | "dropping" | "sliding"
  readonly millis: number
}
const listener: fc.Arbitrary<Listener> = fc.record({
  capacity: fc.integer({ min: 1, max: 4 }),
  overflow: fc.constantFrom("back-pressure", "dropping", "sliding"),
  millis: fc.integer({ min: 0, max: 50 })
})
/** How long a publisher pauses before each of its events. */
const publisher = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 12 })

describe("Whoever publishes and however slow they listen", () => {
  it("each hears in the one order of the topic, back-pressure loses nothing, and what is shed is counted", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(listener, { minLength: 1, maxLength: 4 }),
        fc.array(publisher, { minLength: 1, maxLength: 4 }),
        (listeners, publishers) =>
          scenario((clock) =>
            Effect.gen(function* () {
              const order = yield* noting({ capacity: 1000 })
              const heard = yield* Effect.forEach(listeners, ({ millis, ...options }, i) =>
                Effect.gen(function* () {
                  const heard: Array<number> = []
                  const handler = ({ at }: { readonly at: number }) =>
                    Effect.zipRight(
                      Effect.sleep(millis),
                      Effect.sync(() => void heard.push(at))
                    )
                  yield* EventBus.subscribe(Prices, handler, { name: `${i}`, ...options })
                  return heard
                })
              )
              const working = yield* Effect.forEach(publishers, (pauses, p) =>
                Effect.fork(
                  Effect.forEach(pauses, (pause, n) =>
                    Effect.zipRight(Effect.sleep(pause), EventBus.publish(Prices, { at: p * 100 + n }))
                  )
                )
              )
              yield* clock.advance(6000)
              for (const fiber of working) assert.isTrue(Exit.isSuccess(fiber.unsafePoll()!))
              assert.strictEqual(order.length, publishers.flat().length)
              publishers.forEach((pauses, p) => {
                assert.deepStrictEqual(
                  order.filter((at) => Math.floor(at / 100) === p),
                  pauses.map((_, n) => p * 100 + n),
                  "a publisher's events keep their order"
                )
              })
              for (const [i, { overflow }] of listeners.entries()) {
                const { lag, shed, taken, waitingPublishers } = yield* statsOf(`${i}`)
                assert.deepStrictEqual([lag, waitingPublishers, taken], [0, 0, heard[i]!.length])
                assert.strictEqual(taken + shed, order.length)
                if (overflow === "back-pressure") assert.strictEqual(shed, 0)
                let from = 0
                for (const at of heard[i]!) {
                  from = order.indexOf(at, from) + 1
                  assert.isAbove(from, 0, "heard in another order")
                }
              }
            })
          )
      ),
      { numRuns: 60 }
    ))
})
