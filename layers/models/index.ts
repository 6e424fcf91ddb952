/**
 * `troupe/layers/models`: language models. Needs `@effect/ai` and `@effect/platform-node`, and the package of the provider that is asked.
 *
 * @since 0.1.0
 */
export * as ChatCompletions from "./ChatCompletions.ts"
export * as Model from "./Model.ts"
export * as ModelRetry from "./ModelRetry.ts"
