import * as LanguageModel from "@effect/ai/LanguageModel"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Schema } from "effect"
import * as Http from "../../layers/http/Http.ts"
import * as Model from "../../layers/models/Model.ts"
import * as LocalServer from "./localServer.ts"

const keys = Layer.setConfigProvider(
  ConfigProvider.fromMap(
    new Map([
      ["ANTHROPIC_API_KEY", "anthropic-secret"],
      ["OPENAI_API_KEY", "openai-secret"]
    ])
  )
)

const layer = (options: Model.Options) => Model.layer(options).pipe(Layer.provide([Http.layer(), keys]))

const ask = (options: Model.Options) =>
  LanguageModel.generateText({ prompt: "Say hello" }).pipe(Effect.provide(layer(options)))

const messages = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "m",
  content: [{ type: "text", text: "Hello.", citations: null }],
  stop_reason: "end_turn",
  stop_sequence: null,
  stop_details: null,
  container: null,
  context_management: null,
  usage: {
    input_tokens: 12,
    output_tokens: 3,
    cache_creation: null,
    cache_creation_input_tokens: null,
    cache_read_input_tokens: null,
    server_tool_use: null,
    service_tier: null,
    inference_geo: null
  }
}

const completion = {
  id: "c1",
  object: "chat.completion",
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello." }, finish_reason: "stop" }],
  usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 }
}

const responses = {
  id: "resp_1",
  object: "response",
  created_at: 1,
  status: "completed",
  error: null,
  incomplete_details: null,
  instructions: null,
  metadata: {},
  model: "m",
  output: [
    {
      type: "message",
      id: "msg_1",
      status: "completed",
      role: "assistant",
      content: [{ type: "output_text", text: "Hello.", annotations: [], logprobs: [] }]
    }
  ],
  parallel_tool_calls: true,
  temperature: 1,
  tool_choice: "auto",
  tools: [],
  top_p: 1,
  usage: {
    input_tokens: 12,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 3,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 15
  }
}

describe("Model", () => {
  it.scopedLive("speaks Anthropic's protocol", () =>
    Effect.gen(function* () {
      const server = yield* LocalServer.make(() => ({ body: messages }))
      const response = yield* ask({ model: "anthropic:m", baseUrl: server.url })
      assert.strictEqual(response.text, "Hello.")
      assert.strictEqual(response.usage.inputTokens, 12)
      assert.strictEqual(response.usage.outputTokens, 3)
      assert.match(server.asked[0]!.path, /^\/v1\/messages/)
      assert.strictEqual(server.asked[0]!.headers["x-api-key"], "anthropic-secret")
      assert.strictEqual(server.asked[0]!.body.model, "m")
    })
  )

  it.scopedLive("speaks OpenAI's own protocol where no other server is named", () =>
    Effect.gen(function* () {
      const server = yield* LocalServer.make(() => ({ body: responses }))
      // The provider's address stays what it is; only the connection is led to this machine.
      const led = Layer.effect(
        HttpClient.HttpClient,
        Effect.map(HttpClient.HttpClient, (client) =>
          HttpClient.make((request) =>
            client.execute(HttpClientRequest.setUrl(request, request.url.replace("https://api.openai.com", server.url)))
          )
        )
      ).pipe(Layer.provide(Http.layer()))
      const response = yield* LanguageModel.generateText({ prompt: "Say hello" }).pipe(
        Effect.provide(Model.layer({ model: "openai:m" }).pipe(Layer.provide([led, keys])))
      )
      assert.strictEqual(response.text, "Hello.")
      assert.strictEqual(response.usage.outputTokens, 3)
      assert.strictEqual(server.asked[0]!.path, "/v1/responses")
      assert.strictEqual(server.asked[0]!.headers.authorization, "Bearer openai-secret")
    })
  )

  it.scopedLive("speaks chat completions with a compatible server", () =>
    Effect.gen(function* () {
      const server = yield* LocalServer.make(() => ({ body: completion }))
      const response = yield* ask({ model: "openai:llama3.1:8b", baseUrl: `${server.url}/v1/` })
      assert.strictEqual(response.text, "Hello.")
      assert.strictEqual(response.usage.inputTokens, 12)
      assert.strictEqual(server.asked[0]!.path, "/v1/chat/completions")
      assert.deepStrictEqual(server.asked[0]!.body, {
        model: "llama3.1:8b",
        messages: [{ role: "user", content: "Say hello" }]
      })
    })
  )

  it.scopedLive("reads chat completions that leave out all they may", () =>
    Effect.gen(function* () {
      const server = yield* LocalServer.make(() => ({ body: { choices: [{ message: { content: "Hi" } }] } }))
      const response = yield* ask({ model: "openai:m", baseUrl: server.url })
      assert.strictEqual(response.text, "Hi")
      assert.isUndefined(response.usage.inputTokens)
    })
  )

  it.scopedLive("asks chat completions for an object by its schema", () =>
    Effect.gen(function* () {
      const server = yield* LocalServer.make(() => ({
        body: { choices: [{ message: { content: '{"n":3}' }, finish_reason: "stop" }] }
      }))
      const response = yield* LanguageModel.generateObject({
        prompt: "n",
        schema: Schema.Struct({ n: Schema.Number }),
        objectName: "answer"
      }).pipe(Effect.provide(layer({ model: "openai:m", baseUrl: server.url })))
      assert.deepStrictEqual(response.value, { n: 3 })
      assert.strictEqual(server.asked[0]!.body.response_format.json_schema.name, "answer")
    })
  )

  it.scopedLive("tries again after 429, as long as the server asks for", () =>
    Effect.gen(function* () {
      const times: Array<number> = []
      const server = yield* LocalServer.make((_, index) => {
        times.push(performance.now())
        return index === 0
          ? { status: 429, headers: { "retry-after": "0.2" }, body: { error: { message: "slow down" } } }
          : { body: completion }
      })
      const response = yield* ask({ model: "openai:m", baseUrl: server.url })
      assert.strictEqual(response.text, "Hello.")
      assert.strictEqual(server.asked.length, 2)
      assert.isAtLeast(times[1]! - times[0]!, 190)
    })
  )

  it.scopedLive("gives up at once where a server asks for more patience than the bound", () =>
    Effect.gen(function* () {
      const server = yield* LocalServer.make(() => ({ status: 429, headers: { "retry-after": "3600" }, body: {} }))
      const error = yield* Effect.flip(ask({ model: "anthropic:m", baseUrl: server.url }))
      assert.strictEqual(error._tag, "HttpResponseError")
      assert.strictEqual(server.asked.length, 1)
    })
  )

  it.scopedLive("stops after the bounded number of tries", () =>
    Effect.gen(function* () {
      const server = yield* LocalServer.make(() => ({ status: 503, headers: { "retry-after": "0" }, body: {} }))
      yield* Effect.flip(ask({ model: "openai:m", baseUrl: server.url, retries: 2 }))
      assert.strictEqual(server.asked.length, 3)
    })
  )

  it.scopedLive("does not repeat what the server refuses", () =>
    Effect.gen(function* () {
      const server = yield* LocalServer.make(() => ({ status: 401, body: { error: { message: "no" } } }))
      yield* Effect.flip(ask({ model: "openai:m", baseUrl: server.url }))
      assert.strictEqual(server.asked.length, 1)
    })
  )

  for (const [what, body] of [
    ["no JSON", "<html>"],
    ["other JSON", { hello: 1 }],
    ["no choice", { choices: [] }]
  ] as const) {
    it.scopedLive(`fails, typed, on an answer that is ${what}`, () =>
      Effect.gen(function* () {
        const server = yield* LocalServer.make(() => ({ body }))
        const chat = yield* Effect.flip(ask({ model: "openai:m", baseUrl: server.url }))
        const anthropic = yield* Effect.flip(ask({ model: "anthropic:m", baseUrl: server.url }))
        assert.oneOf(chat._tag, ["MalformedOutput", "HttpResponseError"])
        assert.oneOf(anthropic._tag, ["MalformedOutput", "HttpResponseError"])
      })
    )
  }

  it.scopedLive("ends a request that a server leaves hanging, and does not repeat it", () =>
    Effect.gen(function* () {
      const server = yield* LocalServer.make(() => undefined)
      const error = yield* Effect.flip(ask({ model: "openai:m", baseUrl: server.url, timeout: "150 millis" }))
      assert.strictEqual(error._tag, "HttpRequestError")
      assert.include(error.message, "150ms")
      assert.strictEqual(server.asked.length, 1)
    })
  )

  it.effect("names the variable of a missing key", () =>
    Effect.gen(function* () {
      for (const [model, variable] of [
        ["anthropic:m", "ANTHROPIC_API_KEY"],
        ["openai:m", "OPENAI_API_KEY"]
      ] as const) {
        const error = yield* Effect.flip(
          Layer.build(
            Model.layer({ model }).pipe(
              Layer.provide([Http.layer(), Layer.setConfigProvider(ConfigProvider.fromMap(new Map([[variable, ""]])))])
            )
          ).pipe(Effect.scoped)
        )
        assert.strictEqual(error._tag, "InputError")
        assert.include(error.message, variable)
      }
    })
  )

  it.effect("names the providers where the model's name is not understood", () =>
    Effect.gen(function* () {
      for (const written of ["gpt-5", "mistral:x", "openai:", ":x", "OpenAI:x", "openai: "]) {
        const error = yield* Effect.flip(Model.parse(written))
        assert.include(error.message, "anthropic:NAME or openai:NAME")
        assert.include(error.message, JSON.stringify(written))
      }
      assert.deepStrictEqual(yield* Model.parse("openai:llama3.1:8b"), { provider: "openai", name: "llama3.1:8b" })
    })
  )

  it.effect("refuses a base that is no address", () =>
    Effect.gen(function* () {
      for (const baseUrl of ["localhost:11434", "ftp://x", "http://", "http://x/?q=1"]) {
        const error = yield* Effect.flip(Effect.scoped(Layer.build(layer({ model: "openai:m", baseUrl }))))
        assert.include(error.message, "--base-url")
      }
    })
  )
})
