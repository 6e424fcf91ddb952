/**
 * Refs of a system that checks payloads by Schema where they are sent, for programs whose types do not: values from
 * JavaScript, or cast ones.
 */
import type * as Rpc from "@effect/rpc/Rpc"
import { Effect, Either, type Fiber, ParseResult, type Schema, SchemaAST } from "effect"
import type { MessageRefused, TellError } from "../ActorError.ts"
import type { ActorType } from "../ActorRef.ts"
import type { Attachment } from "./attachment.ts"
import type { Slot } from "./cell.ts"
import { type Find, LocalRef, type Sending } from "./localRef.ts"
import { rpcsOf } from "./protocol.ts"
import { refused } from "./translation.ts"

/** Why a payload does not fit; `undefined` if it does. */
type Check = (payload: unknown) => string | undefined

export const checksOf = (definition: ActorType.Any): ReadonlyArray<Check> => rpcsOf(definition).map(checkOf)

const checkOf = ({ payloadSchema }: Rpc.AnyWithProps): Check => {
  if (SchemaAST.isVoidKeyword(payloadSchema.ast)) {
    // Effect's own check takes anything for nothing.
    return (payload) => (payload === undefined ? undefined : "it has no payload, and was given one")
  }
  // A payload is what its constructor accepts, where there is one; it is the schema's own, with its checks on.
  const schema = payloadSchema as unknown as Schema.Schema<unknown> & { readonly make?: (payload: unknown) => unknown }
  if (schema.make === undefined) {
    const validate = ParseResult.validateEither(schema)
    return (payload) =>
      Either.match(validate(payload), { onLeft: ParseResult.TreeFormatter.formatIssueSync, onRight: () => undefined })
  }
  return (payload) => {
    try {
      schema.make!(payload)
      return undefined
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }
}

export class CheckedRef extends LocalRef {
  constructor(
    sending: Sending,
    private readonly checks: ReadonlyArray<Check>,
    address: string,
    find: Find,
    slot: Slot,
    timeoutMillis: number,
    isChild: boolean
  ) {
    super(sending, address, find, slot, timeoutMillis, isChild)
  }

  protected override copy(timeoutMillis: number): LocalRef {
    return new CheckedRef(this.sending, this.checks, this.address, this.find, this.slot, timeoutMillis, this.isChild)
  }

  override refusal(rpc: number, payload: unknown): MessageRefused | undefined {
    return this.misfit(rpc, payload) ?? super.refusal(rpc, payload)
  }

  private misfit(rpc: number, payload: unknown): MessageRefused | undefined {
    const reason = this.checks[rpc]!(payload)
    return reason === undefined ? undefined : refused(this.address, this.tagOf(rpc), reason)
  }

  override tellOf(rpc: number, payload: unknown): Effect.Effect<void, TellError> {
    const refusal = this.misfit(rpc, payload)
    return refusal === undefined ? super.tellOf(rpc, payload) : Effect.fail(refusal)
  }

  override tellWith(
    rpc: number,
    payload: unknown,
    attachment: Attachment,
    fiber: Fiber.RuntimeFiber<unknown, unknown>
  ): Effect.Effect<void, TellError> {
    const refusal = this.misfit(rpc, payload)
    return refusal === undefined ? super.tellWith(rpc, payload, attachment, fiber) : Effect.fail(refusal)
  }

  override deliver(rpc: number, payload: unknown, attachment: Attachment | undefined): TellError | undefined {
    return this.misfit(rpc, payload) ?? super.deliver(rpc, payload, attachment)
  }

  override askOf(rpc: number, payload: unknown): Effect.Effect<unknown, unknown> {
    const refusal = this.misfit(rpc, payload)
    return refusal === undefined ? super.askOf(rpc, payload) : Effect.fail(refusal)
  }
}
