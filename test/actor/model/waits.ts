/**
 * Actors that ask and tell each other while they handle, with mailboxes that are soon full: whatever they do, none of them
 * waits for ever, and who is refused for a circle was about to close one.
 *
 * Nothing here has a time-out that could end a deadlock quietly: a run in which nobody can go on is a stalled one.
 */
import assert from "node:assert/strict"
import { Rpc } from "@effect/rpc"
import { Effect, Fiber, Layer, Schema } from "effect"
import fc from "fast-check"
import * as Actor from "../../../src/actor/Actor.ts"
import { ActorContext } from "../../../src/actor/ActorContext.ts"
import type { AskError } from "../../../src/actor/ActorError.ts"
import { ActorSystem } from "../../../src/actor/ActorSystem.ts"
import * as Mailbox from "../../../src/actor/Mailbox.ts"
import { type Exploration, settled } from "./explore.ts"

const ids = ["a", "b", "c", "d"] as const
type Id = (typeof ids)[number]

/** What an actor does when it is told to: one thing after the other, to others that do something in turn. */
interface Deed {
  readonly how: "ask" | "tell" | "ask beside" | "ask and leave"
  readonly whom: Id
  readonly next: ReadonlyArray<Deed>
}
const Deed: Schema.Schema<Deed> = Schema.Struct({
  how: Schema.Literal("ask", "tell", "ask beside", "ask and leave"),
  whom: Schema.Literal(...ids),
  next: Schema.Array(Schema.suspend(() => Deed))
})

const Friend = Actor.make("Friend", [Rpc.make("Do", { payload: { deeds: Schema.Array(Deed) } }), Rpc.make("Note")])

interface Plot {
  readonly capacity: number
  /** Who is told what by the host, all at once. */
  readonly begins: ReadonlyArray<{
    readonly whom: Id
    readonly how: "ask" | "tell"
    readonly deeds: ReadonlyArray<Deed>
  }>
}

const deed = (depth: number): fc.Arbitrary<Deed> =>
  fc.record({
    how: fc.constantFrom("ask", "ask", "ask", "tell", "tell", "ask beside", "ask and leave"),
    whom: fc.constantFrom(...ids),
    next: depth === 0 ? fc.constant([]) : fc.array(deed(depth - 1), { maxLength: 2 })
  })

/** Who waits for whom, as the actors themselves note it: from before they send until they go on. */
class Waits {
  private readonly edges: Array<{ readonly from: string; readonly to: string; endedAt: number }> = []
  /** Counts what happens. */
  now = 0

  during<E, R>(
    from: string,
    to: string,
    wait: (since: number) => Effect.Effect<void, E, R>
  ): Effect.Effect<void, E, R> {
    return Effect.suspend(() => {
      const edge = { from, to, endedAt: Number.POSITIVE_INFINITY }
      this.edges.push(edge)
      return Effect.ensuring(
        wait(++this.now),
        Effect.sync(() => {
          edge.endedAt = ++this.now
        })
      )
    })
  }
  /** Whether it was so at some time since then: who is refused learns of it a little later. */
  were(from: string, to: string, since: number): boolean {
    return this.edges.some((edge) => edge.from === from && edge.to === to && edge.endedAt >= since)
  }
}

const program = ({ begins, capacity }: Plot) =>
  Effect.gen(function* () {
    const system = yield* ActorSystem
    const waits = new Waits()
    const wrong: Array<string> = []
    let begun = 0
    let ended = 0

    const behaviour = Effect.gen(function* () {
      const client = yield* Friend.client
      const { address } = yield* ActorContext
      /** Whatever became of it, but for a circle that is none. */
      const heard = (sent: Effect.Effect<void, AskError>, to: string, since: number) =>
        Effect.catchAll(sent, (error) =>
          Effect.sync(() => {
            // Room in its own mailbox it would wait for in vain.
            if (error._tag === "MailboxFull" && to === address) return
            if (error._tag !== "WaitCycle") {
              wrong.push(`${address}: ${error._tag}`)
              return
            }
            const { path } = error
            if (path[0] !== address) wrong.push(`${address} was refused for the circle of ${path[0]}`)
            path.forEach((from, at) => {
              const other = path[(at + 1) % path.length]!
              if (!waits.were(from, other, since))
                wrong.push(`${from} does not wait for ${other}: ${address} was refused for it`)
            })
          })
        )
      const perform = ({ how, next, whom }: Deed): Effect.Effect<void> => {
        const friend = client(whom).withTimeout("1000 days")
        const to = friend.address
        const waiting = (sent: Effect.Effect<void, AskError>) =>
          waits.during(address, to, (since) => heard(sent, to, since))
        const message = { deeds: next }
        switch (how) {
          case "tell":
            return waiting(friend.tell.Do(message))
          case "ask":
          case "ask beside":
            return waiting(friend.ask.Do(message))
          case "ask and leave":
            return Effect.gen(function* () {
              const asking = yield* Effect.fork(waiting(friend.ask.Do(message)))
              yield* Effect.yieldNow()
              yield* Fiber.interrupt(asking)
            })
        }
      }
      return Friend.of({
        Note: () => {},
        Do: ({ deeds }) => {
          begun++
          const beside = deeds.some(({ how }) => how === "ask beside")
          const all = Effect.zipRight(
            Effect.forEach(deeds, perform, { discard: true }),
            Effect.sync(() => void ended++)
          )
          return beside ? Rpc.fork(all) : all
        }
      })
    })
    yield* Layer.build(Friend.toLayer(behaviour, { mailbox: Mailbox.bounded(capacity) }))
    const client = yield* Friend.client
    const beginning = yield* Effect.forEach(begins, ({ deeds, how, whom }) => {
      const friend = client(whom).withTimeout("1000 days")
      const sent: Effect.Effect<void, AskError> = friend[how].Do({ deeds })
      return Effect.fork(sent)
    })
    yield* Fiber.joinAll(beginning)
    yield* settled
    // Told deeds go on by themselves; a stop waits for each actor's own, within its budget.
    for (const id of ids) yield* client(id).withTimeout("1000 days").ask.Note()
    yield* Effect.forEach(ids, (id) => system.stop(client(id)), { discard: true })
    assert.deepEqual(wrong, [])
    assert.equal(ended, begun, "deeds that never ended")
  })

export const waits: Exploration<Plot> = {
  input: fc.record({
    capacity: fc.integer({ min: 1, max: 2 }),
    begins: fc.array(
      fc.record({
        whom: fc.constantFrom(...ids),
        how: fc.constantFrom("ask", "tell"),
        deeds: fc.array(deed(4), { maxLength: 3 })
      }),
      { minLength: 1, maxLength: 5, size: "max" }
    )
  }),
  program,
  system: { tellTimeout: "1000 days", stopBudget: "10000 days" }
}
