/**
 * The language model that a run was given by name: `anthropic:NAME` or `openai:NAME`.
 *
 * The providers' packages are large and most runs use none, so they are loaded when a model is asked for. Every request
 * is bounded: its time, the number of tries, how long a server may ask us to wait, and the size of its answer. The key is
 * added to the known `Secrets`; neither answers nor errors hold it.
 *
 * @since 0.1.0
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import type * as HttpClient from "@effect/platform/HttpClient"
import { Config, type Duration, Effect, Layer, type Redacted, Stream } from "effect"
import type { Redact } from "../../src/secrets/Redaction.ts"
import { Secrets } from "../../src/secrets/Secrets.ts"
import { InputError } from "../../src/team/InputError.ts"
import * as ModelAnswer from "./internal/modelAnswer.ts"
import * as ModelRetry from "./ModelRetry.ts"

/** @category models */
export interface Options {
  /** `anthropic:NAME` or `openai:NAME`. */
  readonly model: string
  /**
   * A server that speaks the provider's protocol. For `openai` it is asked at `/chat/completions`, which compatible
   * servers have; OpenAI itself is asked at `/responses`. Default: the provider's own.
   */
  readonly baseUrl?: string | undefined
  /** How long one request may take. Default `60 seconds`. */
  readonly timeout?: Duration.DurationInput | undefined
  /** Further tries after 429, 5xx or a broken connection. Default `3`. */
  readonly retries?: number | undefined
  /** Bytes of one answer at most. Default `8_388_608` (8 MiB). */
  readonly maxBodyBytes?: number | undefined
}

/** The providers, with the environment variable that holds the key of each. @category models */
export const providers = {
  anthropic: { key: "ANTHROPIC_API_KEY", example: "anthropic:claude-sonnet-4-5" },
  openai: { key: "OPENAI_API_KEY", example: "openai:gpt-5" }
} as const

/** @category models */
export interface ModelName {
  readonly provider: keyof typeof providers
  readonly name: string
}

/**
 * Reads `PROVIDER:NAME`. Fails if the provider is unknown or the name is missing.
 *
 * @category constructors
 */
export const parse = (written: string): Effect.Effect<ModelName, InputError> => {
  const [, provider, name] = /^([^:]*):(\S(?:.*\S)?)$/.exec(written) ?? []
  if (name !== undefined && (provider === "anthropic" || provider === "openai")) {
    return Effect.succeed({ provider, name })
  }
  const known = Object.keys(providers).map((one) => `${one}:NAME`)
  return new InputError({
    source: "--model",
    issues: [
      {
        path: "",
        found: JSON.stringify(written),
        expected: known.join(" or "),
        fix: `Write for example ${providers.anthropic.example}.`
      }
    ]
  })
}

/**
 * The model. Fails, before anything is asked, when the name is not understood, its key is not in the environment, or the
 * address is none.
 *
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<LanguageModel.LanguageModel, InputError, HttpClient.HttpClient> =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const { name, provider } = yield* parse(options.model)
      const apiKey = yield* keyOf(provider)
      const secrets = yield* Secrets
      yield* secrets.add(apiKey)
      yield* secrets.addUrls(options.baseUrl ?? "")
      const apiUrl = options.baseUrl === undefined ? undefined : yield* checkedUrl(options.baseUrl, secrets.redact)
      const transformClient = ModelRetry.make({
        timeout: options.timeout,
        times: options.retries,
        maxBodyBytes: options.maxBodyBytes
      })
      const settings = { name, apiKey, apiUrl, transformClient }
      const model = provider === "anthropic" ? yield* anthropic(settings) : yield* openai(settings)
      return Layer.project(model, LanguageModel.LanguageModel, LanguageModel.LanguageModel, (service) =>
        withShapedErrors(service, secrets.redact)
      )
    })
  )

/** Errors of whichever library speaks to the provider, fit to be shown and kept. */
const withShapedErrors = (model: LanguageModel.Service, redact: Redact): LanguageModel.Service => {
  const shape = <E>(error: E) => ModelAnswer.shaped(error, redact)
  return {
    generateText: (asked) => Effect.mapError(model.generateText(asked), shape),
    generateObject: (asked) => Effect.mapError(model.generateObject(asked), shape),
    streamText: (asked) => Stream.mapError(model.streamText(asked), shape)
  }
}

interface Settings {
  readonly name: string
  readonly apiKey: Redacted.Redacted
  readonly apiUrl: string | undefined
  readonly transformClient: (client: HttpClient.HttpClient) => HttpClient.HttpClient
}

const anthropic = Effect.fnUntraced(function* ({ name, ...client }: Settings) {
  // `promise`: a package of ours that cannot be loaded is a broken installation, a defect.
  const [{ layer: model }, { layer: connect }] = yield* Effect.promise(() =>
    Promise.all([import("@effect/ai-anthropic/AnthropicLanguageModel"), import("@effect/ai-anthropic/AnthropicClient")])
  )
  return Layer.provide(model({ model: name }), connect(client))
})

const openai = Effect.fnUntraced(function* ({ name, ...client }: Settings) {
  if (client.apiUrl !== undefined) {
    const { apiUrl } = client
    const ChatCompletions = yield* Effect.promise(() => import("./ChatCompletions.ts"))
    return ChatCompletions.layer({ ...client, apiUrl, model: name })
  }
  const [{ layer: model }, { layer: connect }] = yield* Effect.promise(() =>
    Promise.all([import("@effect/ai-openai/OpenAiLanguageModel"), import("@effect/ai-openai/OpenAiClient")])
  )
  return Layer.provide(model({ model: name }), connect(client))
})

const keyOf = (provider: keyof typeof providers): Effect.Effect<Redacted.Redacted, InputError> => {
  const variable = providers[provider].key
  return Config.redacted(Config.nonEmptyString(variable)).pipe(
    Effect.mapError(
      () =>
        new InputError({
          source: "--model",
          issues: [
            {
              path: "",
              expected: `the key of ${provider} in the environment variable ${variable}`,
              fix: `Set it: export ${variable}=... (any value, if the server of --base-url wants none), or leave out --model.`
            }
          ]
        })
    )
  )
}

const checkedUrl = (written: string, redact: Redact): Effect.Effect<string, InputError> =>
  /^https?:\/\/[^/\s?#]+[^\s?#]*$/.test(written) && URL.canParse(written)
    ? Effect.succeed(written.replace(/\/+$/, ""))
    : new InputError({
        source: "--base-url",
        issues: [
          {
            path: "",
            found: redact(JSON.stringify(written)),
            expected: "an http or https address without query",
            fix: "Write for example http://localhost:11434/v1."
          }
        ]
      })
