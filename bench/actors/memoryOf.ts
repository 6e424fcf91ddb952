/**
 * `node --expose-gc --import tsx memoryOf.ts KEPT ACTORS`: prints how many bytes the heap grows by so many actors.
 */
import { setImmediate } from "node:timers/promises"
import * as Bare from "./contenders/bare.ts"
import * as ByHand from "./contenders/byHand.ts"
import * as Cluster from "./contenders/cluster.ts"
import * as Nact from "./contenders/nact.ts"
import * as Troupe from "./contenders/troupe.ts"
import * as XState from "./contenders/xstate.ts"

const keepers = {
  "troupe, plain": (actors: number) => Troupe.keep("plain", actors),
  "troupe, fnUntraced": (actors: number) => Troupe.keep("fnUntraced", actors),
  "troupe, fiber": (actors: number) => Troupe.keep("fiber", actors),
  "troupe, rested": Troupe.keepRested,
  "troupe, passive": Troupe.keepPassive,
  "by hand, written": (actors: number) => ByHand.keep("written", actors),
  "by hand, tuned": (actors: number) => ByHand.keep("tuned", actors),
  cluster: Cluster.keep,
  nact: Nact.keep,
  xstate: XState.keep,
  bare: Bare.keep
} as const

export type Kept = keyof typeof keepers

const heapUsed = async (): Promise<number> => {
  // What is due is done, and what finalizers let go is collected as well.
  for (let i = 0; i < 3; i++) {
    await setImmediate()
    globalThis.gc!()
  }
  return process.memoryUsage().heapUsed
}

const keep = keepers[process.argv[2] as Kept]
const actors = Number(process.argv[3])
// Code, shapes and tables that the first actors bring are nobody's weight.
const first = await keep(500)
const before = await heapUsed()
const kept = await keep(actors)
const bytes = (await heapUsed()) - before
// Named after the measurement, so that both are still held during it.
if (first === undefined || kept === undefined) throw new Error("nothing was kept")
process.stdout.write(String(bytes), () => process.exit(0))
