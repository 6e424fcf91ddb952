/**
 * Refs of a cluster: to the actor on this machine directly, to any other by way of the cluster.
 *
 * The short way is what makes actors that live together behave as in one process: circles of waiting are seen, deadlines
 * and withdrawal need no wire. It is taken only for what the cluster has given to this machine.
 */
import type { ShardId } from "@effect/cluster/ShardId"
import { Duration, Effect, Effectable, Either } from "effect"
import { ActorStopping, MessageRefused } from "../../actor/ActorError.ts"
import type { ActorRef, ActorType } from "../../actor/ActorRef.ts"
import { codecOf, type Message } from "./codec.ts"
import { type Hosted, NotBegun } from "./hosting.ts"
import { type Remote, type Target, targetOf } from "./remote.ts"
import { lostWhileHandled } from "./runner.ts"

export interface Routes {
  readonly remote: Remote
  readonly shardOf: (entityId: string) => ShardId
  /** Where the actor lives on this machine; undefined if it does not. */
  readonly hostHere: (entityId: string) => Hosted | undefined
  /** Whether what was sent there may be answered: the address may have been lost meanwhile. */
  readonly hasStill: (hosted: Hosted) => boolean
  /** If it lives nowhere, it would here. */
  readonly isHome: (type: string, shardId: ShardId) => boolean
  /** Takes an address of this machine into use. */
  readonly enter: (entityId: string) => Effect.Effect<void>
  /** The cell of that id in this process. */
  readonly cell: (definition: ActorType.Any, id: string) => ActorRef.Any
  readonly askTimeoutMillis: number
}

type Send = (payload: unknown) => Effect.Effect<unknown, unknown>

/** Where the methods find the ref they are called for: under no name that a message could have as well. */
const ref = Symbol("troupe/ref")

/** Sends by name. */
interface Sends {
  readonly [ref]: ClusterRef
}
type Method = (this: Sends, payload: unknown) => Effect.Effect<unknown, unknown>
interface Methods {
  readonly asks: Readonly<Record<string, Method>>
  readonly tells: Readonly<Record<string, Method>>
}

/** Taking an address of one's own into use asks nobody; what takes longer has lost it meanwhile. */
const enterLimit = Duration.seconds(1)

/** Made once per definition: a ref is made for a message often enough. */
const methods = new WeakMap<ActorType.Any, Methods>()

const methodsOf = (definition: ActorType.Any): Methods => {
  let known = methods.get(definition)
  if (known === undefined) {
    const asks: Record<string, Method> = {}
    const tells: Record<string, Method> = {}
    for (const message of codecOf(definition).values()) {
      asks[message.tag] = function (payload) {
        return this[ref].askOf(message, payload)
      }
      tells[message.tag] = function (payload) {
        return new Tell(this[ref], message, payload)
      }
    }
    known = { asks, tells }
    methods.set(definition, known)
  }
  return known
}

/** The public type differs in that ask and tell are known there by the protocol, which is why each way across is a cast. */
export const make = (routes: Routes, definition: ActorType.Any, id: string): ActorRef.Any =>
  new ClusterRef(routes, definition, id, routes.askTimeoutMillis) as unknown as ActorRef.Any

export const targetOfRef = (found: ActorRef.Any): Target => (found as unknown as ClusterRef).target

/** An unsent tell. */
class Tell extends Effectable.Class<unknown, unknown> {
  constructor(
    private readonly ref: ClusterRef,
    private readonly sent: Message,
    private readonly payload: unknown
  ) {
    super()
  }
  get address(): string {
    return this.ref.address
  }
  get message(): string {
    return this.sent.tag
  }
  commit(): Effect.Effect<unknown, unknown> {
    return this.ref.tellOf(this.sent, this.payload)
  }
}

class ClusterRef {
  readonly ask: object
  readonly tell: object
  readonly target: Target
  private readonly shardId: ShardId
  private cell: ActorRef.Any | undefined

  constructor(
    private readonly routes: Routes,
    private readonly definition: ActorType.Any,
    private readonly id: string,
    private readonly timeoutMillis: number
  ) {
    const { asks, tells } = methodsOf(definition)
    this.ask = Object.create(asks, { [ref]: { value: this } })
    this.tell = Object.create(tells, { [ref]: { value: this } })
    this.target = targetOf(definition.type, id)
    this.shardId = routes.shardOf(this.target.entityId)
  }

  get address(): string {
    return this.target.address
  }

  withTimeout(timeout: Duration.DurationInput): ClusterRef {
    return new ClusterRef(this.routes, this.definition, this.id, Duration.toMillis(timeout))
  }

  askOf(message: Message, payload: unknown): Effect.Effect<unknown, unknown> {
    return this.send(
      message,
      payload,
      (payload) => byTag(this.here.ask, message)(payload),
      (payload) => this.routes.remote.ask(this.target, message, payload, this.timeoutMillis)
    )
  }

  tellOf(message: Message, payload: unknown): Effect.Effect<unknown, unknown> {
    return this.send(
      message,
      payload,
      (payload) => byTag(this.here.tell, message)(payload),
      (payload) => this.routes.remote.tell(this.target, message, payload)
    )
  }

  private get here(): ActorRef.Any {
    this.cell ??= this.routes.cell(this.definition, this.id).withTimeout(Duration.millis(this.timeoutMillis))
    return this.cell
  }

  /** Either way the payload is checked here. On the short one the cell constructs it again, from what was given. */
  private send(message: Message, payload: unknown, here: Send, elsewhere: Send): Effect.Effect<unknown, unknown> {
    return Effect.suspend(() => {
      if (this.target.invalid !== undefined) return Effect.fail(this.target.invalid)
      const constructed = message.construct(payload)
      if (Either.isLeft(constructed)) {
        const { address } = this.target
        return Effect.fail(new MessageRefused({ address, message_tag: message.tag, reason: constructed.left }))
      }
      const { entityId } = this.target
      if (message.durable) return elsewhere(constructed.right)
      const host = this.routes.hostHere(entityId)
      if (host !== undefined) return this.sendHere(host, message, payload, here, elsewhere)
      if (!this.routes.isHome(this.definition.type, this.shardId)) return elsewhere(constructed.right)
      // Its first message, or the first after its end: the cluster hears of it before the cell does.
      return Effect.flatMap(Effect.timeoutOption(Effect.disconnect(this.routes.enter(entityId)), enterLimit), () => {
        const host = this.routes.hostHere(entityId)
        return host === undefined
          ? elsewhere(constructed.right)
          : this.sendHere(host, message, payload, here, elsewhere)
      })
    })
  }

  /** On the short way, which the address may leave while it is gone. */
  private sendHere(
    host: Hosted,
    message: Message,
    payload: unknown,
    here: Send,
    elsewhere: Send
  ): Effect.Effect<unknown, unknown> {
    const lost = () => Effect.fail(lostWhileHandled(host.address, message.tag))
    return Effect.matchEffect(here(payload), {
      onSuccess: (value) => (this.routes.hasStill(host) ? Effect.succeed(value) : lost()),
      onFailure: (error) => {
        if (error instanceof NotBegun) return this.send(message, payload, here, elsewhere)
        return error instanceof ActorStopping && !this.routes.hasStill(host) ? lost() : Effect.fail(error)
      }
    })
  }
}

const byTag = (sends: unknown, message: Message): Send => {
  // Called on their record, where they find their ref.
  const record = sends as Readonly<Record<string, Send>>
  return (payload) => record[message.tag]!(payload)
}
