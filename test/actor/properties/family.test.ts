import { describe, it } from "vitest"
import { explore } from "../model/explore.ts"
import { family } from "../model/family.ts"

describe("A tree of actors, in any interleaving", () => {
  it(
    "stops in reverse order of spawning, leaves no orphan, and restarts nobody more often than allowed",
    () => explore(family, { runs: 300 }),
    60_000
  )
})
