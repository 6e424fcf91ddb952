/**
 * `npx tsx bench/generated.ts`: how long others wait while a generated backend with 100,000 rows in each table exports,
 * searches and deletes. The promise is 100 ms at p99, on a machine that does nothing else.
 */
import { NodeFileSystem } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { surroundings } from "../test/generated/fixtures/makeProject.ts"
import { fullBackend } from "../test/generated/load/fullBackend.ts"
import { during } from "../test/generated/load/watch.ts"
import { works } from "../test/generated/load/works.ts"

const main = Effect.gen(function* () {
  const { asker, company, kept } = yield* fullBackend(100_000)
  for (const work of works(asker, company)) {
    const start = performance.now()
    const times = yield* Effect.promise(() => during(asker, ["/healthz", kept, "/api/people?page=3"], work.run))
    console.log(`${work.name}: ${Math.round(performance.now() - start)} ms`)
    for (const [path, { count, max, p99 }] of times) {
      console.log(`  ${path}: p99 ${p99.toFixed(1)} ms, at most ${max.toFixed(1)} ms, of ${count}`)
    }
  }
})

await Effect.runPromise(Effect.scoped(main).pipe(Effect.provide(Layer.merge(surroundings, NodeFileSystem.layer))))
