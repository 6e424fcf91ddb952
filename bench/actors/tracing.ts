/**
 * What a span for each message costs: tracing on, with Effect's own tracer, which makes spans and sends them nowhere,
 * against tracing off, the default where no tracer is installed.
 *
 * By hand: `Effect.withSpan` around the handling, without the stack that it captures by default.
 */
import type { Subject } from "../Bench.ts"
import * as ByHand from "./contenders/byHand.ts"
import * as Troupe from "./contenders/troupe.ts"

const off = "tracing off"
const on = "tracing on"

export const subjects: ReadonlyArray<Subject> = [
  {
    title: "tell, traced",
    onlyTroupe: true,
    work: "50,000 tells, then one ask",
    unit: "ns",
    operations: 50_000,
    rounds: 7,
    contenders: [Troupe.tell("plain", off), Troupe.tell("plain", on, { tracing: true })]
  },
  {
    title: "ask, traced",
    onlyTroupe: true,
    work: "20,000 asks, one at a time",
    unit: "ns",
    operations: 20_000,
    rounds: 7,
    contenders: [
      Troupe.ask("plain", 1, off),
      Troupe.ask("plain", 1, on, { tracing: true }),
      ByHand.asks("written", 1),
      ByHand.asksTraced(`${ByHand.named.written}, a span each`)
    ]
  }
]
