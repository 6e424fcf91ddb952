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
import { Cause, Clock, Data, Duration, Effect, Option, type Scope } from "effect"
import { ActorContext } from "../../actor/ActorContext.ts"
import type { ActorRef, ActorType } from "../../actor/ActorRef.ts"
import type { ActorSystem, LocalActorSystem, StopOptions } from "../../actor/ActorSystem.ts"
import type { Behavior, Guard } from "../../actor/Behavior.ts"
import { type Codec, codecOf, notIdempotent } from "./codec.ts"
import { targetOf } from "./remote.ts"
import type { Tenure } from "./tenure.ts"
import { actorOf, type From } from "./wire.ts"

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
  readonly entityId: string
  /** The actor's, as people know it. */
  readonly address: string
  readonly type: string
  readonly id: string
  readonly shardId: ShardId
  /** The same as text. */
  readonly shard: string
  /** Under which it is this machine's; undefined if it was none any more when its entity began. */
  readonly epoch: number | undefined
  /** It was this machine's: what was begun is cut off, and nothing is answered. */
  lost: boolean
  /** Nothing was sent to it yet, and nothing of it was here before. */
  isNew: boolean
  /** The entity will be closed: nothing new begins. */
  leaving: boolean
  /** Ends `Host`, which is under way as long as this is here: its actor lives, or may. */
  letGo: (() => void) | undefined
  /** Nothing lived there when it was last looked, and nothing was sent there since. */
  quiet: boolean
}

export interface Services {
  readonly sharding: Sharding["Type"]
  readonly portable: ActorSystem["Type"]
  readonly tenure: Tenure
  readonly local: LocalActorSystem["Type"]
  /** How long a type may be unknown before messages to it are refused. */
  readonly registrationGrace: Duration.Duration
  readonly requestsInFlight: number
}

/** How often it is looked whether addresses were lost: by so much a machine is slower to give them up. */
const lookEveryMillis = 100

/** How often it is looked whether held addresses have an actor: two looks without one let the address go. */
const lookForActorsEveryMillis = 5000

/** An actor was to be activated on a machine that its address does not belong to, by a ref that it kept to itself. */
class NotHosted extends Error {
  override readonly name = "NotHosted"
}

/** The machine has lost the address before the message was begun: it may be sent again. */
export class NotBegun extends Data.TaggedError("NotBegun") {}
const notBegun = Effect.fail(new NotBegun())

/** Milliseconds by the clock that nobody sets: a grace that wall time measured would end at once, or last for hours. */
export const elapsed = Effect.map(Clock.currentTimeNanos, (nanos) => Number(nanos) / 1e6)

export class Hosting {
  private readonly registrations = new Map<string, Registration>()
  /** Since when a type is unknown that was known. */
  private readonly goneAt = new Map<string, number>()
  private readonly registered = Effect.unsafeMakeLatch(false)
  private readonly hosted = new Map<string, Hosted>()
  /** The same by shard: shards are few, and are lost as a whole. */
  private readonly byShard = new Map<string, { readonly shardId: ShardId; readonly members: Set<Hosted> }>()
  private readonly any = Effect.unsafeMakeLatch(false)

  constructor(
    private readonly services: Services,
    private readonly startedAt: number
  ) {}

  /** What runs beside: gives up what the cluster has taken away, and lets go of addresses that nobody lives at. */
  readonly watch: Effect.Effect<never> = Effect.suspend(() => {
    let sinceActors = 0
    return Effect.forever(
      Effect.zipRight(
        Effect.zipRight(this.any.await, Effect.sleep(lookEveryMillis)),
        Effect.sync(() => {
          for (const { shardId, members } of this.byShard.values()) {
            if (!this.services.sharding.hasShardId(shardId)) for (const hosted of members) this.give(hosted)
          }
          this.loseWhatIsLost()
          sinceActors += lookEveryMillis
          if (sinceActors < lookForActorsEveryMillis) return
          sinceActors = 0
          for (const hosted of this.hosted.values()) if (hosted.letGo !== undefined) this.lookForActor(hosted)
        })
      )
    )
  })

  /** Before each step of any actor: a lease ends as a whole, so one shard is enough to look at. */
  readonly look = (): void => {
    const first = this.byShard.keys().next()
    if (!first.done && this.services.tenure.epochOf(first.value) === undefined) this.loseWhatIsLost()
  }

  private loseWhatIsLost(): void {
    for (const { members } of this.byShard.values()) for (const hosted of members) this.has(hosted)
  }

  /** Whether the address is this machine's still, as it was when its entity began. If not, its actor is cut off. */
  has(hosted: Hosted): boolean {
    if (hosted.lost) return false
    if (hosted.epoch !== undefined && this.services.tenure.epochOf(hosted.shard) === hosted.epoch) return true
    hosted.lost = true
    this.give(hosted)
    const ref = this.isTakenOver(hosted) ? undefined : this.cell(hosted)
    if (ref !== undefined) Effect.runFork(this.services.portable.stop(ref, { now: true }))
    return false
  }

  private lookForActor(hosted: Hosted): void {
    const ref = this.cell(hosted)
    // Passivated, stopped, or of a type that is gone. One that was given up by its supervision is there.
    if (ref !== undefined && this.services.local.load(ref).state !== "absent") hosted.quiet = false
    else if (hosted.quiet) hosted.letGo?.()
    else hosted.quiet = true
  }

  register(definition: ActorType.Any, behavior: Behavior): Effect.Effect<void, never, Scope.Scope> {
    const { type } = definition
    const { capacity } = behavior.mailbox
    const { portable, requestsInFlight } = this.services
    if (capacity > requestsInFlight) {
      return Effect.dieMessage(
        `The mailbox of "${type}" holds ${capacity} messages, but a runner takes only ${requestsInFlight} requests for an actor at a time: raise "requestsInFlight", or make the mailbox smaller.`
      )
    }
    const unsafe = notIdempotent(definition)
    if (unsafe.length > 0) {
      return Effect.dieMessage(
        `"${type}" has messages annotated Persisted, which may be begun twice, but not Idempotent: ${unsafe.join(", ")}. Annotate both, or neither.`
      )
    }
    const registration: Registration = { definition, codec: codecOf(definition), behavior, closing: false }
    const forget = Effect.flatMap(elapsed, (now) =>
      Effect.sync(() => {
        this.registrations.delete(type)
        this.goneAt.set(type, now)
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
      const left = since + Duration.toMillis(this.services.registrationGrace) - (yield* elapsed)
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
  enter({ entityId, shardId }: EntityAddress): Hosted {
    const { id, type } = actorOf(entityId)
    const shard = shardId.toString()
    const hosted: Hosted = {
      entityId,
      // They are one: see `actorOf`.
      address: entityId,
      type,
      id,
      shardId,
      shard,
      epoch: this.services.tenure.epochOf(shard),
      lost: false,
      isNew: !this.hosted.has(entityId),
      leaving: false,
      letGo: undefined,
      quiet: false
    }
    this.hosted.set(entityId, hosted)
    const known = this.byShard.get(shard)
    if (known === undefined) this.byShard.set(shard, { shardId, members: new Set([hosted]) })
    else known.members.add(hosted)
    this.any.unsafeOpen()
    return hosted
  }

  /** The entity of an address ends: so does its actor, unless a newer entity has taken it over. */
  leave(hosted: Hosted): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.give(hosted)
      const ref = this.isTakenOver(hosted) ? undefined : this.cell(hosted)
      return Effect.zipRight(
        // Only an actor's own fibers close circles, and this is none.
        ref === undefined ? Effect.void : Effect.orDie(this.services.portable.stop(ref, { now: hosted.lost })),
        Effect.sync(() => this.forget(hosted))
      )
    })
  }

  private isTakenOver(hosted: Hosted): boolean {
    return this.hosted.get(hosted.entityId) !== hosted
  }

  private forget(hosted: Hosted): void {
    if (!this.isTakenOver(hosted)) this.hosted.delete(hosted.entityId)
    const members = this.byShard.get(hosted.shard)?.members
    members?.delete(hosted)
    if (members?.size === 0) this.byShard.delete(hosted.shard)
    if (this.byShard.size === 0) this.any.unsafeClose()
  }

  /** All addresses are about to be lost. */
  readonly leaveAll = Effect.sync(() => {
    for (const hosted of this.hosted.values()) this.give(hosted)
  })

  private give(hosted: Hosted): void {
    hosted.leaving = true
    hosted.letGo?.()
  }

  /** Whether a message of that sender may be handled. */
  admits(from: From | undefined): boolean {
    return this.services.tenure.admits(from)
  }

  at(entityId: string): Hosted | undefined {
    return this.hosted.get(entityId)
  }

  /** The actor behind a hosted address, whether it lives or not. */
  cell(hosted: Hosted): ActorRef.Any | undefined {
    const registration = this.registrations.get(hosted.type)
    return registration === undefined ? undefined : this.services.portable.ref(registration.definition, hosted.id)
  }

  /** The address, if this machine has it in use, so that its actor may be sent to without asking the cluster. */
  inUse(entityId: string): Hosted | undefined {
    const hosted = this.hosted.get(entityId)
    if (hosted?.letGo === undefined || hosted.leaving || !this.services.sharding.hasShardId(hosted.shardId))
      return undefined
    if (!this.has(hosted)) return undefined
    hosted.quiet = false
    return hosted
  }

  /** Whether an address that nobody has in use would be this machine's. */
  isHome(type: string, shardId: ShardId): boolean {
    const registration = this.registrations.get(type)
    return registration !== undefined && !registration.closing && this.services.sharding.hasShardId(shardId)
  }

  /** Waits until nobody lives there any more, or the address is lost. One such wait is enough. */
  whileHosted(entityId: string): Effect.Effect<void> {
    return Effect.suspend(() => {
      const hosted = this.hosted.get(entityId)
      if (hosted === undefined || hosted.leaving) return Effect.void
      hosted.quiet = false
      if (hosted.letGo !== undefined) return Effect.void
      // One fiber waits here for each actor, so it waits for one thing.
      const held = Effect.async<void>((resume) => {
        hosted.letGo = () => {
          hosted.letGo = undefined
          resume(Effect.void)
        }
      })
      const cutOff = Effect.sync(() => {
        hosted.letGo = undefined
      })
      return Effect.zipRight(
        this.clear(hosted),
        Effect.onInterrupt(held, () => cutOff)
      )
    })
  }

  /** A ref that outlived its actor may have left a cell here that was not allowed to begin. */
  private clear(hosted: Hosted): Effect.Effect<void> {
    const ref = hosted.isNew ? this.cell(hosted) : undefined
    hosted.isNew = false
    return ref === undefined ? Effect.void : this.services.local.revive(ref)
  }

  stop(entityId: string, options: StopOptions): Effect.Effect<void> {
    return Effect.suspend(() => {
      const hosted = this.hosted.get(entityId)
      const ref = hosted === undefined ? undefined : this.cell(hosted)
      // As above.
      return ref === undefined ? Effect.void : Effect.orDie(this.services.portable.stop(ref, options))
    })
  }

  /**
   * A cell is only built where its address belongs. An actor's own ref, kept by a fiber that outlives it, would otherwise
   * begin it a second time on a machine that has given it away.
   */
  private guarded({ type }: ActorType.Any, behavior: Behavior): Behavior {
    const build = Effect.flatMap(Effect.serviceOption(ActorContext), (self) => {
      const { address } = Option.getOrThrow(self)
      const hosted = this.hosted.get(address)
      return hosted !== undefined && this.has(hosted)
        ? behavior.build
        : Effect.die(new NotHosted(`${address} is not this machine's any more.`))
    })
    const { supervision } = behavior
    const decide = (cause: Cause.Cause<unknown>) =>
      Cause.squash(cause) instanceof NotHosted ? "stop" : supervision.decide(cause)
    const hostOf = (id: string) => this.hosted.get(targetOf(type, id).entityId)
    const guard: Guard = {
      epochOf: (id) => hostOf(id)?.epoch ?? 0,
      around: (id, _, handler) => {
        const hosted = hostOf(id)
        return (payload, context) => (hosted !== undefined && this.has(hosted) ? handler(payload, context) : notBegun)
      }
    }
    return {
      ...behavior,
      build,
      supervision: { ...supervision, decide },
      guard: this.services.tenure.hasLeases ? guard : undefined
    }
  }
}
