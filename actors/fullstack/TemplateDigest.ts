/**
 * Digests of the templates an agent works from, so that a changed template makes its old results stale.
 *
 * Under `tsx` and vitest the sources lie beside this module and are hashed when a digest is wanted. In `dist/` they do
 * not: there the build puts the same digests in as a constant (see `tsdown.config.ts`). Both come from
 * `internal/templateSources.ts`, so a result made by one is reused by the other.
 *
 * @since 0.1.0
 */
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { digestOf, shared } from "./internal/templateSources.ts"

/** Put in by the build: the digest of each template folder. Not defined when the sources themselves run. */
declare const __TROUPE_TEMPLATE_DIGESTS__: Readonly<Record<string, string>> | undefined

/**
 * The SHA-256, in hex, of each named folder of `templates/` and of the sources that all of them share: over the paths
 * and the contents of all files. For an agent's `fingerprint`. A folder that does not exist is a defect: the name stands
 * in our own code.
 *
 * @category constructors
 */
export const of = (...folders: ReadonlyArray<string>): Effect.Effect<Readonly<Record<string, string>>> =>
  Effect.sync(() =>
    Object.fromEntries(
      [shared, ...folders].map((name) => {
        const digest = known(name)
        if (digest === undefined) throw new Error(`There is no folder templates/${name}`)
        return [`templates/${name}`, digest]
      })
    )
  )

const known = (name: string) =>
  typeof __TROUPE_TEMPLATE_DIGESTS__ === "undefined"
    ? digestOf(fileURLToPath(new URL(".", import.meta.url)), name)
    : __TROUPE_TEMPLATE_DIGESTS__[name]
