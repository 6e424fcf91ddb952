/** What a process concludes about leases; the database that it asks is in `npm run test:cluster`. */
import { assert, describe, it } from "@effect/vitest"
import { InHand } from "../../layers/postgres/internal/inHand.ts"
import { LeaseBook, type Member } from "../../layers/postgres/internal/leaseBook.ts"
import * as MachineTime from "../../layers/postgres/internal/machineTime.ts"

/** A machine whose clocks are moved by hand. */
const machine = () => {
  const clocks = { awake: 1000, up: 50_000, wall: 1e12 }
  const time = MachineTime.make({ awake: () => clocks.awake, up: () => clocks.up, wall: () => clocks.wall })
  const pass = (millis: number) => {
    clocks.awake += millis
    clocks.up += millis
    clocks.wall += millis
  }
  const suspend = (millis: number) => {
    clocks.up += millis
    clocks.wall += millis
  }
  return { clocks, time, pass, suspend }
}

const times = { leaseMillis: 2700, silenceMillis: 3000, longestLookMillis: 500 }
const member = (incarnation: number, beat: number): Member => ({
  incarnation,
  beat,
  address: `runner:${incarnation}`,
  runner: "{}",
  healthy: true,
  leaving: false
})

const holding = () => {
  const world = machine()
  const book = new LeaseBook(world.time, times)
  book.joined(1, world.time.mark())
  book.hold("default:1", 7)
  return { ...world, book }
}

describe("A lease", () => {
  it("is over when it was not renewed for so long, and what was held is not held again by renewing it late", () => {
    const { book, pass, time } = holding()
    pass(2600)
    const sentAt = time.mark()
    assert.strictEqual(book.epochOf("default:1"), 7)
    pass(200)
    assert.isUndefined(book.epochOf("default:1"))
    book.renewed(sentAt)
    assert.isTrue(book.isValid)
    assert.isUndefined(book.epochOf("default:1"))
  })

  it("counts from when its renewal was sent, not from when the answer came", () => {
    const { book, pass, time } = holding()
    pass(1000)
    const sentAt = time.mark()
    pass(1500)
    book.renewed(sentAt)
    pass(1100)
    assert.strictEqual(book.epochOf("default:1"), 7)
    pass(200)
    assert.isUndefined(book.epochOf("default:1"))
  })

  it("is not renewed by an answer that took longer than itself, nor set back by one that was overtaken", () => {
    const { book, pass, time } = holding()
    const first = time.mark()
    pass(2000)
    book.renewed(time.mark())
    book.renewed(first)
    pass(2000)
    assert.isTrue(book.isValid)
    pass(5000)
    book.renewed(first)
    assert.isFalse(book.isValid)
  })

  it("goes on while the machine is suspended, although its monotonic clock stands still", () => {
    const { book, suspend } = holding()
    suspend(60_000)
    assert.isUndefined(book.epochOf("default:1"))
  })

  it("does not care for the wall clock, whoever sets it", () => {
    const { book, clocks, pass } = holding()
    for (const hour of [3_600_000, -7_200_000]) {
      clocks.wall += hour
      pass(100)
      assert.strictEqual(book.epochOf("default:1"), 7)
    }
  })

  it("ends with being buried, and a new one holds nothing", () => {
    const { book, time } = holding()
    book.buried()
    assert.isUndefined(book.epochOf("default:1"))
    book.joined(2, time.mark())
    assert.isTrue(book.isValid)
    assert.deepStrictEqual(book.shards, [])
  })
})

describe("The silence of others", () => {
  it("has to last longer than a lease, and ends with a beat", () => {
    const { book, pass } = holding()
    const look = (beat: number) => book.look([member(1, 0), member(2, beat)]).map(({ incarnation }) => incarnation)
    look(1)
    for (let i = 0; i < 12; i++) {
      pass(250)
      assert.deepStrictEqual(look(1), [])
    }
    look(2)
    for (let i = 0; i < 12; i++) {
      pass(250)
      assert.deepStrictEqual(look(2), [])
    }
    pass(250)
    assert.deepStrictEqual(look(2), [2])
    assert.isAbove(book.silenceOf("runner:2")!, 3000)
  })

  it("is not what a process has seen that could not look: after an outage nobody takes anybody for dead", () => {
    const { book, pass } = holding()
    book.look([member(2, 1)])
    pass(600_000)
    assert.deepStrictEqual(book.look([member(2, 1)]), [])
    assert.strictEqual(book.silenceOf("runner:2"), 500)
  })

  it("is told to those who wait for a process that has gone", () => {
    const { book } = holding()
    let told = 0
    const end = book.onGone("runner:2", () => told++)
    book.look([member(2, 1)])
    book.look([member(3, 1)])
    assert.strictEqual(told, 1)
    end()
    book.look([member(2, 1)])
    book.look([])
    assert.strictEqual(told, 1)
  })
})

describe("Durable messages in hand", () => {
  const limits = { page: 10, ofOneActor: 4, ofAll: 6, forgottenMillis: 1000 }
  const fill = (inHand: InHand, address: string, ids: ReadonlyArray<number>, at = 0) => {
    for (const id of ids) inHand.add(BigInt(id), { address, shardId: "default:1", at })
  }

  it("are so many of one actor, and beyond so many of all only those of actors that have none", () => {
    const inHand = new InHand(limits)
    fill(inHand, "a", [1, 2, 3, 4])
    assert.deepStrictEqual(inHand.fullAddresses, ["a"])
    assert.isFalse(inHand.onlyIdle)
    fill(inHand, "b", [5, 6])
    assert.isTrue(inHand.onlyIdle)
    assert.deepStrictEqual(inHand.addresses, ["a", "b"])
  })

  it("have the next page read when half of what was held back is answered, once", () => {
    const inHand = new InHand({ ...limits, ofAll: 100 })
    fill(inHand, "a", [1, 2, 3, 4])
    inHand.isHeldBack = true
    assert.deepStrictEqual(
      [1, 2, 3, 4].map((id) => inHand.remove(BigInt(id))),
      [false, true, false, false]
    )
    assert.isFalse(inHand.remove(9n))
  })

  it("are forgotten with their shard, and after so long", () => {
    const inHand = new InHand(limits)
    fill(inHand, "a", [1], 0)
    fill(inHand, "b", [2], 900)
    inHand.keepOnly(new Set(["default:1"]), 1500)
    assert.deepStrictEqual(inHand.addresses, ["b"])
    inHand.keepOnly(new Set(["default:2"]), 1500)
    assert.strictEqual(inHand.size, 0)
  })
})
