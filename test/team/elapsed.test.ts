import { assert, describe, it } from "vitest"
import * as Elapsed from "../../src/team/Elapsed.ts"

describe("Elapsed", () => {
  it("shows each length in one unit or two, and never sixty of one", () => {
    const shown = [-1, 0, 999.4, 999.6, 59_949, 59_950, 119_600, 3_599_400, 3_599_600, 86_400_000].map(Elapsed.show)
    assert.deepStrictEqual(shown, [
      "0 ms",
      "0 ms",
      "999 ms",
      "1.0 s",
      "59.9 s",
      "1 min 00 s",
      "2 min 00 s",
      "59 min 59 s",
      "1 h 00 min",
      "24 h 00 min"
    ])
  })

  it("ticks in seconds from the first moment", () => {
    assert.deepStrictEqual([0, 340, 1000].map(Elapsed.ticking), ["0.0 s", "0.3 s", "1.0 s"])
  })
})
