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
  /** Whether it may be run as a program; absent where nobody said so. */
  readonly executable?: boolean | undefined
}

/** What stands in a file: text, kept as UTF-8, or bytes. @category models */
export type Content = string | Uint8Array

/** An artefact together with its content. @category models */
export interface ArtefactFile extends Artefact {
  readonly content: Content
}

/**
 * The artefact that a content would be.
 *
 * @category constructors
 */
export const make = (path: string, content: Content, options?: FileOptions): ArtefactFile => ({
  path,
  content,
  sha256: digest(content),
  sizeBytes: typeof content === "string" ? Buffer.byteLength(content, "utf8") : content.byteLength,
  ...(options?.executable === undefined ? {} : { executable: options.executable })
})

/** What of a file is not its content. @category models */
export interface FileOptions {
  /**
   * Whether it may be run as a program. Default: as the file that stands there, else as the system makes files. Other
   * permissions are left to the system, and those of a file that stands there stay.
   */
  readonly executable?: boolean | undefined
}

/** SHA-256 in hex: of a text's UTF-8 bytes, or of bytes. @category combinators */
export const digest = (content: Content): string => createHash("sha256").update(content).digest("hex")
