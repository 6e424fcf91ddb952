/**
 * The one HTTP client of a process: kept-alive connections, a bounded number of them.
 *
 * Everything that talks over HTTP (model providers, the trace collector) is built on this layer, provided once. Platform's
 * own layers open a connection for every request that is under way; this one opens at most `connections` for a host and
 * lets the rest wait their turn. It has no time-outs of its own: who makes the request knows how long it may take.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Effect, Layer } from "effect"

/** @category models */
export interface Options {
  /** Connections for each host at most. Default `50`. */
  readonly connections?: number | undefined
}

/**
 * The client. Its connections are cut when the layer's scope closes; a request still under way then fails.
 *
 * @category layers
 */
export const layer = (options?: Options): Layer.Layer<HttpClient.HttpClient> =>
  NodeHttpClient.layerUndiciWithoutDispatcher.pipe(
    Layer.provide(
      Layer.scoped(
        NodeHttpClient.Dispatcher,
        Effect.acquireRelease(
          // Loaded when a client is wanted: most runs talk to nobody.
          Effect.map(
            Effect.promise(() => import("@effect/platform-node/Undici")),
            ({ Agent }) => new Agent({ connections: options?.connections ?? 50, keepAliveTimeout: 30_000 })
          ),
          // `close` would wait for answers that nobody waits for any more.
          (agent) => Effect.promise(() => agent.destroy())
        )
      )
    )
  )
