/**
 * Asks beside a simulation of a queue with one server: who is served when, who gives up first, and what each of them hears.
 *
 * All times differ, so that nothing is left to chance but the order of what happens at one time: asks come at whole seconds
 * plus a millisecond each of their own, work takes whole seconds, patience ends half a second off.
 */
import assert from "node:assert/strict"
import { Rpc } from "@effect/rpc"
import { Clock, Effect, Exit, Fiber, Layer, Option, Schema } from "effect"
import fc from "fast-check"
import * as Actor from "../../../src/actor/Actor.ts"
import type { AskError } from "../../../src/actor/ActorError.ts"
import { DeadLetters } from "../../../src/actor/DeadLetters.ts"
import * as Delivery from "../../../src/actor/Delivery.ts"
import * as Supervision from "../../../src/actor/Supervision.ts"
import type { Exploration } from "./explore.ts"

const Job = Schema.Struct({
  n: Schema.Int,
  seconds: Schema.Int,
  how: Schema.Literal("plain", "effect", "beside", "refuses", "crashes")
})
type Job = typeof Job.Type
class Refused extends Schema.TaggedError<Refused>()("Refused", { n: Schema.Int }) {}

const Server = Actor.make("Server", [
  Rpc.make("Serve", { payload: Job, success: Schema.Int, error: Refused }),
  /** Ends with its asker. */
  Rpc.make("Brief", { payload: Job, success: Schema.Int, error: Refused }).annotate(Delivery.InterruptWithAsker, true)
])

interface Request {
  readonly how: Job["how"]
  readonly brief: boolean
  readonly arrives: number
  readonly seconds: number
  readonly patience: { readonly seconds: number; readonly ends: "timeout" | "interruption" } | undefined
}

const request: fc.Arbitrary<Request> = fc.record({
  how: fc.constantFrom("plain", "effect", "effect", "effect", "beside", "refuses", "crashes"),
  brief: fc.boolean(),
  arrives: fc.nat(6),
  seconds: fc.nat(3),
  patience: fc.option(
    fc.record({ seconds: fc.nat(6), ends: fc.constantFrom("timeout" as const, "interruption" as const) }),
    { nil: undefined, freq: 3 }
  )
})

/** What happened to one request. */
interface Fate {
  /** Milliseconds; `undefined` if its handling never began. */
  readonly begun: number | undefined
  readonly outcome: string
  readonly at: number
}

const arrivalOf = ({ arrives }: Request, n: number): number => arrives * 1000 + n
/** When its asker has had enough. */
const leavesAt = (request: Request, n: number): number =>
  request.patience === undefined
    ? Number.POSITIVE_INFINITY
    : arrivalOf(request, n) + request.patience.seconds * 1000 + (request.patience.ends === "timeout" ? 500 : 700)

/** The simulation: one server, first come first served. */
const simulated = (requests: ReadonlyArray<Request>): ReadonlyArray<Fate> => {
  const fates: Array<Fate> = []
  let freeAt = 0
  const order = requests
    .map((request, n) => ({ request, n, arrival: arrivalOf(request, n) }))
    .sort((a, b) => a.arrival - b.arrival)
  for (const { request, n, arrival } of order) {
    const leaves = leavesAt(request, n)
    const left = request.patience?.ends === "timeout" ? "AskTimedOut" : "left"
    const begun = Math.max(arrival, freeAt)
    if (leaves < begun) {
      fates[n] = { begun: undefined, outcome: left, at: leaves }
      continue
    }
    const works = request.how === "plain" ? 0 : request.seconds * 1000
    const ends = begun + works
    const cutShort = leaves < ends
    if (request.how !== "beside") freeAt = cutShort && request.brief ? leaves : ends
    const said = {
      plain: "answered",
      effect: "answered",
      beside: "answered",
      refuses: "Refused",
      crashes: "ActorCrashed"
    }
    fates[n] = cutShort ? { begun, outcome: left, at: leaves } : { begun, outcome: said[request.how], at: ends }
  }
  return fates
}

const outcomeOf = (n: number, exit: Exit.Exit<number, AskError | Refused>): string => {
  if (Exit.isSuccess(exit)) {
    assert.equal(exit.value, n, "the answer to another request")
    return "answered"
  }
  if (Exit.isInterrupted(exit)) return "left"
  return exit.cause._tag === "Fail" ? exit.cause.error._tag : exit.cause._tag
}

const serving = (requests: ReadonlyArray<Request>) =>
  Effect.gen(function* () {
    const clock = yield* Effect.clock
    const begun = new Map<number, number>()
    const doubly: Array<number> = []
    const serve = ({ how, n, seconds }: Job) => {
      if (begun.has(n)) doubly.push(n)
      begun.set(n, clock.unsafeCurrentTimeMillis())
      const work = Effect.sleep(seconds * 1000)
      switch (how) {
        case "plain":
          return n
        case "effect":
          return Effect.as(work, n)
        case "beside":
          return Rpc.fork(Effect.as(work, n))
        case "refuses":
          return Effect.zipRight(work, new Refused({ n }))
        case "crashes":
          return Effect.zipRight(work, Effect.dieMessage("asked to"))
      }
    }
    yield* Layer.build(
      Server.toLayer(Effect.succeed(Server.of({ Serve: serve, Brief: serve })), { supervision: Supervision.resume })
    )
    const server = (yield* Server.client)("s").withTimeout("1 day")
    const one = (request: Request, n: number) =>
      Effect.gen(function* () {
        yield* Effect.sleep(arrivalOf(request, n))
        const { brief, how, patience, seconds } = request
        const impatient = patience?.ends === "timeout" ? server.withTimeout(patience.seconds * 1000 + 500) : server
        const asking = yield* Effect.fork(impatient.ask[brief ? "Brief" : "Serve"]({ n, seconds, how }))
        if (patience?.ends === "interruption") {
          yield* Effect.fork(Effect.delay(Fiber.interrupt(asking), patience.seconds * 1000 + 700))
        }
        const exit = yield* Fiber.await(asking)
        return { outcome: outcomeOf(n, exit), at: yield* Clock.currentTimeMillis }
      })
    const heard = yield* Effect.forEach(requests, one, { concurrency: "unbounded" })
    // Whoever is still at work for nobody comes to an end.
    yield* Effect.sleep("1 minute")
    const fates = heard.map((fate, n): Fate => ({ begun: begun.get(n), ...fate }))
    const expected = simulated(requests)
    assert.deepEqual(fates, expected)
    assert.deepEqual(doubly, [], "begun twice")
    const letters = yield* Effect.flatMap(DeadLetters, ({ counts }) => counts)
    const withdrawn = expected.filter((fate) => fate.begun === undefined).length
    assert.equal(letters.withdrawn, withdrawn, "withdrawn requests are dead letters")
    assert.equal(
      Object.values(letters).reduce((sum, count) => sum + count, 0),
      withdrawn
    )
  })

export const asking: Exploration<ReadonlyArray<Request>> = {
  input: fc.array(request, { maxLength: 12, size: "max" }),
  program: serving
}

/** One step of a chain: how long it works before it asks the next one, and how long it is willing to wait for that. */
interface Hop {
  readonly seconds: number
  readonly timeoutSeconds: number | undefined
  readonly beside: boolean
}

const chainHop: fc.Arbitrary<Hop> = fc.record({
  seconds: fc.nat(3),
  timeoutSeconds: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
  beside: fc.boolean()
})

const HopSchema = Schema.Struct({
  seconds: Schema.Int,
  timeoutSeconds: Schema.UndefinedOr(Schema.Int),
  beside: Schema.Boolean
})
const Chain = Actor.make("Chain", [
  Rpc.make("Go", {
    payload: { depth: Schema.Int, hops: Schema.Array(HopSchema) },
    success: Schema.String,
    error: Schema.String
  })
])

/** The first hop is the host's own ask. */
const chaining = (hops: ReadonlyArray<Hop>) =>
  Effect.gen(function* () {
    const deadlines: Array<number | undefined> = []
    const client = yield* Chain.client
    const ask = (depth: number, hops: ReadonlyArray<Hop>, { timeoutSeconds }: Hop) => {
      const next = client(`${depth}`)
      // A tick off, so that no work ends at the very time of a deadline.
      const timeout = timeoutSeconds === undefined ? ("1 day" as const) : timeoutSeconds * 1000 + 1 + depth
      return next
        .withTimeout(timeout)
        .ask.Go({ depth, hops })
        .pipe(Effect.mapError((error) => (typeof error === "string" ? error : error._tag)))
    }
    yield* Layer.build(
      Chain.toLayer(
        Effect.succeed(
          Chain.of({
            Go: ({ depth, hops }, context) => {
              deadlines[depth] = Option.getOrUndefined(context.deadline)
              const [hop, ...others] = hops
              const on =
                hop === undefined
                  ? Effect.succeed("reached the end")
                  : Effect.zipRight(Effect.sleep(hop.seconds * 1000), ask(depth + 1, others, hop))
              return hop?.beside ? Rpc.fork(on) : on
            }
          })
        )
      )
    )
    const [first, ...others] = hops
    if (first === undefined) return
    const said = yield* Effect.merge(ask(0, others, first))
    const at = yield* Clock.currentTimeMillis

    // Worked out by walking down: each deadline is the sooner of the asker's own and what it was given.
    let now = 0
    let inherited = Number.POSITIVE_INFINITY
    const expected: Array<number> = []
    let failsAt = Number.POSITIVE_INFINITY
    hops.forEach(({ timeoutSeconds }, depth) => {
      if (depth > 0) now += hops[depth]!.seconds * 1000
      if (now > failsAt) return
      inherited = Math.min(
        inherited,
        now + (timeoutSeconds === undefined ? 86_400_000 : timeoutSeconds * 1000 + 1 + depth)
      )
      expected[depth] = inherited
      failsAt = Math.min(failsAt, inherited)
    })
    assert.deepEqual(deadlines, expected, "deadlines as the handlers saw them")
    const intime = now < failsAt
    assert.deepEqual({ said, at }, intime ? { said: "reached the end", at: now } : { said: "AskTimedOut", at: failsAt })
  })

export const chains: Exploration<ReadonlyArray<Hop>> = {
  input: fc.array(chainHop, { minLength: 1, maxLength: 5, size: "max" }),
  program: chaining
}
