/**
 * One message that is passed on round a ring of 1,000 actors, each of which takes one off its count.
 *
 * The count ends at zero, and at the actor where it must: every hop was made. All actors have had a message before. Plain
 * handlers return the tell to the next actor; the others run it inside their Effect. xstate is absent: a message handed on
 * is a nested call there, and a thousand of them a stack.
 */
import type { Subject } from "../Bench.ts"
import * as Bare from "./contenders/bare.ts"
import * as ByHand from "./contenders/byHand.ts"
import * as Cluster from "./contenders/cluster.ts"
import * as Nact from "./contenders/nact.ts"
import * as Troupe from "./contenders/troupe.ts"

const size = 1000

export const subjects: ReadonlyArray<Subject> = [
  {
    title: "ring of 1,000",
    work: "300,000 hops of one message",
    unit: "ns",
    operations: 300_000,
    rounds: 7,
    contenders: [
      Troupe.ring("plain", size),
      Troupe.ring("sync", size),
      Troupe.ring("fnUntraced", size),
      Troupe.ring("fiber", size),
      ByHand.ring("written", size, 30_000),
      ByHand.ring("tuned", size, 30_000),
      Cluster.ring(size, 3_000),
      Nact.ring(size, 100_000),
      Bare.ring(size)
    ],
    floors: [
      { contender: Troupe.named.plain, timesFaster: 60, than: ByHand.named.written },
      { contender: Troupe.suspended, timesFaster: 12, than: ByHand.named.written },
      { contender: Troupe.named.fnUntraced, timesFaster: 12, than: ByHand.named.written }
    ]
  }
]
