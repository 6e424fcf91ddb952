/**
 * A small program for `kill.test.ts`: eight agents in a row on SQLite and a folder on disk. Each notes in a file of its
 * own keeping that it works, which is how the test counts from outside. Told to, it kills itself with -9 right after the
 * commit of the n-th result, or while the n-th agent works. With "once" none of them may work twice.
 */
import * as fs from "node:fs"
import { Effect, Layer, Schema } from "effect"
import * as NodeWorkspace from "../../layers/node/NodeWorkspace.ts"
import * as Sqlite from "../../layers/sqlite/Sqlite.ts"
import * as SqliteResultCache from "../../layers/sqlite/SqliteResultCache.ts"
import * as SqliteRunStore from "../../layers/sqlite/SqliteRunStore.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import * as Agent from "../../src/team/Agent.ts"
import { ResultCache } from "../../src/team/ResultCache.ts"
import * as Team from "../../src/team/Team.ts"

const [home, killAfterCommit, killAtWork, out = "out", once] = process.argv.slice(2)

const kill = Effect.zipRight(
  Effect.sync(() => process.kill(process.pid, "SIGKILL")),
  Effect.never
)

const team = Team.make("row", {
  agents: Array.from({ length: 8 }, (_, index) =>
    Agent.make({
      name: `agent-${index + 1}`,
      version: "1.0.0",
      dependsOn: index === 0 ? [] : [`agent-${index}`],
      estimate: "1 second",
      once: once === "once",
      output: Schema.Int,
      run: ({ agent, write }) =>
        Effect.gen(function* () {
          yield* Effect.sync(() => fs.appendFileSync(`${home}/worked.txt`, `${agent}\n`))
          yield* write(`${agent}/first.txt`, `first of ${agent}\n`)
          if (killAtWork === String(index + 1)) yield* kill
          yield* write(`${agent}/second.txt`, `second of ${agent}\n`)
          return index
        })
    })
  )
})

/** The real store, and after the n-th commit no more of this process. */
const killing = Layer.effect(
  ResultCache,
  Effect.map(ResultCache, (cache) => {
    let commits = 0
    return ResultCache.of({
      ...cache,
      put: (result) =>
        Effect.zipRight(
          cache.put(result),
          Effect.suspend(() => (String(++commits) === killAfterCommit ? kill : Effect.void))
        )
    })
  })
)

const stores = Layer.merge(SqliteRunStore.layer(), killing.pipe(Layer.provide(SqliteResultCache.layer()))).pipe(
  Layer.provide(Sqlite.layer({ file: `${home}/troupe.db` }))
)

const program = Team.run(team, { input: {} }).pipe(
  Effect.map((result) =>
    process.stdout.write(`${JSON.stringify({ status: result.status, counts: result.report.counts })}\n`)
  ),
  Effect.provide(Layer.mergeAll(stores, NodeWorkspace.layer({ root: `${home}/${out}` }), ActorSystem.layer()))
)

await Effect.runPromise(program)
