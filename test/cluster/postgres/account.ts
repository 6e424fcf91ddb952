/** The actor of the cluster test, with a record of what was begun that outlives every process. */
import { ClusterSchema } from "@effect/cluster"
import { Rpc } from "@effect/rpc"
import { SqlClient } from "@effect/sql"
import { Effect, Schema } from "effect"
import * as Actor from "../../../src/actor/Actor.ts"
import { Idempotent } from "../../../src/actor/Delivery.ts"
import * as Mailbox from "../../../src/actor/Mailbox.ts"

export class Refused extends Schema.TaggedError<Refused>()("Refused", { n: Schema.Int }) {}

const n = { n: Schema.Int }

export const Account = Actor.make("Account", [
  /** Who runs it, and how many messages this life of it has begun. Does not wait behind what waits to be kept. */
  Rpc.make("Where", { success: Schema.Struct({ pid: Schema.Int, begun: Schema.Int }) }).annotate(Mailbox.Lane, "high"),
  /** May be begun once. */
  Rpc.make("Once", { payload: n, success: Schema.Int, error: Refused }),
  /** Is begun, and takes its time. */
  Rpc.make("Slow", { payload: n, success: Schema.Int }),
  /** May not be lost. */
  Rpc.make("Keep", { payload: n, success: Schema.Int, error: Refused, primaryKey: ({ n }) => String(n) })
    .annotate(ClusterSchema.Persisted, true)
    .annotate(Idempotent, true)
])

/** So that typed errors travel too. */
const isRefused = (n: number) => n % 25 === 0 && n % 2 === 1

export const AccountLive = Account.toLayer(
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    let begun = 0
    const begin = (kind: string, n: number) => {
      begun++
      return Effect.orDie(sql`insert into begun ${sql.insert({ kind, n, pid: process.pid })}`)
    }
    const answered = (n: number) => (isRefused(n) ? Effect.fail(new Refused({ n })) : Effect.succeed(n))
    return Account.of({
      Where: () => ({ pid: process.pid, begun }),
      Once: ({ n }) => Effect.zipRight(begin("once", n), answered(n)),
      Slow: ({ n }) => Effect.as(Effect.zipRight(begin("slow", n), Effect.sleep("20 seconds")), n),
      Keep: ({ n }) => begin("keep", n).pipe(Effect.zipRight(Effect.sleep("600 millis")), Effect.zipRight(answered(n)))
    })
  })
)
