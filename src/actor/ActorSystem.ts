/**
 * Where actors run: found by type and id, told, asked, spawned, watched and stopped.
 *
 * `ActorSystem` is the portable part, the same in one process and on a cluster. `LocalActorSystem` is what only one
 * process can give; using it shows in an Effect's requirements. `layer` provides both, with `DeadLetters` and `Shutdown`.
 *
 * @since 0.1.0
 */
import type * as Rpc from "@effect/rpc/Rpc"
import { Context, Duration, Effect, Layer, type Option, type Scope, type Stream } from "effect"
import type { ActorChange } from "./ActorChange.ts"
import type { ActorContext } from "./ActorContext.ts"
import type { SpawnError, TellError, WaitCycle } from "./ActorError.ts"
import type { ActorRef, ActorType } from "./ActorRef.ts"
import type { ActorSnapshot, End, Load, TypeTotals } from "./ActorSnapshot.ts"
import type { Behavior } from "./Behavior.ts"
import { DeadLetters } from "./DeadLetters.ts"
import type { FairScheduler } from "./FairScheduler.ts"
import { localDirectory } from "./internal/localDirectory.ts"
import * as LocalSystem from "./internal/localSystem.ts"
import { durationMillis, wholeNumber } from "./Ranges.ts"
import type { Receipt } from "./Receipt.ts"
import * as Shutdown from "./Shutdown.ts"
import type { ChildOptions } from "./Strategy.ts"

/** How an actor is to be stopped. @category models */
export interface StopOptions {
  /**
   * How long it may go on handling the messages it had. Default: the system's `stopBudget`; zero and more, else a
   * `RangeError`; `infinity` allowed. Of several stops the shortest counts. The steps after that keep the `stopBudget`.
   */
  readonly within?: Duration.DurationInput | undefined
  /** Whether it handles none of them, and is interrupted in the one in hand. Default `false`. */
  readonly now?: boolean | undefined
}

/** The portable part. @category services */
export class ActorSystem extends Context.Tag("troupe/ActorSystem")<
  ActorSystem,
  {
    /** The one it was given by its layer's options. */
    readonly name: string
    /** Makes a type known while the scope is open; closing it stops its actors. A type known already is a defect. */
    readonly register: (definition: ActorType.Any, behavior: Behavior) => Effect.Effect<void, never, Scope.Scope>
    /** The root actor of that type and id. Nothing happens before the first message. */
    readonly ref: <Type extends string, Rpcs extends Rpc.Any>(
      definition: ActorType<Type, Rpcs>,
      id: string
    ) => ActorRef<Rpcs>
    /**
     * Ends an actor in order: no new messages, those it has, its children (last spawned first), its scope. What takes
     * longer than its `stopBudget` is interrupted, and what was not handled becomes a dead letter. Waits for the end; who
     * is interrupted meanwhile leaves the actor stopping. Supervision does not start it again: a child is one no longer, a
     * root begins anew with its next message. An actor that stops itself says `ActorContext.stop`: who waits here for an end
     * that waits for its own handler is refused with `WaitCycle`, and nothing is stopped. So is a child that stops its
     * parent. `now` does not wait for handlers.
     */
    readonly stop: (ref: ActorRef.Any, options?: StopOptions) => Effect.Effect<void, WaitCycle>
    /** The types that Layers provide, all of them or those with a tag (an option of `toLayer`), in order of registration. */
    readonly types: (tag?: string) => Effect.Effect<ReadonlyArray<string>>
  }
>() {}

/** What only one process can give. @category services */
export class LocalActorSystem extends Context.Tag("troupe/LocalActorSystem")<
  LocalActorSystem,
  {
    /**
     * Starts a child of the actor this runs in, or of the scope's owner elsewhere, and waits for its first start: if that
     * fails, so does `spawn`, and nothing is tried again. What follows is up to the parent's strategy; the children of a
     * host are each supervised by themselves. A child that ended leaves its name to the next one.
     */
    readonly spawn: <Type extends string, Rpcs extends Rpc.Any>(
      definition: ActorType<Type, Rpcs>,
      id: string,
      options?: ChildOptions
    ) => Effect.Effect<ActorRef<Rpcs>, SpawnError, Scope.Scope>
    /**
     * The child of that type and id which `spawn` has started here: of the actor this runs in, or of hosts elsewhere; also
     * one that is between two lives or was given up. None if there is no such child, or if it has ended. Akka's
     * `context.child`.
     */
    readonly child: <Type extends string, Rpcs extends Rpc.Any>(
      definition: ActorType<Type, Rpcs>,
      id: string
    ) => Effect.Effect<Option.Option<ActorRef<Rpcs>>>
    /** All of them, in the order in which they were spawned. OTP's `which_children`. */
    readonly children: Effect.Effect<ReadonlyArray<ActorRef.Any>>
    /**
     * Waits for the next end of an actor; see "Life of an address" for when it answers at once. Refused with `WaitCycle` in a
     * handler that this end would wait for, its own actor's or a child's; `watchWith` does not wait.
     */
    readonly watch: (ref: ActorRef.Any) => Effect.Effect<End, WaitCycle>
    /**
     * Inside an actor: at the next end of another, tells this one what `message` makes of it, whatever its mailbox holds.
     * Does not wait; gives what ends the watch, so that its message is not handled any more even if it waits already. The
     * watch ends with the incarnation that began it. Each watch is one of its own: two of the same actor are two messages,
     * and each is ended by what it gave, as with OTP's `monitor` (Akka's second `watchWith` fails). At most 1,000 at a time; see `DeathWatch` for what is a defect here.
     */
    readonly watchWith: (
      ref: ActorRef.Any,
      message: (end: End) => ActorRef.Tell
    ) => Effect.Effect<Effect.Effect<void>, never, ActorContext>
    /**
     * Sends a tell and gives a receipt, which settles when the message was handled, failed or dead-lettered. Waits and fails
     * as the tell itself does: for a message that was not accepted there is no receipt. A tell of no ref is a defect.
     */
    readonly receipt: (tell: ActorRef.Tell) => Effect.Effect<Receipt, TellError>
    /** Lets an actor that supervision gave up live again: a root at its next message, a child at once. Else nothing happens. */
    readonly revive: (ref: ActorRef.Any) => Effect.Effect<void>
    /** Whether work of actors, or of others on their scheduler, is queued to run. */
    readonly isBusy: () => boolean
    /**
     * The ids of the roots of a type that live, wait for room, or were given up, in the order in which a message or a watch
     * first named them. The same array until something changes.
     */
    readonly ids: (definition: ActorType.Any) => Effect.Effect<ReadonlyArray<string>>
    /** The roots of all types with a tag, type by type, each in the order of `ids`. The same array until something changes. */
    readonly tagged: (tag: string) => Effect.Effect<ReadonlyArray<ActorRef.Any>>
    /** The load of an actor, to be read at any time while the system lives. Does not activate it. */
    readonly load: (ref: ActorRef.Any) => Load
    /** The living actors as a tree, roots of a type in the order of `ids`, children in the order of their spawning. */
    readonly snapshot: Effect.Effect<ReadonlyArray<ActorSnapshot>>
    /** The actors of each type together, in order of registration: cheaper than a snapshot where there are many. */
    readonly totals: Effect.Effect<ReadonlyArray<TypeTotals>>
    /**
     * What happens to actors from now on. Never ends. Each observer has room for as many as the system's `changes` option
     * says (default 1,000) and misses the oldest ones if it is slower; no actor waits for it.
     */
    readonly changes: Stream.Stream<ActorChange>
  }
>() {}

/** The key by which clients of `@effect/sql` know their transaction, whatever their database. @category constants */
export const sqlTransactions: ReadonlyArray<string> = ["@effect/sql/SqlClient/TransactionConnection"]

/** What is out of its range throws a `RangeError` where the layer is made. @category models */
export interface Options {
  /** What errors and metrics call the system. Default `troupe`. */
  readonly name?: string | undefined
  /** Time-out of an ask that names none. Default `30 seconds`; more than zero, `infinity` allowed. */
  readonly askTimeout?: Duration.DurationInput | undefined
  /** How long a tell from inside a handler waits for room, before `MailboxFull`. Default `5 seconds`; zero and more. */
  readonly tellTimeout?: Duration.DurationInput | undefined
  /**
   * For each step of an actor's stop: handling what it has, being interrupted, closing its scope. Default `5 seconds`; zero
   * and more.
   */
  readonly stopBudget?: Duration.DurationInput | undefined
  /**
   * How long each phase of the shutdown may take; the actors' own stop has `stopBudget` instead. Default `5 seconds`; zero
   * and more.
   */
  readonly shutdownBudget?: Duration.DurationInput | undefined
  /**
   * A handler that has run for this long as an Effect, its mailbox waiting, is reported once: in the log and in `changes`.
   * Default `60 seconds`; more than zero, `infinity` reports none.
   */
  readonly stuckAfter?: Duration.DurationInput | undefined
  /** Dead letters kept for reading. Default `1000`, a whole number from 0; all are counted. */
  readonly deadLetters?: number | undefined
  /**
   * Idempotent messages whose handling crashed each time, kept to be replayed. Default `100`, a whole number from 0; one
   * more discards the oldest.
   */
  readonly quarantine?: number | undefined
  /**
   * Roots that supervision has given up and that are remembered, so that their senders get `ActorFailed`. Default `1000`, a
   * whole number from 0; one more makes the oldest absent, which its next message activates, and is logged.
   */
  readonly givenUp?: number | undefined
  /** Changes kept for an observer that is slow. Default `1000`, a whole number from 1; one more drops the oldest. */
  readonly changes?: number | undefined
  /**
   * Whether the Schema of its protocol checks each payload where it is sent, before anything is sent: `MessageRefused`. For
   * programs whose types do not. Default `false`: types check. A timer's message is checked when the timer is set, that of
   * `watchWith` when it is made, and what does not fit is a defect there.
   */
  readonly validate?: boolean | undefined
  /**
   * Keys of the services by which Effects know the database transaction that they run in. An ask takes them along, as
   * written at the head of `ActorContext`. Default `sqlTransactions`; `[]` takes none.
   */
  readonly transactions?: ReadonlyArray<string> | undefined
  /** A span for every message. Default: if the layer is built under a tracer. */
  readonly tracing?: boolean | undefined
  /** The run queue to share with host fibers. Default: the one the layer is built on, if it is fair; else one of its own. */
  readonly scheduler?: FairScheduler | undefined
}

/**
 * Actors in this process. Closing the layer stops them all.
 *
 * @category layers
 */
export const layer = (
  options: Options = {}
): Layer.Layer<ActorSystem | LocalActorSystem | DeadLetters | Shutdown.Shutdown> => {
  const settings: LocalSystem.Settings = {
    name: options.name ?? "troupe",
    scheduler: options.scheduler,
    tracing: options.tracing,
    askTimeoutMillis: durationMillis("askTimeout", options.askTimeout ?? "30 seconds", "more than zero"),
    tellTimeoutMillis: durationMillis("tellTimeout", options.tellTimeout ?? "5 seconds", "zero"),
    stopBudgetMillis: durationMillis("stopBudget", options.stopBudget ?? "5 seconds", "zero"),
    stuckAfterMillis: durationMillis("stuckAfter", options.stuckAfter ?? "60 seconds", "more than zero"),
    deadLetters: wholeNumber("deadLetters", options.deadLetters ?? 1000, 0),
    quarantine: wholeNumber("quarantine", options.quarantine ?? 100, 0),
    givenUp: wholeNumber("givenUp", options.givenUp ?? 1000, 0),
    changes: wholeNumber("changes", options.changes ?? 1000, 1),
    validate: options.validate ?? false,
    transactions: options.transactions ?? sqlTransactions
  }
  const budget = durationMillis("shutdownBudget", options.shutdownBudget ?? "5 seconds", "zero")
  return Layer.scopedContext(
    Effect.gen(function* () {
      const system = yield* LocalSystem.make(settings)
      const directory = localDirectory(system)
      const shutdown = yield* Shutdown.make({ budget })
      // Each step of each actor's stop has a budget of its own.
      yield* shutdown.add("stop actors", system.name, LocalSystem.stopAll(system), { budget: Duration.infinity })
      // Added last, so that the task above is still there when it runs.
      yield* Effect.addFinalizer(() => shutdown.run)
      return Context.make(ActorSystem, directory.portable).pipe(
        Context.add(LocalActorSystem, directory.local),
        Context.add(DeadLetters, system.deadLetters.service),
        Context.add(Shutdown.Shutdown, shutdown)
      )
    })
  )
}

/** {@link LocalActorSystem.spawn}. @category combinators */
export const spawn = <Type extends string, Rpcs extends Rpc.Any>(
  definition: ActorType<Type, Rpcs>,
  id: string,
  options?: ChildOptions
): Effect.Effect<ActorRef<Rpcs>, SpawnError, LocalActorSystem | Scope.Scope> =>
  Effect.flatMap(LocalActorSystem, (system) => system.spawn(definition, id, options))

/** {@link LocalActorSystem.child}. @category combinators */
export const child = <Type extends string, Rpcs extends Rpc.Any>(
  definition: ActorType<Type, Rpcs>,
  id: string
): Effect.Effect<Option.Option<ActorRef<Rpcs>>, never, LocalActorSystem> =>
  Effect.flatMap(LocalActorSystem, (system) => system.child(definition, id))

/** {@link LocalActorSystem.children}. @category combinators */
export const children: Effect.Effect<ReadonlyArray<ActorRef.Any>, never, LocalActorSystem> = Effect.flatMap(
  LocalActorSystem,
  (system) => system.children
)

/** {@link LocalActorSystem.watch}. @category combinators */
export const watch = (ref: ActorRef.Any): Effect.Effect<End, WaitCycle, LocalActorSystem> =>
  Effect.flatMap(LocalActorSystem, (system) => system.watch(ref))

/** {@link LocalActorSystem.watchWith}. @category combinators */
export const watchWith = (
  ref: ActorRef.Any,
  message: (end: End) => ActorRef.Tell
): Effect.Effect<Effect.Effect<void>, never, LocalActorSystem | ActorContext> =>
  Effect.flatMap(LocalActorSystem, (system) => system.watchWith(ref, message))

/** {@link LocalActorSystem.receipt}. @category combinators */
export const receipt = (tell: ActorRef.Tell): Effect.Effect<Receipt, TellError, LocalActorSystem> =>
  Effect.flatMap(LocalActorSystem, (system) => system.receipt(tell))

/** {@link ActorSystem.stop}. @category combinators */
export const stop = (ref: ActorRef.Any, options?: StopOptions): Effect.Effect<void, WaitCycle, ActorSystem> =>
  Effect.flatMap(ActorSystem, (system) => system.stop(ref, options))

/** {@link ActorSystem.types}. @category combinators */
export const types = (tag?: string): Effect.Effect<ReadonlyArray<string>, never, ActorSystem> =>
  Effect.flatMap(ActorSystem, (system) => system.types(tag))
