import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Tracer } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as ActorTest from "../../src/actor/ActorTest.ts"

const Front = Actor.make("Front", [Rpc.make("Ask"), Rpc.make("Tell"), Rpc.make("Beside")])
const Back = Actor.make("Back", [Rpc.make("Plain"), Rpc.make("Effectful"), Rpc.make("Crash")])

/** A tracer that keeps its spans in memory. */
const recording = () => {
  const spans: Array<Tracer.Span> = []
  const ended: Array<string> = []
  const tracer = Tracer.make({
    span: (name, parent, context, links, startTime, kind) => {
      const attributes = new Map<string, unknown>()
      const span: Tracer.Span = {
        _tag: "Span",
        name,
        spanId: `${spans.length}`,
        traceId: Option.match(parent, { onNone: () => `trace ${spans.length}`, onSome: (span) => span.traceId }),
        parent,
        context,
        status: { _tag: "Started", startTime },
        attributes,
        links: [...links],
        sampled: true,
        kind,
        end: () => void ended.push(name),
        attribute: (key, value) => void attributes.set(key, value),
        event: () => {},
        addLinks: () => {}
      }
      spans.push(span)
      return span
    },
    context: (run) => run()
  })
  const parentOf = (name: string) => {
    const span = spans.find((one) => one.name === name)
    if (span === undefined) return "no such span"
    return Option.match(span.parent, {
      onNone: () => "root",
      onSome: (parent) => (parent._tag === "Span" ? parent.name : "external")
    })
  }
  return { tracer, spans, ended, parentOf }
}

const depthOf = (span: Tracer.AnySpan): number =>
  1 + (span._tag === "Span" ? Option.match(span.parent, { onNone: () => 0, onSome: depthOf }) : 0)

const actors = Layer.merge(
  Front.toLayer(
    Effect.map(Back.client, (client) => {
      const back = client("b")
      const both = Effect.orDie(Effect.zipRight(back.ask.Plain(), back.ask.Effectful()))
      return Front.of({
        Ask: () => both,
        Tell: () => Effect.orDie(Effect.zipRight(back.tell.Plain(), back.tell.Effectful())),
        Beside: () => Rpc.fork(both)
      })
    })
  ),
  Back.toLayer(Effect.succeed(Back.of({ Plain: () => {}, Effectful: () => Effect.void, Crash: () => Effect.die("x") })))
)

describe("Tracing", () => {
  for (const message of ["Ask", "Tell", "Beside"] as const) {
    it.scoped(`a message's span is a child of its sender's, through ${message}`, () => {
      const { tracer, spans, ended, parentOf } = recording()
      return Effect.gen(function* () {
        const front = (yield* Front.client)("f")
        yield* Effect.withSpan(front.ask[message](), "host")
        yield* ActorTest.settle
        assert.strictEqual(parentOf(`Front.${message}`), "host")
        assert.strictEqual(parentOf("Back.Plain"), `Front.${message}`)
        assert.strictEqual(parentOf("Back.Effectful"), `Front.${message}`)
        assert.strictEqual(new Set(spans.map((span) => span.traceId)).size, 1, "one trace")
        assert.sameMembers(ended, ["host", `Front.${message}`, "Back.Plain", "Back.Effectful"])
        const span = spans.find((one) => one.name === "Back.Plain")
        assert.strictEqual(span?.attributes.get("actor.id"), "b")
        assert.strictEqual(span?.attributes.get("actor.type"), "Back")
        assert.strictEqual(span?.attributes.get("message.tag"), "Plain")
      }).pipe(Effect.provide(Layer.provideMerge(actors, ActorSystem.layer())), Effect.withTracer(tracer))
    })
  }

  it.scoped("a tell from nowhere begins a trace of its own, not one under whoever built the system", () => {
    const { tracer, parentOf } = recording()
    return Effect.gen(function* () {
      const services = yield* Effect.withSpan(Layer.build(Layer.provideMerge(actors, ActorSystem.layer())), "building")
      const back = yield* Effect.provide(Back.client, services)
      yield* back("b").tell.Effectful()
      yield* ActorTest.settle
      assert.strictEqual(parentOf("Back.Effectful"), "root")
    }).pipe(Effect.withTracer(tracer))
  })

  it.scoped("a crash ends its span, and a span is not left open by a stop", () => {
    const { tracer, ended } = recording()
    return Effect.gen(function* () {
      const back = (yield* Back.client)("b")
      yield* Effect.exit(back.ask.Crash())
      yield* back.ask.Plain()
      yield* ActorSystem.stop(back)
      assert.deepStrictEqual(ended, ["Back.Crash", "Back.Plain"])
    }).pipe(Effect.provide(Layer.provideMerge(actors, ActorSystem.layer())), Effect.withTracer(tracer))
  })

  it.scoped("an actor that tells itself, or another that tells back, nests no spans without end", () => {
    const { spans, tracer } = recording()
    let left = 300
    const Self = Actor.make("Self", [Rpc.make("Again"), Rpc.make("Ping")])
    const Other = Actor.make("Other", [Rpc.make("Pong")])
    return Effect.gen(function* () {
      const self = (yield* Self.client)("s")
      yield* Effect.withSpan(self.tell.Again(), "host")
      yield* ActorTest.settle
      assert.strictEqual(spans.length, 302)
      assert.isAtMost(Math.max(...spans.map(depthOf)), 100)
      // Still to be followed, from the first of each trace to the one before.
      const again = spans.filter((span) => span.name === "Self.Again")
      const begins = again.filter((span, index) => index > 0 && span.traceId !== again[index - 1]!.traceId)
      assert.isAtLeast(begins.length, 2)
      assert.deepStrictEqual(
        begins.map(({ links }) => links.map((link) => [link.span._tag, link.span.spanId])),
        begins.map((span) => [["ExternalSpan", again[again.indexOf(span) - 1]!.spanId]])
      )
      left = 300
      yield* self.tell.Ping()
      yield* ActorTest.settle
      assert.isAtMost(Math.max(...spans.map(depthOf)), 100)
      assert.isAtLeast(new Set(spans.map((span) => span.traceId)).size, 3)
    }).pipe(
      Effect.provide(
        Layer.mergeAll(
          Self.toLayer(
            Effect.gen(function* () {
              const self = yield* Self.self
              const other = (yield* Other.client)("o")
              return Self.of({
                Again: () => (left-- > 0 ? Effect.orDie(self.tell.Again()) : undefined),
                Ping: () => (left-- > 0 ? Effect.orDie(other.tell.Pong()) : undefined)
              })
            })
          ),
          Other.toLayer(
            Effect.map(Self.client, (client) => Other.of({ Pong: () => Effect.orDie(client("s").tell.Ping()) }))
          )
        ).pipe(Layer.provideMerge(ActorSystem.layer()))
      ),
      Effect.withTracer(tracer)
    )
  })

  it.scoped("turned off, no message has a span, whatever tracer there is", () => {
    const { tracer, spans } = recording()
    return Effect.gen(function* () {
      const front = (yield* Front.client)("f")
      yield* front.ask.Ask()
      yield* front.ask.Tell()
      assert.deepStrictEqual(spans, [])
    }).pipe(
      Effect.provide(Layer.provideMerge(actors, ActorSystem.layer({ tracing: false }))),
      Effect.withTracer(tracer)
    )
  })
})
