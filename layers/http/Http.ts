/**
 * The one HTTP client of a process: kept-alive connections, a bounded number of them, and bounded answers.
 *
 * Everything that talks over HTTP (model providers, the trace collector) is built on this layer, provided once. Platform's
 * own layers open a connection for every request that is under way; this one opens at most `connections` for a host and
 * lets the rest wait their turn. It has no time-outs of its own: who makes the request knows how long it may take. It
 * follows no redirect, so that a key is never sent to a host that its owner did not name.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Effect, Layer } from "effect"
import { BoundedResponse } from "./BoundedResponse.ts"

/** @category models */
export interface Options {
  /** Connections for each host at most. Default `50`. */
  readonly connections?: number | undefined
  /** Bytes of one answer, streamed or not, at most; see `bounded`. Default `8_388_608` (8 MiB). */
  readonly maxBodyBytes?: number | undefined
}

/** Bytes of one answer at most, if nothing else is said: 8 MiB. @category models */
export const maxBodyBytes = 8 * 1024 * 1024

/**
 * The client. Its connections are cut when the layer's scope closes; a request still under way then fails.
 *
 * @category layers
 */
export const layer = (options?: Options): Layer.Layer<HttpClient.HttpClient> =>
  Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, (client) => bounded(client, options?.maxBodyBytes))
  ).pipe(
    Layer.provide(NodeHttpClient.layerUndiciWithoutDispatcher),
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

/**
 * The same client with answers of at most `maxBytes`, counted after decompression where the client decompresses. At the
 * bound reading fails with a `ResponseError` of reason `Decode` that names the limit, and the connection is closed.
 *
 * @category combinators
 */
export const bounded = (client: HttpClient.HttpClient, maxBytes: number = maxBodyBytes): HttpClient.HttpClient =>
  HttpClient.transformResponse(
    client,
    Effect.map((response) => new BoundedResponse(response, maxBytes))
  )
