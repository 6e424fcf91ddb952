/**
 * The transport of a cluster without a network: messages are encoded to bytes, queued, and decoded by the other side.
 */
import * as Runners from "@effect/cluster/Runners"
import { RpcClient, RpcSerialization, RpcServer } from "@effect/rpc"
import { Effect, Layer, Mailbox, Option, Queue } from "effect"

type Bytes = string | Uint8Array

/** One per cluster of one runner: what the client's side puts in, and whom the server answers. */
const hub = () => ({
  requests: Effect.runSync(Queue.unbounded<readonly [client: number, bytes: Bytes]>()),
  responses: new Map<number, Queue.Queue<Bytes>>()
})

/** The runner's side and the sender's side of the same wire. */
export const make = () => {
  const wire = hub()
  let clients = 0
  const server = Layer.scoped(
    RpcServer.Protocol,
    RpcServer.Protocol.make((writeRequest) =>
      Effect.gen(function* () {
        const serialization = yield* RpcSerialization.RpcSerialization
        const disconnects = yield* Mailbox.make<number>()
        const parser = serialization.unsafeMake()
        yield* Effect.forkScoped(
          Effect.forever(
            Effect.flatMap(Queue.take(wire.requests), ([client, bytes]) =>
              // What is decoded are the messages of the other side's parser.
              Effect.forEach(parser.decode(bytes) as Array<never>, (message) => writeRequest(client, message))
            )
          )
        )
        return {
          disconnects,
          send: (client, response) => {
            const bytes = parser.encode(response)
            const responses = wire.responses.get(client)
            return bytes === undefined || responses === undefined ? Effect.void : Queue.offer(responses, bytes)
          },
          end: () => Effect.void,
          clientIds: Effect.sync(() => new Set(wire.responses.keys())),
          initialMessage: Effect.succeed(Option.none()),
          supportsAck: true,
          supportsTransferables: false,
          supportsSpanPropagation: true
        }
      })
    )
  )
  const client = Layer.effect(
    Runners.RpcClientProtocol,
    Effect.map(
      RpcSerialization.RpcSerialization,
      (serialization) => () =>
        RpcClient.Protocol.make((writeResponse) =>
          Effect.gen(function* () {
            const id = clients++
            const responses = yield* Queue.unbounded<Bytes>()
            wire.responses.set(id, responses)
            const parser = serialization.unsafeMake()
            yield* Effect.forkScoped(
              Effect.forever(
                Effect.flatMap(Queue.take(responses), (bytes) =>
                  Effect.forEach(parser.decode(bytes) as Array<never>, (message) => writeResponse(message))
                )
              )
            )
            return {
              send: (request) => {
                const bytes = parser.encode(request)
                return bytes === undefined ? Effect.void : Queue.offer(wire.requests, [id, bytes])
              },
              supportsAck: true,
              supportsTransferables: false
            }
          })
        )
    )
  )
  return {
    server: Layer.provide(server, RpcSerialization.layerMsgPack),
    client: Layer.provide(client, RpcSerialization.layerMsgPack)
  }
}
