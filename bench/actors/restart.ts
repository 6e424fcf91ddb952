/**
 * One restart: a crash, the end of the incarnation with its scope, and a new one from `build`.
 *
 * Beside making a scope, forking a fiber in it that dies, awaiting its end and closing the scope, which is the least that
 * anybody must do for it by hand. The restarts are counted by `build`, the fibers by themselves. Nobody prints the log.
 */
import type { Subject } from "../Bench.ts"
import * as ByHand from "./contenders/byHand.ts"
import * as Troupe from "./contenders/troupe.ts"

export const subjects: ReadonlyArray<Subject> = [
  {
    title: "restart",
    work: "5,000 tells, each of which crashes its actor",
    unit: "µs",
    operations: 5_000,
    rounds: 9,
    contenders: [Troupe.restart, ByHand.scopeAndFork],
    floors: [{ contender: Troupe.named.plain, timesSlowerAtMost: 2, than: ByHand.scopeAndFork.name }]
  }
]
