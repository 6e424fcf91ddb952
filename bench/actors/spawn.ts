/**
 * Starting 100,000 actors and stopping them again.
 *
 * Each is made, put into a registry and asked once; when all are alive they are counted, then stopped one by one and counted
 * again. By hand, as written, an actor has a scope of its own for what it acquires, as Troupe's has; tuned, it is a bare
 * fiber. What an actor weighs is in `actors/memory`.
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
    title: "spawn and stop",
    work: "100,000 actors, all alive at once",
    unit: "µs",
    operations: 100_000,
    rounds: 3,
    contenders: [
      Troupe.spawnRoots("plain"),
      Troupe.spawnRoots("sync"),
      Troupe.spawnChildren("Troupe, spawned as children of the host", 10_000),
      ByHand.spawn("written"),
      ByHand.spawn("tuned"),
      Cluster.spawn(2_000),
      Nact.spawnAndStop,
      XState.spawn,
      Bare.spawn
    ],
    floors: [{ contender: Troupe.named.plain, timesFaster: 10, than: ByHand.named.written }]
  }
]
