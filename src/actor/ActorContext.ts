/**
 * Who an actor is, and what it may do with itself: what its `build` and its handlers may ask for.
 *
 * **What a handler runs with.** The services of its Layer, the incarnation's scope, and the FiberRefs of the message's
 * sender: its log annotations, its least log level and the program's own references travel with an ask and with a tell, as
 * they do to a fiber that it forks, and nothing comes back. It is the same whether the handler needs a fiber or not, and
 * whoever was handled before. What says how and where a fiber runs stays with the sender (services, Clock, Tracer, loggers,
 * log spans, metric labels, scheduler, supervisor). A message that nobody sends just then (a timer's, a watch's) and
 * `build` begin with those that the system was built with. Nothing of this leaves the process. A Node `AsyncLocalStorage`
 * is not carried: a handler sees its asker's, where it answers in the asker's own turn, or none, and never another
 * request's; keep what belongs to a request in a FiberRef.
 *
 * **Transactions.** Whoever asks inside a database transaction waits there and holds its connection, so the handler works in
 * the same transaction: what it writes is committed or undone with its asker's, a transaction of its own is a savepoint, and
 * so on through the asks that it makes. That ends with the ask. When the asker has been answered, has timed out or has been
 * interrupted, the next statement of the handler, or of what it forked, is not sent: `TransactionEnded`, a defect that ends
 * a handler whose asker is gone and is no crash. Handlers that work at once for one transaction share its connection, as
 * fibers do. State in memory is not undone. What is not part of the ask does not join: a tell is handled for itself,
 * after the transaction where there is but one connection, and also if that was undone; `build`, and messages that come
 * before in the mailbox, use connections of their own, so where there is but one, an ask that has to wait for such work ends
 * with its time-out, unbegun. An ask that has to leave the process is refused at once (`MessageRefused`).
 * `ActorSystem.Options.transactions` says what a transaction is.
 *
 * **What a fork lives by.** `Effect.forkScoped` lives as long as the incarnation, in `build` and in handlers. `Effect.fork`
 * in `build` ends with `build`. In a handler that the mailbox waits for it ends with the incarnation; in a
 * concurrent one (`Rpc.fork`, `reentrant`), or that ends with its asker (`Delivery.InterruptWithAsker`), it ends with that handler.
 *
 * **Log annotations.** Each line of a handler, of `build`, of a finalizer and of the runtime about an actor is annotated with
 * `actor.address` and `actor.life`, the number of its incarnation; a line about an address that has no life just then, such
 * as one about a dead letter, with `actor.address` alone. The sender's annotations are there as well, so that what an agent
 * logs in a run carries `run.id` and `agent.name`.
 *
 * @since 0.1.0
 */
import { Context, type Effect, Option } from "effect"
import type { ActorRef } from "./ActorRef.ts"
import type { Timers } from "./Timers.ts"

/**
 * Present inside an actor only: in `build`, and in every Effect that a handler returns.
 *
 * It is that of one incarnation. Fibers may outlive theirs: finalizers, daemons, handlers that are not interruptible. To
 * them nothing here does anything any more: timers are not set, `become` and `stop` change nothing, `unstashAll` gives 0,
 * `stash` is a defect, `ActorSystem.watchWith` watches nobody, and `ActorSystem.spawn` fails with `ActorStopping`. Only
 * `self` is an address like any other: what is sent there goes to whoever lives there by then, and activates a root.
 *
 * @category services
 */
export class ActorContext extends Context.Tag("troupe/ActorContext")<
  ActorContext,
  {
    /**
     * Its own address to send to; `Definition.self` is the same with its type. A tell to itself never waits; an ask of
     * itself while it handles is refused.
     */
    readonly self: ActorRef.Any
    readonly address: string
    readonly id: string
    /** 1 for the first life, one more with each restart. */
    readonly incarnation: number
    /**
     * How often the address was given to a machine by its cluster, which grows with each move: a fencing token for what the
     * actor writes to other systems, which refuse what comes with a smaller one than they have seen. In SQL:
     * `update account set balance = …, epoch = ${self.epoch} where id = … and epoch <= ${self.epoch}`. A step of a former
     * life that nobody could interrupt in time changes nothing then. It stays the same over restarts. `0` in one process,
     * and over a `Sharding` without `Leases`.
     */
    readonly epoch: number
    /** Asks the actor to stop after the messages it has; does not wait for the end, which could not come. */
    readonly stop: Effect.Effect<void>
    /** Messages to itself, later. */
    readonly timers: Timers
    /**
     * Puts the message in hand aside and ends its handling without an answer; what comes after it in the handler is not
     * run. With `stashCapacity` messages (default 100) set aside already, it becomes a dead letter and its asker gets
     * `StashFull`. A restart puts what was set aside back first in the mailbox; a stop makes dead letters of it. Not for
     * concurrent handlers (`Rpc.fork`), whose message is no longer in hand: there it is a defect.
     */
    readonly stash: Effect.Effect<never>
    /** Puts the messages set aside back before all others, in their order, and says how many they were. */
    readonly unstashAll: Effect.Effect<number>
    /** Replaces the handlers until the next restart; `Definition.become` is the same with its type. */
    readonly become: (handlers: Readonly<Record<string, unknown>>) => Effect.Effect<void>
  }
>() {
  /** The tag by the name it has in Effect's own modules, where the tag `X` of a module `X` is `X.X`. */
  static readonly ActorContext = this
  /** {@link deadlineOf} */
  static readonly deadlineOf = (self: ActorContext["Type"]): Option.Option<number> => deadlineOf(self)
}

type Identifier = ActorContext
export declare namespace ActorContext {
  export type ActorContext = Identifier
}

/**
 * Until when the message in hand must be answered, in epoch milliseconds of the system's Clock as it stands; none for a tell,
 * for an ask without end and in `build`. Asks inherit it by themselves, and wait by monotonic time; this is for those who
 * pass a deadline on by other means.
 *
 * @category combinators
 */
export const deadlineOf = (self: ActorContext["Type"]): Option.Option<number> => {
  // The runtime keeps it beside the public part.
  const { deadline = Number.POSITIVE_INFINITY } = self as { readonly deadline?: number }
  return deadline === Number.POSITIVE_INFINITY ? Option.none() : Option.some(deadline)
}
