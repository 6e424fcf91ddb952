/** An answer whose body is read up to a limit and no further, whichever way it is read. */
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as UrlParams from "@effect/platform/UrlParams"
import { Effect, Inspectable, Stream } from "effect"

export class BoundedResponse extends Inspectable.Class implements HttpClientResponse.HttpClientResponse {
  readonly [HttpIncomingMessage.TypeId]: HttpIncomingMessage.TypeId = HttpIncomingMessage.TypeId
  readonly [HttpClientResponse.TypeId]: HttpClientResponse.TypeId = HttpClientResponse.TypeId
  private readonly original: HttpClientResponse.HttpClientResponse
  private readonly maxBytes: number
  private body: Effect.Effect<Buffer, HttpClientError.ResponseError> | undefined

  constructor(original: HttpClientResponse.HttpClientResponse, maxBytes: number) {
    super()
    this.original = original
    this.maxBytes = maxBytes
  }

  get request() {
    return this.original.request
  }
  get status() {
    return this.original.status
  }
  get headers() {
    return this.original.headers
  }
  get cookies() {
    return this.original.cookies
  }
  get remoteAddress() {
    return this.original.remoteAddress
  }

  /** Ending early ends the original stream, and that closes the connection. */
  get stream(): Stream.Stream<Uint8Array, HttpClientError.ResponseError> {
    return Stream.suspend(() => {
      let received = 0
      return Stream.mapEffect(this.original.stream, (chunk) => {
        received += chunk.length
        return received > this.maxBytes ? Effect.fail(this.failure(tooLarge(this.maxBytes))) : Effect.succeed(chunk)
      })
    })
  }

  get text(): Effect.Effect<string, HttpClientError.ResponseError> {
    return Effect.map(this.bytes, (bytes) => bytes.toString("utf8"))
  }

  get json(): Effect.Effect<unknown, HttpClientError.ResponseError> {
    return Effect.flatMap(this.text, (text) =>
      Effect.try({
        try: () => (text === "" ? null : (JSON.parse(text) as unknown)),
        catch: (cause) => this.failure("it is not JSON", cause)
      })
    )
  }

  get arrayBuffer(): Effect.Effect<ArrayBuffer, HttpClientError.ResponseError> {
    return Effect.map(this.bytes, (bytes) => new Uint8Array(bytes).buffer)
  }

  get urlParamsBody(): Effect.Effect<UrlParams.UrlParams, HttpClientError.ResponseError> {
    return Effect.map(this.text, (text) => UrlParams.fromInput(new URLSearchParams(text)))
  }

  get formData(): Effect.Effect<FormData, HttpClientError.ResponseError> {
    return Effect.flatMap(this.bytes, (bytes) =>
      Effect.tryPromise({
        try: () =>
          new Response(new Uint8Array(bytes), {
            headers: { "content-type": this.headers["content-type"] ?? "" }
          }).formData(),
        catch: (cause) => this.failure("it is not form data", cause)
      })
    )
  }

  /** Neither headers nor request: an answer that somebody prints tells no secrets. */
  override toJSON(): unknown {
    return { _id: "HttpClientResponse", status: this.status }
  }

  // Read once, however often it is asked for.
  private get bytes(): Effect.Effect<Buffer, HttpClientError.ResponseError> {
    this.body ??= Effect.suspend(() => {
      const chunks: Array<Uint8Array> = []
      return Effect.map(
        Stream.runForEach(this.stream, (chunk) => Effect.sync(() => chunks.push(chunk))),
        () => Buffer.concat(chunks)
      )
    }).pipe(Effect.cached, Effect.runSync)
    return this.body
  }

  private failure(description: string, cause?: unknown) {
    return new HttpClientError.ResponseError({
      request: this.request,
      response: this,
      reason: "Decode",
      description,
      cause
    })
  }
}

export const tooLarge = (maxBytes: number) =>
  `the answer is larger than the limit of ${maxBytes % 1_048_576 === 0 ? `${maxBytes / 1_048_576} MB` : `${maxBytes} bytes`}`
