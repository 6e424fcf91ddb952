import { assert, describe, it } from "vitest"
import * as FairScheduler from "../../src/actor/FairScheduler.ts"

const macrotask = () => new Promise<void>((resolve) => setImmediate(resolve))

describe("FairScheduler", () => {
  it("runs tasks in the order they came, and urgent ones before the others", async () => {
    const scheduler = FairScheduler.make()
    const ran: Array<string> = []
    scheduler.scheduleTask(() => ran.push("later"), 5)
    scheduler.scheduleTask(() => ran.push("sooner"), 1)
    scheduler.scheduleTask(() => ran.push("first"), 0)
    scheduler.scheduleTask(() => ran.push("second"), 0)
    await macrotask()
    assert.deepStrictEqual(ran, ["first", "second", "sooner", "later"])
  })

  it("keeps the order when the ring grows", async () => {
    const scheduler = FairScheduler.make()
    const ran: Array<number> = []
    for (let i = 0; i < 3000; i++) scheduler.scheduleTask(() => ran.push(i), 0)
    while (ran.length < 3000) await macrotask()
    assert.deepStrictEqual(
      ran,
      Array.from({ length: 3000 }, (_, i) => i)
    )
  })

  it("still runs tasks after the budget ended together with the last task", async () => {
    // Every look at the clock finds this budget spent; a look comes with each 64th task.
    const scheduler = new FairScheduler.FairScheduler(-1, 2048)
    let ran = 0
    for (let i = 0; i < 64; i++) scheduler.scheduleTask(() => ran++, 0)
    await macrotask()
    await macrotask()
    assert.strictEqual(ran, 64)
    scheduler.scheduleTask(() => ran++, 0)
    await macrotask()
    assert.strictEqual(ran, 65)
  })

  for (const priority of [0, 1]) {
    it(`lets timers through while tasks of priority ${priority} follow each other without pause`, async () => {
      const scheduler = FairScheduler.make()
      // So many tasks take longer than the timer; without a bound a starved event loop would hang instead of failing.
      let left = 5_000_000
      const again = () => {
        if (--left > 0) scheduler.scheduleTask(again, priority)
      }
      again()
      // A timer of Node's own: whether it gets through is the question.
      await new Promise<void>((resolve) => setTimeout(resolve, 1))
      assert.isAbove(left, 0)
      left = 0
    })
  }
})
