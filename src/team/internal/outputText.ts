/** An encoded output as text, for the store, and its digest, for keys. `undefined`, which JSON has no word for, is no text. */
import { createHash } from "node:crypto"
import { Effect, Schema } from "effect"
import * as CacheKey from "../../cache/CacheKey.ts"

export const write = (encoded: unknown): string => (encoded === undefined ? "" : JSON.stringify(encoded))

export const read = (text: string) =>
  text === "" ? Effect.succeed(undefined) : Schema.decode(Schema.parseJson())(text)

/** @throws NotJson for what is neither JSON nor `undefined`. */
export const digest = (encoded: unknown): string =>
  encoded === undefined ? createHash("sha256").update("").digest("hex") : CacheKey.make(encoded)

/** `make` takes schemas without a context only; the definition's type is wider so that any agent fits it. */
export const outputOf = (made: { readonly output: Schema.Schema.Any }) => made.output as Schema.Schema.AnyNoContext
