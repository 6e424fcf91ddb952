import { Cause, Context, Effect, Either, Exit, FiberRef, Option, Ref } from "effect"
import * as FastCheck from "fast-check"
import { afterEach, assert, describe, it, vi } from "vitest"
import { trusted } from "../../../src/actor/internal/effectInternals/layout.ts"
import { runSynchronous } from "../../../src/actor/internal/effectInternals/synchronous.ts"

// Three of these tests are about the run without a fiber itself, which there is not with Effect's internals switched off.

class Answer extends Context.Tag("test/Answer")<Answer, number>() {}
const depth = FiberRef.unsafeMake(0)

/** A program, of which an Effect can be made again and again. */
type Program =
  | { readonly _tag: Leaf; readonly n: number }
  | { readonly _tag: "loop"; readonly n: number }
  | { readonly _tag: OneBelow; readonly first: Program }
  | { readonly _tag: TwoBelow; readonly first: Program; readonly second: Program }
  | { readonly _tag: "generator"; readonly steps: ReadonlyArray<Program>; readonly throwsAt: number }

const leaves = [
  ...["value", "done", "sync", "ref", "right", "some", "throws", "throws interruption", "failed", "died", "fails"],
  ...["dies", "left", "none", "interrupts", "yields", "waits", "service", "fiber ref", "no effect"]
] as const
const oneBelow = ["suspend", "map", "exit", "uninterruptible", "locally", "scoped"] as const
const twoBelow = ["then", "catch all", "catch cause", "match", "ensuring", "in parallel", "for each"] as const
type Leaf = (typeof leaves)[number]
type OneBelow = (typeof oneBelow)[number]
type TwoBelow = (typeof twoBelow)[number]

const { program } = FastCheck.letrec<{ program: Program }>((tie) => ({
  program: FastCheck.oneof(
    { depthSize: "medium", withCrossShrink: true },
    FastCheck.record({ _tag: FastCheck.constantFrom(...leaves), n: FastCheck.nat(9) }),
    FastCheck.record({ _tag: FastCheck.constant("loop" as const), n: FastCheck.nat(300) }),
    FastCheck.record({ _tag: FastCheck.constantFrom(...oneBelow), first: tie("program") }),
    FastCheck.record({ _tag: FastCheck.constantFrom(...twoBelow), first: tie("program"), second: tie("program") }),
    FastCheck.record({
      _tag: FastCheck.constant("generator" as const),
      steps: FastCheck.array(tie("program"), { maxLength: 5 }),
      throwsAt: FastCheck.nat(12)
    })
  )
}))

/** What it does is written down in `done`, in its order. */
const effectOf = (program: Program, done: Array<string>): Effect.Effect<unknown, unknown, Answer> => {
  const note = <A>(what: string, value: A): A => {
    done.push(`${what} ${String(value)}`)
    return value
  }
  const of = (program: Program) => effectOf(program, done)
  switch (program._tag) {
    case "value":
      return Effect.succeed(program.n)
    case "done":
      return Exit.succeed(program.n)
    case "sync":
      return Effect.sync(() => note("sync", program.n))
    case "ref":
      return Effect.flatMap(Ref.make(program.n), (ref) => Ref.updateAndGet(ref, (n) => note("ref", n + 1)))
    case "right":
      return Either.right(program.n)
    case "some":
      return Option.some(program.n)
    case "throws":
      return Effect.sync(() => {
        throw note("throws", program.n)
      })
    case "throws interruption":
      return Effect.sync(() => {
        throw new Cause.InterruptedException("thrown")
      })
    case "failed":
      return Exit.fail(program.n)
    case "died":
      return Exit.die(program.n)
    case "fails":
      return Effect.fail({ n: program.n })
    case "dies":
      return Effect.die(program.n)
    case "left":
      return Either.left(program.n)
    case "none":
      return Option.none()
    case "interrupts":
      return Effect.interrupt
    case "yields":
      return Effect.as(Effect.yieldNow(), program.n)
    case "waits":
      return Effect.promise(() => Promise.resolve(program.n))
    case "service":
      return Answer
    case "fiber ref":
      return FiberRef.get(depth)
    case "no effect":
      return Effect.suspend(() => undefined as never)
    case "loop": {
      const loop = (left: number): Effect.Effect<number> =>
        left === 0 ? Effect.sync(() => note("loop", program.n)) : Effect.flatMap(Effect.void, () => loop(left - 1))
      return loop(program.n)
    }
    case "suspend":
      return Effect.suspend(() => {
        note("suspend", "")
        return of(program.first)
      })
    case "map":
      return Effect.map(of(program.first), (value) => note("map", String(value)))
    case "exit":
      return Effect.map(Effect.exit(of(program.first)), told)
    case "uninterruptible":
      return Effect.uninterruptible(of(program.first))
    case "locally":
      return Effect.locally(of(program.first), depth, 1)
    case "scoped":
      return Effect.scoped(
        Effect.zipRight(
          Effect.addFinalizer(() => Effect.sync(() => note("finalizer", ""))),
          of(program.first)
        )
      )
    case "then":
      return Effect.flatMap(of(program.first), (value) => {
        note("then", String(value))
        return of(program.second)
      })
    case "catch all":
      return Effect.catchAll(of(program.first), () => of(program.second))
    case "catch cause":
      return Effect.catchAllCause(of(program.first), (cause) => {
        note("cause", toldCause(cause))
        return of(program.second)
      })
    case "match":
      return Effect.matchCauseEffect(of(program.first), {
        onFailure: (cause) => {
          note("failure", toldCause(cause))
          return of(program.second)
        },
        onSuccess: (value) => Effect.sync(() => note("success", String(value)))
      })
    case "ensuring":
      return Effect.ensuring(of(program.first), Effect.ignore(of(program.second)))
    case "in parallel":
      return Effect.all([of(program.first), of(program.second)], { concurrency: 2 })
    case "for each":
      return Effect.forEach([program.first, program.second], of)
    case "generator":
      return Effect.gen(function* () {
        let last: unknown = "nothing"
        for (const [at, step] of program.steps.entries()) {
          if (at === program.throwsAt) throw note("throws at", at)
          last = note("step", String(yield* of(step)))
        }
        return last
      })
  }
}

// Fibers have different ids each time, so that these are left out.
const toldCause = (cause: Cause.Cause<unknown>): string =>
  Cause.match(cause, {
    onEmpty: "nothing",
    onFail: (error) => `fail ${JSON.stringify(error)}`,
    onDie: (defect) => `die ${String(defect)}`,
    onInterrupt: () => "interrupt",
    onSequential: (left, right) => `(${left}; ${right})`,
    onParallel: (left, right) => `(${left} | ${right})`
  })
const told = (exit: Exit.Exit<unknown, unknown>): string =>
  Exit.match(exit, { onSuccess: (value) => `success ${String(value)}`, onFailure: toldCause })

const outcomeOf = async (effect: Effect.Effect<unknown, unknown, Answer>): Promise<string> =>
  told(await Effect.runPromiseExit(Effect.provideService(effect, Answer, 42)))

/** What needs a service is left to the fiber, which has it. */
const withoutFiber = (effect: Effect.Effect<unknown, unknown, Answer>) =>
  runSynchronous(effect as Effect.Effect<unknown, unknown>)

describe("An Effect run without a fiber as far as it is synchronous", () => {
  afterEach(() => {
    vi.doUnmock("effect")
    vi.resetModules()
  })

  it("comes to the same as in a fiber, and does the same in the same order", async () => {
    await FastCheck.assert(
      FastCheck.asyncProperty(program, async (program) => {
        const expected: Array<string> = []
        const outcome = await outcomeOf(effectOf(program, expected))
        const done: Array<string> = []
        assert.strictEqual(await outcomeOf(withoutFiber(effectOf(program, done))), outcome)
        assert.deepStrictEqual(done, expected)
      }),
      { numRuns: 1000 }
    )
  })

  it.skipIf(!trusted)("has ended already where all of its steps are synchronous", async () => {
    const total = Ref.unsafeMake(0)
    const add = Effect.fnUntraced(function* (by: number) {
      const before = yield* Ref.get(total)
      yield* Ref.set(total, before + by)
      return yield* Effect.map(Ref.get(total), (sum) => `total ${sum}`)
    })
    assert.deepStrictEqual(withoutFiber(add(2)), Exit.succeed("total 2"))
    assert.deepStrictEqual(withoutFiber(Effect.catchAll(Exit.fail("no"), Effect.succeed)), Exit.succeed("no"))
    assert.deepStrictEqual(withoutFiber(Effect.zipRight(Effect.void, Exit.fail("no"))), Exit.fail("no"))
  })

  it.skipIf(!trusted)("stops before the first step that needs a fiber", async () => {
    const done: Array<string> = []
    const rest = withoutFiber(
      Effect.gen(function* () {
        done.push("before")
        yield* Effect.yieldNow()
        done.push("after")
        return "end"
      })
    )
    assert.deepStrictEqual(done, ["before"])
    assert.strictEqual(await Effect.runPromise(rest), "end")
    assert.deepStrictEqual(done, ["before", "after"])
  })

  it("lets others have their turn where it is long", async () => {
    let steps = 0
    const endless: Effect.Effect<never> = Effect.flatMap(
      Effect.sync(() => steps++),
      () => endless
    )
    assert.isFalse(Exit.isExit(withoutFiber(endless)))
    assert.isBelow(steps, 200)
  })

  it.skipIf(!trusted)("is left to the fiber as it is where Effect represents its operations otherwise", async () => {
    vi.resetModules()
    vi.doMock("effect", async (original) => {
      const actual = await original<typeof import("effect")>()
      return { ...actual, Effect: { ...actual.Effect, catchAllCause: () => ({ _op: "OnFailure" }) } }
    })
    const other = await import("../../../src/actor/internal/effectInternals/synchronous.ts")
    const effect = Effect.sync(() => 1)
    assert.strictEqual(other.runSynchronous(effect), effect)
    assert.notStrictEqual(runSynchronous(effect), effect)
  })
})
