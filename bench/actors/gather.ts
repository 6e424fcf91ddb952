/**
 * Asking 10,000 different actors and collecting all their answers.
 *
 * All actors have had a message before; each answer is checked. Troupe is asked in both ways a caller may write it: one
 * after the other, and all at once, where most of the time is the fibers that `Effect.forEach` makes for the asker. By
 * hand: all at once as well, and tuned without those fibers, by sending all before waiting for the first.
 */
import type { Subject } from "../Bench.ts"
import * as Bare from "./contenders/bare.ts"
import * as ByHand from "./contenders/byHand.ts"
import * as Cluster from "./contenders/cluster.ts"
import * as Nact from "./contenders/nact.ts"
import * as Troupe from "./contenders/troupe.ts"

const actors = 10_000

export const subjects: ReadonlyArray<Subject> = [
  {
    title: "gather from 10,000",
    work: "5 times 10,000 asks",
    unit: "ns",
    operations: 5 * actors,
    rounds: 7,
    contenders: [
      Troupe.gather("Troupe, all at once", actors, "unbounded"),
      Troupe.gather("Troupe, one after the other", actors, 1),
      ByHand.gather("written", actors, actors),
      ByHand.gather("tuned", actors, actors),
      Cluster.gather(1_000),
      Nact.gather(actors),
      Bare.gather(actors)
    ],
    floors: [{ contender: "Troupe, all at once", timesFaster: 60, than: ByHand.named.written }]
  }
]
