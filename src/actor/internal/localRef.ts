/**
 * Refs of this process: `ask` and `tell` as records of methods, whose prototypes are made once per definition.
 */
import { type Duration, Effect, Effectable, Either, type Fiber, SchemaAST } from "effect"
import { type AskError, MessageRefused, type TellError } from "../ActorError.ts"
import type { ActorType } from "../ActorRef.ts"
import { durationMillis } from "../Ranges.ts"
import type { Attachment } from "./attachment.ts"
import { Cell, type Slot } from "./cell.ts"
import { State } from "./inbox.ts"
import * as Protocol from "./protocol.ts"
import { type Destination, Tell } from "./tell.ts"
import { type Route, refused, type Translation, translated, translationBetween } from "./translation.ts"

/** What sending needs to know of a protocol. */
export interface Sending extends Protocol.Protocol {
  /** Makes a payload of what the caller gave; `undefined` where that is the payload itself. */
  readonly constructors: ReadonlyArray<Construct | undefined>
  readonly asks: object
  readonly tells: object
  /** How its messages reach actors of other definitions of its type. */
  readonly translations: WeakMap<Protocol.Protocol, Translation | undefined>
}

/** Where the records find their ref: under no name that a message could have as well. */
const ref = Symbol("troupe/ref")

/** `this` of the methods in `asks` and `tells`: the record they are called on. */
interface Sends {
  readonly [ref]: LocalRef
}

export const sendingOf = (definition: ActorType.Any): Sending => {
  // Without a prototype, so that a message may have any name.
  const asks: Record<string, unknown> = Object.create(null)
  const tells: Record<string, unknown> = Object.create(null)
  const protocol = Protocol.protocolOf(definition)
  protocol.rpcs.forEach((rpc, index) => {
    const Asking = protocol.interruptible?.[index] ? AskUntilLeft : UnsentAsk
    asks[rpc._tag] = function (this: Sends, payload: unknown) {
      return new Asking(this[ref], index, payload)
    }
    tells[rpc._tag] = function (this: Sends, payload: unknown) {
      return new Tell(this[ref], index, payload)
    }
  })
  return {
    ...protocol,
    constructors: protocol.rpcs.map((rpc) => constructorOf(rpc.payloadSchema as unknown as PayloadSchema)),
    asks,
    tells,
    translations: new WeakMap()
  }
}

type Construct = (payload: unknown) => unknown

interface PayloadSchema {
  readonly ast: SchemaAST.AST
  readonly fields?: Readonly<Record<string, { readonly ast: unknown }>>
  readonly make?: (payload: unknown, options: { readonly disableValidation: true }) => unknown
}

/**
 * In process nothing is encoded, but a payload's constructor has its say: it fills in defaults and makes instances of
 * classes. A struct with neither is its own payload and costs nothing. Whether values fit is checked by types.
 */
const constructorOf = (schema: PayloadSchema): Construct | undefined => {
  if (schema.make === undefined) return undefined
  const construct = (payload: unknown) => schema.make!(payload, { disableValidation: true })
  if (SchemaAST.isTransformation(schema.ast)) return construct
  return Object.values(schema.fields ?? {}).some((field) => hasDefault(field.ast)) ? construct : undefined
}

/** A property signature keeps its constructor's default in `defaultValue`, behind a transformation in the target side. */
const hasDefault = (ast: unknown): boolean =>
  typeof ast === "object" &&
  ast !== null &&
  (("defaultValue" in ast && ast.defaultValue !== undefined) || ("to" in ast && hasDefault(ast.to)))

/** An unsent ask. */
export class UnsentAsk extends Effectable.Class<unknown, unknown> {
  constructor(
    protected readonly ref: LocalRef,
    private readonly rpc: number,
    private readonly payload: unknown
  ) {
    super()
  }
  commit(): Effect.Effect<unknown, unknown> {
    return this.ref.askOf(this.rpc, this.payload)
  }
}

/** An ask whose handler ends with its asker: also with one that is interrupted after it sent, before it waits. */
class AskUntilLeft extends UnsentAsk {
  override commit(): Effect.Effect<unknown, unknown> {
    return Effect.uninterruptibleMask((restore) =>
      Effect.onInterrupt(restore(Effect.suspend(() => super.commit())), () =>
        Effect.withFiberRuntime((fiber) => Effect.sync(() => this.ref.existing()?.askerLeft(fiber)))
      )
    )
  }
}

/** Of a ref that was not sent to yet. */
export const nowhere: Slot = { cell: undefined }

/** Finds the cell, makes one to send to or to watch, or says why there is none. */
export type Find = (why: "look" | "send" | "watch") => Cell | AskError | undefined

export class LocalRef implements Destination {
  readonly ask: object
  readonly tell: object
  /** Of the cell found last; `undefined` where it was made from the same protocol. */
  private translation: Translation | undefined

  constructor(
    protected readonly sending: Sending,
    readonly address: string,
    protected readonly find: Find,
    /** Where the cell stands that was found last: so that a ref does not keep in memory what has ended. */
    protected slot: Slot,
    private readonly timeoutMillis: number,
    protected readonly isChild: boolean
  ) {
    this.ask = sends(sending.asks, this)
    this.tell = sends(sending.tells, this)
    this.translation = this.translationFor(slot.cell)
  }

  withTimeout(timeout: Duration.DurationInput): LocalRef {
    return this.copy(durationMillis("The time-out of an ask", timeout, "zero"))
  }

  protected copy(timeoutMillis: number): LocalRef {
    return new LocalRef(this.sending, this.address, this.find, this.slot, timeoutMillis, this.isChild)
  }

  tagOf(rpc: number): string {
    return this.sending.tags[rpc]!
  }

  /** Why a protocol refuses a message: the actor's, if that is another one, or its own, if that is checked (`CheckedRef`). */
  refusal(rpc: number, payload: unknown): MessageRefused | undefined {
    const cell = this.resolve()
    if (!(cell instanceof Cell) || this.translation === undefined) return undefined
    const found = this.translate(cell, rpc, payload)
    return found instanceof MessageRefused ? found : undefined
  }

  /** The cell to send to. A root that ended is a new cell under the same address; a child that ended stays ended. */
  resolve(why: "send" | "watch" = "send"): Cell | TellError {
    const { cell } = this.slot
    if (cell !== undefined && (cell.state !== State.ended || this.isChild)) return cell
    // Told to make one, `find` always answers.
    const found = this.find(why)!
    if (found instanceof Cell) {
      this.slot = found.slot
      this.translation = this.translationFor(found)
    }
    return found as Cell | TellError
  }

  /** The cell as it is, without making one. */
  existing(): Cell | undefined {
    const found = this.find("look")
    return found instanceof Cell ? found : undefined
  }

  tellOf(rpc: number, payload: unknown): Effect.Effect<void, TellError> {
    const cell = this.resolve()
    if (!(cell instanceof Cell)) return Effect.fail(cell)
    if (this.translation === undefined) return cell.tell(rpc, this.constructed(rpc, payload))
    const sent = this.translate(cell, rpc, payload)
    return sent instanceof MessageRefused ? Effect.fail(sent) : cell.tell(sent.route.rpc, sent.payload)
  }

  tellWith(
    rpc: number,
    payload: unknown,
    attachment: Attachment,
    fiber: Fiber.RuntimeFiber<unknown, unknown>
  ): Effect.Effect<void, TellError> {
    const cell = this.resolve()
    if (!(cell instanceof Cell)) return Effect.fail(cell)
    if (this.translation === undefined) return cell.tellWith(rpc, this.constructed(rpc, payload), attachment, fiber)
    const sent = this.translate(cell, rpc, payload)
    return sent instanceof MessageRefused
      ? Effect.fail(sent)
      : cell.tellWith(sent.route.rpc, sent.payload, attachment, fiber)
  }

  deliver(rpc: number, payload: unknown, attachment: Attachment | undefined): TellError | undefined {
    const cell = this.resolve()
    if (!(cell instanceof Cell)) return cell
    if (this.translation === undefined) return cell.deliver(rpc, this.constructed(rpc, payload), attachment)
    const sent = this.translate(cell, rpc, payload)
    return sent instanceof MessageRefused ? sent : cell.deliver(sent.route.rpc, sent.payload, attachment)
  }

  askOf(rpc: number, payload: unknown): Effect.Effect<unknown, unknown> {
    const cell = this.resolve()
    if (!(cell instanceof Cell)) return Effect.fail(cell)
    if (this.translation === undefined) return cell.ask(rpc, this.constructed(rpc, payload), this.timeoutMillis)
    const sent = this.translate(cell, rpc, payload)
    if (sent instanceof MessageRefused) return Effect.fail(sent)
    return translated(
      () => cell.ask(sent.route.rpc, sent.payload, this.timeoutMillis),
      sent.route,
      (reason) => refused(this.address, this.tagOf(rpc), reason)
    )
  }

  private constructed(rpc: number, payload: unknown): unknown {
    const construct = this.sending.constructors[rpc]
    return construct === undefined ? payload : construct(payload)
  }

  /** The message as an actor of another definition takes it, or why it does not. */
  private translate(cell: Cell, rpc: number, payload: unknown): MessageRefused | Sent {
    const route = this.translation![rpc]
    let reason = "The Layer that provides its type was made from another definition, which has no such message."
    if (route !== undefined) {
      const constructed = this.constructed(rpc, payload)
      if (route.payload === undefined) return { route, payload: constructed }
      const converted = route.payload(constructed)
      if (Either.isRight(converted)) return { route, payload: converted.right }
      reason = converted.left
    }
    cell.leaveUnused()
    return refused(this.address, this.tagOf(rpc), reason)
  }

  /** Looked up where a cell is found, not with each message. */
  private translationFor(cell: Cell | undefined): Translation | undefined {
    if (cell === undefined || cell.protocol === this.sending) return undefined
    const { translations } = this.sending
    if (!translations.has(cell.protocol)) {
      translations.set(cell.protocol, translationBetween(this.sending, cell.protocol))
    }
    return translations.get(cell.protocol)
  }
}

interface Sent {
  readonly route: Route
  readonly payload: unknown
}

const sends = (methods: object, owner: LocalRef): object => {
  const record = Object.create(methods)
  record[ref] = owner
  return record
}
