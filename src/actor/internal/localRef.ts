/**
 * Refs of this process: `ask` and `tell` as records of methods, whose prototypes are made once per definition.
 */
import { type Duration, Effect, Effectable, type Fiber, SchemaAST } from "effect"
import type { AskError, MessageRefused, TellError } from "../ActorError.ts"
import type { ActorType } from "../ActorRef.ts"
import type { Attachment } from "./attachment.ts"
import { Cell, type Slot } from "./cell.ts"
import { State } from "./inbox.ts"
import * as Protocol from "./protocol.ts"
import { durationMillis } from "./ranges.ts"
import { type Destination, Tell } from "./tell.ts"

/** What sending needs to know of a protocol. */
export interface Sending extends Protocol.Protocol {
  /** Makes a payload of what the caller gave; `undefined` where that is the payload itself. */
  readonly constructors: ReadonlyArray<Construct | undefined>
  readonly asks: object
  readonly tells: object
}

/** `this` of the methods in `asks` and `tells`: the record they are called on. */
interface Sends {
  readonly ref: LocalRef
}

export const sendingOf = (definition: ActorType.Any): Sending => {
  const rpcs = Protocol.rpcsOf(definition)
  const asks: Record<string, unknown> = {}
  const tells: Record<string, unknown> = {}
  const protocol = Protocol.protocolOf(definition)
  rpcs.forEach((rpc, index) => {
    const Asking = protocol.interruptible?.[index] ? AskUntilLeft : UnsentAsk
    asks[rpc._tag] = function (this: Sends, payload: unknown) {
      return new Asking(this.ref, index, payload)
    }
    tells[rpc._tag] = function (this: Sends, payload: unknown) {
      return new Tell(this.ref, index, payload)
    }
  })
  return {
    ...protocol,
    constructors: rpcs.map((rpc) => constructorOf(rpc.payloadSchema as unknown as PayloadSchema)),
    asks,
    tells
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

/** An ask that was not sent yet. */
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

  /** Why the protocol refuses a message, where that is checked: see `CheckedRef`. */
  refusal(_rpc: number, _payload: unknown): MessageRefused | undefined {
    return undefined
  }

  /** The cell to send to. A root that ended is a new cell under the same address; a child that ended stays ended. */
  resolve(why: "send" | "watch" = "send"): Cell | TellError {
    const { cell } = this.slot
    if (cell !== undefined && (cell.state !== State.ended || this.isChild)) return cell
    // Told to make one, `find` always answers.
    const found = this.find(why)!
    if (found instanceof Cell) this.slot = found.slot
    return found as Cell | TellError
  }

  /** The cell as it is, without making one. */
  existing(): Cell | undefined {
    const found = this.find("look")
    return found instanceof Cell ? found : undefined
  }

  tellOf(rpc: number, payload: unknown): Effect.Effect<void, TellError> {
    const cell = this.resolve()
    return cell instanceof Cell ? cell.tell(rpc, this.constructed(rpc, payload)) : Effect.fail(cell)
  }

  tellWith(
    rpc: number,
    payload: unknown,
    attachment: Attachment,
    fiber: Fiber.RuntimeFiber<unknown, unknown>
  ): Effect.Effect<void, TellError> {
    const cell = this.resolve()
    return cell instanceof Cell
      ? cell.tellWith(rpc, this.constructed(rpc, payload), attachment, fiber)
      : Effect.fail(cell)
  }

  deliver(rpc: number, payload: unknown, attachment: Attachment | undefined): TellError | undefined {
    const cell = this.resolve()
    return cell instanceof Cell ? cell.deliver(rpc, this.constructed(rpc, payload), attachment) : cell
  }

  askOf(rpc: number, payload: unknown): Effect.Effect<unknown, unknown> {
    const cell = this.resolve()
    return cell instanceof Cell ? cell.ask(rpc, this.constructed(rpc, payload), this.timeoutMillis) : Effect.fail(cell)
  }

  private constructed(rpc: number, payload: unknown): unknown {
    const construct = this.sending.constructors[rpc]
    return construct === undefined ? payload : construct(payload)
  }
}

const sends = (methods: object, ref: LocalRef): object => {
  const record = Object.create(methods)
  record.ref = ref
  return record
}
