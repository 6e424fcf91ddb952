/**
 * Testing what depends on order: one program, many interleavings, and faults at chosen points.
 *
 * A till counts what it sold. Two clerks sell at once. The first version asks for the count and writes it back, which
 * loses a sale if the other clerk comes in between; the second one lets the actor count.
 *
 * Run it: `npx tsx examples/actors/testing.ts`. In your app the import reads `troupe`.
 */
import { Rpc } from "@effect/rpc"
import { Console, Effect, Schema } from "effect"
import { Actor } from "../../src/index.ts"
import { ActorTest, FaultPlan } from "../../src/testing.ts"

const Till = Actor.make("Till", [
  Rpc.make("Sold", { success: Schema.Int }),
  Rpc.make("Write", { payload: { count: Schema.Int } }),
  Rpc.make("Sell")
])

const TillLive = Till.toLayer(
  Effect.sync(() => {
    let sold = 0
    return Till.of({
      Sold: () => sold,
      Write: ({ count }) => {
        sold = count
      },
      Sell: () => {
        sold++
      }
    })
  })
)

const clerks = (careful: boolean) =>
  Effect.gen(function* () {
    const till = (yield* Till.client)("front")
    const sell = careful
      ? till.ask.Sell()
      : Effect.flatMap(till.ask.Sold(), (count) => till.ask.Write({ count: count + 1 }))
    // A sale that the till did not confirm is tried once more.
    yield* Effect.all(
      [sell, sell].map((sale) => Effect.retry(sale, { times: 1 })),
      { concurrency: "unbounded" }
    )
    return yield* till.ask.Sold()
  }).pipe(Effect.provide(TillLive))

const bothSold = (count: number) => (count === 2 ? Effect.void : Effect.fail(`sold 2, but the till says ${count}`))

const main = Effect.gen(function* () {
  // Fails under one of the seeds, and says which: that seed replays the run, decision by decision.
  const failed = yield* Effect.flip(ActorTest.interleavings({ program: clerks(false), check: bothSold }))
  yield* Console.log(`careless: ${failed.message.split("\n").at(-1)}`)
  const { decisions, seed } = failed.run
  const replayed = yield* Effect.flip(
    ActorTest.interleavings({ program: clerks(false), check: bothSold, seeds: [seed], decisions })
  )
  yield* Console.log(
    `replayed: the same ${replayed.journal.length} steps: ${`${replayed.journal}` === `${failed.journal}`}`
  )

  const seen = yield* ActorTest.interleavings({ program: clerks(true), check: bothSold, seeds: 200 })
  yield* Console.log(`careful: ${seen.runs} runs, all right`)

  // The till crashes with a sale in hand and forgets what it sold before: a plan drawn by chance finds it.
  const forgot = yield* Effect.flip(
    ActorTest.interleavings({
      program: clerks(true),
      check: bothSold,
      faults: FaultPlan.random({ actions: ["crash", "delay"], messages: ["Sell"], within: 3 })
    })
  )
  yield* Console.log(`with a crash: ${FaultPlan.print(forgot.run.faults)}`)
})

Effect.runPromise(main)
