/**
 * A backend with 100,000 rows in each table answers others while it exports, searches and deletes. `bench/generated.ts`
 * prints the exact figures, for a quiet machine; here the bounds hold beside other work, and fail where a statement keeps
 * the event loop.
 */
import { NodeFileSystem } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { surroundings } from "./fixtures/makeProject.ts"
import { fullBackend } from "./load/fullBackend.ts"
import { during } from "./load/watch.ts"
import { works } from "./load/works.ts"

/** What others may wait at most, in milliseconds: ten times the promise, as the machine may be busy, and one waiting. */
const LONGEST = 1_000

describe("a backend with 100,000 rows in each table", () => {
  it.scopedLive("keeps nobody waiting while it exports, searches and deletes", () =>
    Effect.gen(function* () {
      const { asker, company, kept } = yield* fullBackend(100_000)
      for (const work of works(asker, company)) {
        const times = yield* Effect.promise(() => during(asker, ["/healthz", kept], work.run))
        for (const [path, { max, p99 }] of times) {
          assert.isBelow(p99, LONGEST, `${path} during ${work.name}: p99 ${p99} ms, at most ${max} ms`)
        }
      }
    }).pipe(Effect.provide(Layer.merge(surroundings, NodeFileSystem.layer)))
  )
})
