import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { run } from "./harness.ts"
import { play } from "./model/actorTree.ts"
import { outcome } from "./model/otpSupervisor.ts"
import { scenarios } from "./model/scenario.ts"

describe("With a limit per supervisor and no backoff, actors start and stop in OTP's order", () => {
  for (const depth of [1, 2, 3]) {
    it(`in trees of ${depth} level(s)`, { timeout: 120_000 }, () =>
      fc.assert(
        fc.asyncProperty(scenarios(depth), async (scenario) => {
          assert.deepStrictEqual(await run(() => play(scenario)), outcome(scenario))
        }),
        { numRuns: 200 }
      )
    )
  }
})
