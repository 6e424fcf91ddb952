/**
 * The way from runner to runner over TCP, which never sends a message twice.
 *
 * The cluster sends again what could not reach its runner. It cannot tell a connection that was never made, where that is
 * right, from one that was lost with requests under way, which may have been handled. Here the requests of the second kind
 * are answered for the lost runner, with an error that the cluster passes on. Messages in storage have ids of their own
 * there, and are left to the cluster.
 */
import { AlreadyProcessingMessage } from "@effect/cluster/ClusterError"
import * as Runners from "@effect/cluster/Runners"
import type { SocketError } from "@effect/platform/Socket"
import * as Socket from "@effect/platform/Socket"
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import * as RpcClient from "@effect/rpc/RpcClient"
import type { FromClientEncoded, FromServerEncoded } from "@effect/rpc/RpcMessage"
import * as RpcSerialization from "@effect/rpc/RpcSerialization"
import { Effect, Layer } from "effect"
import type { LeaseBook } from "./leaseBook.ts"
import { Book } from "./pgLeases.ts"

/** How long a connection may take to be made, in milliseconds: runners are on one network. */
const openTimeoutMillis = 1000

/** @category layers */
export const layer: Layer.Layer<Runners.RpcClientProtocol, never, RpcSerialization.RpcSerialization | Book> =
  Layer.effect(
    Runners.RpcClientProtocol,
    Effect.map(
      Effect.all([RpcSerialization.RpcSerialization, Book]),
      ([serialization, book]) =>
        ({ host, port }) =>
          Effect.gen(function* () {
            const socket = yield* Effect.orDie(NodeSocket.makeNet({ host, port, openTimeout: openTimeoutMillis }))
            const connection = { isOpen: false }
            const protocol = yield* Effect.provideService(
              RpcClient.makeProtocolSocket(),
              Socket.Socket,
              noting(untilGone(socket, book, `${host}:${port}`), connection)
            ).pipe(Effect.provideService(RpcSerialization.RpcSerialization, serialization))
            return answering(protocol, connection)
          })
    )
  )

interface Connection {
  isOpen: boolean
}

/**
 * A connection to a process that is dead to the others is lost, although a process that only hangs keeps it open: those who
 * wait for it would do so until their deadlines, or for ever.
 */
const untilGone = (socket: Socket.Socket, book: LeaseBook, address: string): Socket.Socket => {
  const gone = Effect.async<never, SocketError>((resume) => {
    const error = new Socket.SocketGenericError({ reason: "Read", cause: new Error(`${address} has left the cluster`) })
    return Effect.sync(book.onGone(address, () => resume(Effect.fail(error))))
  })
  return Socket.Socket.of({
    ...socket,
    runRaw: (handler, options) => Effect.raceFirst(socket.runRaw(handler, options), gone)
  })
}

/** Notes when the connection is made: what waits to be written is written from then on. */
const noting = (socket: Socket.Socket, connection: Connection): Socket.Socket => {
  const opened = (also: Effect.Effect<void> | undefined) =>
    Effect.zipRight(
      Effect.sync(() => {
        connection.isOpen = true
      }),
      also ?? Effect.void
    )
  const runRaw = <_, E, R>(
    handler: (data: string | Uint8Array) => Effect.Effect<_, E, R> | void,
    options?: { readonly onOpen?: Effect.Effect<void> | undefined }
  ): Effect.Effect<void, SocketError | E, R> => socket.runRaw(handler, { onOpen: opened(options?.onOpen) })
  return Socket.Socket.of({ ...socket, runRaw })
}

/** What is read of a message to an entity; `Runners.Rpcs` knows it in full. */
interface EntityRequest {
  readonly persisted: boolean
  readonly request: { readonly requestId: string; readonly address: unknown }
}

/** For tests; `layer` is what others use. */
export const answering = (protocol: RpcClient.Protocol["Type"], connection: Connection): RpcClient.Protocol["Type"] => {
  const underWay = new Map<string, EntityRequest>()
  const note = (request: FromClientEncoded) => {
    if (request._tag !== "Request" || request.tag !== "Effect") return
    // The tag says what the payload is.
    const message = request.payload as EntityRequest
    if (!message.persisted) underWay.set(request.id, message)
  }
  const onResponse = (
    response: FromServerEncoded,
    pass: (response: FromServerEncoded) => Effect.Effect<void>
  ): Effect.Effect<void> => {
    if (response._tag === "Exit") underWay.delete(response.requestId)
    if (response._tag !== "ClientProtocolError") return pass(response)
    const lost = connection.isOpen ? [...underWay] : []
    connection.isOpen = false
    underWay.clear()
    const answers = Effect.forEach(lost, ([id, message]) => pass(mayBeUnderWay(id, message)), { discard: true })
    return Effect.zipRight(answers, pass(response))
  }
  return {
    ...protocol,
    send: (request, transferables) =>
      Effect.suspend(() => {
        note(request)
        return Effect.tapError(protocol.send(request, transferables), () =>
          // Not written: there is no connection.
          Effect.sync(() => request._tag === "Request" && underWay.delete(request.id))
        )
      }),
    run: (pass) => protocol.run((response) => onResponse(response, pass))
  }
}

const mayBeUnderWay = (id: string, { request }: EntityRequest): FromServerEncoded => ({
  _tag: "Exit",
  requestId: id,
  exit: {
    _tag: "Failure",
    cause: {
      _tag: "Fail",
      // Encoded, as its parts are: an `AlreadyProcessingMessage`.
      error: { _tag: AlreadyProcessingMessage._tag, envelopeId: request.requestId, address: request.address }
    }
  }
})
