import { createServer } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Redacted } from "effect"
import * as Cluster from "../../layers/postgres/Cluster.ts"

/** A port that nobody listens at. */
const closedPort = Effect.async<number>((resume) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address() as { readonly port: number }
    server.close(() => resume(Effect.succeed(port)))
  })
})

describe("Cluster", () => {
  it.live("says which database it could not reach, and not by what password", () =>
    Effect.gen(function* () {
      const database = Redacted.make(`postgres://me:secret@127.0.0.1:${yield* closedPort}/work`)
      const address = { host: "127.0.0.1", port: yield* closedPort }
      for (const layer of [Cluster.client({ database }), Cluster.runner({ database, address })]) {
        const error = yield* Effect.flip(Effect.scoped(Layer.build(layer)))
        assert.instanceOf(error, Cluster.ClusterNotJoined)
        assert.match(error.message, /^Could not join the cluster: the database 127\.0\.0\.1:\d+\/work \(.*ECONNREFUSED/)
        assert.notInclude(error.message, "secret")
      }
    })
  )

  it("throws where the database is no URL, without showing what it is", () => {
    for (const database of ["me:secret@here", "postgres://:secret", "here"]) {
      assert.throws(
        () => Cluster.client({ database: Redacted.make(database) }),
        /^database must be a URL such as postgres:\/\/user@host:5432\/name\.$/
      )
    }
  })

  it("takes a runner for dead after three refreshes, and looks again in time for ten seconds", () => {
    const { refreshAssignmentsInterval, shardLockExpiration, shardLockRefreshInterval } = Cluster.settings
    const refreshes = Duration.toMillis(shardLockExpiration) / Duration.toMillis(shardLockRefreshInterval)
    assert.isAtLeast(refreshes, 3)
    // Silence, who is there, taking over, who is there for the sender: what `npm run test:cluster` measures.
    const move = Duration.toMillis(shardLockExpiration) + 2 * Duration.toMillis(refreshAssignmentsInterval) + 1000
    assert.isAtMost(move, 8000)
  })
})
