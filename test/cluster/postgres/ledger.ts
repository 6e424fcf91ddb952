/**
 * An actor that writes down when each of its steps began and ended, by a clock that all processes of this machine share, and
 * under which epoch: so that it can be counted from outside whether two lives of one address were at work at once.
 */
import { appendFileSync, readFileSync } from "node:fs"
import { ClusterSchema } from "@effect/cluster"
import { Rpc } from "@effect/rpc"
import { Effect, Schema } from "effect"
import * as Actor from "../../../src/actor/Actor.ts"
import { ActorContext } from "../../../src/actor/ActorContext.ts"
import { Idempotent } from "../../../src/actor/Delivery.ts"

export interface Entry {
  readonly id: string
  readonly epoch: number
  readonly pid: number
  readonly what: string
  readonly n: number
  /** Milliseconds of the machine's monotonic clock. */
  readonly at: number
  readonly edge: "begin" | "end"
}

const now = () => Number(process.hrtime.bigint()) / 1e6

const where = Schema.Struct({ pid: Schema.Int, epoch: Schema.Int })
const n = { n: Schema.Int }

export const Ledger = Actor.make("Ledger", [
  Rpc.make("Where", { success: where }),
  /** Takes 20 ms. */
  Rpc.make("Step", { success: where }),
  /** From now on a step every 50 ms, by a timer of its own. */
  Rpc.make("Tick"),
  /** Keeps the process busy, so that nothing else in it runs. */
  Rpc.make("Wedge", { payload: { millis: Schema.Int }, success: where }),
  /** Waits, and goes on. */
  Rpc.make("Wait", { payload: { millis: Schema.Int }, success: where }),
  /** May not be lost. The first time it keeps the process busy for so long. */
  Rpc.make("Keep", { payload: { ...n, wedgeMillis: Schema.Int }, success: where, primaryKey: ({ n }) => String(n) })
    .annotate(ClusterSchema.Persisted, true)
    .annotate(Idempotent, true)
])

export const entries = (file: string): ReadonlyArray<Entry> =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Entry)

export const layer = (file: string) =>
  Ledger.toLayer(
    Effect.gen(function* () {
      const self = yield* ActorContext
      const ledger = yield* Ledger.self
      const { pid } = process
      const here = { pid, epoch: self.epoch }
      const write = (what: string, n: number, edge: Entry["edge"]) =>
        appendFileSync(file, `${JSON.stringify({ id: self.id, ...here, what, n, at: now(), edge })}\n`)
      const step = (what: string, during: Effect.Effect<void>, n = 0) =>
        Effect.zipRight(
          Effect.sync(() => write(what, n, "begin")),
          Effect.zipRight(
            during,
            Effect.sync(() => {
              write(what, n, "end")
              return here
            })
          )
        )
      const busy = (millis: number) =>
        Effect.sync(() => {
          for (const until = now() + millis; now() < until; );
        })
      return Ledger.of({
        Where: () => here,
        Step: () => step("step", Effect.sleep(20)),
        Tick: () =>
          Effect.zipRight(self.timers.every("tick", ledger.tell.Step(), 50), Effect.asVoid(step("tick", Effect.void))),
        Wedge: ({ millis }) => step("wedge", busy(millis)),
        Wait: ({ millis }) => step("wait", Effect.sleep(millis)),
        Keep: ({ n, wedgeMillis }) =>
          Effect.suspend(() => {
            const again = wedgeMillis > 0 && entries(file).some((entry) => entry.what === "keep" && entry.n === n)
            return step("keep", wedgeMillis === 0 || again ? Effect.void : busy(wedgeMillis), n)
          })
      })
    })
  )

/** Steps of a life that went on after a later life of its address had begun one. */
export const overlaps = (all: ReadonlyArray<Entry>): ReadonlyArray<string> => {
  const begun = new Map<string, Map<number, number>>()
  for (const { at, edge, epoch, id } of all) {
    if (edge !== "begin") continue
    const lives = begun.get(id) ?? new Map<number, number>()
    begun.set(id, lives)
    lives.set(epoch, Math.min(at, lives.get(epoch) ?? Number.POSITIVE_INFINITY))
  }
  return all.flatMap(({ at, edge, epoch, id, pid, what }) => {
    const later = [...(begun.get(id) ?? [])].find(([other, since]) => other > epoch && since < at)
    return later === undefined
      ? []
      : [
          `${id}: ${what} of epoch ${epoch} (${pid}) had its ${edge} ${Math.round(at - later[1])} ms after epoch ${later[0]} began`
        ]
  })
}

/** Whether one epoch was ever two processes'. */
export const shared = (all: ReadonlyArray<Entry>): ReadonlyArray<string> => {
  const owner = new Map<string, number>()
  return all.flatMap(({ epoch, id, pid }) => {
    const key = `${id} in epoch ${epoch}`
    const known = owner.get(key) ?? pid
    owner.set(key, known)
    return known === pid ? [] : [key]
  })
}
