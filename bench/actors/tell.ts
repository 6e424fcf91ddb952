/**
 * Telling one actor, as fast as it takes it.
 *
 * The time ends when an ask behind the last tell is answered with the total of them all: nothing was dropped, all was
 * handled, in order. Troupe's and Effect's mailboxes are bounded at 1,024, so their sender waits in between; bare
 * JavaScript, nact and xstate have no bound and no wait.
 */
import type { Subject } from "../Bench.ts"
import * as Bare from "./contenders/bare.ts"
import * as ByHand from "./contenders/byHand.ts"
import * as Cluster from "./contenders/cluster.ts"
import * as Nact from "./contenders/nact.ts"
import * as Troupe from "./contenders/troupe.ts"
import * as XState from "./contenders/xstate.ts"

export const subjects: ReadonlyArray<Subject> = [
  {
    title: "tell",
    work: "500,000 tells, then one ask",
    unit: "ns",
    operations: 500_000,
    rounds: 7,
    contenders: [
      Troupe.tell("plain"),
      Troupe.tell("sync"),
      Troupe.tell("fnUntraced"),
      Troupe.tell("fiber"),
      ByHand.tell("written"),
      ByHand.tell("tuned"),
      Cluster.tell(5_000),
      Nact.tell,
      XState.tell,
      Bare.tell
    ],
    floors: [
      { contender: Troupe.named.plain, timesFaster: 6, than: ByHand.named.written },
      { contender: Troupe.named.sync, timesFaster: 2, than: ByHand.named.written },
      { contender: Troupe.named.fnUntraced, timesFaster: 2, than: ByHand.named.written }
    ]
  }
]
