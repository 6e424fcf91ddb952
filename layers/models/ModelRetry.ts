/**
 * Time-out, retries and bounds for requests to a model. Asking a model again changes nothing but the bill, so it is safe.
 *
 * `retryTransient` of @effect/platform does not look at `retry-after`, which is how providers steer a client that is over
 * its limit. A server that asks for more patience than the bound is not asked again: the run says so instead of hanging.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { Clock, Duration, Effect, Random } from "effect"
import { Secrets } from "../../src/secrets/Secrets.ts"
import * as Http from "../http/Http.ts"
import * as ModelAnswer from "./internal/modelAnswer.ts"

/** @category models */
export interface Options {
  /** For one try, from sending to the last byte. Default `60 seconds`. */
  readonly timeout?: Duration.DurationInput | undefined
  /** Further tries. Default `3`. */
  readonly times?: number | undefined
  /** The first wait where the server names none; doubles each time, ±20 %. Default `1 second`. */
  readonly backoff?: Duration.DurationInput | undefined
  /** The longest wait that a server may ask for. Default `60 seconds`. */
  readonly maxWait?: Duration.DurationInput | undefined
  /** Bytes of one answer, streamed or not, at most. Default `8_388_608` (8 MiB). */
  readonly maxBodyBytes?: number | undefined
}

/**
 * Wraps a client. Repeated are 408, 409, 429, 5xx and connections that broke; not repeated are time-outs, which have
 * cost enough, servers that are not there, and answers beyond a bound.
 *
 * Whoever uses the client sees answers and failures as `internal/modelAnswer` makes them: whole bodies within the bound,
 * without the request that led to them and without any secret that is known.
 *
 * @category constructors
 */
export const make = (options?: Options): ((client: HttpClient.HttpClient) => HttpClient.HttpClient) => {
  const timeout = Duration.decode(options?.timeout ?? "60 seconds")
  const maxWait = Duration.toMillis(options?.maxWait ?? "60 seconds")
  const backoff = Duration.toMillis(options?.backoff ?? "1 second")
  const times = options?.times ?? 3
  const maxBodyBytes = options?.maxBodyBytes ?? Http.maxBodyBytes

  return (client) =>
    HttpClient.transform(Http.bounded(client, maxBodyBytes), (send, request) =>
      Effect.flatMap(Secrets, ({ redact }) => {
        const once = send.pipe(
          // A client that looks at the status by itself.
          Effect.catchIf(isStatus, (error) => Effect.succeed(error.response)),
          // The body is read here (and kept by the response), so that the time-out covers it. A stream cannot be.
          Effect.flatMap((response) =>
            isStream(response)
              ? Effect.succeed(ModelAnswer.stream(response, maxBodyBytes, redact))
              : ModelAnswer.hold(response, redact)
          ),
          Effect.timeoutFail({
            duration: timeout,
            onTimeout: () =>
              new HttpClientError.RequestError({ request, reason: "Transport", description: timedOut(timeout) })
          }),
          // By its status, before a library decodes it as the error of its provider, which proxies in between do not send.
          Effect.flatMap((response) =>
            response.status < 300
              ? Effect.succeed(response)
              : new HttpClientError.ResponseError({ request: response.request, response, reason: "StatusCode" })
          )
        )

        const tries = (left: number, wait: number): typeof once =>
          Effect.catchAll(once, (error) =>
            Effect.gen(function* () {
              if (left === 0 || !isWorthwhile(error)) return yield* ModelAnswer.inWords(error, redact)
              const asked =
                error._tag === "ResponseError" ? retryAfter(error.response, yield* Clock.currentTimeMillis) : undefined
              if (asked !== undefined && asked > maxWait) return yield* ModelAnswer.inWords(error, redact)
              yield* Effect.sleep(asked ?? wait * (0.8 + 0.4 * (yield* Random.next)))
              return yield* tries(left - 1, wait * 2)
            })
          )
        return tries(times, backoff)
      })
    )
}

const timedOut = (timeout: Duration.Duration) => `no complete answer within ${Duration.format(timeout)}`

const isTransient = (status: number) => status === 408 || status === 409 || status === 429 || status >= 500

const isStatus = (error: HttpClientError.HttpClientError): error is HttpClientError.ResponseError =>
  error._tag === "ResponseError" && error.reason === "StatusCode"

const isStream = (response: HttpClientResponse.HttpClientResponse) =>
  response.status < 300 && (response.headers["content-type"] ?? "").startsWith("text/event-stream")

const isWorthwhile = (error: HttpClientError.HttpClientError): boolean => {
  if (isStatus(error)) return isTransient(error.response.status)
  // What has a description is no broken connection: a time-out, a bound that was met.
  if (error.reason === "Encode" || error.reason === "InvalidUrl" || error.description !== undefined) return false
  const code = ModelAnswer.codeOf(error.cause)
  return code !== "ECONNREFUSED" && code !== "ENOTFOUND" && code !== "UND_ERR_HEADERS_OVERFLOW"
}

/** Milliseconds that `retry-after` asks for, in seconds or as a date (RFC 9110, 10.2.3). */
const retryAfter = (response: HttpClientResponse.HttpClientResponse, now: number): number | undefined => {
  const header = response.headers["retry-after"]
  if (header === undefined) return undefined
  const seconds = Number(header)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
