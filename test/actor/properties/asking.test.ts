import { describe, it } from "vitest"
import { asking, chains } from "../model/asking.ts"
import { explore } from "../model/explore.ts"

describe("An ask, in any interleaving", () => {
  it("is begun, withdrawn, answered or given up exactly when a simulated queue says so", () =>
    explore(asking, { runs: 300 }))

  it("passes the sooner of two deadlines down a chain, and ends by it", () => explore(chains, { runs: 150 }))
})
