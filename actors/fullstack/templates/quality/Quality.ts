/**
 * What qa-engineer works with, loaded when it has work.
 *
 * @since 0.1.0
 */
export * as Checks from "./Checks.ts"
export * as Page from "./Page.ts"
export * as Steps from "./Steps.ts"
export * as Summary from "./Summary.ts"
