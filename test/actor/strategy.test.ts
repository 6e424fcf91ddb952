import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import * as Strategy from "../../src/actor/Strategy.ts"

describe("Strategy", () => {
  it("has the defaults it documents", () => {
    assert.deepStrictEqual(Strategy.oneForAll(), {
      restarts: "one-for-all",
      intensity: undefined,
      period: Duration.seconds(10),
      autoShutdown: "never",
      maxChildren: 1_000_000
    })
  })

  for (const maxChildren of [0, 1.5, Number.POSITIVE_INFINITY]) {
    it(`refuses maxChildren of ${maxChildren} where it is written`, () => {
      assert.throws(() => Strategy.oneForOne({ maxChildren }), RangeError, "whole number of 1 or more")
    })
  }

  for (const intensity of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    it(`refuses an intensity of ${intensity} where it is written`, () => {
      assert.throws(() => Strategy.oneForOne({ intensity }), RangeError, "whole number of 0 or more")
    })
  }

  for (const period of [0, -1, Number.NaN]) {
    it(`refuses a period of ${period} where it is written`, () => {
      assert.throws(() => Strategy.oneForAll({ intensity: 1, period }), RangeError, "more than zero")
    })
  }

  it("refuses a period that nothing is counted in", () => {
    assert.throws(() => Strategy.restForOne({ period: "1 minute" }), RangeError, "together with intensity")
  })

  it("refuses an autoShutdown that it does not know", () => {
    const options: object = { autoShutdown: "any_significant" }
    assert.throws(() => Strategy.restForOne(options), RangeError, "found any_significant")
  })
})
