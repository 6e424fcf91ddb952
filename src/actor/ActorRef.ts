/**
 * The address of an actor, with what can be sent there.
 *
 * A ref is a value: it can be kept, compared by `address` and passed on, and it outlives the actor. What sending meets
 * when the actor is absent, stopping or given up is in the table "Life of an address" of ARCHITECTURE.md.
 *
 * @since 0.1.0
 */
import type * as Rpc from "@effect/rpc/Rpc"
import type * as RpcGroup from "@effect/rpc/RpcGroup"
import type { Duration, Effect } from "effect"
import { type AskError, InvalidActorId, type TellError } from "./ActorError.ts"

/** What sending a message takes: its payload, or nothing where there is none to give. @category models */
export type Args<R extends Rpc.Any> =
  void extends Rpc.PayloadConstructor<R> ? [] | [Rpc.PayloadConstructor<R>] : [payload: Rpc.PayloadConstructor<R>]

/** A type of actor as far as an address goes: its name and its protocol. @category models */
export interface ActorType<Type extends string, Rpcs extends Rpc.Any> {
  /** Names the type in addresses, logs and spans; unique in a system. */
  readonly type: Type
  readonly protocol: RpcGroup.RpcGroup<Rpcs>
}

export declare namespace ActorType {
  // biome-ignore lint/suspicious/noExplicitAny: the protocol's place is invariant; only `any` accepts every type
  export type Any = ActorType<any, any>
}

/** Where an actor is reached, and by which messages. @category models */
export interface ActorRef<Rpcs extends Rpc.Any> {
  /** `Type/id` for a root; for a child its parent's address before it, or `host` where no actor has spawned it; see `addressOf`. */
  readonly address: string
  /**
   * Sends and waits for the answer: the protocol's success or its error, or why there is none. Waits as long as the system's
   * `askTimeout` (30 seconds unless set), less if the asker itself must answer sooner. An interrupted asker withdraws a
   * request not yet begun. An ask waits, also where an idle actor often answers at once: run it in a fiber, not with
   * `Effect.runSync`.
   */
  readonly ask: {
    readonly [R in Rpcs as R["_tag"]]: (...args: Args<R>) => Effect.Effect<Rpc.Success<R>, Rpc.Error<R> | AskError>
  }
  /** Sends, and waits only while the mailbox is full. Success means accepted, not handled; see `ActorSystem.receipt`. */
  readonly tell: {
    readonly [R in Rpcs as R["_tag"]]: (...args: Args<R>) => ActorRef.Tell
  }
  /** The same address with another time-out for asks: zero and more, else a `RangeError`; `infinity` waits for ever. */
  readonly withTimeout: (timeout: Duration.DurationInput) => ActorRef<Rpcs>
}

export declare namespace ActorRef {
  /**
   * An unsent tell: an Effect, and a value for what sends later or more, such as timers, `watchWith` and
   * receipts. A handler that returns one hands its message on.
   */
  export interface Tell extends Effect.Effect<void, TellError> {
    /** Whom it is for. */
    readonly address: string
    /** The tag of its Rpc. */
    readonly message: string
  }
  /** A ref whose protocol is not known here. */
  // biome-ignore lint/suspicious/noExplicitAny: the protocol's place is invariant; only `any` accepts every ref
  export type Any = ActorRef<any>
}

/** Characters of an id, in UTF-16 units: `1000`. A longer one is `InvalidActorId` wherever it is used. @category models */
export const maxIdLength = 1000

/** Most names, which stand in an address as they are. */
const plain = /^\w[\w.:@-]*$/

/** What would end a part of an address, what nobody sees, and what a path would take for a folder. */
const escaped = /[%/\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]|^\s+|\s+$|^\.{1,2}$/gu

/** A type's name or an id as a part of an address. */
const part = (name: string): string =>
  plain.test(name)
    ? name
    : name.replace(escaped, (found) => (found[0] === "." ? found.replaceAll(".", "%2E") : encodeURIComponent(found)))

/**
 * The address of a root; below `parent`, of its child. Each name is one part of it, so that no two actors have one address:
 * slashes, percent signs, control characters, line breaks, direction marks, space at either end, `.` and `..` are escaped as
 * in a URL. An id that no actor can have is refused.
 *
 * @category constructors
 */
export const addressOf = (type: string, id: string, parent?: string): string | InvalidActorId => {
  const before = `${parent === undefined ? "" : `${parent}/`}${part(type)}`
  // The other checks take ten times as long.
  if (typeof id === "string" && id.length <= maxIdLength && plain.test(id)) return `${before}/${id}`
  const reason = whyInvalid(id)
  return reason === undefined
    ? `${before}/${part(id)}`
    : new InvalidActorId({ address: `${before}/%(${reason})`, reason })
}

const whyInvalid = (id: unknown): InvalidActorId["reason"] | undefined => {
  if (typeof id !== "string") return "not a string"
  if (id === "") return "empty"
  if (id.length > maxIdLength) return "too long"
  return /\p{Cs}/u.test(id) ? "not well-formed Unicode" : undefined
}
