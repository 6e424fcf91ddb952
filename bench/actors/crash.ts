/**
 * Asking an actor that crashes at every tenth message and is restarted by its supervision.
 *
 * The asker of the crashed message hears of it, the others get their answers, and the state begins anew: crashes,
 * restarts and the last total are counted. Supervision allows as many restarts as there are; the default is 3 in 10 s.
 * Nobody prints the log.
 */
import type { Subject } from "../Bench.ts"
import * as Bare from "./contenders/bare.ts"
import * as ByHand from "./contenders/byHand.ts"
import * as Cluster from "./contenders/cluster.ts"
import * as Nact from "./contenders/nact.ts"
import * as Troupe from "./contenders/troupe.ts"
import * as XState from "./contenders/xstate.ts"

const every = 10

export const subjects: ReadonlyArray<Subject> = [
  {
    title: "crash at every tenth message",
    work: "20,000 asks, 2,000 crashes",
    unit: "ns",
    operations: 20_000,
    rounds: 7,
    contenders: [
      Troupe.crash(every),
      ByHand.crash("written", every),
      ByHand.crash("tuned", every),
      Cluster.crash(every, 2_000),
      Nact.crash(every),
      XState.crash(every),
      Bare.crash(every)
    ],
    floors: [{ contender: Troupe.named.plain, timesFaster: 9, than: ByHand.named.written }]
  }
]
