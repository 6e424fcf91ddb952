/**
 * Sends the spans of a run to a collector by OTLP over HTTP (JSON), such as Jaeger's or an OpenTelemetry collector's.
 *
 * Tracing must never cost a run its result: a collector that is unreachable, slow or refuses is said once as a warning,
 * its spans are dropped, and closing waits a bounded time only. What is under way when the run ends, by whatever exit, is
 * still delivered within that bound.
 *
 * @since 0.1.0
 */
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { Config, Duration, Effect, Fiber, FiberSet, Layer, Option, Ref, Stream } from "effect"
import * as Redaction from "../../src/secrets/Redaction.ts"
import { Secrets } from "../../src/secrets/Secrets.ts"
import { BoundedResponse } from "../http/BoundedResponse.ts"

/** @category models */
export interface Options {
  /** Where traces are posted: the collector's base, to which `/v1/traces` is added, or the whole address ending so. */
  readonly url: string
  /** Sent with every request, such as an API key. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly serviceVersion?: string | undefined
  /** How long one request, and closing, may take. Default `2 seconds`. */
  readonly timeout?: Duration.DurationInput | undefined
}

/**
 * Traces what it is provided to.
 *
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<never, never, HttpClient.HttpClient> =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const url = tracesUrl(options.url)
      const timeout = Duration.decode(options.timeout ?? "2 seconds")
      const secrets = yield* Secrets
      yield* secrets.addUrls(url)
      yield* secrets.add(
        ...Object.entries(options.headers ?? {}).flatMap(([name, value]) => Redaction.ofHeaderValue(name, value))
      )
      // Loaded when spans are wanted: most runs send none.
      const [OtlpTracer, OtlpSerialization] = yield* Effect.promise(() =>
        Promise.all([import("@effect/opentelemetry/OtlpTracer"), import("@effect/opentelemetry/OtlpSerialization")])
      )
      return OtlpTracer.layer({
        url,
        resource: { serviceName: "troupe", serviceVersion: options.serviceVersion },
        headers: options.headers,
        shutdownTimeout: timeout
      }).pipe(Layer.provide(OtlpSerialization.layerJson), Layer.provide(forgiving(url, timeout, secrets.redact)))
    })
  )

/**
 * Where the environment wants traces sent, by the names that OpenTelemetry gives: `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`
 * (the whole address), else `OTEL_EXPORTER_OTLP_ENDPOINT` (the base). Empty counts as not set.
 *
 * @category constructors
 */
export const endpoint: Effect.Effect<string | undefined> = Effect.gen(function* () {
  const traces = yield* setting("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
  return traces ?? (yield* setting("OTEL_EXPORTER_OTLP_ENDPOINT"))
})

/**
 * The headers of `OTEL_EXPORTER_OTLP_HEADERS`: `name=value,name=value`, values percent-encoded.
 *
 * @category constructors
 */
export const headers: Effect.Effect<Readonly<Record<string, string>>> = Effect.map(
  setting("OTEL_EXPORTER_OTLP_HEADERS"),
  (written) =>
    Object.fromEntries(
      (written ?? "").split(",").flatMap((pair) => {
        const at = pair.indexOf("=")
        return at < 1 ? [] : [[pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())]]
      })
    )
)

/** The address that spans are posted to. @category combinators */
export const tracesUrl = (url: string): string =>
  /\/v1\/traces\/?$/.test(url) ? url : `${url.replace(/\/+$/, "")}/v1/traces`

function setting(name: string): Effect.Effect<string | undefined> {
  return Config.option(Config.nonEmptyString(name)).pipe(
    Effect.map(Option.getOrUndefined),
    // An environment that cannot be read is one that does not set it.
    Effect.orElseSucceed(() => undefined)
  )
}

const decoded = (value: string): string =>
  Option.getOrElse(Option.liftThrowable(decodeURIComponent)(value), () => value)

/** Batches of spans, of 1000 each, that may wait for the collector's answer. Further ones are dropped. */
const maxUnderWay = 16

const maxAnswerBytes = 64 * 1024

/** The last door of all spans: names, attributes, events and what exceptions say are text of this body. */
const clean = (request: HttpClientRequest.HttpClientRequest, redact: Redaction.Redact) => {
  const { body } = request
  if (body._tag !== "Uint8Array") return request
  const text = Buffer.from(body.body).toString("utf8")
  const redacted = redact(text)
  return redacted === text ? request : HttpClientRequest.setBody(request, HttpBody.text(redacted, body.contentType))
}

/**
 * A client for the exporter alone. It never fails, so that the exporter does not begin its own retries, which take longer
 * than a run may wait; and a request once begun is finished even if the exporter is being closed.
 */
const forgiving = (url: string, timeout: Duration.Duration, redact: Redaction.Redact) =>
  Layer.scoped(
    HttpClient.HttpClient,
    Effect.gen(function* () {
      const client = yield* HttpClient.HttpClient
      const told = yield* Ref.make(false)
      const underWay = yield* FiberSet.make<HttpClientResponse.HttpClientResponse>()
      // Closed after the exporter, whose last request is then among these.
      yield* Effect.addFinalizer(() => Effect.timeoutOption(FiberSet.awaitEmpty(underWay), timeout))

      const warn = Effect.fnUntraced(function* (problem: string) {
        if (yield* Ref.getAndSet(told, true)) return
        const place = Redaction.withoutCredentials(url)
        yield* Effect.logWarning(`No trace of this run: ${place} ${problem}. The run itself is not affected.`)
      })

      return HttpClient.make((request) => {
        const dropped = HttpClientResponse.fromWeb(request, new Response(null, { status: 204 }))
        const send = client.execute(clean(request, redact)).pipe(
          Effect.flatMap((response) =>
            response.status < 300 ? Effect.succeed(response) : Effect.as(warn(`answers ${response.status}`), dropped)
          ),
          // Nobody looks at what it says. Reading it, within the bound, gives the connection back.
          Effect.tap((response) =>
            Effect.ignore(Stream.runDrain(new BoundedResponse(response, maxAnswerBytes).stream))
          ),
          Effect.timeoutTo({
            duration: timeout,
            onSuccess: Effect.succeed,
            onTimeout: () => Effect.as(warn("does not answer"), dropped)
          }),
          Effect.flatten,
          Effect.catchAll(() => Effect.as(warn("cannot be reached"), dropped))
        )
        return Effect.flatMap(FiberSet.size(underWay), (waiting) =>
          waiting >= maxUnderWay
            ? Effect.as(warn("cannot keep up"), dropped)
            : Effect.flatMap(FiberSet.run(underWay, Effect.interruptible(send)), Fiber.join)
        )
      })
    })
  )
