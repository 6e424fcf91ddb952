import { assert, describe, it } from "@effect/vitest"
import { Data } from "effect"
import { inWords } from "../../src/team/internal/inWords.ts"

class Bad extends Data.TaggedError("Bad")<{ readonly why: string; readonly at?: unknown }> {}
class Bare extends Data.TaggedError("Bare")<Record<never, never>> {}

describe("an error in words", () => {
  it("is its message, where it has one", () => {
    assert.strictEqual(inWords(new Error("no ink")), "no ink")
    assert.strictEqual(inWords("no ink"), "no ink")
  })

  it("is its name and fields, where it has none", () => {
    assert.strictEqual(inWords(new Bad({ why: "negative" })), 'Bad {"why":"negative"}')
    assert.strictEqual(inWords({ why: "negative" }), '{"why":"negative"}')
    assert.strictEqual(inWords(new Bare()), "Bare")
    assert.strictEqual(inWords(new TypeError()), "TypeError")
  })

  it("is never empty, never long, and never throws", () => {
    const long = inWords(new Bad({ why: "x".repeat(1000) }))
    assert.match(long, /^Bad \{"why":"x+…$/)
    assert.isAtMost(long.length, 204)
    assert.strictEqual(inWords(new Bad({ why: "big", at: 1n })), "Bad object")
    const getter = Object.defineProperty(new Error("x"), "message", { get: () => assert.fail("read") })
    const proxy = new Proxy({}, { get: () => assert.fail("read") })
    for (const hostile of [getter, proxy]) assert.strictEqual(inWords(hostile), "an error that throws when it is read")
    for (const odd of ["", undefined, null, {}, Object.create(null), 7]) assert.notStrictEqual(inWords(odd), "")
  })
})
