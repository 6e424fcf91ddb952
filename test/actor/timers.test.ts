import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { type Timer, Timers } from "../../src/actor/internal/timers.ts"

/** A clock for plain functions: one pending call-back at most, as the wheel promises. */
const clockwork = () => {
  let now = 0
  let pending: { readonly at: number; readonly wake: () => void } | undefined
  const timers = new Timers(
    (millis, wake) => {
      assert.isUndefined(pending, "one sleep serves all timers")
      const mine = { at: now + millis, wake }
      pending = mine
      return () => {
        if (pending === mine) pending = undefined
      }
    },
    () => now
  )
  return {
    timers,
    now: () => now,
    advance: (millis: number) => {
      const until = now + millis
      let steps = 0
      while (pending !== undefined && pending.at <= until) {
        assert.isBelow(steps++, 1000, "a wheel that wakes without end")
        const { at, wake } = pending
        pending = undefined
        now = Math.max(now, at)
        wake()
      }
      now = until
    },
    back: (millis: number) => {
      now -= millis
    }
  }
}

const step = fc.oneof(
  // Also in the past: a deadline that was inherited may be over when it is set.
  { weight: 4, arbitrary: fc.record({ set: fc.integer({ min: -40, max: 200 }) }) },
  { weight: 2, arbitrary: fc.record({ clear: fc.nat(30) }) },
  { weight: 3, arbitrary: fc.record({ advance: fc.nat(60) }) }
)

describe("Timers", () => {
  it("fires what a sorted list would, to the millisecond and in its order", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
        const clock = clockwork()
        const fired: Array<number> = []
        const expected: Array<number> = []
        const all: Array<Timer> = []
        let model: Array<{ readonly id: number; readonly due: number }> = []
        for (const one of steps) {
          if ("set" in one) {
            const id = all.length
            const due = clock.now() + one.set
            const timer: Timer = {
              next: undefined,
              previous: undefined,
              bucket: undefined,
              dueMillis: 0,
              fire: () => {
                assert.isAtLeast(clock.now(), due)
                fired.push(id)
              }
            }
            all.push(timer)
            clock.timers.set(timer, due)
            model.push({ id, due })
          } else if ("clear" in one) {
            if (all.length === 0) continue
            const id = one.clear % all.length
            clock.timers.clear(all[id]!)
            model = model.filter((entry) => entry.id !== id)
          } else {
            clock.advance(one.advance)
            const due = model.filter((entry) => entry.due <= clock.now()).sort((a, b) => a.due - b.due || a.id - b.id)
            expected.push(...due.map((entry) => entry.id))
            model = model.filter((entry) => entry.due > clock.now())
            // What was overdue when it was set fires in the order of wake-ups, so sets are compared there.
            assert.sameMembers(fired, expected)
          }
        }
      }),
      { numRuns: 300 }
    )
  })

  it("keeps the order of times, and of setting among equal ones", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 40, size: "max" }), (dues) => {
        const clock = clockwork()
        const fired: Array<number> = []
        for (const [id, due] of dues.entries()) clock.timers.after(due, () => fired.push(id))
        clock.advance(100)
        const sorted = dues.map((due, id) => ({ due, id })).sort((a, b) => a.due - b.due || a.id - b.id)
        assert.deepStrictEqual(
          fired,
          sorted.map(({ id }) => id)
        )
      })
    )
  })

  it("goes on after the system's clock was set back", () => {
    const clock = clockwork()
    const fired: Array<string> = []
    clock.timers.after(100, () => {
      fired.push("first")
      clock.back(80)
      clock.timers.after(10, () => fired.push("second"))
    })
    clock.advance(100)
    clock.advance(200)
    assert.deepStrictEqual(fired, ["first", "second"])
  })

  it("lets a timer that fires clear another one of the same time", () => {
    const clock = clockwork()
    const fired: Array<string> = []
    clock.timers.after(10, () => {
      fired.push("first")
      clear()
    })
    const clear = clock.timers.after(10, () => fired.push("second"))
    clock.advance(50)
    assert.deepStrictEqual(fired, ["first"])
  })

  it("keeps no bucket for each timer that was cleared long before its time", () => {
    const clock = clockwork()
    const day = 24 * 60 * 60 * 1000
    const fired: Array<string> = []
    clock.timers.after(day + 5, () => fired.push("kept"))
    for (let i = 0; i < 100_000; i++) {
      clock.advance(16)
      clock.timers.after(day, () => fired.push("cleared"))()
    }
    assert.isAtMost(clock.timers.bucketCount, 4096)
    clock.advance(2 * day)
    assert.deepStrictEqual(fired, ["kept"])
  })
})
