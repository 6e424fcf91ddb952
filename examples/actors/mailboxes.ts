/**
 * Mailboxes: what is urgent goes first, what does not fit is told to the sender or counted, and nothing is lost in silence.
 *
 * Run it: `npx tsx examples/actors/mailboxes.ts`. In your app the import reads `troupe`.
 */
import { Rpc } from "@effect/rpc"
import { Console, Deferred, Effect, Logger, LogLevel, Schema } from "effect"
import { Actor, ActorSystem, DeadLetters, Mailbox } from "../../src/index.ts"

const note = { payload: { n: Schema.Int } }
const Desk = Actor.make("Desk", [
  Rpc.make("Hold"),
  Rpc.make("Approve", note).annotate(Mailbox.Lane, "high"),
  Rpc.make("Plan", note), // the normal lane
  Rpc.make("CleanUp", note).annotate(Mailbox.Lane, "low")
])

type Front = ReturnType<Effect.Effect.Success<typeof Desk.client>>

/** A desk that is kept busy until the gate opens; what it then does is printed as one line. */
const busy = (mailbox: Mailbox.Mailbox, story: (desk: Front) => Effect.Effect<unknown, unknown>) =>
  Effect.gen(function* () {
    const gate = yield* Deferred.make<void>()
    const done: Array<string> = []
    const DeskLive = Desk.toLayer(
      Effect.succeed(
        Desk.of({
          Hold: () => Deferred.await(gate),
          Approve: ({ n }) => void done.push(`approve ${n}`),
          Plan: ({ n }) => void done.push(`plan ${n}`),
          CleanUp: ({ n }) => void done.push(`clean up ${n}`)
        })
      ),
      { mailbox }
    )
    yield* Effect.gen(function* () {
      const desk = (yield* Desk.client)("front")
      yield* desk.tell.Hold()
      yield* Effect.yieldNow()
      yield* story(desk)
      yield* Deferred.succeed(gate, undefined)
      yield* ActorSystem.stop(desk) // handles what it has
    }).pipe(Effect.provide(DeskLive))
    yield* Console.log(`${mailbox.overflow}: ${done.join(", ")}`)
  })

const program = Effect.gen(function* () {
  yield* busy(Mailbox.bounded(64), (desk) =>
    Effect.all([
      desk.tell.CleanUp({ n: 1 }),
      desk.tell.Plan({ n: 1 }),
      desk.tell.Approve({ n: 1 }),
      desk.tell.Plan({ n: 2 })
    ])
  )
  yield* busy(Mailbox.failing(1), (desk) =>
    Effect.all([
      desk.tell.Plan({ n: 1 }),
      desk.tell.Plan({ n: 2 }).pipe(Effect.catchTag("MailboxFull", (full) => Console.log(full.message)))
    ])
  )
  yield* busy(Mailbox.sliding(2), (desk) => Effect.forEach([1, 2, 3, 4], (n) => desk.tell.Plan({ n })))
  yield* busy(Mailbox.dropping(2), (desk) => Effect.forEach([1, 2, 3, 4], (n) => desk.tell.Plan({ n })))
  const counts = yield* Effect.flatMap(DeadLetters.DeadLetters, (letters) => letters.counts)
  yield* Console.log(`shed: ${counts["mailbox full"]}`)
})

Effect.runPromise(
  program.pipe(Effect.provide(ActorSystem.layer()), Effect.provide(Logger.minimumLogLevel(LogLevel.Error)))
)
