/** What every RunStore and ResultCache promises, whatever it is made of. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import * as Artefact from "../../src/team/Artefact.ts"
import { Report } from "../../src/team/Report.ts"
import { ResultCache, type ResultCacheOptions, type StoredResult } from "../../src/team/ResultCache.ts"
import { RunStore } from "../../src/team/RunStore.ts"

export const reportOf = (runId: string) =>
  Report.make({
    format: 1,
    runId,
    team: "team",
    status: "done",
    startedAt: 1,
    endedAt: 2,
    makespanMs: 1.25,
    agentsAtOnce: 3,
    model: null,
    agents: [],
    counts: { done: 0, reused: 0, failed: 0, skipped: 0, notVerified: 0, cancelled: 0 },
    workMs: 0,
    criticalPath: { agents: [], ms: 0 },
    parallelEfficiency: null,
    tokens: null,
    notes: ["a note"]
  })

export const resultOf = (key: string, files: Readonly<Record<string, string>>, usedAt = 0): StoredResult => ({
  key,
  agent: "agent",
  version: "1.0.0",
  output: JSON.stringify({ key, text: "Größe 🚀" }),
  files: Object.entries(files).map(([path, content]) => Artefact.make(path, content)),
  runId: "run-1",
  createdAt: usedAt
})

export const storeSuite = <E>(
  name: string,
  layers: (options?: {
    readonly keep?: number
    readonly cache?: ResultCacheOptions
  }) => Layer.Layer<RunStore | ResultCache, E>
) => {
  describe(`${name}: history`, () => {
    it.effect("lists runs newest first, with the report of those that ended", () =>
      Effect.gen(function* () {
        const runs = yield* RunStore
        yield* runs.begin({ runId: "a", team: "team", startedAt: 1, root: "/out" })
        yield* runs.begin({ runId: "b", team: "team", startedAt: 1, root: "/out" })
        yield* runs.end(reportOf("a"))
        const listed = yield* runs.list(10)
        assert.deepStrictEqual(
          listed.map((run) => [run.runId, run.report?.status]),
          [
            ["b", undefined],
            ["a", "done"]
          ]
        )
        assert.deepStrictEqual((yield* runs.get("a"))?.report, reportOf("a"))
        assert.isUndefined(yield* runs.get("c"))
      }).pipe(Effect.provide(layers()))
    )

    it.effect("closes a run that was killed, and takes its report should it end all the same", () =>
      Effect.gen(function* () {
        const runs = yield* RunStore
        yield* runs.begin({ runId: "a", team: "team", startedAt: 1, root: "/out" })
        // Begun here and not ended: it is at work, whatever its folder says.
        assert.deepStrictEqual(yield* runs.unfinished, [])
        yield* runs.close("a")
        assert.strictEqual((yield* runs.get("a"))?.killed, true)
        yield* runs.end(reportOf("a"))
        yield* runs.close("a")
        const run = yield* runs.get("a")
        assert.deepStrictEqual([run?.killed, run?.report?.status], [false, "done"])
      }).pipe(Effect.provide(layers()))
    )

    it.effect("keeps no more runs than it was told to", () =>
      Effect.gen(function* () {
        const runs = yield* RunStore
        for (const runId of ["a", "b", "c", "d"]) yield* runs.begin({ runId, team: "team", startedAt: 1, root: "/" })
        assert.deepStrictEqual(
          (yield* runs.list(10)).map((run) => run.runId),
          ["d", "c", "b"]
        )
      }).pipe(Effect.provide(layers({ keep: 3 })))
    )
  })

  describe(`${name}: results`, () => {
    it.effect("gives back bytes as they were, and what is a program as one", () =>
      Effect.gen(function* () {
        const cache = yield* ResultCache
        const bytes = Uint8Array.from([0, 255, 254, 10, 13, 0])
        const files = [
          Artefact.make("logo.png", bytes),
          Artefact.make("run.sh", "#!/bin/sh\n", { executable: true }),
          Artefact.make("text.txt", "Größe", { executable: false })
        ]
        yield* cache.put({ ...resultOf("key", {}), files })
        const found = yield* cache.get("key")
        assert.strictEqual(found._tag, "Hit")
        if (found._tag !== "Hit") return
        assert.deepStrictEqual([...Buffer.from(found.result.files[0]!.content)], [...bytes])
        assert.deepStrictEqual(
          found.result.files.map(({ content: _, ...artefact }) => artefact),
          files.map(({ content: _, ...artefact }) => artefact)
        )
        assert.strictEqual(found.result.files[2]!.content, "Größe")
      }).pipe(Effect.provide(layers()))
    )

    it.effect("gives back what was put in, to the byte and in order", () =>
      Effect.gen(function* () {
        const cache = yield* ResultCache
        const result = resultOf("k", { "b.txt": "text\r\n", "a/ü.txt": "", "c.txt": "text\r\n" })
        yield* cache.put(result)
        assert.deepStrictEqual(yield* cache.get("k"), { _tag: "Hit", result })
        assert.deepStrictEqual(yield* cache.get("other"), { _tag: "Miss" })
      }).pipe(Effect.provide(layers()))
    )

    it.effect("lets the later of two results with one key stand", () =>
      Effect.gen(function* () {
        const cache = yield* ResultCache
        yield* cache.put(resultOf("k", { "old.txt": "old" }))
        const later = resultOf("k", { "new.txt": "new" })
        yield* cache.put(later)
        assert.deepStrictEqual(yield* cache.get("k"), { _tag: "Hit", result: later })
      }).pipe(Effect.provide(layers()))
    )

    it.effect("keeps who began first what must not be done twice, until it is taken back", () =>
      Effect.gen(function* () {
        const cache = yield* ResultCache
        const begun = (runId: string, at: number) => ({ key: "k", agent: "agent", runId, at })
        assert.isUndefined(yield* cache.begin(begun("a", 1)))
        assert.deepStrictEqual(yield* cache.begin(begun("b", 2)), begun("a", 1))
        assert.deepStrictEqual(yield* cache.get("k"), { _tag: "Miss" })
        yield* cache.forget("k")
        assert.isUndefined(yield* cache.begin(begun("b", 3)))
        assert.deepStrictEqual(yield* cache.begin(begun("a", 4)), begun("b", 3))
      }).pipe(Effect.provide(layers()))
    )

    it.effect("prunes the least recently used beyond the number it may keep", () =>
      Effect.gen(function* () {
        const cache = yield* ResultCache
        for (const [at, key] of ["a", "b", "c"].entries()) yield* cache.put(resultOf(key, { "same.txt": "same" }, at))
        yield* cache.prune
        assert.strictEqual((yield* cache.get("a"))._tag, "Miss")
        assert.strictEqual((yield* cache.get("b"))._tag, "Hit")
        assert.strictEqual((yield* cache.get("c"))._tag, "Hit")
      }).pipe(Effect.provide(layers({ cache: { maxResults: 2 } })))
    )

    it.effect("prunes by size, and what is left is whole", () =>
      Effect.gen(function* () {
        const cache = yield* ResultCache
        // Text that does not compress, so that the bound means the same to every store.
        const noise = Artefact.digest("a") + Artefact.digest("b") + Artefact.digest("c") + Artefact.digest("d")
        yield* cache.put(resultOf("a", { "a.txt": `a${noise}`, "shared.txt": "shared" }, 1))
        yield* cache.put(resultOf("b", { "b.txt": `b${noise}`, "shared.txt": "shared" }, 2))
        yield* cache.prune
        assert.strictEqual((yield* cache.get("a"))._tag, "Miss")
        assert.strictEqual((yield* cache.get("b"))._tag, "Hit")
      }).pipe(Effect.provide(layers({ cache: { maxBytes: 400 } })))
    )
  })
}
