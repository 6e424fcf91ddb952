/**
 * What of a run talks to the network: the model and the trace collector, over the one HTTP client of the process.
 *
 * Most runs need neither; then nothing of it is loaded.
 *
 * @since 0.1.0
 */
import { Effect, Layer } from "effect"
import * as Telemetry from "../layers/otlp/Telemetry.ts"
import { InputError } from "../src/team/InputError.ts"

/** @category models */
export interface Settings {
  /** As given to `--model`. */
  readonly model: string | undefined
  /** As given to `--base-url`; of use only with a model. */
  readonly baseUrl: string | undefined
  /** As given to `--otlp`; else the environment decides. */
  readonly otlp: string | undefined
  readonly version: string
}

/**
 * Traces what it is provided to, if a collector is named, and holds the `LanguageModel`, if a model is named. The model
 * is no part of the type: agents look whether there is one.
 *
 * @category layers
 */
export const layer = (settings: Settings): Layer.Layer<never, InputError> =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const { baseUrl, model } = settings
      if (baseUrl !== undefined && model === undefined) {
        return yield* refused("--base-url", { expected: "--model beside it", fix: "Add --model openai:NAME." })
      }
      const url = yield* collector(settings.otlp)
      if (url === undefined && model === undefined) return Layer.empty
      // `promise`: a module of ours that cannot be loaded is a broken installation, a defect.
      const [Http, Model] = yield* Effect.promise(() =>
        Promise.all([import("../layers/http/Http.ts"), import("../layers/models/Model.ts")])
      )
      const http = Http.layer()
      const telemetry =
        url === undefined
          ? Layer.empty
          : Telemetry.layer({ url, headers: yield* Telemetry.headers, serviceVersion: settings.version })
      const chosen = model === undefined ? Layer.empty : Model.layer({ model, baseUrl })
      return Layer.provideMerge(chosen, telemetry).pipe(Layer.provide(http))
    })
  )

/** The collector's address: the option's, else the environment's. @category constructors */
export const collector = Effect.fnUntraced(function* (otlp: string | undefined) {
  const url = otlp ?? (yield* Telemetry.endpoint)
  if (url === undefined) return undefined
  if (/^https?:\/\/[^/\s]+\S*$/.test(url) && URL.canParse(url)) return url
  return yield* refused(otlp === undefined ? "OTEL_EXPORTER_OTLP_ENDPOINT" : "--otlp", {
    found: JSON.stringify(url),
    expected: "an http or https address",
    fix: "Write for example http://localhost:4318."
  })
})

const refused = (source: string, issue: { readonly found?: string; readonly expected: string; readonly fix: string }) =>
  new InputError({ source, issues: [{ path: "", ...issue }] })
