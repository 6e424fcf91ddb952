/**
 * What may be known of the exchange with a model's server by everything that comes after.
 *
 * Libraries make their errors of the request and the response they were given, whole, and some print them: with them goes
 * the key. So nobody gets those. An answer is read here, within its bound, and handed on as text without secrets; a failure
 * is handed on as words. This is the one place where an error of a library becomes one of ours.
 */
import * as AiError from "@effect/ai/AiError"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { Effect, Option, Stream } from "effect"
import * as Redaction from "../../../src/secrets/Redaction.ts"
import { BoundedResponse } from "../../http/BoundedResponse.ts"

/** Characters of a body, and of a reason, that an error shows. */
const SHOWN = 500

/**
 * The answer with its whole body, read and kept. A body that cannot be read fails where the status says that all is well;
 * elsewhere the status says more than the body would have.
 */
export const hold = (
  response: HttpClientResponse.HttpClientResponse,
  redact: Redaction.Redact
): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError> =>
  Effect.gen(function* () {
    const request = bare(response.request)
    const { status } = response
    // What the next line cannot express; nobody sends such.
    if (status < 200 || status > 599) {
      const description = `the server answers with the unknown status ${status}`
      return yield* new HttpClientError.RequestError({ request, reason: "Transport", description })
    }
    const read =
      status < 300 ? response.text : Effect.catchAll(response.text, (error) => Effect.succeed(`(${reasonOf(error)})`))
    const text = redact(yield* Effect.map(read, (text) => legible(text, response.headers["content-encoding"])))
    const headers = new Headers({
      // By this libraries choose how to read a body for an error, whose own failure they would print.
      "content-type": isJson(text) ? "application/json" : "text/plain"
    })
    const patience = response.headers["retry-after"]
    if (patience !== undefined) headers.set("retry-after", printable(patience).slice(0, 100))
    const body = status === 204 || status === 205 || status === 304 ? null : text
    return HttpClientResponse.fromWeb(request, new Response(body, { status, headers }))
  })

/** The same for an answer that is read as it comes: its text is not looked at, its failures are. */
export const stream = (response: HttpClientResponse.HttpClientResponse, maxBytes: number, redact: Redaction.Redact) =>
  new StreamedAnswer(response, maxBytes, redact)

class StreamedAnswer extends BoundedResponse {
  private readonly redact: Redaction.Redact

  constructor(original: HttpClientResponse.HttpClientResponse, maxBytes: number, redact: Redaction.Redact) {
    super(original, maxBytes)
    this.redact = redact
  }

  override get request() {
    return bare(super.request)
  }

  override get stream() {
    return Stream.mapError(super.stream, (error) => inWords(error, this.redact))
  }
}

/** The request as an error may show it: where it went. */
const bare = (request: HttpClientRequest.HttpClientRequest): HttpClientRequest.HttpClientRequest =>
  HttpClientRequest.make(request.method)(Redaction.withoutCredentials(request.url))

/** The same failure with nothing in it but words, the place and the status. */
export const inWords = <E extends HttpClientError.HttpClientError>(error: E, redact: Redaction.Redact): E =>
  wordsOf(error, redact) as E // of the same class

const wordsOf = (error: HttpClientError.HttpClientError, redact: Redaction.Redact) => {
  const request = bare(error.request)
  if (error._tag === "RequestError") {
    return new HttpClientError.RequestError({ request, reason: error.reason, description: redact(reasonOf(error)) })
  }
  // A status was read by `hold`: its response is fit to be shown.
  if (error.reason === "StatusCode") return error
  return new HttpClientError.ResponseError({
    request,
    response: HttpClientResponse.fromWeb(request, new Response(null, { status: error.response.status })),
    reason: error.reason,
    description: redact(reasonOf(error))
  })
}

/** Why, in a few words: what whoever raised it says, else the code of the system or of the client below it. */
const reasonOf = (error: HttpClientError.HttpClientError): string => {
  if (error.description !== undefined) return short(error.description)
  const code = codeOf(error.cause)
  if (code !== undefined) return `${codes[code] ?? "the connection failed"} (${code})`
  if (error._tag === "ResponseError") return "the answer ended before it was complete, or cannot be read"
  return "the connection failed"
}

/** The innermost code of an error: `fetch` and the client of platform wrap the system's. */
export const codeOf = (cause: unknown): string | undefined => {
  let found: string | undefined
  for (let at = cause, depth = 0; typeof at === "object" && at !== null && depth < 10; depth++) {
    const { cause, code } = at as { readonly cause?: unknown; readonly code?: unknown }
    if (typeof code === "string") found = code
    at = cause
  }
  return found
}

const codes: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody listens there",
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "the host cannot be looked up now",
  ECONNRESET: "the server cut the connection",
  UND_ERR_SOCKET: "the server cut the connection",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "the answer is not as long as it says",
  UND_ERR_HEADERS_OVERFLOW: "the headers of the answer are too large",
  UND_ERR_CONNECT_TIMEOUT: "no connection within 10 s"
}

/**
 * An error of the library, fit to be shown and kept: the same kind, without headers, causes and long bodies. Other errors
 * are returned as they are.
 */
export const shaped = <E>(error: E, redact: Redaction.Redact): E => {
  if (!AiError.isAiError(error)) return error
  return shapedAiError(error, redact) as E // of the same class
}

const shapedAiError = (error: AiError.AiError, redact: Redaction.Redact): AiError.AiError => {
  const { method, module } = error
  const description = error.description === undefined ? undefined : short(redact(error.description))
  switch (error._tag) {
    case "HttpRequestError":
      return new AiError.HttpRequestError({ module, method, description, reason: error.reason, request: place(error) })
    case "HttpResponseError": {
      const body = error.body === undefined || error.body === "undefined" ? undefined : short(redact(error.body))
      const { reason } = error
      const response = { status: error.response.status, headers: {} }
      return new AiError.HttpResponseError({
        module,
        method,
        description,
        reason,
        response,
        request: place(error),
        ...(body === undefined || body === "" ? {} : { body })
      })
    }
    case "MalformedInput":
      return new AiError.MalformedInput({ module, method, description: description ?? causeOf(error, redact) })
    case "MalformedOutput":
      return new AiError.MalformedOutput({ module, method, description: description ?? causeOf(error, redact) })
    case "UnknownError":
      return new AiError.UnknownError({ module, method, description: description ?? causeOf(error, redact) })
  }
}

const place = ({ request }: AiError.HttpRequestError | AiError.HttpResponseError) => ({
  method: request.method,
  url: Redaction.withoutCredentials(request.url),
  urlParams: [],
  hash: Option.none<string>(),
  headers: {}
})

// A `ParseError` says what was expected and found, and holds the whole answer.
const causeOf = ({ cause }: { readonly cause?: unknown }, redact: Redaction.Redact): string =>
  cause instanceof Error ? short(redact(cause.message)) : "no reason is given"

// No client here decompresses, because nobody asks for it; a server that does all the same is not read.
const legible = (text: string, encoding: string | undefined): string =>
  encoding === undefined || !text.includes("\ufffd") ? text : `(compressed as ${encoding}, which was not asked for)`

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it removes
const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\ufffd]+/g, " ")

const short = (text: string): string => {
  const line = printable(text.slice(0, 4 * SHOWN)).trim()
  return line.length <= SHOWN ? line : `${line.slice(0, SHOWN - 1).trimEnd()}…`
}
