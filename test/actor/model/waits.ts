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

const { deed } = fc.letrec<{ deed: Deed }>((tie) => ({
  deed: fc.record({
    how: fc.constantFrom("ask", "ask", "ask", "tell", "tell", "ask beside", "ask and leave"),
    whom: fc.constantFrom(...ids),
    next: fc.array(tie("deed"), { maxLength: 2 })
  })
}))

/** An edge that somebody waits by, as the actors themselves note it: before they send, until they go on. */
class Waits {
  private readonly edges: Array<{ readonly from: string; readonly to: string }> = []

  during<A, E, R>(from: string, to: string, wait: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.suspend(() => {
      const edge = { from, to }
      this.edges.push(edge)
      return Effect.ensuring(
        wait,
        Effect.sync(() => this.edges.splice(this.edges.indexOf(edge), 1))
      )
    })
  }
  has(from: string, to: string): boolean {
    return this.edges.some((edge) => edge.from === from && edge.to === to)
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
      const heard = (sent: Effect.Effect<void, AskError>, to: string) =>
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
              if (!waits.has(from, other))
                wrong.push(`${from} does not wait for ${other}: ${address} was refused for it`)
            })
          })
        )
      const perform = ({ how, next, whom }: Deed, blocks: boolean): Effect.Effect<void> => {
        const during = (to: string, wait: Effect.Effect<void>) => (blocks ? waits.during(address, to, wait) : wait)
        const friend = client(whom).withTimeout("1000 days")
        const to = friend.address
        switch (how) {
          case "tell":
            return during(to, heard(friend.tell.Do({ deeds: next }), to))
          case "ask":
          case "ask beside":
            return during(to, heard(friend.ask.Do({ deeds: next }), to))
          case "ask and leave":
            return Effect.gen(function* () {
              const asking = yield* Effect.fork(during(to, heard(friend.ask.Do({ deeds: next }), to)))
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
            Effect.forEach(deeds, (deed) => perform(deed, !beside), { discard: true }),
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
        deeds: fc.array(deed, { maxLength: 3 })
      }),
      { minLength: 1, maxLength: 5, size: "max" }
    )
  }),
  program,
  system: { tellTimeout: "1000 days", stopBudget: "10000 days" }
}
