import { describe, it } from "vitest"
import { explore } from "../model/explore.ts"
import { stash, timers } from "../model/inner.ts"

describe("Inside an actor, in any interleaving", () => {
  it(
    "a timer that is cancelled, replaced or outlived by its incarnation is never heard of again",
    () => explore(timers, { runs: 100 }),
    60_000
  )

  it(
    "a stashed message is neither lost nor overtaken, also where its actor crashes",
    () => explore(stash, { runs: 100 }),
    60_000
  )
})
