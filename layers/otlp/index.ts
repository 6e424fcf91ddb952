/**
 * `troupe/layers/otlp`: spans for a collector. Needs `@effect/opentelemetry`.
 *
 * @since 0.1.0
 */
export * as Telemetry from "./Telemetry.ts"
