/**
 * What an observer may know of an actor: how it stands now, and how it ended.
 *
 * @since 0.1.0
 */
import type { Cause } from "effect"

/** One actor as it stands. @category models */
export interface ActorSnapshot {
  readonly address: string
  /** `absent`, `starting`, `running`, `backing off`, `restarting`, `stopping`, `ended` or `failed`. */
  readonly state: string
  /** Messages waiting in the mailbox, the one in hand not counted; senders waiting for room are counted apart. */
  readonly depth: number
  readonly waitingSenders: number
  readonly handled: number
  readonly failed: number
  readonly restarts: number
  /** 1 for the first life; 0 while there is none. */
  readonly incarnation: number
  readonly children: ReadonlyArray<ActorSnapshot>
}

/** A live look at one actor, for those who choose among many: each reading is a few field reads. @category models */
export interface Load {
  /** As in `ActorSnapshot`; `absent` also after its end, since a message would activate a root anew. */
  readonly state: string
  /** Messages accepted and not yet settled: waiting, in hand, and in handlers that run beside the mailbox. */
  readonly backlog: number
}

/** How a life ended. `absent`: there was none to end. @category models */
export type End =
  | { readonly _tag: "stopped" }
  | { readonly _tag: "failed"; readonly cause: Cause.Cause<unknown> }
  | { readonly _tag: "absent" }
