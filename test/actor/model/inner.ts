/**
 * What an actor sends to itself and what it sets aside: a timer that is cancelled, replaced or outlived by its incarnation is
 * never heard of again, and a stashed message is neither lost nor overtaken.
 */
import assert from "node:assert/strict"
import { Rpc } from "@effect/rpc"
import { Effect, Fiber, Layer, Schema } from "effect"
import fc from "fast-check"
import * as Actor from "../../../src/actor/Actor.ts"
import { ActorContext } from "../../../src/actor/ActorContext.ts"
import { ActorSystem } from "../../../src/actor/ActorSystem.ts"
import * as Mailbox from "../../../src/actor/Mailbox.ts"
import * as Supervision from "../../../src/actor/Supervision.ts"
import { type Exploration, settled } from "./explore.ts"

const Clockwork = Actor.make("Clockwork", [
  Rpc.make("Set", { payload: { key: Schema.String, every: Schema.Boolean, millis: Schema.Int } }),
  Rpc.make("Cancel", { payload: { key: Schema.String } }),
  Rpc.make("Tick", { payload: { key: Schema.String, generation: Schema.Int } }),
  Rpc.make("Work"),
  Rpc.make("Crash")
])

interface Turn {
  readonly what: "once" | "every" | "cancel" | "work" | "crash"
  readonly key: string
  readonly millis: number
  /** Virtual milliseconds. */
  readonly at: number
}

const ticking = (turns: ReadonlyArray<Turn>) =>
  Effect.gen(function* () {
    const system = yield* ActorSystem
    const wrong: Array<string> = []
    /** By generation: set in this run, and heard of. */
    const heard = new Map<number, number>()
    /** The timers of the living incarnation, by key. */
    let active = new Map<string, { readonly generation: number; readonly every: boolean }>()
    let generations = 0
    yield* Layer.build(
      Clockwork.toLayer(
        Effect.gen(function* () {
          const { timers } = yield* ActorContext
          const self = yield* Clockwork.self
          active = new Map()
          return Clockwork.of({
            Set: ({ every, key, millis }) =>
              Effect.suspend(() => {
                const generation = ++generations
                active.set(key, { generation, every })
                heard.set(generation, 0)
                const tick = self.tell.Tick({ key, generation })
                return every ? timers.every(key, tick, millis) : timers.once(key, tick, millis)
              }),
            Cancel: ({ key }) =>
              Effect.suspend(() => {
                active.delete(key)
                return timers.cancel(key)
              }),
            Tick: ({ generation, key }) => {
              const timer = active.get(key)
              if (timer?.generation !== generation) wrong.push(`a tick of ${key} that was over`)
              if (timer?.every === false) active.delete(key)
              heard.set(generation, heard.get(generation)! + 1)
            },
            Work: () => Effect.sleep(15),
            Crash: () => {
              throw new Error("asked to")
            }
          })
        }),
        // Small, so that ticks meet a full one.
        { mailbox: Mailbox.failing(1), supervision: Supervision.restart({ intensity: 1000 }) }
      )
    )
    const clockwork = (yield* Clockwork.client)("c")
    const perform = ({ at, key, millis, what }: Turn) =>
      Effect.sleep(at).pipe(
        Effect.zipRight(
          Effect.suspend((): Effect.Effect<void, unknown> => {
            switch (what) {
              case "once":
              case "every":
                return clockwork.ask.Set({ key, every: what === "every", millis })
              case "cancel":
                return clockwork.ask.Cancel({ key })
              case "work":
                return clockwork.tell.Work()
              case "crash":
                return clockwork.tell.Crash()
            }
          })
        ),
        // A full mailbox may refuse it.
        Effect.ignore
      )
    yield* Fiber.joinAll(yield* Effect.forEach(turns, (turn) => Effect.fork(perform(turn))))
    // Work may hold the last ones up for a third of a second; 40 ms is the longest interval.
    yield* Effect.sleep("1 second")
    for (const [key, { every, generation }] of active) {
      if (!every) wrong.push(`the timer of ${key} never came`)
      else if (heard.get(generation)! < 600 / 40) wrong.push(`${key} came ${heard.get(generation)} times in a second`)
    }
    yield* system.stop(clockwork)
    assert.deepEqual(wrong, [])
  })

export const timers: Exploration<ReadonlyArray<Turn>> = {
  input: fc.array(
    fc.record({
      what: fc.constantFrom("once", "once", "every", "cancel", "work", "work", "crash"),
      key: fc.constantFrom("a", "b"),
      millis: fc.integer({ min: 5, max: 40 }),
      at: fc.nat(100)
    }),
    { maxLength: 20, size: "max" }
  ),
  program: ticking
}

const Desk = Actor.make("Desk", [
  Rpc.make("Work", { payload: { sender: Schema.Int, n: Schema.Int } }),
  Rpc.make("Open"),
  Rpc.make("Close"),
  Rpc.make("Crash")
])

interface Day {
  readonly capacity: number
  readonly senders: ReadonlyArray<ReadonlyArray<"Work" | "Open" | "Close" | "Crash">>
}

const settingAside = ({ capacity, senders }: Day) =>
  Effect.gen(function* () {
    const done: Array<readonly [sender: number, n: number]> = []
    yield* Layer.build(
      Desk.toLayer(
        Effect.sync(() => {
          // Closed again after a crash: what was set aside comes back and is set aside once more.
          let isOpen = false
          return Desk.of({
            Work: ({ n, sender }) => {
              if (!isOpen) return Actor.stash
              done.push([sender, n])
            },
            Open: () => {
              isOpen = true
              return Effect.asVoid(Actor.unstashAll)
            },
            Close: () => {
              isOpen = false
            },
            Crash: () => Effect.dieMessage("asked to")
          })
        }),
        { mailbox: Mailbox.bounded(capacity), supervision: Supervision.restart({ intensity: 1000 }) }
      )
    )
    const desk = (yield* Desk.client)("d")
    const send = (sender: number, sends: Day["senders"][number]) =>
      Effect.forEach(sends, (what, n) => (what === "Work" ? desk.tell.Work({ sender, n }) : desk.tell[what]()), {
        discard: true
      })
    yield* Effect.forEach(senders, (sends, sender) => send(sender, sends), { concurrency: "unbounded", discard: true })
    yield* desk.ask.Open()
    yield* settled
    senders.forEach((sends, sender) => {
      const sent = sends.flatMap((what, n) => (what === "Work" ? [n] : []))
      assert.deepEqual(
        done.filter(([other]) => other === sender).map(([, n]) => n),
        sent,
        "each once, in the order of its sender"
      )
    })
  })

export const stash: Exploration<Day> = {
  input: fc.record({
    capacity: fc.integer({ min: 1, max: 4 }),
    senders: fc.array(
      fc.array(fc.constantFrom("Work", "Work", "Work", "Open", "Close", "Crash"), { maxLength: 12, size: "max" }),
      { minLength: 1, maxLength: 3, size: "max" }
    )
  }),
  program: settingAside
}
