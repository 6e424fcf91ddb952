import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { play } from "./model/fakeTree.ts"
import { outcome } from "./model/otpSupervisor.ts"
import { type Scenario, scenarios } from "./model/scenario.ts"

/** Where starts and stops take time they end in an order of chance, from this seed. */
const seeded = (seed: number) => {
  let state = seed | 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 0) / 2 ** 32
  }
}

describe("With a limit per supervisor and no backoff, the order of starts and stops is OTP's", () => {
  for (const depth of [1, 2, 3]) {
    it(`in trees of ${depth} level(s), where starts and stops answer at once`, () => {
      fc.assert(
        fc.property(scenarios(depth), (scenario) => {
          assert.deepStrictEqual(play(scenario), outcome(scenario))
        }),
        { numRuns: 700 }
      )
    })

    it(`in trees of ${depth} level(s), where starts and stops take time`, () => {
      fc.assert(
        fc.property(scenarios(depth), fc.integer(), (scenario, seed) => {
          assert.deepStrictEqual(play(scenario, seeded(seed)), outcome(scenario))
        }),
        { numRuns: 700 }
      )
    })
  }
})

/** What real Erlang did (OTP 25), kept by `npm run test:otp -- --record`; see test/otp. */
const recorded = readFileSync(new URL("../otp/recorded.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as { readonly scenario: Scenario; readonly seen: ReadonlyArray<string> })

describe("What real Erlang did, start by start and stop by stop", () => {
  for (const [name, tell] of [
    ["the model", outcome],
    ["Troupe's supervisor", play]
  ] as const) {
    it(`${name} does as well`, () => {
      assert.isAtLeast(recorded.length, 40)
      for (const { scenario, seen } of recorded) {
        const told = tell(scenario).map(({ alive, log }) => `${log.join(" ")};${alive.join(" ")}`)
        assert.deepStrictEqual(told, seen)
      }
    })
  }
})
