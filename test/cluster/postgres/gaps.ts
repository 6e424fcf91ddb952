/**
 * How long addresses do not answer when something breaks: `npx tsx test/cluster/postgres/gaps.ts <what> [rounds]`.
 *
 * - `kill`: one of three runners is killed with -9
 * - `stop`: one of three is stopped, as a process that hangs is
 * - `restart`: PostgreSQL is gone for 10 seconds; counted from when it is back
 *
 * Prints the longest gap of any address in each round (default 5), the median and the worst. A gap is what lies between two
 * answers of an address that is asked all the time. Two cores, three runners, 60 addresses, PostgreSQL 15, 1 December 2026:
 * see the table in the notes of the issue.
 */

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Schedule } from "effect"
import { Ledger } from "./ledger.ts"
import * as Postgres from "./postgres.ts"
import * as Runners from "./runners.ts"

const [what = "kill", rounds = "5"] = process.argv.slice(2)
const ids = Array.from({ length: 60 }, (_, i) => `a${i}`)
const now = () => performance.now()

const bin = Postgres.binaries()
if (bin === undefined) process.exit(1)

const round = async (): Promise<number> => {
  const folder = mkdtempSync(join(tmpdir(), "troupe-gaps-"))
  const [port, ...ports] = await Postgres.freePorts(4)
  const postgres = await Postgres.start(bin, port!)
  const runners = await Promise.all(
    ports.map((own) => Runners.start(own, { database: postgres.url, ledger: join(folder, "ledger") }))
  )
  try {
    return await Runners.asClient(
      postgres.url,
      Effect.gen(function* () {
        const actors = yield* Ledger.client
        let countFrom = 0
        const longest = new Map<string, number>()
        const last = new Map<string, number>()
        const answered = (id: string) => {
          const at = now()
          const since = last.get(id)
          last.set(id, at)
          if (since !== undefined && countFrom > 0 && at > countFrom) {
            longest.set(id, Math.max(longest.get(id) ?? 0, at - Math.max(since, countFrom)))
          }
        }
        const asking = (id: string) =>
          actors(id)
            .withTimeout("1 second")
            .ask.Where()
            .pipe(
              Effect.tap(() => Effect.sync(() => answered(id))),
              Effect.ignore,
              Effect.repeat(Schedule.spaced("20 millis"))
            )
        yield* Effect.forEach(ids, (id) => Effect.fork(asking(id)), { discard: true })
        const silentSince = (since: number) => Effect.sync(() => ids.filter((id) => (last.get(id) ?? 0) <= since))
        yield* Runners.eventually(silentSince(0), (silent) => silent.length === 0)
        // Until the first moves are over.
        yield* Effect.sleep("3 seconds")
        if (what === "restart") {
          yield* Effect.promise(() => postgres.restart(10))
          countFrom = now()
        } else {
          countFrom = now()
          runners[0]!.process.kill(what === "kill" ? "SIGKILL" : "SIGSTOP")
        }
        const brokenAt = countFrom
        yield* Effect.sleep("8 seconds")
        yield* Runners.eventually(silentSince(brokenAt), (silent) => silent.length === 0)
        return Math.max(...longest.values())
      })
    )
  } finally {
    await Promise.all(runners.map(Runners.kill))
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const gaps: Array<number> = []
for (let i = 0; i < Number(rounds); i++) {
  gaps.push(Math.round(await round()))
  console.log(`${what} ${i + 1}: ${gaps.at(-1)} ms`)
}
gaps.sort((a, b) => a - b)
console.log(`${what}: median ${gaps[gaps.length >> 1]} ms, worst ${gaps.at(-1)} ms`)
process.exit(0)
