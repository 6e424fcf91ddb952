/**
 * Results of agents by the key of everything that decided them, with the files they made.
 *
 * A result is whole or absent: output and files are committed together, and both are checked against their digests when
 * they are taken out, so that a damaged entry is a miss that says so. Only verified results are ever put in.
 *
 * @since 0.1.0
 */
import { Context, Effect, Layer } from "effect"
import * as Artefact from "./Artefact.ts"
import type { DatabaseError } from "./DatabaseError.ts"

/** A result with the files that belong to it. @category models */
export interface StoredResult {
  /** SHA-256 in hex over everything that decided the result; see `src/cache/CacheKey.ts`. */
  readonly key: string
  readonly agent: string
  readonly version: string
  /** The encoded output, as JSON. */
  readonly output: string
  readonly files: ReadonlyArray<Artefact.ArtefactFile>
  /** The run that made it. */
  readonly runId: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

/** What a look into the cache found. @category models */
export type Lookup =
  | { readonly _tag: "Hit"; readonly result: StoredResult }
  | { readonly _tag: "Miss" }
  /** There is an entry, and it cannot be trusted; the next `put` of the key replaces it. */
  | { readonly _tag: "Corrupt"; readonly reason: string }

/** That a run has let an agent begin that must not work twice. @category models */
export interface Begun {
  /** The key of the result that it is to make. */
  readonly key: string
  readonly agent: string
  readonly runId: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** The bounds of a cache. @category models */
export interface ResultCacheOptions {
  /** Results kept, and with them what has `begun`; the least recently used go first. Default `2000`. */
  readonly maxResults?: number | undefined
  /** Bytes of outputs and files kept, as stored. Default 512 MiB. */
  readonly maxBytes?: number | undefined
}

/**
 * Results by key.
 *
 * @category services
 */
export class ResultCache extends Context.Tag("troupe/ResultCache")<
  ResultCache,
  {
    /** Looks a result up, checks it, and counts it as used. */
    readonly get: (key: string) => Effect.Effect<Lookup, DatabaseError>
    /** Commits a result with its files in one transaction. The same key twice is harmless: the later stays. */
    readonly put: (result: StoredResult) => Effect.Effect<void, DatabaseError>
    /**
     * Keeps that an agent begins which must not work twice; where another run did before, gives that one and changes
     * nothing. In one step, also between processes.
     */
    readonly begin: (begun: Begun) => Effect.Effect<Begun | undefined, DatabaseError>
    /** Takes a `begin` back. */
    readonly forget: (key: string) => Effect.Effect<void, DatabaseError>
    /** Removes least recently used results beyond the bounds; called at the start of a run. */
    readonly prune: Effect.Effect<void, DatabaseError>
  }
>() {
  static readonly layerMemory = (options?: ResultCacheOptions): Layer.Layer<ResultCache> =>
    Layer.sync(ResultCache, () => {
      const { maxBytes, maxResults } = boundsOf(options)
      // Order is use: a hit moves its entry to the end.
      const results = new Map<string, StoredResult>()
      const begun = new Map<string, Begun>()
      return ResultCache.of({
        get: (key) =>
          Effect.sync((): Lookup => {
            const result = results.get(key)
            if (result === undefined) return { _tag: "Miss" }
            const damaged = result.files.find((file) => Artefact.digest(file.content) !== file.sha256)
            if (damaged !== undefined)
              return { _tag: "Corrupt", reason: `the stored content of ${damaged.path} is damaged` }
            results.delete(key)
            results.set(key, result)
            return { _tag: "Hit", result }
          }),
        put: (result) =>
          Effect.sync(() => {
            results.delete(result.key)
            results.set(result.key, result)
          }),
        begin: (wish) =>
          Effect.sync(() => {
            const before = begun.get(wish.key)
            if (before === undefined) begun.set(wish.key, wish)
            return before?.runId === wish.runId ? undefined : before
          }),
        forget: (key) => Effect.sync(() => void begun.delete(key)),
        prune: Effect.sync(() => {
          for (const key of begun.keys()) {
            if (begun.size <= maxResults) break
            begun.delete(key)
          }
          let bytes = 0
          for (const result of results.values()) bytes += sizeOf(result)
          for (const [key, result] of results) {
            if (results.size <= maxResults && bytes <= maxBytes) break
            results.delete(key)
            bytes -= sizeOf(result)
          }
        })
      })
    })
}

/** The bounds with their defaults. @category combinators */
export const boundsOf = (options?: ResultCacheOptions) => ({
  maxResults: options?.maxResults ?? 2000,
  maxBytes: options?.maxBytes ?? 512 * 1024 * 1024
})

const sizeOf = (result: StoredResult) =>
  result.files.reduce((sum, file) => sum + file.sizeBytes, Buffer.byteLength(result.output))
