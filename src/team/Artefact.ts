/**
 * A file that an agent wrote. Its digest stands for it: in the keys of agents that read it, in the store, which keeps
 * equal contents once, and in the output folder, where it tells a file we made from one that somebody has edited since.
 *
 * @since 0.1.0
 */
import { createHash } from "node:crypto"

/**
 * A file that an agent wrote: its path below the output folder, with `/`, and the SHA-256 of its bytes in hex.
 *
 * @category models
 */
export interface Artefact {
  readonly path: string
  readonly sha256: string
  readonly sizeBytes: number
}

/** An artefact together with its text. @category models */
export interface ArtefactFile extends Artefact {
  readonly content: string
}

/**
 * The artefact that a text would be.
 *
 * @category constructors
 */
export const make = (path: string, content: string): ArtefactFile => ({
  path,
  content,
  sha256: digest(content),
  sizeBytes: Buffer.byteLength(content, "utf8")
})

/** SHA-256 in hex: of a text's UTF-8 bytes, or of bytes. @category combinators */
export const digest = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex")
