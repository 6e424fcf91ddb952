/**
 * `troupe/layers/http`: the one HTTP client of a process. Needs `@effect/platform-node`.
 *
 * @since 0.1.0
 */
export * as Http from "./Http.ts"
