/**
 * A mailbox, message by message, beside a story told with arrays: four policies, three lanes, senders that wait and leave.
 * One command at a time, everything that it leads to in an order of the seed's choice.
 */
import assert from "node:assert/strict"
import { Rpc } from "@effect/rpc"
import { Deferred, Effect, Exit, type Fiber, Layer, Schema } from "effect"
import fc from "fast-check"
import * as Actor from "../../../src/actor/Actor.ts"
import type { AskError } from "../../../src/actor/ActorError.ts"
import { LocalActorSystem } from "../../../src/actor/ActorSystem.ts"
import { DeadLetters } from "../../../src/actor/DeadLetters.ts"
import * as Mailbox from "../../../src/actor/Mailbox.ts"
import { type Exploration, settled } from "./explore.ts"

const payload = { n: Schema.Int }
const Desk = Actor.make("Desk", [
  Rpc.make("high", { payload, success: Schema.Int }).annotate(Mailbox.Lane, "high"),
  Rpc.make("normal", { payload, success: Schema.Int }),
  Rpc.make("low", { payload, success: Schema.Int }).annotate(Mailbox.Lane, "low")
])

const lanes = ["high", "normal", "low"] as const
type Lane = (typeof lanes)[number]

type Command =
  | { readonly _tag: "tell" | "ask"; readonly lane: Lane }
  /** Lets the message in hand be done. */
  | { readonly _tag: "handle" }
  /** Interrupts the sender that has waited longest for room, or the ask that has waited longest in the mailbox. */
  | { readonly _tag: "abandon" }

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      _tag: fc.constantFrom("tell", "tell", "ask"),
      lane: fc.constantFrom("high", "high", "high", "normal", "low")
    })
  },
  { weight: 5, arbitrary: fc.constant({ _tag: "handle" } as const) },
  { weight: 1, arbitrary: fc.constant({ _tag: "abandon" } as const) }
)

interface Message {
  readonly n: number
  readonly kind: "tell" | "ask"
  readonly lane: Lane
}

/** Messages in order of arrival, and which one is next by the rule of the lanes. */
class Line {
  all: Array<Message> = []
  private normalPassed = 0
  private lowPassed = 0

  get nobodyWasPassed(): boolean {
    return this.normalPassed === 0 && this.lowPassed === 0
  }
  private first(lane: Lane): Message | undefined {
    return this.all.find((message) => message.lane === lane)
  }
  remove(message: Message): Message {
    this.all = this.all.filter((other) => other !== message)
    return message
  }
  next(): Message | undefined {
    const [high, normal, low] = [this.first("high"), this.first("normal"), this.first("low")]
    const found =
      low !== undefined && this.lowPassed === 64
        ? low
        : normal !== undefined && this.normalPassed === 8
          ? normal
          : (high ?? normal ?? low)
    if (found === undefined) return undefined
    // Passed over is who waits while another goes first: low by both, normal by high alone.
    this.lowPassed = low === undefined || found === low ? 0 : this.lowPassed + 1
    this.normalPassed = normal === undefined || found === normal ? 0 : this.normalPassed + (found === high ? 1 : 0)
    return this.remove(found)
  }
  /** The oldest of the lowest lane that is not above `lane`. */
  least(lane: Lane): Message | undefined {
    for (const other of lanes.slice(lanes.indexOf(lane)).reverse()) {
      const found = this.first(other)
      if (found !== undefined) return found
    }
    return undefined
  }
}

class Model {
  readonly begun: Array<number> = []
  readonly outcomes = new Map<number, string>()
  readonly dead = { "mailbox full": 0, withdrawn: 0 }
  readonly box = new Line()
  readonly waiting = new Line()
  inHand: Message | undefined

  constructor(
    readonly overflow: Mailbox.Mailbox["overflow"],
    readonly capacity: number
  ) {}

  send(message: Message): void {
    if (this.inHand === undefined) this.begin(message)
    else if (this.box.all.length < this.capacity && this.waiting.all.length === 0) this.box.all.push(message)
    else {
      switch (this.overflow) {
        case "back-pressure":
          this.waiting.all.push(message)
          return
        case "failing":
          this.outcomes.set(message.n, "MailboxFull")
          return
        case "dropping":
          return this.shed(message)
        case "sliding": {
          const least = this.box.least(message.lane)
          if (least === undefined) return this.shed(message)
          this.shed(this.box.remove(least))
          this.box.all.push(message)
        }
      }
    }
    if (message.kind === "tell") this.outcomes.set(message.n, "accepted")
  }

  private shed({ kind, n }: Message): void {
    this.dead["mailbox full"]++
    this.outcomes.set(n, kind === "tell" ? "accepted" : "MailboxFull")
  }
  private begin(message: Message): void {
    this.inHand = message
    this.begun.push(message.n)
  }

  handle(): number | undefined {
    const done = this.inHand
    if (done === undefined) return undefined
    this.inHand = undefined
    if (done.kind === "ask") this.outcomes.set(done.n, "answered")
    while (this.inHand === undefined) {
      const next = this.box.next()
      if (next === undefined) break
      this.admit()
      this.begin(next)
    }
    return done.n
  }

  abandon(): number | undefined {
    // How often those behind have been passed over when one of them leaves is nobody's promise, as long as it is no more.
    if (this.waiting.nobodyWasPassed) {
      const left = this.waiting.all.shift()
      if (left !== undefined) return left.n
    }
    const asked = this.box.all.find(({ kind }) => kind === "ask")
    if (asked === undefined) return undefined
    this.box.remove(asked)
    this.dead.withdrawn++
    this.admit()
    return asked.n
  }

  /** A place is free. */
  private admit(): void {
    const admitted = this.waiting.next()
    if (admitted === undefined) return
    this.box.all.push(admitted)
    if (admitted.kind === "tell") this.outcomes.set(admitted.n, "accepted")
  }
}

interface Story {
  readonly overflow: Mailbox.Mailbox["overflow"]
  readonly capacity: number
  readonly commands: ReadonlyArray<Command>
}

const program = ({ capacity, commands, overflow }: Story) =>
  Effect.gen(function* () {
    const local = yield* LocalActorSystem
    const gates: Array<Deferred.Deferred<void>> = []
    const begun: Array<number> = []
    const work = ({ n }: { readonly n: number }) =>
      Effect.suspend(() => {
        begun.push(n)
        return Effect.as(Deferred.await(gates[n]!), n)
      })
    yield* Layer.build(
      Desk.toLayer(Effect.succeed(Desk.of({ high: work, normal: work, low: work })), {
        mailbox: { overflow, capacity }
      })
    )
    const desk = (yield* Desk.client)("d").withTimeout("1 day")
    const model = new Model(overflow, capacity)
    const fibers: Array<Fiber.RuntimeFiber<unknown, unknown>> = []
    const outcomes = new Map<number, string>()
    for (const command of commands) {
      const where = `after ${JSON.stringify(command)}`
      switch (command._tag) {
        case "tell":
        case "ask": {
          const { _tag: kind, lane } = command
          const n = gates.length
          gates.push(yield* Deferred.make<void>())
          const sent: Effect.Effect<unknown, AskError> = desk[kind][lane]({ n })
          const noted = Effect.onExit(sent, (exit) =>
            Effect.sync(() => {
              if (Exit.isSuccess(exit)) outcomes.set(n, kind === "tell" ? "accepted" : "answered")
              else if (!Exit.isInterrupted(exit))
                outcomes.set(n, exit.cause._tag === "Fail" ? exit.cause.error._tag : exit.cause._tag)
            })
          )
          fibers.push(yield* Effect.fork(noted))
          model.send({ n, kind, lane })
          break
        }
        case "handle": {
          const n = model.handle()
          if (n !== undefined) yield* Deferred.succeed(gates[n]!, undefined)
          break
        }
        case "abandon": {
          const n = model.abandon()
          if (n !== undefined) fibers[n]!.unsafeInterruptAsFork(fibers[n]!.id())
        }
      }
      yield* settled
      const [snapshot] = yield* local.snapshot
      assert.deepEqual(begun, model.begun, `order of handling ${where}`)
      assert.deepEqual(sorted(outcomes), sorted(model.outcomes), `what senders saw ${where}`)
      assert.equal(snapshot?.depth ?? 0, model.box.all.length, `depth ${where}`)
      assert.equal(snapshot?.waitingSenders ?? 0, model.waiting.all.length, `senders waiting for room ${where}`)
    }
    const { "mailbox full": shed, withdrawn } = yield* Effect.flatMap(DeadLetters, ({ counts }) => counts)
    assert.deepEqual({ "mailbox full": shed, withdrawn }, model.dead)
    for (const gate of gates) yield* Deferred.succeed(gate, undefined)
  })

const sorted = (outcomes: ReadonlyMap<number, string>) => [...outcomes].sort(([a], [b]) => a - b)

export const exactMailbox: Exploration<Story> = {
  input: fc.record({
    overflow: fc.constantFrom("back-pressure", "dropping", "sliding", "failing"),
    capacity: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constant(12)),
    commands: fc.array(command, { maxLength: 60, size: "max" })
  }),
  program
}
