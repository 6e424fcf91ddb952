/**
 * `troupe/layers/node`: subprocesses and the output folder on disk. Needs Node.js only.
 *
 * @since 0.1.0
 */
export * as NodeSubprocess from "./NodeSubprocess.ts"
export * as NodeWorkspace from "./NodeWorkspace.ts"
