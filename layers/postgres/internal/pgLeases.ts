/**
 * Who runs which shard, kept in PostgreSQL as leases: a member's row has the beat that it counts up, a shard's row who holds
 * it and how often it was given away. See `LeaseBook` for what is concluded from them, and why no clock is compared.
 *
 * A member that is found dead is deleted with the beat that it was last seen with, so that one which lives after all is
 * spared, and one which wakes up later finds that it is none any more. What it held is free from then on.
 */
import { PersistenceError } from "@effect/cluster/ClusterError"
import type { RunnerAddress } from "@effect/cluster/RunnerAddress"
import * as RunnerHealth from "@effect/cluster/RunnerHealth"
import * as RunnerStorage from "@effect/cluster/RunnerStorage"
import * as Runners from "@effect/cluster/Runners"
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { Context, Duration, Effect, Layer, Schedule } from "effect"
import { Leases } from "../../../src/cluster/Leases.ts"
import { LeaseBook, type Member, type Times } from "./leaseBook.ts"
import * as MachineTime from "./machineTime.ts"

/** What this process knows of everybody's leases. */
export class Book extends Context.Tag("troupe/layers/LeaseBook")<Book, LeaseBook>() {}

export interface Options extends Times {
  /** How often a member counts up its beat, and looks at the others'. */
  readonly beatInterval: Duration.Duration
}

/** How long one question may take. */
const patience = Duration.seconds(2)

const membersSql = `coalesce((SELECT json_agg(m) FROM (
  SELECT incarnation, beat, address, runner, healthy, leaving FROM cluster_members ORDER BY machine_id) m), '[]')`

/** What is held: `[shard, holder, epoch]`. */
const heldSql = `coalesce((SELECT json_agg(json_build_array(shard_id, holder, epoch))
  FROM cluster_leases WHERE holder IS NOT NULL), '[]')`

interface Look {
  readonly alive: number
  readonly members: ReadonlyArray<Member>
  readonly held: ReadonlyArray<readonly [shardId: string, holder: number, epoch: number]>
}

/** What a lock of the database would keep together is one statement here, which sees one moment. */
const make = (options: Options) =>
  Effect.gen(function* () {
    const sql = (yield* SqlClient.SqlClient).withoutTransforms()
    const book = new LeaseBook(MachineTime.live, options)

    yield* sql`CREATE SEQUENCE IF NOT EXISTS cluster_incarnations`
    yield* sql`CREATE TABLE IF NOT EXISTS cluster_members (
      incarnation bigint PRIMARY KEY,
      machine_id serial NOT NULL,
      address text NOT NULL UNIQUE,
      runner text NOT NULL,
      healthy boolean NOT NULL,
      leaving boolean NOT NULL DEFAULT false,
      beat bigint NOT NULL DEFAULT 0
    )`
    yield* sql`CREATE TABLE IF NOT EXISTS cluster_leases (
      shard_id text PRIMARY KEY,
      holder bigint,
      epoch bigint NOT NULL DEFAULT 0
    )`

    /** Bounded, and left alone rather than waited for when it takes too long. */
    const ask = <A>(question: Effect.Effect<A, SqlError>): Effect.Effect<A, PersistenceError> =>
      Effect.disconnect(question).pipe(
        Effect.timeoutFail({
          duration: patience,
          onTimeout: () => new PersistenceError({ cause: new Error("the database has not answered for 2 seconds") })
        }),
        PersistenceError.refail,
        Effect.withTracerEnabled(false)
      )

    const bury = ({ address, beat, incarnation }: Member) =>
      ask(sql`DELETE FROM cluster_members WHERE incarnation = ${incarnation} AND beat = ${beat} RETURNING 1`).pipe(
        Effect.tap((rows) =>
          rows.length === 0
            ? Effect.void
            : Effect.logWarning(
                `The runner ${address} has not renewed its lease for ${options.silenceMillis} ms: its actors go on elsewhere`
              )
        )
      )

    /** Counts up, and looks. */
    const look: Effect.Effect<void, PersistenceError> = Effect.gen(function* () {
      const { acquisitions, incarnation } = book
      const sentAt = MachineTime.live.mark()
      const [found] = yield* ask(
        sql.unsafe<Look>(
          `WITH beat AS (UPDATE cluster_members SET beat = beat + 1 WHERE incarnation = $1 RETURNING 1)
           SELECT (SELECT count(*)::int FROM beat) AS alive, ${membersSql} AS members, ${heldSql} AS held`,
          [incarnation ?? null]
        )
      )
      const { alive, held, members } = found!
      const silent = book.look(members)
      const living = new Set(members.map((member) => member.incarnation))
      book.gone = [...new Set(held.map(([, holder]) => holder))].filter((holder) => !living.has(holder))
      if (incarnation === undefined || incarnation !== book.incarnation) return
      if (alive === 0) return book.buried()
      const hadLapsed = book.hasLapsed
      book.renewed(sentAt)
      if (hadLapsed && book.isValid) yield* Effect.logInfo("This runner has its lease again")
      if (acquisitions === book.acquisitions) keepOnly(held, incarnation)
      // A process that has just slept does not judge others.
      if (!book.isValid || silent.length === 0) return
      yield* Effect.forEach(silent, bury, { discard: true })
      yield* look
    })

    const keepOnly = (held: Look["held"], incarnation: number) => {
      const mine = new Map(
        held.filter(([, holder]) => holder === incarnation).map(([shard, , epoch]) => [shard, epoch])
      )
      for (const shardId of book.shards) if (mine.get(shardId) !== book.epochOf(shardId)) book.letGo(shardId)
    }

    let wasValid = false
    const noteLapse = Effect.suspend(() => {
      const lapsed = wasValid && book.hasLapsed
      wasValid = book.isValid
      return lapsed
        ? Effect.logError(
            `This runner could not renew its lease for ${options.leaseMillis} ms and has ended its actors: the database did not answer, or this process was stopped`
          )
        : Effect.void
    })
    yield* look
    yield* look.pipe(
      Effect.catchAllCause((cause) => Effect.logDebug("Could not look at the members of the cluster", cause)),
      Effect.zipRight(noteLapse),
      Effect.repeat(Schedule.spaced(options.beatInterval)),
      Effect.interruptible,
      Effect.forkScoped
    )
    yield* Effect.addFinalizer(() =>
      book.incarnation === undefined
        ? Effect.void
        : Effect.ignore(ask(sql`DELETE FROM cluster_members WHERE incarnation = ${book.incarnation}`))
    )

    const join = (address: string, runner: string, healthy: boolean) =>
      Effect.gen(function* () {
        const sentAt = MachineTime.live.mark()
        const [row] = yield* ask(
          sql<{ incarnation: string; machine_id: number }>`
            INSERT INTO cluster_members (incarnation, address, runner, healthy)
            VALUES (nextval('cluster_incarnations'), ${address}, ${runner}, ${healthy})
            ON CONFLICT (address) DO UPDATE SET runner = EXCLUDED.runner, healthy = EXCLUDED.healthy, leaving = false
            WHERE cluster_members.incarnation = ${book.incarnation ?? null}
            RETURNING incarnation, machine_id`
        )
        if (row === undefined) return undefined
        // Its own row is there still: it has only lost sight of itself.
        if (Number(row.incarnation) !== book.incarnation) book.joined(Number(row.incarnation), sentAt)
        yield* look
        return row.machine_id
      })

    const storage = RunnerStorage.makeEncoded({
      getRunners: Effect.sync(() =>
        book.members.filter(({ leaving }) => !leaving).map(({ healthy, runner }) => [runner, healthy] as const)
      ),

      register: (address, runner, healthy) =>
        Effect.gen(function* () {
          for (let told = false; ; told = true) {
            const machineId = yield* join(address, runner, healthy)
            if (machineId !== undefined) return machineId
            if (!told) {
              yield* Effect.logInfo(
                `${address} is the address of another process, or of one that has died: waiting for its lease to end`
              )
            }
            yield* Effect.sleep(options.beatInterval)
          }
        }),

      // It holds what it has until its actors have ended, and the row says that it lives.
      unregister: () =>
        Effect.asVoid(
          ask(sql`UPDATE cluster_members SET leaving = true WHERE incarnation = ${book.incarnation ?? null}`)
        ),

      setRunnerHealth: (address, healthy) =>
        Effect.asVoid(ask(sql`UPDATE cluster_members SET healthy = ${healthy} WHERE address = ${address}`)),

      acquire: (_, shardIds) =>
        Effect.gen(function* () {
          const { incarnation } = book
          if (incarnation === undefined || !book.isValid) return []
          const rows = yield* ask(
            sql.unsafe<{ shard_id: string; epoch: string }>(
              `INSERT INTO cluster_leases AS lease (shard_id, holder, epoch)
               SELECT shard_id, $2::bigint, 1 FROM unnest($1::text[]) AS wanted (shard_id) ORDER BY shard_id
               ON CONFLICT (shard_id) DO UPDATE SET holder = EXCLUDED.holder, epoch = lease.epoch + 1
               WHERE lease.holder IS NULL OR lease.holder = EXCLUDED.holder OR lease.holder = ANY ($3::bigint[])
               RETURNING shard_id, epoch`,
              [shardIds, incarnation, book.gone]
            )
          )
          // Had the lease ended meanwhile, others may have taken them already.
          if (book.incarnation !== incarnation || !book.isValid) return []
          for (const { epoch, shard_id } of rows) book.hold(shard_id, Number(epoch))
          return rows.map(({ shard_id }) => shard_id)
        }),

      refresh: (_, shardIds) =>
        Effect.suspend(() =>
          book.isValid
            ? Effect.succeed(shardIds.filter((shardId) => book.epochOf(shardId) !== undefined))
            : Effect.fail(new PersistenceError({ cause: new Error("the lease of this runner has ended") }))
        ),

      release: (_, shardId) =>
        Effect.suspend(() => {
          book.letGo(shardId)
          return Effect.asVoid(
            ask(
              sql`UPDATE cluster_leases SET holder = NULL
                  WHERE shard_id = ${shardId} AND holder = ${book.incarnation ?? null}`
            )
          )
        }),

      releaseAll: () =>
        Effect.suspend(() => {
          for (const shardId of book.shards) book.letGo(shardId)
          return Effect.asVoid(
            ask(sql`UPDATE cluster_leases SET holder = NULL WHERE holder = ${book.incarnation ?? null}`)
          )
        })
    })

    return Context.make(RunnerStorage.RunnerStorage, storage).pipe(
      Context.add(Leases, { epochOf: (shardId) => book.epochOf(shardId) }),
      Context.add(Book, book)
    )
  })

export const layer = (
  options: Options
): Layer.Layer<RunnerStorage.RunnerStorage | Leases | Book, SqlError | PersistenceError, SqlClient.SqlClient> =>
  Layer.scopedContext(make(options))

/** Silence, in milliseconds, after which it is the lease's turn to say who is dead. */
const silent = 700

/** A runner that has a beat, but cannot be reached by the others, gives its actors to them. */
export const health = Layer.effect(
  RunnerHealth.RunnerHealth,
  Effect.map(Effect.all([Book, Runners.Runners]), ([book, runners]) => {
    const ping = (address: RunnerAddress) =>
      Effect.isSuccess(
        Effect.retry(Effect.timeout(Effect.disconnect(runners.ping(address)), "2 seconds"), {
          times: 2,
          schedule: Schedule.spaced(500)
        })
      )
    return RunnerHealth.RunnerHealth.of({
      isAlive: (address) =>
        Effect.map(ping(address), (answers) => {
          const silentMillis = book.silenceOf(`${address.host}:${address.port}`)
          return answers || (silentMillis !== undefined && silentMillis > silent)
        })
    })
  })
)
