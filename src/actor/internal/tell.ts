/**
 * An unsent tell: an Effect for whoever runs it, and a value for those who send later.
 */
import { type Effect, Effectable, Exit, type Fiber } from "effect"
import type { TellError } from "../ActorError.ts"
import type { Attachment } from "./attachment.ts"

/** What a tell is sent to: an address of this process. */
export interface Destination {
  readonly address: string
  readonly tagOf: (rpc: number) => string
  readonly tellOf: (rpc: number, payload: unknown) => Effect.Effect<void, TellError>
  /** With something attached, back-pressure included. */
  readonly tellWith: (
    rpc: number,
    payload: unknown,
    attachment: Attachment,
    fiber: Fiber.RuntimeFiber<unknown, unknown>
  ) => Effect.Effect<void, TellError>
  /** Why the protocol refuses it, where that is checked. */
  readonly refusal: (rpc: number, payload: unknown) => TellError | undefined
  /** Whatever the mailbox holds; the result says why not. */
  readonly deliver: (rpc: number, payload: unknown, attachment: Attachment | undefined) => TellError | undefined
}

export class Tell extends Effectable.Class<void, TellError> {
  constructor(
    readonly destination: Destination,
    readonly rpc: number,
    readonly payload: unknown
  ) {
    super()
  }

  get address(): string {
    return this.destination.address
  }
  get message(): string {
    return this.destination.tagOf(this.rpc)
  }

  commit(): Effect.Effect<void, TellError> {
    return this.destination.tellOf(this.rpc, this.payload)
  }

  /** Sends it now if nobody has to wait for that; `false` if it has to be run as an Effect. */
  send(): boolean {
    const sent = this.commit()
    return sent === Exit.void
  }
}
