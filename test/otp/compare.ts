/**
 * `npm run test:otp`: holds the model of OTP's supervisor against real Erlang, over some thousand seeded scenarios.
 *
 * `-- --runs N` and `-- --seed N` choose others. `-- --record` keeps some with what OTP did in recorded.jsonl, for
 * `npm test`, which needs no Erlang.
 */
import { writeFileSync } from "node:fs"
import { isDeepStrictEqual, parseArgs } from "node:util"
import fc from "fast-check"
import { outcome } from "../actor/model/otpSupervisor.ts"
import { type Scenario, scenarios } from "../actor/model/scenario.ts"
import { release, replay } from "./erlang.ts"

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "3000" },
    seed: { type: "string", default: "1" },
    record: { type: "boolean", default: false }
  }
})

const otp = release()
if (otp === undefined) {
  console.log("SKIPPED test:otp: there is no Erlang here (on Debian: apt-get install erlang-base).")
  process.exit(0)
}

const runs = Number(values.runs)
const seed = Number(values.seed)
const sample: ReadonlyArray<Scenario> = [1, 2, 3].flatMap((depth) =>
  fc.sample(scenarios(depth), { seed: seed + depth, numRuns: Math.ceil(runs / 3) })
)
const played = replay(sample)
let events = 0
let restarts = 0
for (const [n, scenario] of sample.entries()) {
  const expected = outcome(scenario)
  const seen = played[n]!
  for (const { log } of seen) events += log.length
  restarts += seen.slice(1).flatMap(({ log }) => log.filter((entry) => entry.startsWith("+"))).length
  if (isDeepStrictEqual(expected, seen)) continue
  console.error(`Scenario ${n} differs from OTP ${otp}.`)
  console.error(JSON.stringify(scenario, undefined, 1))
  for (const at of expected.keys()) {
    const same = isDeepStrictEqual(expected[at], seen[at])
    console.error(`${same ? " " : "*"} model ${JSON.stringify(expected[at])}\n  OTP   ${JSON.stringify(seen[at])}`)
  }
  process.exit(1)
}
console.log(
  `OTP ${otp}: ${sample.length} scenarios, ${events} starts and stops, ${restarts} later starts: as the model says.`
)

if (values.record) {
  const telling = sample
    .map((scenario, n) => ({ scenario, seen: played[n]! }))
    .filter(({ seen }) => seen.filter(({ log }) => log.length > 0).length >= 5)
    .filter((_, n) => n % 18 === 0)
  const lines = telling.map(({ scenario, seen }) =>
    JSON.stringify({ scenario, seen: seen.map(({ alive, log }) => `${log.join(" ")};${alive.join(" ")}`) })
  )
  writeFileSync(new URL("recorded.jsonl", import.meta.url), lines.map((line) => `${line}\n`).join(""))
  console.log(`Kept ${telling.length} of them in test/otp/recorded.jsonl.`)
}
