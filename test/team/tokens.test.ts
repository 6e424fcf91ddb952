import { assert, describe, it } from "vitest"
import { Tokens } from "../../src/team/Report.ts"

describe("Tokens", () => {
  it("adds up what is known, and says unknown where a model did not say", () => {
    const known = Tokens.make({ input: 10, output: 2 })
    assert.strictEqual(Tokens.sum([known, known]).text, "20 in, 4 out")
    assert.strictEqual(Tokens.sum([known, { input: 1, output: null }, known]).text, "21 in, unknown out")
  })
})
