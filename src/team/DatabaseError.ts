/**
 * What can be wrong with the place where runs and results are kept, told apart by what a person should do about it.
 *
 * @since 0.1.0
 */
import { Data } from "effect"

/**
 * - `locked`: another program holds the database for longer than the busy time-out
 * - `corrupt`: it is damaged
 * - `notADatabase`: the file holds something else
 * - `newer`: a newer version of this program made its schema
 * - `unwritable`: the file or its folder cannot be written
 * - `directory`: the path is a folder
 * - `failed`: anything else; `cause` tells
 *
 * @category errors
 */
export class DatabaseError extends Data.TaggedError("DatabaseError")<{
  readonly reason: "locked" | "corrupt" | "notADatabase" | "newer" | "unwritable" | "directory" | "failed"
  readonly file: string
  readonly problem: string
  readonly next: string
  readonly cause?: unknown
}> {
  override get message() {
    return `${this.file}: ${this.problem}. ${this.next}`
  }
}
