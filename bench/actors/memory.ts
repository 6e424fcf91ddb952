/**
 * What one actor weighs, in bytes of heap.
 *
 * Each contender is measured in a process of its own, which collects its garbage before and after it makes 20,000 actors.
 * Warm: each has handled one message and waits for the next. Where a handler needed a fiber, the actor keeps it for one to
 * two seconds; it is weighed in that time and after it. Passive: its idle time (`passivateAfter`) has passed as well.
 * All that keeps it is counted: its address, its ref, which stays in an array, its place in the registry, its fiber and
 * what it closes over.
 */
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { Contender, Subject } from "../Bench.ts"
import type { Kept } from "./memoryOf.ts"

const script = fileURLToPath(new URL("./memoryOf.ts", import.meta.url))

const weighed = (name: string, kept: Kept, operations?: number): Contender => ({
  name,
  operations,
  round: async (actors) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--expose-gc", "--import", import.meta.resolve("tsx"), script, kept, String(actors)],
      { encoding: "utf8" }
    )
    if (status !== 0) throw new Error(`${name} could not be weighed:\n${stderr}`)
    return Number(stdout)
  }
})

export const subjects: ReadonlyArray<Subject> = [
  {
    title: "memory of an idle actor",
    work: "20,000 actors that have handled one message",
    unit: "bytes",
    operations: 20_000,
    rounds: 1,
    contenders: [
      weighed("Troupe, warm", "troupe, plain"),
      weighed("Troupe, warm, handlers are Effect.fnUntraced", "troupe, fnUntraced"),
      weighed("Troupe, warm, its fiber given back", "troupe, rested"),
      weighed("Troupe, warm, with its fiber", "troupe, fiber"),
      weighed("Troupe, passive", "troupe, passive"),
      weighed("Effect by hand", "by hand, written"),
      weighed("Effect by hand, tuned", "by hand, tuned"),
      weighed("@effect/cluster, in one process", "cluster", 5_000),
      weighed("nact (unbounded)", "nact"),
      weighed("xstate (synchronous, unbounded)", "xstate"),
      weighed("bare JavaScript (microtask queue, unbounded)", "bare")
    ],
    floors: [
      { contender: "Troupe, warm", atMost: 3_200 },
      { contender: "Troupe, warm, handlers are Effect.fnUntraced", atMost: 3_200 },
      { contender: "Troupe, warm, its fiber given back", atMost: 3_200 },
      { contender: "Troupe, passive", atMost: 650 }
    ]
  }
]
