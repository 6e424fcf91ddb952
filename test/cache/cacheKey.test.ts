import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as CacheKey from "../../src/cache/CacheKey.ts"

/** The same value with the properties of every object in another order. */
const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, shuffled(item)])
  )
}

describe("a cache key", () => {
  it("does not know in which order properties came", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.strictEqual(CacheKey.make(shuffled(value)), CacheKey.make(value))
      })
    )
  })

  it("is equal for two values exactly if they are the same JSON", () => {
    const small = fc.jsonValue({ maxDepth: 2 })
    fc.assert(
      fc.property(small, small, (a, b) => {
        const same = CacheKey.canonical(a) === CacheKey.canonical(b)
        // Node's own comparison as the model; JSON has one zero.
        const model = (() => {
          try {
            assert.deepStrictEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)))
            return true
          } catch {
            return false
          }
        })()
        assert.strictEqual(same, model)
      })
    )
  })

  it("is written as JSON that reads back the same", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.deepStrictEqual(JSON.parse(CacheKey.canonical(value)), JSON.parse(JSON.stringify(value)))
      })
    )
  })

  it("keeps the order of an array", () => {
    assert.notStrictEqual(CacheKey.make(["a", "b"]), CacheKey.make(["b", "a"]))
  })

  it("is the SHA-256 of the canonical text", () => {
    assert.strictEqual(
      CacheKey.canonical({ b: [1, null, "é"], a: { d: true, c: undefined } }),
      '{"a":{"d":true},"b":[1,null,"é"]}'
    )
    assert.strictEqual(CacheKey.make({}), "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")
  })

  it("is refused to what JSON would lose, with the place", () => {
    const circle: Record<string, unknown> = {}
    circle.self = circle
    const cases: ReadonlyArray<readonly [unknown, string]> = [
      [{ a: [1, Number.NaN] }, "a[1] is NaN"],
      [{ a: new Map() }, "a is a Map"],
      [{ a: { b: () => 1 } }, "a.b is a function"],
      [[new Date(0)], "[0] is a Date"],
      [circle, "self is part of itself"],
      [{ a: 1n }, "a is a bigint"]
    ]
    for (const [value, words] of cases) {
      assert.throws(() => CacheKey.make(value), new RegExp(words.replace(/[[\].]/g, "\\$&")))
    }
  })
})
