import { Rpc } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Schema } from "effect"
import * as Actor from "../../src/actor/Actor.ts"
import type { ActorRef } from "../../src/actor/ActorRef.ts"
import type { End } from "../../src/actor/ActorSnapshot.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import { DeadLetters } from "../../src/actor/DeadLetters.ts"
import * as DeathWatch from "../../src/actor/DeathWatch.ts"
import * as Mailbox from "../../src/actor/Mailbox.ts"
import * as Supervision from "../../src/actor/Supervision.ts"
import { provided, rest, run, snapshots } from "./harness.ts"

const Subject = Actor.make("Subject", [Rpc.make("Ping"), Rpc.make("Crash")])

const Watcher = Actor.make("Watcher", [
  Rpc.make("Watch", { payload: { id: Schema.String } }),
  Rpc.make("WatchMany", { payload: { count: Schema.Int } }),
  Rpc.make("Unwatch"),
  Rpc.make("Ended", { payload: { id: Schema.String, how: Schema.String } }),
  Rpc.make("Hold"),
  Rpc.make("Note"),
  Rpc.make("Crash")
])

interface Options {
  readonly mailbox?: Mailbox.Mailbox
  readonly supervision?: Supervision.Supervision
  /** What the watcher tells; its own `Ended` by default. */
  readonly message?: (id: string, end: End) => ActorRef.Tell
}

/** A watcher, and whom it watches; `seen` is what it was told. */
const scene = ({ mailbox, message, supervision = Supervision.restart() }: Options = {}) =>
  Effect.gen(function* () {
    const seen: Array<string> = []
    const gate = yield* Deferred.make<void>()
    yield* provided(
      Subject.toLayer(Effect.succeed(Subject.of({ Ping: () => {}, Crash: () => Effect.die("asked to") })), {
        supervision: Supervision.stop
      })
    )
    const subject = yield* Subject.client
    yield* provided(
      Watcher.toLayer(
        Effect.gen(function* () {
          const self = yield* Watcher.self
          let unwatch = Effect.void
          const watch = (id: string) =>
            ActorSystem.watchWith(subject(id), (end) =>
              message === undefined ? self.tell.Ended({ id, how: end._tag }) : message(id, end)
            )
          return Watcher.of({
            Watch: ({ id }) =>
              Effect.map(watch(id), (end) => {
                unwatch = end
              }),
            WatchMany: ({ count }) =>
              Effect.forEach(Array.from({ length: count }), (_, n) => watch(`${n}`), { discard: true }),
            Unwatch: () => unwatch,
            Ended: ({ how, id }) => void seen.push(`${id} ${how}`),
            Hold: () => Deferred.await(gate),
            Note: () => {},
            Crash: () => Effect.die("asked to")
          })
        }),
        { mailbox, supervision }
      )
    )
    const watcher = (yield* Watcher.client)("w")
    return { seen, subject, watcher, open: Deferred.succeed(gate, undefined) }
  })

const stateOf = (address: string) =>
  Effect.map(snapshots, (all) => all.find((snapshot) => snapshot.address === address)?.state ?? "none")

describe("An actor that watches", () => {
  it("is told of the next end: of a stop, of a crash that was one too many, and only once", () =>
    run(() =>
      Effect.gen(function* () {
        const { seen, subject, watcher } = yield* scene()
        for (const id of ["a", "b"]) {
          yield* subject(id).ask.Ping()
          yield* watcher.ask.Watch({ id })
        }
        yield* ActorSystem.stop(subject("a"))
        yield* Effect.exit(subject("b").ask.Crash())
        yield* rest
        assert.deepStrictEqual(seen, ["a stopped", "b failed"])
        yield* subject("a").ask.Ping()
        yield* ActorSystem.stop(subject("a"))
        yield* rest
        assert.strictEqual(seen.length, 2)
      })
    ))

  it("does not activate whom it watches, and is told of the end of the life to come", () =>
    run(() =>
      Effect.gen(function* () {
        const { seen, subject, watcher } = yield* scene()
        yield* watcher.ask.Watch({ id: "a" })
        assert.strictEqual(yield* stateOf("Subject/a"), "none")
        yield* subject("a").ask.Ping()
        yield* ActorSystem.stop(subject("a"))
        yield* rest
        assert.deepStrictEqual(seen, ["a stopped"])
      })
    ))

  it("is told at once of one that was given up before", () =>
    run(() =>
      Effect.gen(function* () {
        const { seen, subject, watcher } = yield* scene()
        yield* Effect.exit(subject("a").ask.Crash())
        yield* watcher.ask.Watch({ id: "a" })
        yield* rest
        assert.deepStrictEqual(seen, ["a failed"])
      })
    ))

  for (const [policy, make] of [
    ["bounded", Mailbox.bounded],
    ["dropping", Mailbox.dropping],
    ["sliding", Mailbox.sliding],
    ["failing", Mailbox.failing]
  ] as const) {
    it(`watch lost in a full mailbox: not here, with a ${policy} one`, () =>
      run(() =>
        Effect.gen(function* () {
          const { open, seen, subject, watcher } = yield* scene({ mailbox: make(1) })
          yield* watcher.ask.Watch({ id: "a" })
          yield* subject("a").ask.Ping()
          yield* watcher.tell.Hold()
          yield* rest
          yield* watcher.tell.Note()
          yield* ActorSystem.stop(subject("a"))
          const [snapshot] = (yield* snapshots).filter(({ type }) => type === "Watcher")
          assert.strictEqual(snapshot?.depth, 2, "one more than its capacity")
          yield* open
          yield* rest
          assert.deepStrictEqual(seen, ["a stopped"])
        })
      ))
  }

  it("begins its watches anew after a restart: those of the incarnation before it are over", () =>
    run(() =>
      Effect.gen(function* () {
        const { seen, subject, watcher } = yield* scene()
        yield* watcher.ask.Watch({ id: "a" })
        yield* subject("a").ask.Ping()
        yield* Effect.exit(watcher.ask.Crash())
        yield* ActorSystem.stop(subject("a"))
        yield* rest
        assert.deepStrictEqual(seen, [])
        assert.strictEqual((yield* snapshots).find(({ type }) => type === "Watcher")?.watches, 0)
      })
    ))

  it("is told after a restart what had come before it", () =>
    run(() =>
      Effect.gen(function* () {
        const { open, seen, subject, watcher } = yield* scene()
        yield* subject("a").ask.Ping()
        yield* watcher.ask.Watch({ id: "a" })
        yield* watcher.tell.Hold()
        yield* watcher.tell.Crash()
        yield* rest
        yield* ActorSystem.stop(subject("a"))
        yield* open
        yield* rest
        assert.deepStrictEqual(seen, ["a stopped"])
      })
    ))

  it("can end a watch, also when its message waits already", () =>
    run(() =>
      Effect.gen(function* () {
        const { open, seen, subject, watcher } = yield* scene()
        yield* subject("a").ask.Ping()
        yield* watcher.ask.Watch({ id: "a" })
        yield* watcher.tell.Hold()
        yield* watcher.tell.Unwatch()
        yield* rest
        yield* ActorSystem.stop(subject("a"))
        yield* open
        yield* rest
        assert.deepStrictEqual(seen, [])
      })
    ))

  it("that ends a watch whose end has come disturbs no other watcher of that address", () =>
    run(() =>
      Effect.gen(function* () {
        const { seen, subject, watcher } = yield* scene()
        yield* subject("a").ask.Ping()
        yield* watcher.ask.Watch({ id: "a" })
        yield* Effect.exit(subject("a").ask.Crash())
        const local = yield* ActorSystem.LocalActorSystem
        yield* local.revive(subject("a"))
        // Watched from outside, while it waits for its first message after the revival.
        const end = yield* Effect.fork(ActorSystem.watch(subject("a")))
        yield* rest
        yield* watcher.ask.Unwatch()
        yield* subject("a").ask.Ping()
        yield* ActorSystem.stop(subject("a"))
        yield* rest
        assert.isNotNull(end.unsafePoll())
        assert.deepStrictEqual(seen, ["a failed"])
      })
    ))

  it("may watch so many at a time; a place is free again when the message was handled", () =>
    run(() =>
      Effect.gen(function* () {
        const { seen, subject, watcher } = yield* scene()
        yield* watcher.ask.WatchMany({ count: DeathWatch.maxWatches })
        const error = yield* Effect.flip(watcher.ask.Watch({ id: "one more" }))
        assert.include(error.message, "watches 1000 actors already")
        // That was a crash, which ended all of them.
        yield* watcher.ask.WatchMany({ count: DeathWatch.maxWatches })
        yield* subject("0").ask.Ping()
        yield* ActorSystem.stop(subject("0"))
        yield* rest
        assert.deepStrictEqual(seen, ["0 stopped"])
        yield* watcher.ask.Watch({ id: "one more" })
      })
    ))

  it("crashes if it would tell somebody else, or if its message cannot be made", () =>
    run(() =>
      Effect.gen(function* () {
        const others = yield* Watcher.client
        let message: Options["message"]
        const { subject, watcher } = yield* scene({
          supervision: Supervision.stop,
          message: (id, end) => message!(id, end)
        })
        const local = yield* ActorSystem.LocalActorSystem
        const makes: ReadonlyArray<readonly [NonNullable<Options["message"]>, string]> = [
          [() => others("another").tell.Note(), "found a message to Watcher/another"],
          [
            () => {
              throw new Error("no words")
            },
            "no words"
          ]
        ]
        for (const [make, expected] of makes) {
          message = make
          yield* watcher.ask.Watch({ id: "a" })
          yield* subject("a").ask.Ping()
          yield* ActorSystem.stop(subject("a"))
          yield* rest
          const error = yield* Effect.flip(watcher.ask.Note())
          assert.strictEqual(error._tag, "ActorFailed")
          if (error._tag === "ActorFailed") assert.include(String(error.cause), expected)
          yield* local.revive(watcher)
        }
        assert.strictEqual(yield* stateOf("Watcher/another"), "none")
      })
    ))

  it("leaves neither a watch nor a dead letter behind when it stops or is given up with the message in its mailbox", () =>
    run((clock) =>
      Effect.gen(function* () {
        const { subject, watcher } = yield* scene({ supervision: Supervision.stop })
        const letters = yield* DeadLetters
        yield* subject("a").ask.Ping()
        yield* watcher.ask.Watch({ id: "a" })
        yield* watcher.tell.Hold()
        yield* rest
        yield* ActorSystem.stop(subject("a"))
        yield* Effect.fork(ActorSystem.stop(watcher))
        yield* clock.advance(5000)
        assert.strictEqual(yield* stateOf("Watcher/w"), "none")
        assert.deepStrictEqual(yield* letters.recent, [])

        yield* watcher.ask.Watch({ id: "a" })
        yield* subject("a").ask.Ping()
        yield* watcher.tell.Crash()
        yield* ActorSystem.stop(subject("a"))
        yield* rest
        const [snapshot] = (yield* snapshots).filter(({ type }) => type === "Watcher")
        assert.deepInclude(snapshot, { state: "failed", watches: 0 })
        assert.deepStrictEqual(yield* letters.recent, [])
      })
    ))

  it("is not watched by a fiber that outlived its incarnation", () =>
    run((clock) =>
      Effect.gen(function* () {
        const Stubborn = Actor.make("Stubborn", [Rpc.make("Watch"), Rpc.make("Ended")])
        const told: Array<string> = []
        const { subject } = yield* scene()
        yield* provided(
          Stubborn.toLayer(
            Effect.map(Stubborn.self, (self) =>
              Stubborn.of({
                Ended: () => void told.push("ended"),
                Watch: () =>
                  Effect.uninterruptible(
                    Effect.zipRight(
                      Effect.sleep("1 minute"),
                      ActorSystem.watchWith(subject("a"), () => self.tell.Ended())
                    )
                  )
              })
            )
          )
        )
        const ref = (yield* Stubborn.client)("s")
        yield* ref.tell.Watch()
        yield* rest
        yield* Effect.fork(ActorSystem.stop(ref))
        yield* clock.advance(120_000)
        yield* subject("a").ask.Ping()
        yield* ActorSystem.stop(subject("a"))
        yield* rest
        assert.deepStrictEqual(told, [])
        assert.strictEqual(yield* stateOf("Stubborn/s"), "none")
      })
    ))

  it("watches in vain what no layer provides, and is told so", () =>
    run(() =>
      Effect.gen(function* () {
        const Nobody = Actor.make("Nobody", [Rpc.make("Ping")])
        const nobody = (yield* Nobody.client)("n")
        const Asker = Actor.make("Asker", [Rpc.make("Watch"), Rpc.make("Ended", { payload: { how: Schema.String } })])
        const told: Array<string> = []
        yield* provided(
          Asker.toLayer(
            Effect.map(Asker.self, (self) =>
              Asker.of({
                Watch: () => Effect.asVoid(ActorSystem.watchWith(nobody, (end) => self.tell.Ended({ how: end._tag }))),
                Ended: ({ how }) => void told.push(how)
              })
            )
          )
        )
        yield* (yield* Asker.client)("a").ask.Watch()
        yield* rest
        assert.deepStrictEqual(told, ["absent"])
      })
    ))
})
