/**
 * Trees of actors in which anybody may crash or be stopped at any time: no actor outlives the incarnation that spawned it,
 * a stop goes through the tree in the reverse of the order of spawning, and nobody is restarted more often than allowed.
 */
import assert from "node:assert/strict"
import { Rpc } from "@effect/rpc"
import { Effect, Fiber, Layer, Schema } from "effect"
import fc from "fast-check"
import * as Actor from "../../../src/actor/Actor.ts"
import { ActorContext } from "../../../src/actor/ActorContext.ts"
import type { ActorRef } from "../../../src/actor/ActorRef.ts"
import { ActorSystem, spawn } from "../../../src/actor/ActorSystem.ts"
import * as Strategy from "../../../src/actor/Strategy.ts"
import * as Supervision from "../../../src/actor/Supervision.ts"
import { type Exploration, settled } from "./explore.ts"

/** How many children each has, from the root down, in order of their spawning. */
interface Shape {
  readonly restart: Strategy.Restart
  readonly children: ReadonlyArray<Shape>
}

const periodMillis = 100

const How = Schema.Literal("ping", "work", "work beside", "crash", "crash beside", "crash later", "stop itself")
const protocol = [Rpc.make("Do", { payload: { how: How } })] as const
const Root = Actor.make("Root", protocol)
const Child = Actor.make("Child", protocol)
type Ref = ActorRef<(typeof protocol)[number]>

interface Trouble {
  readonly how: typeof How.Type | "stop"
  /** Virtual milliseconds. */
  readonly at: number
  /** Whom, of all that are there by then. */
  readonly whom: number
}

interface Saga {
  readonly shape: Shape
  /** How everybody supervises their children. */
  readonly strategy: Strategy.Strategy
  readonly intensity: number
  readonly backoff: boolean
  readonly troubles: ReadonlyArray<Trouble>
  /** What comes while the whole tree is being stopped. */
  readonly late: ReadonlyArray<Trouble>
}

const restart = fc.constantFrom("transient" as const, "transient" as const, "permanent" as const, "temporary" as const)
const shape = (depth: number): fc.Arbitrary<Shape> =>
  fc.record({
    restart,
    children: depth === 0 ? fc.constant([]) : fc.array(shape(depth - 1), { maxLength: 3, size: "max" })
  })
const trouble: fc.Arbitrary<Trouble> = fc.record({
  how: fc.constantFrom(
    "ping",
    "work",
    "work beside",
    "crash",
    "crash",
    "crash beside",
    "crash later",
    "stop itself",
    "stop"
  ),
  at: fc.integer({ min: 1, max: 200 }),
  whom: fc.nat(12)
})
const saga: fc.Arbitrary<Saga> = fc.record({
  shape: shape(2),
  strategy: fc.constantFrom(
    Strategy.oneForOne(),
    Strategy.oneForOne(),
    Strategy.oneForAll(),
    Strategy.restForOne(),
    Strategy.oneForAll({ intensity: 2, period: periodMillis }),
    Strategy.restForOne({ intensity: 2, period: periodMillis })
  ),
  intensity: fc.nat(2),
  backoff: fc.boolean(),
  troubles: fc.array(trouble, { maxLength: 12, size: "max" }),
  late: fc.array(
    trouble.filter(({ how }) => how === "ping" || how === "work"),
    { maxLength: 4 }
  )
})

/** One incarnation that has begun. */
interface Life {
  readonly address: string
  readonly incarnation: number
  readonly startedAt: number
  readonly parent: Life | undefined
  /** In order of their starts. */
  readonly children: Array<Life>
  isOpen: boolean
}

const program = ({ backoff, intensity, late, shape, strategy, troubles }: Saga) =>
  Effect.gen(function* () {
    const system = yield* ActorSystem
    const clock = yield* Effect.clock
    const lives: Array<Life> = []
    const ended: Array<string> = []
    const wrong: Array<string> = []
    const refs = new Map<string, Ref>()
    const shapes = new Map([["Root/r", shape]])

    const behaviour = Effect.gen(function* () {
      const { address, incarnation, stop } = yield* ActorContext
      const parentAddress = address.slice(0, Math.max(0, address.lastIndexOf("/Child/")))
      const parent = lives.findLast((life) => life.address === parentAddress && life.isOpen)
      const life: Life = {
        address,
        incarnation,
        startedAt: clock.unsafeCurrentTimeMillis(),
        parent,
        children: [],
        isOpen: true
      }
      yield* Effect.acquireRelease(
        Effect.sync(() => {
          if (lives.some((other) => other.address === address && other.isOpen)) wrong.push(`${address} lives twice`)
          if (parentAddress !== "" && parent === undefined) wrong.push(`${address} lives without its parent`)
          lives.push(life)
          parent?.children.push(life)
        }),
        () =>
          Effect.sync(() => {
            life.isOpen = false
            ended.push(address)
            for (const child of life.children) if (child.isOpen) wrong.push(`${child.address} outlives ${address}`)
          })
      )
      let n = 0
      for (const child of shapes.get(address)!.children) {
        const id = `${++n}`
        shapes.set(`${address}/Child/${id}`, child)
        refs.set(`${address}/Child/${id}`, yield* spawn(Child, id, { restart: child.restart }))
      }
      return {
        Do: ({ how }: { readonly how: typeof How.Type }) => {
          switch (how) {
            case "ping":
              return
            case "work":
              return Effect.sleep(30)
            case "work beside":
              return Rpc.fork(Effect.sleep(50))
            case "crash":
              throw new Error("asked to")
            case "crash beside":
              return Rpc.fork(Effect.delay(Effect.dieMessage("asked to"), 20))
            case "crash later":
              return Effect.delay(Effect.dieMessage("asked to"), 20)
            case "stop itself":
              return stop
          }
        }
      }
    })
    const supervision = Supervision.restart({
      intensity,
      period: periodMillis,
      ...(backoff ? { backoff: { min: 10, jitter: 0.5 } } : {})
    })
    yield* Layer.build(Child.toLayer(behaviour, { supervision, children: strategy }))
    yield* Layer.build(Root.toLayer(behaviour, { supervision, children: strategy }))
    const root = (yield* Root.client)("r")
    refs.set("Root/r", root)

    const make = ({ at, how, whom }: Trouble) =>
      Effect.gen(function* () {
        yield* Effect.sleep(at)
        const all = [...refs.values()]
        const ref = all[whom % all.length]!
        // What it is refused for is the subject of other models.
        yield* how === "stop" ? system.stop(ref) : Effect.ignore(ref.ask.Do({ how }))
      })
    yield* Effect.ignore(root.ask.Do({ how: "ping" }))
    yield* Effect.forEach(troubles, make, { concurrency: "unbounded", discard: true })
    yield* Effect.sleep("1 minute")

    // Quiet now: what is left is stopped in order, whatever else comes meanwhile.
    const left = lives.filter(({ isOpen }) => isOpen)
    const expected = left.filter(({ parent }) => parent === undefined).flatMap(inOrderOfStopping)
    ended.length = 0
    const meanwhile = yield* Effect.fork(
      Effect.forEach(late, (one) => make({ ...one, at: 0 }), { concurrency: "unbounded", discard: true })
    )
    yield* system.stop(root)
    yield* Fiber.await(meanwhile)
    assert.deepEqual(ended.slice(0, expected.length), expected, "order of stopping")
    // A late message may have activated the root anew.
    yield* system.stop(root)
    yield* settled
    assert.deepEqual(wrong, [])
    assert.deepEqual(
      lives.filter(({ isOpen }) => isOpen).map(({ address }) => address),
      [],
      "left open"
    )
    // Crashes count, and a start follows its crash after 10 ms at least and 30 at most: the second wait, with its jitter.
    const unevenMillis = backoff ? 20 : 0
    // In a group an actor is started again for others, too, and others count.
    for (const restarts of strategy.restarts === "one-for-one" ? restartsOfEach(lives) : []) {
      restarts.forEach((at, n) => {
        const before = restarts[n - intensity]
        if (intensity === 0) assert.fail("a restart that was not allowed")
        if (before !== undefined) assert.ok(at - before >= periodMillis - unevenMillis, `restarts at ${restarts}`)
      })
    }
  })

/**
 * The addresses in the order in which a stop ends them: the child spawned last comes first, each after its own children. A
 * child that was restarted keeps its place; their ids count up in the order of spawning.
 */
const inOrderOfStopping = (life: Life): ReadonlyArray<string> => [
  ...life.children
    .filter(({ isOpen }) => isOpen)
    .toSorted((a, b) => (a.address < b.address ? 1 : -1))
    .flatMap(inOrderOfStopping),
  life.address
]

/** When each actor was restarted. An actor whose incarnations count from 1 again is another one. */
const restartsOfEach = (lives: ReadonlyArray<Life>): ReadonlyArray<ReadonlyArray<number>> => {
  const all: Array<Array<number>> = []
  const current = new Map<string, Array<number>>()
  for (const { address, incarnation, startedAt } of lives) {
    if (incarnation === 1) {
      const restarts: Array<number> = []
      all.push(restarts)
      current.set(address, restarts)
    } else current.get(address)!.push(startedAt)
  }
  return all
}

export const family: Exploration<Saga> = { input: saga, program }
