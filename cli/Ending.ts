/**
 * Why the program is being ended before its command was done: by a signal, or by an error that nobody handled.
 *
 * Such an error comes from a promise or a callback that no agent waits for, mostly in a user's own module. The run cannot
 * vouch for what was made after it, but it is stopped in order: its report is kept, its folder is free again.
 *
 * @since 0.1.0
 */
import { Context } from "effect"

/** @category models */
export type Reason =
  | { readonly _tag: "Signal"; readonly exitCode: number }
  /** `message` says what was thrown and where, on one line. */
  | { readonly _tag: "Uncaught"; readonly message: string }

/**
 * Asked by a command that was interrupted.
 *
 * @category services
 */
export class Ending extends Context.Tag("troupe/cli/Ending")<
  Ending,
  {
    /** `undefined` as long as nothing ends the program. */
    readonly reason: () => Reason | undefined
  }
>() {}
