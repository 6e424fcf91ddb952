/**
 * One life of an actor between a start and a crash or stop: a fiber, a scope, and what the handlers close over.
 */
import type { Cause, Fiber, Scope } from "effect"
import type { AskError } from "../ActorError.ts"
import type { Attachment, Sender } from "./attachment.ts"
import type { Node } from "./waitGraph.ts"

/** The actor, as its incarnation looks at it: the message in hand. */
export interface Handling extends Node {
  readonly inHand: boolean
  readonly attachment: Attachment | undefined
}

export class Incarnation implements Sender {
  fiber: Fiber.RuntimeFiber<unknown, unknown> | undefined
  /** Why it must end, where that was not its own doing: a forked handler's crash, or a child's that escalated. */
  crash: Cause.Cause<unknown> | undefined
  /** What those get whose requests its end cuts off. */
  ending: AskError | undefined
  /** Fibers of handlers that answered with `Rpc.fork`, and who waits for each. */
  readonly linked = new Map<Fiber.RuntimeFiber<unknown, unknown>, Attachment | undefined>()
  whenUnlinked: (() => void) | undefined
  scope: Scope.CloseableScope | undefined
  started = false
  startedAt = 0
  constructor(
    readonly cell: Handling,
    readonly number: number
  ) {}
  get blocking(): boolean {
    return this.cell.inHand
  }
  /** On whose behalf `build` sends. What it leaves running beside the mailbox holds up no message and answers none. */
  get builder(): Sender {
    const incarnation = this
    return {
      cell: this.cell,
      get blocking() {
        return !incarnation.started
      },
      deadline: () => Number.POSITIVE_INFINITY
    }
  }
  readonly deadline = (): number =>
    this.cell.inHand && this.cell.attachment !== undefined ? this.cell.attachment.deadline() : Number.POSITIVE_INFINITY
}
