/** Runners in processes of their own, and this process as one that only sends. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createRequire } from "node:module"
import { fileURLToPath, pathToFileURL } from "node:url"
import type { SqlClient } from "@effect/sql"
import { PgClient } from "@effect/sql-pg"
import { type Duration, Effect, Layer, Logger, LogLevel, Redacted, Schedule } from "effect"
import * as Cluster from "../../../layers/postgres/Cluster.ts"
import type { ActorSystem } from "../../../src/actor/ActorSystem.ts"
import * as ClusterActorSystem from "../../../src/cluster/ClusterActorSystem.ts"

const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href
const runnerFile = fileURLToPath(new URL("./runner.ts", import.meta.url))

export interface Runner {
  readonly process: ChildProcess
  readonly pid: number
  readonly port: number
  log: string
}

/** `database` is what it keeps its place in the cluster in, `records` where its actors write. */
export const start = async (
  port: number,
  { database, ledger, records = database }: { database: string; records?: string; ledger?: string }
): Promise<Runner> => {
  const child = spawn(process.execPath, ["--import", tsx, runnerFile, database, String(port), records, ledger ?? ""], {
    stdio: ["pipe", "pipe", "pipe"]
  })
  const runner: Runner = { process: child, pid: child.pid!, port, log: "" }
  const log = (chunk: unknown) => {
    runner.log += String(chunk)
  }
  child.stderr.on("data", log)
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (chunk) => {
      if (String(chunk).includes("ready")) resolve()
      else log(chunk)
    })
    child.once("exit", (code) => reject(new Error(`a runner ended with ${code} before it was ready:\n${runner.log}`)))
  })
  return runner
}

export const hasEnded = ({ process: child }: Runner): boolean => child.exitCode !== null || child.signalCode !== null

/** However it is: stopped processes end by this as well. */
export const kill = async (runner: Runner): Promise<void> => {
  if (hasEnded(runner)) return
  runner.process.kill("SIGKILL")
  await once(runner.process, "exit")
}

/** What they said helps where one of them was slow; without the traces, which are long. */
const shorten = (log: string) => log.replaceAll(/ cause="[^\n]*/g, " …")

/** However they are. */
export const endAll = async (runners: ReadonlyArray<Runner>): Promise<void> => {
  for (const { log, pid } of runners) if (log !== "") console.log(`runner ${pid} said:\n${shorten(log)}`)
  await Promise.all(runners.map(kill))
}

export type Services = ActorSystem | SqlClient.SqlClient

/** Runs `program` as a process that only sends does. */
export const asClient = <A, E>(url: string, program: Effect.Effect<A, E, Services>): Promise<A> => {
  const database = Redacted.make(url)
  return Effect.runPromise(
    program.pipe(
      Effect.provide(Layer.provide(ClusterActorSystem.layer(), Cluster.client({ database }))),
      Effect.provide(PgClient.layer({ url: database })),
      Effect.provide(Logger.minimumLogLevel(LogLevel.Error))
    )
  )
}

/** Looks again until what other processes do is as it should be. */
export const eventually = <A, E, R>(
  look: Effect.Effect<A, E, R>,
  isDone: (found: A) => boolean,
  within: Duration.DurationInput = "60 seconds"
) =>
  Effect.flatMap(look, (found) => (isDone(found) ? Effect.succeed(found) : Effect.fail("not yet" as const))).pipe(
    Effect.retry(Schedule.spaced("100 millis")),
    Effect.timeoutFail({ duration: within, onTimeout: () => new Error("it never came") })
  )
