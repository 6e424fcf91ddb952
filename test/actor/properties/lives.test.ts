import { describe, it } from "vitest"
import { explore } from "../model/explore.ts"
import { lives } from "../model/lives.ts"

describe("The registry and death-watch, in any interleaving", () => {
  it(
    "know the same lives, the same ends and the same answers as a story told with arrays",
    () => explore(lives, { runs: 300 }),
    60_000
  )
})
