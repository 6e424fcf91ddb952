import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Schema } from "effect"
import fc from "fast-check"
import * as Actor from "../../src/actor/Actor.ts"
import { ActorContext } from "../../src/actor/ActorContext.ts"
import { cycle, type Node, type Wait } from "../../src/actor/internal/waitGraph.ts"
import * as Mailbox from "../../src/actor/Mailbox.ts"
import { provided, rest, run, type Services } from "./harness.ts"

const Step = Schema.Literal("ask", "tell", "fork", "impatient", "brief", "leave behind")

/** Passes a message on along a path of ids, in the way each step says. */
const Link = Actor.make("Link", [
  Rpc.make("Pass", {
    payload: { how: Step, path: Schema.Array(Schema.String) },
    success: Schema.String,
    error: Schema.Any
  }),
  Rpc.make("Note"),
  Rpc.make("Wait"),
  Rpc.make("Fill", { payload: { id: Schema.String }, success: Schema.String })
])

const links = (gate: Deferred.Deferred<void>) =>
  Link.toLayer(
    Effect.gen(function* () {
      const client = yield* Link.client
      const { id } = yield* ActorContext
      const linger = Effect.delay(Effect.succeed(`${id} went on`), "5 seconds")
      return Link.of({
        Note: () => {},
        Wait: () => Deferred.await(gate),
        // Tells until something gives, and says what.
        Fill: ({ id: other }) =>
          client(other)
            .tell.Note()
            .pipe(
              Effect.forever,
              Effect.catchAll((error) =>
                Effect.succeed(error._tag === "WaitCycle" ? `${error._tag}: ${error.path.join(" ")}` : error._tag)
              )
            ),
        Pass: ({ how, path }) => {
          const [next, ...others] = path
          if (next === undefined) return `reached ${id}`
          const ask = client(next).ask.Pass({ how, path: others })
          switch (how) {
            case "ask":
              return ask
            case "fork":
              return Rpc.fork(ask)
            case "impatient":
              return Effect.zipRight(Effect.ignore(Effect.timeout(ask, "1 second")), linger)
            case "brief":
              return Effect.zipRight(
                Effect.ignore(client(next).withTimeout("1 second").ask.Pass({ how, path: others })),
                linger
              )
            case "leave behind":
              return Effect.forkDaemon(ask).pipe(
                // The daemon asks while the message that began it is still in hand.
                Effect.zipRight(Effect.repeatN(Effect.yieldNow(), 3)),
                Effect.as(`${id} went on`)
              )
            case "tell":
              return Effect.as(client(next).tell.Pass({ how, path: others }), `${id} went on`)
          }
        }
      })
    }),
    { mailbox: Mailbox.bounded(2) }
  )

const pathOf = (error: unknown): ReadonlyArray<string> | undefined =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "WaitCycle" && "path" in error
    ? (error.path as ReadonlyArray<string>)
    : undefined

const withLinks = <A, E>(
  test: (
    client: Effect.Effect.Success<typeof Link.client>,
    advance: (millis: number) => Effect.Effect<void>,
    open: Effect.Effect<boolean>
  ) => Effect.Effect<A, E, Services>
) =>
  run((clock) =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      yield* provided(links(gate))
      const result = yield* test(yield* Link.client, clock.advance, Deferred.succeed(gate, undefined))
      yield* Deferred.succeed(gate, undefined)
      yield* clock.advance(60_000)
      return result
    })
  )

describe("Waiting for each other", () => {
  for (const [name, path] of [
    ["an actor that asks itself", ["a"]],
    ["two that ask each other", ["b", "a"]],
    ["three in a circle", ["b", "c", "a"]]
  ] as const) {
    it(`${name}: the ask that would close the circle is refused at once, with the path`, () =>
      withLinks((client) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(client("a").ask.Pass({ how: "ask", path: [...path] }))
          // From the actor whose ask was refused, round to it again.
          const members = ["a", ...path.slice(0, -1)].map((id) => `Link/${id}`)
          assert.deepStrictEqual(pathOf(error), [...members.slice(-1), ...members.slice(0, -1)])
        })
      ))
  }

  it("a circle in which one answers concurrently is none", () =>
    withLinks((client) =>
      Effect.gen(function* () {
        assert.strictEqual(yield* client("a").ask.Pass({ how: "fork", path: ["b", "a"] }), "reached a")
      })
    ))

  it("a diamond is no circle", () =>
    withLinks((client) =>
      Effect.gen(function* () {
        const results = yield* Effect.all(
          [
            client("a").ask.Pass({ how: "ask", path: ["b", "d"] }),
            client("c").ask.Pass({ how: "ask", path: ["b", "d"] }),
            client("e").ask.Pass({ how: "ask", path: ["d"] })
          ],
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual(results, ["reached d", "reached d", "reached d"])
      })
    ))

  it("tells round a circle of full mailboxes are refused with the path, none of them waits for ever", () =>
    withLinks((client) =>
      Effect.gen(function* () {
        // Both fill the other's mailbox of two while they handle, so that neither can take one out.
        const filling = yield* Effect.forEach(
          ["a", "b"],
          (id) => Effect.fork(client(id).ask.Fill({ id: id === "a" ? "b" : "a" })),
          { concurrency: "unbounded" }
        )
        yield* rest
        const said = []
        for (const fiber of filling) {
          const exit = fiber.unsafePoll()
          if (exit !== null && Exit.isSuccess(exit)) said.push(exit.value)
        }
        // Whoever comes last closes the circle; no time has passed.
        assert.match(String(said[0]), /^WaitCycle: Link\/(a Link\/b|b Link\/a)$/)
      })
    ))

  for (const [how, name] of [
    ["impatient", "interrupted"],
    ["brief", "timed out"]
  ] as const) {
    it(`a wait that was ${name} is no edge, even while its message still lies in the mailbox`, () =>
      withLinks((client, advance, open) =>
        Effect.gen(function* () {
          yield* client("b").tell.Wait()
          const asked = yield* Effect.fork(client("b").ask.Pass({ how: "ask", path: ["a"] }))
          yield* rest
          // a waits for b for a second, in vain, and stays with the message for longer.
          const lingering = yield* Effect.fork(client("a").ask.Pass({ how, path: ["b"] }))
          yield* advance(1000)
          yield* open
          yield* rest
          assert.isNull(lingering.unsafePoll())
          assert.isNull(asked.unsafePoll(), "b waits behind a's message, it is not refused")
          yield* advance(5000)
          assert.strictEqual(yield* Fiber.join(asked), "reached a")
        })
      ))
  }

  it("an ask that a handler leaves behind is no edge once the message is handled", () =>
    withLinks((client, _, open) =>
      Effect.gen(function* () {
        yield* client("b").tell.Wait()
        const asked = yield* Effect.fork(client("b").ask.Pass({ how: "ask", path: ["a"] }))
        yield* rest
        // a's daemon waits for b, behind the message that will make b ask a; a itself is free.
        assert.strictEqual(yield* client("a").ask.Pass({ how: "leave behind", path: ["b"] }), "a went on")
        yield* rest
        yield* open
        assert.strictEqual(yield* Fiber.join(asked), "reached a")
      })
    ))

  it("finds a circle exactly where a naive search finds one", () => {
    const edges = fc.array(fc.tuple(fc.nat(6), fc.nat(6), fc.boolean()), { maxLength: 14, size: "max" })
    fc.assert(
      fc.property(edges, fc.nat(6), fc.nat(6), (edges, from, to) => {
        const nodes = Array.from({ length: 7 }, (_, n) => node(`n${n}`))
        const live = edges.filter(([, , withdrawn]) => !withdrawn)
        for (const [a, b, withdrawn] of edges) {
          const wait: Wait = { target: nodes[b]!, withdrawn: () => withdrawn }
          nodes[a]!.waits = (nodes[a]!.waits ?? new Set()).add(wait)
        }
        const found = cycle(nodes[from]!, nodes[to]!)
        // Naive: spread from `to` until nothing new is reached.
        const reached = new Set([to])
        for (let grown = true; grown; ) {
          grown = false
          for (const [a, b] of live) {
            if (reached.has(a) && !reached.has(b)) {
              reached.add(b)
              grown = true
            }
          }
        }
        assert.strictEqual(found !== undefined, reached.has(from))
        if (found === undefined) return
        const ids = found.map((address) => Number(address.slice(1)))
        assert.strictEqual(ids[0], from)
        assert.strictEqual(new Set(ids).size, ids.length)
        const hops: ReadonlyArray<readonly [number, number]> = ids.map((id, i) => [id, ids[(i + 1) % ids.length]!])
        for (const [a, b] of hops) {
          assert.isTrue((a === from && b === to) || live.some(([x, y]) => x === a && y === b), `${a} waits for ${b}`)
        }
      }),
      { numRuns: 300 }
    )
  })
})

const node = (address: string): Node => ({ address, waits: undefined })
