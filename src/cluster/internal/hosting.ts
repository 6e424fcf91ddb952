/**
 * The actors that this machine runs: which types it can build, and which addresses are its own at the moment.
 *
 * The cluster gives an address to one machine at a time and waits with giving it to another until what is here has
 * ended. So nothing here may live without its entity, and the entity may not be taken for idle while its actor lives:
 * every living actor has a request of its own, `Host`, under way. It ends with the actor, and when the address is lost.
 */
import type { EntityAddress } from "@effect/cluster/EntityAddress"
import type { ShardId } from "@effect/cluster/ShardId"
import type { Sharding } from "@effect/cluster/Sharding"
import { Cause, Clock, Duration, Effect, Option, type Scope } from "effect"
import { ActorContext } from "../../actor/ActorContext.ts"
import type { ActorRef, ActorType } from "../../actor/ActorRef.ts"
import type { ActorSystem, LocalActorSystem } from "../../actor/ActorSystem.ts"
import type { Behavior } from "../../actor/Behavior.ts"
import { type Codec, codecOf } from "./codec.ts"
import { actorOf, entityIdOf } from "./wire.ts"

/** A type that a Layer has provided. */
export interface Registration {
  readonly definition: ActorType.Any
  readonly codec: Codec
  readonly behavior: Behavior
  /** Its Layer is being closed: nothing new begins. */
  closing: boolean
}

/** An address that is this machine's. */
export interface Hosted {
  readonly type: string
  readonly id: string
  readonly shardId: ShardId
  /** Nothing was sent to it yet, and nothing of it was here before. */
  isNew: boolean
  /** The entity will be closed: nothing new begins. */
  leaving: boolean
  readonly whenLeaving: Effect.Latch
  /** Its actor lives, or is about to, and `Host` is under way. */
  held: boolean
  /** Opened by a stop: ends the wait for an actor that was given up, whose address stays taken until then. */
  readonly whenStopped: Effect.Latch
  /** Opened when the Layer of its type is closed. */
  readonly whenForgotten: Effect.Latch
}

export interface Services {
  readonly sharding: Sharding["Type"]
  readonly portable: ActorSystem["Type"]
  readonly local: LocalActorSystem["Type"]
  /** How long a type may be unknown before messages to it are refused. */
  readonly registrationGrace: Duration.Duration
  readonly requestsInFlight: number
}

/** How often it is looked whether addresses were lost: by so much a machine is slower to give them up. */
const lookEvery = Duration.millis(200)

/** An actor was to be activated on a machine that its address does not belong to, by a ref that it kept to itself. */
class NotHosted extends Error {
  override readonly name = "NotHosted"
}

export class Hosting {
  private readonly registrations = new Map<string, Registration>()
  /** Since when a type is unknown that was known. */
  private readonly goneAt = new Map<string, number>()
  private readonly registered = Effect.unsafeMakeLatch(false)
  private readonly hosted = new Map<string, Hosted>()
  private readonly any = Effect.unsafeMakeLatch(false)

  constructor(
    private readonly services: Services,
    private readonly startedAt: number
  ) {}

  /** What runs beside: gives up what the cluster has taken away. */
  readonly watchShards: Effect.Effect<never> = Effect.forever(
    Effect.zipRight(
      Effect.zipRight(this.any.await, Effect.sleep(lookEvery)),
      Effect.sync(() => {
        for (const hosted of this.hosted.values()) {
          if (!hosted.leaving && !this.services.sharding.hasShardId(hosted.shardId)) this.give(hosted)
        }
      })
    )
  )

  register(definition: ActorType.Any, behavior: Behavior): Effect.Effect<void, never, Scope.Scope> {
    const { type } = definition
    const { capacity } = behavior.mailbox
    const { portable, requestsInFlight } = this.services
    if (capacity > requestsInFlight) {
      return Effect.dieMessage(
        `The mailbox of "${type}" holds ${capacity} messages, but a runner takes only ${requestsInFlight} requests for an actor at a time: raise "requestsInFlight", or make the mailbox smaller.`
      )
    }
    const registration: Registration = { definition, codec: codecOf(definition), behavior, closing: false }
    const forget = Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Effect.sync(() => {
        this.registrations.delete(type)
        this.goneAt.set(type, now)
        for (const hosted of this.hosted.values()) if (hosted.type === type) hosted.whenForgotten.unsafeOpen()
      })
    )
    const close = Effect.sync(() => {
      registration.closing = true
    })
    // Finalizers run backwards: nothing new begins, then the cells stop, then the type is unknown.
    return Effect.gen(this, function* () {
      let known = false
      yield* Effect.addFinalizer(() => (known ? forget : Effect.void))
      yield* portable.register(definition, this.guarded(definition, behavior))
      yield* Effect.addFinalizer(() => close)
      known = true
      this.registrations.set(type, registration)
      this.registered.unsafeOpen()
      this.registered.unsafeClose()
    })
  }

  /** The type, waiting a while for its Layer where that may still be coming; undefined if no Layer provides it. */
  registration(type: string): Effect.Effect<Registration | undefined> {
    return Effect.suspend(() => {
      const known = this.registrations.get(type)
      return known === undefined ? this.lateRegistration(type) : Effect.succeed(known)
    })
  }

  private lateRegistration(type: string): Effect.Effect<Registration | undefined> {
    return Effect.gen(this, function* () {
      const since = this.goneAt.get(type) ?? this.startedAt
      const left = since + Duration.toMillis(this.services.registrationGrace) - (yield* Clock.currentTimeMillis)
      if (left <= 0) return undefined
      yield* Effect.timeoutOption(this.awaitRegistration(type), Duration.millis(left))
      return this.registrations.get(type)
    })
  }

  /** Waits until a Layer provides the type. */
  awaitRegistration(type: string): Effect.Effect<void> {
    return Effect.suspend(() =>
      this.registrations.has(type)
        ? Effect.void
        : Effect.zipRight(
            this.registered.await,
            Effect.suspend(() => this.awaitRegistration(type))
          )
    )
  }

  /** The entity of an address begins: from here on the address is this machine's. */
  enter(address: EntityAddress): Hosted {
    const { type, id } = actorOf(address.entityId)
    const hosted: Hosted = {
      type,
      id,
      shardId: address.shardId,
      isNew: !this.hosted.has(address.entityId),
      leaving: false,
      whenLeaving: Effect.unsafeMakeLatch(false),
      held: false,
      whenStopped: Effect.unsafeMakeLatch(false),
      whenForgotten: Effect.unsafeMakeLatch(false)
    }
    this.hosted.set(address.entityId, hosted)
    this.any.unsafeOpen()
    return hosted
  }

  /** The entity of an address ends: so does its actor, unless a newer entity has taken it over. */
  leave(hosted: Hosted): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.give(hosted)
      const entityId = entityIdOf(hosted.type, hosted.id)
      if (this.hosted.get(entityId) !== hosted) return Effect.void
      const ref = this.cell(hosted)
      return Effect.zipRight(
        ref === undefined ? Effect.void : this.services.portable.stop(ref),
        Effect.sync(() => {
          if (this.hosted.get(entityId) === hosted) this.hosted.delete(entityId)
          if (this.hosted.size === 0) this.any.unsafeClose()
        })
      )
    })
  }

  /** All addresses are about to be lost. */
  readonly leaveAll = Effect.sync(() => {
    for (const hosted of this.hosted.values()) this.give(hosted)
  })

  private give(hosted: Hosted): void {
    hosted.leaving = true
    hosted.whenLeaving.unsafeOpen()
  }

  /** The actor behind a hosted address, whether it lives or not. */
  cell(hosted: Hosted): ActorRef.Any | undefined {
    const registration = this.registrations.get(hosted.type)
    return registration === undefined ? undefined : this.services.portable.ref(registration.definition, hosted.id)
  }

  /** Whether an actor lives here and may be sent to without asking the cluster. */
  isHere(entityId: string): boolean {
    const hosted = this.hosted.get(entityId)
    return hosted?.held === true && !hosted.leaving && this.services.sharding.hasShardId(hosted.shardId)
  }

  /** Before the first message: a ref that outlived its actor may have left a cell here that was not allowed to begin. */
  clear(hosted: Hosted): Effect.Effect<void> {
    hosted.isNew = false
    const ref = this.cell(hosted)
    return ref === undefined ? Effect.void : this.services.local.revive(ref)
  }

  /** Whether an actor that does not live anywhere would begin its life here. */
  isHome(type: string, shardId: ShardId): boolean {
    const registration = this.registrations.get(type)
    return registration !== undefined && !registration.closing && this.services.sharding.hasShardId(shardId)
  }

  /** Waits until the actor has ended, or its address is lost. One such wait is enough. */
  whileHosted(hosted: Hosted): Effect.Effect<void> {
    return Effect.suspend(() => {
      const ref = this.cell(hosted)
      if (ref === undefined || hosted.held) return Effect.void
      hosted.held = true
      hosted.whenStopped.unsafeClose()
      hosted.whenForgotten.unsafeClose()
      const ended = Effect.flatMap(this.services.local.watch(ref), (end) =>
        end._tag === "failed" ? hosted.whenStopped.await : Effect.void
      )
      return Effect.ensuring(
        Effect.raceAll([ended, hosted.whenForgotten.await, hosted.whenLeaving.await]),
        Effect.sync(() => {
          hosted.held = false
        })
      )
    })
  }

  stop(hosted: Hosted): Effect.Effect<void> {
    return Effect.suspend(() => {
      const ref = this.cell(hosted)
      return Effect.zipRight(
        ref === undefined ? Effect.void : this.services.portable.stop(ref),
        Effect.sync(() => hosted.whenStopped.unsafeOpen())
      )
    })
  }

  /**
   * A cell is only built where its address belongs. An actor's own ref, kept by a fiber that outlives it, would otherwise
   * begin it a second time on a machine that has given it away.
   */
  private guarded(definition: ActorType.Any, behavior: Behavior): Behavior {
    const build = Effect.flatMap(Effect.serviceOption(ActorContext), (self) => {
      const id = Option.getOrThrow(self).id
      return this.hosted.has(entityIdOf(definition.type, id))
        ? behavior.build
        : Effect.die(new NotHosted(`${definition.type}/${id} is not this machine's any more.`))
    })
    const { supervision } = behavior
    const decide = (cause: Cause.Cause<unknown>) =>
      Cause.squash(cause) instanceof NotHosted ? "stop" : supervision.decide(cause)
    return { ...behavior, build, supervision: { ...supervision, decide } }
  }
}
