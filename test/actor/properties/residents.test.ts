import { describe, it } from "vitest"
import { explore } from "../model/explore.ts"
import { residents } from "../model/residents.ts"

describe("Roots that come and go, in any interleaving", () => {
  it("are never more than allowed, and lose no message on the way", () => explore(residents, { runs: 150 }), 60_000)
})
