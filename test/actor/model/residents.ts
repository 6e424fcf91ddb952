/**
 * Roots that come and go: no more in memory than allowed, idle ones passivated, and no message lost on the way.
 */
import assert from "node:assert/strict"
import { Rpc } from "@effect/rpc"
import { Effect, Fiber, Layer, Schema } from "effect"
import fc from "fast-check"
import * as Actor from "../../../src/actor/Actor.ts"
import { ActorContext } from "../../../src/actor/ActorContext.ts"
import { ActorSystem, LocalActorSystem } from "../../../src/actor/ActorSystem.ts"
import { DeadLetters } from "../../../src/actor/DeadLetters.ts"
import * as Supervision from "../../../src/actor/Supervision.ts"
import { type Exploration, settled } from "./explore.ts"

const How = Schema.Literal("plain", "effect", "slow", "beside", "crash")
const Room = Actor.make("Room", [Rpc.make("Enter", { payload: { n: Schema.Int, how: How } })])

interface Visit {
  readonly id: number
  readonly how: typeof How.Type
  readonly kind: "tell" | "ask"
  /** Virtual milliseconds. */
  readonly at: number
}

interface Hotel {
  readonly maxResident: number
  readonly passivateAfter: number | undefined
  /** Whether the end of an incarnation takes its time. */
  readonly slowToLeave: boolean
  readonly visits: ReadonlyArray<Visit>
}

const hotel: fc.Arbitrary<Hotel> = fc.record({
  maxResident: fc.integer({ min: 1, max: 4 }),
  passivateAfter: fc.option(fc.constantFrom(20, 60), { nil: undefined }),
  slowToLeave: fc.boolean(),
  visits: fc.array(
    fc.record({
      id: fc.nat(7),
      how: fc.constantFrom("plain", "plain", "plain", "effect", "slow", "beside", "crash"),
      kind: fc.constantFrom("tell", "ask"),
      at: fc.oneof(fc.constant(0), fc.nat(150))
    }),
    { maxLength: 30, size: "max" }
  )
})

const program = ({ maxResident, passivateAfter, slowToLeave, visits }: Hotel) =>
  Effect.gen(function* () {
    const system = yield* ActorSystem
    const local = yield* LocalActorSystem
    const resident = new Set<string>()
    const handled = new Map<string, Array<number>>()
    const completed: Array<number> = []
    const wrong: Array<string> = []
    yield* Layer.build(
      Room.toLayer(
        Effect.gen(function* () {
          const { address } = yield* ActorContext
          yield* Effect.acquireRelease(
            Effect.sync(() => {
              if (resident.has(address)) wrong.push(`${address} is there twice`)
              resident.add(address)
              if (resident.size > maxResident) wrong.push(`${[...resident]} are there at once`)
            }),
            () =>
              Effect.zipRight(
                slowToLeave ? Effect.sleep(10) : Effect.void,
                Effect.sync(() => resident.delete(address))
              )
          )
          return Room.of({
            Enter: ({ how, n }) => {
              handled.set(address, [...(handled.get(address) ?? []), n])
              if (!resident.has(address)) wrong.push(`${address} handles ${n} and is not there`)
              const done = Effect.sync(() => void completed.push(n))
              switch (how) {
                case "plain":
                  completed.push(n)
                  return
                case "effect":
                  return Effect.zipRight(Effect.yieldNow(), done)
                case "slow":
                  return Effect.zipRight(Effect.sleep(15), done)
                case "beside":
                  return Rpc.fork(Effect.zipRight(Effect.sleep(25), done))
                case "crash":
                  return Effect.dieMessage("asked to")
              }
            }
          })
        }),
        {
          maxResident,
          supervision: Supervision.restart({ intensity: 1000 }),
          ...(passivateAfter === undefined ? {} : { passivateAfter })
        }
      )
    )
    const client = yield* Room.client
    const sent = yield* Effect.forEach(visits, ({ at, how, id, kind }, n) =>
      Effect.sleep(at).pipe(
        Effect.zipRight(Effect.ignore(Effect.asVoid(client(`${id}`)[kind].Enter({ n, how })))),
        Effect.fork
      )
    )
    yield* Fiber.joinAll(sent)
    yield* Effect.sleep("1 minute")
    yield* settled
    assert.deepEqual(wrong, [])
    const all = [...handled.values()].flat().toSorted((a, b) => a - b)
    assert.deepEqual(
      all,
      visits.map((_, n) => n),
      "each message is handled once"
    )
    const crashed = new Set(visits.filter(({ how }) => how === "crash").map(({ id }) => id))
    visits.forEach(({ id }, n) => {
      if (!crashed.has(id)) assert.ok(completed.includes(n), `visit ${n} was cut short`)
    })
    const letters = yield* Effect.flatMap(DeadLetters, ({ recent }) => recent)
    assert.deepEqual(letters, [])
    if (passivateAfter !== undefined) {
      assert.deepEqual([...resident], [], "idle for a minute")
      assert.deepEqual(yield* local.snapshot, [])
    }
    yield* Effect.forEach(new Set(visits.map(({ id }) => id)), (id) => system.stop(client(`${id}`)), { discard: true })
    assert.deepEqual([...resident], [], "after the stop")
  })

export const residents: Exploration<Hotel> = { input: hotel, program }
