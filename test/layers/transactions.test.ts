import { Rpc } from "@effect/rpc"
import * as SqlClient from "@effect/sql/SqlClient"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, Layer, Logger, Option, Schema } from "effect"
import * as Sqlite from "../../layers/sqlite/Sqlite.ts"
import * as Actor from "../../src/actor/Actor.ts"
import { TransactionEnded } from "../../src/actor/ActorError.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as Gather from "../../src/actor/Gather.ts"

// One connection for all, which a transaction holds: whoever is not in it waits until it has ended.

const Clerk = Actor.make("Clerk", [
  Rpc.make("Insert", { payload: { name: Schema.String }, success: Schema.Void }),
  Rpc.make("InsertBeside", { payload: { name: Schema.String }, success: Schema.Void }),
  Rpc.make("InsertNested", { payload: { name: Schema.String, fail: Schema.Boolean }, success: Schema.Void }),
  Rpc.make("Ahead", { payload: { name: Schema.String }, success: Schema.Void }),
  Rpc.make("Held", { payload: { name: Schema.String }, success: Schema.Void }),
  Rpc.make("HeldBeside", { payload: { name: Schema.String }, success: Schema.Void }),
  Rpc.make("LeaveBehind", { payload: { name: Schema.String }, success: Schema.Void }),
  Rpc.make("IsInTransaction", { success: Schema.Boolean }),
  Rpc.make("Life", { success: Schema.Number })
])
const Office = Actor.make("Office", [
  Rpc.make("Insert", { payload: { name: Schema.String }, success: Schema.Void }),
  Rpc.make("Tell", { payload: { name: Schema.String }, success: Schema.Void })
])

const world = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`create table entries (name text not null)`
  const insert = (name: string) => Effect.orDie(sql`insert into entries (name) values (${name})`)
  const begun = yield* Deferred.make<void>()
  const go = yield* Deferred.make<void>()
  const ended = yield* Deferred.make<Exit.Exit<unknown, unknown>>()
  const left = yield* Deferred.make<Exit.Exit<unknown, unknown>>()
  let lives = 0
  const held = (name: string) =>
    Deferred.succeed(begun, undefined).pipe(
      Effect.zipRight(Deferred.await(go)),
      Effect.zipRight(insert(name)),
      Effect.onExit((exit) => Deferred.succeed(ended, exit))
    )
  yield* Layer.build(
    Layer.provideMerge(
      Office.toLayer(
        Effect.gen(function* () {
          const clerk = yield* Clerk.client
          return Office.of({
            Insert: ({ name }) => Effect.orDie(clerk("hop").ask.Insert({ name })),
            Tell: ({ name }) => Effect.orDie(clerk("told").tell.Insert({ name }))
          })
        })
      ),
      Clerk.toLayer(
        Effect.sync(() => {
          const life = ++lives
          return Clerk.of({
            Insert: ({ name }) => insert(name),
            InsertBeside: ({ name }) => Rpc.fork(insert(name)),
            InsertNested: ({ fail, name }) =>
              Effect.ignore(
                sql.withTransaction(Effect.zipRight(insert(name), fail ? Effect.fail("no more") : Effect.void))
              ),
            Ahead: ({ name }) => Effect.zipRight(Effect.yieldNow(), insert(name)),
            Held: ({ name }) => held(name),
            HeldBeside: ({ name }) => Rpc.fork(held(name)),
            LeaveBehind: ({ name }) =>
              Deferred.await(go).pipe(
                Effect.zipRight(insert(name)),
                Effect.onExit((exit) => Deferred.succeed(left, exit)),
                Effect.fork,
                Effect.asVoid
              ),
            IsInTransaction: () => Effect.map(Effect.serviceOption(SqlClient.TransactionConnection), Option.isSome),
            Life: () => life
          })
        })
      )
    )
  )
  return {
    sql,
    clerk: yield* Clerk.client,
    office: (yield* Office.client)("o"),
    names: Effect.map(sql<{ name: string }>`select name from entries order by rowid`, (rows) =>
      rows.map(({ name }) => name)
    ),
    begun: Deferred.await(begun),
    go: Deferred.succeed(go, undefined),
    ended: Deferred.await(ended),
    left: Deferred.await(left)
  }
})

type World = Effect.Effect.Success<typeof world>

const test = (
  name: string,
  program: (world: World) => Effect.Effect<void, unknown, ActorSystem.LocalActorSystem>,
  options?: ActorSystem.Options
) =>
  it.live(name, () =>
    Effect.flatMap(world, program).pipe(
      Effect.provide(ActorSystem.layer(options)),
      Effect.provide(Sqlite.layer({ file: ":memory:" })),
      Effect.provide(Logger.remove(Logger.defaultLogger)),
      Effect.scoped
    )
  )

const rolledBack = <A, E, R>(sql: SqlClient.SqlClient, effect: Effect.Effect<A, E, R>) =>
  Effect.flip(sql.withTransaction(Effect.zipRight(effect, Effect.fail("undo"))))

const defectOf = (exit: Exit.Exit<unknown, unknown>) =>
  Exit.isFailure(exit) ? Option.getOrUndefined(Cause.dieOption(exit.cause)) : undefined

describe("An ask inside an SQL transaction", () => {
  for (const way of ["Insert", "InsertBeside", "Ahead"] as const) {
    test(`joins it, and neither waits for its asker's connection nor outlives a rollback: ${way}`, (world) =>
      Effect.gen(function* () {
        const { clerk, names, sql } = world
        const ask = (name: string) => clerk("c").ask[way]({ name })
        yield* sql.withTransaction(ask("kept"))
        assert.strictEqual(yield* rolledBack(sql, Effect.zipRight(ask("undone"), ask("undone as well"))), "undo")
        assert.deepStrictEqual(yield* names, ["kept"])
        // The next one has no part of it.
        yield* ask("alone")
        assert.deepStrictEqual(yield* names, ["kept", "alone"])
      }))
  }

  test("and so does the ask that its handler makes", ({ names, office, sql }) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* rolledBack(sql, office.ask.Insert({ name: "undone" })), "undo")
      yield* sql.withTransaction(office.ask.Insert({ name: "kept" }))
      assert.deepStrictEqual(yield* names, ["kept"])
    }))

  test("and several at once do, by Gather and by fibers", ({ clerk, names, sql }) =>
    Effect.gen(function* () {
      const asks = ["1", "2", "3"].map((name) => clerk(name).ask.Insert({ name }))
      assert.strictEqual(yield* rolledBack(sql, Gather.all(asks)), "undo")
      assert.strictEqual(yield* rolledBack(sql, Effect.all(asks, { concurrency: "unbounded" })), "undo")
      assert.deepStrictEqual(yield* names, [])
      yield* sql.withTransaction(Gather.all(asks))
      assert.deepStrictEqual((yield* names).toSorted(), ["1", "2", "3"])
    }))

  test("and a transaction of its handler is a savepoint", ({ clerk, names, sql }) =>
    Effect.gen(function* () {
      yield* sql.withTransaction(
        Effect.zipRight(
          clerk("c").ask.InsertNested({ name: "kept", fail: false }),
          clerk("c").ask.InsertNested({ name: "undone", fail: true })
        )
      )
      assert.deepStrictEqual(yield* names, ["kept"])
      assert.strictEqual(yield* rolledBack(sql, clerk("c").ask.InsertNested({ name: "x", fail: false })), "undo")
      assert.deepStrictEqual(yield* names, ["kept"])
    }))

  test("joins alone: another asker's message, before it and after it, has no part of it", ({ clerk, sql }) =>
    Effect.gen(function* () {
      const IsInTransaction = () => clerk("c").ask.IsInTransaction()
      const outside = yield* Effect.forkDaemon(
        Effect.forEach([1, 2, 3], () => Effect.zipLeft(IsInTransaction(), Effect.yieldNow()))
      )
      const inside = yield* sql.withTransaction(
        Effect.all([IsInTransaction(), Effect.yieldNow(), IsInTransaction()], { concurrency: "unbounded" })
      )
      assert.deepStrictEqual([inside[0], inside[2]], [true, true])
      assert.deepStrictEqual(yield* Fiber.join(outside), [false, false, false])
      assert.isFalse(yield* IsInTransaction())
    }))

  test("but a tell does not join: it runs for itself when the transaction is over, however that ended", (world) =>
    Effect.gen(function* () {
      const { clerk, names, office, sql } = world
      assert.strictEqual(yield* rolledBack(sql, clerk("c").tell.Insert({ name: "told" })), "undo")
      yield* clerk("c").ask.Life()
      assert.strictEqual(yield* rolledBack(sql, office.ask.Tell({ name: "told by a handler" })), "undo")
      yield* clerk("told").ask.Life()
      assert.deepStrictEqual(yield* names, ["told", "told by a handler"])
    }))

  for (const way of ["Held", "HeldBeside"] as const) {
    for (const how of ["is interrupted", "times out"] as const) {
      test(`ends what is at work for it when its asker ${how}, before another statement: ${way}`, (world) =>
        Effect.gen(function* () {
          const { begun, clerk, ended, go, names, sql } = world
          assert.strictEqual(yield* clerk("c").ask.Life(), 1)
          const asker = yield* Effect.fork(
            sql.withTransaction(
              Effect.zipRight(
                sql`insert into entries (name) values ('its own')`,
                (how === "times out" ? clerk("c").withTimeout("1 millis") : clerk("c")).ask[way]({ name: "late" })
              )
            )
          )
          yield* begun
          const exit = yield* how === "times out" ? Fiber.await(asker) : Fiber.interrupt(asker)
          assert.isTrue(Exit.isFailure(exit))
          // Its transaction is over, and another one has begun on the connection.
          yield* sql.withTransaction(
            Effect.gen(function* () {
              yield* go
              assert.instanceOf(defectOf(yield* ended), TransactionEnded)
              yield* sql`insert into entries (name) values ('another')`
            })
          )
          assert.deepStrictEqual(yield* names, ["another"])
          // Nobody's crash.
          assert.strictEqual(yield* clerk("c").ask.Life(), 1)
        }))
    }
  }

  test("is not begun once its asker has gone, and nothing of it lands", ({ begun, clerk, ended, go, names, sql }) =>
    Effect.gen(function* () {
      const busy = yield* Effect.fork(clerk("c").ask.Held({ name: "first" }))
      yield* begun
      const failed = yield* Effect.flip(
        sql.withTransaction(clerk("c").withTimeout("1 millis").ask.Insert({ name: "late" }))
      )
      assert.strictEqual((failed as { _tag: string })._tag, "AskTimedOut")
      yield* go
      yield* ended
      yield* Fiber.join(busy)
      yield* clerk("c").ask.Life()
      assert.deepStrictEqual(yield* names, ["first"])
    }))

  test("lends it to nothing that its handler leaves behind", ({ clerk, go, left, names, sql }) =>
    Effect.gen(function* () {
      yield* sql.withTransaction(clerk("c").ask.LeaveBehind({ name: "left behind" }))
      yield* go
      const defect = defectOf(yield* left)
      assert.instanceOf(defect, TransactionEnded)
      assert.include((defect as TransactionEnded).message, "Clerk/c went on in the transaction of whoever had asked it")
      assert.deepStrictEqual(yield* names, [])
    }))

  test(
    "can be told not to join",
    ({ clerk, sql }) =>
      Effect.gen(function* () {
        assert.isFalse(yield* sql.withTransaction(clerk("c").ask.IsInTransaction()))
      }),
    { transactions: [] }
  )
})
