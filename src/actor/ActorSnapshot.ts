/**
 * What an observer may know of an actor: how it stands now, and how it ended.
 *
 * @since 0.1.0
 */
import type { Cause } from "effect"

/**
 * Where an actor is in its life. `waiting for room`: of its type's `maxResident`. `backing off`: before a restart.
 * `stopping`: handles what it has, or is being closed. `failed`: given up until revived. `absent`: it is out of memory, or
 * never was in it, and its next message activates it.
 *
 * @category models
 */
export type LifeState =
  | "absent"
  | "waiting for room"
  | "starting"
  | "running"
  | "backing off"
  | "restarting"
  | "stopping"
  | "ended"
  | "failed"

/**
 * One actor as it stands. A stuck handler shows in `current`; a full lane in `lanes` and `capacity`, with senders that wait;
 * a wait for another actor in `waitsFor`.
 *
 * @category models
 */
export interface ActorSnapshot {
  readonly address: string
  readonly type: string
  readonly id: string
  /** `absent` only for a passive child: a passive root is not in a snapshot. */
  readonly state: LifeState
  /** Messages waiting in the mailbox, the one in hand not counted; senders waiting for room are counted apart. */
  readonly depth: number
  /** The same by lane. All share one capacity. */
  readonly lanes: { readonly high: number; readonly normal: number; readonly low: number }
  /** Messages that the mailbox takes. */
  readonly capacity: number
  /** For how long the oldest waiting message has waited, in milliseconds; none if none waits. */
  readonly oldestMillis: number | undefined
  /** Senders waiting for room in the mailbox. */
  readonly waitingSenders: number
  /** The message in hand, if its handler runs as an Effect, and for how long it has run, in milliseconds. */
  readonly current: { readonly message: string; readonly forMillis: number } | undefined
  /** Handlers that run concurrently: those of a `reentrant` actor, and what `Rpc.fork` started. */
  readonly concurrentHandlers: number
  /** Addresses of the actors whose answer, or room, it waits for before the message in hand is done. */
  readonly waitsFor: ReadonlyArray<string>
  /** Messages set aside. */
  readonly stashed: number
  /** Keyed timers that are set. */
  readonly timers: number
  /** Watches that it holds with `watchWith`. */
  readonly watches: number
  /** Messages whose handler ended well. */
  readonly handled: number
  /** Messages whose handler failed or crashed. */
  readonly failed: number
  /** How often supervision began a life, the first one not counted. */
  readonly restarts: number
  /** 1 for the first life; 0 while there is none. */
  readonly incarnation: number
  /** How long its present life has lasted, in milliseconds; 0 while there is none. */
  readonly ageMillis: number
  readonly children: ReadonlyArray<ActorSnapshot>
}

/** The actors of one type together. What they did counts from when the system began, and never goes down. @category models */
export interface TypeTotals {
  /** The type, or its `spanName`, which types may share. */
  readonly type: string
  /** Roots and children that there are now. */
  readonly actors: number
  /** Messages waiting in their mailboxes. */
  readonly lanes: { readonly high: number; readonly normal: number; readonly low: number }
  /** For how long the oldest of them has waited, in milliseconds; 0 if none waits. */
  readonly oldestMillis: number
  /** Senders waiting for room in their mailboxes. */
  readonly waitingSenders: number
  /** By all of them, those that have ended included; so are the next two. */
  readonly handled: number
  readonly failed: number
  readonly restarts: number
}

/** A live look at one actor, for those who choose among many: each reading is a few field reads. @category models */
export interface Load {
  /** As in `ActorSnapshot`; `absent` also after its end, since a message would activate a root anew. */
  readonly state: LifeState
  /** Messages accepted and not yet settled: waiting, in hand, and in handlers that run concurrently. */
  readonly backlog: number
  /** Milliseconds that the message in hand has been at work; 0 if there is none. */
  readonly atWorkMillis: number
}

/** How a life ended. `absent`: there was none to end. @category models */
export type End =
  | { readonly _tag: "stopped" }
  | { readonly _tag: "failed"; readonly cause: Cause.Cause<unknown> }
  | { readonly _tag: "absent" }
