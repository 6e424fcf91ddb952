import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Deferred, Effect, Exit, Fiber, Layer, Logger } from "effect"
import * as Http from "../../layers/http/Http.ts"
import * as Telemetry from "../../layers/otlp/Telemetry.ts"
import * as LocalServer from "./localServer.ts"

interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
}

const spansOf = (asked: ReadonlyArray<LocalServer.Asked>): ReadonlyArray<Span> =>
  asked.flatMap(({ body }) =>
    // biome-ignore lint/suspicious/noExplicitAny: the collector's JSON, whose shape is asserted below
    body.resourceSpans.flatMap((one: any) => one.scopeSpans.flatMap((scope: any) => scope.spans))
  )

const work = Effect.forEach(["a", "b"], (name) => Effect.withSpan(Effect.void, name), { concurrency: 2 })

/** Runs `program` traced, with the warnings that were said. */
const traced = <A, E>(url: string, program: Effect.Effect<A, E>, timeout: "300 millis" | "2 seconds" = "2 seconds") =>
  Effect.gen(function* () {
    const said: Array<string> = []
    const began = performance.now()
    const exit = yield* program.pipe(
      Effect.withSpan("run"),
      Effect.provide(Telemetry.layer({ url, timeout, headers: { "x-key": "k" } }).pipe(Layer.provide(Http.layer()))),
      Effect.provide(
        Logger.replace(
          Logger.defaultLogger,
          Logger.make(({ message }) => said.push(String(message)))
        )
      ),
      Effect.exit
    )
    return { exit, said, millis: performance.now() - began }
  })

describe("Telemetry", () => {
  it.scopedLive("delivers one trace with every parent in it", () =>
    Effect.gen(function* () {
      const server = yield* LocalServer.make(() => ({ body: {} }))
      const { said } = yield* traced(server.url, work)
      const spans = spansOf(server.asked)
      assert.deepStrictEqual(spans.map((span) => span.name).sort(), ["a", "b", "run"])
      assert.strictEqual(new Set(spans.map((span) => span.traceId)).size, 1)
      const roots = spans.filter((span) => span.parentSpanId === undefined)
      assert.deepStrictEqual(
        roots.map((span) => span.name),
        ["run"]
      )
      const ids = new Set(spans.map((span) => span.spanId))
      assert.isTrue(spans.every((span) => span.parentSpanId === undefined || ids.has(span.parentSpanId)))
      assert.strictEqual(server.asked[0]!.path, "/v1/traces")
      assert.strictEqual(server.asked[0]!.headers["x-key"], "k")
      assert.deepStrictEqual(said, [])
    })
  )

  it.scopedLive("delivers when the run fails, and when it is interrupted", () =>
    Effect.gen(function* () {
      const server = yield* LocalServer.make(() => ({ body: {} }))
      const failed = yield* traced(server.url, Effect.zipRight(work, Effect.fail("no")))
      assert.isTrue(Exit.isFailure(failed.exit))
      assert.strictEqual(spansOf(server.asked).length, 3)

      const begun = yield* Deferred.make<void>()
      const fiber = yield* Effect.fork(
        traced(server.url, Effect.zipRight(Deferred.succeed(begun, undefined), Effect.zipRight(work, Effect.never)))
      )
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(spansOf(server.asked).filter((span) => span.name === "run").length, 2)
    })
  )

  it.scopedLive("delivers thousands of spans, none twice", () =>
    Effect.gen(function* () {
      const server = yield* LocalServer.make(() => ({ body: {} }))
      yield* traced(
        server.url,
        Effect.forEach(Array.from({ length: 2500 }), () => Effect.withSpan(Effect.void, "one"))
      )
      const ids = spansOf(server.asked).map((span) => span.spanId)
      assert.strictEqual(ids.length, 2501)
      assert.strictEqual(new Set(ids).size, 2501)
    })
  )

  it.scopedLive("says once that nobody is there, and costs the run no time", () =>
    Effect.gen(function* () {
      const server = yield* LocalServer.make(() => ({ body: {} }))
      server.close()
      const { exit, millis, said } = yield* traced(
        server.url,
        Effect.forEach(Array.from({ length: 2500 }), () => Effect.withSpan(Effect.void, "one"))
      )
      assert.isTrue(Exit.isSuccess(exit))
      assert.strictEqual(said.length, 1)
      assert.include(said[0], `${server.url}/v1/traces cannot be reached`)
      assert.isBelow(millis, 2000)
    })
  )

  it.scopedLive("waits a bounded time for a collector that does not answer", () =>
    Effect.gen(function* () {
      const server = yield* LocalServer.make(() => undefined)
      const { exit, millis, said } = yield* traced(server.url, work, "300 millis")
      assert.isTrue(Exit.isSuccess(exit))
      assert.isBelow(millis, 1500)
      assert.strictEqual(said.length, 1)
      assert.include(said[0], "does not answer")
    })
  )

  it.scopedLive("says what a collector that refuses has answered", () =>
    Effect.gen(function* () {
      const server = yield* LocalServer.make(() => ({ status: 404, body: {} }))
      const { said } = yield* traced(server.url, work)
      assert.strictEqual(said.length, 1)
      assert.include(said[0], "answers 404")
    })
  )

  it("takes a collector's base or its whole address", () => {
    assert.strictEqual(Telemetry.tracesUrl("http://x:4318"), "http://x:4318/v1/traces")
    assert.strictEqual(Telemetry.tracesUrl("http://x:4318/"), "http://x:4318/v1/traces")
    assert.strictEqual(Telemetry.tracesUrl("http://x/api/v1/traces"), "http://x/api/v1/traces")
  })

  it.effect("reads the environment by OpenTelemetry's names", () =>
    Effect.gen(function* () {
      const provided = (entries: ReadonlyArray<readonly [string, string]>) =>
        Effect.withConfigProvider(ConfigProvider.fromMap(new Map(entries)))
      assert.isUndefined(yield* Telemetry.endpoint.pipe(provided([["OTEL_EXPORTER_OTLP_ENDPOINT", ""]])))
      assert.strictEqual(
        yield* Telemetry.endpoint.pipe(provided([["OTEL_EXPORTER_OTLP_ENDPOINT", "http://a"]])),
        "http://a"
      )
      assert.deepStrictEqual(
        yield* Telemetry.headers.pipe(provided([["OTEL_EXPORTER_OTLP_HEADERS", "a=b%20c, d = e=f,=x,bad=%"]])),
        { a: "b c", d: "e=f", bad: "%" }
      )
    })
  )
})
