import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import type { ActorRef } from "../../src/actor/ActorRef.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import type { Cell } from "../../src/actor/internal/cell.ts"
import type { LocalRef } from "../../src/actor/internal/localRef.ts"
import type { LocalSystem } from "../../src/actor/internal/localSystem.ts"
import * as Supervision from "../../src/actor/Supervision.ts"
import { provided, rest, run } from "./harness.ts"

const define = (type: string) => Actor.make(type, [Rpc.make("Ping"), Rpc.make("Crash")])
type Definition = ReturnType<typeof define>
const Reader = define("Reader")
const Writer = define("Writer")
const Clerk = define("Clerk")

const provide = (definition: Definition, tags?: ReadonlyArray<string>) =>
  provided(
    definition.toLayer(Effect.succeed(definition.of({ Ping: () => {}, Crash: () => Effect.die("asked to") })), {
      tags,
      supervision: Supervision.stop,
      passivateAfter: "1 minute"
    })
  )

/** Three types, two of them tagged. */
const library = Effect.gen(function* () {
  yield* provide(Reader, ["staff", "reads"])
  yield* provide(Writer, ["staff"])
  yield* provide(Clerk)
  return {
    reader: yield* Reader.client,
    writer: yield* Writer.client,
    local: yield* ActorSystem.LocalActorSystem
  }
})

const addresses = (refs: ReadonlyArray<ActorRef.Any>) => refs.map(({ address }) => address)

describe("Types", () => {
  it("are found all, or by tag, in order of registration", () =>
    run(() =>
      Effect.gen(function* () {
        yield* library
        assert.deepStrictEqual(yield* ActorSystem.types(), ["Reader", "Writer", "Clerk"])
        assert.deepStrictEqual(yield* ActorSystem.types("staff"), ["Reader", "Writer"])
        assert.deepStrictEqual(yield* ActorSystem.types("reads"), ["Reader"])
        assert.deepStrictEqual(yield* ActorSystem.types("paints"), [])
      })
    ))

  it("come and go with their layers", () =>
    run(() =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* ActorSystem.types(), [])
        const scope = yield* Scope.make()
        yield* Scope.extend(provide(Reader, ["staff"]), scope)
        assert.deepStrictEqual(yield* ActorSystem.types("staff"), ["Reader"])
        yield* Scope.close(scope, Exit.void)
        assert.deepStrictEqual(yield* ActorSystem.types("staff"), [])
        assert.deepStrictEqual(yield* ActorSystem.types(), [])
      })
    ))
})

describe("Roots", () => {
  it("of tagged types are found as refs that can be sent to", () =>
    run(() =>
      Effect.gen(function* () {
        const { local, reader, writer } = yield* library
        yield* writer("w").ask.Ping()
        yield* reader("a").ask.Ping()
        yield* reader("b").ask.Ping()
        const staff = yield* local.tagged("staff")
        assert.deepStrictEqual(addresses(staff), ["Reader/a", "Reader/b", "Writer/w"])
        assert.deepStrictEqual(addresses(yield* local.tagged("reads")), ["Reader/a", "Reader/b"])
        assert.deepStrictEqual(yield* local.tagged("paints"), [])
        // All types of this test have one protocol.
        for (const ref of staff as ReadonlyArray<ReturnType<typeof reader>>) yield* ref.ask.Ping()
        assert.deepInclude((yield* local.totals)[0], { type: "Reader", handled: 4, actors: 2 })
      })
    ))

  it("are listed while they live: not before their first message, nor after a stop, nor while they are passive", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { local, reader } = yield* library
        const listed = Effect.all([local.ids(Reader), Effect.map(local.tagged("reads"), addresses)])
        assert.deepStrictEqual(yield* listed, [[], []])
        yield* Effect.forkScoped(ActorSystem.watch(reader("watched")))
        for (const id of ["a", "b", "c"]) yield* reader(id).ask.Ping()
        assert.deepStrictEqual(yield* listed, [
          ["a", "b", "c"],
          ["Reader/a", "Reader/b", "Reader/c"]
        ])
        yield* ActorSystem.stop(reader("b"))
        yield* Effect.exit(reader("c").ask.Crash())
        assert.deepStrictEqual(yield* listed, [
          ["a", "c"],
          ["Reader/a", "Reader/c"]
        ])
        yield* clock.advance(120_000)
        assert.deepStrictEqual(yield* listed, [["c"], ["Reader/c"]], "it was given up, and is remembered")
        yield* local.revive(reader("c"))
        assert.deepStrictEqual(yield* listed, [[], []])
        yield* reader("a").ask.Ping()
        yield* reader("c").ask.Ping()
        assert.deepStrictEqual((yield* listed)[0], ["c", "a"])
      })
    ))

  it("are listed once and given again until something changes", () =>
    run(() =>
      Effect.gen(function* () {
        const { local, reader, writer } = yield* library
        yield* reader("a").ask.Ping()
        yield* writer("w").ask.Ping()
        const staff = yield* local.tagged("staff")
        const ids = yield* local.ids(Reader)
        const types = yield* ActorSystem.types("staff")
        yield* reader("a").ask.Ping()
        yield* Effect.exit(writer("w").ask.Ping())
        assert.strictEqual(yield* local.tagged("staff"), staff)
        assert.strictEqual(yield* local.ids(Reader), ids)
        assert.strictEqual(yield* ActorSystem.types("staff"), types)
        yield* writer("x").ask.Ping()
        assert.notStrictEqual(yield* local.tagged("staff"), staff)
        assert.strictEqual(yield* local.ids(Reader), ids, "no reader has come or gone")
      })
    ))

  // S1 asks for less than 10 ms at 10,000 agents. Looks at actors are counted, since time is the machine's.
  it("are found among 10,000 by a look at none but the one, and listed by one look at each, once", () =>
    run(() =>
      Effect.gen(function* () {
        const { local, reader } = yield* library
        const ids = Array.from({ length: 10_000 }, (_, n) => `${n}`)
        for (const id of ids) yield* reader(id).ask.Ping()
        yield* rest
        let looks = 0
        for (const cell of registrationOf(reader("0")).cells) counted(cell, () => looks++)

        yield* reader("7777").ask.Ping()
        assert.isAtMost(looks, 10, "to find and to ask one")
        looks = 0
        assert.deepStrictEqual(yield* local.ids(Reader), ids)
        assert.strictEqual((yield* local.tagged("staff")).length, 10_000)
        assert.strictEqual(looks, 10_000)
        looks = 0
        for (let i = 0; i < 100; i++) {
          yield* local.ids(Reader)
          yield* local.tagged("staff")
          yield* ActorSystem.types("staff")
        }
        assert.strictEqual(looks, 0)
      })
    ))
})

const registrationOf = (ref: ActorRef.Any) => {
  const { system } = (ref as unknown as LocalRef).resolve() as Cell
  return (system as LocalSystem).registrations.get("Reader")!
}

/** Counts how often the actor's state is looked at, without which nothing can be said of it. */
const counted = (cell: Cell, look: () => void): void => {
  let state = cell.state
  Object.defineProperty(cell, "state", {
    get: () => {
      look()
      return state
    },
    set: (next: Cell["state"]) => {
      state = next
    }
  })
}
