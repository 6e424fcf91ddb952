/**
 * A language model behind `/chat/completions`, the protocol that compatible servers (Ollama, llama.cpp, vLLM …) share.
 *
 * `@effect/ai-openai` speaks the newer `/responses`, which few of them have, and decodes strictly what they leave out.
 * This adapter reads only what it needs. It gives text and JSON by schema; tools and streaming are not for it: they fail.
 *
 * @since 0.1.0
 */
import * as AiError from "@effect/ai/AiError"
import * as LanguageModel from "@effect/ai/LanguageModel"
import type * as Prompt from "@effect/ai/Prompt"
import type * as Response from "@effect/ai/Response"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { Effect, JSONSchema, Layer, type Redacted, Schema, Stream } from "effect"
import * as ModelRetry from "./ModelRetry.ts"

/** @category models */
export interface Options {
  readonly model: string
  /** The address before `/chat/completions`: `http://localhost:11434/v1`. */
  readonly apiUrl: string
  readonly apiKey?: Redacted.Redacted | undefined
  /** Wraps the client. Default `ModelRetry.make()`: time-out, retries, bounds, errors without the key. */
  readonly transformClient?: ((client: HttpClient.HttpClient) => HttpClient.HttpClient) | undefined
}

/** @category layers */
export const layer = (options: Options): Layer.Layer<LanguageModel.LanguageModel, never, HttpClient.HttpClient> =>
  Layer.effect(
    LanguageModel.LanguageModel,
    Effect.gen(function* () {
      const client = HttpClient.filterStatusOk(
        (options.transformClient ?? ModelRetry.make())(yield* HttpClient.HttpClient)
      )
      return yield* LanguageModel.make({
        generateText: (asked) => complete(client, options, asked),
        streamText: () => Stream.fail(refused("streamText", "this adapter does not stream; use generateText"))
      })
    })
  )

/** Unknown fields are ignored; a server that leaves out the usage is believed to have used an unknown number. */
const Completion = Schema.Struct({
  id: Schema.optional(Schema.NullOr(Schema.String)),
  model: Schema.optional(Schema.NullOr(Schema.String)),
  choices: Schema.NonEmptyArray(
    Schema.Struct({
      message: Schema.Struct({ content: Schema.NullOr(Schema.String) }),
      finish_reason: Schema.optional(Schema.NullOr(Schema.String))
    })
  ),
  usage: Schema.optional(
    Schema.NullOr(
      Schema.Struct({
        prompt_tokens: Schema.optional(Schema.NullOr(Schema.Number)),
        completion_tokens: Schema.optional(Schema.NullOr(Schema.Number)),
        total_tokens: Schema.optional(Schema.NullOr(Schema.Number))
      })
    )
  )
})

const complete = Effect.fnUntraced(function* (
  client: HttpClient.HttpClient,
  options: Options,
  asked: LanguageModel.ProviderOptions
) {
  if (asked.tools.length > 0) return yield* refused("generateText", "this adapter takes no tools")
  const messages = yield* Effect.forEach(asked.prompt.content, messageOf)
  const format = asked.responseFormat
  const request = HttpClientRequest.post(`${options.apiUrl.replace(/\/+$/, "")}/chat/completions`).pipe(
    options.apiKey === undefined ? (self) => self : HttpClientRequest.bearerToken(options.apiKey),
    HttpClientRequest.acceptJson,
    HttpClientRequest.bodyUnsafeJson({
      model: options.model,
      messages,
      ...(format.type === "json"
        ? {
            response_format: {
              type: "json_schema",
              json_schema: { name: format.objectName, strict: true, schema: JSONSchema.make(format.schema) }
            }
          }
        : {})
    })
  )
  const completion = yield* client.execute(request).pipe(
    Effect.flatMap(HttpClientResponse.schemaBodyJson(Completion)),
    Effect.catchTags({
      RequestError: (error) =>
        AiError.HttpRequestError.fromRequestError({ module: MODULE, method: "generateText", error }),
      ResponseError: (error) =>
        AiError.HttpResponseError.fromResponseError({ module: MODULE, method: "generateText", error }),
      ParseError: (error) => AiError.MalformedOutput.fromParseError({ module: MODULE, method: "generateText", error })
    })
  )
  const choice = completion.choices[0]
  const parts: Array<Response.PartEncoded> = [
    {
      type: "response-metadata",
      id: completion.id ?? undefined,
      modelId: completion.model ?? undefined,
      timestamp: undefined
    },
    { type: "text", text: choice.message.content ?? "" },
    {
      type: "finish",
      reason: REASONS[choice.finish_reason ?? ""] ?? "unknown",
      usage: {
        inputTokens: completion.usage?.prompt_tokens ?? undefined,
        outputTokens: completion.usage?.completion_tokens ?? undefined,
        totalTokens: completion.usage?.total_tokens ?? undefined
      }
    }
  ]
  return parts
})

const MODULE = "ChatCompletions"

const REASONS: Readonly<Record<string, Response.FinishReason>> = {
  stop: "stop",
  length: "length",
  content_filter: "content-filter"
}

const messageOf = (message: Prompt.Message) => {
  if (message.role === "system") return Effect.succeed({ role: "system", content: message.content })
  const texts: Array<string> = []
  for (const part of message.content) {
    if (part.type !== "text") return refused("generateText", `this adapter takes text only, not a ${part.type} part`)
    texts.push(part.text)
  }
  return Effect.succeed({ role: message.role, content: texts.join("\n") })
}

const refused = (method: string, description: string) =>
  new AiError.MalformedInput({ module: MODULE, method, description })
