/**
 * What running a team costs beyond the work itself.
 *
 * "Eight agents" is the full-stack graph with agents that do nothing, everything else real but in memory. "Sixty agents"
 * compares the makespan of work that sleeps with the sleeps of its critical path in a row, and with running the same
 * graph level by level, each level in a `Promise.all`. Lengths and edges come from a fixed seed.
 */
import { Effect, Layer, Schema } from "effect"
import * as ActorSystem from "../src/actor/ActorSystem.ts"
import * as FairScheduler from "../src/actor/FairScheduler.ts"
import * as Agent from "../src/team/Agent.ts"
import { ResultCache } from "../src/team/ResultCache.ts"
import { RunStore } from "../src/team/RunStore.ts"
import * as Team from "../src/team/Team.ts"
import { Workspace } from "../src/team/Workspace.ts"
import { type Contender, expect, type Subject, timed } from "./Bench.ts"

interface Node {
  readonly name: string
  readonly millis: number
  readonly dependsOn: ReadonlyArray<string>
}

const fullstack: ReadonlyArray<Node> = [
  { name: "product-manager", millis: 0, dependsOn: [] },
  { name: "technical-architect", millis: 0, dependsOn: ["product-manager"] },
  { name: "frontend-developer", millis: 0, dependsOn: ["technical-architect"] },
  { name: "backend-developer", millis: 0, dependsOn: ["technical-architect"] },
  { name: "devops-engineer", millis: 0, dependsOn: ["technical-architect"] },
  { name: "qa-engineer", millis: 0, dependsOn: ["frontend-developer", "backend-developer"] },
  { name: "site-reliability-engineer", millis: 0, dependsOn: ["devops-engineer", "qa-engineer"] },
  { name: "development-coordinator", millis: 0, dependsOn: ["site-reliability-engineer"] }
]

/** Ten levels of six, each agent after one to three of the level before; lengths of 20 to 200 ms. */
const sixty: ReadonlyArray<Node> = (() => {
  let seed = 20261120
  const next = (below: number) => {
    // The minimal standard generator of Park and Miller.
    seed = (seed * 48271) % 2147483647
    return seed % below
  }
  return Array.from({ length: 60 }, (_, i) => {
    const level = Math.floor(i / 6)
    const before = level === 0 ? [] : Array.from({ length: 1 + next(3) }, () => `agent-${(level - 1) * 6 + next(6)}`)
    return { name: `agent-${i}`, millis: 20 + next(181), dependsOn: [...new Set(before)] }
  })
})()

const byName = new Map(sixty.map((node) => [node.name, node]))
const pathTo = (node: Node): ReadonlyArray<number> => {
  const paths = node.dependsOn.map((name) => pathTo(byName.get(name)!))
  const sum = (path: ReadonlyArray<number>) => path.reduce((all, millis) => all + millis, 0)
  const longest = paths.reduce((best, path) => (sum(path) > sum(best) ? path : best), [] as ReadonlyArray<number>)
  return [...longest, node.millis]
}
const criticalPath = sixty.map(pathTo).reduce((best, path) => {
  const sum = (each: ReadonlyArray<number>) => each.reduce((all, millis) => all + millis, 0)
  return sum(path) > sum(best) ? path : best
})

const sleep = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

const troupe = (name: string, nodes: ReadonlyArray<Node>): Contender => ({
  name,
  round: () => {
    const team = Team.make("bench", {
      agents: nodes.map((node) =>
        Agent.make({
          name: node.name,
          version: "1.0.0",
          dependsOn: node.dependsOn,
          estimate: `${node.millis} millis`,
          output: Schema.String,
          run: () => (node.millis === 0 ? Effect.succeed("done") : Effect.as(Effect.sleep(node.millis), "done"))
        })
      )
    })
    const scheduler = FairScheduler.make()
    const layer = Layer.mergeAll(
      ResultCache.layerMemory(),
      RunStore.layerMemory(),
      Workspace.layerMemory,
      ActorSystem.layer({ scheduler })
    )
    return timed(() =>
      Effect.runPromise(
        Team.run(team, { input: {}, agentsAtOnce: nodes.length }).pipe(
          Effect.flatMap((result) =>
            Effect.sync(() => {
              expect("status", result.status, "done")
              expect("agents done", result.report.counts.done, nodes.length)
            })
          ),
          Effect.provide(layer),
          Effect.withScheduler(scheduler)
        )
      )
    )
  }
})

const levels = (name: string, nodes: ReadonlyArray<Node>): Contender => ({
  name,
  round: () =>
    timed(async () => {
      const done = new Set<string>()
      while (done.size < nodes.length) {
        const level = nodes.filter((node) => !done.has(node.name) && node.dependsOn.every((other) => done.has(other)))
        await Promise.all(level.map((node) => (node.millis === 0 ? undefined : sleep(node.millis))))
        for (const node of level) done.add(node.name)
      }
      expect("agents done", done.size, nodes.length)
    })
})

const path: Contender = {
  name: "critical path alone",
  round: () =>
    timed(async () => {
      for (const millis of criticalPath) await sleep(millis)
    })
}

export const subjects: ReadonlyArray<Subject> = [
  {
    title: "eight agents that do nothing",
    work: "the full-stack graph, stores in memory",
    rounds: 15,
    contenders: [troupe("Troupe", fullstack), levels("level by level, Promise.all", fullstack)]
  },
  {
    title: "sixty agents of uneven length",
    work: `makespan ÷ critical path (${criticalPath.length} agents in a row)`,
    rounds: 5,
    contenders: [path, troupe("Troupe", sixty), levels("level by level, Promise.all", sixty)]
  }
]
