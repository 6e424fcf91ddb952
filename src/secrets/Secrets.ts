/**
 * The secrets that this process knows, and the filter that takes them out of whatever leaves it.
 *
 * Who first reads a key, a token or a URL with a password adds it here; who writes to a file, a database, a terminal, a
 * collector or another process asks for the text without it. `Redacted` comes before: this catches what a library, a
 * server or a person has put where no type can see it. How secrets are found is in `Redaction.ts`.
 *
 * @since 0.1.0
 */
import { Context, Effect, Redacted } from "effect"
import * as Redaction from "./Redaction.ts"

/**
 * The registry. By default all of a process share one, so that nothing has to be provided for a key to be safe; provide
 * one of `make` where another is wanted.
 *
 * @category services
 */
export class Secrets extends Context.Reference<Secrets>()("troupe/Secrets", { defaultValue: () => make() }) {}

/** @category models */
export interface Service {
  /**
   * Adds secrets. What is too short or a plain word (`Redaction.isSecret`) is left out, because the text would suffer
   * more than the secret is worth. At most `1000` are kept; then the oldest goes.
   */
  readonly add: (...secrets: ReadonlyArray<string | Redacted.Redacted>) => Effect.Effect<void>
  /** Adds the credentials of the addresses in the texts. */
  readonly addUrls: (...texts: ReadonlyArray<string>) => Effect.Effect<void>
  /** Adds what is secret of an environment: see `Redaction.ofEnvironment`. */
  readonly addEnvironment: (environment: Readonly<Record<string, string | undefined>>) => Effect.Effect<void>
  /** The text without any of them. */
  readonly redact: Redaction.Redact
  /** Every string in the value without any of them. */
  readonly redactAll: <A>(value: A) => A
  /**
   * For what agents make, files and outputs: without secrets of 16 characters or more. Shorter ones may be words of the
   * user's project, whose files must not break. Bytes are a file's, whatever it holds.
   */
  readonly redactContent: <A>(value: A) => A
}

const maxSecrets = 1000

/** An empty registry. @category constructors */
export const make = (): Service => {
  // Owned by this object; insertion order is age.
  const known = new Set<string>()
  let redact: Redaction.Redact = (text) => text
  let redactContent: Redaction.Redact = redact

  const keep = (secrets: Iterable<string>) =>
    Effect.sync(() => {
      const before = known.size
      for (const secret of secrets) known.add(secret)
      if (known.size === before) return
      for (const oldest of known) {
        if (known.size <= maxSecrets) break
        known.delete(oldest)
      }
      redact = Redaction.make(known)
      redactContent = Redaction.make([...known].filter(Redaction.isUnmistakable))
    })

  return {
    add: (...secrets) =>
      keep(secrets.map((one) => (Redacted.isRedacted(one) ? Redacted.value(one) : one)).filter(Redaction.isSecret)),
    addUrls: (...texts) => keep(texts.flatMap(Redaction.ofUrls)),
    addEnvironment: (environment) => keep(Redaction.ofEnvironment(environment)),
    redact: (text) => redact(text),
    redactAll: (value) => Redaction.deep(redact, value),
    redactContent: (value) =>
      value instanceof Uint8Array
        ? (Redaction.bytes(redactContent, value) as typeof value) // bytes again
        : Redaction.deep(redactContent, value)
  }
}
