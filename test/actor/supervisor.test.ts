import { assert, describe, it } from "@effect/vitest"
import { Cause, type Duration } from "effect"
import fc from "fast-check"
import {
  type Child,
  type ChildState,
  type Reason,
  type Shutdown,
  Supervisor
} from "../../src/actor/internal/supervisor.ts"
import * as Strategy from "../../src/actor/Strategy.ts"
import * as Supervision from "../../src/actor/Supervision.ts"

const boom = Cause.die("boom")
const crash: Reason = { cause: boom }

/** A supervisor, its children, a clock, and a log of all that happened. */
class Bench {
  readonly log: Array<string> = []
  now = 0
  private timers: Array<{ readonly at: number; readonly wake: () => void }> = []
  readonly shutdowns: Array<Shutdown> = []
  readonly supervisor: Supervisor

  constructor(strategy: Strategy.Strategy) {
    this.supervisor = new Supervisor(strategy, {
      now: () => this.now,
      after: (millis, wake) => {
        const timer = { at: this.now + millis, wake }
        this.timers.push(timer)
        return () => {
          this.timers = this.timers.filter((other) => other !== timer)
        }
      },
      random: () => 0.5,
      shutdown: (why) => {
        this.shutdowns.push(why)
        this.log.push("shutdown")
        this.supervisor.stopAll(() => {})
      },
      escalate: (child) => {
        this.log.push(`escalated by ${child.key}`)
        this.supervisor.stopAll(() => {})
      }
    })
  }

  get pendingTimers(): number {
    return this.timers.length
  }

  advance(millis: number): void {
    const until = this.now + millis
    for (;;) {
      const due = this.timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.timers = this.timers.filter((timer) => timer !== due)
      this.now = due.at
      due.wake()
    }
    this.now = until
  }

  child(name: string, options?: Partial<Pick<Fake, "restart" | "significant" | "supervision">>): Fake {
    const fake = new Fake(this, name, options)
    this.supervisor.add(fake)
    return fake
  }

  /** What happened since it was last asked. */
  happened(): string {
    return this.log.splice(0).join(" ")
  }
}

class Fake implements Child {
  readonly restart: Strategy.Restart
  readonly significant: boolean
  readonly supervision: Supervision.Supervision
  childState: ChildState | undefined
  alive = false
  /** Starts that fail from now on. */
  failures = 0
  /** While set, starts and stops are answered by `answer` only. */
  slow = false
  /** A start or stop that was not answered yet. */
  underWay: (() => void) | undefined
  private starting: ((failure: Cause.Cause<unknown> | undefined) => void) | undefined

  constructor(
    private readonly bench: Bench,
    readonly key: string,
    options?: Partial<Pick<Fake, "restart" | "significant" | "supervision">>
  ) {
    this.restart = options?.restart ?? "transient"
    this.significant = options?.significant ?? false
    this.supervision = options?.supervision ?? Supervision.restart()
  }
  decide(cause: Cause.Cause<unknown>): Supervision.Directive {
    return this.supervision.decide(cause)
  }
  start(done: (failure: Cause.Cause<unknown> | undefined) => void): void {
    this.alive = true
    const fails = this.failures > 0
    if (fails) this.failures--
    this.bench.log.push(`${fails ? "!" : "+"}${this.key}`)
    this.starting = done
    this.later(() => this.started(fails ? boom : undefined))
  }
  stop(forGood: boolean, done: () => void): void {
    if (!this.alive) return done()
    this.bench.log.push(`${forGood ? "-" : "~"}${this.key}`)
    this.later(() => {
      this.started(boom)
      this.alive = false
      done()
    })
  }
  private started(failure: Cause.Cause<unknown> | undefined): void {
    const starting = this.starting
    if (starting === undefined) return
    this.starting = undefined
    this.alive = failure === undefined
    starting(failure)
  }
  ends(reason: Reason): void {
    this.alive = false
    this.bench.supervisor.ended(this, reason)
  }
  answer(): void {
    const underWay = this.underWay
    this.underWay = undefined
    underWay?.()
  }
  private later(task: () => void): void {
    if (this.slow) this.underWay = task
    else task()
  }
  restarting(because: Child, _: Reason, waitMillis: number): void {
    if (because === this && waitMillis > 0) this.bench.log.push(`${this.key} in ${waitMillis}`)
  }
  givenUp(): void {
    this.bench.log.push(`${this.key} given up`)
  }
  gone(): void {
    this.bench.log.push(`${this.key} gone`)
  }
}

const backoff = (min: Duration.DurationInput, intensity = 100) =>
  Supervision.restart({ intensity, backoff: { min, max: "1 minute", jitter: 0 } })

const strategies = {
  "one-for-one": Strategy.oneForOne(),
  "one-for-all": Strategy.oneForAll(),
  "rest-for-one": Strategy.restForOne()
}

describe("A limit per child", () => {
  it("gives up the child that met it; its siblings live on", () => {
    for (const strategy of Object.values(strategies)) {
      const bench = new Bench(strategy)
      const a = bench.child("a")
      const b = bench.child("b", { supervision: Supervision.restart({ intensity: 1 }) })
      b.ends(crash)
      bench.happened()
      b.ends(crash)
      assert.strictEqual(bench.happened(), "b given up")
      assert.isTrue(a.alive)
    }
  })

  it("counts what lies within the period, and not the siblings' restarts", () => {
    const bench = new Bench(Strategy.oneForOne())
    const supervision = Supervision.restart({ intensity: 2, period: "10 seconds" })
    const a = bench.child("a", { supervision })
    const b = bench.child("b", { supervision })
    for (const child of [a, b, a, b]) child.ends(crash)
    bench.advance(10_000)
    for (const child of [a, b, a, b]) child.ends(crash)
    assert.isTrue(a.alive && b.alive)
    bench.happened()
    a.ends(crash)
    assert.strictEqual(bench.happened(), "a given up")
    assert.isTrue(b.alive)
  })

  it("a group that starts again counts for the child that ended, and once", () => {
    const bench = new Bench(Strategy.oneForAll())
    const [a, b] = ["a", "b"].map((name) => bench.child(name, { supervision: Supervision.restart({ intensity: 2 }) }))
    a!.ends(crash)
    a!.ends(crash)
    b!.ends(crash)
    b!.ends(crash)
    bench.happened()
    b!.ends(crash)
    assert.strictEqual(bench.happened(), "b given up")
  })

  it("a failed restart counts each time", () => {
    const bench = new Bench(Strategy.restForOne())
    const a = bench.child("a")
    const b = bench.child("b", { supervision: Supervision.restart({ intensity: 3 }) })
    const c = bench.child("c")
    bench.happened()
    b.failures = 2
    b.ends(crash)
    assert.strictEqual(bench.happened(), "~c !b !b +b +c")
    b.ends(crash)
    assert.strictEqual(bench.happened(), "b given up")
    assert.isTrue(a.alive && c.alive)
  })

  it("the rest of a group starts when the child that failed is given up", () => {
    for (const [kind, expected] of [
      ["one-for-all", "~c ~a +a !b ~a +a !b b given up +c"],
      ["rest-for-one", "~c !b !b b given up +c"]
    ] as const) {
      const bench = new Bench(strategies[kind])
      const [a, b, c] = ["a", "b", "c"].map((name) =>
        bench.child(name, { supervision: Supervision.restart({ intensity: 2 }) })
      )
      bench.happened()
      b!.failures = 9
      b!.ends(crash)
      assert.strictEqual(bench.happened(), expected)
      assert.isTrue(a!.alive && c!.alive)
    }
  })

  it("a permanent child that stops itself too often is given up", () => {
    const bench = new Bench(Strategy.oneForOne())
    const a = bench.child("a", { restart: "permanent", supervision: Supervision.restart({ intensity: 1 }) })
    a.ends("normal")
    a.ends("shutdown")
    assert.strictEqual(bench.happened(), "+a +a a given up")
  })
})

describe("A child's own supervision", () => {
  it("stop gives that child up alone, also where its start fails in a group", () => {
    const bench = new Bench(Strategy.oneForAll())
    const a = bench.child("a")
    const b = bench.child("b", { supervision: Supervision.stop })
    const c = bench.child("c")
    b.ends(crash)
    assert.isTrue(a.alive && c.alive)
    bench.supervisor.revive(b)
    bench.happened()
    b.failures = 1
    a.ends(crash)
    assert.strictEqual(bench.happened(), "~c ~b +a !b b given up +c")
  })

  it("escalate gives the child up and crashes its parent", () => {
    const bench = new Bench(Strategy.oneForOne())
    bench.child("a")
    const b = bench.child("b", { supervision: Supervision.escalate, restart: "temporary" })
    bench.happened()
    b.ends(crash)
    assert.strictEqual(bench.happened(), "b given up escalated by b -a")
  })

  it("exceeded: escalate crashes the parent once the window is full", () => {
    const bench = new Bench(Strategy.oneForOne())
    const a = bench.child("a", { supervision: Supervision.restart({ intensity: 1, exceeded: "escalate" }) })
    a.ends(crash)
    bench.happened()
    a.ends(crash)
    assert.strictEqual(bench.happened(), "a given up escalated by a")
  })

  it("is not asked about an end of its own choice", () => {
    const bench = new Bench(Strategy.oneForOne())
    const a = bench.child("a", { supervision: Supervision.escalate })
    bench.happened()
    a.ends("normal")
    assert.strictEqual(bench.happened(), "a gone")
  })
})

describe("A child that was given up", () => {
  it("is left out when its group starts again, until it is revived; then it starts where it stood", () => {
    const bench = new Bench(Strategy.oneForAll())
    const a = bench.child("a")
    const b = bench.child("b", { supervision: Supervision.stop })
    bench.child("c")
    b.ends(crash)
    bench.happened()
    a.ends(crash)
    assert.strictEqual(bench.happened(), "~c +a +c")
    bench.supervisor.revive(b)
    assert.strictEqual(bench.happened(), "+b")
    a.ends(crash)
    assert.strictEqual(bench.happened(), "~c ~b +a +b +c")
  })

  it("has its whole limit again when it is revived", () => {
    const bench = new Bench(Strategy.oneForOne())
    const a = bench.child("a", { supervision: Supervision.restart({ intensity: 1 }) })
    a.ends(crash)
    a.ends(crash)
    bench.supervisor.revive(a)
    bench.happened()
    a.ends(crash)
    assert.strictEqual(bench.happened(), "+a")
    a.ends(crash)
    assert.strictEqual(bench.happened(), "a given up")
  })

  it("whose revival fails has crashed", () => {
    const bench = new Bench(Strategy.oneForOne())
    const a = bench.child("a", { supervision: Supervision.restart({ intensity: 1 }) })
    a.ends(crash)
    a.ends(crash)
    bench.happened()
    a.failures = 9
    bench.supervisor.revive(a)
    assert.strictEqual(bench.happened(), "!a !a a given up")
  })
})

describe("Backoff", () => {
  it("the whole group waits, for the longest wait of those in it, and then starts in order", () => {
    const bench = new Bench(Strategy.restForOne())
    const a = bench.child("a", { supervision: backoff("1 second") })
    const b = bench.child("b", { supervision: backoff("10 seconds") })
    bench.child("c")
    bench.happened()
    b.ends(crash)
    assert.strictEqual(bench.happened(), "b in 10000 ~c")
    bench.advance(2_000)
    a.ends(crash)
    assert.strictEqual(bench.happened(), "a in 1000")
    bench.advance(7_999)
    assert.strictEqual(bench.happened(), "")
    bench.advance(1)
    assert.strictEqual(bench.happened(), "+a +b +c")
    assert.strictEqual(bench.pendingTimers, 0)
  })

  it("the time that the group takes to stop is part of the wait", () => {
    const bench = new Bench(Strategy.oneForAll())
    const a = bench.child("a", { supervision: backoff("1 second") })
    const b = bench.child("b")
    bench.happened()
    b.slow = true
    a.ends(crash)
    bench.advance(600)
    b.slow = false
    b.answer()
    bench.advance(399)
    assert.strictEqual(bench.happened(), "a in 1000 ~b")
    bench.advance(1)
    assert.strictEqual(bench.happened(), "+a +b")
  })

  it("doubles with each restart in a row, failed ones among them, and begins anew after a life longer than the period", () => {
    const bench = new Bench(Strategy.oneForOne())
    const a = bench.child("a", { supervision: backoff("1 second") })
    a.ends(crash)
    a.failures = 1
    bench.advance(1_000)
    bench.advance(2_000)
    assert.strictEqual(bench.happened(), "+a a in 1000 !a a in 2000 +a")
    bench.advance(10_000)
    a.ends(crash)
    bench.advance(4_000)
    assert.strictEqual(bench.happened(), "a in 4000 +a")
    bench.advance(10_001)
    a.ends(crash)
    assert.strictEqual(bench.happened(), "a in 1000")
  })

  it("who is spawned while the group waits starts at once, and again with the group", () => {
    const bench = new Bench(Strategy.oneForAll())
    const a = bench.child("a", { supervision: backoff("1 second") })
    a.ends(crash)
    bench.child("b")
    bench.advance(1_000)
    assert.strictEqual(bench.happened(), "+a a in 1000 +b ~b +a +b")
  })

  it("the rest of a group starts at once when the child it waits for is stopped", () => {
    const bench = new Bench(Strategy.restForOne())
    bench.child("a")
    const b = bench.child("b", { supervision: backoff("1 second") })
    bench.child("c")
    b.ends(crash)
    bench.happened()
    bench.supervisor.remove(b, () => bench.log.push("removed"))
    assert.strictEqual(bench.happened(), "removed +c")
    assert.strictEqual(bench.pendingTimers, 0)
  })

  it("without a group nobody waits for anybody", () => {
    const bench = new Bench(Strategy.oneForOne())
    const a = bench.child("a", { supervision: backoff("10 seconds") })
    const b = bench.child("b", { supervision: backoff("1 second") })
    bench.happened()
    a.ends(crash)
    b.ends(crash)
    bench.advance(1_000)
    assert.strictEqual(bench.happened(), "a in 10000 b in 1000 +b")
  })
})

describe("Order", () => {
  it("ends that come while a group starts again wait for their turn; those of the group lead to nothing", () => {
    const bench = new Bench(Strategy.restForOne())
    const [a, b, c] = ["a", "b", "c"].map((name) => bench.child(name))
    bench.happened()
    c!.slow = true
    b!.ends(crash)
    assert.strictEqual(bench.happened(), "~c")
    a!.ends(crash)
    c!.slow = false
    c!.answer()
    assert.strictEqual(bench.happened(), "+b +c ~c ~b +a +b +c")
  })

  it("a start that hangs holds up no sibling where each child has its own limit", () => {
    const bench = new Bench(Strategy.oneForOne())
    const a = bench.child("a")
    const b = bench.child("b")
    bench.happened()
    a.slow = true
    a.ends(crash)
    b.ends(crash)
    bench.child("c")
    assert.strictEqual(bench.happened(), "+a +b +c")
  })

  it("a start that hangs is stopped at once, and its group starts without it", () => {
    const bench = new Bench(Strategy.oneForAll())
    const [a, b] = ["a", "b", "c"].map((name) => bench.child(name))
    bench.happened()
    b!.slow = true
    a!.ends(crash)
    b!.answer() // its stop
    assert.strictEqual(bench.happened(), "~c ~b +a +b")
    b!.slow = false
    bench.supervisor.remove(b!, () => {})
    b!.answer() // its start
    assert.strictEqual(bench.happened(), "-b +c")
  })

  it("when all are stopped in the middle of a restart, nothing starts any more, and the last stops first", () => {
    const bench = new Bench(Strategy.oneForAll())
    const [a, b] = ["a", "b", "c"].map((name) => bench.child(name))
    b!.slow = true
    a!.ends(crash)
    b!.answer()
    bench.happened()
    let ended = 0
    b!.slow = false
    bench.supervisor.stopAll(() => ended++)
    b!.answer()
    assert.strictEqual(bench.happened(), "-b -a")
    assert.strictEqual(ended, 1)
    a!.ends(crash)
    bench.child("d")
    assert.strictEqual(bench.happened(), "")
  })

  it("ten thousand children that answer at once cost no stack", () => {
    const bench = new Bench(Strategy.oneForAll())
    const children = Array.from({ length: 10_000 }, (_, n) => bench.child(`c${n}`))
    bench.happened()
    children[0]!.ends(crash)
    assert.strictEqual(bench.log.length, 19_999)
    assert.isTrue(children.every((child) => child.alive))
    bench.supervisor.stopAll(() => {})
    assert.isTrue(children.every((child) => !child.alive))
    assert.strictEqual(bench.supervisor.size, 0)
  })
})

describe("Where a child ends by itself", () => {
  it("a transient one keeps its place for a restart of its group, and none where nothing would bring it back", () => {
    for (const [kind, strategy] of Object.entries(strategies)) {
      const bench = new Bench(strategy)
      bench.child("a")
      const b = bench.child("b")
      b.ends("normal")
      assert.strictEqual(bench.supervisor.size, kind === "one-for-one" ? 1 : 2)
    }
  })

  it("a first start that fails leaves no trace", () => {
    for (const strategy of [...Object.values(strategies), Strategy.oneForOne({ intensity: 3 })]) {
      const bench = new Bench(strategy)
      const a = bench.child("a")
      const b = new Fake(bench, "b", { restart: "permanent", significant: true })
      b.failures = 1
      bench.supervisor.add(b)
      a.ends(crash)
      assert.strictEqual(bench.happened(), "+a !b b gone +a")
      assert.strictEqual(bench.supervisor.size, 1)
    }
  })
})

describe("autoShutdown", () => {
  const significant = { significant: true }

  for (const [auto, first] of [
    ["any", "shutdown"],
    ["all", ""],
    ["never", ""]
  ] as const) {
    it(`${auto}: what ends for good counts, given up or by itself`, () => {
      const bench = new Bench(Strategy.oneForOne({ autoShutdown: auto }))
      bench.child("a")
      const b = bench.child("b", significant)
      const c = bench.child("c", { significant: true, supervision: Supervision.stop })
      b.ends(crash)
      bench.happened()
      b.ends("normal")
      assert.include(bench.happened(), first)
      if (auto === "any") return
      c.ends(crash)
      assert.strictEqual(bench.happened(), auto === "all" ? "c given up shutdown -a" : "c given up")
    })
  }

  it("a child that others stop does not count", () => {
    const bench = new Bench(Strategy.oneForOne({ autoShutdown: "any" }))
    const a = bench.child("a", significant)
    bench.happened()
    bench.supervisor.remove(a, () => {})
    assert.strictEqual(bench.happened(), "-a")
  })

  it("all: who waits to be started again has not ended", () => {
    const bench = new Bench(Strategy.oneForOne({ autoShutdown: "all" }))
    const a = bench.child("a", { ...significant, supervision: backoff("1 second") })
    const b = bench.child("b", significant)
    a.ends(crash)
    bench.happened()
    b.ends("normal")
    assert.strictEqual(bench.happened(), "b gone")
    bench.advance(1_000)
    a.ends("normal")
    assert.strictEqual(bench.happened(), "+a a gone shutdown")
  })
})

describe("Whatever happens, in whatever order", () => {
  type Act = { readonly act: "add" | "crash" | "end" | "answer" | "remove" | "revive" | "wait"; readonly n: number }
  const acts = fc.array(
    fc.record({
      act: fc.constantFrom<Act["act"]>("add", "crash", "end", "answer", "answer", "answer", "remove", "revive", "wait"),
      n: fc.nat({ max: 9 })
    }),
    { maxLength: 60 }
  )
  const kinds = fc.constantFrom("one-for-one", "one-for-all", "rest-for-one") as fc.Arbitrary<keyof typeof strategies>

  it("one group has one start or stop under way, and a stop of all leaves nothing alive and no timer", () => {
    fc.assert(
      fc.property(kinds, fc.option(fc.nat({ max: 20 }), { nil: undefined }), acts, (kind, intensity, steps) => {
        const options = { intensity, autoShutdown: "all" } as const
        const bench = new Bench(
          kind === "one-for-all"
            ? Strategy.oneForAll(options)
            : kind === "rest-for-one"
              ? Strategy.restForOne(options)
              : Strategy.oneForOne(options)
        )
        const serial = kind !== "one-for-one" || intensity !== undefined
        const children: Array<Fake> = []
        const supervisions = [Supervision.restart({ intensity: 5 }), backoff("1 second", 5), Supervision.stop]
        for (const { act, n } of steps) {
          const child = children[n % Math.max(1, children.length)]
          const own = child?.underWay === undefined && child?.alive
          if (act === "add") {
            const restart = (["permanent", "transient", "temporary"] as const)[n % 3]!
            const fake = new Fake(bench, `c${children.length}`, {
              restart,
              significant: n > 6 && restart !== "permanent",
              supervision: supervisions[n % supervisions.length]!
            })
            fake.slow = true
            fake.failures = n === 5 ? 2 : 0
            children.push(fake)
            bench.supervisor.add(fake)
          } else if (act === "crash" && own) child?.ends(crash)
          else if (act === "end" && own) child?.ends("normal")
          else if (act === "answer") {
            for (const one of children) if (one.underWay !== undefined) one.answer()
          } else if (act === "remove" && child !== undefined) {
            child.slow = false
            bench.supervisor.remove(child, () => {})
            child.answer()
          } else if (act === "revive" && child !== undefined) bench.supervisor.revive(child)
          else if (act === "wait") bench.advance(n * 300)
          if (serial && bench.shutdowns.length === 0) {
            assert.isAtMost(children.filter((one) => one.underWay !== undefined).length, 1)
          }
        }
        let ended = false
        bench.supervisor.stopAll(() => {
          ended = true
        })
        for (let n = 0; n < 1000 && !ended; n++) for (const one of children) one.answer()
        assert.isTrue(ended)
        assert.strictEqual(bench.pendingTimers, 0)
        assert.deepStrictEqual(
          children.filter((one) => one.alive).map((one) => one.key),
          []
        )
      }),
      { numRuns: 1000 }
    )
  })
})
