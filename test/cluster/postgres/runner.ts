/**
 * A runner in a process of its own: `runner.ts <database> <port> <database of records> <file of the ledger>`. Says `ready` when it is, hands over on SIGTERM, and ends
 * with the process that started it.
 */
import { PgClient } from "@effect/sql-pg"
import { Cause, Effect, Exit, Fiber, Layer, Logger, LogLevel, Redacted } from "effect"
import * as Cluster from "../../../layers/postgres/Cluster.ts"
import * as ClusterActorSystem from "../../../src/cluster/ClusterActorSystem.ts"
import { AccountLive } from "./account.ts"
import * as Ledger from "./ledger.ts"

const [database, port, records, ledger] = process.argv.slice(2)
const url = Redacted.make(database!)

const program = (ledger ? Ledger.layer(ledger) : AccountLive).pipe(
  Layer.provide(ClusterActorSystem.layer()),
  Layer.provide(Cluster.runner({ database: url, address: { host: "127.0.0.1", port: Number(port) } })),
  Layer.provide(PgClient.layer({ url: Redacted.make(records!), maxConnections: 5 })),
  Layer.tap(() => Effect.sync(() => process.stdout.write("ready\n"))),
  Layer.launch,
  Effect.provide(Logger.minimumLogLevel(LogLevel.Warning)),
  Effect.provide(Logger.logFmt)
)

const fiber = Effect.runFork(program)
fiber.addObserver((exit) => {
  if (Exit.isSuccess(exit) || Cause.isInterruptedOnly(exit.cause)) process.exit(0)
  process.stderr.write(`${Cause.pretty(exit.cause, { renderErrorCause: true })}\n`, () => process.exit(1))
})
process.on("SIGTERM", () => Effect.runFork(Fiber.interrupt(fiber)))
// Nobody writes here: the end of it is the end of who started this.
process.stdin.on("end", () => process.exit(2)).resume()
