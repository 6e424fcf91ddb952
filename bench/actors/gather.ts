/**
 * Asking 10,000 different actors and collecting all their answers.
 *
 * All actors have had a message before; each answer is checked. Troupe is asked by `Gather.all`, one after the other, and
 * by `Effect.all`, where nearly all of the time is the fibers that it makes for the asker. Effect by hand is asked in the
 * last two ways; tuned by hand there are no such fibers: all are sent, then all are awaited.
 */
import type { Subject } from "../Bench.ts"
import * as Bare from "./contenders/bare.ts"
import * as ByHand from "./contenders/byHand.ts"
import * as Cluster from "./contenders/cluster.ts"
import * as Nact from "./contenders/nact.ts"
import * as Troupe from "./contenders/troupe.ts"

const actors = 10_000
const atOnce = "all at once"
const oneByOne = "one after the other"
const gathered = "Troupe, Gather.all"

export const subjects: ReadonlyArray<Subject> = [
  {
    title: "gather from 10,000",
    work: "5 times 10,000 asks",
    unit: "ns",
    operations: 5 * actors,
    rounds: 7,
    contenders: [
      Troupe.gather(gathered, actors, "Gather.all"),
      Troupe.gather(`Troupe, ${oneByOne}`, actors, 1),
      Troupe.gather("Troupe, Effect.all", actors, "unbounded"),
      ByHand.gather("written", `${ByHand.named.written}, ${atOnce}`, actors, actors, "unbounded"),
      ByHand.gather("written", `${ByHand.named.written}, ${oneByOne}`, actors, actors, 1),
      ByHand.gather("tuned", `${ByHand.named.tuned}, ${atOnce}`, actors, actors, "unbounded"),
      Cluster.gather(1_000),
      Nact.gather(actors),
      Bare.gather(actors)
    ],
    floors: [
      { contender: gathered, timesFaster: 60, than: `${ByHand.named.written}, ${atOnce}` },
      { contender: `Troupe, ${oneByOne}`, timesFaster: 60, than: `${ByHand.named.written}, ${atOnce}` }
    ]
  }
]
