/**
 * Asking one actor: by one asker, who waits for each answer before it asks again, and by 64 at once.
 *
 * The last answer must be the total of all asks. Every ask of Troupe's has a deadline and can be withdrawn; by hand there
 * is neither.
 */
import type { Subject } from "../Bench.ts"
import * as Bare from "./contenders/bare.ts"
import * as ByHand from "./contenders/byHand.ts"
import * as Cluster from "./contenders/cluster.ts"
import * as Nact from "./contenders/nact.ts"
import * as Troupe from "./contenders/troupe.ts"
import * as XState from "./contenders/xstate.ts"

const contenders = (atOnce: number, fewer: number) => [
  Troupe.ask("plain", atOnce),
  Troupe.ask("sync", atOnce),
  Troupe.ask("fnUntraced", atOnce),
  Troupe.ask("fiber", atOnce),
  ByHand.asks("written", atOnce),
  ByHand.asks("tuned", atOnce),
  ByHand.asksOnFairScheduler(atOnce),
  Cluster.ask(atOnce, fewer),
  Nact.asks(atOnce)
]

export const subjects: ReadonlyArray<Subject> = [
  {
    title: "ask",
    work: "32,000 asks, one at a time",
    unit: "ns",
    operations: 32_000,
    rounds: 7,
    contenders: [...contenders(1, 3_200), XState.ask, Bare.asks(1)],
    floors: [
      { contender: Troupe.named.plain, timesFaster: 15, than: ByHand.named.written },
      { contender: Troupe.named.sync, timesFaster: 8, than: ByHand.named.written },
      { contender: Troupe.named.fnUntraced, timesFaster: 8, than: ByHand.named.written }
    ]
  },
  {
    title: "ask, 64 in flight",
    work: "64,000 asks by 64 askers",
    unit: "ns",
    operations: 64_000,
    rounds: 7,
    contenders: [...contenders(64, 3_200), Bare.asks(64)],
    floors: [{ contender: Troupe.named.plain, timesFaster: 18, than: ByHand.named.written }]
  }
]
