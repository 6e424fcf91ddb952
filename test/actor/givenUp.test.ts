import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as Supervision from "../../src/actor/Supervision.ts"
import { provided, rest, run } from "./harness.ts"

const Subject = Actor.make("Subject", [Rpc.make("Ping"), Rpc.make("Crash")])

const subjects = Effect.gen(function* () {
  yield* provided(
    Subject.toLayer(Effect.succeed(Subject.of({ Ping: () => {}, Crash: () => Effect.die("asked to") })), {
      supervision: Supervision.stop
    })
  )
  const client = yield* Subject.client
  const local = yield* ActorSystem.LocalActorSystem
  const giveUp = (id: string) => Effect.exit(client(id).ask.Crash())
  const meets = (id: string) =>
    Effect.match(client(id).ask.Ping(), { onFailure: ({ _tag }) => _tag, onSuccess: () => "answer" })
  return { client, local, giveUp, meets }
})

describe("Roots that were given up", () => {
  it("are remembered, so many; one more makes the oldest absent, with a warning that names it", () => {
    const lines: Array<string> = []
    const logger = Logger.make(({ logLevel, message }) => void lines.push(`${logLevel._tag} ${String(message)}`))
    return run(
      () =>
        Effect.gen(function* () {
          const { giveUp, local, meets } = yield* subjects
          for (const id of ["a", "b", "c"]) yield* giveUp(id)
          yield* rest
          assert.deepStrictEqual(yield* local.ids(Subject), ["b", "c"])
          assert.strictEqual(yield* meets("b"), "ActorFailed")
          assert.strictEqual(yield* meets("a"), "answer")
          const warnings = lines.filter((line) => line.includes("forgotten"))
          assert.strictEqual(warnings.length, 1)
          assert.match(warnings[0]!, /^Warning Subject\/a was given up .* more than 2 are.*"givenUp"/)
        }),
      { givenUp: 2 },
      logger
    )
  })

  it("make room for others when they are revived or stopped", () =>
    run(
      () =>
        Effect.gen(function* () {
          const { client, giveUp, local, meets } = yield* subjects
          for (const id of ["a", "b"]) yield* giveUp(id)
          yield* local.revive(client("a"))
          yield* giveUp("c")
          assert.strictEqual(yield* meets("b"), "ActorFailed")
          yield* ActorSystem.stop(client("c"))
          yield* giveUp("d")
          assert.strictEqual(yield* meets("b"), "ActorFailed")
          yield* giveUp("e")
          assert.strictEqual(yield* meets("b"), "answer")
        }),
      { givenUp: 2 }
    ))

  it("are not remembered at all where none is to be", () =>
    run(
      () =>
        Effect.gen(function* () {
          const { giveUp, local, meets } = yield* subjects
          yield* giveUp("a")
          assert.deepStrictEqual(yield* local.ids(Subject), [])
          assert.strictEqual(yield* meets("a"), "answer")
        }),
      { givenUp: 0 }
    ))

  it("do not grow the system: two thousand of them leave a thousand", () =>
    run(() =>
      Effect.gen(function* () {
        const { giveUp, local } = yield* subjects
        for (let n = 0; n < 2000; n++) yield* giveUp(`${n}`)
        const ids = yield* local.ids(Subject)
        assert.strictEqual(ids.length, 1000)
        assert.strictEqual(ids[0], "1000")
      })
    ))
})
