import { assert, describe, it } from "@effect/vitest"
import { Data } from "effect"
import { describeError } from "../../src/team/internal/describeError.ts"

class Bad extends Data.TaggedError("Bad")<{ readonly why: string; readonly at?: unknown }> {}
class Bare extends Data.TaggedError("Bare")<Record<never, never>> {}

describe("an error in words", () => {
  it("is its message, where it has one", () => {
    assert.strictEqual(describeError(new Error("no ink")), "no ink")
    assert.strictEqual(describeError("no ink"), "no ink")
  })

  it("is its name and fields, where it has none", () => {
    assert.strictEqual(describeError(new Bad({ why: "negative" })), 'Bad {"why":"negative"}')
    assert.strictEqual(describeError({ why: "negative" }), '{"why":"negative"}')
    assert.strictEqual(describeError(new Bare()), "Bare")
    assert.strictEqual(describeError(new TypeError()), "TypeError")
  })

  it("is never empty, never long, and never throws", () => {
    const long = describeError(new Bad({ why: "x".repeat(1000) }))
    assert.match(long, /^Bad \{"why":"x+…$/)
    assert.isAtMost(long.length, 204)
    assert.strictEqual(describeError(new Bad({ why: "big", at: 1n })), "Bad object")
    const getter = Object.defineProperty(new Error("x"), "message", { get: () => assert.fail("read") })
    const proxy = new Proxy({}, { get: () => assert.fail("read") })
    for (const hostile of [getter, proxy])
      assert.strictEqual(describeError(hostile), "an error that throws when it is read")
    for (const odd of ["", undefined, null, {}, Object.create(null), 7]) assert.notStrictEqual(describeError(odd), "")
  })
})
