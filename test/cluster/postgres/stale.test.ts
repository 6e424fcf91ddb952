/**
 * Runners that were replaced and may not know it: stopped, wedged, cut off from PostgreSQL. Counted from outside, by what
 * their actors write down, no life of an address goes on when a later one has begun.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { SqlClient } from "@effect/sql"
import { Duration, Effect, Exit, Fiber, Schedule } from "effect"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { entries, Ledger, overlaps, shared } from "./ledger.ts"
import * as Postgres from "./postgres.ts"
import * as Proxy from "./proxy.ts"
import * as Runners from "./runners.ts"

/** What the issue promises. */
const promisedMillis = 10_000

const bin = Postgres.binaries()

describe.skipIf(bin === undefined)("A runner that was replaced and does not know it", () => {
  let postgres: Postgres.Postgres
  const runners: Array<Runners.Runner> = []
  const wires: Array<Proxy.Proxy> = []
  let folder: string
  let ledger: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "troupe-ledger-"))
    ledger = join(folder, "ledger")
    const [port, ...ports] = await Postgres.freePorts(3)
    postgres = await Postgres.start(bin!, port!)
    for (const _ of ports) wires.push(await Proxy.start(port!))
    await Promise.all(
      ports.map(async (own, i) => {
        const database = new URL(postgres.url)
        database.port = String(wires[i]!.port)
        runners[i] = await Runners.start(own, { database: database.href, records: postgres.url, ledger })
      })
    )
  }, 60_000)

  afterAll(async () => {
    await Runners.endAll(runners)
    for (const wire of wires) await wire.close()
    await postgres?.stop()
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  const ids = Array.from({ length: 40 }, (_, i) => `a${i}`)

  /** Asked again where it is only known that nobody answered. */
  const where = (id: string) =>
    Effect.flatMap(Ledger.client, (actors) =>
      Effect.retry(actors(id).withTimeout("1 second").ask.Where(), {
        while: ({ _tag }) => _tag === "ActorUnreachable" || _tag === "AskTimedOut",
        schedule: Schedule.spaced("50 millis")
      })
    )
  const whereabouts = Effect.map(
    Effect.forEach(ids, (id) => Effect.map(where(id), (found) => [id, found] as const), { concurrency: "unbounded" }),
    (found) => new Map(found)
  )
  const ofRunner = (found: ReadonlyMap<string, { readonly pid: number }>, { pid }: Runners.Runner) =>
    ids.filter((id) => found.get(id)?.pid === pid)

  /** Every address has a timer of its own, and does a step every 50 ms. */
  const ticking = Effect.flatMap(Ledger.client, (actors) =>
    Effect.forEach(ids, (id) => actors(id).tell.Tick(), { concurrency: 10, discard: true })
  )

  /** Waits until all answer from the runner that is left, and says how long that took at most. */
  const replaced = (victim: Runners.Runner, orphans: ReadonlyArray<string>) =>
    Effect.map(
      Effect.timed(
        Effect.forEach(
          orphans,
          (id) =>
            Effect.flatMap(where(id), ({ pid }) => (pid === victim.pid ? Effect.fail("not yet") : Effect.void)).pipe(
              Effect.retry(Schedule.spaced("50 millis"))
            ),
          { concurrency: "unbounded", discard: true }
        )
      ),
      ([time]) => Math.round(Duration.toMillis(time))
    )

  /** Both have actors again: whoever was replaced has seen it, and has joined anew. */
  const even = Runners.eventually(whereabouts, (found) => runners.every((runner) => ofRunner(found, runner).length > 0))

  const nothingOverlaps = (since: number) => {
    const all = entries(ledger)
    assert.isAbove(all.length, since, "no step was begun at all")
    assert.deepStrictEqual(overlaps(all), [])
    assert.deepStrictEqual(shared(all), [])
    return all.length
  }

  const scenario = (
    title: string,
    body: (victim: Runners.Runner, orphans: ReadonlyArray<string>) => Effect.Effect<void, unknown, Runners.Services>
  ) =>
    it(
      title,
      () =>
        Runners.asClient(
          postgres.url,
          Effect.gen(function* () {
            const before = yield* even
            yield* ticking
            const victim = runners[0]!
            const since = entries(ledger).length
            yield* body(victim, ofRunner(before, victim))
            const after = yield* even
            nothingOverlaps(since)
            // Each move is a new epoch, and a larger one.
            for (const id of ids) assert.isAtLeast(after.get(id)!.epoch, before.get(id)!.epoch)
            for (const id of ofRunner(before, victim)) assert.isAbove(after.get(id)!.epoch, before.get(id)!.epoch)
          })
        ),
      60_000
    )

  scenario(
    "is replaced within 10 seconds when its process was stopped, and ends its actors before any step when it wakes",
    (victim, orphans) =>
      Effect.gen(function* () {
        const actors = yield* Ledger.client
        // Under way when it is stopped; due, all of them, when it wakes.
        const asked = yield* Effect.forEach(orphans, (id) =>
          Effect.fork(Effect.exit(actors(id).ask.Wait({ millis: 1000 })))
        )
        yield* Effect.sleep("300 millis")
        victim.process.kill("SIGSTOP")
        // Sent into a socket that is open still.
        const told = yield* Effect.forEach(orphans, (id) => Effect.fork(Effect.exit(actors(id).tell.Tick())))
        const millis = yield* replaced(victim, orphans)
        console.log(`${orphans.length} actors of a stopped process answer elsewhere after ${millis} ms`)
        assert.isBelow(millis, promisedMillis)
        const senders: ReadonlyArray<Fiber.Fiber<Exit.Exit<unknown, unknown>>> = [...asked, ...told]
        const [rest, exits] = yield* Effect.timed(Effect.forEach(senders, (sender) => Fiber.join(sender)))
        assert.isBelow(millis + Duration.toMillis(rest), promisedMillis, "senders waited for a process that is dead")
        for (const exit of exits) assert.include(String(exit), "ActorUnreachable")
        yield* ticking
        victim.process.kill("SIGCONT")
      })
  )

  scenario(
    "is replaced within 10 seconds when a handler keeps its event loop, whose answer is nobody's",
    (victim, orphans) =>
      Effect.gen(function* () {
        const actors = yield* Ledger.client
        const wedged = orphans[0]!
        const answer = yield* Effect.fork(
          Effect.exit(actors(wedged).withTimeout("20 seconds").ask.Wedge({ millis: 7000 }))
        )
        yield* Runners.eventually(
          Effect.sync(() => entries(ledger)),
          (all) => all.some(({ what }) => what === "wedge")
        )
        // The step that nobody can interrupt is its own; the others are counted.
        const millis = yield* replaced(
          victim,
          orphans.filter((id) => id !== wedged)
        )
        console.log(`${orphans.length} actors of a wedged process answer elsewhere after ${millis} ms`)
        assert.isBelow(millis, promisedMillis)
        const exit = yield* Fiber.join(answer)
        assert.isTrue(Exit.isFailure(exit), "the answer of a life that was over was passed on")
        assert.include(String(exit), "ActorUnreachable")
      })
  )

  for (const how of ["freeze", "cut"] as const) {
    const words = how === "freeze" ? "hears nothing from PostgreSQL any more" : "is cut off from PostgreSQL"
    scenario(`ends its actors before others begin when it ${words} but lives`, (victim, orphans) =>
      Effect.gen(function* () {
        wires[0]![how]()
        const millis = yield* replaced(victim, orphans)
        console.log(`${orphans.length} actors of a runner that ${words} answer elsewhere after ${millis} ms`)
        assert.isBelow(millis, promisedMillis)
        yield* ticking
        yield* Effect.sleep("1 second")
        wires[0]!.restore()
      })
    )
  }

  scenario("ends its actors when all runners are cut off, and they go on in new lives afterwards", () =>
    Effect.gen(function* () {
      for (const wire of wires) wire.cut()
      yield* Effect.sleep("4 seconds")
      const silent = entries(ledger).length
      yield* Effect.sleep("1 second")
      assert.strictEqual(entries(ledger).length, silent, "actors were at work without a lease")
      for (const wire of wires) wire.restore()
      const [time] = yield* Effect.timed(whereabouts)
      console.log(`all actors answer ${Math.round(Duration.toMillis(time))} ms after all were cut off for 5 s`)
    })
  )

  it(
    "ends the actors of the shards that it has lost, and of no others",
    () =>
      Runners.asClient(
        postgres.url,
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          const before = yield* even
          yield* ticking
          const victim = runners[0]!
          const taken = yield* sql<{ shard_id: string }>`
            update cluster_leases set holder = null, epoch = epoch + 1 where shard_id in (
              select shard_id from cluster_leases l join cluster_members m on m.incarnation = l.holder
              where m.address = ${`127.0.0.1:${victim.port}`} order by shard_id limit 10)
            returning shard_id`
          assert.strictEqual(taken.length, 10)
          yield* Effect.sleep("3 seconds")
          const after = yield* whereabouts
          const renewed = ids.filter((id) => after.get(id)!.epoch > before.get(id)!.epoch)
          assert.isAbove(renewed.length, 0)
          assert.isBelow(renewed.length, ofRunner(before, victim).length)
          nothingOverlaps(0)
        })
      ),
    60_000
  )

  it(
    "does not answer a durable message that has been begun again elsewhere",
    () =>
      Runners.asClient(
        postgres.url,
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          const actors = yield* Ledger.client
          const before = yield* even
          const [id] = ofRunner(before, runners[0]!)
          // It keeps the process busy when it is begun for the first time, and not when it is begun again.
          const kept = yield* actors(id!).withTimeout("30 seconds").ask.Keep({ n: 1, wedgeMillis: 6000 })
          assert.isAbove(kept.epoch, before.get(id!)!.epoch)
          assert.notStrictEqual(kept.pid, runners[0]!.pid)
          yield* even
          const answers = yield* sql<{ payload: string }>`
            select r.payload from cluster_replies r join cluster_messages m on m.id = r.request_id
            where m.entity_id = ${`Ledger/${id}`} and m.tag = 'Deliver'`
          assert.strictEqual(answers.length, 1)
          assert.include(answers[0]!.payload, `"epoch":${kept.epoch}`)
          const begun = entries(ledger).filter(({ edge, what }) => what === "keep" && edge === "begin")
          assert.strictEqual(begun.length, 2)
        })
      ),
    60_000
  )
})
