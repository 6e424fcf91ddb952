import { describe, it } from "vitest"
import { explore } from "../model/explore.ts"
import { mailbox } from "../model/mailbox.ts"

describe("A mailbox, in any interleaving", () => {
  it("loses nothing, keeps order and bound, and lets stop and watch through", () => explore(mailbox, { runs: 500 }))
})
