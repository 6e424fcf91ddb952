import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import * as Actor from "../../../src/actor/Actor.ts"
import * as ActorSystem from "../../../src/actor/ActorSystem.ts"
import * as ActorTest from "../../../src/actor/ActorTest.ts"
import * as FaultPlan from "../../../src/actor/FaultPlan.ts"
import * as Strategy from "../../../src/actor/Strategy.ts"
import * as Supervision from "../../../src/actor/Supervision.ts"

const protocol = [
  Rpc.make("Work", { payload: { n: Schema.Int }, success: Schema.Int }),
  Rpc.make("Crash"),
  Rpc.make("CrashBeside")
] as const
const names = ["a", "b", "c"] as const
/** A strategy that counts allows its children no limit of their own. */
const supervisionBelow = (strategy: Strategy.Strategy) =>
  strategy.intensity === undefined ? Supervision.restart({ intensity: 1_000 }) : Supervision.restart()

/** Three children that are asked and crashed at the same time by three senders each. */
const program = (children: Strategy.Strategy) =>
  Effect.suspend(() => {
    const supervision = supervisionBelow(children)
    const log: Array<string> = []
    const answers: Array<string> = []
    const members = names.map((name) => Actor.make(name, protocol))
    const Parent = Actor.make("Parent", [Rpc.make("Begin")])
    const layers = members.map((definition) =>
      definition.toLayer(
        Effect.gen(function* () {
          yield* Effect.addFinalizer(() =>
            Effect.zipRight(
              Effect.yieldNow(),
              Effect.sync(() => log.push(`-${definition.type}`))
            )
          )
          yield* Effect.yieldNow()
          log.push(`+${definition.type}`)
          return definition.of({
            Work: ({ n }) => Effect.as(Effect.yieldNow(), n),
            Crash: () => Effect.dieMessage("asked to"),
            CrashBeside: () => Rpc.fork(Effect.zipRight(Effect.yieldNow(), Effect.dieMessage("asked to")))
          })
        }),
        { supervision }
      )
    )
    const refs: Array<Effect.Effect.Success<ReturnType<typeof spawnMember>>> = []
    const spawnMember = (member: (typeof members)[number]) => ActorSystem.spawn(member, "m")
    const parent = Parent.toLayer(
      Effect.gen(function* () {
        for (const member of members) refs.push(yield* spawnMember(member))
        return Parent.of({ Begin: () => {} })
      }),
      { children }
    )
    const senders = Effect.gen(function* () {
      const ref = (yield* Parent.client)("p")
      yield* ref.ask.Begin()
      yield* Effect.forEach(
        [0, 1, 2, 3, 4, 5, 6, 7, 8],
        (sender) =>
          Effect.gen(function* () {
            const member = refs[sender % 3]!
            for (let n = 0; n < 3; n++) {
              const ask = Effect.matchEffect(member.ask.Work({ n }), {
                onSuccess: (got) => Effect.sync(() => assert.strictEqual(got, n)),
                onFailure: (error) => Effect.sync(() => answers.push(error._tag))
              })
              yield* ask
              if ((sender + n) % 4 === 0) yield* Effect.ignore(member.ask.Crash())
              if ((sender + n) % 4 === 2) yield* Effect.ignore(member.ask.CrashBeside())
            }
          }),
        { concurrency: "unbounded", discard: true }
      )
      // All who live answer.
      for (const member of refs) assert.strictEqual(yield* Effect.retry(member.ask.Work({ n: 7 }), { times: 20 }), 7)
      yield* ActorSystem.stop(ref)
      return { log, answers }
    })
    return Effect.provide(senders, Layer.provideMerge(parent, Layer.mergeAll(layers[0]!, ...layers.slice(1))))
  })

/** Each child has one life at a time, each life ends, and at the end the last stops first. */
const lives = ({ log, answers }: { readonly log: ReadonlyArray<string>; readonly answers: ReadonlyArray<string> }) => {
  for (const name of names) {
    const own = log.filter((entry) => entry.endsWith(name)).map((entry) => entry[0])
    assert.match(own.join(""), /^(\+-)+$/)
  }
  assert.deepStrictEqual(log.slice(-3), ["-c", "-b", "-a"])
  for (const tag of answers) assert.strictEqual(tag, "ActorCrashed")
}

const startsIn = (log: ReadonlyArray<string>) =>
  log
    .filter((entry) => entry.startsWith("+"))
    .map((entry) => entry.slice(1))
    .join("")

describe("Groups, in any interleaving of crashes, messages and failing starts", () => {
  const faults = FaultPlan.random({
    actions: ["crash start"],
    addresses: names.map((name) => `Parent/p/${name}/m`),
    within: 4
  })
  // The first starts are not supervision's.
  const later = (chance: () => number) => faults(chance).map((fault) => ({ ...fault, nth: (fault.nth ?? 1) + 1 }))

  for (const [strategy, starts] of [
    [Strategy.oneForOne(), /^[abc]*$/],
    // A start that fails writes nothing: what is left out at the end of a round is tried again with all of them.
    [Strategy.oneForAll(), /^(abc|ab|a)*abc$/],
    [Strategy.oneForAll({ intensity: 1_000 }), /^(abc|ab|a)*abc$/],
    // A round begins where somebody crashed, or did not start.
    [Strategy.restForOne(), /^(abc|ab|a|bc|b|c)*c$/]
  ] as const) {
    const limit = strategy.intensity === undefined ? "per child" : "per supervisor"
    // Not on `TestClock`: each interleaving has a virtual clock of its own.
    it.live(`${strategy.restarts}, limits ${limit}`, () =>
      Effect.gen(function* () {
        const seen = yield* ActorTest.interleavings({
          program: program(strategy),
          faults: later,
          seeds: 60,
          check: (result) => {
            lives(result)
            assert.match(startsIn(result.log), starts)
          }
        })
        assert.isAbove(seen.distinct, 50)
        assert.isAbove(seen.struck, 20)
      })
    )
  }
})
