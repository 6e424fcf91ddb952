/**
 * Where actors run: found by type and id, told, asked, spawned, watched and stopped.
 *
 * `ActorSystem` is the portable part, the same in one process and on a cluster. `LocalActorSystem` is what only one
 * process can give; using it shows in an Effect's requirements. `layer` provides both, and `DeadLetters`.
 *
 * @since 0.1.0
 */
import type * as Rpc from "@effect/rpc/Rpc"
import { Context, Duration, Effect, Layer, type Scope } from "effect"
import type { SpawnError, TellError } from "./ActorError.ts"
import type { ActorRef, ActorType } from "./ActorRef.ts"
import type { ActorSnapshot, End, Load } from "./ActorSnapshot.ts"
import type { Behavior } from "./Behavior.ts"
import { DeadLetters } from "./DeadLetters.ts"
import type { FairScheduler } from "./FairScheduler.ts"
import { localDirectory } from "./internal/localDirectory.ts"
import * as LocalSystem from "./internal/localSystem.ts"
import type { Receipt } from "./Receipt.ts"

/** The portable part. @category services */
export class ActorSystem extends Context.Tag("troupe/ActorSystem")<
  ActorSystem,
  {
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
     * longer than the system's `stopBudget` is interrupted, and what was not handled becomes a dead letter.
     */
    readonly stop: (ref: ActorRef.Any) => Effect.Effect<void>
    /** The ids of the living roots of a type, in the order in which a message or a watch first named them. */
    readonly ids: (definition: ActorType.Any) => Effect.Effect<ReadonlyArray<string>>
  }
>() {}

/** What only one process can give. @category services */
export class LocalActorSystem extends Context.Tag("troupe/LocalActorSystem")<
  LocalActorSystem,
  {
    /** Starts a child of the actor this runs in, or of the scope's owner elsewhere. Fails if its first start fails. */
    readonly spawn: <Type extends string, Rpcs extends Rpc.Any>(
      definition: ActorType<Type, Rpcs>,
      id: string
    ) => Effect.Effect<ActorRef<Rpcs>, SpawnError, Scope.Scope>
    /** Waits for the next end of an actor; see "Life of an address" for when it answers at once. */
    readonly watch: (ref: ActorRef.Any) => Effect.Effect<End>
    /**
     * Sends a tell and gives a receipt, which settles when the message was handled, failed or dead-lettered. Waits and fails
     * as the tell itself does: for a message that was not accepted there is no receipt. A tell of no ref is a defect.
     */
    readonly receipt: (tell: ActorRef.Tell) => Effect.Effect<Receipt, TellError>
    /** Lets an actor that supervision gave up live again. */
    readonly revive: (ref: ActorRef.Any) => Effect.Effect<void>
    /** Whether work of actors, or of others on their scheduler, is queued to run. */
    readonly isBusy: () => boolean
    /** The load of an actor, to be read at any time while the system lives. Does not activate it. */
    readonly load: (ref: ActorRef.Any) => Load
    /** The living actors as a tree, roots of a type in the order of `ids`, children in the order of their spawning. */
    readonly snapshot: Effect.Effect<ReadonlyArray<ActorSnapshot>>
  }
>() {}

/** @category models */
export interface Options {
  /** Default `troupe`. */
  readonly name?: string | undefined
  /** Time-out of an ask that names none. Default `30 seconds`. */
  readonly askTimeout?: Duration.DurationInput | undefined
  /** How long a tell from inside a handler waits for room, before `MailboxFull`. Default `5 seconds`. */
  readonly tellTimeout?: Duration.DurationInput | undefined
  /** For each step of an actor's stop: handling what it has, being interrupted, closing its scope. Default `5 seconds`. */
  readonly stopBudget?: Duration.DurationInput | undefined
  /** Dead letters kept for reading. Default `1000`; all are counted. */
  readonly deadLetters?: number | undefined
  /** Idempotent messages whose handling crashed each time, kept to be replayed. Default `100`; one more discards the oldest. */
  readonly quarantine?: number | undefined
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
export const layer = (options?: Options): Layer.Layer<ActorSystem | LocalActorSystem | DeadLetters> =>
  Layer.scopedContext(
    Effect.map(
      LocalSystem.make({
        name: options?.name ?? "troupe",
        scheduler: options?.scheduler,
        tracing: options?.tracing,
        askTimeout: Duration.decode(options?.askTimeout ?? "30 seconds"),
        tellTimeout: Duration.decode(options?.tellTimeout ?? "5 seconds"),
        stopBudget: Duration.decode(options?.stopBudget ?? "5 seconds"),
        deadLetters: options?.deadLetters ?? 1000,
        quarantine: options?.quarantine ?? 100
      }),
      (system) => {
        const directory = localDirectory(system)
        return Context.make(ActorSystem, directory.portable).pipe(
          Context.add(LocalActorSystem, directory.local),
          Context.add(DeadLetters, system.deadLetters.service)
        )
      }
    )
  )

/** {@link LocalActorSystem.spawn}. @category combinators */
export const spawn = <Type extends string, Rpcs extends Rpc.Any>(
  definition: ActorType<Type, Rpcs>,
  id: string
): Effect.Effect<ActorRef<Rpcs>, SpawnError, LocalActorSystem | Scope.Scope> =>
  Effect.flatMap(LocalActorSystem, (system) => system.spawn(definition, id))

/** {@link LocalActorSystem.watch}. @category combinators */
export const watch = (ref: ActorRef.Any): Effect.Effect<End, never, LocalActorSystem> =>
  Effect.flatMap(LocalActorSystem, (system) => system.watch(ref))

/** {@link LocalActorSystem.receipt}. @category combinators */
export const receipt = (tell: ActorRef.Tell): Effect.Effect<Receipt, TellError, LocalActorSystem> =>
  Effect.flatMap(LocalActorSystem, (system) => system.receipt(tell))

/** {@link ActorSystem.stop}. @category combinators */
export const stop = (ref: ActorRef.Any): Effect.Effect<void, never, ActorSystem> =>
  Effect.flatMap(ActorSystem, (system) => system.stop(ref))
