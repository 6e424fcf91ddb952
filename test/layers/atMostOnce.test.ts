import { AlreadyProcessingMessage } from "@effect/cluster/ClusterError"
import * as Runners from "@effect/cluster/Runners"
import type { RpcClient } from "@effect/rpc"
import * as Rpc from "@effect/rpc/Rpc"
import { RpcClientError } from "@effect/rpc/RpcClientError"
import type { FromClientEncoded, FromServerEncoded } from "@effect/rpc/RpcMessage"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Schema } from "effect"
import { answering } from "../../layers/postgres/internal/atMostOnce.ts"

/** A connection as the test wants it, and what the cluster's client is told. */
const connect = Effect.gen(function* () {
  const connection = { isOpen: false }
  const told: Array<FromServerEncoded> = []
  const say = yield* Deferred.make<(response: FromServerEncoded) => Effect.Effect<void>>()
  const base: RpcClient.Protocol["Type"] = {
    run: (pass) => Effect.zipRight(Deferred.succeed(say, pass), Effect.never),
    send: () => (connection.isOpen ? Effect.void : Effect.fail(error)),
    supportsAck: true,
    supportsTransferables: false
  }
  const protocol = answering(base, connection)
  yield* Effect.forkScoped(protocol.run((response) => Effect.sync(() => told.push(response))))
  const hear = yield* Deferred.await(say)
  return { connection, protocol, told, hear }
})

const error = new RpcClientError({ reason: "Protocol", message: "Error in socket", cause: new Error("reset") })
const lost: FromServerEncoded = { _tag: "ClientProtocolError", error }

const address = { shardId: { group: "default", id: 7 }, entityType: "troupe/Actor", entityId: "Counter/a" }
const request = (id: string, tag: string, persisted = false): FromClientEncoded => ({
  _tag: "Request",
  id,
  tag,
  payload: { request: { requestId: `9${id}`, address }, persisted },
  headers: []
})
const answer = (id: string): FromServerEncoded => ({
  _tag: "Exit",
  requestId: id,
  exit: { _tag: "Success", value: {} }
})

describe("A lost connection between runners", () => {
  it.scoped(
    "answers for the requests that may be under way, once, with an error that the cluster does not repeat",
    () =>
      Effect.gen(function* () {
        const { connection, protocol, told, hear } = yield* connect
        connection.isOpen = true
        yield* protocol.send(request("1", "Effect"))
        yield* protocol.send(request("2", "Effect"))
        yield* hear(answer("1"))
        yield* hear(lost)
        yield* hear(lost)
        assert.deepStrictEqual(
          told.map((response) => [response._tag, "requestId" in response ? response.requestId : ""]),
          [
            ["Exit", "1"],
            ["Exit", "2"],
            ["ClientProtocolError", ""],
            ["ClientProtocolError", ""]
          ]
        )
        // As the cluster reads it.
        const rpc = Runners.Rpcs.requests.get("Effect")!
        const exit = yield* Schema.decodeUnknown(Rpc.exitSchema(rpc))((told[1] as { readonly exit: unknown }).exit)
        const failure = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
        assert.instanceOf(failure, AlreadyProcessingMessage)
        assert.strictEqual(String(failure.envelopeId), "92")
        assert.strictEqual(failure.address.entityId, "Counter/a")
      })
  )

  it.scoped("says nothing of messages in storage, nor of what is not for an actor: these may be sent again", () =>
    Effect.gen(function* () {
      const { connection, protocol, told, hear } = yield* connect
      connection.isOpen = true
      yield* protocol.send(request("1", "Effect", true))
      yield* protocol.send(request("2", "Ping"))
      yield* protocol.send({ _tag: "Interrupt", requestId: "1" })
      yield* hear(lost)
      assert.deepStrictEqual(told, [lost])
    })
  )

  it.scoped("says nothing of what was not written because there was no connection", () =>
    Effect.gen(function* () {
      const { connection, protocol, told, hear } = yield* connect
      assert.strictEqual(yield* Effect.flip(protocol.send(request("1", "Effect"))), error)
      yield* hear(lost)
      // The next connection is made, and has nothing to do with the first request.
      connection.isOpen = true
      yield* hear(lost)
      assert.deepStrictEqual(told, [lost, lost])
    })
  )
})
